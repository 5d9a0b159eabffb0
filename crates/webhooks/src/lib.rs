//! Programs outside that are told what happens in a guild: addresses that get a signed request for each happening.
//!
//! - Who may manage the server sees: `/webhook` (capability `webhooks.manage`); programs the routes under
//!   `/v1/guilds/{guild}/webhooks`.
//! - Tables: the schema `webhooks`: the addresses with their secrets, what was sent, and each attempt, for 30 days.
//! - Discord: nothing but its commands.
//!
//! What can happen is said by the features ([`feature::Scope::announces`]). Requests follow Standard Webhooks 1.0: the
//! headers `webhook-id`, `webhook-timestamp` and `webhook-signature`, HMAC-SHA256 with a secret that is shown once; while a
//! secret is being replaced both sign. A receiver gets each happening at least once, knows it again by its id, and puts
//! those of one subject in order by `sequence`. What fails is tried again for about a day and a half; where nothing
//! gets through for five days the webhook is stopped and its maker told. Addresses are called by [`outgoing`].

mod acts;
mod api;
mod commands;
mod components;
mod deliver;
mod model;
mod sign;
mod store;
mod text;

use std::time::Duration;

use feature::{Capability, Feature, Scope};
use outgoing::Client;
use twilight_cache_inmemory::ResourceType;
use twilight_model::guild::Permissions;

/// How often what was sent long ago is erased.
const PURGE: Duration = Duration::from_hours(24);

/// Telling programs outside what happens.
pub(crate) const MANAGE: Capability = Capability {
    name: "webhooks.manage",
    by_default: Permissions::MANAGE_GUILD,
    staff: false,
};

/// The feature.
#[derive(Debug, Default)]
pub struct Webhooks {
    outgoing: Client,
}

impl Webhooks {
    /// Calling through a client of somebody's own.
    pub const fn reaching(outgoing: Client) -> Self {
        Self { outgoing }
    }
}

impl Feature for Webhooks {
    const NAME: &'static str = "webhooks";

    fn register(scope: &mut Scope<'_, Self>) {
        scope
            .cache(ResourceType::GUILD)
            .french(include_str!("../i18n/fr/commands.ftl"))
            .command(commands::webhook)
            .typing(commands::typing)
            .component(components::act)
            .component(components::new_secret)
            .component(components::again)
            .announces(&[deliver::TEST])
            .listens(deliver::hear)
            .job(deliver::deliver)
            .job(deliver::tell_stopped)
            .job(deliver::purge)
            .forgets("webhooks.forget", deliver::forget)
            .erases(acts::erase)
            .schedule(
                ::jobs::Schedule::every(PURGE).expect("a day is a pause"),
                &deliver::Purge {},
            )
            .routes(api::routes());
    }
}

#[cfg(test)]
mod tests {
    use feature::Registry;

    use super::*;

    #[test]
    fn the_feature_fits_discords_rules() {
        if let Err(clashes) = Registry::new().with(Webhooks::default()).build() {
            panic!("{clashes}");
        }
    }

    #[test]
    fn every_sentence_is_in_both_languages_and_used() {
        assert_eq!(
            text::WORDS.problems(include_str!("text.rs")),
            Vec::<String>::new()
        );
    }
}
