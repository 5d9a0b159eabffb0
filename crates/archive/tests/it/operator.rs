//! What the configuration wants kept.

use std::sync::OnceLock;

use archive::{Archive, Operator};
use database::ChannelId;
use testkit::{BotOptions, discord_sim::SimOptions};

use crate::stored;

fn everything() -> feature::Registry {
    feature::Registry::new().with(Archive::keeping(Operator {
        everything: true,
        ..Operator::default()
    }))
}

#[tokio::test]
async fn everything_is_kept_until_the_server_says_otherwise() {
    let (sim, bot) = (SimOptions::default(), BotOptions::default());
    testkit::story_with(everything, sim, bot, async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        let alice = guild.member("alice");
        let channel = guild.text("talk");
        story.idle().await;
        let told = owner.sees(&guild.text("general"));
        assert_eq!(told.len(), 1, "the server is told, once");
        alice.says(&channel, "kept from the start");
        story.idle().await;
        assert_eq!(stored(story).await, ["kept from the start"]);
        story.answer(owner.slash("/archive disable", &[])).await;
        story.restart().await;
        alice.says(&channel, "not kept");
        story.idle().await;
        assert_eq!(stored(story).await, ["kept from the start"]);
    })
    .await;
}

/// The channel that the configuration names, once the story knows its id.
static NAMED: OnceLock<ChannelId> = OnceLock::new();

fn named() -> feature::Registry {
    feature::Registry::new().with(Archive::keeping(Operator {
        channels: NAMED.get().copied().into_iter().collect(),
        ..Operator::default()
    }))
}

#[tokio::test]
async fn a_channel_of_the_configuration_is_kept_until_the_server_says_otherwise() {
    let (sim, bot) = (SimOptions::default(), BotOptions::default());
    testkit::story_with(named, sim, bot, async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        let alice = guild.member("alice");
        let (channel, other) = (guild.text("talk"), guild.text("other"));
        story.idle().await;
        alice.says(&channel, "before");
        story.advance(jiff::SignedDuration::from_secs(5)).await;
        NAMED
            .set(channel.id().to_string().parse().unwrap())
            .unwrap();
        for _ in 0..2 {
            story.restart().await;
        }
        assert_eq!(owner.sees(&channel).len(), 2, "the notice comes once");
        alice.says(&channel, "kept");
        alice.says(&other, "not kept");
        story.idle().await;
        assert_eq!(stored(story).await, ["kept"]);
        let options = [("channel", (&channel).into())];
        story
            .answer(owner.slash("/archive disable", &options))
            .await;
        story.restart().await;
        alice.says(&channel, "not kept any more");
        story.idle().await;
        assert_eq!(stored(story).await, ["kept"]);
    })
    .await;
}
