//! Routes: groups of roles, and roles for many members, for programs.

use axum::{Json, extract::State, http::StatusCode};
use database::{ChannelId, MessageId, RoleId, UserId};
use feature::{
    Failure, Kit,
    http::{Body, GuildPath, InGuild, Page, Paging, PagingParams, Path, Problem},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Autorole, mass,
    model::{GroupId, Plan, Whom},
    store::{
        self,
        groups::{By, Group, Listed},
        mass::Run,
    },
};

pub(crate) fn routes() -> OpenApiRouter<Kit<Autorole>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(assign))
        .routes(routes!(assignment, cancel))
}

/// A group of roles, in short.
#[derive(Debug, Serialize, ToSchema)]
struct RoleGroupLine {
    id: GroupId,
    name: String,
    /// How many roles it offers.
    roles: i64,
    /// How many of its roles are gone.
    broken: i64,
    #[schema(value_type = Option<String>)]
    channel_id: Option<ChannelId>,
    #[schema(value_type = Option<String>)]
    message_id: Option<MessageId>,
}

impl From<Listed> for RoleGroupLine {
    fn from(listed: Listed) -> Self {
        let (channel, message) = listed.posted.unzip();
        Self {
            id: listed.id,
            name: listed.name,
            roles: listed.roles,
            broken: listed.broken,
            channel_id: channel,
            message_id: message,
        }
    }
}

/// The groups of a server, by name.
#[utoipa::path(get, path = "/v1/guilds/{guild}/role-groups", tag = "role groups", params(GuildPath, PagingParams),
    security(("key" = ["role_groups.read"])), responses((status = 200, body = Page<RoleGroupLine>)))]
async fn list(
    State(kit): State<Kit<Autorole>>,
    guild: InGuild,
    paging: Paging<GroupId>,
) -> Result<Json<Page<RoleGroupLine>>, Problem> {
    let mut db = kit.database.acquire().await?;
    let groups = store::groups::list(&mut db, guild.id, "", 0, MOST).await?;
    let rows = groups.into_iter().map(RoleGroupLine::from);
    Ok(Json(paging.of_all(rows, |group| group.id)?))
}

/// How many groups are looked at; a server has a few dozen.
const MOST: i64 = 10_000;

/// A group of roles.
#[derive(Debug, Serialize, ToSchema)]
struct RoleGroup {
    id: GroupId,
    name: String,
    message: String,
    #[schema(value_type = Option<String>)]
    channel_id: Option<ChannelId>,
    #[schema(value_type = Option<String>)]
    message_id: Option<MessageId>,
    /// How many roles a member may hold, under which conditions.
    #[schema(value_type = Object)]
    rules: Value,
    roles: Vec<RoleGroupItem>,
    #[schema(value_type = String)]
    updated_by: UserId,
}

/// A role that a group offers.
#[derive(Debug, Serialize, ToSchema)]
struct RoleGroupItem {
    #[schema(value_type = String)]
    role_id: RoleId,
    emoji: Option<String>,
    label: String,
    description: String,
    seats: Option<u32>,
    /// How many seats are taken, where they are counted.
    taken: i64,
    is_broken: bool,
}

/// A group with its roles and rules.
#[utoipa::path(get, path = "/v1/guilds/{guild}/role-groups/{group}", tag = "role groups",
    params(GuildPath, ("group" = i64, Path, description = "The group's number")),
    security(("key" = ["role_groups.read"])), responses((status = 200, body = RoleGroup)))]
async fn show(
    State(kit): State<Kit<Autorole>>,
    guild: InGuild,
    Path(group): Path<GroupId>,
) -> Result<Json<RoleGroup>, Problem> {
    let mut db = kit.database.acquire().await?;
    let found = store::groups::find(&mut db, guild.id, By::Id(group)).await?;
    let group: Group = found.ok_or_else(Problem::not_found)?;
    let taken = store::seats::taken(&mut db, guild.id, kit.clock.now()).await?;
    drop(db);
    let taken = |role: RoleId| {
        let found = taken.iter().find(|(known, _)| *known == role);
        found.map_or(0, |(_, count)| *count)
    };
    let (channel_id, message_id) = group.posted.unzip();
    Ok(Json(RoleGroup {
        id: group.id,
        name: group.name,
        message: group.message,
        channel_id,
        message_id,
        rules: serde_json::to_value(&group.rules).map_err(Failure::fault)?,
        roles: group
            .items
            .into_iter()
            .map(|item| RoleGroupItem {
                role_id: item.role,
                emoji: item.emoji,
                label: item.label,
                description: item.description,
                seats: item.seats,
                taken: taken(item.role),
                is_broken: item.is_broken,
            })
            .collect(),
        updated_by: group.updated_by,
    }))
}

/// A role for many members.
#[derive(Debug, Deserialize, ToSchema)]
struct NewAssignment {
    #[schema(value_type = String)]
    role_id: RoleId,
    action: AssignmentAction,
    #[serde(default)]
    who: AssignmentWho,
    /// Only who holds this role.
    #[schema(value_type = Option<String>)]
    with_role_id: Option<RoleId>,
    /// Where the progress is told.
    #[schema(value_type = String)]
    channel_id: ChannelId,
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum AssignmentAction {
    Give,
    Take,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum AssignmentWho {
    Everyone,
    #[default]
    Humans,
    Bots,
}

/// How far an assignment is.
#[derive(Debug, Serialize, ToSchema)]
struct Assignment {
    id: i64,
    #[schema(value_type = String)]
    role_id: RoleId,
    /// Whether the role is given; else it is taken.
    is_giving: bool,
    /// `running`, `done`, `cancelled` or `failed`.
    state: &'static str,
    total: i32,
    seen: i32,
    changed: i32,
    failed: i64,
    #[schema(value_type = String)]
    started_by: UserId,
}

impl From<Run> for Assignment {
    fn from(run: Run) -> Self {
        Self {
            id: run.id,
            role_id: run.plan.role,
            is_giving: run.plan.is_giving,
            state: run.state.word(),
            total: run.total,
            seen: run.seen,
            changed: run.changed,
            failed: run.failed,
            started_by: run.started_by,
        }
    }
}

/// Give a role to many members, or take it from them, by the rules that hold for whoever made the key.
#[utoipa::path(post, path = "/v1/guilds/{guild}/role-assignments", tag = "role groups", params(GuildPath),
    request_body = NewAssignment, security(("key" = ["role_groups.write"])),
    responses((status = 202, body = Assignment)))]
async fn assign(
    State(kit): State<Kit<Autorole>>,
    guild: InGuild,
    Body(new): Body<NewAssignment>,
) -> Result<(StatusCode, Json<Assignment>), Problem> {
    let channel = kit.cache.channel(new.channel_id.into());
    let is_here = channel.is_some_and(|channel| channel.guild_id == Some(guild.id.into()));
    if !is_here || !guild.caller.covers_channel(new.channel_id) {
        return Err(Problem::invalid(
            "channel_id",
            "must be a channel of this server that the key covers",
        ));
    }
    let plan = Plan {
        role: new.role_id,
        is_giving: matches!(new.action, AssignmentAction::Give),
        whom: match new.who {
            AssignmentWho::Everyone => Whom::Everyone,
            AssignmentWho::Humans => Whom::Humans,
            AssignmentWho::Bots => Whom::Bots,
        },
        with: new.with_role_id,
    };
    let run = mass::ask(&kit, guild.id, &plan, guild.caller.acts_for, new.channel_id).await?;
    let run = find(&kit, &guild, run).await?;
    Ok((StatusCode::ACCEPTED, Json(run)))
}

async fn find(kit: &Kit<Autorole>, guild: &InGuild, run: i64) -> Result<Assignment, Problem> {
    let mut db = kit.database.acquire().await?;
    let run = store::mass::find(&mut db, guild.id, run).await?;
    run.map(Assignment::from).ok_or_else(Problem::not_found)
}

/// How far an assignment is.
#[utoipa::path(get, path = "/v1/guilds/{guild}/role-assignments/{assignment}", tag = "role groups",
    params(GuildPath, ("assignment" = i64, Path, description = "Its number")),
    security(("key" = ["role_groups.read"])), responses((status = 200, body = Assignment)))]
async fn assignment(
    State(kit): State<Kit<Autorole>>,
    guild: InGuild,
    Path(run): Path<i64>,
) -> Result<Json<Assignment>, Problem> {
    find(&kit, &guild, run).await.map(Json)
}

/// End an assignment; what is done stays.
#[utoipa::path(delete, path = "/v1/guilds/{guild}/role-assignments/{assignment}", tag = "role groups",
    params(GuildPath, ("assignment" = i64, Path, description = "Its number")),
    security(("key" = ["role_groups.write"])), responses((status = 200, body = Assignment)))]
async fn cancel(
    State(kit): State<Kit<Autorole>>,
    guild: InGuild,
    Path(run): Path<i64>,
) -> Result<Json<Assignment>, Problem> {
    find(&kit, &guild, run).await?;
    mass::end(&kit, guild.id, run).await?;
    find(&kit, &guild, run).await.map(Json)
}
