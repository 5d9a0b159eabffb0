//! Gaps that are closed.

use testkit::discord_sim::Permissions;

use crate::{enable, parts, stored, story, texts};

fn small() -> feature::Registry {
    feature::Registry::new().with(archive::Archive::with_buffer(5))
}

#[tokio::test]
async fn what_was_said_while_the_session_was_lost_is_read() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice");
        let channel = guild.text("general");
        story.idle().await;
        enable(story, &guild, &channel).await;
        alice.says(&channel, "before");
        story.idle().await;
        story.stop().await;
        for at in 0..250 {
            alice.says(&channel, &format!("missed {at}"));
        }
        story.sim.faults().op9(false);
        story.start().await;
        story.ready().await;
        alice.says(&channel, "after");
        story.idle().await;
        let said = stored(story).await;
        assert_eq!(said.len(), 252, "{said:?}");
        assert_eq!(parts(story, &channel).await, "1");
    })
    .await;
}

#[tokio::test]
async fn op9_in_the_middle_leaves_no_hole() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice");
        let channel = guild.text("general");
        story.idle().await;
        enable(story, &guild, &channel).await;
        alice.says(&channel, "one");
        story.idle().await;
        let faults = story.sim.faults();
        faults.refuse_connections(true);
        faults.op9(false);
        alice.says(&channel, "two");
        alice.says(&channel, "three");
        faults.refuse_connections(false);
        story.reconnected("op 9").await;
        story.idle().await;
        alice.says(&channel, "four");
        story.idle().await;
        assert_eq!(stored(story).await, ["one", "two", "three", "four"]);
        assert_eq!(parts(story, &channel).await, "1");
    })
    .await;
}

#[tokio::test]
async fn a_channel_that_can_not_be_read_says_so_until_it_can() {
    story(async |story| {
        story.allows_refusals = true;
        let guild = story.sim.guild("Rust FR").bot_permissions(
            Permissions::VIEW_CHANNEL
                | Permissions::READ_MESSAGE_HISTORY
                | Permissions::SEND_MESSAGES,
        );
        let owner = guild.owner().locale("en-US");
        let alice = guild.member("alice");
        let channel = guild.text("general");
        story.idle().await;
        alice.says(&channel, "early");
        enable(story, &guild, &channel).await;
        let bot = guild.bot_role().unwrap();
        channel.deny(&bot, Permissions::READ_MESSAGE_HISTORY);
        story.idle().await;
        story
            .answer(owner.slash("/archive backfill start", &[]))
            .await;
        let state = "select state from archive.backfill";
        assert_eq!(texts(story, state).await, ["waiting"]);
        let status = story.answer(owner.slash("/archive status", &[])).await;
        assert!(status.text().contains("not readable"), "{}", status.text());
        channel.allow(&bot, Permissions::READ_MESSAGE_HISTORY);
        story.idle().await;
        assert_eq!(texts(story, state).await, ["done"]);
        assert_eq!(stored(story).await, ["early"]);
    })
    .await;
}

#[tokio::test]
async fn what_does_not_fit_is_read_when_the_database_is_back() {
    testkit::story(small, async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice");
        let channel = guild.text("general");
        story.idle().await;
        enable(story, &guild, &channel).await;
        alice.says(&channel, "first");
        story.idle().await;
        story.cut_database(true);
        for at in 0..120 {
            alice.says(&channel, &format!("said {at}"));
        }
        // All events are handled; what was dropped waits for its repair.
        story.cut_database(false);
        story.idle().await;
        assert_eq!(stored(story).await.len(), 121);
        alice.says(&channel, "last");
        story.idle().await;
        assert_eq!(stored(story).await.len(), 122);
        assert_eq!(parts(story, &channel).await, "1");
    })
    .await;
}

#[tokio::test]
async fn the_minutes_before_many_holes_are_read_once() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice");
        let channel = guild.text("general");
        story.idle().await;
        enable(story, &guild, &channel).await;
        for at in 0..350 {
            alice.says(&channel, &format!("said {at}"));
        }
        story.idle().await;
        story.stop().await;
        // As when repairs were cut short, again and again.
        let holes = "with ids as (select array_agg(id order by id) as all from archive.message where not is_bot)
             update archive.channel set held = int8multirange(
                 int8range(ids.all[1], ids.all[200]), int8range(ids.all[210], ids.all[220]),
                 int8range(ids.all[230], ids.all[240]), int8range(ids.all[250], ids.all[260]))
             from ids returning 'cut'";
        assert_eq!(texts(story, holes).await, ["cut"]);
        let before = story.sim.calls_to("GET", "/channels/{channel_id}/messages").len();
        story.sim.faults().op9(false);
        story.start().await;
        story.ready().await;
        let calls = story.sim.calls_to("GET", "/channels/{channel_id}/messages").len();
        assert_eq!(calls - before, 4, "350 messages are four pages");
        assert_eq!(parts(story, &channel).await, "1");
    })
    .await;
}

#[tokio::test]
async fn a_repair_for_another_reason_reads_the_last_minutes_once_more() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice");
        let channel = guild.text("general");
        story.idle().await;
        enable(story, &guild, &channel).await;
        alice.says(&channel, "on");
        story.idle().await;
        // As when the mailbox overflows: an event is lost, and the guild is repaired.
        let lost =
            "with lost as (delete from archive.message where content = 'on' returning content)
             select content from lost";
        assert_eq!(texts(story, lost).await, ["on"]);
        let id: database::GuildId = guild.id().to_string().parse().unwrap();
        story.house().repairs.ask("archive", id);
        story
            .sim
            .wait_until(std::time::Duration::from_secs(10), |sim| {
                !sim.calls_to("GET", "/channels/{channel_id}/messages")
                    .is_empty()
            })
            .await
            .unwrap();
        story.idle().await;
        assert_eq!(stored(story).await, ["on"]);
    })
    .await;
}
