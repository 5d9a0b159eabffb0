//! Messages of chosen channels, complete and searchable.
//!
//! - Members see: who may manage the server (capability `archive.manage`) `/archive enable`, `disable`, `retention` and
//!   `backfill`; who may read the archive (`archive.read`) `/archive status`, `search` and `export`, with what they can
//!   read in Discord now; everyone `/archive privacy`, and `exports` for their own.
//! - Tables: the schema `archive`, with `archive.message` in partitions of a month each; views in `reporting`.
//! - Discord: messages and reactions, the privileged intent for message content, and View Channel and Read Message
//!   History where something is kept.
//!
//! How it works: events go through one bounded buffer (`buffer`) into rows, held until they are there. What was told of a
//! message is joined (`model`), so order and repetition do not matter. Each channel has the ranges of ids between which
//! everything is held; `repair` reads what lies between them, `backfill` what lies before. Nothing is kept until somebody
//! turns a channel on, and what members do not want to be kept is left out when it is written (`write`).

mod attachments;
mod backfill;
mod browse;
mod buffer;
mod channels;
mod columns;
mod commands;
mod dump;
mod events;
mod export;
mod exports;
mod forget;
pub mod import;
mod memory;
mod model;
mod operator;
pub mod past;
mod privacy;
mod pull;
mod recall;
mod repair;
mod routes;
mod search;
mod settings;
mod status;
mod store;
mod text;
mod wire;
mod write;

use std::{sync::OnceLock, time::Duration};

use feature::{Capability, Feature, Scope};
use twilight_cache_inmemory::ResourceType;
use twilight_model::{gateway::Intents, guild::Permissions};

use crate::settings::Keep;
pub use crate::{
    attachments::policy::{Allowed, Objection, Offered, Policy},
    operator::Operator,
};

/// How often what is past its time is deleted.
const PURGE: Duration = Duration::from_hours(24);
/// How often files that are over are removed.
const SWEEP: Duration = Duration::from_hours(1);
/// How long the jobs that read the history may take; they go on where they were.
const LONGEST: Duration = Duration::from_mins(30);

/// Saying what is kept.
pub(crate) const MANAGE: Capability = Capability {
    name: "archive.manage",
    by_default: Permissions::MANAGE_GUILD,
    staff: false,
};
/// Looking into the archive.
pub(crate) const READ: Capability = Capability {
    name: "archive.read",
    by_default: Permissions::MANAGE_MESSAGES,
    staff: true,
};

/// The feature.
#[derive(Default)]
pub struct Archive {
    memory: memory::Memory,
    buffer: buffer::Buffer,
    operator: Operator,
    outgoing: OnceLock<outgoing::Client>,
}

impl Archive {
    /// That keeps what the operator wants kept, besides what servers turn on.
    pub fn keeping(operator: Operator) -> Self {
        Self {
            operator,
            ..Self::default()
        }
    }

    /// The same, fetching files otherwise: tests have a server of their own.
    #[must_use]
    pub fn reaching(self, client: outgoing::Client) -> Self {
        Self {
            outgoing: OnceLock::from(client),
            ..self
        }
    }

    /// How files are fetched; made when the first is.
    pub(crate) fn outgoing(&self) -> &outgoing::Client {
        self.outgoing.get_or_init(outgoing::Client::default)
    }

    /// With a buffer for so many events, which a test can fill.
    #[doc(hidden)]
    pub fn with_buffer(most: usize) -> Self {
        Self {
            buffer: buffer::Buffer::new(most),
            ..Self::default()
        }
    }
}

impl std::fmt::Debug for Archive {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Archive")
    }
}

impl Feature for Archive {
    const NAME: &'static str = "archive";

    fn register(scope: &mut Scope<'_, Self>) {
        let long = || ::jobs::Options {
            timeout: LONGEST,
            ..::jobs::Options::default()
        };
        scope
            .cache(ResourceType::GUILD | ResourceType::CHANNEL | ResourceType::ROLE)
            .intents(Intents::MESSAGE_CONTENT)
            .french(include_str!("../i18n/fr/commands.ftl"))
            .settings::<Keep>()
            .needs(channels::NEEDED)
            .command(commands::archive)
            .component(status::turn)
            .component(search::turn)
            .component(exports::commands::progress)
            .on(events::message_create)
            .on(events::message_update)
            .on(events::message_delete)
            .on(events::message_delete_bulk)
            .on(events::reaction_add)
            .on(events::reaction_remove)
            .on(events::reaction_remove_all)
            .on(events::reaction_remove_emoji)
            .on(events::vote_add)
            .on(events::vote_remove)
            .on(events::channel_update)
            .on(events::role_update)
            .on(events::thread_update)
            .on_even_off(events::guild_create)
            .on_even_off(events::guild_delete)
            .reconcile(repair::reconcile)
            .job_with(long(), repair::repair)
            .job_with(long(), backfill::fill)
            .job_with(long(), forget::purge)
            .job_with(long(), forget::forget)
            .job(forget::report)
            .job_with(long(), privacy::erase)
            .erases(privacy::person)
            .job_with(long(), recall::recall)
            .job_with(long(), exports::write)
            .job_with(long(), attachments::fetch)
            .job(exports::sweep)
            .schedule(
                ::jobs::Schedule::every(PURGE).expect("a day is a pause"),
                &forget::Purge {},
            )
            .schedule(
                ::jobs::Schedule::every(SWEEP).expect("an hour is a pause"),
                &exports::Sweep {},
            )
            .browse(&browse::COVERAGE)
            .browse(&browse::PURGES)
            .routes(routes::routes());
    }
}

#[cfg(test)]
mod tests {
    use feature::Registry;

    use super::*;

    #[test]
    fn the_feature_fits_discords_rules() {
        if let Err(clashes) = Registry::new().with(Archive::default()).build() {
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
