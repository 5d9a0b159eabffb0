//! Dates and times as people type them, in French and in English.
//!
//! `28/12`, `28 décembre`, `demain 14h`, `next monday at 2pm`, `dans 3 jours`, `2026-12-28 14:30`; and spans:
//! `28/12 02/01`, `du 3 au 5 mai`, `monday to friday`, `demain 8h-12h`. Both languages are always understood, since people
//! mix them. The day comes before the month, as everywhere but in the United States; who types `12/28` is told so.
//!
//! What comes again and again is in [`rule`].
//!
//! What is left unsaid is filled in:
//! - without a year, the nearest one that makes sense: up to three months ago, else ahead; of what is to come, the next;
//! - a weekday is the next one after today; with `this` or `ce`, today counts;
//! - a time without a day is today's if it is still to come, else tomorrow's;
//! - the end of a span follows from its start: `28/12 02/01` ends in the next year.

mod moment;
pub mod rule;
mod span;
mod words;

pub use self::{
    moment::{Moment, moment, upcoming},
    span::{Span, span},
};

/// The longest text that is looked at, in characters.
pub const LONGEST: usize = 100;

/// Why a text is no date.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Misread {
    /// There is nothing to read.
    #[error("nothing is written")]
    Empty,
    /// It is longer than [`LONGEST`] characters.
    #[error("{0} characters are too many")]
    TooLong(usize),
    /// This word is not understood.
    #[error("`{0}` is not understood")]
    Word(String),
    /// There is no such day: `31/02`, or `12/28`, where the day must come first.
    #[error("`{0}` is no day")]
    NoSuchDay(String),
    /// There is no such time: `25h`.
    #[error("`{0}` is no time")]
    NoSuchTime(String),
    /// It ends before it starts.
    #[error("it ends before it starts")]
    Backwards,
}
