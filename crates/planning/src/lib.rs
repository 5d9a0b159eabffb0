//! The plan: who is at which worksite from when to when, and who is away.
//!
//! - Members see: everyone `/planning week`, `show`, `add` for themselves, `leave`, `edit` and `remove` of what is their own
//!   (capability `planning.own`); who may manage the plan (`planning.manage`) plans others, decides about leave, and sets
//!   `/planning config`, `export`, `import` and `erase`.
//!   `/planning feed` gives a plan to calendar programs, `/planning calendar` shows what stands in somebody's own calendar.
//! - Tables: the schema `planning`; the view `planning` in `reporting`.
//! - Discord: the intent *Guild Messages*, to post the week again when somebody deletes it. The weekly post needs Send Messages
//!   where it stands, a role of leave Manage Roles.
//!
//! How it works: an entry is a row with times of the guild's own clocks, and every change of it goes through
//! `work::change`, which makes all who change the plan of a guild wait for each other, looks for overlaps, writes what
//! differs into the history, and enqueues what follows: the card for who decides (`card`), roles of leave (`leave`), and
//! the posted weeks (`posts`). Each of these jobs brings one thing to how the rows want it, however often it runs.
//!
//! Calendars (`ics`) are written for who has an address of a feed (`feeds`), and read from addresses that people name
//! (`calendars`), by a job for each, through the room `outgoing`.
//!
//! Features that give people work learn who is away through [`feature::absence`], and calendars what people are to do through
//! [`feature::duties`].

mod calendars;
mod card;
mod commands;
mod components;
mod export;
mod feeds;
mod forget;
mod ics;
mod import;
mod leave;
mod model;
mod picture;
mod posts;
mod routes;
mod settings;
mod store;
mod text;
mod told;
mod week;
mod work;

use std::time::Duration;

use feature::{Capability, Feature, Scope};
use twilight_cache_inmemory::ResourceType;
use twilight_model::guild::Permissions;

/// How often what was deleted long ago is erased.
const PURGE: Duration = Duration::from_hours(24);

/// Looking at the plan, and planning oneself.
pub(crate) const OWN: Capability = Capability {
    name: "planning.own",
    by_default: Permissions::VIEW_CHANNEL,
    staff: true,
};
/// Planning everybody, and deciding about leave.
pub(crate) const MANAGE: Capability = Capability {
    name: "planning.manage",
    by_default: Permissions::MANAGE_GUILD,
    staff: true,
};

/// The feature.
#[derive(Debug, Default)]
pub struct Planning {
    /// `https://host` under which the program's HTTP is reached from outside, to show whole addresses.
    public: Option<String>,
    /// How calendars of others are reached.
    outgoing: outgoing::Client,
}

impl Planning {
    /// One whose HTTP is reached from outside at `https://host`, without a slash at the end.
    pub fn at(public: Option<String>) -> Self {
        Self {
            public,
            ..Self::default()
        }
    }

    /// The same, reaching calendars of others otherwise: tests have servers of their own.
    #[must_use]
    pub fn reaching(self, outgoing: outgoing::Client) -> Self {
        Self { outgoing, ..self }
    }
}

impl Feature for Planning {
    const NAME: &'static str = "planning";

    fn register(scope: &mut Scope<'_, Self>) {
        scope
            .cache(ResourceType::GUILD | ResourceType::CHANNEL | ResourceType::ROLE)
            .needs(Permissions::VIEW_CHANNEL | Permissions::SEND_MESSAGES)
            .needs_in(commands::needs)
            .french(include_str!("../i18n/fr/commands.ftl"))
            .settings::<settings::PlanSettings>()
            .capability(&MANAGE)
            .command(commands::planning)
            .typing(commands::typing)
            .component(components::turn)
            .component(components::decide)
            .component(components::ask)
            .modal(components::refused)
            .absences(leave::away)
            .on(posts::deleted)
            .on(posts::deleted_many)
            .erases(forget::person)
            .forgets("planning.forget", forget::guild)
            .reconcile(posts::reconcile)
            .job(card::show)
            .job(card::tell)
            .job(leave::role)
            .job(leave::roles)
            .job(posts::settle)
            .job(calendars::look)
            .job(forget::purge)
            .schedule(
                ::jobs::Schedule::every(PURGE).expect("a day is a pause"),
                &forget::Purge {},
            )
            .announces(&told::ALL)
            .routes(routes::routes().merge(feeds::routes()));
    }
}

#[cfg(test)]
mod tests {
    use feature::Registry;

    use super::*;

    #[test]
    fn the_feature_fits_discords_rules() {
        if let Err(clashes) = Registry::new().with(Planning::default()).build() {
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
