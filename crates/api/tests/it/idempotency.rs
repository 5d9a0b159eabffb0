//! Requests that come twice.

use jiff::SignedDuration;
use serde_json::json;
use testkit::{Call, Story};

use crate::story;

async fn ready(story: &Story) -> (String, String) {
    let guild = story.sim.guild("Rust FR");
    story.idle().await;
    (
        story.key(None, &["*"]).await,
        format!("/v1/guilds/{}/things", guild.id()),
    )
}

fn make(story: &Story, path: &str, key: &str, name: &str, thing: &str) -> Call {
    story
        .call("POST", path)
        .key(key)
        .header("idempotency-key", name)
        .json(&json!({ "name": thing, "channel": "1" }))
}

#[tokio::test]
async fn the_same_request_is_answered_alike_and_happens_once() {
    story(async |story| {
        let (key, path) = ready(story).await;
        let first = make(story, &path, &key, "n1", "x").send().await;
        assert_eq!(first.expect(201)["number"], 1);
        assert_eq!(first.header("idempotent-replayed"), None);
        let again = make(story, &path, &key, "n1", "x").send().await;
        assert_eq!(again.expect(201)["number"], 1);
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_eq!(again.header("content-type"), first.header("content-type"));
        let other_body = make(story, &path, &key, "n1", "y").send().await;
        assert_eq!(other_body.expect(422)["code"], "idempotency-key-reused");
        assert_eq!(
            make(story, &path, &key, "n2", "x").send().await.expect(201)["number"],
            2
        );
        let others = story.key(None, &["*"]).await;
        assert_eq!(
            make(story, &path, &others, "n1", "x")
                .send()
                .await
                .expect(201)["number"],
            3
        );
        // The answer outlives the process.
        story.restart().await;
        let replayed = make(story, &path, &key, "n1", "x").send().await;
        assert_eq!(replayed.expect(201)["number"], 1);
        // After a day it is forgotten.
        story.advance(SignedDuration::from_hours(25)).await;
        assert_eq!(
            make(story, &path, &key, "n1", "x")
                .send()
                .await
                .header("idempotent-replayed"),
            None
        );
        let long = "x".repeat(256);
        make(story, &path, &key, &long, "x")
            .send()
            .await
            .expect(400);
    })
    .await;
}

#[tokio::test]
async fn what_is_at_work_is_not_begun_twice_and_what_died_is() {
    story(async |story| {
        let (key, _) = ready(story).await;
        let call = |story: &Story| {
            story
                .call("POST", "/v1/things/wait")
                .key(&key)
                .header("idempotency-key", "w")
        };
        let first = tokio::spawn(call(story).send());
        while story.running().in_work() == 0 {
            tokio::task::yield_now().await;
        }
        // Its row may be on its way to the database still; then this one is the first, and that one is told so.
        let second = call(story).send().await;
        let first = first.await.unwrap();
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{} {}", first.text(), second.text());
        call(story).send().await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn a_request_whose_process_died_can_be_repeated() {
    story(async |story| {
        let (key, _) = ready(story).await;
        let base = story.http();
        let call = |base: &str| Call::to(base, "POST", "/v1/things/wait").key(&key).header("idempotency-key", "w");
        let dying = tokio::spawn({
            let call = call(&base);
            async move { tokio::time::timeout(std::time::Duration::from_secs(5), call.send()).await }
        });
        let is_taken = async || {
            let mut db = story.database().database().acquire().await.unwrap();
            #[expect(clippy::disallowed_methods, reason = "a test looks from outside")]
            let asking = sqlx::query_scalar::<_, i64>("select count(*) from api.request where status is null");
            asking.fetch_one(&mut *db).await.unwrap() == 1
        };
        while !is_taken().await {
            tokio::task::yield_now().await;
        }
        story.kill();
        // Its caller hears nothing, or that the connection broke.
        let _ = dying.await;
        story.start().await;
        story.ready().await;
        call(&story.http()).send().await.expect(409);
        story.advance(SignedDuration::from_mins(1)).await;
        let done = call(&story.http()).send().await;
        done.expect(200);
        assert_eq!(done.header("idempotent-replayed"), None);
    })
    .await;
}

#[tokio::test]
async fn what_failed_through_our_fault_can_be_repeated() {
    story(async |story| {
        let (key, _) = ready(story).await;
        for _ in 0..2 {
            let call = story
                .call("POST", "/v1/things/fail")
                .key(&key)
                .header("idempotency-key", "f");
            let answer = call.send().await;
            answer.expect(500);
            assert_eq!(answer.header("idempotent-replayed"), None);
        }
    })
    .await;
}
