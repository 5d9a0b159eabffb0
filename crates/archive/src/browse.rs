//! What `/dbbrowse` shows of the archive: how complete it is and what retention removed, never what anybody said.

use feature::{Browsable, Column, ColumnKind, Label};

use crate::MANAGE;

/// What is held of each channel.
pub(crate) static COVERAGE: Browsable = Browsable {
    table: "archive.channel",
    label: Label {
        en: "Archive: channels",
        fr: "Archive : salons",
    },
    guild: "guild_id",
    key: &["channel_id"],
    columns: &[
        Column::new("channel_id", ColumnKind::Channel, "Channel", "Salon"),
        Column::new("name", ColumnKind::Text, "Name", "Nom"),
        Column::new("held_parts", ColumnKind::Number, "Parts", "Morceaux"),
        Column::new("held_from", ColumnKind::Time, "Held from", "Depuis"),
        Column::new("held_to", ColumnKind::Time, "Held to", "Jusqu'à"),
        Column::new("is_on", ColumnKind::Flag, "Turned on", "Activé"),
        Column::new("is_readable", ColumnKind::Flag, "Readable", "Lisible"),
        Column::new(
            "retention_days",
            ColumnKind::Number,
            "Days kept",
            "Jours conservés",
        ),
        Column::new("parent_id", ColumnKind::Channel, "Thread of", "Fil de"),
        Column::new("since", ColumnKind::Time, "Since", "Activation"),
        Column::new("by_user", ColumnKind::User, "By", "Par"),
    ],
    capability: &MANAGE,
};

/// What retention removed.
pub(crate) static PURGES: Browsable = Browsable {
    table: "archive.purged",
    label: Label {
        en: "Archive: removed by retention",
        fr: "Archive : supprimé par la durée",
    },
    guild: "guild_id",
    key: &["at", "channel_id"],
    columns: &[
        Column::new("at", ColumnKind::Time, "When", "Quand"),
        Column::new("channel_id", ColumnKind::Channel, "Channel", "Salon"),
        Column::new("messages", ColumnKind::Number, "Messages", "Messages"),
    ],
    capability: &MANAGE,
};
