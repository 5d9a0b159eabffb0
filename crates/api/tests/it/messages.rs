//! Messages that programs send.

use serde_json::{Value, json};

use crate::{id, story};

#[tokio::test]
async fn a_program_writes_into_channels_that_its_key_covers() {
    story(async |story| {
        let (here, there) = (story.sim.guild("Here"), story.sim.guild("There"));
        let (news, other) = (here.text("news"), there.text("other"));
        let (voices, alice) = (here.category("Voices"), here.member("alice"));
        story.idle().await;
        let key = story.key(Some(id(&here)), &["messages.write"]).await;
        let path = |channel: &str| format!("/v1/guilds/{}/channels/{channel}/messages", here.id());
        let send = async |channel: String, body: Value| story.call("POST", &path(&channel)).key(&key).json(&body).send().await;
        let to_news = async |body: Value| send(news.id().to_string(), body).await;
        let said = json!({ "content": format!("@everyone <@{}> Hello", alice.id()), "embeds": [{ "title": "T", "fields": [{ "name": "a", "value": "b" }] }] });
        let sent = to_news(said).await.expect(201);
        let seen = here.owner().sees(&news);
        assert_eq!(seen.last().unwrap().id().to_string(), sent["message_ids"][0].as_str().unwrap());
        assert!(seen.last().unwrap().text().contains("Hello"));
        let call = story.sim.calls_to("POST", "/channels/{channel}/messages").pop().unwrap();
        assert!(call.body.to_string().contains(r#""parse":[]"#), "{}", call.body);

        let long = "x".repeat(2_001);
        for (body, field) in [
            (json!({ "content": long }), "content"),
            (json!({}), "content"),
            (json!({ "content": "x", "nonsense": 1 }), "nonsense"),
            (json!({ "embeds": [{}] }), "embeds[0].description"),
            (json!({ "embeds": [{ "title": "x".repeat(257) }] }), "embeds[0].title"),
            (json!({ "embeds": [{ "fields": [{ "name": "n", "value": "x".repeat(1_025) }] }] }), "embeds[0].fields[0].value"),
            (json!({ "embeds": [{ "fields": vec![json!({ "name": "n", "value": "v" }); 26] }] }), "embeds[0].fields"),
            (json!({ "embeds": vec![json!({ "description": "x".repeat(3_001) }); 2] }), "embeds"),
            (json!({ "embeds": vec![json!({ "description": "x" }); 11] }), "embeds"),
            (json!({ "embeds": [{ "title": "x", "url": "javascript:1" }] }), "embeds[0].url"),
        ] {
            let refused = to_news(body).await.expect(422);
            assert_eq!(refused["errors"][0]["field"], field, "{refused}");
        }
        let parts = to_news(json!({ "content": long, "split": true })).await.expect(201);
        assert_eq!(parts["message_ids"].as_array().unwrap().len(), 2);
        let _ = here.owner().sees(&news);
        // Another server's channel, a category and nothing look alike.
        for channel in [other.id().to_string(), voices.id().to_string(), "42".to_owned()] {
            send(channel, json!({ "content": "x" })).await.expect(404);
        }
        let lacking = story.key(Some(id(&here)), &["things.read"]).await;
        story.call("POST", &path(&news.id().to_string())).key(&lacking).json(&json!({})).send().await.expect(403);
    })
    .await;
}

#[tokio::test]
async fn the_paths_of_gvb_answer_in_its_form() {
    story(async |story| {
        let (here, there) = (story.sim.guild("Here"), story.sim.guild("There"));
        let (news, other) = (here.text("news"), there.text("other"));
        story.idle().await;
        let key = story.key(Some(id(&here)), &["messages.write"]).await;
        let send = async |path: &str, body: Value| story.call("POST", path).key(&key).json(&body).send().await;
        let channel = news.id().to_string().parse::<u64>().unwrap();
        let sent = send("/api/discord/message", json!({ "channel_id": channel, "content": "Bonjour", "extra": 1 })).await;
        assert_eq!(sent.expect(200)["success"], true);
        let embed = json!({ "channel_id": channel, "title": "Plan", "description": "Lundi", "color": 255, "author": "x" });
        assert_eq!(send("/api/discord/embed", embed).await.expect(200)["success"], true);
        let text: Vec<String> = here.owner().sees(&news).iter().map(testkit::discord_sim::SeenMessage::text).collect();
        assert!(text[0].contains("Bonjour") && text[1].contains("Lundi"), "{text:?}");
        let missing = send("/api/discord/message", json!({ "content": "x" })).await;
        assert_eq!(missing.header("content-type"), Some("application/json"));
        let said = missing.expect(422);
        assert!(said["detail"].is_string() && said.as_object().unwrap().len() == 1, "{said}");
        let elsewhere = json!({ "channel_id": other.id().to_string(), "content": "x" });
        send("/api/discord/message", elsewhere).await.expect(404);
        let without = story.call("POST", "/api/discord/message").json(&json!({})).send().await;
        assert!(without.expect(401)["detail"].as_str().unwrap().starts_with("Invalid API key"));
    })
    .await;
}

#[tokio::test]
async fn channels_are_listed_as_gvb_does_and_only_those_that_the_key_covers() {
    story(async |story| {
        let (here, there) = (story.sim.guild("Here"), story.sim.guild("There"));
        let (news, voices) = (here.text("news"), here.category("Voices"));
        there.text("secret");
        story.idle().await;
        let key = story
            .key(Some(id(&here)), &["channels.read", "members.read"])
            .await;
        let list = async |key: &str, query: &str| {
            let path = format!("/api/discord/channels{query}");
            story.call("GET", &path).key(key).send().await
        };
        let listed = list(&key, "").await.expect(200);
        let named = |name: &str| {
            let all = listed["channels"].as_array().unwrap();
            all.iter().find(|channel| channel["name"] == name).cloned()
        };
        assert_eq!(named("news").unwrap()["id"], news.id().to_string());
        assert_eq!(named("news").unwrap()["type"], "text");
        assert_eq!(named("Voices").unwrap()["id"], voices.id().to_string());
        assert_eq!(named("secret"), None);
        list(&key, &format!("?guild_id={}", there.id()))
            .await
            .expect(404);
        let wide = story.key(None, &["channels.read"]).await;
        let refused = list(&wide, "").await.expect(422);
        assert!(refused["detail"].as_str().is_some(), "{refused}");
        let asked = format!("?guild_id={}", there.id());
        list(&wide, &asked).await.expect(200);
    })
    .await;
}
