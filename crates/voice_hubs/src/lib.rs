//! Voice rooms on demand: who joins a hub channel gets a room of their own and steers it from a panel.
//!
//! - Members see: everyone the panel in their room, `/hub panel` and `/hub claim`; who may manage the server
//!   (capability `hub.manage`) also `/hub create`, `list`, `config` and `delete`. Moderators (capability
//!   `hub.moderate`) steer the rooms of others.
//! - Tables: the schema `voice_hubs`. What is wanted of every hub and room stands there, who sits where as far as events
//!   were handled, and what is remembered of owners.
//! - Discord: the intents for guilds and voice states; Manage Channels, Manage Roles, Move Members, View Channel and
//!   Connect. Voice states are known from Discord when a session begins and from Postgres after one was resumed.
//!
//! How it works: events, clicks and timers only wake a guild (`watch`). A `round` reads what is stored, makes the
//! `plan` (a pure function), writes down what was decided and starts what Discord must do (`open`, `upkeep`,
//! `waiting`). Whatever was missed or cut short, the next round leads to the same end.

mod api;
mod authority;
mod browse;
mod channel;
mod commands;
mod components;
mod events;
mod guild;
pub mod import;
mod jobs;
mod model;
mod name;
mod notice;
mod open;
mod overwrites;
mod panel;
mod plan;
mod round;
mod settings;
mod store;
mod template;
mod text;
mod upkeep;
mod waiting;
mod watch;

use std::{sync::Arc, time::Duration};

use feature::{Feature, Scope};
use tokio::sync::Semaphore;
use twilight_cache_inmemory::ResourceType;

/// How many lines of the log are on their way at once; more are left out.
const LOG_LINES: usize = 32;
/// How often rooms are looked at though nothing told of a need.
const SWEEP: Duration = Duration::from_mins(5);

/// The feature.
#[derive(Debug)]
pub struct VoiceHubs {
    /// This process, among those that may work on a guild.
    process: String,
    watches: watch::Watches,
    /// Categories are made and deleted one at a time.
    categories: Semaphore,
    logs: Arc<Semaphore>,
}

impl Default for VoiceHubs {
    fn default() -> Self {
        Self {
            process: uuid::Uuid::new_v4().to_string(),
            watches: watch::Watches::default(),
            categories: Semaphore::new(1),
            logs: Arc::new(Semaphore::new(LOG_LINES)),
        }
    }
}

impl Feature for VoiceHubs {
    const NAME: &'static str = "voice_hubs";

    fn register(scope: &mut Scope<'_, Self>) {
        scope
            .cache(
                ResourceType::GUILD
                    | ResourceType::CHANNEL
                    | ResourceType::ROLE
                    | ResourceType::PRESENCE,
            )
            .french(include_str!("../i18n/fr/commands.ftl"))
            .settings::<settings::VoiceSettings>()
            .capability(&authority::MODERATE)
            .needs(guild::NEEDED)
            .needs_in(guild::needs)
            .command(commands::hub)
            .typing(commands::typing)
            .component(components::set_mode)
            .component(components::set_waiting)
            .component(components::rename)
            .modal(components::named)
            .component(components::limit)
            .modal(components::limited)
            .component(components::allow)
            .component(components::deny)
            .component(components::show_lists)
            .component(components::turn_lists)
            .component(components::unlist)
            .component(components::purge)
            .component(components::do_purge)
            .component(components::transfer)
            .component(components::give_to)
            .component(components::claim)
            .component(components::forget)
            .component(components::delete)
            .component(components::do_delete)
            .component(waiting::approve)
            .component(waiting::refuse)
            .component(waiting::block)
            // Who sits where is told by events alone; a round does nothing more than to store it while this is off.
            .on_even_off(events::guild_create)
            .on_even_off(events::guild_delete)
            .on_even_off(events::voice_state)
            .on_even_off(events::channel_create)
            .on_even_off(events::channel_delete)
            .reconcile(events::reconcile)
            .job(round::look_again)
            .job(jobs::sweep)
            .schedule(
                ::jobs::Schedule::every(SWEEP).expect("five minutes are a pause"),
                &jobs::Sweep {},
            )
            .routes(api::routes())
            .browse(&browse::HUBS)
            .browse(&browse::ROOMS);
    }
}

#[cfg(test)]
mod tests {
    use feature::Registry;

    use super::*;

    #[test]
    fn the_feature_fits_discords_rules() {
        if let Err(clashes) = Registry::new().with(VoiceHubs::default()).build() {
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
