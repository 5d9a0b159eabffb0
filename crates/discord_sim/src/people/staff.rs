//! What people with rights do by hand: roles, kicks, bans, channels. The bot did none of it and must cope.

use super::speech::done;
use crate::{
    acts::audit::{Entry, action},
    ids::Id,
    people::{Cannot, ChannelRef, Person, RoleRef},
    permissions::{Overwrite, Permissions},
    state::World,
};

impl Person {
    /// Gives somebody a role.
    ///
    /// # Panics
    ///
    /// Without Manage Roles, or if the role is not below their own.
    #[track_caller]
    pub fn gives_role(&self, to: &Person, role: &RoleRef) {
        done(self.changes_role(to, role, true));
    }

    /// Takes a role from somebody.
    ///
    /// # Panics
    ///
    /// Without Manage Roles, or if the role is not below their own.
    #[track_caller]
    pub fn takes_role(&self, from: &Person, role: &RoleRef) {
        done(self.changes_role(from, role, false));
    }

    fn changes_role(&self, of: &Person, role: &RoleRef, held: bool) -> Result<(), Cannot> {
        self.sim.with(|world| {
            let what = "change roles";
            let guild = self.staff_of(world, what, Permissions::MANAGE_ROLES)?;
            let home = &world.guilds[&guild];
            let rank = home.roles.get(&role.id).map(crate::state::Role::rank);
            if home.owner != self.id && rank >= Some(home.rank(self.id)) {
                return Err(self.cannot(world, what, "the role is not below their own"));
            }
            world.set_role(guild, of.id, role.id, held);
            world.audit(Entry::new(
                guild,
                self.id,
                action::MEMBER_ROLE_UPDATE,
                of.id,
                None,
            ));
            Ok(())
        })
    }

    /// Kicks somebody.
    ///
    /// # Panics
    ///
    /// Without Kick Members, or if the target is not below them.
    #[track_caller]
    pub fn kicks(&self, target: &Person) {
        done(self.sim.with(|world| {
            let guild = self.above(world, "kick", Permissions::KICK_MEMBERS, target)?;
            world.leave_guild(guild, target.id);
            world.audit(Entry::new(
                guild,
                self.id,
                action::MEMBER_KICK,
                target.id,
                None,
            ));
            Ok(())
        }));
    }

    /// Bans somebody.
    ///
    /// # Panics
    ///
    /// Without Ban Members, or if the target is not below them.
    #[track_caller]
    pub fn bans(&self, target: &Person, reason: &str) {
        done(self.sim.with(|world| {
            let guild = self.above(world, "ban", Permissions::BAN_MEMBERS, target)?;
            world.ban(guild, target.id, Some(reason), 0);
            let entry = Entry::new(
                guild,
                self.id,
                action::MEMBER_BAN_ADD,
                target.id,
                Some(reason),
            );
            world.audit(entry);
            Ok(())
        }));
    }

    /// Lifts a ban.
    ///
    /// # Panics
    ///
    /// Without Ban Members.
    #[track_caller]
    pub fn unbans(&self, target: &Person) {
        done(self.sim.with(|world| {
            let guild = self.staff_of(world, "unban", Permissions::BAN_MEMBERS)?;
            world.unban(guild, target.id);
            world.audit(Entry::new(
                guild,
                self.id,
                action::MEMBER_BAN_REMOVE,
                target.id,
                None,
            ));
            Ok(())
        }));
    }

    /// Moves somebody to another voice channel.
    ///
    /// # Panics
    ///
    /// Without Move Members there.
    #[track_caller]
    pub fn moves(&self, target: &Person, to: &ChannelRef) {
        done(self.sim.with(|world| {
            let guild = self.staff_of(world, "move members", Permissions::MOVE_MEMBERS)?;
            world.enter_voice(guild, target.id, to.id, |_| {});
            Ok(())
        }));
    }

    /// Changes somebody's nickname, or takes it away.
    ///
    /// # Panics
    ///
    /// Without Manage Nicknames (of others) or Change Nickname (their own).
    #[track_caller]
    pub fn nicknames(&self, target: &Person, nick: Option<&str>) {
        done(self.sim.with(|world| {
            let needed = if self.id == target.id {
                Permissions::CHANGE_NICKNAME
            } else {
                Permissions::MANAGE_NICKNAMES
            };
            let guild = self.staff_of(world, "change the nickname", needed)?;
            world.change_member(guild, target.id, |member| {
                member.nick = nick.map(str::to_owned);
            });
            Ok(())
        }));
    }

    /// Deletes a channel by hand.
    ///
    /// # Panics
    ///
    /// Without Manage Channels.
    #[track_caller]
    pub fn deletes_channel(&self, channel: &ChannelRef) {
        done(self.sim.with(|world| {
            let guild = self.staff_of(world, "delete the channel", Permissions::MANAGE_CHANNELS)?;
            world.did(self.id, None, || format!("deletes <#{}>", channel.id));
            world.delete_channel(channel.id);
            world.audit(Entry::new(
                guild,
                self.id,
                action::CHANNEL_DELETE,
                channel.id,
                None,
            ));
            Ok(())
        }));
    }

    /// Renames a channel by hand.
    ///
    /// # Panics
    ///
    /// Without Manage Channels.
    #[track_caller]
    pub fn renames_channel(&self, channel: &ChannelRef, name: &str) {
        done(self.sim.with(|world| {
            let guild = self.staff_of(world, "rename the channel", Permissions::MANAGE_CHANNELS)?;
            world.change_channel(channel.id, |channel| name.clone_into(&mut channel.name));
            world.audit(Entry::new(
                guild,
                self.id,
                action::CHANNEL_UPDATE,
                channel.id,
                None,
            ));
            Ok(())
        }));
    }

    /// Deletes a role by hand.
    ///
    /// # Panics
    ///
    /// Without Manage Roles.
    #[track_caller]
    pub fn deletes_role(&self, role: &RoleRef) {
        done(self.sim.with(|world| {
            let guild = self.staff_of(world, "delete the role", Permissions::MANAGE_ROLES)?;
            world.delete_role(guild, role.id);
            world.audit(Entry::new(
                guild,
                self.id,
                action::ROLE_DELETE,
                role.id,
                None,
            ));
            Ok(())
        }));
    }

    /// The guild they act in, where they have `needed`.
    fn staff_of(&self, world: &World, what: &str, needed: Permissions) -> Result<Id, Cannot> {
        let Some(guild) = self.guild.filter(|guild| world.guilds.contains_key(guild)) else {
            return Err(self.cannot(world, what, "they are in no guild"));
        };
        let missing = needed - world.permissions_in_guild(self.id, guild);
        if missing.is_empty() {
            return Ok(guild);
        }
        let names: Vec<&str> = missing.names().collect();
        Err(self.cannot(world, what, format!("they lack {}", names.join(", "))))
    }

    fn above(
        &self,
        world: &World,
        what: &str,
        needed: Permissions,
        target: &Person,
    ) -> Result<Id, Cannot> {
        let guild = self.staff_of(world, what, needed)?;
        let home = &world.guilds[&guild];
        let is_above = home.owner == self.id
            || (home.owner != target.id && home.rank(self.id) > home.rank(target.id));
        if is_above {
            Ok(guild)
        } else {
            Err(self.cannot(world, what, "the target is not below them"))
        }
    }
}

impl ChannelRef {
    /// Allows a role or member something here, as by hand.
    pub fn allow(&self, who: &impl Holder, permissions: Permissions) {
        self.overwrite(who, permissions, Permissions::NONE);
    }

    /// Denies a role or member something here, as by hand.
    pub fn deny(&self, who: &impl Holder, permissions: Permissions) {
        self.overwrite(who, Permissions::NONE, permissions);
    }

    /// Denies everyone something here, as by hand.
    pub fn deny_everyone(&self, permissions: Permissions) {
        let guild = self.sim.look(|world| {
            world
                .channels
                .get(&self.id)
                .and_then(|channel| channel.guild)
        });
        if let Some(guild) = guild {
            self.write(guild, Overwrite::ROLE, Permissions::NONE, permissions);
        }
    }

    fn overwrite(&self, who: &impl Holder, allow: Permissions, deny: Permissions) {
        let (id, kind) = who.target();
        self.write(id, kind, allow, deny);
    }

    fn write(&self, id: Id, kind: u8, allow: Permissions, deny: Permissions) {
        self.sim.with(|world| {
            world.change_channel(self.id, |channel| {
                let known = channel.overwrites.iter_mut().find(|known| known.id == id);
                match known {
                    Some(known) => {
                        known.allow = (known.allow - deny) | allow;
                        known.deny = (known.deny - allow) | deny;
                    }
                    None => channel.overwrites.push(Overwrite {
                        id,
                        kind,
                        allow,
                        deny,
                    }),
                }
            });
        });
    }

    /// The channel's overwrites.
    pub fn overwrites(&self) -> Vec<Overwrite> {
        self.sim.look(|world| {
            let channel = world.channels.get(&self.id);
            channel
                .map(|channel| channel.overwrites.clone())
                .unwrap_or_default()
        })
    }

    /// The category the channel is in.
    pub fn parent(&self) -> Option<ChannelRef> {
        let id = self
            .sim
            .look(|world| world.channels.get(&self.id)?.parent)?;
        Some(Self {
            sim: self.sim.clone(),
            id,
        })
    }

    /// Puts the channel into a category, as by hand.
    pub fn set_parent(&self, category: Option<&ChannelRef>) {
        self.sim.with(|world| {
            world.change_channel(self.id, |channel| {
                channel.parent = category.map(|parent| parent.id);
            });
        });
    }

    /// A field of the channel object as REST shows it, such as `user_limit`.
    pub fn field(&self, name: &str) -> serde_json::Value {
        self.sim.look(|world| {
            let shown = world
                .channels
                .get(&self.id)
                .map(|channel| world.channel_json(channel));
            shown
                .and_then(|shown| shown.get(name).cloned())
                .unwrap_or_default()
        })
    }

    /// What members see under a voice channel's name.
    pub fn voice_status(&self) -> Option<String> {
        self.sim
            .look(|world| world.channels.get(&self.id)?.voice_status.clone())
    }

    /// Who is in the voice channel.
    pub fn occupants(&self) -> Vec<Person> {
        let (guild, ids) = self.sim.look(|world| {
            let guild = world
                .channels
                .get(&self.id)
                .and_then(|channel| channel.guild);
            (guild, world.occupants(self.id))
        });
        let person = |id| Person {
            sim: self.sim.clone(),
            id,
            guild,
            place: None,
        };
        ids.into_iter().map(person).collect()
    }
}

/// Whom an overwrite can be about: a [`Person`] or a [`RoleRef`].
pub trait Holder {
    /// The id and Discord's number for the kind of holder.
    fn target(&self) -> (Id, u8);
}

impl Holder for Person {
    fn target(&self) -> (Id, u8) {
        (self.id, Overwrite::MEMBER)
    }
}

impl Holder for RoleRef {
    fn target(&self) -> (Id, u8) {
        (self.id, Overwrite::ROLE)
    }
}
