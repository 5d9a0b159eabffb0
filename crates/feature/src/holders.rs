//! Who has a role: one feature keeps the members, and others ask.

use std::collections::BTreeSet;

use database::{GuildId, RoleId, UserId};

use crate::House;

/// Who has a role.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// The guild.
    pub guild: GuildId,
    /// The role.
    pub role: RoleId,
    /// The most that are told.
    pub most: i64,
}

impl House {
    /// Whether some feature knows who has a role.
    pub fn knows_holders(&self) -> bool {
        !self.catalogue.holders().is_empty()
    }

    /// Who has a role, as far as features that are on in the guild know.
    pub async fn holders(&self, question: Question) -> Vec<UserId> {
        let known = self.catalogue.holders();
        let told = self.ask_all(known, question.guild, &question).await;
        let told: BTreeSet<UserId> = told.into_iter().collect();
        told.into_iter().collect()
    }
}
