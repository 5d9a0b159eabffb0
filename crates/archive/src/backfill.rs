//! Reading the history of channels, newest to oldest, with a check-point at each page.
//!
//! A guild has one job, which reads one channel after the other: the channel, then the threads that it found there.
//! Each page is written together with the check-point while the next one is asked for, so `kill -9` loses at most the
//! pages on their way; live messages come beside it and meet in the same rows. After some time the job begins anew, so that a stop need not wait for it.

use std::time::Duration;

use database::{ChannelId, GuildId};
use feature::{Class, Explain as _, Failure, House, Kit, Outcome, Refusal};
use jobs::{Job, NewJob, Priority};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::PgConnection;
use tokio::time::Instant;
use twilight_model::{channel::ChannelType, guild::Permissions};

use crate::{
    Archive, channels,
    pull::{self, From, Held, PAGE},
    repair::{beyond, join},
    store::{self, channels::Named},
};

/// After how long the job begins anew.
const BUDGET: Duration = Duration::from_secs(20);

/// Reads what is to be read of a guild.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Fill {
    pub(crate) guild: GuildId,
}

impl Job for Fill {
    const NAME: &'static str = "archive.backfill";
}

/// Has the readings of a guild go on.
pub(crate) async fn later(house: &House, db: &mut PgConnection, guild: GuildId) -> Outcome<()> {
    house.jobs.enqueue(db, job(guild)?).await?;
    Ok(())
}

/// Goes on with the readings of a guild, when nothing else waits.
pub(crate) fn job(guild: GuildId) -> Outcome<NewJob> {
    let job = NewJob::new(&Fill { guild }).map_err(Failure::fault)?;
    Ok(job.key(guild.to_string()).priority(Priority::Low))
}

/// How a reading of a channel ended.
enum End {
    /// It is done, or somebody else goes on, or it was paused.
    Over,
    /// The time is over.
    Late,
}

pub(crate) async fn fill(kit: Kit<Archive>, job: Fill) -> Outcome<()> {
    let guild = job.guild;
    let begun = Instant::now();
    loop {
        let next = store::backfills::next(&mut *kit.database.acquire().await?, guild).await?;
        let Some((channel, run)) = next else {
            return Ok(());
        };
        let end = read(&kit, guild, channel, run, begun).await?;
        if matches!(end, End::Late) {
            let mut db = kit.database.begin().await?;
            later(&kit, &mut db, guild).await?;
            db.commit().await?;
            return Ok(());
        }
    }
}

async fn read(
    kit: &Kit<Archive>,
    guild: GuildId,
    channel: ChannelId,
    run: i64,
    begun: Instant,
) -> Outcome<End> {
    let mut db = kit.database.acquire().await?;
    let reading = store::backfills::running(&mut db, guild, channel, run).await?;
    drop(db);
    let Some(reading) = reading else {
        return Ok(End::Over);
    };
    let kind = kit.cache.channel(channel.into()).map(|known| known.kind);
    if reading.before == reading.from && kind.is_some_and(channels::takes_threads) {
        match threads(kit, guild, channel).await? {
            Ok(()) => {}
            Err(refusal) => return stuck(kit, guild, channel, refusal).await,
        }
    }
    let is_forum = matches!(
        kind,
        Some(ChannelType::GuildForum | ChannelType::GuildMedia)
    );
    let mut before = reading.before;
    let mut asked = None;
    loop {
        if begun.elapsed() > BUDGET {
            return Ok(End::Late);
        }
        let parent = channels::parent(kit, channel).or(parent_of(kit, guild, channel).await?);
        match channels::may_read(kit, guild, channel, parent).await {
            Ok(true) => {}
            Ok(false) => return wait(kit, guild, channel).await,
            Err(refusal) => return stuck(kit, guild, channel, refusal).await,
        }
        let now = kit.clock.now();
        if is_forum {
            let mut db = kit.database.acquire().await?;
            store::backfills::advance(&mut db, guild, channel, run, before, 0, Some(now)).await?;
            return Ok(End::Over);
        }
        let beginning = kit.feature.memory.beginning(guild);
        let page = match asked.take() {
            Some(page) => page,
            None => pull::page(kit, guild, channel, From::Before(before)).await?,
        };
        let page = match page {
            Ok(page) => page,
            Err(refusal) => return stuck(kit, guild, channel, refusal).await,
        };
        let is_last = page.is_last;
        let oldest = i64::try_from(channel).unwrap_or_default();
        let first = page.first().unwrap_or(before);
        let reached = if is_last { first.min(oldest) } else { first };
        // The reading began at an id that is yet to come.
        let is_first = before == reading.from;
        let to = if is_first {
            page.last()
        } else {
            Some(before - 1)
        };
        let held = to.map(|to| Held { from: reached, to });
        let ended_at = is_last.then_some(now);
        let goes_on = pull::store_page(kit, guild, channel, page, held, async |db, read| {
            store::backfills::advance(db, guild, channel, run, first, read, ended_at).await
        });
        let goes_on = if is_last || begun.elapsed() > BUDGET {
            goes_on.await?
        } else {
            // The next page comes while this one is stored. What is noted as read is what is stored: a page that is only
            // asked for is asked for again by whoever goes on.
            let next = pull::page(kit, guild, channel, From::Before(first));
            tokio::pin!(goes_on, next);
            let (is_ours, early) = tokio::select! {
                biased;
                is_ours = &mut goes_on => (is_ours?, None),
                page = &mut next => (goes_on.await?, Some(page?)),
            };
            asked = match early {
                _ if !is_ours => None,
                Some(page) => Some(page),
                None => Some(next.await?),
            };
            is_ours
        };
        if is_first {
            join(kit, guild, channel, to, beginning);
        }
        if !goes_on || is_last {
            return Ok(End::Over);
        }
        before = first;
    }
}

/// The parent of a thread that is archived, and so not in the cache.
async fn parent_of(
    kit: &Kit<Archive>,
    guild: GuildId,
    channel: ChannelId,
) -> Outcome<Option<ChannelId>> {
    if kit.cache.channel(channel.into()).is_some() {
        return Ok(None);
    }
    let mut db = kit.database.acquire().await?;
    Ok(store::channels::parent(&mut db, guild, channel).await?)
}

/// What passes is tried again from the check-point; what is refused waits until permissions change.
async fn stuck(
    kit: &Kit<Archive>,
    guild: GuildId,
    channel: ChannelId,
    refusal: Refusal,
) -> Outcome<End> {
    if refusal.class() != Class::Permanent {
        return Err(refusal.into());
    }
    tracing::debug!(
        error = feature::chain(&refusal),
        "the history of a channel can not be read"
    );
    wait(kit, guild, channel).await
}

async fn wait(kit: &Kit<Archive>, guild: GuildId, channel: ChannelId) -> Outcome<End> {
    let mut db = kit.database.begin().await?;
    store::channels::readable(&mut db, guild, channel, false).await?;
    store::backfills::wait(&mut db, guild, channel).await?;
    db.commit().await?;
    kit.feature.memory.forget(guild);
    Ok(End::Over)
}

#[derive(Deserialize)]
struct Threads {
    #[serde(default)]
    threads: Vec<Value>,
    #[serde(default)]
    has_more: bool,
}

/// Finds the threads of a channel, archived ones too, and begins to read them.
async fn threads(
    kit: &Kit<Archive>,
    guild: GuildId,
    channel: ChannelId,
) -> Outcome<Result<(), Refusal>> {
    let mut found = Vec::new();
    let active = format!("guilds/{guild}/threads/active");
    match pull::ask::<Threads>(kit, guild, active).await? {
        Ok(active) => found.extend(active.threads),
        Err(refusal) => return Ok(Err(refusal)),
    }
    let held = kit.own_permissions_in(guild, channel).await;
    let manages = match held {
        Ok(held) => held.is_some_and(|held| held.contains(Permissions::MANAGE_THREADS)),
        Err(refusal) => return Ok(Err(refusal)),
    };
    // Without Manage Threads only those private ones that the bot is in.
    let private = if manages {
        "threads/archived/private"
    } else {
        "users/@me/threads/archived/private"
    };
    for (list, by_id) in [("threads/archived/public", false), (private, !manages)] {
        let mut before: Option<String> = None;
        loop {
            let behind = before
                .as_ref()
                .map(|before| format!("&before={}", before.replace('+', "%2B")))
                .unwrap_or_default();
            let path = format!("channels/{channel}/{list}?limit={PAGE}{behind}");
            let page: Threads = match pull::ask(kit, guild, path).await? {
                Ok(page) => page,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let last = page.threads.last().and_then(|last| {
                let at = if by_id {
                    &last["id"]
                } else {
                    &last["thread_metadata"]["archive_timestamp"]
                };
                at.as_str().map(ToOwned::to_owned)
            });
            found.extend(page.threads);
            if !page.has_more || last.is_none() || last == before {
                break;
            }
            before = last;
        }
    }
    let mut named: Vec<Named> = found
        .iter()
        .filter_map(|thread| {
            let parent = thread["parent_id"].as_str()?.parse().ok()?;
            (parent == channel).then_some(Named {
                id: thread["id"].as_str()?.parse().ok()?,
                parent: Some(parent),
                name: thread["name"]
                    .as_str()
                    .unwrap_or_default()
                    .chars()
                    .filter(|at| *at != '\0')
                    .take(100)
                    .collect(),
                kind: thread["type"].as_i64()?.try_into().ok()?,
            })
        })
        .collect();
    named.sort_unstable_by_key(|thread| thread.id);
    named.dedup_by_key(|thread| thread.id);
    let ids: Vec<ChannelId> = named.iter().map(|thread| thread.id).collect();
    let now = kit.clock.now();
    let mut db = kit.database.begin().await?;
    store::channels::note(&mut db, guild, &named, now).await?;
    store::backfills::begin(&mut db, guild, &ids, beyond(now), now).await?;
    db.commit().await?;
    Ok(Ok(()))
}
