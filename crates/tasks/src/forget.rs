//! What is erased: tasks that were deleted 30 days ago, a member's traces on request, and guilds that the bot was taken out of as long ago.

use database::{GuildId, UserId};
use feature::{Kit, On, Outcome};
use jiff::SignedDuration;
use jobs::Job;
use serde::{Deserialize, Serialize};
use twilight_model::gateway::payload::incoming::GuildDelete;

use crate::{Tasks, panel, store};

/// How long deleted tasks, and those of a guild that the bot was taken out of, are kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How long it is known which reminders were sent; those missed by more than a day are sent no more.
const KNOWN: SignedDuration = SignedDuration::from_hours(24 * 7);

/// Erases what was deleted long ago.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Purge {}

impl Job for Purge {
    const NAME: &'static str = "tasks.purge";
}

/// Erases everything of a guild, unless the bot is there again.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Forget {
    // Not called `guild`: a feature's jobs wait while it is off there, and this one must not.
    left: GuildId,
}

impl Job for Forget {
    const NAME: &'static str = "tasks.forget";
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

/// The bot was taken out of a guild; an outage says so too, and means nothing.
pub(crate) async fn guild_delete(kit: Kit<Tasks>, on: On<GuildDelete>) -> Outcome<()> {
    kit.when_left(&on, KEPT, |left| Forget { left }).await
}

pub(crate) async fn forget(kit: Kit<Tasks>, job: Forget) -> Outcome<()> {
    if !kit.has_left(job.left).await? {
        return Ok(());
    }
    let mut db = kit.database.begin().await?;
    store::drop_guild(&mut db, job.left).await?;
    db.commit().await?;
    Ok(())
}

/// Erases what is known of a member of a guild: tasks stay, and are nobody's. Answers how many it touched.
pub(crate) async fn member(kit: &Kit<Tasks>, guild: GuildId, user: UserId) -> Outcome<usize> {
    let mut db = kit.database.begin().await?;
    let touched = store::drop_member(&mut db, guild, user, kit.me.id()).await?;
    panel::all_later(kit, &mut db, guild, &touched).await?;
    db.commit().await?;
    Ok(touched.len())
}
