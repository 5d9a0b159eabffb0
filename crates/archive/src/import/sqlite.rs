//! The table `discord_messages` of the Reporting API, as SQLite holds it: any value can be in any column.

use std::path::Path;

use database::MessageId;
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use rusqlite::{Connection, OpenFlags, types::ValueRef};
use serde_json::{Map, Value, json};
use tokio::sync::oneshot;

use crate::{model::Told, wire};

/// The columns without which a row says nothing.
const NEEDED: [&str; 3] = ["message_id", "guild_id", "channel_id"];
/// All that are read; those that are missing are as if they were empty.
const COLUMNS: [&str; 12] = [
    "message_id",
    "guild_id",
    "channel_id",
    "author_id",
    "author_name",
    "content",
    "edited_at",
    "deleted",
    "attachment_count",
    "embed_count",
    "raw_json",
    "ingested_at",
];

/// Why a file is not read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// SQLite says so.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// It holds something else.
    #[error("it has no table `discord_messages`: is it the database of the Reporting API?")]
    NoTable,
    /// The table is another.
    #[error("its table `discord_messages` has no column `{0}`")]
    NoColumn(&'static str),
}

/// A row, as far as it can be read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    pub(crate) id: Option<i64>,
    /// What stands where the id should, for who looks for the row.
    pub(crate) named: String,
    pub(crate) guild: Option<i64>,
    pub(crate) channel: Option<i64>,
    author: Option<i64>,
    author_name: Option<String>,
    content: Option<String>,
    edited_at: Option<Timestamp>,
    is_deleted: bool,
    attachments: Option<i16>,
    embeds: Option<i16>,
    raw: Option<Value>,
    pub(crate) ingested_at: Option<Timestamp>,
}

/// Hands over all rows, so many at a time, until nobody takes them; says before how many there are.
pub(crate) fn read(
    path: &Path,
    batch: usize,
    count: oneshot::Sender<u64>,
    mut take: impl FnMut(Vec<Row>) -> bool,
) -> Result<(), Unreadable> {
    // Read only: whatever goes wrong, the replaced program's data stays as it is.
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let file = Connection::open_with_flags(path, flags)?;
    let mut columns = Vec::new();
    file.pragma(None, "table_info", "discord_messages", |row| {
        columns.push(row.get::<_, String>("name")?);
        Ok(())
    })?;
    if columns.is_empty() {
        return Err(Unreadable::NoTable);
    }
    let has = |column: &str| columns.iter().any(|known| known == column);
    if let Some(missing) = NEEDED.into_iter().find(|column| !has(column)) {
        return Err(Unreadable::NoColumn(missing));
    }
    let wanted = COLUMNS.map(|column| if has(column) { column } else { "null" });
    let all: u64 = file.query_row("select count(*) from discord_messages", [], |row| {
        row.get::<_, i64>(0).map(i64::unsigned_abs)
    })?;
    // Nobody waits for it any more when the reading was given up.
    let _ = count.send(all);
    let sql = format!("select {} from discord_messages", wanted.join(", "));
    let mut asked = file.prepare(&sql)?;
    let mut found = asked.query([])?;
    let mut rows = Vec::with_capacity(batch);
    while let Some(row) = found.next()? {
        rows.push(Row::read(row)?);
        if rows.len() == batch && !take(std::mem::replace(&mut rows, Vec::with_capacity(batch))) {
            return Ok(());
        }
    }
    if !rows.is_empty() {
        take(rows);
    }
    Ok(())
}

impl Row {
    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: number(row.get_ref(0)?),
            named: text(row.get_ref(0)?)
                .map(|text| text.chars().take(40).collect())
                .unwrap_or_default(),
            guild: number(row.get_ref(1)?),
            channel: number(row.get_ref(2)?),
            author: number(row.get_ref(3)?),
            author_name: text(row.get_ref(4)?),
            content: text(row.get_ref(5)?),
            edited_at: instant(row.get_ref(6)?),
            is_deleted: truth(row.get_ref(7)?),
            attachments: number(row.get_ref(8)?).and_then(|count| count.try_into().ok()),
            embeds: number(row.get_ref(9)?).and_then(|count| count.try_into().ok()),
            raw: text(row.get_ref(10)?).and_then(|raw| serde_json::from_str(&raw).ok()),
            ingested_at: instant(row.get_ref(11)?),
        })
    }

    /// What it tells of the message: what that program had of Discord, with what stands in the columns of its own, which
    /// it kept up to date.
    pub(crate) fn tell(self, id: MessageId, place: wire::Place) -> Option<Told> {
        let mut message = match self.raw {
            Some(Value::Object(raw)) if names(&raw, id) => raw,
            _ => Map::new(),
        };
        message.insert("id".to_owned(), id.to_string().into());
        if let Some(content) = self.content {
            message.insert("content".to_owned(), content.into());
        }
        if let Some(edited_at) = self.edited_at {
            message.insert("edited_timestamp".to_owned(), edited_at.to_string().into());
        }
        let author = message.entry("author").or_insert_with(|| json!({}));
        if !author.is_object() {
            *author = json!({});
        }
        if let Some(known) = self.author {
            author["id"] = known.to_string().into();
        }
        if let Some(name) = self.author_name {
            author["global_name"] = name.into();
        }
        let mut told = wire::read(&Value::Object(message), place)?;
        told.attachment_count = self.attachments.unwrap_or(told.attachment_count).max(0);
        told.embed_count = self.embeds.unwrap_or(told.embed_count).max(0);
        for (what, count) in [("file", told.attachment_count), ("embed", told.embed_count)] {
            if count > 0 && !told.has.contains(&what) {
                told.has.push(what);
            }
        }
        // When it was deleted is not known; that it was, when the row was written.
        told.deleted_at = self.is_deleted.then_some(place.told_at);
        Some(told)
    }
}

/// Whether what is called raw is this message, as Discord writes one.
fn names(raw: &Map<String, Value>, id: MessageId) -> bool {
    match raw.get("id") {
        Some(Value::String(text)) => *text == id.to_string(),
        Some(Value::Number(number)) => number.as_u64() == Some(id.get()),
        _ => false,
    }
}

fn number(value: ValueRef<'_>) -> Option<i64> {
    match value {
        ValueRef::Integer(number) => Some(number),
        ValueRef::Text(text) => std::str::from_utf8(text).ok()?.trim().parse().ok(),
        _ => None,
    }
}

fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Integer(number) => Some(number.to_string()),
        _ => None,
    }
}

fn truth(value: ValueRef<'_>) -> bool {
    match value {
        ValueRef::Integer(number) => number != 0,
        ValueRef::Text(text) => matches!(text, b"1" | b"true" | b"True" | b"t"),
        _ => false,
    }
}

/// An instant: with an offset, or in UTC, or seconds since 1970.
fn instant(value: ValueRef<'_>) -> Option<Timestamp> {
    match value {
        ValueRef::Integer(seconds) => Timestamp::from_second(seconds).ok(),
        ValueRef::Text(text) => {
            let text = std::str::from_utf8(text).ok()?.trim();
            let in_utc = || {
                let at: DateTime = text.parse().ok()?;
                let at = at.to_zoned(TimeZone::UTC).ok()?;
                Some(at.timestamp())
            };
            text.parse().ok().or_else(in_utc)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_sqlite_may_hold_them() {
        let id = "1098765432109876543";
        assert_eq!(number(ValueRef::Text(id.as_bytes())), id.parse().ok());
        assert_eq!(number(ValueRef::Integer(5)), Some(5));
        assert_eq!(number(ValueRef::Real(5.0)), None);
        let at = |text: &str| instant(ValueRef::Text(text.as_bytes())).map(|at| at.to_string());
        let told = Some("2024-03-01T12:00:00.25Z".to_owned());
        for text in [
            "2024-03-01 12:00:00.250000",
            "2024-03-01T12:00:00.250000+00:00",
            "2024-03-01 13:00:00.25+01:00",
            "2024-03-01T12:00:00.25Z",
        ] {
            assert_eq!(at(text), told, "{text}");
        }
        assert_eq!(at("yesterday"), None);
        assert!(truth(ValueRef::Integer(1)) && truth(ValueRef::Text(b"true")));
        assert!(!truth(ValueRef::Integer(0)) && !truth(ValueRef::Null));
    }
}
