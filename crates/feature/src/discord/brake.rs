//! The brake before Discord's limit of invalid requests.
//!
//! Discord bans an address for a time after 10,000 answers of 401, 403 or 429 (not of scope `shared`) in 10
//! minutes. See [Discord Docs/Invalid Request Limit](https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans).

use parking_lot::Mutex;

use jiff::{SignedDuration, Timestamp};
use jobs::Clock;

use super::Refusal;

/// At how many refused requests in ten minutes no more are sent.
pub const BRAKE_AT: u32 = 5_000;
const WINDOW: SignedDuration = SignedDuration::from_mins(10);
/// The window moves in steps of this many seconds.
const STEP: i64 = 10;

/// Counts refused requests and stops sending well before Discord bans the address.
#[derive(Debug)]
pub struct Brake {
    clock: Clock,
    steps: Mutex<Vec<(i64, u32)>>,
}

impl Brake {
    pub(super) const fn new(clock: Clock) -> Self {
        Self {
            clock,
            steps: Mutex::new(Vec::new()),
        }
    }

    /// How many requests were refused in the last ten minutes.
    pub fn refused(&self) -> u32 {
        self.with_steps(|steps, _| steps.iter().map(|(_, count)| count).sum())
    }

    pub(super) fn count(&self) {
        let refused = self.with_steps(|steps, now| {
            let step = now.as_second() / STEP;
            match steps.last_mut() {
                Some((last, count)) if *last == step => *count += 1,
                _ => steps.push((step, 1)),
            }
            steps.iter().map(|(_, count)| count).sum::<u32>()
        });
        if refused == BRAKE_AT / 5 || refused == BRAKE_AT {
            tracing::error!(
                refused,
                brake_at = BRAKE_AT,
                "Discord refuses many requests (401, 403, 429): see `/doctor` or the permissions of the bot"
            );
        }
    }

    pub(super) fn check(&self) -> Result<(), Refusal> {
        let (refused, oldest) = self.with_steps(|steps, _| {
            (
                steps.iter().map(|(_, count)| count).sum::<u32>(),
                steps.first().map(|(step, _)| *step),
            )
        });
        if refused < BRAKE_AT {
            return Ok(());
        }
        let again_at = oldest
            .and_then(|step| Timestamp::from_second((step + 1) * STEP).ok())
            .map_or_else(|| self.clock.now(), |oldest| oldest + WINDOW);
        Err(Refusal::Limited {
            limit: super::Limit::Brake,
            again_at,
        })
    }

    fn with_steps<T>(&self, act: impl FnOnce(&mut Vec<(i64, u32)>, Timestamp) -> T) -> T {
        let now = self.clock.now();
        let oldest = (now - WINDOW).as_second() / STEP;
        let mut steps = self.steps.lock();
        steps.retain(|(step, _)| *step > oldest);
        act(&mut steps, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_brake_holds_until_the_window_has_moved_on() {
        let (clock, hand) = Clock::manual("2026-01-01T00:00:00Z".parse().unwrap());
        let brake = Brake::new(clock);
        for _ in 0..BRAKE_AT - 1 {
            brake.count();
        }
        assert!(brake.check().is_ok());
        brake.count();
        assert!(brake.check().is_err());
        hand.advance(SignedDuration::from_secs(615));
        assert_eq!(brake.refused(), 0);
        assert!(brake.check().is_ok());
    }
}
