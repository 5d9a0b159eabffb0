//! Rate limits: buckets per route and top-level resource, and the global one.
//!
//! The numbers are not documented by Discord; they are what was observed. Clients must read the headers.

use std::collections::HashMap;

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::{
    clock::Millis,
    error::{ApiError, Limit, Scope},
    rest::{Auth, Call, Route},
};

/// How many calls in how many milliseconds.
type Rate = (u32, Millis);

/// All calls of the bot, interactions excepted.
const GLOBAL: Rate = (50, 1_000);
/// Routes nobody measured.
const DEFAULT: Rate = (50, 1_000);

/// What was observed, by method and template.
const OBSERVED: &[(&str, &str, Rate)] = &[
    ("POST", "/channels/{channel_id}/messages", (5, 5_000)),
    (
        "PATCH",
        "/channels/{channel_id}/messages/{message_id}",
        (5, 5_000),
    ),
    (
        "DELETE",
        "/channels/{channel_id}/messages/{message_id}",
        (5, 1_000),
    ),
    ("PATCH", "/channels/{channel_id}", (10, 15_000)),
    (
        "PATCH",
        "/guilds/{guild_id}/members/{user_id}",
        (10, 10_000),
    ),
    (
        "PUT",
        "/guilds/{guild_id}/members/{user_id}/roles/{role_id}",
        (10, 10_000),
    ),
    (
        "DELETE",
        "/guilds/{guild_id}/members/{user_id}/roles/{role_id}",
        (10, 10_000),
    ),
    ("POST", "/guilds/{guild_id}/roles", (250, 172_800_000)),
    ("PUT", REACTION, (1, 250)),
    ("DELETE", REACTION, (1, 250)),
    ("POST", "/webhooks/{webhook_id}/{webhook_token}", (5, 2_000)),
];
const REACTION: &str =
    "/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/{user_id}";
/// Not limited here: a first answer must always come through.
const CALLBACK: &str = "/interactions/{interaction_id}/{interaction_token}/callback";

/// A window that empties and fills up again.
#[derive(Clone, Copy, Debug)]
struct Window {
    left: u32,
    ends: Millis,
}

impl Window {
    /// Takes one call; `Err` is how long to wait.
    fn take(&mut self, (limit, length): Rate, now: Millis) -> Result<(), Millis> {
        if now >= self.ends {
            *self = Self {
                left: limit,
                ends: now + length,
            };
        }
        if self.left == 0 {
            return Err(self.ends - now);
        }
        self.left -= 1;
        Ok(())
    }
}

/// What the headers of an answer say.
#[derive(Clone, Debug)]
pub(crate) struct State {
    limit: u32,
    left: u32,
    reset: Millis,
    reset_after: Millis,
    bucket: String,
}

/// A call that was one too many.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) error: Box<ApiError>,
    pub(crate) state: Option<State>,
}

/// All windows.
#[derive(Debug)]
pub(crate) struct Limits {
    windows: HashMap<String, Window>,
    global: Window,
}

impl Limits {
    pub(crate) fn new() -> Self {
        Self {
            windows: HashMap::new(),
            global: Window { left: 0, ends: 0 },
        }
    }

    /// Takes one call from its bucket and from the global one.
    pub(crate) fn take(
        &mut self,
        route: Route,
        call: &Call,
        now: Millis,
    ) -> Result<Option<State>, Refused> {
        if route.path == CALLBACK {
            return Ok(None);
        }
        if route.auth == Auth::Bot
            && let Err(wait) = self.global.take(GLOBAL, now)
        {
            return Err(Refused {
                error: Box::new(ApiError::limited(wait, Scope::Global)),
                state: None,
            });
        }
        let rate = OBSERVED
            .iter()
            .find(|(method, path, _)| *method == route.method && *path == route.path)
            .map_or(DEFAULT, |(_, _, rate)| *rate);
        let key = format!("{} {} {}", route.method, route.path, top_level(call));
        self.forget_old(now);
        let window = self
            .windows
            .entry(key)
            .or_insert(Window { left: 0, ends: 0 });
        let taken = window.take(rate, now);
        let state = State {
            limit: rate.0,
            left: window.left,
            reset: window.ends,
            reset_after: window.ends.saturating_sub(now),
            bucket: bucket_name(route),
        };
        match taken {
            Ok(()) => Ok(Some(state)),
            Err(wait) => Err(Refused {
                error: Box::new(ApiError::limited(wait, Scope::User)),
                state: Some(state),
            }),
        }
    }

    fn forget_old(&mut self, now: Millis) {
        const MANY: usize = 10_000;
        if self.windows.len() > MANY {
            self.windows.retain(|_, window| window.ends > now);
        }
    }
}

/// The resource a bucket is for: the channel, the guild, or the webhook with its token.
fn top_level(call: &Call) -> &str {
    ["webhook_token", "channel_id", "guild_id", "webhook_id"]
        .iter()
        .map(|name| call.text(name))
        .find(|value| !value.is_empty())
        .unwrap_or_default()
}

/// The name of a bucket, without the resource: 32 hexadecimal digits as Discord's have.
fn bucket_name(route: Route) -> String {
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    for byte in route.method.bytes().chain(route.path.bytes()) {
        hash ^= u128::from(byte);
        hash = hash.wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013B);
    }
    format!("{hash:032x}")
}

/// The headers of an answer: of a bucket if there is one, and of a refusal if it is one.
pub(crate) fn headers(state: Option<&State>, limit: Option<Limit>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut put = |name: &'static str, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    let scope = limit.map(|limit| limit.scope);
    if scope == Some(Scope::Html) {
        put("retry-after", limit.map_or(0, whole_seconds).to_string());
        return headers;
    }
    if let Some(limit) = limit {
        put("retry-after", whole_seconds(limit).to_string());
        let name = match limit.scope {
            Scope::Global => "global",
            Scope::Shared => "shared",
            Scope::User | Scope::SubLimit | Scope::Html => "user",
        };
        put("x-ratelimit-scope", name.to_owned());
        if limit.scope == Scope::Global {
            put("x-ratelimit-global", "true".to_owned());
            return headers;
        }
    }
    if let Some(state) = state {
        let left = if scope == Some(Scope::User) {
            0
        } else {
            state.left.max(u32::from(limit.is_some()))
        };
        let seconds = |millis: Millis| format!("{}.{:03}", millis / 1000, millis % 1000);
        let reset_after = match limit {
            // A forced limit of the bucket tells its own time.
            Some(Limit {
                wait,
                scope: Scope::User,
            }) => wait,
            _ => state.reset_after,
        };
        put("x-ratelimit-limit", state.limit.to_string());
        put("x-ratelimit-remaining", left.to_string());
        put("x-ratelimit-reset", seconds(state.reset));
        put("x-ratelimit-reset-after", seconds(reset_after));
        put("x-ratelimit-bucket", state.bucket.clone());
    }
    headers
}

fn whole_seconds(limit: Limit) -> Millis {
    limit.wait.div_ceil(1000)
}

/// What a refused call of a route without a window of its own says about its bucket.
pub(crate) fn fresh(route: Route, now: Millis) -> State {
    let (limit, length) = DEFAULT;
    State {
        limit,
        left: limit - 1,
        reset: now + length,
        reset_after: length,
        bucket: bucket_name(route),
    }
}
