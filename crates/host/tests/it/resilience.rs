//! Crashes, lost connections, a database that goes away: no event is lost, no answer is given twice.

use std::time::Duration;

use futures_util::future::join_all;
use testkit::{
    BotOptions, Story,
    discord_sim::{ChannelRef, Person, SimOptions},
};

use crate::{features, probe};

/// Somebody speaks; the ids of what was said.
fn speaks(person: &Person, channel: &ChannelRef, count: usize) -> Vec<i64> {
    (0..count)
        .map(|index| {
            i64::try_from(person.says(channel, &format!("word {index}")).id().get()).unwrap()
        })
        .collect()
}

async fn assert_all_heard(story: &Story, said: &[i64]) {
    story.idle().await;
    let heard = probe::messages(story).await;
    let missing = said
        .iter()
        .filter(|message| !heard.contains(message))
        .count();
    assert_eq!(
        missing,
        0,
        "of {} messages {missing} were not heard",
        said.len()
    );
    assert_eq!(heard.len(), said.len(), "each is written down once");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_amid_interactions_and_events_it_goes_on_where_it_was() {
    // What counts is that nothing is lost or doubled; how fast a busy test machine is does not.
    let sim = SimOptions {
        first_answer: Duration::from_secs(30),
        patience: Duration::from_secs(40),
        ..Default::default()
    };
    testkit::story_with(features, sim, BotOptions::default(), async |story| {
        // A repeated answer is refused by Discord, which is how it stays a single one.
        story.allows_refusals = true;
        let guild = story.sim.guild("Rust FR");
        let channel = guild.text("talk");
        probe::table(story).await;
        let people: Vec<Person> = (0..20)
            .map(|index| guild.member(&format!("person {index}")))
            .collect();
        story.idle().await;

        let mut asked = Vec::new();
        let mut said = Vec::new();
        for round in 0..10 {
            for person in &people {
                asked.push(person.slash("/slow", &[("milliseconds", 40.into())]));
                said.extend(speaks(person, &channel, 5));
            }
            if round == 4 {
                story.kill();
            }
        }
        story.start().await;
        let answers = join_all(asked.iter().map(testkit::discord_sim::Asked::answer)).await;
        let unanswered: Vec<_> = answers
            .iter()
            .filter_map(|answer| answer.as_ref().err())
            .collect();
        assert!(
            unanswered.is_empty(),
            "{} of {} were not answered: {:?}",
            unanswered.len(),
            asked.len(),
            unanswered[0]
        );
        assert_all_heard(story, &said).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_connections_lose_nothing() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let channel = guild.text("talk");
        probe::table(story).await;
        let alice = guild.member("alice");
        story.idle().await;
        let mut said = speaks(&alice, &channel, 10);
        let faults = story.sim.faults();
        let trouble: [(&str, &dyn Fn()); 5] = [
            ("a dropped socket", &|| faults.drop_gateway()),
            ("op 7", &|| faults.op7()),
            ("an op 9 that can be resumed", &|| faults.op9(true)),
            ("a close that can be resumed", &|| faults.close(4000)),
            ("a dead resume address", &|| {
                faults.dead_resume_address(true);
                faults.drop_gateway();
            }),
        ];
        for (name, cause) in trouble {
            said.extend(speaks(&alice, &channel, 10));
            cause();
            said.extend(speaks(&alice, &channel, 10));
            story.reconnected(name).await;
            said.extend(speaks(&alice, &channel, 10));
            assert_all_heard(story, &said).await;
            let answer = story
                .answer(alice.slash("/slow", &[("milliseconds", 0.into())]))
                .await;
            assert!(answer.text().contains("slept"), "after {name}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_gone_is_made_good_by_repair() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let channel = guild.text("talk");
        probe::table(story).await;
        let alice = guild.member("alice");
        story.idle().await;
        let before = probe::repairs(story).await;
        story.sim.faults().op9(false);
        story.reconnected("an op 9 that can not be resumed").await;
        story.idle().await;
        assert_eq!(
            probe::repairs(story).await,
            before + 1,
            "the guild was repaired once"
        );
        let said = speaks(&alice, &channel, 3);
        assert_all_heard(story, &said).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_repairs_and_knows_its_guilds_again() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let channel = guild.text("talk");
        probe::table(story).await;
        let alice = guild.member("alice");
        story.idle().await;
        let said = speaks(&alice, &channel, 5);
        story.idle().await;
        let before = probe::repairs(story).await;
        story.restart().await;
        assert_all_heard(story, &said).await;
        assert_eq!(
            probe::repairs(story).await,
            before + 1,
            "what nobody replays is repaired"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_may_be_gone_for_twenty_seconds() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let channel = guild.text("talk");
        probe::table(story).await;
        let alice = guild.member("alice");
        story.idle().await;
        let mut said = speaks(&alice, &channel, 50);
        story.cut_database(true);
        let back_at = tokio::time::Instant::now() + Duration::from_secs(20);
        while tokio::time::Instant::now() < back_at {
            said.extend(speaks(&alice, &channel, 5));
            let answer = alice
                .slash("/slow", &[("milliseconds", 200.into())])
                .answer()
                .await
                .expect("an answer");
            assert!(
                answer.text().contains("slept"),
                "who needs no database is served without it"
            );
        }
        story.cut_database(false);
        assert_all_heard(story, &said).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_discord_still_gets_every_answer_in_time() {
    let sim = SimOptions {
        patience: Duration::from_secs(30),
        ..Default::default()
    };
    testkit::story_with(features, sim, BotOptions::default(), async |story| {
        let guild = story.sim.guild("Rust FR");
        let people: Vec<Person> = (0..20)
            .map(|index| guild.member(&format!("person {index}")))
            .collect();
        story.idle().await;
        story.sim.faults().delay_rest(Duration::from_millis(1_500));
        // Discord was fast until now: the first answer shows that it no longer is.
        let first = people[0]
            .slash("/slow", &[("milliseconds", 0.into())])
            .answer()
            .await;
        assert!(first.is_ok(), "{first:?}");
        // The answer is on the screen before the bot has read that it is.
        story.idle().await;
        let asked: Vec<_> = people
            .iter()
            .flat_map(|person| {
                [0, 1_000, 10_000]
                    .map(|pause| person.slash("/slow", &[("milliseconds", pause.into())]))
            })
            .collect();
        for answer in join_all(asked.iter().map(testkit::discord_sim::Asked::answer)).await {
            let answer =
                answer.unwrap_or_else(|error| panic!("{error}\n{}", story.sim.transcript()));
            assert!(answer.first_after < Duration::from_secs(3), "{answer:?}");
        }
        story.sim.faults().clear();
        story.sim.faults().delay_rest(Duration::ZERO);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_discord_that_turns_slow_while_a_handler_works_still_gets_the_deferral_in_time() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice");
        story
            .answer(alice.slash("/slow", &[("milliseconds", 0.into())]))
            .await;
        // Until now every call took a few milliseconds; the deferral is the first that takes longer.
        let asked = alice.slash("/slow", &[("milliseconds", 3_000.into())]);
        story.sim.faults().delay_rest(Duration::from_millis(1_300));
        let answer = asked.answer().await.expect("an answer");
        assert!(answer.was_deferred, "{answer:?}");
        assert!(answer.first_after < Duration::from_secs(3), "{answer:?}");
        story.sim.faults().delay_rest(Duration::ZERO);
        story.idle().await;
    })
    .await;
}
