//! What comes round again, in one instance or several.

use jiff::{SignedDuration, Timestamp};
use jobs::{JobContext, JobError, Options, Schedule, Worker};

use crate::support::{Note, Queue};

fn scheduled(queue: &Queue, rule: &str) -> Worker {
    let diary = queue.diary.clone();
    let write = move |_: Note, context: JobContext| {
        diary.write(context.run_at.to_string());
        std::future::ready(Ok::<(), JobError>(()))
    };
    let schedule: Schedule = rule.parse().unwrap();
    let payload = serde_json::json!({ "word": "tick" });
    queue
        .builder()
        .on(Options::default(), write)
        .schedule("test.note", schedule, payload)
        .build()
        .unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[tokio::test]
async fn it_runs_once_for_all_instances_over_a_clock_change() {
    let queue = Queue::new().await;
    let workers = [
        scheduled(&queue, "daily 02:30 Europe/Paris"),
        scheduled(&queue, "daily 02:30 Europe/Paris"),
    ];
    let mut runs = 0;
    for instant in [
        "2026-03-28T12:00:00Z",
        "2026-03-29T00:59:00Z",
        "2026-03-29T01:00:00Z",
        "2026-03-29T01:30:00Z",
        "2026-03-30T00:30:00Z",
    ] {
        queue.time.set(at(instant));
        let (one, two) = tokio::join!(workers[0].drain(), workers[1].drain());
        runs += one.unwrap() + two.unwrap();
    }
    assert_eq!(
        queue.diary.words(),
        ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]
    );
    assert_eq!(runs, 2);
}

#[tokio::test]
async fn what_was_missed_is_made_up_for_once() {
    let queue = Queue::new().await;
    scheduled(&queue, "every 3600s").drain().await.unwrap();
    queue.time.advance(SignedDuration::from_hours(49));
    let worker = scheduled(&queue, "every 3600s");
    assert_eq!(worker.drain().await.unwrap(), 1);
    assert_eq!(worker.drain().await.unwrap(), 0);
    queue.time.advance(SignedDuration::from_hours(1));
    assert_eq!(worker.drain().await.unwrap(), 1);
}

#[tokio::test]
async fn a_changed_rule_starts_anew() {
    let queue = Queue::new().await;
    scheduled(&queue, "monthly 1 00:00 UTC")
        .drain()
        .await
        .unwrap();
    let worker = scheduled(&queue, "daily 13:00 UTC");
    worker.drain().await.unwrap();
    queue.time.advance(SignedDuration::from_hours(1));
    assert_eq!(worker.drain().await.unwrap(), 1);
}
