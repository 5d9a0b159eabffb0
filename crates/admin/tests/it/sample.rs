//! A feature of these tests that can be switched off: it greets new channels, counts for who may, and works later.

use database::{ChannelId, GuildId};
use feature::{
    Access, Button, Capability, Card, Click, Ctx, Feature, Kit, Lang, Needs, On, Outcome, Reply,
    Scope, SlashCommand, custom_id, discord::Post,
};
use jiff::SignedDuration;
use jobs::{Job, NewJob};
use serde::{Deserialize, Serialize};
use twilight_cache_inmemory::ResourceType;
use twilight_interactions::command::{CommandModel, CreateCommand};
use twilight_model::{channel::ChannelType, gateway::payload::incoming, guild::Permissions};

pub(crate) struct Sample;

/// What it asks of members.
const USE: Capability = Capability {
    name: "sample.use",
    by_default: Permissions::MANAGE_CHANNELS,
    staff: true,
};

/// Count something
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "sample")]
struct Count {}

impl SlashCommand for Count {
    const ACCESS: Access = Access::needs(&USE);
}

custom_id! {
    /// Counts once more.
    struct Again: "sample" / "again" v1 {}
    answer = Update;
    access = USE;
}

#[derive(Debug, Deserialize, Serialize)]
struct Later {
    guild: GuildId,
    channel: ChannelId,
}

impl Job for Later {
    const NAME: &'static str = "sample.later";
}

impl Feature for Sample {
    const NAME: &'static str = "sample";

    fn register(scope: &mut Scope<'_, Self>) {
        scope
            .cache(ResourceType::GUILD | ResourceType::CHANNEL | ResourceType::ROLE)
            .french("sample = échantillon\n    .desc = Compte quelque chose\n")
            .command(count)
            .component(again)
            .on(greet)
            .reconcile(repair)
            .needs(Permissions::MANAGE_ROLES | Permissions::SEND_MESSAGES)
            .needs_in(needs)
            .job(later);
    }
}

async fn count(_: Ctx<Sample>, _: Count) -> Outcome<Reply> {
    Ok(Reply::card(
        Card::new()
            .text("counted")
            .button(Button::new("Again", &Again {})),
    ))
}

async fn again(_: Ctx<Sample>, _: Click<Again>) -> Outcome<Reply> {
    Ok(Reply::update(Card::new().text("counted again")))
}

async fn say(kit: &Kit<Sample>, channel: ChannelId, text: &str) -> Outcome<()> {
    let card = Card::new().text(text);
    kit.discord
        .post(channel, Lang::En, &card, Post::default())
        .await?;
    Ok(())
}

async fn greet(kit: Kit<Sample>, on: On<incoming::ChannelCreate>) -> Outcome<()> {
    let Some(guild) = on.guild().filter(|_| on.kind == ChannelType::GuildText) else {
        return Ok(());
    };
    let channel = ChannelId::from(on.id);
    say(&kit, channel, "a new channel").await?;
    let job = NewJob::new(&Later { guild, channel }).map_err(feature::Failure::fault)?;
    let mut db = kit.database.acquire().await?;
    kit.jobs
        .enqueue(&mut db, job.after(SignedDuration::from_mins(10)))
        .await?;
    Ok(())
}

/// Says so in the channel `repairs`, where there is one.
async fn repair(kit: Kit<Sample>, guild: GuildId) -> Outcome<()> {
    let channels: Vec<_> = kit
        .cache
        .guild_channels(guild.into())
        .map(|channels| channels.iter().copied().collect())
        .unwrap_or_default();
    for id in channels {
        let is_meant = kit
            .cache
            .channel(id)
            .is_some_and(|channel| channel.name.as_deref() == Some("repairs"));
        if is_meant {
            say(&kit, id.into(), "repaired").await?;
        }
    }
    Ok(())
}

async fn later(kit: Kit<Sample>, job: Later) -> Outcome<()> {
    say(&kit, job.channel, "ten minutes later").await
}

/// Everything that is called after it.
async fn needs(kit: Kit<Sample>, guild: GuildId) -> Outcome<Needs> {
    let mut needs = Needs::default();
    let channels: Vec<_> = kit
        .cache
        .guild_channels(guild.into())
        .map(|channels| channels.iter().copied().collect())
        .unwrap_or_default();
    for id in channels {
        let channel = kit.cache.channel(id);
        if channel.is_some_and(|channel| channel.name.as_deref() == Some("sample")) {
            needs
                .channels
                .push((id.into(), Permissions::MANAGE_MESSAGES));
        }
    }
    let roles: Vec<_> = kit
        .cache
        .guild_roles(guild.into())
        .map(|roles| roles.iter().copied().collect())
        .unwrap_or_default();
    for id in roles {
        if kit.cache.role(id).is_some_and(|role| role.name == "Sample") {
            needs.roles.push(id.into());
        }
    }
    Ok(needs)
}
