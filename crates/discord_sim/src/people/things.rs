//! What a guild holds besides channels, roles and members, as somebody made it by hand.

use serde_json::{Value, json};

use crate::{
    ids::Id,
    people::{ChannelRef, Guild},
    state::{ScheduledEvent, Webhook},
};

impl Guild {
    /// Adds a webhook that the owner made in the channel's settings, and returns its token.
    pub fn webhook(&self, channel: &ChannelRef, name: &str) -> String {
        self.sim.with(|world| {
            let token = world.secret();
            let id = world.new_id();
            if let Some(home) = world.guilds.get_mut(&self.id) {
                let by = home.owner;
                let webhook = Webhook {
                    id,
                    channel: channel.id,
                    name: name.to_owned(),
                    avatar: None,
                    token: token.clone(),
                    by,
                    application: None,
                };
                home.webhooks.insert(id, webhook);
            }
            token
        })
    }

    /// Adds a rule of automatic moderation that blocks messages with a word.
    pub fn automod_rule(&self, name: &str, word: &str) -> Id {
        self.sim.with(|world| {
            let id = world.new_id();
            if let Some(home) = world.guilds.get_mut(&self.id) {
                let rule = json!({
                    "id": id, "guild_id": self.id, "name": name, "creator_id": home.owner,
                    "event_type": 1, "trigger_type": 1, "enabled": true,
                    "trigger_metadata": {"keyword_filter": [word], "regex_patterns": [], "allow_list": []},
                    "actions": [{"type": 1, "metadata": {}}], "exempt_roles": [], "exempt_channels": [],
                });
                home.automod.insert(id, rule);
            }
            id
        })
    }

    /// Adds an event somewhere outside Discord, a day from now.
    pub fn event(&self, name: &str) -> Id {
        const DAY: u64 = 24 * 60 * 60 * 1000;
        self.sim.with(|world| {
            let (id, now) = (world.new_id(), world.now());
            let by = world
                .guilds
                .get(&self.id)
                .map_or(world.bot, |home| home.owner);
            let event = ScheduledEvent {
                id,
                by,
                name: name.to_owned(),
                description: None,
                kind: ScheduledEvent::EXTERNAL,
                channel: None,
                location: Some("Here".to_owned()),
                start: now + DAY,
                end: Some(now + 2 * DAY),
                status: ScheduledEvent::SCHEDULED,
                recurrence: None,
                image: None,
                users: [].into(),
            };
            if let Some(home) = world.guilds.get_mut(&self.id) {
                home.events.insert(id, event);
            }
            id
        })
    }

    /// Adds a sticker of the guild's own.
    pub fn sticker(&self, name: &str) -> Id {
        self.sim.with(|world| {
            let id = world.new_id();
            let sticker = json!({
                "id": id, "name": name, "description": null, "tags": "wave", "type": 2,
                "format_type": 1, "available": true, "guild_id": self.id,
            });
            if let Some(home) = world.guilds.get_mut(&self.id) {
                let stickers = home
                    .fields
                    .get_mut("stickers")
                    .and_then(Value::as_array_mut);
                if let Some(all) = stickers {
                    all.push(sticker.clone());
                }
            }
            world.tell_guild(self.id);
            id
        })
    }
}
