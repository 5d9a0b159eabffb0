//! Sums by day and by quarter of an hour, drawn from what is counted.

use database::GuildId;
use jiff::{Timestamp, civil::Date};
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use crate::model::LocalDay;

/// How the sums of a guild stand.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    pub(crate) since: Timestamp,
    pub(crate) zone: String,
    pub(crate) summed_at: Timestamp,
}

/// How the sums of a guild stand, if it is counted.
pub(crate) async fn standing(
    db: &mut PgConnection,
    guild: GuildId,
) -> sqlx::Result<Option<Standing>> {
    let row = sqlx::query!(
        "select since, zone, summed_at from activity.guild where guild_id = $1",
        guild as GuildId
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Standing {
        since: row.since.to_jiff(),
        zone: row.zone,
        summed_at: row.summed_at.to_jiff(),
    }))
}

/// Guilds of which something changed since it was summed up.
pub(crate) async fn dirty_guilds(db: &mut PgConnection) -> sqlx::Result<Vec<GuildId>> {
    let rows = sqlx::query!("select distinct guild_id from activity.dirty order by 1")
        .fetch_all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.guild_id).collect())
}

/// Takes the marks of changed days away. Whoever changes something meanwhile waits, and marks it anew.
pub(crate) async fn take_dirty(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<Vec<Date>> {
    let rows = sqlx::query!(
        "delete from activity.dirty where guild_id = $1 returning day",
        guild as GuildId
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| row.day.to_jiff()).collect())
}

/// The first and the last instant of which anything is known in a guild.
pub(crate) async fn extent(
    db: &mut PgConnection,
    guild: GuildId,
) -> sqlx::Result<Option<(Timestamp, Timestamp)>> {
    let row = sqlx::query!(
        r#"select least(min(w.first), min(s.first)) as "first: jiff_sqlx::Timestamp",
             greatest(max(w.last), max(s.last)) as "last: jiff_sqlx::Timestamp"
         from (select min(at) as first, max(at) as last from activity.written where guild_id = $1) as w,
             (select min(from_at) as first, max(until_at) as last from activity.stretch where guild_id = $1) as s"#,
        guild as GuildId
    )
    .fetch_one(db)
    .await?;
    Ok(row
        .first
        .zip(row.last)
        .map(|(first, last)| (first.to_jiff(), last.to_jiff())))
}

/// Forgets all sums of a guild: its days are others now.
pub(crate) async fn clear(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from activity.day where guild_id = $1",
        guild as GuildId
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from activity.slot where guild_id = $1",
        guild as GuildId
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Sums up days of a guild anew, which follow each other.
pub(crate) async fn sum(
    db: &mut PgConnection,
    guild: GuildId,
    days: &[LocalDay],
) -> sqlx::Result<()> {
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return Ok(());
    };
    let dates: Vec<jiff_sqlx::Date> = days.iter().map(|day| day.date.to_sqlx()).collect();
    let begins: Vec<jiff_sqlx::Timestamp> = days.iter().map(|day| day.begin.to_sqlx()).collect();
    let ends: Vec<jiff_sqlx::Timestamp> = days.iter().map(|day| day.end.to_sqlx()).collect();
    sqlx::query!(
        "delete from activity.day where guild_id = $1 and day = any($2::date[])",
        guild as GuildId,
        &dates as &[jiff_sqlx::Date]
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "with days as (
             select * from unnest($2::date[], $3::timestamptz[], $4::timestamptz[]) as days (day, begins, ends)
         ), parts as (
             select d.day, w.user_id, w.channel_id, w.messages, 0::float8 as seconds, false as muted, false as deafened,
                 false as streaming, false as filming, false as afk, false as alone
             from days d join activity.written w on w.guild_id = $1 and w.at >= d.begins and w.at < d.ends
             union all
             select d.day, s.user_id, s.channel_id, 0,
                 extract(epoch from least(s.until_at, d.ends) - greatest(s.from_at, d.begins))::float8,
                 s.muted, s.deafened, s.streaming, s.filming, s.afk, s.alone
             from days d
             join activity.stretch s on s.guild_id = $1 and s.until_at > d.begins and s.from_at < d.ends
         )
         insert into activity.day (guild_id, day, user_id, channel_id, messages, voice, muted, deafened, streaming,
             filming, afk, alone)
         select $1, day, user_id, channel_id, sum(messages), round(sum(seconds)),
             coalesce(round(sum(seconds) filter (where muted)), 0),
             coalesce(round(sum(seconds) filter (where deafened)), 0),
             coalesce(round(sum(seconds) filter (where streaming)), 0),
             coalesce(round(sum(seconds) filter (where filming)), 0),
             coalesce(round(sum(seconds) filter (where afk)), 0),
             coalesce(round(sum(seconds) filter (where alone)), 0)
         from parts group by day, user_id, channel_id",
        guild as GuildId,
        &dates as &[jiff_sqlx::Date],
        &begins as &[jiff_sqlx::Timestamp],
        &ends as &[jiff_sqlx::Timestamp]
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from activity.slot where guild_id = $1 and at >= $2 and at < $3",
        guild as GuildId,
        first.begin.to_sqlx() as _,
        last.end.to_sqlx() as _
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "with slots as (
             select at, at + interval '15 minutes' as ends
             from generate_series($2::timestamptz, $3::timestamptz - interval '1 microsecond', '15 minutes') as at
         ), parts as (
             select w.at, w.messages, 0::float8 as seconds
             from activity.written w
             left join activity.member m on m.guild_id = w.guild_id and m.user_id = w.user_id
             where w.guild_id = $1 and w.at >= $2 and w.at < $3 and m.is_bot is not true
             union all
             select t.at, 0, extract(epoch from least(s.until_at, t.ends) - greatest(s.from_at, t.at))::float8
             from activity.stretch s
             join slots t on s.until_at > t.at and s.from_at < t.ends
             where s.guild_id = $1 and s.until_at > $2 and s.from_at < $3
         )
         insert into activity.slot (guild_id, at, messages, voice)
         select $1, at, sum(messages), round(sum(seconds)) from parts group by at",
        guild as GuildId,
        first.begin.to_sqlx() as _,
        last.end.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes that the sums are of now.
pub(crate) async fn note_summed(
    db: &mut PgConnection,
    guild: GuildId,
    zone: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update activity.guild set zone = $2, summed_at = greatest(summed_at, $3) where guild_id = $1",
        guild as GuildId,
        zone,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes the turn to sum up a guild, until the transaction ends.
pub(crate) async fn take_turn(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<()> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtext('activity.days'), ($1::bigint % 2147483647)::integer)",
        guild as GuildId
    )
    .execute(db)
    .await?;
    Ok(())
}
