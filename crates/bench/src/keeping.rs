//! The engine with the archive and HTTP and no other feature, to measure the archive by itself.

use anyhow::Context as _;
use database::Database;
use feature::{DiscordSettings, Registry, settings::Defaults};
use jobs::Clock;
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

/// Runs until it is told to stop.
pub(crate) async fn run(
    api: String,
    gateway: String,
    token: String,
    database: String,
    http: std::net::SocketAddr,
    key: String,
) -> anyhow::Result<()> {
    let catalogue = Registry::new()
        .with(api::Api::default())
        .with(archive::Archive::default())
        .build()?;
    let settings = database::Settings::from_url(&SecretString::from(database))?;
    let bound = api::bind(api::Config {
        address: Some(http),
        key: Some(SecretString::from(key)),
        calls_per_minute: 1_000_000.try_into().ok(),
        ..api::Config::default()
    })
    .await?;
    let database = Database::open(&settings).await?;
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
    let mut running = host::start(
        config,
        catalogue,
        database.clone(),
        Clock::system(),
        CancellationToken::new(),
    )
    .await?;
    let answering = std::sync::Arc::new(running.answering());
    let server = bound
        .serve(running.house().clone(), answering)
        .await
        .context("HTTP is not served")?;
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        ended = running.ended() => ended?,
        _ = terminate.recv() => {}
    }
    running.stop().await;
    server.stop(std::time::Duration::from_secs(5)).await;
    database.close().await;
    Ok(())
}
