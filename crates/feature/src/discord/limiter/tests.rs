use std::{cmp::Reverse, collections::BinaryHeap};

use proptest::prelude::*;

use super::*;

fn told(bucket: &str, remaining: u32, window: i64) -> Lesson {
    Lesson::Bucket(Told {
        bucket: bucket.to_owned(),
        limit: 5,
        remaining,
        window,
        reset_after: Duration::from_mins(1),
    })
}

fn is_ready<T>(future: impl Future<Output = T>) -> Option<T> {
    use futures_util::FutureExt as _;
    future.now_or_never()
}

fn post(path: &str) -> (Method, String) {
    (Method::Post, path.to_owned())
}

#[tokio::test]
async fn a_new_route_sends_one_request_and_then_as_many_as_are_left() {
    let limiter = Limiter::new(1_000);
    let (method, path) = post("guilds/1/channels");
    let first = limiter.acquire(method, path.clone()).await;
    assert!(
        is_ready(limiter.acquire(method, path.clone())).is_none(),
        "the reply is not there yet"
    );
    first.complete(told("abc", 4, 60_000));
    let mut sent = Vec::new();
    while let Some(permit) = is_ready(limiter.acquire(method, path.clone())) {
        sent.push(permit);
    }
    assert_eq!(sent.len(), 4, "all that are left, at the same time");
    for (remaining, permit) in sent.into_iter().enumerate() {
        permit.complete(told("abc", u32::try_from(remaining).unwrap(), 60_000));
    }
    assert!(
        is_ready(limiter.acquire(method, path)).is_none(),
        "the least that was told counts"
    );
}

#[tokio::test]
async fn a_route_without_a_bucket_has_no_limit() {
    let limiter = Limiter::new(1_000);
    let (method, path) = post("guilds/1/channels");
    limiter
        .acquire(method, path.clone())
        .await
        .complete(Lesson::Free);
    let all: Vec<_> = (0..50)
        .map_while(|_| is_ready(limiter.acquire(method, path.clone())))
        .collect();
    assert_eq!(all.len(), 50);
}

#[tokio::test]
async fn who_waits_goes_on_when_the_reply_is_lost_or_says_nothing() {
    let limiter = Limiter::new(1_000);
    let (method, path) = post("guilds/1/channels");
    let first = limiter.acquire(method, path.clone()).await;
    let (second, ()) = tokio::join!(limiter.acquire(method, path.clone()), async {
        drop(first);
    });
    let (third, ()) = tokio::join!(limiter.acquire(method, path), async {
        second.complete(Lesson::Nothing);
    });
    third.complete(Lesson::Nothing);
}

#[tokio::test]
async fn those_in_line_follow_their_route_to_the_bucket_that_a_reply_names() {
    let limiter = Limiter::new(1_000);
    let (method, path) = post("channels/7/messages");
    let (_, other) = post("channels/7/pins");
    limiter
        .acquire(method, other.clone())
        .await
        .complete(told("shared", 3, 60_000));
    let first = limiter.acquire(method, path.clone()).await;
    let line = async {
        let permits = [
            limiter.acquire(method, path.clone()).await,
            limiter.acquire(method, path.clone()).await,
        ];
        assert!(
            is_ready(limiter.acquire(method, other.clone())).is_none(),
            "both routes use up one bucket"
        );
        drop(permits);
    };
    let ((), ()) = tokio::join!(line, async { first.complete(told("shared", 2, 60_000)) });
}

#[tokio::test]
async fn other_channels_have_buckets_of_their_own() {
    let limiter = Limiter::new(1_000);
    for channel in 0..3 {
        let (method, path) = post(&format!("channels/{channel}/messages"));
        let permit = is_ready(limiter.acquire(method, path)).expect("nobody else is in line");
        permit.complete(told("abc", 0, 60_000));
    }
}

#[tokio::test]
async fn all_routes_together_have_a_limit() {
    let limiter = Limiter::new(3);
    let mut sent = 0;
    for channel in 0..5 {
        let (method, path) = post(&format!("channels/{channel}/messages"));
        let Some(permit) = is_ready(limiter.acquire(method, path)) else {
            break;
        };
        permit.complete(Lesson::Free);
        sent += 1;
    }
    assert_eq!(sent, 3);
}

#[test]
fn routes_at_rest_are_forgotten_when_there_are_many() {
    let limiter = Limiter::new(u16::MAX);
    let busy = post("guilds/1/channels");
    let busy_bucket = limiter.bucket_of(&busy);
    busy_bucket
        .window
        .lock()
        .take(Instant::now())
        .expect("it is the first");
    for channel in 0..MANY * 2 {
        limiter.bucket_of(&post(&format!("channels/{channel}/messages")));
    }
    assert!(limiter.known.lock().routes.len() <= MANY);
    assert!(limiter.is_of(&busy, &busy_bucket));
}

#[test]
fn resources_separate_buckets() {
    for (path, expected) in [
        ("channels/1/messages/0", "channels/1"),
        ("channels/1", "channels/1"),
        ("guilds/1/members/0/roles/0", "guilds/1"),
        ("webhooks/1/token/messages/0", "webhooks/1/token"),
        ("webhooks/1", "webhooks/1"),
        ("users/@me", ""),
        ("applications/1/commands", ""),
    ] {
        assert_eq!(resource(path), expected, "{path}");
    }
}

/// A server's window: how many requests each may have, and how long it is.
#[derive(Clone, Copy, Debug)]
struct Server {
    limit: u32,
    length: u64,
    left: u32,
    ends: u64,
}

/// What happens next, by the millisecond.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Next {
    Arrives,
    Replied {
        remaining: u32,
        window: u64,
        reset_after: u64,
    },
    Look,
}

impl Server {
    fn take(&mut self, now: u64) -> Result<Next, ()> {
        if now >= self.ends {
            (self.left, self.ends) = (self.limit, now + self.length);
        }
        self.left = self.left.checked_sub(1).ok_or(())?;
        Ok(Next::Replied {
            remaining: self.left,
            window: self.ends,
            reset_after: self.ends - now,
        })
    }
}

proptest! {
    /// Requests take any time there and back, and overtake each other: none is ever refused, and they end about as
    /// soon as the windows allow.
    #[test]
    fn no_request_is_refused_and_none_waits_for_long(
        limit in 1_u32..8,
        length in 200_u64..3_000,
        ways in proptest::collection::vec((1_u64..150, 1_u64..150), 1..60),
    ) {
        let begun = Instant::now();
        let mut window = Window { in_flight: 0, limits: Limits::Unknown };
        let mut server = Server { limit, length, left: 0, ends: 0 };
        let mut events = BinaryHeap::from([Reverse((0, 0, Next::Look))]);
        let (mut sent, mut replied, mut last) = (0, 0, 0);
        while let Some(Reverse((now, number, next))) = events.pop() {
            let instant = begun + Duration::from_millis(now);
            match next {
                Next::Arrives => {
                    let reply = server.take(now);
                    prop_assert!(reply.is_ok(), "request {number} was refused at {now}");
                    let (_, back): (u64, u64) = ways[number];
                    events.push(Reverse((now + back, number, reply.unwrap())));
                    continue;
                }
                Next::Replied { remaining, window: ends, reset_after } => {
                    window.tell(
                        &Told {
                            bucket: String::new(),
                            limit,
                            remaining,
                            window: i64::try_from(ends).unwrap(),
                            reset_after: Duration::from_millis(reset_after),
                        },
                        instant,
                    );
                    window.in_flight -= 1;
                    replied += 1;
                    last = now;
                }
                Next::Look => {}
            }
            while sent < ways.len() {
                match window.take(instant) {
                    Ok(()) => {
                        events.push(Reverse((now + ways[sent].0, sent, Next::Arrives)));
                        sent += 1;
                    }
                    Err(Wait::Until(end)) => {
                        let end = u64::try_from((end - begun).as_millis()).unwrap();
                        events.push(Reverse((end, usize::MAX, Next::Look)));
                        break;
                    }
                    Err(Wait::Reply) => break,
                }
            }
        }
        prop_assert_eq!(replied, ways.len());
        let windows = ways.len().div_ceil(usize::try_from(limit).unwrap());
        let most = u64::try_from(windows + 1).unwrap() * (length + 600);
        prop_assert!(last <= most, "{last} ms of {most}");
    }
}
