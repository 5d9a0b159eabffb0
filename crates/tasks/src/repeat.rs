//! How a task comes again.
//!
//! The newest instance of a task carries its repetition, and hands it on when the next is made: when it is done, or when it
//! is due, as was chosen. The time of day that was meant is kept, since a day may lack it.

use database::GuildId;
use dates::rule::{Rule, rule};
use feature::{Failure, Kit, Outcome};
use jiff::{
    Timestamp, Zoned,
    civil::{Date, Time},
    tz::TimeZone,
};
use jobs::{Job, NewJob};
use serde::{Deserialize, Serialize};

use crate::{
    Tasks,
    model::{Item, State, Task},
    work::{self, New, Refused},
};

/// The most days on which a task does not come.
pub(crate) const EXCEPTIONS: usize = 100;

/// When the next instance is made.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Renews {
    /// When this one is done.
    #[default]
    Done,
    /// When this one is due, done or not.
    Due,
}

impl Renews {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Due => "due",
        }
    }

    pub(crate) fn of(word: &str) -> Option<Self> {
        [Self::Done, Self::Due]
            .into_iter()
            .find(|one| one.word() == word)
    }
}

/// How a task comes again.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Repeat {
    #[serde(flatten)]
    pub(crate) rule: Rule,
    /// The time of day that was meant; the one at which this instance is due otherwise.
    #[serde(default)]
    pub(crate) at: Option<Time>,
    /// Days on which it does not come.
    #[serde(default)]
    pub(crate) except: Vec<Date>,
    #[serde(default)]
    pub(crate) renews: Renews,
}

impl Repeat {
    /// What somebody typed, for a task that is due for the first time then.
    pub(crate) fn read(typed: &str, due: Option<Timestamp>, now: &Zoned) -> Outcome<Self> {
        let due = due.ok_or(Refused::RepeatWithoutDue)?;
        let first = due.to_zoned(now.time_zone().clone());
        let rule = rule(typed, first.date(), now);
        Ok(Self {
            rule: rule.map_err(|_| Refused::Repeat(typed.to_owned()))?,
            at: Some(first.time()),
            except: Vec::new(),
            renews: Renews::Done,
        })
    }

    /// The same, without these days, if any are named.
    pub(crate) fn without(mut self, days: Option<Vec<Date>>) -> Self {
        if let Some(days) = days {
            self.except = days;
        }
        self
    }

    /// The same, made anew at another moment, if one is named.
    pub(crate) fn renewed(mut self, renews: Option<Renews>) -> Self {
        self.renews = renews.unwrap_or(self.renews);
        self
    }

    /// When it is due next, behind an instance and to come, and how often it came then: what was missed is not made up.
    fn next(
        &self,
        due: Timestamp,
        mut nth: u32,
        now: Timestamp,
        zone: &TimeZone,
    ) -> Option<(Timestamp, u32)> {
        let local = due.to_zoned(zone.clone());
        let time = self.at.unwrap_or(local.time());
        let mut day = local.date();
        loop {
            day = self.rule.next(day, nth)?;
            nth += 1;
            let at = zone.to_ambiguous_timestamp(day.to_datetime(time));
            let at = at.compatible().ok()?;
            if at > now && !self.except.contains(&day) {
                return Some((at, nth));
            }
        }
    }
}

/// Days that somebody typed, each once and in order; an empty text, or `-`, for none.
pub(crate) fn days(typed: &str, now: &Zoned) -> Outcome<Vec<Date>> {
    let mut days = Vec::new();
    let words = typed.split([',', ';', '\n']).map(str::trim);
    for word in words.filter(|word| !word.is_empty() && *word != "-") {
        let read = dates::upcoming(word, now).map_err(|_| Refused::Except(word.to_owned()))?;
        days.push(read.date);
    }
    days.sort_unstable();
    days.dedup();
    if days.len() > EXCEPTIONS {
        return Err(Refused::Exceptions.into());
    }
    Ok(days)
}

/// Makes the next instance of a task that is due, if that is what was chosen.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Renew {
    guild: GuildId,
    number: i32,
}

impl Job for Renew {
    const NAME: &'static str = "tasks.renew";
}

/// The job that has the next instance made when this one is due, if that is what was chosen.
pub(crate) fn job(task: &Task) -> Outcome<Option<NewJob>> {
    let is_meant = task
        .repeat
        .as_ref()
        .is_some_and(|repeat| repeat.renews == Renews::Due);
    let Some(due) = task.due.filter(|_| is_meant && task.deleted.is_none()) else {
        // One that waits in vain finds nothing to do.
        return Ok(None);
    };
    let (guild, number) = (task.guild, task.number);
    let job = NewJob::new(&Renew { guild, number }).map_err(Failure::fault)?;
    Ok(Some(job.key(format!("{guild}:{number}")).at(due)))
}

pub(crate) async fn renew(kit: Kit<Tasks>, job: Renew) -> Outcome<()> {
    work::renew(&kit, job.guild, job.number).await
}

/// Whether the next instance of a task is to be made now. What is not to be done comes no more.
pub(crate) fn is_time(before: &Task, task: &Task, now: Timestamp) -> bool {
    let Some(repeat) = task.repeat.as_ref().filter(|_| task.deleted.is_none()) else {
        return false;
    };
    match repeat.renews {
        Renews::Done => task.state == State::Done && before.state != State::Done,
        Renews::Due => task.state != State::Cancelled && task.due.is_some_and(|due| due <= now),
    }
}

/// The next instance of a task that comes again, to which its repetition goes; none behind the last.
pub(crate) fn next(task: &mut Task, now: Timestamp, zone: &TimeZone) -> Option<(New, u32)> {
    let repeat = task.repeat.take()?;
    let (due, nth) = repeat.next(task.due?, task.nth, now, zone)?;
    let items = task.items.iter().map(|item| Item {
        text: item.text.clone(),
        is_done: false,
    });
    let new = New {
        description: task.description.clone(),
        priority: task.priority,
        site: task.site.clone(),
        due: Some(due),
        assignees: task.assignees.clone(),
        role: task.role,
        tags: task.tags.clone(),
        items: items.collect(),
        channel: task.channel,
        source: task.source.clone(),
        repeat: Some(repeat),
    };
    Some((new, nth))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn local(zone: &TimeZone, day: Date, hour: i8) -> Timestamp {
        let at = day.at(hour, 0, 0, 0);
        zone.to_ambiguous_timestamp(at).compatible().unwrap()
    }

    fn repeat(typed: &str, first: Timestamp, zone: &TimeZone) -> Repeat {
        let now = first.to_zoned(zone.clone());
        Repeat::read(typed, Some(first), &now).unwrap()
    }

    #[test]
    fn an_hour_that_a_day_lacks_is_meant_again_the_day_after() {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let first = local(&zone, date(2026, 3, 28), 2);
        let daily = repeat("daily", first, &zone);
        let (mut due, mut nth, mut told) = (first, 1, Vec::new());
        for _ in 0..2 {
            (due, nth) = daily.next(due, nth, due, &zone).unwrap();
            told.push(due.to_zoned(zone.clone()).datetime().to_string());
        }
        assert_eq!(told, ["2026-03-29T03:00:00", "2026-03-30T02:00:00"]);
    }

    #[test]
    fn what_is_kept_from_before_still_reads() {
        let kept = r#"{"every":"days","step":1,"until":null,"count":3}"#;
        let read: Repeat = serde_json::from_str(kept).unwrap();
        assert_eq!((read.at, read.renews), (None, Renews::Done));
        let written = serde_json::to_string(&read).unwrap();
        assert_eq!(serde_json::from_str::<Repeat>(&written).unwrap(), read);
    }

    proptest! {
        #[test]
        fn the_next_is_to_come_at_the_hour_and_on_no_exception(
            days in 1_i32..400, skipped in prop::collection::vec(0_i32..420, 0..40), hour in 3_i8..24
        ) {
            let zone = TimeZone::get("America/New_York").unwrap();
            let start = date(2026, 1, 1);
            let first = local(&zone, start, hour);
            let later = |days: i32| start.checked_add(jiff::ToSpan::days(days)).unwrap();
            let except = skipped.into_iter().map(later).collect();
            let daily = repeat("daily", first, &zone).without(Some(except));
            let now = local(&zone, later(days), hour);
            let (due, nth) = daily.next(first, 1, now, &zone).unwrap();
            let due = due.to_zoned(zone);
            prop_assert!(due.timestamp() > now);
            prop_assert_eq!(due.hour(), hour);
            prop_assert!(!daily.except.contains(&due.date()));
            let passed = start.until(due.date()).unwrap().get_days();
            prop_assert_eq!(i64::from(nth), i64::from(passed) + 1);
        }
    }
}
