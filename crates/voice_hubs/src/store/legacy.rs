//! Hubs and rooms of a replaced program: its tables read, ours written.

#![expect(
    clippy::as_conversions,
    reason = "in `query!`, `as` names the type of a parameter and converts nothing"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "the tables of the replaced program are not in our schema, against which queries are checked"
)]

use database::{ChannelId, GuildId, UserId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

/// A hub of the replaced program.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct OldHub {
    pub(crate) id: i64,
    pub(crate) guild_id: i64,
    pub(crate) active: bool,
    pub(crate) naming_scheme: Option<String>,
    pub(crate) max_rooms: i64,
}

/// A room of the replaced program.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct OldRoom {
    pub(crate) id: i64,
    pub(crate) hub_id: i64,
    pub(crate) guild_id: i64,
    pub(crate) creator_id: i64,
    pub(crate) sequence: i64,
    pub(crate) name: String,
}

pub(crate) async fn old_hubs(from: &mut PgConnection) -> sqlx::Result<Vec<OldHub>> {
    sqlx::query_as(
        "select id::bigint, guild_id::bigint, coalesce(active::boolean, true) as active, naming_scheme::text,
             coalesce(max_rooms::bigint, 0) as max_rooms
         from voice_hub order by id",
    )
    .fetch_all(from)
    .await
}

pub(crate) async fn old_rooms(from: &mut PgConnection) -> sqlx::Result<Vec<OldRoom>> {
    sqlx::query_as(
        "select id::bigint, hub_id::bigint, guild_id::bigint, creator_id::bigint,
             coalesce(sequence::bigint, 0) as sequence, coalesce(name::text, '') as name
         from voice_room order by id",
    )
    .fetch_all(from)
    .await
}

/// A hub as it is taken over.
#[derive(Debug)]
pub(crate) struct TakenHub<'a> {
    pub(crate) channel: ChannelId,
    pub(crate) guild: GuildId,
    pub(crate) is_active: bool,
    pub(crate) template: Option<&'a str>,
    pub(crate) max_rooms: i16,
    pub(crate) by: UserId,
}

/// Whether it was none yet.
pub(crate) async fn take_hub(
    db: &mut PgConnection,
    hub: &TakenHub<'_>,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into voice_hubs.hub (channel_id, guild_id, active, template, max_rooms, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (channel_id) do nothing",
        hub.channel as ChannelId,
        hub.guild as GuildId,
        hub.is_active,
        hub.template,
        hub.max_rooms,
        hub.by as UserId,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// A room as it is taken over.
#[derive(Debug)]
pub(crate) struct TakenRoom<'a> {
    pub(crate) channel: ChannelId,
    pub(crate) guild: GuildId,
    pub(crate) hub: ChannelId,
    pub(crate) owner: UserId,
    pub(crate) number: i32,
    pub(crate) name: &'a str,
}

/// Whether it was taken over; not when its channel is a room already, its owner has one of this hub, or its number is
/// taken.
pub(crate) async fn take_room(
    db: &mut PgConnection,
    room: &TakenRoom<'_>,
    opener: &str,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into voice_hubs.room (guild_id, hub_id, owner_id, channel_id, number, name, mode, user_limit, base,
             opener, opening_since, tries_at)
         select $1, $2, $3, $4, $5, $6, 'open', 0, '[]', $7, $8, $8
         where exists (select from voice_hubs.hub where guild_id = $1 and channel_id = $2)
         on conflict do nothing",
        room.guild as GuildId,
        room.hub as ChannelId,
        room.owner as UserId,
        room.channel as ChannelId,
        room.number,
        room.name,
        opener,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}
