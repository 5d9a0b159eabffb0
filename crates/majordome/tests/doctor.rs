//! `/doctor` with every feature of the program.

use testkit::{BotOptions, discord_sim::SimOptions};

#[path = "../src/features.rs"]
mod features;

#[tokio::test]
async fn a_privileged_intent_that_is_switched_off_is_named_with_the_features_that_miss_it() {
    let sim = SimOptions {
        members_intent: false,
        ..SimOptions::default()
    };
    testkit::story_with(features::all, sim, BotOptions::default(), async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        let english = story.answer(owner.slash("/doctor", &[])).await.text();
        let owner = owner.locale("fr");
        let french = story.answer(owner.slash("/doctor", &[])).await.text();
        insta::with_settings!({filters => vec![(r"\d{9,}", "[id]")]}, {
            insta::assert_snapshot!("doctor_without_members", format!("{english}\n\n{french}"));
        });
    })
    .await;
}
