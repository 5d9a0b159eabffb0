//! What was sent, and is to be.

use database::GuildId;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use crate::model::Delivery;
use crate::sign::Key;

/// Writes down what is to be sent to every webhook at work that wants it; their numbers. Again is not twice.
pub(crate) async fn add(
    db: &mut PgConnection,
    guild: GuildId,
    told: &ToSend<'_>,
    now: Timestamp,
) -> sqlx::Result<Vec<i32>> {
    let rows = sqlx::query!(
        "insert into webhooks.delivery (guild_id, hook, sequence, kind, subject, body, created_at)
         select $1, number, $2, $3, $4, $5, $6 from webhooks.hook
         where guild_id = $1 and stopped_at is null and ($7::integer is null or number = $7)
             and (kinds = '{}' or $3 = any(kinds) or $7::integer is not null)
         order by number
         on conflict do nothing
         returning hook",
        guild as GuildId,
        told.sequence,
        told.kind,
        told.subject,
        told.body,
        now.to_sqlx() as _,
        told.only
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| row.hook).collect())
}

/// Something that is to be sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ToSend<'a> {
    pub(crate) sequence: i64,
    pub(crate) kind: &'a str,
    pub(crate) subject: &'a str,
    pub(crate) body: &'a str,
    /// To this webhook alone, whatever it wants to be told.
    pub(crate) only: Option<i32>,
}

/// What an attempt needs.
pub(crate) struct Due {
    pub(crate) url: String,
    /// The new one first.
    pub(crate) keys: Vec<Key>,
    pub(crate) id: String,
    pub(crate) body: String,
    pub(crate) attempts: i32,
    pub(crate) is_stopped: bool,
    pub(crate) failing_since: Option<Timestamp>,
}

/// A delivery that waits.
pub(crate) async fn due(
    db: &mut PgConnection,
    guild: GuildId,
    hook: i32,
    sequence: i64,
    now: Timestamp,
) -> sqlx::Result<Option<Due>> {
    let row = sqlx::query!(
        r#"select h.url, h.secret, case when h.old_until > $4 then h.old_secret end as old_secret,
             h.public_key, h.old_public_key, h.failing_since,
             h.stopped_at is not null as "is_stopped!", d.id::text as "id!", d.body, d.attempts
         from webhooks.delivery d join webhooks.hook h on h.guild_id = d.guild_id and h.number = d.hook
         where d.guild_id = $1 and d.hook = $2 and d.sequence = $3 and d.state = 'waiting'"#,
        guild as GuildId,
        hook,
        sequence,
        now.to_sqlx() as _
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Due {
        url: row.url,
        keys: [
            (Some(row.secret), row.public_key),
            (row.old_secret, row.old_public_key),
        ]
        .into_iter()
        .filter_map(|(secret, public)| secret.map(|secret| Key { secret, public }))
        .collect(),
        id: format!("msg_{}", row.id.replace('-', "")),
        body: row.body,
        attempts: row.attempts,
        is_stopped: row.is_stopped,
        failing_since: row.failing_since.map(jiff_sqlx::Timestamp::to_jiff),
    }))
}

/// An attempt, and what it comes to.
pub(crate) struct Attempt<'a> {
    pub(crate) at: Timestamp,
    pub(crate) took_ms: i32,
    pub(crate) status: Option<i32>,
    pub(crate) trouble: Option<&'a str>,
    pub(crate) answer: Option<&'a str>,
    /// `waiting` for the next one, `sent`, or `failed` for good.
    pub(crate) state: &'static str,
}

/// Writes an attempt down; since when nothing gets through, if so.
pub(crate) async fn attempted(
    db: &mut PgConnection,
    guild: GuildId,
    hook: i32,
    sequence: i64,
    attempt: &Attempt<'_>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "with counted as (
             update webhooks.delivery
             set attempts = attempts + 1, state = $8, ended_at = case when $8 = 'waiting' then null else $4::timestamptz end
             where guild_id = $1 and hook = $2 and sequence = $3
             returning guild_id, hook, sequence
         ), failing as (
             update webhooks.hook
             set failing_since = case when $8 = 'sent' then null else coalesce(failing_since, $4::timestamptz) end
             where guild_id = $1 and number = $2
         )
         insert into webhooks.attempt (guild_id, hook, sequence, attempt, at, took_ms, status, trouble, answer)
         select guild_id, hook, sequence, coalesce((
                 select max(attempt) from webhooks.attempt a
                 where a.guild_id = $1 and a.hook = $2 and a.sequence = $3
             ), 0) + 1, $4, $5, $6, $7, $9
         from counted",
        guild as GuildId,
        hook,
        sequence,
        attempt.at.to_sqlx() as _,
        attempt.took_ms,
        attempt.status,
        attempt.trouble,
        attempt.state,
        attempt.answer
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Drops what waits for a webhook.
pub(crate) async fn drop_waiting(
    db: &mut PgConnection,
    guild: GuildId,
    hook: i32,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update webhooks.delivery set state = 'dropped', ended_at = $3
         where guild_id = $1 and hook = $2 and state = 'waiting'",
        guild as GuildId,
        hook,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Has something that ended sent again, as the same message. Whether it was there and had ended.
pub(crate) async fn again(
    db: &mut PgConnection,
    guild: GuildId,
    hook: i32,
    sequence: i64,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update webhooks.delivery set state = 'waiting', attempts = 0, ended_at = null
         where guild_id = $1 and hook = $2 and sequence = $3 and state <> 'waiting'",
        guild as GuildId,
        hook,
        sequence
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// What was sent to a webhook, the newest first, before a sequence.
pub(crate) async fn log(
    db: &mut PgConnection,
    guild: GuildId,
    hook: i32,
    before: Option<i64>,
    most: i64,
) -> sqlx::Result<Vec<Delivery>> {
    let rows = sqlx::query!(
        r#"select d.sequence, d.id::text as "id!", d.kind, d.subject, d.state, d.attempts, d.created_at, d.ended_at,
             last.status as "status?", last.trouble as "trouble?", last.answer as "answer?"
         from webhooks.delivery d
         left join lateral (
             select status, trouble, answer from webhooks.attempt a
             where a.guild_id = d.guild_id and a.hook = d.hook and a.sequence = d.sequence
             order by attempt desc limit 1
         ) as last on true
         where d.guild_id = $1 and d.hook = $2 and ($3::bigint is null or d.sequence < $3)
         order by d.sequence desc limit $4"#,
        guild as GuildId,
        hook,
        before,
        most
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Delivery {
            sequence: row.sequence,
            id: format!("msg_{}", row.id.replace('-', "")),
            kind: row.kind,
            subject: row.subject,
            state: row.state,
            attempts: row.attempts,
            created_at: row.created_at.to_jiff(),
            ended_at: row.ended_at.map(jiff_sqlx::Timestamp::to_jiff),
            status: row.status,
            trouble: row.trouble,
            answer: row.answer,
        })
        .collect())
}

/// Erases what was created before an instant and has ended; at most so many. How many there were.
pub(crate) async fn purge(
    db: &mut PgConnection,
    before: Timestamp,
    most: i64,
) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "delete from webhooks.delivery where ctid in (
             select ctid from webhooks.delivery where created_at < $1 and state <> 'waiting' limit $2
         )",
        before.to_sqlx() as _,
        most
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
