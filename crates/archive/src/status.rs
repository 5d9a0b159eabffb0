//! `/archive status`: what is kept, how complete it is, how far the reading of the past is.

use database::ChannelId;
use feature::{Card, Click, Colour, Ctx, Outcome, Reply, custom_id};
use jiff::{SignedDuration, Timestamp};

use crate::{
    Archive, READ,
    memory::keeping,
    store::{self, backfills::Backfill, channels::Row},
    text,
};

/// How many channels stand on a page.
const PAGE: usize = 15;

custom_id! {
    /// Shows the channels behind one; from the first when none is named.
    pub(crate) struct Turn: "archive" / "status" v1 { after: Option<ChannelId> }
    answer = Update;
    access = READ;
}

/// How a channel stands.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    pub(crate) row: Row,
    pub(crate) is_kept: bool,
    pub(crate) reading: Option<Reading>,
}

/// How far the reading of the past is.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub(crate) state: String,
    pub(crate) read: i64,
    /// In percent.
    pub(crate) share: i64,
    /// When it will be done, if it goes on as it did.
    pub(crate) done_at: Option<Timestamp>,
}

/// How much of the time since the making of a channel was to be read, and how much of it is, in seconds.
fn times(channel: ChannelId, backfill: &Backfill) -> (i64, i64) {
    let at = |id: i64| feature::created_at(u64::try_from(id).unwrap_or_default());
    let made = feature::created_at(channel.get());
    let whole = at(backfill.from).duration_since(made).as_secs().max(1);
    let done = at(backfill.from).duration_since(at(backfill.before));
    (whole, done.as_secs())
}

/// How much of a reading is done, in percent.
pub(crate) fn share(channel: ChannelId, backfill: &Backfill) -> i64 {
    if backfill.state == "done" {
        return 100;
    }
    let (whole, done) = times(channel, backfill);
    (done.saturating_mul(100) / whole).clamp(0, 99)
}

impl Reading {
    /// The past reaches to the making of the channel: how much of that time is read tells how much is left.
    fn of(row: &Row, backfill: &Backfill, now: Timestamp) -> Self {
        let (whole, done) = times(row.id, backfill);
        let share = share(row.id, backfill);
        let elapsed = now.duration_since(backfill.begun_at).as_secs();
        let rest = elapsed
            .saturating_mul((whole - done).max(0))
            .checked_div(done.max(1));
        let done_at = rest
            .filter(|_| backfill.state == "running" && done > 0)
            .and_then(|rest| now.checked_add(SignedDuration::from_secs(rest)).ok());
        Self {
            state: backfill.state.clone(),
            read: backfill.read,
            share,
            done_at: if backfill.state == "done" {
                backfill.ended_at
            } else {
                done_at
            },
        }
    }
}

pub(crate) async fn status(ctx: &Ctx<Archive>) -> Outcome<Reply> {
    Ok(Reply::card(page(ctx, None).await?))
}

pub(crate) async fn turn(ctx: Ctx<Archive>, turn: Click<Turn>) -> Outcome<Reply> {
    let after = turn.after;
    Ok(Reply::update(page(&ctx, after).await?))
}

async fn page(ctx: &Ctx<Archive>, after: Option<ChannelId>) -> Outcome<Card> {
    let lang = ctx.lang();
    let guild = ctx.guild_id()?;
    let now = ctx.clock.now();
    let keeping = keeping(ctx, guild).await?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut db = ctx.database.acquire().await?;
    let mut rows = store::channels::rows(&mut db, guild, after, limit).await?;
    let readings = store::backfills::of(&mut db, guild, None).await?;
    let tally = store::channels::tally(&mut db, guild).await?;
    let purged = store::erasing::last_purge(&mut db, guild).await?;
    drop(db);
    let has_more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let first = Turn { after: None };
    let next = rows.last().filter(|_| has_more).map(|last| Turn {
        after: Some(last.id),
    });
    let standings: Vec<Standing> = rows
        .into_iter()
        .map(|row| Standing {
            is_kept: keeping.keeps(row.id, row.parent),
            reading: readings
                .iter()
                .find(|one| one.channel == row.id)
                .map(|one| Reading::of(&row, one, now)),
            row,
        })
        .collect();
    let card = text::status(lang, &standings, tally, purged).colour(if keeping.is_any() {
        Colour::Info
    } else {
        Colour::Warn
    });
    Ok(card.pages(lang, after.map(|_| &first), next.as_ref()))
}
