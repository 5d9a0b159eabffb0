//! Who is there, who writes and speaks how much, and when.
//!
//! - Members see: `/presence`, `/stats` and `/summary` (capability `activity.read`, which everyone has unless a guild
//!   says otherwise); everyone `/activity opt-out` and `opt-in`; who may manage the server `/activity config` (capability
//!   `activity.manage`).
//! - Tables: the schema `activity`; views `user_stats` and `stats_globales` in `reporting`.
//! - Discord: messages (not what they say), voice states, members for joins and leaves, presences where the operator
//!   switched them on.
//!
//! What is counted, and why so: a message counts when it is written, for its author in its channel in its quarter of an
//! hour, and stays counted when it is edited or deleted; names play no part in it. Counts are kept instead of messages, so
//! that nobody's messages are listed here and a year takes little room. A message that Discord tells again is not counted
//! again (`capture`): the ids of the last three days are known, and older ones are not taken any more. Quarters are fine
//! enough for every zone on earth, so sums by local day and hour are exact; they are drawn from what is counted
//! whenever a day is marked as changed (`sums`), never added to, so they can be drawn any number of times. Voice is kept as
//! stretches (`voice`). What was said before the bot came, and while it was away for longer than Discord remembers, is
//! counted as far as the archive holds it (`past`): each answer says since when it is.

mod browse;
mod capture;
mod commands;
mod forget;
mod gather;
mod model;
mod past;
mod presence;
mod privacy;
mod routes;
mod settings;
mod sitting;
mod stats;
mod store;
mod summary;
mod sums;
mod text;
mod voice;

use std::{collections::HashSet, time::Duration};

use database::GuildId;
use feature::{Capability, Feature, Scope};
use parking_lot::Mutex;
use twilight_cache_inmemory::ResourceType;
use twilight_model::guild::Permissions;

/// How often what is past its time is erased.
const PURGE: Duration = Duration::from_hours(24);

/// Seeing who is there and how much is written.
pub(crate) const READ: Capability = Capability {
    name: "activity.read",
    by_default: Permissions::VIEW_CHANNEL,
    staff: true,
};
/// Saying what is counted.
pub(crate) const MANAGE: Capability = Capability {
    name: "activity.manage",
    by_default: Permissions::MANAGE_GUILD,
    staff: false,
};

/// The feature.
#[derive(Default)]
pub struct Activity {
    written: gather::Gather<capture::Written>,
    changes: gather::Gather<sitting::Change>,
    /// Guilds of which all that happened was handled; before that nobody knows who still sits in voice.
    caught_up: Mutex<HashSet<GuildId>>,
    /// Guilds of which Discord told everything in this process, presences too.
    told: Mutex<HashSet<GuildId>>,
}

impl std::fmt::Debug for Activity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Activity")
    }
}

impl Feature for Activity {
    const NAME: &'static str = "activity";

    fn register(scope: &mut Scope<'_, Self>) {
        scope
            .cache(
                ResourceType::GUILD
                    | ResourceType::CHANNEL
                    | ResourceType::ROLE
                    | ResourceType::PRESENCE,
            )
            .needs(Permissions::VIEW_CHANNEL)
            .french(include_str!("../i18n/fr/commands.ftl"))
            .settings::<settings::ActivitySettings>()
            .command(presence::presence)
            .component(presence::turn)
            .command(stats::stats)
            .component(stats::turn)
            .command(summary::summary)
            .command(commands::activity)
            .on(capture::message)
            .on(capture::member_add)
            .on(capture::member_remove)
            .on(sitting::voice_state)
            .on(forget::guild_create)
            .on_even_off(forget::guild_delete)
            .reconcile(sums::reconcile)
            .job(sums::sum)
            .job(sitting::beat)
            .job(privacy::erase)
            .job(forget::purge)
            .job(forget::forget)
            .job_with(
                ::jobs::Options {
                    timeout: Duration::from_mins(30),
                    ..::jobs::Options::default()
                },
                past::count,
            )
            .schedule(
                ::jobs::Schedule::every(PURGE).expect("a day is a pause"),
                &past::Past {},
            )
            .schedule(
                ::jobs::Schedule::every(PURGE).expect("a day is a pause"),
                &forget::Purge {},
            )
            .browse(&browse::WRITTEN)
            .browse(&browse::VOICE)
            .routes(routes::routes());
    }
}

#[cfg(test)]
mod tests {
    use feature::Registry;

    use super::*;

    #[test]
    fn the_feature_fits_discords_rules() {
        if let Err(clashes) = Registry::new().with(Activity::default()).build() {
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
