//! What a worker knows how to run.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use database::Database;
use futures_util::future::{BoxFuture, FutureExt};
use serde_json::Value;

use crate::worker::Worker;
use crate::{Clock, Job, JobContext, JobError, Schedule};

/// A handler with its types erased, so that a registry of features can hold all of them.
pub type Handler =
    Arc<dyn Fn(Value, JobContext) -> BoxFuture<'static, Result<(), JobError>> + Send + Sync>;

/// How the jobs of one name are run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Longest run; a handler that takes longer is stopped, which counts as a transient failure.
    pub timeout: Duration,
    /// Failed attempts after which a job is dead. With the growing pauses, 20 take three hours.
    pub max_attempts: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            timeout: Duration::from_mins(5),
            max_attempts: 20,
        }
    }
}

/// Why a worker can not be built: a mistake in the program.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
pub enum BuildError {
    /// Two handlers for one name.
    #[error("two handlers are registered for the job {0}")]
    Duplicate(String),
    /// A schedule for a job that nobody handles.
    #[error("the job {0} is scheduled, but has no handler")]
    NoHandler(String),
    /// A name that the database would refuse.
    #[error("a job's name has 1 to 100 characters: {0:?}")]
    BadName(String),
}

pub(crate) struct Registered {
    pub(crate) handler: Handler,
    pub(crate) options: Options,
}

pub(crate) struct Scheduled {
    pub(crate) schedule: Schedule,
    pub(crate) payload: Value,
}

/// Collects handlers and schedules; made by [`Worker::builder`].
pub struct Builder {
    pub(crate) database: Database,
    pub(crate) clock: Clock,
    pub(crate) concurrency: usize,
    pub(crate) lease: Duration,
    pub(crate) grace: Duration,
    pub(crate) handlers: BTreeMap<String, Registered>,
    pub(crate) schedules: BTreeMap<String, Scheduled>,
    mistake: Option<BuildError>,
}

impl Builder {
    pub(crate) fn new(database: Database, clock: Clock) -> Self {
        Self {
            database,
            clock,
            concurrency: 16,
            lease: Duration::from_secs(45),
            grace: Duration::from_secs(8),
            handlers: BTreeMap::new(),
            schedules: BTreeMap::new(),
            mistake: None,
        }
    }

    /// Runs at most this many jobs at once (16).
    #[must_use]
    pub fn concurrency(mut self, jobs: usize) -> Self {
        self.concurrency = jobs.max(1);
        self
    }

    /// How long a worker that fell silent is believed to live (45 s); renewed every third of it.
    #[must_use]
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease.max(Duration::from_millis(100));
        self
    }

    /// How long a stop waits for running jobs (8 s) before it gives them back.
    #[must_use]
    pub const fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Runs jobs called `name` with `handler`.
    #[must_use]
    pub fn handler(mut self, name: impl Into<String>, options: Options, handler: Handler) -> Self {
        let name = name.into();
        if name.is_empty() || name.chars().count() > 100 {
            self.mistake.get_or_insert(BuildError::BadName(name));
            return self;
        }
        match self.handlers.entry(name) {
            Entry::Occupied(taken) => {
                let twice = BuildError::Duplicate(taken.key().clone());
                self.mistake.get_or_insert(twice);
            }
            Entry::Vacant(free) => {
                free.insert(Registered { handler, options });
            }
        }
        self
    }

    /// Runs jobs of type `J` with `handler`; a payload that is no `J` is a permanent failure.
    #[must_use]
    pub fn on<J, F, R>(self, options: Options, handler: F) -> Self
    where
        J: Job,
        F: Fn(J, JobContext) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), JobError>> + Send + 'static,
    {
        let handler: Handler =
            Arc::new(
                move |payload, context| match serde_json::from_value(payload) {
                    Ok(job) => handler(job, context).boxed(),
                    Err(error) => {
                        futures_util::future::ready(Err(JobError::permanent(error))).boxed()
                    }
                },
            );
        self.handler(J::NAME, options, handler)
    }

    /// Enqueues the job `name` with `payload` whenever `schedule` says, once for all instances.
    ///
    /// What was missed while no program ran is made up for once. A run that has not begun when
    /// the next is due is replaced by it.
    #[must_use]
    pub fn schedule(mut self, name: impl Into<String>, schedule: Schedule, payload: Value) -> Self {
        match self.schedules.entry(name.into()) {
            Entry::Occupied(taken) => {
                let twice = BuildError::Duplicate(taken.key().clone());
                self.mistake.get_or_insert(twice);
            }
            Entry::Vacant(free) => {
                free.insert(Scheduled { schedule, payload });
            }
        }
        self
    }

    /// The worker; it does nothing until [`run`](Worker::run) or [`drain`](Worker::drain).
    ///
    /// # Errors
    ///
    /// The first mistake in what was registered.
    pub fn build(mut self) -> Result<Worker, BuildError> {
        if let Some(mistake) = self.mistake.take() {
            return Err(mistake);
        }
        if let Some(name) = self
            .schedules
            .keys()
            .find(|name| !self.handlers.contains_key(*name))
        {
            return Err(BuildError::NoHandler(name.clone()));
        }
        Ok(Worker::from_builder(self))
    }
}
