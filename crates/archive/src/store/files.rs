//! Files that were attached.

use std::collections::BTreeSet;

use database::{ChannelId, GuildId, MessageId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use crate::{attachments::Attached, model::Told};

/// A file that is to be fetched.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub(crate) id: i64,
    pub(crate) channel: ChannelId,
    pub(crate) message: MessageId,
    pub(crate) attached: Attached,
}

/// Notes the files of messages, unless they are known; the guilds of which some are to be fetched.
pub(crate) async fn note(db: &mut PgConnection, told: &[Told]) -> sqlx::Result<BTreeSet<GuildId>> {
    let all = || {
        told.iter()
            .flat_map(|told| told.files.iter().map(move |file| (told, file)))
    };
    if all().next().is_none() {
        return Ok(BTreeSet::new());
    }
    let guilds: Vec<GuildId> = all().map(|(told, _)| told.guild_id).collect();
    let channels: Vec<ChannelId> = all().map(|(told, _)| told.channel_id).collect();
    let messages: Vec<MessageId> = all().map(|(told, _)| told.id).collect();
    let ids: Vec<i64> = all().map(|(_, file)| file.id).collect();
    let names: Vec<&str> = all().map(|(_, file)| &*file.name).collect();
    let types: Vec<Option<&str>> = all()
        .map(|(_, file)| file.content_type.as_deref())
        .collect();
    let bytes: Vec<i64> = all().map(|(_, file)| file.bytes).collect();
    let addresses: Vec<Option<&str>> = all().map(|(_, file)| file.address.as_deref()).collect();
    let rows = sqlx::query!(
        "insert into archive.attachment (guild_id, channel_id, message_id, attachment_id, name, content_type, bytes,
             address)
         select distinct on (attachment_id) * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[],
             $5::text[], $6::text[], $7::bigint[], $8::text[])
             as told (guild_id, channel_id, message_id, attachment_id, name, content_type, bytes, address)
         on conflict (attachment_id) do nothing returning guild_id",
        &guilds as &[GuildId],
        &channels as &[ChannelId],
        &messages as &[MessageId],
        &ids,
        &names as &[&str],
        &types as &[Option<&str>],
        &bytes,
        &addresses as &[Option<&str>]
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| row.guild_id).collect())
}

/// The next file of a guild that is to be fetched, those that failed least often first; none that failed at `tries`.
pub(crate) async fn next(
    db: &mut PgConnection,
    guild: GuildId,
    tries: i32,
) -> sqlx::Result<Option<Waiting>> {
    let row = sqlx::query!(
        "select attachment_id, channel_id, message_id, name, content_type, bytes, address
         from archive.attachment where guild_id = $1 and state = 'waiting' and attempts < $2
         order by attempts, attachment_id limit 1",
        guild as GuildId,
        tries
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Waiting {
        id: row.attachment_id,
        channel: row.channel_id,
        message: row.message_id,
        attached: Attached {
            id: row.attachment_id,
            name: row.name,
            content_type: row.content_type,
            bytes: row.bytes,
            address: row.address,
        },
    }))
}

/// A file could not be fetched this time; after `tries` times it is given up.
pub(crate) async fn fail(
    db: &mut PgConnection,
    guild: GuildId,
    file: i64,
    tries: i32,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update archive.attachment
         set attempts = attempts + 1, state = case when attempts + 1 < $3 then state else 'gone' end
         where guild_id = $1 and attachment_id = $2 and state = 'waiting'",
        guild as GuildId,
        file,
        tries
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A file is not kept.
pub(crate) async fn leave(
    db: &mut PgConnection,
    guild: GuildId,
    file: i64,
    state: &str,
    reason: Option<&str>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update archive.attachment set state = $3, reason = $4, address = null
         where guild_id = $1 and attachment_id = $2 and state = 'waiting'",
        guild as GuildId,
        file,
        state,
        reason
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes its turn to put files there or to remove them, until the transaction ends: what is on the disk then follows
/// the rows.
pub(crate) async fn take_turn(db: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("select pg_advisory_xact_lock(hashtext('archive.file'))")
        .execute(db)
        .await?;
    Ok(())
}

/// A file is there; `false` when nobody wants it any more.
pub(crate) async fn keep(
    db: &mut PgConnection,
    guild: GuildId,
    file: i64,
    hash: &[u8],
    bytes: i64,
    now: Timestamp,
) -> sqlx::Result<bool> {
    sqlx::query!(
        "insert into archive.file (hash, bytes, made_at) values ($1, $2, $3) on conflict (hash) do nothing",
        hash,
        bytes,
        now.to_sqlx() as _
    )
    .execute(&mut *db)
    .await?;
    let done = sqlx::query!(
        "update archive.attachment set state = 'stored', hash = $3, address = null
         where guild_id = $1 and attachment_id = $2 and state = 'waiting'",
        guild as GuildId,
        file,
        hash
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// How many bytes all files take.
pub(crate) async fn bytes(db: &mut PgConnection) -> sqlx::Result<i64> {
    let row =
        sqlx::query!(r#"select coalesce(sum(bytes), 0)::bigint as "bytes!" from archive.file"#)
            .fetch_one(db)
            .await?;
    Ok(row.bytes)
}

/// Forgets up to `most` files that no message has any more; their hashes. In its turn.
pub(crate) async fn drop_unused(db: &mut PgConnection, most: i64) -> sqlx::Result<Vec<Vec<u8>>> {
    let rows = sqlx::query!(
        "delete from archive.file where hash in (
             select f.hash from archive.file f
             where not exists (select from archive.attachment a where a.hash = f.hash) limit $1)
         returning hash",
        most
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| row.hash).collect())
}

/// Which of these files there are.
pub(crate) async fn known(db: &mut PgConnection, hashes: &[Vec<u8>]) -> sqlx::Result<Vec<Vec<u8>>> {
    let rows = sqlx::query!("select hash from archive.file where hash = any($1)", hashes)
        .fetch_all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.hash).collect())
}

/// A file of a message, as it stands.
#[derive(Clone, Debug)]
pub(crate) struct Stands {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) content_type: Option<String>,
    pub(crate) bytes: i64,
    pub(crate) state: String,
    pub(crate) reason: Option<String>,
    pub(crate) hash: Option<Vec<u8>>,
}

/// The files of a message.
pub(crate) async fn of(
    db: &mut PgConnection,
    guild: GuildId,
    message: MessageId,
) -> sqlx::Result<Vec<Stands>> {
    sqlx::query_as!(
        Stands,
        "select attachment_id as id, name, content_type, bytes, state, reason, hash
         from archive.attachment where guild_id = $1 and message_id = $2 order by attachment_id",
        guild as GuildId,
        message as MessageId
    )
    .fetch_all(db)
    .await
}
