//! How often: a bucket for each key and for each address, by the generic cell rate algorithm, which keeps one
//! instant for each.
//!
//! They are counted in each process by itself. What is full of idle buckets forgets them, so the memory is bounded.

use std::{collections::HashMap, hash::Hash};

use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;

/// How many buckets are kept before those that are full again are forgotten.
const MOST: usize = 8_192;

/// Buckets that fill again with time.
#[derive(Debug)]
pub(crate) struct Buckets<K> {
    /// How long one drop takes to come back.
    each: SignedDuration,
    burst: u32,
    /// When each bucket will be full again.
    full_at: Mutex<HashMap<K, Timestamp>>,
}

/// What came of asking.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Taken {
    /// Whether it was given.
    pub(crate) is_given: bool,
    /// How many more would be given now.
    pub(crate) left: u32,
    /// The size of the bucket.
    pub(crate) limit: u32,
    /// In how many seconds the bucket is full again, rounded up.
    pub(crate) full_in: u64,
    /// In how many seconds the next is given, rounded up; 0 when now.
    pub(crate) next_in: u64,
}

impl<K: Eq + Hash> Buckets<K> {
    pub(crate) fn new(each: SignedDuration, burst: u32) -> Self {
        Self {
            each,
            burst,
            full_at: Mutex::default(),
        }
    }

    /// Takes one.
    pub(crate) fn take(&self, key: K, now: Timestamp) -> Taken {
        let mut buckets = self.full_at.lock();
        if buckets.len() >= MOST {
            buckets.retain(|_, full_at| *full_at > now);
            if buckets.len() >= MOST {
                // Whoever fills this is many; to forget them all favours them for a moment and nobody's memory suffers.
                buckets.clear();
            }
        }
        let full_at = buckets.get(&key).copied().unwrap_or(now).max(now);
        let after = full_at + self.each;
        let is_given = self.room(after, now).is_some();
        if is_given {
            buckets.insert(key, after);
        }
        self.taken(is_given, if is_given { after } else { full_at }, now)
    }

    /// Whether one would be given, without taking it.
    pub(crate) fn look(&self, key: &K, now: Timestamp) -> Taken {
        let full_at = self
            .full_at
            .lock()
            .get(key)
            .copied()
            .unwrap_or(now)
            .max(now);
        self.taken(self.room(full_at + self.each, now).is_some(), full_at, now)
    }

    fn size(&self) -> SignedDuration {
        self.each * i32::try_from(self.burst).unwrap_or(i32::MAX)
    }

    /// What is left of a bucket that will be full at `full_at`; nothing when that is more than it holds.
    fn room(&self, full_at: Timestamp, now: Timestamp) -> Option<SignedDuration> {
        let room = self.size() - full_at.duration_since(now);
        (!room.is_negative()).then_some(room)
    }

    fn taken(&self, is_given: bool, full_at: Timestamp, now: Timestamp) -> Taken {
        let room = self.room(full_at, now).unwrap_or_default();
        let left = room.as_millis() / self.each.as_millis().max(1);
        let missing = self.each.saturating_sub(room);
        Taken {
            is_given,
            left: u32::try_from(left).unwrap_or(u32::MAX),
            limit: self.burst,
            full_in: seconds(full_at.duration_since(now)),
            next_in: seconds(missing),
        }
    }
}

fn seconds(duration: SignedDuration) -> u64 {
    let whole = u64::try_from(duration.as_secs()).unwrap_or_default();
    whole + u64::from(duration.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const EACH: SignedDuration = SignedDuration::from_millis(500);

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_000_000 + millis).unwrap()
    }

    #[test]
    fn a_burst_is_given_and_then_as_much_as_comes_back() {
        let buckets = Buckets::new(EACH, 3);
        let lefts: Vec<_> = (0..3).map(|_| buckets.take(1, at(0)).left).collect();
        assert_eq!(lefts, [2, 1, 0]);
        let refused = buckets.take(1, at(0));
        assert!(!refused.is_given);
        assert_eq!((refused.next_in, refused.full_in), (1, 2));
        assert!(
            buckets.take(2, at(0)).is_given,
            "each has a bucket of its own"
        );
        assert!(buckets.take(1, at(500)).is_given);
        assert!(!buckets.take(1, at(999)).is_given);
        assert!(buckets.take(1, at(1000)).is_given);
    }

    #[test]
    fn looking_takes_nothing() {
        let buckets = Buckets::new(EACH, 1);
        assert!(buckets.look(&1, at(0)).is_given && buckets.look(&1, at(0)).is_given);
        assert!(buckets.take(1, at(0)).is_given);
        assert!(!buckets.look(&1, at(0)).is_given);
    }

    #[test]
    fn memory_is_bounded() {
        let buckets = Buckets::new(EACH, 3);
        for key in 0..MOST * 3 {
            buckets.take(key, at(0));
        }
        assert!(buckets.full_at.lock().len() <= MOST);
    }

    proptest! {
        #[test]
        fn nobody_gets_more_than_burst_and_rate(steps in proptest::collection::vec(0..2_000_i64, 1..200)) {
            let buckets = Buckets::new(EACH, 60);
            let (mut now, mut given) = (0, 0);
            for step in steps {
                now += step;
                given += i64::from(buckets.take(1, at(now)).is_given);
                prop_assert!(given <= 60 + now / 500);
            }
        }
    }
}
