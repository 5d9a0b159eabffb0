//! What is counted, and in which days. Pure.

use database::{ChannelId, GuildId, MessageId, UserId};
use feature::created_at;
use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};

/// The longest range that can be asked for, in days.
pub(crate) const LONGEST: i64 = 365;
/// How long a quarter of an hour is, in seconds.
const QUARTER: i64 = 900;

/// A message that was written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Heard {
    pub(crate) guild: GuildId,
    pub(crate) id: MessageId,
    pub(crate) channel: ChannelId,
    pub(crate) user: UserId,
}

impl Heard {
    /// The quarter of an hour in which it was written.
    pub(crate) fn quarter(&self) -> Timestamp {
        quarter(created_at(self.id.get()))
    }
}

/// The beginning of the quarter of an hour.
pub(crate) fn quarter(at: Timestamp) -> Timestamp {
    let second = at.as_second();
    Timestamp::from_second(second - second.rem_euclid(QUARTER)).unwrap_or(at)
}

/// What somebody is called.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Person {
    pub(crate) guild: GuildId,
    pub(crate) user: UserId,
    pub(crate) name: String,
    pub(crate) is_bot: bool,
}

/// Days, the first and the last among them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Range {
    pub(crate) first: Date,
    pub(crate) last: Date,
}

impl Range {
    /// So many days up to and with today.
    pub(crate) fn last(days: i64, now: Timestamp, zone: &TimeZone) -> Self {
        let last = now.to_zoned(zone.clone()).date();
        let back = (days.clamp(1, 10_000) - 1).days();
        Self {
            first: last.saturating_sub(back),
            last,
        }
    }

    /// Every day of it.
    pub(crate) fn days(self) -> impl Iterator<Item = Date> {
        let mut next = Some(self.first);
        std::iter::from_fn(move || {
            let day = next.filter(|day| *day <= self.last)?;
            next = day.tomorrow().ok();
            Some(day)
        })
    }

    /// Its first instant, and the one after its last.
    pub(crate) fn between(self, zone: &TimeZone) -> (Timestamp, Timestamp) {
        (begin(self.first, zone), end(self.last, zone))
    }
}

fn begin(day: Date, zone: &TimeZone) -> Timestamp {
    day.to_zoned(zone.clone())
        .map_or(Timestamp::MIN, |at| at.timestamp())
}

fn end(day: Date, zone: &TimeZone) -> Timestamp {
    day.tomorrow()
        .map_or(Timestamp::MAX, |next| begin(next, zone))
}

/// A day of a guild as instants; an hour longer or shorter when clocks change.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct LocalDay {
    pub(crate) date: Date,
    pub(crate) begin: Timestamp,
    pub(crate) end: Timestamp,
}

impl LocalDay {
    /// A day as instants.
    pub(crate) fn of(date: Date, zone: &TimeZone) -> Self {
        Self {
            date,
            begin: begin(date, zone),
            end: end(date, zone),
        }
    }
}

/// The local days that touch days in UTC, in order; days that follow each other stand together.
pub(crate) fn local_days(utc: &[Date], zone: &TimeZone) -> Vec<Vec<LocalDay>> {
    let mut dates = std::collections::BTreeSet::new();
    for day in utc {
        let from = begin(*day, &TimeZone::UTC).to_zoned(zone.clone()).date();
        let until = end(*day, &TimeZone::UTC).to_zoned(zone.clone()).date();
        dates.extend(
            Range {
                first: from,
                last: until,
            }
            .days(),
        );
    }
    let mut runs: Vec<Vec<LocalDay>> = Vec::new();
    for date in dates {
        let day = LocalDay::of(date, zone);
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|last| last.end == day.begin) => run.push(day),
            _ => runs.push(vec![day]),
        }
    }
    runs
}

/// Sums of people; times in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Totals {
    pub(crate) messages: i64,
    pub(crate) bot_messages: i64,
    pub(crate) people: i64,
    pub(crate) voice: i64,
    pub(crate) muted: i64,
    pub(crate) deafened: i64,
    pub(crate) streaming: i64,
    pub(crate) filming: i64,
    pub(crate) afk: i64,
    pub(crate) alone: i64,
}

/// A time as hours and minutes: `2 h 05`, `7 min`, `0 min`.
pub(crate) fn hours(seconds: i64) -> String {
    let minutes = seconds.max(0) / 60;
    if minutes < 60 {
        format!("{minutes} min")
    } else {
        format!("{} h {:02}", minutes / 60, minutes % 60)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn zones() -> impl Strategy<Value = TimeZone> {
        let names = [
            "UTC",
            "Europe/Paris",
            "America/New_York",
            "Asia/Kolkata",
            "Asia/Kathmandu",
            "Pacific/Chatham",
            "Pacific/Apia",
            "Australia/Lord_Howe",
            "America/St_Johns",
        ];
        proptest::sample::select(names.to_vec()).prop_map(|name| TimeZone::get(name).unwrap())
    }

    proptest! {
        #[test]
        fn a_quarter_lies_in_one_local_hour_and_day(second in 1_420_070_400_i64..2_500_000_000, zone in zones()) {
            let at = Timestamp::from_second(second).unwrap();
            let (local, first) = (at.to_zoned(zone.clone()), quarter(at).to_zoned(zone));
            prop_assert_eq!((local.date(), local.hour()), (first.date(), first.hour()));
        }

        #[test]
        fn every_instant_of_a_changed_day_is_in_one_summed_day(
            second in 1_420_070_400_i64..2_500_000_000, zone in zones()
        ) {
            let at = Timestamp::from_second(second).unwrap();
            let utc = at.to_zoned(TimeZone::UTC).date();
            let runs = local_days(&[utc], &zone);
            let days: Vec<_> = runs.iter().flatten().filter(|day| day.begin <= at && at < day.end).collect();
            prop_assert_eq!(days.len(), 1);
            prop_assert_eq!(days[0].date, at.to_zoned(zone).date());
        }

        #[test]
        fn a_range_has_as_many_days_as_asked(days in 1_i64..=365, second in 1_420_070_400_i64..2_500_000_000, zone in zones()) {
            let range = Range::last(days, Timestamp::from_second(second).unwrap(), &zone);
            prop_assert_eq!(range.days().count(), usize::try_from(days).unwrap());
            let (begin, end) = range.between(&zone);
            prop_assert!(begin.as_second() <= second && second < end.as_second());
        }
    }

    #[test]
    fn times_are_short() {
        for (seconds, text) in [
            (-5, "0 min"),
            (59, "0 min"),
            (420, "7 min"),
            (7_500, "2 h 05"),
        ] {
            assert_eq!(hours(seconds), text);
        }
    }
}
