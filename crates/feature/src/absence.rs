//! Who is away: one feature knows, and others that give people work ask, without knowing each other.

use database::{GuildId, UserId};
use jiff::Timestamp;

use crate::{House, scope::Ask};

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

/// A feature that knows who is away.
#[expect(missing_debug_implementations, reason = "handlers are functions")]
pub struct AbsenceEntry {
    /// Who registered it.
    pub feature: &'static str,
    /// Answers.
    pub look: Ask<Question, Vec<Away>>,
}

impl House {
    /// Who is away, as far as features that are on in the guild know. One that can not say is logged and counts as
    /// knowing nothing: this is for warnings.
    pub async fn away(&self, question: Question) -> Vec<Away> {
        let mut away = Vec::new();
        if question.users.is_empty() {
            return away;
        }
        for entry in self.catalogue.absences() {
            if self
                .is_off(entry.feature, question.guild)
                .await
                .unwrap_or(true)
            {
                continue;
            }
            match (entry.look)(self.clone(), question.clone()).await {
                Ok(found) => away.extend(found),
                Err(failure) => tracing::warn!(
                    feature = entry.feature,
                    guild = %question.guild,
                    error = failure.chain(),
                    "who is away can not be found out"
                ),
            }
        }
        away.sort_unstable_by_key(|one| (one.user, one.from));
        away
    }
}
