//! `/list_users`: who is, and was, a member.

use database::{RoleId, UserId};
use feature::{
    Access, Card, Click, Ctx, Explain, Kit, Lang, Outcome, Reply, SlashCommand, custom_id,
};
use jiff::SignedDuration;
use jobs::Job;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use twilight_interactions::command::{CommandModel, CommandOption, CreateCommand, CreateOption};
use twilight_model::id::{Id, marker::RoleMarker};

use crate::{
    READ, Users,
    model::{self, Wanted},
    store::{self, Place},
    text,
};

/// How many members stand on a page.
const PAGE: usize = 10;
/// How long the pages of a list can be turned.
const OPEN: SignedDuration = SignedDuration::from_mins(15);

/// Show who is a member of this server
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "list_users")]
pub(crate) struct ListUsers {
    /// A part of a name, or an id
    #[command(max_length = 100)]
    search: Option<String>,
    /// The order
    sort: Option<Sort>,
    /// Only who has this role
    role: Option<Id<RoleMarker>>,
    /// Members, those who left, or both
    who: Option<Who>,
    /// Only who joined within so many days
    #[command(min_value = 1, max_value = 3650)]
    joined_days: Option<i64>,
    /// Only who left within so many days
    #[command(min_value = 1, max_value = 3650)]
    left_days: Option<i64>,
}

impl SlashCommand for ListUsers {
    const ACCESS: Access = Access::needs(&READ);
}

/// An order to choose.
#[derive(Clone, Copy, CommandOption, CreateOption, Debug)]
pub(crate) enum Sort {
    #[option(name = "By name", value = "name")]
    Name,
    #[option(name = "Newest first", value = "newest")]
    Newest,
    #[option(name = "Oldest first", value = "oldest")]
    Oldest,
    #[option(name = "Last gone first", value = "gone")]
    Gone,
}

/// Who is shown.
#[derive(Clone, Copy, CommandOption, CreateOption, Debug)]
pub(crate) enum Who {
    #[option(name = "Members", value = "here")]
    Here,
    #[option(name = "Who left", value = "gone")]
    Gone,
    #[option(name = "Both", value = "all")]
    All,
}

custom_id! {
    /// Turns to the page behind or before a member; from the start when none is named.
    pub(crate) struct Turn: "users" / "list" v1 { listing: i64, is_back: bool, from: Option<UserId> }
    answer = Update;
    access = READ;
}

/// A list that can not be turned any more.
#[derive(Debug, thiserror::Error)]
#[error("the list is closed, or another's")]
pub(crate) struct Closed;

impl Explain for Closed {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(text::list_closed(lang))
    }
}

pub(crate) async fn list_users(ctx: Ctx<Users>, list: ListUsers) -> Outcome<Reply> {
    let ago = |days: i64| ctx.clock.now() - SignedDuration::from_hours(24 * days);
    let who = match list.who {
        Some(Who::Gone) => model::Who::Gone,
        Some(Who::All) => model::Who::All,
        // Who asks when people left does not mean those who are here.
        None if list.left_days.is_some() || matches!(list.sort, Some(Sort::Gone)) => {
            model::Who::Gone
        }
        Some(Who::Here) | None => model::Who::Here,
    };
    let wanted = Wanted {
        search: list.search.as_deref().and_then(model::search),
        sort: match list.sort {
            None | Some(Sort::Name) => model::Sort::Name,
            Some(Sort::Newest) => model::Sort::Newest,
            Some(Sort::Oldest) => model::Sort::Oldest,
            Some(Sort::Gone) => model::Sort::Gone,
        },
        role: list.role.map(RoleId::from),
        who,
        joined_since: list.joined_days.map(ago),
        left_since: list.left_days.map(ago),
    };
    let mut db = ctx.database.begin().await?;
    let now = ctx.clock.now();
    let listing = store::open_listing(&mut db, ctx.guild_id()?, ctx.user(), &wanted, now).await?;
    let card = page(&ctx, &mut db, listing, &wanted, Place::After(None)).await?;
    db.commit().await?;
    Ok(Reply::card(card))
}

pub(crate) async fn turn(ctx: Ctx<Users>, turn: Click<Turn>) -> Outcome<Reply> {
    let since = ctx.clock.now() - OPEN;
    let mut db = ctx.database.acquire().await?;
    // The number in the id is a hint: only who opened the list, in the guild where it was opened, finds it.
    let wanted = store::listing(&mut db, ctx.guild_id()?, ctx.user(), turn.listing, since)
        .await?
        .ok_or(Closed)?;
    let place = match (turn.is_back, turn.from) {
        (true, Some(from)) => Place::Before(from),
        (_, from) => Place::After(from),
    };
    let card = page(&ctx, &mut db, turn.listing, &wanted, place).await?;
    Ok(Reply::update(card))
}

async fn page(
    ctx: &Ctx<Users>,
    db: &mut PgConnection,
    listing: i64,
    wanted: &Wanted,
    place: Place,
) -> Outcome<Card> {
    let guild = ctx.guild_id()?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut lines = store::lines(db, guild, wanted, place, limit).await?;
    let has_more = lines.len() > PAGE;
    let (has_before, has_after) = match place {
        Place::After(from) => {
            lines.truncate(PAGE);
            (from.is_some(), has_more)
        }
        Place::Before(_) => {
            if has_more {
                lines.remove(0);
            }
            (has_more, true)
        }
    };
    let total = store::count(db, guild, wanted).await?;
    let is_complete = store::reading(db, guild)
        .await?
        .is_some_and(|reading| reading.state == model::State::Done);
    let link = |line: Option<&model::Line>, is_back| {
        line.map(|line| Turn {
            listing,
            is_back,
            from: Some(line.id),
        })
    };
    let before = link(lines.first(), true).filter(|_| has_before);
    let after = link(lines.last(), false).filter(|_| has_after);
    Ok(
        text::list(ctx.lang(), wanted, &lines, total, is_complete).pages(
            ctx.lang(),
            before.as_ref(),
            after.as_ref(),
        ),
    )
}

/// Drops the lists that can not be turned any more.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Tidy {}

impl Job for Tidy {
    const NAME: &'static str = "users.tidy";
}

pub(crate) async fn tidy(kit: Kit<Users>, _: Tidy) -> Outcome<()> {
    let before = kit.clock.now() - OPEN;
    store::drop_listings(&mut *kit.database.acquire().await?, before).await?;
    Ok(())
}
