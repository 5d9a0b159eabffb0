//! All SQL of this feature, a file for each subject. After a change: `just prepare`.

#![expect(
    clippy::as_conversions,
    reason = "in `query!`, `as` names the type of a parameter and converts nothing"
)]

pub mod groups;
pub mod joins;
pub(crate) mod legacy;
pub mod mass;
pub mod members;
pub mod seats;
