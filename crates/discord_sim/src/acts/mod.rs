//! What can be done to the world, each act with the events it fires.
//!
//! REST handlers check rights first and then act; people act under the rules of their client. Both end
//! here, so that an act has the same consequences whoever does it.

pub(crate) mod audit;
pub(crate) mod automod;
pub(crate) mod channels;
pub(crate) mod drafts;
pub(crate) mod events;
pub(crate) mod guilds;
pub(crate) mod interactions;
pub(crate) mod members;
pub(crate) mod messages;
pub(crate) mod polls;
pub(crate) mod reactions;
pub(crate) mod roles;
pub(crate) mod threads;
pub(crate) mod voice;
