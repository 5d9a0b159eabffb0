//! Channels of guilds: making, changing, deleting.

use serde_json::{Value, json};

use crate::{
    ids::Id,
    intents,
    state::{Channel, ChannelKind, World},
    transcript::Name,
    validate::channels::shown_name,
};

impl World {
    pub(crate) fn channel_named(
        &self,
        guild: Id,
        name: &str,
        kind: Option<ChannelKind>,
    ) -> Option<Id> {
        let guild = self.guilds.get(&guild)?;
        guild
            .channels
            .iter()
            .chain(&guild.threads)
            .filter_map(|id| self.channels.get(id))
            .find(|channel| {
                let is_called =
                    channel.name == name || channel.name == shown_name(channel.kind, name);
                is_called && kind.is_none_or(|kind| channel.kind == kind)
            })
            .map(|channel| channel.id)
    }

    /// Makes a channel at the end of its kind and announces it.
    pub(crate) fn add_channel(
        &mut self,
        guild: Id,
        kind: ChannelKind,
        name: &str,
        fill: impl FnOnce(&mut Channel),
    ) -> Id {
        let id = self.new_id();
        let mut channel = Channel::new(id, kind, Some(guild), name);
        let siblings = self.guilds.get(&guild).map_or(0, |guild| {
            let same = |id: &&Id| {
                let other = self.channels.get(id);
                other.is_some_and(|other| other.kind.is_voice() == kind.is_voice())
            };
            guild.channels.iter().filter(same).count()
        });
        channel.position = u32::try_from(siblings).unwrap_or(u32::MAX);
        fill(&mut channel);
        self.name_channel(&channel);
        self.channels.insert(id, channel);
        if let Some(guild) = self.guilds.get_mut(&guild) {
            guild.channels.insert(id);
        }
        self.emit_in_channel("CHANNEL_CREATE", intents::GUILDS, id, |world| {
            json!(
                world
                    .channels
                    .get(&id)
                    .map(|channel| world.channel_json(channel))
            )
        });
        id
    }

    pub(crate) fn name_channel(&mut self, channel: &Channel) {
        let name = channel.name.clone();
        let name = match channel.kind {
            ChannelKind::Voice | ChannelKind::Stage => Name::Voice(name),
            ChannelKind::Category => Name::Category(name),
            ChannelKind::Dm => Name::Dm(name),
            _ => Name::Text(name),
        };
        self.name(channel.id, name);
    }

    /// Changes a channel and announces it to those who saw it before or see it now.
    pub(crate) fn change_channel(&mut self, id: Id, change: impl FnOnce(&mut Channel)) {
        let saw = self.bot_sees(id);
        let Some(channel) = self.channels.get_mut(&id) else {
            return;
        };
        change(channel);
        let (guild, is_thread) = (channel.guild, channel.kind.is_thread());
        let named = channel.clone_without_messages();
        self.name_channel(&named);
        let Some(guild) = guild else { return };
        if saw || self.bot_sees(id) {
            let event = if is_thread {
                "THREAD_UPDATE"
            } else {
                "CHANNEL_UPDATE"
            };
            self.emit_guild(event, intents::GUILDS, guild, |world| {
                json!(
                    world
                        .channels
                        .get(&id)
                        .map(|channel| world.channel_json(channel))
                )
            });
        }
    }

    /// Deletes a channel of a guild with all that is in it; returns what it was.
    pub(crate) fn delete_channel(&mut self, id: Id) -> Value {
        let saw = self.bot_sees(id);
        let occupants = self.occupants(id);
        let Some(channel) = self.channels.remove(&id) else {
            return Value::Null;
        };
        let shown = self.channel_json(&channel);
        let Some(guild) = channel.guild else {
            return shown;
        };
        if channel.kind.is_thread() {
            if let Some(home) = self.guilds.get_mut(&guild) {
                home.threads.remove(&id);
            }
            if saw {
                let (parent, kind) = (channel.parent, channel.kind.number());
                self.emit_guild(
                    "THREAD_DELETE",
                    intents::GUILDS,
                    guild,
                    |_| json!({"id": id, "guild_id": guild, "parent_id": parent, "type": kind}),
                );
            }
            return shown;
        }
        let mut left = Vec::new();
        if let Some(home) = self.guilds.get_mut(&guild) {
            home.channels.remove(&id);
            home.webhooks.retain(|_, webhook| webhook.channel != id);
            home.invites.retain(|_, invite| invite.channel != id);
            left.extend(occupants.iter().filter_map(|user| home.voice.remove(user)));
            for field in ["system_channel_id", "afk_channel_id", "rules_channel_id"] {
                if home.fields.get(field) == Some(&json!(id)) {
                    home.fields.insert(field.to_owned(), Value::Null);
                }
            }
        }
        self.stages.remove(&id);
        if saw {
            let payload = shown.clone();
            self.emit_guild("CHANNEL_DELETE", intents::GUILDS, guild, |_| payload);
        }
        for state in &left {
            self.tell_left(guild, state);
        }
        let mut children: Vec<Id> = self
            .channels
            .values()
            .filter(|child| child.guild == Some(guild) && child.parent == Some(id))
            .map(|child| child.id)
            .collect();
        children.sort_unstable();
        for child in children {
            if self
                .channels
                .get(&child)
                .is_some_and(|child| child.kind.is_thread())
            {
                self.delete_channel(child);
            } else {
                self.change_channel(child, |child| child.parent = None);
            }
        }
        shown
    }
}
