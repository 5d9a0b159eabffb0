//! Routes: roles for many members.

use axum::{Json, extract::State, http::StatusCode};
use database::{ChannelId, RoleId, UserId};
use feature::{
    Kit,
    http::{Body, GuildPath, InGuild, Path, Problem},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Autorole, mass,
    model::{Plan, Whom},
    store::{self, mass::Run},
};

pub(crate) fn routes() -> OpenApiRouter<Kit<Autorole>> {
    OpenApiRouter::new()
        .routes(routes!(assign))
        .routes(routes!(assignment, cancel))
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
