//! A queue, a clock and a job that tells what was done to it.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use database::test_support::TestDatabase;
use jiff::Timestamp;
use jobs::{
    Builder, Clock, Counts, Job, JobContext, JobError, JobId, Jobs, ManualClock, NewJob, Options,
    Worker,
};
use serde::{Deserialize, Serialize};

/// A job that writes a word into the [`Diary`].
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Note {
    pub(crate) word: String,
}

impl Job for Note {
    const NAME: &'static str = "test.note";
}

pub(crate) fn note(word: impl Into<String>) -> NewJob {
    NewJob::new(&Note { word: word.into() }).unwrap()
}

/// What the jobs wrote, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Diary(Arc<Mutex<Vec<String>>>);

impl Diary {
    pub(crate) fn write(&self, word: impl Into<String>) {
        self.0.lock().unwrap().push(word.into());
    }

    pub(crate) fn words(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

/// A database, a clock that stands still, and the queue.
pub(crate) struct Queue {
    pub(crate) database: TestDatabase,
    pub(crate) clock: Clock,
    pub(crate) time: ManualClock,
    pub(crate) jobs: Jobs,
    pub(crate) diary: Diary,
}

impl Queue {
    pub(crate) async fn new() -> Self {
        let (clock, time) = Clock::manual("2026-03-28T12:00:00Z".parse::<Timestamp>().unwrap());
        Self {
            database: TestDatabase::create().await,
            jobs: Jobs::new(clock.clone()),
            clock,
            time,
            diary: Diary::default(),
        }
    }

    pub(crate) fn builder(&self) -> Builder {
        Worker::builder(self.database.database().clone(), self.clock.clone())
    }

    /// A worker whose notes go into the diary.
    pub(crate) fn worker(&self) -> Worker {
        let diary = self.diary.clone();
        let write = move |note: Note, _: JobContext| {
            diary.write(note.word);
            std::future::ready(Ok::<(), JobError>(()))
        };
        self.builder()
            .on(Options::default(), write)
            .build()
            .unwrap()
    }

    pub(crate) async fn add(&self, job: NewJob) -> JobId {
        let mut connection = self.database.acquire().await.unwrap();
        self.jobs.enqueue(&mut connection, job).await.unwrap()
    }

    pub(crate) async fn counts(&self) -> Counts {
        let mut connection = self.database.acquire().await.unwrap();
        self.jobs.counts(&mut connection).await.unwrap()
    }
}

/// Waits for what another task brings about; never longer than 20 s.
pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let started = Instant::now();
    while !holds().await {
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "still waiting: {what}"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
