//! What is erased: entries that were removed 30 days ago, a member's traces on request, and guilds that the bot was taken
//! out of 30 days ago.

use database::{GuildId, UserId};
use feature::{Kit, On, Outcome};
use jiff::{SignedDuration, ToSpan as _, tz::TimeZone};
use jobs::Job;
use serde::{Deserialize, Serialize};
use twilight_model::gateway::payload::incoming::GuildDelete;

use crate::{Planning, leave, posts, store};

/// How long removed entries, and those of a guild that the bot was taken out of, are kept; calendars tell as long that
/// they are cancelled.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How long it is known which messages showed a week, in days.
const KNOWN: i32 = 60;

/// Erases what was deleted long ago.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Purge {}

impl Job for Purge {
    const NAME: &'static str = "planning.purge";
}

/// Erases everything of a guild, unless the bot is there again.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Forget {
    // Not called `guild`: a feature's jobs wait while it is off there, and this one must not.
    left: GuildId,
}

impl Job for Forget {
    const NAME: &'static str = "planning.forget";
}

pub(crate) async fn purge(kit: Kit<Planning>, _: Purge) -> Outcome<()> {
    let now = kit.clock.now();
    let mut db = kit.database.acquire().await?;
    let weeks = now.to_zoned(TimeZone::UTC).date();
    let weeks = weeks.checked_sub(KNOWN.days()).unwrap_or(weeks);
    let gone = store::forget::purge(&mut db, now - KEPT, weeks).await?;
    if gone > 0 {
        tracing::info!(gone, "plan entries that were removed long ago are erased");
    }
    Ok(())
}

/// The bot was taken out of a guild; an outage says so too, and means nothing.
pub(crate) async fn guild_delete(kit: Kit<Planning>, on: On<GuildDelete>) -> Outcome<()> {
    kit.when_left(&on, KEPT, |left| Forget { left }).await
}

pub(crate) async fn forget(kit: Kit<Planning>, job: Forget) -> Outcome<()> {
    if !kit.has_left(job.left).await? {
        return Ok(());
    }
    let mut db = kit.database.begin().await?;
    store::forget::drop_guild(&mut db, job.left).await?;
    db.commit().await?;
    Ok(())
}

/// Erases what is known of a member of a guild: entries of theirs alone, their part in others, their name and their hand in
/// the history. Answers how many entries it touched.
pub(crate) async fn member(kit: &Kit<Planning>, guild: GuildId, user: UserId) -> Outcome<u64> {
    let mut db = kit.database.begin().await?;
    store::entries::lock_plan(&mut db, guild).await?;
    let touched = store::forget::drop_member(&mut db, guild, user, kit.me.id()).await?;
    leave::later(kit, &mut db, guild, [user]).await?;
    posts::later(kit, &mut db, guild).await?;
    db.commit().await?;
    Ok(touched)
}
