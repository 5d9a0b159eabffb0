//! Worksites over HTTP, and for reporting tools.

use serde_json::{Value, json};
use testkit::{BotOptions, discord_sim::SimOptions};

use crate::{channel, features, opens};

#[tokio::test]
async fn a_worksite_is_opened_changed_and_archived_as_by_the_command() {
    let options = BotOptions::default().with_http();
    testkit::story_with(features, SimOptions::default(), options, async |story| {
        let guild = story.sim.guild("Bâtisseurs");
        let (alice, chief) = (guild.member("alice"), guild.owner());
        story.idle().await;
        let key = story.key(None, &["*"]).await;
        let path = format!("/v1/guilds/{}/worksites", guild.id());
        let send = async |method: &'static str, path: &str, body: Value| {
            story.call(method, path).key(&key).json(&body).send().await
        };
        let get = async |path: String| story.call("GET", &path).key(&key).send().await;
        let lead = alice.id().to_string();
        let new = json!({ "name": " Église Saint-Jean ", "address": "12 rue du Port", "lead_id": lead });
        let made = send("POST", &path, new).await.expect(201);
        assert_eq!(
            (&made["number"], &made["name"], &made["lead_id"]),
            (&json!(1), &json!("Église Saint-Jean"), &json!(lead))
        );
        let place = channel(&guild, "eglise-saint-jean");
        assert_eq!(made["channel_id"], place.id().to_string());
        opens(story, &chief, "Gare").await;

        let listed = get(format!("{path}?limit=1")).await.expect(200);
        assert_eq!(listed["data"][0]["name"], "Gare", "the newest first");
        let next = listed["pagination"]["next_cursor"].as_str().unwrap();
        let rest = get(format!("{path}?limit=1&cursor={next}")).await.expect(200);
        assert_eq!(rest["data"][0]["number"], 1);
        assert_eq!(rest["pagination"]["next_cursor"], Value::Null);
        let found = get(format!("{path}?search=EGLISE")).await.expect(200);
        assert_eq!(found["data"].as_array().unwrap().len(), 1);

        let one = format!("{path}/1");
        for (method, path, body, field) in [
            ("POST", &path, json!({ "name": "eglise saint jean" }), None),
            ("POST", &path, json!({ "name": "!?" }), None),
            ("POST", &path, json!({ "name": "x".repeat(81) }), None),
            ("POST", &path, json!({ "name": "New", "lead_id": "42" }), Some("lead_id")),
            ("POST", &path, json!({ "name": "New", "colour": -1 }), Some("colour")),
            ("PATCH", &one, json!({ "colour": 0x0100_0000 }), Some("colour")),
            ("PATCH", &one, json!({ "address": "x".repeat(201) }), Some("address")),
        ] {
            let refused = send(method, path, body.clone()).await.expect(422);
            assert_eq!(refused["errors"][0]["field"].as_str(), field, "{body}: {refused}");
        }
        let changed = send("PATCH", &one, json!({ "address": "", "colour": 255 })).await.expect(200);
        assert_eq!((&changed["address"], &changed["colour"]), (&Value::Null, &json!(255)));
        assert_eq!(changed["lead_id"], lead, "what is not named stays");

        let archived = send("POST", &format!("{one}/archive"), Value::Null).await.expect(200);
        assert!(archived["archived_at"].is_string());
        assert!(place.name().ends_with("-eglise-saint-jean"), "{}", place.name());
        send("POST", &format!("{one}/archive"), Value::Null).await.expect(422);
        send("PATCH", &one, json!({ "colour": 1 })).await.expect(422);
        get(format!("{path}/99")).await.expect(404);
        let old = get(format!("{path}?archived=true")).await.expect(200);
        assert_eq!(old["data"][0]["number"], 1);

        // What reporting tools asked of the replaced system.
        let mut db = story.database().database().acquire().await.unwrap();
        #[expect(clippy::disallowed_methods, reason = "the query of a reporting tool")]
        let rows: Vec<(String, String, bool)> = sqlx::query_as(
            "select nom, status, archived_at is not null from reporting.chantiers where channel_id is not null
             order by nom",
        )
        .fetch_all(&mut *db)
        .await
        .unwrap();
        assert_eq!(
            rows,
            [
                ("Gare".to_owned(), "actif".to_owned(), false),
                ("Église Saint-Jean".to_owned(), "archivé".to_owned(), true),
            ]
        );
    })
    .await;
}
