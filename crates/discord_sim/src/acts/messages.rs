//! Messages: writing, editing, deleting.

use serde_json::json;

use crate::{
    gateway::Reach,
    ids::Id,
    intents,
    state::{Message, World},
};

impl World {
    /// Puts a finished message into its channel and announces it.
    pub(crate) fn post(&mut self, mut message: Message) -> Id {
        let (id, channel) = (message.id, message.channel);
        number_components(&mut message.components);
        let keep = self.options.messages_per_channel;
        let is_private = message.is_ephemeral();
        if let Some(place) = self.channels.get_mut(&channel) {
            if !is_private {
                place.last_message = Some(id);
            }
            place.messages.insert(id, message);
            while place.messages.len() > keep {
                place.messages.pop_first();
            }
        }
        self.diary_message(channel, id, crate::transcript::Change::Posted);
        self.emit_message("MESSAGE_CREATE", channel, id);
        id
    }

    /// Changes a message and announces it.
    pub(crate) fn edit(&mut self, channel: Id, id: Id, change: impl FnOnce(&mut Message)) {
        let Some(message) = self.message_mut(channel, id) else {
            return;
        };
        change(message);
        message.is_seen = false;
        number_components(&mut message.components);
        self.diary_message(channel, id, crate::transcript::Change::Edited);
        self.emit_message("MESSAGE_UPDATE", channel, id);
    }

    /// Removes a message and announces it.
    pub(crate) fn delete(&mut self, channel: Id, id: Id) {
        self.diary_message(channel, id, crate::transcript::Change::Deleted);
        let sees = self.bot_sees(channel);
        let Some(place) = self.channels.get_mut(&channel) else {
            return;
        };
        let guild = place.guild;
        let Some(message) = place.messages.remove(&id) else {
            return;
        };
        if message.is_ephemeral() {
            let payload = json!({"id": id, "channel_id": channel});
            self.gateway.emit(
                "MESSAGE_DELETE",
                intents::DIRECT_MESSAGES,
                Reach::of(guild),
                &payload,
            );
            return;
        }
        if !sees {
            return;
        }
        match guild {
            Some(guild) => self.emit_guild(
                "MESSAGE_DELETE",
                intents::GUILD_MESSAGES,
                guild,
                |_| json!({"id": id, "channel_id": channel, "guild_id": guild}),
            ),
            None => self.emit_with(
                "MESSAGE_DELETE",
                intents::DIRECT_MESSAGES,
                Reach::Direct,
                |_| json!({"id": id, "channel_id": channel}),
            ),
        }
    }

    /// Removes many messages at once, with one event.
    pub(crate) fn delete_many(&mut self, channel: Id, ids: &[Id]) {
        for id in ids {
            self.diary_message(channel, *id, crate::transcript::Change::Deleted);
        }
        let Some(place) = self.channels.get_mut(&channel) else {
            return;
        };
        place.messages.retain(|id, _| !ids.contains(id));
        self.emit_in_channel(
            "MESSAGE_DELETE_BULK",
            intents::GUILD_MESSAGES,
            channel,
            |world| {
                let guild = world
                    .channels
                    .get(&channel)
                    .and_then(|channel| channel.guild);
                json!({"ids": ids, "channel_id": channel, "guild_id": guild})
            },
        );
    }

    pub(crate) fn message(&self, channel: Id, id: Id) -> Option<&Message> {
        self.channels.get(&channel)?.messages.get(&id)
    }

    pub(crate) fn message_mut(&mut self, channel: Id, id: Id) -> Option<&mut Message> {
        self.channels.get_mut(&channel)?.messages.get_mut(&id)
    }
}

/// Gives every component without a number the next free one, as Discord does.
fn number_components(components: &mut [serde_json::Value]) {
    let mut taken = std::collections::BTreeSet::new();
    crate::validate::components::walk(components, &mut |component| {
        if let Some(id) = component
            .get("id")
            .and_then(serde_json::Value::as_u64)
            .filter(|id| *id > 0)
        {
            taken.insert(id);
        }
    });
    let mut next = 1;
    crate::validate::components::walk_mut(components, &mut |component| {
        let has_number = component
            .get("id")
            .and_then(serde_json::Value::as_u64)
            .is_some_and(|id| id > 0);
        if !has_number {
            while !taken.insert(next) {
                next += 1;
            }
            component.insert("id".to_owned(), json!(next));
        }
    });
}
