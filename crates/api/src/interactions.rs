//! `POST /interactions`: interactions over HTTP, signed by Discord.
//!
//! Discord sends them here instead of over the gateway once the address stands in the developer portal. They go the
//! same way as those of the gateway: 202 says that the answer comes by the callback.
//!
//! See [Discord Docs/Receiving Interactions](https://docs.discord.com/developers/interactions/receiving-and-responding).

use std::sync::Arc;

use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use ed25519_dalek::{Signature, VerifyingKey};
use feature::http::Problem;
use http_body_util::{BodyExt as _, Limited};
use jiff::{SignedDuration, Timestamp};
use jobs::Clock;
use serde::Deserialize;
use serde_json::json;
use twilight_model::gateway::payload::incoming::InteractionCreate;

use crate::{Answering, StartError};

/// The largest body, in bytes; a resolved message with all its parts stays far below.
const LARGEST: usize = 1024 * 1024;
/// How old a signed request may be, and how far clocks may differ.
const FRESH: SignedDuration = SignedDuration::from_mins(5);
/// What Discord asks with whether the address is right.
const PING: u8 = 1;

/// Takes interactions.
pub(crate) struct Interactions {
    key: VerifyingKey,
    clock: Clock,
    answering: Answering,
}

#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "type")]
    kind: u8,
}

impl Interactions {
    pub(crate) fn new(
        key: &[u8; 32],
        clock: Clock,
        answering: Answering,
    ) -> Result<Self, StartError> {
        Ok(Self {
            key: VerifyingKey::from_bytes(key).map_err(|_| StartError::DiscordKey)?,
            clock,
            answering,
        })
    }

    /// Whether Discord signed this body, just now.
    fn is_signed(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let (Some(signature), Some(at)) =
            (text("x-signature-ed25519"), text("x-signature-timestamp"))
        else {
            return false;
        };
        let sent = at
            .parse()
            .ok()
            .and_then(|seconds| Timestamp::from_second(seconds).ok());
        let is_fresh =
            sent.is_some_and(|sent| self.clock.now().duration_since(sent).abs() <= FRESH);
        let Some(signature) = signature_of(signature) else {
            return false;
        };
        let signed = [at.as_bytes(), body].concat();
        is_fresh && self.key.verify_strict(&signed, &signature).is_ok()
    }
}

/// A signature in hexadecimal digits.
fn signature_of(text: &str) -> Option<Signature> {
    let mut bytes = [0; 64];
    if text.len() != 128 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(index * 2..index * 2 + 2)?, 16).ok()?;
    }
    Some(Signature::from_bytes(&bytes))
}

/// An interaction that Discord sends over HTTP; only where `DISCORD_PUBLIC_KEY` is set.
#[utoipa::path(post, path = "/interactions", tag = "discord", security(()), responses(
    (status = 200, description = "The answer to a ping"),
    (status = 202, description = "Answered by the callback"),
    (status = 401, description = "Discord did not sign it")))]
pub(crate) async fn receive(
    State(interactions): State<Arc<Interactions>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let refused = |status, said: &str| Problem::new(status, "refused", said);
    let collected = Limited::new(body, LARGEST).collect().await;
    let body =
        collected.map_err(|_| refused(StatusCode::PAYLOAD_TOO_LARGE, "The body is too large."))?;
    let body = body.to_bytes();
    if !interactions.is_signed(&headers, &body) {
        return Err(refused(
            StatusCode::UNAUTHORIZED,
            "Discord did not sign this, or not just now.",
        ));
    }
    let unreadable = |_| refused(StatusCode::BAD_REQUEST, "This is no interaction.");
    // A ping lacks most of what other interactions hold.
    let kind: Kind = serde_json::from_slice(&body).map_err(unreadable)?;
    if kind.kind == PING {
        return Ok(Json(json!({ "type": PING })).into_response());
    }
    let interaction: InteractionCreate = serde_json::from_slice(&body).map_err(unreadable)?;
    (interactions.answering)(Box::new(interaction));
    Ok(StatusCode::ACCEPTED.into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_signatures_are_read() {
        assert!(signature_of(&"0a".repeat(64)).is_some());
        for text in [
            String::new(),
            "0a".repeat(63),
            "zz".repeat(64),
            "é".repeat(64),
            "+1".repeat(64),
        ] {
            assert!(signature_of(&text).is_none(), "{text}");
        }
    }
}
