//! A week of the plan: who is where, by day and then by person.

use std::collections::{BTreeMap, BTreeSet};

use database::{GuildId, UserId};
use jiff::civil::{Date, DateTime, Time};
use sqlx::PgConnection;
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use crate::{
    model::{Entry, Kind, Span, State},
    store::{self, calendars::Elsewhere, entries::Filter},
};

/// Entries of a week that are looked at.
const MOST: i64 = 5_000;

/// What somebody does on a day.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Part {
    /// The number of the entry; 0 for what stands in another calendar.
    pub(crate) number: i32,
    pub(crate) kind: Kind,
    pub(crate) site: Option<(i32, String)>,
    pub(crate) note: Option<String>,
    /// From when to when on that day; absent for all of it.
    pub(crate) hours: Option<(Time, DateTime)>,
    pub(crate) is_pending: bool,
}

/// What somebody does on a day.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    pub(crate) user: UserId,
    pub(crate) parts: Vec<Part>,
}

/// A week, or rather seven days, of some people or all.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Week {
    pub(crate) monday: Date,
    /// The days on which something is planned.
    pub(crate) days: Vec<(Date, Vec<Line>)>,
    pub(crate) names: BTreeMap<UserId, String>,
    /// Whether there is more than is looked at.
    pub(crate) is_cut: bool,
}

impl Week {
    /// What somebody is called, as far as it is known.
    pub(crate) fn name(&self, user: UserId) -> Option<&str> {
        self.names.get(&user).map(String::as_str)
    }

    /// Everybody of the week, by name.
    pub(crate) fn people(&self) -> Vec<UserId> {
        let mut people: Vec<UserId> = self
            .days
            .iter()
            .flat_map(|(_, lines)| lines.iter().map(|line| line.user))
            .collect();
        people.sort_by_key(|user| key(&self.names, *user));
        people.dedup();
        people
    }

    /// Leaves out what still waits.
    pub(crate) fn only_planned(&mut self) {
        for (_, lines) in &mut self.days {
            for line in lines.iter_mut() {
                line.parts.retain(|part| !part.is_pending);
            }
            lines.retain(|line| !line.parts.is_empty());
        }
        self.days.retain(|(_, lines)| !lines.is_empty());
    }

    /// The worksites of the week, by number.
    pub(crate) fn sites(&self) -> Vec<i32> {
        let parts = self
            .days
            .iter()
            .flat_map(|(_, lines)| lines)
            .flat_map(|line| &line.parts);
        let sites: BTreeSet<i32> = parts
            .filter_map(|part| Some(part.site.as_ref()?.0))
            .collect();
        sites.into_iter().collect()
    }

    /// What somebody does on a day.
    pub(crate) fn on(&self, day: Date, user: UserId) -> &[Part] {
        let lines = self.days.iter().find(|(known, _)| *known == day);
        lines
            .and_then(|(_, lines)| lines.iter().find(|line| line.user == user))
            .map_or(&[], |line| line.parts.as_slice())
    }
}

/// By name without accents and whatever is no letter, those without one last.
fn key(names: &BTreeMap<UserId, String>, user: UserId) -> (bool, String, UserId) {
    let name = names.get(&user).map(|name| {
        let letters = name.nfd().filter(|letter| !is_combining_mark(*letter));
        let plain: String = letters.flat_map(char::to_lowercase).collect();
        let plain = plain.trim_start_matches(|letter: char| !letter.is_alphanumeric());
        plain.to_owned()
    });
    (name.is_none(), name.unwrap_or_default(), user)
}

/// Reads the week that begins on a Monday: of one person, with what still waits, or of everybody.
pub(crate) async fn read(
    db: &mut PgConnection,
    guild: GuildId,
    monday: Date,
    person: Option<UserId>,
) -> sqlx::Result<Week> {
    let Some(window) = Span::week(monday) else {
        return Ok(Week::default());
    };
    let filter = Filter {
        people: person.into_iter().collect(),
        state: person.is_none().then_some(State::Approved),
        from: Some(window.start),
        to: Some(window.end),
        ..Filter::default()
    };
    let mut entries = store::entries::list(db, guild, &filter, 0, MOST + 1).await?;
    let is_cut = i64::try_from(entries.len()).is_ok_and(|count| count > MOST);
    entries.truncate(usize::try_from(MOST).unwrap_or(usize::MAX));
    entries.retain(|entry| entry.state != State::Refused);
    let elsewhere = store::calendars::within(db, guild, &window, person, MOST).await?;
    let people: Vec<UserId> = entries
        .iter()
        .flat_map(|entry| entry.people.iter().copied())
        .chain(elsewhere.iter().map(|one| one.user))
        .collect();
    let names = store::people::names(db, guild, &people).await?;
    Ok(Week {
        is_cut,
        ..of(monday, &entries, &elsewhere, person, names)
    })
}

/// The week that entries make.
pub(crate) fn of(
    monday: Date,
    entries: &[Entry],
    elsewhere: &[Elsewhere],
    person: Option<UserId>,
    names: BTreeMap<UserId, String>,
) -> Week {
    let window = Span::week(monday);
    let mut days: BTreeMap<Date, BTreeMap<UserId, Vec<(DateTime, Part)>>> = BTreeMap::new();
    for (entry, time) in entries.iter().flat_map(|entry| {
        let times = window.as_ref().map(|window| entry.within(window));
        times
            .unwrap_or_default()
            .into_iter()
            .map(move |time| (entry, time))
    }) {
        for day in std::iter::successors(Some(monday), |day| day.tomorrow().ok()).take(7) {
            let Some(own) = time.on(day) else { continue };
            let part = Part {
                number: entry.number,
                kind: entry.kind,
                site: entry.site.clone(),
                note: entry.note.clone(),
                hours: (!own.is_days).then(|| (own.start.time(), own.end)),
                is_pending: entry.state == State::Pending,
            };
            let people = entry.people.iter().copied();
            for user in people.filter(|user| person.is_none_or(|person| *user == person)) {
                let lines = days.entry(day).or_default();
                let parts = lines.entry(user).or_default();
                parts.push((own.start, part.clone()));
            }
        }
    }
    for one in elsewhere {
        for day in std::iter::successors(Some(monday), |day| day.tomorrow().ok()).take(7) {
            let Some(own) = one.span.on(day) else {
                continue;
            };
            let part = Part {
                number: 0,
                kind: Kind::Other,
                site: None,
                note: Some(one.title.clone()).filter(|title| !title.is_empty()),
                hours: (!own.is_days).then(|| (own.start.time(), own.end)),
                is_pending: false,
            };
            let parts = days.entry(day).or_default().entry(one.user).or_default();
            parts.push((own.start, part));
        }
    }
    let days = days.into_iter().map(|(day, lines)| {
        let mut lines: Vec<Line> = lines
            .into_iter()
            .map(|(user, mut parts)| {
                parts.sort_by_key(|(start, part)| (*start, part.number));
                let parts = parts.into_iter().map(|(_, part)| part).collect();
                Line { user, parts }
            })
            .collect();
        lines.sort_by_key(|line| key(&names, line.user));
        (day, lines)
    });
    Week {
        monday,
        days: days.collect(),
        names,
        is_cut: false,
    }
}
