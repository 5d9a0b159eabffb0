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
    })
    .await;
}
