//! Who people are, whether they want to be counted, and when they come and go.

use std::collections::BTreeSet;

use database::{GuildId, UserId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use crate::model::Person;

/// Notes what people are called, each of them once; not of those who do not want to be counted.
pub(crate) async fn name(
    db: &mut PgConnection,
    people: &[Person],
    now: Timestamp,
) -> sqlx::Result<()> {
    let guilds: Vec<GuildId> = people.iter().map(|one| one.guild).collect();
    let users: Vec<UserId> = people.iter().map(|one| one.user).collect();
    let names: Vec<&str> = people.iter().map(|one| &*one.name).collect();
    let bots: Vec<bool> = people.iter().map(|one| one.is_bot).collect();
    sqlx::query!(
        "insert into activity.member (guild_id, user_id, name, is_bot, told_at)
         select told.guild_id, told.user_id, told.name, told.is_bot, $5
         from unnest($1::bigint[], $2::bigint[], $3::text[], $4::boolean[]) as told (guild_id, user_id, name, is_bot)
         where not exists (
             select from activity.member m
             where m.guild_id = told.guild_id and m.user_id = told.user_id
                 and (m.opted_out_at is not null or (m.name = told.name and m.is_bot = told.is_bot))
         )
         order by told.guild_id, told.user_id
         on conflict on constraint member_key do update
             set name = excluded.name, is_bot = excluded.is_bot, told_at = excluded.told_at
             where member.opted_out_at is null and member.told_at <= excluded.told_at",
        &guilds as &[GuildId],
        &users as &[UserId],
        &names as &[&str],
        &bots,
        now.to_sqlx() as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes that somebody does not want to be counted, or wants it again; `false` when it was so already.
pub(crate) async fn opt(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    out_at: Option<Timestamp>,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        // Of who is out nothing is kept, not even the name.
        "insert into activity.member (guild_id, user_id, name, is_bot, told_at, opted_out_at)
         select $1, $2, '?', false, $4, $3 where $3::timestamptz is not null
         on conflict on constraint member_key do update
             set opted_out_at = excluded.opted_out_at, name = '?', told_at = excluded.told_at
             where member.opted_out_at is null",
        guild as GuildId,
        user as UserId,
        out_at.map(Timestamp::to_sqlx) as _,
        now.to_sqlx() as _,
    )
    .execute(&mut *db)
    .await?;
    if out_at.is_some() {
        return Ok(done.rows_affected() > 0);
    }
    let done = sqlx::query!(
        "update activity.member set opted_out_at = null
         where guild_id = $1 and user_id = $2 and opted_out_at is not null",
        guild as GuildId,
        user as UserId,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Those of these members who do not want to be counted.
pub(crate) async fn out(
    db: &mut PgConnection,
    members: &[(GuildId, UserId)],
) -> sqlx::Result<BTreeSet<(GuildId, UserId)>> {
    let (guilds, users): (Vec<GuildId>, Vec<UserId>) = members.iter().copied().unzip();
    let rows = sqlx::query!(
        "select guild_id, user_id from activity.member m
         join unnest($1::bigint[], $2::bigint[]) as told (guild_id, user_id) using (guild_id, user_id)
         where m.opted_out_at is not null",
        &guilds as &[GuildId],
        &users as &[UserId]
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.guild_id, row.user_id))
        .collect())
}

/// The bots that are known in a guild.
pub(crate) async fn bots(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<Vec<UserId>> {
    let rows = sqlx::query!(
        "select user_id from activity.member where guild_id = $1 and is_bot",
        guild as GuildId
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| row.user_id).collect())
}

/// Somebody joins; the same joining told again changes nothing.
pub(crate) async fn join(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    at: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into activity.stay (guild_id, user_id, joined_at)
         select $1, $2, $3 where not exists (
             select from activity.member where guild_id = $1 and user_id = $2 and opted_out_at is not null
         )
         on conflict do nothing",
        guild as GuildId,
        user as UserId,
        at.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Somebody leaves; told again it changes nothing, because nobody leaves twice without joining.
pub(crate) async fn leave(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    at: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "with last as (
             select joined_at, left_at from activity.stay where guild_id = $1 and user_id = $2
             order by joined_at desc limit 1
         ), ended as (
             update activity.stay s set left_at = $3 from last
             where s.guild_id = $1 and s.user_id = $2 and s.joined_at = last.joined_at and last.left_at is null
         )
         insert into activity.stay (guild_id, user_id, joined_at, left_at)
         select $1, $2, '-infinity', $3
         where not exists (select from last) and not exists (
             select from activity.member where guild_id = $1 and user_id = $2 and opted_out_at is not null
         )
         on conflict do nothing",
        guild as GuildId,
        user as UserId,
        at.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}
