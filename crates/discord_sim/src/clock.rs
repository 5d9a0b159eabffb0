//! The simulator's clock: real time plus whatever a test advanced it by.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

/// Milliseconds since the Unix epoch on the simulator's clock.
pub(crate) type Millis = u64;

/// Real time, movable forwards.
#[derive(Debug)]
pub(crate) struct Clock {
    origin: Duration,
    started: Instant,
    advanced: Duration,
}

impl Clock {
    /// A clock that shows `start` now, or the wall clock's time when there is none.
    pub(crate) fn starting_at(start: Option<Timestamp>) -> Self {
        let origin = start
            .and_then(|start| u64::try_from(start.as_millisecond()).ok())
            .map_or_else(
                || {
                    SystemTime::now()
                        .duration_since(UNIX_EPOCH)
                        .unwrap_or_default()
                },
                Duration::from_millis,
            );
        Self {
            origin,
            started: Instant::now(),
            advanced: Duration::ZERO,
        }
    }

    pub(crate) fn now(&self) -> Millis {
        let now = self.origin + self.started.elapsed() + self.advanced;
        u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
    }

    pub(crate) fn advance(&mut self, by: Duration) {
        self.advanced += by;
    }
}

/// The timestamp for `at`, for arithmetic and rendering.
pub(crate) fn timestamp(at: Millis) -> Timestamp {
    i64::try_from(at)
        .ok()
        .and_then(|at| Timestamp::from_millisecond(at).ok())
        .unwrap_or(Timestamp::MAX)
}

/// Discord's way to write an instant: six decimals and `+00:00`.
pub(crate) fn iso(at: Millis) -> String {
    timestamp(at)
        .strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00")
        .to_string()
}

/// Reads any ISO 8601 instant with an offset.
pub(crate) fn parse_iso(text: &str) -> Option<Millis> {
    let at: Timestamp = text.parse().ok()?;
    u64::try_from(at.as_millisecond()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_have_six_decimals_and_a_numeric_offset() {
        let text = iso(1_767_323_045_678);
        assert_eq!(text, "2026-01-02T03:04:05.678000+00:00");
        assert_eq!(parse_iso(&text), Some(1_767_323_045_678));
        assert_eq!(
            parse_iso("2026-01-02T03:04:05.678Z"),
            Some(1_767_323_045_678)
        );
    }

    #[test]
    fn advancing_moves_the_clock() {
        let start = timestamp(1_767_323_045_678);
        let mut clock = Clock::starting_at(Some(start));
        clock.advance(Duration::from_mins(15));
        assert!(clock.now() >= 1_767_323_945_678);
    }
}
