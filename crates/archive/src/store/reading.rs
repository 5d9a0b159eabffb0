//! Reading messages: pages of a channel, one message, what a search finds, what changed.

use database::{ChannelId, GuildId, MessageId, UserId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use serde_json::Value;
use sqlx::PgConnection;

/// A message as it is stored.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) id: MessageId,
    pub(crate) guild: GuildId,
    pub(crate) channel: ChannelId,
    pub(crate) author: Option<UserId>,
    pub(crate) author_name: Option<String>,
    pub(crate) is_bot: bool,
    pub(crate) content: Option<String>,
    pub(crate) edited_at: Option<Timestamp>,
    pub(crate) deleted_at: Option<Timestamp>,
    pub(crate) reply_to: Option<MessageId>,
    pub(crate) attachment_count: i16,
    pub(crate) embed_count: i16,
    pub(crate) change: i64,
}

macro_rules! messages {
    ($db:expr, $sql:expr, $($argument:expr),* $(,)?) => {
        sqlx::query!(
            "select m.id, m.guild_id, m.channel_id, m.author_id, m.author_name, m.is_bot, m.content, m.edited_at,
                 m.deleted_at, m.reply_to, m.attachment_count, m.embed_count, m.change
             from archive.message m " + $sql,
            $($argument),*
        )
        .fetch_all($db)
        .await?
        .into_iter()
        .map(|row| Message {
            id: row.id,
            guild: row.guild_id,
            channel: row.channel_id,
            author: row.author_id,
            author_name: row.author_name,
            is_bot: row.is_bot,
            content: row.content,
            edited_at: row.edited_at.map(jiff_sqlx::Timestamp::to_jiff),
            deleted_at: row.deleted_at.map(jiff_sqlx::Timestamp::to_jiff),
            reply_to: row.reply_to,
            attachment_count: row.attachment_count,
            embed_count: row.embed_count,
            change: row.change,
        })
        .collect::<Vec<_>>()
    };
}

/// Messages of a channel behind an id, in the order of ids; ids between `from` and `to`, both included.
pub(crate) async fn page(
    db: &mut PgConnection,
    guild: GuildId,
    channel: ChannelId,
    after: i64,
    between: (i64, i64),
    with_deleted: bool,
    limit: i64,
) -> sqlx::Result<Vec<Message>> {
    Ok(messages!(
        db,
        "where m.guild_id = $1 and m.channel_id = $2 and m.id > $3 and m.id between $4 and $5
             and ($6 or m.deleted_at is null)
         order by m.id limit $7",
        guild as GuildId,
        channel as ChannelId,
        after,
        between.0,
        between.1,
        with_deleted,
        limit
    ))
}

/// One message of these guilds, or of any.
pub(crate) async fn one(
    db: &mut PgConnection,
    guilds: Option<&[GuildId]>,
    id: MessageId,
) -> sqlx::Result<Option<Message>> {
    let found = messages!(
        db,
        "where m.id = $2 and ($1::bigint[] is null or m.guild_id = any($1))",
        guilds as Option<&[GuildId]>,
        id as MessageId
    );
    Ok(found.into_iter().next())
}

/// What changed in a guild behind a number, deletions among it, in the order of changes.
pub(crate) async fn changed(
    db: &mut PgConnection,
    guild: GuildId,
    channels: Option<&[ChannelId]>,
    after: i64,
    limit: i64,
) -> sqlx::Result<Vec<Message>> {
    Ok(messages!(
        db,
        "where m.guild_id = $1 and m.change > $2 and ($3::bigint[] is null or m.channel_id = any($3))
         order by m.change limit $4",
        guild as GuildId,
        after,
        channels as Option<&[ChannelId]>,
        limit
    ))
}

/// Messages of an author in a guild behind an id.
pub(crate) async fn of_author(
    db: &mut PgConnection,
    guild: GuildId,
    author: UserId,
    after: i64,
    limit: i64,
) -> sqlx::Result<Vec<Message>> {
    Ok(messages!(
        db,
        "where m.guild_id = $1 and m.author_id = $2 and m.id > $3 order by m.id limit $4",
        guild as GuildId,
        author as UserId,
        after,
        limit
    ))
}

/// What is looked for.
#[derive(Clone, Debug)]
pub(crate) struct Search<'a> {
    /// As `archive.query` takes them.
    pub(crate) terms: &'a Value,
    /// The only authors, if not all.
    pub(crate) authors: Option<&'a [UserId]>,
    pub(crate) mentions: &'a [UserId],
    pub(crate) has: &'a [String],
    /// The only channels that are looked in.
    pub(crate) channels: &'a [ChannelId],
    /// The first and the last id.
    pub(crate) between: (i64, i64),
    pub(crate) with_deleted: bool,
}

/// The most messages with a rare word.
const RARE: i64 = 5_000;

/// The messages of a guild that have the words of a search, if they are few. Rare words are found by the index of words,
/// common ones soon enough by going back in time, and Postgres can not know which is which.
///
/// Has each search planned for what it looks for, until the transaction ends: the plan that fits all reads everything.
async fn rare(
    db: &mut PgConnection,
    guild: GuildId,
    terms: &Value,
) -> sqlx::Result<Option<Vec<MessageId>>> {
    sqlx::query!(
        "select set_config('plan_cache_mode', 'force_custom_plan', true) as plans, set_config('enable_seqscan', 'off', true) as scans"
    )
    .fetch_one(&mut *db)
    .await?;
    if terms.as_array().is_none_or(Vec::is_empty) {
        return Ok(None);
    }
    let rows = sqlx::query!(
        "select id from archive.message where lexemes @@ archive.query($2) and guild_id = $1 limit $3",
        guild as GuildId,
        terms,
        RARE + 1
    )
    .fetch_all(db)
    .await?;
    let is_rare = i64::try_from(rows.len()).is_ok_and(|count| count <= RARE);
    Ok(is_rare.then(|| rows.into_iter().map(|row| row.id).collect()))
}

/// What a search finds before an id, newest first. In a transaction of its own.
pub(crate) async fn search(
    db: &mut PgConnection,
    guild: GuildId,
    search: &Search<'_>,
    before: i64,
    limit: i64,
) -> sqlx::Result<Vec<Message>> {
    let rare = rare(db, guild, search.terms).await?;
    Ok(messages!(
        db,
        "where m.guild_id = $1 and m.channel_id = any($2) and m.id between $3 and $4 and m.id < $5
             and ($12::bigint[] is null or m.id = any($12))
             and ($12 is not null or $6::jsonb = '[]' or m.lexemes @@ archive.query($6))
             and ($7::bigint[] is null or m.author_id = any($7))
             and m.mentions @> $8 and m.has @> $9 and ($10 or m.deleted_at is null) and not m.is_withheld
         order by m.id desc limit $11",
        guild as GuildId,
        search.channels as &[ChannelId],
        search.between.0,
        search.between.1,
        before,
        search.terms,
        search.authors as Option<&[UserId]>,
        search.mentions as &[UserId],
        search.has,
        search.with_deleted,
        limit,
        rare.as_deref() as Option<&[MessageId]>
    ))
}

/// Keeps what somebody looks for, so that pages can be turned.
pub(crate) async fn open_search(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    wanted: &Value,
    now: Timestamp,
) -> sqlx::Result<i64> {
    let row = sqlx::query!(
        "insert into archive.search (guild_id, user_id, wanted, made_at) values ($1, $2, $3, $4) returning id",
        guild as GuildId,
        user as UserId,
        wanted,
        now.to_sqlx() as _
    )
    .fetch_one(db)
    .await?;
    Ok(row.id)
}

/// What a search that is on somebody's own screen looks for.
pub(crate) async fn open_one(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    search: i64,
    since: Timestamp,
) -> sqlx::Result<Option<Value>> {
    let row = sqlx::query!(
        "select wanted from archive.search where id = $3 and guild_id = $1 and user_id = $2 and made_at >= $4",
        guild as GuildId,
        user as UserId,
        search,
        since.to_sqlx() as _
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| row.wanted))
}
