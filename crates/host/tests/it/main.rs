//! Stories of the engine: slow, broken and greedy features, restarts and lost connections.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod answering;
mod flood;
mod isolation;
mod probe;
mod resilience;
mod rest;

use probe::{Calm, Probe};

fn features() -> feature::Registry {
    feature::Registry::new().with(Probe).with(Calm)
}
