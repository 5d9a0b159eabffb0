//! Interactions over HTTP: signed questions to the bot's own address instead of the gateway.
//!
//! See [Discord Docs/Receiving and Responding](https://docs.discord.com/developers/interactions/receiving-and-responding).

use std::{fmt::Write as _, sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    http::{Method, Request, StatusCode, header},
};
use ed25519_dalek::{Signer, SigningKey};
use http_body_util::{BodyExt, Full};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use crate::{
    ids::Id,
    rest,
    sim::{Core, Sim},
    state::World,
};

/// A question on its way to the bot's address.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) id: Id,
    pub(crate) payload: String,
}

/// Where questions go, and how they are signed.
#[derive(Debug)]
pub(crate) struct Endpoint {
    /// `None`: over the gateway.
    pub(crate) url: Option<String>,
    key: SigningKey,
    sender: Option<UnboundedSender<Delivery>>,
}

/// Why an address was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointRefused {
    /// Nothing answers there in time.
    #[error("nothing answers at the address")]
    Unreachable,
    /// A signed PING was not answered with `{"type":1}`.
    #[error("a PING was answered with status {0} and not with a PONG")]
    NoPong(u16),
    /// A PING with a bad signature was not refused with 401.
    #[error("a bad signature was answered with status {0} and not with 401")]
    BadSignatureTaken(u16),
}

impl Endpoint {
    /// A new key pair from 32 bytes.
    pub(crate) fn new(seed: [u8; 32]) -> Self {
        Self {
            url: None,
            key: SigningKey::from_bytes(&seed),
            sender: None,
        }
    }

    /// The key that signatures are checked with, in hexadecimal digits.
    pub(crate) fn verify_key(&self) -> String {
        hex(self.key.verifying_key().as_bytes())
    }

    /// Puts a question on its way; `false` if it must go over the gateway.
    pub(crate) fn send(&self, id: Id, payload: &Value) -> bool {
        let (Some(_), Some(sender)) = (&self.url, &self.sender) else {
            return false;
        };
        let payload = payload.to_string();
        sender.send(Delivery { id, payload }).is_ok()
    }

    fn sign(&self, timestamp: &str, body: &str) -> String {
        let message = [timestamp.as_bytes(), body.as_bytes()].concat();
        hex(&self.key.sign(&message).to_bytes())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Opens the way for questions and carries them until the simulator stops.
pub(crate) fn start(core: &Arc<Core>) {
    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
    core.with(|world| world.endpoint.sender = Some(sender));
    tokio::spawn(carry(receiver, Arc::clone(core)));
}

async fn carry(mut deliveries: UnboundedReceiver<Delivery>, core: Arc<Core>) {
    let stopped = core.stopped();
    loop {
        let delivery = tokio::select! {
            delivery = deliveries.recv() => delivery,
            () = stopped.cancelled() => None,
        };
        let Some(delivery) = delivery else { return };
        let core = Arc::clone(&core);
        tokio::spawn(async move { deliver(delivery, &core).await });
    }
}

async fn deliver(delivery: Delivery, core: &Arc<Core>) {
    let patience = core.look(|world| world.options.first_answer);
    let Some((status, body)) = post(core, &delivery.payload, true, patience).await else {
        tracing::debug!(id = %delivery.id, "the bot's address did not answer");
        return;
    };
    match status {
        // The bot answers, or answered, through the callback route.
        202 => {}
        200 => core.with(|world| {
            if let Err(error) = rest::answer_over_http(world, delivery.id, &body) {
                tracing::debug!(id = %delivery.id, %error.message, "the answer was refused");
                let line = format!("the HTTP answer to an interaction: {}", error.body());
                world.journal.violations.bad_bodies.push(line);
            }
        }),
        status => tracing::debug!(id = %delivery.id, status, "the bot's address refused"),
    }
}

/// Sends a signed body to the bot's address; `None` when nothing comes back.
async fn post(
    core: &Core,
    body: &str,
    is_honest: bool,
    patience: Duration,
) -> Option<(u16, Value)> {
    let (url, timestamp, signature) = core.look(|world| {
        let timestamp = (world.now() / 1000).to_string();
        let signed = if is_honest { body } else { "something else" };
        let signature = world.endpoint.sign(&timestamp, signed);
        (world.endpoint.url.clone(), timestamp, signature)
    });
    let request = Request::builder()
        .method(Method::POST)
        .uri(url?)
        .header(header::CONTENT_TYPE, "application/json")
        .header("x-signature-ed25519", signature)
        .header("x-signature-timestamp", timestamp)
        .body(Full::new(Bytes::from(body.to_owned())))
        .ok()?;
    let client = Client::builder(TokioExecutor::new()).build_http();
    let exchange = async {
        let response = client.request(request).await.ok()?;
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.ok()?.to_bytes();
        Some((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
    };
    tokio::time::timeout(patience, exchange)
        .await
        .ok()
        .flatten()
}

/// Tries an address as the developer portal does, and keeps it if it does well.
pub(crate) async fn set(core: &Core, url: Option<String>) -> Result<(), EndpointRefused> {
    let patience = Duration::from_secs(3);
    let before = core.with(|world| std::mem::replace(&mut world.endpoint.url, url.clone()));
    if url.is_none() {
        return Ok(());
    }
    let tried = async {
        let ping = core.look(ping);
        let bad = post(core, &ping, false, patience)
            .await
            .ok_or(EndpointRefused::Unreachable)?;
        if bad.0 != StatusCode::UNAUTHORIZED.as_u16() {
            return Err(EndpointRefused::BadSignatureTaken(bad.0));
        }
        match post(core, &ping, true, patience).await {
            None => Err(EndpointRefused::Unreachable),
            Some((200, body)) if body.get("type") == Some(&json!(1)) => Ok(()),
            Some((status, _)) => Err(EndpointRefused::NoPong(status)),
        }
    };
    let result = tried.await;
    if result.is_err() {
        core.with(|world| world.endpoint.url = before);
    }
    result
}

fn ping(world: &World) -> String {
    json!({
        "id": "1", "application_id": world.bot, "type": 1, "token": "ping", "version": 1,
        "user": world.user_json(world.bot), "entitlements": [],
        "authorizing_integration_owners": {}, "attachment_size_limit": 10_485_760,
    })
    .to_string()
}

impl Sim {
    /// Sends questions to this address, signed, instead of over the gateway; `None` ends that. The address is
    /// tried first with a good and a bad signature.
    ///
    /// # Errors
    ///
    /// [`EndpointRefused`] if the address does not do what Discord demands of it.
    pub async fn interactions_endpoint(&self, url: Option<&str>) -> Result<(), EndpointRefused> {
        set(self.core(), url.map(str::to_owned)).await
    }

    /// The application's public key, in hexadecimal digits.
    pub fn public_key(&self) -> String {
        self.look(|world| world.endpoint.verify_key())
    }
}
