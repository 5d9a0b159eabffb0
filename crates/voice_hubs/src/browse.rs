//! What may be looked at of hubs and rooms.

use feature::{Browsable, Column, ColumnKind, Label};

use crate::authority::MANAGE;

pub(crate) static HUBS: Browsable = Browsable {
    table: "voice_hubs.hub",
    label: Label {
        en: "Voice hubs",
        fr: "Hubs vocaux",
    },
    guild: "guild_id",
    key: &["channel_id"],
    columns: &[
        Column::new("channel_id", ColumnKind::Channel, "Hub", "Hub"),
        Column::new("active", ColumnKind::Flag, "Active", "Actif"),
        Column::new("mode", ColumnKind::Text, "Mode", "Mode"),
        Column::new("problem", ColumnKind::Text, "Problem", "Problème"),
        Column::new("created_at", ColumnKind::Time, "Made", "Créé"),
        Column::new("created_by", ColumnKind::User, "By", "Par"),
        Column::new("template", ColumnKind::Text, "Names", "Noms"),
        Column::new("user_limit", ColumnKind::Number, "People", "Personnes"),
        Column::new(
            "max_rooms",
            ColumnKind::Number,
            "Most rooms",
            "Salons au plus",
        ),
        Column::new("category_id", ColumnKind::Channel, "Category", "Catégorie"),
        Column::new("overflow", ColumnKind::Channels, "Overflow", "Débordement"),
        Column::new("log_channel", ColumnKind::Channel, "Log", "Journal"),
        Column::new(
            "paused_until",
            ColumnKind::Time,
            "Paused until",
            "En pause jusqu'à",
        ),
    ],
    capability: &MANAGE,
};

pub(crate) static ROOMS: Browsable = Browsable {
    table: "voice_hubs.room",
    label: Label {
        en: "Voice rooms",
        fr: "Salons vocaux",
    },
    guild: "guild_id",
    key: &["id"],
    columns: &[
        Column::new("id", ColumnKind::Number, "Id", "Identifiant"),
        Column::new("name", ColumnKind::Text, "Name", "Nom"),
        Column::new("owner_id", ColumnKind::User, "Owner", "Propriétaire"),
        Column::new("channel_id", ColumnKind::Channel, "Channel", "Salon"),
        Column::new("opening_since", ColumnKind::Time, "Opened", "Ouvert"),
        Column::new("hub_id", ColumnKind::Channel, "Hub", "Hub"),
        Column::new("number", ColumnKind::Number, "Number", "Numéro"),
        Column::new("mode", ColumnKind::Text, "Mode", "Mode"),
        Column::new("user_limit", ColumnKind::Number, "People", "Personnes"),
        Column::new("allow_users", ColumnKind::Users, "Let in", "Admis"),
        Column::new("deny_users", ColumnKind::Users, "Kept out", "Exclus"),
        Column::new("closing", ColumnKind::Flag, "Closing", "Se ferme"),
        Column::new("problem", ColumnKind::Text, "Problem", "Problème"),
    ],
    capability: &MANAGE,
};
