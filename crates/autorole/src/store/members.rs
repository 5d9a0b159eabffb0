//! Members: whose roles are being edited, what they chose, and which of their roles end.

use database::{GuildId, InteractionId, RoleId, UserId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use crate::model::GroupId;

/// What is known of a member whose edit begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Begun {
    /// The roles after our last edit, if there was one lately.
    pub roles: Option<Vec<RoleId>>,
}

/// Begins an edit, unless another one is under way. An interaction that Discord replays, because the process that
/// served it died, takes its own edit up again.
///
/// # Errors
///
/// What the database said.
pub async fn begin_edit(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    by: Option<InteractionId>,
    (now, until): (Timestamp, Timestamp),
) -> sqlx::Result<Option<Begun>> {
    let row = sqlx::query!(
        r#"insert into autorole.member_edit as e (guild_id, user_id, busy_until, busy_for, edited_at)
           values ($1, $2, $4, $5, $3)
           on conflict on constraint member_edit_pkey
           do update set busy_until = $4, busy_for = $5
           where e.busy_until is null or e.busy_until <= $3 or e.busy_for = $5
           returning roles as "roles?: Vec<RoleId>""#,
        guild as GuildId,
        user as UserId,
        now.to_sqlx(),
        until.to_sqlx(),
        by as Option<InteractionId>
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Begun { roles: row.roles }))
}

/// Ends an edit; `roles` are the member's after it, if it changed them.
///
/// # Errors
///
/// What the database said.
pub async fn end_edit(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    roles: Option<&[RoleId]>,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update autorole.member_edit set busy_until = null, roles = coalesce($3, roles), edited_at = $4
         where guild_id = $1 and user_id = $2",
        guild as GuildId,
        user as UserId,
        roles as Option<&[RoleId]>,
        now.to_sqlx()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets edits before `before`: no payload is that old.
///
/// # Errors
///
/// What the database said.
pub async fn forget_edits(
    db: &mut PgConnection,
    guild: GuildId,
    before: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from autorole.member_edit
         where guild_id = $1 and edited_at < $2 and (busy_until is null or busy_until < $2)",
        guild as GuildId,
        before.to_sqlx()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// When a member first and last changed something in a group.
///
/// # Errors
///
/// What the database said.
pub async fn choice(
    db: &mut PgConnection,
    guild: GuildId,
    group: GroupId,
    user: UserId,
) -> sqlx::Result<Option<(Timestamp, Timestamp)>> {
    let row = sqlx::query!(
        "select first_at, last_at from autorole.choice where guild_id = $1 and group_id = $2 and user_id = $3",
        guild as GuildId,
        group,
        user as UserId
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.first_at.to_jiff(), row.last_at.to_jiff())))
}

/// Notes that a member changed something in a group.
///
/// # Errors
///
/// What the database said.
pub async fn note_choice(
    db: &mut PgConnection,
    guild: GuildId,
    group: GroupId,
    user: UserId,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into autorole.choice (guild_id, group_id, user_id, first_at, last_at)
         select guild_id, id, $3::bigint, $4::timestamptz, $4::timestamptz
         from autorole.role_group where guild_id = $1 and id = $2
         on conflict on constraint choice_pkey do update set last_at = $4",
        guild as GuildId,
        group,
        user as UserId,
        now.to_sqlx()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes that a member's role ends.
///
/// # Errors
///
/// What the database said.
pub async fn note_temporary(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    role: RoleId,
    expires_at: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into autorole.temporary (guild_id, user_id, role_id, expires_at) values ($1, $2, $3, $4)
         on conflict on constraint temporary_pkey do update set expires_at = $4, is_held = false",
        guild as GuildId,
        user as UserId,
        role as RoleId,
        expires_at.to_sqlx()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// When a member's role ends, if it does.
///
/// # Errors
///
/// What the database said.
pub async fn expiry(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    role: RoleId,
) -> sqlx::Result<Option<Timestamp>> {
    let at = sqlx::query_scalar!(
        "select expires_at from autorole.temporary where guild_id = $1 and user_id = $2 and role_id = $3",
        guild as GuildId,
        user as UserId,
        role as RoleId
    )
    .fetch_optional(db)
    .await?;
    Ok(at.map(jiff_sqlx::Timestamp::to_jiff))
}

/// What Discord tells of a member's roles: one that was held and no longer is does not end any more, even if it is
/// given again by hand.
///
/// # Errors
///
/// What the database said.
pub async fn told(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    held: &[RoleId],
) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from autorole.temporary
         where guild_id = $1 and user_id = $2 and is_held and role_id <> all($3)",
        guild as GuildId,
        user as UserId,
        held as &[RoleId]
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update autorole.temporary set is_held = true
         where guild_id = $1 and user_id = $2 and not is_held and role_id = any($3)",
        guild as GuildId,
        user as UserId,
        held as &[RoleId]
    )
    .execute(db)
    .await?;
    Ok(())
}

/// These roles of a member do not end any more.
///
/// # Errors
///
/// What the database said.
pub async fn forget_temporary(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    roles: &[RoleId],
) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from autorole.temporary where guild_id = $1 and user_id = $2 and role_id = any($3)",
        guild as GuildId,
        user as UserId,
        roles as &[RoleId]
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets all that ends or is counted of a member who left. What they chose once for ever stays.
///
/// # Errors
///
/// What the database said.
pub async fn left(db: &mut PgConnection, guild: GuildId, user: UserId) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from autorole.temporary where guild_id = $1 and user_id = $2",
        guild as GuildId,
        user as UserId
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from autorole.holder where guild_id = $1 and user_id = $2",
        guild as GuildId,
        user as UserId
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from autorole.joined where guild_id = $1 and user_id = $2",
        guild as GuildId,
        user as UserId
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from autorole.member_edit where guild_id = $1 and user_id = $2",
        guild as GuildId,
        user as UserId
    )
    .execute(db)
    .await?;
    Ok(())
}
