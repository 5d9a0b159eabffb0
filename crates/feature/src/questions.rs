//! What one feature knows and others ask, without knowing each other.

use database::GuildId;

use crate::{House, scope::Ask};

/// A feature that answers a question.
#[expect(missing_debug_implementations, reason = "handlers are functions")]
pub struct AskEntry<Question, Answer> {
    /// Who registered it.
    pub feature: &'static str,
    /// Answers.
    pub ask: Ask<Question, Answer>,
}

impl House {
    /// What the features that are on in a guild answer, all of it. One that can not say is logged and counts as knowing
    /// nothing: what is done with the answer must bear that.
    pub(crate) async fn ask_all<Question: Clone, Answer>(
        &self,
        entries: &[AskEntry<Question, Vec<Answer>>],
        guild: GuildId,
        question: &Question,
    ) -> Vec<Answer> {
        let mut answers = Vec::new();
        for entry in entries {
            if self.is_off(entry.feature, guild).await.unwrap_or(true) {
                continue;
            }
            match (entry.ask)(self.clone(), question.clone()).await {
                Ok(found) => answers.extend(found),
                Err(failure) => tracing::warn!(
                    feature = entry.feature,
                    %guild,
                    error = failure.chain(),
                    "a feature does not answer another"
                ),
            }
        }
        answers
    }
}
