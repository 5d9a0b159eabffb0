//! How something comes again, as calendars write it (`RRULE`). Pure.

use jiff::{
    ToSpan as _,
    civil::{Date, DateTime, Weekday},
};

use super::read::weekday;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Unit {
    Day,
    Week,
    Month,
    Year,
}

/// How something comes again.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Repeat {
    unit: Unit,
    step: i32,
    count: Option<usize>,
    /// The last day.
    until: Option<Date>,
    /// Weekdays, with which of the month: 0 for each.
    weekdays: Vec<(i8, Weekday)>,
    /// Days of the month, from its end where negative.
    days: Vec<i8>,
    months: Vec<i8>,
    /// Which of all in a month or a year, from the end where negative.
    places: Vec<i16>,
}

impl Repeat {
    /// Reads a rule; `None` for one that is not understood.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut repeat = Self {
            unit: Unit::Day,
            step: 1,
            count: None,
            until: None,
            weekdays: Vec::new(),
            days: Vec::new(),
            months: Vec::new(),
            places: Vec::new(),
        };
        let mut is_named = false;
        for part in text.trim().to_ascii_uppercase().split(';') {
            let Some((name, value)) = part.split_once('=') else {
                continue;
            };
            match name {
                "FREQ" => {
                    is_named = true;
                    repeat.unit = match value {
                        "DAILY" => Unit::Day,
                        "WEEKLY" => Unit::Week,
                        "MONTHLY" => Unit::Month,
                        "YEARLY" => Unit::Year,
                        _ => return None,
                    };
                }
                "INTERVAL" => {
                    let step = value.parse().ok();
                    repeat.step = step.filter(|step| (1..=1_000).contains(step))?;
                }
                "COUNT" => repeat.count = Some(value.parse().ok()?),
                "UNTIL" => {
                    let number = |from, to| value.get(from..to)?.parse::<i16>().ok();
                    let small = |from, to| value.get(from..to)?.parse::<i8>().ok();
                    repeat.until = Some(Date::new(number(0, 4)?, small(4, 6)?, small(6, 8)?).ok()?);
                }
                "BYDAY" => {
                    for word in value.split(',') {
                        let (nth, name) = word.split_at_checked(word.len().checked_sub(2)?)?;
                        let nth = if nth.is_empty() { 0 } else { nth.parse().ok()? };
                        repeat.weekdays.push((nth, weekday(name)?));
                    }
                }
                "BYMONTHDAY" => repeat.days = numbers(value)?,
                "BYMONTH" => repeat.months = numbers(value)?,
                "BYSETPOS" => repeat.places = numbers(value)?,
                // Weeks begin on Monday here, as nearly everywhere where it matters.
                "WKST" => {}
                _ => return None,
            }
        }
        is_named.then_some(repeat)
    }

    /// Its days from the first on, up to a last one. `left` is how many days may still be looked at.
    pub(super) fn days(&self, start: DateTime, last: Date, left: &mut usize) -> Vec<Date> {
        let first = start.date();
        let last = self.until.map_or(last, |until| until.min(last));
        let most = self.count.unwrap_or(usize::MAX);
        // The first time is one even where its own rule would not bring it.
        let mut days = vec![first];
        let mut day = first;
        while let Ok(next) = day.tomorrow() {
            if next > last || days.len() >= most || *left == 0 {
                break;
            }
            *left -= 1;
            day = next;
            if self.comes(first, day) && self.is_placed(first, day, left) {
                days.push(day);
            }
        }
        days
    }

    fn comes(&self, first: Date, day: Date) -> bool {
        let whole = |passed: i32| passed % self.step == 0;
        let days = first.until(day).map_or(0, |span| span.get_days());
        let back = i32::from(first.weekday().to_monday_zero_offset());
        let months = (i32::from(day.year()) - i32::from(first.year())) * 12
            + i32::from(day.month())
            - i32::from(first.month());
        let is_period = match self.unit {
            Unit::Day => whole(days),
            Unit::Week => whole((days + back).div_euclid(7)),
            Unit::Month => whole(months),
            Unit::Year => whole(i32::from(day.year()) - i32::from(first.year())),
        };
        if !is_period || !(self.months.is_empty() || self.months.contains(&day.month())) {
            return false;
        }
        let length = day.days_in_month();
        let is_of_month = self.days.is_empty()
            || self.days.contains(&day.day())
            || self.days.contains(&(day.day() - length - 1));
        let is_weekday = self.weekdays.is_empty()
            || self.weekdays.iter().any(|(nth, weekday)| {
                *weekday == day.weekday()
                    && match nth {
                        0 => true,
                        nth if *nth > 0 => (day.day() - 1) / 7 + 1 == *nth,
                        nth => -((length - day.day()) / 7 + 1) == *nth,
                    }
            });
        // What is not said is as the first time was.
        let is_said = !self.days.is_empty() || !self.weekdays.is_empty();
        let is_alike = match self.unit {
            Unit::Day => true,
            Unit::Week => is_said || day.weekday() == first.weekday(),
            Unit::Month => is_said || day.day() == first.day(),
            Unit::Year => {
                (is_said || day.day() == first.day())
                    && (!self.months.is_empty() || day.month() == first.month())
            }
        };
        is_of_month && is_weekday && is_alike
    }

    /// Whether it is one of the chosen ones among all of its month.
    fn is_placed(&self, first: Date, day: Date, left: &mut usize) -> bool {
        if self.places.is_empty() || !matches!(self.unit, Unit::Month | Unit::Year) {
            return true;
        }
        *left = left.saturating_sub(31);
        let begin = day.first_of_month();
        let all: Vec<Date> = (0..i32::from(day.days_in_month()))
            .filter_map(|ahead| begin.checked_add(ahead.days()).ok())
            .filter(|other| self.comes(first, *other))
            .collect();
        let Some(place) = all.iter().position(|other| *other == day) else {
            return false;
        };
        let from_start = i16::try_from(place + 1).unwrap_or(i16::MAX);
        let from_end = from_start - i16::try_from(all.len() + 1).unwrap_or(i16::MAX);
        self.places.contains(&from_start) || self.places.contains(&from_end)
    }
}

fn numbers<T: std::str::FromStr>(text: &str) -> Option<Vec<T>> {
    text.split(',')
        .map(|number| number.trim_start_matches('+').parse().ok())
        .collect()
}
