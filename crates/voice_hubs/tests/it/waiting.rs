//! Waiting rooms.

use testkit::discord_sim::ChannelRef;

use crate::{clicks, features, opens, panel, with_hub};

fn waiting_room(guild: &testkit::discord_sim::Guild) -> ChannelRef {
    guild
        .channel_names()
        .into_iter()
        .find(|name| name.starts_with('⏳'))
        .and_then(|name| guild.channel(&name))
        .expect("there is a waiting room")
}

#[tokio::test]
async fn who_asks_is_let_in_refused_or_kept_out_and_always_hears() {
    testkit::story(features, async |story| {
        let (guild, _, hub) = with_hub(story).await;
        let alice = guild.member("alice").locale("fr");
        let (bob, carol, dave) = (
            guild.member("bob").locale("fr"),
            guild.member("carol").locale("fr"),
            guild.member("dave").locale("fr"),
        );
        let room = opens(story, &alice, &hub).await;
        clicks(story, &alice, &room, "Fermé").await;
        clicks(story, &alice, &room, "Ouvrir une salle d'attente").await;
        let waiting = waiting_room(&guild);
        assert_eq!(waiting.name(), "⏳ Salon d'alice");
        bob.joins(&waiting);
        story.idle().await;
        assert!(
            bob.sees(&waiting)[0]
                .text()
                .contains("j'ai demandé à @alice"),
            "{}",
            bob.sees(&waiting)[0].text()
        );
        let inbox = alice.dm();
        let request = alice.sees(&inbox).pop().unwrap();
        insta::assert_snapshot!(request.text());
        story
            .answer(alice.in_channel(&inbox).clicks(&request, "Laisser entrer"))
            .await;
        assert_eq!(bob.voice().as_ref(), Some(&room));

        carol.joins(&waiting);
        story.idle().await;
        let request = alice.sees(&inbox).pop().unwrap();
        story
            .answer(alice.in_channel(&inbox).clicks(&request, "Pas maintenant"))
            .await;
        assert_eq!(carol.voice(), None);
        let told = carol.sees(&carol.dm()).pop().unwrap();
        assert!(
            told.text().contains("On ne t'a pas laissé entrer"),
            "{}",
            told.text()
        );
        carol.sees(&waiting);

        dave.joins(&waiting);
        story.idle().await;
        let request = alice.sees(&inbox).pop().unwrap();
        story
            .answer(alice.in_channel(&inbox).clicks(&request, "Exclure"))
            .await;
        assert!(dave.try_joins(&room).is_err());
        dave.sees(&dave.dm());
        dave.sees(&waiting);
        panel(&alice, &room);

        // Somebody still waits when the room closes.
        let erin = guild.member("erin").locale("fr");
        erin.joins(&waiting);
        story.idle().await;
        alice.leaves();
        bob.leaves();
        story.idle().await;
        assert!(room.is_gone() && waiting.is_gone());
        let told = erin.sees(&erin.dm()).pop().unwrap();
        assert!(told.text().contains("a fermé"), "{}", told.text());
        alice.sees(&inbox);
    })
    .await;
}

#[tokio::test]
async fn requests_follow_the_room_to_its_new_owner_and_closed_messages_fall_back_to_the_chat() {
    testkit::story(features, async |story| {
        story.allows_refusals = true;
        let (guild, owner, hub) = with_hub(story).await;
        let alice = guild.member("alice").locale("fr");
        let (bob, carol) = (
            guild.member("bob").locale("fr"),
            guild.member("carol").locale("fr"),
        );
        let room = opens(story, &alice, &hub).await;
        bob.joins(&room);
        story.idle().await;
        clicks(story, &alice, &room, "Ouvrir une salle d'attente").await;
        let waiting = waiting_room(&guild);
        carol.joins(&waiting);
        story.idle().await;
        alice.sees(&alice.dm());
        bob.dm_closed(true);
        let ask = clicks(story, &alice, &room, "Transférer").await;
        story
            .answer(alice.in_channel(&room).picks(
                ask.message(),
                "À qui va le salon ?",
                &[(&bob).into()],
            ))
            .await;
        let in_chat = bob.sees(&room);
        let request = in_chat
            .iter()
            .find(|message| message.text().contains("attend d'entrer"))
            .unwrap();
        let refused = story
            .answer(alice.in_channel(&room).clicks(request, "Laisser entrer"))
            .await;
        assert!(refused.text().contains("est à @bob"), "{}", refused.text());
        story
            .answer(bob.in_channel(&room).clicks(request, "Laisser entrer"))
            .await;
        assert_eq!(carol.voice().as_ref(), Some(&room));
        carol.sees(&waiting);
        bob.sees(&room);
        clicks(story, &bob, &room, "Fermer la salle d'attente").await;
        assert!(waiting.is_gone());
        panel(&bob, &room);
        drop(owner);
    })
    .await;
}

#[tokio::test]
async fn a_request_is_withdrawn_when_its_sender_leaves_and_a_waiting_room_deleted_by_hand_is_forgotten()
 {
    testkit::story(features, async |story| {
        let (guild, owner, hub) = with_hub(story).await;
        let alice = guild.member("alice").locale("fr");
        let bob = guild.member("bob").locale("fr");
        let room = opens(story, &alice, &hub).await;
        clicks(story, &alice, &room, "Ouvrir une salle d'attente").await;
        let waiting = waiting_room(&guild);
        bob.joins(&waiting);
        story.idle().await;
        assert_eq!(alice.sees(&alice.dm()).len(), 1);
        bob.sees(&waiting);
        bob.leaves();
        story.idle().await;
        assert!(alice.sees(&alice.dm()).is_empty());
        owner.deletes_channel(&waiting);
        story.idle().await;
        assert!(
            panel(&alice, &room)
                .text()
                .contains("Ouvrir une salle d'attente")
        );
    })
    .await;
}
