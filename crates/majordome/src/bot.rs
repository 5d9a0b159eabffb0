//! The bot itself: database, features and host together, until it is told to stop.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use database::Database;
use host::Running;
use jobs::Clock;
use tokio_util::sync::CancellationToken;

/// What a bot needs.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    /// Where its data is.
    pub(crate) database: database::Settings,
    /// How it reaches Discord.
    pub(crate) host: host::Config,
    /// How it serves HTTP.
    pub(crate) http: api::Config,
    /// What is kept without anybody turning it on.
    pub(crate) archive: archive::Operator,
    /// Where its HTTP is reached from outside.
    pub(crate) public_url: Option<String>,
}

/// A bot with its database.
pub(crate) struct Bot {
    database: Database,
    /// The engine at work.
    pub(crate) running: Running,
    server: api::Server,
    stop_within: Duration,
}

impl Bot {
    /// Opens the database, checks the features and starts the engine.
    pub(crate) async fn start(setup: Setup, stopping: CancellationToken) -> anyhow::Result<Self> {
        let begun = Instant::now();
        let catalogue =
            crate::features::with(setup.archive, setup.public_url, setup.http.key.as_ref())
                .build()?;
        // First: a port in use is found out at once, and not after a session with Discord has begun.
        let bound = api::bind(setup.http).await?;
        let stop_within = setup.host.stop_within;
        let database = Database::open(&setup.database).await?;
        tracing::info!(took = ?begun.elapsed(), "the database is ready");
        let started = host::start(
            setup.host,
            catalogue,
            database.clone(),
            Clock::system(),
            stopping,
        )
        .await;
        let running = match started {
            Ok(running) => running,
            Err(error) => {
                database.close().await;
                return Err(error).context("the bot does not start");
            }
        };
        let answering = Arc::new(running.answering());
        match bound.serve(running.house().clone(), answering).await {
            Ok(server) => Ok(Self {
                database,
                running,
                server,
                stop_within,
            }),
            Err(error) => {
                running.stop().await;
                database.close().await;
                Err(error).context("HTTP is not served")
            }
        }
    }

    /// Its database.
    pub(crate) const fn database(&self) -> &Database {
        &self.database
    }

    /// Waits until it is told to stop or Discord refuses it for good, then stops well.
    pub(crate) async fn run(mut self) -> anyhow::Result<()> {
        let ended = self.running.ended().await;
        self.stop().await;
        Ok(ended?)
    }

    /// Stops well.
    pub(crate) async fn stop(self) {
        // Requests at work need the rest, so they end first; what is left of the time is for the bot.
        self.server.stop(self.stop_within / 4).await;
        self.running.stop().await;
        self.database.close().await;
    }
}

/// Told to stop by SIGTERM or Ctrl-C.
pub(crate) fn stop_on_signals() -> anyhow::Result<CancellationToken> {
    let stopping = CancellationToken::new();
    let told = stopping.clone();
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        .context("the signal SIGTERM can not be listened to")?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => tracing::info!("told to stop by SIGTERM"),
            _ = tokio::signal::ctrl_c() => tracing::info!("told to stop by Ctrl-C"),
        }
        told.cancel();
    });
    Ok(stopping)
}
