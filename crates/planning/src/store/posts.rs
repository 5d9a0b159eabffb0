//! The messages of weekly posts.

use database::{ChannelId, GuildId, MessageId};
use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

/// A message of a weekly post.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Part {
    /// Which message of the week, from 0.
    pub(crate) nth: i16,
    pub(crate) channel: ChannelId,
    pub(crate) message: MessageId,
    /// What it shows, to see whether that has changed.
    pub(crate) shows: String,
}

/// The messages of a week, in order.
pub(crate) async fn of(
    db: &mut PgConnection,
    guild: GuildId,
    monday: Date,
) -> sqlx::Result<Vec<Part>> {
    let rows = sqlx::query!(
        "select part, channel_id, message_id, shows from planning.post where guild_id = $1 and monday = $2 order by part",
        guild as GuildId,
        monday.to_sqlx() as _
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Part {
            nth: row.part,
            channel: row.channel_id,
            message: row.message_id,
            shows: row.shows,
        })
        .collect())
}

/// The posted weeks that begin on a day or later.
pub(crate) async fn weeks(
    db: &mut PgConnection,
    guild: GuildId,
    from: Date,
) -> sqlx::Result<Vec<Date>> {
    let rows = sqlx::query!(
        "select monday from planning.post where guild_id = $1 and monday >= $2 group by monday order by monday",
        guild as GuildId,
        from.to_sqlx() as _
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| row.monday.to_jiff()).collect())
}

/// Notes a message of a week.
pub(crate) async fn put(
    db: &mut PgConnection,
    guild: GuildId,
    monday: Date,
    part: &Part,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into planning.post (guild_id, monday, part, channel_id, message_id, shows) values ($1, $2, $3, $4, $5, $6)
         on conflict on constraint post_key do update set channel_id = excluded.channel_id,
             message_id = excluded.message_id, shows = excluded.shows",
        guild as GuildId,
        monday.to_sqlx() as _,
        part.nth,
        part.channel as ChannelId,
        part.message as MessageId,
        part.shows
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets the messages of a week from one on.
pub(crate) async fn cut(
    db: &mut PgConnection,
    guild: GuildId,
    monday: Date,
    from: i16,
) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from planning.post where guild_id = $1 and monday = $2 and part >= $3",
        guild as GuildId,
        monday.to_sqlx() as _,
        from
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes that messages are gone: they show nothing any more. Whether one of them was of a week from a day on.
pub(crate) async fn gone(
    db: &mut PgConnection,
    guild: GuildId,
    messages: &[MessageId],
    from: Date,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update planning.post set shows = '' where guild_id = $1 and message_id = any ($2) and monday >= $3",
        guild as GuildId,
        messages as &[MessageId],
        from.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}
