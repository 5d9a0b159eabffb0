//! What may be looked at of the settings and the audits.

use feature::{Browsable, Column, ColumnKind, Label};

use crate::{audit, settings::MANAGE};

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

/// That there are audits; what is in them is in their files.
pub(crate) static AUDITS: Browsable = Browsable {
    table: "admin.audit_snapshot",
    label: Label {
        en: "Audits",
        fr: "Audits",
    },
    guild: "guild_id",
    key: &["number"],
    columns: &[
        Column::new("number", ColumnKind::Number, "Number", "Numéro"),
        Column::new("taken_at", ColumnKind::Time, "When", "Quand"),
        Column::new("taken_by", ColumnKind::User, "Who", "Qui"),
    ],
    capability: &audit::READ,
};
