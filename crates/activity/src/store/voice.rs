//! Who sits in voice, and for how long.

use database::{ChannelId, GuildId, UserId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use crate::voice::{Plan, State, Stretch};

/// The open stretches of a guild; nobody else changes them until the transaction ends.
pub(crate) async fn open(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<Vec<Stretch>> {
    // One at a time for a guild, also where no row is there to be locked yet.
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtext('activity.voice'), ($1::bigint % 2147483647)::integer)",
        guild as GuildId
    )
    .execute(&mut *db)
    .await?;
    let rows = sqlx::query!(
        r#"select user_id, channel_id, session, from_at, until_at, muted, deafened, streaming, filming, afk, alone
         from activity.stretch where guild_id = $1 and is_open order by user_id"#,
        guild as GuildId
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Stretch {
            user: row.user_id,
            channel: row.channel_id,
            session: row.session,
            from: row.from_at.to_jiff(),
            until: row.until_at.to_jiff(),
            state: State {
                muted: row.muted,
                deafened: row.deafened,
                streaming: row.streaming,
                filming: row.filming,
                afk: row.afk,
                alone: row.alone,
            },
        })
        .collect())
}

/// Ends and begins stretches, and notes the days that they touch as changed.
pub(crate) async fn apply(db: &mut PgConnection, guild: GuildId, plan: &Plan) -> sqlx::Result<()> {
    let users: Vec<UserId> = plan.ended.iter().map(|(user, _)| *user).collect();
    let ends: Vec<jiff_sqlx::Timestamp> = plan.ended.iter().map(|(_, at)| at.to_sqlx()).collect();
    if !users.is_empty() {
        sqlx::query!(
            "with ended as (
                 update activity.stretch s set is_open = false, until_at = greatest(s.until_at, told.until_at)
                 from unnest($2::bigint[], $3::timestamptz[]) as told (user_id, until_at)
                 where s.guild_id = $1 and s.user_id = told.user_id and s.is_open
                 returning s.from_at, s.until_at
             )
             insert into activity.dirty (guild_id, day)
             select distinct $1, day::date from ended, generate_series(
                 date_trunc('day', ended.from_at at time zone 'utc'), ended.until_at at time zone 'utc', '1 day'
             ) as day order by 2
             on conflict do nothing",
            guild as GuildId,
            &users as &[UserId],
            &ends as &[jiff_sqlx::Timestamp]
        )
        .execute(&mut *db)
        .await?;
        // What took no time was no time: a click that Discord told twice.
        sqlx::query!(
            "delete from activity.stretch
             where guild_id = $1 and user_id = any($2::bigint[]) and not is_open and until_at = from_at",
            guild as GuildId,
            &users as &[UserId]
        )
        .execute(&mut *db)
        .await?;
    }
    if plan.begun.is_empty() {
        return Ok(());
    }
    let begun = &plan.begun;
    let users: Vec<UserId> = begun.iter().map(|one| one.user).collect();
    let channels: Vec<ChannelId> = begun.iter().map(|one| one.channel).collect();
    let sessions: Vec<&str> = begun.iter().map(|one| &*one.session).collect();
    let froms: Vec<jiff_sqlx::Timestamp> = begun.iter().map(|one| one.from.to_sqlx()).collect();
    let states = |state: fn(&State) -> bool| -> Vec<bool> {
        begun.iter().map(|one| state(&one.state)).collect()
    };
    sqlx::query!(
        // A clock that was set back must not let somebody sit in two places at a time.
        "insert into activity.stretch (guild_id, user_id, channel_id, session, from_at, until_at, is_open, muted,
             deafened, streaming, filming, afk, alone)
         select $1, told.user_id, told.channel_id, told.session, since.at, since.at, true, told.muted, told.deafened,
             told.streaming, told.filming, told.afk, told.alone
         from unnest($2::bigint[], $3::bigint[], $4::text[], $5::timestamptz[], $6::boolean[], $7::boolean[],
             $8::boolean[], $9::boolean[], $10::boolean[], $11::boolean[])
             as told (user_id, channel_id, session, from_at, muted, deafened, streaming, filming, afk, alone)
         cross join lateral (
             select greatest(told.from_at, (
                 select max(until_at) from activity.stretch s where s.guild_id = $1 and s.user_id = told.user_id
             )) as at
         ) as since
         on conflict (guild_id, user_id) where is_open do nothing",
        guild as GuildId,
        &users as &[UserId],
        &channels as &[ChannelId],
        &sessions as &[&str],
        &froms as &[jiff_sqlx::Timestamp],
        &states(|state| state.muted),
        &states(|state| state.deafened),
        &states(|state| state.streaming),
        &states(|state| state.filming),
        &states(|state| state.afk),
        &states(|state| state.alone),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The guilds in which somebody sits, as far as it is known.
pub(crate) async fn occupied(db: &mut PgConnection) -> sqlx::Result<Vec<GuildId>> {
    let rows = sqlx::query!("select distinct guild_id from activity.stretch where is_open")
        .fetch_all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.guild_id).collect())
}

/// Says of those who sit in these guilds that they still do, and notes the days as changed. Whoever was not heard of
/// since `since` is left alone.
pub(crate) async fn beat(
    db: &mut PgConnection,
    guilds: &[GuildId],
    since: Timestamp,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "with held as (
             update activity.stretch set until_at = $3
             where guild_id = any($1::bigint[]) and is_open and until_at >= $2 and until_at < $3
             returning guild_id, from_at
         )
         insert into activity.dirty (guild_id, day)
         select distinct guild_id, day::date from held, generate_series(
             date_trunc('day', greatest(held.from_at, $2) at time zone 'utc'), $3 at time zone 'utc', '1 day'
         ) as day order by 1, 2
         on conflict do nothing",
        guilds as &[GuildId],
        since.to_sqlx() as _,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}
