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

    /// Returns when the lease of a job taken at `taken` has ended without being renewed.
    pub(crate) async fn lost(&self, taken: Instant) {
        let mut renewed = self.renewed.subscribe();
        loop {
            let ends = taken.max(*renewed.borrow_and_update()) + self.length;
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

    #[tokio::test(start_paused = true)]
    async fn it_holds_as_long_as_it_is_renewed() {
        let lease = Lease::new(Duration::from_secs(30));
        let taken = Instant::now();
        let lost = lease.lost(taken);
        tokio::pin!(lost);
        for _ in 0..10 {
            tokio::select! {
                () = &mut lost => panic!("lost while it was renewed"),
                () = tokio::time::sleep(Duration::from_secs(20)) => lease.renewed(Instant::now()),
            }
        }
        lost.await;
        assert_eq!(taken.elapsed(), Duration::from_secs(230));
    }
}
