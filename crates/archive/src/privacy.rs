//! What a member decides about their own words: not to be kept, to have them erased, to have a copy.

use database::{GuildId, UserId};
use feature::{
    Card, Colour, Ctx, Failure, House, Kit, Outcome, Reply,
    erasure::{Erased, Person},
    first_id,
};
use jiff::Timestamp;
use jobs::{Job, NewJob};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use crate::{Archive, attachments, export, exports, memory, recall, store, text};

/// How many messages are erased at a time.
const AT_ONCE: i64 = 1_000;

/// Erases a member's words.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Erase {
    // Not called `guild`: it must not wait while the archive is off.
    of: GuildId,
    user: UserId,
    to: i64,
}

impl Job for Erase {
    const NAME: &'static str = "archive.erase";
}

impl Erase {
    /// Has the words of somebody erased up to an id.
    pub(crate) async fn later(
        house: &House,
        db: &mut PgConnection,
        of: GuildId,
        user: UserId,
        to: i64,
    ) -> Outcome<()> {
        let job = NewJob::new(&Self { of, user, to })
            .map_err(Failure::fault)?
            .key(format!("{of}:{user}"));
        house.jobs.enqueue(db, job).await?;
        Ok(())
    }
}

/// Leaves out what the member says from now on, or keeps it again.
pub(crate) async fn opt(ctx: &Ctx<Archive>, is_out: bool) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let hash = memory::hash(ctx, ctx.user()).await?;
    let out_at = is_out.then(|| ctx.clock.now());
    let mut db = ctx.database.acquire().await?;
    store::people::opt(&mut db, guild, &hash, out_at).await?;
    if is_out {
        store::people::forget_name(&mut db, guild, ctx.user()).await?;
    }
    let said = if is_out {
        text::opted_out(ctx.lang())
    } else {
        text::opted_in(ctx.lang())
    };
    Ok(Reply::card(Card::new().text(said).colour(Colour::Good)))
}

/// Has the member's words erased, for good: no back-fill and no restored copy brings them back.
pub(crate) async fn delete(ctx: &Ctx<Archive>) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let user = ctx.user();
    // With all ids of this millisecond, and by Discord's own clock, which may be ahead: what was said before is asked for.
    let asked = i64::try_from(ctx.scene.interaction.get()).unwrap_or(i64::MAX);
    let to = asked.max(last_id(ctx.clock.now()));
    begin(ctx, guild, user, to).await?;
    Ok(Reply::card(
        Card::new()
            .text(text::erasing(ctx.lang()))
            .colour(Colour::Good),
    ))
}

/// The last id that Discord gives in the millisecond of an instant.
fn last_id(at: Timestamp) -> i64 {
    first_id(at) | ((1 << 22) - 1)
}

/// Has what somebody said up to an id erased.
async fn begin(kit: &Kit<Archive>, guild: GuildId, user: UserId, to: i64) -> Outcome<()> {
    let hash = memory::hash(kit, user).await?;
    let mut db = kit.database.begin().await?;
    let id = to.to_string().parse().map_err(Failure::fault)?;
    store::people::note_erased(&mut db, guild, &hash, id).await?;
    Erase::later(kit, &mut db, guild, user, to).await?;
    db.commit().await?;
    Ok(())
}

/// Has the words of somebody erased by the one act by which every feature erases somebody.
pub(crate) async fn person(kit: Kit<Archive>, person: Person) -> Outcome<Erased> {
    begin(&kit, person.of, person.user, last_id(person.until)).await?;
    Ok(Erased::Later)
}

pub(crate) async fn erase(kit: Kit<Archive>, job: Erase) -> Outcome<()> {
    let Erase { of, user, to } = job;
    let to = to.to_string().parse().map_err(Failure::fault)?;
    // First: from then on no copy of the database brings back what is erased below.
    recall::note(&kit, of, user, to).await?;
    let mut erased = 0;
    loop {
        let mut db = kit.database.begin().await?;
        store::messages::take_turn(&mut db).await?;
        let count = store::erasing::erase_author(&mut db, of, user, to, AT_ONCE).await?;
        db.commit().await?;
        erased += count;
        if count < u64::try_from(AT_ONCE).unwrap_or(u64::MAX) {
            break;
        }
    }
    store::erasing::erase_traces(&mut *kit.database.acquire().await?, of, user).await?;
    // Behind the last row: an export that still read one is written anew.
    exports::anew(&kit, of).await?;
    attachments::drop_unused(&kit).await?;
    tracing::info!(guild = %of, erased, "the words of a member are erased");
    Ok(())
}

/// The member's own words, as a file.
pub(crate) async fn copy(ctx: &Ctx<Archive>) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let source = export::Source::Author(ctx.user());
    export::reply(ctx, guild, source, export::Format::Lines).await
}
