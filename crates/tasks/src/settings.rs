//! How a guild wants its tasks.

use database::ChannelId;
use feature::{Explain, Lang, Outcome, settings::Document};
use jiff::{
    SignedDuration, Timestamp,
    civil::{Time, time},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

use crate::text;

/// The settings of a guild's tasks. Hours are whole ones, 0 to 23, in the guild's zone.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct TaskSettings {
    /// Where panels stand, and reminders that do not reach somebody; absent: where a task was made.
    pub(crate) channel: Option<ChannelId>,
    /// The hour at which a task is due whose day alone was named.
    pub(crate) due_hour: u8,
    /// The hour of the digest of what is overdue.
    pub(crate) digest_hour: u8,
    /// From this hour on, up to [`quiet_until`](Self::quiet_until), nobody is reminded; the same for never.
    pub(crate) quiet_from: u8,
    /// The hour at which reminders go out again.
    pub(crate) quiet_until: u8,
    /// After how many hours the lead hears of what is overdue.
    pub(crate) lead_after: u16,
}

impl Default for TaskSettings {
    fn default() -> Self {
        Self {
            channel: None,
            due_hour: 18,
            digest_hour: 9,
            quiet_from: 21,
            quiet_until: 7,
            lead_after: 24,
        }
    }
}

fn hour(hour: u8) -> Time {
    time(i8::try_from(hour.min(23)).unwrap_or_default(), 0, 0, 0)
}

impl TaskSettings {
    /// The time at which a day ends for tasks.
    pub(crate) fn due_time(&self) -> Time {
        hour(self.due_hour)
    }

    /// When reminders go out again, if this is a quiet hour.
    pub(crate) fn quiet_end(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let local = now.to_zoned(zone.clone());
        let at = u8::try_from(local.hour()).unwrap_or_default();
        let (from, until) = (self.quiet_from, self.quiet_until);
        let is_quiet = if from <= until {
            (from..until).contains(&at)
        } else {
            at >= from || at < until
        };
        is_quiet.then(|| next(now, zone, hour(until)))
    }

    /// The next digest.
    pub(crate) fn next_digest(&self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        next(now, zone, hour(self.digest_hour))
    }
}

/// The next instant at which clocks show a time.
fn next(now: Timestamp, zone: &TimeZone, at: Time) -> Timestamp {
    let today = now.to_zoned(zone.clone()).date();
    [Ok(today), today.tomorrow()]
        .into_iter()
        .flatten()
        .filter_map(|day| {
            let local = zone.to_ambiguous_timestamp(day.to_datetime(at));
            local.compatible().ok()
        })
        .find(|at| *at > now)
        .unwrap_or(now + SignedDuration::from_hours(24))
}

/// Settings that make no sense.
#[derive(Debug, thiserror::Error)]
#[error("an hour of {0}, or too long a wait")]
pub(crate) struct BadHour(u16);

impl Explain for BadHour {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(text::bad_hour(lang, self.0))
    }
}

impl Document for TaskSettings {
    const SUBJECT: &'static str = "tasks";
    const VERSION: i32 = 1;

    fn check(&self) -> Outcome<()> {
        let hours = [
            self.due_hour,
            self.digest_hour,
            self.quiet_from,
            self.quiet_until,
        ];
        if let Some(bad) = hours.into_iter().find(|hour| *hour > 23) {
            return Err(BadHour(bad.into()).into());
        }
        if self.lead_after > 24 * 14 {
            return Err(BadHour(self.lead_after).into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nights_are_quiet_also_when_clocks_change() {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let settings = TaskSettings::default();
        let quiet = |now: &str| {
            let end = settings.quiet_end(now.parse().unwrap(), &zone);
            end.map(|end| end.to_string())
        };
        assert_eq!(quiet("2026-03-28T12:00:00Z"), None);
        assert_eq!(
            quiet("2026-03-28T22:00:00Z").as_deref(),
            Some("2026-03-29T05:00:00Z")
        );
        assert_eq!(
            quiet("2026-10-25T00:30:00Z").as_deref(),
            Some("2026-10-25T06:00:00Z")
        );
        let always = TaskSettings {
            quiet_from: 8,
            quiet_until: 8,
            ..TaskSettings::default()
        };
        assert_eq!(
            always.quiet_end("2026-03-28T07:30:00Z".parse().unwrap(), &zone),
            None
        );
    }
}
