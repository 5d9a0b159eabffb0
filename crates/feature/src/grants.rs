//! Grants: what a guild allows and denies its roles, members and channels, as a settings document.
//!
//! [`weigh`] lists every rule that speaks of a capability in the order in which they count; the first that holds
//! decides. Administrators come first, so that they can not lock themselves out; a denial comes before a grant, and
//! a grant before what Discord's permissions and the staff role allow.

use database::{ChannelId, GuildId, RoleId, UserId};
use serde::{Deserialize, Serialize};
use twilight_model::guild::Permissions;

use crate::{Capability, Explain, Lang, Member, Outcome, settings::Document, text};

/// The most rules of a guild.
pub const MOST_RULES: usize = 300;
/// The longest name of a capability, in characters.
const LONGEST_NAME: usize = 64;

/// To whom a rule speaks.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// Everyone with the role; the guild's own id stands for @everyone.
    Role(RoleId),
    /// One member.
    Member(UserId),
    /// Everyone who acts in the channel or in a thread of it.
    Channel(ChannelId),
}

impl Holder {
    /// How Discord mentions it.
    pub fn mention(self, guild: GuildId) -> String {
        match self {
            Self::Role(role) if role.get() == guild.get() => "@everyone".to_owned(),
            Self::Role(role) => format!("<@&{role}>"),
            Self::Member(user) => format!("<@{user}>"),
            Self::Channel(channel) => format!("<#{channel}>"),
        }
    }
}

/// What a rule says.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// They may not, whatever else grants it.
    Deny,
    /// They may.
    Grant,
}

/// One rule.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The capability's name.
    pub capability: String,
    /// What it says.
    pub effect: Effect,
    /// To whom.
    pub to: Holder,
}

/// The rules of a guild.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Grants {
    /// The rules, in order and each once.
    pub rules: Vec<Rule>,
}

impl Grants {
    /// Says something new to a holder about a capability, or takes back what was said. Whether that changed anything.
    pub fn set(&mut self, capability: &str, to: Holder, effect: Option<Effect>) -> bool {
        let before = self.rules.clone();
        self.rules
            .retain(|rule| rule.capability != capability || rule.to != to);
        self.rules.extend(effect.map(|effect| Rule {
            capability: capability.to_owned(),
            effect,
            to,
        }));
        self.rules.sort();
        self.rules != before
    }

    /// The rules about a capability, denials first.
    pub fn about<'a>(&'a self, capability: &'a str) -> impl Iterator<Item = &'a Rule> {
        let of = move |effect| {
            self.rules
                .iter()
                .filter(move |rule| rule.capability == capability && rule.effect == effect)
        };
        of(Effect::Deny).chain(of(Effect::Grant))
    }
}

impl Document for Grants {
    const SUBJECT: &'static str = "permissions";
    const VERSION: i32 = 1;

    fn check(&self) -> Outcome<()> {
        if self.rules.len() > MOST_RULES {
            return Err(BadGrants::TooMany(self.rules.len()).into());
        }
        for (index, rule) in self.rules.iter().enumerate() {
            let length = rule.capability.chars().count();
            if length == 0 || length > LONGEST_NAME {
                return Err(BadGrants::Name(rule.capability.clone()).into());
            }
            let is_twice = self.rules[..index]
                .iter()
                .any(|other| other.capability == rule.capability && other.to == rule.to);
            if is_twice {
                return Err(BadGrants::Twice(rule.capability.clone()).into());
            }
        }
        Ok(())
    }
}

/// Rules that make no sense.
#[derive(Debug, thiserror::Error)]
pub enum BadGrants {
    /// More than a guild may have.
    #[error("{0} rules")]
    TooMany(usize),
    /// The name is empty or too long.
    #[error("the name `{0}` of a capability")]
    Name(String),
    /// Two rules say something to the same holder about the same capability.
    #[error("two rules about `{0}` for one holder")]
    Twice(String),
}

impl Explain for BadGrants {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(match self {
            Self::TooMany(count) => text::too_many_rules(lang, *count, MOST_RULES),
            Self::Name(name) => text::bad_capability_name(lang, name, LONGEST_NAME),
            Self::Twice(name) => text::rule_twice(lang, name),
        })
    }
}

/// Who acts where, and what the guild says of it.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    /// Who.
    pub member: &'a Member,
    /// In which guild; none in direct messages, where no rule holds.
    pub guild: Option<GuildId>,
    /// In which channel, and in which that is a thread.
    pub channels: [Option<ChannelId>; 2],
    /// The guild's staff role.
    pub staff_role: Option<RoleId>,
    /// The guild's rules.
    pub grants: &'a Grants,
}

/// Something that may decide.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Step {
    /// Administrators may always.
    Administrator,
    /// A rule of the guild.
    Rule(Rule),
    /// The guild's staff role, where the capability is marked for it.
    Staff(RoleId),
    /// These permissions of Discord's grant it by default.
    Permissions(Permissions),
}

impl Step {
    /// What follows when it holds.
    pub const fn allows(&self) -> bool {
        match self {
            Self::Rule(rule) => matches!(rule.effect, Effect::Grant),
            Self::Administrator | Self::Staff(_) | Self::Permissions(_) => true,
        }
    }
}

/// Everything that speaks of the capability, in the order in which it counts, and whether it holds for the asker.
pub fn weigh(capability: &Capability, asker: &Asker<'_>) -> Vec<(Step, bool)> {
    let Asker {
        member,
        guild,
        channels,
        staff_role,
        grants,
    } = *asker;
    let held = member.permissions;
    let holds = |to: Holder| match to {
        Holder::Role(role) => {
            guild.is_some_and(|guild| guild.get() == role.get()) || member.roles.contains(&role)
        }
        Holder::Member(user) => user == member.id,
        Holder::Channel(channel) => channels.contains(&Some(channel)),
    };
    let mut steps = vec![(
        Step::Administrator,
        held.contains(Permissions::ADMINISTRATOR),
    )];
    if guild.is_some() {
        steps.extend(
            grants
                .about(capability.name)
                .map(|rule| (Step::Rule(rule.clone()), holds(rule.to))),
        );
    }
    if let Some(role) = staff_role.filter(|_| capability.staff) {
        steps.push((Step::Staff(role), member.roles.contains(&role)));
    }
    steps.push((
        Step::Permissions(capability.by_default),
        held.contains(capability.by_default),
    ));
    steps
}

/// Whether the first step that holds allows it; nothing that holds refuses.
pub fn decide(steps: &[(Step, bool)]) -> bool {
    steps
        .iter()
        .find(|(_, holds)| *holds)
        .is_some_and(|(step, _)| step.allows())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MANAGE: Capability = Capability {
        name: "hub.manage",
        by_default: Permissions::MANAGE_GUILD,
        staff: true,
    };

    fn member(permissions: Permissions, roles: &[u64]) -> Member {
        Member {
            id: "7".parse().unwrap(),
            roles: roles
                .iter()
                .map(|role| role.to_string().parse().unwrap())
                .collect(),
            permissions,
        }
    }

    fn may(member: &Member, staff: Option<u64>, grants: &Grants) -> bool {
        decide(&weigh(
            &MANAGE,
            &Asker {
                member,
                guild: Some("1".parse().unwrap()),
                channels: [Some("50".parse().unwrap()), Some("51".parse().unwrap())],
                staff_role: staff.map(|role| role.to_string().parse().unwrap()),
                grants,
            },
        ))
    }

    fn rules(rules: &[(Effect, Holder)]) -> Grants {
        let mut grants = Grants::default();
        for (effect, to) in rules {
            assert!(grants.set(MANAGE.name, *to, Some(*effect)));
        }
        grants
    }

    #[test]
    fn permissions_and_the_staff_role_grant_what_they_should() {
        let none = Grants::default();
        let plain = Permissions::SEND_MESSAGES;
        assert!(may(&member(Permissions::MANAGE_GUILD, &[]), None, &none));
        assert!(may(&member(Permissions::ADMINISTRATOR, &[]), None, &none));
        assert!(!may(&member(plain, &[]), Some(9), &none));
        assert!(may(&member(plain, &[9]), Some(9), &none));
        assert!(!may(&member(plain, &[9]), None, &none));
    }

    #[test]
    fn a_denial_beats_a_grant_and_a_grant_beats_discord() {
        let role = |id: &str| Holder::Role(id.parse().unwrap());
        let plain = member(Permissions::SEND_MESSAGES, &[2, 3]);
        let granted = rules(&[(Effect::Grant, role("2"))]);
        assert!(may(&plain, None, &granted));
        let both = rules(&[(Effect::Grant, role("2")), (Effect::Deny, role("3"))]);
        assert!(!may(&plain, None, &both));
        let denied = rules(&[(Effect::Deny, role("1"))]);
        assert!(!may(&member(Permissions::MANAGE_GUILD, &[]), None, &denied));
        assert!(may(&member(Permissions::ADMINISTRATOR, &[]), None, &denied));
        let thread_of = Holder::Channel("51".parse().unwrap());
        let elsewhere = Holder::Channel("52".parse().unwrap());
        assert!(may(&plain, None, &rules(&[(Effect::Grant, thread_of)])));
        assert!(!may(&plain, None, &rules(&[(Effect::Grant, elsewhere)])));
    }

    fn any_rule() -> impl Strategy<Value = (Effect, Holder)> {
        let effect = prop_oneof![Just(Effect::Deny), Just(Effect::Grant)];
        let holder = (0..3u8, 1..6u64).prop_map(|(kind, id)| {
            let id = id.to_string();
            match kind {
                0 => Holder::Role(id.parse().unwrap()),
                1 => Holder::Member(id.parse().unwrap()),
                _ => Holder::Channel(id.parse().unwrap()),
            }
        });
        (effect, holder)
    }

    proptest! {
        #[test]
        fn administrators_are_never_locked_out(drawn in proptest::collection::vec(any_rule(), 0..12)) {
            let mut grants = Grants::default();
            for (effect, to) in drawn {
                grants.set(MANAGE.name, to, Some(effect));
            }
            prop_assert!(grants.check().is_ok());
            prop_assert!(may(&member(Permissions::ADMINISTRATOR, &[1, 2, 3]), None, &grants));
        }

        #[test]
        fn who_is_denied_is_refused_whatever_else_holds(drawn in proptest::collection::vec(any_rule(), 0..12)) {
            let mut grants = Grants::default();
            for (effect, to) in drawn {
                grants.set(MANAGE.name, to, Some(effect));
            }
            grants.set(MANAGE.name, Holder::Role("2".parse().unwrap()), Some(Effect::Deny));
            prop_assert!(!may(&member(Permissions::MANAGE_GUILD, &[2, 9]), Some(9), &grants));
        }

        #[test]
        fn what_was_said_can_be_taken_back(drawn in proptest::collection::vec(any_rule(), 0..12), (effect, to) in any_rule()) {
            let mut grants = Grants::default();
            for (effect, to) in drawn {
                grants.set(MANAGE.name, to, Some(effect));
            }
            grants.set(MANAGE.name, to, None);
            let before = grants.clone();
            prop_assert!(grants.set(MANAGE.name, to, Some(effect)));
            prop_assert!(!grants.set(MANAGE.name, to, Some(effect)));
            prop_assert!(grants.set(MANAGE.name, to, None));
            prop_assert_eq!(grants, before);
        }
    }
}
