//! Hubs in a server that switched them off.

use feature::{Switches, settings::Via};
use testkit::{
    Story,
    discord_sim::{Guild, Person},
};

use crate::{features, opens, panel, with_hub};

async fn switch(story: &Story, guild: &Guild, by: &Person, off: bool) {
    let here = guild.id().get().to_string().parse().unwrap();
    let by = by.id().get().to_string().parse().unwrap();
    let house = story.house();
    house
        .settings
        .change::<Switches>(here, by, Via::Discord, |switches| {
            switches.off = off.then(|| "voice_hubs".to_owned()).into_iter().collect();
            Ok(())
        })
        .await
        .unwrap();
    if !off {
        house.repairs.ask("voice_hubs", here);
    }
    story.idle().await;
}

#[tokio::test]
async fn nothing_opens_or_closes_while_it_is_off_and_both_happen_when_it_is_on_again() {
    testkit::story(features, async |story| {
        let (guild, owner, hub) = with_hub(story).await;
        let (alice, bob) = (guild.member("alice"), guild.member("bob"));
        let room = opens(story, &alice, &hub).await;
        panel(&alice, &room);
        switch(story, &guild, &owner, true).await;
        alice.leaves();
        bob.joins(&hub);
        story.idle().await;
        assert!(!room.is_gone());
        assert_eq!(bob.voice(), Some(hub.clone()));
        switch(story, &guild, &owner, false).await;
        assert!(room.is_gone(), "the empty room is closed at last");
        let own = bob.voice().expect("bob is still there");
        assert_ne!(own, hub, "who waited has a room now");
        panel(&bob, &own);
    })
    .await;
}
