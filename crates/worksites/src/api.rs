//! Routes: worksites for programs, by the functions that the commands use.

#![expect(
    unused_qualifications,
    reason = "the macro that writes the documentation names types in full"
)]

use axum::{Json, extract::State, http::StatusCode};
use database::{ChannelId, GuildId, UserId};
use feature::{
    Kit,
    http::{Body, GuildPath, InGuild, Page, Paging, PagingParams, Path, Problem, Query},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use twilight_model::guild::Member;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Worksites,
    acts::{self, OpenWork, Wanted},
    commands::Refused,
    model, store,
};

pub(crate) fn routes() -> OpenApiRouter<Kit<Worksites>> {
    OpenApiRouter::new()
        .routes(routes!(list, open))
        .routes(routes!(show, change))
        .routes(routes!(archive))
        .routes(routes!(reopen))
}

/// A place of work.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Worksite {
    /// Counted in each server from 1.
    number: i32,
    name: String,
    address: Option<String>,
    #[schema(value_type = Option<String>)]
    lead_id: Option<UserId>,
    /// Red, green and blue, eight bits each.
    colour: u32,
    /// Null until it is made, and after somebody deleted it.
    #[schema(value_type = Option<String>)]
    channel_id: Option<ChannelId>,
    #[schema(value_type = String, format = DateTime)]
    opened_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    archived_at: Option<Timestamp>,
}

impl From<model::Worksite> for Worksite {
    fn from(worksite: model::Worksite) -> Self {
        Self {
            number: worksite.number,
            name: worksite.name,
            address: worksite.address,
            lead_id: worksite.lead,
            colour: worksite.colour,
            channel_id: worksite.channel,
            opened_at: worksite.made_at,
            archived_at: worksite.archived_at,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct WorksitesQuery {
    /// Those that are archived instead of the open ones.
    #[serde(default)]
    archived: bool,
    /// A part of the name; case and accents do not count.
    #[param(max_length = 80)]
    search: Option<String>,
}

/// The worksites of a server, the newest first.
#[utoipa::path(get, path = "/v1/guilds/{guild}/worksites", tag = "worksites",
    params(GuildPath, WorksitesQuery, PagingParams),
    security(("key" = ["worksites.read"])), responses((status = 200, body = Page<Worksite>)))]
async fn list(
    State(kit): State<Kit<Worksites>>,
    guild: InGuild,
    Query(query): Query<WorksitesQuery>,
    paging: Paging<i32>,
) -> Result<Json<Page<Worksite>>, Problem> {
    let part = query.search.as_deref().and_then(model::slug);
    let part = part.unwrap_or_default();
    let mut db = kit.database.acquire().await?;
    let rows = paging.rows();
    let found = store::list(&mut db, guild.id, query.archived, &part, paging.after, rows).await?;
    let rows = found.into_iter().map(Worksite::from).collect();
    paging
        .page(rows, |worksite: &Worksite| worksite.number)
        .map(Json)
}

/// A worksite.
#[utoipa::path(get, path = "/v1/guilds/{guild}/worksites/{number}", tag = "worksites",
    params(GuildPath, ("number" = i32, Path, description = "The worksite's number")),
    security(("key" = ["worksites.read"])), responses((status = 200, body = Worksite)))]
async fn show(
    State(kit): State<Kit<Worksites>>,
    guild: InGuild,
    Path(number): Path<i32>,
) -> Result<Json<Worksite>, Problem> {
    let found = find(&kit, guild.id, number).await?;
    Ok(Json(found.into()))
}

async fn find(
    kit: &Kit<Worksites>,
    guild: GuildId,
    number: i32,
) -> Result<model::Worksite, Problem> {
    let mut db = kit.database.acquire().await?;
    let found = store::get(&mut db, guild, number).await?;
    found.ok_or_else(Problem::not_found)
}

/// A worksite that is to be.
#[derive(Debug, Deserialize, ToSchema)]
struct NewWorksite {
    #[schema(min_length = 1, max_length = 80)]
    name: String,
    #[schema(max_length = 200)]
    address: Option<String>,
    /// A member, not a bot.
    #[schema(value_type = Option<String>)]
    lead_id: Option<UserId>,
    /// Red, green and blue, eight bits each; without it the next colour is taken.
    #[schema(minimum = 0, maximum = 16_777_215)]
    colour: Option<i64>,
}

/// Open a worksite; its channel follows by itself where Discord can not make it at once.
#[utoipa::path(post, path = "/v1/guilds/{guild}/worksites", tag = "worksites", params(GuildPath),
    request_body = NewWorksite, security(("key" = ["worksites.write"])),
    responses((status = 201, body = Worksite)))]
async fn open(
    State(kit): State<Kit<Worksites>>,
    guild: InGuild,
    Body(new): Body<NewWorksite>,
) -> Result<(StatusCode, Json<Worksite>), Problem> {
    let colour = checked(new.address.as_deref(), new.colour)?;
    require_lead(&kit, guild.id, new.lead_id).await?;
    let wanted = Wanted {
        name: &new.name,
        address: new.address.as_deref(),
        lead: new.lead_id,
        colour,
        by: guild.caller.acts_for,
    };
    let done = acts::open(&kit, guild.id, &wanted).await?;
    let made = find(&kit, guild.id, done.number).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// What is to change; what is not named stays.
#[derive(Debug, Deserialize, ToSchema)]
struct WorksiteChange {
    /// Empty: nowhere.
    #[schema(max_length = 200)]
    address: Option<String>,
    /// A member, not a bot.
    #[schema(value_type = Option<String>)]
    lead_id: Option<UserId>,
    /// Red, green and blue, eight bits each.
    #[schema(minimum = 0, maximum = 16_777_215)]
    colour: Option<i64>,
}

/// Change an open worksite.
#[utoipa::path(patch, path = "/v1/guilds/{guild}/worksites/{number}", tag = "worksites",
    params(GuildPath, ("number" = i32, Path, description = "The worksite's number")),
    request_body = WorksiteChange, security(("key" = ["worksites.write"])),
    responses((status = 200, body = Worksite)))]
async fn change(
    State(kit): State<Kit<Worksites>>,
    guild: InGuild,
    Path(number): Path<i32>,
    Body(change): Body<WorksiteChange>,
) -> Result<Json<Worksite>, Problem> {
    // Whether it is there comes before what is wrong with the change.
    find(&kit, guild.id, number).await?;
    let colour = checked(change.address.as_deref(), change.colour)?;
    require_lead(&kit, guild.id, change.lead_id).await?;
    let address = change.address.as_deref();
    acts::change(&kit, guild.id, number, address, change.lead_id, colour).await?;
    Ok(Json(find(&kit, guild.id, number).await?.into()))
}

/// What becomes of open tasks at a worksite that is archived.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct ArchiveQuery {
    /// `keep` or `close`; `keep` otherwise.
    #[param(value_type = Option<String>)]
    tasks: Option<String>,
    /// The number of an open worksite to which they are handed over.
    #[param(value_type = Option<i32>)]
    hand_to: Option<i32>,
}

/// Archive a worksite: its channel can still be read, and nobody writes in it.
#[utoipa::path(post, path = "/v1/guilds/{guild}/worksites/{number}/archive", tag = "worksites",
    params(GuildPath, ("number" = i32, Path, description = "The worksite's number"), ArchiveQuery),
    security(("key" = ["worksites.write"])), responses((status = 200, body = Worksite)))]
async fn archive(
    State(kit): State<Kit<Worksites>>,
    guild: InGuild,
    Path(number): Path<i32>,
    Query(query): Query<ArchiveQuery>,
) -> Result<Json<Worksite>, Problem> {
    let found = find(&kit, guild.id, number).await?;
    let work = match (query.tasks.as_deref(), query.hand_to) {
        (None, Some(to)) => OpenWork::Moves(to),
        (Some(_), Some(_)) => return Err(Problem::invalid("hand_to", "is instead of `tasks`")),
        (None | Some("keep"), None) => OpenWork::Stays,
        (Some("close"), None) => OpenWork::Ends,
        (Some(_), None) => return Err(Problem::invalid("tasks", "must be `keep` or `close`")),
    };
    let by = guild.caller.acts_for;
    if let Err(failure) = acts::archive(&kit, &found, by, work).await {
        return Err(match failure.of::<Refused>() {
            Some(Refused::NoSuccessor(_)) => {
                Problem::invalid("hand_to", "must be another open worksite")
            }
            _ => failure.into(),
        });
    }
    Ok(Json(find(&kit, guild.id, number).await?.into()))
}

/// Open an archived worksite again, with its channel as it was.
#[utoipa::path(post, path = "/v1/guilds/{guild}/worksites/{number}/reopen", tag = "worksites",
    params(GuildPath, ("number" = i32, Path, description = "The worksite's number")),
    security(("key" = ["worksites.write"])), responses((status = 200, body = Worksite)))]
async fn reopen(
    State(kit): State<Kit<Worksites>>,
    guild: InGuild,
    Path(number): Path<i32>,
) -> Result<Json<Worksite>, Problem> {
    let found = find(&kit, guild.id, number).await?;
    acts::reopen(&kit, &found).await?;
    Ok(Json(find(&kit, guild.id, number).await?.into()))
}

/// The limits of the command's options, which Discord holds there. Returns the colour.
fn checked(address: Option<&str>, colour: Option<i64>) -> Result<Option<u32>, Problem> {
    if address.is_some_and(|address| address.trim().chars().count() > 200) {
        return Err(Problem::invalid(
            "address",
            "must have at most 200 characters",
        ));
    }
    let Some(colour) = colour else {
        return Ok(None);
    };
    u32::try_from(colour)
        .ok()
        .filter(|colour| *colour <= 0x00FF_FFFF)
        .map(Some)
        .ok_or_else(|| Problem::invalid("colour", "must be between 0 and 16777215"))
}

async fn require_lead(
    kit: &Kit<Worksites>,
    guild: GuildId,
    lead: Option<UserId>,
) -> Result<(), Problem> {
    let Some(lead) = lead else { return Ok(()) };
    let request = kit.discord.http().guild_member(guild.into(), lead.into());
    match kit.discord.one::<_, Member>(request).await {
        Ok(member) if member.user.bot => Err(Problem::invalid("lead_id", "must not be a bot")),
        Ok(_) => Ok(()),
        Err(refusal) if refusal.is_gone() => Err(Problem::invalid(
            "lead_id",
            "must be a member of the server",
        )),
        Err(refusal) => Err(refusal.into()),
    }
}
