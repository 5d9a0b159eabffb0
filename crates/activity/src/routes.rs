//! What reporting tools ask over HTTP.
//!
//! Below `/v1/guilds/{guild}/activity` as JSON, or as CSV with `format=csv`; times in seconds, days in the guild's
//! zone. `GET /stats` keeps the names that the replaced system's view had.

#![expect(
    unused_qualifications,
    reason = "the documentation of a route writes its types as paths"
)]

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use database::{ChannelId, GuildId, UserId};
use feature::{
    Feature as _, Kit,
    http::{Caller, GuildPath, InGuild, Page, Paging, PagingParams, Problem, Query},
    sheet::{Format, cell, csv},
};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Activity,
    model::{LONGEST, Range},
    store, sums,
};

/// How many members `GET /stats` tells of.
const LEGACY: i64 = 500;

pub(crate) fn routes() -> OpenApiRouter<Kit<Activity>> {
    OpenApiRouter::new()
        .routes(routes!(series))
        .routes(routes!(members))
        .routes(routes!(channels))
        .routes(routes!(legacy))
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct Asked {
    /// How many days, today among them: 1 to 365; 30 otherwise.
    #[param(value_type = Option<u16>)]
    days: Option<String>,
    /// `json` or `csv`.
    #[param(value_type = Option<String>)]
    format: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct SeriesAsked {
    /// `day` or `hour`; by hour at most 31 days.
    #[param(value_type = Option<String>)]
    by: Option<String>,
    /// How many days, today among them: 1 to 365; 30 otherwise.
    #[param(value_type = Option<u16>)]
    days: Option<String>,
    /// `json` or `csv`.
    #[param(value_type = Option<String>)]
    format: Option<String>,
}

fn days(text: Option<&str>, most: i64) -> Result<i64, Problem> {
    match text.map(str::parse::<i64>) {
        None => Ok(most.min(30)),
        Some(Ok(days)) if (1..=most).contains(&days) => Ok(days),
        Some(_) => Err(Problem::invalid(
            "days",
            format!("must be a number from 1 to {most}"),
        )),
    }
}

/// Sums of a guild.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Activities {
    /// The first day.
    #[schema(value_type = String)]
    from: Date,
    /// The last day: today.
    #[schema(value_type = String)]
    to: Date,
    /// The zone of the days.
    zone: String,
    /// Since when the guild is counted.
    #[schema(value_type = Option<String>)]
    since: Option<Timestamp>,
    /// Of when the sums are.
    #[schema(value_type = Option<String>)]
    updated_at: Option<Timestamp>,
    messages: i64,
    /// Bots' messages are not among the others.
    bot_messages: i64,
    people: i64,
    voice_seconds: i64,
    muted_seconds: i64,
    deafened_seconds: i64,
    streaming_seconds: i64,
    camera_seconds: i64,
    afk_seconds: i64,
    alone_seconds: i64,
    /// Every day or hour, also those in which nothing happened.
    series: Vec<Point>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
struct Point {
    /// A day, or the instant at which an hour begins.
    at: String,
    messages: i64,
    voice_seconds: i64,
    /// Who wrote or spoke; absent by hour.
    people: Option<i64>,
}

/// What happened in a guild, by day or hour.
#[utoipa::path(get, path = "/v1/guilds/{guild}/activity", tag = "activity", params(GuildPath, SeriesAsked),
    security(("key" = ["activity.read"])), responses((status = 200, body = Activities), (status = 422)))]
async fn series(
    State(kit): State<Kit<Activity>>,
    guild: InGuild,
    Query(asked): Query<SeriesAsked>,
) -> Result<Response, Problem> {
    let by_hour = match asked.by.as_deref() {
        None | Some("day") => false,
        Some("hour") => true,
        Some(_) => return Err(Problem::invalid("by", "must be `day` or `hour`")),
    };
    let is_csv = Format::asked(asked.format.as_deref())? == Format::Csv;
    let days = days(asked.days.as_deref(), if by_hour { 31 } else { LONGEST })?;
    let standing = sums::fresh(&kit, guild.id).await?;
    let zone = kit.manners(guild.id).await?.zone;
    let range = Range::last(days, kit.clock.now(), &zone);
    let mut db = kit.database.acquire().await?;
    let totals = store::reading::totals(&mut db, guild.id, range).await?;
    let series: Vec<Point> = if by_hour {
        let (begin, end) = range.between(&zone);
        let slots = store::reading::slots(&mut db, guild.id, begin, end).await?;
        hours(&slots, begin, end)
    } else {
        let found = store::reading::days(&mut db, guild.id, range).await?;
        let mut found = found.into_iter().peekable();
        range
            .days()
            .map(|date| {
                let day = found.next_if(|day| day.date == date);
                Point {
                    at: date.to_string(),
                    messages: day.as_ref().map_or(0, |day| day.messages),
                    voice_seconds: day.as_ref().map_or(0, |day| day.voice),
                    people: Some(day.map_or(0, |day| day.people)),
                }
            })
            .collect()
    };
    drop(db);
    if is_csv {
        let rows = series.iter().map(|point| {
            let people = point.people.map(|people| people.to_string());
            let people = people.unwrap_or_default();
            format!(
                "{},{},{},{people}",
                point.at, point.messages, point.voice_seconds
            )
        });
        return Ok(csv("at,messages,voice_seconds,people", rows));
    }
    let activities = Activities {
        from: range.first,
        to: range.last,
        zone: zone.iana_name().unwrap_or("UTC").to_owned(),
        since: standing.as_ref().map(|standing| standing.since),
        updated_at: standing.as_ref().map(|standing| standing.summed_at),
        messages: totals.messages,
        bot_messages: totals.bot_messages,
        people: totals.people,
        voice_seconds: totals.voice,
        muted_seconds: totals.muted,
        deafened_seconds: totals.deafened,
        streaming_seconds: totals.streaming,
        camera_seconds: totals.filming,
        afk_seconds: totals.afk,
        alone_seconds: totals.alone,
        series,
    };
    Ok(Json(activities).into_response())
}

/// Quarters as hours, from an hour on.
fn hours(slots: &[store::reading::Slot], begin: Timestamp, end: Timestamp) -> Vec<Point> {
    const HOUR: i64 = 3_600;
    let count = (end.as_second() - begin.as_second()) / HOUR;
    let mut points: Vec<Point> = (0..count)
        .map(|nth| Point {
            at: Timestamp::from_second(begin.as_second() + nth * HOUR)
                .map_or_else(|_| String::new(), |at| at.to_string()),
            messages: 0,
            voice_seconds: 0,
            people: None,
        })
        .collect();
    for slot in slots {
        let nth = usize::try_from((slot.at.as_second() - begin.as_second()) / HOUR);
        if let Some(point) = nth.ok().and_then(|nth| points.get_mut(nth)) {
            point.messages += i64::from(slot.messages);
            point.voice_seconds += i64::from(slot.voice);
        }
    }
    points
}

#[derive(Clone, Debug, Serialize, ToSchema)]
struct MemberActivity {
    rank: i64,
    #[schema(value_type = String)]
    user_id: UserId,
    /// What they were called when they were last heard.
    user_name: Option<String>,
    messages: i64,
    voice_seconds: i64,
}

/// Who wrote most, bots left out; equals in the order of their ids.
#[utoipa::path(get, path = "/v1/guilds/{guild}/activity/members", tag = "activity",
    params(GuildPath, Asked, PagingParams), security(("key" = ["activity.read"])),
    responses((status = 200, body = Page<MemberActivity>), (status = 422)))]
async fn members(
    State(kit): State<Kit<Activity>>,
    guild: InGuild,
    Query(asked): Query<Asked>,
    paging: Paging<i64>,
) -> Result<Response, Problem> {
    let is_csv = Format::asked(asked.format.as_deref())? == Format::Csv;
    let range = range(&kit, guild.id, asked.days.as_deref()).await?;
    let skip = paging.after.unwrap_or(0).max(0);
    let mut db = kit.database.acquire().await?;
    let found =
        store::reading::members(&mut db, guild.id, range, false, skip, paging.rows()).await?;
    drop(db);
    let rows = found.into_iter().zip(skip + 1..);
    let rows = rows.map(|(top, rank)| MemberActivity {
        rank,
        user_id: top.who,
        user_name: top.name,
        messages: top.messages,
        voice_seconds: top.voice,
    });
    let page = paging.page(rows.collect(), |row: &MemberActivity| row.rank)?;
    if is_csv {
        let rows = page.data.iter().map(|row| {
            format!(
                "{},{},{},{},{}",
                row.rank,
                row.user_id,
                cell(row.user_name.as_deref().unwrap_or_default()),
                row.messages,
                row.voice_seconds
            )
        });
        return Ok(csv("rank,user_id,user_name,messages,voice_seconds", rows));
    }
    Ok(Json(page).into_response())
}

#[derive(Clone, Debug, Serialize, ToSchema)]
struct ChannelActivity {
    rank: i64,
    #[schema(value_type = String)]
    channel_id: ChannelId,
    messages: i64,
    voice_seconds: i64,
}

/// Where most was written, by people; of the channels that the key covers.
#[utoipa::path(get, path = "/v1/guilds/{guild}/activity/channels", tag = "activity",
    params(GuildPath, Asked, PagingParams), security(("key" = ["activity.read"])),
    responses((status = 200, body = Page<ChannelActivity>), (status = 422)))]
async fn channels(
    State(kit): State<Kit<Activity>>,
    guild: InGuild,
    Query(asked): Query<Asked>,
    paging: Paging<i64>,
) -> Result<Response, Problem> {
    let is_csv = Format::asked(asked.format.as_deref())? == Format::Csv;
    let range = range(&kit, guild.id, asked.days.as_deref()).await?;
    let skip = paging.after.unwrap_or(0).max(0);
    let only = guild.caller.channels.as_deref();
    let mut db = kit.database.acquire().await?;
    let found =
        store::reading::channels(&mut db, guild.id, range, only, skip, paging.rows()).await?;
    drop(db);
    let rows = found.into_iter().zip(skip + 1..);
    let rows = rows.map(|(top, rank)| ChannelActivity {
        rank,
        channel_id: top.who,
        messages: top.messages,
        voice_seconds: top.voice,
    });
    let page = paging.page(rows.collect(), |row: &ChannelActivity| row.rank)?;
    if is_csv {
        let rows = page.data.iter().map(|row| {
            format!(
                "{},{},{},{}",
                row.rank, row.channel_id, row.messages, row.voice_seconds
            )
        });
        return Ok(csv("rank,channel_id,messages,voice_seconds", rows));
    }
    Ok(Json(page).into_response())
}

async fn range(kit: &Kit<Activity>, guild: GuildId, asked: Option<&str>) -> Result<Range, Problem> {
    let days = days(asked, LONGEST)?;
    sums::fresh(kit, guild).await?;
    let zone = kit.manners(guild).await?.zone;
    Ok(Range::last(days, kit.clock.now(), &zone))
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct LegacyAsked {
    /// The guild; needed when the key covers several.
    #[param(value_type = Option<String>)]
    guild_id: Option<String>,
}

/// Sums under the names of the replaced system.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Legacy {
    #[schema(value_type = String)]
    guild_id: GuildId,
    /// People who wrote or spoke in the last 30 days.
    total_users: i64,
    /// Messages of as many days as are kept, a year at the most.
    total_messages: i64,
    messages_7d: i64,
    messages_30d: i64,
    messages_today: i64,
    #[schema(value_type = Option<String>)]
    updated_at: Option<Timestamp>,
    users: Vec<LegacyRank>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
struct LegacyRank {
    #[schema(value_type = String)]
    user_id: UserId,
    user_name: String,
    messages_7d: i64,
    messages_30d: i64,
}

/// Statistics as the replaced system told them: of the last days, and of at most 500 members.
#[utoipa::path(get, path = "/stats", tag = "activity", params(LegacyAsked),
    security(("key" = ["activity.read"])),
    responses((status = 200, body = Legacy), (status = 404), (status = 422)))]
async fn legacy(
    State(kit): State<Kit<Activity>>,
    Extension(caller): Extension<Arc<Caller>>,
    Query(asked): Query<LegacyAsked>,
) -> Result<Json<Legacy>, Problem> {
    let guild = legacy_guild(&kit, &caller, asked.guild_id.as_deref())?;
    if kit.is_off(Activity::NAME, guild).await? {
        return Err(Problem::not_found());
    }
    let standing = sums::fresh(&kit, guild).await?;
    let zone = kit.manners(guild).await?.zone;
    let now = kit.clock.now();
    let range = |days| Range::last(days, now, &zone);
    let (today, week, month) = (range(1), range(7), range(30));
    let mut db = kit.database.acquire().await?;
    let users = store::reading::legacy(&mut db, guild, week, month, LEGACY).await?;
    let of_month = store::reading::totals(&mut db, guild, month).await?;
    let of_week = store::reading::totals(&mut db, guild, week).await?;
    let of_today = store::reading::totals(&mut db, guild, today).await?;
    let of_all = store::reading::totals(&mut db, guild, range(LONGEST)).await?;
    drop(db);
    Ok(Json(Legacy {
        guild_id: guild,
        total_users: of_month.people,
        total_messages: of_all.messages,
        messages_7d: of_week.messages,
        messages_30d: of_month.messages,
        messages_today: of_today.messages,
        updated_at: standing.map(|standing| standing.summed_at),
        users: users
            .into_iter()
            .map(|user| LegacyRank {
                user_id: user.user,
                user_name: user.name,
                messages_7d: user.week,
                messages_30d: user.month,
            })
            .collect(),
    }))
}

/// The guild that is meant: the named one, or the only one that the key covers and the bot is in.
fn legacy_guild(
    kit: &Kit<Activity>,
    caller: &Caller,
    asked: Option<&str>,
) -> Result<GuildId, Problem> {
    let asked = asked.map(str::parse).transpose();
    kit.legacy_guild(caller, asked.map_err(|_| Problem::not_found())?)
}
