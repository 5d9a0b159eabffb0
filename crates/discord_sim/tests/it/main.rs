//! The simulator, seen by a client that is not ours: twilight.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod answers;
mod channels;
mod endpoint;
mod events;
mod faults;
mod gateway;
mod limits;
mod members;
mod messages;
mod outside;
mod protocol;
mod support;
mod transcript;
