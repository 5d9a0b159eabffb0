//! `/dbbrowse`: what is stored of this server, read-only.
//!
//! - Members see: administrators (capability `db.browse`) the tables that features show, each with the capability that
//!   its feature asks for besides.
//! - Tables: `dbbrowse.browse`, what somebody looks at; `dbbrowse.use`, who looked at what and when.
//! - Discord: no intent beyond the guilds themselves, no permission.
//!
//! How nothing leaks: rows are read as the database role `majordome_browse`, which may not log in, may not write, and
//! holds a grant for each shown column and nothing else. Row security of every table lets it see the guild in the
//! session variable `majordome.guild_id`, whatever a query says. `query.rs` is the one place in the program that builds
//! SQL at run time: names come from what features registered ([`feature::browse`]), everything that a person typed is
//! bound. Five seconds are the longest that a query may take.

mod commands;
mod components;
mod look;
mod model;
mod query;
mod store;
mod text;
mod value;

use std::time::Duration;

use feature::{Browsable, Capability, Column, ColumnKind, Feature, Label, Scope};
use tokio::sync::OnceCell;
use twilight_model::guild::Permissions;

/// How often what nobody looks at any more is dropped.
const TIDY: Duration = Duration::from_hours(6);

/// Looking into what is stored.
pub(crate) const BROWSE: Capability = Capability {
    name: "db.browse",
    by_default: Permissions::ADMINISTRATOR,
    staff: false,
};

static USES: Browsable = Browsable {
    table: "dbbrowse.use",
    label: Label {
        en: "Uses of /dbbrowse",
        fr: "Usages de /dbbrowse",
    },
    guild: "guild_id",
    key: &["id"],
    columns: &[
        Column::new("id", ColumnKind::Number, "Number", "Numéro"),
        Column::new("at", ColumnKind::Time, "When", "Quand"),
        Column::new("user_id", ColumnKind::User, "Who", "Qui"),
        Column::new("act", ColumnKind::Text, "What", "Quoi"),
        Column::new("table_name", ColumnKind::Text, "Table", "Table"),
        Column::new("detail", ColumnKind::Json, "Details", "Détails"),
    ],
    capability: &BROWSE,
};

/// The feature.
#[derive(Debug, Default)]
pub struct Dbbrowse {
    /// The tables that the database role may read, once that is set up.
    readable: OnceCell<Vec<&'static str>>,
}

impl Feature for Dbbrowse {
    const NAME: &'static str = "dbbrowse";

    fn register(scope: &mut Scope<'_, Self>) {
        scope
            // Its answers go to who asked, wherever that is.
            .needs(Permissions::empty())
            .french(include_str!("../i18n/fr/commands.ftl"))
            .command(commands::dbbrowse)
            .typing(commands::typing)
            .component(components::pick)
            .component(components::tables)
            .component(components::turn)
            .component(components::open)
            .component(components::ask_filter)
            .modal(components::filtered)
            .component(components::ask_sort)
            .modal(components::sorted)
            .component(components::clear)
            .component(components::csv)
            .job(look::tidy)
            .schedule(
                ::jobs::Schedule::every(TIDY).expect("six hours are a pause"),
                &look::Tidy {},
            )
            .browse(&USES);
    }
}

#[cfg(test)]
mod tests {
    use feature::Registry;

    use super::*;

    #[test]
    fn the_feature_fits_discords_rules() {
        if let Err(clashes) = Registry::new().with(Dbbrowse::default()).build() {
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
