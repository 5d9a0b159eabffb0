//! The bot itself: database, features and host together, until it is told to stop.

use std::time::Instant;

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
}

/// A bot with its database.
pub(crate) struct Bot {
    database: Database,
    /// The engine at work.
    pub(crate) running: Running,
}

impl Bot {
    /// Opens the database, checks the features and starts the engine.
    pub(crate) async fn start(setup: Setup, stopping: CancellationToken) -> anyhow::Result<Self> {
        let begun = Instant::now();
        let catalogue = crate::features::all().build()?;
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
        match started {
            Ok(running) => Ok(Self { database, running }),
            Err(error) => {
                database.close().await;
                Err(error).context("the bot does not start")
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
