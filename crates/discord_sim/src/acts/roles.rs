//! Roles: making, changing, deleting.

use serde_json::json;

use crate::{
    ids::Id,
    intents,
    permissions::Permissions,
    state::{Role, World},
    transcript::Name,
};

impl World {
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

    /// Makes a role at the lowest place above @everyone, as Discord does, and announces it.
    pub(crate) fn add_role(&mut self, guild: Id, fill: impl FnOnce(&mut Role)) -> Id {
        let id = self.new_id();
        let Some(home) = self.guilds.get_mut(&guild) else {
            return id;
        };
        let everyone = home
            .roles
            .get(&guild)
            .map(|role| role.permissions)
            .unwrap_or_default();
        for role in home.roles.values_mut().filter(|role| role.position > 0) {
            role.position += 1;
        }
        let mut role = Role::new(id, "new role", 1, everyone);
        fill(&mut role);
        self.insert_role(guild, role);
        id
    }

    /// Makes a role just below the bot's own, so that the bot can hand it out.
    pub(crate) fn add_role_below_bot(
        &mut self,
        guild: Id,
        name: &str,
        permissions: Permissions,
    ) -> Id {
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
        let place = bot_role
            .and_then(|role| home.roles.get(&role))
            .map_or(top + 1, |role| role.position);
        let mut moved = Vec::new();
        for role in home
            .roles
            .values_mut()
            .filter(|role| role.position >= place)
        {
            role.position += 1;
            moved.push(role.id);
        }
        self.insert_role(guild, Role::new(id, name, place, permissions));
        for role in moved {
            self.tell_role("GUILD_ROLE_UPDATE", guild, role);
        }
        id
    }

    fn insert_role(&mut self, guild: Id, role: Role) {
        let id = role.id;
        self.name(id, Name::Role(role.name.clone()));
        if let Some(home) = self.guilds.get_mut(&guild) {
            home.roles.insert(id, role);
        }
        self.tell_role("GUILD_ROLE_CREATE", guild, id);
    }

    fn tell_role(&mut self, event: &str, guild: Id, role: Id) {
        self.emit_guild(event, intents::GUILDS, guild, |world| {
            let found = world
                .guilds
                .get(&guild)
                .and_then(|home| home.roles.get(&role));
            json!({"guild_id": guild, "role": found.map(Role::json)})
        });
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
        self.tell_role("GUILD_ROLE_UPDATE", guild, role);
    }

    /// Deletes a role, and takes it from everyone who has it without a further event.
    pub(crate) fn delete_role(&mut self, guild: Id, role: Id) {
        let Some(home) = self.guilds.get_mut(&guild) else {
            return;
        };
        let Some(gone) = home.roles.remove(&role) else {
            return;
        };
        for member in home.members.values_mut() {
            member.roles.retain(|held| *held != role);
        }
        for other in home
            .roles
            .values_mut()
            .filter(|other| other.position > gone.position)
        {
            other.position -= 1;
        }
        self.emit_guild(
            "GUILD_ROLE_DELETE",
            intents::GUILDS,
            guild,
            |_| json!({"guild_id": guild, "role_id": role}),
        );
    }

    /// Moves roles to places and announces all that moved. Places are numbered from 1; @everyone stays.
    pub(crate) fn move_roles(&mut self, guild: Id, moves: &[(Id, u32)]) {
        let Some(home) = self.guilds.get_mut(&guild) else {
            return;
        };
        let before: Vec<(Id, u32)> = home
            .roles
            .values()
            .map(|role| (role.id, role.position))
            .collect();
        for (id, position) in moves {
            if let Some(role) = home.roles.get_mut(id).filter(|role| role.id != guild) {
                role.position = (*position).max(1);
            }
        }
        let mut order: Vec<_> = home
            .roles
            .values()
            .filter(|role| role.id != guild)
            .map(|role| {
                // Of two on one place, the moved one goes above.
                let moved = moves.iter().any(|(id, _)| *id == role.id);
                (role.position, moved, std::cmp::Reverse(role.id))
            })
            .collect();
        order.sort_unstable();
        for ((_, _, std::cmp::Reverse(id)), place) in order.into_iter().zip(1..) {
            if let Some(role) = home.roles.get_mut(&id) {
                role.position = place;
            }
        }
        let moved: Vec<Id> = before
            .into_iter()
            .filter(|(id, position)| {
                home.roles
                    .get(id)
                    .is_some_and(|role| role.position != *position)
            })
            .map(|(id, _)| id)
            .collect();
        for id in moved {
            self.tell_role("GUILD_ROLE_UPDATE", guild, id);
        }
    }
}
