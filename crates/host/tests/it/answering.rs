//! Every interaction is answered in time, and rightly.

use std::time::Duration;

use testkit::discord_sim::Permissions;

use crate::features;

#[tokio::test]
async fn a_slow_handler_is_deferred_and_answers_later() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice");
        let answer = story
            .answer(alice.slash("/slow", &[("milliseconds", 2_600.into())]))
            .await;
        assert!(answer.was_deferred && answer.is_ephemeral, "{answer:?}");
        assert!(
            answer.first_after < Duration::from_millis(2_500),
            "deferred at two seconds: {answer:?}"
        );
        assert!(answer.text().contains("slept 2600 ms"));
    })
    .await;
}

#[tokio::test]
async fn a_public_answer_speaks_the_guilds_language() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR").locale("fr");
        let bob = guild.member("bob").locale("en-US");
        let answer = story
            .answer(bob.slash("/shout", &[("milliseconds", 0.into())]))
            .await;
        assert!(!answer.is_ephemeral);
        assert!(
            answer.text().contains("Bonjour à tous !"),
            "{}",
            answer.text()
        );
    })
    .await;
}

#[tokio::test]
async fn a_refusal_after_a_public_deferral_is_told_in_private() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR").locale("fr");
        let bob = guild.member("bob").locale("en-US");
        let asked = bob.slash(
            "/shout",
            &[("milliseconds", 2_300.into()), ("fails", true.into())],
        );
        let told = asked.wait_followups(1).await.expect("a private word");
        assert!(told[0].is_ephemeral());
        // In his own language, for he alone reads it.
        assert!(told[0].text().contains("not today"), "{}", told[0].text());
        let channel = guild.channel("general").expect("there is one");
        assert!(
            guild.owner().sees(&channel).is_empty(),
            "the thinking message is gone"
        );
        story.idle().await;
    })
    .await;
}

#[tokio::test]
async fn a_form_opens_and_its_fields_arrive() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice");
        let opened = story.answer(alice.slash("/form", &[])).await;
        assert_eq!(opened.modal().title(), "Who are you?");
        let answer = story
            .answer(alice.submits(opened.modal(), &[("Name", "Alice".into())]))
            .await;
        assert!(
            answer.text().contains("hello Alice (1)"),
            "{}",
            answer.text()
        );
    })
    .await;
}

#[tokio::test]
async fn buttons_and_selects_change_their_message() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let (alice, bob) = (guild.member("alice"), guild.member("bob"));
        let panel = story.answer(alice.slash("/panel", &[])).await;
        let picked = story
            .answer(alice.picks(panel.message(), "Who?", &[(&bob).into()]))
            .await;
        assert!(picked.text().contains("@bob"), "{}", picked.text());

        let panel = story.answer(alice.slash("/panel", &[])).await;
        let later = story.answer(bob.clicks(panel.message(), "Later")).await;
        assert!(later.was_deferred, "{later:?}");
        assert!(later.text().contains("waited 2500 ms"), "{}", later.text());
    })
    .await;
}

#[tokio::test]
async fn access_is_checked_on_commands_and_on_every_click() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR").locale("fr");
        let (owner, bob) = (guild.owner(), guild.member("bob").locale("fr"));
        let refused = story.answer(bob.slash("/secret", &[])).await;
        assert!(refused.is_ephemeral);
        insta::assert_snapshot!(refused.text(), @r"
        │ Il te faut **Gérer le serveur** ou le rôle d'équipe pour cela (`probe.manage`). Demande-le à un
        │ administrateur du serveur.
        ");
        assert!(story.answer(owner.slash("/secret", &[])).await.text().contains("the secret"));

        let panel = story.answer(owner.slash("/panel", &[])).await;
        let refused = story.answer(bob.clicks(panel.message(), "Guarded")).await;
        assert!(refused.is_ephemeral && refused.text().contains("Il te faut"), "{refused:?}");
        let opened = story.answer(owner.clicks(panel.message(), "Guarded")).await;
        assert!(opened.text().contains("opened"), "{}", opened.text());
    })
    .await;
}
#[tokio::test]
async fn who_manages_the_server_needs_no_role() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice");
        let role = guild.role("Managers", Permissions::MANAGE_GUILD);
        guild.owner().gives_role(&alice, &role);
        assert!(
            story
                .answer(alice.slash("/secret", &[]))
                .await
                .text()
                .contains("the secret")
        );
    })
    .await;
}
