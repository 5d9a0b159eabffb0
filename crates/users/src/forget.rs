//! What is kept of a server that the bot was taken out of: it is erased after a while.
//!
//! Who takes the bot out and invites it again within [`KEPT`] finds who left and when. After that nothing about the
//! members of the server remains, nor the names of those who are in no other server. Before anything is erased Discord
//! is asked whether the bot is there again.

use database::GuildId;
use feature::{House, Kit, On, Outcome};
use jiff::SignedDuration;
use jobs::{Job, NewJob};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use twilight_model::gateway::payload::incoming::GuildDelete;

use crate::{Users, store};

/// How long the members of a server that the bot was taken out of are kept.
pub(crate) const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How many rows are erased at a time.
const AT_ONCE: i64 = 5_000;

/// Erases the members of a guild, unless the bot is there again.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Forget {
    // Not called `guild`: a feature's jobs wait while it is off there, and this one must not.
    left: GuildId,
}

impl Job for Forget {
    const NAME: &'static str = "users.forget";
}

/// The bot was taken out of a guild; an outage says so too, and means nothing.
pub(crate) async fn guild_delete(kit: Kit<Users>, on: On<GuildDelete>) -> Outcome<()> {
    if on.unavailable == Some(true) {
        return Ok(());
    }
    let mut db = kit.database.begin().await?;
    later(&kit, &mut db, on.id.into()).await?;
    db.commit().await?;
    Ok(())
}

/// Has a guild forgotten later; counted anew when the bot was there again meanwhile.
pub(crate) async fn later(house: &House, db: &mut PgConnection, guild: GuildId) -> Outcome<()> {
    let job = NewJob::new(&Forget { left: guild })
        .map_err(feature::Failure::fault)?
        .key(guild.to_string())
        .after(KEPT);
    house.jobs.enqueue(db, job).await?;
    Ok(())
}

pub(crate) async fn forget(kit: Kit<Users>, job: Forget) -> Outcome<()> {
    let guild = job.left;
    if !kit.has_left(guild).await? {
        return Ok(());
    }
    // Piece by piece, so that a large server holds nobody up; a process that dies goes on with the rest.
    loop {
        let mut db = kit.database.begin().await?;
        let erased = store::erase(&mut db, guild, AT_ONCE).await?;
        db.commit().await?;
        if erased < AT_ONCE {
            break;
        }
    }
    store::erase_readings(&mut *kit.database.acquire().await?, guild).await?;
    tracing::info!(
        guild = guild.get(),
        "the members of a server that the bot left are forgotten"
    );
    Ok(())
}
