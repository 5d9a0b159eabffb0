//! Access: what a member may do, as capabilities.
//!
//! A capability names a sensitive act (`hub.manage`, `tasks.assign_others`). Discord's permissions grant it by
//! default; the guild's staff role grants those that are marked for it; the guild's own rules come before both
//! ([`grants`](crate::grants)). It is checked before a handler runs and again on every click: what a message showed
//! earlier proves nothing.

use twilight_model::guild::Permissions;

use database::{RoleId, UserId};

/// A sensitive act that a member may or may not do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Capability {
    /// The name, `subject.act`, unique over all features.
    pub name: &'static str,
    /// The Discord permissions that grant it where nothing else is set; holding all of them is enough.
    pub by_default: Permissions,
    /// Whether the guild's staff role grants it.
    pub staff: bool,
}

/// Who asks, as Discord's own payload states it.
#[derive(Clone, Debug)]
pub struct Member {
    /// The member's user id.
    pub id: UserId,
    /// The member's roles, without @everyone.
    pub roles: Vec<RoleId>,
    /// The member's permissions in the channel, overwrites included.
    pub permissions: Permissions,
}

/// What a command asks of the member: one capability for all of it, and others for some of its subcommands.
#[derive(Clone, Copy, Debug)]
pub struct Access {
    /// For every path that `paths` does not name; `None` is open to everyone.
    pub everywhere: Option<&'static Capability>,
    /// For single subcommands, by path without the command's own name: `("panel", None)`.
    pub paths: &'static [(&'static str, Option<&'static Capability>)],
}

impl Access {
    /// Open to everyone who sees the command.
    pub const EVERYONE: Self = Self {
        everywhere: None,
        paths: &[],
    };

    /// One capability for the whole command.
    pub const fn needs(capability: &'static Capability) -> Self {
        Self {
            everywhere: Some(capability),
            paths: &[],
        }
    }

    /// Other rules for some subcommands.
    #[must_use]
    pub const fn except(
        self,
        paths: &'static [(&'static str, Option<&'static Capability>)],
    ) -> Self {
        Self {
            everywhere: self.everywhere,
            paths,
        }
    }

    /// The capability for a path below the command: `"create"`, `"group add"`, or `""` for the command itself.
    pub fn of(&self, path: &str) -> Option<&'static Capability> {
        self.paths
            .iter()
            .find(|(named, _)| *named == path)
            .map_or(self.everywhere, |(_, capability)| *capability)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANAGE: Capability = Capability {
        name: "hub.manage",
        by_default: Permissions::MANAGE_GUILD,
        staff: true,
    };
    const OWNERS: Capability = Capability {
        name: "db.browse",
        by_default: Permissions::ADMINISTRATOR,
        staff: false,
    };

    #[test]
    fn a_subcommand_can_have_a_rule_of_its_own() {
        const ACCESS: Access =
            Access::needs(&MANAGE).except(&[("panel", None), ("group drop", Some(&OWNERS))]);
        assert_eq!(ACCESS.of("create"), Some(&MANAGE));
        assert_eq!(ACCESS.of("panel"), None);
        assert_eq!(ACCESS.of("group drop"), Some(&OWNERS));
        assert_eq!(Access::EVERYONE.of(""), None);
    }
}
