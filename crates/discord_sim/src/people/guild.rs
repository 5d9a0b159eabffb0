//! A guild, seen by whoever sets the scene.

use std::fmt;

use crate::{
    ids::Id,
    people::{ChannelRef, Person, RoleRef},
    permissions::Permissions,
    sim::Sim,
    state::{ChannelKind, Member, User},
    validate::channels::shown_name,
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

impl Sim {
    /// The guild, if there is just one.
    pub(crate) fn only_guild(&self) -> Option<Guild> {
        let id = self.look(|world| {
            let mut ids = world.guilds.keys();
            ids.next().copied().filter(|_| ids.next().is_none())
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

    /// The bot with this name, another one than the bot under test; it joins now if it is not there.
    pub fn other_bot(&self, name: &str) -> Person {
        self.sim.with(|world| {
            if world.member_named(self.id, name).is_none() {
                let id = world.user_named(name);
                if let Some(user) = world.users.get_mut(&id) {
                    user.is_bot = true;
                }
            }
        });
        self.member(name)
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
            let name = shown_name(kind, name);
            known.unwrap_or_else(|| world.add_channel(self.id, kind, &name, |_| {}))
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

    /// Takes the bot out, as the owner can.
    pub fn kick_bot(&self) {
        self.sim.with(|world| world.remove_bot(self.id));
    }

    /// Whether the bot is a member.
    pub fn has_bot(&self) -> bool {
        self.sim.look(|world| world.guild(self.id).is_ok())
    }

    /// What @everyone may do.
    pub fn everyone(&self, permissions: Permissions) {
        self.sim.with(|world| {
            world.change_role(self.id, self.id, |role| role.permissions = permissions);
        });
    }

    /// Adds an emoji of the guild's own and returns how messages write it: `<:name:id>`.
    pub fn emoji(&self, name: &str) -> String {
        let id = self.sim.with(|world| {
            let id = world.new_id();
            let emoji = crate::state::Emoji {
                id,
                name: name.to_owned(),
                is_animated: false,
                roles: Vec::new(),
                by: world
                    .guilds
                    .get(&self.id)
                    .map_or(world.bot, |home| home.owner),
            };
            if let Some(home) = world.guilds.get_mut(&self.id) {
                home.emojis.insert(id, emoji);
            }
            crate::rest::tell_emojis(world, self.id);
            id
        });
        format!("<:{name}:{id}>")
    }

    /// Moves a role to another place; the bot's own starts at the top.
    pub fn move_role(&self, role: &RoleRef, position: u32) {
        self.sim
            .with(|world| world.move_roles(self.id, &[(role.id, position)]));
    }

    /// The bot's own role, if it has one.
    pub fn bot_role(&self) -> Option<RoleRef> {
        let id = self.sim.look(|world| world.bot_role(self.id))?;
        Some(RoleRef {
            sim: self.sim.clone(),
            guild: self.id,
            id,
        })
    }

    /// The role with this name; `None` if there is none.
    pub fn find_role(&self, name: &str) -> Option<RoleRef> {
        let id = self.sim.look(|world| world.role_named(self.id, name))?;
        Some(RoleRef {
            sim: self.sim.clone(),
            guild: self.id,
            id,
        })
    }

    /// The roles a person holds.
    pub fn roles_of(&self, person: &Person) -> Vec<RoleRef> {
        person.in_guild(self).roles()
    }

    /// The names of all channels, in the order they were made.
    pub fn channel_names(&self) -> Vec<String> {
        self.sim.look(|world| {
            let guild = world.guilds.get(&self.id);
            let ids = guild.into_iter().flat_map(|guild| &guild.channels);
            ids.filter_map(|id| world.channels.get(id))
                .map(|channel| channel.name.clone())
                .collect()
        })
    }

    /// How many members there are, the bot included.
    pub fn member_count(&self) -> usize {
        self.sim.look(|world| {
            world
                .guilds
                .get(&self.id)
                .map_or(0, |guild| guild.members.len())
        })
    }

    /// A field of the guild object as REST shows it.
    pub fn field(&self, name: &str) -> serde_json::Value {
        self.sim.look(|world| {
            let shown = world.guilds.get(&self.id).map(crate::state::Guild::json);
            shown
                .and_then(|shown| shown.get(name).cloned())
                .unwrap_or_default()
        })
    }

    /// Sets a field of the guild object that has no verb of its own, such as `premium_tier`.
    pub fn set_field(&self, name: &str, value: serde_json::Value) {
        self.sim.with(|world| {
            if let Some(guild) = world.guilds.get_mut(&self.id) {
                guild.fields.insert(name.to_owned(), value);
            }
            world.tell_guild(self.id);
        });
    }

    /// The audit log, oldest first, as Discord shows entries.
    pub fn audit_log(&self) -> Vec<serde_json::Value> {
        self.sim.look(|world| {
            let guild = world.guilds.get(&self.id);
            guild
                .into_iter()
                .flat_map(|guild| &guild.audit)
                .cloned()
                .collect()
        })
    }

    /// The scheduled events, oldest first, as Discord shows them.
    pub fn scheduled_events(&self) -> Vec<serde_json::Value> {
        self.sim.with(|world| {
            world.run_events();
            let guild = world.guilds.get(&self.id);
            let events = guild.into_iter().flat_map(|guild| guild.events.values());
            events.map(|event| event.json(self.id)).collect()
        })
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
