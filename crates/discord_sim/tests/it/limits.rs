//! Rate limits: headers, scopes, the rename limit, the count of invalid requests.

use std::time::Duration;

use discord_sim::Limited;
use serde_json::{Value, json};

use crate::support::{api, limited_sim, raw};

fn header<'a>(headers: &'a hyper::HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[tokio::test]
async fn a_bucket_empties_and_fills_up_with_the_clock() {
    let sim = limited_sim().await;
    let guild = sim.guild("g");
    let path = format!("/channels/{}/messages", guild.text("general").id());
    let body = json!({"content": "x"});
    for left in (0..5).rev() {
        let (status, headers, _) = raw(&sim, "POST", &path, &body, &[]).await.unwrap();
        assert_eq!(status, 200);
        assert_eq!(
            header(&headers, "x-ratelimit-remaining"),
            Some(left.to_string().as_str())
        );
        assert_eq!(
            header(&headers, "x-ratelimit-scope"),
            None,
            "only refusals name a scope"
        );
    }
    let (status, headers, text) = raw(&sim, "POST", &path, &body, &[]).await.unwrap();
    assert_eq!(status, 429);
    assert_eq!(header(&headers, "x-ratelimit-scope"), Some("user"));
    assert_eq!(header(&headers, "x-ratelimit-remaining"), Some("0"));
    assert!(
        header(&headers, "retry-after")
            .unwrap()
            .parse::<u64>()
            .is_ok(),
        "whole seconds"
    );
    let refusal: Value = serde_json::from_str(&text).unwrap();
    assert!(refusal["retry_after"].as_f64().unwrap() <= 5.0);
    assert_eq!(refusal["global"], false);
    assert_eq!(sim.violations().invalid_requests, 1);
    sim.advance(Duration::from_secs(5));
    assert_eq!(api(&sim, "POST", &path, body).await.0, 200);
}

#[tokio::test]
async fn a_channel_is_renamed_twice_in_ten_minutes() {
    let sim = limited_sim().await;
    let guild = sim.guild("g");
    let path = format!("/channels/{}", guild.voice("room").id());
    for name in ["one", "two"] {
        assert_eq!(
            api(&sim, "PATCH", &path, json!({"name": name})).await.0,
            200
        );
    }
    let (status, headers, text) = raw(&sim, "PATCH", &path, &json!({"name": "three"}), &[])
        .await
        .unwrap();
    assert_eq!(status, 429);
    assert_eq!(header(&headers, "x-ratelimit-scope"), Some("user"));
    assert_ne!(
        header(&headers, "x-ratelimit-remaining"),
        Some("0"),
        "the bucket has more"
    );
    let refusal: Value = serde_json::from_str(&text).unwrap();
    assert!(refusal["retry_after"].as_f64().unwrap() > 500.0);
    // Other fields are not under that limit.
    assert_eq!(
        api(&sim, "PATCH", &path, json!({"user_limit": 5})).await.0,
        200
    );
    sim.advance(Duration::from_mins(10));
    assert_eq!(
        api(&sim, "PATCH", &path, json!({"name": "three"})).await.0,
        200
    );
}

#[tokio::test]
async fn limits_come_in_all_kinds_on_request() {
    let sim = limited_sim().await;
    let faults = sim.faults();
    let wait = Duration::from_millis(1500);
    for (limited, scope) in [
        (Limited::Bucket, Some("user")),
        (Limited::SubLimit, Some("user")),
        (Limited::Shared, Some("shared")),
        (Limited::Global, Some("global")),
        (Limited::Html, None),
    ] {
        faults.rate_limit("GET", "/users/@me", limited, wait);
        let (status, headers, text) = raw(&sim, "GET", "/users/@me", &json!(null), &[])
            .await
            .unwrap();
        assert_eq!(status, 429);
        assert_eq!(header(&headers, "x-ratelimit-scope"), scope, "{limited:?}");
        assert_eq!(header(&headers, "retry-after"), Some("2"));
        assert_eq!(text.starts_with('<'), limited == Limited::Html);
        let has_bucket = header(&headers, "x-ratelimit-bucket").is_some();
        assert_eq!(
            has_bucket,
            !matches!(limited, Limited::Global | Limited::Html)
        );
        let left = header(&headers, "x-ratelimit-remaining");
        match limited {
            Limited::Bucket => assert_eq!(left, Some("0")),
            Limited::SubLimit => assert_ne!(left, Some("0")),
            _ => {}
        }
    }
    // A shared limit is not held against the bot.
    assert_eq!(sim.violations().invalid_requests, 4);
}
