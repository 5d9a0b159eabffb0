//! What is deleted in time: messages past their retention, and guilds that the bot was taken out of.

use database::GuildId;
use feature::{Class, Explain as _, Failure, House, Kit, Outcome, discord::Post, first_id};
use jiff::{SignedDuration, Timestamp, ToSpan as _, tz::TimeZone};
use jobs::{Job, NewJob};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use crate::{Archive, Keep, attachments, recall, search, store, text};

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
    let mut db = kit.database.begin().await?;
    for guild in store::people::guilds_with_erased(&mut db).await? {
        recall::later(&kit, &mut db, guild).await?;
    }
    db.commit().await?;
    for (guild, channel, days) in limited {
        let before = first_id(now - SignedDuration::from_hours(24 * i64::from(days)));
        let mut gone = 0;
        loop {
            let mut db = kit.database.begin().await?;
            let count = store::erasing::purge(&mut db, guild, channel, before, AT_ONCE).await?;
            if count > 0 {
                store::erasing::note_purge(&mut db, guild, channel, now, count).await?;
                if kit.settings.get::<Keep>(guild).await?.report.is_some() {
                    tell_later(&kit, &mut db, guild, now).await?;
                }
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

/// Tells what a run of the retention removed.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Report {
    guild: GuildId,
    at: Timestamp,
}

impl Job for Report {
    const NAME: &'static str = "archive.report";
}

/// Has it told once the run is over; each batch puts it off a little.
async fn tell_later(
    house: &House,
    db: &mut PgConnection,
    guild: GuildId,
    at: Timestamp,
) -> Outcome<()> {
    let job = NewJob::new(&Report { guild, at })
        .map_err(Failure::fault)?
        .key(guild.to_string())
        .after(SignedDuration::from_mins(1));
    house.jobs.enqueue(db, job).await?;
    Ok(())
}

pub(crate) async fn report(kit: Kit<Archive>, job: Report) -> Outcome<()> {
    let Report { guild, at } = job;
    let Some(place) = kit.settings.get::<Keep>(guild).await?.report else {
        return Ok(());
    };
    let known = kit
        .cache
        .channel(place.into())
        .and_then(|known| known.guild_id);
    if known.map(GuildId::from) != Some(guild) {
        tracing::warn!(%guild, channel = %place, "what retention removed can not be told: no such channel");
        return Ok(());
    }
    let mut db = kit.database.acquire().await?;
    let removed = store::erasing::purged_at(&mut db, guild, at).await?;
    drop(db);
    if removed.is_empty() {
        return Ok(());
    }
    let lang = kit.manners(guild).await?.lang;
    let nonce = at.as_microsecond().to_string();
    let post = Post {
        nonce: Some(&nonce),
        sent_since: Some(at),
        ..Post::default()
    };
    let card = text::purged(lang, &removed);
    match kit.discord.post(place, lang, &card, post).await {
        Ok(_) => Ok(()),
        Err(refusal) if refusal.class() == Class::Permanent => {
            tracing::warn!(%guild, channel = %place, error = feature::chain(&refusal), "what retention removed can not be told");
            Ok(())
        }
        Err(refusal) => Err(refusal.into()),
    }
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
