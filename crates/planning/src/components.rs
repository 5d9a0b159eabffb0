//! Buttons and forms of the plan.

use database::{GuildId, UserId};
use feature::{Card, Click, Ctx, Fields, Form, Outcome, Reply, Submit, custom_id};
use jiff::{ToSpan as _, civil::Date};

use crate::{
    OWN, Planning,
    model::{Entry, REASON, State, monday, text as reason},
    posts, store, text, week, work,
    work::{Refused, Who},
};

custom_id! {
    /// Shows a week, counted in days from the first of 1970, of somebody or of everybody.
    pub(crate) struct Turn: "planning" / "week" v1 { day: i32, person: Option<UserId>, page: u8 }
    answer = Update;
    access = OWN;
}
custom_id! {
    /// Says yes to an entry that waits.
    pub(crate) struct Decide: "planning" / "yes" v1 { guild: GuildId, number: i32 }
    answer = Update;
}
custom_id! {
    /// Asks why an entry that waits is refused.
    pub(crate) struct Ask: "planning" / "no" v1 { guild: GuildId, number: i32 }
    answer = Modal;
}
custom_id! {
    /// Refuses an entry that waits.
    pub(crate) struct Refuse: "planning" / "refused" v1 { guild: GuildId, number: i32 }
    answer = Update;
}

const FIRST: Date = Date::constant(1970, 1, 1);

impl Turn {
    fn new(monday: Date, person: Option<UserId>, page: usize) -> Self {
        let day = FIRST.until(monday).map_or(0, |span| span.get_days());
        Self {
            day,
            person,
            page: u8::try_from(page).unwrap_or_default(),
        }
    }
}

/// The guild of a button: the one where it stands, or in direct messages the one that it names.
fn guild_of(ctx: &Ctx<Planning>, named: GuildId) -> Outcome<GuildId> {
    match ctx.scene.guild {
        Some(here) if here != named => Err(Refused::NoSuch.into()),
        _ => Ok(named),
    }
}

pub(crate) async fn decide(ctx: Ctx<Planning>, click: Click<Decide>) -> Outcome<Reply> {
    let guild = guild_of(&ctx, click.0.guild)?;
    let who = Who::asks(&ctx, guild);
    who.require_managing()?;
    let entry = work::decide(&ctx, guild, click.0.number, who, true, None).await?;
    Ok(Reply::update(text::request(ctx.lang(), &entry, &[])))
}

pub(crate) async fn ask(ctx: Ctx<Planning>, click: Click<Ask>) -> Outcome<Reply> {
    let Ask { guild, number } = click.0;
    let guild = guild_of(&ctx, guild)?;
    Who::asks(&ctx, guild).require_managing()?;
    let mut db = ctx.database.acquire().await?;
    let entry = store::entries::get(&mut db, guild, number).await?;
    let entry = entry
        .filter(|entry: &Entry| entry.deleted.is_none())
        .ok_or(Refused::NoSuch)?;
    if entry.state != State::Pending {
        return Err(Refused::Decided {
            number,
            state: entry.state,
            by: entry.decided,
        }
        .into());
    }
    Ok(Reply::modal(text::refuse_form(
        ctx.lang(),
        &Refuse { guild, number },
        number,
    )))
}

/// Why an entry is refused.
#[derive(Debug)]
pub(crate) struct RefuseForm {
    reason: String,
}

impl Form for RefuseForm {
    type Id = Refuse;

    fn read(fields: &Fields) -> Option<Self> {
        Some(Self {
            reason: fields.text("reason")?,
        })
    }
}

pub(crate) async fn refused(ctx: Ctx<Planning>, submit: Submit<RefuseForm>) -> Outcome<Reply> {
    let Refuse { guild, number } = submit.id;
    let guild = guild_of(&ctx, guild)?;
    let who = Who::asks(&ctx, guild);
    who.require_managing()?;
    let why = reason(&submit.form.reason, REASON).map_err(|_| Refused::Reason)?;
    let why = why.ok_or(Refused::Reason)?;
    let entry = work::decide(&ctx, guild, number, who, false, Some(why)).await?;
    Ok(Reply::update(text::request(ctx.lang(), &entry, &[])))
}

pub(crate) async fn turn(ctx: Ctx<Planning>, click: Click<Turn>) -> Outcome<Reply> {
    let Turn { day, person, page } = click.0;
    let day = FIRST.checked_add(day.days()).unwrap_or(FIRST);
    self::page(&ctx, monday(day), person, page.into())
        .await
        .map(Reply::update)
}

/// A page of a week, of somebody or of everybody.
pub(crate) async fn page(
    ctx: &Ctx<Planning>,
    monday: Date,
    person: Option<UserId>,
    page: usize,
) -> Outcome<Card> {
    let guild = ctx.guild_id()?;
    let who = Who::asks(ctx, guild);
    let mut db = ctx.database.acquire().await?;
    let mut week = week::read(&mut db, guild, monday, person).await?;
    drop(db);
    if person.is_some_and(|person| person != who.id && !who.manages) {
        week.only_planned();
    }
    let lang = ctx.lang();
    let mut pages = match person {
        Some(person) => text::own_pages(lang, &week, person, posts::MESSAGES),
        None => text::week_pages(lang, &week, posts::MESSAGES),
    };
    let page = page.min(pages.len().saturating_sub(1));
    let has_more = page + 1 < pages.len();
    let card = if pages.is_empty() {
        Card::new()
    } else {
        pages.swap_remove(page)
    };
    let at = |days: i32| monday.checked_add(days.days()).ok();
    let before = if page > 0 {
        Some(Turn::new(monday, person, page - 1))
    } else {
        at(-7).map(|monday| Turn::new(monday, person, 0))
    };
    let after = if has_more {
        Some(Turn::new(monday, person, page + 1))
    } else {
        at(7).map(|monday| Turn::new(monday, person, 0))
    };
    Ok(card.pages(lang, before.as_ref(), after.as_ref()))
}
