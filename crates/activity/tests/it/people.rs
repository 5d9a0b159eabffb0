//! Who is there, who comes and who goes.

use testkit::{BotOptions, discord_sim::SimOptions};

use crate::{features, plain, sim, story};

fn with_presences() -> BotOptions {
    BotOptions {
        presences: true,
        ..BotOptions::default()
    }
}

#[tokio::test]
async fn groups_are_told_apart() {
    testkit::story_with(features, sim(), with_presences(), async |story| {
        let guild = story.sim.guild("Rust FR");
        let (alice, bob, carol) = (
            guild.member("alice"),
            guild.member("bob"),
            guild.member("carol"),
        );
        guild.member("dave").goes("offline", None);
        alice.goes("online", None);
        bob.goes("idle", None);
        carol.goes("dnd", None);
        story.idle().await;
        let answer = story.answer(alice.slash("/presence", &[])).await;
        let mut told = vec![plain(&answer)];
        for button in ["Idle", "Do not disturb", "Bots"] {
            told.push(plain(
                &story.answer(alice.clicks(answer.message(), button)).await,
            ));
        }
        bob.goes("online", None);
        story.idle().await;
        told.push(plain(
            &story
                .answer(alice.clicks(answer.message(), "On-line"))
                .await,
        ));
        insta::assert_snapshot!("presence", told.join("\n\n"));
    })
    .await;
}

#[tokio::test]
async fn without_presences_it_says_what_is_missing_and_about_how_many_there_are() {
    let mut told = Vec::new();
    let unlike = [
        (sim(), BotOptions::default()),
        (
            SimOptions {
                presences_intent: false,
                ..sim()
            },
            with_presences(),
        ),
    ];
    for (sim, options) in unlike {
        testkit::story_with(features, sim, options, async |story| {
            for locale in ["en-US", "fr"] {
                let guild = story.sim.guild("Rust FR").locale(locale);
                let alice = guild.member("alice");
                story.idle().await;
                told.push(plain(&story.answer(alice.slash("/presence", &[])).await));
            }
        })
        .await;
    }
    insta::assert_snapshot!("presence_unknown", told.join("\n\n"));
}

#[tokio::test]
async fn who_comes_and_goes_is_in_the_summary() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice");
        story.idle().await;
        story.sim.faults().duplicate_next_event();
        guild.member("bob");
        story.idle().await;
        guild.member("carol").leaves_guild();
        story.idle().await;
        let told = story.answer(alice.slash("/summary", &[])).await.text();
        assert!(told.contains("Joined: **3** · left: **1**"), "{told}");
    })
    .await;
}
