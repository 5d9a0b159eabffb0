//! Discord's ids as they are stored: `bigint` in Postgres, decimal text in JSON.
//!
//! In Rust the program speaks twilight's `Id<GuildMarker>`; at the database it speaks [`GuildId`].
//! The two convert freely. Towards Postgres the conversion is checked: an id beyond `bigint` (which
//! Discord reaches in the year 2084) and a stored number that is no id are errors, never wrapped.
//!
//! A query parameter is written `guild as GuildId`; a column is mapped once in the crate's `sqlx.toml`:
//!
//! ```toml
//! [macros.table-overrides.'voice_hubs.hub']
//! guild_id = "database::GuildId"
//! ```

use std::fmt;
use std::num::TryFromIntError;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgHasArrayType, PgTypeInfo, PgValueRef};
use sqlx::{Decode, Encode, Postgres, Type};
use twilight_model::id::{Id, marker};

/// A number that is not an id: zero, negative, beyond `bigint`, or not a number at all.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum InvalidId {
    /// Zero or negative in the database: no id of Discord is.
    #[error("{0} is not a Discord id: ids are positive")]
    NotPositive(i64),
    /// Beyond what a `bigint` column holds.
    #[error("{0} is beyond the ids that the database can hold")]
    TooLarge(u64),
    /// Not decimal digits.
    #[error("not a Discord id: expected 1 to 20 decimal digits")]
    NotANumber,
}

fn to_bigint(id: u64) -> Result<i64, InvalidId> {
    i64::try_from(id).map_err(|_: TryFromIntError| InvalidId::TooLarge(id))
}

fn from_bigint<T>(stored: i64) -> Result<Id<T>, InvalidId> {
    u64::try_from(stored)
        .ok()
        .and_then(Id::new_checked)
        .ok_or(InvalidId::NotPositive(stored))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident => $marker:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(Id<marker::$marker>);

        impl $name {
            /// The same id as the Discord library writes it.
            pub const fn id(self) -> Id<marker::$marker> {
                self.0
            }

            /// The number itself, as Discord counts it.
            pub const fn get(self) -> u64 {
                self.0.get()
            }
        }

        impl From<Id<marker::$marker>> for $name {
            fn from(id: Id<marker::$marker>) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Id<marker::$marker> {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl PartialEq<Id<marker::$marker>> for $name {
            fn eq(&self, other: &Id<marker::$marker>) -> bool {
                self.0 == *other
            }
        }

        impl TryFrom<i64> for $name {
            type Error = InvalidId;

            fn try_from(stored: i64) -> Result<Self, InvalidId> {
                from_bigint(stored).map(Self)
            }
        }

        impl TryFrom<$name> for i64 {
            type Error = InvalidId;

            fn try_from(id: $name) -> Result<Self, InvalidId> {
                to_bigint(id.get())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                // `u64` would also take a leading plus sign, which Discord never writes.
                if !text.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Err(InvalidId::NotANumber);
                }
                text.parse().map(Self).map_err(|_| InvalidId::NotANumber)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Id::deserialize(deserializer).map(Self)
            }
        }

        impl Type<Postgres> for $name {
            fn type_info() -> PgTypeInfo {
                <i64 as Type<Postgres>>::type_info()
            }
        }

        impl PgHasArrayType for $name {
            fn array_type_info() -> PgTypeInfo {
                <i64 as PgHasArrayType>::array_type_info()
            }
        }

        impl Encode<'_, Postgres> for $name {
            fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
                <i64 as Encode<'_, Postgres>>::encode(i64::try_from(*self)?, buffer)
            }
        }

        impl<'r> Decode<'r, Postgres> for $name {
            fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
                let stored = <i64 as Decode<'r, Postgres>>::decode(value)?;
                Ok(Self::try_from(stored)?)
            }
        }
    )+};
}

ids! {
    /// The application: the bot as Discord's developer portal knows it.
    ApplicationId => ApplicationMarker;
    /// A file beside a message.
    AttachmentId => AttachmentMarker;
    /// An entry of a guild's audit log.
    AuditLogEntryId => AuditLogEntryMarker;
    /// A channel or thread of any kind.
    ChannelId => ChannelMarker;
    /// A registered command.
    CommandId => CommandMarker;
    /// A custom emoji.
    EmojiId => EmojiMarker;
    /// A guild: what members call a server.
    GuildId => GuildMarker;
    /// One use of a command, button, menu or form.
    InteractionId => InteractionMarker;
    /// A message.
    MessageId => MessageMarker;
    /// A role of a guild.
    RoleId => RoleMarker;
    /// A scheduled event of a guild.
    ScheduledEventId => ScheduledEventMarker;
    /// A sticker.
    StickerId => StickerMarker;
    /// A person or bot, in every guild.
    UserId => UserMarker;
    /// A webhook of a channel.
    WebhookId => WebhookMarker;
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_stored_comes_back(number in 1..=i64::MAX) {
            let id = GuildId::try_from(number).unwrap();
            prop_assert_eq!(i64::try_from(id).unwrap(), number);
            prop_assert_eq!(id.to_string(), number.to_string());
            prop_assert_eq!(number.to_string().parse::<GuildId>().unwrap(), id);
            prop_assert_eq!(GuildId::from(id.id()), id);
            let json = serde_json::to_string(&id).unwrap();
            prop_assert_eq!(&json, &format!("\"{number}\""));
            prop_assert_eq!(serde_json::from_str::<GuildId>(&json).unwrap(), id);
        }

        #[test]
        fn no_stored_number_below_one_is_an_id(number in i64::MIN..=0) {
            prop_assert_eq!(UserId::try_from(number), Err(InvalidId::NotPositive(number)));
        }

        #[test]
        fn no_id_beyond_bigint_is_stored(number in (1_u64 << 63)..=u64::MAX) {
            let id = RoleId::from(Id::new(number));
            prop_assert_eq!(i64::try_from(id), Err(InvalidId::TooLarge(number)));
        }
    }

    #[test]
    fn text_that_is_no_id_is_refused() {
        for text in [
            "",
            "0",
            "-1",
            "+1",
            " 1",
            "1 ",
            "1e3",
            "18446744073709551616",
            "abc",
        ] {
            assert_eq!(
                text.parse::<ChannelId>(),
                Err(InvalidId::NotANumber),
                "{text:?}"
            );
        }
    }

    #[test]
    fn debug_names_the_kind() {
        let id: MessageId = "42".parse().unwrap();
        assert_eq!(format!("{id:?} {id}"), "MessageId(42) 42");
    }
}
