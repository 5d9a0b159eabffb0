//! What a reply means: done, refused, or again after a pause.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use twilight_http::request::{Method, Request};

use super::{
    Limit, Refusal,
    limiter::{Lesson, Told},
    wire::Answered,
};

/// What to do with a reply.
pub(super) enum Verdict {
    Done(Answered),
    Refused(Box<Refusal>),
    /// Send again after the pause, if attempts and deadline allow; else this is the refusal.
    Again {
        after: Duration,
        global: bool,
        otherwise: Box<Refusal>,
    },
}

/// Judges a reply.
pub(super) fn judge(request: &Request, answered: Answered, now: Timestamp) -> Verdict {
    match answered.status {
        200..=299 => Verdict::Done(answered),
        429 => {
            let after = retry_after(&answered);
            let global = header(&answered, "x-ratelimit-scope") == Some("global")
                || header(&answered, "x-ratelimit-global").is_some();
            let again_at = now + SignedDuration::try_from(after).unwrap_or(SignedDuration::MAX);
            let limit = if global { Limit::Global } else { Limit::Route };
            Verdict::Again {
                after,
                global,
                otherwise: Box::new(Refusal::Limited { limit, again_at }),
            }
        }
        500..=599 => {
            let refusal = Box::new(Refusal::Unavailable {
                status: answered.status,
            });
            // A POST may have taken effect before the error: sending it again could do it twice.
            if request.method() == Method::Post {
                Verdict::Refused(refusal)
            } else {
                Verdict::Again {
                    after: Duration::from_millis(500),
                    global: false,
                    otherwise: refusal,
                }
            }
        }
        _ => Verdict::Refused(Box::new(Refusal::from_reply(
            request,
            answered.status,
            &answered.body,
        ))),
    }
}

/// Whether Discord counts the reply against the limit of invalid requests.
pub(super) fn counts_as_invalid(answered: &Answered) -> bool {
    match answered.status {
        401 | 403 => true,
        429 => header(answered, "x-ratelimit-scope") != Some("shared"),
        _ => false,
    }
}

/// The path by which the limiter knows a request: the ids of channel, guild and webhook separate buckets, all others
/// share one.
///
/// The limiter learns the bucket of each path by itself. Without this the first edit of each member would be sent
/// past the limit that the edits of other members have used up, and every path would be remembered for hours.
/// See [Discord Docs/Rate limits](https://docs.discord.com/developers/topics/rate-limits).
pub(super) fn shared_path(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let own = if path.starts_with("webhooks/") { 3 } else { 2 };
    let mut is_emoji = false;
    let parts = path.split('/').enumerate().map(|(index, part)| {
        let is_shared = index >= own
            && (is_emoji || (!part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())));
        is_emoji = part == "reactions";
        if is_shared { "0" } else { part }
    });
    parts.collect::<Vec<_>>().join("/")
}

/// What a reply says of its route's limit. Discord sends these headers on ordinary replies too; what a proxy in front
/// of it answers has none, and neither has a refusal for the limit over all routes.
pub(super) fn lesson(answered: &Answered) -> Lesson {
    match told(answered) {
        Some(told) => Lesson::Bucket(told),
        None if (200..=299).contains(&answered.status) => Lesson::Free,
        None => Lesson::Nothing,
    }
}

fn told(answered: &Answered) -> Option<Told> {
    let seconds = |name| {
        let seconds: f64 = header(answered, name)?.parse().ok()?;
        Duration::try_from_secs_f64(seconds).ok()
    };
    Some(Told {
        bucket: header(answered, "x-ratelimit-bucket")?.to_owned(),
        limit: header(answered, "x-ratelimit-limit")?.parse().ok()?,
        remaining: header(answered, "x-ratelimit-remaining")?.parse().ok()?,
        window: i64::try_from(seconds("x-ratelimit-reset")?.as_millis()).ok()?,
        reset_after: seconds("x-ratelimit-reset-after")?,
    })
}

/// How long Discord asks to wait: the body knows fractions, the header whole seconds; a second when neither says.
pub(super) fn retry_after(answered: &Answered) -> Duration {
    #[derive(serde::Deserialize)]
    struct Body {
        retry_after: f64,
    }
    let seconds = serde_json::from_slice::<Body>(&answered.body)
        .map(|body| body.retry_after)
        .ok()
        .or_else(|| header(answered, "retry-after")?.parse().ok())
        .unwrap_or(1.0);
    // A pause of zero would hammer: Discord's clocks and ours differ a little.
    Duration::try_from_secs_f64(seconds)
        .unwrap_or(Duration::from_secs(1))
        .max(Duration::from_millis(50))
}

fn header<'a>(answered: &'a Answered, name: &str) -> Option<&'a str> {
    answered.headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_top_level_resources_separate_buckets() {
        for (path, shared) in [
            ("guilds/1/members/22", "guilds/1/members/0"),
            (
                "guilds/1/members/22/roles/333?x=4",
                "guilds/1/members/0/roles/0",
            ),
            ("guilds/1/members?limit=1000", "guilds/1/members"),
            ("channels/1/messages/22", "channels/1/messages/0"),
            (
                "channels/1/messages/22/reactions/%F0%9F%94%B4/@me",
                "channels/1/messages/0/reactions/0/@me",
            ),
            (
                "webhooks/1/token22/messages/333",
                "webhooks/1/token22/messages/0",
            ),
            ("users/@me/guilds", "users/@me/guilds"),
            ("applications/1/commands/22", "applications/1/commands/0"),
        ] {
            assert_eq!(shared_path(path), shared);
        }
    }
}
