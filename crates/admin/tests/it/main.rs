//! Stories of administration.

#![expect(
    clippy::unwrap_used,
    reason = "a test that can not go on ends by a panic"
)]

mod audit;
mod doctor;
mod erase;
mod features;
mod help;
mod http;
mod jobs;
mod permissions;
mod ping;
mod sample;
mod settings;
mod transfer;

fn features() -> feature::Registry {
    feature::Registry::new().with(admin::Admin)
}

/// Administration, and a feature that can be switched off.
fn with_sample() -> feature::Registry {
    features().with(sample::Sample)
}
