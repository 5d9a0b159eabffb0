//! Which roles may be handed out: by the bot, and by whom it is set up.
//!
//! See [Discord Docs/Permission hierarchy](https://docs.discord.com/developers/topics/permissions#permission-hierarchy).

use std::{cmp::Reverse, collections::BTreeMap};

use database::{GuildId, RoleId, UserId};
use twilight_cache_inmemory::DefaultInMemoryCache;
use twilight_model::guild::Permissions;

/// Permissions with which a self-service role could take a server over.
pub const DANGEROUS: Permissions = Permissions::ADMINISTRATOR
    .union(Permissions::MANAGE_ROLES)
    .union(Permissions::MANAGE_GUILD)
    .union(Permissions::BAN_MEMBERS)
    .union(Permissions::KICK_MEMBERS);

/// Who else hands a role out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ManagedBy {
    /// Discord gives it to those who boost the server.
    Boosts,
    /// It belongs to a bot.
    Bot,
    /// An integration or a subscription hands it out.
    Integration,
}

/// Why a role can not or must not be handed out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RoleProblem {
    /// It does not exist in this guild.
    Missing,
    /// It is @everyone.
    Everyone,
    /// Somebody else hands it out.
    Managed(ManagedBy),
    /// The bot lacks Manage Roles.
    BotLacksManageRoles,
    /// It is not below the bot's highest role.
    AboveBot {
        /// The bot's highest role, if it has one.
        highest: Option<RoleId>,
    },
    /// It is not below the highest role of who sets it up.
    AboveYou {
        /// That member's highest role, if they have one.
        highest: Option<RoleId>,
    },
    /// It carries permissions to which the owner has not agreed.
    Dangerous(Permissions),
}

/// A role of a guild.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// Its place, from the bottom.
    pub position: i64,
    /// What it allows.
    pub permissions: Permissions,
    /// Who else hands it out.
    pub managed: Option<ManagedBy>,
}

/// The roles of a guild.
#[derive(Clone, Debug)]
pub struct Roles {
    /// The guild; @everyone carries its id.
    pub guild: GuildId,
    /// The guild's owner.
    pub owner: UserId,
    /// All roles.
    pub all: BTreeMap<RoleId, Role>,
}

/// Who sets a role up.
#[derive(Clone, Copy, Debug)]
pub struct Who<'a> {
    /// The member.
    pub user: UserId,
    /// Their roles.
    pub roles: &'a [RoleId],
}

impl Roles {
    /// The roles as the gateway told; `None` while the guild is not known.
    pub fn cached(cache: &DefaultInMemoryCache, guild: GuildId) -> Option<Self> {
        // Held to the end: no role of it goes meanwhile.
        let known = cache.guild(guild.into())?;
        let owner = known.owner_id().into();
        let ids: Vec<_> = cache
            .guild_roles(guild.into())?
            .value()
            .iter()
            .copied()
            .collect();
        let mut all = BTreeMap::new();
        for id in ids {
            let Some(role) = cache.role(id) else { continue };
            let tags = role.tags.as_ref();
            let managed = if tags.is_some_and(|tags| tags.premium_subscriber) {
                Some(ManagedBy::Boosts)
            } else if tags.is_some_and(|tags| tags.bot_id.is_some()) {
                Some(ManagedBy::Bot)
            } else {
                role.managed.then_some(ManagedBy::Integration)
            };
            all.insert(
                id.into(),
                Role {
                    name: role.name.clone(),
                    position: role.position,
                    permissions: role.permissions,
                    managed,
                },
            );
        }
        Some(Self { guild, owner, all })
    }

    /// The name of a role, for labels and logs.
    pub fn name(&self, role: RoleId) -> Option<&str> {
        self.all.get(&role).map(|role| role.name.as_str())
    }

    /// Where a role stands: of two in one place, the one with the lower id is higher.
    fn rank(&self, role: RoleId) -> Option<(i64, Reverse<RoleId>)> {
        let found = self.all.get(&role)?;
        Some((found.position, Reverse(role)))
    }

    /// The highest of some roles.
    pub fn highest(&self, roles: &[RoleId]) -> Option<RoleId> {
        roles
            .iter()
            .copied()
            .filter(|role| self.all.contains_key(role))
            .max_by_key(|role| self.rank(*role))
    }

    fn is_below(&self, role: RoleId, highest: Option<RoleId>) -> bool {
        highest.is_some_and(|highest| self.rank(role) < self.rank(highest))
    }

    fn bot_may_manage(&self, bot: &[RoleId]) -> bool {
        let everyone = RoleId::from(self.guild.id().cast());
        let held = bot
            .iter()
            .chain([&everyone])
            .filter_map(|role| self.all.get(role))
            .fold(Permissions::empty(), |held, role| held | role.permissions);
        held.intersects(Permissions::ADMINISTRATOR | Permissions::MANAGE_ROLES)
    }

    /// Why the bot, which holds `bot`, can not hand a role out; `None` when it can.
    pub fn problem(
        &self,
        role: RoleId,
        bot: &[RoleId],
        approved: Permissions,
    ) -> Option<RoleProblem> {
        if role.get() == self.guild.get() {
            return Some(RoleProblem::Everyone);
        }
        let Some(found) = self.all.get(&role) else {
            return Some(RoleProblem::Missing);
        };
        if let Some(by) = found.managed {
            return Some(RoleProblem::Managed(by));
        }
        if !self.bot_may_manage(bot) {
            return Some(RoleProblem::BotLacksManageRoles);
        }
        let highest = self.highest(bot);
        if !self.is_below(role, highest) {
            return Some(RoleProblem::AboveBot { highest });
        }
        let dangerous = (found.permissions & DANGEROUS) - approved;
        (!dangerous.is_empty()).then_some(RoleProblem::Dangerous(dangerous))
    }

    /// Why `who` may not have the bot hand a role out; what [`problem`](Self::problem) says comes first, except for
    /// permissions, to which the owner may agree.
    pub fn problem_for(
        &self,
        who: Who<'_>,
        role: RoleId,
        bot: &[RoleId],
        approved: Permissions,
    ) -> Option<RoleProblem> {
        let problem = self.problem(role, bot, approved);
        match problem {
            None | Some(RoleProblem::Dangerous(_)) => {}
            other => return other,
        }
        let highest = self.highest(who.roles);
        if who.user != self.owner && !self.is_below(role, highest) {
            return Some(RoleProblem::AboveYou { highest });
        }
        problem
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(number: u64) -> T {
        number.to_string().parse().unwrap()
    }

    fn roles() -> Roles {
        let role = |position, permissions, managed| Role {
            name: format!("role {position}"),
            position,
            permissions,
            managed,
        };
        Roles {
            guild: id(1),
            owner: id(99),
            all: BTreeMap::from([
                (id(1), role(0, Permissions::SEND_MESSAGES, None)),
                (id(2), role(1, Permissions::empty(), None)),
                (id(3), role(2, Permissions::BAN_MEMBERS, None)),
                (
                    id(4),
                    role(3, Permissions::empty(), Some(ManagedBy::Boosts)),
                ),
                (
                    id(5),
                    role(4, Permissions::MANAGE_ROLES, Some(ManagedBy::Bot)),
                ),
                (id(6), role(4, Permissions::empty(), None)),
                (id(7), role(5, Permissions::empty(), None)),
            ]),
        }
    }

    #[test]
    fn what_the_bot_may_hand_out() {
        let (roles, bot) = (roles(), [id(5)]);
        let problem = |role| roles.problem(id(role), &bot, Permissions::empty());
        assert_eq!(problem(1), Some(RoleProblem::Everyone));
        assert_eq!(problem(2), None);
        let ban = Permissions::BAN_MEMBERS;
        assert_eq!(problem(3), Some(RoleProblem::Dangerous(ban)));
        assert_eq!(roles.problem(id(3), &bot, ban), None);
        assert_eq!(problem(4), Some(RoleProblem::Managed(ManagedBy::Boosts)));
        assert_eq!(problem(5), Some(RoleProblem::Managed(ManagedBy::Bot)));
        // In one place, the lower id is higher: 5 stands above 6.
        assert_eq!(problem(6), None);
        let highest = Some(id(5));
        assert_eq!(problem(7), Some(RoleProblem::AboveBot { highest }));
        assert_eq!(problem(8), Some(RoleProblem::Missing));
        assert_eq!(
            roles.problem(id(2), &[], Permissions::empty()),
            Some(RoleProblem::BotLacksManageRoles)
        );
    }

    #[test]
    fn nobody_hands_out_what_stands_above_them_but_the_owner() {
        let (roles, bot) = (roles(), [id(5)]);
        let held = [id(2)];
        let staff = Who {
            user: id(50),
            roles: &held,
        };
        let problem = |who, role| roles.problem_for(who, id(role), &bot, Permissions::empty());
        let highest = Some(id(2));
        assert_eq!(problem(staff, 2), Some(RoleProblem::AboveYou { highest }));
        assert_eq!(problem(staff, 3), Some(RoleProblem::AboveYou { highest }));
        let owner = Who {
            user: id(99),
            roles: &[],
        };
        assert_eq!(problem(owner, 2), None);
        let ban = Permissions::BAN_MEMBERS;
        assert_eq!(problem(owner, 3), Some(RoleProblem::Dangerous(ban)));
    }
}
