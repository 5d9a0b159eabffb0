//! `/metrics`: what the code records with the `metrics` facade, in the form that Prometheus reads.
//!
//! No measure has a label for a person, a channel or a guild: their number would grow with use, and numbers about one
//! person are none of a dashboard's business.

use std::{sync::OnceLock, time::Duration};

use axum::{Router, http::header::CONTENT_TYPE, response::IntoResponse as _, routing::get};
use feature::House;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;

use crate::StartError;

/// How often what was recorded is summed up; until then each measurement takes memory.
const UPKEEP: Duration = Duration::from_secs(10);
/// The upper bounds of durations, in seconds. Discord gives up on an interaction at three.
const SECONDS: [f64; 12] = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 3.0, 10.0, 60.0,
];

/// One for the process, as the facade wants it.
static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

/// Begins to record.
pub(crate) fn record() -> Result<(), StartError> {
    if RECORDER.get().is_some() {
        return Ok(());
    }
    let builder = PrometheusBuilder::new()
        .set_buckets(&SECONDS)
        .map_err(|_| StartError::Metrics)?;
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    if metrics::set_global_recorder(recorder).is_ok() {
        let _ = RECORDER.set(handle);
        describe();
    }
    // Another thread may have been first.
    if RECORDER.get().is_some() {
        Ok(())
    } else {
        Err(StartError::Metrics)
    }
}

fn describe() {
    metrics::describe_counter!(
        "discord_commands_total",
        "Slash commands and menus that were served"
    );
    metrics::describe_counter!("discord_messages_total", "Messages that Discord told of");
    metrics::describe_histogram!(
        "discord_command_duration_seconds",
        "How long commands took to be served"
    );
    metrics::describe_gauge!(
        "discord_guild_members_total",
        "Members of all guilds together"
    );
    metrics::describe_gauge!(
        "postgres_connections_active",
        "Connections to Postgres that are in use"
    );
    metrics::describe_counter!("api_requests_total", "HTTP requests");
    metrics::describe_histogram!(
        "api_request_duration_seconds",
        "How long HTTP requests took"
    );
}

/// What was recorded, if anything is.
pub(crate) fn recorder() -> Option<PrometheusHandle> {
    RECORDER.get().cloned()
}

/// Sums up until it is told to stop.
pub(crate) async fn upkeep(recorder: &PrometheusHandle, stopping: &CancellationToken) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(UPKEEP) => recorder.run_upkeep(),
            () = stopping.cancelled() => return,
        }
    }
}

/// `/metrics`.
pub(crate) fn router(house: &House, recorder: Option<PrometheusHandle>) -> Router {
    let house = house.clone();
    let render = async move || {
        look(&house);
        let text = recorder
            .as_ref()
            .map(PrometheusHandle::render)
            .unwrap_or_default();
        (
            [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
            text,
        )
            .into_response()
    };
    Router::new().route("/metrics", get(render))
}

/// Measures what is not counted when it happens.
fn look(house: &House) {
    let members: u64 = house
        .cache
        .iter()
        .guilds()
        .filter_map(|guild| guild.member_count())
        .sum();
    let pool = house.database.pool();
    let active = usize::try_from(pool.size())
        .unwrap_or_default()
        .saturating_sub(pool.num_idle());
    metrics::gauge!("discord_guild_members_total").set(float(members));
    metrics::gauge!("postgres_connections_active")
        .set(float(u64::try_from(active).unwrap_or_default()));
}

/// Counts stay far below what a float holds exactly.
fn float(count: u64) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}
