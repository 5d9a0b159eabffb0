//! What reporting tools are told.

use database::GuildId;
use serde_json::Value;
use testkit::{Story, discord_sim::Guild};

use crate::{enable, story, texts};

fn id(guild: &Guild) -> GuildId {
    guild.id().to_string().parse().unwrap()
}

/// Puts rows there whose ids have other lengths, as those of Discord's first years have.
async fn put(story: &Story, guild: &Guild, channel: u64, ids: &[i64]) {
    let mut db = story.database().database().acquire().await.unwrap();
    #[expect(clippy::disallowed_methods, reason = "a test looks from outside")]
    let making = sqlx::query("select archive.make_room($1)").bind(ids);
    making.execute(&mut *db).await.unwrap();
    #[expect(clippy::disallowed_methods, reason = "a test looks from outside")]
    let putting = sqlx::query(
        "insert into archive.message (id, guild_id, channel_id, content, told_at)
         select id, $2, $3, 'row ' || id, now() from unnest($1) as row (id)",
    )
    .bind(ids)
    .bind(i64::try_from(guild.id().get()).unwrap())
    .bind(i64::try_from(channel).unwrap());
    putting.execute(&mut *db).await.unwrap();
}

#[tokio::test]
async fn the_legacy_answer_has_its_names_and_kinds() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice");
        let channel = guild.text("general");
        story.idle().await;
        enable(story, &guild, &channel).await;
        let gone = alice.says(&channel, "gone");
        let message = alice.says(&channel, "hello");
        story.idle().await;
        alice.deletes(&gone);
        story.idle().await;
        let key = story.key(Some(id(&guild)), &["messages.read"]).await;
        let path = format!(
            "/v1/messages?guild_id={}&channel_id={}",
            guild.id(),
            channel.id()
        );
        let page = story.call("GET", &path).header("x-api-key", &key).send();
        let page = page.await.expect(200);
        assert_eq!(page["data"].as_array().unwrap().len(), 1);
        let said = &page["data"][0];
        let mut names: Vec<&str> = said.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(
            names.join(" "),
            "attachment_count author_id author_name channel_id content created_at deleted edited_at embed_count guild_id message_id"
        );
        assert_eq!(said["message_id"], message.id().to_string());
        assert_eq!(said["guild_id"], guild.id().get());
        assert_eq!(said["content"], "hello");
        assert_eq!(said["deleted"], false);
        assert_eq!(page["pagination"]["next_cursor"], Value::Null);
        assert_eq!(page["pagination"]["limit"], 100);
        let all = format!("{path}&include_deleted=true&ids=string");
        let all = story.call("GET", &all).key(&key).send().await.expect(200);
        assert_eq!(all["data"].as_array().unwrap().len(), 2);
        assert_eq!(all["data"][0]["guild_id"], guild.id().to_string());
        let one = format!("/v1/messages/{}", message.id());
        let one = story.call("GET", &one).key(&key).send().await.expect(200);
        assert_eq!(&one, said);
        let none = story.call("GET", "/v1/messages/17").key(&key).send().await;
        none.expect(404);
        let refused = story.call("GET", &path).header("x-api-key", "wrong").send();
        let refused = refused.await;
        assert!(refused.text().contains("Invalid API key"), "{}", refused.text());
        refused.expect(401);
        for (bad, field) in [
            ("limit=0", "limit"),
            ("limit=501", "limit"),
            ("limit=many", "limit"),
            ("from=soon", "from"),
            ("from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z", "from"),
            ("cursor=-1", "cursor"),
            ("cursor=99999999999999999999", "cursor"),
        ] {
            let path = format!("{path}&{bad}");
            let answer = story.call("GET", &path).key(&key).send().await;
            assert!(answer.text().contains(&format!("\"{field}\"")), "{}", answer.text());
            answer.expect(422);
        }
        let naive = format!("{path}&from=2026-03-01T00:00:00");
        let naive = story.call("GET", &naive).key(&key).send().await;
        assert_eq!(naive.header("x-assumed-zone"), Some("UTC"));
        let other = story.sim.guild("Elsewhere");
        story.idle().await;
        let path = format!("/v1/messages?guild_id={}&channel_id={}", other.id(), channel.id());
        story.call("GET", &path).key(&key).send().await.expect(404);
        let coverage = format!("/v1/guilds/{}/archive/coverage", guild.id());
        let coverage = story.call("GET", &coverage).key(&key).send().await.expect(200);
        assert_eq!(coverage["data"][0]["held"].as_array().unwrap().len(), 1);
        let search = format!("/v1/guilds/{}/messages/search?q=hel*", guild.id());
        let search = story.call("GET", &search).key(&key).send().await.expect(200);
        assert_eq!(search["data"][0]["content"], "hello");
    })
    .await;
}

#[tokio::test]
async fn walking_the_pages_gives_each_message_once() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let channel = guild.text("general");
        story.idle().await;
        // 17, 18 and 19 digits, some of one millisecond.
        let base = [
            94_000_000_000_000_000_i64,
            940_000_000_000_000_000,
            1_400_000_000_000_000_000,
        ];
        let ids: Vec<i64> = base
            .iter()
            .flat_map(|first| (0..7).map(move |at| first + at * 1_000_000))
            .collect();
        put(story, &guild, channel.id().get(), &ids).await;
        let key = story.key(Some(id(&guild)), &["messages.read"]).await;
        for limit in [1, 2, 3, 7, 21, 500] {
            let (mut seen, mut cursor, mut late) = (Vec::new(), String::new(), 0);
            loop {
                let path = format!(
                    "/v1/messages?guild_id={}&channel_id={}&limit={limit}{cursor}",
                    guild.id(),
                    channel.id()
                );
                let page = story.call("GET", &path).key(&key).send().await.expect(200);
                let data = page["data"].as_array().unwrap();
                assert!(data.len() <= limit);
                for message in data {
                    let id: i64 = message["message_id"].as_str().unwrap().parse().unwrap();
                    seen.push(id);
                }
                let Some(next) = page["pagination"]["next_cursor"].as_str() else {
                    break;
                };
                cursor = format!("&cursor={next}");
                if late == 0 {
                    // Something that is read from the past meanwhile does not move the pages.
                    late = seen[0] + 500_000 + i64::try_from(limit).unwrap();
                    put(story, &guild, channel.id().get(), &[late]).await;
                }
            }
            let mut sorted = seen.clone();
            sorted.sort_unstable();
            sorted.dedup();
            assert_eq!(seen, sorted, "limit {limit}");
            assert!(ids.iter().all(|id| seen.contains(id)), "limit {limit}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_changed_is_told_in_order_with_deletions() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice");
        let channel = guild.text("general");
        story.idle().await;
        enable(story, &guild, &channel).await;
        let message = alice.says(&channel, "one");
        story.idle().await;
        let key = story.key(Some(id(&guild)), &["messages.read"]).await;
        let path = format!("/v1/guilds/{}/messages/changes", guild.id());
        let first = story.call("GET", &path).key(&key).send().await.expect(200);
        let last = first["data"].as_array().unwrap().last().unwrap()["change"].clone();
        alice.says(&channel, "two");
        story.idle().await;
        alice.deletes(&message);
        story.idle().await;
        let path = format!("{path}?since={last}");
        let next = story.call("GET", &path).key(&key).send().await.expect(200);
        let said: Vec<_> = next["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|message| {
                (
                    message["content"].clone(),
                    message["deleted_at"].is_string(),
                )
            })
            .collect();
        assert_eq!(said, [("two".into(), false), ("one".into(), true)]);
    })
    .await;
}

#[tokio::test]
async fn an_export_is_whole_goes_on_where_the_last_ended_and_hides_what_a_key_may_not_see() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice");
        let channel = guild.text("general");
        story.idle().await;
        enable(story, &guild, &channel).await;
        let gone = alice.says(&channel, "secret");
        alice.says(&channel, "=1+1");
        story.idle().await;
        let ids: Vec<i64> = (0..2_500)
            .map(|at| 1_400_000_000_000_000_000 + at)
            .collect();
        put(story, &guild, channel.id().get(), &ids).await;
        let key = story.key(Some(id(&guild)), &["messages.read"]).await;
        // This key may not read what was deleted.
        let narrower = "update api.key set deleted = false returning name";
        assert_eq!(texts(story, narrower).await.len(), 1);
        let path = format!("/v1/guilds/{}/messages/export", guild.id());
        let export = async |query: &str| {
            let path = format!("{path}{query}");
            let answer = story.call("GET", &path).key(&key).send().await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            answer.text()
        };
        let lines = |text: &str| -> Vec<Value> {
            text.lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect()
        };
        let of_channel = format!("?channel_id={}", channel.id());
        let all = lines(&export(&of_channel).await);
        assert_eq!(all.len(), 2_502);
        let first = lines(&export("").await);
        assert_eq!(first.len(), 2_502);
        let last = first.iter().map(|line| line["change"].as_i64().unwrap());
        let last = last.max().unwrap();
        assert!(export(&format!("?since={last}")).await.is_empty());
        alice.deletes(&gone);
        story.idle().await;
        let next = lines(&export(&format!("?since={last}")).await);
        assert_eq!(next.len(), 1);
        assert!(next[0]["deleted_at"].is_string() && next[0]["content"].is_null());
        let csv = export(&format!("{of_channel}&format=csv")).await;
        assert!(csv.contains("\"'=1+1\"") && !csv.contains("secret"));
        // With the names of the columns, without what was deleted.
        assert_eq!(csv.lines().count(), 2_502);
        for (bad, field) in [
            ("?format=xml", "format"),
            ("?since=-1", "since"),
            ("?channel_id=here", "channel_id"),
        ] {
            let path = format!("{path}{bad}");
            let answer = story.call("GET", &path).key(&key).send().await;
            assert!(answer.text().contains(field), "{}", answer.text());
            answer.expect(422);
        }
    })
    .await;
}
