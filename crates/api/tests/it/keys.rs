//! Who may call.

use api::keys::NewKey;
use jiff::SignedDuration;
use secrecy::SecretString;
use testkit::{BotOptions, Story, discord_sim::SimOptions};

use crate::{story, story_as};

fn new(guild: database::GuildId, scopes: &[&str]) -> NewKey {
    NewKey {
        name: "a dashboard".to_owned(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        guilds: Some(vec![guild]),
        channels: None,
        content: false,
        deleted: false,
        by: None,
        expires_at: None,
    }
}

async fn used(story: &Story) -> Option<String> {
    let mut db = story.database().database().acquire().await.unwrap();
    #[expect(clippy::disallowed_methods, reason = "a test looks from outside")]
    let asking = sqlx::query_scalar("select used_at::text from api.key order by id limit 1");
    asking.fetch_one(&mut *db).await.unwrap()
}

#[tokio::test]
async fn a_key_does_what_it_was_made_for_and_no_more() {
    story(async |story| {
        let (here, there) = (story.sim.guild("Here"), story.sim.guild("There"));
        story.idle().await;
        let now = story.house().clock.now();
        let mut expiring = new(crate::id(&here), &["things.read"]);
        expiring.expires_at = Some(now + SignedDuration::from_hours(1));
        let key = story.key_of(expiring).await;
        let (of_here, of_there) = (
            format!("/v1/guilds/{}/things", here.id()),
            format!("/v1/guilds/{}/things", there.id()),
        );
        let get = async |path: &str, key: &str| story.call("GET", path).key(key).send().await;
        get(&of_here, &key).await.expect(200);
        let plain = story
            .call("GET", &of_here)
            .header("x-api-key", &key)
            .send()
            .await;
        plain.expect(200);
        // Somebody else's guild looks like none.
        let other = get(&of_there, &key).await;
        let none = get("/v1/guilds/42/things", &key).await;
        assert_eq!(other.expect(404)["detail"], none.expect(404)["detail"]);
        get("/v1/guilds/x/things", &key).await.expect(422);
        get("/v1/guilds/9223372036854775808/things", &key)
            .await
            .expect(422);
        let lacking = story.call("POST", &of_here).key(&key).send().await;
        assert!(
            lacking.expect(403)["detail"]
                .as_str()
                .unwrap()
                .contains("things.write")
        );
        let wrong = story
            .call("GET", &of_here)
            .key(&format!("{}x", &key[..key.len() - 1]))
            .send()
            .await;
        assert_eq!(wrong.expect(401)["code"], "unauthorised");
        assert!(wrong.header("www-authenticate").is_some());
        story.advance(SignedDuration::from_hours(1)).await;
        get(&of_here, &key).await.expect(401);
    })
    .await;
}

#[tokio::test]
async fn the_use_of_a_key_is_noted_once_a_minute() {
    story(async |story| {
        let guild = story.sim.guild("Here");
        story.idle().await;
        let key = story.key_of(new(crate::id(&guild), &["things.read"])).await;
        let path = format!("/v1/guilds/{}/things", guild.id());
        let call = async || story.call("GET", &path).key(&key).send().await.expect(200);
        assert_eq!(used(story).await, None);
        call().await;
        let first = used(story).await;
        assert!(first.is_some());
        story.advance(SignedDuration::from_secs(59)).await;
        call().await;
        assert_eq!(used(story).await, first);
        story.advance(SignedDuration::from_secs(1)).await;
        call().await;
        assert_ne!(used(story).await, first);
    })
    .await;
}

#[tokio::test]
async fn the_configured_key_opens_everything() {
    let secret = "Pz0u7rE4wkq9VtYx2mLbQ8sd";
    let http = api::Config {
        key: Some(SecretString::from(secret)),
        ..api::Config::default()
    };
    story_as(http, async |story| {
        let guild = story.sim.guild("Here");
        story.idle().await;
        let path = format!("/v1/guilds/{}/things", guild.id());
        story
            .call("GET", &path)
            .key(secret)
            .send()
            .await
            .expect(200);
        story
            .call("GET", &path)
            .header("x-api-key", secret)
            .send()
            .await
            .expect(200);
        // An address that is refused too often can not go on guessing it, and keys that can not be guessed still work.
        for _ in 0..20 {
            story
                .call("GET", &path)
                .key("a guess")
                .send()
                .await
                .expect(401);
        }
        let throttled = story.call("GET", &path).key("a guess").send().await;
        throttled.expect(429);
        assert_eq!(throttled.header("retry-after"), Some("6"));
        story
            .call("GET", &path)
            .key(secret)
            .send()
            .await
            .expect(429);
        let stored = story.key(None, &["things.read"]).await;
        story
            .call("GET", &path)
            .key(&stored)
            .send()
            .await
            .expect(200);
        story.advance(SignedDuration::from_secs(6)).await;
        story
            .call("GET", &path)
            .key(secret)
            .send()
            .await
            .expect(200);
    })
    .await;
}

/// What the engine itself asks a key for; the program's own test tries the routes of all features.
#[tokio::test]
async fn every_route_asks_for_the_right_key() {
    let features = || feature::Registry::new().with(api::Api::default());
    let options = BotOptions::default().with_http();
    testkit::story_with(features, SimOptions::default(), options, async |story| {
        let (here, there) = (story.sim.guild("Here"), story.sim.guild("There"));
        story.idle().await;
        testkit::auth_matrix(story, crate::id(&here), crate::id(&there)).await;
    })
    .await;
}
