//! Enqueue, order, replace, one at a time, one worker each.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use jiff::SignedDuration;
use jobs::{BuildError, Counts, JobContext, JobError, Options, Schedule, Worker};
use tokio_util::sync::CancellationToken;

use crate::support::{Diary, Note, Queue, note, until};

#[tokio::test]
async fn a_job_exists_when_its_transaction_commits() {
    let queue = Queue::new().await;
    let worker = queue.worker();

    let mut transaction = queue.database.begin().await.unwrap();
    queue
        .jobs
        .enqueue(&mut transaction, note("rolled back"))
        .await
        .unwrap();
    transaction.rollback().await.unwrap();

    let mut transaction = queue.database.begin().await.unwrap();
    queue
        .jobs
        .enqueue(&mut transaction, note("committed"))
        .await
        .unwrap();
    assert_eq!(worker.drain().await.unwrap(), 0);
    transaction.commit().await.unwrap();
    assert_eq!(worker.drain().await.unwrap(), 1);
    assert_eq!(queue.diary.words(), ["committed"]);
    assert_eq!(queue.counts().await, Counts::default());
}

#[tokio::test]
async fn many_are_enqueued_at_once_in_order_and_replace_as_one_does() {
    let queue = Queue::new().await;
    let worker = queue.worker();
    queue.add(note("first try").key("a")).await;
    let mut transaction = queue.database.begin().await.unwrap();
    let many = vec![
        note("one"),
        note("again").key("a"),
        note("lost").key("b"),
        note("two").key("b"),
        note("later").after(SignedDuration::from_hours(1)),
    ];
    queue
        .jobs
        .enqueue_all(&mut transaction, many)
        .await
        .unwrap();
    queue
        .jobs
        .enqueue_all(&mut transaction, Vec::new())
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    worker.drain().await.unwrap();
    let mut words = queue.diary.words();
    words.sort_unstable();
    assert_eq!(words, ["again", "one", "two"]);
    queue.time.advance(SignedDuration::from_hours(1));
    assert_eq!(worker.drain().await.unwrap(), 1);
}

#[tokio::test]
async fn it_runs_at_its_instant_and_not_before() {
    let queue = Queue::new().await;
    let worker = queue.worker();
    queue
        .add(note("later").after(SignedDuration::from_hours(2)))
        .await;
    queue
        .add(note("sooner").after(SignedDuration::from_hours(1)))
        .await;
    assert_eq!(worker.drain().await.unwrap(), 0);
    assert_eq!(queue.counts().await.waiting, 2);
    queue.time.advance(SignedDuration::from_mins(59));
    assert_eq!(worker.drain().await.unwrap(), 0);
    queue.time.advance(SignedDuration::from_mins(1));
    assert_eq!(worker.drain().await.unwrap(), 1);
    assert_eq!(queue.diary.words(), ["sooner"]);
    queue.time.advance(SignedDuration::from_hours(10));
    assert_eq!(worker.drain().await.unwrap(), 1);
    assert_eq!(queue.diary.words(), ["sooner", "later"]);
}

#[tokio::test]
async fn a_key_replaces_the_waiting_job() {
    let queue = Queue::new().await;
    let worker = queue.worker();
    let first = queue
        .add(note("one").key("k").after(SignedDuration::from_hours(1)))
        .await;
    let second = queue.add(note("two").key("k")).await;
    queue.add(note("three").key("another")).await;
    queue.add(note("four")).await;
    assert_eq!(first, second);
    assert_eq!(worker.drain().await.unwrap(), 3);
    let mut words = queue.diary.words();
    words.sort();
    assert_eq!(words, ["four", "three", "two"]);
}

/// Records how many ran at once.
fn crowded(worker: &Queue, most: &Arc<AtomicI32>) -> Worker {
    let (diary, most, now) = (
        worker.diary.clone(),
        Arc::clone(most),
        Arc::new(AtomicI32::new(0)),
    );
    let run = move |note: Note, _: JobContext| {
        let (diary, most, now) = (diary.clone(), Arc::clone(&most), Arc::clone(&now));
        async move {
            let together = now.fetch_add(1, Ordering::SeqCst) + 1;
            most.fetch_max(together, Ordering::SeqCst);
            // Give the others a chance to overlap, if anything lets them.
            tokio::time::sleep(Duration::from_millis(3)).await;
            diary.write(note.word);
            now.fetch_sub(1, Ordering::SeqCst);
            Ok::<(), JobError>(())
        }
    };
    worker
        .builder()
        .on(Options::default(), run)
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_queue_runs_one_at_a_time_and_in_order() {
    let queue = Queue::new().await;
    let most = Arc::new(AtomicI32::new(0));
    // One shared handler, so that both workers count together.
    let worker = crowded(&queue, &most);
    let words: Vec<String> = (0..20).map(|n| format!("{n:02}")).collect();
    for word in &words {
        queue.add(note(word).queue("guild 1")).await;
    }
    assert_eq!(worker.drain().await.unwrap(), 20);
    assert_eq!(queue.diary.words(), words);
    assert_eq!(most.load(Ordering::SeqCst), 1);

    for word in &words {
        queue.add(note(word).queue(format!("guild {word}"))).await;
    }
    assert_eq!(worker.drain().await.unwrap(), 20);
    assert!(
        most.load(Ordering::SeqCst) > 1,
        "different queues wait for each other"
    );
}

#[tokio::test]
async fn two_workers_share_the_work_and_never_a_job() {
    let queue = Queue::new().await;
    let guild = Arc::new(AtomicI32::new(0));
    let overlaps = Arc::new(AtomicI32::new(0));
    let build = || {
        let (diary, guild, overlaps) = (
            queue.diary.clone(),
            Arc::clone(&guild),
            Arc::clone(&overlaps),
        );
        let run = move |note: Note, _: JobContext| {
            let (diary, guild, overlaps) =
                (diary.clone(), Arc::clone(&guild), Arc::clone(&overlaps));
            async move {
                let serial = note.word.starts_with("guild");
                if serial && guild.fetch_add(1, Ordering::SeqCst) > 0 {
                    overlaps.fetch_add(1, Ordering::SeqCst);
                }
                tokio::task::yield_now().await;
                if serial {
                    guild.fetch_sub(1, Ordering::SeqCst);
                }
                diary.write(note.word);
                Ok::<(), JobError>(())
            }
        };
        queue
            .builder()
            .concurrency(4)
            .on(Options::default(), run)
            .build()
            .unwrap()
    };
    let (one, two) = (build(), build());
    let mut transaction = queue.database.begin().await.unwrap();
    for n in 0..150 {
        queue
            .jobs
            .enqueue(&mut transaction, note(format!("free {n}")))
            .await
            .unwrap();
        if n % 3 == 0 {
            let job = note(format!("guild {n}")).queue("guild");
            queue.jobs.enqueue(&mut transaction, job).await.unwrap();
        }
    }
    transaction.commit().await.unwrap();
    let (first, second) = tokio::join!(one.drain(), two.drain());
    assert_eq!(first.unwrap() + second.unwrap(), 200);
    let mut words = queue.diary.words();
    words.sort();
    words.dedup();
    assert_eq!(words.len(), 200, "a job ran twice or not at all");
    assert_eq!(
        overlaps.load(Ordering::SeqCst),
        0,
        "one queue ran in two workers at once"
    );
}

#[tokio::test]
async fn a_running_worker_hears_of_new_work_and_of_time() {
    let queue = Queue::new().await;
    let worker = queue.worker();
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let (worker, stop) = (worker.clone(), stop.clone());
        async move { worker.run(stop).await }
    });
    queue.add(note("at once")).await;
    until("the first job", async || queue.diary.len() == 1).await;
    queue
        .add(note("in a week").after(SignedDuration::from_hours(7 * 24)))
        .await;
    queue
        .add(note("tomorrow").after(SignedDuration::from_hours(24)))
        .await;
    queue.time.advance(SignedDuration::from_hours(24));
    until("tomorrow", async || queue.diary.len() == 2).await;
    queue.time.advance(SignedDuration::from_hours(6 * 24));
    until("the week", async || queue.diary.len() == 3).await;
    assert_eq!(queue.diary.words(), ["at once", "tomorrow", "in a week"]);
    // The last one has written, but may not have ended yet.
    worker.drain().await.unwrap();
    assert_eq!(queue.counts().await, Counts::default());
    stop.cancel();
    running.await.unwrap();
}

#[tokio::test]
async fn a_stop_waits_and_gives_back_what_does_not_end() {
    let queue = Queue::new().await;
    let (diary, begun) = (queue.diary.clone(), Diary::default());
    let marks = begun.clone();
    let run = move |note: Note, context: JobContext| {
        let (diary, marks) = (diary.clone(), marks.clone());
        async move {
            marks.write(&note.word);
            if note.word == "stubborn" {
                std::future::pending::<()>().await;
            }
            context.stopping.cancelled().await;
            diary.write(note.word);
            Ok::<(), JobError>(())
        }
    };
    // Long enough for the polite one on a busy machine; the stubborn one takes all of it.
    let grace = Duration::from_secs(1);
    let worker = queue
        .builder()
        .grace(grace)
        .on(Options::default(), run)
        .build()
        .unwrap();
    queue.add(note("polite")).await;
    queue.add(note("stubborn")).await;
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let (worker, stop) = (worker.clone(), stop.clone());
        async move { worker.run(stop).await }
    });
    until("both run", async || begun.len() == 2).await;
    stop.cancel();
    running.await.unwrap();
    assert_eq!(queue.diary.words(), ["polite"]);
    assert_eq!(
        queue.counts().await,
        Counts {
            due: 1,
            ..Counts::default()
        }
    );
    // Nothing has to run out first: the next worker takes it at once.
    assert_eq!(queue.worker().drain().await.unwrap(), 1);
    assert_eq!(queue.diary.words(), ["polite", "stubborn"]);
}

#[tokio::test]
async fn mistakes_in_registering_are_refused() {
    let queue = Queue::new().await;
    let nothing = |_: Note, _: JobContext| std::future::ready(Ok::<(), JobError>(()));
    let twice = queue
        .builder()
        .on(Options::default(), nothing)
        .on(Options::default(), nothing);
    assert_eq!(
        twice.build().err(),
        Some(BuildError::Duplicate("test.note".into()))
    );
    let daily: Schedule = "daily 08:00 UTC".parse().unwrap();
    let nobody = queue
        .builder()
        .schedule("test.nobody", daily, serde_json::Value::Null);
    assert_eq!(
        nobody.build().err(),
        Some(BuildError::NoHandler("test.nobody".into()))
    );
}
