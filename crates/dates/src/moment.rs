//! A day, perhaps with a time.

use jiff::{
    Span as Length, Timestamp, ToSpan as _, Unit as Rounding, Zoned,
    civil::{Date, Time},
    tz::TimeZone,
};

use crate::{
    LONGEST, Misread,
    words::{self, Unit, Word, words},
};

/// How long ago a day without a year may have been; longer ago is next year's.
const AGO_DAYS: i64 = 92;

/// A day, perhaps with a time, on the clocks of somewhere.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Moment {
    /// The day.
    pub date: Date,
    /// The time, unless only a day was named.
    pub time: Option<Time>,
}

impl Moment {
    /// When that is in a zone, `at` being the time of a day that was named alone.
    ///
    /// A time that the clocks skip in spring is as much later as they skip; of one that they show twice in autumn the
    /// first counts.
    ///
    /// # Errors
    ///
    /// Fails beyond the years that can be reckoned with.
    pub fn instant(self, zone: &TimeZone, at: Time) -> Result<Timestamp, jiff::Error> {
        let local = self.date.to_datetime(self.time.unwrap_or(at));
        Ok(zone.to_ambiguous_zoned(local).compatible()?.timestamp())
    }
}

/// Reads a day, perhaps with a time; `now` says what `tomorrow` is.
///
/// # Errors
///
/// Says which word is not understood, or that there is no such day or time.
pub fn moment(text: &str, now: &Zoned) -> Result<Moment, Misread> {
    let words = checked(text)?;
    read(&words, now, None)
}

/// As [`moment`], for something that is to come: a day without a year is the next such day, today included.
///
/// # Errors
///
/// As [`moment`].
pub fn upcoming(text: &str, now: &Zoned) -> Result<Moment, Misread> {
    let words = checked(text)?;
    reader(&words, now, None, 0).all()
}

/// The words of a text that is neither empty nor too long.
pub(crate) fn checked(text: &str) -> Result<Vec<Word>, Misread> {
    let length = text.chars().count();
    if length > LONGEST {
        return Err(Misread::TooLong(length));
    }
    let words = words(text);
    if words.is_empty() {
        return Err(Misread::Empty);
    }
    Ok(words)
}

/// Reads all of the words. `after` is the start of a span whose end they are.
pub(crate) fn read(words: &[Word], now: &Zoned, after: Option<Moment>) -> Result<Moment, Misread> {
    reader(words, now, after, AGO_DAYS).all()
}

fn reader<'a>(
    words: &'a [Word],
    now: &'a Zoned,
    after: Option<Moment>,
    ago_days: i64,
) -> Reader<'a> {
    Reader {
        words,
        now,
        after,
        ago_days,
        date: None,
        time: None,
    }
}

fn is_filler(word: &str) -> bool {
    matches!(
        word,
        "a" | "at" | "on" | "le" | "the" | "of" | "de" | "du" | "vers" | "around" | "pour" | "for"
    )
}

struct Reader<'a> {
    /// What is still to be read.
    words: &'a [Word],
    now: &'a Zoned,
    after: Option<Moment>,
    /// How many days ago a day without a year may have been.
    ago_days: i64,
    date: Option<Date>,
    time: Option<Time>,
}

impl Reader<'_> {
    /// Reads all of the words.
    fn all(mut self) -> Result<Moment, Misread> {
        while let Some(word) = self.words.first() {
            if self.time()? || self.date()? {
                continue;
            }
            if !is_filler(&word.plain) {
                return Err(Misread::Word(word.typed.clone()));
            }
            self.skip(1);
        }
        self.ended()
    }

    fn skip(&mut self, count: usize) {
        self.words = &self.words[count..];
    }

    fn word(&self, index: usize) -> &str {
        self.words.get(index).map_or("", |word| &word.plain)
    }

    fn typed(&self) -> String {
        self.words
            .first()
            .map_or_else(String::new, |word| word.typed.clone())
    }

    /// What a day follows from: today, or the start of the span.
    fn from(&self) -> Date {
        self.after
            .map_or_else(|| self.now.date(), |start| start.date)
    }

    /// Reads a time, if one comes next.
    fn time(&mut self) -> Result<bool, Misread> {
        if self.time.is_some() {
            return Ok(false);
        }
        let joined = format!("{}{}", self.word(0), self.word(1));
        // `2 pm` and `14 h` are two words.
        let is_pair = match self.word(1) {
            "am" | "pm" => self
                .word(0)
                .starts_with(|letter: char| letter.is_ascii_digit()),
            "h" => words::is_number(self.word(0)),
            _ => false,
        };
        let (found, length) = if is_pair {
            (words::time(&joined), 2)
        } else {
            (words::time(self.word(0)), 1)
        };
        match found {
            None => Ok(false),
            Some(Err(())) => Err(Misread::NoSuchTime(self.typed())),
            Some(Ok(time)) => {
                self.time = Some(time);
                self.skip(length);
                Ok(true)
            }
        }
    }

    /// Reads a day, if one comes next.
    fn date(&mut self) -> Result<bool, Misread> {
        if self.date.is_some() {
            return Ok(false);
        }
        let found = match self.relative()? {
            Some(found) => Some(found),
            None => self.written()?,
        };
        let Some((date, length)) = found else {
            return Ok(false);
        };
        self.date = Some(date);
        self.skip(length);
        Ok(true)
    }

    /// A day named from today: `demain`, `next monday`, `in 3 days`.
    fn relative(&mut self) -> Result<Option<(Date, usize)>, Misread> {
        let today = self.now.date();
        let shifted = |by: Length, length: usize| {
            let date = today.checked_add(by);
            date.map(|date| Some((date, length)))
                .map_err(|_| Misread::NoSuchDay(self.typed()))
        };
        match (self.word(0), self.word(1), self.word(2)) {
            ("aujourdhui" | "today" | "tonight", ..) => return shifted(0.days(), 1),
            ("demain" | "tomorrow" | "tmrw", ..) => return shifted(1.day(), 1),
            ("apres-demain", ..) => return shifted(2.days(), 1),
            ("apres", "demain", _) => return shifted(2.days(), 2),
            ("day", "after", "tomorrow") => return shifted(2.days(), 3),
            ("hier" | "yesterday", ..) => return shifted((-1).days(), 1),
            ("next", "week", _) | ("semaine", "prochaine", _) => return shifted(7.days(), 2),
            ("dans" | "in", number, unit) => {
                if let (Some(count), Some(unit)) = (words::count(number), words::unit(unit)) {
                    return self.later(count, unit).map(|date| Some((date, 3)));
                }
            }
            _ => {}
        }
        Ok(self.weekday())
    }

    /// So much later. Minutes and hours say the time too.
    fn later(&mut self, count: i64, unit: Unit) -> Result<Date, Misread> {
        let misread = |_| Misread::NoSuchDay(self.typed());
        let by = match unit {
            Unit::Minutes => Length::new().try_minutes(count),
            Unit::Hours => Length::new().try_hours(count),
            Unit::Days => Length::new().try_days(count),
            Unit::Weeks => Length::new().try_weeks(count),
            Unit::Months => Length::new().try_months(count),
        };
        let then = by
            .and_then(|by| self.now.checked_add(by))
            .map_err(misread)?;
        if matches!(unit, Unit::Minutes | Unit::Hours) {
            let then = then.round(Rounding::Minute).map_err(misread)?;
            self.time = Some(then.time());
            return Ok(then.date());
        }
        Ok(then.date())
    }

    fn weekday(&self) -> Option<(Date, usize)> {
        let (is_this, start) = match self.word(0) {
            "ce" | "cette" | "this" => (true, 1),
            "next" => (false, 1),
            _ => (false, 0),
        };
        let weekday = words::weekday(self.word(start))?;
        let from = self.from();
        let date = if is_this && from.weekday() == weekday {
            from
        } else {
            from.nth_weekday(1, weekday).ok()?
        };
        let has_next = start == 0 && matches!(self.word(1), "prochain" | "prochaine");
        Some((date, start + 1 + usize::from(has_next)))
    }

    /// A day named by itself: `28/12`, `28 décembre 2026`, `December 28th`, `le 15`.
    fn written(&self) -> Result<Option<(Date, usize)>, Misread> {
        let Some(first) = self.words.first() else {
            return Ok(None);
        };
        if let Some(digits) = words::digits(first) {
            let digits = digits?;
            let date = self.placed(digits.year, digits.month, digits.day)?;
            return Ok(Some((date, 1)));
        }
        let (start, is_marked) = match self.word(0) {
            "le" | "the" => (1, true),
            _ => (0, false),
        };
        let of = |index: usize| usize::from(matches!(self.word(index), "of" | "de"));
        if let Some(day) = words::day_of_month(self.word(start)) {
            let at = start + 1 + of(start + 1);
            if let Some(month) = words::month(self.word(at)) {
                let year = words::year(self.word(at + 1));
                let date = self.placed(year, month, day)?;
                return Ok(Some((date, at + 1 + usize::from(year.is_some()))));
            }
            // The start of a span may borrow its month from the end, which is tried elsewhere.
            let is_ordinal = !words::is_number(self.word(start));
            if is_marked || is_ordinal {
                return Ok(Some((self.next_of_month(day)?, start + 1)));
            }
        }
        if let Some(month) = words::month(self.word(0))
            && let Some(day) = words::day_of_month(self.word(1))
        {
            let year = words::year(self.word(2));
            let date = self.placed(year, month, day)?;
            return Ok(Some((date, 2 + usize::from(year.is_some()))));
        }
        Ok(None)
    }

    /// A day in the year that was named, or in the nearest one that makes sense.
    fn placed(&self, year: Option<i16>, month: i8, day: i8) -> Result<Date, Misread> {
        let no_such_day = || Misread::NoSuchDay(self.typed());
        if let Some(year) = year {
            return Date::new(year, month, day).map_err(|_| no_such_day());
        }
        let from = self.from();
        let earliest = from
            .checked_sub(self.ago_days.days())
            .map_err(|_| no_such_day())?;
        // The 29th of February comes every four years, but for one time in a century.
        (earliest.year()..=earliest.year().saturating_add(8))
            .filter_map(|year| Date::new(year, month, day).ok())
            .find(|date| *date >= earliest)
            .ok_or_else(no_such_day)
    }

    /// The next such day of a month, today included.
    fn next_of_month(&self, day: i8) -> Result<Date, Misread> {
        let from = self.from();
        let mut first = from.first_of_month();
        for _ in 0..12 {
            if let Ok(date) = Date::new(first.year(), first.month(), day)
                && date >= from
            {
                return Ok(date);
            }
            first = first
                .checked_add(1.month())
                .map_err(|_| Misread::NoSuchDay(self.typed()))?;
        }
        Err(Misread::NoSuchDay(self.typed()))
    }

    /// What was read, with what was left unsaid.
    fn ended(self) -> Result<Moment, Misread> {
        let date = match (self.date, self.time, self.after) {
            (Some(date), ..) => date,
            (None, Some(_), Some(start)) => start.date,
            (None, Some(time), None) if time > self.now.time() => self.now.date(),
            (None, Some(_), None) => self.now.date().tomorrow().map_err(|_| Misread::Empty)?,
            (None, None, _) => return Err(Misread::Empty),
        };
        Ok(Moment {
            date,
            time: self.time,
        })
    }
}
