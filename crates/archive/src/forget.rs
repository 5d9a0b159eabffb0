//! What is deleted in time: messages past their retention, and guilds that the bot was taken out of.

use database::GuildId;
use feature::{Failure, House, Kit, Outcome, first_id};
use jiff::{SignedDuration, Timestamp, ToSpan as _, tz::TimeZone};
use jobs::{Job, NewJob};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use crate::{Archive, attachments, search, store};

/// How long the messages of a guild that the bot was taken out of are kept.
pub(crate) const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);
/// For how long it is told what retention removed.
const REPORTED: SignedDuration = SignedDuration::from_hours(24 * 365);
/// How many rows are deleted at a time.
const AT_ONCE: i64 = 2_000;

/// Deletes what is past its time, and makes the partitions of the next months.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Purge {}

impl Job for Purge {
    const NAME: &'static str = "archive.purge";
}

/// Deletes everything of a guild, unless the bot is there again.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Forget {
    // Not called `guild`: a feature's jobs wait while it is off there, and this one must not.
    left: GuildId,
}

impl Job for Forget {
    const NAME: &'static str = "archive.forget";
}

pub(crate) async fn purge(kit: Kit<Archive>, _: Purge) -> Outcome<()> {
    // No finer than Postgres keeps it: it names the run.
    let now = kit.clock.now();
    let now = Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now);
    let today = now.to_zoned(TimeZone::UTC);
    let months = (0..3)
        .filter_map(|ahead| today.checked_add(ahead.months()).ok())
        .filter_map(|day| first_id(day.timestamp()).to_string().parse().ok());
    let months: Vec<_> = months.collect();
    let mut db = kit.database.acquire().await?;
    store::messages::make_room(&mut db, &months).await?;
    store::erasing::drop_searches(&mut db, now - search::OPEN).await?;
    store::erasing::drop_purges(&mut db, now - REPORTED).await?;
    let limited = store::erasing::limited(&mut db).await?;
    drop(db);
    attachments::tidy(&kit).await?;
    for (guild, channel, days) in limited {
        let before = first_id(now - SignedDuration::from_hours(24 * i64::from(days)));
        let mut gone = 0;
        loop {
            let mut db = kit.database.begin().await?;
            let count = store::erasing::purge(&mut db, guild, channel, before, AT_ONCE).await?;
            if count > 0 {
                store::erasing::note_purge(&mut db, guild, channel, now, count).await?;
            }
            db.commit().await?;
            gone += count;
            if count < AT_ONCE {
                break;
            }
        }
        if gone > 0 {
            tracing::info!(%guild, %channel, gone, "messages past their time are deleted");
        }
    }
    attachments::drop_unused(&kit).await?;
    Ok(())
}

/// Has a guild forgotten later; counted anew when the bot was there again meanwhile.
pub(crate) async fn later(house: &House, db: &mut PgConnection, guild: GuildId) -> Outcome<()> {
    let job = NewJob::new(&Forget { left: guild })
        .map_err(Failure::fault)?
        .key(guild.to_string())
        .after(KEPT);
    house.jobs.enqueue(db, job).await?;
    Ok(())
}

pub(crate) async fn forget(kit: Kit<Archive>, job: Forget) -> Outcome<()> {
    let guild = job.left;
    if !kit.has_left(guild).await? {
        return Ok(());
    }
    loop {
        let mut db = kit.database.begin().await?;
        let gone = store::erasing::purge_guild(&mut db, guild, AT_ONCE).await?;
        db.commit().await?;
        if gone < AT_ONCE {
            break;
        }
    }
    let mut db = kit.database.begin().await?;
    store::erasing::drop_guild(&mut db, guild).await?;
    db.commit().await?;
    attachments::drop_unused(&kit).await?;
    kit.feature.memory.forget(guild);
    Ok(())
}
