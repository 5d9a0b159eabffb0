//! Stories of the engine: slow, broken and greedy features, restarts and lost connections.

mod answering;
mod isolation;
mod probe;

use probe::Probe;

fn features() -> feature::Registry {
    feature::Registry::new().with(Probe)
}
