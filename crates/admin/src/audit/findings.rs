//! What is dangerous or left over in how a server is set up. Pure.

use std::cmp::Reverse;

use serde::Serialize;
use twilight_model::guild::Permissions;

use super::model::{Audit, Bits, Key, Overwrite, Ref, Role};

/// What not everyone should be allowed: with one of these, somebody can take over, silence or flood a server.
pub(crate) const DANGEROUS: Permissions = Permissions::ADMINISTRATOR
    .union(Permissions::MANAGE_GUILD)
    .union(Permissions::MANAGE_ROLES)
    .union(Permissions::MANAGE_CHANNELS)
    .union(Permissions::MANAGE_WEBHOOKS)
    .union(Permissions::MANAGE_MESSAGES)
    .union(Permissions::MANAGE_THREADS)
    .union(Permissions::MANAGE_NICKNAMES)
    .union(Permissions::MANAGE_EVENTS)
    .union(Permissions::MANAGE_GUILD_EXPRESSIONS)
    .union(Permissions::KICK_MEMBERS)
    .union(Permissions::BAN_MEMBERS)
    .union(Permissions::MODERATE_MEMBERS)
    .union(Permissions::MOVE_MEMBERS)
    .union(Permissions::MUTE_MEMBERS)
    .union(Permissions::DEAFEN_MEMBERS)
    .union(Permissions::MENTION_EVERYONE)
    .union(Permissions::VIEW_AUDIT_LOG);

/// A kind of finding with all its places.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "finding")]
pub(crate) enum Finding {
    /// @everyone holds dangerous permissions in the whole server.
    EveryoneMay { permissions: Bits },
    /// @everyone is allowed dangerous permissions in channels.
    EveryoneMayIn { channels: Vec<AllowedIn> },
    /// Roles with Administrator, those of bots apart.
    AdminRoles { roles: Vec<Held> },
    /// Bots with Administrator.
    AdminBots { bots: Vec<Key> },
    /// Overwrites for roles and members that are gone.
    OrphanOverwrites { overwrites: Vec<Orphan> },
    /// Roles above the highest of this bot: it can neither give nor take nor mend them.
    RolesAbove { roles: Vec<Key> },
    /// Roles that nobody holds.
    UnusedRoles { roles: Vec<Key> },
}

/// Permissions that a channel allows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct AllowedIn {
    #[serde(flatten)]
    pub(crate) channel: Key,
    pub(crate) permissions: Bits,
}

/// A role, and how many hold it as far as that is known.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Held {
    #[serde(flatten)]
    pub(crate) role: Key,
    pub(crate) members: Option<u64>,
}

/// An overwrite whose role or member is gone.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Orphan {
    pub(crate) channel_id: Ref,
    #[serde(flatten)]
    pub(crate) target: Key,
    #[serde(rename = "type")]
    pub(crate) kind: u8,
}

/// How urgent a finding is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Weight {
    /// Left over, or good to know.
    Untidy,
    /// Worth a decision.
    Doubtful,
    /// Anybody, or more than need it, can do harm.
    Dangerous,
}

impl Finding {
    pub(crate) const fn weight(&self) -> Weight {
        match self {
            Self::EveryoneMay { .. } | Self::EveryoneMayIn { .. } => Weight::Dangerous,
            Self::AdminRoles { .. } | Self::AdminBots { .. } => Weight::Doubtful,
            Self::OrphanOverwrites { .. } | Self::RolesAbove { .. } | Self::UnusedRoles { .. } => {
                Weight::Untidy
            }
        }
    }
}

/// Where a role stands: greater is higher; of two in one place the older is higher.
fn place(role: &Role) -> (i64, Reverse<Key>) {
    (role.position, Reverse(role.key))
}

/// What is found, the most urgent first; each kind at most once. `me` is this bot, of which its roles are read in
/// [`Audit::bots`].
pub(crate) fn findings(audit: &Audit, me: u64) -> Vec<Finding> {
    let mut found = Vec::new();
    let everyone = audit.key;
    let of_everyone = |role: &&Role| role.key == everyone;
    let is_admin = |bits: Bits| bits.0.contains(Permissions::ADMINISTRATOR);

    let permissions = audit.roles.iter().find(of_everyone);
    let permissions =
        permissions.map_or(Permissions::empty(), |role| role.permissions.0 & DANGEROUS);
    if !permissions.is_empty() {
        let permissions = Bits(permissions);
        found.push(Finding::EveryoneMay { permissions });
    }

    let channels: Vec<AllowedIn> = audit
        .all_overwrites()
        .filter_map(|(channel, overwrites)| {
            let allowed = overwrites
                .iter()
                .find(|overwrite| overwrite.kind == Overwrite::ROLE && overwrite.key == everyone)?;
            let permissions = Bits(allowed.allow.0 & DANGEROUS);
            (!permissions.0.is_empty()).then_some(AllowedIn {
                channel,
                permissions,
            })
        })
        .collect();
    if !channels.is_empty() {
        found.push(Finding::EveryoneMayIn { channels });
    }

    let mut roles: Vec<&Role> = audit
        .roles
        .iter()
        .filter(|role| role.key != everyone)
        .collect();
    roles.sort_by_key(|role| Reverse(place(role)));
    let admins: Vec<Held> = roles
        .iter()
        .filter(|role| is_admin(role.permissions) && role.tags.bot_id.is_none())
        .map(|role| Held {
            role: role.key,
            members: role.members,
        })
        .collect();
    if !admins.is_empty() {
        found.push(Finding::AdminRoles { roles: admins });
    }

    let bots = audit.bots.as_deref().unwrap_or_default();
    let admin_bots: Vec<Key> = bots
        .iter()
        .filter(|bot| is_admin(bot.permissions))
        .map(|bot| bot.key)
        .collect();
    if !admin_bots.is_empty() {
        found.push(Finding::AdminBots { bots: admin_bots });
    }

    let overwrites: Vec<Orphan> = audit
        .all_overwrites()
        .flat_map(|(channel, overwrites)| {
            let gone = overwrites
                .iter()
                .filter(|overwrite| overwrite.target_exists == Some(false));
            gone.map(move |overwrite| Orphan {
                channel_id: Ref(channel.0),
                target: overwrite.key,
                kind: overwrite.kind,
            })
        })
        .collect();
    if !overwrites.is_empty() {
        found.push(Finding::OrphanOverwrites { overwrites });
    }

    if let Some(highest) = own_place(audit, me) {
        let above: Vec<Key> = roles
            .iter()
            .filter(|role| place(role) > highest)
            .map(|role| role.key)
            .collect();
        if !above.is_empty() {
            found.push(Finding::RolesAbove { roles: above });
        }
    }

    let unused: Vec<Key> = roles
        .iter()
        .filter(|role| role.members == Some(0) && !role.managed)
        .map(|role| role.key)
        .collect();
    if !unused.is_empty() {
        found.push(Finding::UnusedRoles { roles: unused });
    }
    found.sort_by_key(|finding| Reverse(finding.weight()));
    found
}

/// Where this bot's highest role stands; `None` when its roles are not known.
fn own_place(audit: &Audit, me: u64) -> Option<(i64, Reverse<Key>)> {
    let bots = audit.bots.as_deref()?;
    let own = bots.iter().find(|bot| bot.key.0 == me)?.roles.as_ref()?;
    let held = audit
        .roles
        .iter()
        .filter(|role| own.contains(&Ref(role.key.0)));
    // A bot without roles stands where @everyone stands.
    Some(held.map(place).max().unwrap_or((0, Reverse(audit.key))))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::tests::audits, *};

    /// Does what the findings advise.
    fn mend(audit: &mut Audit, found: &[Finding], me: u64) {
        let everyone = audit.key;
        for finding in found {
            match finding {
                Finding::EveryoneMay { permissions } => {
                    for role in audit.roles.iter_mut().filter(|role| role.key == everyone) {
                        role.permissions.0 -= permissions.0;
                    }
                }
                Finding::EveryoneMayIn { .. } => {
                    for overwrite in audit
                        .overwrites_mut()
                        .filter(|overwrite| overwrite.key == everyone)
                    {
                        overwrite.allow.0 -= DANGEROUS;
                    }
                }
                Finding::AdminRoles { roles } => {
                    for role in &mut audit.roles {
                        if roles.iter().any(|held| held.role == role.key) {
                            role.permissions.0 -= Permissions::ADMINISTRATOR;
                        }
                    }
                }
                Finding::AdminBots { bots } => {
                    for bot in audit.bots.iter_mut().flatten() {
                        if bots.contains(&bot.key) {
                            bot.permissions.0 -= Permissions::ADMINISTRATOR;
                        }
                    }
                }
                Finding::OrphanOverwrites { overwrites } => {
                    for overwrite in audit.overwrites_mut() {
                        if overwrites
                            .iter()
                            .any(|orphan| orphan.target == overwrite.key)
                        {
                            overwrite.target_exists = Some(true);
                        }
                    }
                }
                Finding::RolesAbove { .. } => {
                    let own: Vec<Ref> = audit
                        .bots
                        .iter()
                        .flatten()
                        .filter(|bot| bot.key.0 == me)
                        .flat_map(|bot| bot.roles.clone().unwrap_or_default())
                        .collect();
                    for role in audit.roles.iter_mut().filter(|role| role.key != everyone) {
                        role.position = if own.contains(&Ref(role.key.0)) {
                            1_000
                        } else {
                            -1
                        };
                    }
                }
                Finding::UnusedRoles { roles } => {
                    audit.roles.retain(|role| !roles.contains(&role.key));
                }
            }
        }
    }

    proptest! {
        #[test]
        fn who_follows_the_advice_finds_nothing_more(mut audit in audits(), me in 1u64..8) {
            let found = findings(&audit, me);
            let mut weights: Vec<_> = found.iter().map(Finding::weight).collect();
            prop_assert!(weights.is_sorted_by(|left, right| left >= right));
            weights.clear();
            mend(&mut audit, &found, me);
            prop_assert_eq!(findings(&audit, me), vec![]);
        }

        #[test]
        fn one_permission_more_never_hides_a_finding(audit in audits(), me in 1u64..8) {
            let before = findings(&audit, me);
            let mut worse = audit;
            let everyone = worse.key;
            for role in worse.roles.iter_mut().filter(|role| role.key == everyone) {
                role.permissions.0 |= Permissions::BAN_MEMBERS;
            }
            let after = findings(&worse, me);
            for finding in before {
                let same = std::mem::discriminant(&finding);
                prop_assert!(after.iter().any(|other| std::mem::discriminant(other) == same));
            }
        }
    }
}
