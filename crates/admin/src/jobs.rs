//! Routes: the jobs of a server for programs, to look at, to run again and to cancel.
//!
//! What a job carries is not told: it may be anybody's words. What one failed with is for operators, whose keys cover
//! every server. Jobs that are owed to members, such as erasing their words, name no server and do not stand here.

#![expect(
    unused_qualifications,
    reason = "the macro that writes the documentation names types in full"
)]

use ::jobs::{Attempt, AttemptClass, AttemptOutcome, GuildJob, JobId, Sought, Stage};
use axum::{Json, extract::State, http::StatusCode};
use feature::{
    Kit,
    http::{GuildPath, InGuild, Page, Paging, PagingParams, Path, Problem, Query},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Admin;

pub(crate) fn routes() -> OpenApiRouter<Kit<Admin>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(retry))
        .routes(routes!(cancel))
}

/// Where a job stands. Of those that are completed or cancelled is known for a day, of failed ones for 30 days.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum JobState {
    Pending,
    Processing,
    Completed,
    Failed,
    Cancelled,
}

impl From<Stage> for JobState {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Pending => Self::Pending,
            Stage::Processing => Self::Processing,
            Stage::Completed => Self::Completed,
            Stage::Failed => Self::Failed,
            Stage::Cancelled => Self::Cancelled,
        }
    }
}

impl From<JobState> for Stage {
    fn from(state: JobState) -> Self {
        match state {
            JobState::Pending => Self::Pending,
            JobState::Processing => Self::Processing,
            JobState::Completed => Self::Completed,
            JobState::Failed => Self::Failed,
            JobState::Cancelled => Self::Cancelled,
        }
    }
}

/// Work that is to be done, or was.
#[derive(Debug, Serialize, ToSchema)]
struct ServerJob {
    id: i64,
    /// What it does: `archive.backfill`.
    kind: String,
    state: JobState,
    /// How often it was tried.
    attempts: i32,
    /// When it is or was due.
    #[schema(value_type = String, format = DateTime)]
    run_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was completed, cancelled, or failed for good.
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Timestamp>,
    /// What the last attempt failed with; only for keys that cover every server.
    reason: Option<String>,
}

/// A job with what came of its attempts.
#[derive(Debug, Serialize, ToSchema)]
struct JobInFull {
    #[serde(flatten)]
    job: ServerJob,
    /// What came of its last 20 attempts, the oldest first.
    history: Vec<JobAttempt>,
}

/// An attempt at a job that is over.
#[derive(Debug, Serialize, ToSchema)]
struct JobAttempt {
    #[schema(value_type = Option<String>, format = DateTime)]
    started_at: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    ended_at: Timestamp,
    outcome: JobOutcome,
    /// What the failure meant for another attempt.
    class: Option<JobErrorClass>,
    /// What it failed with; only for keys that cover every server.
    reason: Option<String>,
}

/// What came of an attempt: `again` is to be tried again, `failed` is not, `lost` is one whose process died, `stopped`
/// one whose process was told to stop.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum JobOutcome {
    Done,
    Again,
    Failed,
    Lost,
    Stopped,
}

/// `transient` is tried again with growing pauses, `retry_after` when the other side said and without counting,
/// `permanent` not.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum JobErrorClass {
    Transient,
    RetryAfter,
    Permanent,
}

impl JobAttempt {
    fn of(attempt: Attempt, is_operator: bool) -> Self {
        Self {
            started_at: attempt.started,
            ended_at: attempt.ended,
            outcome: match attempt.outcome {
                AttemptOutcome::Done => JobOutcome::Done,
                AttemptOutcome::Again => JobOutcome::Again,
                AttemptOutcome::Failed => JobOutcome::Failed,
                AttemptOutcome::Lost => JobOutcome::Lost,
                AttemptOutcome::Stopped => JobOutcome::Stopped,
            },
            class: attempt.class.map(|class| match class {
                AttemptClass::Transient => JobErrorClass::Transient,
                AttemptClass::RetryAfter => JobErrorClass::RetryAfter,
                AttemptClass::Permanent => JobErrorClass::Permanent,
            }),
            reason: attempt.reason.filter(|_| is_operator),
        }
    }
}

impl JobInFull {
    fn of(mut job: GuildJob, is_operator: bool) -> Self {
        let history = std::mem::take(&mut job.history).into_iter();
        Self {
            history: history
                .map(|attempt| JobAttempt::of(attempt, is_operator))
                .collect(),
            job: ServerJob::of(job, is_operator),
        }
    }
}

impl ServerJob {
    fn of(job: GuildJob, is_operator: bool) -> Self {
        Self {
            id: job.id.get(),
            kind: job.name,
            state: job.stage.into(),
            attempts: job.attempts,
            run_at: job.run_at,
            created_at: job.created_at,
            ended_at: job.ended_at,
            reason: job.last_error.filter(|_| is_operator),
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct JobsQuery {
    /// Those that stand there.
    #[param(inline)]
    state: Option<JobState>,
    /// Those that do this: `archive.backfill`.
    #[param(max_length = 100)]
    kind: Option<String>,
}

/// The jobs of a server, the oldest first.
#[utoipa::path(get, path = "/v1/guilds/{guild}/jobs", tag = "jobs", params(GuildPath, JobsQuery, PagingParams),
    security(("key" = ["jobs.read"])), responses((status = 200, body = Page<ServerJob>)))]
async fn list(
    State(kit): State<Kit<Admin>>,
    guild: InGuild,
    Query(query): Query<JobsQuery>,
    paging: Paging<i64>,
) -> Result<Json<Page<ServerJob>>, Problem> {
    let kind = query.kind.as_deref();
    if kind.is_some_and(|kind| kind.contains('\0')) {
        return Err(Problem::invalid("kind", "is no name of a job"));
    }
    let sought = Sought {
        stage: query.state.map(Stage::from),
        name: kind,
        after: paging.after.map(JobId::from),
        limit: paging.rows(),
    };
    let mut db = kit.database.acquire().await?;
    let found = kit.jobs.of_guild(&mut db, guild.id, &sought).await?;
    let is_operator = guild.caller.guilds.is_none();
    let rows = found
        .into_iter()
        .map(|job| ServerJob::of(job, is_operator))
        .collect();
    paging.page(rows, |job: &ServerJob| job.id).map(Json)
}

/// A job, and what came of each attempt.
#[utoipa::path(get, path = "/v1/guilds/{guild}/jobs/{job}", tag = "jobs",
    params(GuildPath, ("job" = i64, Path, description = "Its number")),
    security(("key" = ["jobs.read"])), responses((status = 200, body = JobInFull)))]
async fn show(
    State(kit): State<Kit<Admin>>,
    guild: InGuild,
    Path(job): Path<i64>,
) -> Result<Json<JobInFull>, Problem> {
    let job = find(&kit, &guild, job).await?;
    Ok(Json(JobInFull::of(job, guild.caller.guilds.is_none())))
}

async fn find(kit: &Kit<Admin>, guild: &InGuild, job: i64) -> Result<GuildJob, Problem> {
    let mut db = kit.database.acquire().await?;
    let found = kit.jobs.one_of_guild(&mut db, guild.id, job.into()).await?;
    found.ok_or_else(Problem::not_found)
}

/// Run a job again that failed for good; 409 when it did not.
#[utoipa::path(post, path = "/v1/guilds/{guild}/jobs/{job}/retry", tag = "jobs",
    params(GuildPath, ("job" = i64, Path, description = "Its number")),
    security(("key" = ["jobs.write"])), responses((status = 202, description = "It runs soon.")))]
async fn retry(
    State(kit): State<Kit<Admin>>,
    guild: InGuild,
    Path(job): Path<i64>,
) -> Result<StatusCode, Problem> {
    let found = find(&kit, &guild, job).await?;
    let mut db = kit.database.acquire().await?;
    // What waits for its instant waits for a reason.
    if found.stage != Stage::Failed || !kit.jobs.retry(&mut db, found.id).await? {
        return Err(Problem::conflict(format!(
            "The job {job} is {}: only a failed one can be run again.",
            found.stage.word()
        )));
    }
    Ok(StatusCode::ACCEPTED)
}

/// Cancel a job; one that runs ends its attempt, and is not tried again. 409 when it is over.
#[utoipa::path(post, path = "/v1/guilds/{guild}/jobs/{job}/cancel", tag = "jobs",
    params(GuildPath, ("job" = i64, Path, description = "Its number")),
    security(("key" = ["jobs.write"])), responses((status = 200, body = ServerJob)))]
async fn cancel(
    State(kit): State<Kit<Admin>>,
    guild: InGuild,
    Path(job): Path<i64>,
) -> Result<Json<ServerJob>, Problem> {
    let before = find(&kit, &guild, job).await?;
    let mut db = kit.database.acquire().await?;
    if !kit
        .jobs
        .cancel_of_guild(&mut db, guild.id, before.id)
        .await?
    {
        return Err(Problem::conflict(format!("The job {job} is over.")));
    }
    drop(db);
    let after = find(&kit, &guild, job).await?;
    Ok(Json(ServerJob::of(after, guild.caller.guilds.is_none())))
}
