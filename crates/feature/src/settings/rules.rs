//! What the house itself reads of a guild before anything is served, in one query.

use std::sync::Arc;

use database::GuildId;

use super::{Document, General, Settings, SettingsError, read, store};
use crate::{Grants, Switches};

/// General settings, grants and switches of a guild.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Language, time zone, staff role.
    pub general: Arc<General>,
    /// What is granted and denied.
    pub grants: Arc<Grants>,
    /// What is switched off.
    pub switches: Arc<Switches>,
}

impl Settings {
    /// The rules of a guild, from the cache if they are there: no query, no wait.
    pub fn cached_rules(&self, guild: GuildId) -> Option<Rules> {
        Some(Rules {
            general: self.cached(guild)?,
            grants: self.cached(guild)?,
            switches: self.cached(guild)?,
        })
    }

    /// The rules of a guild.
    ///
    /// # Errors
    ///
    /// Fails when the database does, or when a stored document can not be read.
    pub async fn rules(&self, guild: GuildId) -> Result<Rules, SettingsError> {
        if let Some(rules) = self.cached_rules(guild) {
            return Ok(rules);
        }
        let seen = self.changes();
        let mut connection = self.database.acquire().await?;
        let mut stored = store::read_all(&mut connection, guild).await?;
        drop(connection);
        let rules = Rules {
            general: Arc::new(read(guild, stored.remove(General::SUBJECT))?),
            grants: Arc::new(read(guild, stored.remove(Grants::SUBJECT))?),
            switches: Arc::new(read(guild, stored.remove(Switches::SUBJECT))?),
        };
        self.remember(guild, &rules.general, seen);
        self.remember(guild, &rules.grants, seen);
        self.remember(guild, &rules.switches, seen);
        Ok(rules)
    }
}
