//! Durable work and schedules: what must happen later, or again until it succeeds, is a row in Postgres.
//!
//! A feature enqueues a job in the transaction of the change that causes it: both happen or neither.
//! A [`Worker`] in every instance of the program takes due jobs and runs their handlers. What it
//! promises, and what it does not:
//!
//! - **At least once.** A job is deleted when its handler succeeds. A process that dies in between
//!   leaves it to be run again, so handlers are idempotent.
//! - **Never twice at once.** A running job is leased to one worker; jobs of one
//!   [queue](NewJob::queue) never overlap, nor do jobs of one name and [key](NewJob::key). A worker
//!   that can not renew its lease stops the handler before another worker may take the job.
//! - **Retries by error class.** [`JobError`]: transient errors back off exponentially and die after
//!   [`Options::max_attempts`]; "retry after" waits as told and does not count; permanent ones die at
//!   once. Dead jobs are kept for [`KEEP_DEAD`] to be looked at, retried or cancelled.
//! - **Known afterwards.** What came of the last 20 attempts of a job is kept with it ([`Attempt`]), and of jobs of a
//!   guild also for [`KEEP_ENDED`] after their end.
//! - **The urgent first.** Of what is due, a higher [`Priority`] goes first, and then what is due for longer.
//! - **Prompt and quiet.** New work is announced by `NOTIFY`; an idle worker asks the database once a
//!   minute. When Postgres is away the worker waits for it, and finished jobs are recorded when it is
//!   back.
//! - **Time is the [`Clock`]'s**, so that tests move it; [`Worker::drain`] runs all that is due. Leases
//!   alone use the server's own time: they measure whether a process lives.
//!
//! ```no_run
//! # use jobs::{Clock, Job, JobContext, JobError, Jobs, NewJob, Options, Worker};
//! # use serde::{Deserialize, Serialize};
//! #[derive(Serialize, Deserialize)]
//! struct CloseRoom { room: i64 }
//!
//! impl Job for CloseRoom {
//!     const NAME: &'static str = "voice_hubs.close_room";
//! }
//!
//! async fn close_room(job: CloseRoom, context: JobContext) -> Result<(), JobError> {
//!     Ok(())
//! }
//!
//! # async fn example(database: database::Database) -> Result<(), Box<dyn std::error::Error>> {
//! let clock = Clock::system();
//! let jobs = Jobs::new(clock.clone());
//! let mut transaction = database.begin().await?;
//! let job = NewJob::new(&CloseRoom { room: 7 })?.key("room 7").queue("guild 1");
//! jobs.enqueue(&mut transaction, job.after(jiff::SignedDuration::from_mins(5))).await?;
//! transaction.commit().await?;
//!
//! let worker = Worker::builder(database, clock)
//!     .on(Options::default(), close_room)
//!     .build()?;
//! # Ok(()) }
//! ```
//!
//! # Why not a job library
//!
//! `graphile_worker` 0.14 was weighed: it is the one with sqlx 0.9 and enqueueing in the caller's
//! transaction. But its time is the server's (`now()` in its SQL) or the system's, which a test can
//! not move; its back-off is one formula in SQL, blind to what went wrong; its schedules know no time
//! zone; a killed worker's jobs wait four hours; and it brings chrono and twenty crates. Bending it
//! would mean writing to its private tables. Two tables and a page of SQL of our own are less.

mod backoff;
mod clock;
mod error;
mod history;
mod inspect;
mod job;
mod lease;
mod listen;
mod registry;
mod schedule;
mod store;
mod worker;

pub use clock::{Clock, ManualClock};
pub use error::{Class, JobError};
pub use history::{Attempt, AttemptClass, AttemptOutcome};
pub use inspect::{Counts, GuildJob, JobRow, Sought, Stage, State};
pub use job::{Job, JobContext, JobId, Jobs, NewJob, Priority};
pub use registry::{BuildError, Builder, Handler, Options};
pub use schedule::{Rule, Schedule, ScheduleError};
pub use worker::{KEEP_DEAD, KEEP_ENDED, Worker};
