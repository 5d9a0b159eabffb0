//! Tasks: who is to do what, where and by when.
//!
//! - Members see: everyone `/task create`, `list`, `show`, `done` and the «Make a task» entry of messages (capability
//!   `tasks.create`); who may give work to others (`tasks.assign_others`) names assignees; who made a task, and who may
//!   manage tasks (`tasks.manage`), edits, deletes and restores it and sets `/task config`, `export`, `import` and `erase`.
//! - Tables: the schema `tasks`; the view `tasks` in `reporting`.
//! - Discord: no intent beyond the guilds themselves. Panels and reminders need Send Messages where they stand.
//!
//! How it works: a task is a row, and every change of it goes through `work::change`, which locks the row, writes what
//! differs into the history, and enqueues what follows, all in one transaction: the panel (`panel`), the next reminder
//! (`reminders`), and the next instance of what comes again (`repeat`). Buttons carry guild and number, so they work for the
//! life of the task, in direct messages too.

mod commands;
mod components;
mod duties;
mod export;
mod forget;
mod import;
mod model;
mod panel;
mod people;
mod reminders;
mod repeat;
mod routes;
mod settings;
mod sites;
mod store;
mod text;
mod told;
mod work;

use std::time::Duration;

use feature::{Capability, Feature, Scope};
use twilight_cache_inmemory::ResourceType;
use twilight_model::guild::Permissions;

/// How often what was deleted long ago is erased.
const PURGE: Duration = Duration::from_hours(24);

/// Making tasks, and looking at them.
pub(crate) const CREATE: Capability = Capability {
    name: "tasks.create",
    by_default: Permissions::VIEW_CHANNEL,
    staff: true,
};
/// Giving tasks to others.
pub(crate) const ASSIGN: Capability = Capability {
    name: "tasks.assign_others",
    by_default: Permissions::MANAGE_MESSAGES,
    staff: true,
};
/// Changing everybody's tasks.
pub(crate) const MANAGE: Capability = Capability {
    name: "tasks.manage",
    by_default: Permissions::MANAGE_GUILD,
    staff: true,
};

/// The feature.
#[derive(Debug, Default)]
pub struct Tasks;

impl Feature for Tasks {
    const NAME: &'static str = "tasks";

    fn register(scope: &mut Scope<'_, Self>) {
        scope
            .cache(ResourceType::GUILD | ResourceType::CHANNEL | ResourceType::ROLE)
            .needs(Permissions::VIEW_CHANNEL | Permissions::SEND_MESSAGES)
            .french(include_str!("../i18n/fr/commands.ftl"))
            .settings::<settings::TaskSettings>()
            .capability(&ASSIGN)
            .command(commands::task)
            .typing(commands::typing)
            .menu(commands::from_message)
            .component(components::act)
            .component(components::open)
            .component(components::assign)
            .component(components::tick)
            .component(components::turn)
            .modal(components::blocked)
            .modal(components::edited)
            .modal(components::made)
            .erases(forget::person)
            .forgets("tasks.forget", forget::guild)
            .duties(duties::told)
            .job(panel::show)
            .job(reminders::remind)
            .job(reminders::digest)
            .job(repeat::renew)
            .job(forget::purge)
            .schedule(
                ::jobs::Schedule::every(PURGE).expect("a day is a pause"),
                &forget::Purge {},
            )
            .announces(&told::ALL)
            .listens(sites::heard)
            .routes(routes::routes());
    }
}

#[cfg(test)]
mod tests {
    use feature::Registry;

    use super::*;

    #[test]
    fn the_feature_fits_discords_rules() {
        if let Err(clashes) = Registry::new().with(Tasks).build() {
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
