//! Who calls: a key, and what it covers.

use std::{collections::BTreeSet, sync::Arc};

use axum::{extract::FromRequestParts, http::request::Parts};
use database::{ChannelId, GuildId, UserId};

use super::Problem;
use crate::{House, Outcome};

/// The key behind a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Caller {
    /// Its number; 0 is the key from the configuration.
    pub key: i64,
    /// Another for another token: what is signed with it dies with the token. Not to be shown.
    pub mark: u64,
    /// What it is called.
    pub name: String,
    /// In whose name it changes things: who made it, or the bot itself.
    pub acts_for: UserId,
    /// What it may do: names of scopes, `*.read` for all reading, `*` for all.
    pub scopes: BTreeSet<String>,
    /// The guilds that it covers; `None` covers all.
    pub guilds: Option<Vec<GuildId>>,
    /// The channels that it covers; `None` covers all.
    pub channels: Option<Vec<ChannelId>>,
    /// Whether it may read the content of messages.
    pub content: bool,
    /// Whether it may read what was deleted.
    pub deleted: bool,
}

/// Whether a set of scopes covers `asked`.
pub fn covers(scopes: &BTreeSet<String>, asked: &str) -> bool {
    let is_reading = asked.rsplit('.').next() == Some("read");
    scopes.contains("*") || scopes.contains(asked) || (is_reading && scopes.contains("*.read"))
}

impl Caller {
    /// Whether it may do what the scope names.
    pub fn may(&self, scope: &str) -> bool {
        covers(&self.scopes, scope)
    }

    /// Whether it covers the guild.
    pub fn is_for(&self, guild: GuildId) -> bool {
        let guilds = self.guilds.as_ref();
        guilds.is_none_or(|guilds| guilds.contains(&guild))
    }

    /// The guild that a path without one means: the one that is asked for, or the only one that the key covers.
    ///
    /// # Errors
    ///
    /// A guild that it does not cover looks like one that is not there; with several, one must be named.
    pub fn guild(&self, asked: Option<GuildId>) -> Result<GuildId, Problem> {
        match (asked, self.guilds.as_deref()) {
            (Some(guild), _) if self.is_for(guild) => Ok(guild),
            (Some(_), _) => Err(Problem::not_found()),
            (None, Some([only])) => Ok(*only),
            (None, _) => Err(Problem::invalid(
                "guild_id",
                "is required, for the key covers several servers",
            )),
        }
    }

    /// Whether it covers the channel.
    pub fn covers_channel(&self, channel: ChannelId) -> bool {
        let channels = self.channels.as_ref();
        channels.is_none_or(|channels| channels.contains(&channel))
    }

    /// Refuses a channel that it does not cover.
    ///
    /// # Errors
    ///
    /// The channel then looks like one that is not there.
    pub fn require_channel(&self, channel: ChannelId) -> Result<(), Problem> {
        if self.covers_channel(channel) {
            Ok(())
        } else {
            Err(Problem::not_found())
        }
    }
}

impl House {
    /// The key of this number, while it works: for what was promised to it and is asked for without it. Nobody where
    /// no feature owns keys.
    ///
    /// # Errors
    ///
    /// Fails when the keys can not be read.
    pub async fn caller(&self, key: i64) -> Outcome<Option<Caller>> {
        match self.catalogue.callers() {
            Some(look) => look(self.clone(), key).await,
            None => Ok(None),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let caller = parts.extensions.get::<Arc<Self>>();
        caller
            .map(|caller| Self::clone(caller))
            .ok_or_else(Problem::unauthorised)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_cover_what_they_name() {
        let scopes = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        assert!(covers(&scopes(&["hubs.read"]), "hubs.read"));
        assert!(!covers(&scopes(&["hubs.read"]), "hubs.write"));
        assert!(!covers(&scopes(&["hubs"]), "hubs.read"));
        assert!(covers(&scopes(&["*.read"]), "hubs.read"));
        assert!(!covers(&scopes(&["*.read"]), "hubs.write"));
        assert!(covers(&scopes(&["*"]), "hubs.write"));
        assert!(!covers(&scopes(&[]), "hubs.read"));
    }
}
