//! `/ping`.

use crate::features;

#[tokio::test]
async fn a_member_gets_an_answer_and_measures_again() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR").locale("fr");
        let alice = guild.member("alice").locale("fr");
        story.idle().await;
        let answer = story.answer(alice.slash("/ping", &[])).await;
        assert!(answer.is_ephemeral);
        assert!(answer.text().contains("Pong !"), "{}", answer.text());
        let again = story
            .answer(alice.clicks(answer.message(), "Mesurer de nouveau"))
            .await;
        assert!(again.text().contains("Passerelle"), "{}", again.text());
    })
    .await;
}
