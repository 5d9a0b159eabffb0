//! The bot itself: who it is, which roles it holds, and what these allow.

use std::sync::Arc;

use database::{ApplicationId, GuildId, RoleId, UserId};
use serde::Deserialize;
use twilight_http::request::{Method, RequestBuilder};

use crate::{Discord, Refusal};

/// How many guilds are remembered at the most.
const REMEMBERED: u64 = 20_000;

/// The bot's own membership; clones share what is remembered.
#[derive(Clone, Debug)]
pub struct Me {
    id: UserId,
    application: ApplicationId,
    roles: moka::sync::Cache<GuildId, Arc<[RoleId]>>,
}

#[derive(Deserialize)]
struct Membership {
    roles: Vec<RoleId>,
}

impl Me {
    /// Nothing is known yet but the ids.
    pub fn new(id: UserId, application: ApplicationId) -> Self {
        Self {
            id,
            application,
            roles: moka::sync::Cache::new(REMEMBERED),
        }
    }

    /// The bot's user id.
    pub const fn id(&self) -> UserId {
        self.id
    }

    /// The id of the bot's application.
    pub const fn application(&self) -> ApplicationId {
        self.application
    }

    /// Remembers what Discord told.
    pub fn note(&self, guild: GuildId, roles: impl IntoIterator<Item = RoleId>) {
        self.roles.insert(guild, roles.into_iter().collect());
    }

    /// Forgets a guild, because a refusal showed that what is remembered may be old.
    pub fn forget(&self, guild: GuildId) {
        self.roles.invalidate(&guild);
    }

    /// The bot's roles in a guild, without @everyone; one call to Discord where they are not remembered.
    ///
    /// # Errors
    ///
    /// Fails when Discord does.
    pub async fn roles(&self, discord: &Discord, guild: GuildId) -> Result<Arc<[RoleId]>, Refusal> {
        if let Some(roles) = self.roles.get(&guild) {
            return Ok(roles);
        }
        let path = format!("guilds/{guild}/members/{}", self.id);
        let request = RequestBuilder::raw(Method::Get, path)
            .build()
            .map_err(Refusal::Unsendable)?;
        let member: Membership = discord.raw(request).await?;
        self.note(guild, member.roles);
        Ok(self.roles.get(&guild).unwrap_or_default())
    }
}
