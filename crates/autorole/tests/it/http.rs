//! Groups of roles over HTTP.

use serde_json::{Value, json};
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

#[tokio::test]
async fn groups_are_made_changed_and_removed() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let colours = roles(&guild, &["Red", "Blue", "Green"]);
        let text = guild.text("general");
        story.idle().await;
        let ids: Vec<String> = colours.iter().map(|role| role.id().to_string()).collect();
        let key = story
            .key(None, &["role_groups.read", "role_groups.write"])
            .await;
        let base = format!("/v1/guilds/{}/role-groups", guild.id());
        let send = async |method: &'static str, path: &str, body: Value| {
            let call = story.call(method, &format!("{base}{path}")).key(&key);
            call.json(&body).send().await
        };
        let new = json!({ "name": " Colours ", "message": "Pick one", "rules": { "mode": "single", "cool_down": 3600 },
            "roles": [{ "role_id": ids[0], "label": "Rouge", "seats": 5 }, { "role_id": ids[1], "emoji": "🔵" }] });
        let made = send("POST", "", new.clone()).await.expect(201);
        assert_eq!((&made["name"], &made["rules"]["mode"]), (&json!("Colours"), &json!("single")));
        assert_eq!((&made["roles"][0]["seats"], &made["roles"][1]["emoji"]), (&json!(5), &json!("🔵")));
        assert_eq!(send("POST", "", new).await.expect(422)["code"], "refused", "the name is taken");
        let path = format!("/{}", made["id"]);
        let general = guild.id().to_string();
        for (field, wrong) in [
            ("name", json!({ "name": "" })),
            ("message", json!({ "message": "x".repeat(2001) })),
            ("button_style", json!({ "button_style": 5 })),
            ("rules.any_of", json!({ "rules": { "any_of": ["81384788765712384"] } })),
            ("rules.apart_from", json!({ "rules": { "apart_from": [made["id"]] } })),
            ("rules.lasts", json!({ "rules": { "lasts": 1 } })),
            ("rules.min", json!({ "rules": { "min": 101 } })),
            ("both", json!({ "rules": { "min": 3, "max": 2 } })),
            ("surface", json!({ "surface": "wall" })),
        ] {
            let refused = send("PATCH", &path, wrong).await;
            assert_eq!(refused.status, 422, "{field}: {}", refused.text());
        }
        // The menu follows, as with the command.
        let menu = crate::post(story, &guild, "Colours").await;
        assert!(menu.text().contains("Pick one"), "{}", menu.text());
        let changed = json!({ "message": "Pick two", "surface": "selects", "rules": { "mode": "multiple", "max": 2 } });
        let changed = send("PATCH", &path, changed).await.expect(200);
        assert_eq!((&changed["name"], &changed["rules"]["cool_down"]), (&json!("Colours"), &Value::Null));
        story.idle().await;
        assert!(crate::menu(&guild, "Colours").unwrap().text().contains("Pick two"));
        // Roles come, go and move.
        let green = format!("{path}/roles/{}", ids[2]);
        let put = send("PUT", &green, json!({ "label": "Vert", "place": 1 })).await.expect(200);
        let order = |group: &Value| -> Vec<String> {
            let roles = group["roles"].as_array().unwrap().iter();
            roles.map(|role| role["role_id"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(order(&put), [ids[2].as_str(), &ids[0], &ids[1]]);
        let red = format!("{path}/roles/{}", ids[0]);
        let put = send("PUT", &red, json!({ "no_seats": true })).await.expect(200);
        assert_eq!((&put["roles"][1]["label"], &put["roles"][1]["seats"]), (&json!("Rouge"), &Value::Null));
        send("PUT", &red, json!({ "seats": 0 })).await.expect(422);
        send("PUT", &red, json!({ "emoji": "smile" })).await.expect(422);
        let everyone = send("PUT", &format!("{path}/roles/{general}"), json!({})).await;
        assert_eq!(everyone.expect(422)["code"], "refused");
        let taken = send("DELETE", &red, Value::Null).await.expect(200);
        assert_eq!(order(&taken), [ids[2].as_str(), &ids[1]]);
        send("DELETE", &red, Value::Null).await.expect(404);
        send("PUT", "/4242/roles/1", json!({})).await.expect(404);
        story.idle().await;
        let gone = send("DELETE", &path, Value::Null).await;
        assert_eq!(gone.status, 204, "{}", gone.text());
        send("DELETE", &path, Value::Null).await.expect(404);
        story.idle().await;
        assert!(crate::menu(&guild, "Colours").is_none(), "the menu is gone too");
        guild.owner().sees(&text);
    })
    .await;
}

#[tokio::test]
async fn a_key_sets_up_no_more_than_whoever_made_it_may() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let (low, high) = (
            guild.role("Low", Permissions::NONE),
            guild.role("High", Permissions::NONE),
        );
        let (strong, alice) = (
            guild.role("Strong", Permissions::BAN_MEMBERS),
            guild.member("alice"),
        );
        guild.owner().gives_role(&alice, &low);
        story.idle().await;
        let key_of = async |by: &testkit::discord_sim::Person| {
            let new = testkit::api::keys::NewKey {
                name: "of somebody".to_owned(),
                scopes: ["role_groups.write".to_owned()].into(),
                guilds: Some(vec![guild.id().to_string().parse().unwrap()]),
                channels: None,
                content: false,
                deleted: false,
                by: Some(by.id().to_string().parse().unwrap()),
                expires_at: None,
            };
            story.key_of(new).await
        };
        let path = format!("/v1/guilds/{}/role-groups", guild.id());
        let create = async |key: &str, role: &testkit::discord_sim::RoleRef| {
            let body = json!({ "name": role.id().to_string(), "roles": [{ "role_id": role.id().to_string() }] });
            story.call("POST", &path).key(key).json(&body).send().await
        };
        let (of_alice, of_owner) = (key_of(&alice).await, key_of(&guild.owner()).await);
        assert_eq!(create(&of_alice, &high).await.expect(422)["code"], "refused");
        create(&of_owner, &high).await.expect(201);
        // What is dangerous the owner says twice in Discord, and nobody here.
        assert_eq!(create(&of_owner, &strong).await.expect(422)["code"], "refused");
    })
    .await;
}
