//! Bringing the sums up to date: a job within a minute of a change, or whoever wants to see them sooner.
//!
//! What is counted (`activity.written`, `activity.stretch`) marks the days that it touches, in the same transaction. Here
//! the marks are taken away and the days summed up from all that is counted, so it can be done any number of
//! times, and what comes late or goes away is in it. Days are those of the guild's zone; when that changes, all are summed up anew.

use database::GuildId;
use feature::{Failure, Kit, Outcome};
use jiff::{SignedDuration, Timestamp};
use jobs::{Job, NewJob};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use crate::{
    Activity,
    model::{LocalDay, Range, local_days},
    store::{self, days::Standing},
};

/// How long changes gather before they are summed up.
const GATHER: i64 = 60;
/// Sums of this age are good enough for who looks.
const FRESH: SignedDuration = SignedDuration::from_secs(20);
/// How many days are summed up in one statement.
const AT_ONCE: usize = 32;

/// Sums up what changed.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Sum {}

impl Job for Sum {
    const NAME: &'static str = "activity.sum";
}

/// Has changes summed up within a minute.
pub(crate) async fn later(kit: &Kit<Activity>, db: &mut PgConnection) -> Outcome<()> {
    // At the next full minute, whatever comes in until then: each change names the same instant.
    let now = kit.clock.now();
    let at = (now.as_second().div_euclid(GATHER) + 1) * GATHER;
    let job = NewJob::new(&Sum {})
        .map_err(Failure::fault)?
        .key("all")
        .at(Timestamp::from_second(at).unwrap_or(now));
    kit.jobs.enqueue(db, job).await?;
    Ok(())
}

pub(crate) async fn sum(kit: Kit<Activity>, _: Sum) -> Outcome<()> {
    let guilds = store::days::dirty_guilds(&mut *kit.database.acquire().await?).await?;
    for guild in guilds {
        bring_up(&kit, guild).await?;
    }
    Ok(())
}

/// Sums up what changed in a guild; when it was done last, and since when the guild is counted.
pub(crate) async fn bring_up(kit: &Kit<Activity>, guild: GuildId) -> Outcome<Option<Standing>> {
    let zone = kit.manners(guild).await?.zone;
    let name = zone.iana_name().unwrap_or("UTC").to_owned();
    let now = kit.clock.now();
    let mut db = kit.database.begin().await?;
    store::days::take_turn(&mut db, guild).await?;
    // Nothing is begun here: a guild that was just forgotten must not come back.
    let Some(mut standing) = store::days::standing(&mut db, guild).await? else {
        return Ok(None);
    };
    let dirty = store::days::take_dirty(&mut db, guild).await?;
    let runs = if standing.zone == name {
        local_days(&dirty, &zone)
    } else {
        store::days::clear(&mut db, guild).await?;
        match store::days::extent(&mut db, guild).await? {
            None => Vec::new(),
            Some((first, last)) => {
                let day = |at: Timestamp| at.to_zoned(zone.clone()).date();
                let range = Range {
                    first: day(first),
                    last: day(last),
                };
                vec![range.days().map(|date| LocalDay::of(date, &zone)).collect()]
            }
        }
    };
    for run in runs {
        for days in run.chunks(AT_ONCE) {
            store::days::sum(&mut db, guild, days).await?;
        }
    }
    store::days::note_summed(&mut db, guild, &name, now).await?;
    db.commit().await?;
    standing.summed_at = standing.summed_at.max(now);
    standing.zone = name;
    Ok(Some(standing))
}

/// How the sums stand, brought up to date for who looks at them if they are not of the last moments.
pub(crate) async fn fresh(kit: &Kit<Activity>, guild: GuildId) -> Outcome<Option<Standing>> {
    let standing = store::days::standing(&mut *kit.database.acquire().await?, guild).await?;
    let zone = kit.manners(guild).await?.zone;
    let now = kit.clock.now();
    match standing {
        Some(standing)
            if now.duration_since(standing.summed_at) < FRESH
                && Some(standing.zone.as_str()) == zone.iana_name() =>
        {
            Ok(Some(standing))
        }
        _ => bring_up(kit, guild).await,
    }
}

/// The true state of a guild is known: from now on it is counted.
pub(crate) async fn reconcile(kit: Kit<Activity>, guild: GuildId) -> Outcome<()> {
    let zone = kit.manners(guild).await?.zone;
    let now = kit.clock.now();
    let mut db = kit.database.begin().await?;
    let zone = zone.iana_name().unwrap_or("UTC");
    store::written::begin(&mut db, guild, zone, now).await?;
    later(&kit, &mut db).await?;
    db.commit().await?;
    crate::sitting::reconcile(&kit, guild).await
}
