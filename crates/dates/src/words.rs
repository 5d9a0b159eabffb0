//! Words: the text cut up, without accents and capitals, and what single words mean.

use jiff::civil::{Date, Time, Weekday};
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use crate::Misread;

/// A word as it was typed and as it is compared.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Word {
    pub(crate) typed: String,
    pub(crate) plain: String,
}

/// Cuts a text up. Dashes between two times or two dates stand for themselves.
pub(crate) fn words(text: &str) -> Vec<Word> {
    text.split(|letter: char| letter.is_whitespace() || letter == ',')
        .flat_map(parts)
        .map(|typed| Word {
            plain: plain(&typed),
            typed,
        })
        .filter(|word| !word.plain.is_empty())
        .collect()
}

/// Lower case, without accents and apostrophes.
fn plain(typed: &str) -> String {
    typed
        .nfd()
        .filter(|letter| !is_combining_mark(*letter) && !matches!(letter, '\'' | '’'))
        .flat_map(char::to_lowercase)
        .collect()
}

fn parts(typed: &str) -> Vec<String> {
    for dash in ["->", "–", "—", "-"] {
        if let Some((left, right)) = typed.split_once(dash)
            && is_end(left)
            && is_end(right)
        {
            return vec![left.to_owned(), "-".to_owned(), right.to_owned()];
        }
    }
    vec![typed.to_owned()]
}

/// Whether it is one end of a span that was typed without spaces: `8h` of `8h-12h`, `28/12` of `28/12-02/01`.
fn is_end(text: &str) -> bool {
    let plain = plain(text);
    time(&plain).is_some() || plain.contains('/')
}

pub(crate) fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "lundi" | "lun" | "monday" | "mon" => Weekday::Monday,
        "mardi" | "mar" | "tuesday" | "tue" | "tues" => Weekday::Tuesday,
        "mercredi" | "mer" | "wednesday" | "wed" => Weekday::Wednesday,
        "jeudi" | "jeu" | "thursday" | "thu" | "thur" | "thurs" => Weekday::Thursday,
        "vendredi" | "ven" | "friday" | "fri" => Weekday::Friday,
        "samedi" | "sam" | "saturday" | "sat" => Weekday::Saturday,
        "dimanche" | "dim" | "sunday" | "sun" => Weekday::Sunday,
        _ => return None,
    })
}

pub(crate) fn month(word: &str) -> Option<i8> {
    let word = word.strip_suffix('.').unwrap_or(word);
    // `mar` alone is a Tuesday; in front of it stands a day when March is meant.
    Some(match word {
        "janvier" | "janv" | "january" | "jan" => 1,
        "fevrier" | "fevr" | "fev" | "february" | "feb" => 2,
        "mars" | "march" | "mar" => 3,
        "avril" | "avr" | "april" | "apr" => 4,
        "mai" | "may" => 5,
        "juin" | "june" | "jun" => 6,
        "juillet" | "juil" | "july" | "jul" => 7,
        "aout" | "august" | "aug" => 8,
        "septembre" | "sept" | "september" | "sep" => 9,
        "octobre" | "october" | "oct" => 10,
        "novembre" | "november" | "nov" => 11,
        "decembre" | "december" | "dec" => 12,
        _ => return None,
    })
}

/// A unit of time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Unit {
    Minutes,
    Hours,
    Days,
    Weeks,
    Months,
}

pub(crate) fn unit(word: &str) -> Option<Unit> {
    Some(match word {
        "minute" | "minutes" | "min" | "mins" => Unit::Minutes,
        "heure" | "heures" | "hour" | "hours" | "h" => Unit::Hours,
        "jour" | "jours" | "day" | "days" | "j" | "d" => Unit::Days,
        "semaine" | "semaines" | "week" | "weeks" => Unit::Weeks,
        "mois" | "month" | "months" => Unit::Months,
        _ => return None,
    })
}

/// A small number, also as a word.
pub(crate) fn count(word: &str) -> Option<i64> {
    let word = match word {
        "a" | "an" | "un" | "une" | "one" => "1",
        "deux" | "two" => "2",
        "trois" | "three" => "3",
        "quatre" | "four" => "4",
        "cinq" | "five" => "5",
        "six" => "6",
        "sept" | "seven" => "7",
        digits => digits,
    };
    (word.len() <= 4 && is_number(word))
        .then(|| word.parse().ok())
        .flatten()
}

/// The day of a month: `3`, `3rd`, `1er`.
pub(crate) fn day_of_month(word: &str) -> Option<i8> {
    let digits = ["er", "st", "nd", "rd", "th", "e"]
        .iter()
        .find_map(|end| word.strip_suffix(end))
        .unwrap_or(word);
    (digits.len() <= 2 && is_number(digits))
        .then(|| digits.parse().ok())
        .flatten()
        .filter(|day| (1..=31).contains(day))
}

pub(crate) fn year(word: &str) -> Option<i16> {
    (word.len() == 4 && is_number(word))
        .then(|| word.parse().ok())
        .flatten()
}

pub(crate) fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// A day written in digits, `2026-12-28`, `28/12/2026`, `28.12.26`; without a year as day and month.
pub(crate) fn digits(word: &Word) -> Option<Result<Digits, Misread>> {
    let separator = word
        .plain
        .chars()
        .find(|letter| matches!(letter, '/' | '-' | '.'))?;
    let parts: Vec<&str> = word.plain.trim_end_matches('.').split(separator).collect();
    let are_short = parts.iter().all(|part| part.len() <= 4 && is_number(part));
    if !are_short || !(2..=3).contains(&parts.len()) {
        return None;
    }
    let number = |text: &str| text.parse::<i16>().ok();
    let (year, month, day) = match parts.as_slice() {
        [year, month, day] if year.len() == 4 => (Some(number(year)?), *month, *day),
        [day, month, year] if year.len() == 4 => (Some(number(year)?), *month, *day),
        [day, month, year] if year.len() == 2 => (Some(2000 + number(year)?), *month, *day),
        [day, month] if separator != '-' => (None, *month, *day),
        _ => return None,
    };
    let read = || {
        let (month, day) = (month.parse().ok()?, day.parse().ok()?);
        // The 29th of February is a day in some years.
        Date::new(year.unwrap_or(2024), month, day).ok()?;
        Some(Digits { year, month, day })
    };
    Some(read().ok_or_else(|| Misread::NoSuchDay(word.typed.clone())))
}

/// A day in digits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Digits {
    pub(crate) year: Option<i16>,
    pub(crate) month: i8,
    pub(crate) day: i8,
}

/// A time of day: `14h`, `14h30`, `14:30`, `2pm`, `2:30pm`, `midi`. The inner result says that there is no such time.
pub(crate) fn time(word: &str) -> Option<Result<Time, ()>> {
    match word {
        "midi" | "noon" => return Some(Ok(Time::constant(12, 0, 0, 0))),
        "minuit" | "midnight" => return Some(Ok(Time::midnight())),
        _ => {}
    }
    let (digits, half) = [("am", Half::Before), ("pm", Half::After)]
        .into_iter()
        .find_map(|(end, half)| Some((word.strip_suffix(end)?, Some(half))))
        .unwrap_or((word, None));
    let (hour, minute) = match digits.split_once([':', 'h']) {
        Some((hour, "")) if digits.ends_with('h') => (hour, "0"),
        Some((hour, minute)) => (hour, minute.strip_suffix("min").unwrap_or(minute)),
        None if half.is_some() => (digits, "0"),
        None => return None,
    };
    let is_short = |text: &str| text.len() <= 2 && is_number(text);
    if !is_short(hour) || !is_short(minute) {
        return None;
    }
    let (Ok(hour), Ok(minute)) = (hour.parse::<i8>(), minute.parse::<i8>()) else {
        return None;
    };
    let hour = match half {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return Some(Err(())),
        Some(Half::Before) => hour % 12,
        Some(Half::After) => hour % 12 + 12,
    };
    Some(Time::new(hour, minute, 0, 0).map_err(drop))
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Half {
    Before,
    After,
}
