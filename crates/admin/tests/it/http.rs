//! Settings, permissions and the doctor over HTTP.

use serde_json::{Value, json};
use testkit::{BotOptions, Story, discord_sim::SimOptions};

use crate::with_sample;

async fn story(tell: impl AsyncFnOnce(&mut Story)) {
    let options = BotOptions::default().with_http();
    testkit::story_with(with_sample, SimOptions::default(), options, tell).await;
}

#[tokio::test]
async fn settings_are_replaced_by_who_has_seen_them() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR").locale("en-US");
        let owner = guild.owner().locale("en-US");
        story.idle().await;
        let key = story.key(None, &["settings.read", "settings.write"]).await;
        let base = format!("/v1/guilds/{}", guild.id());
        let path = format!("{base}/settings/general");
        let put = async |revision: i64, body: Value| {
            let body = json!({ "version": 1, "revision": revision, "body": body });
            story.call("PUT", &path).key(&key).json(&body).send().await
        };
        let before = story.call("GET", &path).key(&key).send().await.expect(200);
        assert_eq!(before["revision"], 0);
        let mut body = before["body"].clone();
        body["time_zone"] = json!("Europe/Paris");
        assert_eq!(put(0, body.clone()).await.expect(200)["revision"], 1);
        // Somebody who has not seen that does not overwrite it.
        assert_eq!(
            put(0, before["body"].clone()).await.expect(409)["code"],
            "stale"
        );
        body["time_zone"] = json!("Europe/Nowhere");
        assert_eq!(put(1, body.clone()).await.expect(422)["code"], "refused");
        body["nonsense"] = json!(1);
        put(1, body).await.expect(422);
        let history = story
            .call("GET", &format!("{base}/settings-history/general"))
            .key(&key);
        let history = history.send().await.expect(200);
        assert_eq!(
            (&history["data"][0]["via"], &history["data"][0]["revision"]),
            (&json!("rest"), &json!(1))
        );
        let told = story
            .answer(owner.slash("/settings history", &[]))
            .await
            .text();
        assert!(told.contains("over the API"), "{told}");
        let all = story
            .call("GET", &format!("{base}/settings"))
            .key(&key)
            .send()
            .await
            .expect(200);
        let subjects: Vec<_> = all["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["subject"].as_str().unwrap())
            .collect();
        assert_eq!(subjects, ["features", "general", "permissions"]);
        story
            .call("GET", &format!("{base}/settings/nothing"))
            .key(&key)
            .send()
            .await
            .expect(404);
        // What decides over rights has a scope of its own.
        let body = json!({ "version": 1, "revision": 0, "body": { "rules": [] } });
        let refused = story
            .call("PUT", &format!("{base}/settings/permissions"))
            .key(&key)
            .json(&body)
            .send()
            .await;
        assert!(
            refused.expect(403)["detail"]
                .as_str()
                .unwrap()
                .contains("permissions.write")
        );
    })
    .await;
}

#[tokio::test]
async fn rules_are_replaced_as_a_whole() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice");
        story.idle().await;
        let key = story.key(None, &["permissions.read", "permissions.write"]).await;
        let path = format!("/v1/guilds/{}/permissions", guild.id());
        let rule = |capability: &str| json!({ "capability": capability, "effect": "grant", "to": { "member": alice.id().to_string() } });
        let put = async |revision: i64, rules: Value| {
            let body = json!({ "revision": revision, "rules": rules });
            story.call("PUT", &path).key(&key).json(&body).send().await
        };
        let granted = put(0, json!([rule("settings.manage")])).await.expect(200);
        assert_eq!((&granted["revision"], &granted["rules"][0]["capability"]), (&json!(1), &json!("settings.manage")));
        put(0, json!([])).await.expect(409);
        put(1, json!([rule("settings.mange")])).await.expect(422);
        put(1, json!([rule("settings.manage"), rule("settings.manage")])).await.expect(422);
        put(1, json!([{ "capability": "settings.manage", "effect": "grant", "to": { "planet": "1" } }])).await.expect(422);
        let shown = story.call("GET", &path).key(&key).send().await.expect(200);
        let known = shown["capabilities"].as_array().unwrap();
        assert!(known.iter().any(|known| known["name"] == "permissions.manage" && known["by_default"] == json!(["ADMINISTRATOR"])));
    })
    .await;
}

#[tokio::test]
async fn the_doctor_speaks_to_machines() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        story.idle().await;
        let key = story.key(None, &["health.read"]).await;
        let path = format!("/v1/guilds/{}/doctor", guild.id());
        let said = story.call("GET", &path).key(&key).send().await.expect(200);
        assert_eq!(
            said["is_well"],
            said["findings"].as_array().unwrap().is_empty()
        );
        assert!(
            said["invite"]
                .as_str()
                .unwrap()
                .starts_with("https://discord.com/oauth2/authorize?")
        );
        assert!(
            said["features"]
                .as_array()
                .unwrap()
                .contains(&json!("admin"))
        );
    })
    .await;
}
