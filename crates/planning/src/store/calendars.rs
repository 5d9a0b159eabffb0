//! Calendars of others, and what stands in them.

use std::collections::BTreeSet;

use database::{GuildId, UserId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use crate::{ics::read::Busy, model::Span};

/// A calendar that is read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Calendar {
    pub(crate) guild: GuildId,
    pub(crate) number: i32,
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) user: UserId,
    pub(crate) made_by: UserId,
    pub(crate) etag: Option<String>,
    pub(crate) modified: Option<String>,
    /// When all of it was last read.
    pub(crate) read_at: Option<Timestamp>,
    pub(crate) failures: i32,
    pub(crate) is_told: bool,
}

struct Row {
    guild_id: GuildId,
    number: i32,
    name: String,
    address: String,
    user_id: UserId,
    made_by: UserId,
    etag: Option<String>,
    modified: Option<String>,
    read_at: Option<jiff_sqlx::Timestamp>,
    failures: i32,
    is_told: bool,
}

impl From<Row> for Calendar {
    fn from(row: Row) -> Self {
        Self {
            guild: row.guild_id,
            number: row.number,
            name: row.name,
            address: row.address,
            user: row.user_id,
            made_by: row.made_by,
            etag: row.etag,
            modified: row.modified,
            read_at: row.read_at.map(jiff_sqlx::Timestamp::to_jiff),
            failures: row.failures,
            is_told: row.is_told,
        }
    }
}

/// A calendar to be read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct New<'a> {
    pub(crate) name: &'a str,
    pub(crate) address: &'a str,
    pub(crate) user: UserId,
    pub(crate) by: UserId,
    /// Whether whole days in it count as absence.
    pub(crate) is_away: bool,
}

/// Notes a calendar under the guild's next number; `None` where there are too many, in all or of one member.
pub(crate) async fn add(
    db: &mut PgConnection,
    guild: GuildId,
    new: New<'_>,
    now: Timestamp,
    most: (i64, i64),
) -> sqlx::Result<Option<i32>> {
    let row = sqlx::query!(
        "insert into planning.calendar (guild_id, number, name, address, user_id, made_by, made_at, is_away)
         select $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $9 from planning.calendar where guild_id = $1
         having count(*) < $7 and count(*) filter (where user_id = $4) < $8
         returning number",
        guild as GuildId,
        new.name,
        new.address,
        new.user as UserId,
        new.by as UserId,
        now.to_sqlx() as _,
        most.0,
        most.1,
        new.is_away
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| row.number))
}

/// A calendar.
pub(crate) async fn get(
    db: &mut PgConnection,
    guild: GuildId,
    number: i32,
) -> sqlx::Result<Option<Calendar>> {
    let row = sqlx::query_as!(
        Row,
        "select guild_id, number, name, address, user_id, made_by, etag, modified, read_at, failures, is_told
         from planning.calendar where guild_id = $1 and number = $2",
        guild as GuildId,
        number
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Calendar::from))
}

/// The calendars of a guild, or those of somebody.
pub(crate) async fn list(
    db: &mut PgConnection,
    guild: GuildId,
    of: Option<UserId>,
) -> sqlx::Result<Vec<Calendar>> {
    let rows = sqlx::query_as!(
        Row,
        "select guild_id, number, name, address, user_id, made_by, etag, modified, read_at, failures, is_told
         from planning.calendar where guild_id = $1 and ($2::bigint is null or user_id = $2) order by number",
        guild as GuildId,
        of as Option<UserId>
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Calendar::from).collect())
}

/// Reads a calendar no more; what stood in it goes too. Whether it was there, and theirs where `of` is named.
pub(crate) async fn remove(
    db: &mut PgConnection,
    guild: GuildId,
    number: i32,
    of: Option<UserId>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "delete from planning.calendar where guild_id = $1 and number = $2 and ($3::bigint is null or user_id = $3)",
        guild as GuildId,
        number,
        of as Option<UserId>
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Notes that a calendar could not be read; how often in a row that is.
pub(crate) async fn failed(
    db: &mut PgConnection,
    calendar: &Calendar,
    is_told: bool,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update planning.calendar set failures = failures + 1, is_told = is_told or $3
         where guild_id = $1 and number = $2",
        calendar.guild as GuildId,
        calendar.number,
        is_told
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes that a calendar was read, or that nothing changed in it where `whole` is absent.
pub(crate) async fn was_read(
    db: &mut PgConnection,
    calendar: &Calendar,
    whole: Option<(Option<&str>, Option<&str>, Timestamp)>,
) -> sqlx::Result<()> {
    let (etag, modified, at) = match whole {
        Some((etag, modified, at)) => (etag, modified, Some(at)),
        None => (None, None, None),
    };
    sqlx::query!(
        "update planning.calendar set failures = 0, is_told = false,
             etag = case when $3::timestamptz is null then etag else $4 end,
             modified = case when $3 is null then modified else $5 end, read_at = coalesce($3, read_at)
         where guild_id = $1 and number = $2",
        calendar.guild as GuildId,
        calendar.number,
        at.map(Timestamp::to_sqlx) as _,
        etag,
        modified
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Writes down what stands in a calendar; answers whether anything that is shown differs. What is missing for the first
/// time stays; so `None`, for a calendar in which nothing changed, makes what was missing before go.
pub(crate) async fn store(
    db: &mut PgConnection,
    calendar: &Calendar,
    found: Option<&[Busy]>,
) -> sqlx::Result<bool> {
    let mut changed = 0;
    let mut keys = BTreeSet::new();
    if let Some(found) = found {
        keys.extend(found.iter().map(|busy| busy.key.clone()));
        let of: Vec<&str> = found.iter().map(|busy| &*busy.key).collect();
        let titles: Vec<&str> = found.iter().map(|busy| &*busy.title).collect();
        let starts: Vec<_> = found.iter().map(|busy| busy.span.start.to_sqlx()).collect();
        let ends: Vec<_> = found.iter().map(|busy| busy.span.end.to_sqlx()).collect();
        let days: Vec<bool> = found.iter().map(|busy| busy.span.is_days).collect();
        let free: Vec<bool> = found.iter().map(|busy| busy.is_free).collect();
        let done = sqlx::query!(
            "insert into planning.imported (guild_id, calendar, key, title, starts, ends, is_days, is_free)
             select $1, $2, key, title, starts, ends, is_days, is_free
             from unnest($3::text[], $4::text[], $5::timestamp[], $6::timestamp[], $7::boolean[], $8::boolean[])
                 as busy (key, title, starts, ends, is_days, is_free)
             on conflict on constraint imported_id do update set title = excluded.title, starts = excluded.starts,
                 ends = excluded.ends, is_days = excluded.is_days, is_free = excluded.is_free
             where (imported.title, imported.starts, imported.ends, imported.is_days, imported.is_free)
                 <> (excluded.title, excluded.starts, excluded.ends, excluded.is_days, excluded.is_free)",
            calendar.guild as GuildId,
            calendar.number,
            &of as &[&str],
            &titles as &[&str],
            &starts as _,
            &ends as _,
            &days,
            &free
        )
        .execute(&mut *db)
        .await?;
        changed += done.rows_affected();
        let here: Vec<String> = keys.into_iter().collect();
        sqlx::query!(
            "update planning.imported set missing = case when key = any ($3) then 0 else missing + 1 end
             where guild_id = $1 and calendar = $2 and (key <> all ($3) or missing > 0)",
            calendar.guild as GuildId,
            calendar.number,
            &here
        )
        .execute(&mut *db)
        .await?;
    } else {
        sqlx::query!(
            "update planning.imported set missing = missing + 1 where guild_id = $1 and calendar = $2 and missing > 0",
            calendar.guild as GuildId,
            calendar.number
        )
        .execute(&mut *db)
        .await?;
    }
    let gone = sqlx::query!(
        "delete from planning.imported where guild_id = $1 and calendar = $2 and missing >= 2",
        calendar.guild as GuildId,
        calendar.number
    )
    .execute(db)
    .await?;
    Ok(changed + gone.rows_affected() > 0)
}

/// Whole days on which people are taken by their own calendars, in a window; what stands there is not told.
pub(crate) async fn away(
    db: &mut PgConnection,
    guild: GuildId,
    window: &Span,
    people: &[UserId],
    most: i64,
) -> sqlx::Result<Vec<(UserId, Span)>> {
    let rows = sqlx::query!(
        "select c.user_id, i.starts, i.ends
         from planning.imported i
         join planning.calendar c on c.guild_id = i.guild_id and c.number = i.calendar
         where i.guild_id = $1 and i.starts < $3 and i.ends > $2 and c.user_id = any ($4)
             and i.is_days and not i.is_free and c.is_away
         order by i.starts, i.ends limit $5",
        guild as GuildId,
        window.start.to_sqlx() as _,
        window.end.to_sqlx() as _,
        people as &[UserId],
        most
    )
    .fetch_all(db)
    .await?;
    let away = rows.into_iter().map(|row| {
        let span = Span {
            start: row.starts.to_jiff(),
            end: row.ends.to_jiff(),
            is_days: true,
        };
        (row.user_id, span)
    });
    Ok(away.collect())
}

/// What somebody has to do elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Elsewhere {
    pub(crate) user: UserId,
    pub(crate) title: String,
    pub(crate) span: Span,
}

/// What stands in the calendars of somebody, or of everybody, in a window.
pub(crate) async fn within(
    db: &mut PgConnection,
    guild: GuildId,
    window: &Span,
    person: Option<UserId>,
    most: i64,
) -> sqlx::Result<Vec<Elsewhere>> {
    let rows = sqlx::query!(
        "select c.user_id, i.title, i.starts, i.ends, i.is_days
         from planning.imported i
         join planning.calendar c on c.guild_id = i.guild_id and c.number = i.calendar
         where i.guild_id = $1 and i.starts < $3 and i.ends > $2 and ($4::bigint is null or c.user_id = $4)
         order by i.starts, i.title, i.calendar, i.key limit $5",
        guild as GuildId,
        window.start.to_sqlx() as _,
        window.end.to_sqlx() as _,
        person as Option<UserId>,
        most
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Elsewhere {
            user: row.user_id,
            title: row.title,
            span: Span {
                start: row.starts.to_jiff(),
                end: row.ends.to_jiff(),
                is_days: row.is_days,
            },
        })
        .collect())
}
