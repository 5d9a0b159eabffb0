//! Rooms, and who asks to be let in.

#![expect(
    clippy::as_conversions,
    reason = "in `query!`, `as` names the type of a parameter and converts nothing"
)]

use database::{ChannelId, GuildId, MessageId, RoleId, UserId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde::Serialize;
use sqlx::PgConnection;
use twilight_model::channel::permission_overwrite::PermissionOverwrite;

use crate::model::{Lists, Mode, Room, RoomId};

#[derive(Debug)]
struct Row {
    id: i64,
    guild_id: GuildId,
    hub_id: ChannelId,
    owner_id: UserId,
    channel_id: Option<ChannelId>,
    number: i32,
    name: String,
    mode: String,
    user_limit: i16,
    allow_users: Vec<UserId>,
    allow_roles: Vec<RoleId>,
    deny_users: Vec<UserId>,
    deny_roles: Vec<RoleId>,
    speakers: Vec<UserId>,
    base: serde_json::Value,
    opener: String,
    opening_since: jiff_sqlx::Timestamp,
    tries_at: jiff_sqlx::Timestamp,
    tries: i16,
    closing: bool,
    edit_wanted: i32,
    edit_done: i32,
    panel_wanted: i32,
    panel_done: i32,
    panel_channel: Option<ChannelId>,
    panel_message: Option<MessageId>,
    owner_left_at: Option<jiff_sqlx::Timestamp>,
    wanted_name: Option<String>,
    renamed_at: Vec<jiff_sqlx::Timestamp>,
    status: Option<String>,
    waits: bool,
    waiting_channel: Option<ChannelId>,
    problem: Option<String>,
    again_at: Option<jiff_sqlx::Timestamp>,
}

// The checks of the table keep every number in range and every word known.
impl From<Row> for Room {
    fn from(row: Row) -> Self {
        Self {
            id: RoomId(row.id),
            guild: row.guild_id,
            hub: row.hub_id,
            owner: row.owner_id,
            channel: row.channel_id,
            number: u32::try_from(row.number).unwrap_or(1),
            name: row.name,
            mode: Mode::from_word(&row.mode).unwrap_or(Mode::Open),
            user_limit: u16::try_from(row.user_limit).unwrap_or_default(),
            lists: Lists {
                allow_users: row.allow_users,
                allow_roles: row.allow_roles,
                deny_users: row.deny_users,
                deny_roles: row.deny_roles,
            },
            speakers: row.speakers,
            // Only this program writes it.
            base: serde_json::from_value(row.base).unwrap_or_default(),
            opener: row.opener,
            opening_since: row.opening_since.to_jiff(),
            tries_at: row.tries_at.to_jiff(),
            tries: u16::try_from(row.tries).unwrap_or_default(),
            closing: row.closing,
            edit_wanted: row.edit_wanted,
            edit_done: row.edit_done,
            panel_wanted: row.panel_wanted,
            panel_done: row.panel_done,
            panel_channel: row.panel_channel,
            panel_message: row.panel_message,
            owner_left_at: row.owner_left_at.map(jiff_sqlx::Timestamp::to_jiff),
            wanted_name: row.wanted_name,
            renamed_at: row
                .renamed_at
                .into_iter()
                .map(jiff_sqlx::Timestamp::to_jiff)
                .collect(),
            status: row.status,
            waits: row.waits,
            waiting_channel: row.waiting_channel,
            problem: row.problem,
            again_at: row.again_at.map(jiff_sqlx::Timestamp::to_jiff),
        }
    }
}

/// A room that is to be made.
#[derive(Debug, Serialize)]
pub(crate) struct NewRoom {
    pub(crate) hub_id: ChannelId,
    pub(crate) owner_id: UserId,
    pub(crate) number: u32,
    pub(crate) name: String,
    pub(crate) mode: &'static str,
    pub(crate) user_limit: u16,
    pub(crate) allow_users: Vec<UserId>,
    pub(crate) allow_roles: Vec<RoleId>,
    pub(crate) deny_users: Vec<UserId>,
    pub(crate) deny_roles: Vec<RoleId>,
    pub(crate) base: Vec<PermissionOverwrite>,
    pub(crate) status: Option<String>,
}

/// The rooms of a guild, in the order in which they were made.
pub(crate) async fn rooms(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<Vec<Room>> {
    let rows = sqlx::query_as!(
        Row,
        "select * from voice_hubs.room where guild_id = $1 order by id",
        guild as GuildId
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Room::from).collect())
}

/// Writes down the intention of rooms, and that their owners opened one; of those that another process was quicker with, none comes back.
pub(crate) async fn add_rooms(
    db: &mut PgConnection,
    guild: GuildId,
    opener: &str,
    now: Timestamp,
    rooms: &[NewRoom],
) -> sqlx::Result<Vec<Room>> {
    // Plain values are always JSON.
    let rooms = serde_json::to_value(rooms).unwrap_or_default();
    let rows = sqlx::query_as!(
        Row,
        "with made as (
             insert into voice_hubs.room (guild_id, opener, opening_since, tries_at, hub_id, owner_id, number, name,
                 mode, user_limit, allow_users, allow_roles, deny_users, deny_roles, base, status)
             select $1, $2, $3, $3, hub_id, owner_id, number, name, mode, user_limit, allow_users, allow_roles,
                 deny_users, deny_roles, base, status
             from jsonb_to_recordset($4) as new (hub_id bigint, owner_id bigint, number integer, name text, mode text,
                 user_limit smallint, allow_users bigint[], allow_roles bigint[], deny_users bigint[],
                 deny_roles bigint[], base jsonb, status text)
             where (select voice_hubs.soon())
             on conflict do nothing
             returning *
         ), noted as (
             insert into voice_hubs.opened (guild_id, member_id, at) select guild_id, owner_id, opening_since from made
         )
         select room.* from made room",
        guild as GuildId,
        opener,
        now.to_sqlx() as _,
        rooms
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Room::from).collect())
}

/// A room by its channel.
pub(crate) async fn room(
    db: &mut PgConnection,
    guild: GuildId,
    channel: ChannelId,
) -> sqlx::Result<Option<Room>> {
    let row = sqlx::query_as!(
        Row,
        "select * from voice_hubs.room where guild_id = $1 and channel_id = $2",
        guild as GuildId,
        channel as ChannelId
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Room::from))
}

/// A room by its number.
pub(crate) async fn room_by_id(
    db: &mut PgConnection,
    guild: GuildId,
    room: RoomId,
) -> sqlx::Result<Option<Room>> {
    let row = sqlx::query_as!(
        Row,
        "select * from voice_hubs.room where guild_id = $1 and id = $2",
        guild as GuildId,
        room.0
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Room::from))
}

/// A room by its channel; locked until the transaction ends.
pub(crate) async fn lock_room(
    db: &mut PgConnection,
    guild: GuildId,
    channel: ChannelId,
) -> sqlx::Result<Option<Room>> {
    let row = sqlx::query_as!(
        Row,
        "select * from voice_hubs.room where guild_id = $1 and channel_id = $2 for update",
        guild as GuildId,
        channel as ChannelId
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Room::from))
}

/// A room by its number; locked until the transaction ends.
pub(crate) async fn lock_room_by_id(
    db: &mut PgConnection,
    guild: GuildId,
    room: RoomId,
) -> sqlx::Result<Option<Room>> {
    let row = sqlx::query_as!(
        Row,
        "select * from voice_hubs.room where guild_id = $1 and id = $2 for update",
        guild as GuildId,
        room.0
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Room::from))
}

/// Writes what the owner, or the plan, wants of a locked room.
pub(crate) async fn save_room(db: &mut PgConnection, room: &Room) -> sqlx::Result<()> {
    let renamed_at: Vec<_> = room.renamed_at.iter().map(|at| at.to_sqlx()).collect();
    sqlx::query!(
        "update voice_hubs.room
         set owner_id = $3, name = $4, mode = $5, user_limit = $6, allow_users = $7, allow_roles = $8,
             deny_users = $9, deny_roles = $10, speakers = $11, closing = $12, edit_wanted = $13, panel_wanted = $14,
             panel_channel = $15, panel_message = $16, owner_left_at = $17, wanted_name = $18, renamed_at = $19,
             status = $20, waits = $21, waiting_channel = $22, problem = $23, again_at = $24, edit_done = $25,
             panel_done = $26
         where guild_id = $1 and id = $2",
        room.guild as GuildId,
        room.id.0,
        room.owner as UserId,
        room.name,
        room.mode.word(),
        i16::try_from(room.user_limit).unwrap_or_default(),
        &room.lists.allow_users as &[UserId],
        &room.lists.allow_roles as &[RoleId],
        &room.lists.deny_users as &[UserId],
        &room.lists.deny_roles as &[RoleId],
        &room.speakers as &[UserId],
        room.closing,
        room.edit_wanted,
        room.panel_wanted,
        room.panel_channel as Option<ChannelId>,
        room.panel_message as Option<MessageId>,
        room.owner_left_at.map(ToSqlx::to_sqlx) as _,
        room.wanted_name,
        &renamed_at as _,
        room.status,
        room.waits,
        room.waiting_channel as Option<ChannelId>,
        room.problem,
        room.again_at.map(ToSqlx::to_sqlx) as _,
        room.edit_done,
        room.panel_done,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The waiting room of a room is gone. Whether the room is there.
pub(crate) async fn forget_waiting(
    db: &mut PgConnection,
    guild: GuildId,
    room: RoomId,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update voice_hubs.room set waits = false, waiting_channel = null, panel_wanted = panel_wanted + 1
         where guild_id = $1 and id = $2",
        guild as GuildId,
        room.0
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Discord made the channels of these rooms.
pub(crate) async fn set_channels(
    db: &mut PgConnection,
    guild: GuildId,
    made: &[(RoomId, ChannelId)],
) -> sqlx::Result<()> {
    let rooms: Vec<i64> = made.iter().map(|(room, _)| room.0).collect();
    let channels: Vec<ChannelId> = made.iter().map(|(_, channel)| *channel).collect();
    sqlx::query!(
        "update voice_hubs.room r set channel_id = made.channel_id
         from unnest($2::bigint[], $3::bigint[]) as made (id, channel_id)
         where (select voice_hubs.soon()) and r.guild_id = $1 and r.id = made.id and r.channel_id is null",
        guild as GuildId,
        &rooms,
        channels as Vec<ChannelId>
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A panel that was posted for the first time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Posted {
    pub(crate) room: RoomId,
    /// What of the room it shows, see `panel_wanted`.
    pub(crate) revision: i32,
    /// Where it is, unless both the chat and direct messages are closed.
    pub(crate) place: Option<(ChannelId, MessageId)>,
}

/// Panels were posted for these rooms.
pub(crate) async fn set_panels(
    db: &mut PgConnection,
    guild: GuildId,
    posted: &[Posted],
) -> sqlx::Result<()> {
    let rooms: Vec<i64> = posted.iter().map(|panel| panel.room.0).collect();
    let revisions: Vec<i32> = posted.iter().map(|panel| panel.revision).collect();
    let places = posted.iter().map(|panel| panel.place);
    let (channels, messages): (Vec<Option<ChannelId>>, Vec<Option<MessageId>>) = places
        .map(|place| {
            place.map_or((None, None), |(channel, message)| {
                (Some(channel), Some(message))
            })
        })
        .unzip();
    sqlx::query!(
        "update voice_hubs.room r
         set panel_done = greatest(r.panel_done, posted.revision), panel_channel = posted.channel_id,
             panel_message = posted.message_id
         from unnest($2::bigint[], $3::int[], $4::bigint[], $5::bigint[])
             as posted (id, revision, channel_id, message_id)
         where (select voice_hubs.soon()) and r.guild_id = $1 and r.id = posted.id",
        guild as GuildId,
        &rooms,
        &revisions,
        channels as Vec<Option<ChannelId>>,
        messages as Vec<Option<MessageId>>
    )
    .execute(db)
    .await?;
    Ok(())
}

/// This process tries to make the channel, once more. Whether the room still waits for that.
pub(crate) async fn take_over(
    db: &mut PgConnection,
    guild: GuildId,
    room: RoomId,
    seen_tries: u16,
    opener: &str,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update voice_hubs.room set opener = $4, tries_at = $5, tries = tries + 1
         where guild_id = $1 and id = $2 and tries = $3 and channel_id is null",
        guild as GuildId,
        room.0,
        i16::try_from(seen_tries).unwrap_or_default(),
        opener,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Forgets a room. Whether it was there.
pub(crate) async fn drop_room(
    db: &mut PgConnection,
    guild: GuildId,
    room: RoomId,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "delete from voice_hubs.room where guild_id = $1 and id = $2",
        guild as GuildId,
        room.0
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Writes since when owners are away; `None` are back.
pub(crate) async fn set_owners_away(
    db: &mut PgConnection,
    guild: GuildId,
    away: &[RoomId],
    back: &[RoomId],
    now: Timestamp,
) -> sqlx::Result<()> {
    let away: Vec<i64> = away.iter().map(|room| room.0).collect();
    let back: Vec<i64> = back.iter().map(|room| room.0).collect();
    sqlx::query!(
        "update voice_hubs.room
         set owner_left_at = case when id = any($2) then $4::timestamptz end, panel_wanted = panel_wanted + 1
         where guild_id = $1 and (id = any($2) or id = any($3))",
        guild as GuildId,
        &away,
        &back,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The guilds that have rooms or made categories, page by page.
pub(crate) async fn guilds_with_rooms(
    db: &mut PgConnection,
    after: Option<GuildId>,
    limit: i64,
) -> sqlx::Result<Vec<GuildId>> {
    let rows = sqlx::query!(
        "select guild_id from voice_hubs.room where $1::bigint is null or guild_id > $1
         group by guild_id order by guild_id limit $2",
        after as Option<GuildId>,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| row.guild_id).collect())
}

/// Who asks to be let into a room.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Request {
    pub(crate) room: RoomId,
    pub(crate) user: UserId,
    /// To whom it was shown.
    pub(crate) asked_of: Option<UserId>,
    pub(crate) channel: Option<ChannelId>,
    pub(crate) message: Option<MessageId>,
}

/// Who asks to be let into the rooms of a guild.
pub(crate) async fn requests(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<Vec<Request>> {
    let rows = sqlx::query!(
        "select q.room_id, q.user_id, q.asked_of, q.channel_id, q.message_id
         from voice_hubs.request q join voice_hubs.room r on r.id = q.room_id
         where r.guild_id = $1 order by q.at, q.user_id",
        guild as GuildId
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Request {
            room: RoomId(row.room_id),
            user: row.user_id,
            asked_of: row.asked_of,
            channel: row.channel_id,
            message: row.message_id,
        })
        .collect())
}

/// Writes down that somebody asks. Whether it is new.
pub(crate) async fn add_request(
    db: &mut PgConnection,
    guild: GuildId,
    room: RoomId,
    user: UserId,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into voice_hubs.request (room_id, user_id, at)
         select id, $3, $4 from voice_hubs.room where guild_id = $1 and id = $2
         on conflict do nothing",
        guild as GuildId,
        room.0,
        user as UserId,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Writes down where a request was shown, and to whom.
pub(crate) async fn request_shown(
    db: &mut PgConnection,
    guild: GuildId,
    room: RoomId,
    user: UserId,
    asked_of: UserId,
    shown: Option<(ChannelId, MessageId)>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update voice_hubs.request q set asked_of = $4, channel_id = $5, message_id = $6
         from voice_hubs.room r
         where r.id = q.room_id and r.guild_id = $1 and q.room_id = $2 and q.user_id = $3",
        guild as GuildId,
        room.0,
        user as UserId,
        asked_of as UserId,
        shown.map(|(channel, _)| channel) as Option<ChannelId>,
        shown.map(|(_, message)| message) as Option<MessageId>
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Requests for a room are answered, or withdrawn: that of one member, or all. Those that were there: each is answered
/// once.
pub(crate) async fn take_requests(
    db: &mut PgConnection,
    guild: GuildId,
    room: RoomId,
    user: Option<UserId>,
) -> sqlx::Result<Vec<Request>> {
    let rows = sqlx::query!(
        "delete from voice_hubs.request q using voice_hubs.room r
         where r.id = q.room_id and r.guild_id = $1 and q.room_id = $2 and ($3::bigint is null or q.user_id = $3)
         returning q.user_id, q.asked_of, q.channel_id, q.message_id",
        guild as GuildId,
        room.0,
        user as Option<UserId>
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Request {
            room,
            user: row.user_id,
            asked_of: row.asked_of,
            channel: row.channel_id,
            message: row.message_id,
        })
        .collect())
}
