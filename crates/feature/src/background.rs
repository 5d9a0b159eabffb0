//! Work that a handler starts and does not wait for.

use std::{fmt, sync::Arc};

use futures_util::FutureExt as _;

use crate::BoxFuture;

/// Takes work that goes on behind a handler; clones share it. The host counts it as work, lets it end at a graceful
/// stop, and logs its panics. A crash loses it, so what must happen stands in Postgres or is [held](crate::On::hold).
#[derive(Clone)]
pub struct Background(Arc<dyn Fn(BoxFuture<'static, ()>) + Send + Sync>);

impl fmt::Debug for Background {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Background")
    }
}

impl Background {
    /// A handle over what runs tasks; the host makes it.
    pub fn new(run: impl Fn(BoxFuture<'static, ()>) + Send + Sync + 'static) -> Self {
        Self(Arc::new(run))
    }

    /// Starts work. `what` names it in the log if it panics.
    pub fn spawn(&self, what: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        (self.0)(Box::pin(async move {
            if std::panic::AssertUnwindSafe(work)
                .catch_unwind()
                .await
                .is_err()
            {
                tracing::error!(what, "background work panicked");
                metrics::counter!("background_panics_total", "what" => what).increment(1);
            }
        }));
    }
}
