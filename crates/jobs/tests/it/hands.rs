//! An operator's hand in the queue: look, retry, cancel.

use jiff::SignedDuration;
use jobs::{Counts, JobContext, JobError, Options, State};
use tokio::sync::Semaphore;

use std::sync::Arc;

use crate::support::{Note, Queue, note, until};

#[tokio::test]
async fn jobs_are_listed_by_state_and_in_pages() {
    let queue = Queue::new().await;
    for n in 0..5 {
        queue
            .add(note(format!("{n}")).key(format!("key {n}")).queue("q"))
            .await;
    }
    queue
        .add(note("later").after(SignedDuration::from_hours(1)))
        .await;
    let mut connection = queue.database.acquire().await.unwrap();
    let first = queue
        .jobs
        .list(&mut connection, Some(State::Due), None, 3)
        .await
        .unwrap();
    let rest = queue
        .jobs
        .list(&mut connection, Some(State::Due), Some(first[2].id), 3)
        .await
        .unwrap();
    assert_eq!((first.len(), rest.len()), (3, 2));
    let row = &rest[1];
    assert_eq!(row.payload, serde_json::json!({ "word": "4" }));
    assert_eq!(
        (row.key.as_deref(), row.queue.as_deref()),
        (Some("key 4"), Some("q"))
    );
    assert_eq!(
        (row.run_at, row.created_at),
        (queue.time.now(), queue.time.now())
    );
    assert_eq!(
        queue.counts().await,
        Counts {
            due: 5,
            waiting: 1,
            ..Counts::default()
        }
    );
}

#[tokio::test]
async fn a_dead_job_can_be_run_again() {
    let queue = Queue::new().await;
    let dead = queue.builder().on(Options::default(), async |_: Note, _| {
        Err(JobError::permanent("no"))
    });
    let id = queue.add(note("again").key("k")).await;
    dead.build().unwrap().drain().await.unwrap();
    assert_eq!(queue.counts().await.dead, 1);
    let mut connection = queue.database.acquire().await.unwrap();
    assert!(queue.jobs.retry(&mut connection, id).await.unwrap());
    assert_eq!(queue.worker().drain().await.unwrap(), 1);
    assert!(!queue.jobs.retry(&mut connection, id).await.unwrap());

    // One whose key has a successor by now gives way to it.
    let id = queue.add(note("old").key("k")).await;
    let dead = queue.builder().on(Options::default(), async |_: Note, _| {
        Err(JobError::permanent("no"))
    });
    dead.build().unwrap().drain().await.unwrap();
    queue.add(note("new").key("k")).await;
    assert!(queue.jobs.retry(&mut connection, id).await.unwrap());
    queue.worker().drain().await.unwrap();
    assert_eq!(queue.diary.words(), ["again", "new"]);
    assert_eq!(queue.counts().await, Counts::default());
}

#[tokio::test]
async fn a_waiting_job_is_cancelled_by_number_or_key() {
    let queue = Queue::new().await;
    let id = queue.add(note("one")).await;
    queue.add(note("two").key("k")).await;
    let mut connection = queue.database.acquire().await.unwrap();
    assert!(queue.jobs.cancel(&mut connection, id).await.unwrap());
    assert!(!queue.jobs.cancel(&mut connection, id).await.unwrap());
    assert!(
        queue
            .jobs
            .cancel_key(&mut connection, "test.note", "k")
            .await
            .unwrap()
    );
    assert!(
        !queue
            .jobs
            .cancel_key(&mut connection, "test.note", "k")
            .await
            .unwrap()
    );
    assert_eq!(queue.worker().drain().await.unwrap(), 0);
}

/// What happens to a job whose key gets a successor, or that is cancelled, while it runs and then fails.
#[tokio::test]
async fn a_running_job_is_replaced_or_cancelled_for_its_next_attempt() {
    let queue = Queue::new().await;
    let (gate, diary) = (Arc::new(Semaphore::new(0)), queue.diary.clone());
    let handler_gate = Arc::clone(&gate);
    let run = move |note: Note, _: JobContext| {
        let (gate, diary) = (Arc::clone(&handler_gate), diary.clone());
        async move {
            diary.write(&note.word);
            gate.acquire().await.unwrap().forget();
            if note.word == "new" {
                Ok(())
            } else {
                Err(JobError::transient("fails"))
            }
        }
    };
    let worker = queue.builder().on(Options::default(), run).build().unwrap();
    let replaced = queue.add(note("old").key("k")).await;
    let cancelled = queue.add(note("cancelled")).await;
    let draining = tokio::spawn({
        let worker = worker.clone();
        async move { worker.drain().await }
    });
    until("both run", async || queue.diary.len() == 2).await;
    let successor = queue.add(note("new").key("k")).await;
    assert_ne!(replaced, successor);
    let mut connection = queue.database.acquire().await.unwrap();
    assert!(queue.jobs.cancel(&mut connection, cancelled).await.unwrap());
    assert_eq!(
        queue.counts().await,
        Counts {
            due: 1,
            running: 2,
            ..Counts::default()
        }
    );
    // The successor waits for the end of what it replaces, though there is room for it.
    gate.add_permits(3);
    assert_eq!(draining.await.unwrap().unwrap(), 3);
    assert_eq!(queue.counts().await, Counts::default());
    let mut words = queue.diary.words();
    words.sort();
    assert_eq!(words, ["cancelled", "new", "old"]);
}
