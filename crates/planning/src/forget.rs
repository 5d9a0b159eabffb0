//! What is erased: entries that were removed 30 days ago, a member's traces on request, and guilds that the bot was taken
//! out of 30 days ago.

use database::{GuildId, UserId};
use feature::{
    Kit, Outcome,
    erasure::{Erased, Person},
};
use jiff::{SignedDuration, ToSpan as _, tz::TimeZone};
use jobs::Job;
use serde::{Deserialize, Serialize};

use crate::{Planning, leave, posts, store};

/// How long removed entries are kept; calendars tell as long that they are cancelled.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How long it is known which messages showed a week, in days.
const KNOWN: i32 = 60;

/// Erases what was deleted long ago.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Purge {}

impl Job for Purge {
    const NAME: &'static str = "planning.purge";
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

/// Erases everything of a guild that the bot was taken out of.
pub(crate) async fn guild(kit: Kit<Planning>, guild: GuildId) -> Outcome<()> {
    let mut db = kit.database.begin().await?;
    store::forget::drop_guild(&mut db, guild).await?;
    db.commit().await?;
    Ok(())
}

/// As [`member`], for the one act by which every feature erases somebody.
pub(crate) async fn person(kit: Kit<Planning>, person: Person) -> Outcome<Erased> {
    let touched = member(&kit, person.of, person.user).await?;
    Ok(Erased::Now(touched))
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
