//! Writing what was told.

use std::collections::BTreeMap;

use database::{ChannelId, GuildId, MessageId, UserId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use serde_json::Value;
use sqlx::PgConnection;

use crate::model::{Reaction, Told, Version};

/// Makes the partitions that hold these ids. Not in a transaction that goes on: it locks the table for a moment.
pub(crate) async fn make_room(db: &mut PgConnection, ids: &[MessageId]) -> sqlx::Result<()> {
    sqlx::query!("select archive.make_room($1)", ids as &[MessageId])
        .execute(db)
        .await?;
    Ok(())
}

/// Takes its turn to write, until the transaction ends: numbers of changes then come in the order of commits.
pub(crate) async fn take_turn(db: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("select archive.change()").execute(db).await?;
    Ok(())
}

/// Joins tellings, one of each message at the most, into what is stored; how many messages were not known before.
pub(crate) async fn write(db: &mut PgConnection, told: &[Told]) -> sqlx::Result<i64> {
    if told.is_empty() {
        return Ok(0);
    }
    let ids: Vec<MessageId> = told.iter().map(|told| told.id).collect();
    let rows = serde_json::to_value(told).unwrap_or(Value::Null);
    let row = sqlx::query!(
        // What loses leaves its words as an older version and tells no more than the deletion.
        r#"with told as materialized (
             select * from jsonb_to_recordset($1) as told (
                 id bigint, guild_id bigint, channel_id bigint, author_id bigint, author_name text, is_bot boolean,
                 kind smallint, flags bigint, is_pinned boolean, content text, said_besides text,
                 edited_at timestamptz, rank smallint, told_at timestamptz, deleted_at timestamptz, reply_to bigint,
                 attachment_count smallint, embed_count smallint, has text[], mentions bigint[], payload jsonb,
                 is_withheld boolean
             )
         ), before as materialized (
             select m.id, m.content, m.edited_at, m.rank, m.told_at,
                 (coalesce(t.edited_at, '-infinity'), t.rank, t.told_at)
                     <= (coalesce(m.edited_at, '-infinity'), m.rank, m.told_at) as stands
             from archive.message m join told t on t.id = m.id
             where m.id = any($2)
         ), versions as (
             insert into archive.version (guild_id, channel_id, message_id, said_at, content)
             select t.guild_id, t.channel_id, t.id,
                 coalesce(case when b.stands then t.edited_at else b.edited_at end, archive.made_at(t.id)),
                 case when b.stands then t.content else b.content end
             from told t join before b on b.id = t.id
             where coalesce(t.edited_at, '-infinity') <> coalesce(b.edited_at, '-infinity')
                 and t.rank >= 0 and b.rank >= 0
                 and case when b.stands then t.content else b.content end is not null
             on conflict (message_id, said_at) do nothing
         ), fallen as (
             update archive.message m
             set deleted_at = t.deleted_at, change = nextval('archive.change_number')
             from told t join before b on b.id = t.id and b.stands
             where m.id = any($2) and m.id = t.id and t.deleted_at < coalesce(m.deleted_at, 'infinity')
         ), written as (
             insert into archive.message (id, guild_id, channel_id, author_id, author_name, is_bot, kind, flags,
                 is_pinned, content, said_besides, edited_at, rank, told_at, deleted_at, reply_to, attachment_count,
                 embed_count, has, mentions, payload, is_withheld)
             select id, guild_id, channel_id, author_id, author_name, is_bot, kind, flags, is_pinned, content,
                 said_besides, edited_at, rank, told_at, deleted_at, reply_to, attachment_count, embed_count, has,
                 mentions, payload, is_withheld
             from told where id not in (select id from before where stands)
             on conflict (id) do update
             set author_id = excluded.author_id, author_name = excluded.author_name, is_bot = excluded.is_bot,
                 kind = excluded.kind, flags = excluded.flags, is_pinned = excluded.is_pinned,
                 content = excluded.content, said_besides = excluded.said_besides, edited_at = excluded.edited_at,
                 rank = excluded.rank, told_at = excluded.told_at,
                 deleted_at = least(message.deleted_at, excluded.deleted_at), reply_to = excluded.reply_to,
                 attachment_count = excluded.attachment_count, embed_count = excluded.embed_count,
                 has = excluded.has, mentions = excluded.mentions, payload = excluded.payload,
                 is_withheld = excluded.is_withheld,
                 change = case
                     when (message.content, message.payload, message.edited_at, message.flags, message.is_pinned,
                             message.author_name, message.is_withheld)
                         is not distinct from (excluded.content, excluded.payload, excluded.edited_at,
                             excluded.flags, excluded.is_pinned, excluded.author_name, excluded.is_withheld)
                         and message.rank >= 0
                     then message.change else excluded.change end
             where message.guild_id = excluded.guild_id
             returning id
         )
         select count(*) as "added!" from written where id not in (select id from before)"#,
        rows,
        &ids as &[MessageId],
    )
    .fetch_one(db)
    .await?;
    Ok(row.added)
}

/// Writes down how authors are called, whoever is withheld left out; one that is known is called otherwise from now on if
/// that is told `now`.
pub(crate) async fn write_authors(
    db: &mut PgConnection,
    told: &[Told],
    now: bool,
) -> sqlx::Result<()> {
    let mut authors = BTreeMap::new();
    for one in told {
        if let (Some(author), Some(name)) = (one.author_id, &one.author_name) {
            authors.insert((one.guild_id, author), name.as_str());
        }
    }
    let guilds: Vec<GuildId> = authors.keys().map(|(guild, _)| *guild).collect();
    let ids: Vec<UserId> = authors.keys().map(|(_, author)| *author).collect();
    let names: Vec<&str> = authors.values().copied().collect();
    if ids.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into archive.author (guild_id, author_id, name)
         select * from unnest($1::bigint[], $2::bigint[], $3::text[])
         on conflict (guild_id, author_id) do update set name = excluded.name
             where author.name <> excluded.name and $4",
        &guilds as &[GuildId],
        &ids as &[UserId],
        &names as &[&str],
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Which of these messages are known, each with its last edit.
pub(crate) async fn edits(
    db: &mut PgConnection,
    ids: &[MessageId],
) -> sqlx::Result<Vec<(MessageId, Option<Timestamp>)>> {
    let rows = sqlx::query!(
        "select id, edited_at from archive.message where id = any($1) and rank >= 0",
        ids as &[MessageId]
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, row.edited_at.map(jiff_sqlx::Timestamp::to_jiff)))
        .collect())
}

/// Which of these messages of a guild are withheld.
pub(crate) async fn withheld(
    db: &mut PgConnection,
    guilds: &[GuildId],
    ids: &[MessageId],
) -> sqlx::Result<Vec<MessageId>> {
    let rows = sqlx::query!(
        "select id from archive.message
         where is_withheld and (guild_id, id) in (select * from unnest($1::bigint[], $2::bigint[]))",
        guilds as &[GuildId],
        ids as &[MessageId]
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Writes down what messages said before.
pub(crate) async fn write_versions(
    db: &mut PgConnection,
    versions: &[Version],
) -> sqlx::Result<()> {
    if versions.is_empty() {
        return Ok(());
    }
    let rows = serde_json::to_value(versions).unwrap_or(Value::Null);
    sqlx::query!(
        "insert into archive.version (guild_id, channel_id, message_id, said_at, content)
         select guild_id, channel_id, message_id, said_at, content
         from jsonb_to_recordset($1) as said (guild_id bigint, channel_id bigint, message_id bigint,
             said_at timestamptz, content text)
         on conflict (message_id, said_at) do nothing",
        rows
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Puts reactions there or takes them away; the last of each is what counts.
pub(crate) async fn write_reactions(
    db: &mut PgConnection,
    reactions: &[Reaction],
) -> sqlx::Result<()> {
    if reactions.is_empty() {
        return Ok(());
    }
    let rows = serde_json::to_value(reactions).unwrap_or(Value::Null);
    sqlx::query!(
        // Only what comes after the last taking away of more than one stays.
        "with told as materialized (
             select * from rows from (
                 jsonb_to_recordset($1) as (guild_id bigint, channel_id bigint, message_id bigint, emoji text,
                     user_id bigint, is_there boolean)
             ) with ordinality as told (guild_id, channel_id, message_id, emoji, user_id, is_there, place)
         ), gone as (
             delete from archive.reaction r using told t
             where r.guild_id = t.guild_id and r.message_id = t.message_id and not t.is_there
                 and (r.emoji = t.emoji or t.emoji is null and r.emoji not like 'vote:%') and (t.user_id is null or r.user_id = t.user_id)
         )
         insert into archive.reaction (guild_id, channel_id, message_id, emoji, user_id)
         select distinct guild_id, channel_id, message_id, emoji, user_id from told t
         where is_there and not exists (
             select from told later where later.message_id = t.message_id and later.place > t.place
                 and not later.is_there
                 and (later.emoji = t.emoji or later.emoji is null and t.emoji not like 'vote:%')
                 and (later.user_id is null or later.user_id = t.user_id)
         )
         on conflict (message_id, emoji, user_id) do nothing",
        rows
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Marks as deleted what stands between two ids and was not among those that Discord tells of there.
pub(crate) async fn miss(
    db: &mut PgConnection,
    guild: GuildId,
    channel: ChannelId,
    between: (i64, i64),
    there: &[MessageId],
    asked_at: Timestamp,
) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update archive.message
         set deleted_at = $6, change = nextval('archive.change_number')
         where guild_id = $1 and channel_id = $2 and id between $3 and $4 and id <> all($5)
             and deleted_at is null and told_at < $6",
        guild as GuildId,
        channel as ChannelId,
        between.0,
        between.1,
        there as &[MessageId],
        asked_at.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
