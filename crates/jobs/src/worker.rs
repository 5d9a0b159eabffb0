//! The worker: takes due jobs, runs their handlers, records how they ended.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use database::Database;
use futures_util::FutureExt;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use crate::lease::Lease;
use crate::listen::{Wake, listen};
use crate::registry::{Builder, Registered, Scheduled};
use crate::store::{self, Left, Taken};
use crate::{Attempt, Class, Clock, JobContext, JobError, JobId, Jobs, NewJob, backoff};

/// How long dead jobs are kept for a look.
pub const KEEP_DEAD: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How long it is known how the jobs of a guild ended.
pub const KEEP_ENDED: SignedDuration = SignedDuration::from_hours(24);

/// Longest time without a look at the queue, for what no announcement told.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// How often a job may take its worker down with it before it is dead.
const MOST_LOSSES: i32 = 10;

/// Due jobs that are looked at in one go behind a crowd.
const WIDE: i64 = 1000;

/// Shortest pause before another attempt: `retry_after(0)` must not become a storm.
const SHORTEST_RETRY: SignedDuration = SignedDuration::from_millis(100);

/// Takes due jobs and runs them. Cheap to clone; clones are the same worker.
#[derive(Clone)]
pub struct Worker {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) database: Database,
    pub(crate) clock: Clock,
    pub(crate) wake: Wake,
    id: String,
    names: Vec<String>,
    handlers: BTreeMap<String, Registered>,
    schedules: BTreeMap<String, Scheduled>,
    concurrency: usize,
    grace: Duration,
    lease: Lease,
    running: Mutex<Running>,
    /// Told whenever a job ended.
    ended: Notify,
    /// Ends handlers that outlast the grace of a stop.
    abandon: CancellationToken,
    stopping: CancellationToken,
    tasks: TaskTracker,
}

#[derive(Default)]
struct Running {
    jobs: BTreeSet<JobId>,
    /// Attempts that ended, however they did.
    ended: u64,
    /// When the first schedule is due; unknown until they are registered.
    schedules_next: Option<Timestamp>,
    buried_at: Option<Timestamp>,
    /// When the first lease of any worker may have ended; unknown before the first look.
    lease_ends: Option<Instant>,
}

impl Worker {
    /// Collects what the worker runs.
    pub fn builder(database: Database, clock: Clock) -> Builder {
        Builder::new(database, clock)
    }

    pub(crate) fn from_builder(builder: Builder) -> Self {
        let number = uuid::Uuid::new_v4().simple().to_string();
        let inner = Inner {
            id: format!("{}-{}", std::process::id(), &number[..8]),
            names: builder.handlers.keys().cloned().collect(),
            database: builder.database,
            clock: builder.clock,
            wake: Wake::default(),
            handlers: builder.handlers,
            schedules: builder.schedules,
            concurrency: builder.concurrency,
            grace: builder.grace,
            lease: Lease::new(builder.lease),
            running: Mutex::default(),
            ended: Notify::new(),
            abandon: CancellationToken::new(),
            stopping: CancellationToken::new(),
            tasks: TaskTracker::new(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The door to the queue on this worker's clock.
    pub fn jobs(&self) -> Jobs {
        Jobs::new(self.inner.clock.clone())
    }

    /// Jobs this worker runs at this moment.
    pub fn running(&self) -> usize {
        self.inner.running().jobs.len()
    }

    /// Whether a schedule is due whose job is not enqueued yet: work that [`Counts`](crate::Counts) does not show.
    pub fn has_due_schedule(&self) -> bool {
        let next = self.inner.running().schedules_next;
        !self.inner.schedules.is_empty() && next.is_none_or(|next| next <= self.inner.clock.now())
    }

    /// Runs jobs until `stop` is cancelled, then waits for those that run.
    ///
    /// Handlers get the [grace](Builder::grace) to end; what still runs then is dropped and given
    /// back, to be run again by the next worker. Never fails: a database that is away is waited for.
    pub async fn run(&self, stop: CancellationToken) {
        let inner = &self.inner;
        let listening = CancellationToken::new();
        let renewal = CancellationToken::new();
        let main = async {
            tokio::select! {
                () = stop.cancelled() => {}
                () = inner.take_jobs() => {}
            }
            inner.stopping.cancel();
            listening.cancel();
            inner.wind_down().await;
            renewal.cancel();
        };
        tokio::join!(
            main,
            listen(inner, &listening),
            inner.renew_leases(&renewal)
        );
    }

    /// Runs all that is due by the clock, and what that causes, until nothing is; returns the number of
    /// attempts that ended meanwhile, successful or not.
    ///
    /// For tests that have moved their clock. Works beside [`run`](Self::run) and without it.
    ///
    /// # Errors
    ///
    /// What the database said.
    pub async fn drain(&self) -> sqlx::Result<u64> {
        let inner = &self.inner;
        let before = inner.running().ended;
        let renewal = CancellationToken::new();
        let drained = async {
            let result = async {
                loop {
                    let ended = inner.ended.notified();
                    tokio::pin!(ended);
                    ended.as_mut().enable();
                    inner.look().await?;
                    let mine = inner.mine();
                    if !mine.is_empty() {
                        ended.await;
                        continue;
                    }
                    let mut connection = inner.database.acquire().await?;
                    let counts = self.jobs().counts(&mut connection).await?;
                    drop(connection);
                    if counts.running == 0 && !inner.can_run_more().await? {
                        return Ok(inner.running().ended - before);
                    }
                    // Another worker runs them, or a caller holds the row: neither tells its end.
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
            .await;
            renewal.cancel();
            result
        };
        let (result, ()) = tokio::join!(drained, inner.renew_leases(&renewal));
        result
    }
}

impl Inner {
    fn running(&self) -> std::sync::MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The jobs this worker runs, or has run and not yet recorded.
    fn mine(&self) -> Vec<JobId> {
        self.running().jobs.iter().copied().collect()
    }

    /// Looks, runs, waits; for ever.
    async fn take_jobs(self: &Arc<Self>) {
        let mut pause = Duration::from_millis(100);
        let mut away = false;
        loop {
            self.wake.forget();
            let waited = match self.look().await {
                Ok(()) => self.plan().await,
                Err(error) => Err(error),
            };
            match waited {
                Ok((due, latest)) => {
                    if away {
                        tracing::info!("the job queue is back");
                    }
                    away = false;
                    pause = Duration::from_millis(100);
                    self.wait(due, latest).await;
                }
                Err(error) => {
                    if !away {
                        tracing::warn!(
                            %error,
                            "the job queue is away; waiting for it"
                        );
                    }
                    away = true;
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(2));
                }
            }
        }
    }

    /// Enqueues what schedules ask for, takes back what lost workers held, and runs what is due.
    async fn look(self: &Arc<Self>) -> sqlx::Result<()> {
        self.fire_schedules().await?;
        self.bury().await?;
        let mut first = true;
        loop {
            let mine = self.mine();
            let free = self.concurrency.saturating_sub(mine.len());
            if free == 0 {
                return Ok(());
            }
            let asked = Instant::now();
            let mut transaction = self.database.begin().await?;
            store::lock_claims(&mut transaction).await?;
            let now = self.clock.now();
            let may_be_lost = self.running().lease_ends.is_none_or(|ends| ends <= asked);
            let lost = if may_be_lost {
                store::take_back(&mut transaction, &mine, now, MOST_LOSSES).await?
            } else {
                0
            };
            let limit = i64::try_from(free).unwrap_or(i64::MAX);
            // Most often the first few that are due can all run. Only behind a crowd in one queue is it
            // worth the cost to look further.
            let window = if first { limit.saturating_mul(4) } else { WIDE };
            let taken = store::claim(
                &mut transaction,
                &self.id,
                &self.names,
                now,
                self.lease.length(),
                window,
                limit,
            )
            .await?;
            // Known as ours before it is visible: a commit whose answer is lost may have happened,
            // and then the lease runs out and the jobs are taken back.
            transaction.commit().await?;
            if lost > 0 {
                tracing::warn!(jobs = lost, "took back jobs of a worker that fell silent");
            }
            if taken.is_empty() && !first {
                return Ok(());
            }
            first = false;
            for job in taken {
                self.spawn(job, asked);
            }
        }
    }

    /// Whether a claim would find anything now.
    async fn can_run_more(&self) -> sqlx::Result<bool> {
        let mut connection = self.database.acquire().await?;
        let next = store::next(&mut connection, &self.names).await?;
        Ok(next.due.is_some_and(|due| due <= self.clock.now()))
    }

    /// When to look again, if nothing wakes us before.
    async fn plan(&self) -> sqlx::Result<(Option<Timestamp>, Instant)> {
        let mut connection = self.database.acquire().await?;
        let mut next = store::next(&mut connection, &self.names).await?;
        let lease_ends = next.lease_ends.map_or(LONGEST_WAIT, |seconds| {
            Duration::try_from_secs_f64(seconds).unwrap_or_default() + Duration::from_millis(20)
        });
        let mut running = self.running();
        next.due = [next.due, running.schedules_next]
            .into_iter()
            .flatten()
            .min();
        let ends = Instant::now() + lease_ends.min(LONGEST_WAIT);
        running.lease_ends = Some(ends);
        Ok((next.due, ends))
    }

    /// Waits until `planned`, for what wakes us before, at most until `latest`.
    async fn wait(&self, planned: Option<Timestamp>, latest: Instant) {
        let full = self.running().jobs.len() >= self.concurrency;
        let latest = tokio::time::sleep_until(latest);
        tokio::pin!(latest);
        loop {
            let due = [planned, self.wake.earliest()].into_iter().flatten().min();
            let due = async {
                match due {
                    // With no free place there is nothing to do for a job that becomes due.
                    Some(due) if !full => self.clock.sleep_until(due).await,
                    _ => std::future::pending().await,
                }
            };
            tokio::select! {
                () = due => return,
                () = &mut latest => return,
                () = self.wake.notified() => {
                    if self.wake.earliest().is_some_and(|earliest| earliest <= self.clock.now()) {
                        return;
                    }
                }
            }
        }
    }

    async fn fire_schedules(&self) -> sqlx::Result<()> {
        if self.schedules.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        let known = self.running().schedules_next;
        if known.is_some_and(|next| next > now) {
            return Ok(());
        }
        let mut transaction = self.database.begin().await?;
        if known.is_none() {
            for (name, scheduled) in &self.schedules {
                if let Some(next) = scheduled.schedule.next_after(now) {
                    let rule = scheduled.schedule.to_string();
                    store::register_schedule(&mut transaction, name, &rule, next).await?;
                }
            }
        }
        let names: Vec<String> = self.schedules.keys().cloned().collect();
        for name in store::due_schedules(&mut transaction, &names, now).await? {
            let Some(scheduled) = self.schedules.get(&name) else {
                continue;
            };
            let job = NewJob::raw(&name, scheduled.payload.clone()).key("schedule");
            store::insert(&mut transaction, &job, now, now).await?;
            let next = scheduled.schedule.next_after(now).unwrap_or(Timestamp::MAX);
            store::advance_schedule(&mut transaction, &name, now, next).await?;
        }
        let next = store::next_schedule(&mut transaction, &names).await?;
        transaction.commit().await?;
        // One that another instance is enqueueing this moment still shows its old instant; a moment
        // later it does not.
        let soon = now.checked_add(SignedDuration::from_secs(1)).unwrap_or(now);
        self.running().schedules_next = Some(next.unwrap_or(Timestamp::MAX).max(soon));
        Ok(())
    }

    /// Once an hour, forgets the dead that nobody looked at.
    async fn bury(&self) -> sqlx::Result<()> {
        let now = self.clock.now();
        let buried = self.running().buried_at;
        if buried.is_some_and(|at| now.duration_since(at) < SignedDuration::from_hours(1)) {
            return Ok(());
        }
        let Ok(before) = now.checked_sub(KEEP_DEAD) else {
            return Ok(());
        };
        let ended = now.checked_sub(KEEP_ENDED).unwrap_or(before);
        let gone = store::bury(&mut *self.database.acquire().await?, before, ended).await?;
        if gone > 0 {
            tracing::info!(jobs = gone, "forgot jobs that died long ago");
        }
        self.running().buried_at = Some(now);
        Ok(())
    }

    fn spawn(self: &Arc<Self>, job: Taken, taken: Instant) {
        self.running().jobs.insert(job.id);
        let inner = Arc::clone(self);
        let attempt = u32::try_from(job.attempts).unwrap_or(0).saturating_add(1);
        let span = tracing::info_span!("job", name = %job.name, id = %job.id, attempt);
        let work = async move {
            inner.attempt(&job, attempt, taken).await;
            let was_full = {
                let mut running = inner.running();
                let was_full = running.jobs.len() >= inner.concurrency;
                running.jobs.remove(&job.id);
                running.ended += 1;
                was_full
            };
            inner.ended.notify_waiters();
            // Its end makes room for another only then.
            if was_full || job.serial {
                inner.wake.now();
            }
        };
        self.tasks.spawn(work.instrument(span));
    }

    /// One attempt, from its start to its trace in the database.
    async fn attempt(&self, job: &Taken, attempt: u32, taken: Instant) {
        let Some(registered) = self.handlers.get(&job.name) else {
            return;
        };
        let started = Instant::now();
        let context = JobContext {
            id: job.id,
            run_at: job.run_at,
            attempt,
            clock: self.clock.clone(),
            stopping: self.stopping.clone(),
        };
        let limit = registered.options.timeout;
        let handler =
            AssertUnwindSafe(async { (registered.handler)(job.payload.clone(), context).await });
        let outcome = tokio::select! {
            outcome = tokio::time::timeout(limit, handler.catch_unwind()) => outcome,
            () = self.lease.lost(taken) => {
                tracing::warn!("lost the lease of a running job: the database was away for too long");
                return;
            }
            () = self.abandon.cancelled() => return,
        };
        let outcome = match outcome {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(panic)) => Err(JobError::transient(format!(
                "the handler panicked: {}",
                words_of(&*panic)
            ))),
            Err(_) => Err(JobError::transient(format!(
                "the handler took longer than {limit:?}"
            ))),
        };
        let name = job.name.clone();
        metrics::histogram!("jobs_attempt_seconds", "name" => name.clone())
            .record(started.elapsed().as_secs_f64());
        let (word, left) = match &outcome {
            Ok(()) => ("done", None),
            Err(error) => {
                let left = self.consequence(job, attempt, error, registered.options.max_attempts);
                (
                    if left.dead_at.is_some() {
                        "dead"
                    } else {
                        "retry"
                    },
                    Some(left),
                )
            }
        };
        metrics::counter!("jobs_attempts_total", "name" => name, "outcome" => word).increment(1);
        self.record(job.id, left).await;
    }

    /// What a failure means for the job.
    fn consequence(&self, job: &Taken, attempt: u32, error: &JobError, max_attempts: u32) -> Left {
        let now = self.clock.now();
        let chain = error.chain();
        let after = |pause: SignedDuration| {
            now.checked_add(pause.max(SHORTEST_RETRY))
                .unwrap_or(Timestamp::MAX)
        };
        let (run_at, counted, dead) = match error.class() {
            Class::Permanent => (job.run_at, true, true),
            Class::Transient if attempt >= max_attempts => (job.run_at, true, true),
            Class::Transient => (after(backoff::pause(job.id, attempt)), true, false),
            Class::RetryAfter(pause) => (after(pause), false, false),
            Class::RetryAt(instant) => (instant.max(after(SignedDuration::ZERO)), false, false),
        };
        if dead {
            tracing::error!(error = %chain, "a job failed for good");
        } else {
            tracing::warn!(error = %chain, again = %run_at, "a job failed and will be tried again");
        }
        Left {
            attempts: job.attempts + i32::from(counted),
            attempt: Attempt::failed(error.class(), &chain, dead, now),
            error: Some(chain),
            run_at,
            dead_at: dead.then_some(now),
        }
    }

    /// Writes the end of an attempt, however long the database is away: a done job must not run again
    /// because of that. Gives up when the worker stops.
    async fn record(&self, id: JobId, left: Option<Left>) {
        let mut pause = Duration::from_millis(50);
        let now = self.clock.now();
        loop {
            let written = async {
                let mut connection = self.database.acquire().await?;
                match &left {
                    None => store::finish(&mut connection, &self.id, id, now).await,
                    Some(left) => store::put_back(&mut connection, &self.id, id, left, now).await,
                }
            };
            match written.await {
                Ok(()) => return,
                Err(error) => tracing::debug!(%error, "the end of a job was not recorded yet"),
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.abandon.cancelled() => return,
            }
            pause = (pause * 2).min(Duration::from_secs(1));
        }
    }

    /// Renews the leases while jobs run.
    async fn renew_leases(&self, until: &CancellationToken) {
        let every = self.lease.length() / 3;
        let mut pause = every;
        loop {
            tokio::select! {
                () = until.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
            pause = every;
            let mine = self.mine();
            if mine.is_empty() {
                continue;
            }
            let asked = Instant::now();
            let renewal = async {
                let mut connection = self.database.acquire().await?;
                store::renew(&mut connection, &self.id, &mine, self.lease.length()).await
            };
            // A database that hangs must not keep us from asking again.
            match tokio::time::timeout(every, renewal).await {
                Ok(Ok(())) => self.lease.renewed(asked),
                Ok(Err(error)) => {
                    tracing::debug!(%error, "leases were not renewed yet");
                    pause = every / 10;
                }
                Err(_) => pause = every / 10,
            }
        }
    }

    /// Lets running jobs end within the grace, drops the others, and gives all that is ours back.
    async fn wind_down(&self) {
        self.tasks.close();
        let orderly = tokio::time::timeout(self.grace, self.tasks.wait()).await;
        if orderly.is_err() {
            let cut_off = self.mine().len();
            tracing::warn!(
                jobs = cut_off,
                "jobs were still running at the stop; they will run again"
            );
            self.abandon.cancel();
            self.tasks.wait().await;
        }
        let give_back = async {
            let mut connection = self.database.acquire().await?;
            store::give_back(&mut connection, &self.id, self.clock.now()).await
        };
        match tokio::time::timeout(Duration::from_secs(2), give_back).await {
            Ok(Ok(())) => {}
            _ => {
                tracing::warn!(
                    "jobs could not be given back; they run again when their lease ends"
                );
            }
        }
    }
}

/// The message of a panic, where it has one.
fn words_of(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}
