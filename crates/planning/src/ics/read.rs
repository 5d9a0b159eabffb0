//! A calendar from text. Pure, and wary: the text comes from whoever was named.
//!
//! Of what comes again each time is reckoned by itself, in the zone of the event, within a window; so it stays right where
//! clocks change. Repetitions by hour or by numbers of days and weeks of a year are not understood: of them the first time
//! is taken.

use std::collections::{HashMap, HashSet};

use jiff::{
    Span as Length, Timestamp, ToSpan as _,
    civil::{Date, DateTime, Time, Weekday},
    tz::TimeZone,
};

use super::rrule::Repeat;
use crate::model::Span;

/// The most events of a calendar, and the most times that are taken of it.
pub(crate) const MOST: usize = 5_000;
/// How many days are looked at for repetitions, over the whole calendar.
const DAYS: usize = 4_000_000;
/// The longest title that is kept, in characters.
const TITLE: usize = 200;

/// Why a text is no calendar.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum NoCalendar {
    #[error("no calendar")]
    NotOne,
    #[error("more than {MOST} events")]
    TooMany,
}

/// A time that somebody has something to do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Busy {
    /// Which event of the calendar, and which time of it.
    pub(crate) key: String,
    pub(crate) title: String,
    /// On the clocks of the guild.
    pub(crate) span: Span,
    /// Whether they are free meanwhile by their own account.
    pub(crate) is_free: bool,
}

/// A line: its name in capitals, what is said about it, and its value.
struct Line<'a> {
    name: String,
    about: Vec<(String, &'a str)>,
    value: &'a str,
}

/// Lines that were folded, put together again.
fn unfolded(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some(last)) => last.push_str(rest),
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

fn parsed(line: &str) -> Option<Line<'_>> {
    let mut is_quoted = false;
    let mut cuts = Vec::new();
    let mut end = None;
    for (at, letter) in line.char_indices() {
        match letter {
            '"' => is_quoted = !is_quoted,
            ';' if !is_quoted => cuts.push(at),
            ':' if !is_quoted => {
                end = Some(at);
                break;
            }
            _ => {}
        }
    }
    let end = end?;
    let (head, value) = (&line[..end], &line[end + 1..]);
    let mut parts = Vec::new();
    let mut from = 0;
    for cut in cuts.into_iter().chain([end]) {
        parts.push(&head[from..cut]);
        from = cut + 1;
    }
    let mut parts = parts.into_iter();
    let name = parts.next()?.trim().to_ascii_uppercase();
    let about = parts.filter_map(|part| {
        let (name, value) = part.split_once('=')?;
        Some((name.to_ascii_uppercase(), value.trim_matches('"')))
    });
    Some(Line {
        name,
        about: about.collect(),
        value,
    })
}

/// A text with what was taken away for the calendar given back.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n' | 'N') => plain.push(' '),
                Some(letter) => plain.push(letter),
                None => {}
            },
            letter if letter.is_control() => {}
            letter => plain.push(letter),
        }
    }
    plain.trim().chars().take(TITLE).collect()
}

/// A moment as a calendar names it.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Moment {
    local: DateTime,
    is_day: bool,
    /// Where its clocks are; absent for those of the reader.
    zone: Option<TimeZone>,
}

fn moment(line: &Line<'_>, value: &str) -> Option<Moment> {
    let value = value.trim();
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let date = value.get(..8).filter(|date| digits(date))?;
    let number = |text: &str| text.parse::<i16>().ok();
    let small = |text: &str| text.parse::<i8>().ok();
    let day = Date::new(
        number(&date[..4])?,
        small(&date[4..6])?,
        small(&date[6..8])?,
    )
    .ok()?;
    let Some(time) = value.get(8..).filter(|rest| !rest.is_empty()) else {
        return Some(Moment {
            local: day.to_datetime(Time::midnight()),
            is_day: true,
            zone: None,
        });
    };
    let (time, is_utc) = match time.strip_suffix(['Z', 'z']) {
        Some(time) => (time, true),
        None => (time, false),
    };
    let time = time.strip_prefix(['T', 't']).filter(|time| digits(time))?;
    let second = match time.get(4..6) {
        Some(second) => small(second)?.min(59),
        None => 0,
    };
    let time = Time::new(small(time.get(..2)?)?, small(time.get(2..4)?)?, second, 0).ok()?;
    let named = line.about.iter().find(|(name, _)| name == "TZID");
    let zone = match named {
        _ if is_utc => Some(TimeZone::UTC),
        Some((_, name)) => TimeZone::get(name).ok(),
        None => None,
    };
    Some(Moment {
        local: day.to_datetime(time),
        is_day: false,
        zone,
    })
}

/// How long something takes: `PT1H30M`, `P2D`, `P1W`; nothing that goes backwards.
fn duration(value: &str) -> Option<Length> {
    let length: Length = value.trim().trim_start_matches('+').parse().ok()?;
    length.is_positive().then_some(length)
}

#[derive(Default)]
struct Event {
    uid: Option<String>,
    start: Option<Moment>,
    end: Option<Moment>,
    length: Option<Length>,
    title: String,
    is_free: bool,
    repeat: Option<Repeat>,
    except: Vec<Moment>,
    more: Vec<Moment>,
    /// Of which time of another event it tells anew.
    instead: Option<Moment>,
    is_off: bool,
}

impl Event {
    fn take(&mut self, line: &Line<'_>) {
        let moments = || {
            line.value
                .split(',')
                .filter_map(|value| moment(line, value))
        };
        match line.name.as_str() {
            "UID" => self.uid = Some(line.value.trim().to_owned()),
            "DTSTART" => self.start = moment(line, line.value),
            "DTEND" => self.end = moment(line, line.value),
            "DURATION" => self.length = duration(line.value),
            "SUMMARY" => self.title = plain(line.value),
            "TRANSP" => self.is_free = line.value.trim().eq_ignore_ascii_case("TRANSPARENT"),
            "RRULE" => self.repeat = Repeat::read(line.value),
            "EXDATE" => self.except.extend(moments()),
            "RDATE" => self.more.extend(moments()),
            "RECURRENCE-ID" => self.instead = moment(line, line.value),
            "STATUS" => self.is_off = line.value.trim().eq_ignore_ascii_case("CANCELLED"),
            _ => {}
        }
    }

    /// How long each time takes, on the clocks of the event.
    fn takes(&self, start: &Moment) -> Length {
        let told = match (&self.end, self.length) {
            // In different zones the end is reckoned on the clocks of the beginning.
            (Some(end), _) => {
                let end = match (&end.zone, &start.zone) {
                    (Some(from), Some(to)) if !end.is_day => {
                        let at = from.to_ambiguous_timestamp(end.local).compatible().ok();
                        at.map_or(end.local, |at| at.to_zoned(to.clone()).datetime())
                    }
                    _ => end.local,
                };
                start.local.until(end).ok()
            }
            (None, length) => length,
        };
        let least = if start.is_day { 1.day() } else { 30.minutes() };
        told.filter(|length| length.is_positive()).unwrap_or(least)
    }
}

fn events(text: &str) -> Result<Vec<Event>, NoCalendar> {
    let lines = unfolded(text.trim_start_matches('\u{feff}'));
    let mut events = Vec::new();
    let mut inside: Vec<String> = Vec::new();
    let mut is_calendar = false;
    for line in lines.iter().filter_map(|line| parsed(line)) {
        let value = line.value.trim().to_ascii_uppercase();
        match line.name.as_str() {
            "BEGIN" => {
                is_calendar |= value == "VCALENDAR";
                if value == "VEVENT" && inside.len() == 1 {
                    if events.len() >= MOST {
                        return Err(NoCalendar::TooMany);
                    }
                    events.push(Event::default());
                }
                inside.push(value);
            }
            "END" => {
                inside.pop();
            }
            // What stands in an alarm within an event is none of the event's.
            _ if inside.len() == 2 && inside[1] == "VEVENT" => {
                if let Some(event) = events.last_mut() {
                    event.take(&line);
                }
            }
            _ => {}
        }
    }
    if is_calendar {
        Ok(events)
    } else {
        Err(NoCalendar::NotOne)
    }
}

/// The times of a calendar in a window, on the clocks of the guild, in order; the first [`MOST`] of them.
pub(crate) fn read(text: &str, here: &TimeZone, window: &Span) -> Result<Vec<Busy>, NoCalendar> {
    let events = events(text)?;
    // What is told anew of single times, by event.
    let mut instead: HashMap<&str, HashSet<DateTime>> = HashMap::new();
    for event in &events {
        if let (Some(uid), Some(of)) = (&event.uid, &event.instead) {
            instead.entry(uid).or_default().insert(at(of, here));
        }
    }
    let mut found = Vec::new();
    let mut left = DAYS;
    let nothing = HashSet::new();
    for (nth, event) in events.iter().enumerate() {
        let Some(start) = event.start.as_ref().filter(|_| !event.is_off) else {
            continue;
        };
        let nameless = format!("#{nth}");
        let uid = event.uid.as_deref().unwrap_or(&nameless);
        let takes = event.takes(start);
        let told_anew = instead
            .get(uid)
            .filter(|_| event.instead.is_none())
            .unwrap_or(&nothing);
        let except: HashSet<DateTime> = event.except.iter().map(|one| at(one, here)).collect();
        let days = match &event.repeat {
            Some(repeat) if event.instead.is_none() => {
                repeat.days(start.local, window.end.date(), &mut left)
            }
            _ => vec![start.local.date()],
        };
        let times = days.into_iter().map(|day| Moment {
            local: day.to_datetime(start.local.time()),
            ..start.clone()
        });
        for time in times.chain(event.more.iter().cloned()) {
            let begins = at(&time, here);
            if told_anew.contains(&begins) || is_except(&except, begins) {
                continue;
            }
            let Ok(ends) = time.local.checked_add(takes) else {
                continue;
            };
            let ends = at(
                &Moment {
                    local: ends,
                    ..time.clone()
                },
                here,
            );
            let span = Span {
                start: begins,
                end: ends,
                is_days: time.is_day,
            };
            if span.start >= span.end || span.is_too_long() || !span.overlaps(window) {
                continue;
            }
            let of = event.instead.as_ref().map_or(begins, |of| at(of, here));
            found.push(Busy {
                key: crate::posts::fingerprint(&format!("{uid}\n{of}")),
                title: event.title.clone(),
                span,
                is_free: event.is_free,
            });
        }
    }
    found.sort_by(|one, other| (one.span, &one.key).cmp(&(other.span, &other.key)));
    let mut known = HashSet::new();
    found.retain(|busy| known.insert(busy.key.clone()));
    found.truncate(MOST);
    Ok(found)
}

/// A moment on the clocks of the guild.
fn at(moment: &Moment, here: &TimeZone) -> DateTime {
    match &moment.zone {
        Some(zone) if !moment.is_day => {
            let at: Option<Timestamp> = zone.to_ambiguous_timestamp(moment.local).compatible().ok();
            at.map_or(moment.local, |at| at.to_zoned(here.clone()).datetime())
        }
        _ => moment.local,
    }
}

/// Whether a time is left out: by its own moment, or by its day.
fn is_except(except: &HashSet<DateTime>, begins: DateTime) -> bool {
    except.contains(&begins) || except.contains(&begins.date().to_datetime(Time::midnight()))
}

/// The weekday that a calendar abbreviates.
pub(super) fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::{
        ics::write::{Event as Written, calendar},
        model::tests::entry,
    };

    fn paris() -> TimeZone {
        TimeZone::get("Europe/Paris").unwrap()
    }

    fn told(body: &str) -> Vec<String> {
        let text = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{body}\r\nEND:VCALENDAR\r\n");
        let window = Span::days(date(2026, 3, 1), date(2026, 4, 30)).unwrap();
        let found = read(&text.replace('|', "\r\n"), &paris(), &window).unwrap();
        let shown = found
            .iter()
            .map(|busy| format!("{} {} {}", busy.span.start, busy.span.end, busy.title));
        shown.collect()
    }

    #[test]
    fn events_are_read_on_the_clocks_of_the_guild() {
        assert_eq!(
            told(
                "BEGIN:VEVENT|UID:1|DTSTART:20260330T060000Z|DURATION:PT1H30M|SUMMARY:A\\, b\r\n c|BEGIN:VALARM|SUMMARY:No|END:VALARM|END:VEVENT"
            ),
            ["2026-03-30T08:00:00 2026-03-30T09:30:00 A, bc"]
        );
        assert_eq!(
            told(
                "BEGIN:VEVENT|UID:1|DTSTART;TZID=\"America/New_York\":20260320T100000|DTEND;TZID=America/New_York:20260320T110000|RRULE:FREQ=WEEKLY;COUNT=3|SUMMARY:Call|END:VEVENT"
            ),
            [
                // New York is five hours behind Paris then, and six again from the 29th on.
                "2026-03-20T15:00:00 2026-03-20T16:00:00 Call",
                "2026-03-27T15:00:00 2026-03-27T16:00:00 Call",
                "2026-04-03T16:00:00 2026-04-03T17:00:00 Call",
            ]
        );
        assert_eq!(
            told(
                "BEGIN:VEVENT|UID:1|DTSTART;VALUE=DATE:20260302|RRULE:FREQ=DAILY;COUNT=4|EXDATE;VALUE=DATE:20260303|SUMMARY:D|END:VEVENT|BEGIN:VEVENT|UID:1|RECURRENCE-ID;VALUE=DATE:20260304|DTSTART;VALUE=DATE:20260310|SUMMARY:Moved|END:VEVENT|BEGIN:VEVENT|UID:2|STATUS:CANCELLED|DTSTART;VALUE=DATE:20260302|END:VEVENT"
            ),
            [
                "2026-03-02T00:00:00 2026-03-03T00:00:00 D",
                "2026-03-05T00:00:00 2026-03-06T00:00:00 D",
                "2026-03-10T00:00:00 2026-03-11T00:00:00 Moved",
            ]
        );
        let window = Span::days(date(2026, 3, 1), date(2026, 4, 30)).unwrap();
        assert_eq!(read("<html>", &paris(), &window), Err(NoCalendar::NotOne));
        let many = format!(
            "BEGIN:VCALENDAR\n{}END:VCALENDAR",
            "BEGIN:VEVENT\nEND:VEVENT\n".repeat(MOST + 1)
        );
        assert_eq!(read(&many, &paris(), &window), Err(NoCalendar::TooMany));
    }

    #[test]
    fn what_the_plan_writes_is_read_back_as_it_was() {
        for zone in [
            "Europe/Paris",
            "America/New_York",
            "Australia/Lord_Howe",
            "UTC",
        ] {
            let zone = TimeZone::get(zone).unwrap();
            for rule in [
                "daily x300",
                "every 3 days until 31/12/2026",
                "weekly mon,thu x20",
                "every 2 weeks fri,sun x15",
                "monthly 31 x14",
                "every 2 months 29 x9",
                "monthly 2nd tuesday x9",
                "monthly last friday until 01/06/2027",
            ] {
                for is_days in [true, false] {
                    let first = date(2026, 1, 4);
                    let mut one = entry(first, first, Some(rule));
                    if !is_days {
                        one.span = Span {
                            start: first.at(1, 40, 0, 0),
                            end: first.at(5, 10, 0, 0),
                            is_days,
                        };
                    }
                    let third = one.times().nth(2).map(|time| time.start.date());
                    one.except.extend(third);
                    let written = Written {
                        entry: &one,
                        summary: "x".to_owned(),
                        location: None,
                        is_off: false,
                    };
                    let text = calendar("x", &[written], &[], &zone);
                    let window = Span::days(date(2025, 1, 1), date(2028, 12, 31)).unwrap();
                    let found = read(&text, &zone, &window).unwrap();
                    let found: Vec<Span> = found.into_iter().map(|busy| busy.span).collect();
                    // Where clocks skip a time it comes back as what they show.
                    let shown = |local: DateTime| {
                        let at = crate::model::instant(local, &zone);
                        if is_days {
                            local
                        } else {
                            at.to_zoned(zone.clone()).datetime()
                        }
                    };
                    let expected: Vec<Span> = one
                        .times()
                        .map(|time| Span {
                            start: shown(time.start),
                            end: shown(time.end),
                            is_days,
                        })
                        .collect();
                    assert_eq!(found, expected, "{rule}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(body in "(BEGIN:VEVENT\n|END:VEVENT\n|DTSTART:2026[0-9]{4}T[0-9]{6}Z?\n|DTSTART;VALUE=DATE:[0-9]{8}\n|DURATION:-?P[0-9]{1,9}[DWM]\n|RRULE:FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY);[A-Z]{2,8}=-?[0-9A-Z,]{0,9}\n|EXDATE:[0-9]{8}\n|DTEND:[0-9]{8}T[0-9]{6}\n|\\PC{0,20}\n){0,14}") {
            let window = Span::days(date(2026, 1, 1), date(2027, 2, 1)).unwrap();
            let text = format!("BEGIN:VCALENDAR\n{body}END:VCALENDAR");
            if let Ok(found) = read(&text, &paris(), &window) {
                prop_assert!(found.iter().all(|busy| busy.span.start < busy.span.end && busy.span.overlaps(&window)));
            }
        }
    }
}
