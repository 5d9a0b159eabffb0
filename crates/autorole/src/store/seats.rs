//! Seats: who holds a role of which only so many may.

use std::collections::BTreeSet;

use database::{GuildId, RoleId, UserId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use crate::model::NoSeat;

/// Makes the guild's roles with seats known, and forgets those that have none any more. Whether some are new and
/// their holders must be counted.
///
/// # Errors
///
/// What the database said.
pub async fn sync_roles(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<bool> {
    sqlx::query!(
        "delete from autorole.seat_role s where guild_id = $1 and not exists (
             select from autorole.item i
             where i.guild_id = s.guild_id and i.role_id = s.role_id and i.seats is not null)",
        guild as GuildId
    )
    .execute(&mut *db)
    .await?;
    let new = sqlx::query!(
        "insert into autorole.seat_role (guild_id, role_id)
         select distinct guild_id, role_id from autorole.item where guild_id = $1 and seats is not null
         on conflict on constraint seat_role_pkey do nothing",
        guild as GuildId
    )
    .execute(db)
    .await?;
    Ok(new.rows_affected() > 0)
}

/// The roles with seats of a guild.
///
/// # Errors
///
/// What the database said.
pub async fn roles(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<BTreeSet<RoleId>> {
    let roles = sqlx::query_scalar!(
        "select role_id from autorole.seat_role where guild_id = $1",
        guild as GuildId
    )
    .fetch_all(db)
    .await?;
    Ok(roles.into_iter().collect())
}

/// Reserves a seat until `until`, under the role's lock; why not, if there is none. A seat that the member has
/// already is theirs.
///
/// # Errors
///
/// What the database said.
pub async fn reserve(
    db: &mut PgConnection,
    guild: GuildId,
    role: RoleId,
    user: UserId,
    seats: u32,
    (now, until): (Timestamp, Timestamp),
) -> sqlx::Result<Result<(), NoSeat>> {
    let counted = sqlx::query!(
        "select counted_at from autorole.seat_role where guild_id = $1 and role_id = $2 for update",
        guild as GuildId,
        role as RoleId
    )
    .fetch_optional(&mut *db)
    .await?;
    if counted.is_none_or(|row| row.counted_at.is_none()) {
        return Ok(Err(NoSeat::Counting));
    }
    let taken = sqlx::query_scalar!(
        r#"select count(*) as "taken!" from autorole.holder
           where guild_id = $1 and role_id = $2 and user_id <> $3
             and (reserved_until is null or reserved_until > $4)"#,
        guild as GuildId,
        role as RoleId,
        user as UserId,
        now.to_sqlx()
    )
    .fetch_one(&mut *db)
    .await?;
    if taken >= i64::from(seats) {
        return Ok(Err(NoSeat::Taken));
    }
    sqlx::query!(
        "insert into autorole.holder (guild_id, role_id, user_id, reserved_until) values ($1, $2, $3, $4)
         on conflict on constraint holder_pkey do update set reserved_until = $4",
        guild as GuildId,
        role as RoleId,
        user as UserId,
        until.to_sqlx()
    )
    .execute(db)
    .await?;
    Ok(Ok(()))
}

/// Keeps the reservations of a member until `until`: Discord took the edit, and will tell.
///
/// # Errors
///
/// What the database said.
pub async fn keep(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    roles: &[RoleId],
    until: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update autorole.holder set reserved_until = $4
         where guild_id = $1 and user_id = $2 and role_id = any($3) and reserved_until is not null",
        guild as GuildId,
        user as UserId,
        roles as &[RoleId],
        until.to_sqlx()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Gives reservations back that came to nothing.
///
/// # Errors
///
/// What the database said.
pub async fn release(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    roles: &[RoleId],
) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from autorole.holder
         where guild_id = $1 and user_id = $2 and role_id = any($3) and reserved_until is not null",
        guild as GuildId,
        user as UserId,
        roles as &[RoleId]
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Frees the seats of roles that were taken from a member.
///
/// # Errors
///
/// What the database said.
pub async fn vacate(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    roles: &[RoleId],
) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from autorole.holder where guild_id = $1 and user_id = $2 and role_id = any($3)",
        guild as GuildId,
        user as UserId,
        roles as &[RoleId]
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What Discord tells of a member's roles: who holds a role counts, also by hand; who holds it no longer does not.
/// A reservation stands until it is told, or over.
///
/// # Errors
///
/// What the database said.
pub async fn told(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    held: &[RoleId],
) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from autorole.holder
         where guild_id = $1 and user_id = $2 and role_id <> all($3) and reserved_until is null",
        guild as GuildId,
        user as UserId,
        held as &[RoleId]
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into autorole.holder (guild_id, role_id, user_id)
         select guild_id, role_id, $2::bigint from autorole.seat_role where guild_id = $1 and role_id = any($3)
         on conflict on constraint holder_pkey do update set reserved_until = null",
        guild as GuildId,
        user as UserId,
        held as &[RoleId]
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Replaces all holders of a guild by those that Discord lists, as pairs of role and member; what is reserved and
/// not over stays. The roles are counted then.
///
/// # Errors
///
/// What the database said.
pub async fn recount(
    db: &mut PgConnection,
    guild: GuildId,
    (roles, users): (&[RoleId], &[UserId]),
    counted: &[RoleId],
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "select role_id from autorole.seat_role where guild_id = $1 order by role_id for update",
        guild as GuildId
    )
    .fetch_all(&mut *db)
    .await?;
    sqlx::query!(
        "delete from autorole.holder h
         where guild_id = $1 and role_id = any($2) and (reserved_until is null or reserved_until <= $3)
           and not exists (
               select from unnest($4::bigint[], $5::bigint[]) as listed (role_id, user_id)
               where listed.role_id = h.role_id and listed.user_id = h.user_id)",
        guild as GuildId,
        counted as &[RoleId],
        now.to_sqlx(),
        roles as &[RoleId],
        users as &[UserId]
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into autorole.holder (guild_id, role_id, user_id)
         select s.guild_id, s.role_id, listed.user_id
         from unnest($2::bigint[], $3::bigint[]) as listed (role_id, user_id)
         join autorole.seat_role s on s.guild_id = $1 and s.role_id = listed.role_id
         on conflict on constraint holder_pkey do update set reserved_until = null",
        guild as GuildId,
        roles as &[RoleId],
        users as &[UserId]
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update autorole.seat_role set counted_at = $3 where guild_id = $1 and role_id = any($2)",
        guild as GuildId,
        counted as &[RoleId],
        now.to_sqlx()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// How many seats of each role are taken.
///
/// # Errors
///
/// What the database said.
pub async fn taken(
    db: &mut PgConnection,
    guild: GuildId,
    now: Timestamp,
) -> sqlx::Result<Vec<(RoleId, i64)>> {
    let rows = sqlx::query!(
        r#"select role_id, count(*) as "taken!" from autorole.holder
           where guild_id = $1 and (reserved_until is null or reserved_until > $2)
           group by role_id"#,
        guild as GuildId,
        now.to_sqlx()
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.role_id, row.taken))
        .collect())
}
