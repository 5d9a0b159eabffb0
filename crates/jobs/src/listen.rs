//! Hearing of new work: `LISTEN`, over a connection of its own that comes back by itself.

use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;
use sqlx::postgres::PgListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::store::CHANNEL;
use crate::worker::Inner;

/// What wakes an idle worker.
#[derive(Debug, Default)]
pub(crate) struct Wake {
    notify: Notify,
    /// The earliest instant heard of since the last look.
    earliest: Mutex<Option<Timestamp>>,
}

impl Wake {
    /// Something changed: look at the queue.
    pub(crate) fn now(&self) {
        self.at(Timestamp::MIN);
    }

    /// There is work for `instant`: no need to look before.
    fn at(&self, instant: Timestamp) {
        let mut earliest = self.lock();
        if earliest.is_none_or(|known| instant < known) {
            *earliest = Some(instant);
            drop(earliest);
            self.notify.notify_one();
        }
    }

    /// A look begins: what was heard before it will be seen by it.
    pub(crate) fn forget(&self) {
        *self.lock() = None;
    }

    /// The earliest instant heard of since the last look.
    pub(crate) fn earliest(&self) -> Option<Timestamp> {
        *self.lock()
    }

    pub(crate) async fn notified(&self) {
        self.notify.notified().await;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Timestamp>> {
        self.earliest
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Listens until `stopping`; each time the connection was lost the queue is looked at afresh.
pub(crate) async fn listen(inner: &Inner, stopping: &CancellationToken) {
    let mut pause = Duration::from_millis(200);
    loop {
        let heard = tokio::select! {
            () = stopping.cancelled() => return,
            heard = hear(inner, &mut pause) => heard,
        };
        if let Err(error) = heard {
            tracing::debug!(%error, "the announcements of new jobs were cut off");
        }
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
        pause = (pause * 2).min(Duration::from_secs(5));
    }
}

async fn hear(inner: &Inner, pause: &mut Duration) -> sqlx::Result<()> {
    let mut listener = PgListener::connect_with(inner.database.pool()).await?;
    listener.listen(CHANNEL).await?;
    *pause = Duration::from_millis(200);
    loop {
        // What came before this connection, or between two, was not heard.
        inner.wake.now();
        while let Some(notification) = listener.try_recv().await? {
            let instant = notification.payload().parse().ok();
            match instant.and_then(|instant| Timestamp::from_millisecond(instant).ok()) {
                Some(instant) => inner.wake.at(instant),
                None => inner.wake.now(),
            }
        }
    }
}
