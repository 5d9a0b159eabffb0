//! What is erased: who opted out, what is past its time, guilds that are gone.

use database::{GuildId, UserId};
use jiff::{Timestamp, civil::Date};
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

/// Erases everything of a member, but that they do not want to be counted; their days are summed up anew.
pub(crate) async fn member(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
) -> sqlx::Result<u64> {
    let written = sqlx::query!(
        "with gone as (
             delete from activity.written where guild_id = $1 and user_id = $2 returning at
         )
         insert into activity.dirty (guild_id, day) select distinct $1, (at at time zone 'utc')::date from gone order by 2
         on conflict do nothing",
        guild as GuildId,
        user as UserId
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "with gone as (
             delete from activity.stretch where guild_id = $1 and user_id = $2 returning from_at, until_at
         )
         insert into activity.dirty (guild_id, day)
         select distinct $1, day::date from gone, generate_series(
             date_trunc('day', gone.from_at at time zone 'utc'), gone.until_at at time zone 'utc', '1 day'
         ) as day order by 2
         on conflict do nothing",
        guild as GuildId,
        user as UserId
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "with days as (delete from activity.day where guild_id = $1 and user_id = $2)
         delete from activity.stay where guild_id = $1 and user_id = $2",
        guild as GuildId,
        user as UserId
    )
    .execute(db)
    .await?;
    Ok(written.rows_affected())
}

/// Members who opted out and of whom something was written after all, in the moment of their word.
pub(crate) async fn left_over(db: &mut PgConnection) -> sqlx::Result<Vec<(GuildId, UserId)>> {
    let rows = sqlx::query!(
        "select m.guild_id, m.user_id from activity.member m
         where m.opted_out_at is not null and (
             exists (select from activity.written w where w.guild_id = m.guild_id and w.user_id = m.user_id)
             or exists (select from activity.stretch s where s.guild_id = m.guild_id and s.user_id = m.user_id)
             or exists (select from activity.stay s where s.guild_id = m.guild_id and s.user_id = m.user_id)
         )"
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.guild_id, row.user_id))
        .collect())
}

/// All guilds that are counted.
pub(crate) async fn guilds(db: &mut PgConnection) -> sqlx::Result<Vec<GuildId>> {
    let rows = sqlx::query!("select guild_id from activity.guild order by 1")
        .fetch_all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.guild_id).collect())
}

/// Erases so many rows of a guild that are older than an instant, and what was summed of them; how many are gone.
pub(crate) async fn purge(
    db: &mut PgConnection,
    guild: GuildId,
    before: Timestamp,
    day: Date,
    most: i64,
) -> sqlx::Result<u64> {
    let row = sqlx::query!(
        r#"with written as (
             delete from activity.written where guild_id = $1 and ctid in (
                 select ctid from activity.written where guild_id = $1 and at < $2 limit $4
             ) returning 1
         ), stretches as (
             delete from activity.stretch where guild_id = $1 and ctid in (
                 select ctid from activity.stretch where guild_id = $1 and until_at < $2 and not is_open limit $4
             ) returning 1
         ), days as (
             delete from activity.day where guild_id = $1 and ctid in (
                 select ctid from activity.day where guild_id = $1 and day < $3 limit $4
             ) returning 1
         ), slots as (
             delete from activity.slot where guild_id = $1 and ctid in (
                 select ctid from activity.slot where guild_id = $1 and at < $2 limit $4
             ) returning 1
         ), stays as (
             delete from activity.stay where guild_id = $1 and ctid in (
                 select ctid from activity.stay where guild_id = $1 and left_at < $2 limit $4
             ) returning 1
         )
         select (select count(*) from written) + (select count(*) from stretches) + (select count(*) from days)
             + (select count(*) from slots) + (select count(*) from stays) as "gone!""#,
        guild as GuildId,
        before.to_sqlx() as _,
        day.to_sqlx() as _,
        most
    )
    .fetch_one(db)
    .await?;
    Ok(row.gone.try_into().unwrap_or_default())
}

/// Erases what is left of a guild after [`purge`].
pub(crate) async fn drop_guild(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<()> {
    sqlx::query!(
        "with counted as (delete from activity.counted where guild_id = $1),
             stretches as (delete from activity.stretch where guild_id = $1),
             stays as (delete from activity.stay where guild_id = $1),
             dirty as (delete from activity.dirty where guild_id = $1),
             members as (delete from activity.member where guild_id = $1)
         delete from activity.guild where guild_id = $1",
        guild as GuildId
    )
    .execute(db)
    .await?;
    Ok(())
}
