//! What people are to do by when: one feature knows, and calendars of another show it.

use database::{GuildId, RoleId, UserId};
use jiff::Timestamp;

use crate::House;

/// Of whom, and since when.
#[derive(Clone, Debug)]
pub struct Question {
    /// The guild.
    pub guild: GuildId,
    /// Who is meant.
    pub users: Vec<UserId>,
    /// What everybody with this role is to do.
    pub role: Option<RoleId>,
    /// Only what is due after this.
    pub since: Timestamp,
    /// What is off, or was taken off somebody, is told when that was after this.
    pub off_since: Timestamp,
    /// The most that are told.
    pub most: i64,
}

/// Something that is to be done.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Duty {
    /// What it is known by, for good, within the guild: `task-12`.
    pub id: String,
    /// What it is.
    pub title: String,
    /// Where.
    pub place: Option<String>,
    /// By when.
    pub due: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// Higher after each change.
    pub version: i64,
    /// Whether it is done.
    pub is_done: bool,
    /// Whether it is no longer to be done, at least by them.
    pub is_off: bool,
}

impl House {
    /// What people are to do by when, as far as features that are on in the guild know; the first due first.
    pub async fn duties(&self, question: Question) -> Vec<Duty> {
        let known = self.catalogue.duties();
        let mut duties = self.ask_all(known, question.guild, &question).await;
        duties.sort_by(|one, other| (one.due, &one.id).cmp(&(other.due, &other.id)));
        duties
    }
}
