//! Races, by name.

use std::time::Duration;

use jiff::SignedDuration;

use crate::{clicks, features, opens, panel, rooms_stored, with_hub};

#[tokio::test]
async fn the_member_leaves_before_the_room_exists() {
    testkit::story(features, async |story| {
        story.allows_refusals = true;
        let (guild, _, hub) = with_hub(story).await;
        let alice = guild.member("alice");
        story.sim.faults().delay_route(
            "POST",
            "/guilds/{guild_id}/channels",
            Duration::from_millis(200),
        );
        alice.joins(&hub);
        let _ = story
            .sim
            .wait_until(Duration::from_secs(5), |sim| sim.requests_in_flight() > 0)
            .await;
        alice.leaves();
        story.idle().await;
        assert_eq!(rooms_stored(story).await, 0);
        assert_eq!(
            guild.channel_names().len(),
            2,
            "{:?}",
            guild.channel_names()
        );
    })
    .await;
}

#[tokio::test]
async fn two_hubs_are_joined_within_fifty_milliseconds() {
    testkit::story(features, async |story| {
        story.allows_refusals = true;
        let (guild, owner, hub) = with_hub(story).await;
        let other = guild.voice("Autre hub");
        story.idle().await;
        story
            .answer(owner.slash("/hub create", &[("channel", (&other).into())]))
            .await;
        let alice = guild.member("alice");
        alice.joins(&hub);
        alice.joins(&other);
        story.idle().await;
        let room = alice.voice().unwrap();
        assert!(room != hub && room != other);
        assert_eq!(rooms_stored(story).await, 1);
        panel(&alice, &room);
    })
    .await;
}

#[tokio::test]
async fn the_owner_leaves_while_somebody_claims() {
    testkit::story(features, async |story| {
        let (guild, owner, hub) = with_hub(story).await;
        story
            .answer(owner.slash(
                "/hub config",
                &[("hub", (&hub).into()), ("claim_delay", 0.into())],
            ))
            .await;
        let alice = guild.member("alice");
        let bob = guild.member("bob").locale("fr");
        let room = opens(story, &alice, &hub).await;
        bob.joins(&room);
        story.idle().await;
        let shown = panel(&bob, &room);
        alice.leaves();
        let answer = story
            .answer(bob.in_channel(&room).clicks(&shown, "Réclamer"))
            .await;
        let text = answer.text();
        assert!(
            text.contains("maintenant le tien") || text.contains("propriétaire est dans le salon"),
            "{text}"
        );
        panel(&bob, &room);
        assert_eq!(rooms_stored(story).await, 1);
    })
    .await;
}

#[tokio::test]
async fn the_room_is_deleted_by_hand_between_click_and_edit() {
    testkit::story(features, async |story| {
        story.allows_refusals = true;
        let (guild, owner, hub) = with_hub(story).await;
        let alice = guild.member("alice").locale("fr");
        let room = opens(story, &alice, &hub).await;
        let shown = panel(&alice, &room);
        story.sim.faults().delay_route(
            "PATCH",
            "/channels/{channel_id}",
            Duration::from_millis(200),
        );
        let asked = alice.in_channel(&room).clicks(&shown, "Privé");
        let _ = story
            .sim
            .wait_until(Duration::from_secs(5), |sim| sim.requests_in_flight() > 0)
            .await;
        owner.deletes_channel(&room);
        let _ = asked.answer().await;
        story.idle().await;
        assert_eq!(rooms_stored(story).await, 0);
    })
    .await;
}

#[tokio::test]
async fn the_answer_to_the_create_is_lost_after_discord_made_the_room() {
    testkit::story(features, async |story| {
        let (guild, _, hub) = with_hub(story).await;
        let alice = guild.member("alice");
        story
            .sim
            .faults()
            .lose_answer("POST", "/guilds/{guild_id}/channels");
        alice.joins(&hub);
        story.idle().await;
        story.advance(SignedDuration::from_secs(10)).await;
        let room = alice.voice().unwrap();
        assert_ne!(room, hub);
        let made = story.sim.calls_to("POST", "/guilds/{guild_id}/channels");
        assert_eq!(made.len(), 1, "the channel that was made is found");
        panel(&alice, &room);
        alice.leaves();
        story.idle().await;
        assert!(room.is_gone());
        assert_eq!(rooms_stored(story).await, 0);
    })
    .await;
}

#[tokio::test]
async fn discord_is_down_for_a_moment_while_somebody_joins_and_leaves() {
    testkit::story(features, async |story| {
        story.allows_refusals = true;
        let (guild, _, hub) = with_hub(story).await;
        let (alice, bob) = (guild.member("alice"), guild.member("bob"));
        let room = opens(story, &alice, &hub).await;
        story
            .sim
            .faults()
            .fail_next("DELETE", "/channels/{channel_id}", 503, 0);
        story
            .sim
            .faults()
            .fail_next("DELETE", "/channels/{channel_id}", 503, 0);
        story
            .sim
            .faults()
            .fail_next("DELETE", "/channels/{channel_id}", 503, 0);
        story
            .sim
            .faults()
            .fail_next("DELETE", "/channels/{channel_id}", 503, 0);
        alice.leaves();
        story.idle().await;
        assert!(!room.is_gone());
        assert_eq!(rooms_stored(story).await, 1, "the row outlives the channel");
        story.advance(SignedDuration::from_secs(6)).await;
        assert!(room.is_gone());
        assert_eq!(rooms_stored(story).await, 0);
        bob.joins(&hub);
        story.idle().await;
        panel(&bob, &bob.voice().unwrap());
    })
    .await;
}

#[tokio::test]
async fn the_hub_is_deleted_with_rooms_alive_and_a_click_on_the_way() {
    testkit::story(features, async |story| {
        let (guild, owner, hub) = with_hub(story).await;
        let alice = guild.member("alice").locale("fr");
        let room = opens(story, &alice, &hub).await;
        story
            .answer(owner.slash("/hub delete", &[("hub", (&hub).into())]))
            .await;
        let shown = clicks(story, &alice, &room, "Fermé").await;
        assert!(shown.text().contains("**Fermé**"), "{}", shown.text());
        alice.leaves();
        story.idle().await;
        assert!(room.is_gone());
        assert_eq!(
            crate::count(story, "select count(*) from voice_hubs.hub").await,
            0
        );
    })
    .await;
}
