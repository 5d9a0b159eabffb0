//! What the cache is told.
//!
//! A guild is known whole or not at all: whoever holds what `cache.guild` returns sees every channel and role of it.
//! twilight empties what belongs to a guild when a session begins and fills it piece by piece when Discord tells of the
//! guild. A feature that looked in between would take what is missing for deleted.

use twilight_cache_inmemory::DefaultInMemoryCache;
use twilight_model::{
    gateway::{
        event::Event,
        payload::incoming::{GuildCreate, GuildDelete},
    },
    id::{Id, marker::GuildMarker},
};

/// Brings the cache up to an event.
pub(super) fn learn(cache: &DefaultInMemoryCache, event: &Event) {
    match event {
        // What was known stays until Discord tells of each guild anew.
        Event::Ready(_) => {}
        Event::GuildCreate(create) => {
            forget(cache, create.id());
            if matches!(**create, GuildCreate::Available(_)) {
                cache.update(event);
            }
        }
        _ => cache.update(event),
    }
}

/// A guild is no longer known, until Discord tells of it.
pub(super) fn forget(cache: &DefaultInMemoryCache, id: Id<GuildMarker>) {
    cache.update(&GuildDelete {
        id,
        unavailable: None,
    });
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::{Value, json};
    use twilight_cache_inmemory::ResourceType;
    use twilight_model::gateway::payload::incoming::Ready;

    use super::*;

    pub(in super::super) const GUILD: Id<GuildMarker> = Id::new(1);

    /// A guild with these channels.
    pub(in super::super) fn guild(channels: &[u64]) -> twilight_model::guild::Guild {
        let channels: Vec<Value> = channels
            .iter()
            .map(|id| json!({"id": id.to_string(), "type": 0, "name": "talk"}))
            .collect();
        let guild = json!({
            "id": "1", "name": "Rust FR", "owner_id": "2", "afk_timeout": 300, "channels": channels,
            "default_message_notifications": 0, "explicit_content_filter": 0, "features": [], "mfa_level": 0,
            "nsfw_level": 0, "preferred_locale": "fr", "premium_progress_bar_enabled": false, "premium_tier": 0,
            "roles": [], "emojis": [], "system_channel_flags": 0, "verification_level": 0,
        });
        serde_json::from_value(guild).unwrap()
    }

    fn told(channels: &[u64]) -> Event {
        Event::GuildCreate(Box::new(GuildCreate::Available(guild(channels))))
    }

    fn ready() -> Event {
        let ready: Ready = serde_json::from_value(json!({
            "v": 10, "session_id": "s", "resume_gateway_url": "ws://localhost",
            "application": {"id": "3", "flags": 0},
            "guilds": [{"id": "1", "unavailable": true}],
            "user": {"id": "3", "username": "Majordome", "discriminator": "0", "avatar": null, "bot": true,
                "mfa_enabled": false},
        }))
        .unwrap();
        Event::Ready(ready)
    }

    /// The channels of the guild, while it is known.
    pub(in super::super) fn channels(cache: &DefaultInMemoryCache) -> Option<Vec<u64>> {
        let _known = cache.guild(GUILD)?;
        let mut channels: Vec<u64> = cache
            .guild_channels(GUILD)?
            .iter()
            .map(|id| id.get())
            .collect();
        channels.sort_unstable();
        Some(channels)
    }

    #[test]
    fn a_guild_stays_known_until_discord_tells_of_it_anew() {
        let cache = DefaultInMemoryCache::builder()
            .resource_types(ResourceType::GUILD | ResourceType::CHANNEL)
            .build();
        learn(&cache, &told(&[10, 11]));
        assert_eq!(channels(&cache), Some(vec![10, 11]));
        learn(&cache, &ready());
        assert_eq!(channels(&cache), Some(vec![10, 11]));
        learn(&cache, &told(&[11, 12]));
        assert_eq!(channels(&cache), Some(vec![11, 12]));
        assert!(cache.channel(Id::new(10)).is_none());
        let outage = json!({"id": "1", "unavailable": true});
        let outage = GuildCreate::Unavailable(serde_json::from_value(outage).unwrap());
        learn(&cache, &Event::GuildCreate(Box::new(outage)));
        assert_eq!(channels(&cache), None);
    }

    /// Whoever looks while Discord tells of a guild again and again sees all of it, or nothing.
    #[test]
    fn no_part_of_a_guild_is_seen_without_the_rest() {
        let cache = DefaultInMemoryCache::builder()
            .resource_types(ResourceType::GUILD | ResourceType::CHANNEL)
            .build();
        let all: Vec<u64> = (10..200).collect();
        let told = told(&all);
        std::thread::scope(|scope| {
            let teller = scope.spawn(|| (0..200).for_each(|_| learn(&cache, &told)));
            while !teller.is_finished() {
                if let Some(seen) = channels(&cache) {
                    assert_eq!(seen, all);
                }
            }
        });
        assert_eq!(channels(&cache), Some(all));
    }
}
