//! Members: coming, changing, going, bans.

use serde_json::json;

use crate::{
    ids::Id,
    intents,
    permissions::Permissions,
    state::{Member, World},
};

impl World {
    /// Makes a user a member and announces it.
    pub(crate) fn join_guild(&mut self, guild: Id, user: Id) {
        let now = self.now();
        let Some(home) = self.guilds.get_mut(&guild) else {
            return;
        };
        home.members
            .entry(user)
            .or_insert_with(|| Member::new(user, now));
        self.emit_guild("GUILD_MEMBER_ADD", intents::GUILD_MEMBERS, guild, |world| {
            let member = world
                .guilds
                .get(&guild)
                .and_then(|home| home.members.get(&user));
            let mut payload = json!(member.map(|member| world.member_json(member)));
            payload["guild_id"] = json!(guild);
            payload
        });
    }

    /// Takes a member out of a guild: leaving, a kick and a ban all look like this.
    pub(crate) fn leave_guild(&mut self, guild: Id, user: Id) {
        let Some(home) = self.guilds.get_mut(&guild) else {
            return;
        };
        if home.members.remove(&user).is_none() {
            return;
        }
        let voice = home.voice.remove(&user);
        self.emit_guild(
            "GUILD_MEMBER_REMOVE",
            intents::GUILD_MEMBERS,
            guild,
            |world| json!({"guild_id": guild, "user": world.user_json(user)}),
        );
        // The voice state follows the removal, as it was seen to do.
        if let Some(state) = voice {
            self.tell_left(guild, &state);
        }
    }

    /// Changes a member and announces it; of the bot itself even without the intent.
    pub(crate) fn change_member(&mut self, guild: Id, user: Id, change: impl FnOnce(&mut Member)) {
        let found = self
            .guilds
            .get_mut(&guild)
            .and_then(|home| home.members.get_mut(&user));
        let Some(member) = found else { return };
        change(member);
        let intent = if user == self.bot {
            0
        } else {
            intents::GUILD_MEMBERS
        };
        self.emit_guild("GUILD_MEMBER_UPDATE", intent, guild, |world| {
            let member = world
                .guilds
                .get(&guild)
                .and_then(|home| home.members.get(&user));
            let mut payload = json!(member.map(|member| world.member_json(member)));
            payload["guild_id"] = json!(guild);
            payload
        });
    }

    /// Gives or takes a role. Nothing happens if nothing changes.
    pub(crate) fn set_role(&mut self, guild: Id, user: Id, role: Id, held: bool) {
        let has = self
            .guilds
            .get(&guild)
            .and_then(|home| home.members.get(&user))
            .is_some_and(|member| member.roles.contains(&role));
        if has == held {
            return;
        }
        self.change_member(guild, user, |member| {
            if held {
                member.roles.push(role);
            } else {
                member.roles.retain(|other| *other != role);
            }
        });
    }

    /// Bans a user, who need not be a member, and deletes their messages of the last `seconds`.
    pub(crate) fn ban(&mut self, guild: Id, user: Id, reason: Option<&str>, seconds: u64) {
        let Some(home) = self.guilds.get_mut(&guild) else {
            return;
        };
        home.bans.insert(user, reason.map(str::to_owned));
        self.tell_ban("GUILD_BAN_ADD", guild, user);
        self.leave_guild(guild, user);
        if seconds > 0 {
            self.delete_recent(guild, user, seconds);
        }
    }

    /// Lifts a ban; `false` if there is none.
    pub(crate) fn unban(&mut self, guild: Id, user: Id) -> bool {
        let lifted = self
            .guilds
            .get_mut(&guild)
            .and_then(|home| home.bans.remove(&user));
        if lifted.is_some() {
            self.tell_ban("GUILD_BAN_REMOVE", guild, user);
        }
        lifted.is_some()
    }

    fn tell_ban(&mut self, event: &str, guild: Id, user: Id) {
        let allowed = self.permissions_in_guild(self.bot, guild);
        if crate::gateway::may_hear(
            allowed,
            &[Permissions::BAN_MEMBERS, Permissions::VIEW_AUDIT_LOG],
        ) {
            self.emit_guild(
                event,
                intents::GUILD_MODERATION,
                guild,
                |world| json!({"guild_id": guild, "user": world.user_json(user)}),
            );
        }
    }

    fn delete_recent(&mut self, guild: Id, user: Id, seconds: u64) {
        let since = self.now().saturating_sub(seconds * 1000);
        let author = crate::state::Author::User(user);
        let mut found: Vec<(Id, Vec<Id>)> = self
            .channels
            .values()
            .filter(|channel| channel.guild == Some(guild))
            .map(|channel| {
                let recent = channel
                    .messages
                    .values()
                    .filter(|message| message.author == author && message.created >= since);
                (channel.id, recent.map(|message| message.id).collect())
            })
            .filter(|(_, ids): &(Id, Vec<Id>)| !ids.is_empty())
            .collect();
        found.sort_unstable();
        for (channel, ids) in found {
            self.delete_many(channel, &ids);
        }
    }
}
