//! Health, documentation, measures, headers, errors.

use std::net::SocketAddr;

use jiff::SignedDuration;
use serde_json::json;

use crate::{story, story_as};

#[tokio::test]
async fn health_says_how_the_program_is() {
    story(async |story| {
        let well = story.call("GET", "/health").send().await;
        let said = well.expect(200);
        assert_eq!(said["status"], "healthy");
        assert_eq!(
            (&said["bot"], &said["database"], &said["redis"]),
            (&json!("connected"), &json!("connected"), &json!("disabled"))
        );
        let at = said["timestamp"].as_str().unwrap();
        assert!(
            at.starts_with("2026-03-02T09:00:0") && at.ends_with('Z'),
            "{at}"
        );
        assert!(said.get("latency_ms").is_some());
        story.call("GET", "/health/ready").send().await.expect(200);
        story.cut_database(true);
        // An answer of the database holds for a second.
        story.call("GET", "/health").send().await.expect(200);
        story.pass(SignedDuration::from_secs(1));
        let unwell = story.call("GET", "/health").send().await;
        assert_eq!(unwell.expect(503)["status"], "unhealthy");
        assert_eq!(unwell.json()["database"], "disconnected");
        story.call("GET", "/health/ready").send().await.expect(503);
        story.call("GET", "/health/live").send().await.expect(200);
        story.cut_database(false);
    })
    .await;
}

#[tokio::test]
async fn details_are_for_those_with_a_key() {
    story(async |story| {
        story
            .call("GET", "/health/detailed")
            .send()
            .await
            .expect(401);
        let key = story.key(None, &["health.read"]).await;
        let details = story
            .call("GET", "/health/detailed")
            .key(&key)
            .send()
            .await
            .expect(200);
        assert_eq!(details["shards"][0]["is_connected"], true);
        assert_eq!(details["jobs"]["dead"], 0);
        assert_eq!(details["features"], json!(["api", "things"]));
    })
    .await;
}

#[tokio::test]
async fn every_answer_carries_an_id_and_safe_headers() {
    story(async |story| {
        let answer = story
            .call("GET", "/health/live")
            .header("x-request-id", "mine-1")
            .send()
            .await;
        assert_eq!(answer.header("x-request-id"), Some("mine-1"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("access-control-allow-origin"), None);
        let strange = story
            .call("GET", "/health/live")
            .header("x-request-id", "<script>")
            .send()
            .await;
        assert_eq!(strange.header("x-request-id").unwrap().len(), 36);
    })
    .await;
}

#[tokio::test]
async fn what_fails_is_a_problem_document() {
    story(async |story| {
        let nothing = story.call("GET", "/nowhere").header("x-request-id", "r1").send().await;
        assert_eq!(nothing.header("content-type"), Some("application/problem+json"));
        assert_eq!(
            nothing.expect(404),
            json!({
                "type": "urn:majordome:problem:not-found", "title": "Not Found", "status": 404, "code": "not-found",
                "detail": "There is nothing at this path; see /docs.", "instance": "urn:majordome:request:r1",
            })
        );
        let method = story.call("DELETE", "/health").send().await;
        assert_eq!(method.expect(405)["code"], "method-not-allowed");
        assert!(method.header("allow").unwrap().contains("GET"));
        let key = story.key(None, &["*"]).await;
        for (method, path) in [("POST", "/v1/things/fail"), ("GET", "/v1/things/panic")] {
            let fault = story.call(method, path).key(&key).header("x-request-id", "r2").send().await;
            let said = fault.expect(500);
            assert_eq!(said["code"], "internal");
            assert!(said["detail"].as_str().unwrap().contains("r2"));
            assert!(!fault.text().contains("secret"), "{}", fault.text());
        }
        // The engine goes on.
        story.call("GET", "/health").send().await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn the_documentation_is_served_without_a_network() {
    story(async |story| {
        let document = story.call("GET", "/openapi.json").send().await.expect(200);
        assert_eq!(document["openapi"], "3.1.0");
        let operation = &document["paths"]["/v1/guilds/{guild}/things"]["get"];
        assert_eq!(
            operation["security"],
            json!([{ "key": ["things.read"] }, { "header": ["things.read"] }])
        );
        assert_eq!(
            operation["responses"]["401"]["description"],
            "No key that works"
        );
        let page = story.call("GET", "/docs/").send().await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains("swagger-ui"), "{}", page.text());
        let script = story
            .call("GET", "/docs/swagger-initializer.js")
            .send()
            .await;
        assert!(script.text().contains("/openapi.json"), "{}", script.text());
        assert!(
            story
                .call("GET", "/docs/swagger-ui-bundle.js")
                .send()
                .await
                .body
                .len()
                > 100_000
        );
        let packed = story
            .call("GET", "/docs/swagger-ui-bundle.js")
            .header("accept-encoding", "br, gzip;q=0.8")
            .send()
            .await;
        assert_eq!(packed.header("content-encoding"), Some("gzip"));
        assert!(packed.body.len() < 600_000, "{}", packed.body.len());
        assert_eq!(story.call("GET", "/docs").send().await.status, 303);
        story
            .call("GET", "/docs/no-such-file")
            .send()
            .await
            .expect(404);
    })
    .await;
}

#[tokio::test]
async fn measures_are_served_where_they_are_switched_on() {
    story(async |story| {
        story.call("GET", "/metrics").send().await.expect(404);
    })
    .await;
    let http = api::Config {
        metrics: true,
        ..api::Config::default()
    };
    story_as(http, async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner();
        story.idle().await;
        let _ = story.answer(owner.slash("/api-key list", &[])).await;
        story.call("GET", "/health").send().await.expect(200);
        story
            .call("GET", "/no/such/thing/42")
            .send()
            .await
            .expect(404);
        let text = story.call("GET", "/metrics").send().await.text();
        for name in [
            "discord_commands_total{command=\"api-key list\",feature=\"api\"} 1",
            "discord_command_duration_seconds_bucket",
            "discord_guild_members_total",
            "postgres_connections_active",
            "api_requests_total{method=\"GET\",path=\"/health\",status=\"200\"} 1",
            "api_requests_total{method=\"GET\",path=\"none\",status=\"404\"} 1",
            "api_request_duration_seconds_bucket",
            "gateway_events_total",
        ] {
            assert!(text.contains(name), "{name} is not among:\n{text}");
        }
    })
    .await;
}

#[tokio::test]
async fn browsers_of_named_origins_may_call_and_no_others() {
    let http = api::Config {
        origins: vec!["https://a.example".to_owned()],
        ..api::Config::default()
    };
    story_as(http, async |story| {
        let ask = async |origin: &str| {
            let call = story
                .call("OPTIONS", "/v1/guilds/1/things")
                .header("origin", origin);
            call.header("access-control-request-method", "GET")
                .header("access-control-request-headers", "authorization")
                .send()
                .await
        };
        let allowed = ask("https://a.example").await;
        assert_eq!(
            allowed.header("access-control-allow-origin"),
            Some("https://a.example")
        );
        assert_eq!(allowed.header("access-control-allow-credentials"), None);
        assert_eq!(
            ask("https://b.example")
                .await
                .header("access-control-allow-origin"),
            None
        );
        // A refusal must be readable too.
        let refused = story
            .call("GET", "/v1/guilds/1/things")
            .header("origin", "https://a.example")
            .send()
            .await;
        assert_eq!(refused.status, 401);
        assert_eq!(
            refused.header("access-control-allow-origin"),
            Some("https://a.example")
        );
    })
    .await;
}

#[tokio::test]
async fn a_key_calls_so_often_and_no_more() {
    story(async |story| {
        let key = story.key(None, &["health.read"]).await;
        let call = async || story.call("GET", "/health/detailed").key(&key).send().await;
        let first = call().await;
        assert_eq!(
            (
                first.header("ratelimit-limit"),
                first.header("ratelimit-remaining")
            ),
            (Some("60"), Some("59"))
        );
        for _ in 0..59 {
            call().await.expect(200);
        }
        let refused = call().await;
        assert_eq!(refused.expect(429)["code"], "too-many-requests");
        assert_eq!(refused.header("retry-after"), Some("1"));
        assert_eq!(refused.header("ratelimit-remaining"), Some("0"));
        for _ in 0..30 {
            story.call("GET", "/health/live").send().await.expect(200);
        }
        story.advance(SignedDuration::from_secs(1)).await;
        call().await.expect(200);
        call().await.expect(200);
        call().await.expect(429);
        let other = story.key(None, &["health.read"]).await;
        story
            .call("GET", "/health/detailed")
            .key(&other)
            .send()
            .await
            .expect(200);
    })
    .await;
}

#[tokio::test]
async fn a_port_in_use_is_said_so() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address: SocketAddr = taken.local_addr().unwrap();
    let config = api::Config {
        address: Some(address),
        ..api::Config::default()
    };
    let said = api::bind(config).await.unwrap_err().to_string();
    assert!(
        said.contains("HTTP_ADDR") && said.contains("another program"),
        "{said}"
    );
}

#[tokio::test]
async fn a_request_at_work_ends_before_the_bot_does() {
    story(async |story| {
        let key = story.key(None, &["*"]).await;
        let call = story.call("POST", "/v1/things/wait").key(&key);
        let waiting = tokio::spawn(call.send());
        while story.running().in_work() == 0 {
            tokio::task::yield_now().await;
        }
        story.stop().await;
        waiting.await.unwrap().expect(200);
        story.start().await;
        story.ready().await;
    })
    .await;
}
