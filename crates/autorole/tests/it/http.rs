//! Groups of roles over HTTP.

use serde_json::json;
use testkit::{BotOptions, Story, discord_sim::Permissions};

use crate::{calm, features, owner, roles};

async fn story(tell: impl AsyncFnOnce(&mut Story)) {
    let options = BotOptions::default().with_http();
    testkit::story_with(features, calm(), options, tell).await;
}

#[tokio::test]
async fn groups_are_shown_and_roles_handed_out() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let colours = roles(&guild, &["Red", "Blue"]);
        let (text, alice, bob) = (
            guild.text("log"),
            guild.member("alice"),
            guild.member("bob"),
        );
        story.idle().await;
        let options = [
            ("name", "Colours".into()),
            ("roles", crate::mentions(&colours).into()),
        ];
        let _ = owner(story, &guild, "create", &options).await;
        let key = story.key(None, &["*"]).await;
        let base = format!("/v1/guilds/{}", guild.id());
        let get = async |path: &str| {
            story
                .call("GET", &format!("{base}{path}"))
                .key(&key)
                .send()
                .await
        };
        let listed = get("/role-groups").await.expect(200);
        assert_eq!(listed["data"][0]["name"], "Colours");
        let group = get(&format!("/role-groups/{}", listed["data"][0]["id"]))
            .await
            .expect(200);
        assert_eq!(group["roles"][0]["role_id"], colours[0].id().to_string());
        assert_eq!(group["rules"]["mode"], "free");
        get("/role-groups/4242").await.expect(404);
        get("/role-groups/red").await.expect(404);

        let assign = async |role: &str, channel: &str| {
            let body = json!({ "role_id": role, "action": "give", "channel_id": channel });
            let call = story
                .call("POST", &format!("{base}/role-assignments"))
                .key(&key);
            call.header("idempotency-key", "once")
                .json(&body)
                .send()
                .await
        };
        let red = colours[0].id().to_string();
        let begun = assign(&red, &text.id().to_string()).await.expect(202);
        story.idle().await;
        let done = get(&format!("/role-assignments/{}", begun["id"]))
            .await
            .expect(200);
        assert_eq!(
            (done["state"].as_str(), done["changed"].as_i64()),
            (Some("done"), Some(3))
        );
        assert!(
            guild.roles_of(&alice).contains(&colours[0])
                && guild.roles_of(&bob).contains(&colours[0])
        );
        // The same again is no second run.
        assert_eq!(
            assign(&red, &text.id().to_string()).await.expect(202)["id"],
            begun["id"]
        );
        let ended = story.call(
            "DELETE",
            &format!("{base}/role-assignments/{}", begun["id"]),
        );
        ended.key(&key).send().await.expect(422);
        let _ = guild.owner().sees(&text);
    })
    .await;
}

#[tokio::test]
async fn a_key_hands_out_no_more_than_whoever_made_it_may() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let (low, high) = (guild.role("Low", Permissions::NONE), guild.role("High", Permissions::NONE));
        let (text, alice) = (guild.text("log"), guild.member("alice"));
        guild.owner().gives_role(&alice, &low);
        story.idle().await;
        let new = testkit::api::keys::NewKey {
            name: "of alice".to_owned(),
            scopes: ["role_groups.write".to_owned()].into(),
            guilds: Some(vec![guild.id().to_string().parse().unwrap()]),
            channels: None,
            content: false,
            deleted: false,
            by: Some(alice.id().to_string().parse().unwrap()),
            expires_at: None,
        };
        let key = story.key_of(new).await;
        let call = story.call("POST", &format!("/v1/guilds/{}/role-assignments", guild.id())).key(&key);
        let body = json!({ "role_id": high.id().to_string(), "action": "give", "channel_id": text.id().to_string() });
        let refused = call.json(&body).send().await;
        assert_eq!(refused.expect(422)["code"], "refused", "{}", refused.text());
    })
    .await;
}
