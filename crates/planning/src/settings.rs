//! How a guild wants its plan.

use database::{ChannelId, RoleId};
use feature::{Explain, Lang, Outcome, settings::Document};
use jiff::{
    SignedDuration, Timestamp, ToSpan as _,
    civil::{Date, Time, time},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

use crate::{
    model::{instant, monday},
    text,
};

/// The settings of a guild's plan. Times are those of the guild's zone.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct PlanSettings {
    /// Where the weekly post stands; absent: there is none.
    pub(crate) channel: Option<ChannelId>,
    /// The day of the weekly post: 0 is Monday. From Friday on it shows the week to come.
    pub(crate) weekday: u8,
    /// Its hour and minute.
    pub(crate) hour: u8,
    /// See [`hour`](Self::hour).
    pub(crate) minute: u8,
    /// Whether a picture stands above it.
    pub(crate) picture: bool,
    /// Where who decides is asked about leave; absent: the owner is, directly.
    pub(crate) leave_channel: Option<ChannelId>,
    /// What somebody holds while on leave.
    pub(crate) leave_role: Option<RoleId>,
}

impl Default for PlanSettings {
    fn default() -> Self {
        Self {
            channel: None,
            weekday: 0,
            hour: 6,
            minute: 0,
            picture: true,
            leave_channel: None,
            leave_role: None,
        }
    }
}

impl PlanSettings {
    /// The time of the weekly post.
    pub(crate) fn time(&self) -> Time {
        let number = |number: u8, most: u8| i8::try_from(number.min(most)).unwrap_or_default();
        time(number(self.hour, 23), number(self.minute, 59), 0, 0)
    }

    /// The Monday of the week that is posted on a day: its own, from Friday on the next.
    pub(crate) fn posted_on(&self, day: Date) -> Date {
        let own = monday(day);
        if self.weekday >= 4 {
            own.checked_add(7.days()).unwrap_or(own)
        } else {
            own
        }
    }

    /// The week that is to be posted now: it is the day, and the hour has come.
    pub(crate) fn due(&self, now: Timestamp, zone: &TimeZone) -> Option<Date> {
        let local = now.to_zoned(zone.clone());
        let today = local.date();
        let is_day = today.weekday().to_monday_zero_offset() == i8::try_from(self.weekday).ok()?;
        let at = instant(today.to_datetime(self.time()), zone);
        (is_day && now >= at && self.channel.is_some()).then(|| self.posted_on(today))
    }

    /// When to look again: at the next time of the post, or just after midnight, since settings and zone may change.
    pub(crate) fn next_look(&self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        let today = now.to_zoned(zone.clone()).date();
        let post = instant(today.to_datetime(self.time()), zone);
        let midnight = today
            .tomorrow()
            .map(|day| instant(day.to_datetime(time(0, 1, 0, 0)), zone));
        [Ok(post), midnight]
            .into_iter()
            .flatten()
            .filter(|at| *at > now)
            .min()
            .unwrap_or(now + SignedDuration::from_hours(24))
    }
}

/// Settings that make no sense.
#[derive(Debug, thiserror::Error)]
#[error("no such day or time of a weekly post")]
pub(crate) struct BadTime;

impl Explain for BadTime {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(text::bad_time(lang))
    }
}

impl Document for PlanSettings {
    const SUBJECT: &'static str = "planning";
    const VERSION: i32 = 1;

    fn check(&self) -> Outcome<()> {
        if self.weekday > 6 || self.hour > 23 || self.minute > 59 {
            return Err(BadTime.into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_post_is_due_from_its_hour_to_the_end_of_its_day() {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let settings = PlanSettings {
            channel: "5".parse().ok(),
            ..PlanSettings::default()
        };
        let due = |now: &str| settings.due(now.parse().unwrap(), &zone);
        // The Monday after clocks went forward: six o'clock is four in UTC.
        assert_eq!(due("2026-03-30T03:59:00Z"), None);
        assert_eq!(due("2026-03-30T04:00:00Z"), Some(date(2026, 3, 30)));
        assert_eq!(due("2026-03-30T21:59:00Z"), Some(date(2026, 3, 30)));
        assert_eq!(due("2026-03-30T22:00:00Z"), None);
        assert_eq!(due("2026-10-26T04:59:00Z"), None);
        assert_eq!(due("2026-10-26T05:00:00Z"), Some(date(2026, 10, 26)));
        let friday = PlanSettings {
            weekday: 4,
            ..settings.clone()
        };
        assert_eq!(
            friday.due("2026-03-27T12:00:00Z".parse().unwrap(), &zone),
            Some(date(2026, 3, 30))
        );
    }
}
