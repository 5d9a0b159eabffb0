//! Keeps the session of each shard in Postgres.
//!
//! When a session begins, once a second, sooner when much was handled since, and at the stop; a crash in between only
//! makes Discord replay a little more.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use database::{ApplicationId, Database};
use jobs::Clock;
use parking_lot::Mutex;
use tokio::{sync::Notify, time::Instant};

use super::Sequences;
use crate::store::{self, SavedSession};

const EVERY: Duration = Duration::from_secs(1);
/// How often it is looked whether much was handled since.
const LOOK: Duration = Duration::from_millis(100);
/// How many handled events are saved without waiting for the second to end: Discord keeps only so many to replay.
const MANY: u64 = 256;

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

    /// The session of a shard, and the sequence up to which its events are handled.
    pub(crate) fn handled(&self, shard: u32) -> Option<(String, u64)> {
        let slots = self.inner.live.lock();
        slots
            .get(&shard)?
            .live
            .as_ref()
            .map(|live| (live.session_id.clone(), live.sequences.handled()))
    }

    /// Saves once a second or when much was handled, until it is dropped.
    pub(crate) async fn run(&self) {
        let mut looks = tokio::time::interval(LOOK);
        looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut next = Instant::now();
        loop {
            let is_new = tokio::select! {
                _ = looks.tick() => false,
                () = self.inner.changed.notified() => true,
            };
            if is_new || Instant::now() >= next {
                self.save().await;
                next = Instant::now() + EVERY;
            } else {
                self.save_where(MANY).await;
            }
        }
    }

    /// Saves what changed.
    pub(crate) async fn save(&self) {
        self.save_where(1).await;
    }

    /// Saves the sessions of which so many more events are handled than was saved, and those that are new or gone.
    async fn save_where(&self, more: u64) {
        for (shard, live) in self.due(more) {
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

    fn due(&self, more: u64) -> Vec<(u32, Option<(Live, u64)>)> {
        let slots = self.inner.live.lock();
        slots
            .iter()
            .filter_map(|(shard, slot)| {
                let now = slot
                    .live
                    .as_ref()
                    .map(|live| (live.clone(), live.sequences.handled()));
                let (session, saved) = (
                    now.as_ref()
                        .map(|(live, sequence)| (live.session_id.as_str(), *sequence)),
                    slot.saved.as_ref().map(|(id, saved)| (id.as_str(), *saved)),
                );
                is_due(session, saved, more).then_some((*shard, now))
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

/// Whether a session is to be saved: it is new or gone, or so many more of its events are handled than was saved.
fn is_due(now: Option<(&str, u64)>, saved: Option<(&str, u64)>, more: u64) -> bool {
    match (now, saved) {
        (Some((id, handled)), Some((saved_id, saved))) => {
            id != saved_id || handled.saturating_sub(saved) >= more
        }
        (None, None) => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_saved_when_it_changed_or_when_much_was_handled() {
        let now = Some(("a", 300));
        assert!(is_due(now, None, MANY) && is_due(None, now, MANY));
        assert!(is_due(now, Some(("b", 300)), MANY), "another session");
        assert!(is_due(now, Some(("a", 299)), 1));
        assert!(!is_due(now, Some(("a", 300)), 1) && !is_due(None, None, 1));
        assert!(is_due(now, Some(("a", 300 - MANY)), MANY));
        assert!(!is_due(now, Some(("a", 301 - MANY)), MANY), "that can wait");
    }
}
