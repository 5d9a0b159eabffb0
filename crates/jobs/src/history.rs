//! What came of the attempts of a job: kept in its row, written by the statement that ends the attempt.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Class;

/// The longest reason that is kept of each attempt, in characters; the job itself keeps the last one whole.
const LONGEST_REASON: usize = 500;

/// An attempt that is over. Of a job the last 20 are kept.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Attempt {
    /// When a worker took the job.
    pub started: Option<Timestamp>,
    /// When that was over.
    pub ended: Timestamp,
    /// What came of it.
    pub outcome: AttemptOutcome,
    /// What its failure meant for another attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<AttemptClass>,
    /// What it failed with, for operators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What came of an attempt.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptOutcome {
    /// The job is done.
    Done,
    /// It failed, and was to be tried again.
    Again,
    /// It failed for good.
    Failed,
    /// Its worker fell silent.
    Lost,
    /// Its worker stopped before it was over.
    Stopped,
}

/// A [`Class`] without its instant.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptClass {
    /// It might have passed by itself.
    Transient,
    /// The other side said when to come back.
    RetryAfter,
    /// It would have failed the same way each time.
    Permanent,
}

impl From<Class> for AttemptClass {
    fn from(class: Class) -> Self {
        match class {
            Class::Transient => Self::Transient,
            Class::RetryAfter(_) | Class::RetryAt(_) => Self::RetryAfter,
            Class::Permanent => Self::Permanent,
        }
    }
}

impl Attempt {
    /// One that failed, for a statement that knows when it started.
    pub(crate) fn failed(class: Class, chain: &str, is_last: bool, ended: Timestamp) -> Self {
        Self {
            started: None,
            ended,
            outcome: if is_last {
                AttemptOutcome::Failed
            } else {
                AttemptOutcome::Again
            },
            class: Some(class.into()),
            reason: Some(chain.chars().take(LONGEST_REASON).collect()),
        }
    }

    /// All that were kept; what another version of the program wrote and this one can not read is left out.
    pub(crate) fn all(history: Value) -> Vec<Self> {
        let Value::Array(attempts) = history else {
            return Vec::new();
        };
        attempts
            .into_iter()
            .filter_map(|attempt| serde_json::from_value(attempt).ok())
            .collect()
    }
}
