//! Names: two changes in ten minutes, the last wish wins.

use jiff::SignedDuration;
use testkit::{
    Story,
    discord_sim::{Answer, ChannelRef, Person},
};

use crate::{clicks, features, opens, panel, with_hub};

async fn names(story: &Story, person: &Person, room: &ChannelRef, name: &str) -> Answer {
    let form = clicks(story, person, room, "Nom").await;
    story
        .answer(
            person
                .in_channel(room)
                .submits(form.modal(), &[("Nom du salon", name.into())]),
        )
        .await
}

#[tokio::test]
async fn the_third_name_comes_when_discord_allows_and_survives_a_restart() {
    testkit::story(features, async |story| {
        let (guild, _, hub) = with_hub(story).await;
        let alice = guild.member("alice").locale("fr");
        let room = opens(story, &alice, &hub).await;
        assert!(
            names(story, &alice, &room, "Un")
                .await
                .text()
                .contains("nouveau nom")
        );
        assert!(
            panel(&alice, &room).text().contains("1 changement sur 2"),
            "{}",
            panel(&alice, &room).text()
        );
        names(story, &alice, &room, "Deux").await;
        assert_eq!(room.name(), "Deux");
        let later = names(story, &alice, &room, "Trois").await;
        assert!(
            later
                .text()
                .contains("deux changements de nom en dix minutes"),
            "{}",
            later.text()
        );
        let last = names(story, &alice, &room, "Quatre").await;
        assert!(last.text().contains("deux changements"), "{}", last.text());
        assert!(
            panel(&alice, &room).text().contains("Ensuite : Quatre"),
            "{}",
            panel(&alice, &room).text()
        );
        assert_eq!(room.name(), "Deux");
        story.restart().await;
        story.advance(SignedDuration::from_mins(9)).await;
        assert_eq!(room.name(), "Deux");
        story.advance(SignedDuration::from_secs(70)).await;
        assert_eq!(room.name(), "Quatre", "the last wish wins");
        assert!(!panel(&alice, &room).text().contains("Ensuite"));
    })
    .await;
}

#[tokio::test]
async fn a_wish_for_a_room_that_is_gone_is_dropped() {
    testkit::story(features, async |story| {
        let (guild, _, hub) = with_hub(story).await;
        let alice = guild.member("alice").locale("fr");
        let room = opens(story, &alice, &hub).await;
        for name in ["Un", "Deux", "Trois"] {
            names(story, &alice, &room, name).await;
        }
        alice.leaves();
        story.idle().await;
        assert!(room.is_gone());
        story.advance(SignedDuration::from_mins(11)).await;
    })
    .await;
}

#[tokio::test]
async fn bad_names_are_refused_with_the_rule() {
    testkit::story(features, async |story| {
        let (guild, owner, hub) = with_hub(story).await;
        story
            .answer(owner.slash(
                "/hub config",
                &[("hub", (&hub).into()), ("words", "spam*".into())],
            ))
            .await;
        let alice = guild.member("alice").locale("fr");
        let room = opens(story, &alice, &hub).await;
        for (name, said) in [
            ("   \u{200b} ", "au moins un caractère visible"),
            ("@everyone ici", "@everyone"),
            ("Spammeurs", "un mot que ce serveur"),
        ] {
            let refused = names(story, &alice, &room, name).await;
            assert!(refused.text().contains(said), "{name}: {}", refused.text());
        }
        assert_eq!(room.name(), "Salon d'alice");
        names(story, &alice, &room, "  Le   bon\u{200b} nom  ").await;
        assert_eq!(room.name(), "Le bon nom");
        panel(&alice, &room);
    })
    .await;
}

#[tokio::test]
async fn a_429_for_a_name_is_believed_and_told() {
    testkit::story(features, async |story| {
        story.allows_refusals = true;
        let (guild, owner, hub) = with_hub(story).await;
        let alice = guild.member("alice").locale("fr");
        let room = opens(story, &alice, &hub).await;
        // Somebody else has spent Discord's budget.
        owner.renames_channel(&room, "A");
        owner.renames_channel(&room, "B");
        story.idle().await;
        let later = names(story, &alice, &room, "Chez Alice").await;
        assert!(
            later.text().contains("dix minutes") || later.text().contains("nouveau nom"),
            "{}",
            later.text()
        );
        story.advance(SignedDuration::from_mins(11)).await;
        assert_eq!(room.name(), "Chez Alice");
        panel(&alice, &room);
    })
    .await;
}

#[tokio::test]
async fn a_status_is_set_at_any_time_unless_the_team_forbids_it() {
    testkit::story(features, async |story| {
        let (guild, owner, hub) = with_hub(story).await;
        let alice = guild.member("alice").locale("fr");
        let room = opens(story, &alice, &hub).await;
        let form = clicks(story, &alice, &room, "Nom").await;
        let said = story
            .answer(
                alice
                    .in_channel(&room)
                    .submits(form.modal(), &[("Statut sous le nom", "On joue".into())]),
            )
            .await;
        assert_eq!(said.text().trim_start_matches("│ "), "Enregistré.");
        assert_eq!(room.voice_status().as_deref(), Some("On joue"));
        story
            .answer(owner.slash(
                "/hub config",
                &[("hub", (&hub).into()), ("status_allowed", false.into())],
            ))
            .await;
        let form = clicks(story, &alice, &room, "Nom").await;
        assert!(
            !form.modal().text().contains("Statut"),
            "{}",
            form.modal().text()
        );
        panel(&alice, &room);
    })
    .await;
}
