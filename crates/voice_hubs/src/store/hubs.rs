//! Hubs, and the categories made for them.

#![expect(
    clippy::as_conversions,
    reason = "in `query!`, `as` names the type of a parameter and converts nothing"
)]

use database::{ChannelId, GuildId, UserId};
use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;

use crate::model::{Hub, Mode, Problem};

#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "they are the columns")]
struct Row {
    channel_id: ChannelId,
    guild_id: GuildId,
    active: bool,
    template: Option<String>,
    user_limit: Option<i16>,
    max_rooms: i16,
    mode: String,
    bitrate: Option<i32>,
    region: Option<String>,
    category_id: Option<ChannelId>,
    overflow: Vec<ChannelId>,
    copies_category: bool,
    copy_from: Option<ChannelId>,
    claim_delay: Option<i32>,
    per_member: i16,
    bots_keep: bool,
    log_channel: Option<ChannelId>,
    status: Option<String>,
    status_allowed: bool,
    problem: Option<String>,
    strikes: i16,
    paused_until: Option<jiff_sqlx::Timestamp>,
    staff_told_at: Option<jiff_sqlx::Timestamp>,
    full_since: Option<jiff_sqlx::Timestamp>,
    created_by: UserId,
    created_at: jiff_sqlx::Timestamp,
}

// The checks of the table keep every number in range and every word known.
impl From<Row> for Hub {
    fn from(row: Row) -> Self {
        Self {
            channel: row.channel_id,
            guild: row.guild_id,
            active: row.active,
            template: row.template,
            user_limit: row.user_limit.and_then(|limit| u16::try_from(limit).ok()),
            max_rooms: u16::try_from(row.max_rooms).unwrap_or_default(),
            mode: Mode::from_word(&row.mode).unwrap_or(Mode::Open),
            bitrate: row.bitrate.and_then(|bitrate| u32::try_from(bitrate).ok()),
            region: row.region,
            category: row.category_id,
            overflow: row.overflow,
            copies_category: row.copies_category,
            copy_from: row.copy_from,
            claim_delay: row
                .claim_delay
                .map(|delay| SignedDuration::from_secs(delay.into())),
            per_member: u16::try_from(row.per_member).unwrap_or(1),
            bots_keep: row.bots_keep,
            log_channel: row.log_channel,
            status: row.status,
            status_allowed: row.status_allowed,
            problem: row.problem.as_deref().and_then(Problem::from_word),
            strikes: u16::try_from(row.strikes).unwrap_or_default(),
            paused_until: row.paused_until.map(jiff_sqlx::Timestamp::to_jiff),
            staff_told_at: row.staff_told_at.map(jiff_sqlx::Timestamp::to_jiff),
            full_since: row.full_since.map(jiff_sqlx::Timestamp::to_jiff),
            created_by: row.created_by,
            created_at: row.created_at.to_jiff(),
        }
    }
}

/// The hubs of a guild, inactive ones too, the oldest first.
pub(crate) async fn hubs(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<Vec<Hub>> {
    let rows = sqlx::query_as!(
        Row,
        "select * from voice_hubs.hub where guild_id = $1 order by created_at, channel_id",
        guild as GuildId
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Hub::from).collect())
}

/// A hub; locked until the transaction ends.
pub(crate) async fn lock_hub(
    db: &mut PgConnection,
    guild: GuildId,
    channel: ChannelId,
) -> sqlx::Result<Option<Hub>> {
    let row = sqlx::query_as!(
        Row,
        "select * from voice_hubs.hub where guild_id = $1 and channel_id = $2 for update",
        guild as GuildId,
        channel as ChannelId
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Hub::from))
}

/// Makes a channel a hub, or an inactive hub active again. Whether it was none.
pub(crate) async fn create_hub(
    db: &mut PgConnection,
    guild: GuildId,
    channel: ChannelId,
    by: UserId,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into voice_hubs.hub (channel_id, guild_id, created_by, created_at)
         values ($1, $2, $3, $4)
         on conflict (channel_id) do update
             set active = true, problem = null, strikes = 0, paused_until = null
             where not hub.active",
        channel as ChannelId,
        guild as GuildId,
        by as UserId,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Writes what may be configured.
pub(crate) async fn configure_hub(db: &mut PgConnection, hub: &Hub) -> sqlx::Result<()> {
    sqlx::query!(
        "update voice_hubs.hub
         set template = $3, user_limit = $4, max_rooms = $5, mode = $6, bitrate = $7, region = $8, category_id = $9,
             overflow = $10, copies_category = $11, copy_from = $12, claim_delay = $13, per_member = $14,
             bots_keep = $15, log_channel = $16, status = $17, status_allowed = $18,
             problem = null, strikes = 0, paused_until = null
         where guild_id = $1 and channel_id = $2",
        hub.guild as GuildId,
        hub.channel as ChannelId,
        hub.template,
        hub.user_limit.and_then(|limit| i16::try_from(limit).ok()),
        i16::try_from(hub.max_rooms).unwrap_or_default(),
        hub.mode.word(),
        hub.bitrate.and_then(|bitrate| i32::try_from(bitrate).ok()),
        hub.region,
        hub.category as Option<ChannelId>,
        &hub.overflow as &[ChannelId],
        hub.copies_category,
        hub.copy_from as Option<ChannelId>,
        hub.claim_delay.and_then(|delay| i32::try_from(delay.as_secs()).ok()),
        i16::try_from(hub.per_member).unwrap_or(1),
        hub.bots_keep,
        hub.log_channel as Option<ChannelId>,
        hub.status,
        hub.status_allowed,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Writes what stands in the way of a hub, or that nothing does any more.
pub(crate) async fn set_problem(
    db: &mut PgConnection,
    guild: GuildId,
    hub: ChannelId,
    problem: Option<Problem>,
    strikes: u16,
    paused_until: Option<Timestamp>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update voice_hubs.hub set problem = $3, strikes = $4, paused_until = $5
         where guild_id = $1 and channel_id = $2",
        guild as GuildId,
        hub as ChannelId,
        problem.map(Problem::word),
        i16::try_from(strikes).unwrap_or(i16::MAX),
        paused_until.map(ToSqlx::to_sqlx) as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes the right to tell staff of a problem, unless it was told since `since`.
pub(crate) async fn take_staff_notice(
    db: &mut PgConnection,
    guild: GuildId,
    hub: ChannelId,
    now: Timestamp,
    since: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update voice_hubs.hub set staff_told_at = $3
         where guild_id = $1 and channel_id = $2 and (staff_told_at is null or staff_told_at <= $4)",
        guild as GuildId,
        hub as ChannelId,
        now.to_sqlx() as _,
        since.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Begins or ends the episode of a full category. Whether that changed anything.
pub(crate) async fn set_full(
    db: &mut PgConnection,
    guild: GuildId,
    hub: ChannelId,
    since: Option<Timestamp>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update voice_hubs.hub set full_since = $3
         where guild_id = $1 and channel_id = $2 and (full_since is null) <> ($3::timestamptz is null)",
        guild as GuildId,
        hub as ChannelId,
        since.map(ToSqlx::to_sqlx) as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Makes a hub inactive. Whether it was active.
pub(crate) async fn deactivate_hub(
    db: &mut PgConnection,
    guild: GuildId,
    hub: ChannelId,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update voice_hubs.hub set active = false where guild_id = $1 and channel_id = $2 and active",
        guild as GuildId,
        hub as ChannelId
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Drops inactive hubs that have no rooms any more.
pub(crate) async fn drop_dead_hubs(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from voice_hubs.hub h
         where guild_id = $1 and not active
           and not exists (select from voice_hubs.room r where r.hub_id = h.channel_id)
           and not exists (select from voice_hubs.overflow o where o.hub_id = h.channel_id)",
        guild as GuildId
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whether a guild has anything to do with this feature.
pub(crate) async fn is_used(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<bool> {
    let row = sqlx::query!(
        r#"select exists (select from voice_hubs.hub where guild_id = $1)
               or exists (select from voice_hubs.room where guild_id = $1) as "is_used!""#,
        guild as GuildId
    )
    .fetch_one(db)
    .await?;
    Ok(row.is_used)
}

/// Remembers a category that was made for a hub.
pub(crate) async fn add_overflow(
    db: &mut PgConnection,
    guild: GuildId,
    hub: ChannelId,
    category: ChannelId,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into voice_hubs.overflow (category_id, guild_id, hub_id) values ($1, $2, $3) on conflict do nothing",
        category as ChannelId,
        guild as GuildId,
        hub as ChannelId
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The categories made for the hubs of a guild: hub and category.
pub(crate) async fn overflows(
    db: &mut PgConnection,
    guild: GuildId,
) -> sqlx::Result<Vec<(ChannelId, ChannelId)>> {
    let rows = sqlx::query!(
        "select hub_id, category_id from voice_hubs.overflow where guild_id = $1 order by category_id",
        guild as GuildId
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.hub_id, row.category_id))
        .collect())
}

/// Forgets a category that was made for a hub.
pub(crate) async fn drop_overflow(
    db: &mut PgConnection,
    guild: GuildId,
    category: ChannelId,
) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from voice_hubs.overflow where guild_id = $1 and category_id = $2",
        guild as GuildId,
        category as ChannelId
    )
    .execute(db)
    .await?;
    Ok(())
}
