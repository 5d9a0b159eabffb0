//! What a handler is given besides its input.

use std::{ops::Deref, sync::Arc};

use database::{ChannelId, Database, GuildId, InteractionId, RoleId, UserId};
use jiff::{Timestamp, tz::TimeZone};
use jobs::{Clock, Jobs};
use twilight_cache_inmemory::DefaultInMemoryCache;
use twilight_model::{channel::Message, gateway::Intents, guild::Permissions};

use crate::{
    Background, Catalogue, Discord, Explain, Grants, Lang, Me, Member, Outcome, Pulse, Repairs,
    Settings,
    grants::{self, Asker, Step},
    text,
};

/// What every feature may use; clones share everything.
#[derive(Clone, Debug)]
pub struct House {
    /// Runs what handlers start and do not wait for.
    pub background: Background,
    /// What is registered, with Discord's ids of the commands.
    pub catalogue: Arc<Catalogue>,
    /// What the gateway told, of the kinds that features asked for.
    pub cache: Arc<DefaultInMemoryCache>,
    /// The time.
    pub clock: Clock,
    /// Postgres.
    pub database: Database,
    /// Discord's REST API.
    pub discord: Discord,
    /// What the gateway is asked to tell.
    pub intents: Intents,
    /// Durable work for later.
    pub jobs: Jobs,
    /// Has features repair a guild.
    pub repairs: Repairs,
    /// The bot itself.
    pub me: Me,
    /// Privileged intents that features ask for and that the operator has not switched on for the bot.
    pub missing_intents: Intents,
    /// How the program is: shards, latency, memory, uptime.
    pub pulse: Pulse,
    /// The settings of guilds.
    pub settings: Settings,
}

/// A feature's state and the house, for work that nobody waits for: events, jobs, repairs.
#[derive(Debug)]
pub struct Kit<F> {
    /// The feature's own state.
    pub feature: Arc<F>,
    /// The house.
    pub house: House,
}

impl<F> Clone for Kit<F> {
    fn clone(&self) -> Self {
        Self {
            feature: Arc::clone(&self.feature),
            house: self.house.clone(),
        }
    }
}

impl<F> Deref for Kit<F> {
    type Target = House;

    fn deref(&self) -> &House {
        &self.house
    }
}

/// An interaction's surroundings, read from Discord's payload and the guild's settings.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The interaction.
    pub interaction: InteractionId,
    /// When it was created.
    pub created_at: Timestamp,
    /// The guild, absent in direct messages.
    pub guild: Option<GuildId>,
    /// The channel.
    pub channel: Option<ChannelId>,
    /// Who asks, with the permissions in this channel.
    pub member: Member,
    /// The name that the member shows.
    pub member_name: String,
    /// What the bot may do in this channel.
    pub app_permissions: Permissions,
    /// The language of the answer: the member's where only the member sees it, else the guild's.
    pub lang: Lang,
    /// The guild's language.
    pub guild_lang: Lang,
    /// The member's language: of refusals, which they alone read, whatever the answer would have been.
    pub own_lang: Lang,
    /// The guild's time zone.
    pub zone: TimeZone,
    /// The channel in which this one is a thread.
    pub parent: Option<ChannelId>,
    /// The guild's staff role.
    pub staff_role: Option<RoleId>,
    /// What the guild allows and denies.
    pub grants: Arc<Grants>,
    /// The shard that brought it.
    pub shard: u32,
    /// The message that carries the component.
    pub message: Option<Arc<Message>>,
    /// The largest file that may be sent in the answer, in bytes.
    pub attachment_limit: u64,
}

/// What the handler of an interaction is given: the [`Kit`], who asks, and where.
#[derive(Debug)]
pub struct Ctx<F> {
    kit: Kit<F>,
    /// Who asks, where, and in which language.
    pub scene: Scene,
}

impl<F> Ctx<F> {
    /// Puts the two together; the host does.
    pub const fn new(kit: Kit<F>, scene: Scene) -> Self {
        Self { kit, scene }
    }

    /// The guild.
    ///
    /// # Errors
    ///
    /// Explains, in a direct message, that this works in a server only.
    pub fn guild_id(&self) -> Outcome<GuildId> {
        Ok(self.scene.guild.ok_or(OnlyInGuild)?)
    }

    /// The language of the answer.
    pub const fn lang(&self) -> Lang {
        self.scene.lang
    }

    /// Who asks.
    pub const fn user(&self) -> UserId {
        self.scene.member.id
    }

    /// Refuses unless the member may do it.
    ///
    /// # Errors
    ///
    /// Explains what is missing.
    pub fn require(&self, capability: &'static crate::Capability) -> Outcome<()> {
        if self.scene.may(capability) {
            Ok(())
        } else {
            Err(NotAllowed(capability).into())
        }
    }

    /// Refuses unless the bot holds these permissions in this channel.
    ///
    /// # Errors
    ///
    /// Explains which are missing.
    pub fn require_of_bot(&self, needed: Permissions) -> Outcome<()> {
        let held = self.scene.app_permissions;
        if held.contains(Permissions::ADMINISTRATOR) || held.contains(needed) {
            Ok(())
        } else {
            Err(BotLacks(needed - held).into())
        }
    }
}

impl Scene {
    /// Whether the member may do it.
    pub fn may(&self, capability: &crate::Capability) -> bool {
        grants::decide(&self.weigh(capability, &self.member))
    }

    /// What speaks for and against a member's doing it here; see [`grants::weigh`].
    pub fn weigh(&self, capability: &crate::Capability, member: &Member) -> Vec<(Step, bool)> {
        let asker = Asker {
            member,
            guild: self.guild,
            channels: [self.channel, self.parent],
            staff_role: self.staff_role,
            grants: &self.grants,
        };
        grants::weigh(capability, &asker)
    }
}

impl<F> Deref for Ctx<F> {
    type Target = Kit<F>;

    fn deref(&self) -> &Kit<F> {
        &self.kit
    }
}

/// The member lacks a capability.
#[derive(Debug, thiserror::Error)]
#[error("the member may not `{}`", .0.name)]
pub struct NotAllowed(pub &'static crate::Capability);

impl Explain for NotAllowed {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(text::not_allowed(lang, self.0))
    }
}

/// It works in a guild only.
#[derive(Debug, thiserror::Error)]
#[error("used outside a guild")]
pub struct OnlyInGuild;

impl Explain for OnlyInGuild {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(text::only_in_guild(lang))
    }
}

/// The bot lacks permissions in this channel.
#[derive(Debug, thiserror::Error)]
#[error("the bot lacks {0:?}")]
pub struct BotLacks(pub Permissions);

impl Explain for BotLacks {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(text::permission_missing(lang, self.0))
    }
}

/// When a snowflake was made. See [Discord Docs/Snowflakes](https://docs.discord.com/developers/reference#snowflakes).
pub fn created_at(snowflake: u64) -> Timestamp {
    let milliseconds = i64::try_from(snowflake >> 22).unwrap_or_default();
    Timestamp::from_millisecond(milliseconds + EPOCH).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The first snowflake of an instant, as Postgres keeps ids; 0 before Discord's first.
pub fn first_id(at: Timestamp) -> i64 {
    at.as_millisecond().saturating_sub(EPOCH).max(0) << 22
}

/// The first millisecond of 2015, from which Discord counts.
const EPOCH: i64 = 1_420_070_400_000;
