//! Where members' exports ended.

use database::{ChannelId, GuildId, UserId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

/// The newest change of a guild.
pub(crate) async fn newest(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<i64> {
    let row = sqlx::query!(
        "select max(change) as change from archive.message where guild_id = $1",
        guild as GuildId
    )
    .fetch_one(db)
    .await?;
    Ok(row.change.unwrap_or_default())
}

/// Up to which change a member has had a channel exported.
pub(crate) async fn last(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    channel: ChannelId,
) -> sqlx::Result<Option<i64>> {
    let row = sqlx::query!(
        "select change from archive.exported where guild_id = $1 and user_id = $2 and channel_id = $3",
        guild as GuildId,
        user as UserId,
        channel as ChannelId
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| row.change))
}

/// Notes up to which change a member has had a channel exported.
pub(crate) async fn remember(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    channel: ChannelId,
    change: i64,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into archive.exported (guild_id, user_id, channel_id, change, at) values ($1, $2, $3, $4, $5)
         on conflict (guild_id, user_id, channel_id) do update set change = excluded.change, at = excluded.at",
        guild as GuildId,
        user as UserId,
        channel as ChannelId,
        change,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}
