//! Entries out of files.

use database::{GuildId, UserId};
use jiff::{Timestamp, civil::DateTime};
use jiff_sqlx::ToSqlx as _;
use serde_json::{Value, json};
use sqlx::PgConnection;

use crate::{import::Ready, model::Entry};

/// The lines of a file that became entries before, or tell of entries that are here; by their keys.
pub(crate) async fn known(
    db: &mut PgConnection,
    guild: GuildId,
    lines: &[Ready],
) -> sqlx::Result<Vec<String>> {
    let keys: Vec<&str> = lines.iter().map(|line| line.key.as_str()).collect();
    let numbers: Vec<Option<i32>> = lines
        .iter()
        .map(|line| line.of.map(|(number, _)| number))
        .collect();
    let made: Vec<Option<jiff_sqlx::Timestamp>> = lines
        .iter()
        .map(|line| line.of.map(|(_, at)| at.to_sqlx()))
        .collect();
    let rows = sqlx::query!(
        r#"select key as "key!" from unnest($2::text[], $3::integer[], $4::timestamptz[]) as line (key, number, made_at)
         where exists (select from planning.read_in i where i.guild_id = $1 and i.key = line.key)
             or exists (select from planning.entry e
                 where e.guild_id = $1 and e.number = line.number and e.created_at = line.made_at)"#,
        guild as GuildId,
        &keys as &[&str],
        &numbers as &[Option<i32>],
        &made as &[Option<jiff_sqlx::Timestamp>]
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| row.key).collect())
}

/// Writes down entries that are new, each with the key of its line, and that they were made.
pub(crate) async fn save(
    db: &mut PgConnection,
    guild: GuildId,
    by: UserId,
    now: Timestamp,
    entries: &[(String, Entry)],
) -> sqlx::Result<()> {
    let rows: Vec<Value> = entries.iter().map(|(_, entry)| row(entry)).collect();
    sqlx::query!(
        "insert into planning.entry (guild_id, number, kind, state, people, site, site_name, starts, ends, is_days,
             note, repeat, except_days, last_end, version, created_by, created_at, changed_at)
         select $1, number, kind, state, people, site, site_name, starts, ends, is_days,
             note, nullif(repeat, 'null'), except_days, last_end, 0, $2, $3, $3
         from jsonb_populate_recordset(null::planning.entry, $4)",
        guild as GuildId,
        by as UserId,
        now.to_sqlx() as _,
        Value::Array(rows)
    )
    .execute(&mut *db)
    .await?;
    let numbers: Vec<i32> = entries.iter().map(|(_, entry)| entry.number).collect();
    let keys: Vec<&str> = entries.iter().map(|(key, _)| key.as_str()).collect();
    let kinds: Vec<&str> = entries.iter().map(|(_, entry)| entry.kind.word()).collect();
    sqlx::query!(
        "insert into planning.change (guild_id, number, at, by_user, what, new)
         select $1, number, $2, $3, 'created', kind from unnest($4::integer[], $5::text[]) as made (number, kind)",
        guild as GuildId,
        now.to_sqlx() as _,
        by as UserId,
        &numbers,
        &kinds as &[&str]
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into planning.read_in (guild_id, key, number)
         select $1, key, number from unnest($2::text[], $3::integer[]) as line (key, number) on conflict do nothing",
        guild as GuildId,
        &keys as &[&str],
        &numbers
    )
    .execute(db)
    .await?;
    Ok(())
}

fn row(entry: &Entry) -> Value {
    let people: Vec<u64> = entry.people.iter().map(|user| user.get()).collect();
    json!({
        "number": entry.number, "kind": entry.kind.word(), "state": entry.state.word(), "people": people,
        "site": entry.site.as_ref().map(|(number, _)| number),
        "site_name": entry.site.as_ref().map(|(_, name)| name),
        "starts": entry.span.start, "ends": entry.span.end, "is_days": entry.span.is_days,
        "note": entry.note, "repeat": entry.repeat, "except_days": entry.except,
        "last_end": entry.last_end().map(|end: DateTime| end.to_string()),
    })
}
