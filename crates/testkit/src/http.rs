//! Calls to the bot's own HTTP engine, over a real socket.

use api::keys::{self, NewKey};
use database::GuildId;
use http_body_util::{BodyExt as _, Full};
use hyper::{HeaderMap, Request, body::Bytes};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::Value;

use crate::Story;

/// A request that is being written.
#[derive(Clone, Debug)]
#[must_use = "a call that is not sent does nothing"]
pub struct Call {
    url: String,
    method: &'static str,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// What came back.
#[derive(Debug)]
pub struct Answered {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Call {
    /// A call of `path` at `base`, which is `http://host:port`.
    pub fn to(base: &str, method: &'static str, path: &str) -> Self {
        Self {
            url: format!("{base}{path}"),
            method,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// With a key.
    pub fn key(self, key: &str) -> Self {
        self.header("authorization", &format!("Bearer {key}"))
    }

    /// With a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With a JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json")
            .raw(body.to_string())
    }

    /// With any body.
    pub fn raw(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends it.
    ///
    /// # Panics
    ///
    /// Panics when nobody answers.
    pub async fn send(self) -> Answered {
        let mut request = Request::builder().method(self.method).uri(&self.url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request
            .body(Full::new(Bytes::from(self.body)))
            .expect("the test writes a request that can be sent");
        let client = Client::builder(TokioExecutor::new()).build_http();
        let response = client.request(request).await;
        let response =
            response.unwrap_or_else(|error| panic!("{} {}: {error}", self.method, self.url));
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("the answer comes whole");
        Answered {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: body.to_bytes().to_vec(),
        }
    }
}

impl Answered {
    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The JSON of an answer that must have this status.
    ///
    /// # Panics
    ///
    /// Panics when it has another.
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        self.json()
    }
}

impl Story {
    /// A call of the bot's HTTP engine.
    pub fn call(&self, method: &'static str, path: &str) -> Call {
        Call::to(&self.http(), method, path)
    }

    /// A key with these scopes, for one guild or for all.
    ///
    /// # Panics
    ///
    /// Panics when the database does not take it.
    pub async fn key(&self, guild: Option<GuildId>, scopes: &[&str]) -> String {
        let new = NewKey {
            name: "of the story".to_owned(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            guilds: guild.map(|guild| vec![guild]),
            channels: None,
            content: true,
            deleted: true,
            by: None,
            expires_at: None,
        };
        self.key_of(new).await
    }

    /// A key.
    ///
    /// # Panics
    ///
    /// Panics when the database does not take it.
    pub async fn key_of(&self, new: NewKey) -> String {
        let database = self.database().database();
        let mut db = database.acquire().await.expect("the database answers");
        let made = keys::create(&mut db, new, self.house().clock.now()).await;
        made.expect("the key is right").1.reveal().to_owned()
    }
}
