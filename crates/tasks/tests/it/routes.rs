//! Tasks for programs.

use serde_json::json;

use crate::{id, story};

#[tokio::test]
async fn programs_make_change_list_and_delete_tasks() {
    story(async |story| {
        let guild = story.sim.guild("Builders");
        let alice = guild.member("alice");
        let robot = guild.other_bot("robot");
        story.idle().await;
        let key = story.key(Some(id(&guild)), &["tasks.read", "tasks.write"]).await;
        let path = |rest: &str| format!("/v1/guilds/{}/tasks{rest}", guild.id());
        let post = async |body: serde_json::Value| {
            story.call("POST", &path("")).key(&key).json(&body).send().await
        };
        let made = post(json!({ "description": " =Paint ", "assignees": [alice.id().to_string()], "due": "in 3 days",
            "tags": ["Door"], "checklist": ["Sand"], "priority": "high" }))
        .await
        .expect(201);
        assert_eq!(made["number"], 1);
        assert_eq!(made["description"], "=Paint");
        for wrong in [
            json!({ "description": "" }),
            json!({ "description": "x", "due": "2020-01-01" }),
            json!({ "description": "x", "priority": "most" }),
            json!({ "description": "x", "assignees": [robot.id().to_string()] }),
            json!({ "description": "x", "site": "Tower" }),
        ] {
            let told = post(wrong.clone()).await;
            assert!([400, 404, 409, 422].contains(&told.status), "{wrong}: {}", told.text());
        }
        let one = path("/1");
        let patch = async |body: serde_json::Value| {
            story.call("PATCH", &one).key(&key).json(&body).send().await
        };
        let blocked = patch(json!({ "state": "blocked", "reason": "rain" })).await.expect(200);
        assert_eq!(blocked["reason"], "rain");
        patch(json!({ "state": "blocked" })).await.expect(422);
        let done = patch(json!({ "state": "done", "due": "" })).await.expect(200);
        assert_eq!((&done["state"], &done["reason"]), (&json!("done"), &json!(null)));
        let whole = story.call("GET", &one).key(&key).send().await.expect(200);
        let whats: Vec<&str> =
            whole["history"].as_array().unwrap().iter().map(|past| past["what"].as_str().unwrap()).collect();
        assert!(whats.contains(&"state") && whats.contains(&"created"), "{whats:?}");
        let csv = story.call("GET", &path("?format=csv")).key(&key).send().await.text();
        assert!(csv.contains("\"'=Paint\""), "{csv}");
        story.call("DELETE", &one).key(&key).send().await.expect(204);
        story.call("GET", &one).key(&key).send().await.expect(404);
        story.call("DELETE", &one).key(&key).send().await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn programs_say_how_a_task_comes_again_and_which_role_does_it() {
    story(async |story| {
        let guild = story.sim.guild("Builders");
        let place = guild.text("work");
        let crew = guild.role("Crew", testkit::discord_sim::Permissions::from_bits(0));
        let foreign = story.sim.guild("Elsewhere").text("there");
        story.idle().await;
        let key = story.key(Some(id(&guild)), &["tasks.read", "tasks.write"]).await;
        let path = |rest: &str| format!("/v1/guilds/{}/tasks{rest}", guild.id());
        let post = async |body: serde_json::Value| {
            story.call("POST", &path("")).key(&key).json(&body).send().await
        };
        let made = post(json!({ "description": "Sweep", "role": crew.id().to_string(), "due": "2026-03-06T12:00:00Z",
            "repeat": "weekly", "except": ["2026-03-13"], "renews": "due", "channel": place.id().to_string() }))
        .await
        .expect(201);
        assert_eq!(made["role"], crew.id().to_string());
        assert_eq!((&made["repeat"]["every"], &made["renews"]), (&json!("weeks"), &json!("due")));
        story.idle().await;
        assert_eq!(guild.owner().sees(&place).len(), 1, "its panel stands there");
        for (field, wrong) in [
            ("role", json!({ "role": "1" })),
            ("role", json!({ "role": crew.id().to_string(), "assignees": [guild.owner().id().to_string()] })),
            ("repeat", json!({ "repeat": "daily" })),
            ("repeat", json!({ "repeat": "often", "due": "in 3 days" })),
            ("except", json!({ "except": ["2026-03-13"] })),
            ("renews", json!({ "renews": "due" })),
            ("renews", json!({ "renews": "never", "repeat": "daily", "due": "in 3 days" })),
            ("channel", json!({ "channel": foreign.id().to_string() })),
        ] {
            let mut body = json!({ "description": "x" });
            body.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
            let told = post(body).await.expect(422).to_string();
            assert!(told.contains(&format!("\"{field}\"")), "{wrong}: {told}");
        }
        let one = path("/1");
        let patch = async |body: serde_json::Value| {
            story.call("PATCH", &one).key(&key).json(&body).send().await
        };
        let changed = patch(json!({ "repeat": "daily", "renews": "done" })).await.expect(200);
        assert_eq!((&changed["renews"], &changed["except"]), (&json!("done"), &json!(["2026-03-13"])));
        patch(json!({ "repeat": "often" })).await.expect(422);
        let never = patch(json!({ "repeat": "" })).await.expect(200);
        assert_eq!(never["repeat"], json!(null));
        let told = patch(json!({ "except": [] })).await;
        assert!([409, 422].contains(&told.status), "{}", told.text());
        story.idle().await;
        guild.owner().sees(&place);
    })
    .await;
}

#[tokio::test]
async fn the_legacy_path_takes_numbers_and_texts_once() {
    story(async |story| {
        let guild = story.sim.guild("Builders");
        let alice = guild.member("alice");
        story.idle().await;
        story
            .answer(
                guild
                    .owner()
                    .slash("/worksite create", &[("name", "Harbour".into())]),
            )
            .await;
        let key = story.key(Some(id(&guild)), &["tasks.write"]).await;
        let post = async |body: serde_json::Value| {
            story
                .call("POST", "/api/discord/task")
                .key(&key)
                .header("Idempotency-Key", "one")
                .json(&body)
                .send()
                .await
        };
        let body = json!({ "user_id": alice.id().get(), "assignee_id": alice.id().to_string(),
            "description": "Paint", "chantier": "harbour", "more": true });
        let first = post(body.clone()).await.expect(200);
        assert_eq!(first, json!({ "success": true, "task_id": 1 }));
        assert_eq!(
            post(body).await.expect(200),
            first,
            "the same again makes no second"
        );
        let wrong = json!({ "user_id": "x", "assignee_id": 0, "description": 7 });
        let told = story
            .call("POST", "/api/discord/task")
            .key(&key)
            .json(&wrong)
            .send()
            .await
            .expect(422);
        let fields = told.to_string();
        for field in ["user_id", "assignee_id", "description"] {
            assert!(fields.contains(field), "{fields}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_member_is_erased_and_their_tasks_stay() {
    story(async |story| {
        let guild = story.sim.guild("Builders");
        let (chief, alice, bob) = (guild.owner(), guild.member("alice"), guild.member("bob"));
        let (place, other) = (guild.text("work"), story.sim.guild("Elsewhere"));
        story.idle().await;
        let due = ("due", "03/03/2026 12h".into());
        let mine = [("description", "Sweep".into()), ("assignee", (&alice).into()), due.clone()];
        crate::make(story, &alice, &place, &mine).await;
        let ours = [("description", "Carry".into()), ("assignee", (&bob).into()), ("second", (&alice).into()), due];
        crate::make(story, &chief, &place, &ours).await;
        story.answer(alice.slash("/task done", &[("task", "2".into())])).await;
        story.advance(jiff::SignedDuration::from_hours(4)).await;
        let key = story.key(Some(id(&guild)), &["tasks.write"]).await;
        let foreign = story.key(Some(id(&other)), &["tasks.write"]).await;
        let path = format!("/v1/guilds/{}/tasks/people/{}", guild.id(), alice.id());
        story.call("DELETE", &path).key(&foreign).send().await.expect(404);
        let erased = story.call("DELETE", &path).key(&key).send().await.expect(200);
        assert_eq!(erased, json!({ "tasks": 2 }));
        story.idle().await;
        let traces = "select t.name || ': ' || t.row from (
                select 'task' as name, x::text as row from tasks.task x union all select 'change', x::text from tasks.change x
                union all select 'reminder', x::text from tasks.reminder x union all select 'closed', x::text from tasks.closed x
            ) as t where strpos(t.row, 'ALICE') > 0";
        let traces = traces.replace("ALICE", &alice.id().to_string());
        assert_eq!(crate::ask(story, &traces).await, [""; 0]);
        let whose = "select number || ' ' || cardinality(assignees) || ' ' || state from tasks.task order by number";
        assert_eq!(crate::ask(story, whose).await, ["1 0 todo", "2 1 done"]);
        let panels: Vec<String> = chief.sees(&place).iter().map(testkit::discord_sim::SeenMessage::text).collect();
        assert!(panels.iter().all(|panel| !panel.contains("@alice")), "{panels:#?}");
        let told = story.answer(chief.slash("/task erase", &[("person", (&bob).into())])).await.text();
        assert!(told.contains("knows nothing") || told.contains("know nothing"), "{told}");
        chief.sees(&place);
        alice.sees(&alice.dm());
        bob.sees(&bob.dm());
    })
    .await;
}

#[tokio::test]
async fn programs_ask_for_some_tasks_and_turn_pages_of_them() {
    story(async |story| {
        let guild = story.sim.guild("Builders");
        let alice = guild.member("alice");
        story.idle().await;
        let key = story
            .key(Some(id(&guild)), &["tasks.read", "tasks.write"])
            .await;
        let path = |rest: &str| format!("/v1/guilds/{}/tasks{rest}", guild.id());
        for nth in 1..=6 {
            let mut new = json!({ "description": format!("Paint {nth}") });
            if nth % 2 == 0 {
                new["assignees"] = json!([alice.id().to_string()]);
                new["tags"] = json!(["door"]);
            }
            if nth == 3 {
                new["priority"] = json!("urgent");
                new["due"] = json!("in 3 days");
            }
            story
                .call("POST", &path(""))
                .key(&key)
                .json(&new)
                .send()
                .await
                .expect(201);
        }
        for (number, state) in [(1, "done"), (2, "cancelled"), (4, "in_progress")] {
            let change = json!({ "state": state });
            story
                .call("PATCH", &path(&format!("/{number}")))
                .key(&key)
                .json(&change)
                .send()
                .await
                .expect(200);
        }
        story
            .advance(jiff::SignedDuration::from_hours(24 * 4))
            .await;
        let numbers = async |query: &str| {
            let page = story
                .call("GET", &path(query))
                .key(&key)
                .send()
                .await
                .expect(200);
            let found = page["data"].as_array().unwrap().iter();
            let numbers: Vec<i64> = found.map(|task| task["number"].as_i64().unwrap()).collect();
            (
                numbers,
                page["pagination"]["next_cursor"]
                    .as_str()
                    .map(str::to_owned),
            )
        };
        let mine = format!("?assignee={}", alice.id());
        for (query, wanted) in [
            ("", vec![1, 2, 3, 4, 5, 6]),
            (mine.as_str(), vec![2, 4, 6]),
            ("?state=open", vec![3, 4, 5, 6]),
            ("?state=done", vec![1]),
            ("?priority=urgent", vec![3]),
            ("?overdue=true", vec![3]),
            ("?tag=door&state=open", vec![4, 6]),
            ("?tag=nothing", vec![]),
            ("?site=1", vec![]),
        ] {
            assert_eq!(numbers(query).await.0, wanted, "{query}");
        }
        let (first, cursor) = numbers("?tag=door&limit=2").await;
        assert_eq!(first, [2, 4]);
        let rest = format!("?tag=door&limit=2&cursor={}", cursor.unwrap());
        assert_eq!(numbers(&rest).await, (vec![6], None));
    })
    .await;
}
