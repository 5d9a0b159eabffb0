//! The listener: connections come in, bounded in number and in the time they may take, and end with the program.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::Request};
use feature::House;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{net::TcpListener, sync::Semaphore, task::JoinSet};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::{Answering, Config, measures, shell};

/// How many connections are open at once; more wait.
const CONNECTIONS: usize = 1_024;
/// How long the head of a request may take to come.
const FOR_THE_HEAD: Duration = Duration::from_secs(10);
/// How long to rest when the system gives no more connections.
const REST: Duration = Duration::from_millis(200);

/// Why the engine does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address can not be listened on.
    #[error("{name}={address} can not be listened on: {reason}")]
    Address {
        /// The setting.
        name: &'static str,
        /// The address.
        address: SocketAddr,
        /// What stands in the way, and what to do.
        reason: String,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The key with which Discord signs is none.
    #[error(
        "DISCORD_PUBLIC_KEY is no Ed25519 public key: copy it from the general page of the developer portal"
    )]
    DiscordKey,
    /// The origins are none.
    #[error("CORS_ORIGINS holds `{0}`, which is no origin such as https://example.org")]
    Origin(String),
    /// The database failed.
    #[error("the database failed while the HTTP engine was being prepared")]
    Database(#[from] sqlx::Error),
    /// The system gives no random bytes.
    #[error("no random bytes")]
    Random(#[from] getrandom::Error),
    /// Metrics are recorded by somebody else already.
    #[error("metrics can not be recorded")]
    Metrics,
}

/// Where requests come from, on the wire.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// An engine that listens and does not serve yet; what comes in waits.
#[derive(Debug)]
pub struct Bound {
    config: Config,
    listener: Option<TcpListener>,
    metrics: Option<TcpListener>,
}

/// Listens on the addresses of the configuration, so that a port in use shows before anything else is begun. Metrics
/// are recorded from here on.
///
/// # Errors
///
/// [`StartError::Address`] when an address can not be listened on.
pub async fn bind(config: Config) -> Result<Bound, StartError> {
    // What nobody fetches would only take memory.
    if (config.metrics && config.address.is_some()) || config.metrics_address.is_some() {
        measures::record()?;
    }
    let listener = listen("HTTP_ADDR", config.address).await?;
    let metrics = listen("METRICS_ADDR", config.metrics_address).await?;
    Ok(Bound {
        config,
        listener,
        metrics,
    })
}

async fn listen(
    name: &'static str,
    address: Option<SocketAddr>,
) -> Result<Option<TcpListener>, StartError> {
    let Some(address) = address else {
        return Ok(None);
    };
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(Some(listener)),
        Err(source) => Err(StartError::Address {
            name,
            address,
            reason: match source.kind() {
                io::ErrorKind::AddrInUse => {
                    format!(
                        "another program, or another Majordome, holds the port: stop it, or set {name} to another"
                    )
                }
                io::ErrorKind::PermissionDenied => {
                    "ports below 1024 are for root: choose a higher one".to_owned()
                }
                io::ErrorKind::AddrNotAvailable => {
                    "this machine has no such address: 0.0.0.0 stands for all of them".to_owned()
                }
                _ => source.to_string(),
            },
            source,
        }),
    }
}

/// An engine at work.
#[derive(Debug)]
pub struct Server {
    address: Option<SocketAddr>,
    metrics_address: Option<SocketAddr>,
    stopping: CancellationToken,
    tasks: JoinSet<()>,
}

impl Bound {
    /// Begins to serve.
    ///
    /// # Errors
    ///
    /// See [`StartError`].
    pub async fn serve(self, house: House, answering: Answering) -> Result<Server, StartError> {
        let Self {
            config,
            listener,
            metrics,
        } = self;
        let address = |listener: &Option<TcpListener>| {
            listener
                .as_ref()
                .and_then(|listener| listener.local_addr().ok())
        };
        let (at, metrics_at) = (address(&listener), address(&metrics));
        let stopping = CancellationToken::new();
        let mut tasks = JoinSet::new();
        if listener.is_some() || metrics.is_some() {
            let recorder = measures::recorder();
            if let Some(recorder) = recorder.clone() {
                let stopping = stopping.clone();
                tasks.spawn(async move { measures::upkeep(&recorder, &stopping).await });
            }
            if let Some(listener) = metrics {
                tracing::info!(address = ?metrics_at, "metrics are served");
                let router = measures::router(&house, recorder.clone());
                tasks.spawn(accept(listener, router, stopping.clone()));
            }
            if let Some(listener) = listener {
                let router = shell::router(&config, house, answering, recorder).await?;
                tracing::info!(address = ?at, "HTTP is served");
                tasks.spawn(accept(listener, router, stopping.clone()));
            }
        }
        Ok(Server {
            address: at,
            metrics_address: metrics_at,
            stopping,
            tasks,
        })
    }
}

impl Server {
    /// Where it listens.
    pub const fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// Where it serves metrics alone.
    pub const fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics_address
    }

    /// Takes no more requests, and lets those at work end for at most `within`.
    pub async fn stop(mut self, within: Duration) {
        self.stopping.cancel();
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(within, ended).await.is_err() {
            tracing::warn!("requests were still at work at the end");
        }
    }
}

/// Takes connections until it is told to stop, then waits for those at work.
async fn accept(listener: TcpListener, router: Router, stopping: CancellationToken) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(FOR_THE_HEAD);
    loop {
        let next = async {
            // The semaphore is never closed.
            let place = Arc::clone(&places).acquire_owned().await.ok();
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            next = next => next,
            () = stopping.cancelled() => break,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(REST).await;
                continue;
            }
        };
        let router = router.clone();
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let mut request: Request = request.map(Body::new);
            request.extensions_mut().insert(Peer(address));
            router.clone().oneshot(request)
        });
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // A caller that goes away ends its own connection and nothing else.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    graceful.shutdown().await;
}
