//! Calls to addresses that somebody gave: webhooks, calendars.
//!
//! Such an address is not trusted. It must be https; what its name stands for is looked at after it was looked up, and
//! the connection goes to just that (a name that answers differently a second later changes nothing); nothing
//! inside the operator's own network is reached ([`is_public`]); no redirect is followed; an answer may take so long
//! and be so large and no more. Nothing of one call is left for the next: no cookies, no connections.

mod addresses;

use std::{
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
    vec,
};

use http::{HeaderMap, Method, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Bytes};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{
        Client as Hyper,
        connect::{HttpConnector, dns::Name},
    },
    rt::TokioExecutor,
};

pub use addresses::is_public;

/// The longest address that is taken, in bytes.
pub const LONGEST: usize = 2_000;

/// Why an address is not called, or does not answer. Its words tell nothing of what is behind it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Trouble {
    /// Not an address at all, or longer than [`LONGEST`].
    #[error("not an address")]
    NotAnAddress,
    /// Not https.
    #[error("not https")]
    NotHttps,
    /// With a name and a password in it.
    #[error("a password stands in the address")]
    Password,
    /// It, or what its name stands for, is not on the internet.
    #[error("not an address on the internet")]
    Inside,
    /// Nobody knows the name.
    #[error("the name is unknown")]
    Unknown,
    /// No connection, no proper encryption, or no proper answer.
    #[error("no connection")]
    Unreachable,
    /// It took too long.
    #[error("no answer in time")]
    TimedOut,
}

/// What is to be sent.
#[derive(Clone, Debug)]
pub struct Call {
    /// How.
    pub method: Method,
    /// Where.
    pub url: String,
    /// With what.
    pub headers: HeaderMap,
    /// And what.
    pub body: Vec<u8>,
    /// How long it may take until all of the answer is there.
    pub deadline: Duration,
    /// How many bytes of the answer are read; what exceeds them is cut.
    pub most: usize,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status; 3xx among them, for no redirect is followed.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, or its beginning.
    pub body: Vec<u8>,
    /// Whether the body was longer.
    pub is_cut: bool,
}

/// Makes such calls; clones share everything.
#[derive(Clone, Debug)]
pub struct Client {
    hyper: Hyper<HttpsConnector<HttpConnector<Resolver>>, Full<Bytes>>,
    is_strict: bool,
}

impl Client {
    /// Calls addresses on the internet, by https.
    pub fn new() -> Self {
        Self::with(true)
    }

    /// For tests alone: calls this machine too, by plain http.
    pub fn for_tests() -> Self {
        Self::with(false)
    }

    fn with(is_strict: bool) -> Self {
        let mut connector = HttpConnector::new_with_resolver(Resolver { is_strict });
        connector.enforce_http(false);
        let roots = HttpsConnectorBuilder::new().with_webpki_roots();
        let schemes = if is_strict {
            roots.https_only()
        } else {
            roots.https_or_http()
        };
        let connector = schemes.enable_http1().wrap_connector(connector);
        let hyper = Hyper::builder(TokioExecutor::new())
            .pool_max_idle_per_host(0)
            .build(connector);
        Self { hyper, is_strict }
    }

    /// Whether an address may be called at all, as far as that can be said without looking its name up.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    pub fn check(&self, url: &str) -> Result<Uri, Trouble> {
        if url.len() > LONGEST {
            return Err(Trouble::NotAnAddress);
        }
        let url: Uri = url.parse().map_err(|_| Trouble::NotAnAddress)?;
        let host = url.host().filter(|host| !host.is_empty());
        let host = host.ok_or(Trouble::NotAnAddress)?;
        let is_plain = !self.is_strict && url.scheme_str() == Some("http");
        if !is_plain && url.scheme_str() != Some("https") {
            return Err(Trouble::NotHttps);
        }
        if url
            .authority()
            .is_some_and(|authority| authority.as_str().contains('@'))
        {
            return Err(Trouble::Password);
        }
        // The connector takes these as they are, without the resolver.
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let literal = bare.parse::<IpAddr>();
        if self.is_strict && literal.is_ok_and(|address| !is_public(address)) {
            return Err(Trouble::Inside);
        }
        Ok(url)
    }

    /// Calls an address.
    ///
    /// # Errors
    ///
    /// Says why there is no answer. Any status is an answer.
    pub async fn call(&self, call: Call) -> Result<Answer, Trouble> {
        let url = self.check(&call.url)?;
        let mut request = http::Request::new(Full::from(call.body));
        *request.method_mut() = call.method;
        *request.uri_mut() = url;
        *request.headers_mut() = call.headers;
        let answered = tokio::time::timeout(call.deadline, self.answer(request, call.most));
        answered.await.map_err(|_| Trouble::TimedOut)?
    }

    async fn answer(
        &self,
        request: http::Request<Full<Bytes>>,
        most: usize,
    ) -> Result<Answer, Trouble> {
        let response = self.hyper.request(request).await;
        let response = response.map_err(|error| of_resolver(&error))?;
        let (head, mut rest) = response.into_parts();
        let mut body = Vec::new();
        let mut is_cut = false;
        while !rest.is_end_stream()
            && let Some(frame) = rest.frame().await
        {
            let frame = frame.map_err(|_| Trouble::Unreachable)?;
            let Ok(data) = frame.into_data() else {
                continue;
            };
            let room = most - body.len();
            body.extend(data.iter().take(room));
            if data.len() > room {
                is_cut = true;
                break;
            }
        }
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body,
            is_cut,
        })
    }
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}

/// What the resolver said, if it was the resolver.
fn of_resolver(error: &(dyn std::error::Error + 'static)) -> Trouble {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let of_io = error.downcast_ref::<io::Error>();
        let inner = of_io.and_then(io::Error::get_ref);
        if let Some(trouble) = inner.and_then(|inner| inner.downcast_ref::<Trouble>()) {
            return *trouble;
        }
        cause = error.source();
    }
    Trouble::Unreachable
}

/// Looks names up, and lets none through that stands for an address inside.
#[derive(Clone, Copy, Debug)]
struct Resolver {
    is_strict: bool,
}

impl tower::Service<Name> for Resolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let is_strict = self.is_strict;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            let found: Vec<SocketAddr> = found
                .map_err(|_| io::Error::other(Trouble::Unknown))?
                .collect();
            // One inside is enough: a name that stands for both is not meant well.
            if is_strict && !found.iter().all(|address| is_public(address.ip())) {
                return Err(io::Error::other(Trouble::Inside));
            }
            Ok(found.into_iter())
        })
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Bytes as Sent, http::HeaderMap as Heads, routing};

    use tokio::net::TcpListener;

    use super::*;

    fn call(url: impl Into<String>) -> Call {
        Call {
            method: Method::POST,
            url: url.into(),
            headers: HeaderMap::new(),
            body: b"hello".to_vec(),
            deadline: Duration::from_secs(5),
            most: 100,
        }
    }

    async fn server() -> SocketAddr {
        let echo = async |heads: Heads, body: Sent| (heads, body);
        let router = Router::new()
            .route("/echo", routing::post(echo))
            .route("/long", routing::post(async || "x".repeat(1_000)))
            .route(
                "/away",
                routing::post(async || axum::response::Redirect::to("/echo")),
            )
            .route(
                "/never",
                routing::post(async || std::future::pending::<()>().await),
            );
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }

    #[tokio::test]
    async fn it_sends_and_reads_so_much_and_no_more() {
        let address = server().await;
        let client = Client::for_tests();
        let answer = client
            .call(call(format!("http://{address}/echo")))
            .await
            .expect("an answer");
        assert_eq!(
            (answer.status, &*answer.body, answer.is_cut),
            (StatusCode::OK, &b"hello"[..], false)
        );
        let long = client
            .call(call(format!("http://{address}/long")))
            .await
            .expect("an answer");
        assert_eq!((long.body.len(), long.is_cut), (100, true));
        let away = client
            .call(call(format!("http://{address}/away")))
            .await
            .expect("an answer");
        assert_eq!(away.status, StatusCode::SEE_OTHER);
        let never = Call {
            deadline: Duration::from_millis(20),
            ..call(format!("http://{address}/never"))
        };
        assert_eq!(client.call(never).await.err(), Some(Trouble::TimedOut));
    }

    #[tokio::test]
    async fn nothing_inside_is_reached() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let client = Client::new();
        for (url, trouble) in [
            (format!("http://{address}/echo"), Trouble::NotHttps),
            (format!("https://{address}/echo"), Trouble::Inside),
            // By its name, which is looked at when it was looked up.
            (
                format!("https://localhost:{}/echo", address.port()),
                Trouble::Inside,
            ),
            ("https://[::1]/".to_owned(), Trouble::Inside),
            ("https://[::ffff:10.0.0.1]/".to_owned(), Trouble::Inside),
            ("https://169.254.169.254/latest".to_owned(), Trouble::Inside),
            (
                "https://user:word@example.com/".to_owned(),
                Trouble::Password,
            ),
            ("https://".to_owned(), Trouble::NotAnAddress),
            ("/relative".to_owned(), Trouble::NotAnAddress),
            ("ftp://example.com/".to_owned(), Trouble::NotHttps),
            (
                format!("https://example.com/{}", "x".repeat(LONGEST)),
                Trouble::NotAnAddress,
            ),
        ] {
            assert_eq!(
                client.call(call(url.clone())).await.err(),
                Some(trouble),
                "{url}"
            );
        }
        // Other notations of this machine's address are names to the resolver, or none to the encryption.
        let port = address.port();
        for host in ["2130706433", "0x7f.1", "127.1", "0177.0.0.1"] {
            let url = format!("https://{host}:{port}/echo");
            let trouble = client.call(call(url)).await;
            assert!(trouble.is_err(), "{host}: {trouble:?}");
        }
        let came = tokio::time::timeout(Duration::ZERO, listener.accept()).await;
        assert!(came.is_err(), "{came:?}");
    }
}
