//! The simulator, seen by a client that is not ours: twilight.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod answers;
mod gateway;
mod support;
