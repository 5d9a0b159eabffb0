//! A line to Postgres that can be cut, as a database that restarts cuts it.

use std::net::Ipv4Addr;

use sqlx::postgres::PgConnectOptions;
use tempfile::TempDir;
use tokio::{
    io::{AsyncRead, AsyncWrite, copy_bidirectional},
    net::{TcpListener, TcpStream, UnixListener, UnixStream},
    sync::watch,
};

/// The line; it ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Proxy {
    is_cut: watch::Sender<bool>,
    /// What a client connects to.
    options: PgConnectOptions,
    /// Where the line's own socket is, if the server listens on one.
    _folder: Option<TempDir>,
}

impl Proxy {
    /// A line to the server that these options name: over a socket where the server has one, else over TCP.
    pub(crate) async fn to(server: &PgConnectOptions) -> Self {
        let (is_cut, cut) = watch::channel(false);
        if let Some(place) = server.get_socket() {
            let folder = tempfile::tempdir().expect("a folder can be made");
            let name = format!(".s.PGSQL.{}", server.get_port());
            let listener =
                UnixListener::bind(folder.path().join(&name)).expect("a socket can be made");
            let (options, target) = (server.clone().socket(folder.path()), place.join(name));
            tokio::spawn(async move {
                while let Ok((client, _)) = listener.accept().await {
                    tokio::spawn(carry(
                        client,
                        UnixStream::connect(target.clone()),
                        cut.clone(),
                    ));
                }
            });
            Self {
                is_cut,
                options,
                _folder: Some(folder),
            }
        } else {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
                .await
                .expect("a port is free");
            let port = listener.local_addr().expect("it is bound").port();
            let (options, target) = (server.clone().host("127.0.0.1").port(port), server.clone());
            tokio::spawn(async move {
                while let Ok((client, _)) = listener.accept().await {
                    let target = (target.get_host().to_owned(), target.get_port());
                    tokio::spawn(carry(client, TcpStream::connect(target), cut.clone()));
                }
            });
            Self {
                is_cut,
                options,
                _folder: None,
            }
        }
    }

    /// The options with which a client goes over the line.
    pub(crate) fn options(&self) -> PgConnectOptions {
        self.options.clone()
    }

    /// Cuts every connection and refuses new ones, or lets them through again.
    pub(crate) fn cut(&self, is_cut: bool) {
        self.is_cut.send_replace(is_cut);
    }
}

async fn carry<Server: AsyncRead + AsyncWrite + Unpin>(
    mut client: impl AsyncRead + AsyncWrite + Unpin,
    server: impl Future<Output = std::io::Result<Server>>,
    mut cut: watch::Receiver<bool>,
) {
    let carried = async {
        if let Ok(mut server) = server.await {
            // However the connection ends, the client sees it.
            let _ = copy_bidirectional(&mut client, &mut server).await;
        }
    };
    tokio::select! {
        biased;
        _ = cut.wait_for(|is_cut| *is_cut) => {}
        () = carried => {}
    }
}
