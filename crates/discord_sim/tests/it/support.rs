//! A bot made of twilight's own parts.

use std::{sync::Once, time::Duration};

use discord_sim::{Guild, Permissions, Sim, SimOptions};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper_util::{client::legacy::Client as HttpClient, rt::TokioExecutor};
use serde_json::Value;
use twilight_gateway::{
    ConfigBuilder, Event, EventTypeFlags, Intents, Shard, ShardId, StreamExt as _,
    queue::InMemoryQueue,
};
use twilight_http::Client;
use twilight_model::{
    application::interaction::Interaction,
    http::interaction::{InteractionResponse, InteractionResponseData, InteractionResponseType},
    id::{Id, marker::ApplicationMarker},
};

/// A test gives up after this long without the event it waits for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) fn install_crypto() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

/// A simulator without rate limits: tests of other things call as fast as they like.
pub(crate) async fn sim() -> Sim {
    install_crypto();
    Sim::start(SimOptions {
        max_concurrency: 0,
        rate_limits: false,
        ..SimOptions::default()
    })
    .await
    .unwrap()
}

/// A simulator with rate limits.
pub(crate) async fn limited_sim() -> Sim {
    install_crypto();
    Sim::start(SimOptions::default()).await.unwrap()
}

pub(crate) fn client(sim: &Sim) -> Client {
    Client::builder()
        .token(sim.bot_token())
        .proxy(sim.address(), true)
        .ratelimiter(None)
        .build()
}

pub(crate) fn all_intents() -> Intents {
    Intents::all()
}

pub(crate) fn shard(sim: &Sim, intents: Intents) -> Shard<InMemoryQueue> {
    let config = ConfigBuilder::new(sim.bot_token(), intents)
        .proxy_url(sim.gateway_url())
        .queue(InMemoryQueue::new(0, 1000, Duration::from_hours(24), 1000))
        .build();
    Shard::with_config(ShardId::ONE, config)
}

/// A bot with a gateway connection and a REST client.
pub(crate) struct Bot {
    pub(crate) sim: Sim,
    pub(crate) http: Client,
    pub(crate) shard: Shard<InMemoryQueue>,
    pub(crate) application: Id<ApplicationMarker>,
}

impl Bot {
    /// Connects and reads READY and the `GUILD_CREATEs` of the guilds there are.
    pub(crate) async fn start(sim: &Sim) -> Self {
        Self::with_intents(sim, all_intents()).await
    }

    pub(crate) async fn with_intents(sim: &Sim, intents: Intents) -> Self {
        let mut bot = Self {
            sim: sim.clone(),
            http: client(sim),
            shard: shard(sim, intents),
            application: Id::new(sim.application_id().get()),
        };
        let ready = bot.wait(|event| match event {
            Event::Ready(ready) => Some(ready),
            _ => None,
        });
        let ready = ready.await;
        if intents.contains(Intents::GUILDS) {
            for _ in ready.guilds {
                bot.wait(|event| match event {
                    Event::GuildCreate(guild) => Some(guild),
                    _ => None,
                })
                .await;
            }
        }
        bot
    }

    /// The next event. Anything that does not parse fails the test.
    pub(crate) async fn event(&mut self) -> Event {
        let next = tokio::time::timeout(PATIENCE, self.shard.next_event(EventTypeFlags::all()));
        let Ok(next) = next.await else {
            panic!("no event came\n{}", self.sim.transcript());
        };
        next.expect("the stream goes on").expect("the event parses")
    }

    /// The first event that `pick` takes; others are skipped.
    pub(crate) async fn wait<T>(&mut self, pick: impl Fn(Event) -> Option<T>) -> T {
        loop {
            if let Some(found) = pick(self.event().await) {
                return found;
            }
        }
    }

    pub(crate) async fn interaction(&mut self) -> Interaction {
        self.wait(|event| match event {
            Event::InteractionCreate(interaction) => Some(interaction.0),
            _ => None,
        })
        .await
    }

    pub(crate) async fn answer(&self, to: &Interaction, response: &InteractionResponse) {
        self.http
            .interaction(self.application)
            .create_response(to.id, &to.token, response)
            .await
            .expect("the answer is taken");
    }
}

/// An answer with a text.
pub(crate) fn says(text: &str) -> InteractionResponse {
    InteractionResponse {
        kind: InteractionResponseType::ChannelMessageWithSource,
        data: Some(InteractionResponseData {
            content: Some(text.to_owned()),
            ..InteractionResponseData::default()
        }),
    }
}

/// An answer without data.
pub(crate) fn bare(kind: InteractionResponseType) -> InteractionResponse {
    InteractionResponse { kind, data: None }
}

/// The JSON error code of a refused call.
pub(crate) fn refused(error: &twilight_http::Error) -> (u16, u64) {
    match error.kind() {
        twilight_http::error::ErrorType::Response { error, status, .. } => {
            let twilight_http::api_error::ApiError::General(general) = error else {
                panic!("no general error: {error:?}");
            };
            (status.get(), general.code)
        }
        other => panic!("not refused by the server: {other:?}"),
    }
}

/// Calls REST by hand, as the bot; returns status and body.
pub(crate) async fn api(sim: &Sim, method: &str, path: &str, body: Value) -> (u16, Value) {
    api_with(sim, method, path, body, &[]).await
}

/// The same with more headers.
pub(crate) async fn api_with(
    sim: &Sim,
    method: &str,
    path: &str,
    body: Value,
    headers: &[(&str, &str)],
) -> (u16, Value) {
    let (status, _, text) = raw(sim, method, path, &body, headers)
        .await
        .expect("an answer comes");
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

/// The same with the headers of the answer and its text; `Err` when the connection breaks.
pub(crate) async fn raw(
    sim: &Sim,
    method: &str,
    path: &str,
    body: &Value,
    headers: &[(&str, &str)],
) -> Result<(u16, hyper::HeaderMap, String), Box<dyn std::error::Error>> {
    let bytes = if body.is_null() {
        Vec::new()
    } else {
        serde_json::to_vec(body)?
    };
    let mut request = hyper::Request::builder()
        .method(method)
        .uri(format!("{}/api/v10{path}", sim.api_url()))
        .header("authorization", format!("Bot {}", sim.bot_token()))
        .header("user-agent", "DiscordBot (https://example.org, 1.0)")
        .header("content-type", "application/json");
    for (name, value) in headers {
        let headers = request.headers_mut().ok_or("the request is well formed")?;
        headers.insert(hyper::header::HeaderName::try_from(*name)?, value.parse()?);
    }
    let client = HttpClient::builder(TokioExecutor::new()).build_http();
    let response = client
        .request(request.body(Full::new(Bytes::from(bytes)))?)
        .await?;
    let (parts, body) = response.into_parts();
    let text = body.collect().await?.to_bytes();
    Ok((
        parts.status.as_u16(),
        parts.headers,
        String::from_utf8_lossy(&text).into_owned(),
    ))
}

/// The status and JSON error code of a refused call.
pub(crate) fn error((status, body): &(u16, Value)) -> (u16, u64) {
    (*status, body["code"].as_u64().unwrap_or(u64::MAX))
}

/// A guild with the bot in it that has just these permissions, and no others.
pub(crate) fn strict_guild(sim: &Sim, permissions: Permissions) -> Guild {
    sim.guild("strict").bot_permissions(permissions)
}
