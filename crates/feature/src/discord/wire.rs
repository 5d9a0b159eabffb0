//! The connections: sends a built request and reads the whole reply.

use std::{error::Error, fmt, time::Duration};

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::{
    HeaderMap, Method as HttpMethod,
    body::Bytes,
    header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, USER_AGENT},
};
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use twilight_http::request::{Method, Request};

/// The longest reply that is read, in bytes; Discord's largest (a page of members or messages) is far below.
const LONGEST_BODY: usize = 32 * 1024 * 1024;
/// One attempt, from connecting to the last byte.
const ATTEMPT: Duration = Duration::from_secs(10);
/// Discord refuses clients that do not name themselves.
///
/// See [Discord Docs/User Agent](https://docs.discord.com/developers/reference#user-agent).
const AGENT: &str = concat!(
    "DiscordBot (https://twilight.rs, ",
    env!("CARGO_PKG_VERSION"),
    ") Majordome"
);

/// A reply, read to its end.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// From sending to the last byte.
    pub(super) took: Duration,
}

/// No reply: the connection could not be made, broke, or took too long.
#[derive(Debug)]
pub struct WireError {
    kind: &'static str,
    connect: bool,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl WireError {
    /// Whether the request certainly never left: no connection was made.
    pub const fn is_connect(&self) -> bool {
        self.connect
    }

    fn new(kind: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            kind,
            connect: false,
            source: Some(source.into()),
        }
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.kind)
    }
}

impl Error for WireError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let source = self.source.as_deref()?;
        Some(source)
    }
}

/// A file could not be fetched.
#[derive(Debug)]
pub(super) enum FetchError {
    TooLarge,
    Wire(WireError),
}

pub(super) struct Wire {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    base: String,
}

impl fmt::Debug for Wire {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Wire")
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}

impl Wire {
    pub(super) fn new(base: &str) -> anyhow::Result<Self> {
        let base = base.trim_end_matches('/');
        anyhow::ensure!(
            base.starts_with("http://") || base.starts_with("https://"),
            "the address of Discord's API must start with http:// or https://"
        );
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(Duration::from_secs(5)));
        let connector = hyper_rustls::HttpsConnectorBuilder::new()
            .with_webpki_roots()
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_mins(1))
            .pool_max_idle_per_host(64)
            .build(connector);
        Ok(Self {
            client,
            base: format!("{base}/api/v10/"),
        })
    }

    pub(super) async fn send(
        &self,
        request: &Request,
        authorization: Option<&str>,
    ) -> Result<Answered, WireError> {
        match tokio::time::timeout(ATTEMPT, self.exchange(request, authorization)).await {
            Ok(result) => result,
            Err(_) => Err(WireError {
                kind: "Discord did not answer in time",
                connect: false,
                source: None,
            }),
        }
    }

    /// Whether an address is of the server that is used instead of Discord's.
    pub(super) fn is_of(&self, url: &str) -> bool {
        let root = self.base.trim_end_matches("api/v10/");
        url.starts_with(root)
    }

    /// Gets what is behind an address, without the token and at most so many bytes.
    pub(super) async fn fetch(&self, url: &str, most: usize) -> Result<Answered, FetchError> {
        let begun = tokio::time::Instant::now();
        let request = hyper::Request::builder()
            .uri(url)
            .header(USER_AGENT, HeaderValue::from_static(AGENT))
            .body(Full::new(Bytes::new()))
            .map_err(|error| WireError::new("the request could not be built", error))
            .map_err(FetchError::Wire)?;
        let exchange = async {
            let reply = self.client.request(request).await.map_err(|error| {
                FetchError::Wire(WireError::new("the connection to Discord broke", error))
            })?;
            let (head, body) = reply.into_parts();
            let body = Limited::new(body, most).collect().await.map_err(|error| {
                if error.is::<LengthLimitError>() {
                    FetchError::TooLarge
                } else {
                    let kind = "the connection broke while Discord answered";
                    FetchError::Wire(WireError::new(kind, error))
                }
            })?;
            Ok(Answered {
                status: head.status.as_u16(),
                headers: head.headers,
                body: body.to_bytes(),
                took: begun.elapsed(),
            })
        };
        match tokio::time::timeout(ATTEMPT, exchange).await {
            Ok(result) => result,
            Err(_) => Err(FetchError::Wire(WireError {
                kind: "Discord did not answer in time",
                connect: false,
                source: None,
            })),
        }
    }

    async fn exchange(
        &self,
        request: &Request,
        authorization: Option<&str>,
    ) -> Result<Answered, WireError> {
        let begun = tokio::time::Instant::now();
        let reply = self
            .client
            .request(self.http(request, authorization)?)
            .await
            .map_err(|error| WireError {
                kind: if error.is_connect() {
                    "could not connect to Discord"
                } else {
                    "the connection to Discord broke"
                },
                connect: error.is_connect(),
                source: Some(error.into()),
            })?;
        let (head, body) = reply.into_parts();
        let body = Limited::new(body, LONGEST_BODY)
            .collect()
            .await
            .map_err(|error| WireError::new("the connection broke while Discord answered", error))?
            .to_bytes();
        Ok(Answered {
            status: head.status.as_u16(),
            headers: head.headers,
            body,
            took: begun.elapsed(),
        })
    }

    fn http(
        &self,
        request: &Request,
        authorization: Option<&str>,
    ) -> Result<hyper::Request<Full<Bytes>>, WireError> {
        let method = HttpMethod::from_bytes(request.method().name().as_bytes())
            .map_err(|error| WireError::new("the method is unknown", error))?;
        let unbuildable = |error| WireError::new("the request could not be built", error);
        let mut http = hyper::Request::builder()
            .method(&method)
            .uri(format!("{}{}", self.base, request.path()))
            .header(USER_AGENT, HeaderValue::from_static(AGENT));
        if let Some(authorization) = authorization {
            let mut value = HeaderValue::from_str(authorization).map_err(|error| {
                WireError::new("the token holds characters that no header may hold", error)
            })?;
            value.set_sensitive(true);
            http = http.header(AUTHORIZATION, value);
        }
        if let Some(headers) = http.headers_mut() {
            headers.extend(request.headers().cloned().unwrap_or_default());
        }
        let body = if let Some(form) = request.form() {
            http = http.header(CONTENT_TYPE, form.content_type());
            Bytes::from(form.clone().build())
        } else if let Some(bytes) = request.body() {
            http = http.header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            Bytes::copy_from_slice(bytes)
        } else {
            if matches!(request.method(), Method::Put | Method::Post | Method::Patch) {
                http = http.header(CONTENT_LENGTH, 0);
            }
            Bytes::new()
        };
        http.body(Full::new(body)).map_err(unbuildable)
    }
}
