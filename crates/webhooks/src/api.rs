//! Routes: webhooks for programs, by the functions that the commands use.

use axum::{Json, extract::State, http::StatusCode};
use database::UserId;
use feature::{
    Kit,
    http::{Body, GuildPath, InGuild, Page, Paging, PagingParams, Path, Problem},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Webhooks, acts, model,
    sign::{self, Scheme, Told},
    store,
};

pub(crate) fn routes() -> OpenApiRouter<Kit<Webhooks>> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(show, change, remove))
        .routes(routes!(rotate))
        .routes(routes!(test))
        .routes(routes!(deliveries))
        .routes(routes!(again))
        .routes(routes!(events))
}

/// An address that is told what happens.
#[derive(Debug, Serialize, ToSchema)]
struct Webhook {
    /// Counted in each server from 1.
    number: i32,
    name: String,
    url: String,
    /// What it is told; empty: everything.
    events: Vec<String>,
    /// How what it is sent is signed: `v1` with a shared secret, `v1a` with a key pair.
    signature: &'static str,
    /// Checks signatures of `v1a`.
    public_key: Option<String>,
    /// Null while it is at work; `hand`, `gone` (its address answered 410) or `failing`.
    stopped: Option<&'static str>,
    #[schema(value_type = Option<String>, format = DateTime)]
    failing_since: Option<Timestamp>,
    #[schema(value_type = String)]
    created_by: UserId,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl From<model::Hook> for Webhook {
    fn from(hook: model::Hook) -> Self {
        Self {
            signature: hook.scheme().word(),
            public_key: hook.public_key.as_deref().map(sign::shown),
            number: hook.number,
            name: hook.name,
            url: hook.url,
            events: hook.kinds,
            stopped: hook.stopped.map(|(_, why)| why.word()),
            failing_since: hook.failing_since,
            created_by: hook.created_by,
            created_at: hook.created_at,
        }
    }
}

/// All webhooks of a server.
#[derive(Debug, Serialize, ToSchema)]
struct AllWebhooks {
    /// At most 20.
    data: Vec<Webhook>,
}

/// The webhooks of a server.
#[utoipa::path(get, path = "/v1/guilds/{guild}/webhooks", tag = "webhooks", params(GuildPath),
    security(("key" = ["webhooks.read"])), responses((status = 200, body = AllWebhooks)))]
async fn list(
    State(kit): State<Kit<Webhooks>>,
    guild: InGuild,
) -> Result<Json<AllWebhooks>, Problem> {
    let mut db = kit.database.acquire().await?;
    let hooks = store::all(&mut db, guild.id).await?;
    let data = hooks.into_iter().map(Webhook::from).collect();
    Ok(Json(AllWebhooks { data }))
}

/// A webhook.
#[utoipa::path(get, path = "/v1/guilds/{guild}/webhooks/{number}", tag = "webhooks",
    params(GuildPath, ("number" = i32, Path, description = "The webhook's number")),
    security(("key" = ["webhooks.read"])), responses((status = 200, body = Webhook)))]
async fn show(
    State(kit): State<Kit<Webhooks>>,
    guild: InGuild,
    Path(number): Path<i32>,
) -> Result<Json<Webhook>, Problem> {
    find(&kit, &guild, number).await.map(Json)
}

async fn find(kit: &Kit<Webhooks>, guild: &InGuild, number: i32) -> Result<Webhook, Problem> {
    let mut db = kit.database.acquire().await?;
    let found = store::one(&mut db, guild.id, number).await?;
    found.map(Webhook::from).ok_or_else(Problem::not_found)
}

/// A webhook that is to be.
#[derive(Debug, Deserialize, ToSchema)]
struct NewWebhook {
    /// An https address on the internet.
    #[schema(min_length = 1, max_length = 2000)]
    url: String,
    /// What it is told: names of events, `task.*` for all of a subject. Absent or empty: everything.
    events: Option<Vec<String>>,
    /// The host of the address without it.
    #[schema(max_length = 80)]
    name: Option<String>,
    /// How what it is sent is signed: `v1` with a shared secret, which it is otherwise, or `v1a` with a key pair.
    signature: Option<String>,
}

/// A webhook, with the secret that it has just got.
#[derive(Debug, Serialize, ToSchema)]
struct MadeWebhook {
    #[serde(flatten)]
    webhook: Webhook,
    /// Signs what is sent by `v1`; shown this once, when it is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl MadeWebhook {
    fn of(webhook: Webhook, told: Option<Told>) -> Self {
        let secret = told.and_then(WebhookSecret::of_secret);
        Self { webhook, secret }
    }
}

fn kinds(kit: &Kit<Webhooks>, events: &[String]) -> Result<Vec<String>, Problem> {
    // A word with a comma in it is no kind, however it is split.
    acts::kinds(kit, &events.join(" ")).map_err(|failure| Problem::about("events", failure))
}

fn scheme(word: Option<&str>) -> Result<Option<Scheme>, Problem> {
    let Some(word) = word else { return Ok(None) };
    let known = Scheme::of(word);
    known
        .map(Some)
        .ok_or_else(|| Problem::invalid("signature", "must be `v1` or `v1a`"))
}

/// The checks that commands have too, each with its field.
fn check(url: Option<&str>, name: Option<&str>) -> Result<(), Problem> {
    if let Some(url) = url {
        acts::url(url).map_err(|failure| Problem::about("url", failure))?;
    }
    if let Some(name) = name {
        acts::name(Some(name), None).map_err(|failure| Problem::about("name", failure))?;
    }
    Ok(())
}

/// Make a webhook. What it is sent is signed after Standard Webhooks, by the secret in the answer or by a key pair.
#[utoipa::path(post, path = "/v1/guilds/{guild}/webhooks", tag = "webhooks", params(GuildPath),
    request_body = NewWebhook, security(("key" = ["webhooks.write"])),
    responses((status = 201, body = MadeWebhook)))]
async fn add(
    State(kit): State<Kit<Webhooks>>,
    guild: InGuild,
    Body(new): Body<NewWebhook>,
) -> Result<(StatusCode, Json<MadeWebhook>), Problem> {
    check(Some(&new.url), new.name.as_deref())?;
    let kinds = kinds(&kit, new.events.as_deref().unwrap_or_default())?;
    let scheme = scheme(new.signature.as_deref())?.unwrap_or_default();
    let by = guild.caller.acts_for;
    let name = new.name.as_deref();
    let made = acts::add(&kit, guild.id, by, &new.url, &kinds, name, scheme).await?;
    let (hook, told) = made;
    let made = MadeWebhook::of(hook.into(), Some(told));
    Ok((StatusCode::CREATED, Json(made)))
}

/// What is to change; what is not named stays.
#[derive(Debug, Deserialize, ToSchema)]
struct WebhookChange {
    /// An https address on the internet.
    #[schema(min_length = 1, max_length = 2000)]
    url: Option<String>,
    /// What it is told; empty: everything.
    events: Option<Vec<String>>,
    #[schema(min_length = 1, max_length = 80)]
    name: Option<String>,
    /// Stop it, or have it go on.
    stopped: Option<bool>,
    /// `v1` or `v1a`; another one than before has a new key made, and for 24 hours the old one signs too.
    signature: Option<String>,
}

/// Change a webhook.
#[utoipa::path(patch, path = "/v1/guilds/{guild}/webhooks/{number}", tag = "webhooks",
    params(GuildPath, ("number" = i32, Path, description = "The webhook's number")),
    request_body = WebhookChange, security(("key" = ["webhooks.write"])),
    responses((status = 200, body = MadeWebhook)))]
async fn change(
    State(kit): State<Kit<Webhooks>>,
    guild: InGuild,
    Path(number): Path<i32>,
    Body(change): Body<WebhookChange>,
) -> Result<Json<MadeWebhook>, Problem> {
    // Whether it is there comes before what is wrong with the change.
    find(&kit, &guild, number).await?;
    check(change.url.as_deref(), change.name.as_deref())?;
    let events = change.events.as_deref();
    let kinds = events.map(|events| kinds(&kit, events)).transpose()?;
    let scheme = scheme(change.signature.as_deref())?;
    let (url, name) = (change.url.as_deref(), change.name.as_deref());
    acts::change(&kit, guild.id, number, url, kinds.as_deref(), name).await?;
    if let Some(is_stopped) = change.stopped {
        acts::pause(&kit, guild.id, number, is_stopped).await?;
    }
    let told = match scheme {
        Some(scheme) => acts::sign_by(&kit, guild.id, number, scheme).await?,
        None => None,
    };
    let webhook = find(&kit, &guild, number).await?;
    Ok(Json(MadeWebhook::of(webhook, told)))
}

/// Remove a webhook with the log of what was sent to it.
#[utoipa::path(delete, path = "/v1/guilds/{guild}/webhooks/{number}", tag = "webhooks",
    params(GuildPath, ("number" = i32, Path, description = "The webhook's number")),
    security(("key" = ["webhooks.write"])), responses((status = 204, description = "It is gone")))]
async fn remove(
    State(kit): State<Kit<Webhooks>>,
    guild: InGuild,
    Path(number): Path<i32>,
) -> Result<StatusCode, Problem> {
    find(&kit, &guild, number).await?;
    acts::remove(&kit, guild.id, number).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What checks signatures.
#[derive(Debug, Serialize, ToSchema)]
struct WebhookSecret {
    /// Signs what is sent by `v1`; shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    /// Checks what is signed by `v1a`.
    #[serde(skip_serializing_if = "Option::is_none")]
    public_key: Option<String>,
}

impl WebhookSecret {
    fn of(told: Told) -> Self {
        let (secret, public_key) = match told {
            Told::Secret(secret) => (Some(secret), None),
            Told::PublicKey(public) => (None, Some(public)),
        };
        Self { secret, public_key }
    }

    fn of_secret(told: Told) -> Option<String> {
        Self::of(told).secret
    }
}

/// Replace the secret or the key pair of a webhook; for 24 hours the old one signs too.
#[utoipa::path(post, path = "/v1/guilds/{guild}/webhooks/{number}/rotate", tag = "webhooks",
    params(GuildPath, ("number" = i32, Path, description = "The webhook's number")),
    security(("key" = ["webhooks.write"])), responses((status = 200, body = WebhookSecret)))]
async fn rotate(
    State(kit): State<Kit<Webhooks>>,
    guild: InGuild,
    Path(number): Path<i32>,
) -> Result<Json<WebhookSecret>, Problem> {
    find(&kit, &guild, number).await?;
    let told = acts::rotate(&kit, guild.id, number).await?;
    Ok(Json(WebhookSecret::of(told)))
}

/// Send a test to a webhook.
#[utoipa::path(post, path = "/v1/guilds/{guild}/webhooks/{number}/test", tag = "webhooks",
    params(GuildPath, ("number" = i32, Path, description = "The webhook's number")),
    security(("key" = ["webhooks.write"])), responses((status = 202, description = "It is on its way")))]
async fn test(
    State(kit): State<Kit<Webhooks>>,
    guild: InGuild,
    Path(number): Path<i32>,
) -> Result<StatusCode, Problem> {
    find(&kit, &guild, number).await?;
    acts::test(&kit, guild.id, number).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Something that was sent, or is to be.
#[derive(Debug, Serialize, ToSchema)]
struct WebhookDelivery {
    /// Higher than that of everything that happened before.
    sequence: i64,
    /// The header `webhook-id`; the same at every attempt.
    id: String,
    event: String,
    subject: String,
    /// `waiting`, `sent`, `failed` or `dropped`.
    state: String,
    attempts: i32,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Timestamp>,
    /// The HTTP status of the last answer.
    status: Option<i32>,
    /// What stood in the way of an answer.
    trouble: Option<String>,
    /// The beginning of the last answer.
    answer: Option<String>,
}

/// What was sent to a webhook in the last 30 days, the newest first.
#[utoipa::path(get, path = "/v1/guilds/{guild}/webhooks/{number}/deliveries", tag = "webhooks",
    params(GuildPath, PagingParams, ("number" = i32, Path, description = "The webhook's number")),
    security(("key" = ["webhooks.read"])), responses((status = 200, body = Page<WebhookDelivery>)))]
async fn deliveries(
    State(kit): State<Kit<Webhooks>>,
    guild: InGuild,
    Path(number): Path<i32>,
    paging: Paging<i64>,
) -> Result<Json<Page<WebhookDelivery>>, Problem> {
    find(&kit, &guild, number).await?;
    let mut db = kit.database.acquire().await?;
    let log = store::log(&mut db, guild.id, number, paging.after, paging.rows()).await?;
    let rows = log.into_iter().map(|delivery| WebhookDelivery {
        sequence: delivery.sequence,
        id: delivery.id,
        event: delivery.kind,
        subject: delivery.subject,
        state: delivery.state,
        attempts: delivery.attempts,
        created_at: delivery.created_at,
        ended_at: delivery.ended_at,
        status: delivery.status,
        trouble: delivery.trouble,
        answer: delivery.answer,
    });
    paging
        .page(rows.collect(), |delivery: &WebhookDelivery| {
            delivery.sequence
        })
        .map(Json)
}

/// What is to be sent again.
#[derive(Debug, Deserialize, ToSchema)]
struct Redelivery {
    /// Of a delivery that has ended.
    sequence: i64,
}

/// Send something again, as the same message.
#[utoipa::path(post, path = "/v1/guilds/{guild}/webhooks/{number}/redeliver", tag = "webhooks",
    params(GuildPath, ("number" = i32, Path, description = "The webhook's number")),
    request_body = Redelivery, security(("key" = ["webhooks.write"])),
    responses((status = 202, description = "It is on its way")))]
async fn again(
    State(kit): State<Kit<Webhooks>>,
    guild: InGuild,
    Path(number): Path<i32>,
    Body(redelivery): Body<Redelivery>,
) -> Result<StatusCode, Problem> {
    find(&kit, &guild, number).await?;
    acts::again(&kit, guild.id, number, redelivery.sequence).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Something that can happen.
#[derive(Debug, Serialize, ToSchema)]
struct WebhookEvent {
    name: &'static str,
    /// When it is told.
    about: &'static str,
}

/// All that can happen.
#[derive(Debug, Serialize, ToSchema)]
struct WebhookEvents {
    data: Vec<WebhookEvent>,
}

/// What webhooks can be told.
#[utoipa::path(get, path = "/v1/guilds/{guild}/webhook-events", tag = "webhooks", params(GuildPath),
    security(("key" = ["webhooks.read"])), responses((status = 200, body = WebhookEvents)))]
async fn events(State(kit): State<Kit<Webhooks>>, _: InGuild) -> Json<WebhookEvents> {
    let data = kit.catalogue.happenings().map(|one| WebhookEvent {
        name: one.kind,
        about: one.about,
    });
    Json(WebhookEvents {
        data: data.collect(),
    })
}
