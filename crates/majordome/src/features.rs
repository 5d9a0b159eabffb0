//! The one list of features. Adding a feature is a line here, a crate and a migration.

use feature::Registry;

/// Everything that this program can do.
pub(crate) fn all() -> Registry {
    Registry::new()
        .with(admin::Admin)
        .with(dbbrowse::Dbbrowse)
        .with(users::Users)
        .with(voice_hubs::VoiceHubs::default())
}
