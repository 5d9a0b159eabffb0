//! When work comes round again: every so often, or by the calendar of a time zone.
//!
//! A wall-clock rule keeps its hour over both clock changes. Where the hour does not exist (the clock
//! jumps over it) it runs once, at the first instant after the jump; where it comes twice it runs
//! the first time.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The part of a schedule that does not depend on the zone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Rule {
    /// Every so many seconds, counted from 1970 so that all instances agree.
    Every(Duration),
    /// Each day.
    Daily(Time),
    /// Each week.
    Weekly(Weekday, Time),
    /// Each month on this day, or on its last where the month is shorter.
    Monthly(i8, Time),
}

/// A rule in a time zone. Written `every 900s`, `daily 08:00 Europe/Paris`,
/// `weekly monday 18:30 UTC`, `monthly 31 09:00 America/New_York`; stored in that form.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    rule: Rule,
    zone: TimeZone,
}

/// A schedule that can not be read or can not be.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ScheduleError {
    /// Not one of the known forms.
    #[error("not a schedule: {0:?}; write for example `daily 08:00 Europe/Paris` or `every 900s`")]
    Form(String),
    /// No such time zone.
    #[error("{0:?} is not an IANA time zone such as Europe/Paris")]
    Zone(String),
    /// Shorter than a second.
    #[error("a schedule does not come round more often than once a second")]
    TooOften,
    /// No such day in any month.
    #[error("{0} is not a day of a month")]
    Day(i8),
}

const WEEKDAYS: [(Weekday, &str); 7] = [
    (Weekday::Monday, "monday"),
    (Weekday::Tuesday, "tuesday"),
    (Weekday::Wednesday, "wednesday"),
    (Weekday::Thursday, "thursday"),
    (Weekday::Friday, "friday"),
    (Weekday::Saturday, "saturday"),
    (Weekday::Sunday, "sunday"),
];

impl Schedule {
    /// `rule` by the calendar of the IANA zone `zone`, such as `Europe/Paris`.
    ///
    /// # Errors
    ///
    /// [`ScheduleError`], by what is wrong.
    pub fn new(rule: Rule, zone: &str) -> Result<Self, ScheduleError> {
        match rule {
            Rule::Every(pause) if pause < Duration::from_secs(1) => {
                return Err(ScheduleError::TooOften);
            }
            Rule::Monthly(day, _) if !(1..=31).contains(&day) => {
                return Err(ScheduleError::Day(day));
            }
            _ => {}
        }
        let zone = TimeZone::get(zone).map_err(|_| ScheduleError::Zone(zone.to_owned()))?;
        Ok(Self { rule, zone })
    }

    /// Every `pause`, cut to whole seconds.
    ///
    /// # Errors
    ///
    /// [`ScheduleError::TooOften`] below one second.
    pub fn every(pause: Duration) -> Result<Self, ScheduleError> {
        Self::new(Rule::Every(pause), "UTC")
    }

    /// Each day at `at`.
    ///
    /// # Errors
    ///
    /// [`ScheduleError::Zone`] for an unknown zone.
    pub fn daily(at: Time, zone: &str) -> Result<Self, ScheduleError> {
        Self::new(Rule::Daily(at), zone)
    }

    /// Each week on `day` at `at`.
    ///
    /// # Errors
    ///
    /// [`ScheduleError::Zone`] for an unknown zone.
    pub fn weekly(day: Weekday, at: Time, zone: &str) -> Result<Self, ScheduleError> {
        Self::new(Rule::Weekly(day, at), zone)
    }

    /// The first instant of this schedule strictly after `instant`.
    ///
    /// `None` only at the end of the years that can be told.
    pub fn next_after(&self, instant: Timestamp) -> Option<Timestamp> {
        if let Rule::Every(pause) = self.rule {
            let pause = i64::try_from(pause.as_secs()).ok()?;
            let next = (instant.as_second().div_euclid(pause) + 1).checked_mul(pause)?;
            return Timestamp::from_second(next).ok();
        }
        // Two months and a bit hold the next day of every rule; a zone may shift the day by one.
        let mut date = instant
            .to_zoned(self.zone.clone())
            .date()
            .yesterday()
            .ok()?;
        for _ in 0..65 {
            if let Some(at) = self.hour_on(date)
                && let Some(next) = self.resolve(date, at)
                && next > instant
            {
                return Some(next);
            }
            date = date.tomorrow().ok()?;
        }
        None
    }

    /// The hour at which the rule runs on `date`, if it does.
    fn hour_on(&self, date: Date) -> Option<Time> {
        match self.rule {
            Rule::Every(_) => None,
            Rule::Daily(at) => Some(at),
            Rule::Weekly(day, at) => (date.weekday() == day).then_some(at),
            Rule::Monthly(day, at) => (date.day() == day.min(date.days_in_month())).then_some(at),
        }
    }

    /// The instant at which the zone's clocks show `at` on `date`.
    fn resolve(&self, date: Date, at: Time) -> Option<Timestamp> {
        let ambiguous = self.zone.to_ambiguous_timestamp(date.to_datetime(at));
        let gap = matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. });
        // Of an hour that comes twice this is the first; of one that never comes it lies behind the
        // jump by as much as the hour lies behind the jump's start.
        let instant = ambiguous.compatible().ok()?;
        if !gap {
            return Some(instant);
        }
        let just_after = instant.checked_add(1.second()).ok()?;
        let jump = self.zone.preceding(just_after).next();
        Some(jump.map_or(instant, |transition| transition.timestamp()))
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zone = self.zone.iana_name().unwrap_or("UTC");
        let hour = |at: Time| {
            let precision = if at.second() == 0 {
                "%H:%M"
            } else {
                "%H:%M:%S"
            };
            at.strftime(precision).to_string()
        };
        match self.rule {
            Rule::Every(pause) => write!(f, "every {}s", pause.as_secs()),
            Rule::Daily(at) => write!(f, "daily {} {zone}", hour(at)),
            Rule::Weekly(day, at) => {
                let name = WEEKDAYS
                    .iter()
                    .find(|(weekday, _)| *weekday == day)
                    .map_or("", |(_, name)| name);
                write!(f, "weekly {name} {} {zone}", hour(at))
            }
            Rule::Monthly(day, at) => write!(f, "monthly {day} {} {zone}", hour(at)),
        }
    }
}

impl FromStr for Schedule {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let form = || ScheduleError::Form(text.to_owned());
        let hour = |word: &str| word.parse::<Time>().map_err(|_| form());
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            ["every", pause] => {
                let seconds = pause
                    .strip_suffix('s')
                    .and_then(|seconds| seconds.parse().ok());
                Self::every(Duration::from_secs(seconds.ok_or_else(form)?))
            }
            ["daily", at, zone] => Self::daily(hour(at)?, zone),
            ["weekly", day, at, zone] => {
                let known = WEEKDAYS.iter().find(|(_, name)| name == day);
                Self::weekly(known.ok_or_else(form)?.0, hour(at)?, zone)
            }
            ["monthly", day, at, zone] => {
                let day = day.parse().map_err(|_| form())?;
                Self::new(Rule::Monthly(day, hour(at)?), zone)
            }
            _ => Err(form()),
        }
    }
}

impl Serialize for Schedule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Schedule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The runs of `schedule` after `from`, as the zone's own clocks show them.
    fn runs(schedule: &str, from: &str, count: usize) -> Vec<String> {
        let schedule: Schedule = schedule.parse().unwrap();
        let mut instant: Timestamp = from.parse().unwrap();
        (0..count)
            .map(|_| {
                instant = schedule.next_after(instant).unwrap();
                instant
                    .to_zoned(schedule.zone.clone())
                    .strftime("%F %T %:z")
                    .to_string()
            })
            .collect()
    }

    #[test]
    fn a_daily_hour_stays_over_both_changes() {
        assert_eq!(
            runs("daily 08:00 Europe/Paris", "2026-03-28T00:00:00Z", 3),
            [
                "2026-03-28 08:00:00 +01:00",
                "2026-03-29 08:00:00 +02:00",
                "2026-03-30 08:00:00 +02:00"
            ]
        );
        assert_eq!(
            runs("daily 08:00 Europe/Paris", "2026-10-24T00:00:00Z", 3),
            [
                "2026-10-24 08:00:00 +02:00",
                "2026-10-25 08:00:00 +01:00",
                "2026-10-26 08:00:00 +01:00"
            ]
        );
    }

    #[test]
    fn a_skipped_hour_runs_once_at_the_next_valid_time() {
        assert_eq!(
            runs("daily 02:30 Europe/Paris", "2026-03-28T12:00:00Z", 2),
            ["2026-03-29 03:00:00 +02:00", "2026-03-30 02:30:00 +02:00"]
        );
        // A whole day was skipped when Samoa changed sides of the date line.
        assert_eq!(
            runs("daily 08:00 Pacific/Apia", "2011-12-29T12:00:00Z", 3),
            [
                "2011-12-29 08:00:00 -10:00",
                "2011-12-31 00:00:00 +14:00",
                "2011-12-31 08:00:00 +14:00"
            ]
        );
    }

    #[test]
    fn a_repeated_hour_runs_once() {
        assert_eq!(
            runs("daily 02:30 Europe/Paris", "2026-10-24T12:00:00Z", 2),
            ["2026-10-25 02:30:00 +02:00", "2026-10-26 02:30:00 +01:00"]
        );
    }

    #[test]
    fn weeks_and_months() {
        assert_eq!(
            runs(
                "weekly sunday 02:15 America/New_York",
                "2026-03-02T00:00:00Z",
                2
            ),
            ["2026-03-08 03:00:00 -04:00", "2026-03-15 02:15:00 -04:00"]
        );
        assert_eq!(
            runs("monthly 31 09:00 UTC", "2028-01-31T09:00:00Z", 3),
            [
                "2028-02-29 09:00:00 +00:00",
                "2028-03-31 09:00:00 +00:00",
                "2028-04-30 09:00:00 +00:00"
            ]
        );
        assert_eq!(
            runs("every 900s", "2026-01-01T00:14:59.5Z", 2),
            ["2026-01-01 00:15:00 +00:00", "2026-01-01 00:30:00 +00:00"]
        );
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        for (text, error) in [
            (
                "daily 25:00 UTC",
                ScheduleError::Form("daily 25:00 UTC".into()),
            ),
            ("now and then", ScheduleError::Form("now and then".into())),
            ("daily 08:00 Paris", ScheduleError::Zone("Paris".into())),
            ("every 0s", ScheduleError::TooOften),
            ("monthly 32 08:00 UTC", ScheduleError::Day(32)),
        ] {
            assert_eq!(text.parse::<Schedule>(), Err(error));
        }
    }

    proptest! {
        /// Over a century of every kind of zone: always later, at most one run a day, none left out.
        #[test]
        fn each_day_has_its_run(
            second in 0_i64..4_102_444_800,
            hour in 0_i8..24,
            minute in 0_i8..60,
            zone in prop::sample::select(vec!["Europe/Paris", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Cairo", "UTC"]),
        ) {
            let schedule = Schedule::daily(Time::constant(hour, minute, 0, 0), zone).unwrap();
            let from = Timestamp::from_second(second).unwrap();
            let first = schedule.next_after(from).unwrap();
            let second = schedule.next_after(first).unwrap();
            prop_assert!(from < first && first < second);
            let (one, two) = (first.to_zoned(schedule.zone.clone()), second.to_zoned(schedule.zone.clone()));
            prop_assert_eq!(one.date().tomorrow().unwrap(), two.date());
            prop_assert!(first.duration_since(from).as_hours() <= 25);
            prop_assert_eq!(schedule.to_string().parse::<Schedule>().unwrap(), schedule);
        }
    }
}
