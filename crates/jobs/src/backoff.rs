//! How long a failed job waits.

use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::SignedDuration;

use crate::JobId;

/// First pause, in milliseconds. It doubles with each attempt.
const FIRST: i64 = 1_000;
/// Longest pause, in milliseconds: a quarter of an hour.
const LONGEST: i64 = 15 * 60 * 1_000;

/// The pause after failed attempt number `attempt` (1 is the first).
///
/// Up to a quarter is taken off, differently for each job and attempt, so that jobs that failed
/// together do not come back together. The same job and attempt give the same pause.
pub(crate) fn pause(id: JobId, attempt: u32) -> SignedDuration {
    let doublings = attempt.saturating_sub(1).min(20);
    let whole = (FIRST << doublings).min(LONGEST);
    let mut hasher = DefaultHasher::new();
    (id, attempt).hash(&mut hasher);
    let share = i64::from(u8::try_from(hasher.finish() >> 56).unwrap_or(0));
    SignedDuration::from_millis(whole - whole * share / 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_with_jitter_up_to_the_longest() {
        for id in 1..200 {
            let id = JobId::from(id);
            for (attempt, whole) in [
                (1, 1_000),
                (2, 2_000),
                (5, 16_000),
                (11, 900_000),
                (400, 900_000),
            ] {
                let pause = pause(id, attempt).as_millis();
                assert!(
                    (whole * 3 / 4..=whole).contains(&pause),
                    "{id:?} {attempt}: {pause}"
                );
            }
        }
    }

    #[test]
    fn jobs_that_failed_together_come_back_apart() {
        let pauses: std::collections::BTreeSet<_> =
            (1..100).map(|id| pause(JobId::from(id), 3)).collect();
        assert!(pauses.len() > 50, "{} different pauses", pauses.len());
    }
}
