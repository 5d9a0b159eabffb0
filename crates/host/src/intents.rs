//! What is asked of Discord: intents, events and cached resources, derived from what features registered.

use feature::Catalogue;
use twilight_cache_inmemory::ResourceType;
use twilight_gateway::EventTypeFlags;
use twilight_model::{gateway::Intents, oauth::ApplicationFlags};

/// What the host itself needs.
const OWN: EventTypeFlags = EventTypeFlags::READY
    .union(EventTypeFlags::RESUMED)
    .union(EventTypeFlags::INTERACTION_CREATE)
    .union(EventTypeFlags::GUILD_CREATE)
    .union(EventTypeFlags::GUILD_DELETE)
    // Comes for the bot itself without the privileged intent.
    .union(EventTypeFlags::MEMBER_UPDATE)
    .union(EventTypeFlags::UNAVAILABLE_GUILD);

/// What is asked of the gateway.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Wanted {
    /// What Discord sends.
    pub(crate) intents: Intents,
    /// What is parsed of it.
    pub(crate) flags: EventTypeFlags,
    /// Privileged intents that features ask for and that are switched off: those features see less.
    pub(crate) missing: Intents,
}

/// Derives it. `application` are the flags of the application, which say what its owner switched on.
pub(crate) fn wanted(
    catalogue: &Catalogue,
    application: ApplicationFlags,
    presences: bool,
) -> Wanted {
    let (mut intents, mut flags) = (
        Intents::GUILDS | catalogue.intents(),
        OWN | catalogue.flags(),
    );
    for (resource, brings, events) in RESOURCES {
        if catalogue.resources().contains(resource) {
            intents |= brings;
            flags |= events;
        }
    }
    if presences {
        intents |= Intents::GUILD_PRESENCES;
    } else {
        intents -= Intents::GUILD_PRESENCES;
    }
    let mut missing = Intents::empty();
    for (intent, switch) in PRIVILEGED {
        if intents.contains(intent) && !application.intersects(switch) {
            missing |= intent;
        }
    }
    Wanted {
        intents: intents - missing,
        flags,
        missing,
    }
}

/// See [Discord Docs/Privileged Intents](https://docs.discord.com/developers/events/gateway#privileged-intents).
const PRIVILEGED: [(Intents, ApplicationFlags); 3] = [
    (
        Intents::GUILD_MEMBERS,
        ApplicationFlags::GATEWAY_GUILD_MEMBERS
            .union(ApplicationFlags::GATEWAY_GUILD_MEMBERS_LIMITED),
    ),
    (
        Intents::GUILD_PRESENCES,
        ApplicationFlags::GATEWAY_PRESENCE.union(ApplicationFlags::GATEWAY_PRESENCE_LIMITED),
    ),
    (
        Intents::MESSAGE_CONTENT,
        ApplicationFlags::GATEWAY_MESSAGE_CONTENT
            .union(ApplicationFlags::GATEWAY_MESSAGE_CONTENT_LIMITED),
    ),
];

/// The events that keep each kind of cached resource true.
const RESOURCES: [(ResourceType, Intents, EventTypeFlags); 8] = [
    (
        ResourceType::GUILD,
        Intents::GUILDS,
        EventTypeFlags::GUILD_UPDATE,
    ),
    (
        ResourceType::CHANNEL,
        Intents::GUILDS,
        EventTypeFlags::CHANNEL_CREATE
            .union(EventTypeFlags::CHANNEL_UPDATE)
            .union(EventTypeFlags::CHANNEL_DELETE)
            .union(EventTypeFlags::THREAD_CREATE)
            .union(EventTypeFlags::THREAD_UPDATE)
            .union(EventTypeFlags::THREAD_DELETE)
            .union(EventTypeFlags::THREAD_LIST_SYNC),
    ),
    (
        ResourceType::ROLE,
        Intents::GUILDS,
        EventTypeFlags::ROLE_CREATE
            .union(EventTypeFlags::ROLE_UPDATE)
            .union(EventTypeFlags::ROLE_DELETE),
    ),
    (
        ResourceType::VOICE_STATE,
        Intents::GUILD_VOICE_STATES,
        EventTypeFlags::VOICE_STATE_UPDATE,
    ),
    (
        ResourceType::MEMBER,
        Intents::GUILD_MEMBERS,
        EventTypeFlags::MEMBER_ADD
            .union(EventTypeFlags::MEMBER_UPDATE)
            .union(EventTypeFlags::MEMBER_REMOVE)
            .union(EventTypeFlags::MEMBER_CHUNK),
    ),
    (
        ResourceType::PRESENCE,
        Intents::GUILD_PRESENCES,
        EventTypeFlags::PRESENCE_UPDATE,
    ),
    (
        ResourceType::EMOJI,
        Intents::GUILD_EMOJIS_AND_STICKERS,
        EventTypeFlags::GUILD_EMOJIS_UPDATE,
    ),
    (
        ResourceType::STAGE_INSTANCE,
        Intents::GUILDS,
        EventTypeFlags::STAGE_INSTANCE_CREATE
            .union(EventTypeFlags::STAGE_INSTANCE_UPDATE)
            .union(EventTypeFlags::STAGE_INSTANCE_DELETE),
    ),
];
