//! How much is in work: for the graceful stop, and for tests that wait until the bot is idle.

use std::sync::Arc;

use tokio::sync::watch;

/// Counts what is in work; clones share the count.
#[derive(Clone, Debug)]
pub(crate) struct Busy(Arc<watch::Sender<usize>>);

impl Default for Busy {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }
}

impl Busy {
    /// Something begins; it ends when the guard is dropped.
    pub(crate) fn begin(&self) -> Working {
        self.0.send_modify(|count| *count += 1);
        Working(self.clone())
    }

    /// How much is in work.
    pub(crate) fn count(&self) -> usize {
        *self.0.borrow()
    }

    /// Waits until nothing is in work.
    pub(crate) async fn idle(&self) {
        // The sender lives as long as `self`, so waiting can not fail.
        let _ = self.0.subscribe().wait_for(|count| *count == 0).await;
    }
}

/// Something in work.
#[derive(Debug)]
pub(crate) struct Working(Busy);

impl Drop for Working {
    fn drop(&mut self) {
        self.0.0.send_modify(|count| *count -= 1);
    }
}
