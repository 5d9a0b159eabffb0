//! Discord's REST API with care: the one way to Discord for every feature.
//!
//! Requests are built with twilight's typed builders ([`Discord::http`]) and sent by this module, because
//! twilight's own sender reads bucket headers only on a 429, repeats some 429s without a pause and without an
//! end, and queues all interaction callbacks behind each other. Here:
//!
//! - buckets are learnt from every reply, so a limit is met before Discord has to refuse, and what it allows is sent
//!   side by side;
//! - each call has a deadline and a cap on repeats; a repeat waits as long as Discord says;
//! - a name or a topic is changed only while our own budget of 2 per 10 minutes and channel lasts, because that
//!   limit does not show in the headers;
//! - 401, 403 and 429 are counted against Discord's limit of 10,000 in 10 minutes, with a brake at half of it;
//! - answers to interactions have connections of their own and wait for nobody;
//! - a 2xx whose body does not parse is never repeated: the effect has happened;
//! - what was refused comes back as a typed [`Refusal`].

mod answers;
mod brake;
mod budget;
mod files;
mod limiter;
mod limits;
mod messages;
mod refusal;
mod rights;
mod wire;

use std::{sync::Arc, time::Duration};

use database::{ChannelId, UserId};
use jiff::Timestamp;
use jobs::Clock;
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;
use tokio::time::Instant;
use twilight_http::{
    Client,
    request::{Method, Request, TryIntoRequest},
    response::{ResponseFuture, marker::EmptyBody, marker::ListBody},
};
use twilight_model::id::{Id, marker::ApplicationMarker};

pub use self::{
    brake::{BRAKE_AT, Brake},
    budget::{RENAME_WINDOW, RENAMES, Renames},
    files::FileError,
    messages::Post,
    refusal::{Limit, Refusal, Thing},
};
use self::{
    limiter::{Lesson, Limiter},
    limits::{Verdict, judge},
    wire::{Answered, Wire},
};

/// How Discord is reached.
#[derive(Clone, Debug)]
pub struct DiscordSettings {
    /// `http(s)://host[:port]` instead of Discord itself: a simulator or a REST proxy.
    pub api_url: Option<String>,
    /// The bot's token, without `Bot `.
    pub token: SecretString,
    /// How long one call may take in all, repeats and waits included.
    pub deadline: Duration,
    /// How many calls Discord allows in a second, over all routes; more than 50 for large bots that were given more.
    pub global_limit: u16,
}

impl DiscordSettings {
    /// The deadline of a call where nothing else is set.
    pub const DEADLINE: Duration = Duration::from_secs(20);
    /// What Discord allows every bot.
    ///
    /// See [Discord Docs/Rate Limits](https://docs.discord.com/developers/topics/rate-limits#global-rate-limit).
    pub const GLOBAL_LIMIT: u16 = 50;
}

/// Of how many people it is remembered where they are spoken to directly.
const DIRECTS: u64 = 10_000;
/// How often one call is sent at the most.
const ATTEMPTS: u32 = 4;

/// A handle on Discord's REST API; clones share connections, limits and budgets.
#[derive(Clone, Debug)]
pub struct Discord {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    http: Client,
    wire: Wire,
    answers: Wire,
    authorization: SecretString,
    limiter: Limiter,
    renames: Renames,
    brake: Brake,
    global_pause: parking_lot::Mutex<Option<Instant>>,
    latency: parking_lot::Mutex<Option<Duration>>,
    deadline: Duration,
    clock: Clock,
    /// Where somebody is spoken to directly, which never changes.
    directs: moka::sync::Cache<UserId, ChannelId>,
}

impl Discord {
    /// A handle. Needs a running Tokio runtime and an installed rustls crypto provider.
    ///
    /// # Errors
    ///
    /// Fails when `api_url` is not an `http://` or `https://` address.
    pub fn new(settings: &DiscordSettings, clock: Clock) -> anyhow::Result<Self> {
        let base = settings.api_url.as_deref().unwrap_or("https://discord.com");
        Ok(Self {
            inner: Arc::new(Inner {
                // Only builds requests; nothing is ever sent through it.
                http: Client::builder().ratelimiter(None).build(),
                wire: Wire::new(base)?,
                answers: Wire::new(base)?,
                authorization: SecretString::from(format!(
                    "Bot {}",
                    settings.token.expose_secret()
                )),
                limiter: Limiter::new(settings.global_limit),
                renames: Renames::new(clock.clone()),
                brake: Brake::new(clock.clone()),
                global_pause: parking_lot::Mutex::new(None),
                latency: parking_lot::Mutex::new(None),
                deadline: settings.deadline,
                clock,
                directs: moka::sync::Cache::new(DIRECTS),
            }),
        })
    }

    /// The builders of requests. Hand what they build to [`one`](Self::one), [`list`](Self::list) or
    /// [`done`](Self::done) instead of awaiting it.
    pub fn http(&self) -> &Client {
        &self.inner.http
    }

    /// Sends a request that answers one object.
    ///
    /// # Errors
    ///
    /// See [`Refusal`].
    pub async fn one<R, T>(&self, request: R) -> Result<T, Refusal>
    where
        R: TryIntoRequest + IntoFuture<IntoFuture = ResponseFuture<T>>,
        T: DeserializeOwned,
    {
        let answered = self.send(build(request)?).await?;
        parse(&answered)
    }

    /// Sends a request that answers a list.
    ///
    /// # Errors
    ///
    /// See [`Refusal`].
    pub async fn list<R, T>(&self, request: R) -> Result<Vec<T>, Refusal>
    where
        R: TryIntoRequest + IntoFuture<IntoFuture = ResponseFuture<ListBody<T>>>,
        T: DeserializeOwned,
    {
        let answered = self.send(build(request)?).await?;
        parse(&answered)
    }

    /// Sends a request whose answer has no content of interest.
    ///
    /// # Errors
    ///
    /// See [`Refusal`].
    pub async fn done<R>(&self, request: R) -> Result<(), Refusal>
    where
        R: TryIntoRequest + IntoFuture<IntoFuture = ResponseFuture<EmptyBody>>,
    {
        self.send(build(request)?).await.map(|_| ())
    }

    /// Sends a request for which twilight has no builder; see `twilight_http::request::RequestBuilder::raw`.
    ///
    /// # Errors
    ///
    /// See [`Refusal`].
    pub async fn raw<T: DeserializeOwned>(&self, request: Request) -> Result<T, Refusal> {
        let answered = self.send(request).await?;
        parse(&answered)
    }

    /// As [`raw`](Self::raw), for a request whose answer has no content of interest.
    ///
    /// # Errors
    ///
    /// See [`Refusal`].
    pub async fn raw_done(&self, request: Request) -> Result<(), Refusal> {
        self.send(request).await.map(|_| ())
    }

    /// How many names or topics of a channel may still be changed, and when one more is allowed if none may.
    pub fn renames_left(&self, channel: ChannelId) -> (u32, Option<Timestamp>) {
        self.inner.renames.left(channel)
    }

    /// How long Discord took for the last call that it answered; `None` before the first. A sudden fast answer counts
    /// only little, so that who plans with it is not caught out by the next slow one.
    pub fn latency(&self) -> Option<Duration> {
        *self.inner.latency.lock()
    }

    /// The count of refused requests and the state of the brake.
    pub fn brake(&self) -> &Brake {
        &self.inner.brake
    }

    /// The interaction endpoints of an application, as builders.
    pub fn interaction(
        &self,
        application: Id<ApplicationMarker>,
    ) -> twilight_http::client::InteractionClient<'_> {
        self.inner.http.interaction(application)
    }

    async fn send(&self, request: Request) -> Result<Answered, Refusal> {
        let deadline = Instant::now() + self.inner.deadline;
        if request.use_authorization_token() {
            self.inner.brake.check()?;
        }
        if let Some(channel) = budget::renamed_channel(&request) {
            self.inner.renames.take(channel)?;
        }
        let mut attempt = 1;
        loop {
            let Ok(sent) = tokio::time::timeout_at(deadline, self.attempt(&request)).await else {
                return Err(Refusal::TimedOut { sent: attempt });
            };
            let pause = match sent {
                Ok(answered) => {
                    self.count(&answered);
                    match judge(&request, answered, self.inner.clock.now()) {
                        Verdict::Done(answered) => return Ok(answered),
                        Verdict::Refused(refusal) => return Err(*refusal),
                        Verdict::Again {
                            after,
                            global,
                            otherwise,
                        } => {
                            if global {
                                self.pause_all(after);
                            }
                            if attempt >= ATTEMPTS {
                                return Err(*otherwise);
                            }
                            if Instant::now() + after >= deadline {
                                return Err(*otherwise);
                            }
                            after
                        }
                    }
                }
                // A request that changes something once each time must not be sent twice blindly.
                Err(error) if request.method() == Method::Post && !error.is_connect() => {
                    return Err(Refusal::Lost(error));
                }
                Err(error) if attempt >= ATTEMPTS => return Err(Refusal::Lost(error)),
                Err(_) => Duration::from_millis(100) * 2u32.pow(attempt),
            };
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
    }

    /// One attempt: waits for the bucket, sends, and teaches the limiter what the reply says.
    async fn attempt(&self, request: &Request) -> Result<Answered, wire::WireError> {
        if !request.use_authorization_token() {
            // The token of an interaction or a webhook names its bucket; a queue for each would pile up for hours.
            return self.inner.wire.send(request, None).await;
        }
        loop {
            let pause = *self.inner.global_pause.lock();
            match pause.filter(|until| *until > Instant::now()) {
                Some(until) => tokio::time::sleep_until(until).await,
                None => break,
            }
        }
        let path = limits::shared_path(request.path());
        let permit = self.inner.limiter.acquire(request.method(), path).await;
        let sent = self
            .inner
            .wire
            .send(request, Some(self.inner.authorization.expose_secret()))
            .await;
        permit.complete(sent.as_ref().map_or(Lesson::Nothing, limits::lesson));
        sent
    }

    fn count(&self, answered: &Answered) {
        metrics::counter!("discord_rest_answers_total", "status" => answered.status.to_string())
            .increment(1);
        let mut latency = self.inner.latency.lock();
        *latency = Some(match *latency {
            Some(before) => answered.took.max(before.mul_f64(0.8)),
            None => answered.took,
        });
        drop(latency);
        if limits::counts_as_invalid(answered) {
            self.inner.brake.count();
        }
    }

    fn pause_all(&self, pause: Duration) {
        tracing::warn!(
            seconds = pause.as_secs_f64(),
            "Discord's global rate limit is reached: all calls wait"
        );
        *self.inner.global_pause.lock() = Some(Instant::now() + pause);
    }
}

fn build<R: TryIntoRequest>(request: R) -> Result<Request, Refusal> {
    request.try_into_request().map_err(Refusal::Unsendable)
}

fn parse<T: DeserializeOwned>(answered: &Answered) -> Result<T, Refusal> {
    serde_json::from_slice(&answered.body).map_err(Refusal::Unreadable)
}

#[cfg(test)]
mod tests;
