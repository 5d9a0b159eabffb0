//! Calendars that programs read at an address which nobody guesses: `/planning feed`, and the route.
//!
//! Of the address only a hash is kept, so it is shown once; who loses it makes another and takes the first back.

use std::collections::BTreeMap;

use axum::{
    extract::State as FromState,
    http::{
        HeaderMap, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH},
    },
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use database::{GuildId, RoleId, UserId};
use feature::{
    Card, Colour, Ctx, Explain, Feature as _, Kit, Lang, Outcome, Reply,
    duties::{self, Duty},
    holders,
    http::{Path, Problem},
};
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use sha2::{Digest as _, Sha256};
use twilight_interactions::command::{CommandModel, CommandOption, CreateCommand, CreateOption};
use twilight_model::id::{Id, marker::RoleMarker};

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    MANAGE, Planning,
    ics::write::{Due, Event, calendar},
    model::{Entry, State, instant},
    store::{
        self,
        feeds::{Feed, Of},
    },
    text,
    work::{Refused, Who},
};

/// The most calendars of a server; one member makes at most a tenth of them.
const MOST: i64 = 200;
/// The most members of a team, and the most that they are to do.
const TEAM: i64 = 1_000;
const DUTIES: i64 = 2_000;
/// For how long calendars show what is over, in days.
const OVER: i32 = 90;
/// For how long calendars say that something is off.
const OFF: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Give the plan to a calendar program
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "feed")]
pub(crate) enum FeedCommand {
    #[command(name = "create")]
    Create(Create),
    #[command(name = "list")]
    List(List),
    #[command(name = "revoke")]
    Revoke(Revoke),
}

/// Make an address at which a calendar program reads the plan
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "create")]
pub(crate) struct Create {
    /// What it shows; your own plan otherwise
    of: Option<OfOption>,
    /// Or that of one worksite
    #[command(autocomplete = true)]
    site: Option<String>,
    /// Or that of everybody with this role
    role: Option<Id<RoleMarker>>,
    /// Whether tasks with a date stand in it too, of your own or of a role; yes otherwise
    tasks: Option<bool>,
}

/// Show which addresses there are
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "list")]
pub(crate) struct List {}

/// Take an address back: it shows nothing any more
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "revoke")]
pub(crate) struct Revoke {
    /// The number that /planning feed list shows
    #[command(min_value = 1, max_value = 1000000)]
    feed: i64,
}

/// What a calendar shows.
#[derive(Clone, Copy, CommandOption, CreateOption, Debug, Eq, PartialEq)]
pub(crate) enum OfOption {
    #[option(name = "My own plan", value = "mine")]
    Mine,
    #[option(name = "Everybody's plan", value = "all")]
    All,
}

/// Why there is no such calendar.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoFeed {
    #[error("too many calendars")]
    TooMany,
    #[error("no such calendar")]
    NoSuch(i64),
    #[error("a worksite and a role")]
    Both,
    #[error("nobody knows who has a role")]
    Members,
    #[error("no random bytes")]
    Random(#[from] getrandom::Error),
}

impl Explain for NoFeed {
    fn explain(&self, lang: Lang) -> Option<String> {
        match self {
            Self::TooMany => Some(text::too_many_feeds(lang, MOST)),
            Self::NoSuch(number) => Some(text::no_such_feed(lang, *number)),
            Self::Both => Some(text::feed_of_both(lang)),
            Self::Members => Some(text::feed_without_members(lang)),
            Self::Random(_) => None,
        }
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// An address that nobody guesses: 256 bits.
fn token() -> Result<String, NoFeed> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret)?;
    Ok(URL_SAFE_NO_PAD.encode(secret))
}

pub(crate) async fn feed(ctx: &Ctx<Planning>, command: FeedCommand) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let who = Who::asks(ctx, guild);
    let of = (!who.manages).then_some(who.id);
    match command {
        FeedCommand::Create(create) => make(ctx, guild, who, create).await,
        FeedCommand::List(List {}) => {
            let mut db = ctx.database.acquire().await?;
            let feeds = store::feeds::list(&mut db, guild, of).await?;
            Ok(Reply::card(text::feeds(ctx.lang(), &feeds)))
        }
        FeedCommand::Revoke(Revoke { feed }) => {
            let number = i32::try_from(feed).map_err(|_| NoFeed::NoSuch(feed))?;
            let mut db = ctx.database.acquire().await?;
            if !store::feeds::revoke(&mut db, guild, number, of).await? {
                return Err(NoFeed::NoSuch(feed).into());
            }
            let said = text::feed_revoked(ctx.lang(), number);
            Ok(Reply::card(Card::new().text(said).colour(Colour::Good)))
        }
    }
}

async fn make(ctx: &Ctx<Planning>, guild: GuildId, who: Who, create: Create) -> Outcome<Reply> {
    let mut db = ctx.database.begin().await?;
    let site = match &create.site {
        Some(typed) => {
            let found = worksites::sites::find(&mut db, guild, typed).await?;
            Some(found.ok_or_else(|| Refused::Site(typed.clone()))?)
        }
        None => None,
    };
    let role = create.role.map(RoleId::from);
    let is_all = create.of == Some(OfOption::All);
    if [site.is_some(), role.is_some(), is_all]
        .map(u8::from)
        .iter()
        .sum::<u8>()
        > 1
    {
        return Err(NoFeed::Both.into());
    }
    if role.is_some() && !ctx.knows_holders() {
        return Err(NoFeed::Members.into());
    }
    let user = (site.is_none() && role.is_none() && !is_all).then_some(who.id);
    if user.is_none() {
        // What others do is for who manages the plan to give away.
        ctx.require(&MANAGE)?;
    }
    let token = token()?;
    let of = Of {
        user,
        site: site.as_ref().map(|site| site.number),
        role,
        has_tasks: create.tasks.unwrap_or(true),
    };
    let now = ctx.clock.now();
    store::entries::lock_plan(&mut db, guild).await?;
    let made = store::feeds::add(&mut db, guild, of, &hash(&token), who.id, now, MOST).await?;
    let number = made.ok_or(NoFeed::TooMany)?;
    db.commit().await?;
    let address = format!("/calendars/{token}.ics");
    let public = ctx.feature.public.as_deref();
    let card = text::feed_made(ctx.lang(), number, public, &address);
    Ok(Reply::card(card))
}

pub(crate) fn routes() -> OpenApiRouter<Kit<Planning>> {
    OpenApiRouter::new().routes(routes!(read))
}

/// A calendar, for programs that read calendars; the address is the key.
#[utoipa::path(get, path = "/calendars/{file}", tag = "planning", security(()),
    params(("file" = String, Path, description = "The secret part of the address, and `.ics`.")),
    responses((status = 200, content_type = "text/calendar", body = String), (status = 304), (status = 404)))]
async fn read(
    FromState(kit): FromState<Kit<Planning>>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let token = file.strip_suffix(".ics").ok_or_else(Problem::not_found)?;
    let mut db = kit.database.acquire().await?;
    let feed = store::feeds::find(&mut db, &hash(token)).await?;
    drop(db);
    let feed = feed.ok_or_else(Problem::not_found)?;
    let is_here = kit.cache.guild(feed.guild.into()).is_some();
    if !is_here || kit.is_off(Planning::NAME, feed.guild).await? {
        return Err(Problem::not_found());
    }
    let text = written(&kit, &feed).await?;
    let tag = URL_SAFE_NO_PAD.encode(&hash(&text)[..16]);
    let tag = format!("\"{tag}\"");
    let asked = headers
        .get(IF_NONE_MATCH)
        .and_then(|tags| tags.to_str().ok());
    let is_known = asked.is_some_and(|tags| {
        let mut tags = tags
            .split(',')
            .map(|tag| tag.trim().trim_start_matches("W/"));
        tags.any(|known| known == tag || known == "*")
    });
    let cached = [(ETAG, tag), (CACHE_CONTROL, "private, no-cache".to_owned())];
    if is_known {
        return Ok((StatusCode::NOT_MODIFIED, cached).into_response());
    }
    let kind = [(CONTENT_TYPE, "text/calendar; charset=utf-8")];
    Ok((cached, kind, text).into_response())
}

/// What a calendar shows now.
async fn written(kit: &Kit<Planning>, feed: &Feed) -> Outcome<String> {
    let guild = feed.guild;
    let manners = kit.manners(guild).await?;
    let now = kit.clock.now();
    let today = now.to_zoned(manners.zone.clone()).date();
    let since = today.checked_sub(OVER.days()).unwrap_or(today);
    let since = since.to_datetime(jiff::civil::Time::midnight());
    let people = people(kit, feed).await;
    let duties = duties(kit, feed, people.as_deref(), instant(since, &manners.zone)).await;
    let mut db = kit.database.acquire().await?;
    let of = (people.as_deref(), feed.site);
    let entries = store::entries::of_feed(&mut db, guild, of, since, now - OFF).await?;
    let named: Vec<UserId> = entries
        .iter()
        .flat_map(|entry| entry.people.iter().copied())
        .collect();
    let names = store::people::names(&mut db, guild, &named).await?;
    let numbers: Vec<i32> = entries
        .iter()
        .filter_map(|entry| Some(entry.site.as_ref()?.0))
        .collect();
    let places = worksites::sites::addresses(&mut db, guild, &numbers).await?;
    drop(db);
    let events: Vec<Event<'_>> = entries
        .iter()
        .map(|entry| {
            event(
                manners.lang,
                (feed, people.as_deref()),
                entry,
                &names,
                &places,
            )
        })
        .collect();
    let name = match (feed.user, feed.site) {
        _ if feed.role.is_some() => role_name(kit, feed),
        (Some(user), _) => names.get(&user).cloned(),
        (None, Some(_)) => entries
            .iter()
            .find_map(|entry| Some(entry.site.as_ref()?.1.clone())),
        (None, None) => kit
            .cache
            .guild(guild.into())
            .map(|guild| guild.name().to_owned()),
    };
    let name = text::feed_name(manners.lang, name.as_deref());
    let due: Vec<Due<'_>> = duties
        .iter()
        .map(|duty| Due {
            guild,
            duty,
            summary: text::duty(manners.lang, duty),
        })
        .collect();
    Ok(calendar(&name, &events, &due, &manners.zone))
}

/// Whose plan a calendar shows; nothing where it is everybody's.
async fn people(kit: &Kit<Planning>, feed: &Feed) -> Option<Vec<UserId>> {
    if let Some(role) = feed.role {
        let question = holders::Question {
            guild: feed.guild,
            role,
            most: TEAM,
        };
        return Some(kit.holders(question).await);
    }
    feed.user.map(|user| vec![user])
}

/// What the people of a calendar are to do by when, if that stands in it.
async fn duties(
    kit: &Kit<Planning>,
    feed: &Feed,
    people: Option<&[UserId]>,
    since: Timestamp,
) -> Vec<Duty> {
    let Some(people) = people.filter(|_| feed.has_tasks) else {
        return Vec::new();
    };
    let question = duties::Question {
        guild: feed.guild,
        users: people.to_vec(),
        role: feed.role,
        since,
        off_since: kit.clock.now() - OFF,
        most: DUTIES,
    };
    kit.duties(question).await
}

fn role_name(kit: &Kit<Planning>, feed: &Feed) -> Option<String> {
    let role = kit.cache.role(feed.role?.into())?;
    Some(role.name.clone())
}

fn event<'a>(
    lang: Lang,
    (feed, people): (&Feed, Option<&[UserId]>),
    entry: &'a Entry,
    names: &BTreeMap<UserId, String>,
    places: &BTreeMap<i32, String>,
) -> Event<'a> {
    let what = text::in_calendar(lang, entry, feed.user.is_some());
    let who: Vec<&str> = entry
        .people
        .iter()
        .map(|user| names.get(user).map_or("?", String::as_str))
        .collect();
    let summary = match (feed.user, feed.site) {
        (Some(_), _) => what,
        (None, Some(_)) => who.join(", "),
        (None, None) => format!("{}: {what}", who.join(", ")),
    };
    let location = entry.site.as_ref().map(|(number, name)| {
        let address = places.get(number);
        address.map_or_else(|| name.clone(), |address| format!("{name}, {address}"))
    });
    let is_gone =
        people.is_some_and(|people| !people.iter().any(|user| entry.people.contains(user)));
    Event {
        entry,
        summary,
        location,
        is_off: is_gone || entry.deleted.is_some() || entry.state != State::Approved,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_differ_and_are_long() {
        let (one, other) = (token().unwrap(), token().unwrap());
        assert_eq!(one.len(), 43);
        assert_ne!(one, other);
        assert_ne!(hash(&one), hash(&other));
    }
}
