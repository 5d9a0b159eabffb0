//! What is remembered of members: language, the settings of their rooms, notices, and how many rooms they opened.

#![expect(
    clippy::as_conversions,
    reason = "in `query!`, `as` names the type of a parameter and converts nothing"
)]

use std::collections::HashMap;

use database::{GuildId, UserId};
use feature::Lang;
use jiff::{Timestamp, civil::Date};
use jiff_sqlx::ToSqlx as _;
use serde_json::Value;
use sqlx::PgConnection;

use crate::model::Saved;

/// What is remembered of a member.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Remembered {
    pub(crate) lang: Option<Lang>,
    pub(crate) saved: Saved,
}

impl Remembered {
    fn of(lang: Option<&str>, saved: Option<Value>) -> Self {
        Self {
            lang: lang.and_then(Lang::from_code),
            // What an older version wrote and this one can not read begins anew.
            saved: saved
                .and_then(|saved| serde_json::from_value(saved).ok())
                .unwrap_or_default(),
        }
    }
}

/// What is remembered of some members; those of whom nothing is are not in it.
pub(crate) async fn remembered(
    db: &mut PgConnection,
    guild: GuildId,
    users: &[UserId],
) -> sqlx::Result<HashMap<UserId, Remembered>> {
    let rows = sqlx::query!(
        "select user_id, lang, saved from voice_hubs.member where guild_id = $1 and user_id = any($2)",
        guild as GuildId,
        users as &[UserId]
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let remembered = Remembered::of(row.lang.as_deref(), row.saved);
            (row.user_id, remembered)
        })
        .collect())
}

/// Remembers the language that a member uses. Whether it was another.
pub(crate) async fn remember_lang(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    lang: Lang,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into voice_hubs.member (guild_id, user_id, lang) values ($1, $2, $3)
         on conflict (guild_id, user_id) do update set lang = excluded.lang
             where member.lang is distinct from excluded.lang",
        guild as GuildId,
        user as UserId,
        lang.code()
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Remembers the settings of a member's room; `None` forgets them.
pub(crate) async fn remember_room(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    saved: Option<&Saved>,
) -> sqlx::Result<()> {
    // A struct of plain values is always JSON.
    let saved = saved.and_then(|saved| serde_json::to_value(saved).ok());
    sqlx::query!(
        "insert into voice_hubs.member (guild_id, user_id, saved) values ($1, $2, $3)
         on conflict (guild_id, user_id) do update set saved = excluded.saved",
        guild as GuildId,
        user as UserId,
        saved
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes the right to tell a member of a trouble, unless they were told since `since`.
pub(crate) async fn take_member_notice(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    now: Timestamp,
    since: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into voice_hubs.member (guild_id, user_id, told_at) values ($1, $2, $3)
         on conflict (guild_id, user_id) do update set told_at = excluded.told_at
             where member.told_at is null or member.told_at <= $4",
        guild as GuildId,
        user as UserId,
        now.to_sqlx() as _,
        since.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// What is stored of those who wait for a room.
#[derive(Debug, Default)]
pub(crate) struct Joined {
    /// Who opened a room lately, and when.
    pub(crate) recent: Vec<(UserId, Timestamp)>,
    /// How many rooms were opened today.
    pub(crate) today: i64,
    /// What is remembered of them.
    pub(crate) remembered: HashMap<UserId, Remembered>,
}

/// Who opened a room since `since`; how many rooms were opened since `day`; and what is remembered of these users. In
/// one statement, for they wait.
pub(crate) async fn joined(
    db: &mut PgConnection,
    guild: GuildId,
    since: Timestamp,
    day: Timestamp,
    users: &[UserId],
) -> sqlx::Result<Joined> {
    let rows = sqlx::query!(
        r#"select opened.today as "today!", opened.members as "members!: Vec<UserId>",
             opened.times as "times!: Vec<jiff_sqlx::Timestamp>", m.user_id as "user_id?", m.lang, m.saved
           from (
               select count(*) as today, coalesce(array_agg(member_id order by at) filter (where at > $2), '{}') as members,
                   coalesce(array_agg(at order by at) filter (where at > $2), '{}') as times
               from voice_hubs.opened where guild_id = $1 and at > $3
           ) as opened
           left join voice_hubs.member m on m.guild_id = $1 and m.user_id = any($4)"#,
        guild as GuildId,
        since.to_sqlx() as _,
        day.to_sqlx() as _,
        users as &[UserId]
    )
    .fetch_all(db)
    .await?;
    let mut joined = Joined::default();
    for (place, row) in rows.into_iter().enumerate() {
        if place == 0 {
            let times = row.times.into_iter().map(jiff_sqlx::Timestamp::to_jiff);
            joined.recent = row.members.into_iter().zip(times).collect();
            joined.today = row.today;
        }
        if let Some(user) = row.user_id {
            let remembered = Remembered::of(row.lang.as_deref(), row.saved);
            joined.remembered.insert(user, remembered);
        }
    }
    Ok(joined)
}

/// Forgets rooms that were opened before `day`, in every guild.
pub(crate) async fn drop_opened(db: &mut PgConnection, day: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from voice_hubs.opened where at <= $1",
        day.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes the right to warn staff of a day's many rooms; once a day.
pub(crate) async fn take_day_warning(
    db: &mut PgConnection,
    guild: GuildId,
    day: Date,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into voice_hubs.guild (guild_id, warned_on) values ($1, $2)
         on conflict (guild_id) do update set warned_on = excluded.warned_on
             where guild.warned_on is distinct from excluded.warned_on",
        guild as GuildId,
        day.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Forgets everything of a guild that the bot has left.
pub(crate) async fn drop_guild(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from voice_hubs.room where guild_id = $1",
        guild as GuildId
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from voice_hubs.seat where guild_id = $1",
        guild as GuildId
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from voice_hubs.overflow where guild_id = $1",
        guild as GuildId
    )
    .execute(db)
    .await?;
    Ok(())
}
