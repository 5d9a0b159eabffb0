//! What `/dbbrowse` shows of what is counted.

use feature::{Browsable, Column, ColumnKind, Label};

use crate::MANAGE;

/// Messages by member, channel and quarter of an hour.
pub(crate) static WRITTEN: Browsable = Browsable {
    table: "activity.written",
    label: Label {
        en: "Activity: messages",
        fr: "Activité : messages",
    },
    guild: "guild_id",
    key: &["at", "user_id", "channel_id"],
    columns: &[
        Column::new("at", ColumnKind::Time, "Quarter", "Quart d'heure"),
        Column::new("user_id", ColumnKind::User, "Member", "Membre"),
        Column::new("channel_id", ColumnKind::Channel, "Channel", "Salon"),
        Column::new("messages", ColumnKind::Number, "Messages", "Messages"),
    ],
    capability: &MANAGE,
};

/// Time in voice.
pub(crate) static VOICE: Browsable = Browsable {
    table: "activity.stretch",
    label: Label {
        en: "Activity: voice",
        fr: "Activité : vocal",
    },
    guild: "guild_id",
    key: &["id"],
    columns: &[
        Column::new("id", ColumnKind::Number, "Number", "Numéro"),
        Column::new("user_id", ColumnKind::User, "Member", "Membre"),
        Column::new("channel_id", ColumnKind::Channel, "Channel", "Salon"),
        Column::new("from_at", ColumnKind::Time, "From", "De"),
        Column::new("until_at", ColumnKind::Time, "Until", "À"),
        Column::new("is_open", ColumnKind::Flag, "Going on", "En cours"),
        Column::new("muted", ColumnKind::Flag, "Muted", "Muet"),
        Column::new("deafened", ColumnKind::Flag, "Deafened", "Sourd"),
        Column::new("streaming", ColumnKind::Flag, "Sharing", "Partage"),
        Column::new("filming", ColumnKind::Flag, "Camera", "Caméra"),
        Column::new("afk", ColumnKind::Flag, "AFK", "AFK"),
        Column::new("alone", ColumnKind::Flag, "Alone", "Seul"),
    ],
    capability: &MANAGE,
};
