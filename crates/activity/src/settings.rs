//! What a guild does not want to have counted, and for how long sums are kept.

use database::{ChannelId, RoleId};
use feature::{Explain, Lang, Outcome, settings::Document};
use serde::{Deserialize, Serialize};

use crate::text;

/// The most channels, and the most roles, that can be left out.
pub(crate) const MOST: usize = 50;

/// The settings of a guild's statistics.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ActivitySettings {
    /// Channels in which nothing is counted; a category stands for its channels, a channel for its threads.
    pub(crate) channels: Vec<ChannelId>,
    /// Who has one of these roles is not counted.
    pub(crate) roles: Vec<RoleId>,
    /// For how many days it is kept.
    pub(crate) days: u16,
    /// Whether pictures are light.
    pub(crate) light: bool,
}

impl Default for ActivitySettings {
    fn default() -> Self {
        Self {
            channels: Vec::new(),
            roles: Vec::new(),
            days: 400,
            light: false,
        }
    }
}

impl ActivitySettings {
    /// Whether somebody with these roles is not counted.
    pub(crate) fn leaves_out(&self, roles: &[RoleId]) -> bool {
        self.roles.iter().any(|role| roles.contains(role))
    }
}

/// Settings that make no sense.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadSettings {
    /// Too much is left out.
    #[error("more than {MOST} are left out")]
    TooMany,
    /// Kept for too short or too long.
    #[error("kept for {0} days")]
    Days(u16),
}

impl Explain for BadSettings {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(text::bad_settings(lang, self))
    }
}

impl Document for ActivitySettings {
    const SUBJECT: &'static str = "activity";
    const VERSION: i32 = 1;

    fn check(&self) -> Outcome<()> {
        if self.channels.len() > MOST || self.roles.len() > MOST {
            return Err(BadSettings::TooMany.into());
        }
        if !(30..=3_650).contains(&self.days) {
            return Err(BadSettings::Days(self.days).into());
        }
        Ok(())
    }
}
