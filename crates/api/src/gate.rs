//! The gate before every route of a feature: key, limits, scope, query and body, as the route's documentation says.
//!
//! What passes runs on the feature's threads, to its end even when the caller has gone.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
    num::NonZeroU32,
    panic::AssertUnwindSafe,
    sync::Arc,
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    extract::{MatchedPath, Request, State},
    http::{
        HeaderMap, HeaderName, Method, StatusCode,
        header::{AUTHORIZATION, CONTENT_TYPE},
    },
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use feature::{
    Failure, House,
    http::{Caller, Cursors, Field, Operation, Problem, check_json, operations},
};
use futures_util::FutureExt as _;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use jiff::SignedDuration;
use secrecy::ExposeSecret as _;
use tokio::sync::oneshot;

use crate::{
    Config, callers, idempotency,
    keys::{self, Hash},
    limits::{Buckets, Taken},
    server::Peer,
    shell::panicked,
    store,
};

/// The largest body, in bytes.
const LARGEST: usize = 1024 * 1024;
/// How long a body may take to come.
const FOR_THE_BODY: Duration = Duration::from_secs(10);
/// How long a caller waits for a route.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a route may work: less than [`idempotency`] holds a request for one who died.
const LONGEST: Duration = Duration::from_secs(50);
/// How often a key may call in a minute, half of it at once.
const CALLS: NonZeroU32 = NonZeroU32::new(120).expect("120 is not 0");
/// An address may be refused 10 times a minute, 20 times at once.
const EACH_REFUSAL: SignedDuration = SignedDuration::from_secs(6);
const REFUSALS: u32 = 20;
/// How often the use of a key is noted.
const NOTED_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// What the gate knows.
#[derive(Debug)]
pub(crate) struct Gate {
    house: House,
    routes: BTreeMap<String, Vec<Operation>>,
    configured: Option<Hash>,
    cursors: Cursors,
    calls: Buckets<i64>,
    refusals: Buckets<IpAddr>,
    proxies: Vec<IpAddr>,
}

/// The gate before the routes of one feature.
#[derive(Clone, Debug)]
pub(crate) struct Mount {
    pub(crate) gate: Arc<Gate>,
    pub(crate) feature: &'static str,
}

impl Gate {
    pub(crate) fn new(house: House, config: &Config, cursors: Cursors) -> Self {
        let mut routes = BTreeMap::<String, Vec<Operation>>::new();
        for entry in house.catalogue.routes() {
            // The registry has refused documents that do not say who may call.
            for operation in operations(&entry.document).unwrap_or_default() {
                routes
                    .entry(operation.path.clone())
                    .or_default()
                    .push(operation);
            }
        }
        Self {
            house,
            routes,
            configured: (config.key.as_ref()).map(|key| keys::hash(key.expose_secret())),
            cursors,
            calls: calls(config.calls_per_minute.unwrap_or(CALLS)),
            refusals: Buckets::new(EACH_REFUSAL, REFUSALS),
            proxies: config.proxies.clone(),
        }
    }

    fn operation(&self, path: &str, method: &Method) -> Option<&Operation> {
        let method = if method == Method::HEAD {
            &Method::GET
        } else {
            method
        };
        let known = self.routes.get(path)?;
        known
            .iter()
            .find(|operation| operation.method == method.as_str())
    }

    /// Who calls.
    async fn authenticate(&self, headers: &HeaderMap, address: IpAddr) -> Result<Caller, Problem> {
        let now = self.house.clock.now();
        let token = token(headers);
        if let Some(token) = token {
            if let Some(caller) = self.stored(token).await? {
                return Ok(caller);
            }
            // Only the configured key can be one that somebody made up, and so be guessed.
            if self.refusals.look(&address, now).is_given
                && let Some(configured) = self.configured_as(token)
            {
                return Ok(callers::configured(&self.house, configured));
            }
        }
        let taken = self.refusals.take(address, now);
        if taken.is_given {
            return Err(Problem::unauthorised());
        }
        Err(too_many("This address was refused too often.", taken))
    }

    /// What is kept of the configured key, if this is it.
    fn configured_as(&self, token: &str) -> Option<&Hash> {
        let configured = self.configured.as_ref();
        configured.filter(|configured| keys::is_same(*configured, &keys::hash(token)))
    }

    /// The caller behind a stored key that works.
    async fn stored(&self, token: &str) -> Result<Option<Caller>, Problem> {
        let Some(prefix) = keys::prefix(token) else {
            return Ok(None);
        };
        let now = self.house.clock.now();
        let mut db = self.house.database.acquire().await?;
        let Some(key) = store::find(&mut db, prefix).await? else {
            return Ok(None);
        };
        if !keys::is_same(&key.hash, &keys::hash(token)) || !key.works(now) {
            return Ok(None);
        }
        if key
            .used_at
            .is_none_or(|used_at| used_at + NOTED_EVERY <= now)
        {
            store::note_use(&mut db, key.id, now).await?;
        }
        Ok(Some(callers::stored(&self.house, key)))
    }
}

/// A bucket that fills with so many drops a minute, and holds half of them.
fn calls(a_minute: NonZeroU32) -> Buckets<i64> {
    let each = SignedDuration::from_micros(60_000_000 / i64::from(a_minute.get()));
    Buckets::new(each, (a_minute.get() / 2).max(1))
}

/// Whose address counts: the one that is connected, or whom it calls for where it is a proxy that is believed. Each
/// proxy writes behind what it was told, so the last address that is no such proxy is the caller; what stands before it
/// may be made up.
fn address_of(peer: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> IpAddr {
    let is_proxy = |address: IpAddr| proxies.contains(&address.to_canonical());
    let peer = peer.to_canonical();
    if !is_proxy(peer) {
        return peer;
    }
    let told: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    let mut nearest = peer;
    for one in told.iter().rev() {
        let Ok(address) = one.trim().parse::<IpAddr>() else {
            break;
        };
        nearest = address.to_canonical();
        if !is_proxy(nearest) {
            break;
        }
    }
    nearest
}

/// The token of a request: `Authorization: Bearer …` or `x-api-key: …`.
fn token(headers: &HeaderMap) -> Option<&str> {
    let bearer = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let bearer = bearer.and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    let plain = headers
        .get("x-api-key")
        .and_then(|value| value.to_str().ok());
    match (bearer, plain.map(str::trim)) {
        // Two that differ are a mistake, and it must not depend on the order which of them counts.
        (Some(bearer), Some(plain)) if bearer != plain => None,
        (bearer, plain) => bearer.or(plain).filter(|token| !token.is_empty()),
    }
}

fn too_many(said: &str, taken: Taken) -> Problem {
    let seconds = taken.next_in.max(1);
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too-many-requests",
        format!("{said} Try again in {seconds} s."),
    )
    .retry_after(seconds)
}

/// Lets a request through, or says why not.
pub(crate) async fn pass(State(mount): State<Mount>, request: Request, next: Next) -> Response {
    let mut taken = None;
    let mut response = match enter(mount, request, next, &mut taken).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    };
    if let Some(taken) = taken {
        for (name, value) in [
            ("ratelimit-limit", u64::from(taken.limit)),
            ("ratelimit-remaining", u64::from(taken.left)),
            ("ratelimit-reset", taken.full_in),
        ] {
            let name = HeaderName::from_static(name);
            response.headers_mut().insert(name, value.into());
        }
    }
    response
}

async fn enter(
    mount: Mount,
    request: Request,
    next: Next,
    taken: &mut Option<Taken>,
) -> Result<Response, Problem> {
    let gate = &mount.gate;
    let path = request.extensions().get::<MatchedPath>().cloned();
    let path = path.as_ref().map_or("", MatchedPath::as_str);
    // A method that the path does not know: axum says so.
    let Some(operation) = gate.operation(path, request.method()) else {
        return Ok(next.run(request).await);
    };
    let (mut parts, body) = request.into_parts();
    let mut caller = None;
    if let Some(scopes) = &operation.scopes {
        let peer = parts
            .extensions
            .get::<Peer>()
            .map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.0.ip());
        let address = address_of(peer, &parts.headers, &gate.proxies);
        let found = gate.authenticate(&parts.headers, address).await?;
        let now = gate.house.clock.now();
        let count = gate.calls.take(found.key, now);
        *taken = Some(count);
        if !count.is_given {
            return Err(too_many("This key calls too often.", count));
        }
        if let Some(lacking) = scopes.iter().find(|scope| !found.may(scope)) {
            return Err(Problem::forbidden(lacking));
        }
        let found = Arc::new(found);
        parts.extensions.insert(Arc::clone(&found));
        parts.extensions.insert(gate.cursors.clone());
        caller = Some(found);
    }
    check_query(operation, parts.uri.query().unwrap_or_default())?;
    let bytes = read(&parts.headers, body).await?;
    let again = idempotency::Again::of(&parts, caller.as_deref(), &bytes)?;
    let request = Request::from_parts(parts, Body::from(bytes));
    let house = gate.house.clone();
    let work = async move {
        let run = async move {
            let ended = AssertUnwindSafe(next.run(request)).catch_unwind();
            match tokio::time::timeout(LONGEST, ended).await {
                Ok(ended) => ended.unwrap_or_else(|panic| panicked(&*panic)),
                Err(_) => too_slow(LONGEST).into_response(),
            }
        };
        match again {
            None => run.await,
            Some(again) => again.once(&house, run).await,
        }
    };
    let (tell, told) = oneshot::channel();
    gate.house.background.run(
        mount.feature,
        Box::pin(async move {
            // Nobody may be there to hear it any more.
            let _ = tell.send(work.await);
        }),
    );
    match tokio::time::timeout(PATIENCE, told).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(_)) => Err(Failure::fault(Ended).into()),
        Err(_) => Err(too_slow(PATIENCE)),
    }
}

fn too_slow(limit: Duration) -> Problem {
    Problem::new(
        StatusCode::GATEWAY_TIMEOUT,
        "timeout",
        format!(
            "It takes longer than {} s. Look in a minute what came of it.",
            limit.as_secs()
        ),
    )
}

#[derive(Debug, thiserror::Error)]
#[error("the feature's threads ended over a request")]
struct Ended;

/// Refuses what the route does not know, or is told twice.
fn check_query(operation: &Operation, query: &str) -> Result<(), Problem> {
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let name = pair.split('=').next().unwrap_or(pair);
        let reason = if !operation.query.contains(name) {
            "is not known here: leave it out"
        } else if !seen.insert(name) {
            "stands there twice"
        } else {
            continue;
        };
        wrong.push(Field {
            field: name.chars().take(64).collect(),
            reason: reason.to_owned(),
        });
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Problem::fields(wrong))
    }
}

/// The whole body, if it is one that may be.
async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, Problem> {
    let too_large = || {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-large",
            format!("A body may hold {LARGEST} bytes."),
        )
    };
    let unreadable = |said| Problem::new(StatusCode::BAD_REQUEST, "unreadable-body", said);
    let collected = tokio::time::timeout(FOR_THE_BODY, Limited::new(body, LARGEST).collect()).await;
    let bytes = match collected {
        Err(_) => {
            return Err(Problem::new(
                StatusCode::REQUEST_TIMEOUT,
                "timeout",
                "The body did not come in time.",
            ));
        }
        Ok(Err(error)) if error.is::<LengthLimitError>() => return Err(too_large()),
        Ok(Err(_)) => return Err(unreadable("The body could not be read.".to_owned())),
        Ok(Ok(collected)) => collected.to_bytes(),
    };
    if bytes.is_empty() {
        return Ok(bytes);
    }
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    let essence = kind
        .split(';')
        .next()
        .unwrap_or(kind)
        .trim()
        .to_ascii_lowercase();
    if essence != "application/json"
        && !(essence.starts_with("application/") && essence.ends_with("+json"))
    {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            "A body must be JSON, with `Content-Type: application/json`.",
        ));
    }
    check_json(&bytes).map_err(|malformed| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "malformed-json",
            malformed.to_string(),
        )
    })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn a_proxy_is_believed_and_nobody_else() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let proxies = [address("10.0.0.1"), address("10.0.0.2")];
        let of = |peer: &str, said: &str| {
            address_of(
                address(peer),
                &headers(&[("x-forwarded-for", said)]),
                &proxies,
            )
            .to_string()
        };
        assert_eq!(of("192.0.2.1", "198.51.100.7"), "192.0.2.1");
        assert_eq!(of("10.0.0.1", "198.51.100.7"), "198.51.100.7");
        assert_eq!(of("::ffff:10.0.0.1", "198.51.100.7"), "198.51.100.7");
        // What the caller made up stands before what the proxies wrote.
        assert_eq!(
            of("10.0.0.1", "127.0.0.1, 198.51.100.7, 10.0.0.2"),
            "198.51.100.7"
        );
        assert_eq!(of("10.0.0.1", "198.51.100.7, nonsense"), "10.0.0.1");
        assert_eq!(of("10.0.0.1", ""), "10.0.0.1");
    }

    #[test]
    fn a_token_stands_in_one_of_two_headers() {
        assert_eq!(
            token(&headers(&[("authorization", "Bearer abc")])),
            Some("abc")
        );
        assert_eq!(
            token(&headers(&[("authorization", "bearer  abc ")])),
            Some("abc")
        );
        assert_eq!(token(&headers(&[("x-api-key", "abc")])), Some("abc"));
        assert_eq!(
            token(&headers(&[
                ("authorization", "Bearer abc"),
                ("x-api-key", "abc")
            ])),
            Some("abc")
        );
        assert_eq!(
            token(&headers(&[
                ("authorization", "Bearer abc"),
                ("x-api-key", "abd")
            ])),
            None
        );
        assert_eq!(token(&headers(&[("authorization", "Basic abc")])), None);
        assert_eq!(token(&headers(&[("x-api-key", "")])), None);
        assert_eq!(token(&headers(&[])), None);
    }
}
