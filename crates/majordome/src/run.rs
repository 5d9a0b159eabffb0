//! What the commands do that need the bot's parts: run it, demonstrate it, list its commands.

use std::fs;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use anyhow::Context as _;
use feature::{DiscordSettings, House, settings::Defaults};
use sqlx::Connection as _;
use tokio_util::sync::CancellationToken;

use crate::bot::{Bot, Setup, stop_on_signals};
use crate::config::Config;
use crate::health::Health;

/// Runs the bot until it is told to stop, with a file beside it that says how it is.
pub(crate) async fn run(config: Config) -> anyhow::Result<()> {
    prepare(&config.data_dir)?;
    let stopping = stop_on_signals()?;
    let parts = Arc::new(OnceLock::new());
    let beating = CancellationToken::new();
    let beat = tokio::spawn(health(&config.data_dir, &parts).beat(beating.clone()));
    let result = async {
        let bot = Bot::start(setup(config)?, stopping).await?;
        // Set once: there is one bot.
        let _ = parts.set(bot.running.house().clone());
        bot.run().await
    }
    .await;
    beating.cancel();
    beat.await.context("the health file was not looked after")?;
    result
}

/// Shows the bot at work; with `once` ends after the story.
pub(crate) async fn demo(config: &Config, once: bool) -> anyhow::Result<()> {
    prepare(&config.data_dir)?;
    crate::demo::demo(&config.data_dir, once, stop_on_signals()?).await
}

/// The commands as Discord would be told of them, in JSON.
pub(crate) fn commands() -> anyhow::Result<String> {
    let catalogue = crate::features::all().build()?;
    let mut text = serde_json::to_string_pretty(&catalogue.schemas())?;
    text.push('\n');
    Ok(text)
}

/// What every part needs before it starts.
fn prepare(data_dir: &Path) -> anyhow::Result<()> {
    // Fails only when another part of the program was first, with the same one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    fs::create_dir_all(data_dir).with_context(|| {
        format!(
            "the data directory {} can not be made; set DATA_DIR to one that can",
            data_dir.display()
        )
    })
}

fn setup(config: Config) -> anyhow::Result<Setup> {
    Ok(Setup {
        database: config.database,
        host: host::Config {
            discord: DiscordSettings {
                api_url: config.discord_api_url,
                token: config.bot_token.context("BOT_TOKEN is missing")?,
                deadline: DiscordSettings::DEADLINE,
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
    })
}

/// Asks the parts of the bot, once there are any.
fn health(data_dir: &Path, parts: &Arc<OnceLock<House>>) -> Health {
    let mut health = Health::new(data_dir);
    let house = Arc::clone(parts);
    health.watch("database", move || {
        let database = house.get().map(|house| house.database.clone());
        async move {
            let database = database.ok_or("starting")?;
            let ping = async { database.acquire().await?.ping().await };
            ping.await.map_err(|error: sqlx::Error| error.to_string())
        }
    });
    let house = Arc::clone(parts);
    health.watch("gateway", move || {
        let shards = house.get().map(|house| house.pulse.shards());
        let answer = match shards {
            None => Err("starting".to_owned()),
            Some(shards) if shards.is_empty() => Err("not connected".to_owned()),
            Some(shards) => match shards.iter().find(|(_, shard)| !shard.is_active) {
                None => Ok(()),
                Some((number, _)) => Err(format!("shard {number} is not connected")),
            },
        };
        std::future::ready(answer)
    });
    health
}
