//! All SQL of this feature. After a change: `just prepare`.

#![expect(
    clippy::as_conversions,
    reason = "in `query!`, `as` names the type of a parameter and converts nothing"
)]

pub(crate) mod days;
pub(crate) mod erasing;
pub(crate) mod past;
pub(crate) mod people;
pub(crate) mod reading;
pub(crate) mod voice;
pub(crate) mod written;

#[cfg(test)]
mod tests;
