//! Stories of administration.

mod help;
mod ping;
mod settings;

fn features() -> feature::Registry {
    feature::Registry::new().with(admin::Admin)
}
