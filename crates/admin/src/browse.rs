//! What may be looked at of the settings.

use feature::{Browsable, Column, ColumnKind, Label};

use crate::settings::MANAGE;

pub(crate) static DOCUMENTS: Browsable = Browsable {
    table: "settings.document",
    label: Label {
        en: "Settings",
        fr: "Paramètres",
    },
    guild: "guild_id",
    key: &["subject"],
    columns: &[
        Column::new("subject", ColumnKind::Text, "Subject", "Sujet"),
        Column::new("revision", ColumnKind::Number, "Revision", "Révision"),
        Column::new("changed_at", ColumnKind::Time, "Changed", "Changé"),
        Column::new("version", ColumnKind::Number, "Version", "Version"),
        Column::new("body", ColumnKind::Json, "Values", "Valeurs"),
    ],
    capability: &MANAGE,
};

pub(crate) static CHANGES: Browsable = Browsable {
    table: "settings.change",
    label: Label {
        en: "Changes of settings",
        fr: "Changements de paramètres",
    },
    guild: "guild_id",
    key: &["subject", "revision"],
    columns: &[
        Column::new("subject", ColumnKind::Text, "Subject", "Sujet"),
        Column::new("revision", ColumnKind::Number, "Revision", "Révision"),
        Column::new("changed_at", ColumnKind::Time, "When", "Quand"),
        Column::new("changed_by", ColumnKind::User, "Who", "Qui"),
        Column::new("via", ColumnKind::Text, "From where", "D'où"),
        Column::new("before", ColumnKind::Json, "Before", "Avant"),
        Column::new("after", ColumnKind::Json, "After", "Après"),
    ],
    capability: &MANAGE,
};
