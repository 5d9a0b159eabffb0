//! How far the reading of histories is.

use database::{ChannelId, GuildId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

/// A reading of the history of a channel.
#[derive(Clone, Debug)]
pub(crate) struct Backfill {
    pub(crate) channel: ChannelId,
    pub(crate) run: i64,
    pub(crate) state: String,
    pub(crate) before: i64,
    pub(crate) from: i64,
    pub(crate) read: i64,
    pub(crate) begun_at: Timestamp,
    pub(crate) ended_at: Option<Timestamp>,
}

/// Begins readings at `from`, where none is under way; how many began.
pub(crate) async fn begin(
    db: &mut PgConnection,
    guild: GuildId,
    channels: &[ChannelId],
    from: i64,
    now: Timestamp,
) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "insert into archive.backfill (guild_id, channel_id, state, before_id, from_id, begun_at)
         select $1, id, 'running', $3, $3, $4 from unnest($2::bigint[]) as channel (id)
         on conflict (channel_id) do update
             set run = backfill.run + 1, state = 'running', before_id = excluded.before_id,
                 from_id = excluded.from_id, read_count = 0, begun_at = excluded.begun_at, ended_at = null
             where backfill.guild_id = excluded.guild_id and backfill.state in ('done', 'cancelled')",
        guild as GuildId,
        channels as &[ChannelId],
        from,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// The next reading of a guild that is under way.
pub(crate) async fn next(
    db: &mut PgConnection,
    guild: GuildId,
) -> sqlx::Result<Option<(ChannelId, i64)>> {
    let row = sqlx::query!(
        "select channel_id, run from archive.backfill where guild_id = $1 and state = 'running'
         order by begun_at, channel_id limit 1",
        guild as GuildId
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.channel_id, row.run)))
}

/// A reading that is under way, as it stands.
pub(crate) async fn running(
    db: &mut PgConnection,
    guild: GuildId,
    channel: ChannelId,
    run: i64,
) -> sqlx::Result<Option<Backfill>> {
    let all = of(db, guild, Some(channel)).await?;
    let mut all = all.into_iter();
    Ok(all.find(|one| one.channel == channel && one.run == run && one.state == "running"))
}

/// The readings of a guild; of one channel and its threads if it is named.
pub(crate) async fn of(
    db: &mut PgConnection,
    guild: GuildId,
    channel: Option<ChannelId>,
) -> sqlx::Result<Vec<Backfill>> {
    let rows = sqlx::query!(
        "select b.channel_id, b.run, b.state, b.before_id, b.from_id, b.read_count, b.begun_at, b.ended_at
         from archive.backfill b
         where b.guild_id = $1 and ($2::bigint is null or b.channel_id = $2 or b.channel_id in (
             select channel_id from archive.channel where guild_id = $1 and parent_id = $2))
         order by b.channel_id",
        guild as GuildId,
        channel as Option<ChannelId>
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Backfill {
            channel: row.channel_id,
            run: row.run,
            state: row.state,
            before: row.before_id,
            from: row.from_id,
            read: row.read_count,
            begun_at: row.begun_at.to_jiff(),
            ended_at: row.ended_at.map(jiff_sqlx::Timestamp::to_jiff),
        })
        .collect())
}

/// The channels and threads that are kept, of one server or one channel if it is named, by server. What was said of a
/// channel counts before what was said of its parent, and that before what was said of the server.
pub(crate) async fn kept(
    db: &mut PgConnection,
    guild: Option<GuildId>,
    channel: Option<ChannelId>,
) -> sqlx::Result<Vec<(GuildId, Vec<ChannelId>)>> {
    let rows = sqlx::query!(
        r#"select c.guild_id as "guild_id: GuildId", array_agg(c.channel_id order by c.channel_id)
             as "channels!: Vec<ChannelId>"
         from archive.channel c
         left join archive.channel parent on parent.guild_id = c.guild_id and parent.channel_id = c.parent_id
         left join archive.guild g on g.guild_id = c.guild_id
         where coalesce(c.is_on, parent.is_on, g.is_on, false)
             and ($1::bigint is null or c.guild_id = $1)
             and ($2::bigint is null or c.channel_id = $2 or c.parent_id = $2)
         group by c.guild_id order by c.guild_id"#,
        guild as Option<GuildId>,
        channel as Option<ChannelId>
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.guild_id, row.channels))
        .collect())
}

/// The readings of all servers, or of one server or one channel and its threads if it is named.
pub(crate) async fn all(
    db: &mut PgConnection,
    guild: Option<GuildId>,
    channel: Option<ChannelId>,
) -> sqlx::Result<Vec<Backfill>> {
    let rows = sqlx::query!(
        "select b.channel_id, b.run, b.state, b.before_id, b.from_id, b.read_count, b.begun_at, b.ended_at
         from archive.backfill b
         where ($1::bigint is null or b.guild_id = $1)
             and ($2::bigint is null or b.channel_id = $2 or b.channel_id in (
                 select c.channel_id from archive.channel c where c.guild_id = b.guild_id and c.parent_id = $2))
         order by b.channel_id",
        guild as Option<GuildId>,
        channel as Option<ChannelId>
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Backfill {
            channel: row.channel_id,
            run: row.run,
            state: row.state,
            before: row.before_id,
            from: row.from_id,
            read: row.read_count,
            begun_at: row.begun_at.to_jiff(),
            ended_at: row.ended_at.map(jiff_sqlx::Timestamp::to_jiff),
        })
        .collect())
}

/// Notes that a page is read; `false` when the reading is not under way any more.
pub(crate) async fn advance(
    db: &mut PgConnection,
    guild: GuildId,
    channel: ChannelId,
    run: i64,
    before: i64,
    read: i64,
    ended_at: Option<Timestamp>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update archive.backfill
         set before_id = $4, read_count = read_count + $5, ended_at = $6,
             state = case when $6::timestamptz is null then 'running' else 'done' end
         where guild_id = $1 and channel_id = $2 and run = $3 and state = 'running' and before_id >= $4",
        guild as GuildId,
        channel as ChannelId,
        run,
        before,
        read,
        ended_at.map(Timestamp::to_sqlx) as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Moves readings of a guild, or of one channel and its threads, from some states to another; those that moved.
pub(crate) async fn turn(
    db: &mut PgConnection,
    guild: GuildId,
    channel: Option<ChannelId>,
    from: &[&str],
    to: &str,
    now: Timestamp,
) -> sqlx::Result<Vec<(ChannelId, i64)>> {
    let rows = sqlx::query!(
        "update archive.backfill
         set state = $4, ended_at = case when $4 = 'cancelled' then $5::timestamptz end
         where guild_id = $1 and state = any($3) and ($2::bigint is null or channel_id = $2 or channel_id in (
             select channel_id from archive.channel where guild_id = $1 and parent_id = $2))
         returning channel_id, run",
        guild as GuildId,
        channel as Option<ChannelId>,
        from as &[&str],
        to,
        now.to_sqlx() as _
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.channel_id, row.run))
        .collect())
}

/// A channel can not be read now.
pub(crate) async fn wait(
    db: &mut PgConnection,
    guild: GuildId,
    channel: ChannelId,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update archive.backfill set state = 'waiting'
         where guild_id = $1 and channel_id = $2 and state = 'running'",
        guild as GuildId,
        channel as ChannelId
    )
    .execute(db)
    .await?;
    Ok(())
}
