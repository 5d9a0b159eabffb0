//! Erasing: what a member asked for, what is past its time, guilds that are gone.

use database::{ChannelId, GuildId, MessageId, UserId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

/// Erases up to `most` messages of an author up to an id, with all that they said before; how many there were. The
/// rows stay, without words and without author, so that counts and changes keep.
pub(crate) async fn erase_author(
    db: &mut PgConnection,
    guild: GuildId,
    author: UserId,
    to: MessageId,
    most: i64,
) -> sqlx::Result<u64> {
    let row = sqlx::query!(
        r#"with chosen as materialized (
             select id from archive.message
             where guild_id = $1 and author_id = $2 and id <= $3 order by id limit $4
         ), versions as (
             delete from archive.version where guild_id = $1 and message_id in (select id from chosen)
         ), files as (
             delete from archive.attachment where guild_id = $1 and message_id in (select id from chosen)
         ), passed_on as (
             update archive.message
             set said_besides = null, payload = null, change = nextval('archive.change_number')
             where guild_id = $1 and has @> '{forward}' and reply_to in (select id from chosen)
                 and id not in (select id from chosen)
         ), erased as (
             update archive.message
             set author_id = null, author_name = null, content = null, said_besides = null, payload = null,
                 has = '{}', mentions = '{}', reply_to = null, is_withheld = true,
                 change = nextval('archive.change_number')
             where guild_id = $1 and id in (select id from chosen)
             returning id
         )
         select count(*) as "count!" from erased"#,
        guild as GuildId,
        author as UserId,
        to as MessageId,
        most
    )
    .fetch_one(db)
    .await?;
    Ok(row.count.try_into().unwrap_or_default())
}

/// Erases a member's reactions and searches.
pub(crate) async fn erase_traces(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
) -> sqlx::Result<()> {
    sqlx::query!(
        "with reactions as (delete from archive.reaction where guild_id = $1 and user_id = $2),
             names as (delete from archive.author where guild_id = $1 and author_id = $2),
             exports as (delete from archive.exported where guild_id = $1 and user_id = $2)
         delete from archive.search where guild_id = $1 and user_id = $2",
        guild as GuildId,
        user as UserId
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Deletes up to `most` messages of a channel before an id, with versions and reactions; how many there were.
pub(crate) async fn purge(
    db: &mut PgConnection,
    guild: GuildId,
    channel: ChannelId,
    before: i64,
    most: i64,
) -> sqlx::Result<i64> {
    let row = sqlx::query!(
        r#"with gone as (
             delete from archive.message where guild_id = $1 and channel_id = $2 and id in (
                 select id from archive.message where guild_id = $1 and channel_id = $2 and id < $3
                 order by id limit $4
             )
             returning id
         ), versions as (
             delete from archive.version where guild_id = $1 and message_id in (select id from gone)
         ), files as (
             delete from archive.attachment where guild_id = $1 and message_id in (select id from gone)
         ), reactions as (
             delete from archive.reaction where guild_id = $1 and message_id in (select id from gone)
         )
         select count(*) as "count!" from gone"#,
        guild as GuildId,
        channel as ChannelId,
        before,
        most
    )
    .fetch_one(db)
    .await?;
    Ok(row.count)
}

/// Writes down what retention removed of a channel in the run that began at `at`.
pub(crate) async fn note_purge(
    db: &mut PgConnection,
    guild: GuildId,
    channel: ChannelId,
    at: Timestamp,
    messages: i64,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into archive.purged as purged (guild_id, channel_id, at, messages) values ($1, $2, $3, $4)
         on conflict (guild_id, at, channel_id) do update set messages = purged.messages + excluded.messages",
        guild as GuildId,
        channel as ChannelId,
        at.to_sqlx() as _,
        messages
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What retention removed of a guild in one run.
#[derive(Clone, Debug)]
pub(crate) struct Purged {
    pub(crate) at: Timestamp,
    pub(crate) channel: ChannelId,
    pub(crate) messages: i64,
}

/// What retention removed of a guild, the newest first; behind a run and a channel if they are named.
pub(crate) async fn purges(
    db: &mut PgConnection,
    guild: GuildId,
    before: Option<(Timestamp, ChannelId)>,
    limit: i64,
) -> sqlx::Result<Vec<Purged>> {
    let (at, channel) = before.unzip();
    let rows = sqlx::query!(
        "select at, channel_id, messages from archive.purged
         where guild_id = $1 and ($2::timestamptz is null or (at, channel_id) < ($2, $3))
         order by at desc, channel_id desc limit $4",
        guild as GuildId,
        at.map(Timestamp::to_sqlx) as _,
        channel as Option<ChannelId>,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Purged {
            at: row.at.to_jiff(),
            channel: row.channel_id,
            messages: row.messages,
        })
        .collect())
}

/// What one run of the retention removed of a guild, most first.
pub(crate) async fn purged_at(
    db: &mut PgConnection,
    guild: GuildId,
    at: Timestamp,
) -> sqlx::Result<Vec<(ChannelId, i64)>> {
    let rows = sqlx::query!(
        "select channel_id, messages from archive.purged where guild_id = $1 and at = $2
         order by messages desc, channel_id",
        guild as GuildId,
        at.to_sqlx() as _
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.channel_id, row.messages))
        .collect())
}

/// When retention last removed something of a guild, and how many messages of how many channels.
pub(crate) async fn last_purge(
    db: &mut PgConnection,
    guild: GuildId,
) -> sqlx::Result<Option<(Timestamp, i64, i64)>> {
    let row = sqlx::query!(
        r#"select at, sum(messages)::bigint as "messages!", count(*) as "channels!" from archive.purged
         where guild_id = $1 group by at order by at desc limit 1"#,
        guild as GuildId
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.at.to_jiff(), row.messages, row.channels)))
}

/// Forgets what retention removed long ago.
pub(crate) async fn drop_purges(db: &mut PgConnection, before: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from archive.purged where at < $1",
        before.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The channels of all guilds that are kept for a time only.
pub(crate) async fn limited(db: &mut PgConnection) -> sqlx::Result<Vec<(GuildId, ChannelId, i32)>> {
    let rows = sqlx::query!(
        r#"select guild_id, channel_id, retention_days as "days!" from archive.channel
         where retention_days is not null order by guild_id, channel_id"#
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.guild_id, row.channel_id, row.days))
        .collect())
}

/// Drops searches that nobody turns any more.
pub(crate) async fn drop_searches(db: &mut PgConnection, before: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from archive.search where made_at < $1",
        before.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Deletes up to `most` messages of a guild that the bot left; how many there were.
pub(crate) async fn purge_guild(
    db: &mut PgConnection,
    guild: GuildId,
    most: i64,
) -> sqlx::Result<i64> {
    let row = sqlx::query!(
        r#"with gone as (
             delete from archive.message where guild_id = $1 and id in (
                 select id from archive.message where guild_id = $1 order by channel_id, id limit $2
             )
             returning id
         )
         select count(*) as "count!" from gone"#,
        guild as GuildId,
        most
    )
    .fetch_one(db)
    .await?;
    Ok(row.count)
}

/// Deletes what else is known of a guild.
pub(crate) async fn drop_guild(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<()> {
    sqlx::query!(
        "with versions as (delete from archive.version where guild_id = $1),
             reactions as (delete from archive.reaction where guild_id = $1),
             backfills as (delete from archive.backfill where guild_id = $1),
             channels as (delete from archive.channel where guild_id = $1),
             searches as (delete from archive.search where guild_id = $1),
             authors as (delete from archive.author where guild_id = $1),
             purges as (delete from archive.purged where guild_id = $1),
             exports as (delete from archive.exported where guild_id = $1),
             files as (delete from archive.export where guild_id = $1),
             attachments as (delete from archive.attachment where guild_id = $1)
         delete from archive.guild where guild_id = $1",
        guild as GuildId
    )
    .execute(&mut *db)
    .await?;
    // Behind the versions, which are taken off it when their statement ends.
    sqlx::query!(
        "delete from archive.tally where guild_id = $1",
        guild as GuildId
    )
    .execute(db)
    .await?;
    Ok(())
}
