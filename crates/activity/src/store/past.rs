//! What the archive tells of the past, through its views.

use database::{ChannelId, GuildId};
use sqlx::PgConnection;

/// The channels of which the archive holds something.
pub(crate) async fn channels(
    db: &mut PgConnection,
    guild: GuildId,
) -> sqlx::Result<Vec<ChannelId>> {
    sqlx::query_scalar!(
        r#"select channel_id as "channel: ChannelId" from reporting.channels where guild_id = $1"#,
        guild as GuildId
    )
    .fetch_all(db)
    .await
    .map(|rows| rows.into_iter().flatten().collect())
}

/// Raises what was counted between two ids to what the archive holds there, where that is more, and marks the days; how
/// many quarters of an hour are more now. Bots are left out, and who does not want to be counted.
pub(crate) async fn raise(
    db: &mut PgConnection,
    guild: GuildId,
    channels: &[ChannelId],
    (from, to): (i64, i64),
) -> sqlx::Result<u64> {
    let row = sqlx::query!(
        // What people write: messages and replies.
        r#"with held as materialized (
             select date_bin('15 minutes', m.created_at, 'epoch') as at, m.user_id, m.channel_id,
                 count(*)::integer as messages, max(m.created_at) as last,
                 (array_agg(m.user_name order by m.id desc) filter (where m.user_name is not null))[1] as name
             from reporting.messages m
             where m.guild_id = $1 and m.id >= $2 and m.id < $3 and m.channel_id = any($4)
                 and m.user_id is not null and not m.is_bot and m.kind in (0, 19)
                 and not exists (
                     select from activity.member out
                     where out.guild_id = $1 and out.user_id = m.user_id and out.opted_out_at is not null
                 )
             group by 1, 2, 3
         ), named as (
             insert into activity.member (guild_id, user_id, name, is_bot, told_at)
             select distinct on (user_id) $1, user_id, name, false, last from held
             where name is not null order by user_id, last desc
             on conflict do nothing
         ), raised as (
             insert into activity.written (guild_id, at, user_id, channel_id, messages)
             select $1, at, user_id, channel_id, messages from held order by at, user_id, channel_id
             on conflict on constraint written_key do update set messages = excluded.messages
                 where written.messages < excluded.messages
             returning at
         ), marked as (
             insert into activity.dirty (guild_id, day)
             select distinct $1::bigint, (at at time zone 'utc')::date from raised order by 2
             on conflict do nothing
         ), begun as (
             update activity.guild set since = least(since, (select min(at) from raised))
             where guild_id = $1
         )
         select count(*) as "count!" from raised"#,
        guild as GuildId,
        from,
        to,
        channels as &[ChannelId]
    )
    .fetch_one(db)
    .await?;
    Ok(row.count.try_into().unwrap_or_default())
}
