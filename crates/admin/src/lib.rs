//! Administration: `/ping`, `/info`, `/help`, `/settings`, `/permissions`, `/features`, `/doctor`, `/erase` and `/audit`.
//!
//! The administrator's first room, and the example for contributors: `/ping` shows a command, a card and a button
//! that still works after a restart.
//!
//! - Members see: everyone `/ping`, `/info` and `/help`; who may manage the server also `/settings` and `/doctor`
//!   (capability `settings.manage`), `/features` (`features.manage`) and `/audit` (`audit.read`); administrators also
//!   `/permissions` (`permissions.manage`), `/erase` (`people.erase`) and the import of settings (`settings.import`).
//! - Tables: `admin.upload`, settings that wait for a member's word; `admin.audit_snapshot`, the newest audits of each
//!   guild; the settings themselves are the platform's documents `general`, `permissions` and `features`.
//! - Discord: no intent beyond the guilds themselves, and no permission: `/audit` shows more with Manage Server and
//!   Manage Webhooks, and says what it could not read without them. This feature can not be switched off.

mod api;
mod audit;
mod browse;
mod doctor;
mod erase;
mod features;
mod help;
mod info;
mod jobs;
mod permissions;
mod ping;
#[cfg(test)]
mod refusals;
mod settings;
mod store;
mod text;
mod zones;

use feature::{Feature, General, Grants, Scope, Switches};
use twilight_cache_inmemory::ResourceType;

/// The feature.
#[derive(Debug, Default)]
pub struct Admin;

impl Feature for Admin {
    const NAME: &'static str = "admin";
    const CAN_BE_OFF: bool = false;

    fn register(scope: &mut Scope<'_, Self>) {
        scope
            .cache(ResourceType::GUILD | ResourceType::CHANNEL | ResourceType::ROLE)
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
            .component(settings::turn_of)
            .component(settings::undo::undo)
            .component(settings::transfer::apply)
            .settings::<Grants>()
            .command(permissions::permissions)
            .typing(permissions::typing)
            .component(permissions::turn)
            .settings::<Switches>()
            .command(features::features)
            .typing(features::typing)
            .command(doctor::doctor)
            .command(erase::erase)
            .job(erase::run)
            .command(audit::audit)
            .typing(audit::typing)
            .routes(
                api::routes()
                    .merge(jobs::routes())
                    .merge(erase::routes())
                    .merge(audit::api::routes()),
            )
            .browse(&browse::DOCUMENTS)
            .browse(&browse::CHANGES)
            .browse(&browse::AUDITS);
    }
}

/// The name that is most like the asked one.
fn nearest(names: impl Iterator<Item = &'static str>, asked: &str) -> Option<&'static str> {
    names
        .map(|name| (strsim::jaro_winkler(name, asked), name))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, name)| name)
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
            text::WORDS.problems(concat!(
                include_str!("text.rs"),
                include_str!("text/audit.rs")
            )),
            Vec::<String>::new()
        );
    }
}
