//! All SQL of this feature. After a change: `just prepare`.

#![expect(
    clippy::as_conversions,
    reason = "in `query!`, `as` names the type of a parameter and converts nothing"
)]

pub(crate) mod backfills;
pub(crate) mod channels;
pub(crate) mod erasing;
pub(crate) mod exports;
pub(crate) mod files;
pub(crate) mod messages;
pub(crate) mod people;
pub(crate) mod reading;
