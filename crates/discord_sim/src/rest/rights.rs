//! May the bot do this? Membership, permissions, hierarchy, overwrites.

use crate::{
    error::{ApiError, code},
    ids::Id,
    permissions::{Overwrite, Permissions},
    state::{Channel, World},
};

impl World {
    /// A channel the bot can see; in voice channels also needs CONNECT where messages are concerned.
    pub(super) fn visible(&self, id: Id) -> Result<&Channel, ApiError> {
        let channel = self.channel(id)?;
        if let Some(guild) = channel.guild {
            self.guild(guild)?;
        }
        if self.bot_sees(id) {
            Ok(channel)
        } else {
            Err(code::MISSING_ACCESS.into())
        }
    }

    /// The guild of a channel the bot can see; DMs are refused.
    pub(super) fn guild_of(&self, channel: Id) -> Result<Id, ApiError> {
        self.visible(channel)?
            .guild
            .ok_or_else(|| code::DM_CHANNEL.into())
    }

    /// Refuses unless the bot has all of `needed` in the guild.
    pub(super) fn need_in_guild(&self, guild: Id, needed: Permissions) -> Result<(), ApiError> {
        self.guild(guild)?;
        if self.permissions_in_guild(self.bot, guild).contains(needed) {
            Ok(())
        } else {
            Err(code::MISSING_PERMISSIONS.into())
        }
    }

    /// Refuses unless the bot sees the channel and has all of `needed` there.
    pub(super) fn need_in(&self, channel: Id, needed: Permissions) -> Result<(), ApiError> {
        self.visible(channel)?;
        if self.permissions_in(self.bot, channel).contains(needed) {
            Ok(())
        } else {
            Err(code::MISSING_PERMISSIONS.into())
        }
    }

    /// Refuses unless the bot's highest role is above this one.
    pub(super) fn need_above_role(&self, guild: Id, role: Id) -> Result<(), ApiError> {
        let home = self.guild(guild)?;
        let role = home.roles.get(&role).ok_or(code::UNKNOWN_ROLE)?;
        if home.owner == self.bot || home.rank(self.bot) > role.rank() {
            Ok(())
        } else {
            Err(code::MISSING_PERMISSIONS.into())
        }
    }

    /// Refuses unless the bot stands above a member; nobody stands above the owner.
    pub(super) fn need_above_member(&self, guild: Id, user: Id) -> Result<(), ApiError> {
        let home = self.guild(guild)?;
        let is_above =
            home.owner == self.bot || (home.owner != user && home.rank(self.bot) > home.rank(user));
        if is_above || user == self.bot {
            Ok(())
        } else {
            Err(code::MISSING_PERMISSIONS.into())
        }
    }

    /// Refuses overwrites with bits the bot does not have, or that hand on the right to write overwrites.
    ///
    /// `channel` is the channel they are for, if it exists already; `parent` where it is or will be.
    pub(super) fn check_overwrites(
        &self,
        guild: Id,
        channel: Option<&Channel>,
        parent: Option<Id>,
        new: &[Overwrite],
    ) -> Result<(), ApiError> {
        let own = self.permissions_in_guild(self.bot, guild);
        if own.contains(Permissions::ADMINISTRATOR) {
            return Ok(());
        }
        let old = channel.map_or(&[][..], |channel| &channel.overwrites);
        if self.holds_overwrite_right(guild, old) {
            return Ok(());
        }
        let in_parent = parent.map_or(Permissions::NONE, |parent| {
            self.permissions_in(self.bot, parent)
        });
        let allowed = (own | in_parent) - Permissions::MANAGE_ROLES;
        let touched = touched_bits(old, new);
        if (touched - allowed).is_empty() {
            Ok(())
        } else {
            Err(code::MISSING_PERMISSIONS.into())
        }
    }

    /// Whether an overwrite of the channel allows the bot `MANAGE_ROLES` there.
    fn holds_overwrite_right(&self, guild: Id, overwrites: &[Overwrite]) -> bool {
        let roles = self
            .guilds
            .get(&guild)
            .and_then(|home| home.members.get(&self.bot))
            .map_or(&[][..], |member| &member.roles);
        overwrites.iter().any(|overwrite| {
            overwrite.allow.contains(Permissions::MANAGE_ROLES)
                && (overwrite.id == self.bot || roles.contains(&overwrite.id))
        })
    }
}

/// All bits that differ between two lists of overwrites.
fn touched_bits(old: &[Overwrite], new: &[Overwrite]) -> Permissions {
    let find = |list: &[Overwrite], id: Id| {
        let found = list.iter().find(|overwrite| overwrite.id == id);
        found.map_or((0, 0), |found| (found.allow.bits(), found.deny.bits()))
    };
    let mut touched = 0;
    for overwrite in old.iter().chain(new) {
        let (was, is) = (find(old, overwrite.id), find(new, overwrite.id));
        touched |= (was.0 ^ is.0) | (was.1 ^ is.1);
    }
    Permissions::from_bits(touched)
}
