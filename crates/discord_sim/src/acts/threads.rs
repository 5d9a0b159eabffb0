//! Threads: opening them, and who is in them.

use serde_json::{Value, json};

use crate::{
    clock::iso,
    ids::Id,
    intents,
    state::{Channel, ChannelKind, World, channel::Thread, message::flags},
};

impl World {
    /// Opens a thread and announces it. A thread from a message has the message's id.
    pub(crate) fn open_thread(
        &mut self,
        parent: Id,
        from: Option<Id>,
        kind: ChannelKind,
        name: &str,
        owner: Id,
        minutes: u64,
    ) -> Option<Id> {
        let guild = self.channels.get(&parent)?.guild?;
        let now = self.now();
        let id = from.unwrap_or_else(|| self.new_id());
        let mut thread = Channel::new(id, kind, Some(guild), name);
        thread.parent = Some(parent);
        thread.thread = Some(Thread {
            owner,
            archived: false,
            locked: false,
            auto_archive_minutes: minutes,
            archive_changed: now,
            created: now,
            invitable: true,
            members: [(owner, now)].into(),
        });
        self.name_channel(&thread);
        self.channels.insert(id, thread);
        self.guilds.get_mut(&guild)?.threads.insert(id);
        if let Some(message) = from.and_then(|from| self.message_mut(parent, from)) {
            message.flags |= flags::HAS_THREAD;
        }
        self.emit_in_channel("THREAD_CREATE", intents::GUILDS, id, |world| {
            let mut payload = json!(
                world
                    .channels
                    .get(&id)
                    .map(|thread| world.channel_json(thread))
            );
            payload["newly_created"] = json!(true);
            payload
        });
        Some(id)
    }

    pub(crate) fn thread_member_json(&self, thread: Id, user: Id) -> Option<Value> {
        let channel = self.channels.get(&thread)?;
        let joined = *channel.thread.as_ref()?.members.get(&user)?;
        Some(json!({"id": thread, "user_id": user, "join_timestamp": iso(joined), "flags": 0}))
    }

    /// Adds or removes somebody and announces it.
    pub(crate) fn set_thread_member(&mut self, thread: Id, user: Id, is_in: bool) {
        let now = self.now();
        let Some(channel) = self.channels.get_mut(&thread) else {
            return;
        };
        let (Some(guild), Some(state)) = (channel.guild, channel.thread.as_mut()) else {
            return;
        };
        if is_in {
            state.members.entry(user).or_insert(now);
        } else {
            state.members.remove(&user);
        }
        let count = state.members.len().min(50);
        let intent = if user == self.bot {
            intents::GUILDS
        } else {
            intents::GUILD_MEMBERS
        };
        self.emit_guild("THREAD_MEMBERS_UPDATE", intent, guild, |world| {
            let mut payload = json!({"id": thread, "guild_id": guild, "member_count": count});
            if is_in {
                payload["added_members"] = json!([world.thread_member_json(thread, user)]);
            } else {
                payload["removed_member_ids"] = json!([user]);
            }
            payload
        });
    }
}
