//! The time of the program: the system's, or one that a test moves.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// The system's clock may be set or sleep with the machine: long waits look at it this often.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// Where the program reads the time. Cheap to clone; clones of one clock agree.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Manual(watch::Receiver<Timestamp>),
}

/// Moves the [`Clock`] it was made with. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ManualClock(watch::Sender<Timestamp>);

impl Clock {
    /// The system's time.
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `start` until its [`ManualClock`] moves it.
    pub fn manual(start: Timestamp) -> (Self, ManualClock) {
        let (sender, receiver) = watch::channel(start);
        (Self(Source::Manual(receiver)), ManualClock(sender))
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            #[expect(
                clippy::disallowed_methods,
                reason = "this is where all others are told to look"
            )]
            Source::System => Timestamp::now(),
            Source::Manual(now) => *now.borrow(),
        }
    }

    /// Waits until this clock has reached `instant`; returns at once when it has.
    ///
    /// On a manual clock whose [`ManualClock`] is gone it waits forever.
    pub async fn sleep_until(&self, instant: Timestamp) {
        match &self.0 {
            Source::System => loop {
                let left = self.now().duration_until(instant);
                let Ok(left) = Duration::try_from(left) else {
                    return;
                };
                if left.is_zero() {
                    return;
                }
                tokio::time::sleep(left.min(LONGEST_SLEEP)).await;
            },
            Source::Manual(now) => {
                let mut now = now.clone();
                if now.wait_for(|now| *now >= instant).await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        }
    }

    /// Waits until this clock has moved on by `duration`.
    pub async fn sleep(&self, duration: SignedDuration) {
        // Beyond the last instant that can be told lies no end of the wait.
        let until = self.now().checked_add(duration).unwrap_or(Timestamp::MAX);
        self.sleep_until(until).await;
    }
}

impl ManualClock {
    /// The present instant of its clock.
    pub fn now(&self) -> Timestamp {
        *self.0.borrow()
    }

    /// Moves the clock forward and wakes who waits for it.
    ///
    /// # Panics
    ///
    /// When `by` is negative, or leads beyond the year 9999: time does not go back.
    pub fn advance(&self, by: SignedDuration) {
        assert!(!by.is_negative(), "a clock does not go back");
        self.0.send_modify(|now| {
            *now = now
                .checked_add(by)
                .expect("tests stay within the years that can be told");
        });
    }

    /// Moves the clock forward to `instant`.
    ///
    /// # Panics
    ///
    /// When `instant` is in its past.
    pub fn set(&self, instant: Timestamp) {
        self.advance(self.now().duration_until(instant));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_manual_clock_wakes_its_sleepers() {
        let (clock, manual) = Clock::manual(Timestamp::UNIX_EPOCH);
        let sleeper = clock.clone();
        let until = clock.now() + SignedDuration::from_hours(2);
        let asleep = tokio::spawn(async move {
            sleeper.sleep_until(until).await;
            sleeper.now()
        });
        manual.advance(SignedDuration::from_hours(1));
        tokio::task::yield_now().await;
        assert!(!asleep.is_finished());
        manual.advance(SignedDuration::from_hours(1));
        assert_eq!(asleep.await.unwrap(), manual.now());
        assert_eq!(clock.now().as_second(), 7200);
    }

    #[tokio::test]
    async fn what_is_past_needs_no_wait() {
        Clock::system().sleep_until(Timestamp::UNIX_EPOCH).await;
        Clock::system().sleep(SignedDuration::from_millis(1)).await;
    }

    #[test]
    #[should_panic(expected = "does not go back")]
    fn time_does_not_go_back() {
        let (_clock, manual) = Clock::manual(Timestamp::UNIX_EPOCH);
        manual.set(Timestamp::MIN);
    }
}
