//! The plan for programs.

use serde_json::json;

use crate::{ask, id, run, sites, story};

#[tokio::test]
async fn programs_make_change_list_and_remove_entries() {
    story(async |story| {
        let guild = story.sim.guild("Builders");
        let chief = guild.owner();
        let (alice, bob) = (guild.member("alice"), guild.member("bob"));
        let robot = guild.other_bot("robot");
        story.idle().await;
        sites(story, &chief, &["Harbour"]).await;
        let key = story
            .key(Some(id(&guild)), &["planning.read", "planning.write"])
            .await;
        let path = |rest: &str| format!("/v1/guilds/{}/planning{rest}", guild.id());
        let post = async |body: serde_json::Value| {
            let call = story.call("POST", &path(""));
            call.key(&key).json(&body).send().await
        };
        let made = post(json!({ "people": [alice.id().to_string(), bob.id().to_string()], "site": "harbour",
            "starts": "2026-12-28", "ends": "2027-01-02", "note": " =Boots " }))
        .await
        .expect(201);
        assert_eq!(made["ends"], "2027-01-03T00:00:00");
        assert_eq!((&made["state"], &made["note"]), (&json!("approved"), &json!("=Boots")));
        let alone = |body: serde_json::Value| {
            let mut whole = json!({ "people": [alice.id().to_string()], "kind": "other", "dates": "tomorrow" });
            for (field, value) in body.as_object().unwrap() {
                whole[field] = value.clone();
            }
            whole
        };
        let mut refused = Vec::new();
        for wrong in [
            json!({ "people": [] }),
            json!({ "people": [robot.id().to_string()] }),
            json!({ "people": "all" }),
            json!({ "kind": "work" }),
            json!({ "kind": "site" }),
            json!({ "site": "Tower" }),
            json!({ "dates": "soon" }),
            json!({ "dates": null }),
            json!({ "dates": null, "starts": "2026-12-28" }),
            json!({ "dates": null, "starts": "2026-12-28", "ends": "2026-12-27" }),
            json!({ "dates": null, "starts": "noon", "ends": "2026-12-27" }),
            json!({ "dates": null, "starts": "1999-12-28", "ends": "1999-12-29" }),
            json!({ "note": "x".repeat(501) }),
            json!({ "repeat": "sometimes" }),
            json!({ "dates": "05/03 07/03", "repeat": "daily" }),
            json!({ "overlap": "yes" }),
            json!({ "more": 1 }),
        ] {
            let told = post(alone(wrong.clone())).await;
            assert!([400, 422].contains(&told.status), "{wrong}: {}", told.text());
            let body: serde_json::Value = serde_json::from_str(&told.text()).unwrap();
            refused.push(format!("{} {}", told.status, body["detail"].as_str().unwrap()));
        }
        insta::assert_snapshot!("routes_refused", crate::plain(&refused.join("\n")));
        // What overlaps is a conflict until it is meant so.
        let clash = json!({ "dates": "30/12/2026" });
        post(alone(clash.clone())).await.expect(409);
        let count = "select count(*)::text from planning.entry";
        assert_eq!(ask(story, count).await, ["1"]);
        let meant = json!({ "dates": "30/12/2026 8h-12h", "overlap": true });
        post(alone(meant)).await.expect(201);
        let list = async |query: &str| {
            let call = story.call("GET", &path(query));
            let page = call.key(&key).send().await.expect(200);
            let numbers = page["data"].as_array().unwrap().iter();
            numbers.map(|entry| entry["number"].as_i64().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(list("").await, [1, 2]);
        assert_eq!(list(&format!("?person={}", bob.id())).await, [1]);
        assert_eq!(list("?from=2027-01-01").await, [1]);
        assert_eq!(list("?to=2026-12-29").await, [1]);
        assert_eq!(list("?kind=other&state=approved").await, [2]);
        assert_eq!(list("?site=1").await, [1]);
        for wrong in ["?person=x", "?from=soon", "?kind=x", "?state=x", "?site=x", "?format=x", "?more=1"] {
            let told = story.call("GET", &path(wrong)).key(&key).send().await;
            assert!([400, 422].contains(&told.status), "{wrong}: {}", told.text());
        }
        let first = story.call("GET", &path("?limit=1")).key(&key).send().await.expect(200);
        let next = format!("?limit=1&cursor={}", first["pagination"]["next_cursor"].as_str().unwrap());
        assert_eq!(list(&next).await, [2]);
        let one = path("/1");
        let patch = async |body: serde_json::Value| {
            story.call("PATCH", &one).key(&key).json(&body).send().await
        };
        let moved = patch(json!({ "dates": "28/12/2026 31/12", "note": "", "overlap": true })).await.expect(200);
        assert_eq!((&moved["note"], &moved["version"]), (&json!(null), &json!(1)));
        patch(json!({ "people": [] })).await.expect(422);
        patch(json!({ "site": "" })).await.expect(422);
        let whole = story.call("GET", &one).key(&key).send().await.expect(200);
        let whats = whole["history"].as_array().unwrap().iter();
        let whats: Vec<&str> = whats.map(|past| past["what"].as_str().unwrap()).collect();
        assert!(whats.contains(&"dates") && whats.contains(&"created"), "{whats:?}");
        let csv = story.call("GET", &path("?format=csv")).key(&key).send().await.text();
        assert!(csv.starts_with("number,kind,state") && csv.contains("2026-12-28T00:00:00"), "{csv}");
        // Leave that a member asked for is decided here too.
        run(story, &bob, "/planning leave", &[("dates", "tomorrow".into())]).await;
        let waiting = path("/3/decision");
        let decide = async |body: serde_json::Value| {
            story.call("POST", &waiting).key(&key).json(&body).send().await
        };
        decide(json!({ "approve": false })).await.expect(422);
        decide(json!({ "approve": true, "reason": "x" })).await.expect(422);
        let done = decide(json!({ "approve": false, "reason": "No" })).await.expect(200);
        assert_eq!(done["state"], "refused");
        decide(json!({ "approve": true })).await.expect(422);
        story.idle().await;
        bob.sees(&bob.dm());
        chief.sees(&chief.dm());
        // Somebody is forgotten.
        let people = path(&format!("/people/{}", bob.id()));
        let gone = story.call("DELETE", &people).key(&key).send().await.expect(200);
        assert_eq!(gone["entries"], 2);
        let traces = format!(
            "select count(*)::text from planning.entry e full join planning.change c using (guild_id, number)
             full join planning.person p using (guild_id)
             where concat(e::text, c::text, p::text) like '%{}%'",
            bob.id()
        );
        assert_eq!(ask(story, &traces).await, ["0"]);
        story.call("DELETE", &one).key(&key).send().await.expect(204);
        story.call("GET", &one).key(&key).send().await.expect(404);
        story.call("DELETE", &one).key(&key).send().await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn the_legacy_path_takes_what_gvbs_callers_send() {
    story(async |story| {
        let guild = story.sim.guild("Builders");
        let chief = guild.owner();
        let alice = guild.member("alice");
        story.idle().await;
        sites(story, &chief, &["Église"]).await;
        let key = story.key(Some(id(&guild)), &["planning.write"]).await;
        let post = async |body: serde_json::Value, once: &str| {
            let call = story.call("POST", "/api/discord/planning").key(&key);
            call.header("Idempotency-Key", once).json(&body).send().await
        };
        let body = json!({ "user_id": alice.id().get(), "chantier": "eglise", "date_debut": "28/12/2026",
            "date_fin": "02/01", "notes": "Clés", "more": true });
        let first = post(body.clone(), "one").await.expect(200);
        assert_eq!(first, json!({ "success": true, "planning_id": 1 }));
        assert_eq!(post(body, "one").await.expect(200), first, "the same again makes no second");
        let leave = json!({ "user_id": alice.id().to_string(), "type": "conge", "date_debut": "04/03/2026" });
        post(leave, "two").await.expect(200);
        let wrong = json!({ "user_id": "x", "type": 7, "chantier": [], "date_debut": "soon", "notes": {} });
        let told = post(wrong, "three").await.expect(422).to_string();
        for field in ["user_id", "type", "chantier", "date_debut", "notes"] {
            assert!(told.contains(field), "{told}");
        }
        let view = "select concat(user_name, ' ', chantier, ' ', type, ' ', date_debut::date, ' ', date_fin::date, ' ', notes)
             from reporting.planning order by id";
        assert_eq!(
            ask(story, view).await,
            [
                "alice Église site 2026-12-28 2027-01-02 Clés",
                "alice  leave 2026-03-04 2026-03-04 "
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn erasing_somebody_leaves_ids_alone_that_hold_the_same_digits() {
    story(async |story| {
        let guild = story.sim.guild("Builders");
        let (alice, bob) = (guild.member("alice"), guild.member("bob"));
        story.idle().await;
        let plan = [("dates", "05/03".into()), ("kind", "Training".into())];
        run(story, &bob, "/planning add", &plan).await;
        let change = |what: &str, old: &str, by: &testkit::discord_sim::Person| {
            format!(
                "insert into planning.change (guild_id, number, at, by_user, what, old)
                 values ({}, 1, now(), {}, '{what}', '{old}') returning old",
                guild.id(),
                by.id()
            )
        };
        let (gone, longer) = (alice.id().to_string(), format!("1{}", alice.id()));
        ask(
            story,
            &change("people", &format!("{longer} {gone} 7"), &bob),
        )
        .await;
        ask(story, &change("note", &format!("call {longer}"), &alice)).await;
        let erase = [("person", (&alice).into())];
        run(story, &guild.owner(), "/planning erase", &erase).await;
        let kept = "select old from planning.change where old is not null order by id";
        assert_eq!(
            ask(story, kept).await,
            [format!("{longer} 7"), format!("call {longer}")]
        );
        let by = format!("select count(*)::text from planning.change where by_user = {gone}");
        assert_eq!(ask(story, &by).await, ["0"]);
    })
    .await;
}
