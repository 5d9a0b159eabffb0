//! Jobs of a server, over HTTP.

use database::GuildId;
use jiff::SignedDuration;
use jobs::NewJob;
use serde_json::{Value, json};
use testkit::{BotOptions, Story, discord_sim::SimOptions};

use crate::with_sample;

async fn story(tell: impl AsyncFnOnce(&mut Story)) {
    let options = BotOptions::default().with_http();
    testkit::story_with(with_sample, SimOptions::default(), options, tell).await;
}

async fn enqueue(story: &Story, job: NewJob) {
    let mut db = story.database().database().acquire().await.unwrap();
    story.house().jobs.enqueue(&mut db, job).await.unwrap();
}

#[tokio::test]
async fn jobs_are_listed_run_again_and_cancelled() {
    story(async |story| {
        let (guild, other) = (story.sim.guild("Rust FR"), story.sim.guild("Elsewhere"));
        let channel = guild.text("general");
        let owner = guild.owner();
        story.idle().await;
        let of = |guild: &testkit::discord_sim::Guild, channel: Option<String>| {
            json!({ "guild": guild.id().to_string(), "channel": channel })
        };
        let whole = of(&guild, Some(channel.id().to_string()));
        // One that is done, one that can not be done, one for later, one of another server, one of nobody's.
        enqueue(story, NewJob::raw("sample.later", whole.clone())).await;
        enqueue(story, NewJob::raw("sample.later", of(&guild, None))).await;
        let tomorrow = SignedDuration::from_hours(24);
        enqueue(
            story,
            NewJob::raw("sample.tomorrow", whole.clone()).after(tomorrow),
        )
        .await;
        enqueue(
            story,
            NewJob::raw("sample.later", of(&other, None)).after(tomorrow),
        )
        .await;
        enqueue(story, NewJob::raw("sample.any", json!({})).after(tomorrow)).await;
        story.idle().await;
        owner.sees(&channel);
        let id: GuildId = guild.id().to_string().parse().unwrap();
        let key = story.key(Some(id), &["jobs.read", "jobs.write"]).await;
        let operator = story.key(None, &["jobs.read"]).await;
        let base = format!("/v1/guilds/{}/jobs", guild.id());
        let call = async |method: &'static str, path: &str, key: &str| {
            let call = story.call(method, &format!("{base}{path}")).key(key);
            call.send().await
        };
        let all = call("GET", "", &key).await.expect(200);
        let states = |page: &Value| -> Vec<String> {
            let rows = page["data"].as_array().unwrap().iter();
            rows.map(|row| {
                format!(
                    "{} {} {}",
                    row["kind"].as_str().unwrap(),
                    row["state"].as_str().unwrap(),
                    row["attempts"]
                )
            })
            .collect()
        };
        assert_eq!(
            states(&all),
            [
                "sample.later completed 1",
                "sample.later failed 1",
                "sample.tomorrow pending 0"
            ]
        );
        assert!(!all.to_string().contains(&channel.id().to_string()));
        // Filters and pages.
        let failed = call("GET", "?state=failed", &key).await.expect(200);
        assert_eq!(states(&failed), ["sample.later failed 1"]);
        let kind = call("GET", "?kind=sample.tomorrow", &key).await.expect(200);
        assert_eq!(states(&kind), ["sample.tomorrow pending 0"]);
        call("GET", "?state=dead", &key).await.expect(422);
        let first = call("GET", "?limit=2", &key).await.expect(200);
        let cursor = first["pagination"]["next_cursor"].as_str().unwrap();
        let rest = call("GET", &format!("?limit=2&cursor={cursor}"), &key).await;
        assert_eq!(
            states(&rest.expect(200)),
            ["sample.tomorrow pending 0"]
        );
        // What it failed with is for operators.
        let number = failed["data"][0]["id"].to_string();
        assert_eq!(failed["data"][0]["reason"], Value::Null);
        let seen = call("GET", &format!("/{number}"), &operator).await;
        let seen = seen.expect(200);
        assert!(seen["reason"].as_str().unwrap().contains("snowflake"));
        // What came of each attempt.
        let tried = |job: &Value| -> Vec<String> {
            let attempts = job["history"].as_array().unwrap().iter();
            attempts
                .map(|attempt| {
                    let is_timed = [&attempt["started_at"], &attempt["ended_at"]]
                        .iter()
                        .all(|at| at.as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
                    assert!(is_timed, "{attempt}");
                    format!("{} {}", attempt["outcome"], attempt["class"])
                })
                .collect()
        };
        assert_eq!(tried(&seen), [r#""failed" "permanent""#]);
        assert!(seen["history"][0]["reason"].as_str().unwrap().contains("snowflake"));
        let less = call("GET", &format!("/{number}"), &key).await.expect(200);
        assert_eq!(less["history"][0]["reason"], Value::Null);
        let done = all["data"][0]["id"].to_string();
        let done = call("GET", &format!("/{done}"), &key).await.expect(200);
        assert_eq!(tried(&done), [r#""done" null"#]);
        assert_eq!(all["data"][0]["history"], Value::Null);
        // Only a failed one is run again.
        let waiting = kind["data"][0]["id"].to_string();
        call("POST", &format!("/{waiting}/retry"), &key).await.expect(409);
        call("POST", &format!("/{number}/retry"), &operator).await.expect(403);
        call("POST", &format!("/{number}/retry"), &key).await.expect(202);
        story.idle().await;
        let again = call("GET", &format!("/{number}"), &key).await.expect(200);
        assert_eq!(again["state"], "failed");
        assert_eq!(tried(&again).len(), 2, "{again}");
        // Cancelled ones are known for a day.
        for job in [&waiting, &number] {
            let gone = call("POST", &format!("/{job}/cancel"), &key).await.expect(200);
            assert_eq!(gone["state"], "cancelled");
            call("POST", &format!("/{job}/cancel"), &key).await.expect(409);
        }
        // Those of others are not there.
        let elsewhere = format!("/v1/guilds/{}/jobs", other.id());
        story.call("GET", &elsewhere).key(&key).send().await.expect(404);
        let theirs = story.call("GET", &elsewhere).key(&operator).send().await.expect(200);
        let theirs = theirs["data"][0]["id"].to_string();
        call("POST", &format!("/{theirs}/cancel"), &key).await.expect(404);
        call("GET", "/9223372036854775807", &key).await.expect(404);
        let mut db = story.database().database().acquire().await.unwrap();
        // Nobody runs the last one.
        let left = story.house().jobs.list(&mut db, None, None, 10).await.unwrap();
        for job in left.iter().filter(|job| job.name.starts_with("sample.a")) {
            story.house().jobs.cancel(&mut db, job.id).await.unwrap();
        }
        drop(db);
        story.advance(SignedDuration::from_hours(26)).await;
        let later = call("GET", "", &key).await.expect(200);
        assert_eq!(states(&later), Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn audits_are_taken_kept_and_read() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner();
        guild.text("general");
        story.idle().await;
        let id: GuildId = guild.id().to_string().parse().unwrap();
        let key = story.key(Some(id), &["audits.read", "audits.write"]).await;
        let path = format!("/v1/guilds/{}/audits", guild.id());
        let call = async |method: &'static str, path: &str| {
            story.call(method, path).key(&key).send().await
        };
        let first = call("POST", &path).await.expect(201);
        assert_eq!(first["number"], 1);
        assert!(first["audit"].to_string().contains("general"), "{first}");
        assert!(first["findings"].is_array(), "{first}");
        // Nothing changed since.
        let same = call("POST", &path).await.expect(200);
        assert_eq!(
            (&same["number"], &same["taken_at"]),
            (&json!(1), &first["taken_at"])
        );
        let new = guild.text("new");
        story.idle().await;
        owner.sees(&new);
        assert_eq!(call("POST", &path).await.expect(201)["number"], 2);
        let kept = call("GET", &path).await.expect(200);
        let numbers: Vec<_> = kept["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| &row["number"])
            .collect();
        assert_eq!(numbers, [1, 2]);
        let read = call("GET", &format!("{path}/1")).await.expect(200);
        assert_eq!(
            (&read["audit"], &read["findings"]),
            (&first["audit"], &first["findings"])
        );
        call("GET", &format!("{path}/3")).await.expect(404);
        // An audit shows every channel.
        let narrow = testkit::api::keys::NewKey {
            name: "of one channel".to_owned(),
            scopes: ["audits.read".to_owned()].into(),
            guilds: Some(vec![id]),
            channels: Some(vec!["5".parse().unwrap()]),
            content: true,
            deleted: true,
            by: None,
            expires_at: None,
        };
        let narrow = story.key_of(narrow).await;
        story
            .call("GET", &path)
            .key(&narrow)
            .send()
            .await
            .expect(403);
    })
    .await;
}
