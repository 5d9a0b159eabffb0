//! Sessions: start, events, resume.

use discord_sim::Sim;
use twilight_gateway::{CloseFrame, Event, EventTypeFlags, Intents, StreamExt as _};

use crate::support::{Bot, sim};

async fn stop_and_resume(sim: &Sim, mut bot: Bot) -> Vec<String> {
    bot.shard.close(CloseFrame::RESUME);
    bot.wait(|event| matches!(event, Event::GatewayClose(_)).then_some(()))
        .await;
    let guild = sim.find_guild("Rust FR").expect("it was made");
    guild.text("missed");
    let mut seen = Vec::new();
    loop {
        match bot.event().await {
            Event::ChannelCreate(channel) => seen.push(channel.name.clone().unwrap_or_default()),
            Event::Resumed => return seen,
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_session_starts_with_ready_and_the_guilds() {
    let sim = sim().await;
    let guild = sim.guild("Rust FR").locale("fr");
    guild.member("alice");
    let mut bot = Bot::start(&sim).await;
    guild.text("général");
    let channel = bot
        .wait(|event| match event {
            Event::ChannelCreate(channel) => Some(channel),
            _ => None,
        })
        .await;
    assert_eq!(channel.name.as_deref(), Some("général"));
    assert_eq!(
        channel.guild_id.map(twilight_model::id::Id::get),
        Some(guild.id().get())
    );
}

#[tokio::test]
async fn a_resumed_session_replays_what_was_missed() {
    let sim = sim().await;
    sim.guild("Rust FR");
    let bot = Bot::start(&sim).await;
    assert_eq!(stop_and_resume(&sim, bot).await, ["missed"]);
}

#[tokio::test]
async fn intents_gate_events() {
    let sim = sim().await;
    let guild = sim.guild("Rust FR");
    let mut bot = Bot::with_intents(&sim, Intents::GUILD_MEMBERS).await;
    guild.text("unseen");
    guild.member("alice");
    let first = bot.event().await;
    assert!(matches!(first, Event::MemberAdd(_)), "{first:?}");
}

#[tokio::test]
async fn a_guild_joined_while_running_is_announced() {
    let sim = sim().await;
    let mut bot = Bot::start(&sim).await;
    sim.guild("later");
    let name = bot
        .wait(|event| match event {
            Event::GuildCreate(guild) => Some(match *guild {
                twilight_model::gateway::payload::incoming::GuildCreate::Available(guild) => {
                    guild.name
                }
                twilight_model::gateway::payload::incoming::GuildCreate::Unavailable(_) => {
                    String::new()
                }
            }),
            _ => None,
        })
        .await;
    assert_eq!(name, "later");
}

#[tokio::test]
async fn hidden_channels_lose_their_names_where_discord_hides_them() {
    crate::support::install_crypto();
    let options = discord_sim::SimOptions {
        obfuscate_channels: true,
        ..discord_sim::SimOptions::default()
    };
    let sim = Sim::start(options).await.unwrap();
    let guild = sim
        .guild("g")
        .bot_permissions(discord_sim::Permissions::VIEW_CHANNEL);
    let secret = guild.text("secret");
    secret.deny_everyone(discord_sim::Permissions::VIEW_CHANNEL);
    let role = guild.bot_role().expect("the bot has one");
    secret.deny(&role, discord_sim::Permissions::VIEW_CHANNEL);
    let mut shard = crate::support::shard(&sim, Intents::GUILDS);
    let names = loop {
        let event = shard
            .next_event(EventTypeFlags::all())
            .await
            .unwrap()
            .unwrap();
        if let Event::GuildCreate(created) = event
            && let twilight_model::gateway::payload::incoming::GuildCreate::Available(created) =
                *created
        {
            break created
                .channels
                .into_iter()
                .filter_map(|channel| channel.name)
                .collect::<Vec<_>>();
        }
    };
    assert_eq!(names, ["general", "hidden"]);
}
