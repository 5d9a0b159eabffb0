//! What a member decides: not to be counted, and to be counted again.

use database::{GuildId, UserId};
use feature::{Card, Colour, Ctx, Failure, Kit, Outcome, Reply};
use jobs::{Job, NewJob};
use serde::{Deserialize, Serialize};

use crate::{Activity, sitting, store, sums, text};

/// Erases what is known of a member who does not want to be counted.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Erase {
    // Not called `guild`: it must not wait while the feature is off there.
    of: GuildId,
    user: UserId,
}

impl Job for Erase {
    const NAME: &'static str = "activity.erase";
}

/// Counts the member no more and has erased what was counted, or counts them again from now on.
pub(crate) async fn opt(ctx: &Ctx<Activity>, is_out: bool) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let user = ctx.user();
    let now = ctx.clock.now();
    let mut db = ctx.database.begin().await?;
    store::people::opt(&mut db, guild, user, is_out.then_some(now), now).await?;
    if is_out {
        sitting::end(ctx, &mut db, guild, user).await?;
        let job = NewJob::new(&Erase { of: guild, user })
            .map_err(Failure::fault)?
            .key(format!("{guild}:{user}"));
        ctx.jobs.enqueue(&mut db, job).await?;
    }
    db.commit().await?;
    let said = if is_out {
        text::opted_out(ctx.lang())
    } else {
        text::opted_in(ctx.lang())
    };
    Ok(Reply::card(Card::new().text(said).colour(Colour::Good)))
}

pub(crate) async fn erase(kit: Kit<Activity>, job: Erase) -> Outcome<()> {
    let mut db = kit.database.begin().await?;
    // Who changed their mind meanwhile still said that what was counted until then is to go.
    store::erasing::member(&mut db, job.of, job.user).await?;
    sums::later(&kit, &mut db).await?;
    db.commit().await?;
    tracing::info!(guild = %job.of, "the statistics of a member are erased");
    Ok(())
}
