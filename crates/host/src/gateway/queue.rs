//! Who may identify, and when.
//!
//! Discord allows one identify in five seconds for each of `max_concurrency` groups, and 1,000 in a day; a bot
//! that needs more has its token reset. The day's identifies are in Postgres, so that a program that crashes and
//! restarts in a loop runs into our own pause first.
//!
//! See [Discord Docs/Session Start Limit](https://docs.discord.com/developers/events/gateway#session-start-limit-object).

use std::sync::Arc;

use database::{ApplicationId, Database};
use jiff::{SignedDuration, Timestamp};
use jobs::Clock;
use tokio::sync::oneshot;
use twilight_gateway::queue::{InMemoryQueue, Queue};
use twilight_model::gateway::connection_info::BotConnectionInfo;

use crate::store;

/// How many identifies of one shard in [`QUICK`] are nothing to worry about.
const QUICK_STARTS: usize = 5;
const QUICK: SignedDuration = SignedDuration::from_mins(5);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// The queue that all shards identify through.
#[derive(Clone, Debug)]
pub(crate) struct IdentifyQueue {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    application: ApplicationId,
    clock: Clock,
    daily: usize,
    database: Database,
    paced: InMemoryQueue,
}

impl IdentifyQueue {
    pub(crate) fn new(
        application: ApplicationId,
        info: &BotConnectionInfo,
        database: Database,
        clock: Clock,
    ) -> Self {
        let limit = &info.session_start_limit;
        let paced = InMemoryQueue::new(
            limit.max_concurrency,
            limit.remaining,
            std::time::Duration::from_millis(limit.reset_after),
            limit.total,
        );
        let daily = usize::try_from(limit.total).unwrap_or(usize::MAX);
        Self {
            inner: Arc::new(Inner {
                application,
                clock,
                daily,
                database,
                paced,
            }),
        }
    }
}

impl Queue for IdentifyQueue {
    fn enqueue(&self, shard: u32) -> oneshot::Receiver<()> {
        let (allow, allowed) = oneshot::channel();
        let inner = Arc::clone(&self.inner);
        tokio::spawn(async move {
            inner.wait_for_budget(shard).await;
            if inner.paced.enqueue(shard).await.is_ok() {
                inner.note(shard).await;
                // The shard may have gone on without us; then nobody identifies.
                let _ = allow.send(());
            }
        });
        allowed
    }
}

impl Inner {
    async fn wait_for_budget(&self, shard: u32) {
        loop {
            let now = self.clock.now();
            let recent = match self.recent(now).await {
                Ok(recent) => recent,
                Err(error) => {
                    tracing::warn!(%error, "identifying without knowing the day's identifies: the database does not answer");
                    return;
                }
            };
            let Some(until) = pause(&recent, shard, now, self.daily) else {
                return;
            };
            tracing::warn!(shard, %until, day = recent.len(), "too many session starts: waiting before the next one");
            self.clock.sleep_until(until).await;
        }
    }

    async fn recent(&self, now: Timestamp) -> sqlx::Result<Vec<(Timestamp, i32)>> {
        let mut connection = self.database.acquire().await?;
        store::identifies_since(&mut connection, self.application, now - DAY).await
    }

    async fn note(&self, shard: u32) {
        let now = self.clock.now();
        let noted = async {
            let mut connection = self.database.acquire().await?;
            let shard = i32::try_from(shard).unwrap_or(i32::MAX);
            store::note_identify(&mut connection, self.application, shard, now, now - DAY).await
        };
        if let Err(error) = noted.await {
            tracing::warn!(%error, shard, "a session start could not be noted");
        }
    }
}

/// Until when a shard must wait, given the day's identifies (the oldest first).
fn pause(
    recent: &[(Timestamp, i32)],
    shard: u32,
    now: Timestamp,
    daily: usize,
) -> Option<Timestamp> {
    if recent.len() >= daily
        && let Some((oldest, _)) = recent.get(recent.len() - daily)
    {
        return Some(*oldest + DAY);
    }
    let mine: Vec<_> = recent
        .iter()
        .filter(|(at, of)| u32::try_from(*of) == Ok(shard) && *at > now - QUICK)
        .map(|(at, _)| *at)
        .collect();
    (mine.len() >= QUICK_STARTS).then(|| mine[mine.len() - QUICK_STARTS] + QUICK)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    #[test]
    fn five_quick_starts_then_a_pause() {
        let starts: Vec<_> = (0..4).map(|step| (at(step * 10), 0)).collect();
        assert_eq!(pause(&starts, 0, at(50), 1000), None);
        let starts: Vec<_> = (0..5).map(|step| (at(step * 10), 0)).collect();
        assert_eq!(pause(&starts, 0, at(50), 1000), Some(at(300)));
        assert_eq!(
            pause(&starts, 1, at(50), 1000),
            None,
            "another shard has its own count"
        );
        assert_eq!(pause(&starts, 0, at(301), 1000), None);
    }

    #[test]
    fn the_days_limit_is_never_passed() {
        let starts: Vec<_> = (0..10)
            .map(|step| (at(step * 3600), i32::try_from(step).unwrap()))
            .collect();
        assert_eq!(pause(&starts, 99, at(36_000), 10), Some(at(0) + DAY));
        assert_eq!(pause(&starts, 99, at(36_000), 11), None);
    }
}
