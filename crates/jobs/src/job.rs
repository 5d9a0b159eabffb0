//! A job: what it is called, what it carries, when it runs.

use std::{collections::HashSet, fmt};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sqlx::PgConnection;
use tokio_util::sync::CancellationToken;

use crate::{Clock, store};

/// Work that can wait: a type that says what is to be done, stored as JSON.
///
/// The name and the form are stored: jobs outlive the program that enqueued them. Add fields with a
/// default, never rename or reuse.
pub trait Job: Serialize + DeserializeOwned + Send + 'static {
    /// `feature.what`, at most 100 characters, the same for ever.
    const NAME: &'static str;
}

/// The number of a job's row.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, sqlx::Type)]
#[sqlx(transparent)]
pub struct JobId(i64);

impl JobId {
    /// The number itself.
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl From<i64> for JobId {
    fn from(id: i64) -> Self {
        Self(id)
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// When a job runs, told before the clock is at hand.
#[derive(Clone, Copy, Debug)]
enum When {
    At(Timestamp),
    After(SignedDuration),
}

/// What goes before what, of jobs that are due. What is low runs when nothing else waits for a worker.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub enum Priority {
    /// Before all others: somebody waits for it.
    High,
    /// As most.
    #[default]
    Normal,
    /// After all others: it is much, and nobody waits for it.
    Low,
}

impl Priority {
    /// As it is stored.
    pub(crate) const fn rank(self) -> i16 {
        match self {
            Self::High => 0,
            Self::Normal => 1,
            Self::Low => 2,
        }
    }
}

/// A job about to be enqueued.
#[derive(Clone, Debug)]
pub struct NewJob {
    pub(crate) name: String,
    pub(crate) payload: Value,
    pub(crate) key: Option<String>,
    pub(crate) queue: Option<String>,
    pub(crate) priority: Priority,
    when: When,
}

impl NewJob {
    /// A job that runs at once.
    ///
    /// # Errors
    ///
    /// When the payload can not be written as JSON (a map whose keys are no strings, a failing
    /// `Serialize`).
    pub fn new<J: Job>(job: &J) -> serde_json::Result<Self> {
        serde_json::to_value(job).map(|payload| Self::raw(J::NAME, payload))
    }

    /// A job whose type is known only to its handler.
    pub fn raw(name: impl Into<String>, payload: Value) -> Self {
        Self {
            name: name.into(),
            payload,
            key: None,
            queue: None,
            priority: Priority::default(),
            when: When::After(SignedDuration::ZERO),
        }
    }

    /// Replaces the waiting job of the same name and key, if there is one (1 to 200 characters).
    ///
    /// Payload, queue and instant become this job's; attempts start anew. A job that is already
    /// running is left alone: this one then waits until that has ended.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Jobs of one queue run one at a time, by priority, then the longest due first (1 to 200 characters).
    ///
    /// A job that failed waits for its next attempt beside the queue: the others go on.
    #[must_use]
    pub fn queue(mut self, queue: impl Into<String>) -> Self {
        self.queue = Some(queue.into());
        self
    }

    /// Before or after others that are due.
    #[must_use]
    pub const fn priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }

    /// Not before `instant`.
    #[must_use]
    pub const fn at(mut self, instant: Timestamp) -> Self {
        self.when = When::At(instant);
        self
    }

    /// Not before `pause` has passed.
    #[must_use]
    pub const fn after(mut self, pause: SignedDuration) -> Self {
        self.when = When::After(pause);
        self
    }

    /// The instant it is due.
    pub(crate) fn due(&self, now: Timestamp) -> Timestamp {
        match self.when {
            When::At(instant) => instant,
            When::After(pause) => now.checked_add(pause).unwrap_or(Timestamp::MAX),
        }
    }
}

/// The door to the queue: enqueue, look, retry, cancel. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Jobs {
    pub(crate) clock: Clock,
}

impl Jobs {
    /// On the time of `clock`, which must be the worker's.
    pub const fn new(clock: Clock) -> Self {
        Self { clock }
    }

    /// The time jobs go by.
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Enqueues `job` in the caller's transaction: it exists if and when that commits.
    ///
    /// # Errors
    ///
    /// What the database said; the constraints `job_name_length`, `job_key_length` and
    /// `job_queue_length` refuse what is empty or too long.
    pub async fn enqueue(&self, connection: &mut PgConnection, job: NewJob) -> sqlx::Result<JobId> {
        let now = self.clock.now();
        store::insert(connection, &job, job.due(now), now).await
    }

    /// As [`enqueue`](Self::enqueue), of many at once: one statement, however many they are. Of two with the same name
    /// and key the later one counts.
    ///
    /// Nobody else may enqueue several of the same keys in another order meanwhile, or one of the two transactions
    /// fails as a deadlock.
    ///
    /// # Errors
    ///
    /// As [`enqueue`](Self::enqueue); none of them is enqueued then.
    pub async fn enqueue_all(
        &self,
        connection: &mut PgConnection,
        mut jobs: Vec<NewJob>,
    ) -> sqlx::Result<()> {
        let mut known = HashSet::new();
        jobs.reverse();
        jobs.retain(|job| match &job.key {
            Some(key) => known.insert((job.name.clone(), key.clone())),
            None => true,
        });
        jobs.reverse();
        if jobs.is_empty() {
            return Ok(());
        }
        store::insert_all(connection, &jobs, self.clock.now()).await
    }
}

/// What a handler knows of the attempt it is.
#[derive(Clone, Debug)]
pub struct JobContext {
    /// The job's number.
    pub id: JobId,
    /// The instant it was due.
    pub run_at: Timestamp,
    /// Which attempt this is: 1 is the first.
    pub attempt: u32,
    /// The worker's time.
    pub clock: Clock,
    /// Cancelled when the worker stops: a long handler may end early, and is run again later.
    pub stopping: CancellationToken,
}
