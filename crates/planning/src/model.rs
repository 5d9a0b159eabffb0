//! What a plan entry is, when it is, and what may become of it. Pure.

use database::{ChannelId, GuildId, MessageId, UserId};
use dates::rule::Rule;
use jiff::{
    Timestamp, ToSpan as _,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};

/// The most members of one entry.
pub(crate) const PEOPLE: usize = 25;
/// The longest note, in characters.
pub(crate) const NOTE: usize = 500;
/// The longest reason for a refusal, in characters.
pub(crate) const REASON: usize = 500;
/// The longest entry, in days.
pub(crate) const DAYS: i32 = 366;
/// The most days on which a repetition does not come.
pub(crate) const EXCEPTIONS: usize = 100;
/// The most times of a repetition that are looked at.
const TIMES: u32 = 5_000;

/// What somebody does meanwhile.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Kind {
    Site,
    Leave,
    Training,
    Sick,
    Other,
}

impl Kind {
    pub(crate) const ALL: [Self; 5] = [
        Self::Site,
        Self::Leave,
        Self::Training,
        Self::Sick,
        Self::Other,
    ];

    /// As it is stored, and told over HTTP.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Leave => "leave",
            Self::Training => "training",
            Self::Sick => "sick",
            Self::Other => "other",
        }
    }

    pub(crate) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether somebody is not there to work.
    pub(crate) const fn is_away(self) -> bool {
        matches!(self, Self::Leave | Self::Sick)
    }
}

/// Whether an entry counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum State {
    Pending,
    Approved,
    Refused,
}

impl State {
    pub(crate) const ALL: [Self; 3] = [Self::Pending, Self::Approved, Self::Refused];

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Refused => "refused",
        }
    }

    pub(crate) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// From when to when, on the clocks of the guild; the end is the first moment after. Whole days begin and end at midnight.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Span {
    pub(crate) start: DateTime,
    pub(crate) end: DateTime,
    pub(crate) is_days: bool,
}

impl Span {
    /// Whole days, the last among them; nothing where it ends before it starts.
    pub(crate) fn days(first: Date, last: Date) -> Option<Self> {
        (first <= last).then_some(Self {
            start: first.to_datetime(Time::midnight()),
            end: last.tomorrow().ok()?.to_datetime(Time::midnight()),
            is_days: true,
        })
    }

    /// The week that begins on a Monday.
    pub(crate) fn week(monday: Date) -> Option<Self> {
        Self::days(monday, monday.checked_add(6.days()).ok()?)
    }

    /// What somebody typed: days, or times of days.
    pub(crate) fn of(read: dates::Span) -> Option<Self> {
        let span = match (read.start.time, read.end.time) {
            (None, None) => Self::days(read.start.date, read.end.date)?,
            (Some(from), Some(to)) => Self {
                start: read.start.date.to_datetime(from),
                end: read.end.date.to_datetime(to),
                is_days: false,
            },
            // From a time to the end of a day, and from the beginning of a day to a time.
            (Some(from), None) => Self {
                start: read.start.date.to_datetime(from),
                end: read.end.date.tomorrow().ok()?.to_datetime(Time::midnight()),
                is_days: false,
            },
            (None, Some(to)) => Self {
                start: read.start.date.to_datetime(Time::midnight()),
                end: read.end.date.to_datetime(to),
                is_days: false,
            },
        };
        (span.start < span.end).then_some(span)
    }

    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The part of it on a day.
    pub(crate) fn on(&self, day: Date) -> Option<Self> {
        let whole = Self::days(day, day)?;
        self.overlaps(&whole).then(|| Self {
            start: self.start.max(whole.start),
            end: self.end.min(whole.end),
            is_days: self.is_days || (self.start <= whole.start && self.end >= whole.end),
        })
    }

    /// The last day of which it has a part.
    pub(crate) fn last_day(&self) -> Date {
        let is_midnight = self.end.time() == Time::midnight();
        let day = self.end.date();
        if is_midnight {
            day.yesterday().unwrap_or(day)
        } else {
            day
        }
    }

    /// The same, so many days later.
    fn moved(&self, days: i32) -> Option<Self> {
        Some(Self {
            start: self.start.checked_add(days.days()).ok()?,
            end: self.end.checked_add(days.days()).ok()?,
            is_days: self.is_days,
        })
    }

    /// The same, beginning on another day.
    pub(crate) fn starting(&self, day: Date) -> Option<Self> {
        let days = self.start.date().until(day).ok()?.get_days();
        self.moved(days)
    }

    /// Whether it is longer than an entry may be.
    pub(crate) fn is_too_long(&self) -> bool {
        self.start
            .checked_add(DAYS.days())
            .is_ok_and(|most| self.end > most)
    }
}

/// When clocks in a zone show that. A time that they skip is as much later; of one that they show twice the first counts.
pub(crate) fn instant(local: DateTime, zone: &TimeZone) -> Timestamp {
    let at = zone.to_ambiguous_timestamp(local).compatible();
    at.unwrap_or(Timestamp::MAX)
}

/// The Monday of the week of a day.
pub(crate) fn monday(day: Date) -> Date {
    let back = i32::from(day.weekday().to_monday_zero_offset());
    day.checked_sub(back.days()).unwrap_or(day)
}

/// A plan entry.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) guild: GuildId,
    /// The guild's own number of it.
    pub(crate) number: i32,
    pub(crate) kind: Kind,
    pub(crate) state: State,
    /// At least one.
    pub(crate) people: Vec<UserId>,
    /// A worksite: its number, and what it was called.
    pub(crate) site: Option<(i32, String)>,
    /// Of what comes again the first time.
    pub(crate) span: Span,
    pub(crate) note: Option<String>,
    pub(crate) repeat: Option<Rule>,
    /// Days on which it does not come.
    pub(crate) except: Vec<Date>,
    /// Why it was refused.
    pub(crate) reason: Option<String>,
    pub(crate) version: i32,
    pub(crate) created_by: UserId,
    pub(crate) created_at: Timestamp,
    pub(crate) changed_at: Timestamp,
    pub(crate) decided: Option<(UserId, Timestamp)>,
    pub(crate) deleted: Option<(UserId, Timestamp)>,
    pub(crate) channel: Option<ChannelId>,
    pub(crate) message: Option<MessageId>,
}

impl Entry {
    /// Whether it is part of the plan.
    pub(crate) fn counts(&self) -> bool {
        self.state == State::Approved && self.deleted.is_none()
    }

    /// All its times, in order, exceptions left out.
    pub(crate) fn times(&self) -> impl Iterator<Item = Span> + '_ {
        let first = self.span.start.date();
        let mut next = Some((first, 1_u32));
        std::iter::from_fn(move || {
            let (day, nth) = next?;
            let rule = self.repeat.as_ref().filter(|_| nth < TIMES);
            next = rule
                .and_then(|rule| rule.next(day, nth))
                .map(|day| (day, nth + 1));
            let days = first.until(day).ok()?.get_days();
            Some((day, self.span.moved(days)?))
        })
        .filter(|(day, _)| !self.except.contains(day))
        .map(|(_, span)| span)
    }

    /// Its times that have a part in a window.
    pub(crate) fn within(&self, window: &Span) -> Vec<Span> {
        self.times()
            .take_while(|time| time.start < window.end)
            .filter(|time| time.overlaps(window))
            .collect()
    }

    /// When the last time ends; `None` where there is none.
    pub(crate) fn last_end(&self) -> Option<DateTime> {
        match &self.repeat {
            None => Some(self.span.end),
            Some(rule) if rule.until.is_none() && rule.count.is_none() => None,
            Some(_) => Some(
                self.times()
                    .last()
                    .map_or(self.span.end, |time| time.end.max(self.span.end)),
            ),
        }
    }

    /// Whether one time begins before the one before it has ended.
    pub(crate) fn overlaps_itself(&self) -> bool {
        let mut times = self.times().take(60);
        let Some(mut before) = times.next() else {
            return false;
        };
        times.any(|time| {
            let overlaps = time.start < before.end;
            before = time;
            overlaps
        })
    }
}

/// Two times of two entries that overlap; the first of them.
pub(crate) fn clash(one: &Entry, other: &Entry, window: &Span) -> Option<Span> {
    let theirs = other.within(window);
    one.within(window)
        .into_iter()
        .find_map(|own| theirs.iter().find(|time| time.overlaps(&own)).copied())
}

/// One change, for the history.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Change {
    pub(crate) what: &'static str,
    pub(crate) old: Option<String>,
    pub(crate) new: Option<String>,
}

/// What differs between two versions of an entry, as the history keeps it.
pub(crate) fn changes(old: &Entry, new: &Entry) -> Vec<Change> {
    let ids = |entry: &Entry| {
        let ids: Vec<String> = entry.people.iter().map(ToString::to_string).collect();
        Some(ids.join(" "))
    };
    let span = |entry: &Entry| Some(format!("{}/{}", entry.span.start, entry.span.end));
    let site = |entry: &Entry| entry.site.as_ref().map(|(_, name)| name.clone());
    let rule = |entry: &Entry| serde_json::to_string(entry.repeat.as_ref()?).ok();
    let except = |entry: &Entry| {
        let days: Vec<String> = entry.except.iter().map(ToString::to_string).collect();
        (!days.is_empty()).then(|| days.join(" "))
    };
    let deleted = |entry: &Entry| entry.deleted.map(|(_, at)| at.to_string());
    let word = |word: &str| Some(word.to_owned());
    [
        ("kind", word(old.kind.word()), word(new.kind.word())),
        ("state", word(old.state.word()), word(new.state.word())),
        ("people", ids(old), ids(new)),
        ("site", site(old), site(new)),
        ("dates", span(old), span(new)),
        ("note", old.note.clone(), new.note.clone()),
        ("repeat", rule(old), rule(new)),
        ("except", except(old), except(new)),
        ("reason", old.reason.clone(), new.reason.clone()),
        ("deleted", deleted(old), deleted(new)),
    ]
    .into_iter()
    .filter(|(_, old, new)| old != new)
    .map(|(what, old, new)| Change { what, old, new })
    .collect()
}

/// A text as it is kept, of at most so many characters; `Err` when it is too long, nothing where nothing is left.
pub(crate) fn text(typed: &str, most: usize) -> Result<Option<String>, usize> {
    let text = typed.replace('\0', "");
    let text = text.trim();
    let length = text.chars().count();
    if length > most {
        return Err(length);
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

#[cfg(test)]
pub(crate) mod tests {
    use dates::rule::rule;
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    /// An entry of one person, of days.
    pub(crate) fn entry(first: Date, last: Date, repeat: Option<&str>) -> Entry {
        let now = first.to_datetime(Time::midnight()).in_tz("UTC").unwrap();
        let id = |text: &str| text.parse().unwrap();
        Entry {
            guild: "1".parse().unwrap(),
            number: 1,
            kind: Kind::Other,
            state: State::Approved,
            people: vec![id("7")],
            site: None,
            span: Span::days(first, last).unwrap(),
            note: None,
            repeat: repeat.map(|typed| rule(typed, first, &now).unwrap()),
            except: Vec::new(),
            reason: None,
            version: 0,
            created_by: id("7"),
            created_at: Timestamp::UNIX_EPOCH,
            changed_at: Timestamp::UNIX_EPOCH,
            decided: None,
            deleted: None,
            channel: None,
            message: None,
        }
    }

    fn typed(text: &str) -> Option<Span> {
        let now = date(2026, 12, 1).at(9, 0, 0, 0).in_tz("UTC").unwrap();
        Span::of(dates::span(text, &now).ok()?)
    }

    #[test]
    fn what_people_type_is_half_open_and_rolls_over_the_new_year() {
        for (text, expected) in [
            ("28/12 02/01", "2026-12-28T00:00:00 2027-01-03T00:00:00"),
            ("03/12", "2026-12-03T00:00:00 2026-12-04T00:00:00"),
            ("demain 8h-12h", "2026-12-02T08:00:00 2026-12-02T12:00:00"),
            ("demain 8h", "none"),
            ("05/12/2026 03/12/2026", "none"),
        ] {
            let told = typed(text).map(|span| format!("{} {}", span.start, span.end));
            assert_eq!(told.as_deref().unwrap_or("none"), expected, "{text}");
        }
    }

    #[test]
    fn what_comes_again_skips_its_exceptions_and_ends() {
        let mut weekly = entry(date(2026, 11, 23), date(2026, 11, 24), Some("weekly x4"));
        weekly.except.push(date(2026, 11, 30));
        let starts: Vec<String> = weekly
            .times()
            .map(|time| time.start.date().to_string())
            .collect();
        assert_eq!(starts, ["2026-11-23", "2026-12-07", "2026-12-14"]);
        assert_eq!(
            weekly.last_end(),
            Some(date(2026, 12, 16).to_datetime(Time::midnight()))
        );
        let endless = entry(date(2026, 11, 23), date(2026, 11, 23), Some("daily"));
        assert_eq!(endless.last_end(), None);
        assert!(!endless.overlaps_itself());
        assert!(entry(date(2026, 11, 23), date(2026, 11, 24), Some("daily")).overlaps_itself());
    }

    #[test]
    fn a_day_is_seen_for_its_own_part() {
        let night = Span {
            start: date(2026, 3, 2).at(20, 0, 0, 0),
            end: date(2026, 3, 4).at(6, 0, 0, 0),
            is_days: false,
        };
        assert!(night.on(date(2026, 3, 1)).is_none());
        assert!(!night.on(date(2026, 3, 2)).unwrap().is_days);
        assert!(night.on(date(2026, 3, 3)).unwrap().is_days);
        assert_eq!(night.on(date(2026, 3, 4)).unwrap().end, night.end);
        assert_eq!(night.last_day(), date(2026, 3, 4));
    }

    /// Every time of a year, in the zones whose clocks change differently: it begins at the hour that was said, save
    /// where clocks skip it, instants go forward, and nothing is lost or doubled.
    #[test]
    fn a_year_of_times_keeps_its_hours_where_clocks_change() {
        for zone in [
            "Europe/Paris",
            "America/New_York",
            "Australia/Lord_Howe",
            "UTC",
        ] {
            let zone = TimeZone::get(zone).unwrap();
            for hour in 0..24_i8 {
                let mut daily = entry(date(2026, 1, 1), date(2026, 1, 1), Some("daily x365"));
                daily.span = Span {
                    start: date(2026, 1, 1).at(hour, 15, 0, 0),
                    end: date(2026, 1, 1).at(hour, 45, 0, 0),
                    is_days: false,
                };
                let mut before = Timestamp::MIN;
                let mut count = 0;
                for time in daily.times() {
                    let at = instant(time.start, &zone);
                    // Of half an hour nothing is left where clocks skip it.
                    assert!(at > before && instant(time.end, &zone) >= at);
                    let shown = at.to_zoned(zone.clone());
                    let skips = zone.to_ambiguous_timestamp(time.start).is_ambiguous();
                    assert!(
                        skips || shown.datetime() == time.start,
                        "{shown} {}",
                        time.start
                    );
                    assert!(shown.datetime() >= time.start);
                    (before, count) = (at, count + 1);
                }
                assert_eq!(count, 365);
            }
        }
    }

    proptest! {
        #[test]
        fn a_window_shows_what_overlaps_it_and_nothing_else(
            first in 0..200_i32, length in 0..9_i32, step in 1..20_i32, from in 0..250_i32, days in 1..20_i32,
        ) {
            let begin = date(2026, 1, 1);
            let day = |ahead: i32| begin.checked_add(ahead.days()).unwrap();
            let rule = format!("every {step} days x30");
            let entry = entry(day(first), day(first + length), Some(&rule));
            let window = Span::days(day(from), day(from + days - 1)).unwrap();
            let shown = entry.within(&window);
            let plain: Vec<Span> = entry.times().filter(|time| {
                time.start < window.end && window.start < time.end
            }).collect();
            prop_assert_eq!(&shown, &plain);
            prop_assert_eq!(entry.times().count(), 30);
            for time in shown {
                let parts = (0..length + 2).filter(|ahead| time.on(time.start.date().checked_add(ahead.days()).unwrap()).is_some());
                prop_assert_eq!(parts.count(), usize::try_from(length + 1).unwrap());
            }
        }

        #[test]
        fn mondays_are_mondays(ahead in 0..2000_i32) {
            let day = date(2026, 1, 1).checked_add(ahead.days()).unwrap();
            let monday = monday(day);
            prop_assert_eq!(monday.weekday(), jiff::civil::Weekday::Monday);
            prop_assert!(Span::week(monday).unwrap().on(day).is_some());
        }
    }
}
