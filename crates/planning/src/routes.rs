//! The plan for programs, and the path by which GVB's made entries.

#![expect(
    unused_qualifications,
    reason = "the documentation of a route writes its types as paths"
)]

use std::collections::BTreeMap;

use axum::{Json, extract::State as FromState, http::StatusCode, response::Response};
use database::{GuildId, UserId};
use dates::rule::Rule;
use feature::{
    Feature as _, Kit, Past,
    http::{
        AnyFields, Body, Caller, Field, GuildPath, InGuild, Page, Paging, PagingParams, Path,
        Problem, Query, legacy_id, legacy_text,
    },
    import::Named,
    sheet::Format,
};
use jiff::{
    Timestamp, Zoned,
    civil::{Date, DateTime},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Planning, forget,
    model::{Entry, Kind, NOTE, PEOPLE, REASON, Span, State, text},
    store::{self, entries::Filter},
    work::{self, New, OnClash, Who},
};

pub(crate) fn routes() -> OpenApiRouter<Kit<Planning>> {
    OpenApiRouter::new()
        .routes(routes!(listed, made))
        .routes(routes!(one, changed, deleted))
        .routes(routes!(decided))
        .routes(routes!(erased))
        .routes(routes!(legacy))
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PlanShown {
    /// The guild's own number of it.
    number: i32,
    /// `site`, `leave`, `training`, `sick` or `other`.
    kind: &'static str,
    /// `pending`, `approved` or `refused`; only what is approved counts.
    state: &'static str,
    #[schema(value_type = Vec<String>)]
    people: Vec<UserId>,
    /// The number of a worksite.
    site: Option<i32>,
    site_name: Option<String>,
    /// On the clocks of the server.
    #[schema(value_type = String, example = "2026-12-28T00:00:00")]
    starts: DateTime,
    /// The first moment after, on the clocks of the server.
    #[schema(value_type = String, example = "2027-01-03T00:00:00")]
    ends: DateTime,
    whole_days: bool,
    note: Option<String>,
    /// How it comes again.
    #[schema(value_type = Option<Object>)]
    repeat: Option<Rule>,
    /// Days on which it does not come.
    #[schema(value_type = Vec<String>)]
    except: Vec<Date>,
    /// Why it was refused.
    reason: Option<String>,
    /// Rises with every change.
    version: i32,
    #[schema(value_type = String)]
    created_by: UserId,
    #[schema(value_type = String)]
    created_at: Timestamp,
    #[schema(value_type = String)]
    changed_at: Timestamp,
    #[schema(value_type = Option<String>)]
    decided_by: Option<UserId>,
    #[schema(value_type = Option<String>)]
    decided_at: Option<Timestamp>,
    /// What became of it, newest first; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    history: Option<Vec<Past>>,
}

impl From<&Entry> for PlanShown {
    fn from(entry: &Entry) -> Self {
        Self {
            number: entry.number,
            kind: entry.kind.word(),
            state: entry.state.word(),
            people: entry.people.clone(),
            site: entry.site.as_ref().map(|(number, _)| *number),
            site_name: entry.site.as_ref().map(|(_, name)| name.clone()),
            starts: entry.span.start,
            ends: entry.span.end,
            whole_days: entry.span.is_days,
            note: entry.note.clone(),
            repeat: entry.repeat.clone(),
            except: entry.except.clone(),
            reason: entry.reason.clone(),
            version: entry.version,
            created_by: entry.created_by,
            created_at: entry.created_at,
            changed_at: entry.changed_at,
            decided_by: entry.decided.map(|(by, _)| by),
            decided_at: entry.decided.map(|(_, at)| at),
            history: None,
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct Asked {
    /// `json` or `csv`.
    #[param(value_type = Option<String>)]
    format: Option<String>,
    /// What is not over before this day or time: `2026-12-28`, `2026-12-28T08:00:00`.
    #[param(value_type = Option<String>)]
    from: Option<String>,
    /// What begins before this day or time.
    #[param(value_type = Option<String>)]
    to: Option<String>,
    /// Whose: the id of a member.
    #[param(value_type = Option<String>)]
    person: Option<String>,
    /// The number of a worksite.
    #[param(value_type = Option<i32>)]
    site: Option<String>,
    /// `site`, `leave`, `training`, `sick` or `other`.
    #[param(value_type = Option<String>)]
    kind: Option<String>,
    /// `pending`, `approved` or `refused`.
    #[param(value_type = Option<String>)]
    state: Option<String>,
}

fn kind(word: &str) -> Result<Kind, Problem> {
    let reason = "must be `site`, `leave`, `training`, `sick` or `other`";
    Kind::of(word).ok_or_else(|| Problem::invalid("kind", reason))
}

/// A day or a time of the server's clocks; a day is its beginning.
fn local(field: &str, typed: &str) -> Result<DateTime, Problem> {
    let read = typed
        .parse::<DateTime>()
        .or_else(|_| typed.parse::<Date>().map(DateTime::from));
    read.map_err(|_| {
        Problem::invalid(
            field,
            "must be a day or a time: 2026-12-28, 2026-12-28T08:00:00",
        )
    })
}

fn filter(asked: &Asked) -> Result<Filter, Problem> {
    let field = |name: &'static str, typed: &Option<String>| match typed.as_deref() {
        Some(typed) => local(name, typed).map(Some),
        None => Ok(None),
    };
    let person = match asked.person.as_deref() {
        Some(typed) => Some(
            typed
                .parse::<UserId>()
                .ok()
                .filter(|id| i64::try_from(*id).is_ok())
                .ok_or_else(|| Problem::invalid("person", "must be the id of a member"))?,
        ),
        None => None,
    };
    let site = match asked.site.as_deref() {
        Some(typed) => {
            let number = typed.parse::<i32>().ok();
            let wrong = || Problem::invalid("site", "must be the number of a worksite");
            Some(number.ok_or_else(wrong)?)
        }
        None => None,
    };
    let state = match asked.state.as_deref() {
        Some(word) => Some(State::of(word).ok_or_else(|| {
            Problem::invalid("state", "must be `pending`, `approved` or `refused`")
        })?),
        None => None,
    };
    Ok(Filter {
        people: person.into_iter().collect(),
        site,
        kind: asked.kind.as_deref().map(kind).transpose()?,
        state,
        from: field("from", &asked.from)?,
        to: field("to", &asked.to)?,
    })
}

/// The plan of a server by number.
#[utoipa::path(get, path = "/v1/guilds/{guild}/planning", tag = "planning", params(GuildPath, Asked, PagingParams),
    security(("key" = ["planning.read"])), responses((status = 200, body = Page<PlanShown>), (status = 422)))]
async fn listed(
    FromState(kit): FromState<Kit<Planning>>,
    guild: InGuild,
    Query(asked): Query<Asked>,
    paging: Paging<i32>,
) -> Result<Response, Problem> {
    let format = Format::asked(asked.format.as_deref())?;
    let filter = filter(&asked)?;
    let after = paging.after.unwrap_or(0);
    let mut db = kit.database.acquire().await?;
    let found = store::entries::list(&mut db, guild.id, &filter, after, paging.rows()).await?;
    drop(db);
    let page = paging.page(found, |entry| entry.number)?;
    Ok(format.page::<PlanShown, _>(&page))
}

async fn known(kit: &Kit<Planning>, guild: GuildId, number: i32) -> Result<Entry, Problem> {
    let mut db = kit.database.acquire().await?;
    let entry = store::entries::get(&mut db, guild, number).await?;
    entry
        .filter(|entry| entry.deleted.is_none())
        .ok_or_else(Problem::not_found)
}

/// An entry with the newest of its history.
#[utoipa::path(get, path = "/v1/guilds/{guild}/planning/{number}", tag = "planning",
    params(GuildPath, ("number" = i32, Path, description = "The entry's number.")),
    security(("key" = ["planning.read"])), responses((status = 200, body = PlanShown), (status = 404)))]
async fn one(
    FromState(kit): FromState<Kit<Planning>>,
    guild: InGuild,
    Path(number): Path<i32>,
) -> Result<Json<PlanShown>, Problem> {
    let entry = known(&kit, guild.id, number).await?;
    let mut db = kit.database.acquire().await?;
    let history = store::entries::history(&mut db, guild.id, number, 100).await?;
    Ok(Json(PlanShown {
        history: Some(history),
        ..PlanShown::from(&entry)
    }))
}

#[derive(Debug, Deserialize, ToSchema)]
struct NewPlan {
    /// `site`, `leave`, `training`, `sick` or `other`; `site` otherwise.
    #[serde(default)]
    kind: Option<String>,
    /// 1 to 25 members.
    #[schema(value_type = Vec<String>)]
    people: Vec<UserId>,
    /// A worksite, by number or name.
    #[serde(default)]
    site: Option<String>,
    /// From when to when, as people type it (`28/12 02/01`); or `starts` and `ends`.
    #[serde(default)]
    dates: Option<String>,
    /// A day, or a time on the clocks of the server: `2026-12-28`, `2026-12-28T08:00:00`.
    #[serde(default)]
    starts: Option<String>,
    /// The last day, or the time at which it ends.
    #[serde(default)]
    ends: Option<String>,
    /// At most 500 characters.
    #[serde(default)]
    note: Option<String>,
    /// As people type it: `weekly mon,thu until 31/12`.
    #[serde(default)]
    repeat: Option<String>,
    /// Whether also where somebody is planned elsewhere then; otherwise that is a conflict.
    #[serde(default)]
    overlap: bool,
}

/// Refuses those who are not members, and bots, and learns what people are called. One call for each, of at most 25.
async fn require_members(
    kit: &Kit<Planning>,
    guild: GuildId,
    field: &str,
    users: &[UserId],
) -> Result<(), Problem> {
    if users.is_empty() || users.len() > PEOPLE {
        return Err(Problem::invalid(field, "1 to 25 members"));
    }
    let mut names = Vec::new();
    for user in users {
        match kit.named(guild, *user).await? {
            Named::Member(name) => names.push((*user, name)),
            Named::Bot => return Err(Problem::invalid(field, format!("{user} is a bot"))),
            Named::Stranger => {
                return Err(Problem::invalid(field, format!("{user} is not a member")));
            }
        }
    }
    let mut db = kit.database.acquire().await?;
    store::people::name(&mut db, guild, &names).await?;
    Ok(())
}

async fn here(kit: &Kit<Planning>, guild: GuildId) -> Result<Zoned, Problem> {
    let zone = kit.manners(guild).await?.zone;
    Ok(kit.clock.now().to_zoned(zone))
}

/// When it is: as people type it, or as a beginning and an end.
fn span(
    now: &Zoned,
    typed: Option<&str>,
    starts: Option<&str>,
    ends: Option<&str>,
) -> Result<Option<Span>, Problem> {
    match (typed, starts, ends) {
        (None, None, None) => Ok(None),
        (Some(typed), None, None) => match work::span(typed, now) {
            Ok(span) => Ok(Some(span)),
            Err(_) => Err(Problem::invalid(
                "dates",
                "must be dates as people type them, the beginning first: 28/12 02/01, tomorrow 8h-12h",
            )),
        },
        (None, Some(starts), Some(ends)) => {
            if let (Ok(first), Ok(last)) = (starts.parse::<Date>(), ends.parse::<Date>())
                && !starts.contains(['T', ' '])
                && !ends.contains(['T', ' '])
            {
                let days = Span::days(first, last);
                return match days {
                    Some(span) => Ok(Some(span)),
                    None => Err(Problem::invalid("ends", "must not be before `starts`")),
                };
            }
            let span = Span {
                start: local("starts", starts)?,
                end: local("ends", ends)?,
                is_days: false,
            };
            if span.start >= span.end {
                return Err(Problem::invalid("ends", "must be behind `starts`"));
            }
            Ok(Some(span))
        }
        _ => Err(Problem::invalid(
            "dates",
            "either `dates`, or `starts` and `ends`",
        )),
    }
}

fn noted(typed: &str) -> Result<Option<String>, Problem> {
    text(typed, NOTE).map_err(|_| Problem::invalid("note", "at most 500 characters"))
}

fn again(typed: &str, span: &Span, now: &Zoned) -> Result<Rule, Problem> {
    work::again(typed, span, now).map_err(|_| {
        Problem::invalid(
            "repeat",
            "must be a repetition as people type it: daily, weekly mon,thu, monthly 15, every 2 weeks until 31/12",
        )
    })
}

async fn site(
    kit: &Kit<Planning>,
    guild: GuildId,
    field: &str,
    typed: &str,
) -> Result<(i32, String), Problem> {
    let mut db = kit.database.acquire().await?;
    let site = work::site(&mut db, guild, typed).await;
    site.map_err(|failure| Problem::about(field, failure))
}

const fn on_clash(overlap: bool) -> OnClash {
    if overlap {
        OnClash::Allow
    } else {
        OnClash::Refuse
    }
}

/// What overlaps is a conflict; what makes no sense names its field; all else is as it is.
fn told(failure: feature::Failure) -> Problem {
    use work::Refused::{
        Backwards, Clash, Exceptions, Far, NoSite, Nobody, People, RepeatOverlaps, TooLong,
    };
    let Some(refused) = failure.of::<work::Refused>() else {
        return failure.into();
    };
    let field = match refused {
        Clash(clashes) => {
            let numbers: Vec<String> = clashes
                .iter()
                .map(|clash| format!("#{}", clash.entry.number))
                .collect();
            return Problem::conflict(format!(
                "Somebody is planned elsewhere at that time ({}): send `overlap` if it is meant so.",
                numbers.join(", ")
            ));
        }
        NoSite => "site",
        Backwards | TooLong | Far => "dates",
        RepeatOverlaps => "repeat",
        Nobody | People(_) => "people",
        Exceptions => "except",
        _ => return failure.into(),
    };
    Problem::about(field, failure)
}

/// Plan something; leave is approved.
#[utoipa::path(post, path = "/v1/guilds/{guild}/planning", tag = "planning", params(GuildPath), request_body = NewPlan,
    security(("key" = ["planning.write"])),
    responses((status = 201, body = PlanShown), (status = 409), (status = 422)))]
async fn made(
    FromState(kit): FromState<Kit<Planning>>,
    guild: InGuild,
    Body(new): Body<NewPlan>,
) -> Result<(StatusCode, Json<PlanShown>), Problem> {
    let now = here(&kit, guild.id).await?;
    let span = span(
        &now,
        new.dates.as_deref(),
        new.starts.as_deref(),
        new.ends.as_deref(),
    )?;
    let span = span.ok_or_else(|| Problem::invalid("dates", "is required"))?;
    let mut people = new.people;
    people.sort_unstable();
    people.dedup();
    let prepared = New {
        kind: new.kind.as_deref().map_or(Ok(Kind::Site), kind)?,
        site: match new.site.as_deref() {
            Some(typed) => Some(site(&kit, guild.id, "site", typed).await?),
            None => None,
        },
        span,
        note: noted(new.note.as_deref().unwrap_or_default())?,
        repeat: match new.repeat.as_deref() {
            Some(typed) => Some(again(typed, &span, &now)?),
            None => None,
        },
        people,
    };
    require_members(&kit, guild.id, "people", &prepared.people).await?;
    let who = Who::everything(guild.caller.acts_for);
    let made = work::make(&kit, guild.id, who, prepared, on_clash(new.overlap)).await;
    let (entry, _) = made.map_err(told)?;
    Ok((StatusCode::CREATED, Json(PlanShown::from(&entry))))
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
struct PlanChange {
    kind: Option<String>,
    #[schema(value_type = Option<Vec<String>>)]
    people: Option<Vec<UserId>>,
    /// A worksite, by number or name; an empty text for none.
    site: Option<String>,
    /// From when to when, as people type it; or `starts` and `ends`.
    dates: Option<String>,
    starts: Option<String>,
    ends: Option<String>,
    /// An empty text for none.
    note: Option<String>,
    /// As people type it; an empty text for never.
    repeat: Option<String>,
    /// Days on which it does not come.
    #[schema(value_type = Option<Vec<String>>)]
    except: Option<Vec<Date>>,
    /// Whether also where somebody is planned elsewhere then; otherwise that is a conflict.
    overlap: bool,
}

/// Change an entry; what is not named stays.
#[utoipa::path(patch, path = "/v1/guilds/{guild}/planning/{number}", tag = "planning", request_body = PlanChange,
    params(GuildPath, ("number" = i32, Path, description = "The entry's number.")),
    security(("key" = ["planning.write"])),
    responses((status = 200, body = PlanShown), (status = 404), (status = 409), (status = 422)))]
async fn changed(
    FromState(kit): FromState<Kit<Planning>>,
    guild: InGuild,
    Path(number): Path<i32>,
    Body(change): Body<PlanChange>,
) -> Result<Json<PlanShown>, Problem> {
    let before = known(&kit, guild.id, number).await?;
    let now = here(&kit, guild.id).await?;
    let new_kind = change.kind.as_deref().map(kind).transpose()?;
    let new_span = span(
        &now,
        change.dates.as_deref(),
        change.starts.as_deref(),
        change.ends.as_deref(),
    )?;
    let new_site = match change.site.as_deref() {
        None => None,
        Some("") => Some(None),
        Some(typed) => Some(Some(site(&kit, guild.id, "site", typed).await?)),
    };
    let new_note = change.note.as_deref().map(noted).transpose()?;
    let new_repeat = match change.repeat.as_deref() {
        None => None,
        Some("") => Some(None),
        Some(typed) => Some(Some(again(typed, &new_span.unwrap_or(before.span), &now)?)),
    };
    let new_people = match change.people {
        Some(mut people) => {
            people.sort_unstable();
            people.dedup();
            require_members(&kit, guild.id, "people", &people).await?;
            Some(people)
        }
        None => None,
    };
    let who = Who::everything(guild.caller.acts_for);
    let on_clash = on_clash(change.overlap);
    let entry = work::change(&kit, guild.id, number, who, on_clash, |entry| {
        entry.kind = new_kind.unwrap_or(entry.kind);
        entry.span = new_span.unwrap_or(entry.span);
        if let Some(site) = new_site {
            entry.site = site;
        }
        if let Some(note) = new_note {
            entry.note = note;
        }
        if let Some(repeat) = new_repeat {
            entry.repeat = repeat;
            entry.except.clear();
        }
        if let Some(mut except) = change.except {
            except.sort_unstable();
            except.dedup();
            entry.except = except;
        }
        if let Some(people) = new_people {
            entry.people = people;
        }
        Ok(())
    })
    .await
    .map_err(told)?;
    Ok(Json(PlanShown::from(&entry)))
}

/// Take an entry out of the plan; after 30 days it is erased.
#[utoipa::path(delete, path = "/v1/guilds/{guild}/planning/{number}", tag = "planning",
    params(GuildPath, ("number" = i32, Path, description = "The entry's number.")),
    security(("key" = ["planning.write"])), responses((status = 204), (status = 404)))]
async fn deleted(
    FromState(kit): FromState<Kit<Planning>>,
    guild: InGuild,
    Path(number): Path<i32>,
) -> Result<StatusCode, Problem> {
    known(&kit, guild.id, number).await?;
    let who = Who::everything(guild.caller.acts_for);
    work::remove(&kit, guild.id, number, who, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize, ToSchema)]
struct PlanDecision {
    approve: bool,
    /// Why not: 1 to 500 characters, for a refusal.
    #[serde(default)]
    reason: Option<String>,
}

/// Approve or refuse what waits.
#[utoipa::path(post, path = "/v1/guilds/{guild}/planning/{number}/decision", tag = "planning",
    params(GuildPath, ("number" = i32, Path, description = "The entry's number.")), request_body = PlanDecision,
    security(("key" = ["planning.write"])),
    responses((status = 200, body = PlanShown), (status = 404), (status = 422)))]
async fn decided(
    FromState(kit): FromState<Kit<Planning>>,
    guild: InGuild,
    Path(number): Path<i32>,
    Body(decision): Body<PlanDecision>,
) -> Result<Json<PlanShown>, Problem> {
    known(&kit, guild.id, number).await?;
    let reason = text(decision.reason.as_deref().unwrap_or_default(), REASON);
    let reason = reason.map_err(|_| Problem::invalid("reason", "at most 500 characters"))?;
    if decision.approve == reason.is_some() {
        return Err(Problem::invalid(
            "reason",
            "is for a refusal, which needs one",
        ));
    }
    let who = Who::everything(guild.caller.acts_for);
    let entry = work::decide(&kit, guild.id, number, who, decision.approve, reason).await?;
    Ok(Json(PlanShown::from(&entry)))
}

#[derive(Debug, Serialize, ToSchema)]
struct PlanErased {
    /// How many entries were erased or changed.
    entries: u64,
}

/// Erase what the plan knows of a member.
#[utoipa::path(delete, path = "/v1/guilds/{guild}/planning/people/{user}", tag = "planning",
    params(GuildPath, ("user" = String, Path, description = "The member's id.")),
    security(("key" = ["planning.write"])), responses((status = 200, body = PlanErased), (status = 404)))]
async fn erased(
    FromState(kit): FromState<Kit<Planning>>,
    guild: InGuild,
    Path(user): Path<UserId>,
) -> Result<Json<PlanErased>, Problem> {
    if i64::try_from(user).is_err() {
        return Err(Problem::not_found());
    }
    let entries = forget::member(&kit, guild.id, user).await?;
    Ok(Json(PlanErased { entries }))
}

/// An entry as GVB's callers send it; ids as numbers or texts.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
struct LegacyPlan {
    /// Who is planned.
    #[schema(value_type = String)]
    user_id: Value,
    /// A worksite, by number or name; needed unless `type` says otherwise.
    #[schema(value_type = Option<String>)]
    chantier: Value,
    /// `chantier`, `conge`, `formation`, `maladie` or `autre`; `chantier` otherwise.
    #[serde(rename = "type")]
    #[schema(value_type = Option<String>)]
    kind: Value,
    /// `JJ/MM`, `JJ/MM/AAAA` or `AAAA-MM-JJ`.
    #[schema(value_type = String)]
    date_debut: Value,
    /// The last day; the first otherwise.
    #[schema(value_type = Option<String>)]
    date_fin: Value,
    #[schema(value_type = Option<String>)]
    notes: Value,
    /// The server; needed when the key covers several.
    #[schema(value_type = Option<String>)]
    guild_id: Value,
}

#[derive(Debug, Serialize, ToSchema)]
struct LegacyPlanMade {
    success: bool,
    /// The server's own number of the entry.
    planning_id: i32,
}

/// What GVB's callers called kinds, in French or as ours.
fn legacy_kind(word: &str) -> Option<Kind> {
    let word = word.trim().to_lowercase();
    Some(match word.as_str() {
        "chantier" | "" => Kind::Site,
        "conge" | "congé" | "conges" | "congés" => Kind::Leave,
        "formation" => Kind::Training,
        "maladie" => Kind::Sick,
        "autre" => Kind::Other,
        word => return Kind::of(word),
    })
}

/// Plan something, as GVB does; `POST /v1/guilds/{guild}/planning` does more. What overlaps is planned all the same.
#[utoipa::path(post, path = "/api/discord/planning", tag = "legacy", request_body = LegacyPlan,
    security(("key" = ["planning.write"])), responses((status = 200, body = LegacyPlanMade), (status = 404), (status = 422)))]
async fn legacy(
    FromState(kit): FromState<Kit<Planning>>,
    caller: Caller,
    AnyFields(asked): AnyFields<LegacyPlan>,
) -> Result<Json<LegacyPlanMade>, Problem> {
    let mut wrong: BTreeMap<&str, &str> = BTreeMap::new();
    let id = |value: &Value| legacy_id(value);
    let user = id(&asked.user_id).unwrap_or_default();
    if user.is_none() {
        wrong.insert(
            "user_id",
            "must be the id of a member, as a number or a text",
        );
    }
    let guild = id(&asked.guild_id).unwrap_or_else(|_| {
        wrong.insert("guild_id", "must be an id, as a number or a text");
        None
    });
    let mut words = |field: &'static str, value: &Value| {
        legacy_text(value).unwrap_or_else(|_| {
            wrong.insert(field, "must be a text");
            None
        })
    };
    let (place, notes) = (
        words("chantier", &asked.chantier),
        words("notes", &asked.notes),
    );
    let (first, last) = (
        words("date_debut", &asked.date_debut),
        words("date_fin", &asked.date_fin),
    );
    let kind = legacy_kind(&words("type", &asked.kind).unwrap_or_default());
    if kind.is_none() {
        wrong.insert(
            "type",
            "must be chantier, conge, formation, maladie or autre",
        );
    }
    if kind == Some(Kind::Site) && place.is_none() {
        wrong.entry("chantier").or_insert("is required");
    }
    let note = text(notes.as_deref().unwrap_or_default(), NOTE).unwrap_or_else(|_| {
        wrong.insert("notes", "must have at most 500 characters");
        None
    });
    // Which year is meant depends on the day, and that on the zone; a wrong server shows below.
    let meant = kit.legacy_guild(&caller, guild);
    let now = match &meant {
        Ok(guild) => here(&kit, *guild).await?,
        Err(_) => kit.clock.now().to_zoned(jiff::tz::TimeZone::UTC),
    };
    let span = match (&first, &last) {
        (None, _) => {
            wrong.entry("date_debut").or_insert("is required");
            None
        }
        (Some(first), last) => {
            let typed = last
                .as_ref()
                .map_or_else(|| first.clone(), |last| format!("{first} {last}"));
            let span = work::span(&typed, &now).ok();
            if span.is_none() {
                wrong.insert(
                    "date_debut",
                    "and `date_fin` must be dates, the beginning first: JJ/MM or JJ/MM/AAAA",
                );
            }
            span
        }
    };
    let (Some(span), Some(kind), Some(user), true) = (span, kind, user, wrong.is_empty()) else {
        // Answers of this path carry one sentence and nothing else: it names all fields.
        let named: Vec<Field> = wrong
            .iter()
            .map(|(field, reason)| Field {
                field: (*field).to_owned(),
                reason: (*reason).to_owned(),
            })
            .collect();
        let named: Vec<String> = named
            .iter()
            .map(|field| format!("`{}` {}", field.field, field.reason))
            .collect();
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid",
            format!("{}.", named.join("; ")),
        ));
    };
    let guild = meant?;
    if kit.is_off(Planning::NAME, guild).await? {
        return Err(Problem::not_found());
    }
    let user: UserId = user
        .to_string()
        .parse()
        .map_err(|_| Problem::invalid("user_id", "must be the id of a member"))?;
    require_members(&kit, guild, "user_id", &[user]).await?;
    let site = match place {
        Some(typed) => Some(site(&kit, guild, "chantier", &typed).await?),
        None => None,
    };
    let new = New {
        kind,
        people: vec![user],
        site,
        span,
        note,
        repeat: None,
    };
    let who = Who::everything(caller.acts_for);
    let made = work::make(&kit, guild, who, new, OnClash::Allow).await;
    let (entry, _) = made.map_err(told)?;
    Ok(Json(LegacyPlanMade {
        success: true,
        planning_id: entry.number,
    }))
}
