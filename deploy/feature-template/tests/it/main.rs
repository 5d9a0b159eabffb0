//! Stories of this feature.

fn features() -> feature::Registry {
    feature::Registry::new().with(__name__::__Name__)
}

#[tokio::test]
async fn each_guild_counts_for_itself() {
    testkit::story(features, async |story| {
        let (one, two) = (story.sim.guild("One"), story.sim.guild("Two"));
        let (alice, bob) = (one.member("alice"), two.member("bob").locale("fr"));
        story.idle().await;
        let first = story.answer(alice.slash("/__name__", &[])).await;
        assert!(first.text().contains("Once so far."), "{}", first.text());
        let again = story.answer(alice.clicks(first.message(), "Once more")).await;
        assert!(again.text().contains("2 times so far."), "{}", again.text());
        let other = story.answer(bob.slash("/__name__", &[])).await;
        assert!(other.text().contains("Une fois"), "{}", other.text());
    })
    .await;
}
