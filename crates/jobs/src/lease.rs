//! Whether this worker may still run what it has taken.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

/// Tells running handlers how long their lease holds at least.
///
/// All instants are taken before the database is asked, so this side never believes in a lease longer
/// than the server does.
#[derive(Debug)]
pub(crate) struct Lease {
    length: Duration,
    renewed: watch::Sender<Instant>,
}

impl Lease {
    pub(crate) fn new(length: Duration) -> Self {
        Self {
            length,
            renewed: watch::Sender::new(Instant::now()),
        }
    }

    pub(crate) const fn length(&self) -> Duration {
        self.length
    }

    /// All leases of this worker were renewed by a statement sent at `asked`.
    pub(crate) fn renewed(&self, asked: Instant) {
        self.renewed.send_if_modified(|renewed| {
            let later = asked > *renewed;
            *renewed = (*renewed).max(asked);
            later
        });
    }

    fn ends(&self, taken: Instant, renewed: Instant) -> Instant {
        taken.max(renewed) + self.length
    }

    /// Returns when the lease of a job taken at `taken` has ended without being renewed.
    pub(crate) async fn lost(&self, taken: Instant) {
        let mut renewed = self.renewed.subscribe();
        loop {
            let ends = self.ends(taken, *renewed.borrow_and_update());
            tokio::select! {
                () = tokio::time::sleep_until(ends) => return,
                changed = renewed.changed() => {
                    if changed.is_err() {
                        return;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn it_ends_after_the_later_of_taking_and_renewal() {
        let lease = Lease::new(30 * SECOND);
        let start = *lease.renewed.borrow();
        assert_eq!(lease.ends(start + SECOND, start), start + 31 * SECOND);
        lease.renewed(start + 20 * SECOND);
        // An answer that was overtaken by a later one changes nothing.
        lease.renewed(start + 10 * SECOND);
        let renewed = *lease.renewed.borrow();
        assert_eq!(lease.ends(start + SECOND, renewed), start + 50 * SECOND);
        assert_eq!(
            lease.ends(start + 25 * SECOND, renewed),
            start + 55 * SECOND
        );
    }

    #[tokio::test]
    async fn whoever_waits_for_its_end_hears_of_a_renewal() {
        let lease = Lease::new(SECOND / 20);
        let taken = Instant::now();
        let lost = lease.lost(taken);
        tokio::pin!(lost);
        // As if asked half a second from now: the wait is longer than the first end by that.
        lease.renewed(taken + SECOND / 2);
        lost.await;
        assert!(taken.elapsed() >= SECOND / 2 + SECOND / 20);
    }
}
