//! All SQL of webhooks.

#![expect(
    clippy::as_conversions,
    reason = "in `query!`, `as` names the type of a parameter and converts nothing"
)]

mod deliveries;
mod hooks;

pub(crate) use deliveries::{
    Attempt, ToSend, add, again, attempted, drop_waiting, due, log, purge,
};
pub(crate) use hooks::{
    New, add as add_hook, all, drop_member, edit, forget, one, remove, rotate, stop,
};
