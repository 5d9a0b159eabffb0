//! A back-off for quick reconnects: twilight reconnects at once, however often the server closes.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

/// How many disconnects in [`WINDOW`] are met without a pause.
const FREE: usize = 3;
const WINDOW: Duration = Duration::from_mins(1);
const LONGEST: Duration = Duration::from_mins(1);
/// After how many resumes in a row without a single event a session counts as dead.
const FUTILE: u32 = 5;

/// Counts the disconnects of one shard.
#[derive(Debug, Default)]
pub(super) struct Reconnects {
    recent: VecDeque<Instant>,
    futile: u32,
}

impl Reconnects {
    /// The connection was lost: how long to wait before the next attempt.
    pub(super) fn lost(&mut self, now: Instant) -> Duration {
        self.futile += 1;
        self.recent.push_back(now);
        while self
            .recent
            .front()
            .is_some_and(|at| now.duration_since(*at) > WINDOW)
        {
            self.recent.pop_front();
        }
        let excess = u32::try_from(self.recent.len().saturating_sub(FREE)).unwrap_or(u32::MAX);
        if excess == 0 {
            return Duration::ZERO;
        }
        Duration::from_millis(500)
            .saturating_mul(2u32.saturating_pow(excess.min(16)))
            .min(LONGEST)
    }

    /// An event came in: the session lives.
    pub(super) const fn alive(&mut self) {
        self.futile = 0;
    }

    /// Whether resuming has led nowhere so often that only a new session helps.
    pub(super) const fn is_futile(&self) -> bool {
        self.futile >= FUTILE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_losses_are_free_and_a_storm_is_slowed() {
        let start = Instant::now();
        let mut reconnects = Reconnects::default();
        let pauses: Vec<_> = (0..12).map(|_| reconnects.lost(start)).collect();
        assert_eq!(pauses[..3], [Duration::ZERO; 3]);
        assert_eq!(pauses[3], Duration::from_secs(1));
        assert!(pauses.windows(2).all(|pair| pair[0] <= pair[1]));
        assert_eq!(pauses[11], LONGEST);
        assert_eq!(
            reconnects.lost(start + WINDOW * 2),
            Duration::ZERO,
            "a quiet minute is forgiven"
        );
    }

    #[test]
    fn resumes_without_events_are_futile() {
        let mut reconnects = Reconnects::default();
        for _ in 0..FUTILE {
            assert!(!reconnects.is_futile());
            reconnects.lost(Instant::now());
        }
        assert!(reconnects.is_futile());
        reconnects.alive();
        assert!(!reconnects.is_futile());
    }
}
