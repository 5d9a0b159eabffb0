//! Keeps the session of each shard in Postgres.
//!
//! When a session begins, once a second, and at the stop; a crash in between only makes Discord replay a second more.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use database::{ApplicationId, Database};
use jobs::Clock;
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::Sequences;
use crate::store::{self, SavedSession};

const EVERY: Duration = Duration::from_secs(1);

/// The session of a shard as it is now.
#[derive(Clone, Debug)]
pub(crate) struct Live {
    pub(crate) session_id: String,
    pub(crate) resume_url: String,
    pub(crate) sequences: Sequences,
}

/// Saves sessions; clones share what is to be saved.
#[derive(Clone, Debug)]
pub(crate) struct Saver {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    application: ApplicationId,
    clock: Clock,
    database: Database,
    shard_count: i32,
    live: Mutex<BTreeMap<u32, Slot>>,
    /// Told when a session begins or ends: that is saved at once.
    changed: Notify,
}

#[derive(Debug, Default)]
struct Slot {
    live: Option<Live>,
    saved: Option<(String, u64)>,
}

impl Saver {
    pub(crate) fn new(
        application: ApplicationId,
        database: Database,
        clock: Clock,
        shard_count: u32,
    ) -> Self {
        let shard_count = i32::try_from(shard_count).unwrap_or(i32::MAX);
        let (live, changed) = (Mutex::default(), Notify::new());
        Self {
            inner: Arc::new(Inner {
                application,
                clock,
                database,
                shard_count,
                live,
                changed,
            }),
        }
    }

    /// What an earlier process left of a shard's session.
    pub(crate) async fn load(&self, shard: u32) -> sqlx::Result<Option<SavedSession>> {
        let mut connection = self.inner.database.acquire().await?;
        let shard = i32::try_from(shard).unwrap_or(i32::MAX);
        store::session(
            &mut connection,
            self.inner.application,
            shard,
            self.inner.shard_count,
        )
        .await
    }

    /// The session of a shard from now on.
    pub(crate) fn set(&self, shard: u32, live: Option<Live>) {
        let mut slots = self.inner.live.lock();
        slots.entry(shard).or_default().live = live;
        self.inner.changed.notify_one();
    }

    /// The sequence up to which a shard's events are handled.
    pub(crate) fn handled(&self, shard: u32) -> Option<u64> {
        let slots = self.inner.live.lock();
        slots
            .get(&shard)?
            .live
            .as_ref()
            .map(|live| live.sequences.handled())
    }

    /// Saves once a second, until it is dropped.
    pub(crate) async fn run(&self) {
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = self.inner.changed.notified() => {}
            }
            self.save().await;
        }
    }

    /// Saves what changed.
    pub(crate) async fn save(&self) {
        for (shard, live) in self.due() {
            let saved = match &live {
                Some((live, sequence)) => self.write(shard, live, *sequence).await,
                None => self.forget(shard).await,
            };
            match saved {
                Ok(()) => {
                    let mut slots = self.inner.live.lock();
                    slots.entry(shard).or_default().saved =
                        live.map(|(live, sequence)| (live.session_id, sequence));
                }
                Err(error) => {
                    tracing::warn!(
                        shard,
                        error = feature::chain(&error),
                        "a session could not be saved"
                    );
                }
            }
        }
    }

    fn due(&self) -> Vec<(u32, Option<(Live, u64)>)> {
        let slots = self.inner.live.lock();
        slots
            .iter()
            .filter_map(|(shard, slot)| {
                let now = slot
                    .live
                    .as_ref()
                    .map(|live| (live.clone(), live.sequences.handled()));
                let is_saved = match (&now, &slot.saved) {
                    (Some((live, sequence)), Some((id, saved))) => {
                        live.session_id == *id && sequence == saved
                    }
                    (None, None) => true,
                    _ => false,
                };
                (!is_saved).then_some((*shard, now))
            })
            .collect()
    }

    async fn write(&self, shard: u32, live: &Live, sequence: u64) -> sqlx::Result<()> {
        let session = SavedSession {
            session_id: live.session_id.clone(),
            resume_url: live.resume_url.clone(),
            sequence,
            saved_at: self.inner.clock.now(),
        };
        let mut connection = self.inner.database.acquire().await?;
        let shard = i32::try_from(shard).unwrap_or(i32::MAX);
        store::save_session(
            &mut connection,
            self.inner.application,
            shard,
            self.inner.shard_count,
            &session,
        )
        .await
    }

    async fn forget(&self, shard: u32) -> sqlx::Result<()> {
        let mut connection = self.inner.database.acquire().await?;
        store::forget_session(
            &mut connection,
            self.inner.application,
            i32::try_from(shard).unwrap_or(i32::MAX),
        )
        .await
    }
}
