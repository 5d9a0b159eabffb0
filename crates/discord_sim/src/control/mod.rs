//! Driving people from another process: one JSON verb per request.
//!
//! The program `discord-sim` serves `POST /sim` beside REST and gateway; the body is a [`Verb`], the answer
//! a [`Report`]. [`Control`] is the same as typed calls, for the demo, benchmarks and peers in Rust; from
//! elsewhere:
//!
//! ```sh
//! curl -s http://127.0.0.1:4000/sim -H 'content-type: application/json' \
//!   -d '{"do": "slash", "guild": "Rust FR", "who": "alice", "command": "/ping"}'
//! ```

mod client;
mod load;
mod run;
mod scene;
mod trouble;
mod verbs;

pub use client::{Control, ControlError};
pub use load::LoadReport;
pub(crate) use run::serve;
pub use verbs::{Given, Report, Shown, Verb};
