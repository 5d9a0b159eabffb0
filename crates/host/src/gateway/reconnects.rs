//! A back-off for quick reconnects: twilight reconnects at once, however often the server closes.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

/// How many disconnects in [`WINDOW`] are met without a pause.
const FREE: usize = 3;
const WINDOW: Duration = Duration::from_mins(1);
const LONGEST: Duration = Duration::from_mins(1);
/// After how many losses in a row without a single event the address for resuming counts as dead.
const DEAD_ADDRESS: u32 = 2;
/// After how many the session does.
const DEAD_SESSION: u32 = 5;

/// What a lost connection calls for, besides a pause.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Remedy {
    /// Resume as Discord said.
    Resume,
    /// Resume the session at the ordinary address: the one that Discord gave leads nowhere.
    OrdinaryAddress,
    /// Begin a new session: this one can not be resumed anywhere.
    NewSession,
}

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

    /// What to do about it.
    pub(super) const fn remedy(&self) -> Remedy {
        match self.futile {
            DEAD_SESSION.. => Remedy::NewSession,
            DEAD_ADDRESS.. => Remedy::OrdinaryAddress,
            _ => Remedy::Resume,
        }
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
    fn resumes_without_events_lead_elsewhere() {
        let mut reconnects = Reconnects::default();
        let remedies: Vec<_> = (0..5)
            .map(|_| {
                reconnects.lost(Instant::now());
                reconnects.remedy()
            })
            .collect();
        assert_eq!(remedies[0], Remedy::Resume);
        assert_eq!(remedies[1..4], [Remedy::OrdinaryAddress; 3]);
        assert_eq!(remedies[4], Remedy::NewSession);
        reconnects.alive();
        assert_eq!(reconnects.remedy(), Remedy::Resume);
    }
}
