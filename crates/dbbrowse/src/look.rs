//! Looking: which tables, a page, a row, a file.
//!
//! Each step is first written down, with who took it, then the rows are read. A step is taken once: the ids on a message
//! carry the revision that it shows, and a click on another revision shows how things stand instead.

use std::sync::Arc;

use feature::{Browsable, Card, Ctx, Explain, Kit, Lang, Outcome};
use jiff::SignedDuration;
use jobs::Job;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;

use crate::{
    Dbbrowse,
    model::{Anchor, Misfit, Op, Position, View},
    query::{self, Question},
    store::{self, Texts},
    text, value,
};

/// How many rows stand on a page.
pub(crate) const PAGE: usize = 10;
/// How far rows are counted with a page; all of them only when somebody asks.
pub(crate) const MOST_COUNTED: usize = 100_000;
/// More than Postgres holds.
const ALL: usize = 1 << 62;
/// The largest file that is made, where Discord takes larger ones.
const LARGEST_FILE: usize = 8 * 1024 * 1024;
/// How long it is remembered what somebody looked at.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 7);

/// Why there is nothing to see.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NothingToSee {
    /// No such table, none that this member may see, or a view of somebody else's.
    #[error("there is no such table or view for this member")]
    Unknown,
    /// No row under that key, in this guild.
    #[error("there is no such row")]
    NoRow,
    /// It took too long.
    #[error("the query was given up after five seconds")]
    TooSlow,
    /// The database user may not make the role that reads.
    #[error("the role `majordome_browse` can not be made")]
    NoRole(#[source] sqlx::Error),
    /// A value that does not fit.
    #[error("the value does not fit the column")]
    Misfit(Misfit, &'static feature::Column),
    /// A comparison that the column does not know.
    #[error("the column does not know this comparison")]
    BadOp(&'static feature::Column),
    /// As many filters as there can be.
    #[error("there are as many filters as there can be")]
    TooManyFilters,
}

impl Explain for NothingToSee {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(match self {
            Self::Unknown => text::unknown(lang),
            Self::NoRow => text::no_row(lang),
            Self::TooSlow => text::too_slow(lang),
            Self::NoRole(_) => text::no_role(lang),
            Self::Misfit(misfit, column) => text::misfit(lang, *misfit, column),
            Self::BadOp(column) => text::bad_op(lang, column, Op::of(column.kind)),
            Self::TooManyFilters => text::too_many_filters(lang),
        })
    }
}

/// What Postgres gave up for its time limit is the question's fault, not ours.
fn judged(error: sqlx::Error) -> feature::Failure {
    if is_timeout(&error) {
        NothingToSee::TooSlow.into()
    } else {
        error.into()
    }
}

fn is_timeout(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .is_some_and(|code| code == "57014")
}

/// The tables that this member may look at, by what they call them.
pub(crate) async fn tables(ctx: &Ctx<Dbbrowse>) -> Outcome<Vec<&'static Browsable>> {
    let readable = readable(ctx).await?;
    let mut tables: Vec<_> = ctx
        .catalogue
        .browsables()
        .filter(|table| readable.contains(&table.table) && ctx.scene.may(table.capability))
        .collect();
    tables.sort_by_key(|table| table.label.of(ctx.lang()));
    Ok(tables)
}

async fn readable(kit: &Kit<Dbbrowse>) -> Outcome<&[&'static str]> {
    let catalogue = Arc::clone(&kit.catalogue);
    let prepared = kit
        .feature
        .readable
        .get_or_try_init(|| store::prepare(&kit.database, catalogue.browsables()))
        .await;
    match prepared {
        Ok(readable) => Ok(readable),
        Err(error) => {
            let is_refused = error
                .as_database_error()
                .and_then(sqlx::error::DatabaseError::code)
                .is_some_and(|code| code == "42501");
            Err(if is_refused {
                NothingToSee::NoRole(error).into()
            } else {
                error.into()
            })
        }
    }
}

/// The table of this name, if this member may look at it.
pub(crate) async fn table(ctx: &Ctx<Dbbrowse>, name: &str) -> Outcome<&'static Browsable> {
    let tables = tables(ctx).await?;
    let found = tables.into_iter().find(|table| table.table == name);
    Ok(found.ok_or(NothingToSee::Unknown)?)
}

/// Begins to look at a table.
pub(crate) async fn open(ctx: &Ctx<Dbbrowse>, table: &'static Browsable) -> Outcome<Card> {
    let (guild, now) = (ctx.guild_id()?, ctx.clock.now());
    let mut db = ctx.database.begin().await?;
    let view = store::open(&mut db, guild, ctx.user(), table, now).await?;
    store::note_use(
        &mut db,
        guild,
        ctx.user(),
        "open",
        Some(table.table),
        json!({}),
        now,
    )
    .await?;
    db.commit().await?;
    show(ctx, view, table).await
}

/// Takes a step: `change` says whether anything changes, and what the log keeps of it.
pub(crate) async fn step(
    ctx: &Ctx<Dbbrowse>,
    id: i64,
    act: &str,
    change: impl FnOnce(&mut View, &'static Browsable) -> Outcome<bool>,
) -> Outcome<(View, &'static Browsable)> {
    let (guild, now) = (ctx.guild_id()?, ctx.clock.now());
    // Asked before the row is locked: this may set the role up.
    let tables = tables(ctx).await?;
    let mut db = ctx.database.begin().await?;
    // The number in an id is a hint: only who opened the view, in the guild where it was opened, finds it.
    let mut view = store::view(&mut db, guild, ctx.user(), id)
        .await?
        .ok_or(NothingToSee::Unknown)?;
    let table = tables
        .into_iter()
        .find(|table| table.table == view.table)
        .ok_or(NothingToSee::Unknown)?;
    if change(&mut view, table)? {
        view.revision += 1;
        store::keep(&mut db, guild, &view, now).await?;
    }
    let detail = detail(&view);
    store::note_use(
        &mut db,
        guild,
        ctx.user(),
        act,
        Some(table.table),
        detail,
        now,
    )
    .await?;
    db.commit().await?;
    Ok((view, table))
}

fn detail(view: &View) -> Value {
    json!({
        "filters": view.filters,
        "sort": view.sort,
        "descending": view.descending,
        "position": view.position,
    })
}

/// How many rows there are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Total {
    Exactly(usize),
    MoreThan(usize),
    /// Counting would have kept the page waiting.
    Unknown,
}

/// A page as it is read.
pub(crate) struct Page {
    pub(crate) rows: Vec<Texts>,
    pub(crate) total: Total,
    pub(crate) has_before: bool,
    pub(crate) has_after: bool,
}

/// The page that a view shows, as a card.
pub(crate) async fn show(
    ctx: &Ctx<Dbbrowse>,
    view: View,
    table: &'static Browsable,
) -> Outcome<Card> {
    page(ctx, view, table, false).await
}

/// The page that a view shows, with the number of all rows, however long counting takes.
pub(crate) async fn show_counted(
    ctx: &Ctx<Dbbrowse>,
    view: View,
    table: &'static Browsable,
) -> Outcome<Card> {
    page(ctx, view, table, true).await
}

async fn page(
    ctx: &Ctx<Dbbrowse>,
    mut view: View,
    table: &'static Browsable,
    counts_all: bool,
) -> Outcome<Card> {
    let guild = ctx.guild_id()?;
    let question = Question::new(table, guild, &view);
    let mut db = store::reader(&ctx.database, guild).await?;
    let mut position = view.position.clone();
    let mut rows = store::rows(&mut db, &question.page(&position, PAGE + 1))
        .await
        .map_err(judged)?;
    // Rows come and go: where nothing is left behind an anchor, or too little before one, the end is shown in full.
    let instead = match &position {
        Position::After(_) if rows.is_empty() => Some(Position::Last),
        Position::Before(_) if rows.len() < PAGE => Some(Position::First),
        _ => None,
    };
    if let Some(instead) = instead {
        position = instead;
        rows = store::rows(&mut db, &question.page(&position, PAGE + 1))
            .await
            .map_err(judged)?;
    }
    let total = total(&mut db, table.table, &question, counts_all).await?;
    drop(db);
    let has_more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let (has_before, has_after) = match position {
        Position::First => (false, has_more),
        Position::Last => (has_more, false),
        Position::After(_) => (true, has_more),
        Position::Before(_) => (has_more, true),
    };
    if matches!(position, Position::Last | Position::Before(_)) {
        rows.reverse();
    }
    let width = question.anchor_width();
    let anchors: Vec<Anchor> = rows
        .iter()
        .map(|row| row.iter().take(width).cloned().collect())
        .collect();
    for row in &mut rows {
        row.drain(..width.min(row.len()));
    }
    let mut db = ctx.database.acquire().await?;
    store::keep_rows(&mut db, guild, &view, &position, &anchors).await?;
    drop(db);
    (view.position, view.rows) = (position, anchors);
    let page = Page {
        rows,
        total,
        has_before,
        has_after,
    };
    Ok(text::page(ctx.lang(), table, &view, &page))
}

/// Counts. It comes last in its transaction, because giving up ends that.
async fn total(
    db: &mut PgConnection,
    table: &str,
    question: &Question,
    counts_all: bool,
) -> Outcome<Total> {
    let most = if counts_all { ALL } else { MOST_COUNTED };
    if !counts_all {
        store::hurry(db, table).await?;
    }
    let counted = match store::rows(db, &question.count(most + 1)).await {
        Ok(counted) => counted,
        Err(error) if !counts_all && is_timeout(&error) => return Ok(Total::Unknown),
        Err(error) => return Err(judged(error)),
    };
    let counted = counted
        .first()
        .and_then(|row| row.first()?.as_deref()?.parse().ok())
        .unwrap_or(0);
    Ok(if counted > most {
        Total::MoreThan(most)
    } else {
        Total::Exactly(counted)
    })
}

/// One row with everything in it.
pub(crate) async fn row(
    ctx: &Ctx<Dbbrowse>,
    view: &View,
    table: &'static Browsable,
    anchor: &Anchor,
) -> Outcome<Card> {
    let guild = ctx.guild_id()?;
    let key: Vec<_> = anchor
        .iter()
        .skip(anchor.len().saturating_sub(table.key.len()))
        .cloned()
        .collect();
    let question = Question::new(table, guild, view);
    let mut db = store::reader(&ctx.database, guild).await?;
    let rows = store::rows(&mut db, &question.row(&key))
        .await
        .map_err(judged)?;
    drop(db);
    let row = rows.into_iter().next().ok_or(NothingToSee::NoRow)?;
    Ok(text::row(ctx.lang(), table, view, &row))
}

/// All rows of a view as a file, and whether it holds all of them.
pub(crate) async fn csv(
    ctx: &Ctx<Dbbrowse>,
    view: &View,
    table: &'static Browsable,
) -> Outcome<(Vec<u8>, usize, bool)> {
    let guild = ctx.guild_id()?;
    let question = Question::new(table, guild, view);
    let limit = usize::try_from(ctx.scene.attachment_limit)
        .unwrap_or(LARGEST_FILE)
        .min(LARGEST_FILE);
    let columns: Vec<_> = query::read(table).collect();
    let mut file = value::csv_line(columns.iter().map(|column| column.name.to_owned()));
    let (mut count, mut is_whole) = (0, true);
    let mut db = store::reader(&ctx.database, guild).await?;
    store::each(&mut db, &question.all(), |row| {
        let values = columns
            .iter()
            .zip(row)
            .map(|(column, text)| value::plain(column, text.as_deref()));
        let line = value::csv_line(values);
        if file.len() + line.len() > limit {
            is_whole = false;
            return false;
        }
        file.push_str(&line);
        count += 1;
        true
    })
    .await
    .map_err(judged)?;
    Ok((file.into_bytes(), count, is_whole))
}

/// Forgets what nobody looks at any more.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Tidy {}

impl Job for Tidy {
    const NAME: &'static str = "dbbrowse.tidy";
}

pub(crate) async fn tidy(kit: Kit<Dbbrowse>, _: Tidy) -> Outcome<()> {
    let before = kit.clock.now() - KEPT;
    store::drop_views(&mut *kit.database.acquire().await?, before).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use feature::{Column, ColumnKind};

    use super::*;

    static JOINED: Column = Column::new("joined_at", ColumnKind::Time, "Joined", "Arrivée");

    #[test]
    fn each_refusal_names_the_rule_and_the_remedy_in_both_languages() {
        let misfits = [
            Misfit::Missing,
            Misfit::NoId,
            Misfit::NoNumber,
            Misfit::NoFlag,
            Misfit::NoTime,
        ];
        let all = [
            NothingToSee::Unknown,
            NothingToSee::NoRow,
            NothingToSee::TooSlow,
            NothingToSee::NoRole(sqlx::Error::WorkerCrashed),
            NothingToSee::BadOp(&JOINED),
            NothingToSee::TooManyFilters,
        ];
        let misfits = misfits.map(|misfit| NothingToSee::Misfit(misfit, &JOINED));
        let told = all.into_iter().chain(misfits).map(|refused| {
            let words = [Lang::Fr, Lang::En].map(|lang| refused.explain(lang).unwrap_or_default());
            format!("{refused}\n  {}\n", words.join("\n  "))
        });
        insta::assert_snapshot!("refusals", told.collect::<Vec<_>>().join("\n"));
    }
}
