//! REST with care: what features get when Discord limits, fails, loses or refuses.

use std::time::Duration;

use database::ChannelId;
use feature::{
    Discord, Explain as _, Lang, Refusal,
    discord::{Limit, Thing},
};
use jiff::SignedDuration;
use testkit::{
    Story,
    discord_sim::{ChannelRef, Guild, Limited, Permissions},
};
use twilight_model::{
    channel::Channel,
    guild::Permissions as Rights,
    id::{
        Id,
        marker::{ChannelMarker, GuildMarker},
    },
};

use crate::features;

fn guild_id(guild: &Guild) -> Id<GuildMarker> {
    Id::new(guild.id().get())
}

fn channel_id(channel: &ChannelRef) -> Id<ChannelMarker> {
    Id::new(channel.id().get())
}

async fn renamed(
    discord: &Discord,
    channel: Id<ChannelMarker>,
    name: &str,
) -> Result<Channel, Refusal> {
    discord
        .one(discord.http().update_channel(channel).name(name))
        .await
}

async fn created(
    discord: &Discord,
    guild: Id<GuildMarker>,
    name: &str,
) -> Result<Channel, Refusal> {
    discord
        .one(discord.http().create_guild_channel(guild, name))
        .await
}

/// A guild with a channel, and no calls on record.
async fn scene(story: &Story) -> (Guild, ChannelRef) {
    let guild = story.sim.guild("Rust FR");
    crate::probe::table(story).await;
    let channel = guild.text("talk");
    story.idle().await;
    story.sim.clear_calls();
    (guild, channel)
}

#[tokio::test]
async fn the_third_rename_is_refused_before_discord_must() {
    testkit::story(features, async |story| {
        let (_, channel) = scene(story).await;
        let discord = story.house().discord.clone();
        let id = channel_id(&channel);
        renamed(&discord, id, "one").await.unwrap();
        renamed(&discord, id, "two").await.unwrap();
        let refusal = renamed(&discord, id, "three").await.unwrap_err();
        let Refusal::Limited {
            limit: Limit::Rename(of),
            again_at,
        } = &refusal
        else {
            panic!("{refusal:?}")
        };
        assert_eq!(*of, ChannelId::from(id));
        assert!(
            refusal
                .explain(Lang::Fr)
                .unwrap()
                .contains("deux fois en 10 minutes")
        );
        assert_eq!(
            story.sim.calls_to("PATCH", "/channels/{}").len(),
            2,
            "Discord was not asked a third time"
        );
        assert_eq!(discord.renames_left(id.into()), (0, Some(*again_at)));
        story.advance(SignedDuration::from_mins(10)).await;
        renamed(&discord, id, "three").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_limit_is_waited_out_and_not_hammered() {
    testkit::story(features, async |story| {
        story.allows_refusals = true;
        let (guild, _) = scene(story).await;
        let discord = story.house().discord.clone();
        for limited in [
            Limited::Bucket,
            Limited::SubLimit,
            Limited::Shared,
            Limited::Global,
            Limited::Html,
        ] {
            story.sim.clear_calls();
            story.sim.faults().rate_limit(
                "GET",
                "/guilds/{}",
                limited,
                Duration::from_millis(1_200),
            );
            let began = tokio::time::Instant::now();
            discord
                .one(discord.http().guild(guild_id(&guild)))
                .await
                .unwrap();
            assert!(
                began.elapsed() >= Duration::from_secs(1),
                "{limited:?} was waited out"
            );
            assert_eq!(
                story.sim.calls_to("GET", "/guilds/{}").len(),
                2,
                "{limited:?}: one try, one more"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn what_may_have_happened_is_not_done_twice() {
    testkit::story(features, async |story| {
        story.allows_refusals = true;
        let (guild, _) = scene(story).await;
        let discord = story.house().discord.clone();
        let faults = story.sim.faults();
        let create = || created(&discord, guild_id(&guild), "room");

        faults.lose_answer("POST", "/guilds/{}/channels");
        assert!(matches!(create().await, Err(Refusal::Lost(_))));
        faults.fail_next("POST", "/guilds/{}/channels", 503, 0);
        assert!(matches!(
            create().await,
            Err(Refusal::Unavailable { status: 503 })
        ));
        faults.garble_answer("POST", "/guilds/{}/channels");
        assert!(matches!(create().await, Err(Refusal::Unreadable(_))));
        assert_eq!(
            story.sim.calls_to("POST", "/guilds/{}/channels").len(),
            3,
            "each was sent once"
        );

        // Asking again changes nothing, so it is done.
        story.sim.clear_calls();
        faults.fail_next("GET", "/guilds/{}", 502, 0);
        discord
            .one(discord.http().guild(guild_id(&guild)))
            .await
            .unwrap();
        assert_eq!(story.sim.calls_to("GET", "/guilds/{}").len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_refusal_names_the_permission_or_what_is_gone() {
    testkit::story(features, async |story| {
        story.allows_refusals = true;
        let guild = story.sim.guild("Rust FR").bot_permissions(Permissions::VIEW_CHANNEL);
        crate::probe::table(story).await;
        story.idle().await;
        let discord = story.house().discord.clone();
        let refusal = created(&discord, guild_id(&guild), "room").await.unwrap_err();
        assert!(matches!(refusal, Refusal::Forbidden { needed: Rights::MANAGE_CHANNELS, .. }), "{refusal:?}");
        insta::assert_snapshot!(refusal.explain(Lang::En).unwrap(), @"I can not do this: I lack **Manage Channels** here. Give my role this permission and try again.");
        insta::assert_snapshot!(refusal.explain(Lang::Fr).unwrap(), @"Je ne peux pas le faire : il me manque **Gérer les salons** ici. Donne cette permission à mon rôle et réessaie.");
        let gone = discord.one(discord.http().channel(Id::new(1))).await.unwrap_err();
        assert!(matches!(gone, Refusal::Gone(Thing::Channel)), "{gone:?}");
        assert_eq!(discord.brake().refused(), 1, "403 counts against Discord's limit, 404 does not");
    })
    .await;
}
