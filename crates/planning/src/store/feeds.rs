//! Calendars that are read by their address.

use database::{GuildId, RoleId, UserId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

/// A calendar that is read by its address.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Feed {
    pub(crate) guild: GuildId,
    pub(crate) number: i32,
    pub(crate) user: Option<UserId>,
    pub(crate) site: Option<i32>,
    pub(crate) role: Option<RoleId>,
    /// Whether what they are to do by when stands in it too.
    pub(crate) has_tasks: bool,
    pub(crate) made_by: UserId,
    pub(crate) made_at: Timestamp,
}

/// What a calendar is to show; everybody's plan where nothing is named.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Of {
    pub(crate) user: Option<UserId>,
    pub(crate) site: Option<i32>,
    pub(crate) role: Option<RoleId>,
    pub(crate) has_tasks: bool,
}

/// Notes a calendar under the guild's next number; `None` where there are too many.
pub(crate) async fn add(
    db: &mut PgConnection,
    guild: GuildId,
    of: Of,
    hash: &[u8],
    by: UserId,
    now: Timestamp,
    most: i64,
) -> sqlx::Result<Option<i32>> {
    let row = sqlx::query!(
        "insert into planning.feed (guild_id, number, token_hash, user_id, site, made_by, made_at, role_id, has_tasks)
         select $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $8, $9 from planning.feed where guild_id = $1
         having count(*) < $7 and count(*) filter (where made_by = $5) < $7 / 10
         returning number",
        guild as GuildId,
        hash,
        of.user as Option<UserId>,
        of.site,
        by as UserId,
        now.to_sqlx() as _,
        most,
        of.role as Option<RoleId>,
        of.has_tasks
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| row.number))
}

/// The calendar of an address.
pub(crate) async fn find(db: &mut PgConnection, hash: &[u8]) -> sqlx::Result<Option<Feed>> {
    let row = sqlx::query!(
        "select guild_id, number, user_id, site, role_id, has_tasks, made_by, made_at from planning.feed where token_hash = $1",
        hash
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Feed {
        guild: row.guild_id,
        number: row.number,
        user: row.user_id,
        site: row.site,
        role: row.role_id,
        has_tasks: row.has_tasks,
        made_by: row.made_by,
        made_at: row.made_at.to_jiff(),
    }))
}

/// The calendars of a guild, or those that somebody made or that are theirs.
pub(crate) async fn list(
    db: &mut PgConnection,
    guild: GuildId,
    of: Option<UserId>,
) -> sqlx::Result<Vec<Feed>> {
    let rows = sqlx::query!(
        "select guild_id, number, user_id, site, role_id, has_tasks, made_by, made_at from planning.feed
         where guild_id = $1 and ($2::bigint is null or made_by = $2 or user_id = $2) order by number",
        guild as GuildId,
        of as Option<UserId>
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Feed {
            guild: row.guild_id,
            number: row.number,
            user: row.user_id,
            site: row.site,
            role: row.role_id,
            has_tasks: row.has_tasks,
            made_by: row.made_by,
            made_at: row.made_at.to_jiff(),
        })
        .collect())
}

/// Takes a calendar back: its address leads nowhere any more. Whether it was there, and theirs where `of` is named.
pub(crate) async fn revoke(
    db: &mut PgConnection,
    guild: GuildId,
    number: i32,
    of: Option<UserId>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "delete from planning.feed
         where guild_id = $1 and number = $2 and ($3::bigint is null or made_by = $3 or user_id = $3)",
        guild as GuildId,
        number,
        of as Option<UserId>
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}
