//! What members look for, and what they decide about their own words.

use jiff::SignedDuration;
use testkit::discord_sim::Permissions;

use crate::{enable, plain, stored, story, texts};

#[tokio::test]
async fn a_search_finds_what_the_asker_can_read() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        let alice = guild.member("alice").locale("fr");
        let (open, closed) = (guild.text("open"), guild.text("closed"));
        let helper = guild.role("Helper", Permissions::MANAGE_MESSAGES);
        owner.gives_role(&alice, &helper);
        story.idle().await;
        enable(story, &guild, &open).await;
        enable(story, &guild, &closed).await;
        closed.deny_everyone(Permissions::VIEW_CHANNEL);
        alice.says(&open, "Les éléphants ont mangé l'arbre");
        alice.says(&open, "trees are growing, see https://a.example");
        owner.says(&closed, "secret elephants");
        story.idle().await;
        let found = async |words: &str| {
            let options = [("words", words.into())];
            story
                .answer(alice.slash("/archive search", &options))
                .await
                .text()
        };
        for (words, is_found) in [
            ("ELEPHANT", true),
            ("\"elephants ont mange\"", true),
            ("\"mange ont\"", false),
            ("eleph*", true),
            ("elephant -arbre", false),
            ("zebra OR elephant", true),
            ("de:alice elephants", true),
            ("de:bob elephants", false),
            ("during:2026-03-02 éléphant", true),
            ("before:2026-03-02 éléphant", false),
        ] {
            let text = found(words).await;
            assert_eq!(text.contains("éléphants"), is_found, "{words}: {text}");
            assert!(!text.contains("secret"), "{words}: {text}");
        }
        let text = found("tree has:link").await;
        insta::assert_snapshot!("found_fr", plain(&text));
        let text = found("has:cake").await;
        insta::assert_snapshot!("bad_has_fr", plain(&text));
        let options = [("words", "elephants".into())];
        let text = story.answer(owner.slash("/archive search", &options)).await;
        assert!(text.text().contains("secret"), "{}", text.text());
    })
    .await;
}

#[tokio::test]
async fn who_opts_out_is_not_kept_and_who_is_erased_does_not_come_back() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        let (alice, bob) = (
            guild.member("alice").locale("fr"),
            guild.member("bob").locale("en-US"),
        );
        let channel = guild.text("general");
        story.idle().await;
        enable(story, &guild, &channel).await;
        let message = alice.says(&channel, "mine");
        story.idle().await;
        alice.edits(&message, "mine still");
        bob.says(&channel, "bob's");
        story.idle().await;
        let copy = story
            .answer(bob.slash("/archive privacy export", &[]))
            .await;
        let file = copy.message().file("my-messages.jsonl").unwrap();
        let line: serde_json::Value = serde_json::from_slice(&file).unwrap();
        assert_eq!(line["content"], "bob's");
        let out = story
            .answer(alice.slash("/archive privacy opt-out", &[]))
            .await;
        insta::assert_snapshot!("opted_out_fr", plain(&out.text()));
        alice.says(&channel, "not to be kept");
        story.idle().await;
        assert_eq!(stored(story).await, ["mine still", "bob's", "-"]);
        story
            .answer(alice.slash("/archive privacy opt-in", &[]))
            .await;
        story.advance(SignedDuration::from_secs(5)).await;
        let gone = story
            .answer(alice.slash("/archive privacy delete", &[]))
            .await;
        insta::assert_snapshot!("erasing_fr", plain(&gone.text()));
        assert_eq!(stored(story).await, ["-", "bob's", "-"]);
        assert!(
            texts(story, "select content from archive.version")
                .await
                .is_empty()
        );
        story.advance(SignedDuration::from_secs(5)).await;
        story
            .answer(owner.slash("/archive backfill start", &[]))
            .await;
        alice.says(&channel, "new");
        story.idle().await;
        assert_eq!(stored(story).await, ["-", "bob's", "-", "new"]);
    })
    .await;
}

#[tokio::test]
async fn retention_deletes_and_an_export_is_safe() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        let channel = guild.text("general");
        story.idle().await;
        enable(story, &guild, &channel).await;
        owner.says(&channel, "old");
        story.advance(SignedDuration::from_hours(24 * 6)).await;
        owner.says(&channel, "=2+3");
        story.idle().await;
        let options = [("channel", (&channel).into()), ("days", 5.into())];
        let said = story
            .answer(owner.slash("/archive retention", &options))
            .await;
        assert!(said.text().contains("5 days"), "{}", said.text());
        let options = [("channel", (&channel).into()), ("format", "CSV".into())];
        let asked = story.answer(owner.slash("/archive export", &options)).await;
        let file = asked
            .message()
            .file(&format!("messages-{}.csv", channel.id()));
        let file = String::from_utf8(file.unwrap()).unwrap();
        assert!(
            file.starts_with('\u{feff}') && file.contains("\"'=2+3\""),
            "{file}"
        );
        story.advance(SignedDuration::from_hours(25)).await;
        assert_eq!(stored(story).await, ["=2+3"]);
        // What went is told.
        let status = story.answer(owner.slash("/archive status", &[])).await;
        let said = status.text();
        assert!(said.contains("1 messages, 0 of them deleted"), "{said}");
        assert!(
            said.contains("one message of one channel removed"),
            "{said}"
        );
        let id: database::GuildId = guild.id().to_string().parse().unwrap();
        let key = story.key(Some(id), &["messages.read"]).await;
        let path = format!("/v1/guilds/{}/archive/purges", guild.id());
        let told = story.call("GET", &path).key(&key).send().await.expect(200);
        assert_eq!(told["data"][0]["messages"], 1, "{told}");
        assert_eq!(told["data"][0]["channel_id"], channel.id().to_string());
    })
    .await;
}

#[tokio::test]
async fn an_export_of_what_is_new_goes_on_where_the_last_ended() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        let channel = guild.text("general");
        story.idle().await;
        enable(story, &guild, &channel).await;
        let first = owner.says(&channel, "<b>first</b>");
        owner.says(&channel, "second");
        story.idle().await;
        let export = async |format: &str| {
            let options = [
                ("channel", (&channel).into()),
                ("format", format.into()),
                ("new", true.into()),
            ];
            let asked = story.answer(owner.slash("/archive export", &options)).await;
            let names = [
                format!("messages-{}.html", channel.id()),
                format!("messages-{}.jsonl", channel.id()),
            ];
            let file = names.iter().find_map(|name| asked.message().file(name));
            file.map(|file| String::from_utf8(file).unwrap())
        };
        let page = export("HTML").await.unwrap();
        assert!(
            page.contains("&lt;b&gt;first&lt;/b&gt;") && page.contains("second"),
            "{page}"
        );
        assert!(
            page.starts_with("<!doctype html>") && page.ends_with("</table>\n"),
            "{page}"
        );
        assert_eq!(export("JSON Lines").await, None, "nothing is new");
        owner.edits(&first, "changed");
        owner.says(&channel, "third");
        story.idle().await;
        let lines = export("JSON Lines").await.unwrap();
        let said: Vec<String> = lines
            .lines()
            .map(|line| {
                let line: serde_json::Value = serde_json::from_str(line).unwrap();
                line["content"].as_str().unwrap().to_owned()
            })
            .collect();
        assert_eq!(said, ["changed", "third"]);
        let other = guild.member("alice");
        let refused = [("channel", (&channel).into()), ("new", true.into())];
        let refused = story.answer(other.slash("/archive export", &refused)).await;
        assert!(refused.is_ephemeral);
    })
    .await;
}

#[tokio::test]
async fn what_is_held_is_counted_as_it_is_written() {
    story(async |story| {
        let (guild, other) = (story.sim.guild("Rust FR"), story.sim.guild("Elsewhere"));
        let alice = guild.member("alice").locale("en-US");
        let (channel, elsewhere) = (guild.text("general"), other.text("general"));
        story.idle().await;
        enable(story, &guild, &channel).await;
        enable(story, &other, &elsewhere).await;
        let said: Vec<_> = (0..5)
            .map(|at| alice.says(&channel, &format!("said {at}")))
            .collect();
        other.owner().says(&elsewhere, "other");
        // Not in the same millisecond.
        story.advance(SignedDuration::from_secs(1)).await;
        alice.edits(&said[0], "edited");
        alice.deletes(&said[1]);
        story.idle().await;
        let counted = "select concat_ws(' ', messages, deleted, versions) from archive.tally order by guild_id";
        let counts = "select concat_ws(' ', count(*), count(deleted_at),
                 (select count(*) from archive.version v where v.guild_id = m.guild_id))
             from archive.message m group by guild_id order by guild_id";
        assert_eq!(texts(story, counted).await, ["5 1 1", "1 0 0"]);
        assert_eq!(texts(story, counted).await, texts(story, counts).await);
        story.advance(SignedDuration::from_secs(1)).await;
        let erased = story.answer(alice.slash("/archive privacy delete", &[])).await;
        assert!(erased.text().contains("being erased"), "{}", erased.text());
        story.idle().await;
        assert_eq!(texts(story, counted).await, ["5 1 0", "1 0 0"]);
        assert_eq!(texts(story, counted).await, texts(story, counts).await);
    })
    .await;
}
