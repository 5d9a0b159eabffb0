//! Routes: members for programs.

#![expect(
    unused_qualifications,
    reason = "the macro that writes the documentation names types in full"
)]

use axum::{Json, extract::State, http::StatusCode};
use database::{RoleId, UserId};
use feature::{
    Kit,
    http::{GuildPath, InGuild, Page, Paging, PagingParams, Path, Problem, Query},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Users,
    model::{self, Wanted},
    store::{self, Place},
    sync,
};

pub(crate) fn routes() -> OpenApiRouter<Kit<Users>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(reading, read))
}

/// Who is, or was, a member.
#[derive(Debug, Serialize, ToSchema)]
struct MemberEntry {
    #[schema(value_type = String)]
    id: UserId,
    /// What people read in this server.
    name: String,
    username: Option<String>,
    is_bot: bool,
    #[schema(value_type = Option<String>, format = DateTime)]
    joined_at: Option<Timestamp>,
    /// Null while they are a member.
    #[schema(value_type = Option<String>, format = DateTime)]
    left_at: Option<Timestamp>,
}

impl From<model::Line> for MemberEntry {
    fn from(line: model::Line) -> Self {
        Self {
            id: line.id,
            name: line.shown,
            username: line.username,
            is_bot: line.is_bot,
            joined_at: line.joined_at,
            left_at: line.left_at,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct MembersQuery {
    /// A part of a name, or an id.
    #[param(max_length = 100)]
    search: Option<String>,
    /// The order.
    #[serde(default)]
    #[param(inline)]
    sort: MemberOrder,
    /// Members, those who left, or both.
    #[serde(default)]
    #[param(inline)]
    who: MemberKind,
    /// Only who has this role.
    #[param(value_type = Option<String>)]
    role: Option<RoleId>,
    /// Only who joined at this instant or later.
    #[param(value_type = Option<String>, format = DateTime)]
    joined_since: Option<Timestamp>,
    /// Only who left at this instant or later.
    #[param(value_type = Option<String>, format = DateTime)]
    left_since: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum MemberOrder {
    #[default]
    Name,
    Newest,
    Oldest,
    Gone,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum MemberKind {
    #[default]
    Here,
    Gone,
    All,
}

/// The members of a server, as they are stored.
#[utoipa::path(get, path = "/v1/guilds/{guild}/members", tag = "members",
    params(GuildPath, MembersQuery, PagingParams),
    security(("key" = ["members.read"])), responses((status = 200, body = Page<MemberEntry>)))]
async fn list(
    State(kit): State<Kit<Users>>,
    guild: InGuild,
    Query(query): Query<MembersQuery>,
    paging: Paging<UserId>,
) -> Result<Json<Page<MemberEntry>>, Problem> {
    if query.role.is_some_and(|role| i64::try_from(role).is_err()) {
        return Err(Problem::invalid(
            "role",
            "must be an id: 1 to 19 decimal digits",
        ));
    }
    let wanted = Wanted {
        search: query.search.as_deref().and_then(model::search),
        sort: match query.sort {
            MemberOrder::Name => model::Sort::Name,
            MemberOrder::Newest => model::Sort::Newest,
            MemberOrder::Oldest => model::Sort::Oldest,
            MemberOrder::Gone => model::Sort::Gone,
        },
        role: query.role,
        who: match query.who {
            MemberKind::Here => model::Who::Here,
            MemberKind::Gone => model::Who::Gone,
            MemberKind::All => model::Who::All,
        },
        joined_since: query.joined_since,
        left_since: query.left_since,
    };
    let mut db = kit.database.acquire().await?;
    let place = Place::After(paging.after);
    let lines = store::lines(&mut db, guild.id, &wanted, place, paging.rows()).await?;
    let rows = lines.into_iter().map(MemberEntry::from).collect();
    paging
        .page(rows, |member: &MemberEntry| member.id)
        .map(Json)
}

/// A member, or who was one.
#[utoipa::path(get, path = "/v1/guilds/{guild}/members/{user}", tag = "members",
    params(GuildPath, ("user" = String, Path, description = "The member's id")),
    security(("key" = ["members.read"])), responses((status = 200, body = MemberEntry)))]
async fn show(
    State(kit): State<Kit<Users>>,
    guild: InGuild,
    Path(user): Path<UserId>,
) -> Result<Json<MemberEntry>, Problem> {
    let wanted = Wanted {
        search: Some(user.to_string()),
        sort: model::Sort::Name,
        role: None,
        who: model::Who::All,
        joined_since: None,
        left_since: None,
    };
    // Names may hold the digits of an id too.
    let mut db = kit.database.acquire().await?;
    let lines = store::lines(&mut db, guild.id, &wanted, Place::After(None), 100).await?;
    let line = lines.into_iter().find(|line| line.id == user);
    line.map(|line| Json(line.into()))
        .ok_or_else(Problem::not_found)
}

/// How far the last reading of all members came.
#[derive(Debug, Serialize, ToSchema)]
struct MembersReading {
    /// `running`, `done` or `failed`.
    state: &'static str,
    /// Why it failed: `intent`, `gone` or `refused`.
    problem: Option<&'static str>,
    #[schema(value_type = String, format = DateTime)]
    begun_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Timestamp>,
    seen: i64,
    added: i64,
    changed: i64,
    departed: i64,
}

impl From<model::Reading> for MembersReading {
    fn from(reading: model::Reading) -> Self {
        let (state, problem) = match reading.state {
            model::State::Running => ("running", None),
            model::State::Done => ("done", None),
            model::State::Failed(problem) => ("failed", Some(problem.code())),
        };
        Self {
            state,
            problem,
            begun_at: reading.begun_at,
            ended_at: reading.ended_at,
            seen: reading.seen,
            added: reading.changes.added,
            changed: reading.changes.changed,
            departed: reading.changes.departed,
        }
    }
}

/// The last reading of all members from Discord.
#[utoipa::path(get, path = "/v1/guilds/{guild}/members-sync", tag = "members", params(GuildPath),
    security(("key" = ["members.read"])), responses((status = 200, body = MembersReading)))]
async fn reading(
    State(kit): State<Kit<Users>>,
    guild: InGuild,
) -> Result<Json<MembersReading>, Problem> {
    let mut db = kit.database.acquire().await?;
    let reading = store::reading(&mut db, guild.id).await?;
    reading
        .map(|reading| Json(reading.into()))
        .ok_or_else(Problem::not_found)
}

/// Read all members from Discord; one that is under way goes on.
#[utoipa::path(post, path = "/v1/guilds/{guild}/members-sync", tag = "members", params(GuildPath),
    security(("key" = ["members.write"])), responses((status = 202, body = MembersReading)))]
async fn read(
    State(kit): State<Kit<Users>>,
    guild: InGuild,
) -> Result<(StatusCode, Json<MembersReading>), Problem> {
    let reading = sync::ask(&kit, guild.id, guild.caller.acts_for).await?;
    let reading = reading.ok_or_else(Problem::not_found)?;
    Ok((StatusCode::ACCEPTED, Json(reading.into())))
}
