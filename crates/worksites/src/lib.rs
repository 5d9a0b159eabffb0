//! Worksites: places of work, each with a channel of its own from its beginning until it is archived.
//!
//! - Members see: everyone `/worksite list` and `show`; who may manage channels also `create`, `edit`, `archive` and
//!   `config` (capability `worksites.manage`).
//! - Tables: `worksites.worksite`; the settings `worksites` name the categories for open and for archived ones.
//! - Discord: no intent beyond the guilds themselves. The bot needs Manage Channels and Manage Roles, the latter because
//!   a channel's permissions are written out, so that no move ever loses them.
//!
//! Features that work at worksites find them through [`sites`].
//!
//! How it works: the row says how the channel should be, and is written together with a job that brings it about
//! (`channel.rs`). The command does the same at once; whoever comes first claims the row for a minute. A channel that
//! was made while its process died is found again by its name and age.

mod acts;
mod api;
mod channel;
mod commands;
mod model;
mod settings;
pub mod sites;
mod store;
mod text;
mod told;

use feature::{Browsable, Capability, Column, ColumnKind, Feature, Label, Scope};
use twilight_cache_inmemory::ResourceType;
use twilight_model::guild::Permissions;

/// Making and changing worksites.
pub(crate) const MANAGE: Capability = Capability {
    name: "worksites.manage",
    by_default: Permissions::MANAGE_CHANNELS,
    staff: true,
};

static WORKSITES: Browsable = Browsable {
    table: "worksites.worksite",
    label: Label {
        en: "Worksites",
        fr: "Chantiers",
    },
    guild: "guild_id",
    key: &["number"],
    columns: &[
        Column::new("number", ColumnKind::Number, "Number", "Numéro"),
        Column::new("name", ColumnKind::Text, "Name", "Nom"),
        Column::new("channel_id", ColumnKind::Channel, "Channel", "Salon"),
        Column::new("lead_id", ColumnKind::User, "Lead", "Responsable"),
        Column::new("address", ColumnKind::Text, "Address", "Adresse"),
        Column::new("made_by", ColumnKind::User, "Made by", "Créé par"),
        Column::new("made_at", ColumnKind::Time, "Made", "Création"),
        Column::new(
            "archived_by",
            ColumnKind::User,
            "Archived by",
            "Archivé par",
        ),
        Column::new("archived_at", ColumnKind::Time, "Archived", "Archivage"),
    ],
    capability: &MANAGE,
};

/// The feature.
#[derive(Debug, Default)]
pub struct Worksites;

impl Feature for Worksites {
    const NAME: &'static str = "worksites";

    fn register(scope: &mut Scope<'_, Self>) {
        scope
            .cache(ResourceType::GUILD | ResourceType::CHANNEL | ResourceType::ROLE)
            .french(include_str!("../i18n/fr/commands.ftl"))
            .settings::<settings::WorksiteSettings>()
            .needs(channel::NEEDED)
            .command(commands::worksite)
            .typing(commands::typing)
            .component(commands::turn)
            .on_even_off(channel::deleted)
            .erases(acts::erase)
            .reconcile(channel::reconcile)
            .job(channel::settle_later)
            .announces(&told::ALL)
            .routes(api::routes())
            .browse(&WORKSITES);
    }
}

#[cfg(test)]
mod tests {
    use feature::Registry;

    use super::*;

    #[test]
    fn the_feature_fits_discords_rules() {
        if let Err(clashes) = Registry::new().with(Worksites).build() {
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
