//! A feature that breaks hurts nobody else.

use std::time::{Duration, Instant};

use testkit::{
    BotOptions, Story,
    discord_sim::{Person, SimOptions},
};

use crate::{
    features,
    probe::{self, GATE},
};

#[tokio::test]
async fn a_panic_and_a_fault_are_told_by_a_number_alone() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR").locale("fr");
        let alice = guild.member("alice").locale("en-US");
        for how in ["panic", "fault"] {
            let answer = story.answer(alice.slash("/broken", &[("how", how.into())])).await;
            assert!(answer.is_ephemeral);
            let text = answer.text();
            assert!(text.contains("Something went wrong on my side"), "{text}");
            assert!(!text.contains("secret"), "what only the operator may know: {text}");
        }
        let answer = story.answer(alice.slash("/silent", &[])).await;
        assert!(answer.text().contains("Something went wrong on my side"), "never silence");
        let answer = story.answer(alice.slash("/broken", &[("how", "rule".into())])).await;
        insta::assert_snapshot!(answer.text(), @"│ The rule of the tests: not today. Come back tomorrow.");
        let answer = story.answer(alice.slash("/slow", &[("milliseconds", 0.into())])).await;
        assert!(answer.text().contains("slept 0 ms"), "the bot still works");
    })
    .await;
}

/// Asks the other feature again and again, for so long; how long it took for half of the answers, and for all but one
/// in a hundred.
async fn asks(story: &Story, alice: &Person, least: Duration) -> (Duration, Duration) {
    let begun = Instant::now();
    let mut times = Vec::new();
    while times.len() < 200 || begun.elapsed() < least {
        let answer = alice.slash("/calm", &[]).answer().await.expect("an answer");
        assert!(!answer.was_deferred, "answered at once: {answer:?}");
        assert_eq!(story.sim.connected_shards(), 1, "the heart beats");
        times.push(answer.took);
    }
    times.sort_unstable();
    (times[times.len() / 2], times[times.len() * 99 / 100])
}

#[tokio::test(flavor = "multi_thread")]
async fn who_blocks_for_a_minute_panics_and_floods_delays_nobody() {
    let sim = SimOptions {
        // Discord closes a connection whose heart is silent for two beats and a second.
        heartbeat_interval: Duration::from_millis(700),
        patience: Duration::from_mins(1),
        ..Default::default()
    };
    let bot = BotOptions {
        stop_within: Duration::from_secs(3),
        ..Default::default()
    };
    testkit::story_with(features, sim, bot, async |story| {
        let guild = story.sim.guild("Rust FR");
        let channel = guild.text("talk");
        let others: Vec<_> = (0..20)
            .map(|index| story.sim.guild(&format!("Guild {index}")))
            .collect();
        probe::table(story).await;
        let (alice, bob) = (guild.member("alice"), guild.member("bob"));
        story.idle().await;
        let (p50, p99) = asks(story, &alice, Duration::ZERO).await;
        tracing::info!(?p50, ?p99, "nobody disturbs");

        // A flood of events, every tenth of which makes its handler panic.
        let before = probe::repairs(story).await;
        for index in 0..9_500 {
            bob.says(&channel, if index % 10 == 0 { "panic" } else { "flood" });
        }
        let flooded = asks(story, &alice, Duration::ZERO).await;
        tracing::info!(p50 = ?flooded.0, p99 = ?flooded.1, "somebody floods and panics");
        story.idle().await;
        assert!(
            probe::repairs(story).await > before,
            "what a panic left undone is made good"
        );

        // More handlers than the bot has threads, each of which holds one for a minute.
        for other in &others {
            other.member("bob").says(&other.text("talk"), "block");
        }
        let blocked: Vec<_> = (0..4)
            .map(|_| bob.slash("/broken", &[("how", "block".into())]))
            .collect();
        let held = story.sim.wait_until(Duration::from_secs(5), |_| GATE.held() > 0);
        held.await.expect("a thread is held");
        let meanwhile = asks(story, &alice, Duration::from_secs(5)).await;
        tracing::info!(p50 = ?meanwhile.0, p99 = ?meanwhile.1, held = GATE.held(), "somebody blocks");
        assert!(GATE.held() > 0, "nobody was let go meanwhile");
        for (which, during) in [("flood", flooded), ("block", meanwhile)] {
            assert!(
                during.0 < p50 * 2 + Duration::from_millis(20),
                "a {which} is felt: {during:?} instead of {:?}",
                (p50, p99)
            );
        }
        GATE.open(true);
        for blocked in blocked {
            let answer = blocked.answer().await.expect("an answer in the end");
            assert!(
                answer.was_deferred && answer.text().contains("unblocked"),
                "{answer:?}"
            );
        }
        story.idle().await;

        // Nor does who blocks keep the program from stopping.
        GATE.open(false);
        others[0].member("bob").says(&others[0].text("talk"), "block");
        let held = story.sim.wait_until(Duration::from_secs(5), |_| GATE.held() > 0);
        held.await.expect("a thread is held");
        let begun = Instant::now();
        story.stop().await;
        assert!(begun.elapsed() < Duration::from_secs(5), "stopped in time");
        GATE.open(true);
        story.start().await;
        story.ready().await;
        asks(story, &alice, Duration::ZERO).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_mailbox_is_made_good_by_repair() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let channel = guild.text("talk");
        probe::table(story).await;
        let bob = guild.member("bob");
        story.idle().await;
        let before = probe::repairs(story).await;
        // Without the database nothing leaves the mailbox, and which alone holds 8,192 events.
        story.cut_database(true);
        for index in 0..9_500 {
            bob.says(&channel, &format!("word {index}"));
        }
        // The question comes behind all of it, so its answer says that all has come in.
        let answer = bob.slash("/calm", &[]).answer().await.expect("an answer");
        assert!(
            !answer.was_deferred,
            "the others are served meanwhile: {answer:?}"
        );
        story.cut_database(false);
        story.idle().await;
        let heard = probe::messages(story).await.len();
        assert!((8_192..9_500).contains(&heard), "{heard} of 9500 were kept");
        assert_eq!(
            probe::repairs(story).await,
            before + 1,
            "what was dropped is repaired, once"
        );
    })
    .await;
}

#[tokio::test]
async fn an_outdated_button_gets_a_kind_answer() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR").locale("fr");
        let alice = guild.member("alice").locale("fr");
        let panel = story.answer(alice.slash("/panel", &[])).await;
        for id in [
            "probe:gone:v1",
            "probe:wait:v9:0",
            "probe:wait:v1:soon",
            "nonsense",
            "autorole:btn:1:2:3",
        ] {
            let answer = story.answer(alice.clicks_id(panel.message(), id)).await;
            assert!(answer.is_ephemeral);
            assert!(
                answer.text().contains("d'une version plus ancienne"),
                "{id}: {}",
                answer.text()
            );
        }
    })
    .await;
}

/// What a broken or foreign gateway might send: texts cut, numbers where words belong, unknown names, nonsense ids.
fn broken_payloads(count: u32) -> impl Iterator<Item = (String, String)> {
    let names = [
        "MESSAGE_CREATE",
        "INTERACTION_CREATE",
        "GUILD_CREATE",
        "GUILD_DELETE",
        "READY",
        "RESUMED",
        "GUILD_MEMBER_ADD",
        "VOICE_STATE_UPDATE",
        "SOMETHING_NEW",
        "",
        "message_create",
        "GUILD_MEMBERS_CHUNK",
    ];
    let bodies = [
        "null",
        "{}",
        "[]",
        "0",
        "\"\"",
        "{\"id\":null}",
        "{\"id\":\"x\"}",
        "{\"id\":18446744073709551616}",
        "{\"guild_id\":\"0\"}",
        "{\"id\":\"1\",\"type\":99,\"token\":\"t\"}",
        "{\"id\":\"1\",\"application_id\":\"2\",\"type\":3,\"token\":\"t\",\"data\":{\"custom_id\":\"\\u0000:\",\"component_type\":2}}",
        "{\"op\":0,\"t\":\"READY\",\"s\":7}",
        "{\"content\":\"\\ud800\"}",
    ];
    // A generator of its own, so that every run sends the same.
    let mut state = 0x2545_F491_4F6C_DD1Du64;
    let mut pick = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below).unwrap()).unwrap()
    };
    (0..count).map(move |index| {
        let body = bodies[pick(bodies.len())];
        let body = match pick(3) {
            0 => body.to_owned(),
            1 => format!("{{\"id\":\"{index}\",\"extra\":{body}}}"),
            _ => format!(
                "{{\"channel_id\":\"{}\",\"values\":[{body},{body}],\"member\":{body}}}",
                pick(1_000)
            ),
        };
        (names[pick(names.len())].to_owned(), body)
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_broken_payloads_are_skipped() {
    testkit::story(features, async |story| {
        story.allows_refusals = true;
        let guild = story.sim.guild("Rust FR");
        probe::table(story).await;
        let alice: Person = guild.member("alice");
        story.idle().await;
        tracing::info!(
            memory = feature::Pulse::memory(),
            "before the broken payloads"
        );
        for (index, (name, body)) in broken_payloads(10_000).enumerate() {
            story.sim.faults().raw_dispatch(&name, &body);
            if index % 1_000 == 0 {
                let answer = story.answer(alice.slash("/calm", &[])).await;
                assert!(
                    answer.text().contains("calm"),
                    "after {index} broken payloads"
                );
            }
        }
        let answer = story.answer(alice.slash("/calm", &[])).await;
        assert!(answer.text().contains("calm"));
        tracing::info!(
            memory = feature::Pulse::memory(),
            "after the broken payloads"
        );
    })
    .await;
}
