//! What is erased is nowhere: in no table of the database, whatever feature it belongs to.

use jiff::SignedDuration;
use testkit::Story;

use crate::{enable, kinds::pass_on, story, texts};

/// In which tables a text stands, in whatever column.
async fn places(story: &Story, text: &str) -> Vec<String> {
    let tables = texts(
        story,
        "select format('%I.%I', table_schema, table_name) from information_schema.tables
         where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')",
    )
    .await;
    assert!(tables.len() > 10, "{tables:?}");
    let mut found = Vec::new();
    for table in tables {
        let sql =
            format!("select count(*)::text from {table} as row where row::text ilike '%{text}%'");
        if texts(story, &sql).await != ["0"] {
            found.push(table);
        }
    }
    found
}

#[tokio::test]
async fn the_words_of_who_is_erased_are_in_no_table_and_do_not_come_back() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        let (alice, bob) = (guild.member("alice"), guild.member("bob"));
        let channel = guild.text("general");
        story.idle().await;
        enable(story, &guild, &channel).await;
        let message = alice.says(&channel, "the zebrastripe is mine");
        story.idle().await;
        story.advance(SignedDuration::from_secs(5)).await;
        alice.edits(&message, "the zebrastripe was mine");
        let deleted = alice.says(&channel, "another zebrastripe");
        alice.reacts(&message, "👍");
        bob.replies(&message, "what is it?");
        pass_on(story, &guild, &bob, &message);
        story.idle().await;
        alice.deletes(&deleted);
        let passed_on =
            "select count(*)::text from archive.message where said_besides like '%zebrastripe%'";
        assert_eq!(texts(story, passed_on).await, ["1"]);
        let options = [("words", "zebrastripe".into())];
        story
            .answer(alice.slash("/archive privacy export", &[]))
            .await;
        let held = places(story, "zebrastripe").await;
        assert!(held.contains(&"archive.version".to_owned()), "{held:?}");
        story.advance(SignedDuration::from_secs(5)).await;
        story
            .answer(alice.slash("/archive privacy delete", &[]))
            .await;
        assert_eq!(places(story, "zebrastripe").await, [""; 0]);
        // Who it was is known where others speak of them, and nowhere else in the archive.
        let named = places(story, &alice.id().to_string()).await;
        let named = named.iter().filter(|table| table.starts_with("archive."));
        assert!(
            named
                .into_iter()
                .all(|table| table.starts_with("archive.message"))
        );
        let author = format!(
            "select count(*)::text from archive.message where author_id = {}",
            alice.id()
        );
        assert_eq!(texts(story, &author).await, ["0"]);
        // Words of others stay.
        assert!(!places(story, "what is it").await.is_empty());
        // The past, read once more, says what Discord still says.
        story
            .answer(owner.slash("/archive backfill start", &[]))
            .await;
        story.idle().await;
        assert_eq!(places(story, "zebrastripe").await, [""; 0]);
        let found = story.answer(owner.slash("/archive search", &options)).await;
        assert!(found.text().contains("Nothing"), "{}", found.text());
        let options = [("channel", (&channel).into())];
        let export = story.answer(owner.slash("/archive export", &options)).await;
        let name = format!("messages-{}.jsonl", channel.id());
        let file = String::from_utf8(export.message().file(&name).unwrap()).unwrap();
        assert!(
            !file.contains("zebrastripe") && file.contains("what is it"),
            "{file}"
        );
    })
    .await;
}

#[tokio::test]
async fn the_one_act_that_erases_somebody_erases_their_words_and_again_does_no_harm() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let (alice, bob) = (guild.member("alice"), guild.member("bob"));
        let channel = guild.text("general");
        story.idle().await;
        enable(story, &guild, &channel).await;
        alice.says(&channel, "the zebrastripe is mine");
        bob.says(&channel, "what is it?");
        story.idle().await;
        story.advance(SignedDuration::from_secs(5)).await;
        let person = feature::erasure::Person {
            of: guild.id().to_string().parse().unwrap(),
            user: alice.id().to_string().parse().unwrap(),
            until: story.house().clock.now(),
        };
        for _ in 0..2 {
            let done = story.house().erase(person).await.unwrap();
            assert_eq!(done, [("archive", feature::erasure::Erased::Later)]);
            story.idle().await;
            assert_eq!(places(story, "zebrastripe").await, [""; 0]);
            assert!(!places(story, "what is it").await.is_empty());
        }
    })
    .await;
}
