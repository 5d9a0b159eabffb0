//! A calendar as text. Pure: the same plan makes the same text, so that nothing is sent twice.

use database::GuildId;
use dates::rule::{Every, Rule};
use feature::duties::Duty;
use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime, Time, Weekday},
    tz::TimeZone,
};

use super::zone;
use crate::model::{Entry, Span, instant};

/// The most octets of a line, without its end.
const LINE: usize = 75;

/// An entry as a calendar shows it.
#[derive(Clone, Debug)]
pub(crate) struct Event<'a> {
    pub(crate) entry: &'a Entry,
    pub(crate) summary: String,
    pub(crate) location: Option<String>,
    /// Whether it is off: kept for a while, so that who has it takes it out.
    pub(crate) is_off: bool,
}

/// Something that is to be done, as a calendar shows it.
#[derive(Clone, Debug)]
pub(crate) struct Due<'a> {
    pub(crate) guild: GuildId,
    pub(crate) duty: &'a Duty,
    pub(crate) summary: String,
}

/// Lines that end in CRLF and are folded at 75 octets, between characters.
#[derive(Debug, Default)]
pub(super) struct Lines(String);

impl Lines {
    pub(super) fn put(&mut self, line: &str) {
        let mut room = LINE;
        for letter in line.chars() {
            if letter.len_utf8() > room {
                self.0.push_str("\r\n ");
                // The space that says the line goes on is part of it.
                room = LINE - 1;
            }
            room -= letter.len_utf8();
            self.0.push(letter);
        }
        self.0.push_str("\r\n");
    }

    pub(super) fn text(&mut self, name: &str, text: &str) {
        self.put(&format!("{name}:{}", escaped(text)));
    }
}

/// A text with what has a meaning in a calendar taken away.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            '\n' => escaped.push_str("\\n"),
            letter if letter.is_control() => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

pub(super) fn stamp(at: DateTime) -> String {
    at.strftime("%Y%m%dT%H%M%S").to_string()
}

fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn day(day: Date) -> String {
    day.strftime("%Y%m%d").to_string()
}

/// A calendar of events.
pub(crate) fn calendar(
    name: &str,
    events: &[Event<'_>],
    dues: &[Due<'_>],
    zone: &TimeZone,
) -> String {
    let mut lines = Lines::default();
    lines.put("BEGIN:VCALENDAR");
    lines.put("VERSION:2.0");
    lines.put("PRODID:-//Majordome//Planning//EN");
    lines.put("CALSCALE:GREGORIAN");
    lines.put("METHOD:PUBLISH");
    lines.text("X-WR-CALNAME", name);
    lines.put("REFRESH-INTERVAL;VALUE=DURATION:PT1H");
    lines.put("X-PUBLISHED-TTL:PT1H");
    let id = zone::id(zone);
    let timed = events
        .iter()
        .map(|event| event.entry)
        .filter(|entry| !entry.span.is_days);
    if let Some(id) = &id
        && let Some(first) = timed.clone().map(|entry| entry.span.start).min()
    {
        let last = timed.filter_map(Entry::last_end).max();
        zone::write(&mut lines, id, zone, first, last);
    }
    let places = Places {
        zone,
        id: id.as_deref(),
    };
    for event in events {
        places.event(&mut lines, event);
    }
    for due in dues {
        todo(&mut lines, due);
    }
    lines.put("END:VCALENDAR");
    lines.0
}

/// How long before it is due something that is to be done begins, as calendars show it.
const BEFORE: SignedDuration = SignedDuration::from_mins(30);

/// What is to be done, as an event that ends when it is due: phones and Google's calendar leave out the to-dos (`VTODO`) of
/// calendars that somebody subscribed to. It takes no time.
fn todo(lines: &mut Lines, due: &Due<'_>) {
    let duty = due.duty;
    lines.put("BEGIN:VEVENT");
    lines.put(&format!("UID:{}-{}@majordome", duty.id, due.guild));
    lines.put(&format!("DTSTAMP:{}", utc(duty.changed_at)));
    lines.put(&format!("LAST-MODIFIED:{}", utc(duty.changed_at)));
    lines.put(&format!("CREATED:{}", utc(duty.created_at)));
    lines.put(&format!("SEQUENCE:{}", duty.version));
    lines.put(&format!("DTSTART:{}", utc(duty.due - BEFORE)));
    lines.put(&format!("DTEND:{}", utc(duty.due)));
    lines.text("SUMMARY", &due.summary);
    if let Some(place) = &duty.place {
        lines.text("LOCATION", place);
    }
    lines.put(if duty.is_off {
        "STATUS:CANCELLED"
    } else {
        "STATUS:CONFIRMED"
    });
    lines.put("TRANSP:TRANSPARENT");
    lines.put("END:VEVENT");
}

/// Where times are.
struct Places<'a> {
    zone: &'a TimeZone,
    /// The zone's name; absent where times are written in UTC.
    id: Option<&'a str>,
}

impl Places<'_> {
    fn time(&self, name: &str, at: DateTime, is_day: bool) -> String {
        match (is_day, self.id) {
            (true, _) => format!("{name};VALUE=DATE:{}", day(at.date())),
            (false, Some(id)) => format!("{name};TZID={id}:{}", stamp(at)),
            (false, None) => format!("{name}:{}", utc(instant(at, self.zone))),
        }
    }

    fn event(&self, lines: &mut Lines, event: &Event<'_>) {
        let entry = event.entry;
        let first = entry.span.start.date();
        let Some(rule) = &entry.repeat else {
            return self.one(lines, event, "", &entry.span, None);
        };
        // A first time that its own rule would not bring stands alone, for programs disagree about it.
        if is_of(&rule.every, first) {
            return self.one(lines, event, "", &entry.span, Some((rule.clone(), first)));
        }
        if !entry.except.contains(&first) {
            self.one(lines, event, "-first", &entry.span, None);
        }
        let Some(second) = rule.next(first, 1) else {
            return;
        };
        let rest = Rule {
            count: rule.count.map(|count| count.saturating_sub(1)),
            ..rule.clone()
        };
        if let Some(span) = entry.span.starting(second) {
            self.one(lines, event, "", &span, Some((rest, second)));
        }
    }

    fn one(
        &self,
        lines: &mut Lines,
        event: &Event<'_>,
        part: &str,
        span: &Span,
        rule: Option<(Rule, Date)>,
    ) {
        let entry = event.entry;
        lines.put("BEGIN:VEVENT");
        lines.put(&format!(
            "UID:plan-{}-{}{part}@majordome",
            entry.guild, entry.number
        ));
        lines.put(&format!("DTSTAMP:{}", utc(entry.changed_at)));
        lines.put(&format!("LAST-MODIFIED:{}", utc(entry.changed_at)));
        lines.put(&format!("CREATED:{}", utc(entry.created_at)));
        lines.put(&format!("SEQUENCE:{}", entry.version));
        lines.put(&self.time("DTSTART", span.start, span.is_days));
        lines.put(&self.time("DTEND", span.end, span.is_days));
        if let Some((rule, first)) = rule {
            lines.put(&format!("RRULE:{}", self.rule(&rule, span)));
            for except in entry.except.iter().filter(|day| **day >= first) {
                let at = except.to_datetime(span.start.time());
                lines.put(&self.time("EXDATE", at, span.is_days));
            }
        }
        lines.text("SUMMARY", &event.summary);
        if let Some(note) = &entry.note {
            lines.text("DESCRIPTION", note);
        }
        if let Some(location) = &event.location {
            lines.text("LOCATION", location);
        }
        lines.put(if event.is_off {
            "STATUS:CANCELLED"
        } else {
            "STATUS:CONFIRMED"
        });
        lines.put(if entry.kind.is_away() {
            "TRANSP:TRANSPARENT"
        } else {
            "TRANSP:OPAQUE"
        });
        lines.put("END:VEVENT");
    }

    fn rule(&self, rule: &Rule, span: &Span) -> String {
        let mut parts = match &rule.every {
            Every::Days { step } => vec!["FREQ=DAILY".to_owned(), format!("INTERVAL={step}")],
            Every::Weeks { step, on } => vec![
                "FREQ=WEEKLY".to_owned(),
                format!("INTERVAL={step}"),
                "WKST=MO".to_owned(),
                format!(
                    "BYDAY={}",
                    on.iter()
                        .map(|day| weekday(*day))
                        .collect::<Vec<_>>()
                        .join(",")
                ),
            ],
            Every::MonthDay { step, day } => {
                let mut parts = vec!["FREQ=MONTHLY".to_owned(), format!("INTERVAL={step}")];
                if *day <= 28 {
                    parts.push(format!("BYMONTHDAY={day}"));
                } else {
                    // In a month that is too short on its last day: the last of these that there is.
                    let days: Vec<String> = (28..=*day).map(|day| day.to_string()).collect();
                    parts.push(format!("BYMONTHDAY={}", days.join(",")));
                    parts.push("BYSETPOS=-1".to_owned());
                }
                parts
            }
            Every::MonthWeekday {
                step,
                nth,
                weekday: day,
            } => vec![
                "FREQ=MONTHLY".to_owned(),
                format!("INTERVAL={step}"),
                format!("BYDAY={nth}{}", weekday(*day)),
            ],
        };
        // A rule has one end: with both, that which comes first.
        let until = rule.until.filter(|until| {
            let last = rule
                .count
                .and_then(|count| nth(rule, span.start.date(), count));
            last.is_none_or(|last| *until < last)
        });
        if let Some(until) = until {
            parts.push(if span.is_days {
                format!("UNTIL={}", day(until))
            } else {
                let at = until.to_datetime(Time::constant(23, 59, 59, 0));
                format!("UNTIL={}", utc(instant(at, self.zone)))
            });
        } else if let Some(count) = rule.count {
            parts.push(format!("COUNT={count}"));
        }
        parts.join(";")
    }
}

/// The nth day of a rule without an end.
fn nth(rule: &Rule, first: Date, count: u32) -> Option<Date> {
    let endless = Rule {
        until: None,
        ..rule.clone()
    };
    (1..count.min(5_000)).try_fold(first, |day, nth| endless.next(day, nth))
}

/// Whether a day is one that the rule itself would bring.
fn is_of(every: &Every, first: Date) -> bool {
    match every {
        Every::Days { .. } => true,
        Every::Weeks { on, .. } => on.contains(&first.weekday().to_monday_zero_offset()),
        Every::MonthDay { day, .. } => first.day() == (*day).min(first.days_in_month()),
        Every::MonthWeekday { nth, weekday, .. } => Weekday::from_monday_zero_offset(*weekday)
            .and_then(|weekday| first.nth_weekday_of_month(*nth, weekday))
            .is_ok_and(|day| day == first),
    }
}

const fn weekday(number: i8) -> &'static str {
    match number {
        0 => "MO",
        1 => "TU",
        2 => "WE",
        3 => "TH",
        4 => "FR",
        5 => "SA",
        _ => "SU",
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Kind, State, tests::entry};

    fn paris() -> TimeZone {
        TimeZone::get("Europe/Paris").unwrap()
    }

    fn task() -> Duty {
        Duty {
            id: "task-7".to_owned(),
            title: "Paint; all é".to_owned(),
            place: Some("Église".to_owned()),
            due: "2026-03-29T01:30:00Z".parse().unwrap(),
            created_at: Timestamp::UNIX_EPOCH,
            changed_at: "2026-03-01T08:00:00Z".parse().unwrap(),
            version: 4,
            is_done: false,
            is_off: false,
        }
    }

    #[test]
    fn a_calendar_reads_as_it_should() {
        let mut shift = entry(date(2026, 3, 27), date(2026, 3, 27), Some("weekly fri x4"));
        shift.span = Span {
            start: date(2026, 3, 27).at(8, 0, 0, 0),
            end: date(2026, 3, 27).at(12, 30, 0, 0),
            is_days: false,
        };
        shift.except = vec![date(2026, 4, 3)];
        shift.note = Some(
            "Keys; at the \\ door,\nring twice — Élodie knows where they are kept, ask her"
                .to_owned(),
        );
        let mut leave = entry(date(2026, 12, 28), date(2027, 1, 2), None);
        (leave.number, leave.kind, leave.version) = (2, Kind::Leave, 3);
        leave.state = State::Refused;
        let mut odd = entry(
            date(2026, 3, 4),
            date(2026, 3, 4),
            Some("monthly 31 until 31/12/2026"),
        );
        odd.number = 3;
        let events = [
            Event {
                entry: &shift,
                summary: "Église".to_owned(),
                location: Some("1, rue Haute".to_owned()),
                is_off: false,
            },
            Event {
                entry: &leave,
                summary: "Leave".to_owned(),
                location: None,
                is_off: true,
            },
            Event {
                entry: &odd,
                summary: "Count".to_owned(),
                location: None,
                is_off: false,
            },
        ];
        let task = task();
        let due = [Due {
            guild: shift.guild,
            duty: &task,
            summary: "To do: paint, all".to_owned(),
        }];
        let text = calendar("The plan", &events, &due, &paris());
        assert_eq!(text, calendar("The plan", &events, &due, &paris()));
        assert!(text.split("\r\n").all(|line| line.len() <= LINE));
        insta::assert_snapshot!("calendar", text.replace("\r\n", "\n"));
        let utc = calendar("The plan", &events[..1], &[], &TimeZone::UTC);
        assert!(!utc.contains("VTIMEZONE") && utc.contains("DTSTART:20260327T080000Z"));
    }

    /// Every kind of repetition in zones whose clocks change differently, with what is to be read from it. With
    /// `ICS=directory` they are written there for another reader.
    #[test]
    fn what_comes_again_is_written_as_it_is_planned() {
        let rules = [
            None,
            Some("daily x400"),
            Some("every 3 days until 31/12/2027"),
            Some("weekly mon,thu x20"),
            Some("every 2 weeks fri,sun x15"),
            Some("monthly 31 x14"),
            Some("every 2 months 29 x9"),
            Some("monthly 2nd tuesday x9"),
            Some("monthly last friday until 01/06/2027"),
        ];
        for name in [
            "Europe/Paris",
            "America/New_York",
            "Australia/Lord_Howe",
            "UTC",
            "Asia/Kolkata",
        ] {
            let zone = TimeZone::get(name).unwrap();
            let mut entries = Vec::new();
            for (nth, rule) in rules.into_iter().enumerate() {
                for (kind, first) in [date(2026, 1, 4), date(2026, 3, 27), date(2026, 10, 23)]
                    .into_iter()
                    .enumerate()
                {
                    for is_days in [true, false] {
                        let mut one = entry(first, first, rule);
                        if !is_days {
                            one.span = Span {
                                start: first.at(1, 40, 0, 0),
                                end: first.at(5, 10, 0, 0),
                                is_days,
                            };
                        }
                        one.number = i32::try_from(entries.len() + 1).unwrap();
                        one.version = i32::try_from(nth + kind).unwrap();
                        let third = one.times().nth(2).map(|time| time.start.date());
                        one.except.extend(third);
                        entries.push(one);
                    }
                }
            }
            let task = task();
            let events: Vec<Event<'_>> = entries
                .iter()
                .map(|entry| Event {
                    entry,
                    summary: format!("{}; é, {name}", entry.number),
                    location: None,
                    is_off: false,
                })
                .collect();
            let due = [Due {
                guild: entries[0].guild,
                duty: &task,
                summary: task.title.clone(),
            }];
            let text = calendar(name, &events, &due, &zone);
            assert!(text.split("\r\n").all(|line| line.len() <= LINE));
            let Some(directory) = std::env::var_os("ICS") else {
                continue;
            };
            let told = |at: DateTime, is_days: bool| {
                if is_days {
                    at.date().to_string()
                } else {
                    instant(at, &zone)
                        .strftime("%Y-%m-%dT%H:%M:%SZ")
                        .to_string()
                }
            };
            let mut expected: serde_json::Map<String, serde_json::Value> = events
                .iter()
                .map(|event| {
                    let entry = event.entry;
                    let times: Vec<serde_json::Value> = entry
                        .times()
                        .map(|time| {
                            let (start, end) =
                                (told(time.start, time.is_days), told(time.end, time.is_days));
                            serde_json::json!([start, end, event.summary, entry.version])
                        })
                        .collect();
                    (format!("plan-1-{}@majordome", entry.number), times.into())
                })
                .collect();
            let time = (
                "2026-03-29T01:00:00Z",
                "2026-03-29T01:30:00Z",
                &task.title,
                task.version,
            );
            let time = serde_json::json!([time]);
            expected.insert("task-7-1@majordome".to_owned(), time);
            let file = std::path::Path::new(&directory).join(name.replace('/', "_"));
            std::fs::write(file.with_extension("ics"), text).unwrap();
            let expected = serde_json::Value::Object(expected).to_string();
            std::fs::write(file.with_extension("json"), expected).unwrap();
        }
    }

    proptest! {
        #[test]
        fn lines_are_short_and_unfold_to_what_was_said(text in "\\PC{0,300}") {
            let mut lines = Lines::default();
            lines.text("SUMMARY", &text);
            prop_assert!(lines.0.ends_with("\r\n"));
            prop_assert!(lines.0.trim_end_matches("\r\n").split("\r\n").all(|line| line.len() <= LINE));
            prop_assert_eq!(lines.0.replace("\r\n ", ""), format!("SUMMARY:{}\r\n", escaped(&text)));
        }
    }
}
