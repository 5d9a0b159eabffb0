//! Messages as they are sent, edited and deleted.

use crate::{enable, parts, plain, stored, story, texts};

#[tokio::test]
async fn nothing_is_kept_until_somebody_turns_it_on() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let (owner, alice) = (guild.owner().locale("fr"), guild.member("alice"));
        let (on, off) = (guild.text("on"), guild.text("off"));
        story.idle().await;
        alice.says(&on, "before");
        let options = [("channel", (&on).into())];
        let answer = story.answer(owner.slash("/archive enable", &options)).await;
        insta::assert_snapshot!("enabled_fr", plain(&answer.text()));
        let notice: Vec<String> = alice
            .sees(&on)
            .iter()
            .map(testkit::discord_sim::SeenMessage::text)
            .collect();
        insta::assert_snapshot!("notice", plain(&notice.join("\n")));
        let again = story.answer(owner.slash("/archive enable", &options)).await;
        assert!(again.text().contains("rien n'a changé"), "{}", again.text());
        alice.says(&on, "kept");
        alice.says(&off, "not kept");
        alice.says_to_bot("nobody's business");
        story.idle().await;
        assert_eq!(stored(story).await, ["kept"]);
        story
            .answer(owner.slash("/archive disable", &options))
            .await;
        alice.says(&on, "after");
        story.idle().await;
        assert_eq!(stored(story).await, ["kept"]);
    })
    .await;
}

#[tokio::test]
async fn edits_are_versions_and_deletions_keep_the_words() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice");
        let channel = guild.text("general");
        story.idle().await;
        let old = alice.says(&channel, "from before");
        enable(story, &guild, &channel).await;
        let message = alice.says(&channel, "one");
        story.idle().await;
        for said in ["two", "three"] {
            story.advance(jiff::SignedDuration::from_secs(5)).await;
            alice.edits(&message, said);
            story.idle().await;
        }
        alice.deletes(&message);
        // Of what was said before anything was kept, only the end is known.
        alice.deletes(&old);
        story.idle().await;
        assert_eq!(stored(story).await, ["- (deleted)", "three (deleted)"]);
        let versions = texts(
            story,
            "select content from archive.version order by said_at",
        )
        .await;
        assert_eq!(versions, ["one", "two"]);
    })
    .await;
}

#[tokio::test]
async fn repeated_and_late_events_change_nothing() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice");
        let channel = guild.text("general");
        story.idle().await;
        enable(story, &guild, &channel).await;
        let faults = story.sim.faults();
        faults.duplicate_next_event();
        let message = alice.says(&channel, "said");
        story.idle().await;
        let change = "select change::text from archive.message where not is_bot";
        let before = texts(story, change).await;
        // The creation comes again after the deletion.
        alice.deletes(&message);
        story.idle().await;
        let mut again = message.json().clone();
        again["guild_id"] = guild.id().to_string().into();
        faults.raw_dispatch("MESSAGE_CREATE", &again.to_string());
        story.idle().await;
        assert_eq!(stored(story).await, ["said (deleted)"]);
        assert_ne!(
            texts(story, change).await,
            before,
            "the deletion is a change"
        );
    })
    .await;
}

#[tokio::test]
async fn reactions_and_threads_are_kept_and_guilds_do_not_mix() {
    story(async |story| {
        let (guild, other) = (story.sim.guild("Rust FR"), story.sim.guild("Elsewhere"));
        let (alice, eve) = (guild.member("alice"), other.member("eve"));
        let (channel, elsewhere) = (guild.text("general"), other.text("general"));
        story.idle().await;
        enable(story, &guild, &channel).await;
        let message = alice.says(&channel, "start");
        eve.says(&elsewhere, "private");
        alice.reacts(&message, "👍");
        alice.reacts(&message, "🎉");
        alice.unreacts(&message, "👍");
        let thread = alice.opens_thread(&message, "More");
        alice.says(&thread, "in the thread");
        story.idle().await;
        assert_eq!(
            texts(story, "select emoji from archive.reaction").await,
            ["🎉"]
        );
        let said = stored(story).await;
        assert!(said.contains(&"in the thread".to_owned()), "{said:?}");
        assert!(!said.contains(&"private".to_owned()), "{said:?}");
        let parent = "select parent_id::text from archive.channel where parent_id is not null";
        assert_eq!(texts(story, parent).await, [channel.id().to_string()]);
    })
    .await;
}

#[tokio::test]
async fn a_storm_is_written_whole_while_the_database_goes_away() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let channel = guild.text("general");
        let people: Vec<_> = (0..10).map(|at| guild.member(&format!("p{at}"))).collect();
        story.idle().await;
        enable(story, &guild, &channel).await;
        people[0].says(&channel, "first");
        story.idle().await;
        story.cut_database(true);
        for turn in 0..30 {
            for person in &people {
                person.says(&channel, &format!("turn {turn}"));
            }
        }
        story.cut_database(false);
        story.idle().await;
        assert_eq!(stored(story).await.len(), 301);
        assert_eq!(parts(story, &channel).await, "1");
    })
    .await;
}

#[tokio::test]
async fn a_killed_process_loses_nothing() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice");
        let channel = guild.text("general");
        story.idle().await;
        enable(story, &guild, &channel).await;
        alice.says(&channel, "before");
        story.idle().await;
        story.cut_database(true);
        alice.says(&channel, "in the buffer");
        story.kill();
        story.cut_database(false);
        alice.says(&channel, "while it is dead");
        story.start().await;
        story.ready().await;
        alice.says(&channel, "after");
        story.idle().await;
        assert_eq!(
            stored(story).await,
            ["before", "in the buffer", "while it is dead", "after"]
        );
        assert_eq!(parts(story, &channel).await, "1");
    })
    .await;
}

#[tokio::test]
async fn of_two_changes_at_one_instant_the_later_stands() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice");
        let channel = guild.text("general");
        story.idle().await;
        enable(story, &guild, &channel).await;
        let message = alice.says(&channel, "first");
        alice.edits(&message, "second");
        alice.edits(&message, "third");
        story.idle().await;
        assert_eq!(stored(story).await, ["third"]);
        let versions = "select content from archive.version order by said_at";
        assert_eq!(texts(story, versions).await, ["first", "second"]);
        // Discord may give one instant to two edits; then the order in which they come decides.
        let mut again = message.json().clone();
        again["guild_id"] = guild.id().to_string().into();
        again["edited_timestamp"] = "2026-03-02T09:00:05.000000+00:00".into();
        for text in ["fourth", "fifth"] {
            again["content"] = text.into();
            let faults = story.sim.faults();
            faults.raw_dispatch("MESSAGE_UPDATE", &again.to_string());
        }
        story.idle().await;
        assert_eq!(stored(story).await, ["fifth"]);
    })
    .await;
}

#[tokio::test]
async fn the_notice_itself_is_not_kept_whenever_its_event_comes() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice");
        for (name, is_before) in [("one", true), ("two", false)] {
            let channel = guild.text(name);
            story.idle().await;
            story.sim.faults().event_before_reply(Some(is_before));
            enable(story, &guild, &channel).await;
            story.idle().await;
            alice.says(&channel, name);
        }
        story.sim.faults().clear();
        story.idle().await;
        let kept = texts(story, "select content from archive.message order by id").await;
        assert_eq!(kept, ["one", "two"]);
    })
    .await;
}
