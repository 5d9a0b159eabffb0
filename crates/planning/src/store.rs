//! All SQL of the plan, by subject. After a change: `just prepare`.

#![expect(
    clippy::as_conversions,
    reason = "in `query!`, `as` names the type of a parameter and converts nothing"
)]

pub(crate) mod calendars;
pub(crate) mod entries;
pub(crate) mod feeds;
pub(crate) mod forget;
pub(crate) mod people;
pub(crate) mod posts;
pub(crate) mod read_in;
