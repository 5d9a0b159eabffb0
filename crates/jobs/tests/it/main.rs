//! The job queue on a real database.
#![expect(clippy::unwrap_used, reason = "a test that can not go on says where")]

mod faults;
mod hands;
mod history;
mod queue;
mod retries;
mod schedules;
mod support;
