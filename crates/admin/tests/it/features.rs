//! `/features`.

use jiff::SignedDuration;
use testkit::{
    Story,
    discord_sim::{ChannelRef, Person},
};

use crate::with_sample;

async fn switch(story: &Story, who: &Person, how: &str) -> String {
    let path = format!("/features {how}");
    let asked = who.slash(&path, &[("feature", "sample".into())]);
    story.answer(asked).await.text()
}

fn said(who: &Person, channel: &ChannelRef) -> Vec<String> {
    who.sees(channel)
        .iter()
        .map(testkit::discord_sim::SeenMessage::text)
        .collect()
}

#[tokio::test]
async fn what_is_off_does_nothing_in_this_server_and_makes_it_good_when_it_is_on_again() {
    testkit::story(with_sample, async |story| {
        let guild = story.sim.guild("Rust FR").locale("fr");
        let other = story.sim.guild("Rust DE");
        let owner = guild.owner().locale("fr");
        let before = guild.text("before");
        story.idle().await;
        assert_eq!(said(&owner, &before), ["│ a new channel"]);
        let counted = story.answer(owner.slash("/sample", &[])).await;
        let off = switch(story, &owner, "disable").await;
        insta::assert_snapshot!(off, @r"
        │ `sample` est éteint. Ses données restent ; ses commandes et ses boutons répondent qu'il est
        │ éteint.
        ");
        let list = story.answer(owner.slash("/features list", &[])).await;
        insta::assert_snapshot!(list.text(), @r"
        │ ### Fonctions de ce serveur
        │ 🟢 `admin` : allumé
        │ ⚪ `sample` : éteint
        ");

        // Commands and buttons answer, events and jobs wait, also after a restart; elsewhere nothing has changed.
        let command = story.answer(owner.slash("/sample", &[])).await;
        insta::assert_snapshot!(command.text(), @"│ `sample` est éteint dans ce serveur. Qui gère les fonctions l'allume avec /features enable.");
        let click = story.answer(owner.clone().locale("en-US").clicks(counted.message(), "Again")).await;
        insta::assert_snapshot!(click.text(), @r"
        │ `sample` is switched off in this server. Who may manage the features switches it on with
        │ /features enable.
        ");
        story.restart().await;
        let repairs = guild.text("repairs");
        story.idle().await;
        story.advance(SignedDuration::from_mins(30)).await;
        assert!(said(&owner, &repairs).is_empty() && said(&owner, &before).len() == 1);
        let there = other.text("there");
        story.idle().await;
        assert_eq!(said(&other.owner(), &there), ["│ a new channel"]);
        assert!(
            story.answer(other.owner().slash("/sample", &[])).await.text().contains("counted")
        );

        let on = switch(story, &owner, "enable").await;
        insta::assert_snapshot!(on, @"│ `sample` is on. I am bringing this server up to date.");
        story.idle().await;
        assert_eq!(said(&owner, &repairs), ["│ repaired"]);
        story.advance(SignedDuration::from_hours(1)).await;
        assert_eq!(said(&owner, &before), ["│ a new channel", "│ ten minutes later"]);
        assert_eq!(said(&other.owner(), &there).len(), 2);
        assert!(story.answer(owner.slash("/sample", &[])).await.text().contains("counted"));
    })
    .await;
}

#[tokio::test]
async fn what_must_stay_on_and_what_is_unknown_is_refused() {
    testkit::story(with_sample, async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        let refused = story
            .answer(owner.slash("/features disable", &[("feature", "admin".into())]))
            .await;
        insta::assert_snapshot!(refused.text(), @"│ `admin` is always on: without it nothing could be switched on again.");
        let refused = story
            .answer(owner.slash("/features disable", &[("feature", "sampel".into())]))
            .await;
        insta::assert_snapshot!(refused.text(), @"│ I know no feature `sampel`. Did you mean `sample`?");
        let offered = story.answer(owner.types("/features disable", "feature", "")).await;
        assert_eq!(offered.choices.len(), 1, "only what can be off");
        let offered = story.answer(owner.types("/features enable", "feature", "")).await;
        assert!(offered.choices.is_empty(), "nothing is off");
        let on = switch(story, &owner, "enable").await;
        assert!(on.contains("was on already"), "{on}");
    })
    .await;
}
