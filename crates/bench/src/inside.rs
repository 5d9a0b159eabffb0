//! The engine in this process, for what is measured by its effects.

use std::time::Duration;

use database::Database;
use discord_sim::Sim;
use feature::{Catalogue, DiscordSettings, settings::Defaults};
use host::Running;
use jobs::Clock;
use tokio_util::sync::CancellationToken;

/// Starts it with these features, and waits for nothing.
pub(crate) async fn start(
    sim: &Sim,
    database: &Database,
    catalogue: Catalogue,
) -> anyhow::Result<Running> {
    let config = host::Config {
        discord: DiscordSettings {
            api_url: Some(sim.api_url()),
            token: sim.bot_token().into(),
            deadline: DiscordSettings::DEADLINE,
            global_limit: DiscordSettings::GLOBAL_LIMIT,
        },
        gateway_url: Some(sim.gateway_url()),
        guild: None,
        presences: false,
        stop_within: Duration::from_secs(10),
        defaults: Defaults::default(),
        version: env!("CARGO_PKG_VERSION"),
    };
    let stopping = CancellationToken::new();
    Ok(host::start(
        config,
        catalogue,
        database.clone(),
        Clock::system(),
        stopping,
    )
    .await?)
}
