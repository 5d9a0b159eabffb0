//! What can be done to the world, each act with the events it fires.
//!
//! REST handlers check rights first and then act; people act under the rules of their client. Both end
//! here, so that an act has the same consequences whoever does it.

pub(crate) mod drafts;
pub(crate) mod interactions;
pub(crate) mod messages;
pub(crate) mod polls;
pub(crate) mod voice;
