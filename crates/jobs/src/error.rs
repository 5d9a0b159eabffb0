//! What a handler may fail with: the cause, and what that means for another attempt.

use std::error::Error;
use std::fmt;

use jiff::{SignedDuration, Timestamp};

/// What a failure means for another attempt.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Class {
    /// May pass by itself: retried with growing pauses, dead after the last attempt.
    Transient,
    /// The other side said when to come back: retried then, and not counted as an attempt.
    RetryAfter(SignedDuration),
    /// As `RetryAfter`, at an instant.
    RetryAt(Timestamp),
    /// Will fail the same way each time: dead at once.
    Permanent,
}

/// Why a job failed. For operators: it is logged and kept with the job, never shown to members.
#[derive(Debug)]
pub struct JobError {
    class: Class,
    source: Box<dyn Error + Send + Sync>,
}

impl JobError {
    /// A failure of class `class`.
    pub fn new(class: Class, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            class,
            source: source.into(),
        }
    }

    /// A failure that may pass by itself.
    pub fn transient(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(Class::Transient, source)
    }

    /// A failure that passes after `pause`.
    pub fn retry_after(
        pause: SignedDuration,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self::new(Class::RetryAfter(pause), source)
    }

    /// A failure that passes at `instant`.
    pub fn retry_at(instant: Timestamp, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(Class::RetryAt(instant), source)
    }

    /// A failure that no further attempt would heal.
    pub fn permanent(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(Class::Permanent, source)
    }

    /// What it means for another attempt.
    pub const fn class(&self) -> Class {
        self.class
    }

    /// The whole chain of causes in one line of at most 2,000 characters, as it is kept with the job.
    pub(crate) fn chain(&self) -> String {
        let mut text = self.source.to_string();
        let mut cause = self.source.source();
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        // Postgres holds no NUL in text, and the column is bounded.
        text.chars().filter(|c| *c != '\0').take(2000).collect()
    }
}

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the job failed")
    }
}

impl Error for JobError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}

impl From<sqlx::Error> for JobError {
    /// A database that is away comes back; a query that is wrong is found by the dead jobs it leaves.
    fn from(error: sqlx::Error) -> Self {
        Self::transient(error)
    }
}
