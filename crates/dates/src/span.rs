//! From a day to a day, or from a time to a time.

use jiff::Zoned;

use crate::{
    Misread,
    moment::{Moment, checked, read},
    words::{Word, day_of_month},
};

/// From when to when. Where only days were named, the last day is part of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Span {
    /// Its beginning.
    pub start: Moment,
    /// Its end; the same as the beginning where only one day was named.
    pub end: Moment,
}

/// Reads a span, or a single day; `now` says what `tomorrow` is.
///
/// # Errors
///
/// Says which word is not understood, that there is no such day or time, or that it ends before it starts.
pub fn span(text: &str, now: &Zoned) -> Result<Span, Misread> {
    let words = checked(text)?;
    let alone = match read(&words, now, None) {
        Ok(moment) => {
            return Ok(Span {
                start: moment,
                end: moment,
            });
        }
        Err(misread) => misread,
    };
    let words = match words.split_first() {
        Some((first, rest)) if is_start(&first.plain) && !rest.is_empty() => rest,
        _ => &words[..],
    };
    // Where somebody wrote a word for it, it is cut there; else wherever both sides make sense.
    let inner = 1..words.len();
    let written = inner
        .clone()
        .filter(|at| is_between(&words[*at].plain))
        .map(|at| (&words[..at], &words[at + 1..]));
    let anywhere = inner.map(|at| words.split_at(at));
    let mut why = alone;
    for (left, right) in written.chain(anywhere) {
        match ends(left, right, now) {
            Ok(span) => return Ok(span),
            Err(Misread::Backwards) => why = Misread::Backwards,
            Err(_) => {}
        }
    }
    Err(why)
}

fn is_start(word: &str) -> bool {
    matches!(word, "du" | "de" | "from" | "des")
}

fn is_between(word: &str) -> bool {
    matches!(
        word,
        "a" | "au"
            | "to"
            | "until"
            | "till"
            | "jusquau"
            | "jusqua"
            | "through"
            | "et"
            | "and"
            | "-"
            | "–"
            | "—"
            | "->"
            | "→"
    )
}

fn ends(left: &[Word], right: &[Word], now: &Zoned) -> Result<Span, Misread> {
    let start = match read(left, now, None) {
        Ok(start) => start,
        // `3 au 5 mai`: the month stands at the end.
        Err(misread) => borrowed(left, right, now).ok_or(misread)?,
    };
    let end = read(right, now, Some(start))?;
    let is_backwards = match (start.time, end.time) {
        (Some(from), Some(to)) => (end.date, to) <= (start.date, from),
        _ => end.date < start.date,
    };
    if is_backwards {
        return Err(Misread::Backwards);
    }
    Ok(Span { start, end })
}

/// A start that is a mere number, with the month of the end.
fn borrowed(left: &[Word], right: &[Word], now: &Zoned) -> Option<Moment> {
    let [day] = left else { return None };
    day_of_month(&day.plain)?;
    let mut words = vec![day.clone()];
    words.extend(right.iter().skip(1).cloned());
    read(&words, now, None).ok()
}
