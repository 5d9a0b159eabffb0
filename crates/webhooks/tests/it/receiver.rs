//! A program outside, as somebody else would write it.

use std::{collections::VecDeque, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use outgoing::{BoxFuture, Client, Door, Error, Stream};
use parking_lot::Mutex;
use serde_json::Value;
use sha2::Sha256;

/// Leads to this machine, without TLS, whatever is asked for.
struct Here;

impl Door for Here {
    fn open<'a>(&'a self, _: &'a str, port: u16) -> BoxFuture<'a, Result<Box<dyn Stream>, Error>> {
        Box::pin(async move {
            let stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await;
            let stream: Box<dyn Stream> = Box::new(stream.map_err(Error::Connect)?);
            Ok(stream)
        })
    }
}

/// Reaches receivers alone.
pub(crate) fn client() -> Client {
    Client::through(Here)
}

/// A request as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) id: String,
    pub(crate) timestamp: String,
    pub(crate) signatures: String,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Whether one of its signatures is of this secret, after the specification of Standard Webhooks.
    pub(crate) fn is_signed_with(&self, secret: &str) -> bool {
        let key = STANDARD
            .decode(secret.strip_prefix("whsec_").unwrap())
            .unwrap();
        self.signed("v1,").iter().any(|signed| {
            let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
            mac.update(self.said().as_bytes());
            mac.verify_slice(signed).is_ok()
        })
    }

    /// Whether one of its signatures is of the pair of this public key, by another library than the one that signs.
    pub(crate) fn is_signed_by(&self, public: &str) -> bool {
        let key = STANDARD
            .decode(public.strip_prefix("whpk_").unwrap())
            .unwrap();
        let key = ring::signature::UnparsedPublicKey::new(&ring::signature::ED25519, key);
        let signed = self.signed("v1a,");
        signed
            .iter()
            .any(|signed| key.verify(self.said().as_bytes(), signed).is_ok())
    }

    /// What is signed.
    fn said(&self) -> String {
        format!("{}.{}.{}", self.id, self.timestamp, self.body)
    }

    /// The signatures of a scheme.
    fn signed(&self, scheme: &str) -> Vec<Vec<u8>> {
        let all = self.signatures.split(' ');
        let own = all.filter_map(|signature| signature.strip_prefix(scheme));
        own.map(|signature| STANDARD.decode(signature).unwrap())
            .collect()
    }
}

#[derive(Default)]
struct Inner {
    came: Vec<Request>,
    answers: VecDeque<(u16, Option<&'static str>)>,
    /// What it answers when nothing else was said.
    always: Option<u16>,
}

/// It, on a port of its own.
#[derive(Clone)]
pub(crate) struct Receiver {
    port: u16,
    inner: Arc<Mutex<Inner>>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let inner: Arc<Mutex<Inner>> = Arc::default();
        let router = Router::new()
            .route("/hook", routing::post(take))
            .with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { port, inner }
    }

    pub(crate) fn url(&self) -> String {
        format!("https://example.org:{}/hook", self.port)
    }

    /// Answers the next requests so.
    pub(crate) fn answers(&self, answers: impl IntoIterator<Item = (u16, Option<&'static str>)>) {
        self.inner.lock().answers.extend(answers);
    }

    /// Answers all further requests so.
    pub(crate) fn always(&self, status: u16) {
        self.inner.lock().always = Some(status);
    }

    /// What came so far.
    pub(crate) fn came(&self) -> Vec<Request> {
        self.inner.lock().came.clone()
    }
}

async fn take(
    State(inner): State<Arc<Mutex<Inner>>>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, HeaderMap, &'static str) {
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/json");
    let mut inner = inner.lock();
    inner.came.push(Request {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signatures: header("webhook-signature"),
        body: String::from_utf8(body.to_vec()).unwrap(),
    });
    let always = inner.always.unwrap_or(204);
    let (status, after) = inner.answers.pop_front().unwrap_or((always, None));
    let mut headers = HeaderMap::new();
    if let Some(after) = after {
        headers.insert("retry-after", after.parse().unwrap());
    }
    (
        StatusCode::from_u16(status).unwrap(),
        headers,
        "what I think of it",
    )
}
