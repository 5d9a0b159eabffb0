//! Where members' exports ended, and the exports that jobs write to files.

use database::{ChannelId, GuildId, UserId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use serde_json::Value;
use sqlx::PgConnection;

use crate::exports::{Asked, Export, Split, files::Closed};

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

/// How much an export may be of, and how many there may be beside it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    /// Exports of the guild that are not over.
    pub(crate) guild: i64,
    /// Those of the same member, or the same key, that are still being written.
    pub(crate) own: i64,
}

/// Notes an export that is to be written; none where there is no room for it.
pub(crate) async fn ask(
    db: &mut PgConnection,
    guild: GuildId,
    asked: &Asked,
    room: Room,
    now: Timestamp,
    expires_at: Timestamp,
) -> sqlx::Result<Option<i64>> {
    let (by, most) = asked.split.parts();
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('archive.export', $1::bigint))",
        guild as GuildId
    )
    .execute(&mut *db)
    .await?;
    let row = sqlx::query!(
        "insert into archive.export (guild_id, user_id, key_id, author_id, channels, since, with_deleted, format,
             has_mark, part_by, part_most, made_at, expires_at)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13
         where (select count(*) from archive.export where guild_id = $1 and expires_at > $12 and state <> 'cancelled') < $14
             and (select count(*) from archive.export
                 where guild_id = $1 and user_id = $2 and key_id is not distinct from $3 and state = 'running'
                     and expires_at > $12) < $15
         returning id",
        guild as GuildId,
        asked.user as UserId,
        asked.key,
        asked.author as Option<UserId>,
        &asked.channels as &[ChannelId],
        asked.since,
        asked.with_deleted,
        asked.format.extension(),
        asked.has_mark,
        by,
        most,
        now.to_sqlx() as _,
        expires_at.to_sqlx() as _,
        room.guild,
        room.own
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| row.id))
}

macro_rules! exports {
    ($db:expr, $sql:expr, $($argument:expr),* $(,)?) => {
        sqlx::query!(
            r#"select id, guild_id, user_id, key_id, author_id, channels as "channels: Vec<ChannelId>", since,
                 with_deleted, format, has_mark, part_by, part_most, state, run, until, total, messages, bytes, place,
                 reason, made_at, ended_at, expires_at
             from archive.export "# + $sql,
            $($argument),*
        )
        .fetch_all($db)
        .await?
        .into_iter()
        .filter_map(|row| Some(Export {
            id: row.id,
            guild: row.guild_id,
            run: row.run,
            state: row.state,
            until: row.until,
            total: row.total,
            messages: row.messages,
            bytes: row.bytes,
            place: row.place,
            reason: row.reason,
            made_at: row.made_at.to_jiff(),
            ended_at: row.ended_at.map(jiff_sqlx::Timestamp::to_jiff),
            expires_at: row.expires_at.to_jiff(),
            asked: Asked {
                user: row.user_id,
                key: row.key_id,
                author: row.author_id,
                channels: row.channels,
                since: row.since,
                with_deleted: row.with_deleted,
                // The table holds no others.
                format: crate::export::Format::of(&row.format)?,
                has_mark: row.has_mark,
                split: Split::of(&row.part_by, row.part_most)?,
            },
        }))
        .collect::<Vec<_>>()
    };
}

/// One export of a guild.
pub(crate) async fn one(
    db: &mut PgConnection,
    guild: GuildId,
    export: i64,
) -> sqlx::Result<Option<Export>> {
    let found = exports!(
        db,
        "where guild_id = $1 and id = $2",
        guild as GuildId,
        export
    );
    Ok(found.into_iter().next())
}

/// Exports of a guild behind one, newest first; of one member if somebody is named.
pub(crate) async fn list(
    db: &mut PgConnection,
    guild: GuildId,
    user: Option<UserId>,
    before: Option<i64>,
    limit: i64,
) -> sqlx::Result<Vec<Export>> {
    Ok(exports!(
        db,
        "where guild_id = $1 and ($2::bigint is null or user_id = $2 and key_id is null)
             and ($3::bigint is null or id < $3)
         order by id desc limit $4",
        guild as GuildId,
        user as Option<UserId>,
        before,
        limit
    ))
}

/// The whole files of these exports of a guild, by export, in their order.
pub(crate) async fn parts(
    db: &mut PgConnection,
    guild: GuildId,
    exports: &[i64],
) -> sqlx::Result<Vec<(i64, Closed)>> {
    let rows = sqlx::query!(
        "select export_id, number, name, messages, bytes from archive.export_part
         where guild_id = $1 and export_id = any($2) order by export_id, number",
        guild as GuildId,
        exports
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let part = Closed {
                number: row.number,
                name: row.name,
                bytes: row.bytes.try_into().unwrap_or_default(),
                messages: row.messages.try_into().unwrap_or_default(),
            };
            (row.export_id, part)
        })
        .collect())
}

/// Notes how far an export reaches, before anything of it is written.
pub(crate) async fn begin(
    db: &mut PgConnection,
    guild: GuildId,
    export: i64,
    until: i64,
    total: Option<i64>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update archive.export set until = $3, total = $4 where guild_id = $1 and id = $2",
        guild as GuildId,
        export,
        until,
        total
    )
    .execute(db)
    .await?;
    Ok(())
}

/// How many messages there are to be written, or a few more.
pub(crate) async fn count(
    db: &mut PgConnection,
    guild: GuildId,
    asked: &Asked,
) -> sqlx::Result<i64> {
    let channels = asked.author.is_none().then_some(&*asked.channels);
    let row = sqlx::query!(
        r#"select count(*) as "count!" from archive.message
         where guild_id = $1 and ($2::bigint is null or author_id = $2)
             and ($3::bigint[] is null or channel_id = any($3)) and ($4::bigint is null or change > $4)
             and ($5 or deleted_at is null)"#,
        guild as GuildId,
        asked.author as Option<UserId>,
        channels as Option<&[ChannelId]>,
        asked.since,
        asked.tells_deletions()
    )
    .fetch_one(db)
    .await?;
    Ok(row.count)
}

/// Where the writing of an export stands.
#[derive(Clone, Debug)]
pub(crate) struct Stand<'a> {
    pub(crate) place: &'a Value,
    pub(crate) messages: i64,
    pub(crate) bytes: i64,
    /// Files that are whole since the last time.
    pub(crate) closed: &'a [Closed],
    /// When it was done, if it is.
    pub(crate) ended_at: Option<Timestamp>,
    pub(crate) expires_at: Timestamp,
}

/// Notes how far an export is written; `false` when it is not to be written any more, or anew.
pub(crate) async fn advance(
    db: &mut PgConnection,
    guild: GuildId,
    export: i64,
    run: i32,
    stand: &Stand<'_>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update archive.export
         set place = $4, messages = $5, bytes = $6, ended_at = $7, expires_at = $8,
             state = case when $7::timestamptz is null then 'running' else 'done' end
         where guild_id = $1 and id = $2 and run = $3 and state = 'running'",
        guild as GuildId,
        export,
        run,
        stand.place,
        stand.messages,
        stand.bytes,
        stand.ended_at.map(Timestamp::to_sqlx) as _,
        stand.expires_at.to_sqlx() as _
    )
    .execute(&mut *db)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    let numbers: Vec<i32> = stand.closed.iter().map(|part| part.number).collect();
    let names: Vec<&str> = stand.closed.iter().map(|part| &*part.name).collect();
    let count = |of: fn(&Closed) -> u64| -> Vec<i64> {
        let counts = stand.closed.iter().map(of);
        counts
            .map(|count| i64::try_from(count).unwrap_or(i64::MAX))
            .collect()
    };
    sqlx::query!(
        "insert into archive.export_part (guild_id, export_id, number, name, messages, bytes)
         select $1, $2, * from unnest($3::integer[], $4::text[], $5::bigint[], $6::bigint[])",
        guild as GuildId,
        export,
        &numbers,
        &names as &[&str],
        &count(|part| part.messages),
        &count(|part| part.bytes)
    )
    .execute(db)
    .await?;
    Ok(true)
}

/// How many bytes all exports take.
pub(crate) async fn bytes(db: &mut PgConnection) -> sqlx::Result<i64> {
    let row =
        sqlx::query!(r#"select coalesce(sum(bytes), 0)::bigint as "bytes!" from archive.export"#)
            .fetch_one(db)
            .await?;
    Ok(row.bytes)
}

/// How an export ends without being whole.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End<'a> {
    /// Which one, and which run of it: one that is written anew meanwhile goes on.
    pub(crate) export: i64,
    pub(crate) run: i32,
    /// The states in which it may be.
    pub(crate) from: &'a [&'a str],
    pub(crate) to: &'a str,
    pub(crate) reason: Option<&'a str>,
}

/// Ends an export without its being whole; `false` when it is another's turn. Its files are to be removed.
pub(crate) async fn end(
    db: &mut PgConnection,
    guild: GuildId,
    end: End<'_>,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let row = sqlx::query!(
        r#"with ended as (
             update archive.export set state = $4, reason = $5, ended_at = $6, bytes = 0, place = null
             where guild_id = $1 and id = $2 and run = $3 and state = any($7)
             returning id
         ), parts as (
             delete from archive.export_part where guild_id = $1 and export_id in (select id from ended)
         )
         select count(*) as "count!" from ended"#,
        guild as GuildId,
        end.export,
        end.run,
        end.to,
        end.reason,
        now.to_sqlx() as _,
        end.from as &[&str]
    )
    .fetch_one(db)
    .await?;
    Ok(row.count > 0)
}

/// Has exports of a guild written anew, or one of them: those that are under way and those that are done. Tells which,
/// with the runs whose files are to be removed.
pub(crate) async fn anew(
    db: &mut PgConnection,
    guild: GuildId,
    export: Option<i64>,
) -> sqlx::Result<Vec<(i64, i32)>> {
    let rows = sqlx::query!(
        r#"with again as (
             update archive.export
             set run = run + 1, state = 'running', place = null, until = null, total = null, messages = 0, bytes = 0,
                 ended_at = null
             where guild_id = $1 and ($2::bigint is null or id = $2) and state in ('running', 'done')
             returning id, run
         ), parts as (
             delete from archive.export_part where guild_id = $1 and export_id in (select id from again)
         )
         select id, run from again"#,
        guild as GuildId,
        export
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.run - 1)).collect())
}

/// Forgets exports that are over.
pub(crate) async fn expire(db: &mut PgConnection, now: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "delete from archive.export where expires_at <= $1",
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Which of these exports, each with its run, have files that are needed. Of all guilds: a directory does not say whose
/// it is.
pub(crate) async fn living(
    db: &mut PgConnection,
    exports: &[i64],
) -> sqlx::Result<Vec<(i64, i32)>> {
    let rows = sqlx::query!(
        "select id, run from archive.export where id = any($1) and state in ('running', 'done')",
        exports
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.run)).collect())
}

/// What links are signed with.
pub(crate) async fn link_key(db: &mut PgConnection) -> sqlx::Result<Vec<u8>> {
    let row = sqlx::query!("select value from archive.link_key")
        .fetch_one(db)
        .await?;
    Ok(row.value)
}
