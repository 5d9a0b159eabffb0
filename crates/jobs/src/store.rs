//! All SQL of the queue.
//!
//! What runs is gathered once per statement, into arrays: a table that comes and goes has no statistics to
//! trust, and a plan that looks for running jobs once per waiting job takes a second for a crowd.
//!
//! Instants of jobs come from the program's clock; only leases compare with the server's own time.

#![expect(
    clippy::as_conversions,
    reason = "in `query!`, `as` names the type of a parameter and converts nothing"
)]

use std::time::Duration;

use database::GuildId;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde_json::Value;
use sqlx::PgConnection;

use crate::inspect::{Counts, GuildJob, JobRow, Sought, Stage, State};
use crate::{Attempt, JobId, NewJob};

/// The channel on which new work is announced; the payload is the instant it is due, in milliseconds.
pub(crate) const CHANNEL: &str = "majordome_jobs";

/// Held while a worker takes jobs, so that two never weigh the same queue at the same moment.
const CLAIM_LOCK: i64 = 0x6a6f_6273;

/// A job that this worker has taken.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) id: JobId,
    pub(crate) name: String,
    pub(crate) payload: Value,
    pub(crate) run_at: Timestamp,
    pub(crate) attempts: i32,
    pub(crate) priority: i16,
    /// Whether others may wait for its end: it has a queue or a key.
    pub(crate) serial: bool,
}

pub(crate) async fn insert(
    db: &mut PgConnection,
    job: &NewJob,
    run_at: Timestamp,
    now: Timestamp,
) -> sqlx::Result<JobId> {
    let row = sqlx::query!(
        "with stored as (
             insert into jobs.job (name, payload, key, queue, run_at, created_at, priority)
             values ($1, $2, $3, $4, $5, $6, $9)
             on conflict (name, key) where key is not null and locked_by is null and dead_at is null
             do update set payload = excluded.payload, queue = excluded.queue, run_at = excluded.run_at,
                 created_at = excluded.created_at, priority = excluded.priority, attempts = 0, last_error = null,
                 history = '[]'
             returning id
         )
         select id, pg_notify($7, $8)::text as told from stored",
        job.name,
        job.payload,
        job.key,
        job.queue,
        run_at.to_sqlx(),
        now.to_sqlx(),
        CHANNEL,
        run_at.as_millisecond().to_string(),
        job.priority.rank(),
    )
    .fetch_one(db)
    .await?;
    Ok(row.id)
}

/// As [`insert`], of several, none of which has the name and key of another.
pub(crate) async fn insert_all(
    db: &mut PgConnection,
    jobs: &[NewJob],
    now: Timestamp,
) -> sqlx::Result<()> {
    let names: Vec<&str> = jobs.iter().map(|job| job.name.as_str()).collect();
    let payloads: Vec<Value> = jobs.iter().map(|job| job.payload.clone()).collect();
    let keys: Vec<Option<&str>> = jobs.iter().map(|job| job.key.as_deref()).collect();
    let queues: Vec<Option<&str>> = jobs.iter().map(|job| job.queue.as_deref()).collect();
    let priorities: Vec<i16> = jobs.iter().map(|job| job.priority.rank()).collect();
    let due: Vec<Timestamp> = jobs.iter().map(|job| job.due(now)).collect();
    let earliest = due.iter().min().copied().unwrap_or(now);
    let due: Vec<jiff_sqlx::Timestamp> = due.into_iter().map(ToSqlx::to_sqlx).collect();
    sqlx::query!(
        "with stored as (
             insert into jobs.job (name, payload, key, queue, run_at, created_at, priority)
             select name, payload, key, queue, run_at, $6, priority
             from unnest($1::text[], $2::jsonb[], $3::text[], $4::text[], $5::timestamptz[], $9::smallint[])
                 with ordinality as new (name, payload, key, queue, run_at, priority, nth)
             order by nth
             on conflict (name, key) where key is not null and locked_by is null and dead_at is null
             do update set payload = excluded.payload, queue = excluded.queue, run_at = excluded.run_at,
                 created_at = excluded.created_at, priority = excluded.priority, attempts = 0, last_error = null,
                 history = '[]'
         )
         select pg_notify($7, $8)::text as told",
        &names as &[&str],
        &payloads,
        &keys as &[Option<&str>],
        &queues as &[Option<&str>],
        &due as &[jiff_sqlx::Timestamp],
        now.to_sqlx(),
        CHANNEL,
        earliest.as_millisecond().to_string(),
        &priorities,
    )
    .fetch_one(db)
    .await?;
    Ok(())
}

/// Serialises claims until the transaction ends.
pub(crate) async fn lock_claims(db: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!(
        "select pg_advisory_xact_lock($1)::text as locked",
        CLAIM_LOCK
    )
    .fetch_one(db)
    .await?;
    Ok(())
}

/// Takes up to `limit` due jobs for `worker`, at most one of each queue, from among the first `window`
/// that nothing blocks.
///
/// Call under [`lock_claims`], in a statement of its own, so that this one sees what others took.
pub(crate) async fn claim(
    db: &mut PgConnection,
    worker: &str,
    names: &[String],
    now: Timestamp,
    lease: Duration,
    window: i64,
    limit: i64,
) -> sqlx::Result<Vec<Taken>> {
    let mut taken = sqlx::query_as!(
        Taken,
        r#"with running as materialized (
             select queue, name || ' ' || key as name_key from jobs.job where locked_by is not null
         ), due as (
             -- Each priority is a range of the index: a crowd of one costs the others nothing.
             select found.* from unnest('{0,1,2}'::smallint[]) as level
             cross join lateral (
                 select id, queue, run_at, priority
                 from jobs.job
                 where priority = level and locked_by is null and dead_at is null and run_at <= $3 and name = any($2)
                     and (queue is null
                         or queue <> all(array(select queue from running where queue is not null)))
                     and (key is null or name || ' ' || key
                         <> all(array(select name_key from running where name_key is not null)))
                 order by run_at, id
                 limit $5
             ) as found
         ), first as (
             select distinct on (coalesce('queue ' || queue, 'job ' || id)) id, run_at, priority
             from due
             order by coalesce('queue ' || queue, 'job ' || id), priority, run_at, id
         ), chosen as (
             select id from jobs.job
             where id = any(array(select id from first order by priority, run_at, id limit $6))
                 and locked_by is null and dead_at is null and run_at <= $3
             for update skip locked
         )
         update jobs.job
         set locked_by = $1, locked_until = statement_timestamp() + make_interval(secs => $4), taken_at = $3
         from chosen
         where job.id = chosen.id
         returning job.id, job.name, job.payload, job.run_at, job.attempts, job.priority,
             (job.queue is not null or job.key is not null) as "serial!""#,
        worker,
        names,
        now.to_sqlx(),
        lease.as_secs_f64(),
        window,
        limit,
    )
    .fetch_all(db)
    .await?;
    taken.sort_by_key(|job| (job.priority, job.run_at, job.id));
    Ok(taken)
}

/// Takes jobs back from workers that let their lease end, save those in `mine`, which this process
/// still holds: it was only cut off from the database. Call under [`lock_claims`].
pub(crate) async fn take_back(
    db: &mut PgConnection,
    mine: &[JobId],
    now: Timestamp,
    max_attempts: i32,
) -> sqlx::Result<u64> {
    let mine: Vec<i64> = mine.iter().map(|id| id.get()).collect();
    sqlx::query!(
        "delete from jobs.job as lost
         where locked_by is not null and locked_until <= statement_timestamp() and id <> all($1)
             and (cancelled or exists (
                 select from jobs.job as newer
                 where newer.locked_by is null and newer.dead_at is null
                     and newer.name = lost.name and newer.key = lost.key))",
        &mine,
    )
    .execute(&mut *db)
    .await?;
    // The first time the job runs at once. One that takes its worker down with it must not do so
    // for ever: it backs off and dies like any other.
    let result = sqlx::query!(
        "update jobs.job
         set locked_by = null, locked_until = null, taken_at = null, attempts = attempts + 1,
             last_error = 'the worker that ran it was lost',
             history = jobs.remember(history,
                 jsonb_build_object('started', taken_at, 'ended', $2::timestamptz, 'outcome', 'lost')),
             run_at = case when attempts = 0 then run_at
                 else greatest(run_at, $2::timestamptz + make_interval(secs => least(2 ^ attempts, 900))) end,
             dead_at = case when attempts + 1 >= $3 then $2 end
         where locked_by is not null and locked_until <= statement_timestamp() and id <> all($1)",
        &mine,
        now.to_sqlx(),
        max_attempts,
    )
    .execute(db)
    .await?;
    Ok(result.rows_affected())
}

/// What an idle worker waits for.
#[derive(Debug)]
pub(crate) struct Next {
    /// When the next job is due, by the program's clock.
    pub(crate) due: Option<Timestamp>,
    /// Seconds until the first lease of any worker ends, by the server's.
    pub(crate) lease_ends: Option<f64>,
}

pub(crate) async fn next(db: &mut PgConnection, names: &[String]) -> sqlx::Result<Next> {
    // A job behind a running one of its queue or key is due, yet can not run: the end of that one
    // wakes the worker, so it is no reason to wake up before.
    let row = sqlx::query!(
        "with running as materialized (
             select queue, name || ' ' || key as name_key from jobs.job where locked_by is not null
         )
         select
             (select min(found.run_at) from unnest('{0,1,2}'::smallint[]) as level
              cross join lateral (
                  select run_at from jobs.job
                  where priority = level and locked_by is null and dead_at is null and name = any($1)
                      and (queue is null
                          or queue <> all(array(select queue from running where queue is not null)))
                      and (key is null or name || ' ' || key
                          <> all(array(select name_key from running where name_key is not null)))
                  order by run_at, id
                  limit 1
              ) as found) as due,
             (select extract(epoch from min(locked_until) - statement_timestamp())::float8
              from jobs.job where locked_by is not null) as lease_ends",
        names,
    )
    .fetch_one(db)
    .await?;
    Ok(Next {
        due: row.due.map(jiff_sqlx::Timestamp::to_jiff),
        lease_ends: row.lease_ends,
    })
}

/// Renews the leases of `worker` on those of its jobs that it runs: one that it took without
/// knowing, because the answer was lost, must be taken back.
pub(crate) async fn renew(
    db: &mut PgConnection,
    worker: &str,
    mine: &[JobId],
    lease: Duration,
) -> sqlx::Result<()> {
    let mine: Vec<i64> = mine.iter().map(|id| id.get()).collect();
    sqlx::query!(
        "update jobs.job set locked_until = statement_timestamp() + make_interval(secs => $2)
         where locked_by = $1 and id = any($3)",
        worker,
        lease.as_secs_f64(),
        &mine,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The job is done.
pub(crate) async fn finish(
    db: &mut PgConnection,
    worker: &str,
    id: JobId,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "with done as (
             delete from jobs.job where id = $1 and locked_by = $2
             returning id, jobs.guild_of(payload) as guild_id, name, attempts, run_at, created_at, taken_at, history
         )
         insert into jobs.ended (id, guild_id, name, state, attempts, run_at, created_at, ended_at, history)
         select id, guild_id, name, 'completed', attempts + 1, run_at, created_at, $3,
             jobs.remember(history,
                 jsonb_build_object('started', taken_at, 'ended', $3::timestamptz, 'outcome', 'done'))
         from done where guild_id is not null",
        id.get(),
        worker,
        now.to_sqlx(),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// How an attempt that did not succeed leaves the job.
#[derive(Clone, Debug)]
pub(crate) struct Left {
    pub(crate) attempts: i32,
    pub(crate) error: Option<String>,
    pub(crate) run_at: Timestamp,
    /// Set when it is dead.
    pub(crate) dead_at: Option<Timestamp>,
    pub(crate) attempt: Attempt,
}

/// Puts a job back, or among the dead. One that was cancelled or replaced meanwhile is removed.
pub(crate) async fn put_back(
    db: &mut PgConnection,
    worker: &str,
    id: JobId,
    left: &Left,
    now: Timestamp,
) -> sqlx::Result<()> {
    let result = sqlx::query!(
        "with gone as (
             delete from jobs.job as old
             where id = $1 and locked_by = $2
                 and (cancelled or ($6::timestamptz is null and exists (
                     select from jobs.job as newer
                     where newer.locked_by is null and newer.dead_at is null
                         and newer.name = old.name and newer.key = old.key)))
             returning id, jobs.guild_of(payload) as guild_id, name, run_at, created_at, cancelled, taken_at, history
         ), ended as (
             insert into jobs.ended (id, guild_id, name, state, attempts, run_at, created_at, ended_at, history)
             select id, guild_id, name, 'cancelled', $3, run_at, created_at, $7,
                 jobs.remember(history, $8::jsonb || jsonb_build_object('started', taken_at))
             from gone where cancelled and guild_id is not null
         )
         update jobs.job
         set locked_by = null, locked_until = null, taken_at = null, attempts = $3,
             history = jobs.remember(history, $8::jsonb || jsonb_build_object('started', taken_at)),
             last_error = coalesce($4, last_error), run_at = $5, dead_at = $6
         where id = $1 and locked_by = $2 and not exists (select from gone)",
        id.get(),
        worker,
        left.attempts,
        left.error,
        left.run_at.to_sqlx(),
        left.dead_at.map(ToSqlx::to_sqlx),
        now.to_sqlx(),
        serde_json::to_value(&left.attempt).unwrap_or_default(),
    )
    .execute(&mut *db)
    .await;
    match result {
        Ok(_) => Ok(()),
        // Its successor came between the look and the update.
        Err(error) if is_key_taken(&error) => {
            sqlx::query!(
                "delete from jobs.job where id = $1 and locked_by = $2",
                id.get(),
                worker
            )
            .execute(db)
            .await?;
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// Gives up all that `worker` holds, as a worker does at its end: others run it at once.
pub(crate) async fn give_back(
    db: &mut PgConnection,
    worker: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from jobs.job as old
         where locked_by = $1
             and (cancelled or exists (
                 select from jobs.job as newer
                 where newer.locked_by is null and newer.dead_at is null
                     and newer.name = old.name and newer.key = old.key))",
        worker,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "with given as (
             update jobs.job
             set locked_by = null, locked_until = null, taken_at = null,
                 history = jobs.remember(history,
                     jsonb_build_object('started', taken_at, 'ended', $3::timestamptz, 'outcome', 'stopped'))
             where locked_by = $1 returning id
         )
         select pg_notify($2, '')::text as told from given limit 1",
        worker,
        CHANNEL,
        now.to_sqlx(),
    )
    .fetch_optional(db)
    .await?;
    Ok(())
}

fn is_key_taken(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::constraint)
        == Some("job_key_key")
}

pub(crate) async fn counts(db: &mut PgConnection, now: Timestamp) -> sqlx::Result<Counts> {
    sqlx::query_as!(
        Counts,
        r#"select
             count(*) filter (where locked_by is null and dead_at is null and run_at > $1) as "waiting!",
             count(*) filter (where locked_by is null and dead_at is null and run_at <= $1) as "due!",
             count(*) filter (where locked_by is not null) as "running!",
             count(*) filter (where dead_at is not null) as "dead!"
           from jobs.job"#,
        now.to_sqlx(),
    )
    .fetch_one(db)
    .await
}

pub(crate) async fn list(
    db: &mut PgConnection,
    state: Option<State>,
    after: JobId,
    limit: i64,
    now: Timestamp,
) -> sqlx::Result<Vec<JobRow>> {
    let state = state.map(|state| match state {
        State::Waiting => "waiting",
        State::Due => "due",
        State::Running => "running",
        State::Dead => "dead",
    });
    let rows = sqlx::query!(
        r#"select id, name, payload, key, queue, run_at, created_at, attempts, last_error, state as "state!"
           from (
               select *, case
                   when dead_at is not null then 'dead'
                   when locked_by is not null then 'running'
                   when run_at <= $3 then 'due'
                   else 'waiting' end as state
               from jobs.job
           ) as job
           where id > $1 and ($2::text is null or state = $2)
           order by id
           limit $4"#,
        after.get(),
        state,
        now.to_sqlx(),
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| JobRow {
            id: row.id,
            name: row.name,
            payload: row.payload,
            key: row.key,
            queue: row.queue,
            run_at: row.run_at.to_jiff(),
            created_at: row.created_at.to_jiff(),
            attempts: row.attempts,
            last_error: row.last_error,
            state: match row.state.as_str() {
                "dead" => State::Dead,
                "running" => State::Running,
                "due" => State::Due,
                _ => State::Waiting,
            },
        })
        .collect())
}

pub(crate) async fn retry(
    db: &mut PgConnection,
    id: JobId,
    now: jiff_sqlx::Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "with superseded as (
             delete from jobs.job as old
             where id = $1 and dead_at is not null and exists (
                 select from jobs.job as newer
                 where newer.locked_by is null and newer.dead_at is null
                     and newer.name = old.name and newer.key = old.key)
             returning id
         ), revived as (
             update jobs.job
             set attempts = 0, dead_at = null, run_at = least(run_at, $2)
             where id = $1 and locked_by is null and not exists (select from superseded)
             returning id
         )
         select pg_notify($3, '')::text as told
         from (select id from superseded union all select id from revived) as touched",
        id.get(),
        now,
        CHANNEL,
    )
    .fetch_optional(db)
    .await?;
    Ok(done.is_some())
}

pub(crate) async fn cancel(db: &mut PgConnection, id: JobId) -> sqlx::Result<bool> {
    let row = sqlx::query!(
        r#"with removed as (
               delete from jobs.job where id = $1 and locked_by is null returning id
           ), marked as (
               update jobs.job set cancelled = true where id = $1 and locked_by is not null returning id
           )
           select exists (select from removed) or exists (select from marked) as "done!""#,
        id.get(),
    )
    .fetch_one(db)
    .await?;
    Ok(row.done)
}

/// The jobs of a guild, those that ended lately too, in the order of their numbers; `only` is one of them.
pub(crate) async fn of_guild(
    db: &mut PgConnection,
    guild: GuildId,
    sought: &Sought<'_>,
    only: Option<JobId>,
) -> sqlx::Result<Vec<GuildJob>> {
    let rows = sqlx::query!(
        r#"select id as "id!", name as "name!", state as "state!", attempts as "attempts!", run_at as "run_at!",
             created_at as "created_at!", ended_at, last_error, case when $5::bigint is not null then history end as history
           from (
               select id, name, attempts, run_at, created_at, dead_at as ended_at, last_error, history,
                   case when dead_at is not null then 'failed'
                       when locked_by is not null then 'processing'
                       else 'pending' end as state
               from jobs.job where jobs.guild_of(payload) = $1
               union all
               select id, name, attempts, run_at, created_at, ended_at, null, history, state
               from jobs.ended where guild_id = $1
           ) as job
           where id > $2 and ($3::text is null or state = $3) and ($4::text is null or name = $4)
               and ($5::bigint is null or id = $5)
           order by id
           limit $6"#,
        guild as GuildId,
        sought.after.map_or(0, JobId::get),
        sought.stage.map(Stage::word),
        sought.name,
        only.map(JobId::get),
        sought.limit,
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| GuildJob {
            id: row.id.into(),
            stage: Stage::of(&row.state),
            name: row.name,
            attempts: row.attempts,
            run_at: row.run_at.to_jiff(),
            created_at: row.created_at.to_jiff(),
            ended_at: row.ended_at.map(jiff_sqlx::Timestamp::to_jiff),
            last_error: row.last_error,
            history: row.history.map(Attempt::all).unwrap_or_default(),
        })
        .collect())
}

/// Cancels a job of a guild as an operator does, and keeps that it was.
pub(crate) async fn cancel_of_guild(
    db: &mut PgConnection,
    guild: GuildId,
    id: JobId,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let row = sqlx::query!(
        r#"with removed as (
               delete from jobs.job where id = $1 and jobs.guild_of(payload) = $2 and locked_by is null
               returning id, name, attempts, run_at, created_at, history
           ), ended as (
               insert into jobs.ended (id, guild_id, name, state, attempts, run_at, created_at, ended_at, history)
               select id, $2, name, 'cancelled', attempts, run_at, created_at, $3, history from removed
           ), marked as (
               update jobs.job set cancelled = true
               where id = $1 and jobs.guild_of(payload) = $2 and locked_by is not null returning id
           )
           select exists (select from removed) or exists (select from marked) as "done!""#,
        id.get(),
        guild as GuildId,
        now.to_sqlx(),
    )
    .fetch_one(db)
    .await?;
    Ok(row.done)
}

pub(crate) async fn cancel_key(db: &mut PgConnection, name: &str, key: &str) -> sqlx::Result<bool> {
    let row = sqlx::query!(
        r#"with removed as (
               delete from jobs.job
               where name = $1 and key = $2 and locked_by is null and dead_at is null returning id
           ), marked as (
               update jobs.job set cancelled = true
               where name = $1 and key = $2 and locked_by is not null returning id
           )
           select exists (select from removed) or exists (select from marked) as "done!""#,
        name,
        key,
    )
    .fetch_one(db)
    .await?;
    Ok(row.done)
}

/// Removes the dead that died before `before`, and what is known of those that ended before `ended`.
pub(crate) async fn bury(
    db: &mut PgConnection,
    before: Timestamp,
    ended: Timestamp,
) -> sqlx::Result<u64> {
    sqlx::query!(
        "delete from jobs.ended where ended_at < $1",
        ended.to_sqlx()
    )
    .execute(&mut *db)
    .await?;
    let result = sqlx::query!("delete from jobs.job where dead_at < $1", before.to_sqlx())
        .execute(db)
        .await?;
    Ok(result.rows_affected())
}

/// Makes a schedule known. One whose rule has changed starts anew.
pub(crate) async fn register_schedule(
    db: &mut PgConnection,
    name: &str,
    rule: &str,
    next_at: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into jobs.schedule (name, rule, next_at) values ($1, $2, $3)
         on conflict (name) do update set rule = excluded.rule, next_at = excluded.next_at
         where schedule.rule <> excluded.rule",
        name,
        rule,
        next_at.to_sqlx(),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The names of the given schedules that are due, locked until the transaction ends. One that another
/// instance is enqueueing this moment is left to it.
pub(crate) async fn due_schedules(
    db: &mut PgConnection,
    names: &[String],
    now: Timestamp,
) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "select name from jobs.schedule
         where name = any($1) and next_at <= $2
         order by name
         for update skip locked",
        names,
        now.to_sqlx(),
    )
    .fetch_all(db)
    .await
}

pub(crate) async fn advance_schedule(
    db: &mut PgConnection,
    name: &str,
    now: Timestamp,
    next_at: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update jobs.schedule set last_at = $2, next_at = $3 where name = $1",
        name,
        now.to_sqlx(),
        next_at.to_sqlx(),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// When the first of the given schedules is due.
pub(crate) async fn next_schedule(
    db: &mut PgConnection,
    names: &[String],
) -> sqlx::Result<Option<Timestamp>> {
    let next = sqlx::query_scalar!(
        "select min(next_at) from jobs.schedule where name = any($1)",
        names,
    )
    .fetch_one(db)
    .await?;
    Ok(next.map(jiff_sqlx::Timestamp::to_jiff))
}
