//! The settings that the house itself reads: language, time zone, staff role.

use database::RoleId;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::Document;
use crate::{Explain, Lang, Outcome, text};

/// What an installation says for guilds that set nothing.
#[derive(Clone, Debug)]
pub struct Defaults {
    /// The language where neither the guild nor Discord says one we speak.
    pub lang: Lang,
    /// The time zone.
    pub zone: TimeZone,
}

impl Default for Defaults {
    fn default() -> Self {
        Self {
            lang: Lang::En,
            zone: TimeZone::UTC,
        }
    }
}

/// The general settings of a guild.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct General {
    /// The language of public messages; Discord's setting for the guild where absent.
    pub language: Option<Lang>,
    /// The IANA name of the time zone of wall-clock rules.
    pub time_zone: Option<String>,
    /// The role whose members hold the capabilities marked for staff.
    pub staff_role: Option<RoleId>,
}

/// A time zone that is not in the IANA database.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no time zone")]
pub struct BadZone(pub String);

impl Explain for BadZone {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(text::bad_zone(lang, &self.0))
    }
}

impl Document for General {
    const SUBJECT: &'static str = "general";
    const VERSION: i32 = 1;

    fn check(&self) -> Outcome<()> {
        if let Some(name) = &self.time_zone
            && TimeZone::get(name).is_err()
        {
            return Err(BadZone(name.clone()).into());
        }
        Ok(())
    }
}

impl General {
    /// The language of the guild: its setting, else Discord's for the guild, else the installation's.
    pub fn lang(&self, discord_locale: Option<&str>, defaults: &Defaults) -> Lang {
        self.language
            .or_else(|| Lang::from_discord(discord_locale?))
            .unwrap_or(defaults.lang)
    }

    /// The time zone of the guild: its setting, else the installation's.
    pub fn zone(&self, defaults: &Defaults) -> TimeZone {
        self.time_zone
            .as_deref()
            .and_then(|name| TimeZone::get(name).ok())
            .unwrap_or_else(|| defaults.zone.clone())
    }
}
