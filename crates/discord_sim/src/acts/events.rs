//! Scheduled events: storing, announcing, and what the clock does to them.

use serde_json::{Value, json};

use crate::{
    clock::Millis,
    ids::Id,
    intents,
    state::{ScheduledEvent, World},
};

impl World {
    /// A guild's open events, for `GUILD_CREATE`.
    pub(crate) fn events_json(&self, guild: Id) -> Value {
        let home = self.guilds.get(&guild);
        let events = home.into_iter().flat_map(|home| home.events.values());
        events
            .filter(|event| event.is_open())
            .map(|event| event.json(guild))
            .collect()
    }

    /// Stores a new or changed event and announces it.
    pub(crate) fn put_event(&mut self, guild: Id, event: ScheduledEvent) {
        let payload = event.json(guild);
        let sees = event.channel.is_none_or(|channel| self.bot_sees(channel));
        self.name(event.id, crate::transcript::Name::Other(event.name.clone()));
        let Some(home) = self.guilds.get_mut(&guild) else {
            return;
        };
        let name = if home.events.insert(event.id, event).is_some() {
            "GUILD_SCHEDULED_EVENT_UPDATE"
        } else {
            "GUILD_SCHEDULED_EVENT_CREATE"
        };
        if sees {
            self.emit_guild(name, intents::GUILD_SCHEDULED_EVENTS, guild, |_| payload);
        }
    }

    pub(crate) fn remove_event(&mut self, guild: Id, event: Id) {
        let removed = self
            .guilds
            .get_mut(&guild)
            .and_then(|home| home.events.remove(&event));
        if let Some(removed) = removed {
            let payload = removed.json(guild);
            self.emit_guild(
                "GUILD_SCHEDULED_EVENT_DELETE",
                intents::GUILD_SCHEDULED_EVENTS,
                guild,
                |_| payload,
            );
        }
    }

    /// Notes that somebody is, or is no longer, interested in an event.
    pub(crate) fn set_interest(&mut self, guild: Id, event: Id, user: Id, is_on: bool) {
        let now = self.now();
        let found = self
            .guilds
            .get_mut(&guild)
            .and_then(|home| home.events.get_mut(&event));
        let Some(found) = found else { return };
        let changed = if is_on {
            found.users.insert(user, now).is_none()
        } else {
            found.users.remove(&user).is_some()
        };
        if changed {
            let name = if is_on {
                "GUILD_SCHEDULED_EVENT_USER_ADD"
            } else {
                "GUILD_SCHEDULED_EVENT_USER_REMOVE"
            };
            self.emit_guild(
                name,
                intents::GUILD_SCHEDULED_EVENTS,
                guild,
                |_| json!({"guild_scheduled_event_id": event, "user_id": user, "guild_id": guild}),
            );
        }
    }

    /// Moves events to where the clock says: events elsewhere start and end by themselves, the others are
    /// completed when their channel is left empty, and what nobody started is cancelled.
    pub(crate) fn run_events(&mut self) {
        const FORGOTTEN: Millis = 6 * 3_600_000;
        let now = self.now();
        let mut changed = Vec::new();
        for guild in self.guilds.values() {
            for event in guild.events.values().filter(|event| event.is_open()) {
                let is_external = event.kind == ScheduledEvent::EXTERNAL;
                let is_over = event.end.is_some_and(|end| end <= now);
                let status = match event.status {
                    ScheduledEvent::SCHEDULED if is_external && event.start <= now => {
                        ScheduledEvent::ACTIVE
                    }
                    ScheduledEvent::SCHEDULED if event.start + FORGOTTEN <= now => {
                        ScheduledEvent::CANCELED
                    }
                    ScheduledEvent::ACTIVE if is_external && is_over => ScheduledEvent::COMPLETED,
                    other => other,
                };
                if status != event.status {
                    changed.push((guild.id, event.id, status));
                }
            }
        }
        let is_done = changed.is_empty();
        for (guild, event, status) in changed {
            let home = self.guilds.get(&guild);
            if let Some(mut event) = home.and_then(|home| home.events.get(&event)).cloned() {
                event.status = status;
                self.put_event(guild, event);
            }
        }
        if !is_done {
            // What started may be over already.
            self.run_events();
        }
    }
}
