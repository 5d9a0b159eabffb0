//! What was told of a message, and how two tellings become one.
//!
//! Discord repeats events, sends them out of order, and tells the same again when the history is read. So a message is
//! the *join* of all that was told of it: of two tellings the one with the later edit stands; of two with the same edit
//! an update or a reading of the history stands over the creation, and then the later told. A deletion is a telling
//! that knows nothing else: it loses to all others, and its time stays. In whatever order tellings come, and however
//! often, the end is the same.

use database::{ChannelId, GuildId, MessageId, UserId};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::attachments::Attached;

/// The rank of a telling that knows of the deletion alone.
const STUB: i16 = -1;

/// What was told of a message at one time; named as the columns are.
#[expect(
    clippy::struct_field_names,
    reason = "the fields are the columns of the table"
)]
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Told {
    pub(crate) id: MessageId,
    pub(crate) guild_id: GuildId,
    pub(crate) channel_id: ChannelId,
    pub(crate) author_id: Option<UserId>,
    pub(crate) author_name: Option<String>,
    pub(crate) is_bot: bool,
    pub(crate) kind: i16,
    pub(crate) flags: i64,
    pub(crate) is_pinned: bool,
    pub(crate) content: Option<String>,
    pub(crate) said_besides: Option<String>,
    pub(crate) edited_at: Option<Timestamp>,
    pub(crate) rank: i16,
    pub(crate) told_at: Timestamp,
    pub(crate) deleted_at: Option<Timestamp>,
    pub(crate) reply_to: Option<MessageId>,
    pub(crate) attachment_count: i16,
    pub(crate) embed_count: i16,
    pub(crate) has: Vec<&'static str>,
    pub(crate) mentions: Vec<UserId>,
    pub(crate) payload: Option<Value>,
    pub(crate) is_withheld: bool,
    /// Files that are to be kept.
    #[serde(skip)]
    pub(crate) files: Vec<Attached>,
}

/// What a message said before.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub(crate) struct Version {
    pub(crate) guild_id: GuildId,
    pub(crate) channel_id: ChannelId,
    pub(crate) message_id: MessageId,
    pub(crate) said_at: Timestamp,
    pub(crate) content: String,
}

/// Who put a reaction under a message, or took it away.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Reaction {
    pub(crate) guild_id: GuildId,
    pub(crate) channel_id: ChannelId,
    pub(crate) message_id: MessageId,
    /// Absent takes away all.
    pub(crate) emoji: Option<String>,
    /// Absent takes away everyone's.
    pub(crate) user_id: Option<UserId>,
    pub(crate) is_there: bool,
}

impl Told {
    /// That a message is gone, and nothing else.
    pub(crate) fn deleted(
        guild: GuildId,
        channel: ChannelId,
        id: MessageId,
        at: Timestamp,
    ) -> Self {
        Self {
            id,
            guild_id: guild,
            channel_id: channel,
            author_id: None,
            author_name: None,
            is_bot: false,
            kind: 0,
            flags: 0,
            is_pinned: false,
            content: None,
            said_besides: None,
            edited_at: None,
            rank: STUB,
            told_at: at,
            deleted_at: Some(at),
            reply_to: None,
            attachment_count: 0,
            embed_count: 0,
            has: Vec::new(),
            mentions: Vec::new(),
            payload: None,
            is_withheld: false,
            files: Vec::new(),
        }
    }

    /// Whether more is known than that it is gone.
    pub(crate) const fn is_known(&self) -> bool {
        self.rank > STUB
    }

    /// When it began to say what it says.
    pub(crate) fn said_at(&self) -> Timestamp {
        self.edited_at
            .unwrap_or_else(|| feature::created_at(self.id.get()))
    }

    fn key(&self) -> (Option<Timestamp>, i16, Timestamp) {
        (self.edited_at, self.rank, self.told_at)
    }

    /// One telling of two of the same message, and what it said before if that is known.
    pub(crate) fn join(self, other: Self) -> (Self, Option<Version>) {
        let deleted_at = match (self.deleted_at, other.deleted_at) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        let (mut stands, falls) = if other.key() > self.key() {
            (other, self)
        } else {
            (self, other)
        };
        stands.deleted_at = deleted_at;
        let is_older = falls.is_known() && falls.said_at() != stands.said_at();
        let version = falls.content.filter(|_| is_older).map(|content| Version {
            guild_id: falls.guild_id,
            channel_id: falls.channel_id,
            message_id: falls.id,
            said_at: falls
                .edited_at
                .unwrap_or_else(|| feature::created_at(falls.id.get())),
            content,
        });
        (stands, version)
    }

    /// Leaves out what the author does not want to be kept; `is_erased` leaves out who it was, too.
    pub(crate) fn withhold(&mut self, is_erased: bool) {
        self.content = None;
        self.said_besides = None;
        self.payload = None;
        self.author_name = None;
        self.has = Vec::new();
        self.mentions = Vec::new();
        self.files = Vec::new();
        self.is_withheld = true;
        if is_erased {
            self.author_id = None;
        }
    }

    /// Roughly how many bytes it takes in memory.
    pub(crate) fn weight(&self) -> usize {
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let payload = self.payload.as_ref().map_or(0, weight);
        512 + text(&self.content) + text(&self.said_besides) + payload + 1_024 * self.files.len()
    }
}

fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) => 32 + text.len(),
        Value::Array(all) => 32 + all.iter().map(weight).sum::<usize>(),
        Value::Object(all) => {
            64 + all
                .iter()
                .map(|(key, value)| key.len() + 32 + weight(value))
                .sum::<usize>()
        }
        _ => 32,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(number: u64) -> T {
        number.to_string().parse().unwrap()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    /// A creation, an update without an edit, an edit, a reading of the history, a deletion.
    fn telling() -> impl Strategy<Value = Told> {
        (0..4i16, 0..4i64, 0..6i64).prop_map(|(what, edit, told)| {
            let mut one = Told::deleted(id(1), id(2), id(1_400_000_000_000_000_000), at(told));
            if what == 3 {
                return one;
            }
            one.deleted_at = None;
            one.rank = i16::from(what > 0);
            one.edited_at = (what == 2).then(|| at(edit));
            // What Discord says at one time of one edit is one thing.
            one.content = Some(format!("edit {:?}", one.edited_at));
            one.payload = Some(format!("{:?}", one.key()).into());
            one
        })
    }

    fn end(tellings: &[Told]) -> Option<(Told, BTreeSet<Version>)> {
        let mut all = tellings.iter().cloned();
        let mut stands = all.next()?;
        let mut versions = BTreeSet::new();
        for next in all {
            let (joined, version) = stands.join(next);
            stands = joined;
            versions.extend(version);
        }
        // What stands is no earlier version of itself.
        Some((stands, versions))
    }

    proptest! {
        #[test]
        fn order_and_repetition_do_not_matter(
            history in proptest::collection::vec(telling(), 1..7),
            order in proptest::collection::vec(any::<prop::sample::Index>(), 0..20),
            shuffle in any::<u64>(),
        ) {
            let mut other = history.clone();
            // Repetitions, then another order.
            other.extend(order.iter().map(|index| index.get(&history).clone()));
            let length = u64::try_from(other.len()).unwrap();
            for place in (1..other.len()).rev() {
                let to = (shuffle.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(u64::try_from(place).unwrap() * length)) % u64::try_from(place + 1).unwrap();
                other.swap(place, usize::try_from(to).unwrap());
            }
            prop_assert_eq!(end(&history), end(&other));
        }
    }

    #[test]
    fn a_deletion_stays_and_what_it_said_is_kept() {
        let gone = Told::deleted(id(1), id(2), id(3), at(5));
        let mut made = gone.clone();
        made.rank = 0;
        made.deleted_at = None;
        made.content = Some("hello".to_owned());
        let (end, _) = gone.join(made);
        assert_eq!(end.deleted_at, Some(at(5)));
        assert_eq!(end.content.as_deref(), Some("hello"));
    }
}
