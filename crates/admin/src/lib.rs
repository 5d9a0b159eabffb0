//! Administration: `/ping`, `/info`, `/help` and `/settings`.
//!
//! The administrator's first room, and the example for contributors: `/ping` shows a command, a card and a button
//! that still works after a restart.
//!
//! - Members see: everyone `/ping`, `/info` and `/help`; who may manage the server (capability `settings.manage`)
//!   also `/settings`.
//! - Tables: none of its own; the settings are the platform's document `general`.
//! - Discord: no intent beyond the guilds themselves, no permission.

mod browse;
mod help;
mod info;
mod ping;
mod settings;
mod text;
mod zones;

use feature::{Feature, General, Scope};
use twilight_cache_inmemory::ResourceType;

/// The feature.
#[derive(Debug, Default)]
pub struct Admin;

impl Feature for Admin {
    const NAME: &'static str = "admin";

    fn register(scope: &mut Scope<'_, Self>) {
        scope
            .cache(ResourceType::GUILD)
            .french(include_str!("../i18n/fr/commands.ftl"))
            .command(ping::ping)
            .component(ping::refresh)
            .command(info::info)
            .command(help::help)
            .typing(help::typing)
            .component(help::turn)
            .settings::<General>()
            .command(settings::settings)
            .typing(settings::typing)
            .component(settings::turn)
            .browse(&browse::DOCUMENTS)
            .browse(&browse::CHANGES);
    }
}

#[cfg(test)]
mod tests {
    use feature::Registry;

    use super::*;

    #[test]
    fn the_feature_fits_discords_rules() {
        Registry::new()
            .with(Admin)
            .build()
            .expect("every command passes");
    }

    #[test]
    fn every_sentence_is_in_both_languages_and_used() {
        assert_eq!(
            text::WORDS.problems(include_str!("text.rs")),
            Vec::<String>::new()
        );
    }
}
