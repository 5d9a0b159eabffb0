//! What people type, and what is understood.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use dates::{LONGEST, Misread, Moment, moment, span, upcoming};
use jiff::{
    ToSpan as _, Zoned,
    civil::{Date, Time, date, time},
    tz::TimeZone,
};
use proptest::prelude::*;

/// A Wednesday, ten in the morning, in Paris.
fn now() -> Zoned {
    at(date(2026, 11, 25), 10)
}

fn at(day: Date, hour: i8) -> Zoned {
    day.at(hour, 0, 0, 0).in_tz("Europe/Paris").unwrap()
}

fn shown(moment: Moment) -> String {
    match moment.time {
        Some(time) => format!("{} {}", moment.date, time.strftime("%H:%M")),
        None => moment.date.to_string(),
    }
}

fn reads(text: &str) -> String {
    match moment(text, &now()) {
        Ok(moment) => shown(moment),
        Err(misread) => misread.to_string(),
    }
}

fn spans(text: &str, now: &Zoned) -> String {
    match span(text, now) {
        Ok(span) => format!("{} … {}", shown(span.start), shown(span.end)),
        Err(misread) => misread.to_string(),
    }
}

#[test]
fn days_in_both_languages() {
    for (text, expected) in [
        ("28/12", "2026-12-28"),
        ("28/12/2027", "2027-12-28"),
        ("28.12.26", "2026-12-28"),
        ("2026-12-28", "2026-12-28"),
        // Three months ago at most, else next year.
        ("24/11", "2026-11-24"),
        ("02/01", "2027-01-02"),
        ("1/9", "2026-09-01"),
        ("29/02", "2028-02-29"),
        ("aujourd'hui", "2026-11-25"),
        ("Aujourd’hui", "2026-11-25"),
        ("demain", "2026-11-26"),
        ("après-demain", "2026-11-27"),
        ("après demain", "2026-11-27"),
        ("hier", "2026-11-24"),
        ("tomorrow", "2026-11-26"),
        ("the day after tomorrow", "2026-11-27"),
        ("lundi", "2026-11-30"),
        ("lundi prochain", "2026-11-30"),
        ("next monday", "2026-11-30"),
        ("mercredi", "2026-12-02"),
        ("ce mercredi", "2026-11-25"),
        ("this wednesday", "2026-11-25"),
        ("dans 3 jours", "2026-11-28"),
        ("dans deux semaines", "2026-12-09"),
        ("in a month", "2026-12-25"),
        ("next week", "2026-12-02"),
        ("28 décembre", "2026-12-28"),
        ("le 28 déc. 2027", "2027-12-28"),
        ("1er mai", "2027-05-01"),
        ("December 28th", "2026-12-28"),
        ("the 28th of december", "2026-12-28"),
        ("7 sept", "2026-09-07"),
        ("mar", "2026-12-01"),
        ("3 mar", "2027-03-03"),
        ("le 15", "2026-12-15"),
        ("le 31", "2026-12-31"),
        ("the 25th", "2026-11-25"),
    ] {
        assert_eq!(reads(text), expected, "{text}");
    }
}

#[test]
fn what_is_to_come_is_not_long_ago() {
    for (text, expected) in [
        ("24/11", "2027-11-24"),
        ("25/11", "2026-11-25"),
        ("1 septembre", "2027-09-01"),
        ("24/11/2026", "2026-11-24"),
        ("hier", "2026-11-24"),
    ] {
        assert_eq!(shown(upcoming(text, &now()).unwrap()), expected, "{text}");
    }
}

#[test]
fn times_in_both_languages() {
    for (text, expected) in [
        ("demain 14h", "2026-11-26 14:00"),
        ("demain à 14h30", "2026-11-26 14:30"),
        ("14 h demain", "2026-11-26 14:00"),
        ("next monday at 2pm", "2026-11-30 14:00"),
        ("tomorrow 2:30 pm", "2026-11-26 14:30"),
        ("tomorrow 12am", "2026-11-26 00:00"),
        ("28/12, midi", "2026-12-28 12:00"),
        ("2026-12-28 14:30", "2026-12-28 14:30"),
        // A time alone is today's while it is to come.
        ("18h", "2026-11-25 18:00"),
        ("9h", "2026-11-26 09:00"),
        ("dans 2 heures", "2026-11-25 12:00"),
        ("in 30 minutes", "2026-11-25 10:30"),
    ] {
        assert_eq!(reads(text), expected, "{text}");
    }
}

#[test]
fn what_is_no_date_says_why() {
    for (text, expected) in [
        ("", "nothing is written"),
        (" , ", "nothing is written"),
        ("le", "nothing is written"),
        ("bientôt", "`bientôt` is not understood"),
        ("demain peut-être", "`peut-être` is not understood"),
        ("31/02", "`31/02` is no day"),
        ("12/28", "`12/28` is no day"),
        ("30/02/2026", "`30/02/2026` is no day"),
        ("31 avril", "`31` is no day"),
        ("demain 25h", "`25h` is no time"),
        ("demain 14h75", "`14h75` is no time"),
        ("13pm", "`13pm` is no time"),
        ("demain lundi", "`lundi` is not understood"),
        (
            "99999999999999999999",
            "`99999999999999999999` is not understood",
        ),
        ("in 9999 months", "2860-02-25"),
    ] {
        assert_eq!(reads(text), expected, "{text}");
    }
    let long = "a".repeat(LONGEST + 1);
    assert_eq!(moment(&long, &now()), Err(Misread::TooLong(LONGEST + 1)));
}

#[test]
fn spans_in_both_languages() {
    for (text, expected) in [
        ("28/12 02/01", "2026-12-28 … 2027-01-02"),
        ("28/12 - 02/01", "2026-12-28 … 2027-01-02"),
        ("28/12-02/01", "2026-12-28 … 2027-01-02"),
        ("28/12 → 02/01", "2026-12-28 … 2027-01-02"),
        ("du 28/12 au 02/01", "2026-12-28 … 2027-01-02"),
        ("from 28/12 to 02/01", "2026-12-28 … 2027-01-02"),
        ("28/12/2026 02/01/2027", "2026-12-28 … 2027-01-02"),
        ("du 3 au 5 mai", "2027-05-03 … 2027-05-05"),
        ("3 to 5 may", "2027-05-03 … 2027-05-05"),
        ("28 décembre 2 janvier", "2026-12-28 … 2027-01-02"),
        ("lundi au vendredi", "2026-11-30 … 2026-12-04"),
        ("monday friday", "2026-11-30 … 2026-12-04"),
        ("lundi à vendredi", "2026-11-30 … 2026-12-04"),
        ("demain", "2026-11-26 … 2026-11-26"),
        ("demain 8h-12h", "2026-11-26 08:00 … 2026-11-26 12:00"),
        ("demain de 8h à 12h", "2026-11-26 08:00 … 2026-11-26 12:00"),
        (
            "28/12 à 8h 02/01 à 12h",
            "2026-12-28 08:00 … 2027-01-02 12:00",
        ),
        (
            "28/12 8h au 02/01 12h",
            "2026-12-28 08:00 … 2027-01-02 12:00",
        ),
        ("10/12 08/12", "it ends before it starts"),
        ("demain 12h-8h", "it ends before it starts"),
        ("28/12 bientôt", "`bientôt` is not understood"),
    ] {
        assert_eq!(spans(text, &now()), expected, "{text}");
    }
    let before_new_year = at(date(2026, 12, 30), 10);
    assert_eq!(
        spans("28/12 02/01", &before_new_year),
        "2026-12-28 … 2027-01-02"
    );
}

#[test]
fn clocks_that_skip_or_repeat_an_hour() {
    for (zone, day, typed, expected) in [
        (
            "Europe/Paris",
            date(2026, 3, 29),
            time(2, 30, 0, 0),
            "2026-03-29T01:30:00Z",
        ),
        (
            "Europe/Paris",
            date(2026, 10, 25),
            time(2, 30, 0, 0),
            "2026-10-25T00:30:00Z",
        ),
        (
            "America/New_York",
            date(2026, 3, 8),
            time(2, 30, 0, 0),
            "2026-03-08T07:30:00Z",
        ),
        (
            "Australia/Lord_Howe",
            date(2026, 4, 5),
            time(1, 45, 0, 0),
            "2026-04-04T14:45:00Z",
        ),
    ] {
        let zone = TimeZone::get(zone).unwrap();
        let moment = Moment {
            date: day,
            time: Some(typed),
        };
        let instant = moment.instant(&zone, Time::midnight()).unwrap();
        assert_eq!(instant.to_string(), expected, "{day}");
    }
}

proptest! {
    #[test]
    fn no_text_breaks_it(text in "\\PC{0,60}") {
        let _ = span(&text, &now());
    }

    #[test]
    fn nor_do_words_that_it_knows(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "demain", "lundi", "next", "28/12", "14h", "au", "à", "dans", "3", "jours", "mai", "le", "to", "in",
                "9999", "months", "31", "février", "2pm", "-", "the", "15th", "0/0", "00h",
            ]),
            0..8,
        )
    ) {
        if let Ok(span) = span(&words.join(" "), &now()) {
            prop_assert!(span.start.date <= span.end.date);
        }
    }

    /// Whatever day it is written on, a day with its year is that day.
    #[test]
    fn a_written_day_is_that_day(days in 0i32..40_000, from in 0i32..40_000) {
        let day = date(1980, 1, 1).checked_add(days.days()).unwrap();
        let now = at(date(1980, 1, 1).checked_add(from.days()).unwrap(), 10);
        for pattern in ["%d/%m/%Y", "%Y-%m-%d", "%-d %B %Y", "%B %-d %Y", "%d.%m.%Y"] {
            let text = day.strftime(pattern).to_string();
            prop_assert_eq!(moment(&text, &now).unwrap().date, day, "{}", text);
        }
    }

    /// Without its year it is never more than three months ago, nor a year ahead of that.
    #[test]
    fn a_day_without_a_year_is_near(days in 0i32..366, from in 0i32..40_000) {
        let day = date(2024, 1, 1).checked_add(days.days()).unwrap();
        let today = date(1980, 1, 1).checked_add(from.days()).unwrap();
        let read = moment(&day.strftime("%d/%m").to_string(), &at(today, 10)).unwrap().date;
        let ahead = (read - today).get_days();
        let most = if day.day() == 29 && day.month() == 2 { 8 * 366 } else { 366 };
        prop_assert!((-92..=most).contains(&ahead), "{} days", ahead);
    }
}
