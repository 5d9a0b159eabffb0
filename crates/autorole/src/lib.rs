//! Self-service roles: members pick their own from menus; roles at joining and coming back; a role for many at once.
//!
//! - Members see: the menus that staff posts, and what their click did. Staff (capability `autorole.manage`: Manage
//!   Roles, or the staff role) also `/autorole`.
//! - Tables: `autorole.*`. Groups and items; who holds a role with seats, or is about to; one edit at a time of each
//!   member; roles that end; who joined and what they held; mass assignments. The settings document `autorole` holds
//!   the roles at joining.
//! - Discord: the intents `GUILD_MEMBERS` (privileged: seats, joining, sticky roles) and `GUILD_MESSAGES` (menus that
//!   are deleted); the permission Manage Roles, with the bot's role above those that it hands out.
//!
//! How a click goes: [`model::decide`] says what follows from the rules; seats are reserved in Postgres under the
//! role's lock; the member's whole set of roles is written once, one edit at a time (`edit`); what Discord tells of
//! members then keeps the count of seats true, also for roles given by hand.
//!
//! Menus carry stateless ids and answer after every restart. Those of a replaced system (`autorole:btn:…`,
//! `autorole:sel:…`, `autorole:msel:…`) answer when a group carries its old number
//! ([`store::groups::NewGroup::legacy_id`]).

mod acts;
mod api;
mod broken;
mod click;
mod commands;
mod create;
mod duration;
mod edit;
mod editing;
mod emoji;
mod error;
mod events;
pub mod hierarchy;
mod ids;
pub mod import;
mod items;
mod jobs;
mod joining;
mod listing;
mod mass;
pub mod model;
mod own;
mod panel;
mod posting;
mod private;
mod reconcile;
pub mod store;
mod text;

use feature::{Feature, Scope};
use twilight_cache_inmemory::ResourceType;
use twilight_model::guild::Permissions;

pub use self::joining::Joining;

/// The feature.
#[derive(Debug, Default)]
pub struct Autorole;

impl Feature for Autorole {
    const NAME: &'static str = "autorole";

    fn register(scope: &mut Scope<'_, Self>) {
        scope
            .cache(
                ResourceType::GUILD
                    | ResourceType::ROLE
                    | ResourceType::EMOJI
                    | ResourceType::CHANNEL,
            )
            .french(include_str!("../i18n/fr/commands.ftl"))
            .settings::<Joining>()
            .needs(Permissions::MANAGE_ROLES)
            .needs_in(listing::needs)
            .command(commands::run)
            .typing(commands::typing)
            .component(click::press)
            .component(click::pick)
            .component(click::open)
            .component(click::page)
            .component(click::own)
            .legacy_component("autorole:btn:", ids::old_press, click::old_press)
            .legacy_component("autorole:sel:", ids::old_pick, click::old_pick)
            .legacy_component("autorole:msel:", ids::old_pick, click::old_pick)
            .modal(create::submit)
            .component(items::add_picked)
            .component(items::approve)
            .modal(items::submit)
            .component(editing::open_looks)
            .component(editing::open_limits)
            .component(editing::open_times)
            .component(editing::open_conditions)
            .modal(editing::looks)
            .modal(editing::limits)
            .modal(editing::times)
            .modal(editing::conditions)
            .component(listing::turn)
            .component(posting::copy)
            .component(posting::delete_now)
            .component(joining::open)
            .component(joining::open_sticky)
            .modal(joining::submit)
            .modal(joining::submit_sticky)
            .component(mass::start)
            .component(mass::cancel)
            .on(events::member_add)
            .on(events::member_update)
            .on(events::member_remove)
            .on(events::role_delete)
            .on(events::role_update)
            .on(events::message_delete)
            .on(events::messages_delete)
            .on(events::channel_delete)
            .on(events::thread_delete)
            .reconcile(reconcile::guild)
            .job(jobs::refresh)
            .job(jobs::expire)
            .job(jobs::survey)
            .job(jobs::tell_broken)
            .job(jobs::give_at_joining)
            .job(jobs::mass_step)
            .routes(api::routes());
    }
}

#[cfg(test)]
mod tests {
    use feature::Registry;

    use super::*;

    #[test]
    fn the_feature_fits_discords_rules() {
        Registry::new()
            .with(Autorole)
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
