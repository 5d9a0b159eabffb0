//! Reading the past.

use std::time::Duration;

use testkit::discord_sim::Argument;

use crate::{enable, parts, plain, stored, story, texts};

const PAGES: &str = "/channels/{channel_id}/messages";

#[tokio::test]
async fn the_past_is_read_with_threads_and_without_doubles() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("fr");
        let alice = guild.member("alice");
        let channel = guild.text("general");
        story.idle().await;
        let first = alice.says(&channel, "first");
        for at in 0..250 {
            alice.says(&channel, &format!("said {at}"));
        }
        let thread = alice.opens_thread(&first, "Early");
        alice.says(&thread, "in the thread");
        story.advance(jiff::SignedDuration::from_secs(5)).await;
        enable(story, &guild, &channel).await;
        story
            .answer(owner.slash("/archive backfill start", &[]))
            .await;
        alice.says(&channel, "meanwhile");
        story.idle().await;
        assert_eq!(stored(story).await.len(), 253);
        assert_eq!(parts(story, &channel).await, "1");
        let status = story.answer(owner.slash("/archive status", &[])).await;
        insta::assert_snapshot!("status_fr", plain(&status.text()));
        // Once more changes nothing, but finds what was deleted while nobody heard it.
        let change = "select max(change)::text from archive.message";
        let before = texts(story, change).await;
        story
            .answer(owner.slash("/archive backfill start", &[]))
            .await;
        assert_eq!(texts(story, change).await, before);
        alice.deletes(&first);
        story.idle().await;
        story.advance(jiff::SignedDuration::from_secs(5)).await;
        let unheard = "update archive.message set deleted_at = null where content = 'first' returning content";
        assert_eq!(texts(story, unheard).await, ["first"]);
        story
            .answer(owner.slash("/archive backfill start", &[]))
            .await;
        assert!(stored(story).await.contains(&"first (deleted)".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn a_reading_that_was_killed_goes_on_where_it_was_and_can_be_paused() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        let alice = guild.member("alice");
        let channel = guild.text("general");
        story.idle().await;
        for at in 0..950 {
            alice.says(&channel, &format!("said {at}"));
        }
        story.advance(jiff::SignedDuration::from_secs(5)).await;
        enable(story, &guild, &channel).await;
        story.sim.clear_calls();
        let faults = story.sim.faults();
        faults.delay_route("GET", PAGES, Duration::from_millis(150));
        let options: [(&str, Argument); 1] = [("channel", (&channel).into())];
        owner
            .slash("/archive backfill start", &options)
            .answer()
            .await
            .unwrap();
        story
            .sim
            .wait_until(Duration::from_secs(20), |sim| {
                sim.calls_to("GET", PAGES).len() >= 4
            })
            .await
            .unwrap();
        story.kill();
        story.lapse_leases().await;
        let read = stored(story).await.len();
        assert!((200..950).contains(&read), "{read}");
        story.sim.clear_calls();
        story.start().await;
        story.reconnected("its start").await;
        story
            .sim
            .wait_until(Duration::from_secs(20), |sim| {
                !sim.calls_to("GET", PAGES).is_empty()
            })
            .await
            .unwrap();
        let paused = story
            .answer(owner.slash("/archive backfill pause", &options))
            .await;
        assert!(paused.text().contains("paused"), "{}", paused.text());
        assert!(stored(story).await.len() < 950);
        faults.delay_route("GET", PAGES, Duration::ZERO);
        story
            .answer(owner.slash("/archive backfill resume", &options))
            .await;
        story.idle().await;
        assert_eq!(stored(story).await.len(), 950);
        let pages = story.sim.calls_to("GET", PAGES).len();
        assert!(pages <= 9, "{pages} pages were read again of 10");
    })
    .await;
}

#[tokio::test]
async fn the_command_line_begins_what_the_bot_reads_and_sees_how_far_it_is() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice");
        let (channel, other) = (guild.text("general"), guild.text("off"));
        story.idle().await;
        for at in 0..150 {
            alice.says(&channel, &format!("early {at}"));
        }
        alice.says(&other, "not kept");
        enable(story, &guild, &channel).await;
        let database = story.database().database();
        let (jobs, now) = (&story.house().jobs, story.house().clock.now());
        let all = archive::past::Wanted::default();
        let elsewhere = archive::past::Wanted {
            guild: Some("42".parse().unwrap()),
            channel: None,
        };
        assert_eq!(
            archive::past::begin(database, jobs, elsewhere, now)
                .await
                .unwrap(),
            0
        );
        assert_eq!(
            archive::past::begin(database, jobs, all, now)
                .await
                .unwrap(),
            1
        );
        story.idle().await;
        let progress = archive::past::progress(database, all).await.unwrap();
        assert_eq!(
            (progress.done, progress.running, progress.share),
            (1, 0, 100)
        );
        assert!(progress.read >= 150, "{progress:?}");
        assert_eq!(stored(story).await.len(), 150);
    })
    .await;
}

#[tokio::test]
async fn the_command_line_finds_the_channels_of_a_server_that_keeps_everything() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let (owner, alice) = (guild.owner().locale("en-US"), guild.member("alice"));
        let channel = guild.text("talk");
        story.idle().await;
        alice.says(&channel, "early");
        story.advance(jiff::SignedDuration::from_secs(5)).await;
        story.answer(owner.slash("/archive enable", &[])).await;
        let database = story.database().database();
        let (jobs, now) = (&story.house().jobs, story.house().clock.now());
        let all = archive::past::Wanted::default();
        let begun = archive::past::begin(database, jobs, all, now).await;
        assert_eq!(begun.unwrap(), 2, "the lobby and the channel");
        story.idle().await;
        assert_eq!(stored(story).await, ["early"]);
        owner.sees(&guild.text("general"));
    })
    .await;
}
