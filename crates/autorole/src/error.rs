//! What is refused, and why.

use database::RoleId;
use feature::{Class, Explain, Lang};

use crate::{hierarchy::RoleProblem, text};

/// A rule that stands in the way, or something that is not there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// The guild has no such group.
    #[error("no group {0:?}")]
    NoGroup(String),
    /// Another group has that name.
    #[error("the name {0:?} is taken")]
    NameTaken(String),
    /// A name has 1 to 60 characters.
    #[error("a name of {0} characters")]
    NameLength(usize),
    /// What stands where an emoji should is none that can be used.
    #[error("{text:?} at place {place} is no emoji")]
    BadEmoji {
        /// Which one of those given, from 1.
        place: usize,
        /// What was given.
        text: String,
    },
    /// What stands where a role should is none.
    #[error("{0:?} is no role")]
    NoRole(String),
    /// A role can not be handed out.
    #[error("{role} can not be handed out: {problem:?}")]
    BadRole {
        /// The role.
        role: RoleId,
        /// Why.
        problem: RoleProblem,
    },
    /// The group does not offer the role.
    #[error("the group has no {0}")]
    NotInGroup(RoleId),
    /// A group offers 1 to 100 roles.
    #[error("{0} roles in one group")]
    TooManyRoles(usize),
    /// Nothing was named.
    #[error("no role was named")]
    NothingNamed,
    /// Buttons show 25 roles at most.
    #[error("{0} roles as buttons")]
    TooManyButtons(usize),
    /// Only the owner may agree to that.
    #[error("only the owner may")]
    OwnerOnly,
    /// A number outside its bounds.
    #[error("{given:?} is not between {least} and {most}")]
    BadNumber {
        /// What was given.
        given: String,
        /// The least.
        least: u32,
        /// The most.
        most: u32,
    },
    /// A duration that can not be read, or is out of bounds.
    #[error("{given:?} is no duration up to {most_days} days")]
    BadDuration {
        /// What was given.
        given: String,
        /// The longest, in days.
        most_days: i64,
    },
    /// The minimum is above the maximum.
    #[error("at least {min}, at most {max}")]
    MinAboveMax {
        /// The minimum.
        min: u16,
        /// The maximum.
        max: u16,
    },
    /// It is no link to a message.
    #[error("{0:?} is no link to a message")]
    NoLink(String),
    /// The message is in another guild.
    #[error("the message is elsewhere")]
    Elsewhere,
    /// The message has no room for the menu.
    #[error("the message has no room")]
    NoRoom,
    /// The channel is none in which a menu can stand.
    #[error("not a channel for messages")]
    NoTextChannel,
    /// The group has nothing to show.
    #[error("the group offers nothing")]
    Empty,
    /// The member's roles are being edited.
    #[error("an edit is under way")]
    Busy,
    /// The guild is not known yet.
    #[error("the guild is not known yet")]
    NotReady,
    /// Discord does not list members to this application.
    #[error("the application lacks the intent for members")]
    NoMembersIntent,
    /// A run is at work.
    #[error("a run is at work")]
    AlreadyRunning,
    /// The run is over.
    #[error("the run is over")]
    NotRunning,
}

impl Explain for Refused {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(text::refused(lang, self))
    }

    fn class(&self) -> Class {
        match self {
            Self::Busy | Self::NotReady => Class::Transient,
            _ => Class::Permanent,
        }
    }
}

#[cfg(test)]
mod tests {
    use twilight_model::guild::Permissions;

    use super::*;
    use crate::hierarchy::ManagedBy;

    fn all() -> Vec<Refused> {
        let role = RoleId::try_from(81_384_788_765_712_384_i64).expect("it is an id");
        let problems = [
            RoleProblem::Missing,
            RoleProblem::Everyone,
            RoleProblem::Managed(ManagedBy::Bot),
            RoleProblem::BotLacksManageRoles,
            RoleProblem::AboveBot {
                highest: Some(role),
            },
            RoleProblem::AboveYou { highest: None },
            RoleProblem::Dangerous(Permissions::ADMINISTRATOR),
        ];
        let mut all = vec![
            Refused::NoGroup("colours".to_owned()),
            Refused::NameTaken("colours".to_owned()),
            Refused::NameLength(61),
            Refused::BadEmoji {
                place: 2,
                text: "smile".to_owned(),
            },
            Refused::NoRole("red".to_owned()),
            Refused::NotInGroup(role),
            Refused::TooManyRoles(101),
            Refused::NothingNamed,
            Refused::TooManyButtons(26),
            Refused::OwnerOnly,
            Refused::BadNumber {
                given: "many".to_owned(),
                least: 1,
                most: 100,
            },
            Refused::BadDuration {
                given: "soon".to_owned(),
                most_days: 365,
            },
            Refused::MinAboveMax { min: 3, max: 2 },
            Refused::NoLink("here".to_owned()),
            Refused::Elsewhere,
            Refused::NoRoom,
            Refused::NoTextChannel,
            Refused::Empty,
            Refused::Busy,
            Refused::NotReady,
            Refused::NoMembersIntent,
            Refused::AlreadyRunning,
            Refused::NotRunning,
        ];
        all.extend(
            problems
                .into_iter()
                .map(|problem| Refused::BadRole { role, problem }),
        );
        all
    }

    #[test]
    fn each_refusal_names_the_rule_and_the_remedy_in_both_languages() {
        let told = all().into_iter().map(|refused| {
            let [french, english] = [Lang::Fr, Lang::En].map(|lang| {
                let words = refused.explain(lang);
                words.expect("it is explained")
            });
            format!("{refused}\n  {french}\n  {english}\n")
        });
        insta::assert_snapshot!("refusals", told.collect::<Vec<_>>().join("\n"));
    }
}
