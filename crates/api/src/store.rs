//! All SQL of the engine.

#![expect(
    clippy::as_conversions,
    reason = "in `query!`, `as` names the type of a parameter and converts nothing"
)]

use database::{ChannelId, GuildId, UserId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use crate::keys::{Hash, Key, NewKey};

#[derive(Debug)]
struct Row {
    id: i64,
    prefix: String,
    hash: Vec<u8>,
    name: String,
    scopes: Vec<String>,
    guild_ids: Option<Vec<GuildId>>,
    channel_ids: Option<Vec<ChannelId>>,
    content: bool,
    deleted: bool,
    made_by: Option<UserId>,
    made_at: jiff_sqlx::Timestamp,
    expires_at: Option<jiff_sqlx::Timestamp>,
    used_at: Option<jiff_sqlx::Timestamp>,
    revoked_at: Option<jiff_sqlx::Timestamp>,
}

impl From<Row> for Key {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            prefix: row.prefix,
            hash: row.hash,
            is: NewKey {
                name: row.name,
                scopes: row.scopes.into_iter().collect(),
                guilds: row.guild_ids,
                channels: row.channel_ids,
                content: row.content,
                deleted: row.deleted,
                by: row.made_by,
                expires_at: row.expires_at.map(jiff_sqlx::Timestamp::to_jiff),
            },
            made_at: row.made_at.to_jiff(),
            used_at: row.used_at.map(jiff_sqlx::Timestamp::to_jiff),
            revoked_at: row.revoked_at.map(jiff_sqlx::Timestamp::to_jiff),
        }
    }
}

/// The key whose token has this open part, at work or not.
pub(crate) async fn find(db: &mut PgConnection, prefix: &str) -> sqlx::Result<Option<Key>> {
    let row = sqlx::query_as!(Row, "select * from api.key where prefix = $1", prefix)
        .fetch_optional(db)
        .await?;
    Ok(row.map(Key::from))
}

/// The key of this number, at work or not.
pub(crate) async fn one(db: &mut PgConnection, id: i64) -> sqlx::Result<Option<Key>> {
    let row = sqlx::query_as!(Row, "select * from api.key where id = $1", id)
        .fetch_optional(db)
        .await?;
    Ok(row.map(Key::from))
}

/// Notes that a key was used.
pub(crate) async fn note_use(db: &mut PgConnection, id: i64, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update api.key set used_at = $2 where id = $1 and (used_at is null or used_at < $2)",
        id,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) async fn create(
    db: &mut PgConnection,
    prefix: &str,
    hash: &Hash,
    new: &NewKey,
    now: Timestamp,
) -> sqlx::Result<Key> {
    let scopes: Vec<String> = new.scopes.iter().cloned().collect();
    let expires_at = new.expires_at.map(Timestamp::to_sqlx);
    let row = sqlx::query_as!(
        Row,
        "insert into api.key
             (prefix, hash, name, scopes, guild_ids, channel_ids, content, deleted, made_by, made_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         returning *",
        prefix,
        hash.as_slice(),
        new.name.trim(),
        &scopes,
        new.guilds.as_deref() as Option<&[GuildId]>,
        new.channels.as_deref() as Option<&[ChannelId]>,
        new.content,
        new.deleted,
        new.by as Option<UserId>,
        now.to_sqlx() as _,
        expires_at as _
    )
    .fetch_one(db)
    .await?;
    Ok(row.into())
}

/// How many keys of a guild are at work.
pub(crate) async fn count(
    db: &mut PgConnection,
    guild: GuildId,
    now: Timestamp,
) -> sqlx::Result<i64> {
    let row = sqlx::query!(
        r#"select count(*) as "count!" from api.key
         where guild_ids = array[$1::bigint] and revoked_at is null and (expires_at is null or expires_at > $2)"#,
        guild as GuildId,
        now.to_sqlx() as _
    )
    .fetch_one(db)
    .await?;
    Ok(row.count)
}

/// The keys at work of one guild alone, or all, the newest first.
pub(crate) async fn list(
    db: &mut PgConnection,
    guild: Option<GuildId>,
    now: Timestamp,
) -> sqlx::Result<Vec<Key>> {
    let rows = sqlx::query_as!(
        Row,
        "select * from api.key
         where ($1::bigint is null or guild_ids = array[$1::bigint])
             and revoked_at is null and (expires_at is null or expires_at > $2)
         order by id desc limit 1000",
        guild as Option<GuildId>,
        now.to_sqlx() as _
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Key::from).collect())
}

pub(crate) async fn revoke(
    db: &mut PgConnection,
    guild: Option<GuildId>,
    prefix: &str,
    now: Timestamp,
) -> sqlx::Result<Option<Key>> {
    let row = sqlx::query_as!(
        Row,
        "update api.key set revoked_at = $3
         where prefix = $2 and ($1::bigint is null or guild_ids = array[$1::bigint])
             and revoked_at is null and (expires_at is null or expires_at > $3)
         returning *",
        guild as Option<GuildId>,
        prefix,
        now.to_sqlx() as _
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Key::from))
}

/// Lets a key at work end at `until`, if it does not end before; the key as it was.
pub(crate) async fn expire(
    db: &mut PgConnection,
    guild: Option<GuildId>,
    prefix: &str,
    until: Timestamp,
    now: Timestamp,
) -> sqlx::Result<Option<Key>> {
    let row = sqlx::query_as!(
        Row,
        "select * from api.key
         where prefix = $2 and ($1::bigint is null or guild_ids = array[$1::bigint])
             and revoked_at is null and (expires_at is null or expires_at > $3)
         for update",
        guild as Option<GuildId>,
        prefix,
        now.to_sqlx() as _
    )
    .fetch_optional(&mut *db)
    .await?;
    if row.is_some() {
        sqlx::query!(
            "update api.key set expires_at = least(coalesce(expires_at, $2), $2) where prefix = $1",
            prefix,
            until.to_sqlx() as _
        )
        .execute(db)
        .await?;
    }
    Ok(row.map(Key::from))
}

/// A secret that all instances share; made when there is none.
pub(crate) async fn secret(
    db: &mut PgConnection,
    name: &str,
    fresh: &[u8; 32],
) -> sqlx::Result<Vec<u8>> {
    sqlx::query!(
        "insert into api.secret (name, value) values ($1, $2) on conflict (name) do nothing",
        name,
        fresh.as_slice()
    )
    .execute(&mut *db)
    .await?;
    let row = sqlx::query!("select value from api.secret where name = $1", name)
        .fetch_one(db)
        .await?;
    Ok(row.value)
}

/// What names a request that may come twice.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) key: i64,
    pub(crate) route: String,
    pub(crate) name: String,
}

/// A request that came before.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) body_hash: Vec<u8>,
    pub(crate) held_until: Timestamp,
    pub(crate) answer: Option<Kept>,
}

/// An answer that is kept.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) status: i16,
    pub(crate) content_type: Option<String>,
    pub(crate) body: Vec<u8>,
}

/// Takes a request on. `None` when it is new, or was let go by one that died over it with the same body; else what is
/// known of it.
pub(crate) async fn take(
    db: &mut PgConnection,
    named: &Named,
    body_hash: &Hash,
    now: Timestamp,
    held_until: Timestamp,
    kept_since: Timestamp,
) -> sqlx::Result<Option<Known>> {
    let taken = sqlx::query!(
        "insert into api.request (key_id, route, name, body_hash, begun_at, held_until)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (key_id, route, name) do update
             set body_hash = excluded.body_hash, begun_at = excluded.begun_at, held_until = excluded.held_until,
                 status = null, content_type = null, body = null
             where request.begun_at <= $7
                 or (request.status is null and request.held_until <= $5 and request.body_hash = excluded.body_hash)
         returning name",
        named.key,
        named.route,
        named.name,
        body_hash.as_slice(),
        now.to_sqlx() as _,
        held_until.to_sqlx() as _,
        kept_since.to_sqlx() as _
    )
    .fetch_optional(&mut *db)
    .await?;
    if taken.is_some() {
        return Ok(None);
    }
    let row = sqlx::query!(
        "select body_hash, held_until, status, content_type, body from api.request
         where key_id = $1 and route = $2 and name = $3",
        named.key,
        named.route,
        named.name
    )
    .fetch_optional(db)
    .await?;
    // Let go in this very moment: as if somebody were still at it.
    Ok(Some(row.map_or_else(
        || Known {
            body_hash: body_hash.to_vec(),
            held_until,
            answer: None,
        },
        |row| Known {
            body_hash: row.body_hash,
            held_until: row.held_until.to_jiff(),
            answer: row.status.map(|status| Kept {
                status,
                content_type: row.content_type,
                body: row.body.unwrap_or_default(),
            }),
        },
    )))
}

/// Keeps the answer to a request that was taken on.
pub(crate) async fn keep(db: &mut PgConnection, named: &Named, answer: &Kept) -> sqlx::Result<()> {
    sqlx::query!(
        "update api.request set status = $4, content_type = $5, body = $6
         where key_id = $1 and route = $2 and name = $3",
        named.key,
        named.route,
        named.name,
        answer.status,
        answer.content_type,
        answer.body
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Lets a request go, so that it can be tried again.
pub(crate) async fn let_go(db: &mut PgConnection, named: &Named) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from api.request where key_id = $1 and route = $2 and name = $3 and status is null",
        named.key,
        named.route,
        named.name
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Drops answers that are kept no longer, and keys that ended before `ended`.
pub(crate) async fn tidy(
    db: &mut PgConnection,
    begun: Timestamp,
    ended: Timestamp,
) -> sqlx::Result<u64> {
    let requests = sqlx::query!(
        "delete from api.request where begun_at <= $1",
        begun.to_sqlx() as _
    )
    .execute(&mut *db)
    .await?;
    let keys = sqlx::query!(
        "delete from api.key where coalesce(revoked_at, expires_at) <= $1",
        ended.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(requests.rows_affected() + keys.rows_affected())
}
