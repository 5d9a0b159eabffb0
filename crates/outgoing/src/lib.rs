//! Requests to addresses that people name: calendars that are read, webhooks that are told.
//!
//! Who names an address must not reach through the program into the network where it runs. So:
//!
//! - `https` alone, without a user in the address;
//! - the name is resolved first; if one of its addresses is not of the public internet ([`is_public`]) nothing is opened,
//!   and else the connection goes to an address that was looked at, not to the name once more;
//! - no redirect is followed: where it leads would have to be looked at anew, and a person can name the place itself;
//! - the whole takes a bounded time, and of the answer a bounded part is read.
//!
//! Tests open their own [`Door`] to a server of theirs.

mod door;
mod public;

use std::{sync::Arc, time::Duration};

use http_body_util::{BodyExt as _, Full};
pub use hyper::{
    HeaderMap, Method, StatusCode,
    body::Bytes,
    header::{self, HeaderValue},
};
use hyper::{
    body::Incoming,
    header::{HOST, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use url::{Host, Url};

pub use self::{
    door::{BoxFuture, Door, Guarded, Stream},
    public::is_public,
};

/// How the program names itself.
const AGENT: &str = concat!("Majordome/", env!("CARGO_PKG_VERSION"));
/// The longest address, in characters.
const LONGEST: usize = 2_000;

/// An address that may be asked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Address(Url);

/// Why a text is no address that may be asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BadAddress {
    /// It is no address at all, or too long.
    #[error("no address")]
    None,
    /// It is not `https`.
    #[error("not https")]
    Scheme,
    /// It carries a user or a password.
    #[error("carries a user or a password")]
    User,
    /// It names an address that is not of the public internet.
    #[error("not of the public internet")]
    Private,
}

impl Address {
    /// Reads an address. `webcal://` is what calendars are called by some, and means `https`.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, BadAddress> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > LONGEST {
            return Err(BadAddress::None);
        }
        let https = match text.split_at_checked(9) {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("webcal://") => {
                format!("https://{rest}")
            }
            _ => text.to_owned(),
        };
        let mut url = Url::parse(&https).map_err(|_| BadAddress::None)?;
        if url.scheme() != "https" {
            return Err(BadAddress::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BadAddress::User);
        }
        let ip = match url.host().ok_or(BadAddress::None)? {
            Host::Ipv4(ip) => Some(ip.into()),
            Host::Ipv6(ip) => Some(ip.into()),
            Host::Domain(_) => None,
        };
        if ip.is_some_and(|ip| !is_public(ip)) {
            return Err(BadAddress::Private);
        }
        url.set_fragment(None);
        Ok(Self(url))
    }

    /// The whole of it; it may hold a secret.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The name of the server, which is no secret.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or(443)
    }

    fn authority(&self) -> String {
        match self.0.port() {
            Some(port) => format!("{}:{port}", self.host()),
            None => self.host().to_owned(),
        }
    }

    fn path(&self) -> String {
        match self.0.query() {
            Some(query) => format!("{}?{query}", self.0.path()),
            None => self.0.path().to_owned(),
        }
    }
}

/// A request.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// `GET`, `POST`, …
    pub method: Method,
    /// Whom it asks.
    pub address: &'a Address,
    /// What it says besides.
    pub headers: HeaderMap,
    /// What it brings.
    pub body: Bytes,
    /// The most bytes of the answer.
    pub most: usize,
    /// What becomes of an answer that has more.
    pub excess: Excess,
    /// How long it may take, from resolving the name to the last byte.
    pub patience: Duration,
}

/// What becomes of an answer that is larger than may be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Excess {
    /// It is [none](Error::TooLarge).
    Refuse,
    /// Its beginning is enough.
    Cut,
}

/// An answer, read to its end or as far as may be.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status; never a redirect.
    pub status: StatusCode,
    /// What it says besides.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

/// Why there is no answer. No text of it holds the address, which may be a secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The name leads to an address that is not of the public internet.
    #[error("the name leads to an address that is not of the public internet")]
    Private,
    /// The name leads nowhere.
    #[error("the name can not be resolved")]
    Name(#[source] std::io::Error),
    /// No connection could be made.
    #[error("no connection could be made")]
    Connect(#[source] std::io::Error),
    /// It broke on the way.
    #[error("the connection broke")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It leads elsewhere, where nobody follows.
    #[error("it leads elsewhere (status {0})")]
    Redirect(StatusCode),
    /// The answer is larger than may be.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
    /// It took too long.
    #[error("it took longer than {} s", .0.as_secs())]
    TooSlow(Duration),
}

/// Sends requests; clones share the door.
#[derive(Clone)]
pub struct Client {
    door: Arc<dyn Door>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Client")
    }
}

impl Default for Client {
    /// To the public internet alone.
    fn default() -> Self {
        Self::through(Guarded::default())
    }
}

impl Client {
    /// Through a door of somebody's own.
    pub fn through(door: impl Door + 'static) -> Self {
        Self {
            door: Arc::new(door),
        }
    }

    /// Sends a request once.
    ///
    /// # Errors
    ///
    /// See [`Error`]; a status that says no is an answer.
    pub async fn send(&self, request: Request<'_>) -> Result<Answer, Error> {
        let patience = request.patience;
        tokio::time::timeout(patience, self.attempt(request))
            .await
            .map_err(|_| Error::TooSlow(patience))?
    }

    async fn attempt(&self, request: Request<'_>) -> Result<Answer, Error> {
        let broken = |error: hyper::Error| Error::Broken(error.into());
        let address = request.address;
        let stream = self.door.open(address.host(), address.port()).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(broken)?;
        let mut asked = hyper::Request::new(Full::new(request.body.clone()));
        *asked.method_mut() = request.method.clone();
        let path = address.path().parse();
        *asked.uri_mut() = path.map_err(|error| Error::Broken(Box::new(error)))?;
        *asked.headers_mut() = request.headers.clone();
        let host = HeaderValue::try_from(address.authority());
        let host = host.map_err(|error| Error::Broken(Box::new(error)))?;
        asked.headers_mut().insert(HOST, host);
        asked
            .headers_mut()
            .insert(USER_AGENT, HeaderValue::from_static(AGENT));
        let Request { most, excess, .. } = request;
        let answered = async move {
            let answer = sender.send_request(asked).await.map_err(broken)?;
            let (parts, body) = answer.into_parts();
            if parts.status.is_redirection() && parts.status != StatusCode::NOT_MODIFIED {
                return Err(Error::Redirect(parts.status));
            }
            let body = read(body, most, excess).await?;
            Ok(Answer {
                status: parts.status,
                headers: parts.headers,
                body,
            })
        };
        tokio::pin!(answered, connection);
        // The connection is driven here, and ends with the request.
        tokio::select! {
            answer = &mut answered => answer,
            ended = &mut connection => match ended {
                // It may have ended because all of the answer is there.
                Ok(()) => answered.await,
                Err(error) => Err(broken(error)),
            },
        }
    }
}

async fn read(mut body: Incoming, most: usize, excess: Excess) -> Result<Bytes, Error> {
    let mut read = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Error::Broken(error.into()))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        let room = most - read.len();
        if data.len() > room && excess == Excess::Refuse {
            return Err(Error::TooLarge(most));
        }
        read.extend_from_slice(&data[..data.len().min(room)]);
        if data.len() > room {
            break;
        }
    }
    Ok(read.into())
}
