//! Interactions over HTTP: the address is tried, questions are signed, answers are taken.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::{Json, Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use discord_sim::{EndpointRefused, Sim};
use ed25519_dalek::{Signature, VerifyingKey};
use hyper::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{api, error, sim};

#[derive(Clone)]
struct App {
    key: VerifyingKey,
    is_careless: Arc<AtomicBool>,
}

fn bytes<const N: usize>(hex: &str) -> Option<[u8; N]> {
    let digits: Option<Vec<u8>> = (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok())
        .collect();
    digits?.try_into().ok()
}

fn is_signed(app: &App, headers: &HeaderMap, body: &Bytes) -> bool {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(signature) = header("x-signature-ed25519").and_then(bytes) else {
        return false;
    };
    let timestamp = header("x-signature-timestamp").unwrap_or_default();
    let message = [timestamp.as_bytes(), body].concat();
    app.key
        .verify_strict(&message, &Signature::from_bytes(&signature))
        .is_ok()
}

async fn answer(
    State(app): State<App>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, StatusCode> {
    if !app.is_careless.load(Ordering::Relaxed) && !is_signed(&app, &headers, &body) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let question: Value = serde_json::from_slice(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
    if question["type"] == 1 {
        return Ok(Json(json!({"type": 1})));
    }
    let name = question["data"]["name"].as_str().unwrap_or_default();
    Ok(Json(
        json!({"type": 4, "data": {"content": format!("ran {name}"), "flags": 64}}),
    ))
}

async fn app(sim: &Sim) -> (String, App) {
    let key = bytes(&sim.public_key()).expect("the key is 32 bytes");
    let app = App {
        key: VerifyingKey::from_bytes(&key).unwrap(),
        is_careless: Arc::default(),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/interactions", listener.local_addr().unwrap());
    let router = Router::new()
        .route("/interactions", post(answer))
        .with_state(app.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, app)
}

#[tokio::test]
async fn questions_go_to_the_address_signed() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let (url, _) = app(&sim).await;
    sim.interactions_endpoint(Some(&url)).await.unwrap();
    let path = format!("/applications/{}/commands", sim.application_id());
    api(
        &sim,
        "POST",
        &path,
        json!({"name": "ping", "description": "d"}),
    )
    .await;
    let answer = guild
        .member("alice")
        .slash("/ping", &[])
        .answer()
        .await
        .unwrap();
    assert_eq!(answer.text(), "ran ping");
    assert!(answer.is_ephemeral);
}

#[tokio::test]
async fn an_address_that_takes_bad_signatures_is_refused() {
    let sim = sim().await;
    let (url, app) = app(&sim).await;
    app.is_careless.store(true, Ordering::Relaxed);
    let refused = sim.interactions_endpoint(Some(&url)).await;
    assert_eq!(refused, Err(EndpointRefused::BadSignatureTaken(200)));
    let body = json!({"interactions_endpoint_url": url});
    assert_eq!(
        error(&api(&sim, "PATCH", "/applications/@me", body.clone()).await),
        (400, 50035)
    );
    app.is_careless.store(false, Ordering::Relaxed);
    let (status, shown) = api(&sim, "PATCH", "/applications/@me", body).await;
    assert_eq!(
        (status, shown["interactions_endpoint_url"].as_str()),
        (200, Some(url.as_str()))
    );
    let nobody = sim.interactions_endpoint(Some("http://127.0.0.1:9/")).await;
    assert_eq!(nobody, Err(EndpointRefused::Unreachable));
}
