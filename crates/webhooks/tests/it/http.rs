//! Webhooks for programs.

use jiff::SignedDuration;
use serde_json::json;

use crate::{Receiver, id, rings, story};

#[tokio::test]
async fn a_program_does_all_that_people_do() {
    story(async |story| {
        let (guild, other) = (story.sim.guild("Bâtisseurs"), story.sim.guild("Other"));
        let owner = guild.owner();
        story.idle().await;
        let receiver = Receiver::start().await;
        let key = story
            .key(Some(id(&guild)), &["webhooks.read", "webhooks.write"])
            .await;
        let reads = story.key(Some(id(&guild)), &["webhooks.read"]).await;
        let base = format!("/v1/guilds/{}/webhooks", guild.id());
        let call = |method: &'static str, rest: &str| {
            story.call(method, &format!("{base}{rest}")).key(&key)
        };

        let new = json!({ "url": receiver.url(), "events": ["bell.*"], "name": "Board" });
        story
            .call("POST", &base)
            .key(&reads)
            .json(&new)
            .send()
            .await
            .expect(403);
        let made = call("POST", "").json(&new).send().await.expect(201);
        let secret = made["secret"].as_str().unwrap().to_owned();
        assert_eq!(made["number"], 1);
        assert_eq!(
            made["events"],
            json!(["bell.melted", "bell.rung", "bell.tuned"])
        );
        let listed = call("GET", "").send().await.expect(200);
        assert_eq!(listed["data"][0]["name"], "Board");
        assert_eq!(listed["data"][0].get("secret"), None);

        rings(story, &owner, "Mill").await;
        assert!(receiver.came()[0].is_signed_with(&secret));
        let log = call("GET", "/1/deliveries").send().await.expect(200);
        let sent = &log["data"][0];
        assert_eq!(sent["state"], "sent");
        assert_eq!(
            (&sent["status"], &sent["answer"]),
            (&json!(204), &json!(null))
        );
        assert_eq!(sent["id"], receiver.came()[0].id);
        let again = json!({ "sequence": sent["sequence"] });
        call("POST", "/1/redeliver")
            .json(&again)
            .send()
            .await
            .expect(202);
        story.idle().await;
        let came = receiver.came();
        assert_eq!((came.len(), &came[0].id), (2, &came[1].id));
        call("POST", "/1/redeliver")
            .json(&json!({ "sequence": 999_999 }))
            .send()
            .await
            .expect(422);

        call("POST", "/1/test").send().await.expect(202);
        story.idle().await;
        assert_eq!(receiver.came()[2].json()["type"], "webhook.test");
        let rotated = call("POST", "/1/rotate").send().await.expect(200);
        assert_ne!(rotated["secret"].as_str(), Some(secret.as_str()));

        let changed = json!({ "events": [], "name": "Everything", "stopped": true });
        let changed = call("PATCH", "/1").json(&changed).send().await.expect(200);
        assert_eq!(
            (&changed["events"], &changed["stopped"]),
            (&json!([]), &json!("hand"))
        );
        call("POST", "/1/test").send().await.expect(422);
        call("PATCH", "/1")
            .json(&json!({ "stopped": false }))
            .send()
            .await
            .expect(200);

        for (body, field) in [
            (json!({ "url": "nonsense" }), "url"),
            (json!({ "events": ["bread.baked"] }), "events"),
            (json!({ "name": "x".repeat(81) }), "name"),
        ] {
            let wrong = call("PATCH", "/1").json(&body).send().await.expect(422);
            assert_eq!(wrong["errors"][0]["field"], field, "{wrong}");
        }
        call("GET", "/2").send().await.expect(404);
        let events = story.call("GET", &format!("/v1/guilds/{}/webhook-events", guild.id()));
        let events = events.key(&reads).send().await.expect(200);
        assert!(
            events["data"]
                .as_array()
                .unwrap()
                .iter()
                .any(|one| one["name"] == "bell.rung")
        );

        // Another server's key sees nothing of it.
        let theirs = story
            .key(Some(id(&other)), &["webhooks.read", "webhooks.write"])
            .await;
        for (method, rest) in [
            ("GET", "/1"),
            ("DELETE", "/1"),
            ("POST", "/1/rotate"),
            ("GET", "/1/deliveries"),
        ] {
            story
                .call(method, &format!("{base}{rest}"))
                .key(&theirs)
                .send()
                .await
                .expect(404);
        }
        call("DELETE", "/1").send().await.expect(204);
        call("DELETE", "/1").send().await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn what_was_sent_is_kept_for_thirty_days() {
    story(async |story| {
        let guild = story.sim.guild("Bâtisseurs");
        let owner = guild.owner();
        story.idle().await;
        let receiver = Receiver::start().await;
        crate::adds(story, &owner, &receiver, "*").await;
        rings(story, &owner, "Mill").await;
        let key = story.key(Some(id(&guild)), &["webhooks.read"]).await;
        let path = format!("/v1/guilds/{}/webhooks/1/deliveries", guild.id());
        let kept = async |story: &testkit::Story| {
            let log = story.call("GET", &path).key(&key).send().await.expect(200);
            log["data"].as_array().unwrap().len()
        };
        assert_eq!(kept(story).await, 1);
        story.advance(SignedDuration::from_hours(24 * 29)).await;
        assert_eq!(kept(story).await, 1);
        story.advance(SignedDuration::from_hours(24 * 2)).await;
        assert_eq!(kept(story).await, 0);
    })
    .await;
}
