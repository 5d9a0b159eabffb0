//! The real thing: the bot with the operator's configuration, until it is told to stop.

use anyhow::Context as _;
use feature::{DiscordSettings, Pulse, settings::Defaults};

use crate::{
    bot::{self, Bot, Setup},
    config::Config,
    health::Health,
    memory,
};

/// Runs the bot until it is told to stop.
pub(crate) async fn run(config: Config) -> anyhow::Result<()> {
    let stopping = bot::stop_on_signals()?;
    let data_dir = config.data_dir.clone();
    let mut health = Health::new(&data_dir);
    let bot = Bot::start(setup(config)?, stopping.clone()).await?;
    let database = bot.database().clone();
    health.watch("database", move || {
        let database = database.clone();
        async move {
            database
                .acquire()
                .await
                .map(drop)
                .map_err(|error| error.to_string())
        }
    });
    let pulse = bot.running.house().pulse.clone();
    health.watch("gateway", move || {
        std::future::ready(shards_are_well(&pulse))
    });
    let beating = tokio::spawn(health.beat(stopping.clone()));
    tokio::spawn(memory::keep_small(stopping.clone()));
    let ended = bot.run().await;
    stopping.cancel();
    beating.await.context("the health file's task broke")?;
    ended
}

/// Prints the commands that would be registered, as Discord would get them.
pub(crate) fn commands() -> anyhow::Result<()> {
    let catalogue = crate::features::all().build()?;
    let text = serde_json::to_string_pretty(&catalogue.schemas())?;
    crate::tell(&format!("{text}\n"))
}

fn setup(config: Config) -> anyhow::Result<Setup> {
    let token = config
        .bot_token
        .context("without a token the configuration is not complete")?;
    Ok(Setup {
        database: config.database,
        host: host::Config {
            discord: DiscordSettings {
                api_url: config.discord_api_url,
                token,
                deadline: DiscordSettings::DEADLINE,
                global_limit: config.discord_global_limit,
            },
            gateway_url: config.discord_gateway_url,
            guild: config.guild_id,
            presences: config.enable_presences,
            stop_within: config.shutdown_timeout,
            defaults: Defaults {
                lang: config.default_locale,
                zone: config.default_time_zone,
            },
            version: env!("CARGO_PKG_VERSION"),
        },
        http: config.http,
        archive: config.archive,
        public_url: config.public_url,
    })
}

fn shards_are_well(pulse: &Pulse) -> Result<(), String> {
    let shards = pulse.shards();
    let away: Vec<String> = shards
        .iter()
        .filter(|(_, shard)| !shard.is_active)
        .map(|(id, _)| id.to_string())
        .collect();
    match (shards.is_empty(), away.is_empty()) {
        (true, _) => Err("not connected yet".to_owned()),
        (false, true) => Ok(()),
        (false, false) => Err(format!("not connected: shard {}", away.join(", "))),
    }
}
