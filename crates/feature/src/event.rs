//! Gateway events as typed handlers see them.
//!
//! A handler that takes [`On<E>`] makes the bot ask Discord for the event: the intents and the list of events
//! that are parsed at all are derived from what is registered.

use std::{any::Any, fmt, marker::PhantomData, ops::Deref, sync::Arc};

use database::GuildId;
use twilight_gateway::EventTypeFlags;
use twilight_model::gateway::{Intents, event::Event};

/// An event that Discord sends.
pub trait GatewayEvent: Sized + Send + Sync + 'static {
    /// The parser's flag for it.
    const FLAG: EventTypeFlags;
    /// The intents that bring it; empty when Discord always sends it.
    const INTENTS: Intents;
    /// Discord's name for it.
    const NAME: &'static str;

    /// The event inside the parser's enum.
    fn of(event: &Event) -> Option<&Self>;
}

/// Keeps an event open: until every clone is gone it does not count as handled, and after a crash Discord sends it again.
#[derive(Clone)]
pub struct Hold(#[expect(dead_code, reason = "held for its drop")] Arc<dyn Any + Send + Sync>);

impl Hold {
    /// Keeps open whatever `ticket` keeps open; the host makes it.
    pub fn new(ticket: Arc<dyn Any + Send + Sync>) -> Self {
        Self(ticket)
    }
}

impl fmt::Debug for Hold {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Hold")
    }
}

/// An event on its way to a handler.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The event.
    pub event: Arc<Event>,
    /// Keeps it open.
    pub hold: Hold,
}

/// An event, shared by all handlers that take it.
#[derive(Debug)]
pub struct On<E> {
    delivery: Delivery,
    kind: PhantomData<fn() -> E>,
}

impl<E: GatewayEvent> On<E> {
    /// The event, if it is one of these.
    pub fn new(delivery: Delivery) -> Option<Self> {
        E::of(&delivery.event)?;
        Some(Self {
            delivery,
            kind: PhantomData,
        })
    }

    /// Keeps the event open beyond the handler: for a handler that hands the event on and returns.
    pub fn hold(&self) -> Hold {
        self.delivery.hold.clone()
    }

    /// The guild it belongs to, if any.
    pub fn guild(&self) -> Option<GuildId> {
        self.delivery.event.guild_id().map(GuildId::from)
    }
}

impl<E: GatewayEvent> Deref for On<E> {
    type Target = E;

    fn deref(&self) -> &E {
        E::of(&self.delivery.event).expect("checked when it was made")
    }
}

macro_rules! gateway_events {
    ($($variant:ident($type:path): $flag:ident, $name:literal, [$($intent:ident)|*];)*) => {$(
        impl GatewayEvent for $type {
            const FLAG: EventTypeFlags = EventTypeFlags::$flag;
            const INTENTS: Intents = Intents::empty()$(.union(Intents::$intent))*;
            const NAME: &'static str = $name;

            fn of(event: &Event) -> Option<&Self> {
                match event {
                    Event::$variant(inner) => {
                        let inner: &Self = inner;
                        Some(inner)
                    }
                    _ => None,
                }
            }
        }
    )*};
}

use twilight_model::gateway::payload::incoming as gateway;

gateway_events! {
    AutoModerationActionExecution(gateway::AutoModerationActionExecution): AUTO_MODERATION_ACTION_EXECUTION, "AUTO_MODERATION_ACTION_EXECUTION", [AUTO_MODERATION_EXECUTION];
    AutoModerationRuleCreate(gateway::AutoModerationRuleCreate): AUTO_MODERATION_RULE_CREATE, "AUTO_MODERATION_RULE_CREATE", [AUTO_MODERATION_CONFIGURATION];
    AutoModerationRuleDelete(gateway::AutoModerationRuleDelete): AUTO_MODERATION_RULE_DELETE, "AUTO_MODERATION_RULE_DELETE", [AUTO_MODERATION_CONFIGURATION];
    AutoModerationRuleUpdate(gateway::AutoModerationRuleUpdate): AUTO_MODERATION_RULE_UPDATE, "AUTO_MODERATION_RULE_UPDATE", [AUTO_MODERATION_CONFIGURATION];
    BanAdd(gateway::BanAdd): BAN_ADD, "GUILD_BAN_ADD", [GUILD_MODERATION];
    BanRemove(gateway::BanRemove): BAN_REMOVE, "GUILD_BAN_REMOVE", [GUILD_MODERATION];
    ChannelCreate(gateway::ChannelCreate): CHANNEL_CREATE, "CHANNEL_CREATE", [GUILDS];
    ChannelDelete(gateway::ChannelDelete): CHANNEL_DELETE, "CHANNEL_DELETE", [GUILDS];
    ChannelPinsUpdate(gateway::ChannelPinsUpdate): CHANNEL_PINS_UPDATE, "CHANNEL_PINS_UPDATE", [GUILDS | DIRECT_MESSAGES];
    ChannelUpdate(gateway::ChannelUpdate): CHANNEL_UPDATE, "CHANNEL_UPDATE", [GUILDS];
    GuildAuditLogEntryCreate(gateway::GuildAuditLogEntryCreate): GUILD_AUDIT_LOG_ENTRY_CREATE, "GUILD_AUDIT_LOG_ENTRY_CREATE", [GUILD_MODERATION];
    GuildCreate(gateway::GuildCreate): GUILD_CREATE, "GUILD_CREATE", [GUILDS];
    GuildDelete(gateway::GuildDelete): GUILD_DELETE, "GUILD_DELETE", [GUILDS];
    GuildEmojisUpdate(gateway::GuildEmojisUpdate): GUILD_EMOJIS_UPDATE, "GUILD_EMOJIS_UPDATE", [GUILD_EMOJIS_AND_STICKERS];
    GuildScheduledEventCreate(gateway::GuildScheduledEventCreate): GUILD_SCHEDULED_EVENT_CREATE, "GUILD_SCHEDULED_EVENT_CREATE", [GUILD_SCHEDULED_EVENTS];
    GuildScheduledEventDelete(gateway::GuildScheduledEventDelete): GUILD_SCHEDULED_EVENT_DELETE, "GUILD_SCHEDULED_EVENT_DELETE", [GUILD_SCHEDULED_EVENTS];
    GuildScheduledEventUpdate(gateway::GuildScheduledEventUpdate): GUILD_SCHEDULED_EVENT_UPDATE, "GUILD_SCHEDULED_EVENT_UPDATE", [GUILD_SCHEDULED_EVENTS];
    GuildScheduledEventUserAdd(gateway::GuildScheduledEventUserAdd): GUILD_SCHEDULED_EVENT_USER_ADD, "GUILD_SCHEDULED_EVENT_USER_ADD", [GUILD_SCHEDULED_EVENTS];
    GuildScheduledEventUserRemove(gateway::GuildScheduledEventUserRemove): GUILD_SCHEDULED_EVENT_USER_REMOVE, "GUILD_SCHEDULED_EVENT_USER_REMOVE", [GUILD_SCHEDULED_EVENTS];
    GuildUpdate(gateway::GuildUpdate): GUILD_UPDATE, "GUILD_UPDATE", [GUILDS];
    InviteCreate(gateway::InviteCreate): INVITE_CREATE, "INVITE_CREATE", [GUILD_INVITES];
    InviteDelete(gateway::InviteDelete): INVITE_DELETE, "INVITE_DELETE", [GUILD_INVITES];
    MemberAdd(gateway::MemberAdd): MEMBER_ADD, "GUILD_MEMBER_ADD", [GUILD_MEMBERS];
    MemberRemove(gateway::MemberRemove): MEMBER_REMOVE, "GUILD_MEMBER_REMOVE", [GUILD_MEMBERS];
    MemberUpdate(gateway::MemberUpdate): MEMBER_UPDATE, "GUILD_MEMBER_UPDATE", [GUILD_MEMBERS];
    MemberChunk(gateway::MemberChunk): MEMBER_CHUNK, "GUILD_MEMBERS_CHUNK", [];
    MessageCreate(gateway::MessageCreate): MESSAGE_CREATE, "MESSAGE_CREATE", [GUILD_MESSAGES];
    MessageDelete(gateway::MessageDelete): MESSAGE_DELETE, "MESSAGE_DELETE", [GUILD_MESSAGES];
    MessageDeleteBulk(gateway::MessageDeleteBulk): MESSAGE_DELETE_BULK, "MESSAGE_DELETE_BULK", [GUILD_MESSAGES];
    MessagePollVoteAdd(gateway::MessagePollVoteAdd): MESSAGE_POLL_VOTE_ADD, "MESSAGE_POLL_VOTE_ADD", [GUILD_MESSAGE_POLLS];
    MessagePollVoteRemove(gateway::MessagePollVoteRemove): MESSAGE_POLL_VOTE_REMOVE, "MESSAGE_POLL_VOTE_REMOVE", [GUILD_MESSAGE_POLLS];
    MessageUpdate(gateway::MessageUpdate): MESSAGE_UPDATE, "MESSAGE_UPDATE", [GUILD_MESSAGES];
    PresenceUpdate(gateway::PresenceUpdate): PRESENCE_UPDATE, "PRESENCE_UPDATE", [GUILD_PRESENCES];
    ReactionAdd(gateway::ReactionAdd): REACTION_ADD, "MESSAGE_REACTION_ADD", [GUILD_MESSAGE_REACTIONS];
    ReactionRemove(gateway::ReactionRemove): REACTION_REMOVE, "MESSAGE_REACTION_REMOVE", [GUILD_MESSAGE_REACTIONS];
    ReactionRemoveAll(gateway::ReactionRemoveAll): REACTION_REMOVE_ALL, "MESSAGE_REACTION_REMOVE_ALL", [GUILD_MESSAGE_REACTIONS];
    ReactionRemoveEmoji(gateway::ReactionRemoveEmoji): REACTION_REMOVE_EMOJI, "MESSAGE_REACTION_REMOVE_EMOJI", [GUILD_MESSAGE_REACTIONS];
    RoleCreate(gateway::RoleCreate): ROLE_CREATE, "GUILD_ROLE_CREATE", [GUILDS];
    RoleDelete(gateway::RoleDelete): ROLE_DELETE, "GUILD_ROLE_DELETE", [GUILDS];
    RoleUpdate(gateway::RoleUpdate): ROLE_UPDATE, "GUILD_ROLE_UPDATE", [GUILDS];
    ThreadCreate(gateway::ThreadCreate): THREAD_CREATE, "THREAD_CREATE", [GUILDS];
    ThreadDelete(gateway::ThreadDelete): THREAD_DELETE, "THREAD_DELETE", [GUILDS];
    ThreadListSync(gateway::ThreadListSync): THREAD_LIST_SYNC, "THREAD_LIST_SYNC", [GUILDS];
    ThreadUpdate(gateway::ThreadUpdate): THREAD_UPDATE, "THREAD_UPDATE", [GUILDS];
    TypingStart(gateway::TypingStart): TYPING_START, "TYPING_START", [GUILD_MESSAGE_TYPING];
    UserUpdate(gateway::UserUpdate): USER_UPDATE, "USER_UPDATE", [];
    VoiceStateUpdate(gateway::VoiceStateUpdate): VOICE_STATE_UPDATE, "VOICE_STATE_UPDATE", [GUILD_VOICE_STATES];
    WebhooksUpdate(gateway::WebhooksUpdate): WEBHOOKS_UPDATE, "WEBHOOKS_UPDATE", [GUILD_WEBHOOKS];
}
