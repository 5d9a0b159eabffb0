//! What is erased: tasks that were deleted 30 days ago, a member's traces on request, and guilds that the bot was taken out of as long ago.

use database::{GuildId, UserId};
use feature::{
    Kit, Outcome,
    erasure::{Erased, Person},
};
use jiff::SignedDuration;
use jobs::Job;
use serde::{Deserialize, Serialize};

use crate::{Tasks, panel, store};

/// How long deleted tasks are kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How long it is known which reminders were sent; those missed by more than a day are sent no more.
const KNOWN: SignedDuration = SignedDuration::from_hours(24 * 7);

/// Erases what was deleted long ago.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Purge {}

impl Job for Purge {
    const NAME: &'static str = "tasks.purge";
}

pub(crate) async fn purge(kit: Kit<Tasks>, _: Purge) -> Outcome<()> {
    let now = kit.clock.now();
    let mut db = kit.database.acquire().await?;
    let gone = store::purge(&mut db, now - KEPT, now - KNOWN).await?;
    if gone > 0 {
        tracing::info!(gone, "tasks that were deleted long ago are erased");
    }
    Ok(())
}

/// Erases everything of a guild that the bot was taken out of.
pub(crate) async fn guild(kit: Kit<Tasks>, guild: GuildId) -> Outcome<()> {
    let mut db = kit.database.begin().await?;
    store::drop_guild(&mut db, guild).await?;
    db.commit().await?;
    Ok(())
}

/// As [`member`], for the one act by which every feature erases somebody.
pub(crate) async fn person(kit: Kit<Tasks>, person: Person) -> Outcome<Erased> {
    let touched = member(&kit, person.of, person.user).await?;
    Ok(Erased::Now(u64::try_from(touched).unwrap_or(u64::MAX)))
}

/// Erases what is known of a member of a guild: tasks stay, and are nobody's. Answers how many it touched.
pub(crate) async fn member(kit: &Kit<Tasks>, guild: GuildId, user: UserId) -> Outcome<usize> {
    let mut db = kit.database.begin().await?;
    let touched = store::drop_member(&mut db, guild, user, kit.me.id()).await?;
    panel::all_later(kit, &mut db, guild, &touched).await?;
    db.commit().await?;
    Ok(touched.len())
}
