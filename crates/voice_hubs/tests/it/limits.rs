//! Throttles, full categories, full guilds, and copied permissions.

use jiff::SignedDuration;
use testkit::discord_sim::Permissions;

use crate::{features, opens, panel, with_hub};

#[tokio::test]
async fn the_third_room_within_a_minute_waits_and_opens_by_itself() {
    testkit::story(features, async |story| {
        let (guild, _, hub) = with_hub(story).await;
        let alice = guild.member("alice").locale("fr");
        for _ in 0..2 {
            let room = opens(story, &alice, &hub).await;
            alice.leaves();
            story.idle().await;
            assert!(room.is_gone());
        }
        alice.joins(&hub);
        story.idle().await;
        assert_eq!(alice.voice().as_ref(), Some(&hub));
        let told = alice.sees(&hub);
        assert_eq!(told.len(), 1);
        assert!(
            told[0].text().contains("plusieurs salons en une minute"),
            "{}",
            told[0].text()
        );
        alice.leaves();
        alice.joins(&hub);
        story.idle().await;
        assert_eq!(alice.sees(&hub).len(), 1, "told once an hour");
        story.advance(SignedDuration::from_secs(61)).await;
        let room = alice.voice().unwrap();
        assert_ne!(room, hub);
        panel(&alice, &room);
    })
    .await;
}

#[tokio::test]
async fn the_whole_server_has_a_throttle_too() {
    testkit::story(features, async |story| {
        let (guild, owner, hub) = with_hub(story).await;
        story
            .answer(owner.slash(
                "/hub config",
                &[("hub", (&hub).into()), ("per_server", 2.into())],
            ))
            .await;
        let people = ["alice", "bob", "carol"].map(|name| guild.member(name));
        for person in &people {
            person.joins(&hub);
        }
        story.idle().await;
        let waiting: Vec<_> = people
            .iter()
            .filter(|person| person.voice().as_ref() == Some(&hub))
            .collect();
        assert_eq!(waiting.len(), 1);
        assert!(
            owner.sees(&hub)[0].text().contains("beaucoup de salons"),
            "{}",
            owner.sees(&hub)[0].text()
        );
        story.advance(SignedDuration::from_secs(61)).await;
        for person in &people {
            panel(person, &person.voice().unwrap());
        }
    })
    .await;
}

#[tokio::test]
async fn at_the_maximum_the_next_member_gets_the_room_that_closes() {
    testkit::story(features, async |story| {
        let (guild, owner, hub) = with_hub(story).await;
        story
            .answer(owner.slash(
                "/hub config",
                &[("hub", (&hub).into()), ("max_rooms", 1.into())],
            ))
            .await;
        let (alice, bob) = (guild.member("alice"), guild.member("bob"));
        opens(story, &alice, &hub).await;
        bob.joins(&hub);
        story.idle().await;
        assert_eq!(bob.voice().as_ref(), Some(&hub));
        assert!(
            owner.sees(&hub)[0]
                .text()
                .contains("ce hub peut avoir 1 salons"),
            "{}",
            owner.sees(&hub)[0].text()
        );
        alice.leaves();
        story.idle().await;
        let room = bob.voice().unwrap();
        assert_ne!(room, hub);
        panel(&bob, &room);
    })
    .await;
}

#[tokio::test]
async fn a_full_category_overflows_and_staff_hears_of_it_once() {
    testkit::story(features, async |story| {
        let (guild, owner, hub) = with_hub(story).await;
        let (vocal, more) = (guild.category("Vocal"), guild.category("Vocal bis"));
        let log = guild.text("journal");
        hub.set_parent(Some(&vocal));
        for index in 0..47 {
            guild.voice(&format!("v{index}")).set_parent(Some(&vocal));
        }
        story.idle().await;
        story
            .answer(owner.slash(
                "/hub config",
                &[
                    ("hub", (&hub).into()),
                    ("overflow", (&more).into()),
                    ("log", (&log).into()),
                ],
            ))
            .await;
        let (alice, bob) = (guild.member("alice"), guild.member("bob"));
        for person in [&alice, &bob] {
            let room = opens(story, person, &hub).await;
            assert_eq!(room.parent().as_ref(), Some(&more));
            panel(person, &room);
        }
        let said = owner.sees(&log);
        let full = said
            .iter()
            .filter(|message| message.text().contains("pleine"))
            .count();
        assert_eq!(full, 1);
    })
    .await;
}

#[tokio::test]
async fn a_category_at_fifty_refused_by_discord_is_copied_and_the_copy_goes_when_empty() {
    testkit::story(features, async |story| {
        let (guild, owner, hub) = with_hub(story).await;
        let vocal = guild.category("Vocal");
        vocal.deny_everyone(Permissions::STREAM);
        hub.set_parent(Some(&vocal));
        for index in 0..49 {
            guild.voice(&format!("v{index}")).set_parent(Some(&vocal));
        }
        let updates = guild.text("équipe");
        guild.set_field("public_updates_channel_id", updates.id().to_string().into());
        story.idle().await;
        story
            .answer(owner.slash(
                "/hub config",
                &[("hub", (&hub).into()), ("copy_category", true.into())],
            ))
            .await;
        let (alice, bob) = (guild.member("alice"), guild.member("bob"));
        let (first, second) = (
            opens(story, &alice, &hub).await,
            opens(story, &bob, &hub).await,
        );
        let copy = first.parent().unwrap();
        assert_eq!(copy.name(), "Vocal 2");
        assert_eq!(
            second.parent().as_ref(),
            Some(&copy),
            "two rooms share one copy"
        );
        assert_eq!(copy.overwrites().len(), vocal.overwrites().len());
        alice.leaves();
        story.idle().await;
        assert!(!copy.is_gone());
        bob.leaves();
        story.idle().await;
        assert!(copy.is_gone(), "{:?}", guild.channel_names());
        owner.sees(&guild.text("general"));
    })
    .await;
}

#[tokio::test]
async fn in_a_full_guild_the_member_is_told_and_discord_is_not_asked_again_and_again() {
    testkit::story(features, async |story| {
        story.allows_refusals = true;
        let (guild, owner, hub) = with_hub(story).await;
        while guild.channel_names().len() < 500 {
            guild.text(&format!("t{}", guild.channel_names().len()));
        }
        story.idle().await;
        story.sim.clear_calls();
        let alice = guild.member("alice").locale("fr");
        alice.joins(&hub);
        story.idle().await;
        assert!(
            alice.sees(&hub)[0].text().contains("500 salons"),
            "{}",
            alice.sees(&hub)[0].text()
        );
        let asked = || {
            story
                .sim
                .calls_to("POST", "/guilds/{guild_id}/channels")
                .len()
        };
        assert_eq!(asked(), 1);
        alice.leaves();
        alice.joins(&hub);
        story.idle().await;
        assert_eq!(asked(), 1);
        owner.sees(&guild.text("general"));
        owner.deletes_channel(&guild.channel("t499").unwrap());
        story.advance(SignedDuration::from_secs(61)).await;
        panel(&alice, &alice.voice().unwrap());
    })
    .await;
}

#[tokio::test]
async fn copied_permissions_are_masked_and_a_lost_denial_is_told() {
    testkit::story(features, async |story| {
        let (guild, owner, hub) = with_hub(story).await;
        let held = Permissions::VIEW_CHANNEL
            | Permissions::SEND_MESSAGES
            | Permissions::READ_MESSAGE_HISTORY
            | Permissions::MANAGE_CHANNELS
            | Permissions::MANAGE_ROLES
            | Permissions::MOVE_MEMBERS
            | Permissions::CONNECT
            | Permissions::SPEAK;
        let guild = guild.bot_permissions(held);
        let team = guild.role("Équipe", Permissions::from_bits(0));
        hub.allow(&team, Permissions::MANAGE_ROLES | Permissions::SPEAK);
        hub.deny_everyone(Permissions::PRIORITY_SPEAKER);
        story.idle().await;
        let shown = story
            .answer(owner.slash("/hub config", &[("hub", (&hub).into())]))
            .await;
        assert!(
            shown.text().contains("Je ne peux pas reprendre"),
            "{}",
            shown.text()
        );
        let alice = guild.member("alice");
        let room = opens(story, &alice, &hub).await;
        panel(&alice, &room);
        let of_team = room
            .overwrites()
            .into_iter()
            .find(|overwrite| overwrite.id == team.id())
            .unwrap();
        assert!(of_team.allow.contains(Permissions::SPEAK));
        assert!(!of_team.allow.contains(Permissions::MANAGE_ROLES));
    })
    .await;
}

#[tokio::test]
async fn a_dead_source_of_permissions_falls_back_to_the_hub_never_to_open() {
    testkit::story(features, async |story| {
        let (guild, owner, hub) = with_hub(story).await;
        let source = guild.voice("Modèle");
        story.idle().await;
        story
            .answer(owner.slash(
                "/hub config",
                &[("hub", (&hub).into()), ("copy_from", (&source).into())],
            ))
            .await;
        let (alice, bob) = (guild.member("alice"), guild.member("bob"));
        hub.deny(&bob, Permissions::CONNECT);
        owner.deletes_channel(&source);
        story.idle().await;
        let shown = story
            .answer(owner.slash("/hub config", &[("hub", (&hub).into())]))
            .await;
        assert!(shown.text().contains("n'existe plus"), "{}", shown.text());
        let room = opens(story, &alice, &hub).await;
        assert!(!bob.permissions_in(&room).contains(Permissions::CONNECT));
        panel(&alice, &room);
    })
    .await;
}

#[tokio::test]
async fn staff_is_warned_of_a_day_with_many_rooms_and_at_the_end_of_it_rooms_wait() {
    testkit::story(features, async |story| {
        let (guild, owner, hub) = with_hub(story).await;
        let general = guild.text("general");
        let opened = |count: i32| {
            format!(
                "with told as (insert into voice_hubs.opened (guild_id, member_id, at) \
                 select {}, 1, '{}'::timestamptz - interval '1 hour' from generate_series(1, {count}) returning 1) \
                 select count(*) from told",
                guild.id(),
                story.house().clock.now()
            )
        };
        crate::count(story, &opened(1499)).await;
        let (alice, bob) = (guild.member("alice"), guild.member("bob").locale("fr"));
        let room = opens(story, &alice, &hub).await;
        panel(&alice, &room);
        let warned = owner.sees(&general).pop().unwrap();
        assert!(warned.text().contains("1500 salons ont été ouverts"), "{}", warned.text());
        crate::count(story, &opened(300)).await;
        bob.joins(&hub);
        story.idle().await;
        assert_eq!(bob.voice().as_ref(), Some(&hub));
        let told = bob.sees(&hub).pop().unwrap();
        assert!(told.text().contains("1800 salons aujourd'hui"), "{}", told.text());
        story.advance(SignedDuration::from_hours(24)).await;
        panel(&bob, &bob.voice().unwrap());
    })
    .await;
}
