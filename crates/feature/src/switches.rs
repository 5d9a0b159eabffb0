//! Switches: which features a guild has switched off, as a settings document.
//!
//! The host asks once for all features: a feature that is off answers interactions with a word about it, gets no
//! event and no repair, and its jobs for the guild wait. Switched on again, it repairs the guild first.

use std::collections::BTreeSet;

use database::GuildId;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::{
    Explain, House, Lang, Outcome,
    settings::{Document, SettingsError},
    text,
};

/// How many features are registered at the most.
const MOST: usize = 100;
/// The longest name of a feature, in characters.
const LONGEST: usize = 64;
/// How many repairs wait at the most; a person switches one on at a time.
const WAITING: usize = 1_024;

/// What is switched off in a guild.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// The names of the features that are off.
    pub off: BTreeSet<String>,
}

impl Document for Switches {
    const SUBJECT: &'static str = "features";
    const VERSION: i32 = 1;

    fn check(&self) -> Outcome<()> {
        let is_bad = |name: &&String| name.is_empty() || name.chars().count() > LONGEST;
        if let Some(name) = self.off.iter().find(is_bad) {
            return Err(BadSwitches::Name(name.clone()).into());
        }
        if self.off.len() > MOST {
            return Err(BadSwitches::TooMany(self.off.len()).into());
        }
        Ok(())
    }
}

/// Switches that make no sense.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadSwitches {
    /// No feature is called so.
    #[error("the name `{0}` of a feature")]
    Name(String),
    /// More features than there can be.
    #[error("{0} features are off")]
    TooMany(usize),
}

impl Explain for BadSwitches {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(match self {
            Self::Name(name) => text::bad_feature_name(lang, name, LONGEST),
            Self::TooMany(count) => text::too_many_switches(lang, *count, MOST),
        })
    }
}

impl House {
    /// Whether a feature is off in a guild; from the cached settings. The host asks for everything that it starts;
    /// a feature asks only for what it starts itself, for many guilds at once.
    ///
    /// # Errors
    ///
    /// Fails when the settings are not cached and the database does.
    pub async fn is_off(&self, feature: &str, guild: GuildId) -> Result<bool, SettingsError> {
        if !self.catalogue.can_be_off(feature) {
            return Ok(false);
        }
        let switches = self.settings.get::<Switches>(guild).await?;
        Ok(switches.off.contains(feature))
    }

    /// Whether a feature is off in a guild as far as memory knows, for who holds a connection and must not wait for
    /// another.
    pub(crate) fn is_surely_off(&self, feature: &str, guild: GuildId) -> bool {
        let switches = self.settings.cached::<Switches>(guild);
        self.catalogue.can_be_off(feature)
            && switches.is_some_and(|switches| switches.off.contains(feature))
    }
}

/// Asks the host to have a feature repair a guild; clones ask the same host.
#[derive(Clone, Debug)]
pub struct Repairs(mpsc::Sender<(&'static str, GuildId)>);

impl Repairs {
    /// A handle, and what it asks for; the host makes it.
    pub fn channel() -> (Self, mpsc::Receiver<(&'static str, GuildId)>) {
        let (sender, receiver) = mpsc::channel(WAITING);
        (Self(sender), receiver)
    }

    /// Has a feature bring a guild to its intended state soon. A crash loses it, and the next start repairs every
    /// guild anyway.
    pub fn ask(&self, feature: &'static str, guild: GuildId) {
        if self.0.try_send((feature, guild)).is_err() {
            tracing::warn!(feature, %guild, "a repair could not be asked for: the next start makes it good");
        }
    }
}
