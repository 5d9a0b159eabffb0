//! Routes: audits for programs, taken as `/audit` takes them and in the form of its file.

use axum::{Json, extract::State, http::StatusCode};
use database::UserId;
use feature::{
    Failure, Kit,
    http::{GuildPath, InGuild, Page, Paging, PagingParams, Path, Problem},
};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Taken,
    findings::{self, Finding},
    model::Audit,
    store::{self, Kept, Snapshot},
    take,
};
use crate::Admin;

pub(crate) fn routes() -> OpenApiRouter<Kit<Admin>> {
    OpenApiRouter::new()
        .routes(routes!(kept, start))
        .routes(routes!(read))
}

/// An audit that is kept.
#[derive(Debug, Serialize, ToSchema)]
struct KeptAudit {
    /// Counted in each server from 1; a new one only when something changed.
    number: i32,
    #[schema(value_type = String, format = DateTime)]
    taken_at: Timestamp,
    #[schema(value_type = String)]
    taken_by: UserId,
}

impl From<Snapshot> for KeptAudit {
    fn from(snapshot: Snapshot) -> Self {
        Self {
            number: snapshot.number,
            taken_at: snapshot.taken_at,
            taken_by: snapshot.taken_by,
        }
    }
}

/// An audit: how the server was set up, and what is dangerous or left over in it.
#[derive(Debug, Serialize, ToSchema)]
struct AuditDocument {
    #[serde(flatten)]
    kept: KeptAudit,
    /// The audit as it stands in the file of `/audit`.
    #[schema(value_type = Object)]
    audit: Value,
    /// Each with its kind in `finding`.
    #[schema(value_type = Vec<Object>)]
    findings: Value,
}

fn document(
    kept: impl Into<KeptAudit>,
    audit: &Audit,
    findings: &[Finding],
) -> Result<Json<AuditDocument>, Problem> {
    Ok(Json(AuditDocument {
        kept: kept.into(),
        audit: serde_json::to_value(audit).map_err(Failure::fault)?,
        findings: serde_json::to_value(findings).map_err(Failure::fault)?,
    }))
}

/// An audit shows every channel, those that a key does not cover too.
fn require_whole(guild: &InGuild) -> Result<(), Problem> {
    if guild.caller.channels.is_none() {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "out-of-scope",
        "An audit shows every channel, and this key covers single ones: use one that covers them all.",
    ))
}

/// The audits that are kept of a server, the newest ten.
#[utoipa::path(get, path = "/v1/guilds/{guild}/audits", tag = "audits", params(GuildPath, PagingParams),
    security(("key" = ["audits.read"])), responses((status = 200, body = Page<KeptAudit>)))]
async fn kept(
    State(kit): State<Kit<Admin>>,
    guild: InGuild,
    paging: Paging<i32>,
) -> Result<Json<Page<KeptAudit>>, Problem> {
    require_whole(&guild)?;
    let mut db = kit.database.acquire().await?;
    let found = store::snapshots(&mut db, guild.id).await?;
    let rows = found.into_iter().map(KeptAudit::from);
    Ok(Json(paging.of_all(rows, |audit| audit.number)?))
}

/// Take an audit. It is 201 when something changed since the newest, and otherwise 200 with the number of that one.
#[utoipa::path(post, path = "/v1/guilds/{guild}/audits", tag = "audits", params(GuildPath),
    security(("key" = ["audits.write"])),
    responses((status = 200, body = AuditDocument), (status = 201, body = AuditDocument)))]
async fn start(
    State(kit): State<Kit<Admin>>,
    guild: InGuild,
) -> Result<(StatusCode, Json<AuditDocument>), Problem> {
    require_whole(&guild)?;
    let by = guild.caller.acts_for;
    let Taken {
        audit,
        findings,
        kept,
    } = take(&kit, guild.id, by).await?;
    let (status, snapshot) = match kept {
        Kept::Same(snapshot) => (StatusCode::OK, snapshot),
        Kept::New(number) => {
            let taken_at = audit.taken_at.unwrap_or_else(|| kit.clock.now());
            let new = Snapshot {
                number,
                taken_at,
                taken_by: by,
            };
            (StatusCode::CREATED, new)
        }
    };
    Ok((status, document(snapshot, &audit, &findings)?))
}

/// An audit that is kept.
#[utoipa::path(get, path = "/v1/guilds/{guild}/audits/{number}", tag = "audits",
    params(GuildPath, ("number" = i32, Path, description = "The audit's number")),
    security(("key" = ["audits.read"])), responses((status = 200, body = AuditDocument)))]
async fn read(
    State(kit): State<Kit<Admin>>,
    guild: InGuild,
    Path(number): Path<i32>,
) -> Result<Json<AuditDocument>, Problem> {
    require_whole(&guild)?;
    let mut db = kit.database.acquire().await?;
    let found = store::snapshot(&mut db, guild.id, number).await?;
    drop(db);
    let (snapshot, audit) = found.ok_or_else(Problem::not_found)?;
    let findings = findings::findings(&audit, kit.me.id().get());
    document(snapshot, &audit, &findings)
}
