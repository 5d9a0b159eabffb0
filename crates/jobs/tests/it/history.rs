//! What came of each attempt, and what goes first.

use database::GuildId;
use jiff::SignedDuration;
use jobs::{
    Attempt, AttemptClass, AttemptOutcome, GuildJob, JobContext, JobError, JobId, NewJob, Options,
    Priority, Worker,
};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::support::{Diary, Note, Queue, note, until};

const GUILD: &str = "197038439483310086";

/// A note of a guild: of others is not known how they ended.
fn of_guild(word: &str) -> NewJob {
    NewJob::raw("test.note", json!({ "word": word, "guild": GUILD }))
}

async fn seen(queue: &Queue, id: JobId) -> GuildJob {
    let guild: GuildId = GUILD.parse().unwrap();
    let mut connection = queue.database.acquire().await.unwrap();
    let found = queue.jobs.one_of_guild(&mut connection, guild, id).await;
    found.unwrap().unwrap()
}

fn words(history: &[Attempt]) -> Vec<(AttemptOutcome, Option<AttemptClass>)> {
    let words = history.iter();
    words
        .map(|attempt| (attempt.outcome, attempt.class))
        .collect()
}

/// A worker whose notes fail as they say.
fn worker(queue: &Queue) -> Worker {
    let run = |note: Note, context: JobContext| async move {
        match note.word.as_str() {
            "once" if context.attempt == 1 => Err(JobError::transient("not yet")),
            "after" => Err(JobError::retry_after(SignedDuration::from_mins(10), "429")),
            "never" => Err(JobError::permanent("x".repeat(3_000))),
            _ => Ok(()),
        }
    };
    queue.builder().on(Options::default(), run).build().unwrap()
}

#[tokio::test]
async fn each_attempt_is_kept_with_its_times_and_its_class() {
    let queue = Queue::new().await;
    let worker = worker(&queue);
    let (once, never) = (
        queue.add(of_guild("once")).await,
        queue.add(of_guild("never")).await,
    );
    let begun = queue.time.now();
    worker.drain().await.unwrap();
    let again = (AttemptOutcome::Again, Some(AttemptClass::Transient));
    let job = seen(&queue, once).await;
    assert_eq!(words(&job.history), [again]);
    assert_eq!(job.history[0].reason.as_deref(), Some("not yet"));
    queue.time.advance(SignedDuration::from_secs(1));
    worker.drain().await.unwrap();
    let job = seen(&queue, once).await;
    assert_eq!(words(&job.history), [again, (AttemptOutcome::Done, None)]);
    let starts: Vec<_> = job.history.iter().map(|attempt| attempt.started).collect();
    assert_eq!(starts, [Some(begun), Some(queue.time.now())]);
    assert_eq!(job.history[1].ended, queue.time.now());
    // Run again by an operator, it still shows what was before.
    let failed = (AttemptOutcome::Failed, Some(AttemptClass::Permanent));
    let mut connection = queue.database.acquire().await.unwrap();
    assert!(queue.jobs.retry(&mut connection, never).await.unwrap());
    worker.drain().await.unwrap();
    let job = seen(&queue, never).await;
    assert_eq!(words(&job.history), [failed, failed]);
    assert_eq!(job.history[0].reason.as_ref().unwrap().len(), 500);
}

#[tokio::test]
async fn of_many_attempts_the_last_are_kept() {
    let queue = Queue::new().await;
    let worker = worker(&queue);
    let id = queue.add(of_guild("after")).await;
    let mut ends = Vec::new();
    for _ in 0..23 {
        assert_eq!(worker.drain().await.unwrap(), 1);
        ends.push(queue.time.now());
        queue.time.advance(SignedDuration::from_mins(10));
    }
    let job = seen(&queue, id).await;
    let kept: Vec<_> = job.history.iter().map(|attempt| attempt.ended).collect();
    assert_eq!(kept, ends[3..]);
    let after = (AttemptOutcome::Again, Some(AttemptClass::RetryAfter));
    assert_eq!((job.attempts, words(&job.history)), (0, vec![after; 20]));
}

#[tokio::test]
async fn an_attempt_that_was_lost_or_stopped_is_told_as_that() {
    let queue = Queue::new().await;
    let begun = Diary::default();
    let marks = begun.clone();
    let never = move |note: Note, _: JobContext| {
        marks.write(note.word);
        std::future::pending::<Result<(), JobError>>()
    };
    let stubborn = queue.builder().grace(std::time::Duration::from_millis(10));
    let stubborn = stubborn.on(Options::default(), never).build().unwrap();
    let id = queue.add(of_guild("fine")).await;
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let stop = stop.clone();
        async move { stubborn.run(stop).await }
    });
    until("it runs", async || begun.len() == 1).await;
    stop.cancel();
    running.await.unwrap();
    // Taken by one that never came back.
    let mut connection = queue.database.acquire().await.unwrap();
    let lost = "update jobs.job set locked_by = 'gone', locked_until = now() - interval '1 s', taken_at = run_at";
    sqlx::raw_sql(lost).execute(&mut *connection).await.unwrap();
    worker(&queue).drain().await.unwrap();
    let job = seen(&queue, id).await;
    assert_eq!(
        words(&job.history),
        [
            (AttemptOutcome::Stopped, None),
            (AttemptOutcome::Lost, None),
            (AttemptOutcome::Done, None)
        ]
    );
    assert!(job.history.iter().all(|attempt| attempt.started.is_some()));
}

#[tokio::test]
async fn the_urgent_goes_first_and_a_crowd_does_not_hold_it_up() {
    let queue = Queue::new().await;
    let diary = queue.diary.clone();
    let write = move |note: Note, _: JobContext| {
        diary.write(note.word);
        std::future::ready(Ok::<(), JobError>(()))
    };
    let worker = queue
        .builder()
        .concurrency(1)
        .on(Options::default(), write)
        .build()
        .unwrap();
    for _ in 0..20 {
        queue.add(note("much").priority(Priority::Low)).await;
    }
    queue.add(note("ordinary")).await;
    queue.add(note("urgent").priority(Priority::High)).await;
    let in_a_queue = |word, priority| note(word).queue("one").priority(priority);
    queue.add(in_a_queue("queued low", Priority::Low)).await;
    queue.add(in_a_queue("queued high", Priority::High)).await;
    worker.drain().await.unwrap();
    let words = queue.diary.words();
    assert_eq!(words[..3], ["urgent", "queued high", "ordinary"]);
    assert_eq!((words.len(), &*words[23]), (24, "queued low"));
}
