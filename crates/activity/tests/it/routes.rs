//! What reporting tools are told.

use jiff::SignedDuration;

use crate::{id, story};

#[tokio::test]
async fn series_members_and_channels_come_as_json_and_csv() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let (alice, bob) = (guild.member("=alice"), guild.member("bob"));
        let (general, games) = (guild.text("general"), guild.text("games"));
        story.idle().await;
        for _ in 0..3 {
            alice.says(&general, "hello");
        }
        bob.says(&games, "hello");
        story.idle().await;
        story.advance(SignedDuration::from_hours(24)).await;
        bob.says(&games, "the next day");
        story.idle().await;
        // Sums of the last moments are good enough for who looks.
        story.advance(SignedDuration::from_secs(61)).await;
        let key = story.key(Some(id(&guild)), &["activity.read"]).await;
        let path = |rest: &str| format!("/v1/guilds/{}/activity{rest}", guild.id());
        let get = async |rest: &str| story.call("GET", &path(rest)).key(&key).send().await;
        let days = get("?days=2").await.expect(200);
        assert_eq!(days["messages"], 5);
        assert_eq!(days["series"][0]["at"], "2026-03-02");
        assert_eq!(days["series"][0]["messages"], 4);
        assert_eq!(days["series"][1]["people"], 1);
        let hours = get("?by=hour&days=2").await.expect(200);
        assert_eq!(hours["series"].as_array().unwrap().len(), 48);
        assert_eq!(hours["series"][9]["messages"], 4);
        let members = get("/members?limit=1").await.expect(200);
        assert_eq!(members["data"][0]["user_name"], "=alice");
        let cursor = members["pagination"]["next_cursor"].as_str().unwrap();
        let rest = get(&format!("/members?limit=1&cursor={cursor}"))
            .await
            .expect(200);
        assert_eq!(rest["data"][0]["rank"], 2);
        let csv = get("/members?format=csv").await;
        let lines: Vec<String> = csv.text().lines().map(str::to_owned).collect();
        assert_eq!(lines[0], "rank,user_id,user_name,messages,voice_seconds");
        assert!(lines[1].contains("\"'=alice\",3,0"), "{lines:?}");
        let channels = get("/channels").await.expect(200);
        assert_eq!(channels["data"][0]["channel_id"], general.id().to_string());
        for wrong in [
            "?days=0",
            "?days=x",
            "?by=minute",
            "?format=xml",
            "?by=hour&days=365",
        ] {
            get(wrong).await.expect(422);
        }
    })
    .await;
}

#[tokio::test]
async fn the_legacy_answer_has_its_names() {
    story(async |story| {
        let (guild, other) = (story.sim.guild("Rust FR"), story.sim.guild("Other"));
        let alice = guild.member("alice");
        let general = guild.text("general");
        story.idle().await;
        alice.says(&general, "hello");
        story.idle().await;
        let key = story.key(Some(id(&guild)), &["activity.read"]).await;
        let told = story
            .call("GET", "/stats")
            .key(&key)
            .send()
            .await
            .expect(200);
        assert_eq!(told["total_messages"], 1);
        assert_eq!(told["users"][0]["user_name"], "alice");
        assert_eq!(told["users"][0]["messages_7d"], 1);
        assert_eq!(told["users"][0]["messages_30d"], 1);
        let path = format!("/stats?guild_id={}", other.id());
        story.call("GET", &path).key(&key).send().await.expect(404);
        let both = story.key(None, &["activity.read"]).await;
        story
            .call("GET", "/stats")
            .key(&both)
            .send()
            .await
            .expect(422);
        let named = story.call("GET", &path).key(&both).send().await.expect(200);
        assert_eq!(named["total_messages"], 0);
    })
    .await;
}
