//! A feature that breaks hurts nobody else.

use crate::features;

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
        let answer = story.answer(alice.slash("/broken", &[("how", "rule".into())])).await;
        insta::assert_snapshot!(answer.text(), @"│ The rule of the tests: not today. Come back tomorrow.");
        let answer = story.answer(alice.slash("/slow", &[("milliseconds", 0.into())])).await;
        assert!(answer.text().contains("slept 0 ms"), "the bot still works");
    })
    .await;
}
