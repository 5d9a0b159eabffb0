//! Hubs and rooms over HTTP.

use serde_json::{Value, json};
use testkit::{BotOptions, Story, discord_sim::SimOptions};

use crate::{features, opens, with_hub};

async fn story(tell: impl AsyncFnOnce(&mut Story)) {
    let options = BotOptions::default().with_http();
    testkit::story_with(features, SimOptions::default(), options, tell).await;
}

#[tokio::test]
async fn a_hub_is_made_changed_and_deleted_and_works_as_one_of_the_command() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let (hub, text, other) = (
            guild.voice("Create"),
            guild.text("talk"),
            guild.voice("Plain"),
        );
        let category = guild.category("Rooms");
        story.idle().await;
        let key = story.key(None, &["*"]).await;
        let path = format!("/v1/guilds/{}/hubs", guild.id());
        let send = async |method: &'static str, path: &str, body: Value| {
            story.call(method, path).key(&key).json(&body).send().await
        };
        let made = send("POST", &path, json!({ "channel_id": hub.id().to_string() }))
            .await
            .expect(201);
        assert_eq!(
            (&made["mode"], &made["max_rooms"]),
            (&json!("open"), &json!(0))
        );
        // As the command: twice is refused, and so is a text channel.
        let again = send("POST", &path, json!({ "channel_id": hub.id().to_string() })).await;
        assert_eq!(again.expect(422)["code"], "refused");
        let wrong = send(
            "POST",
            &path,
            json!({ "channel_id": text.id().to_string() }),
        )
        .await;
        assert_eq!(wrong.expect(422)["errors"][0]["field"], "channel_id");

        let one = format!("{path}/{}", hub.id());
        let change = json!({
            "name": "{n} by {user}", "user_limit": 4, "mode": "closed", "bitrate": 64_000,
            "category_id": category.id().to_string(), "claim_delay": 60,
        });
        let changed = send("PATCH", &one, change).await.expect(200);
        assert_eq!(
            (&changed["name"], &changed["user_limit"]),
            (&json!("{n} by {user}"), &json!(4))
        );
        assert_eq!(
            (&changed["mode"], &changed["bitrate"]),
            (&json!("closed"), &json!(64_000))
        );
        for (body, field) in [
            (json!({ "user_limit": 100 }), Some("user_limit")),
            (
                json!({ "per_member": 0, "claim_delay": -1 }),
                Some("claim_delay"),
            ),
            (json!({ "bitrate": 64_500 }), Some("bitrate")),
            (json!({ "name": "" }), Some("name")),
            (json!({ "mode": "ajar" }), Some("mode")),
            (json!({ "clear": ["colour"] }), Some("clear[0]")),
            (
                json!({ "category_id": text.id().to_string() }),
                Some("category_id"),
            ),
            (json!({ "name": "{nobody}" }), None),
            (json!({ "bitrate": 384_000 }), None),
        ] {
            let refused = send("PATCH", &one, body.clone()).await.expect(422);
            assert_eq!(
                refused["errors"][0]["field"].as_str(),
                field,
                "{body}: {refused}"
            );
        }
        let cleared = send("PATCH", &one, json!({ "clear": ["all"], "user_limit": 2 }))
            .await
            .expect(200);
        assert_eq!(
            (&cleared["name"], &cleared["user_limit"], &cleared["mode"]),
            (&Value::Null, &json!(2), &json!("open"))
        );

        let alice = guild.member("alice");
        let room = opens(story, &alice, &hub).await;
        let rooms = story
            .call(
                "GET",
                &format!("/v1/guilds/{}/rooms?hub={}", guild.id(), hub.id()),
            )
            .key(&key);
        let rooms = rooms.send().await.expect(200);
        assert_eq!(rooms["data"][0]["channel_id"], room.id().to_string());
        assert_eq!(rooms["data"][0]["owner_id"], alice.id().to_string());
        assert_eq!(
            rooms["pagination"],
            json!({ "next_cursor": null, "limit": 50 })
        );

        assert!(crate::panel(&alice, &room).text().contains("**2**"));

        assert_eq!(send("DELETE", &one, Value::Null).await.status, 204);
        send("DELETE", &one, Value::Null).await.expect(404);
        send("PATCH", &one, json!({ "user_limit": 3 }))
            .await
            .expect(404);
        let plain = format!("{path}/{}", other.id());
        story.call("GET", &plain).key(&key).send().await.expect(404);
        let listed = story.call("GET", &path).key(&key).send().await.expect(200);
        assert_eq!(listed["data"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_key_sees_its_own_channels() {
    story(async |story| {
        let (guild, _, hub) = with_hub(story).await;
        let id = guild.id().to_string().parse().unwrap();
        let mut new = testkit::api::keys::NewKey {
            name: "one channel".to_owned(),
            scopes: ["hubs.read".to_owned()].into(),
            guilds: Some(vec![id]),
            channels: Some(vec!["42".parse().unwrap()]),
            content: false,
            deleted: false,
            by: None,
            expires_at: None,
        };
        let blind = story.key_of(new.clone()).await;
        new.channels = Some(vec![hub.id().to_string().parse().unwrap()]);
        let seeing = story.key_of(new).await;
        let path = format!("/v1/guilds/{}/hubs", guild.id());
        let count = async |key: &str| {
            let listed = story.call("GET", &path).key(key).send().await.expect(200);
            listed["data"].as_array().unwrap().len()
        };
        assert_eq!((count(&blind).await, count(&seeing).await), (0, 1));
        let one = format!("{path}/{}", hub.id());
        story.call("GET", &one).key(&blind).send().await.expect(404);
        story
            .call("GET", &one)
            .key(&seeing)
            .send()
            .await
            .expect(200);
    })
    .await;
}
