//! Is a body what Discord accepts? Each check notes form errors by path, so one answer names them all.

pub(crate) mod channels;
pub(crate) mod commands;
pub(crate) mod components;
pub(crate) mod embeds;
pub(crate) mod events;
pub(crate) mod fields;
pub(crate) mod messages;
pub(crate) mod modals;
mod tree;

pub(crate) use fields::{Fields, Patch};
