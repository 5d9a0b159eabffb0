//! What is shown of the sums. People are counted, bots are not.

use database::{ChannelId, GuildId, UserId};
use jiff::{Timestamp, civil::Date};
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use crate::model::{Range, Totals};

/// Somebody's, or a channel's, or a day's sums. Times in seconds.
#[derive(Clone, Debug)]
pub(crate) struct Top<T> {
    pub(crate) who: T,
    pub(crate) name: Option<String>,
    pub(crate) messages: i64,
    pub(crate) voice: i64,
}

/// All of a guild in a range.
pub(crate) async fn totals(
    db: &mut PgConnection,
    guild: GuildId,
    range: Range,
) -> sqlx::Result<Totals> {
    let row = sqlx::query!(
        r#"select coalesce(sum(d.messages) filter (where not bot.it), 0)::bigint as "messages!",
             coalesce(sum(d.messages) filter (where bot.it), 0)::bigint as "bot_messages!",
             coalesce(sum(d.voice), 0)::bigint as "voice!", coalesce(sum(d.muted), 0)::bigint as "muted!",
             coalesce(sum(d.deafened), 0)::bigint as "deafened!", coalesce(sum(d.streaming), 0)::bigint as "streaming!",
             coalesce(sum(d.filming), 0)::bigint as "filming!", coalesce(sum(d.afk), 0)::bigint as "afk!",
             coalesce(sum(d.alone), 0)::bigint as "alone!",
             count(distinct d.user_id) filter (where not bot.it) as "people!"
         from activity.day d
         left join activity.member m on m.guild_id = d.guild_id and m.user_id = d.user_id
         cross join lateral (select coalesce(m.is_bot, false)) as bot (it)
         where d.guild_id = $1 and d.day between $2 and $3"#,
        guild as GuildId,
        range.first.to_sqlx() as _,
        range.last.to_sqlx() as _
    )
    .fetch_one(db)
    .await?;
    Ok(Totals {
        messages: row.messages,
        bot_messages: row.bot_messages,
        people: row.people,
        voice: row.voice,
        muted: row.muted,
        deafened: row.deafened,
        streaming: row.streaming,
        filming: row.filming,
        afk: row.afk,
        alone: row.alone,
    })
}

/// How many tasks of a guild were done between two instants, as the view for reporting tells.
pub(crate) async fn tasks_done(
    db: &mut PgConnection,
    guild: GuildId,
    begin: Timestamp,
    end: Timestamp,
) -> sqlx::Result<i64> {
    let row = sqlx::query!(
        r#"select count(*) as "count!" from reporting.tasks
         where guild_id = $1 and status = 'done' and closed_at >= $2 and closed_at < $3"#,
        guild as GuildId,
        begin.to_sqlx() as _,
        end.to_sqlx() as _
    )
    .fetch_one(db)
    .await?;
    Ok(row.count)
}

/// People by messages, then by time in voice (or the other way round), then by id, which never changes.
pub(crate) async fn members(
    db: &mut PgConnection,
    guild: GuildId,
    range: Range,
    by_voice: bool,
    skip: i64,
    most: i64,
) -> sqlx::Result<Vec<Top<UserId>>> {
    let rows = sqlx::query!(
        r#"select d.user_id, max(m.name) as name, sum(d.messages)::bigint as "messages!", sum(d.voice)::bigint as "voice!"
         from activity.day d
         left join activity.member m on m.guild_id = d.guild_id and m.user_id = d.user_id
         where d.guild_id = $1 and d.day between $2 and $3 and m.is_bot is not true and m.opted_out_at is null
         group by d.user_id
         order by case when $6 then sum(d.voice) else sum(d.messages) end desc, 3 desc, 4 desc, d.user_id
         offset $4 limit $5"#,
        guild as GuildId,
        range.first.to_sqlx() as _,
        range.last.to_sqlx() as _,
        skip,
        most,
        by_voice
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Top {
            who: row.user_id,
            name: row.name,
            messages: row.messages,
            voice: row.voice,
        })
        .collect())
}

/// Channels by messages, then by time in voice, then by id; only those of `only`, if it is given.
pub(crate) async fn channels(
    db: &mut PgConnection,
    guild: GuildId,
    range: Range,
    only: Option<&[ChannelId]>,
    skip: i64,
    most: i64,
) -> sqlx::Result<Vec<Top<ChannelId>>> {
    let rows = sqlx::query!(
        r#"select d.channel_id, sum(d.messages)::bigint as "messages!", sum(d.voice)::bigint as "voice!"
         from activity.day d
         left join activity.member m on m.guild_id = d.guild_id and m.user_id = d.user_id
         where d.guild_id = $1 and d.day between $2 and $3 and m.is_bot is not true
             and ($4::bigint[] is null or d.channel_id = any($4::bigint[]))
         group by d.channel_id order by 2 desc, 3 desc, d.channel_id offset $5 limit $6"#,
        guild as GuildId,
        range.first.to_sqlx() as _,
        range.last.to_sqlx() as _,
        only as Option<&[ChannelId]>,
        skip,
        most
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Top {
            who: row.channel_id,
            name: None,
            messages: row.messages,
            voice: row.voice,
        })
        .collect())
}

/// One day.
#[derive(Clone, Debug)]
pub(crate) struct Day {
    pub(crate) date: Date,
    pub(crate) messages: i64,
    pub(crate) voice: i64,
    pub(crate) people: i64,
}

/// Days on which something happened, in order.
pub(crate) async fn days(
    db: &mut PgConnection,
    guild: GuildId,
    range: Range,
) -> sqlx::Result<Vec<Day>> {
    let rows = sqlx::query!(
        r#"select d.day, sum(d.messages)::bigint as "messages!", sum(d.voice)::bigint as "voice!",
             count(distinct d.user_id) as "people!"
         from activity.day d
         left join activity.member m on m.guild_id = d.guild_id and m.user_id = d.user_id
         where d.guild_id = $1 and d.day between $2 and $3 and m.is_bot is not true
         group by d.day order by d.day"#,
        guild as GuildId,
        range.first.to_sqlx() as _,
        range.last.to_sqlx() as _
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Day {
            date: row.day.to_jiff(),
            messages: row.messages,
            voice: row.voice,
            people: row.people,
        })
        .collect())
}

/// A quarter of an hour.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    pub(crate) at: Timestamp,
    pub(crate) messages: i32,
    pub(crate) voice: i32,
}

/// Quarters of an hour in which something happened, in order.
pub(crate) async fn slots(
    db: &mut PgConnection,
    guild: GuildId,
    begin: Timestamp,
    end: Timestamp,
) -> sqlx::Result<Vec<Slot>> {
    let rows = sqlx::query!(
        "select at, messages, voice from activity.slot where guild_id = $1 and at >= $2 and at < $3 order by at",
        guild as GuildId,
        begin.to_sqlx() as _,
        end.to_sqlx() as _
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Slot {
            at: row.at.to_jiff(),
            messages: row.messages,
            voice: row.voice,
        })
        .collect())
}

/// How many joined and how many left.
pub(crate) async fn moves(
    db: &mut PgConnection,
    guild: GuildId,
    begin: Timestamp,
    end: Timestamp,
) -> sqlx::Result<(i64, i64)> {
    let row = sqlx::query!(
        r#"select (select count(*) from activity.stay where guild_id = $1 and joined_at >= $2 and joined_at < $3)
                 as "joined!",
             (select count(*) from activity.stay where guild_id = $1 and left_at >= $2 and left_at < $3) as "left!""#,
        guild as GuildId,
        begin.to_sqlx() as _,
        end.to_sqlx() as _
    )
    .fetch_one(db)
    .await?;
    Ok((row.joined, row.left))
}

/// A line as the replaced system wrote it.
#[derive(Clone, Debug)]
pub(crate) struct Legacy {
    pub(crate) user: UserId,
    pub(crate) name: String,
    pub(crate) week: i64,
    pub(crate) month: i64,
}

/// Messages of a week and of a month by member, most first; the last day of both is `today`.
pub(crate) async fn legacy(
    db: &mut PgConnection,
    guild: GuildId,
    week: Range,
    month: Range,
    most: i64,
) -> sqlx::Result<Vec<Legacy>> {
    let rows = sqlx::query!(
        r#"select d.user_id, max(m.name) as "name!",
             coalesce(sum(d.messages) filter (where d.day >= $2), 0)::bigint as "week!",
             sum(d.messages)::bigint as "month!"
         from activity.day d
         join activity.member m on m.guild_id = d.guild_id and m.user_id = d.user_id
         where d.guild_id = $1 and d.day between $3 and $4 and not m.is_bot and m.opted_out_at is null
         group by d.user_id order by 4 desc, d.user_id limit $5"#,
        guild as GuildId,
        week.first.to_sqlx() as _,
        month.first.to_sqlx() as _,
        month.last.to_sqlx() as _,
        most
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Legacy {
            user: row.user_id,
            name: row.name,
            week: row.week,
            month: row.month,
        })
        .collect())
}
