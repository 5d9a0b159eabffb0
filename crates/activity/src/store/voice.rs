//! Who sits in voice, and for how long.

use std::collections::BTreeMap;

use database::{ChannelId, GuildId, UserId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use crate::voice::{Plan, State, Stretch};

/// The open stretches of guilds; nobody else changes them until the transaction ends.
pub(crate) async fn open(
    db: &mut PgConnection,
    guilds: &[GuildId],
) -> sqlx::Result<BTreeMap<GuildId, Vec<Stretch>>> {
    // One at a time for a guild, also where no row is there to be locked yet; always in the same order.
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtext('activity.voice'), turn.key)
         from (
             select distinct (guild_id % 2147483647)::integer as key from unnest($1::bigint[]) as told (guild_id) order by 1
         ) as turn",
        guilds as &[GuildId]
    )
    .execute(&mut *db)
    .await?;
    let rows = sqlx::query!(
        r#"select guild_id, user_id, channel_id, session, from_at, until_at, muted, deafened, streaming, filming, afk, alone
         from activity.stretch where guild_id = any($1::bigint[]) and is_open order by guild_id, user_id"#,
        guilds as &[GuildId]
    )
    .fetch_all(db)
    .await?;
    let mut open: BTreeMap<GuildId, Vec<Stretch>> =
        guilds.iter().map(|guild| (*guild, Vec::new())).collect();
    for row in rows {
        open.entry(row.guild_id).or_default().push(Stretch {
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
        });
    }
    Ok(open)
}

/// Ends and begins stretches, and notes the days that they touch as changed.
pub(crate) async fn apply(db: &mut PgConnection, plans: &[(GuildId, Plan)]) -> sqlx::Result<()> {
    end(db, plans).await?;
    begin(db, plans).await
}

async fn end(db: &mut PgConnection, plans: &[(GuildId, Plan)]) -> sqlx::Result<()> {
    let mut guilds: Vec<GuildId> = Vec::new();
    let mut users: Vec<UserId> = Vec::new();
    let mut ends: Vec<jiff_sqlx::Timestamp> = Vec::new();
    for (guild, plan) in plans {
        for (user, at) in &plan.ended {
            guilds.push(*guild);
            users.push(*user);
            ends.push(at.to_sqlx());
        }
    }
    if users.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "with ended as (
             update activity.stretch s set is_open = false, until_at = greatest(s.until_at, told.until_at)
             from unnest($1::bigint[], $2::bigint[], $3::timestamptz[]) as told (guild_id, user_id, until_at)
             where s.guild_id = told.guild_id and s.user_id = told.user_id and s.is_open
             returning s.guild_id, s.from_at, s.until_at
         )
         insert into activity.dirty (guild_id, day)
         select distinct guild_id, day::date from ended, generate_series(
             date_trunc('day', ended.from_at at time zone 'utc'), ended.until_at at time zone 'utc', '1 day'
         ) as day order by 1, 2
         on conflict do nothing",
        &guilds as &[GuildId],
        &users as &[UserId],
        &ends as &[jiff_sqlx::Timestamp]
    )
    .execute(&mut *db)
    .await?;
    // What took no time was no time: a click that Discord told twice.
    sqlx::query!(
        "delete from activity.stretch s using unnest($1::bigint[], $2::bigint[]) as told (guild_id, user_id)
         where s.guild_id = told.guild_id and s.user_id = told.user_id and not s.is_open and s.until_at = s.from_at",
        &guilds as &[GuildId],
        &users as &[UserId]
    )
    .execute(db)
    .await?;
    Ok(())
}

async fn begin(db: &mut PgConnection, plans: &[(GuildId, Plan)]) -> sqlx::Result<()> {
    let told: Vec<(GuildId, &Stretch, bool)> = plans
        .iter()
        .flat_map(|(guild, plan)| {
            let passed = plan.passed.iter().map(|sat| (*guild, sat, false));
            passed.chain(plan.begun.iter().map(|sat| (*guild, sat, true)))
        })
        .collect();
    if told.is_empty() {
        return Ok(());
    }
    let guilds: Vec<GuildId> = told.iter().map(|(guild, ..)| *guild).collect();
    let users: Vec<UserId> = told.iter().map(|(_, one, _)| one.user).collect();
    let channels: Vec<ChannelId> = told.iter().map(|(_, one, _)| one.channel).collect();
    let sessions: Vec<&str> = told.iter().map(|(_, one, _)| &*one.session).collect();
    let froms: Vec<jiff_sqlx::Timestamp> =
        told.iter().map(|(_, one, _)| one.from.to_sqlx()).collect();
    let untils: Vec<jiff_sqlx::Timestamp> =
        told.iter().map(|(_, one, _)| one.until.to_sqlx()).collect();
    let opens: Vec<bool> = told.iter().map(|(.., is_open)| *is_open).collect();
    let states = |state: fn(&State) -> bool| -> Vec<bool> {
        told.iter().map(|(_, one, _)| state(&one.state)).collect()
    };
    sqlx::query!(
        // A clock that was set back must not let somebody sit in two places at a time.
        "with begun as (
             insert into activity.stretch (guild_id, user_id, channel_id, session, from_at, until_at, is_open, muted,
                 deafened, streaming, filming, afk, alone)
             select told.guild_id, told.user_id, told.channel_id, told.session, since.at,
                 greatest(since.at, told.until_at), told.is_open, told.muted, told.deafened, told.streaming,
                 told.filming, told.afk, told.alone
             from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::timestamptz[], $6::timestamptz[],
                 $7::boolean[], $8::boolean[], $9::boolean[], $10::boolean[], $11::boolean[], $12::boolean[],
                 $13::boolean[])
                 as told (guild_id, user_id, channel_id, session, from_at, until_at, is_open, muted, deafened,
                     streaming, filming, afk, alone)
             cross join lateral (
                 select greatest(told.from_at, (
                     select max(until_at) from activity.stretch s
                     where s.guild_id = told.guild_id and s.user_id = told.user_id
                 )) as at
             ) as since
             where told.is_open or told.until_at > since.at
             on conflict (guild_id, user_id) where is_open do nothing
             returning guild_id, from_at, until_at, is_open
         )
         insert into activity.dirty (guild_id, day)
         select distinct guild_id, day::date from begun, generate_series(
             date_trunc('day', begun.from_at at time zone 'utc'), begun.until_at at time zone 'utc', '1 day'
         ) as day where not is_open order by 1, 2
         on conflict do nothing",
        &guilds as &[GuildId],
        &users as &[UserId],
        &channels as &[ChannelId],
        &sessions as &[&str],
        &froms as &[jiff_sqlx::Timestamp],
        &untils as &[jiff_sqlx::Timestamp],
        &opens,
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
