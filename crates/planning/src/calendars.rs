//! Calendars of others, read again and again and never written: `/planning calendar`.
//!
//! One job for each calendar reads it every half an hour. What it says is asked for only if it changed. Something that is
//! missing goes when it was missing twice in a row; a calendar that can not be read loses nothing, and its owner is told
//! once.

use database::{GuildId, UserId};
use feature::{Card, Colour, Ctx, Explain, Kit, Lang, Outcome, Refusal, Reply};
use jiff::{SignedDuration, ToSpan as _};
use jobs::Job;
use outgoing::{
    Address, BadAddress, Bytes, Excess, HeaderMap, HeaderValue, Method, Request, StatusCode, header,
};
use serde::{Deserialize, Serialize};
use twilight_interactions::command::{CommandModel, CreateCommand, ResolvedUser};

use crate::{
    MANAGE, Planning,
    ics::read::{NoCalendar, read},
    model::{self, Span},
    posts,
    store::{
        self,
        calendars::{Calendar, New},
    },
    text, work,
    work::{Refused, Who},
};

/// How often a calendar is read.
const EVERY: SignedDuration = SignedDuration::from_mins(30);
/// All of it is asked for after so long even where nothing changed: what comes again goes on.
const WHOLE: SignedDuration = SignedDuration::from_hours(24 * 7);
/// After so many failures in a row its owner is told.
const FAILURES: i32 = 3;
/// How long a calendar may take to come, from resolving its name to its last byte.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);
/// The largest calendar, in bytes.
const LARGEST: usize = 5 * 1024 * 1024;
/// The most calendars of a server, and of one member.
const MOST: (i64, i64) = (200, 5);
/// How far back and ahead what comes again is looked at, in days.
const BACK: i32 = 31;
const AHEAD: i32 = 400;
/// The longest name, in characters.
const NAME: usize = 80;

/// Show what stands in another calendar
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "calendar")]
pub(crate) enum CalendarCommand {
    #[command(name = "add")]
    Add(Box<Add>),
    #[command(name = "list")]
    List(List),
    #[command(name = "remove")]
    Remove(Remove),
}

/// Show what stands in a calendar in the plan; everybody here sees it
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "add")]
pub(crate) struct Add {
    /// Its address: https://….ics
    #[command(max_length = 2000)]
    address: String,
    /// What it is called in lists
    #[command(min_length = 1, max_length = 80)]
    name: String,
    /// Whose it is; yours otherwise
    person: Option<ResolvedUser>,
    /// Whether its whole days count as absence when somebody gives you work; yes otherwise
    absence: Option<bool>,
}

/// Show which calendars are read
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "list")]
pub(crate) struct List {}

/// Read a calendar no more
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "remove")]
pub(crate) struct Remove {
    /// The number that /planning calendar list shows
    #[command(min_value = 1, max_value = 1000000)]
    calendar: i64,
}

/// Why a calendar is not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotRead {
    #[error("no address of a calendar")]
    Address(#[from] BadAddress),
    #[error("too many calendars")]
    TooMany,
    #[error("no such calendar")]
    NoSuch(i64),
    #[error("no name, or too long")]
    Name,
    #[error("the server did not answer as it should")]
    Away(#[from] outgoing::Error),
    #[error("the server answered {0}")]
    Status(StatusCode),
    #[error("what it sent is no calendar")]
    Text(#[from] NoCalendar),
}

impl Explain for NotRead {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(match self {
            Self::Address(_) => text::bad_address(lang),
            Self::TooMany => text::too_many_calendars(lang, MOST),
            Self::NoSuch(number) => text::no_such_calendar(lang, *number),
            Self::Name => text::bad_calendar_name(lang, NAME),
            Self::Away(_) | Self::Status(_) | Self::Text(_) => text::unread(lang, self),
        })
    }
}

/// Reads a calendar, and again after a while.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Look {
    guild: GuildId,
    number: i32,
}

impl Job for Look {
    const NAME: &'static str = "planning.calendar";
}

pub(crate) async fn calendar(ctx: &Ctx<Planning>, command: CalendarCommand) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let who = Who::asks(ctx, guild);
    let of = (!who.manages).then_some(who.id);
    match command {
        CalendarCommand::Add(add) => make(ctx, guild, who, *add).await,
        CalendarCommand::List(List {}) => {
            let mut db = ctx.database.acquire().await?;
            let calendars = store::calendars::list(&mut db, guild, of).await?;
            Ok(Reply::card(text::calendars(ctx.lang(), &calendars)))
        }
        CalendarCommand::Remove(Remove { calendar }) => {
            let number = i32::try_from(calendar).map_err(|_| NotRead::NoSuch(calendar))?;
            let mut db = ctx.database.begin().await?;
            if !store::calendars::remove(&mut db, guild, number, of).await? {
                return Err(NotRead::NoSuch(calendar).into());
            }
            posts::later(ctx, &mut db, guild).await?;
            db.commit().await?;
            let said = text::calendar_removed(ctx.lang(), number);
            Ok(Reply::card(Card::new().text(said).colour(Colour::Good)))
        }
    }
}

async fn make(ctx: &Ctx<Planning>, guild: GuildId, who: Who, add: Add) -> Outcome<Reply> {
    let address = Address::parse(&add.address).map_err(NotRead::Address)?;
    let name = model::text(&add.name, NAME).map_err(|_| NotRead::Name)?;
    let name = name.ok_or(NotRead::Name)?;
    let user = match add.person {
        Some(person) if person.resolved.bot => {
            return Err(Refused::Bot(person.resolved.id.into()).into());
        }
        Some(person) if person.member.is_none() => {
            return Err(Refused::Stranger(person.resolved.id.into()).into());
        }
        Some(person) => UserId::from(person.resolved.id),
        None => who.id,
    };
    if user != who.id {
        ctx.require(&MANAGE)?;
    }
    let mut db = ctx.database.begin().await?;
    store::entries::lock_plan(&mut db, guild).await?;
    if user == who.id {
        let names = [(user, ctx.scene.member_name.clone())];
        store::people::name(&mut db, guild, &names).await?;
    }
    let new = New {
        name: &name,
        address: address.as_str(),
        user,
        by: who.id,
        is_away: add.absence.unwrap_or(true),
    };
    let now = ctx.clock.now();
    let made = store::calendars::add(&mut db, guild, new, now, MOST).await?;
    let number = made.ok_or(NotRead::TooMany)?;
    let job = Look { guild, number };
    work::enqueue(ctx, &mut db, &job, format!("{guild}:{number}"), None).await?;
    db.commit().await?;
    let said = text::calendar_added(ctx.lang(), number, &name, address.host());
    Ok(Reply::card(Card::new().text(said).colour(Colour::Good)))
}

pub(crate) async fn look(kit: Kit<Planning>, job: Look) -> Outcome<()> {
    let Look { guild, number } = job;
    let zone = kit.manners(guild).await?.zone;
    let mut db = kit.database.acquire().await?;
    let Some(calendar) = store::calendars::get(&mut db, guild, number).await? else {
        return Ok(());
    };
    drop(db);
    let now = kit.clock.now();
    let asked = ask(&kit, &calendar, now).await;
    let today = now.to_zoned(zone.clone()).date();
    let window = Span::days(
        today.checked_sub(BACK.days()).unwrap_or(today),
        today.checked_add(AHEAD.days()).unwrap_or(today),
    );
    let found = match (asked, window) {
        (Ok(Some(got)), Some(window)) => read(&got.text, &zone, &window)
            .map(|busy| Some((got, busy)))
            .map_err(NotRead::from),
        (Ok(_), _) => Ok(None),
        (Err(error), _) => Err(error),
    };
    let mut db = kit.database.begin().await?;
    // Somebody may have removed it meanwhile.
    let is_there = store::calendars::get(&mut db, guild, number)
        .await?
        .is_some();
    if !is_there {
        return Ok(());
    }
    let has_changed = match &found {
        Ok(found) => {
            let whole = found.as_ref();
            let tags = whole.map(|(got, _)| (got.etag.as_deref(), got.modified.as_deref(), now));
            store::calendars::was_read(&mut db, &calendar, tags).await?;
            let busy = whole.map(|(_, busy)| busy.as_slice());
            store::calendars::store(&mut db, &calendar, busy).await?
        }
        Err(error) => {
            tracing::info!(%guild, number, error = feature::chain(error), "a calendar can not be read");
            let is_told = calendar.is_told || calendar.failures + 1 >= FAILURES;
            store::calendars::failed(&mut db, &calendar, is_told).await?;
            false
        }
    };
    if has_changed {
        posts::later(&kit, &mut db, guild).await?;
    }
    let key = format!("{guild}:{number}");
    work::enqueue(&kit, &mut db, &job, key, Some(now + EVERY)).await?;
    db.commit().await?;
    if let Err(error) = &found
        && !calendar.is_told
        && calendar.failures + 1 >= FAILURES
    {
        tell(&kit, &calendar, error).await?;
    }
    Ok(())
}

/// Tells who wanted it read that it can not be; once, until it can be read again.
async fn tell(kit: &Kit<Planning>, calendar: &Calendar, error: &NotRead) -> Outcome<()> {
    let lang = kit.manners(calendar.guild).await?.lang;
    let card = text::calendar_broken(lang, calendar, error);
    match kit.discord.direct(calendar.made_by, lang, &card).await {
        Ok(_)
        | Err(Refusal::DirectMessagesClosed | Refusal::Forbidden { .. } | Refusal::Gone(_)) => {
            Ok(())
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// What a server sent.
struct Got {
    text: String,
    etag: Option<String>,
    modified: Option<String>,
}

/// Asks for a calendar; nothing where it did not change.
async fn ask(
    kit: &Kit<Planning>,
    calendar: &Calendar,
    now: jiff::Timestamp,
) -> Result<Option<Got>, NotRead> {
    let address = Address::parse(&calendar.address)?;
    let mut headers = HeaderMap::new();
    headers.insert(
        header::ACCEPT,
        HeaderValue::from_static("text/calendar, */*;q=0.1"),
    );
    let is_fresh = calendar
        .read_at
        .is_some_and(|at| now.duration_since(at) < WHOLE);
    for (name, value) in [
        (header::IF_NONE_MATCH, &calendar.etag),
        (header::IF_MODIFIED_SINCE, &calendar.modified),
    ] {
        let value = value.as_deref().filter(|_| is_fresh);
        if let Some(Ok(value)) = value.map(HeaderValue::from_str) {
            headers.insert(name, value);
        }
    }
    let answer = kit
        .feature
        .outgoing
        .send(Request {
            method: Method::GET,
            address: &address,
            headers,
            body: Bytes::new(),
            most: LARGEST,
            excess: Excess::Refuse,
            patience: PATIENCE,
        })
        .await?;
    match answer.status {
        StatusCode::NOT_MODIFIED if is_fresh => return Ok(None),
        StatusCode::OK => {}
        status => return Err(NotRead::Status(status)),
    }
    let header = |name, most: usize| {
        let value = answer.headers.get(name)?.to_str().ok()?;
        (value.len() <= most).then(|| value.to_owned())
    };
    Ok(Some(Got {
        etag: header(header::ETAG, 500),
        modified: header(header::LAST_MODIFIED, 100),
        text: String::from_utf8_lossy(&answer.body).into_owned(),
    }))
}
