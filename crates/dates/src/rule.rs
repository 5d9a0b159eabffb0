//! What comes again and again, as people type it in both languages: `weekly mon,thu`, `tous les 2 jours`,
//! `monthly 2nd tuesday until 31/12`, `daily x10`. Pure.

use jiff::{
    ToSpan as _, Zoned,
    civil::{Date, Weekday},
};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use crate::{LONGEST as TYPED, upcoming};

/// The longest pause, in days, weeks or months.
const LONGEST_PAUSE: i32 = 366;

/// On which days.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "every")]
pub enum Every {
    /// Every so many days.
    Days {
        /// How many.
        step: i32,
    },
    /// Every so many weeks, on weekdays: 0 is Monday. Weeks begin on Monday.
    Weeks {
        /// How many.
        step: i32,
        /// The weekdays, in order; at least one.
        on: Vec<i8>,
    },
    /// Every so many months, on a day; in a month that is too short on its last.
    MonthDay {
        /// How many.
        step: i32,
        /// 1 to 31.
        day: i8,
    },
    /// Every so many months, on the first to fourth, or the last (-1), of a weekday.
    MonthWeekday {
        /// How many.
        step: i32,
        /// 1 to 4, or -1.
        nth: i8,
        /// 0 is Monday.
        weekday: i8,
    },
}

/// What comes again and again, until a day or for so many times.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Rule {
    /// On which days.
    #[serde(flatten)]
    pub every: Every,
    /// The last day on which it may come.
    pub until: Option<Date>,
    /// How often it comes in all, the first among them.
    pub count: Option<u32>,
}

/// A text that is no repetition.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a repetition that can be read")]
pub struct NotARule;

impl Rule {
    /// Whether it is one that can be typed: one that was read from elsewhere need not be.
    pub fn is_sound(&self) -> bool {
        let is_paced = |step: i32| (1..=LONGEST_PAUSE).contains(&step);
        let is_sound = match &self.every {
            Every::Days { step } => is_paced(*step),
            Every::Weeks { step, on } => {
                is_paced(*step)
                    && !on.is_empty()
                    && on.is_sorted_by(|one, other| one < other)
                    && on.iter().all(|day| of(*day).is_some())
            }
            Every::MonthDay { step, day } => is_paced(*step) && (1..=31).contains(day),
            Every::MonthWeekday { step, nth, weekday } => {
                is_paced(*step) && matches!(nth, -1 | 1..=4) && of(*weekday).is_some()
            }
        };
        is_sound && self.count != Some(0)
    }

    /// The next day after one of its days; none behind its end. `nth` counts the days so far, that one among them.
    pub fn next(&self, day: Date, nth: u32) -> Option<Date> {
        if self.count.is_some_and(|count| nth >= count) {
            return None;
        }
        let next = self.every.next(day)?;
        self.until.is_none_or(|until| next <= until).then_some(next)
    }
}

fn of(number: i8) -> Option<Weekday> {
    Weekday::from_monday_zero_offset(number).ok()
}

impl Every {
    fn next(&self, day: Date) -> Option<Date> {
        match self {
            Self::Days { step } => day.checked_add((*step).max(1).days()).ok(),
            Self::Weeks { step, on } => {
                let today = day.weekday().to_monday_zero_offset();
                let later = on.iter().find(|other| **other > today);
                let ahead = match later {
                    Some(later) => i32::from(*later - today),
                    None => (*step).max(1) * 7 - i32::from(today) + i32::from(*on.first()?),
                };
                day.checked_add(ahead.days()).ok()
            }
            Self::MonthDay { step, day: wanted } => {
                let first = first_of(day, *step)?;
                let last = first.days_in_month();
                first.with().day((*wanted).clamp(1, last)).build().ok()
            }
            Self::MonthWeekday { step, nth, weekday } => first_of(day, *step)?
                .nth_weekday_of_month((*nth).clamp(-1, 4), of(*weekday)?)
                .ok(),
        }
    }
}

fn first_of(day: Date, step: i32) -> Option<Date> {
    day.first_of_month().checked_add(step.max(1).months()).ok()
}

/// Reads a repetition; `first` is the day on which it begins, from which it takes what is not said.
///
/// # Errors
///
/// Fails when the text is none.
pub fn rule(text: &str, first: Date, now: &Zoned) -> Result<Rule, NotARule> {
    read(text, first, now).ok_or(NotARule)
}

fn read(text: &str, first: Date, now: &Zoned) -> Option<Rule> {
    let words = words(text)?;
    let end = words
        .iter()
        .position(|word| matches!(word.as_str(), "until" | "till" | "jusqu" | "jusque"));
    let (head, tail) = words.split_at(end.unwrap_or(words.len()));
    let until = if tail.is_empty() {
        None
    } else {
        let rest: Vec<&str> = tail
            .iter()
            .skip(1)
            .map(String::as_str)
            .filter(|word| !matches!(*word, "au" | "a"))
            .collect();
        let until = upcoming(&rest.join(" "), now).ok()?;
        Some(until.date).filter(|until| *until >= first).map(Some)?
    };
    let mut step = 1;
    let mut unit_said = None;
    let mut days: Vec<i8> = Vec::new();
    let mut numbers: Vec<i8> = Vec::new();
    let mut count = None;
    let mut rest = head;
    while let Some(word) = rest.first() {
        let next = rest.get(1).map_or("", String::as_str);
        let mut taken = 1;
        match word.as_str() {
            "daily" | "quotidien" | "quotidienne" => unit_said = Some(Unit::Day),
            "weekly" | "hebdo" | "hebdomadaire" => unit_said = Some(Unit::Week),
            "monthly" | "mensuel" | "mensuelle" => unit_said = Some(Unit::Month),
            "every" | "each" | "tous" | "toutes" | "chaque" | "and" | "et" => {}
            "last" | "dernier" => numbers.push(-1),
            word if is_filler(word) => {}
            other => {
                let ordinal = other
                    .trim_end_matches("st")
                    .trim_end_matches("nd")
                    .trim_end_matches("rd")
                    .trim_end_matches("th")
                    .trim_end_matches("er")
                    .trim_end_matches('e');
                if let Some(times) = other.strip_prefix('x').and_then(|times| times.parse().ok()) {
                    count = Some(times);
                } else if let Some(day) = weekday(other) {
                    days.push(day.to_monday_zero_offset());
                } else if let Some(said) = unit(other) {
                    unit_said = Some(said);
                } else if let Some(value) = number(other).or_else(|| ordinal.parse().ok()) {
                    if matches!(next, "times" | "fois") {
                        count = Some(u32::try_from(value).ok()?);
                        taken = 2;
                    } else if let Some(said) = unit(next) {
                        step = value;
                        unit_said = Some(said);
                        taken = 2;
                    } else {
                        numbers.push(i8::try_from(value).ok()?);
                    }
                } else {
                    return None;
                }
            }
        }
        rest = rest.get(taken..).unwrap_or_default();
    }
    if !(1..=LONGEST_PAUSE).contains(&step) || count == Some(0) {
        return None;
    }
    days.sort_unstable();
    days.dedup();
    let every = match (unit_said, days.as_slice(), numbers.as_slice()) {
        (Some(Unit::Day), [], []) => Every::Days { step },
        (Some(Unit::Week) | None, [_, ..], []) => Every::Weeks { step, on: days },
        (Some(Unit::Week), [], []) => Every::Weeks {
            step,
            on: vec![first.weekday().to_monday_zero_offset()],
        },
        (Some(Unit::Month), [], []) => Every::MonthDay {
            step,
            day: first.day(),
        },
        (Some(Unit::Month), [], [day]) if (1..=31).contains(day) => {
            Every::MonthDay { step, day: *day }
        }
        (Some(Unit::Month), [weekday], [nth]) if matches!(nth, -1 | 1..=4) => Every::MonthWeekday {
            step,
            nth: *nth,
            weekday: *weekday,
        },
        _ => return None,
    };
    Some(Rule {
        every,
        until,
        count,
    })
}

/// Small letters without accents, cut into words.
fn words(text: &str) -> Option<Vec<String>> {
    if text.chars().count() > TYPED {
        return None;
    }
    let folded: String = text
        .nfkd()
        .filter(|letter| !('\u{300}'..='\u{36f}').contains(letter))
        .collect::<String>()
        .to_lowercase()
        .replace(['’', '\''], " ");
    let words = folded
        .split(|at: char| at.is_whitespace() || at == ',')
        .filter(|word| !word.is_empty());
    Some(words.map(str::to_owned).collect())
}

/// Words that say nothing here.
fn is_filler(word: &str) -> bool {
    matches!(
        word,
        "a" | "at" | "on" | "the" | "le" | "la" | "les" | "of" | "de" | "du" | "by" | "pour"
    )
}

/// A weekday, as a word or an abbreviation.
fn weekday(word: &str) -> Option<Weekday> {
    let word = word.trim_end_matches('.');
    Some(match word {
        "monday" | "mondays" | "mon" | "lundi" | "lundis" | "lun" => Weekday::Monday,
        "tuesday" | "tuesdays" | "tue" | "tues" | "mardi" | "mardis" => Weekday::Tuesday,
        "wednesday" | "wednesdays" | "wed" | "mercredi" | "mercredis" | "mer" => Weekday::Wednesday,
        "thursday" | "thursdays" | "thu" | "thur" | "thurs" | "jeudi" | "jeudis" | "jeu" => {
            Weekday::Thursday
        }
        "friday" | "fridays" | "fri" | "vendredi" | "vendredis" | "ven" => Weekday::Friday,
        "saturday" | "saturdays" | "sat" | "samedi" | "samedis" | "sam" => Weekday::Saturday,
        "sunday" | "sundays" | "sun" | "dimanche" | "dimanches" | "dim" => Weekday::Sunday,
        _ => return None,
    })
}

/// A unit of time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Unit {
    Day,
    Week,
    Month,
}

/// A unit, as a word or an abbreviation.
fn unit(word: &str) -> Option<Unit> {
    Some(match word {
        "d" | "j" | "day" | "days" | "jour" | "jours" => Unit::Day,
        "w" | "week" | "weeks" | "semaine" | "semaines" | "sem" => Unit::Week,
        "month" | "months" | "mois" => Unit::Month,
        _ => return None,
    })
}

/// A number, as digits or as a small word.
fn number(word: &str) -> Option<i32> {
    if let Ok(number) = word.parse() {
        return Some(number);
    }
    Some(match word {
        "one" | "un" | "une" | "an" => 1,
        "two" | "deux" => 2,
        "three" | "trois" => 3,
        "four" | "quatre" => 4,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str, first: Date) -> Option<Rule> {
        let now = date(2026, 11, 21).at(14, 30, 0, 0).in_tz("UTC").unwrap();
        rule(text, first, &now).ok()
    }

    /// The first days of a repetition, the beginning among them.
    fn days(text: &str, first: Date) -> String {
        let Some(rule) = read(text, first) else {
            return "none".to_owned();
        };
        let mut days = vec![first];
        while let Some(next) = rule.next(days[days.len() - 1], u32::try_from(days.len()).unwrap()) {
            days.push(next);
            if days.len() == 5 {
                break;
            }
        }
        let days: Vec<String> = days
            .iter()
            .map(|day| day.strftime("%d.%m").to_string())
            .collect();
        days.join(" ")
    }

    #[test]
    fn repetitions_are_read_in_both_languages() {
        // A Monday.
        let first = date(2026, 11, 23);
        for (text, expected) in [
            ("daily", "23.11 24.11 25.11 26.11 27.11"),
            ("tous les 2 jours", "23.11 25.11 27.11 29.11 01.12"),
            ("weekly", "23.11 30.11 07.12 14.12 21.12"),
            ("weekly mon,thu", "23.11 26.11 30.11 03.12 07.12"),
            ("chaque lundi et jeudi", "23.11 26.11 30.11 03.12 07.12"),
            ("every 2 weeks on mon, thu", "23.11 26.11 07.12 10.12 21.12"),
            ("monthly", "23.11 23.12 23.01 23.02 23.03"),
            ("mensuel 31", "23.11 31.12 31.01 28.02 31.03"),
            ("monthly 2nd tuesday", "23.11 08.12 12.01 09.02 09.03"),
            ("dernier vendredi du mois", "23.11 25.12 29.01 26.02 26.03"),
            ("daily x3", "23.11 24.11 25.11"),
            ("daily 2 times", "23.11 24.11"),
            ("hebdo jusqu'au 07/12", "23.11 30.11 07.12"),
            ("weekly until 2026-12-01", "23.11 30.11"),
            ("sometimes", "none"),
            ("weekly until yesterday", "none"),
            ("monthly 32", "none"),
            ("", "none"),
            ("every 0 days", "none"),
            ("daily x0", "none"),
        ] {
            assert_eq!(days(text, first), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_it_and_days_go_forward(text in "(daily|weekly|monthly|every|[0-9]{1,3}|mon|fri|weeks|x3|last| ){0,8}", ahead in 0..400_i32) {
            let first = date(2026, 1, 1).checked_add(ahead.days()).unwrap();
            if let Some(rule) = read(&text, first) {
                let mut day = first;
                for nth in 1..30 {
                    let Some(next) = rule.next(day, nth) else { break };
                    prop_assert!(next > day);
                    day = next;
                }
            }
        }
    }
}
