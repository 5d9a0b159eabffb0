//! Guilds: founding them, bringing the bot in, taking it out, outages.

use serde_json::json;

use crate::{
    gateway::{Presence, Reach},
    ids::Id,
    intents,
    permissions::Permissions,
    state::{ChannelKind, Guild, Member, Role, User, World},
    transcript::Name,
};

impl World {
    pub(crate) fn new_guild(&mut self, name: &str) -> Id {
        let id = self.mint.guild();
        let owner = self.user_named("owner");
        let now = self.now();
        let everyone = Role::new(id, "@everyone", 0, Permissions::EVERYONE);
        let guild = Guild {
            roles: [(id, everyone)].into(),
            members: [(owner, Member::new(owner, now))].into(),
            ..Guild::new(id, name, owner)
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
        if let Some(id) = self.people.get(name) {
            return *id;
        }
        let id = self.mint.user();
        self.users.insert(id, User::person(id, name));
        self.people.insert(name.to_owned(), id);
        self.name(id, Name::User(name.to_owned()));
        let presence = Presence {
            status: "online".to_owned(),
            activities: json!([]),
        };
        self.presences.insert(id, presence);
        id
    }

    pub(crate) fn member_named(&self, guild: Id, name: &str) -> Option<Id> {
        let guild = self.guilds.get(&guild)?;
        let id = self.people.get(name)?;
        guild.members.contains_key(id).then_some(*id)
    }

    pub(crate) fn add_bot(&mut self, guild: Id, permissions: Permissions) {
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

    /// Takes the bot out of a guild: it hears a last `GUILD_DELETE`, and its guild commands are gone.
    pub(crate) fn remove_bot(&mut self, guild: Id) {
        let bot = self.bot;
        let role = self.bot_role(guild);
        let payload = json!({"id": guild});
        self.gateway.emit(
            "GUILD_DELETE",
            intents::GUILDS,
            Reach::Guild(guild),
            &payload,
        );
        if let Some(home) = self.guilds.get_mut(&guild) {
            home.members.remove(&bot);
            home.voice.remove(&bot);
            if let Some(role) = role {
                home.roles.remove(&role);
            }
        }
        self.commands
            .retain(|_, command| command.guild != Some(guild));
    }

    /// Sends `GUILD_CREATE` to every session of the guild's shard.
    pub(crate) fn tell_guild_create(&mut self, guild: Id) {
        let sessions: Vec<(String, u64)> = self
            .gateway
            .sessions
            .values()
            .filter(|session| session.takes(intents::GUILDS, Reach::Guild(guild)))
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
            json!(world.guilds.get(&guild).map(Guild::json))
        });
    }

    /// Begins or ends an outage of a guild.
    pub(crate) fn set_outage(&mut self, guild: Id, is_out: bool) {
        let Some(home) = self.guilds.get_mut(&guild) else {
            return;
        };
        if home.is_unavailable == is_out {
            return;
        }
        home.is_unavailable = is_out;
        if is_out {
            let payload = json!({"id": guild, "unavailable": true});
            self.gateway.emit(
                "GUILD_DELETE",
                intents::GUILDS,
                Reach::Guild(guild),
                &payload,
            );
        } else {
            self.tell_guild_create(guild);
        }
    }
}
