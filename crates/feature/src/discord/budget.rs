//! The budget of names and topics.
//!
//! Discord lets the name and the topic of a channel change twice in ten minutes and does not show that limit in
//! its headers, so we keep count ourselves and refuse before Discord must.

use parking_lot::Mutex;

use database::ChannelId;
use jiff::{SignedDuration, Timestamp};
use jobs::Clock;
use twilight_http::request::{Method, Request};

use super::{Limit, Refusal};

/// How many changes of name or topic a channel may see in [`RENAME_WINDOW`].
pub const RENAMES: u32 = 2;
/// The time after which a change no longer counts.
pub const RENAME_WINDOW: SignedDuration = SignedDuration::from_mins(10);

/// What was spent, a list of instants for each channel that was changed in the last ten minutes.
#[derive(Debug)]
pub struct Renames {
    clock: Clock,
    spent: Mutex<Vec<(ChannelId, Timestamp)>>,
}

impl Renames {
    pub(super) const fn new(clock: Clock) -> Self {
        Self {
            clock,
            spent: Mutex::new(Vec::new()),
        }
    }

    pub(super) fn left(&self, channel: ChannelId) -> (u32, Option<Timestamp>) {
        self.with(|spent, _| {
            let mine: Vec<_> = spent
                .iter()
                .filter(|(of, _)| *of == channel)
                .map(|(_, at)| *at)
                .collect();
            let used = u32::try_from(mine.len()).unwrap_or(RENAMES);
            let next = (used >= RENAMES)
                .then(|| mine.first().map(|at| *at + RENAME_WINDOW))
                .flatten();
            (RENAMES.saturating_sub(used), next)
        })
    }

    pub(super) fn take(&self, channel: ChannelId) -> Result<(), Refusal> {
        if let (0, Some(again_at)) = self.left(channel) {
            return Err(Refusal::Limited {
                limit: Limit::Rename(channel),
                again_at,
            });
        }
        self.with(|spent, now| spent.push((channel, now)));
        Ok(())
    }

    fn with<T>(&self, act: impl FnOnce(&mut Vec<(ChannelId, Timestamp)>, Timestamp) -> T) -> T {
        let now = self.clock.now();
        let mut spent = self.spent.lock();
        spent.retain(|(_, at)| *at + RENAME_WINDOW > now);
        act(&mut spent, now)
    }
}

/// The channel whose name or topic a request changes.
pub(super) fn renamed_channel(request: &Request) -> Option<ChannelId> {
    if request.method() != Method::Patch {
        return None;
    }
    let channel = request.path().strip_prefix("channels/")?.parse().ok()?;
    let body: serde_json::Value = serde_json::from_slice(request.body()?).ok()?;
    (body.get("name").is_some() || body.get("topic").is_some()).then_some(channel)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_third_change_waits_for_the_first_to_expire() {
        let (clock, hand) = Clock::manual("2026-01-01T00:00:00Z".parse().unwrap());
        let renames = Renames::new(clock.clone());
        let channel = "5".parse().unwrap();
        renames.take(channel).unwrap();
        hand.advance(SignedDuration::from_mins(4));
        renames.take(channel).unwrap();
        assert_eq!(
            renames.left(channel),
            (0, Some("2026-01-01T00:10:00Z".parse().unwrap()))
        );
        assert!(renames.take(channel).is_err());
        assert!(
            renames.take("6".parse().unwrap()).is_ok(),
            "another channel has a budget of its own"
        );
        hand.advance(SignedDuration::from_mins(6));
        assert!(renames.take(channel).is_ok());
    }
}
