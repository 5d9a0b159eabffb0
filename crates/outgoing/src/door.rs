//! The way out: from a name to a connection.

use std::{io, net::SocketAddr, pin::Pin, sync::Arc};

use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;

use crate::{Error, is_public};

/// A future that can be kept.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A connection.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Opens connections to servers by name.
pub trait Door: Send + Sync {
    /// A connection over which HTTP can be spoken, TLS and all.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    fn open<'a>(
        &'a self,
        host: &'a str,
        port: u16,
    ) -> BoxFuture<'a, Result<Box<dyn Stream>, Error>>;
}

type Resolve =
    Arc<dyn Fn(String, u16) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync>;

/// The door to the public internet: a name is resolved, all its addresses are looked at, and one of those is taken.
#[derive(Clone)]
pub struct Guarded {
    resolve: Resolve,
    tls: TlsConnector,
}

impl std::fmt::Debug for Guarded {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Guarded")
    }
}

impl Default for Guarded {
    fn default() -> Self {
        Self::resolving(|host, port| {
            Box::pin(async move {
                let found = tokio::net::lookup_host((host, port)).await?;
                Ok(found.collect())
            })
        })
    }
}

impl Guarded {
    /// The same with names resolved otherwise.
    ///
    /// # Panics
    ///
    /// Panics when the cryptography in the program can not speak TLS, which a test shows.
    pub fn resolving(
        resolve: impl Fn(String, u16) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        let roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring speaks the versions that are safe")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self {
            resolve: Arc::new(resolve),
            tls: TlsConnector::from(Arc::new(config)),
        }
    }

    async fn connect(&self, host: &str, port: u16) -> Result<Box<dyn Stream>, Error> {
        // An address in the place of a name stands in brackets where it is of version 6.
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let found = (self.resolve)(bare.to_owned(), port).await;
        let found = found.map_err(Error::Name)?;
        if found.iter().any(|address| !is_public(address.ip())) {
            return Err(Error::Private);
        }
        if found.is_empty() {
            let nothing = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
            return Err(Error::Name(nothing));
        }
        // One of the addresses that were looked at, and no second look that could find another.
        let stream = TcpStream::connect(&found[..]).await;
        let stream = stream.map_err(Error::Connect)?;
        let name = ServerName::try_from(bare.to_owned());
        let name = name.map_err(|error| Error::Broken(Box::new(error)))?;
        let stream = self.tls.connect(name, stream).await;
        Ok(Box::new(stream.map_err(Error::Connect)?))
    }
}

impl Door for Guarded {
    fn open<'a>(
        &'a self,
        host: &'a str,
        port: u16,
    ) -> BoxFuture<'a, Result<Box<dyn Stream>, Error>> {
        Box::pin(self.connect(host, port))
    }
}
