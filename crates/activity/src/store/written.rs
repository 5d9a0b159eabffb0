//! Messages, counted once.

use database::{ChannelId, GuildId, MessageId, UserId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use crate::model::Heard;

/// Counts messages that were not counted yet, and notes their days as changed; all of it or nothing. A batch holds a
/// message once.
pub(crate) async fn count(db: &mut PgConnection, heard: &[Heard]) -> sqlx::Result<u64> {
    let guilds: Vec<GuildId> = heard.iter().map(|one| one.guild).collect();
    let ids: Vec<MessageId> = heard.iter().map(|one| one.id).collect();
    let channels: Vec<ChannelId> = heard.iter().map(|one| one.channel).collect();
    let users: Vec<UserId> = heard.iter().map(|one| one.user).collect();
    let quarters: Vec<jiff_sqlx::Timestamp> =
        heard.iter().map(|one| one.quarter().to_sqlx()).collect();
    let row = sqlx::query!(
        // Rows are taken in one order, so that two writers wait for each other instead of dying.
        r#"with told as materialized (
             select told.* from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[])
                 as told (guild_id, id, channel_id, user_id, at)
             where not exists (
                 select from activity.member m
                 where m.guild_id = told.guild_id and m.user_id = told.user_id and m.opted_out_at is not null
             )
         ), fresh as (
             insert into activity.counted (guild_id, message_id) select guild_id, id from told order by id
             on conflict do nothing
             returning message_id
         ), new as materialized (
             select told.* from told join fresh on fresh.message_id = told.id
         ), summed as (
             insert into activity.written (guild_id, at, user_id, channel_id, messages)
             select guild_id, at, user_id, channel_id, count(*) from new
             group by guild_id, at, user_id, channel_id order by guild_id, at, user_id, channel_id
             on conflict on constraint written_key do update
                 set messages = written.messages + excluded.messages
         ), marked as (
             insert into activity.dirty (guild_id, day)
             select distinct guild_id, (at at time zone 'utc')::date from new order by 1, 2
             on conflict do nothing
         )
         select count(*) as "count!" from new"#,
        &guilds as &[GuildId],
        &ids as &[MessageId],
        &channels as &[ChannelId],
        &users as &[UserId],
        &quarters as &[jiff_sqlx::Timestamp],
    )
    .fetch_one(db)
    .await?;
    Ok(u64::try_from(row.count).unwrap_or_default())
}

/// Forgets which messages were counted, before an id.
pub(crate) async fn forget_ids(db: &mut PgConnection, before: i64) -> sqlx::Result<()> {
    sqlx::query!("delete from activity.counted where message_id < $1", before)
        .execute(db)
        .await?;
    Ok(())
}

/// Begins to count a guild, if it is not counted yet. Its sums are of long ago then: whoever looks first has them drawn.
pub(crate) async fn begin(
    db: &mut PgConnection,
    guild: GuildId,
    zone: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into activity.guild (guild_id, since, zone, summed_at) values ($1, $2, $3, $2::timestamptz - interval '1 hour')
         on conflict do nothing",
        guild as GuildId,
        now.to_sqlx() as _,
        zone
    )
    .execute(db)
    .await?;
    Ok(())
}
