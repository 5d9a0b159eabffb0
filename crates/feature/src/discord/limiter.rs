//! Rate limits: whether a request may be sent now.
//!
//! Discord says with each reply which bucket the route belongs to, how many requests are left in its window and when
//! that ends. As many as are left may be on their way at the same time; twilight's limiter sends one after the other,
//! so fifty rooms would take fifty times as long as one. A route of which nothing is known yet sends one request and
//! waits for its reply; one whose replies name no bucket has no limit.
//! See [Discord Docs/Rate limits](https://docs.discord.com/developers/topics/rate-limits).
//!
//! Who comes first is let through first, for each bucket, and for the limit over all routes.

use std::{collections::HashMap, sync::Arc, time::Duration};

use parking_lot::Mutex;
use tokio::{
    sync::{Notify, Semaphore},
    time::Instant,
};
use twilight_http::request::Method;

/// The length of the window of the limit over all routes.
const SECOND: Duration = Duration::from_secs(1);
/// The ends of one window, as two replies tell it, differ by less than this many milliseconds.
const SAME: i64 = 50;
/// How many routes are remembered before those at rest are forgotten.
const MANY: usize = 5_000;

/// What a reply says of a limit.
#[derive(Clone, Debug)]
pub(super) enum Lesson {
    /// The bucket of the route, and what is left in it.
    Bucket(Told),
    /// The route has no limit of its own.
    Free,
    /// Nothing.
    Nothing,
}

/// The headers of a reply.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) bucket: String,
    /// How many requests a window has.
    pub(super) limit: u32,
    /// How many are left in this one.
    pub(super) remaining: u32,
    /// When the window ends on Discord's clock, in milliseconds since 1970: what tells one window from the next.
    pub(super) window: i64,
    pub(super) reset_after: Duration,
}

/// A method and a path, as [`shared_path`](super::limits::shared_path) gives it.
type Route = (Method, String);

/// All limits of a bot.
#[derive(Debug)]
pub(super) struct Limiter {
    known: Mutex<Known>,
    everything: Everything,
}

#[derive(Debug)]
struct Known {
    routes: HashMap<Route, Arc<Bucket>>,
    /// By the name that Discord gives, and the channel, guild or webhook.
    buckets: HashMap<(String, String), Arc<Bucket>>,
    /// How many routes there may be before some are forgotten.
    room: usize,
}

impl Limiter {
    /// Limits over routes, and `per_second` over all of them.
    pub(super) fn new(per_second: u16) -> Self {
        Self {
            known: Mutex::new(Known {
                routes: HashMap::new(),
                buckets: HashMap::new(),
                room: MANY,
            }),
            everything: Everything::new(per_second),
        }
    }

    /// Waits until a request may be sent. What is returned is to be told of the reply; dropped without, it counts as
    /// a request that got none.
    pub(super) async fn acquire(&self, method: Method, path: String) -> Permit<'_> {
        let route = (method, path);
        let permit = self.in_line(route).await;
        self.everything.take().await;
        permit
    }

    async fn in_line(&self, route: Route) -> Permit<'_> {
        loop {
            let bucket = self.bucket_of(&route);
            // Nobody closes it.
            let _turn = bucket.line.acquire().await;
            // A reply may have told of another bucket meanwhile.
            while self.is_of(&route, &bucket) {
                let taken = bucket.window.lock().take(Instant::now());
                match taken {
                    Ok(()) => {
                        return Permit {
                            limiter: self,
                            route,
                            bucket: Arc::clone(&bucket),
                        };
                    }
                    // Only one waits, and a change that came before it does is kept for it.
                    Err(Wait::Reply) => bucket.changed.notified().await,
                    Err(Wait::Until(end)) => {
                        let _ = tokio::time::timeout_at(end, bucket.changed.notified()).await;
                    }
                }
            }
        }
    }

    fn bucket_of(&self, route: &Route) -> Arc<Bucket> {
        let mut known = self.known.lock();
        if let Some(bucket) = known.routes.get(route) {
            return Arc::clone(bucket);
        }
        known.make_room();
        let bucket = Arc::new(Bucket::new());
        known.routes.insert(route.clone(), Arc::clone(&bucket));
        bucket
    }

    fn is_of(&self, route: &Route, bucket: &Arc<Bucket>) -> bool {
        let known = self.known.lock();
        known
            .routes
            .get(route)
            .is_some_and(|current| Arc::ptr_eq(current, bucket))
    }

    /// The bucket that a reply names for a route.
    fn named(&self, route: &Route, name: &str) -> Arc<Bucket> {
        let key = (name.to_owned(), resource(&route.1).to_owned());
        let mut known = self.known.lock();
        let bucket = known
            .buckets
            .entry(key)
            .or_insert_with(|| Arc::new(Bucket::new()));
        let bucket = Arc::clone(bucket);
        known.routes.insert(route.clone(), Arc::clone(&bucket));
        bucket
    }
}

impl Known {
    fn make_room(&mut self) {
        if self.routes.len() < self.room {
            return;
        }
        let now = Instant::now();
        self.routes.retain(|_, bucket| !bucket.rests(now));
        self.buckets.retain(|_, bucket| !bucket.rests(now));
        // Where few rest, looking again at once would find as few.
        self.room = MANY.max(self.routes.len() * 2);
    }
}

/// The channel, guild or webhook of a path: each has a bucket of its own.
fn resource(path: &str) -> &str {
    let segments = match path.split('/').next() {
        Some("channels" | "guilds") => 2,
        Some("webhooks") => 3,
        _ => return "",
    };
    let end = path
        .match_indices('/')
        .nth(segments - 1)
        .map_or(path.len(), |(at, _)| at);
    path.get(..end).unwrap_or(path)
}

/// A request that may be sent.
#[derive(Debug)]
#[must_use = "a permit that is dropped lets the next request go"]
pub(super) struct Permit<'a> {
    limiter: &'a Limiter,
    route: Route,
    bucket: Arc<Bucket>,
}

impl Permit<'_> {
    /// The reply is there, and says this.
    pub(super) fn complete(self, lesson: Lesson) {
        match lesson {
            Lesson::Nothing => {}
            Lesson::Free => self.bucket.window.lock().free(),
            Lesson::Bucket(told) => {
                let named = self.limiter.named(&self.route, &told.bucket);
                named.window.lock().tell(&told, Instant::now());
                if !Arc::ptr_eq(&named, &self.bucket) {
                    named.changed.notify_one();
                }
            }
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.bucket.window.lock().in_flight -= 1;
        self.bucket.changed.notify_one();
    }
}

#[derive(Debug)]
struct Bucket {
    /// One at a time waits for the window; the others wait in line.
    line: Semaphore,
    window: Mutex<Window>,
    /// Told of each reply.
    changed: Notify,
}

impl Bucket {
    fn new() -> Self {
        Self {
            line: Semaphore::new(1),
            window: Mutex::new(Window {
                in_flight: 0,
                limits: Limits::Unknown,
            }),
            changed: Notify::new(),
        }
    }

    /// Whether nothing is lost when it is forgotten.
    fn rests(&self, now: Instant) -> bool {
        let window = self.window.lock();
        let is_over = match window.limits {
            Limits::Known { ends, .. } => ends <= now,
            Limits::Unknown | Limits::Free => true,
        };
        is_over && window.in_flight == 0 && self.line.available_permits() > 0
    }
}

/// What a request waits for.
#[derive(Debug, Eq, PartialEq)]
enum Wait {
    Reply,
    /// The end of the window; a reply may tell something better before.
    Until(Instant),
}

#[derive(Debug)]
struct Window {
    /// Requests that were let through and have no reply yet.
    in_flight: u32,
    limits: Limits,
}

#[derive(Debug)]
enum Limits {
    Unknown,
    Free,
    Known {
        limit: u32,
        /// The least that a reply of this window has told. Of those in flight it may count none.
        remaining: u32,
        window: i64,
        ends: Instant,
    },
}

impl Window {
    fn take(&mut self, now: Instant) -> Result<(), Wait> {
        let wait = match self.limits {
            Limits::Free => None,
            Limits::Unknown => (self.in_flight > 0).then_some(Wait::Reply),
            // What is on its way may count for the next window.
            Limits::Known { limit, ends, .. } if ends <= now => {
                (self.in_flight >= limit.max(1)).then_some(Wait::Reply)
            }
            Limits::Known {
                remaining, ends, ..
            } => (self.in_flight >= remaining).then_some(Wait::Until(ends)),
        };
        if let Some(wait) = wait {
            return Err(wait);
        }
        self.in_flight += 1;
        Ok(())
    }

    fn free(&mut self) {
        if matches!(self.limits, Limits::Unknown) {
            self.limits = Limits::Free;
        }
    }

    fn tell(&mut self, told: &Told, now: Instant) {
        let told_ends = now + told.reset_after;
        let (remaining, ends) = match self.limits {
            Limits::Known {
                remaining,
                window,
                ends,
                ..
            } if (told.window - window).abs() < SAME => {
                (remaining.min(told.remaining), ends.min(told_ends))
            }
            // Overtaken by a reply of a later window.
            Limits::Known { window, .. } if told.window < window => return,
            _ => (told.remaining, told_ends),
        };
        self.limits = Limits::Known {
            limit: told.limit,
            remaining,
            window: told.window,
            ends,
        };
    }
}

/// The limit over all routes.
#[derive(Debug)]
struct Everything {
    per_second: u16,
    line: Semaphore,
    /// How many were let through in the window, and when it ends.
    window: Mutex<(u16, Instant)>,
}

impl Everything {
    fn new(per_second: u16) -> Self {
        Self {
            per_second: per_second.max(1),
            line: Semaphore::new(1),
            window: Mutex::new((0, Instant::now())),
        }
    }

    async fn take(&self) {
        // Nobody closes it.
        let _turn = self.line.acquire().await;
        while let Err(end) = self.count() {
            tokio::time::sleep_until(end).await;
        }
    }

    fn count(&self) -> Result<(), Instant> {
        let now = Instant::now();
        let mut window = self.window.lock();
        let (count, end) = &mut *window;
        if *end <= now {
            (*count, *end) = (0, now + SECOND);
        }
        if *count >= self.per_second {
            return Err(*end);
        }
        *count += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
