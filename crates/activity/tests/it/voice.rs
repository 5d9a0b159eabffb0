//! Time in voice: split by channel and state, through crashes and resumes.

use jiff::SignedDuration;
use testkit::Story;

use crate::{ask, plain, story};

/// Seconds by member, channel and state, as they are stored.
async fn sat(story: &Story) -> Vec<String> {
    ask(
        story,
        "select m.name || ' ' || extract(epoch from s.until_at - s.from_at)::integer
             || case when s.is_open then ' open' else '' end || case when s.muted then ' muted' else '' end
             || case when s.alone then ' alone' else '' end || case when s.afk then ' afk' else '' end
         from activity.stretch s join activity.member m using (guild_id, user_id) order by m.name, s.from_at, s.id",
    )
    .await
}

/// Lets minutes pass as they do: with a beat every half of one.
async fn minutes(story: &Story, count: i32) {
    story.idle().await;
    for _ in 0..count * 2 {
        story.advance(SignedDuration::from_secs(30)).await;
    }
}

/// Waits until everything that was told is in the saved session: what is not, Discord tells again after a crash.
async fn saved(story: &Story) {
    let last = story.sim.last_sequence(0).unwrap();
    let sql = format!("select 1::text from host.session where sequence >= {last}");
    while ask(story, &sql).await.is_empty() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn time_is_split_by_channel_and_state() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let (alice, bob, robot) = (
            guild.member("alice"),
            guild.member("bob"),
            guild.other_bot("robot"),
        );
        let (talk, sleep) = (guild.voice("talk"), guild.voice("sleep"));
        guild.set_field("afk_channel_id", sleep.id().to_string().into());
        story.idle().await;
        alice.joins(&talk);
        robot.joins(&talk);
        minutes(story, 2).await;
        bob.joins(&talk);
        minutes(story, 3).await;
        alice.mutes_self(true);
        minutes(story, 1).await;
        alice.joins(&sleep);
        minutes(story, 1).await;
        bob.leaves();
        alice.leaves();
        story.idle().await;
        assert_eq!(
            sat(story).await,
            [
                "alice 120 alone",
                "alice 180",
                "alice 60 muted",
                "alice 60 muted alone afk",
                "bob 240",
                "bob 60 alone"
            ]
        );
        story.advance(SignedDuration::from_secs(30)).await;
        let answer = story.answer(alice.slash("/stats", &[])).await;
        let voice = story.answer(alice.clicks(answer.message(), "Voice")).await;
        insta::assert_snapshot!("voice", plain(&voice));
    })
    .await;
}

#[tokio::test]
async fn a_crash_ends_within_a_minute_and_a_resume_goes_on() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let (alice, bob) = (guild.member("alice"), guild.member("bob"));
        let talk = guild.voice("talk");
        story.idle().await;
        alice.joins(&talk);
        bob.joins(&talk);
        minutes(story, 5).await;
        saved(story).await;
        // A short death: the session is resumed, and nobody left meanwhile.
        story.kill();
        story.pass(SignedDuration::from_secs(60));
        story.start().await;
        story.lapse_leases().await;
        story.ready().await;
        minutes(story, 1).await;
        assert_eq!(sat(story).await, ["alice 420 open", "bob 420 open"]);
        bob.leaves();
        story.idle().await;
        assert_eq!(sat(story).await[2..], ["bob 420"], "{:?}", sat(story).await);
    })
    .await;
}

#[tokio::test]
async fn after_a_lost_session_it_ends_where_it_was_certain() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let (alice, bob, carol) = (
            guild.member("alice"),
            guild.member("bob"),
            guild.member("carol"),
        );
        let talk = guild.voice("talk");
        story.idle().await;
        alice.joins(&talk);
        bob.joins(&talk);
        minutes(story, 5).await;
        story.kill();
        bob.leaves();
        carol.joins(&talk);
        story.pass(SignedDuration::from_hours(5));
        story.start().await;
        story.lapse_leases().await;
        story.ready().await;
        story.idle().await;
        minutes(story, 1).await;
        let sat = sat(story).await;
        assert_eq!(
            sat,
            ["alice 300", "alice 60 open", "bob 300", "carol 60 open"],
            "{sat:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn who_opts_out_while_sitting_is_gone() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice");
        let talk = guild.voice("talk");
        story.idle().await;
        alice.joins(&talk);
        minutes(story, 1).await;
        story.answer(alice.slash("/activity opt-out", &[])).await;
        alice.mutes_self(true);
        minutes(story, 1).await;
        assert_eq!(sat(story).await, Vec::<String>::new());
        assert_eq!(
            ask(story, "select count(*)::text from activity.day").await,
            ["0"]
        );
    })
    .await;
}
