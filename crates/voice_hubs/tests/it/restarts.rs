//! What a kill leaves behind, and what the next process makes of it.

use jiff::SignedDuration;
use testkit::discord_sim::Permissions;

use crate::{clicks, count, features, opens, panel, rooms_stored, with_hub};

#[tokio::test]
async fn after_a_kill_everything_is_as_before_and_the_old_panel_works() {
    testkit::story(features, async |story| {
        let (guild, _, hub) = with_hub(story).await;
        let alice = guild.member("alice").locale("fr");
        let bob = guild.member("bob");
        let room = opens(story, &alice, &hub).await;
        bob.joins(&room);
        story.idle().await;
        clicks(story, &alice, &room, "Conférence").await;
        let before = panel(&alice, &room);
        story.kill();
        story.start().await;
        story.ready().await;
        let now = panel(&alice, &room);
        assert_eq!(now.id(), before.id());
        assert_eq!(now.text(), before.text());
        let shown = clicks(story, &alice, &room, "Conférence").await;
        assert!(shown.text().contains("**Conférence**"), "{}", shown.text());
        assert!(
            bob.permissions_in(&room).contains(Permissions::SPEAK),
            "who was there still speaks"
        );
        assert!(
            !guild
                .member("carol")
                .permissions_in(&room)
                .contains(Permissions::SPEAK)
        );
        bob.leaves();
        alice.leaves();
        story.idle().await;
        assert!(room.is_gone(), "who sat where was known after the kill");
    })
    .await;
}

#[tokio::test]
async fn who_leaves_while_the_bot_is_away_leaves_no_room_behind() {
    testkit::story(features, async |story| {
        let (guild, _, hub) = with_hub(story).await;
        let (alice, bob) = (guild.member("alice"), guild.member("bob"));
        let (mine, theirs) = (
            opens(story, &alice, &hub).await,
            opens(story, &bob, &hub).await,
        );
        story.kill();
        alice.leaves();
        story.start().await;
        story.ready().await;
        assert!(mine.is_gone());
        story.kill();
        // This time the session can not be resumed: Discord tells everything anew.
        story.sim.advance(std::time::Duration::from_mins(30));
        bob.leaves();
        let carol = guild.member("carol");
        carol.joins(&hub);
        story.sim.faults().op9(false);
        story.start().await;
        story.ready().await;
        assert!(theirs.is_gone());
        assert_ne!(carol.voice().as_ref(), Some(&hub));
        panel(&carol, &carol.voice().unwrap());
        assert_eq!(rooms_stored(story).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_kill_at_any_moment_of_a_join_makes_one_room_in_the_end() {
    testkit::story(features, async |story| {
        let (guild, owner, hub) = with_hub(story).await;
        story
            .answer(owner.slash(
                "/hub config",
                &[("hub", (&hub).into()), ("per_server", 200.into())],
            ))
            .await;
        for round in 0..12u32 {
            let alice = guild.member(&format!("alice{round}"));
            story.sim.clear_calls();
            alice.joins(&hub);
            // Killed once this many requests of the join were answered, or at once.
            let answered = story.sim.requests_answered();
            let _ = story
                .sim
                .wait_until(std::time::Duration::from_millis(500), |sim| {
                    sim.requests_answered() >= answered + u64::from(round % 4)
                })
                .await;
            story.kill();
            story.start().await;
            story.ready().await;
            story.advance(SignedDuration::from_secs(6)).await;
            let room = alice.voice().unwrap();
            assert_ne!(room, hub, "round {round}\n{}", story.sim.transcript());
            panel(&alice, &room);
            let made = story.sim.calls_to("POST", "/guilds/{guild_id}/channels");
            assert!(
                made.iter().filter(|call| call.status < 300).count() <= 1,
                "round {round}"
            );
            alice.leaves();
            story.idle().await;
            assert!(room.is_gone());
        }
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
async fn a_change_that_was_stored_but_not_shown_is_shown_by_the_next_process() {
    testkit::story(features, async |story| {
        let (guild, _, hub) = with_hub(story).await;
        let alice = guild.member("alice").locale("fr");
        let room = opens(story, &alice, &hub).await;
        let shown = panel(&alice, &room);
        story.sim.faults().delay_route(
            "PATCH",
            "/channels/{channel_id}",
            std::time::Duration::from_mins(1),
        );
        let asked = alice.in_channel(&room).clicks(&shown, "Privé");
        let _ = story
            .sim
            .wait_until(std::time::Duration::from_secs(5), |sim| {
                sim.requests_in_flight() > 0
            })
            .await;
        story.kill();
        story.sim.faults().clear();
        story.start().await;
        story.ready().await;
        let _ = asked.answer().await;
        story.advance(SignedDuration::from_secs(6)).await;
        assert!(
            !guild
                .member("carol")
                .permissions_in(&room)
                .contains(Permissions::VIEW_CHANNEL)
        );
        assert!(panel(&alice, &room).text().contains("**Privé**"));
    })
    .await;
}

#[tokio::test]
async fn postgres_away_for_a_moment_delays_rooms_and_loses_none() {
    testkit::story(features, async |story| {
        let (guild, _, hub) = with_hub(story).await;
        let people: Vec<_> = (0..5)
            .map(|index| guild.member(&format!("p{index}")))
            .collect();
        story.cut_database(true);
        for person in &people {
            person.joins(&hub);
        }
        people[4].leaves();
        story.sim.written().await;
        story.cut_database(false);
        story.idle().await;
        for person in &people[..4] {
            let room = person.voice().unwrap();
            assert_ne!(room, hub);
            panel(person, &room);
        }
        assert_eq!(rooms_stored(story).await, 4);
    })
    .await;
}

#[tokio::test]
async fn the_sweep_deletes_what_every_event_missed() {
    testkit::story(features, async |story| {
        let (guild, owner, hub) = with_hub(story).await;
        let alice = guild.member("alice");
        let room = opens(story, &alice, &hub).await;
        story.sim.faults().lose_next_event();
        owner.deletes_channel(&room);
        story.idle().await;
        story.sim.faults().lose_next_event();
        story.advance(SignedDuration::from_mins(6)).await;
        assert!(room.is_gone());
        assert_eq!(alice.voice(), None);
    })
    .await;
}

#[tokio::test]
async fn no_hub_ends_while_a_new_session_has_not_told_of_the_server() {
    testkit::story(features, async |story| {
        let (guild, _, hub) = with_hub(story).await;
        let alice = guild.member("alice");
        let bob = guild.member("bob");
        let room = opens(story, &bob, &hub).await;
        // A session has begun, and its servers are still on their way.
        let (session, _) = story.sim.newest_session(0).unwrap();
        let ready = serde_json::json!({
            "v": 10,
            "application": {"id": story.sim.application_id().to_string(), "flags": 0},
            "guilds": [{"id": guild.id().to_string(), "unavailable": true}],
            "resume_gateway_url": story.sim.gateway_url(),
            "session_id": session,
            "user": {"id": story.sim.application_id().to_string(), "username": "Majordome", "discriminator": "0", "avatar": null,
                "bot": true, "verified": true, "mfa_enabled": false, "flags": 0, "email": null},
        });
        story.sim.faults().raw_dispatch("READY", &ready.to_string());
        alice.joins(&hub);
        story.idle().await;
        let hubs = "select count(*) from voice_hubs.hub where active";
        assert_eq!(count(story, hubs).await, 1);
        assert_eq!(rooms_stored(story).await, 1);
        // Nothing is made of what is known from before.
        assert_eq!(alice.voice(), Some(hub.clone()));
        story.sim.faults().op9(false);
        story.reconnected("an invalid session").await;
        story.idle().await;
        assert_ne!(alice.voice(), Some(hub), "{}", story.sim.transcript());
        panel(&bob, &room);
        panel(&alice, &alice.voice().unwrap());
    })
    .await;
}
