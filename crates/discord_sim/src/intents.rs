//! Gateway intents: which events a session asked for.

/// Guilds, channels, roles, threads, stages.
pub(crate) const GUILDS: u64 = 1 << 0;
/// Members coming, changing and going (privileged).
pub(crate) const GUILD_MEMBERS: u64 = 1 << 1;
/// Bans and the audit log.
pub(crate) const GUILD_MODERATION: u64 = 1 << 2;
/// Emojis, stickers, sounds.
pub(crate) const GUILD_EXPRESSIONS: u64 = 1 << 3;
/// Webhooks.
pub(crate) const GUILD_WEBHOOKS: u64 = 1 << 5;
/// Invites.
pub(crate) const GUILD_INVITES: u64 = 1 << 6;
/// Voice states.
pub(crate) const GUILD_VOICE_STATES: u64 = 1 << 7;
/// Presences (privileged).
pub(crate) const GUILD_PRESENCES: u64 = 1 << 8;
/// Messages in guilds.
pub(crate) const GUILD_MESSAGES: u64 = 1 << 9;
/// Reactions in guilds.
pub(crate) const GUILD_MESSAGE_REACTIONS: u64 = 1 << 10;
/// Typing in guilds.
pub(crate) const GUILD_MESSAGE_TYPING: u64 = 1 << 11;
/// Messages in DMs, and ephemeral ones.
pub(crate) const DIRECT_MESSAGES: u64 = 1 << 12;
/// Reactions in DMs.
pub(crate) const DIRECT_MESSAGE_REACTIONS: u64 = 1 << 13;
/// Typing in DMs.
pub(crate) const DIRECT_MESSAGE_TYPING: u64 = 1 << 14;
/// Content of messages (privileged).
pub(crate) const MESSAGE_CONTENT: u64 = 1 << 15;
/// Scheduled events.
pub(crate) const GUILD_SCHEDULED_EVENTS: u64 = 1 << 16;
/// Changes of moderation rules.
pub(crate) const AUTO_MODERATION_CONFIGURATION: u64 = 1 << 20;
/// Moderation rules at work.
pub(crate) const AUTO_MODERATION_EXECUTION: u64 = 1 << 21;
/// Poll votes in guilds.
pub(crate) const GUILD_MESSAGE_POLLS: u64 = 1 << 24;
/// Poll votes in DMs.
pub(crate) const DIRECT_MESSAGE_POLLS: u64 = 1 << 25;

/// Every bit that means something.
pub(crate) const DEFINED: u64 = 0x0331_FFFF;
