//! Calendars as files (iCalendar, RFC 5545).
//!
//! Written by hand: the libraries for it bring a second library of time into the program, or fold lines a character too
//! late.

pub(crate) mod read;
mod rrule;
pub(crate) mod write;
pub(crate) mod zone;
