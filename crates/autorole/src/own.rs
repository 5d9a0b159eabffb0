//! The bot's own roles, which decide what it may hand out.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use database::{GuildId, RoleId, UserId};
use feature::{Kit, Outcome, Refusal};
use twilight_model::{guild::Member, user::CurrentUser};

use crate::{Autorole, error::Refused, hierarchy::Roles};

/// How long the roles are believed without a word from Discord.
const BELIEVED: Duration = Duration::from_mins(10);
/// The guilds that are remembered at the most.
const REMEMBERED: u64 = 10_000;

/// What is known of the bot itself.
#[derive(Debug)]
pub(crate) struct Own {
    id: OnceLock<UserId>,
    roles: moka::sync::Cache<GuildId, Arc<[RoleId]>>,
}

impl Default for Own {
    fn default() -> Self {
        let roles = moka::sync::Cache::builder()
            .max_capacity(REMEMBERED)
            .time_to_live(BELIEVED)
            .build();
        Self {
            id: OnceLock::new(),
            roles,
        }
    }
}

impl Own {
    /// Takes what Discord tells of a member, if that is the bot.
    pub(crate) fn learn(&self, guild: GuildId, user: UserId, roles: &[RoleId]) {
        if self.id.get() == Some(&user) {
            self.roles.insert(guild, roles.into());
        }
    }

    /// The bot's user id.
    pub(crate) async fn id(&self, discord: &feature::Discord) -> Result<UserId, Refusal> {
        if let Some(id) = self.id.get() {
            return Ok(*id);
        }
        let user: CurrentUser = discord.one(discord.http().current_user()).await?;
        Ok(*self.id.get_or_init(|| user.id.into()))
    }

    async fn roles(
        &self,
        discord: &feature::Discord,
        guild: GuildId,
    ) -> Result<Arc<[RoleId]>, Refusal> {
        let id = self.id(discord).await?;
        if let Some(roles) = self.roles.get(&guild) {
            return Ok(roles);
        }
        let member: Member = discord
            .one(discord.http().guild_member(guild.into(), id.into()))
            .await?;
        let roles: Arc<[RoleId]> = member.roles.into_iter().map(RoleId::from).collect();
        self.roles.insert(guild, Arc::clone(&roles));
        Ok(roles)
    }
}

/// The roles of a guild, and those of the bot among them.
#[derive(Clone, Debug)]
pub(crate) struct Ranks {
    pub(crate) roles: Roles,
    pub(crate) bot: Arc<[RoleId]>,
}

/// Looks both up.
pub(crate) async fn ranks(kit: &Kit<Autorole>, guild: GuildId) -> Outcome<Ranks> {
    let roles = Roles::cached(&kit.cache, guild).ok_or(Refused::NotReady)?;
    let bot = kit.feature.own.roles(&kit.discord, guild).await?;
    Ok(Ranks { roles, bot })
}
