//! What a webhook and a delivery are. Pure.

use std::collections::BTreeSet;

use database::UserId;
use feature::Announcement;
use jiff::{SignedDuration, Timestamp};
use outgoing::BadAddress;
use serde_json::json;

use crate::sign::Scheme;

/// The most webhooks of a guild.
pub(crate) const MOST: i64 = 20;
/// The longest name, in characters.
pub(crate) const NAME: usize = 80;
/// The largest body that is sent, in bytes, as receivers of Standard Webhooks expect.
pub(crate) const BODY: usize = 20_000;
/// For how long nothing may get through before a webhook is stopped.
pub(crate) const PATIENCE: SignedDuration = SignedDuration::from_hours(24 * 5);
/// For how long it is kept what was sent.
pub(crate) const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);
/// For how long the old secret signs too after it was replaced.
pub(crate) const OVERLAP: SignedDuration = SignedDuration::from_hours(24);
/// After which pauses a delivery that failed is tried again.
const PAUSES: [SignedDuration; 7] = [
    SignedDuration::from_secs(5),
    SignedDuration::from_secs(30),
    SignedDuration::from_mins(2),
    SignedDuration::from_mins(10),
    SignedDuration::from_hours(1),
    SignedDuration::from_hours(6),
    SignedDuration::from_hours(24),
];

/// Why a webhook is told nothing for now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Why {
    /// Somebody stopped it.
    Hand,
    /// Its address said 410: it is gone.
    Gone,
    /// Nothing got through for [`PATIENCE`].
    Failing,
}

impl Why {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Hand => "hand",
            Self::Gone => "gone",
            Self::Failing => "failing",
        }
    }

    pub(crate) fn of(word: &str) -> Self {
        match word {
            "gone" => Self::Gone,
            "failing" => Self::Failing,
            _ => Self::Hand,
        }
    }
}

/// Why an address is not called, or does not answer. What is stored of it is its [`word`](Self::word).
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}", self.word())]
pub(crate) enum Trouble {
    NotAnAddress,
    NotHttps,
    Password,
    Inside,
    Unknown,
    Unreachable,
    TimedOut,
}

impl Trouble {
    const ALL: [Self; 7] = [
        Self::NotAnAddress,
        Self::NotHttps,
        Self::Password,
        Self::Inside,
        Self::Unknown,
        Self::Unreachable,
        Self::TimedOut,
    ];

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::NotAnAddress => "not_an_address",
            Self::NotHttps => "not_https",
            Self::Password => "password",
            Self::Inside => "not_public",
            Self::Unknown => "unknown_name",
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed_out",
        }
    }

    pub(crate) fn of(word: &str) -> Self {
        let mut all = Self::ALL.into_iter();
        all.find(|trouble| trouble.word() == word)
            .unwrap_or(Self::Unreachable)
    }
}

impl From<BadAddress> for Trouble {
    fn from(bad: BadAddress) -> Self {
        match bad {
            BadAddress::None => Self::NotAnAddress,
            BadAddress::Scheme => Self::NotHttps,
            BadAddress::User => Self::Password,
            BadAddress::Private => Self::Inside,
        }
    }
}

impl From<&outgoing::Error> for Trouble {
    fn from(error: &outgoing::Error) -> Self {
        match error {
            outgoing::Error::Private => Self::Inside,
            outgoing::Error::Name(_) => Self::Unknown,
            outgoing::Error::TooSlow(_) => Self::TimedOut,
            _ => Self::Unreachable,
        }
    }
}

/// An address that is told what happens.
#[derive(Clone, Debug)]
pub(crate) struct Hook {
    pub(crate) number: i32,
    pub(crate) name: String,
    pub(crate) url: String,
    /// What it is told; empty: everything.
    pub(crate) kinds: Vec<String>,
    /// What checks signatures, of a key pair.
    pub(crate) public_key: Option<Vec<u8>>,
    pub(crate) created_by: UserId,
    pub(crate) created_at: Timestamp,
    pub(crate) failing_since: Option<Timestamp>,
    pub(crate) stopped: Option<(Timestamp, Why)>,
}

impl Hook {
    /// How what it is sent is signed.
    pub(crate) const fn scheme(&self) -> Scheme {
        match self.public_key {
            Some(_) => Scheme::KeyPair,
            None => Scheme::Shared,
        }
    }
}

/// Something that was sent, or is to be.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) sequence: i64,
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) subject: String,
    pub(crate) state: String,
    pub(crate) attempts: i32,
    pub(crate) created_at: Timestamp,
    pub(crate) ended_at: Option<Timestamp>,
    /// Of the last attempt.
    pub(crate) status: Option<i32>,
    pub(crate) trouble: Option<String>,
    pub(crate) answer: Option<String>,
}

/// What is sent.
pub(crate) fn body(announcement: &Announcement) -> String {
    let whole = |data: &serde_json::Value, is_cut: bool| {
        let mut body = json!({
            "type": announcement.kind,
            "timestamp": announcement.at,
            "guild_id": announcement.guild,
            "subject": announcement.subject,
            "sequence": announcement.sequence,
            "data": data,
        });
        if is_cut && let Some(body) = body.as_object_mut() {
            body.insert("truncated".to_owned(), true.into());
        }
        body.to_string()
    };
    let body = whole(&announcement.data, false);
    if body.len() <= BODY {
        body
    } else {
        // Whoever needs it asks the API for the subject.
        whole(&serde_json::Value::Null, true)
    }
}

/// The pause before a delivery is tried again, after so many attempts; none when that was the last one. Up to a fifth
/// longer or shorter, differently for each, so that what failed together is not tried again together.
pub(crate) fn pause(
    attempts: i32,
    sequence: i64,
    asked: Option<SignedDuration>,
) -> Option<SignedDuration> {
    let place = usize::try_from(attempts).ok()?.checked_sub(1)?;
    let pause = PAUSES.get(place)?;
    let spread = (sequence
        .wrapping_mul(31)
        .wrapping_add(i64::from(attempts) * 17))
    .rem_euclid(41);
    let pause = *pause * i32::try_from(80 + spread).unwrap_or(100) / 100;
    let longest = SignedDuration::from_hours(24);
    Some(asked.map_or(pause, |asked| pause.max(asked.min(longest))))
}

/// Kinds out of what somebody typed: names, or `task.*` for all of a feature. Empty or `*`: everything.
///
/// # Errors
///
/// Names the first word that is none.
pub(crate) fn kinds(typed: &str, known: &BTreeSet<&str>) -> Result<Vec<String>, String> {
    let mut kinds = BTreeSet::new();
    for word in typed.split([',', ' ', ';', '\n']) {
        let word = word.trim();
        match word.split_once('.') {
            _ if word.is_empty() => {}
            _ if word == "*" => return Ok(Vec::new()),
            Some((subject, "*")) => {
                let begin = format!("{subject}.");
                let before = kinds.len();
                kinds.extend(
                    known
                        .iter()
                        .filter(|kind| kind.starts_with(&begin))
                        .map(|kind| (*kind).to_owned()),
                );
                if kinds.len() == before && !known.iter().any(|kind| kind.starts_with(&begin)) {
                    return Err(word.to_owned());
                }
            }
            _ if known.contains(word) => {
                kinds.insert(word.to_owned());
            }
            _ => return Err(word.to_owned()),
        }
    }
    Ok(kinds.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn known() -> BTreeSet<&'static str> {
        ["task.created", "task.done", "worksite.opened"].into()
    }

    #[test]
    fn kinds_are_read_as_people_type_them() {
        assert_eq!(kinds("", &known()), Ok(vec![]));
        assert_eq!(kinds(" * ", &known()), Ok(vec![]));
        let done = vec!["task.done".to_owned()];
        assert_eq!(kinds("task.done, task.done", &known()), Ok(done));
        let tasks = vec!["task.created".to_owned(), "task.done".to_owned()];
        assert_eq!(kinds("task.*;task.done", &known()), Ok(tasks));
        assert_eq!(
            kinds("task.done bread.baked", &known()),
            Err("bread.baked".to_owned())
        );
        assert_eq!(kinds("bread.*", &known()), Err("bread.*".to_owned()));
    }

    #[test]
    fn what_is_too_large_is_sent_without_its_data() {
        let announcement = |text: String| Announcement {
            guild: "1".parse().unwrap(),
            kind: "task.done".to_owned(),
            subject: "task 1".to_owned(),
            at: Timestamp::UNIX_EPOCH,
            sequence: 7,
            data: json!({ "description": text }),
        };
        let small: serde_json::Value =
            serde_json::from_str(&body(&announcement("x".to_owned()))).unwrap();
        assert_eq!(small["data"]["description"], "x");
        assert_eq!(small["truncated"], serde_json::Value::Null);
        let large = body(&announcement("x".repeat(BODY)));
        assert!(large.len() <= BODY);
        let large: serde_json::Value = serde_json::from_str(&large).unwrap();
        assert_eq!(
            (&large["truncated"], &large["sequence"]),
            (&json!(true), &json!(7))
        );
    }

    proptest! {
        #[test]
        fn pauses_grow_and_end(sequence: i64, asked in proptest::option::of(0_i64..1_000_000)) {
            let asked = asked.map(SignedDuration::from_secs);
            let mut before = SignedDuration::ZERO;
            for attempts in 1..=7 {
                let pause = pause(attempts, sequence, asked).unwrap();
                prop_assert!(pause >= before || asked.is_some());
                prop_assert!(pause <= SignedDuration::from_hours(29));
                before = pause;
            }
            prop_assert_eq!(pause(8, sequence, asked), None);
            prop_assert_eq!(pause(0, sequence, asked), None);
        }
    }
}
