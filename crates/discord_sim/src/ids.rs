//! Snowflakes: how Discord numbers everything, and the mint that makes new ones.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::clock::Millis;

/// 2015-01-01T00:00:00Z, the instant snowflakes count from, in Unix milliseconds.
pub(crate) const DISCORD_EPOCH: Millis = 1_420_070_400_000;

/// A Discord id: 42 bits of milliseconds since 2015 and 22 bits of discriminator.
///
/// Written to JSON as a string, as Discord does; read from a string or a number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(u64);

impl Id {
    /// The id with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number behind the id.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// An id from JSON, which may be a string or a number.
    pub(crate) fn from_json(value: &serde_json::Value) -> Option<Self> {
        match value {
            serde_json::Value::String(text) => text.parse().ok(),
            value => value.as_u64().map(Self),
        }
    }

    /// The Unix milliseconds at which the thing with this id was made.
    pub const fn created_millis(self) -> u64 {
        (self.0 >> 22) + DISCORD_EPOCH
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Id {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl From<Id> for u64 {
    fn from(id: Id) -> Self {
        id.0
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form<'a> {
            Number(u64),
            Borrowed(&'a str),
            Owned(String),
        }
        match Form::deserialize(deserializer)? {
            Form::Number(number) => Ok(Self(number)),
            Form::Borrowed(text) => text.parse().map_err(de::Error::custom),
            Form::Owned(text) => text.parse().map_err(de::Error::custom),
        }
    }
}

/// Makes ids that never repeat.
///
/// Channels, messages and interactions are stamped with the simulator's clock. Guilds and users get one
/// millisecond each in the past, so that guilds spread over shards like real ones do.
#[derive(Debug)]
pub(crate) struct Mint {
    last: u64,
    next_guild: Millis,
    next_user: Millis,
}

impl Mint {
    const DAY: Millis = 86_400_000;

    pub(crate) fn starting_at(now: Millis) -> Self {
        Self {
            last: 0,
            next_guild: now - 100 * Self::DAY,
            next_user: now - 1_000 * Self::DAY,
        }
    }

    /// An id stamped with `now`, greater than all ids this returned before.
    pub(crate) fn next(&mut self, now: Millis) -> Id {
        let stamped = now.saturating_sub(DISCORD_EPOCH) << 22;
        self.last = stamped.max(self.last + 1);
        Id(self.last)
    }

    pub(crate) fn guild(&mut self) -> Id {
        self.next_guild += 1;
        Id((self.next_guild - DISCORD_EPOCH) << 22)
    }

    pub(crate) fn user(&mut self) -> Id {
        self.next_user += 1;
        Id((self.next_user - DISCORD_EPOCH) << 22)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_never_repeat_within_a_millisecond() {
        let now = 1_760_000_000_000;
        let mut mint = Mint::starting_at(now);
        let first = mint.next(now);
        let second = mint.next(now);
        assert!(second > first);
        assert_eq!(first.created_millis(), now);
    }

    #[test]
    fn guilds_made_together_land_on_different_shards() {
        let mut mint = Mint::starting_at(1_760_000_000_000);
        let shards = [mint.guild(), mint.guild()].map(|id| (id.get() >> 22) % 2);
        assert_ne!(shards[0], shards[1]);
    }

    #[test]
    fn ids_are_read_from_strings_and_numbers() {
        let both: Vec<Id> = serde_json::from_str(r#"["12", 12]"#).unwrap();
        assert_eq!(both, [Id::new(12), Id::new(12)]);
        assert_eq!(serde_json::to_string(&both[0]).unwrap(), r#""12""#);
    }
}
