//! Handing over and claiming.

use jiff::SignedDuration;
use testkit::discord_sim::Permissions;

use crate::{clicks, features, opens, panel, with_hub};

#[tokio::test]
async fn a_room_is_handed_over_in_one_edit_and_the_old_owner_loses_it() {
    testkit::story(features, async |story| {
        let (guild, _, hub) = with_hub(story).await;
        let alice = guild.member("alice").locale("fr");
        let bob = guild.member("bob").locale("en-US");
        let room = opens(story, &alice, &hub).await;
        bob.joins(&room);
        let music = guild.other_bot("music");
        music.joins(&room);
        story.idle().await;
        clicks(story, &alice, &room, "Fermé").await;
        for (to, said) in [
            (&alice, "déjà à @alice"),
            (&guild.member("carol"), "n'est pas dans le salon"),
            (&music, "est un bot"),
        ] {
            let ask = clicks(story, &alice, &room, "Transférer").await;
            let refused = story
                .answer(alice.in_channel(&room).picks(
                    ask.message(),
                    "À qui va le salon ?",
                    &[to.into()],
                ))
                .await;
            assert!(refused.text().contains(said), "{}", refused.text());
        }
        let ask = clicks(story, &alice, &room, "Transférer").await;
        story.sim.clear_calls();
        let given = story
            .answer(alice.in_channel(&room).picks(
                ask.message(),
                "À qui va le salon ?",
                &[(&bob).into()],
            ))
            .await;
        assert!(
            given.text().contains("maintenant à @bob"),
            "{}",
            given.text()
        );
        assert_eq!(
            story.sim.calls_to("PATCH", "/channels/{channel_id}").len(),
            1
        );
        assert!(!alice.permissions_in(&room).contains(Permissions::CONNECT));
        assert!(bob.permissions_in(&room).contains(Permissions::CONNECT));
        let refused = clicks(story, &alice, &room, "Ouvert").await;
        assert!(refused.text().contains("est à @bob"), "{}", refused.text());
        let opened = clicks(story, &bob, &room, "Ouvert").await;
        assert!(opened.text().contains("Owner: @bob"), "{}", opened.text());
    })
    .await;
}

#[tokio::test]
async fn a_room_is_claimed_when_its_owner_has_been_away_for_long_enough() {
    testkit::story(features, async |story| {
        let (guild, _, hub) = with_hub(story).await;
        let alice = guild.member("alice").locale("fr");
        let (bob, carol) = (
            guild.member("bob").locale("fr"),
            guild.member("carol").locale("fr"),
        );
        let room = opens(story, &alice, &hub).await;
        bob.joins(&room);
        carol.joins(&room);
        story.idle().await;
        let early = story.answer(bob.slash("/hub claim", &[])).await;
        assert!(
            early.text().contains("propriétaire est dans le salon"),
            "{}",
            early.text()
        );
        alice.leaves();
        story.idle().await;
        let early = clicks(story, &bob, &room, "Réclamer").await;
        assert!(early.text().contains("vient de partir"), "{}", early.text());
        story.restart().await;
        story.advance(SignedDuration::from_secs(121)).await;
        let outside = guild.member("dave").locale("fr");
        let refused = clicks(story, &outside, &room, "Réclamer").await;
        assert!(
            refused.text().contains("Seul qui est dans le salon"),
            "{}",
            refused.text()
        );
        // Two at once: one winner.
        let shown = panel(&bob, &room);
        let (first, second) = (
            bob.in_channel(&room).clicks(&shown, "Réclamer"),
            carol.in_channel(&room).clicks(&shown, "Réclamer"),
        );
        let answers = [
            story.answer(first).await.text(),
            story.answer(second).await.text(),
        ];
        let won = answers
            .iter()
            .filter(|answer| answer.contains("maintenant le tien"))
            .count();
        assert_eq!(won, 1, "{answers:?}");
        panel(&bob, &room);
    })
    .await;
}

#[tokio::test]
async fn the_owner_back_in_time_keeps_the_room_and_staff_claims_at_any_time() {
    testkit::story(features, async |story| {
        let (guild, owner, hub) = with_hub(story).await;
        let alice = guild.member("alice");
        let bob = guild.member("bob").locale("fr");
        let room = opens(story, &alice, &hub).await;
        bob.joins(&room);
        alice.leaves();
        story.idle().await;
        story.advance(SignedDuration::from_secs(100)).await;
        alice.joins(&room);
        story.idle().await;
        story.advance(SignedDuration::from_secs(100)).await;
        let refused = story.answer(bob.slash("/hub claim", &[])).await;
        assert!(
            refused.text().contains("propriétaire est dans le salon"),
            "{}",
            refused.text()
        );
        owner.joins(&room);
        story.idle().await;
        let claimed = story.answer(owner.slash("/hub claim", &[])).await;
        assert!(
            claimed.text().contains("maintenant le tien"),
            "{}",
            claimed.text()
        );
        story
            .answer(owner.slash(
                "/hub config",
                &[
                    ("hub", (&hub).into()),
                    ("clear", "Claims (switch off)".into()),
                ],
            ))
            .await;
        owner.leaves();
        story.idle().await;
        let refused = story.answer(bob.slash("/hub claim", &[])).await;
        assert!(
            refused.text().contains("ne peuvent pas être réclamés"),
            "{}",
            refused.text()
        );
        panel(&bob, &room);
    })
    .await;
}
