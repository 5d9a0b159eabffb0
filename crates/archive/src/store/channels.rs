//! Which channels are kept, and what is held of them.

use database::{ChannelId, GuildId, MessageId, UserId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

/// What a guild keeps.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept {
    /// Whether all channels are kept, and since when.
    pub(crate) everything: Option<Timestamp>,
    /// What was said of single channels.
    pub(crate) channels: Vec<(ChannelId, bool)>,
    /// Whether a channel could not be read the last time.
    pub(crate) has_unreadable: bool,
}

/// What a guild keeps.
pub(crate) async fn kept(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<Kept> {
    let everything = sqlx::query!(
        "select since from archive.guild where guild_id = $1 and is_on",
        guild as GuildId
    )
    .fetch_optional(&mut *db)
    .await?;
    let rows = sqlx::query!(
        "select channel_id, is_on, is_readable from archive.channel
         where guild_id = $1 and (is_on is not null or not is_readable)",
        guild as GuildId
    )
    .fetch_all(db)
    .await?;
    Ok(Kept {
        everything: everything.map(|row| row.since.to_jiff()),
        has_unreadable: rows.iter().any(|row| !row.is_readable),
        channels: rows
            .into_iter()
            .filter_map(|row| Some((row.channel_id, row.is_on?)))
            .collect(),
    })
}

/// Whether somebody said of a guild that all of it is kept, or is not kept any more.
pub(crate) async fn is_said(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<bool> {
    let row = sqlx::query!(
        r#"select exists (select from archive.guild where guild_id = $1) as "is_said!""#,
        guild as GuildId
    )
    .fetch_one(db)
    .await?;
    Ok(row.is_said)
}

/// Turns all channels of a guild on or off; `false` when it was so already.
pub(crate) async fn keep_everything(
    db: &mut PgConnection,
    guild: GuildId,
    by: UserId,
    is_on: bool,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = if is_on {
        sqlx::query!(
            "insert into archive.guild (guild_id, since, by_user) values ($1, $2, $3)
             on conflict (guild_id) do update set since = excluded.since, by_user = excluded.by_user, is_on = true
                 where not guild.is_on",
            guild as GuildId,
            now.to_sqlx() as _,
            by as UserId
        )
        .execute(db)
        .await?
    } else {
        sqlx::query!(
            "update archive.guild set is_on = false where guild_id = $1 and is_on",
            guild as GuildId
        )
        .execute(db)
        .await?
    };
    Ok(done.rows_affected() > 0)
}

/// A channel as it is called now.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) id: ChannelId,
    pub(crate) parent: Option<ChannelId>,
    pub(crate) name: String,
    pub(crate) kind: i16,
}

/// Turns a channel on or off; `false` when it was so already. What is said from now on joins nothing that is held.
pub(crate) async fn keep(
    db: &mut PgConnection,
    guild: GuildId,
    channel: &Named,
    by: UserId,
    is_on: bool,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into archive.channel (guild_id, channel_id, parent_id, name, kind, is_on, since, by_user)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (channel_id) do update
             set is_on = excluded.is_on, since = excluded.since, by_user = excluded.by_user, name = excluded.name
             where channel.guild_id = excluded.guild_id and channel.is_on is distinct from excluded.is_on",
        guild as GuildId,
        channel.id as ChannelId,
        channel.parent as Option<ChannelId>,
        channel.name,
        channel.kind,
        is_on,
        now.to_sqlx() as _,
        by as UserId
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Writes down channels that are kept because of their parent or the guild, and how they are called.
pub(crate) async fn note(
    db: &mut PgConnection,
    guild: GuildId,
    channels: &[Named],
    since: Timestamp,
) -> sqlx::Result<()> {
    let ids: Vec<ChannelId> = channels.iter().map(|channel| channel.id).collect();
    let parents: Vec<Option<ChannelId>> = channels.iter().map(|channel| channel.parent).collect();
    let names: Vec<&str> = channels
        .iter()
        .map(|channel| channel.name.as_str())
        .collect();
    let kinds: Vec<i16> = channels.iter().map(|channel| channel.kind).collect();
    sqlx::query!(
        "insert into archive.channel (guild_id, channel_id, parent_id, name, kind, since)
         select $1, id, parent, name, kind, $6
         from unnest($2::bigint[], $3::bigint[], $4::text[], $5::smallint[]) as named (id, parent, name, kind)
         on conflict (channel_id) do update
             set name = excluded.name, parent_id = excluded.parent_id, kind = excluded.kind,
                 since = coalesce(channel.since, excluded.since)
             where channel.guild_id = excluded.guild_id
                 and (channel.name, channel.kind, channel.parent_id)
                     is distinct from (excluded.name, excluded.kind, excluded.parent_id)",
        guild as GuildId,
        &ids as &[ChannelId],
        &parents as &[Option<ChannelId>],
        &names as &[&str],
        &kinds,
        since.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What came live of a channel: up to `last`, without a break since `since`, or since what is held if that is absent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Live {
    pub(crate) guild: GuildId,
    pub(crate) channel: ChannelId,
    pub(crate) since: Option<MessageId>,
    pub(crate) first: MessageId,
    pub(crate) last: MessageId,
}

/// Adds what came live to what is held.
pub(crate) async fn hold_live(
    db: &mut PgConnection,
    live: &[Live],
    now: Timestamp,
) -> sqlx::Result<()> {
    let guilds: Vec<GuildId> = live.iter().map(|live| live.guild).collect();
    let channels: Vec<ChannelId> = live.iter().map(|live| live.channel).collect();
    let since: Vec<Option<MessageId>> = live.iter().map(|live| live.since).collect();
    let firsts: Vec<MessageId> = live.iter().map(|live| live.first).collect();
    let lasts: Vec<MessageId> = live.iter().map(|live| live.last).collect();
    sqlx::query!(
        "with live as (
             select l.guild_id, l.channel_id, l.last,
                 least(coalesce(l.since, upper(c.held) - 1, l.first), l.first) as first
             from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
                 as l (guild_id, channel_id, since, first, last)
             left join archive.channel c on c.guild_id = l.guild_id and c.channel_id = l.channel_id
         )
         insert into archive.channel (guild_id, channel_id, since, held)
         select guild_id, channel_id, $6, int8multirange(int8range(first, last, '[]')) from live
         on conflict (channel_id) do update set held = channel.held + excluded.held
             where channel.guild_id = excluded.guild_id",
        &guilds as &[GuildId],
        &channels as &[ChannelId],
        &since as &[Option<MessageId>],
        &firsts as &[MessageId],
        &lasts as &[MessageId],
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Adds a part of the history, both ends included, to what is held.
pub(crate) async fn hold(
    db: &mut PgConnection,
    guild: GuildId,
    channel: ChannelId,
    from: i64,
    to: i64,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update archive.channel set held = held + int8multirange(int8range($3, $4, '[]')), is_readable = true
         where guild_id = $1 and channel_id = $2",
        guild as GuildId,
        channel as ChannelId,
        from.min(to),
        to
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Says whether a channel can be read.
pub(crate) async fn readable(
    db: &mut PgConnection,
    guild: GuildId,
    channel: ChannelId,
    is_readable: bool,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update archive.channel set is_readable = $3
         where guild_id = $1 and channel_id = $2 and is_readable <> $3",
        guild as GuildId,
        channel as ChannelId,
        is_readable
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A channel of the archive.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) id: ChannelId,
    pub(crate) parent: Option<ChannelId>,
    pub(crate) name: String,
    pub(crate) kind: i16,
    pub(crate) since: Option<Timestamp>,
    pub(crate) retention_days: Option<i32>,
    pub(crate) is_readable: bool,
    /// What is held, each part with its first and its last id, in order.
    pub(crate) held: Vec<(i64, i64)>,
}

/// The channels of a guild behind an id, in the order of ids.
pub(crate) async fn rows(
    db: &mut PgConnection,
    guild: GuildId,
    after: Option<ChannelId>,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    let rows = sqlx::query!(
        r#"select c.channel_id, c.parent_id, c.name, c.kind, c.since, c.retention_days, c.is_readable,
             coalesce((select array_agg(lower(part) order by part) from unnest(c.held) as part), '{}') as "firsts!",
             coalesce((select array_agg(upper(part) - 1 order by part) from unnest(c.held) as part), '{}')
                 as "lasts!"
         from archive.channel c
         where c.guild_id = $1 and c.channel_id > coalesce($2, 0)
         order by c.channel_id limit $3"#,
        guild as GuildId,
        after as Option<ChannelId>,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Row {
            id: row.channel_id,
            parent: row.parent_id,
            name: row.name,
            kind: row.kind,
            since: row.since.map(jiff_sqlx::Timestamp::to_jiff),
            retention_days: row.retention_days,
            is_readable: row.is_readable,
            held: row.firsts.into_iter().zip(row.lasts).collect(),
        })
        .collect())
}

/// How much a guild holds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    /// Messages, deleted ones among them.
    pub(crate) messages: i64,
    pub(crate) deleted: i64,
    /// What messages said before.
    pub(crate) versions: i64,
}

/// How much a guild holds.
pub(crate) async fn tally(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<Tally> {
    let row = sqlx::query_as!(
        Tally,
        "select messages, deleted, versions from archive.tally where guild_id = $1",
        guild as GuildId
    )
    .fetch_optional(db)
    .await?;
    Ok(row.unwrap_or_default())
}

/// For how many days a channel and its threads are kept.
pub(crate) async fn retain(
    db: &mut PgConnection,
    guild: GuildId,
    channel: ChannelId,
    days: Option<i32>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update archive.channel set retention_days = $3
         where guild_id = $1 and (channel_id = $2 or parent_id = $2)",
        guild as GuildId,
        channel as ChannelId,
        days
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The channel in which one is a thread.
pub(crate) async fn parent(
    db: &mut PgConnection,
    guild: GuildId,
    channel: ChannelId,
) -> sqlx::Result<Option<ChannelId>> {
    let row = sqlx::query!(
        "select parent_id from archive.channel where guild_id = $1 and channel_id = $2",
        guild as GuildId,
        channel as ChannelId
    )
    .fetch_optional(db)
    .await?;
    Ok(row.and_then(|row| row.parent_id))
}
