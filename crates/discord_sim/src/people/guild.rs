//! A guild, seen by whoever sets the scene.

use std::fmt;

use serde_json::json;

use crate::{
    ids::Id,
    intents,
    people::{ChannelRef, Person, RoleRef},
    permissions::Permissions,
    sim::Sim,
    state::{self, Channel, ChannelKind, Member, Role, User, World},
    transcript::Name,
};

/// A guild. Cheap to clone.
#[derive(Clone)]
pub struct Guild {
    pub(crate) sim: Sim,
    pub(crate) id: Id,
}

impl Sim {
    /// Makes a guild with an owner, a text channel `general`, and the bot as an administrator. A bot that
    /// is connected receives `GUILD_CREATE`.
    pub fn guild(&self, name: &str) -> Guild {
        let id = self.with(|world| {
            let guild = world.new_guild(name);
            world.add_bot(guild, Permissions::ALL);
            guild
        });
        Guild {
            sim: self.clone(),
            id,
        }
    }

    /// Makes a guild that the bot is not in; [`Guild::adds_bot`] brings it there.
    pub fn guild_without_bot(&self, name: &str) -> Guild {
        Guild {
            sim: self.clone(),
            id: self.with(|world| world.new_guild(name)),
        }
    }

    /// The guild with this name.
    pub fn find_guild(&self, name: &str) -> Option<Guild> {
        let id = self.look(|world| {
            let guild = world.guilds.values().find(|guild| guild.name == name);
            guild.map(|guild| guild.id)
        })?;
        Some(Guild {
            sim: self.clone(),
            id,
        })
    }
}

impl Guild {
    /// The guild's id.
    pub fn id(&self) -> Id {
        self.id
    }

    /// Sets the guild's language, such as `fr`.
    #[must_use]
    pub fn locale(self, locale: &str) -> Self {
        self.sim.with(|world| {
            if let Some(guild) = world.guilds.get_mut(&self.id) {
                locale.clone_into(&mut guild.locale);
            }
            world.tell_guild(self.id);
        });
        self
    }

    /// The owner.
    ///
    /// # Panics
    ///
    /// Never: guilds are not deleted.
    pub fn owner(&self) -> Person {
        let owner = self
            .sim
            .look(|world| world.guilds.get(&self.id).map(|guild| guild.owner));
        self.person(owner.expect("guilds are never deleted"))
    }

    /// The member with this name, who joins now if there is none.
    pub fn member(&self, name: &str) -> Person {
        let id = self.sim.with(|world| {
            let known = world.member_named(self.id, name);
            known.unwrap_or_else(|| {
                let user = world.user_named(name);
                world.join_guild(self.id, user);
                user
            })
        });
        self.person(id)
    }

    /// Adds `count` members at once, without events; for large guilds. Their names are `member1`, ...
    pub fn members(&self, count: usize) {
        self.sim.with(|world| {
            let now = world.now();
            for _ in 0..count {
                let id = world.mint.user();
                let number = world.users.len();
                world
                    .users
                    .insert(id, User::person(id, &format!("member{number}")));
                if let Some(guild) = world.guilds.get_mut(&self.id) {
                    guild.members.insert(id, Member::new(id, now));
                }
            }
        });
    }

    /// The text channel with this name, made now if there is none.
    pub fn text(&self, name: &str) -> ChannelRef {
        self.channel_of_kind(name, ChannelKind::Text)
    }

    /// The voice channel with this name, made now if there is none.
    pub fn voice(&self, name: &str) -> ChannelRef {
        self.channel_of_kind(name, ChannelKind::Voice)
    }

    /// The stage with this name, made now if there is none.
    pub fn stage(&self, name: &str) -> ChannelRef {
        self.channel_of_kind(name, ChannelKind::Stage)
    }

    /// The category with this name, made now if there is none.
    pub fn category(&self, name: &str) -> ChannelRef {
        self.channel_of_kind(name, ChannelKind::Category)
    }

    fn channel_of_kind(&self, name: &str, kind: ChannelKind) -> ChannelRef {
        let id = self.sim.with(|world| {
            let known = world.channel_named(self.id, name, Some(kind));
            known.unwrap_or_else(|| world.add_channel(self.id, kind, name, |_| {}))
        });
        self.channel_ref(id)
    }

    /// The channel with this name, of whatever kind; `None` if there is none.
    pub fn channel(&self, name: &str) -> Option<ChannelRef> {
        let id = self
            .sim
            .look(|world| world.channel_named(self.id, name, None))?;
        Some(self.channel_ref(id))
    }

    /// The role with this name, made with these permissions now if there is none. It stands above all
    /// others but the bot's.
    pub fn role(&self, name: &str, permissions: Permissions) -> RoleRef {
        let id = self.sim.with(|world| {
            let known = world.role_named(self.id, name);
            known.unwrap_or_else(|| world.add_role_below_bot(self.id, name, permissions))
        });
        RoleRef {
            sim: self.sim.clone(),
            guild: self.id,
            id,
        }
    }

    /// Brings the bot into the guild with a role that has these permissions.
    pub fn adds_bot(&self, permissions: Permissions) {
        self.sim.with(|world| world.add_bot(self.id, permissions));
    }

    /// Gives the bot's own role exactly these permissions.
    #[must_use]
    pub fn bot_permissions(self, permissions: Permissions) -> Self {
        self.sim.with(|world| {
            if let Some(role) = world.bot_role(self.id) {
                world.change_role(self.id, role, |role| role.permissions = permissions);
            }
        });
        self
    }

    pub(crate) fn person(&self, id: Id) -> Person {
        Person {
            sim: self.sim.clone(),
            id,
            guild: Some(self.id),
            place: None,
        }
    }

    pub(crate) fn channel_ref(&self, id: Id) -> ChannelRef {
        ChannelRef {
            sim: self.sim.clone(),
            id,
        }
    }
}

impl fmt::Debug for Guild {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "guild {}", self.id)
    }
}

impl World {
    fn new_guild(&mut self, name: &str) -> Id {
        let id = self.mint.guild();
        let owner = self.user_named("owner");
        let now = self.now();
        let everyone = Role::new(id, "@everyone", 0, Permissions::EVERYONE);
        let guild = state::Guild {
            id,
            name: name.to_owned(),
            owner,
            locale: "en-US".to_owned(),
            features: Vec::new(),
            roles: [(id, everyone)].into(),
            members: [(owner, Member::new(owner, now))].into(),
            channels: [].into(),
            threads: [].into(),
            voice: [].into(),
            is_unavailable: false,
            fields: state::Guild::default_fields(None),
        };
        self.name(id, Name::Guild(name.to_owned()));
        self.guilds.insert(id, guild);
        let general = self.add_channel(id, ChannelKind::Text, "general", |_| {});
        if let Some(guild) = self.guilds.get_mut(&id) {
            guild
                .fields
                .insert("system_channel_id".to_owned(), json!(general));
        }
        id
    }

    /// The user with this name, made now if there is none.
    pub(crate) fn user_named(&mut self, name: &str) -> Id {
        let known = self
            .users
            .values()
            .find(|user| user.name == name && !user.is_bot);
        if let Some(user) = known {
            return user.id;
        }
        let id = self.mint.user();
        self.users.insert(id, User::person(id, name));
        self.name(id, Name::User(name.to_owned()));
        self.presences.insert(
            id,
            crate::gateway::Presence {
                status: "online".to_owned(),
                activities: json!([]),
            },
        );
        id
    }

    pub(crate) fn member_named(&self, guild: Id, name: &str) -> Option<Id> {
        let guild = self.guilds.get(&guild)?;
        let named = |id: &&Id| self.users.get(id).is_some_and(|user| user.name == name);
        guild.members.keys().find(named).copied()
    }

    fn channel_named(&self, guild: Id, name: &str, kind: Option<ChannelKind>) -> Option<Id> {
        let guild = self.guilds.get(&guild)?;
        guild
            .channels
            .iter()
            .chain(&guild.threads)
            .filter_map(|id| self.channels.get(id))
            .find(|channel| channel.name == name && kind.is_none_or(|kind| channel.kind == kind))
            .map(|channel| channel.id)
    }

    pub(crate) fn role_named(&self, guild: Id, name: &str) -> Option<Id> {
        let guild = self.guilds.get(&guild)?;
        guild
            .roles
            .values()
            .find(|role| role.name == name)
            .map(|role| role.id)
    }

    /// The bot's own managed role in a guild.
    pub(crate) fn bot_role(&self, guild: Id) -> Option<Id> {
        let guild = self.guilds.get(&guild)?;
        let own = json!(self.bot);
        let is_own =
            |role: &&Role| role.tags.as_ref().and_then(|tags| tags.get("bot_id")) == Some(&own);
        guild.roles.values().find(is_own).map(|role| role.id)
    }

    fn add_bot(&mut self, guild: Id, permissions: Permissions) {
        let role = self.new_id();
        let (now, bot) = (self.now(), self.bot);
        let name = self.bot_name().to_owned();
        let Some(home) = self.guilds.get_mut(&guild) else {
            return;
        };
        if home.members.contains_key(&bot) {
            return;
        }
        let top = home
            .roles
            .values()
            .map(|role| role.position)
            .max()
            .unwrap_or(0);
        home.roles.insert(
            role,
            Role {
                is_managed: true,
                tags: Some(json!({"bot_id": bot})),
                ..Role::new(role, &name, top + 1, permissions)
            },
        );
        let mut member = Member::new(bot, now);
        member.roles.push(role);
        home.members.insert(bot, member);
        self.name(role, Name::Role(name));
        self.tell_guild_create(guild);
    }

    /// Sends `GUILD_CREATE` to every session of the guild's shard.
    pub(crate) fn tell_guild_create(&mut self, guild: Id) {
        let reach = crate::gateway::Reach::Guild(guild);
        let sessions: Vec<(String, u64)> = self
            .gateway
            .sessions
            .values()
            .filter(|session| session.takes(intents::GUILDS, reach))
            .map(|session| (session.id.clone(), session.intents))
            .collect();
        for (session, asked) in sessions {
            let Some(home) = self.guilds.get(&guild) else {
                return;
            };
            let payload = self.guild_create_json(home, asked, 50);
            self.gateway.emit_to(&session, "GUILD_CREATE", &payload);
        }
    }

    pub(crate) fn tell_guild(&mut self, guild: Id) {
        self.emit_guild("GUILD_UPDATE", intents::GUILDS, guild, |world| {
            json!(world.guilds.get(&guild).map(state::Guild::json))
        });
    }

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

    /// Makes a channel and announces it.
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
                self.channels
                    .get(id)
                    .is_some_and(|c| c.kind.is_voice() == kind.is_voice())
            };
            guild.channels.iter().filter(same).count()
        });
        channel.position = u32::try_from(siblings).unwrap_or(u32::MAX);
        fill(&mut channel);
        self.name(
            id,
            match kind {
                ChannelKind::Voice | ChannelKind::Stage => Name::Voice(name.to_owned()),
                ChannelKind::Category => Name::Category(name.to_owned()),
                _ => Name::Text(name.to_owned()),
            },
        );
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

    fn add_role_below_bot(&mut self, guild: Id, name: &str, permissions: Permissions) -> Id {
        let id = self.new_id();
        let bot_role = self.bot_role(guild);
        let Some(home) = self.guilds.get_mut(&guild) else {
            return id;
        };
        let top = home
            .roles
            .values()
            .map(|role| role.position)
            .max()
            .unwrap_or(0);
        let bot_position = bot_role
            .and_then(|role| home.roles.get(&role))
            .map_or(top + 1, |role| role.position);
        for role in home.roles.values_mut() {
            if role.position >= bot_position {
                role.position += 1;
            }
        }
        home.roles
            .insert(id, Role::new(id, name, bot_position, permissions));
        self.name(id, Name::Role(name.to_owned()));
        self.emit_guild("GUILD_ROLE_CREATE", intents::GUILDS, guild, |world| {
            let role = world
                .guilds
                .get(&guild)
                .and_then(|home| home.roles.get(&id));
            json!({"guild_id": guild, "role": role.map(Role::json)})
        });
        id
    }

    /// Changes a role and announces it.
    pub(crate) fn change_role(&mut self, guild: Id, role: Id, change: impl FnOnce(&mut Role)) {
        let found = self
            .guilds
            .get_mut(&guild)
            .and_then(|home| home.roles.get_mut(&role));
        let Some(found) = found else { return };
        change(found);
        let name = found.name.clone();
        self.name(role, Name::Role(name));
        self.emit_guild("GUILD_ROLE_UPDATE", intents::GUILDS, guild, |world| {
            let found = world
                .guilds
                .get(&guild)
                .and_then(|home| home.roles.get(&role));
            json!({"guild_id": guild, "role": found.map(Role::json)})
        });
    }
}
