//! How the program is, for whoever watches over it.
//!
//! `/health` has the shape that GVB documented: `status` is `healthy` or `unhealthy`, with 200 or 503. The Reporting
//! API answered `{"status":"ok"}`; the GVB shape won because it tells more, and who only looked at the status code sees
//! no difference.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use feature::{House, Kit, Pulse, http::Problem};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use tokio::sync::Mutex;
use utoipa::ToSchema;

use crate::Api;

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long an answer of the database holds: nobody can make it busy by asking.
const HOLDS: SignedDuration = SignedDuration::from_secs(1);

/// Looks at the parts; clones share what was seen.
#[derive(Clone, Debug)]
pub(crate) struct Health {
    house: House,
    seen: Arc<Mutex<Option<(Timestamp, bool)>>>,
}

impl Health {
    pub(crate) fn new(house: House) -> Self {
        Self {
            house,
            seen: Arc::default(),
        }
    }

    async fn database(&self) -> bool {
        let now = self.house.clock.now();
        let mut seen = self.seen.lock().await;
        if let Some((at, is_well)) = *seen
            && now.duration_since(at).abs() < HOLDS
        {
            return is_well;
        }
        let is_well = answers(&self.house).await;
        *seen = Some((now, is_well));
        is_well
    }
}

async fn answers(house: &House) -> bool {
    let asked = async {
        let mut db = house.database.acquire().await?;
        sqlx::Connection::ping(&mut *db).await
    };
    matches!(tokio::time::timeout(PATIENCE, asked).await, Ok(Ok(())))
}

/// Whether all shards are connected.
fn is_connected(pulse: &Pulse) -> bool {
    let shards = pulse.shards();
    !shards.is_empty() && shards.values().all(|shard| shard.is_active)
}

/// The mean round trip of the shards' heartbeats, in milliseconds.
fn latency(pulse: &Pulse) -> Option<f64> {
    let all: Vec<f64> = pulse
        .shards()
        .values()
        .filter_map(|shard| Some(shard.latency?.as_secs_f64() * 1_000.0))
        .collect();
    let count = u32::try_from(all.len()).ok().filter(|count| *count > 0)?;
    let mean = all.iter().sum::<f64>() / f64::from(count);
    Some((mean * 10.0).round() / 10.0)
}

/// How the program is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Report {
    /// `healthy` or `unhealthy`.
    status: &'static str,
    /// `connected` or `disconnected`.
    bot: &'static str,
    /// `connected` or `disconnected`.
    database: &'static str,
    /// `disabled`: none is used.
    redis: &'static str,
    /// The round trip to Discord; null while it is not known.
    latency_ms: Option<f64>,
    #[schema(value_type = String, format = DateTime)]
    timestamp: Timestamp,
}

fn connected(is_connected: bool) -> &'static str {
    if is_connected {
        "connected"
    } else {
        "disconnected"
    }
}

/// How the program is; 503 when it is unwell.
#[utoipa::path(get, path = "/health", tag = "health", security(()), responses(
    (status = 200, description = "Healthy", body = Report),
    (status = 503, description = "Unhealthy", body = Report)))]
pub(crate) async fn whole(State(health): State<Health>) -> Response {
    let pulse = &health.house.pulse;
    let (bot, database) = (is_connected(pulse), health.database().await);
    let is_well = bot && database;
    let report = Report {
        status: if is_well { "healthy" } else { "unhealthy" },
        bot: connected(bot),
        database: connected(database),
        redis: "disabled",
        latency_ms: latency(pulse),
        timestamp: health.house.clock.now(),
    };
    (status(is_well), Json(report)).into_response()
}

const fn status(is_well: bool) -> StatusCode {
    if is_well {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    }
}

/// A word on the program.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Word {
    status: &'static str,
}

/// Whether the program answers at all, whatever Discord and the database do.
#[utoipa::path(get, path = "/health/live", tag = "health", security(()), responses((status = 200, body = Word)))]
pub(crate) async fn live() -> Json<Word> {
    Json(Word { status: "alive" })
}

/// Whether the program can do its work: connected to Discord and to the database.
#[utoipa::path(get, path = "/health/ready", tag = "health", security(()), responses(
    (status = 200, body = Word), (status = 503, body = Word)))]
pub(crate) async fn ready(State(health): State<Health>) -> Response {
    let is_ready = is_connected(&health.house.pulse) && health.database().await;
    let word = Word {
        status: if is_ready { "ready" } else { "not ready" },
    };
    (status(is_ready), Json(word)).into_response()
}

/// Everything that is known of the program itself.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Details {
    version: &'static str,
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    /// What it holds, in bytes, where the system tells.
    memory_bytes: Option<u64>,
    shards: Vec<Shard>,
    database: DatabaseDetails,
    jobs: Option<JobDetails>,
    /// Intents that features ask for and that are switched off in the developer portal.
    missing_intents: Vec<String>,
    features: Vec<&'static str>,
}

/// A connection to Discord's gateway.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Shard {
    id: u32,
    is_connected: bool,
    latency_ms: Option<f64>,
    guilds: u32,
}

/// The pool of connections.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DatabaseDetails {
    is_connected: bool,
    connections: u32,
    idle: usize,
    schema_version: i64,
}

/// Durable work.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobDetails {
    waiting: i64,
    due: i64,
    running: i64,
    dead: i64,
}

/// How the program is, part by part. What one server lacks is in that server's doctor.
#[utoipa::path(get, path = "/health/detailed", tag = "health", security(("key" = ["health.read"])),
    responses((status = 200, body = Details)))]
pub(crate) async fn detailed(State(kit): State<Kit<Api>>) -> Result<Json<Details>, Problem> {
    let is_well = answers(&kit).await;
    let jobs = if is_well {
        let mut db = kit.database.acquire().await?;
        let counts = kit.jobs.counts(&mut db).await?;
        Some(JobDetails {
            waiting: counts.waiting,
            due: counts.due,
            running: counts.running,
            dead: counts.dead,
        })
    } else {
        None
    };
    let shards = kit.pulse.shards().into_iter().map(|(id, shard)| Shard {
        id,
        is_connected: shard.is_active,
        latency_ms: shard.latency.map(|latency| latency.as_secs_f64() * 1_000.0),
        guilds: shard.guilds,
    });
    let missing = kit.pulse.missing_intents();
    Ok(Json(Details {
        version: kit.pulse.version(),
        started_at: kit.pulse.started_at(),
        memory_bytes: Pulse::memory(),
        shards: shards.collect(),
        database: DatabaseDetails {
            is_connected: is_well,
            connections: kit.database.pool().size(),
            idle: kit.database.pool().num_idle(),
            schema_version: kit.database.migrated().version,
        },
        jobs,
        missing_intents: missing
            .iter_names()
            .map(|(name, _)| name.to_owned())
            .collect(),
        features: kit.catalogue.features().to_vec(),
    }))
}
