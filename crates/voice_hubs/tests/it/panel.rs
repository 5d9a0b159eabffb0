//! The panel: modes, lists, limit, purge, delete.

use testkit::discord_sim::{Argument, Guild, Permissions};

use crate::{clicks, features, opens, panel, rooms_stored, with_hub};

fn may_enter(guild: &Guild, name: &str, room: &testkit::discord_sim::ChannelRef) -> bool {
    let permissions = guild.member(name).permissions_in(room);
    permissions.contains(Permissions::VIEW_CHANNEL | Permissions::CONNECT)
}

#[tokio::test]
async fn each_mode_is_one_edit_and_does_what_it_says() {
    testkit::story(features, async |story| {
        let (guild, _, hub) = with_hub(story).await;
        let alice = guild.member("alice").locale("fr");
        let bob = guild.member("bob");
        let room = opens(story, &alice, &hub).await;
        bob.joins(&room);
        story.idle().await;
        guild.member("carol");
        for (button, sees, enters, bob_speaks, carol_speaks) in [
            ("Fermé", true, false, true, false),
            ("Privé", false, false, false, false),
            ("Conférence", true, true, true, false),
            ("Ouvert", true, true, true, true),
        ] {
            story.sim.clear_calls();
            let shown = clicks(story, &alice, &room, button).await;
            assert!(
                shown.text().contains(&format!("**{button}**")),
                "{}",
                shown.text()
            );
            let edits = story.sim.calls_to("PATCH", "/channels/{channel_id}");
            assert_eq!(edits.len(), 1, "a mode change is one channel edit");
            let carol = guild.member("carol").permissions_in(&room);
            assert_eq!(carol.contains(Permissions::VIEW_CHANNEL), sees, "{button}");
            assert_eq!(may_enter(&guild, "carol", &room), enters, "{button}");
            assert_eq!(carol.contains(Permissions::SPEAK), carol_speaks, "{button}");
            assert!(may_enter(&guild, "alice", &room));
            if button == "Conférence" {
                assert_eq!(
                    bob.permissions_in(&room).contains(Permissions::SPEAK),
                    bob_speaks
                );
            }
        }
        panel(&alice, &room);
    })
    .await;
}

#[tokio::test]
async fn people_and_roles_are_let_in_kept_out_and_taken_off() {
    testkit::story(features, async |story| {
        let (guild, _, hub) = with_hub(story).await;
        let alice = guild.member("alice").locale("en-US");
        let (bob, carol) = (guild.member("bob"), guild.member("carol"));
        let team = guild.role("Équipe", Permissions::from_bits(0));
        guild.owner().gives_role(&carol, &team);
        let room = opens(story, &alice, &hub).await;
        bob.joins(&room);
        story.idle().await;
        // The panel learns the owner's language with the first click.
        clicks(story, &alice, &room, "Fermé").await;
        assert!(!may_enter(&guild, "carol", &room));
        let shown = panel(&alice, &room);
        story
            .answer(alice.in_channel(&room).picks(
                &shown,
                "Let people or roles in",
                &[Argument::from(&team)],
            ))
            .await;
        assert!(may_enter(&guild, "carol", &room));
        let shown = panel(&alice, &room);
        let after = story
            .answer(alice.in_channel(&room).picks(
                &shown,
                "Keep people or roles out",
                &[Argument::from(&bob)],
            ))
            .await;
        insta::assert_snapshot!(after.text());
        assert_eq!(bob.voice(), None, "who is kept out is shown out");
        assert!(bob.try_joins(&room).is_err());
        let lists = clicks(story, &alice, &room, "Lists").await;
        insta::assert_snapshot!(lists.text());
        let select = lists.message().selects()[0].clone();
        let bob_id = format!("u{}", bob.id());
        let off = story
            .answer(alice.in_channel(&room).picks(
                lists.message(),
                &select,
                &[bob_id.as_str().into()],
            ))
            .await;
        assert!(!off.text().contains("⛔"), "{}", off.text());
        assert!(!may_enter(&guild, "bob", &room), "the room is still closed");
        panel(&alice, &room);
    })
    .await;
}

#[tokio::test]
async fn who_is_denied_by_a_role_is_shown_out_even_when_let_in_by_another() {
    testkit::story(features, async |story| {
        let (guild, owner, hub) = with_hub(story).await;
        let alice = guild.member("alice").locale("fr");
        let bob = guild.member("bob");
        let (good, bad) = (
            guild.role("Bon", Permissions::from_bits(0)),
            guild.role("Mauvais", Permissions::from_bits(0)),
        );
        owner.gives_role(&bob, &good);
        owner.gives_role(&bob, &bad);
        let room = opens(story, &alice, &hub).await;
        for (menu, role) in [
            ("Inviter des membres ou des rôles", &good),
            ("Exclure des membres ou des rôles", &bad),
        ] {
            let shown = panel(&alice, &room);
            story
                .answer(alice.in_channel(&room).picks(&shown, menu, &[role.into()]))
                .await;
        }
        // Discord's arithmetic lets a role that allows win; our rule does not.
        bob.joins(&room);
        story.idle().await;
        assert_eq!(bob.voice(), None);
        panel(&alice, &room);
    })
    .await;
}

#[tokio::test]
async fn a_hundred_are_kept_out_and_the_list_is_paged() {
    testkit::story(features, async |story| {
        // The simulator refuses more than a hundred in one call, as Discord's API document does.
        story.allows_refusals = true;
        let (guild, _, hub) = with_hub(story).await;
        let alice = guild.member("alice").locale("fr");
        let room = opens(story, &alice, &hub).await;
        let people: Vec<_> = (0..100)
            .map(|index| guild.member(&format!("p{index}")))
            .collect();
        for some in people.chunks(25) {
            let shown = panel(&alice, &room);
            let values: Vec<Argument> = some.iter().map(Argument::from).collect();
            story
                .answer(alice.in_channel(&room).picks(
                    &shown,
                    "Exclure des membres ou des rôles",
                    &values,
                ))
                .await;
        }
        for person in &people {
            if person.try_joins(&room).is_ok() {
                story.idle().await;
                assert_eq!(
                    person.voice(),
                    None,
                    "whom no overwrite keeps out is shown out"
                );
            }
        }
        let first = clicks(story, &alice, &room, "Listes").await;
        assert!(first.text().contains("Page 1 sur 4"), "{}", first.text());
        let second = story
            .answer(alice.in_channel(&room).clicks(first.message(), "Suite ▶"))
            .await;
        assert!(second.text().contains("Page 2 sur 4"), "{}", second.text());
        // Somebody who left the server can be taken off by id, and is denied again if they come back first.
        people[30].leaves_guild();
        people[30].joins_guild(&guild);
        story.idle().await;
        assert!(!may_enter(&guild, "p30", &room));
        panel(&alice, &room);
    })
    .await;
}

#[tokio::test]
async fn only_the_owner_and_moderators_steer_a_room() {
    testkit::story(features, async |story| {
        let (guild, owner, hub) = with_hub(story).await;
        let alice = guild.member("alice").locale("fr");
        let bob = guild.member("bob").locale("en-US");
        let room = opens(story, &alice, &hub).await;
        bob.joins(&room);
        story.idle().await;
        for button in [
            "Fermé",
            "Nom",
            "Limite",
            "Listes",
            "Transférer",
            "Vider",
            "Supprimer",
            "Ouvrir une salle d'attente",
        ] {
            let refused = clicks(story, &bob, &room, button).await;
            assert!(refused.is_ephemeral, "{button}");
            assert!(
                refused.text().contains("This room belongs to @alice"),
                "{button}: {}",
                refused.text()
            );
        }
        assert!(may_enter(&guild, "carol", &room), "nothing has changed");
        clicks(story, &owner, &room, "Fermé").await;
        assert!(!may_enter(&guild, "carol", &room), "an administrator may");
        let own = panel(&alice, &room);
        story
            .answer(alice.in_channel(&room).picks(
                &own,
                "Exclure des membres ou des rôles",
                &[(&alice).into()],
            ))
            .await;
        panel(&alice, &room);
    })
    .await;
}

#[tokio::test]
async fn the_limit_is_typed_and_nonsense_is_refused() {
    testkit::story(features, async |story| {
        let (guild, _, hub) = with_hub(story).await;
        let alice = guild.member("alice").locale("fr");
        let room = opens(story, &alice, &hub).await;
        let form = clicks(story, &alice, &room, "Limite").await;
        let refused = story
            .answer(alice.in_channel(&room).submits(
                form.modal(),
                &[("Combien de personnes au plus", "x1".into())],
            ))
            .await;
        assert!(
            refused.text().contains("`x1` n'est pas une limite"),
            "{}",
            refused.text()
        );
        let form = clicks(story, &alice, &room, "Limite").await;
        story
            .answer(alice.in_channel(&room).submits(
                form.modal(),
                &[("Combien de personnes au plus", "7".into())],
            ))
            .await;
        assert_eq!(room.field("user_limit"), 7);
        assert!(panel(&alice, &room).text().contains("Limite : **7**"));
    })
    .await;
}

#[tokio::test]
async fn clearing_out_asks_first_and_looks_again_when_confirmed() {
    testkit::story(features, async |story| {
        let (guild, _, hub) = with_hub(story).await;
        let alice = guild.member("alice").locale("fr");
        let (bob, carol, dave) = (
            guild.member("bob"),
            guild.member("carol"),
            guild.member("dave"),
        );
        let room = opens(story, &alice, &hub).await;
        for person in [&bob, &carol] {
            person.joins(&room);
        }
        story.idle().await;
        let question = clicks(story, &alice, &room, "Vider").await;
        insta::assert_snapshot!(question.text());
        // Carol leaves and Dave comes between question and confirmation.
        carol.leaves();
        dave.joins(&room);
        story.idle().await;
        let done = story
            .answer(
                alice
                    .in_channel(&room)
                    .clicks(question.message(), "Déconnecter 2"),
            )
            .await;
        insta::assert_snapshot!(done.text());
        assert_eq!(bob.voice(), None);
        assert_eq!(dave.voice(), None);
        assert_eq!(alice.voice().as_ref(), Some(&room));
        bob.joins(&room);
        story.idle().await;
        let question = clicks(story, &alice, &room, "Vider").await;
        story.advance(jiff::SignedDuration::from_secs(61)).await;
        let late = story
            .answer(
                alice
                    .in_channel(&room)
                    .clicks(question.message(), "Déconnecter 1"),
            )
            .await;
        assert!(late.text().contains("plus d'une minute"), "{}", late.text());
        assert_eq!(bob.voice().as_ref(), Some(&room));
        panel(&alice, &room);
    })
    .await;
}

#[tokio::test]
async fn a_room_is_deleted_with_people_in_it_once_confirmed() {
    testkit::story(features, async |story| {
        let (guild, _, hub) = with_hub(story).await;
        let alice = guild.member("alice").locale("en-US");
        let room = opens(story, &alice, &hub).await;
        guild.member("bob").joins(&room);
        story.idle().await;
        let question = clicks(story, &alice, &room, "Supprimer").await;
        let asked = alice
            .in_channel(&room)
            .clicks(question.message(), "Delete the room");
        let _ = asked.answer().await;
        story.idle().await;
        assert!(room.is_gone());
        assert_eq!(rooms_stored(story).await, 0);
    })
    .await;
}

#[tokio::test]
async fn an_owners_settings_come_back_and_can_be_forgotten() {
    testkit::story(features, async |story| {
        let (guild, owner, hub) = with_hub(story).await;
        story
            .answer(owner.slash(
                "/hub config",
                &[("hub", (&hub).into()), ("per_member", 9.into())],
            ))
            .await;
        let alice = guild.member("alice").locale("fr");
        let room = opens(story, &alice, &hub).await;
        clicks(story, &alice, &room, "Privé").await;
        let form = clicks(story, &alice, &room, "Nom").await;
        let said = story
            .answer(
                alice
                    .in_channel(&room)
                    .submits(form.modal(), &[("Nom du salon", "Chez Alice".into())]),
            )
            .await;
        assert!(said.text().contains("nouveau nom"), "{}", said.text());
        alice.leaves();
        story.idle().await;
        assert!(room.is_gone());
        let room = opens(story, &alice, &hub).await;
        assert_eq!(room.name(), "Chez Alice");
        assert!(panel(&alice, &room).text().contains("**Privé**"));
        clicks(story, &alice, &room, "Oublier mes réglages").await;
        alice.leaves();
        story.idle().await;
        let room = opens(story, &alice, &hub).await;
        assert_eq!(room.name(), "Salon d'alice");
        assert!(panel(&alice, &room).text().contains("**Ouvert**"));
    })
    .await;
}

#[tokio::test]
async fn a_click_twice_at_once_changes_once() {
    testkit::story(features, async |story| {
        let (guild, _, hub) = with_hub(story).await;
        let alice = guild.member("alice").locale("fr");
        let room = opens(story, &alice, &hub).await;
        let shown = panel(&alice, &room);
        let here = alice.in_channel(&room);
        let (first, second) = (here.clicks(&shown, "Privé"), here.clicks(&shown, "Privé"));
        story.answer(first).await;
        story.answer(second).await;
        assert!(panel(&alice, &room).text().contains("**Privé**"));
        assert!(!may_enter(&guild, "carol", &room));
        let (first, second) = (here.clicks(&shown, "Ouvert"), here.clicks(&shown, "Fermé"));
        story.answer(first).await;
        story.answer(second).await;
        let is_closed = panel(&alice, &room).text().contains("**Fermé**");
        assert_eq!(
            may_enter(&guild, "carol", &room),
            !is_closed,
            "what is shown is so"
        );
    })
    .await;
}

#[tokio::test]
async fn without_a_chat_the_panel_comes_directly_and_else_by_command() {
    testkit::story(features, async |story| {
        story.allows_refusals = true;
        let (guild, _, hub) = with_hub(story).await;
        hub.deny_everyone(Permissions::SEND_MESSAGES);
        let quiet = Permissions::VIEW_CHANNEL
            | Permissions::CONNECT
            | Permissions::MOVE_MEMBERS
            | Permissions::MANAGE_CHANNELS
            | Permissions::MANAGE_ROLES;
        guild.everyone(
            Permissions::VIEW_CHANNEL
                | Permissions::CONNECT
                | Permissions::SPEAK
                | Permissions::USE_APPLICATION_COMMANDS,
        );
        let guild = guild.bot_permissions(quiet);
        let alice = guild.member("alice").locale("fr");
        let bob = guild.member("bob").locale("fr");
        story.idle().await;
        let room = opens(story, &alice, &hub).await;
        let direct = alice.sees(&alice.dm()).pop().unwrap();
        assert!(
            direct.text().contains("Propriétaire : @alice"),
            "{}",
            direct.text()
        );
        let shown = story
            .answer(alice.in_channel(&alice.dm()).clicks(&direct, "Privé"))
            .await;
        assert!(shown.text().contains("**Privé**"), "{}", shown.text());
        assert!(!may_enter(&guild, "carol", &room));
        bob.dm_closed(true);
        opens(story, &bob, &hub).await;
        let by_command = story.answer(bob.slash("/hub panel", &[])).await;
        assert!(
            by_command.text().contains("Propriétaire : @bob"),
            "{}",
            by_command.text()
        );
        let closed = story
            .answer(bob.clicks(by_command.message(), "Fermé"))
            .await;
        assert!(closed.text().contains("**Fermé**"), "{}", closed.text());
    })
    .await;
}

#[tokio::test]
async fn a_room_is_called_after_the_game_where_presences_are_on() {
    let sim = testkit::discord_sim::SimOptions {
        presences_intent: true,
        ..Default::default()
    };
    let bot = testkit::BotOptions {
        presences: true,
        ..Default::default()
    };
    testkit::story_with(features, sim, bot, async |story| {
        let (guild, owner, hub) = with_hub(story).await;
        story
            .answer(owner.slash(
                "/hub config",
                &[
                    ("hub", (&hub).into()),
                    ("name", "{if:game}{game}{else}{user}{end}".into()),
                ],
            ))
            .await;
        let (alice, bob) = (guild.member("alice"), guild.member("bob"));
        alice.goes("online", Some("Échecs"));
        story.idle().await;
        let (playing, idling) = (
            opens(story, &alice, &hub).await,
            opens(story, &bob, &hub).await,
        );
        assert_eq!(playing.name(), "Échecs");
        assert_eq!(idling.name(), "bob");
        panel(&alice, &playing);
        panel(&bob, &idling);
    })
    .await;
}
