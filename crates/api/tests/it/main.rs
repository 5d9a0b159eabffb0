//! Stories of programs that call over HTTP.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod bodies;
mod commands;
mod engine;
mod idempotency;
mod interactions;
mod keys;
mod messages;

use std::time::Duration;

use axum::Json;
use feature::{
    Feature, Scope,
    http::{Body, GuildPath, InGuild, Page, Paging, PagingParams, Problem},
};
use serde::{Deserialize, Serialize};
use testkit::{BotOptions, Story, discord_sim::SimOptions};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// A feature with routes of every kind.
#[derive(Default)]
struct Things {
    made: std::sync::atomic::AtomicU32,
}

impl Feature for Things {
    const NAME: &'static str = "things";

    fn register(scope: &mut Scope<'_, Self>) {
        let routes = OpenApiRouter::new()
            .routes(routes!(list, make))
            .routes(routes!(fail))
            .routes(routes!(wait))
            .routes(routes!(panics));
        scope.routes(routes);
    }
}

#[derive(Deserialize, Serialize, ToSchema)]
struct Thing {
    name: String,
    #[schema(value_type = String)]
    channel: database::ChannelId,
}

#[derive(Deserialize, Serialize, ToSchema)]
struct Made {
    number: u32,
    name: String,
}

#[utoipa::path(get, path = "/v1/guilds/{guild}/things", params(GuildPath, PagingParams),
    security(("key" = ["things.read"])), responses((status = 200, body = Page<u32>)))]
async fn list(_guild: InGuild, paging: Paging<u32>) -> Result<Json<Page<u32>>, Problem> {
    let from = paging.after.map_or(0, |after| after + 1);
    let until = from + u32::try_from(paging.rows()).unwrap();
    let rows = (from..until.min(120)).collect();
    paging.page(rows, |row| *row).map(Json)
}

type Kit = feature::Kit<Things>;

#[utoipa::path(post, path = "/v1/guilds/{guild}/things", params(GuildPath), request_body = Thing,
    security(("key" = ["things.write"])), responses((status = 201, body = Made)))]
async fn make(
    axum::extract::State(kit): axum::extract::State<Kit>,
    _guild: InGuild,
    Body(thing): Body<Thing>,
) -> (axum::http::StatusCode, Json<Made>) {
    let number = 1 + kit
        .feature
        .made
        .fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    (
        axum::http::StatusCode::CREATED,
        Json(Made {
            number,
            name: thing.name,
        }),
    )
}

#[utoipa::path(post, path = "/v1/things/fail", security(("key" = ["things.write"])), responses((status = 200)))]
async fn fail() -> Result<Json<u32>, Problem> {
    Err(sqlx::Error::Protocol("a secret of ours".to_owned()).into())
}

#[utoipa::path(post, path = "/v1/things/wait", security(("key" = ["things.write"])), responses((status = 200)))]
async fn wait() -> Json<u32> {
    tokio::time::sleep(Duration::from_millis(300)).await;
    Json(1)
}

#[utoipa::path(get, path = "/v1/things/panic", security(("key" = ["things.read"])), responses((status = 200)))]
async fn panics() -> Json<u32> {
    panic!("a secret of ours")
}

fn features() -> feature::Registry {
    feature::Registry::new()
        .with(api::Api::default())
        .with(Things::default())
}

/// A story with the HTTP engine.
async fn story(tell: impl AsyncFnOnce(&mut Story)) {
    story_as(api::Config::default(), tell).await;
}

async fn story_as(http: api::Config, tell: impl AsyncFnOnce(&mut Story)) {
    let sim = SimOptions {
        start_at: Some("2026-03-02T09:00:00Z".parse().unwrap()),
        ..SimOptions::default()
    };
    testkit::story_with(
        features,
        sim,
        BotOptions::default().with_http_as(http),
        tell,
    )
    .await;
}

/// A guild's id, as the bot writes it.
fn id(guild: &testkit::discord_sim::Guild) -> database::GuildId {
    guild.id().to_string().parse().unwrap()
}
