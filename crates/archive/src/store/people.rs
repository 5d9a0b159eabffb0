//! Who does not want to be kept.

use std::collections::HashMap;

use database::{GuildId, MessageId, UserId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

/// What ids are hashed with; made once for each database.
pub(crate) async fn salt(db: &mut PgConnection) -> sqlx::Result<Vec<u8>> {
    let row = sqlx::query!("select value from archive.salt")
        .fetch_one(db)
        .await?;
    Ok(row.value)
}

/// What holds for a person in a guild.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) guild: GuildId,
    pub(crate) hash: Vec<u8>,
    pub(crate) is_out: bool,
    pub(crate) erased_to: i64,
}

/// What holds for those of these, each in a guild, who said something.
pub(crate) async fn said(
    db: &mut PgConnection,
    guilds: &[GuildId],
    hashes: &[Vec<u8>],
) -> sqlx::Result<Vec<Person>> {
    let rows = sqlx::query!(
        r#"select guild_id, hash, opted_out_at is not null as "is_out!", erased_to from archive.person
         where (guild_id, hash) in (select * from unnest($1::bigint[], $2::bytea[]))"#,
        guilds as &[GuildId],
        hashes
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Person {
            guild: row.guild_id,
            hash: row.hash,
            is_out: row.is_out,
            erased_to: row.erased_to,
        })
        .collect())
}

/// Notes that somebody does not want to be kept, or wants it again; `false` when it was so already.
pub(crate) async fn opt(
    db: &mut PgConnection,
    guild: GuildId,
    hash: &[u8],
    out_at: Option<Timestamp>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into archive.person (guild_id, hash, opted_out_at) values ($1, $2, $3)
         on conflict (guild_id, hash) do update set opted_out_at = excluded.opted_out_at
             where (person.opted_out_at is null) <> (excluded.opted_out_at is null)",
        guild as GuildId,
        hash,
        out_at.map(Timestamp::to_sqlx) as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Notes that somebody's words up to an id never come back.
pub(crate) async fn note_erased(
    db: &mut PgConnection,
    guild: GuildId,
    hash: &[u8],
    to: MessageId,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into archive.person (guild_id, hash, erased_to) values ($1, $2, $3)
         on conflict (guild_id, hash) do update
             set erased_to = greatest(person.erased_to, excluded.erased_to)",
        guild as GuildId,
        hash,
        to as MessageId
    )
    .execute(db)
    .await?;
    Ok(())
}

/// As [`note_erased`], of many.
pub(crate) async fn note_all_erased(
    db: &mut PgConnection,
    guild: GuildId,
    hashes: &[Vec<u8>],
    ids: &[MessageId],
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into archive.person (guild_id, hash, erased_to)
         select $1, hash, max(id) from unnest($2::bytea[], $3::bigint[]) as erased (hash, id) group by hash
         on conflict (guild_id, hash) do update
             set erased_to = greatest(person.erased_to, excluded.erased_to)",
        guild as GuildId,
        hashes,
        ids as &[MessageId]
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Who is erased in a guild, and up to which id.
pub(crate) async fn erased(
    db: &mut PgConnection,
    guild: GuildId,
) -> sqlx::Result<HashMap<Vec<u8>, i64>> {
    let rows = sqlx::query!(
        "select hash, erased_to from archive.person where guild_id = $1 and erased_to > 0",
        guild as GuildId
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.hash, row.erased_to))
        .collect())
}

/// The guilds in which somebody is erased.
pub(crate) async fn guilds_with_erased(db: &mut PgConnection) -> sqlx::Result<Vec<GuildId>> {
    let rows = sqlx::query!("select distinct guild_id from archive.person where erased_to > 0")
        .fetch_all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.guild_id).collect())
}

/// Who said something in a guild behind an id of a member, and the first message of each; each is one look into the
/// index.
pub(crate) async fn who_spoke(
    db: &mut PgConnection,
    guild: GuildId,
    after: i64,
    limit: i64,
) -> sqlx::Result<Vec<(UserId, i64)>> {
    let rows = sqlx::query!(
        r#"with recursive spoke as (
             (select author_id, id from archive.message where guild_id = $1 and author_id > $2
              order by author_id, id limit 1)
             union all
             select next.author_id, next.id from spoke cross join lateral (
                 select author_id, id from archive.message where guild_id = $1 and author_id > spoke.author_id
                 order by author_id, id limit 1
             ) as next
         )
         select author_id as "author_id!: UserId", id as "id!: i64" from spoke limit $3"#,
        guild as GuildId,
        after,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.author_id, row.id))
        .collect())
}

/// Forgets how somebody is called.
pub(crate) async fn forget_name(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from archive.author where guild_id = $1 and author_id = $2",
        guild as GuildId,
        user as UserId
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Who said something in a guild, by name in small letters without accents.
pub(crate) async fn authors(
    db: &mut PgConnection,
    guild: GuildId,
    most: i64,
) -> sqlx::Result<Vec<(UserId, String)>> {
    let rows = sqlx::query!(
        r#"select author_id, archive.fold(name) as "name!" from archive.author
         where guild_id = $1 order by author_id desc limit $2"#,
        guild as GuildId,
        most
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.author_id, row.name))
        .collect())
}

/// A text in small letters without accents.
pub(crate) async fn fold(db: &mut PgConnection, text: &str) -> sqlx::Result<String> {
    let row = sqlx::query!(r#"select archive.fold($1) as "folded!""#, text)
        .fetch_one(db)
        .await?;
    Ok(row.folded)
}
