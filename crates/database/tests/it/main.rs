//! The database room against a real server.
#![expect(clippy::unwrap_used, reason = "a test that can not go on says where")]
#![expect(
    clippy::print_stdout,
    reason = "durations are worth a look when a test runs with --nocapture"
)]

mod local;
mod opening;
mod test_databases;
