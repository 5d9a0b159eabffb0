//! Who is away: one feature knows, and others that give people work ask, without knowing each other.

use database::{GuildId, UserId};
use jiff::Timestamp;

use crate::House;

/// Whether members are away between two instants.
#[derive(Clone, Debug)]
pub struct Question {
    /// The guild.
    pub guild: GuildId,
    /// Who is meant.
    pub users: Vec<UserId>,
    /// From when on.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
}

/// Somebody is away.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Away {
    /// Who.
    pub user: UserId,
    /// From when on.
    pub from: Timestamp,
    /// The first moment at which they are there again.
    pub until: Timestamp,
}

impl House {
    /// Who is away, as far as features that are on in the guild know: this is for warnings.
    pub async fn away(&self, question: Question) -> Vec<Away> {
        if question.users.is_empty() {
            return Vec::new();
        }
        let known = self.catalogue.absences();
        let mut away = self.ask_all(known, question.guild, &question).await;
        away.sort_unstable_by_key(|one| (one.user, one.from));
        away
    }
}
