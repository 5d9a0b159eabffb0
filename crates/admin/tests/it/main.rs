//! Stories of administration.

mod ping;

fn features() -> feature::Registry {
    feature::Registry::new().with(admin::Admin)
}
