//! What is erased in time: what is past its days, and guilds that the bot was taken out of.

use database::GuildId;
use feature::{Failure, House, Kit, On, Outcome, first_id};
use jiff::SignedDuration;
use jobs::{Job, NewJob};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use twilight_model::gateway::payload::incoming::{GuildCreate, GuildDelete};

use crate::{
    Activity,
    capture::KNOWN,
    model::{LocalDay, Range},
    settings::ActivitySettings,
    sitting, store,
};

/// How long the statistics of a guild that the bot was taken out of are kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How many rows of a table are erased at a time.
const AT_ONCE: i64 = 5_000;

/// Erases what is past its time.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Purge {}

impl Job for Purge {
    const NAME: &'static str = "activity.purge";
}

/// Erases everything of a guild, unless the bot is there again.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Forget {
    // Not called `guild`: a feature's jobs wait while it is off there, and this one must not.
    left: GuildId,
}

impl Job for Forget {
    const NAME: &'static str = "activity.forget";
}

pub(crate) async fn purge(kit: Kit<Activity>, _: Purge) -> Outcome<()> {
    let now = kit.clock.now();
    let mut db = kit.database.acquire().await?;
    store::written::forget_ids(&mut db, first_id(now - KNOWN)).await?;
    let left_over = store::erasing::left_over(&mut db).await?;
    let guilds = store::erasing::guilds(&mut db).await?;
    drop(db);
    for (guild, user) in left_over {
        let mut db = kit.database.begin().await?;
        store::erasing::member(&mut db, guild, user).await?;
        db.commit().await?;
    }
    for guild in guilds {
        let days = kit.settings.get::<ActivitySettings>(guild).await?.days;
        let zone = kit.manners(guild).await?.zone;
        let first = LocalDay::of(Range::last(i64::from(days), now, &zone).first, &zone);
        purge_before(&kit, guild, &first).await?;
    }
    Ok(())
}

async fn purge_before(kit: &Kit<Activity>, guild: GuildId, first: &LocalDay) -> Outcome<()> {
    // Piece by piece, so that a large guild holds nobody up.
    loop {
        let mut db = kit.database.begin().await?;
        let gone = store::erasing::purge(&mut db, guild, first.begin, first.date, AT_ONCE).await?;
        db.commit().await?;
        if gone == 0 {
            return Ok(());
        }
    }
}

/// A session begins.
pub(crate) async fn guild_create(kit: Kit<Activity>, on: On<GuildCreate>) -> Outcome<()> {
    if let (Some(guild), GuildCreate::Available(_)) = (on.guild(), &*on) {
        kit.feature.told.lock().insert(guild);
    }
    sitting::guild_create(kit, on).await
}

/// The bot was taken out of a guild, or the guild is away for a while.
pub(crate) async fn guild_delete(kit: Kit<Activity>, on: On<GuildDelete>) -> Outcome<()> {
    let guild = GuildId::from(on.id);
    let is_left = on.unavailable != Some(true);
    kit.feature.told.lock().remove(&guild);
    sitting::gone(&kit, guild, is_left, on.hold()).await?;
    if !is_left {
        return Ok(());
    }
    let mut db = kit.database.begin().await?;
    later(&kit, &mut db, guild).await?;
    db.commit().await?;
    Ok(())
}

/// Has a guild forgotten later; counted anew when the bot was there again meanwhile.
async fn later(house: &House, db: &mut PgConnection, guild: GuildId) -> Outcome<()> {
    let job = NewJob::new(&Forget { left: guild })
        .map_err(Failure::fault)?
        .key(guild.to_string())
        .after(KEPT);
    house.jobs.enqueue(db, job).await?;
    Ok(())
}

pub(crate) async fn forget(kit: Kit<Activity>, job: Forget) -> Outcome<()> {
    let guild = job.left;
    if !kit.has_left(guild).await? {
        return Ok(());
    }
    let end = LocalDay {
        date: jiff::civil::Date::MAX,
        begin: kit.clock.now() + KEPT,
        end: kit.clock.now() + KEPT,
    };
    purge_before(&kit, guild, &end).await?;
    let mut db = kit.database.begin().await?;
    // Whoever sums the guild up at this moment ends first, and what came of it goes too.
    store::days::take_turn(&mut db, guild).await?;
    store::erasing::purge(&mut db, guild, end.begin, end.date, AT_ONCE).await?;
    store::erasing::drop_guild(&mut db, guild).await?;
    db.commit().await?;
    tracing::info!(%guild, "the statistics of a guild that the bot was taken out of are erased");
    Ok(())
}
