//! Members over HTTP.

use testkit::{BotOptions, Story, discord_sim::SimOptions};

use crate::features;

async fn story(tell: impl AsyncFnOnce(&mut Story)) {
    let options = BotOptions::default().with_http();
    testkit::story_with(features, SimOptions::default(), options, tell).await;
}

#[tokio::test]
async fn members_come_page_by_page_and_each_once() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let role = guild.role("Team", testkit::discord_sim::Permissions::NONE);
        guild.members(120);
        let alice = guild.member("alice");
        guild.owner().gives_role(&alice, &role);
        let bob = guild.member("bob");
        story.idle().await;
        let key = story.key(None, &["members.read", "members.write"]).await;
        let base = format!("/v1/guilds/{}", guild.id());
        let sync = format!("{base}/members-sync");
        story.call("POST", &sync).key(&key).send().await.expect(202);
        story.idle().await;
        let reading = story.call("GET", &sync).key(&key).send().await.expect(200);
        assert_eq!(
            (reading["state"].as_str(), reading["seen"].as_i64()),
            (Some("done"), Some(124))
        );
        bob.leaves_guild();
        story.idle().await;

        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("{base}/members?limit=50&sort=oldest{cursor}");
            let page = story.call("GET", &path).key(&key).send().await.expect(200);
            let ids = page["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["id"].as_str().unwrap().to_owned());
            found.extend(ids);
            let Some(next) = page["pagination"]["next_cursor"].as_str() else {
                break;
            };
            cursor = format!("&cursor={next}");
            // Who comes while somebody reads neither repeats nor hides anyone.
            guild.member(&format!("newcomer {}", found.len()));
            story.idle().await;
        }
        let mut each = found.clone();
        each.sort();
        each.dedup();
        assert_eq!(each.len(), found.len(), "somebody came twice");
        assert!(found.len() >= 123, "{} members", found.len());

        let get = async |rest: &str| {
            story
                .call("GET", &format!("{base}{rest}"))
                .key(&key)
                .send()
                .await
        };
        let team = get(&format!("/members?role={}", role.id()))
            .await
            .expect(200);
        assert_eq!(team["data"][0]["name"], "alice");
        assert_eq!(
            get("/members?who=gone").await.expect(200)["data"][0]["name"],
            "bob"
        );
        assert_eq!(
            get("/members?search=ali%25").await.expect(200)["data"]
                .as_array()
                .unwrap()
                .len(),
            0
        );
        let one = get(&format!("/members/{}", bob.id())).await.expect(200);
        assert!(one["left_at"].is_string());
        get("/members/42").await.expect(404);
        get("/members?sort=best").await.expect(422);
        get("/members?role=18446744073709551615").await.expect(422);
        get("/members?joined_since=yesterday").await.expect(422);
    })
    .await;
}

#[tokio::test]
async fn users_are_listed_as_gvb_does() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let other = story.sim.guild("Elsewhere");
        let alice = guild.member("alice");
        story.idle().await;
        alice.says(&guild.text("general"), "hello");
        story.idle().await;
        let id = guild.id().to_string().parse().unwrap();
        let key = story.key(Some(id), &["members.read"]).await;
        let list = story.call("GET", "/api/discord/users").key(&key).send();
        let list = list.await.expect(200);
        let users = list["users"].as_array().unwrap();
        let found = users.iter().find(|user| user["username"] == "alice");
        assert_eq!(found.unwrap()["id"], alice.id().to_string(), "{list}");
        let path = format!("/api/discord/users?guild_id={}", other.id());
        story.call("GET", &path).key(&key).send().await.expect(404);
    })
    .await;
}
