//! What a failure means: again with growing pauses, again when told, or never.

use std::time::Duration;

use jiff::SignedDuration;
use jobs::{Counts, JobContext, JobError, JobRow, Options, State, Worker};

use crate::support::{Note, Queue, note};

/// A worker whose notes are the failure they name.
fn failing(queue: &Queue, options: Options) -> Worker {
    let diary = queue.diary.clone();
    let run = move |note: Note, context: JobContext| {
        let diary = diary.clone();
        async move {
            diary.write(format!("{} {}", note.word, context.attempt));
            match note.word.as_str() {
                "transient" => Err(JobError::transient("the other side is away")),
                "twice" if context.attempt <= 2 => Err(JobError::transient("not yet")),
                "after" => Err(JobError::retry_after(SignedDuration::from_mins(10), "429")),
                "permanent" => Err(JobError::permanent(std::io::Error::other(
                    "the room is gone",
                ))),
                "panic" => panic!("a bug"),
                "hang" => std::future::pending().await,
                _ => Ok(()),
            }
        }
    };
    queue.builder().on(options, run).build().unwrap()
}

async fn only(queue: &Queue) -> JobRow {
    let mut connection = queue.database.acquire().await.unwrap();
    let mut rows = queue
        .jobs
        .list(&mut connection, None, None, 10)
        .await
        .unwrap();
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows.remove(0)
}

#[tokio::test]
async fn transient_failures_back_off_and_heal() {
    let queue = Queue::new().await;
    let worker = failing(&queue, Options::default());
    queue.add(note("twice")).await;
    assert_eq!(worker.drain().await.unwrap(), 1);
    let row = only(&queue).await;
    assert_eq!((row.state, row.attempts), (State::Waiting, 1));
    assert_eq!(row.last_error.as_deref(), Some("not yet"));
    let pause = queue.time.now().duration_until(row.run_at);
    assert!((750..=1000).contains(&pause.as_millis()), "{pause}");

    queue.time.advance(SignedDuration::from_secs(1));
    assert_eq!(worker.drain().await.unwrap(), 1);
    let pause = queue.time.now().duration_until(only(&queue).await.run_at);
    assert!((1500..=2000).contains(&pause.as_millis()), "{pause}");
    queue.time.advance(SignedDuration::from_secs(2));
    assert_eq!(worker.drain().await.unwrap(), 1);
    assert_eq!(queue.diary.words(), ["twice 1", "twice 2", "twice 3"]);
    assert_eq!(queue.counts().await, Counts::default());
}

#[tokio::test]
async fn after_the_last_attempt_it_is_dead() {
    let queue = Queue::new().await;
    let worker = failing(
        &queue,
        Options {
            max_attempts: 3,
            ..Options::default()
        },
    );
    queue.add(note("transient")).await;
    for _ in 0..5 {
        worker.drain().await.unwrap();
        queue.time.advance(SignedDuration::from_hours(1));
    }
    assert_eq!(
        queue.diary.words(),
        ["transient 1", "transient 2", "transient 3"]
    );
    assert_eq!(only(&queue).await.state, State::Dead);
}

#[tokio::test]
async fn retry_after_waits_as_told_and_does_not_count() {
    let queue = Queue::new().await;
    let worker = failing(
        &queue,
        Options {
            max_attempts: 2,
            ..Options::default()
        },
    );
    queue.add(note("after")).await;
    for _ in 0..4 {
        assert_eq!(worker.drain().await.unwrap(), 1);
        let row = only(&queue).await;
        assert_eq!(row.run_at, queue.time.now() + SignedDuration::from_mins(10));
        assert_eq!((row.state, row.attempts), (State::Waiting, 0));
        queue.time.set(row.run_at);
    }
}

#[tokio::test]
async fn permanent_failures_die_at_once_with_their_cause() {
    let queue = Queue::new().await;
    queue.add(note("permanent")).await;
    assert_eq!(
        failing(&queue, Options::default()).drain().await.unwrap(),
        1
    );
    let row = only(&queue).await;
    assert_eq!((row.state, row.attempts), (State::Dead, 1));
    assert_eq!(row.last_error.as_deref(), Some("the room is gone"));
}

#[tokio::test]
async fn a_payload_of_another_form_dies_at_once() {
    let queue = Queue::new().await;
    queue
        .add(jobs::NewJob::raw(
            "test.note",
            serde_json::json!({ "wurd": 1 }),
        ))
        .await;
    assert_eq!(queue.worker().drain().await.unwrap(), 1);
    let row = only(&queue).await;
    assert_eq!(row.state, State::Dead);
    assert!(row.last_error.unwrap().contains("word"));
}

#[tokio::test]
async fn a_panic_and_an_endless_run_are_failures_like_others() {
    let queue = Queue::new().await;
    let options = Options {
        timeout: Duration::from_millis(50),
        ..Options::default()
    };
    let worker = failing(&queue, options);
    queue.add(note("panic")).await;
    queue.add(note("hang")).await;
    queue.add(note("fine")).await;
    assert_eq!(worker.drain().await.unwrap(), 3);
    let mut connection = queue.database.acquire().await.unwrap();
    let rows = queue
        .jobs
        .list(&mut connection, Some(State::Waiting), None, 10)
        .await
        .unwrap();
    let errors: Vec<&str> = rows
        .iter()
        .map(|row| row.last_error.as_deref().unwrap())
        .collect();
    assert_eq!(
        errors,
        [
            "the handler panicked: a bug",
            "the handler took longer than 50ms"
        ]
    );
}

#[tokio::test]
async fn the_dead_are_kept_for_a_look_and_then_forgotten() {
    let queue = Queue::new().await;
    let worker = failing(&queue, Options::default());
    queue.add(note("permanent")).await;
    worker.drain().await.unwrap();
    queue
        .time
        .advance(jobs::KEEP_DEAD - SignedDuration::from_hours(2));
    worker.drain().await.unwrap();
    assert_eq!(queue.counts().await.dead, 1);
    queue.time.advance(SignedDuration::from_hours(3));
    worker.drain().await.unwrap();
    assert_eq!(queue.counts().await.dead, 0);
}
