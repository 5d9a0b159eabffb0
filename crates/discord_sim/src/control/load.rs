//! Load: many commands with some in flight, measured where the person sits.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use crate::people::Person;

/// How a load run went.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct LoadReport {
    /// Interactions that were answered.
    pub answered: usize,
    /// Interactions that were not, within five seconds.
    pub failed: usize,
    /// From the first question to the last answer.
    pub seconds: f64,
    /// Answers per second.
    pub per_second: f64,
    /// Half of the answers came within this time.
    pub p50_us: u64,
    /// 99 of 100 answers came within this time.
    pub p99_us: u64,
    /// The slowest answer.
    pub max_us: u64,
}

const GIVE_UP: Duration = Duration::from_secs(5);

/// Runs a command `count` times with `in_flight` at a time.
pub(super) async fn run(
    person: &Person,
    command: &str,
    count: usize,
    in_flight: usize,
) -> LoadReport {
    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let mut lanes = Vec::new();
    for _ in 0..in_flight.max(1) {
        let (next, person, command) = (Arc::clone(&next), person.clone(), command.to_owned());
        lanes.push(tokio::spawn(async move {
            let mut times = Vec::new();
            let mut failed = 0;
            while next.fetch_add(1, Ordering::Relaxed) < count {
                match once(&person, &command).await {
                    Some(time) => times.push(time),
                    None => failed += 1,
                }
            }
            (times, failed)
        }));
    }
    let mut times = Vec::with_capacity(count);
    let mut failed = 0;
    for lane in lanes {
        if let Ok((lane_times, lane_failed)) = lane.await {
            times.extend(lane_times);
            failed += lane_failed;
        }
    }
    report(&mut times, failed, started.elapsed())
}

/// One command; `None` when nothing came.
async fn once(person: &Person, command: &str) -> Option<Duration> {
    let started = Instant::now();
    let asked = person.slash(command, &[]);
    let answer = tokio::time::timeout(GIVE_UP, asked.answer()).await;
    matches!(answer, Ok(Ok(_))).then(|| started.elapsed())
}

fn report(times: &mut [Duration], failed: usize, took: Duration) -> LoadReport {
    times.sort_unstable();
    let at = |percent: usize| {
        let index = (times.len() * percent / 100).min(times.len().saturating_sub(1));
        times.get(index).map_or(0, |time| {
            u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
        })
    };
    let seconds = took.as_secs_f64();
    let answered = u32::try_from(times.len()).unwrap_or(u32::MAX);
    LoadReport {
        answered: times.len(),
        failed,
        seconds,
        per_second: f64::from(answered) / seconds.max(1e-9),
        p50_us: at(50),
        p99_us: at(99),
        max_us: at(100),
    }
}
