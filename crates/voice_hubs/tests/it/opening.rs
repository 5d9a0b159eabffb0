//! Joining a hub, and leaving a room.

use std::time::Duration;

use testkit::{
    BotOptions,
    discord_sim::{Permissions, SimOptions},
};

use crate::{calls, features, opens, panel, rooms_stored, with_hub};

#[tokio::test]
async fn a_member_joins_and_stands_in_a_room_of_their_own() {
    testkit::story(features, async |story| {
        let (guild, _, hub) = with_hub(story).await;
        let alice = guild.member("alice").locale("fr");
        let room = opens(story, &alice, &hub).await;
        assert_eq!(room.name(), "Salon d'alice");
        insta::assert_snapshot!(calls(story));
        insta::assert_snapshot!(panel(&alice, &room).text());
        alice.leaves();
        story.idle().await;
        assert!(room.is_gone());
        assert_eq!(rooms_stored(story).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_room_stays_while_a_human_is_in_it_and_bots_do_not_count() {
    testkit::story(features, async |story| {
        let (guild, owner, hub) = with_hub(story).await;
        let (alice, bob) = (guild.member("alice"), guild.member("bob"));
        let room = opens(story, &alice, &hub).await;
        bob.joins(&room);
        alice.leaves();
        story.idle().await;
        assert!(!room.is_gone());
        let elsewhere = guild.voice("Elsewhere");
        bob.joins(&elsewhere);
        story.idle().await;
        assert!(room.is_gone(), "a move to another channel is a leave too");

        let music = guild.other_bot("music");
        let room = opens(story, &alice, &hub).await;
        music.joins(&room);
        alice.leaves();
        story.idle().await;
        assert!(room.is_gone(), "a bot does not keep a room");

        story
            .answer(owner.slash(
                "/hub config",
                &[
                    ("hub", (&hub).into()),
                    ("bots_keep", true.into()),
                    ("per_member", 9.into()),
                ],
            ))
            .await;
        let room = opens(story, &alice, &hub).await;
        music.joins(&room);
        alice.leaves();
        story.idle().await;
        assert!(!room.is_gone(), "the hub says that bots keep rooms");
        panel(&owner, &room);
        music.leaves();
        story.idle().await;
        assert!(room.is_gone());
        music.joins(&hub);
        story.idle().await;
        assert_eq!(music.voice(), Some(hub), "bots get no rooms");
    })
    .await;
}

#[tokio::test]
async fn a_kick_and_leaving_the_guild_empty_a_room_too() {
    testkit::story(features, async |story| {
        let (guild, owner, hub) = with_hub(story).await;
        let (alice, bob) = (guild.member("alice"), guild.member("bob"));
        let room = opens(story, &alice, &hub).await;
        owner.kicks(&alice);
        story.idle().await;
        assert!(room.is_gone());
        let room = opens(story, &bob, &hub).await;
        bob.leaves_guild();
        story.idle().await;
        assert!(room.is_gone());
        assert_eq!(rooms_stored(story).await, 0);
    })
    .await;
}

#[tokio::test]
async fn an_owner_who_comes_back_through_the_hub_finds_the_same_room() {
    testkit::story(features, async |story| {
        let (guild, _, hub) = with_hub(story).await;
        let (alice, bob) = (guild.member("alice"), guild.member("bob"));
        let room = opens(story, &alice, &hub).await;
        bob.joins(&room);
        story.idle().await;
        assert_eq!(opens(story, &alice, &hub).await, room);
        panel(&alice, &room);
        assert_eq!(rooms_stored(story).await, 1);
    })
    .await;
}

#[tokio::test]
async fn numbers_fill_gaps() {
    testkit::story(features, async |story| {
        let (guild, owner, hub) = with_hub(story).await;
        story
            .answer(owner.slash(
                "/hub config",
                &[("hub", (&hub).into()), ("name", "Salle {n}".into())],
            ))
            .await;
        let people = ["alice", "bob", "carol"].map(|name| guild.member(name));
        let mut rooms = Vec::new();
        for person in &people {
            rooms.push(opens(story, person, &hub).await);
        }
        assert_eq!(rooms[2].name(), "Salle 3");
        people[1].leaves();
        story.idle().await;
        let dave = guild.member("dave");
        assert_eq!(opens(story, &dave, &hub).await.name(), "Salle 2");
        for room in guild.channel_names() {
            if let Some(room) = guild
                .channel(&room)
                .filter(|room| room.name().starts_with("Salle"))
            {
                panel(&owner, &room);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn every_event_twice_or_in_another_order_makes_one_room() {
    testkit::story(features, async |story| {
        let (guild, _, hub) = with_hub(story).await;
        let alice = guild.member("alice");
        story.sim.faults().duplicate_next_event();
        alice.joins(&hub);
        story.idle().await;
        let room = alice.voice().unwrap();
        assert_eq!(
            story
                .sim
                .calls_to("POST", "/guilds/{guild_id}/channels")
                .len(),
            1
        );
        panel(&alice, &room);
        story.sim.faults().duplicate_next_event();
        alice.leaves();
        story.idle().await;
        assert!(room.is_gone());
        let deletes = story.sim.calls_to("DELETE", "/channels/{channel_id}");
        assert_eq!(deletes.len(), 1);
        story.sim.faults().event_before_reply(Some(true));
        let room = opens(story, &alice, &hub).await;
        panel(&alice, &room);
        story.sim.faults().event_before_reply(Some(false));
        alice.leaves();
        story.idle().await;
        assert!(room.is_gone());
        assert_eq!(rooms_stored(story).await, 0);
    })
    .await;
}

#[tokio::test]
async fn fifty_join_at_once_and_each_gets_one_room() {
    let sim = SimOptions {
        rate_limits: false,
        ..SimOptions::default()
    };
    testkit::story_with(features, sim, BotOptions::default(), async |story| {
        let (guild, owner, hub) = with_hub(story).await;
        story
            .answer(owner.slash(
                "/hub config",
                &[("hub", (&hub).into()), ("per_server", 200.into())],
            ))
            .await;
        story.sim.clear_calls();
        let people: Vec<_> = (0..50)
            .map(|index| guild.member(&format!("p{index}")))
            .collect();
        for person in &people {
            person.joins(&hub);
        }
        let _ = story
            .sim
            .wait_until(Duration::from_mins(1), |_| {
                people
                    .iter()
                    .all(|person| person.voice().as_ref() != Some(&hub))
            })
            .await;
        story.idle().await;
        assert_eq!(
            story
                .sim
                .calls_to("POST", "/guilds/{guild_id}/channels")
                .len(),
            50
        );
        for person in &people {
            let room = person.voice().unwrap();
            assert_eq!(room.name(), format!("Salon de {}", person.name()));
            panel(person, &room);
            person.leaves();
        }
        story.idle().await;
        assert_eq!(rooms_stored(story).await, 0);
    })
    .await;
}

#[tokio::test]
async fn without_the_permission_to_make_rooms_the_member_is_told_and_staff_too() {
    testkit::story(features, async |story| {
        story.allows_refusals = true;
        let (guild, owner, hub) = with_hub(story).await;
        let log = guild.text("journal");
        story
            .answer(owner.slash(
                "/hub config",
                &[("hub", (&hub).into()), ("log", (&log).into())],
            ))
            .await;
        let guild = guild.bot_permissions(
            Permissions::VIEW_CHANNEL
                | Permissions::SEND_MESSAGES
                | Permissions::MOVE_MEMBERS
                | Permissions::CONNECT,
        );
        let alice = guild.member("alice").locale("fr");
        alice.joins(&hub);
        story.idle().await;
        assert_eq!(alice.voice().as_ref(), Some(&hub));
        insta::assert_snapshot!(alice.sees(&hub)[0].text());
        insta::assert_snapshot!(owner.sees(&log)[0].text());
        assert_eq!(rooms_stored(story).await, 0);
        // Once more within the pause: nobody is told again, Discord is not asked.
        story.sim.clear_calls();
        alice.leaves();
        alice.joins(&hub);
        story.idle().await;
        assert_eq!(calls(story), "");
        // Mended: the pause ends, and whoever still waits gets a room.
        let guild = guild.bot_permissions(Permissions::ALL);
        story.advance(jiff::SignedDuration::from_secs(61)).await;
        let room = alice.voice().unwrap();
        assert_ne!(room, hub);
        panel(&alice, &room);
        owner.sees(&log);
        let shown = story
            .answer(owner.slash("/hub config", &[("hub", (&hub).into())]))
            .await;
        assert!(!shown.text().contains('⚠'), "{}", shown.text());
        alice.leaves();
        story.idle().await;
        owner.sees(&log);
        drop(guild);
    })
    .await;
}

#[tokio::test]
async fn without_the_permission_to_move_the_room_goes_and_the_member_is_told() {
    testkit::story(features, async |story| {
        story.allows_refusals = true;
        let (guild, owner, hub) = with_hub(story).await;
        let guild = guild.bot_permissions(
            Permissions::ALL - Permissions::ADMINISTRATOR - Permissions::MOVE_MEMBERS,
        );
        let alice = guild.member("alice").locale("en-US");
        alice.joins(&hub);
        story.idle().await;
        assert_eq!(alice.voice().as_ref(), Some(&hub));
        insta::assert_snapshot!(alice.sees(&hub)[0].text());
        assert_eq!(rooms_stored(story).await, 0);
        assert_eq!(guild.channel("Salon d'alice"), None);
        let staff = owner.sees(&guild.text("general")).pop().unwrap();
        assert!(
            staff.text().contains("mais pas y déplacer"),
            "{}",
            staff.text()
        );
    })
    .await;
}
