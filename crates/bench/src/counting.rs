//! The engine with a feature that counts messages, to measure the way of an event through parser, cache, mailbox and
//! handler.

use std::{
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
};

use database::Database;
use feature::{
    Ctx, DiscordSettings, Feature, Kit, On, Outcome, Registry, Reply, Scope, SlashCommand,
    settings::Defaults,
};
use jobs::Clock;
use tokio_util::sync::CancellationToken;
use twilight_interactions::command::{CommandModel, CreateCommand};
use twilight_model::gateway::payload::incoming::MessageCreate;

#[derive(Debug, Default)]
struct Counting {
    heard: AtomicU64,
}

impl Feature for Counting {
    const NAME: &'static str = "counting";

    fn register(scope: &mut Scope<'_, Self>) {
        scope
            .french("count = compter\n    .desc = Dit combien de messages\n")
            .on(heard)
            .command(count);
    }
}

async fn heard(kit: Kit<Counting>, _: On<MessageCreate>) -> Outcome<()> {
    kit.feature.heard.fetch_add(1, Ordering::Relaxed);
    Ok(())
}

/// Say how many messages
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "count")]
struct Count {}
impl SlashCommand for Count {}

async fn count(ctx: Ctx<Counting>, _: Count) -> Outcome<Reply> {
    Ok(Reply::text(format!(
        "counted {}",
        ctx.feature.heard.load(Ordering::Relaxed)
    )))
}

/// Runs until it is told to stop.
pub(crate) async fn run(
    api: String,
    gateway: String,
    token: String,
    data: PathBuf,
) -> anyhow::Result<()> {
    let catalogue = Registry::new().with(Counting::default()).build()?;
    let database = Database::open(&database::Settings::local(data)).await?;
    let config = host::Config {
        discord: DiscordSettings {
            api_url: Some(api),
            token: token.into(),
            deadline: DiscordSettings::DEADLINE,
            global_limit: DiscordSettings::GLOBAL_LIMIT,
        },
        gateway_url: Some(gateway),
        guild: None,
        presences: false,
        stop_within: std::time::Duration::from_secs(10),
        defaults: Defaults::default(),
        version: env!("CARGO_PKG_VERSION"),
    };
    let stopping = CancellationToken::new();
    let mut running = host::start(
        config,
        catalogue,
        database.clone(),
        Clock::system(),
        stopping,
    )
    .await?;
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        ended = running.ended() => ended?,
        _ = terminate.recv() => {}
    }
    running.stop().await;
    database.close().await;
    Ok(())
}
