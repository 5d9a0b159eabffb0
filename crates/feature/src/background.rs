//! Work that a handler starts and does not wait for.

use std::{fmt, panic::AssertUnwindSafe, sync::Arc};

use futures_util::FutureExt as _;

use crate::{BoxFuture, Feature, Kit};

/// Takes work that goes on behind a handler; clones share it. The host counts it as work, lets it end at a graceful
/// stop, and logs its panics. A crash loses it, so what must happen stands in Postgres or is [held](crate::On::hold).
#[derive(Clone)]
pub struct Background(Arc<dyn Fn(&'static str, BoxFuture<'static, ()>) + Send + Sync>);

impl fmt::Debug for Background {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Background")
    }
}

impl Background {
    /// A handle over what runs the work of a feature; the host makes it.
    pub fn new(run: impl Fn(&'static str, BoxFuture<'static, ()>) + Send + Sync + 'static) -> Self {
        Self(Arc::new(run))
    }

    /// Runs work of a feature that somebody else looks after, panics included.
    pub fn run(&self, feature: &'static str, work: BoxFuture<'static, ()>) {
        (self.0)(feature, work);
    }
}

impl<F: Feature> Kit<F> {
    /// Starts work that nobody waits for. `what` names it in the log if it panics.
    pub fn spawn(&self, what: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        let work = async move {
            if AssertUnwindSafe(work).catch_unwind().await.is_err() {
                tracing::error!(feature = F::NAME, what, "background work panicked");
                metrics::counter!("handler_failures_total", "feature" => F::NAME).increment(1);
            }
        };
        self.background.run(F::NAME, Box::pin(work));
    }
}
