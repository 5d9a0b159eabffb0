//! Handles to channels and roles.

use std::fmt;

use crate::{ids::Id, permissions::Permissions, sim::Sim};

/// A channel of a guild, a thread, or a DM. The channel may be gone; the handle does not mind.
#[derive(Clone)]
pub struct ChannelRef {
    pub(crate) sim: Sim,
    pub(crate) id: Id,
}

impl ChannelRef {
    /// The channel's id.
    pub fn id(&self) -> Id {
        self.id
    }

    /// What the channel is called now; empty if it is gone.
    pub fn name(&self) -> String {
        self.sim.look(|world| {
            world
                .channels
                .get(&self.id)
                .map(|channel| channel.name.clone())
                .unwrap_or_default()
        })
    }

    /// Whether the channel was deleted.
    pub fn is_gone(&self) -> bool {
        self.sim
            .look(|world| !world.channels.contains_key(&self.id))
    }

    /// What the bot may do here.
    pub fn bot_permissions(&self) -> Permissions {
        self.sim
            .look(|world| world.permissions_in(world.bot, self.id))
    }
}

impl fmt::Debug for ChannelRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{} ({})", self.name(), self.id)
    }
}

impl PartialEq for ChannelRef {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

/// A role of a guild.
#[derive(Clone)]
pub struct RoleRef {
    pub(crate) sim: Sim,
    pub(crate) guild: Id,
    pub(crate) id: Id,
}

impl RoleRef {
    /// The role's id.
    pub fn id(&self) -> Id {
        self.id
    }

    /// What the role is called now; empty if it is gone.
    pub fn name(&self) -> String {
        self.sim.look(|world| {
            let guild = world.guilds.get(&self.guild);
            guild
                .and_then(|guild| guild.roles.get(&self.id))
                .map(|role| role.name.clone())
                .unwrap_or_default()
        })
    }

    /// Whether the role was deleted.
    pub fn is_gone(&self) -> bool {
        self.sim.look(|world| {
            let guild = world.guilds.get(&self.guild);
            guild.is_none_or(|guild| !guild.roles.contains_key(&self.id))
        })
    }
}

impl fmt::Debug for RoleRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "@{} ({})", self.name(), self.id)
    }
}

impl PartialEq for RoleRef {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}
