//! Members who joined, and the roles they held when they left.

use database::{GuildId, RoleId, UserId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

/// Where a member who joined stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum State {
    /// Before the rules screen.
    Waiting,
    /// A job will serve them.
    Queued,
    /// Served.
    Done,
}

impl State {
    const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Queued => "queued",
            Self::Done => "done",
        }
    }
}

/// Notes a member who joined; false when this very joining is known already.
///
/// # Errors
///
/// What the database said.
pub async fn note(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    joined_at: Timestamp,
    state: State,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into autorole.joined as j (guild_id, user_id, joined_at, state) values ($1, $2, $3, $4)
         on conflict on constraint joined_pkey do update set joined_at = $3, state = $4
         where j.joined_at <> $3",
        guild as GuildId,
        user as UserId,
        joined_at.to_sqlx(),
        state.word()
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Of these members, those of whom this very joining is known and need nothing: they are served, or a job will. Who
/// waits for the rules screen is among them only in `waiting`.
///
/// # Errors
///
/// What the database said.
pub async fn known(
    db: &mut PgConnection,
    guild: GuildId,
    users: &[UserId],
    joined: &[Timestamp],
    waiting: &[bool],
) -> sqlx::Result<std::collections::BTreeSet<UserId>> {
    let joined: Vec<jiff_sqlx::Timestamp> = joined.iter().map(|at| at.to_sqlx()).collect();
    let known = sqlx::query_scalar!(
        "select j.user_id
         from unnest($2::bigint[], $3::timestamptz[], $4::boolean[]) as listed (user_id, joined_at, is_waiting)
         join autorole.joined j on j.guild_id = $1 and j.user_id = listed.user_id
         where j.joined_at = listed.joined_at and (j.state <> 'waiting' or listed.is_waiting)",
        guild as GuildId,
        users as &[UserId],
        &joined as &[jiff_sqlx::Timestamp],
        waiting
    )
    .fetch_all(db)
    .await?;
    Ok(known.into_iter().collect())
}

/// Moves a member on; false when they are not in `from`.
///
/// # Errors
///
/// What the database said.
pub async fn advance(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    from: State,
    to: State,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update autorole.joined set state = $4 where guild_id = $1 and user_id = $2 and state = $3",
        guild as GuildId,
        user as UserId,
        from.word(),
        to.word()
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Forgets who joined before `before` and waits no more.
///
/// # Errors
///
/// What the database said.
pub async fn forget_old(
    db: &mut PgConnection,
    guild: GuildId,
    before: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from autorole.joined where guild_id = $1 and joined_at < $2 and state = 'done'",
        guild as GuildId,
        before.to_sqlx()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Remembers the roles of members who are here, so that they are known when one leaves: the `n`th list of roles,
/// separated by commas, is the `n`th member's. Who joined and was not served yet keeps what they had before.
///
/// # Errors
///
/// What the database said.
pub async fn keep(
    db: &mut PgConnection,
    guild: GuildId,
    users: &[UserId],
    roles: &[String],
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into autorole.kept as k (guild_id, user_id, roles)
         select $1, listed.user_id, string_to_array(listed.roles, ',')::bigint[]
         from unnest($2::bigint[], $3::text[]) as listed (user_id, roles)
         where not exists (
             select from autorole.joined j
             where j.guild_id = $1 and j.user_id = listed.user_id and j.state <> 'done')
         on conflict on constraint kept_pkey do update set roles = excluded.roles, left_at = null
         where k.roles <> excluded.roles or k.left_at is not null",
        guild as GuildId,
        users as &[UserId],
        roles
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes that a member left with the roles they had, those that would have ended not among them. Before
/// [`left`](super::members::left), which forgets which end.
///
/// # Errors
///
/// What the database said.
pub async fn note_left(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update autorole.kept k
         set left_at = $3,
             roles = array(
                 select held.role_id from unnest(k.roles) as held (role_id)
                 where not exists (
                     select from autorole.temporary t
                     where t.guild_id = $1 and t.user_id = $2 and t.role_id = held.role_id))
         where k.guild_id = $1 and k.user_id = $2 and k.left_at is null",
        guild as GuildId,
        user as UserId,
        now.to_sqlx()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes that all have left who are not among `present`.
///
/// # Errors
///
/// What the database said.
pub async fn note_absent(
    db: &mut PgConnection,
    guild: GuildId,
    present: &[UserId],
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update autorole.kept set left_at = $3
         where guild_id = $1 and left_at is null and user_id <> all($2)",
        guild as GuildId,
        present as &[UserId],
        now.to_sqlx()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The roles a member held when they were last here.
///
/// # Errors
///
/// What the database said.
pub async fn held_before(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
) -> sqlx::Result<Vec<RoleId>> {
    let roles = sqlx::query_scalar!(
        "select roles from autorole.kept where guild_id = $1 and user_id = $2",
        guild as GuildId,
        user as UserId
    )
    .fetch_optional(db)
    .await?;
    Ok(roles.unwrap_or_default())
}

/// Forgets the roles of those who left before `before`; all of the guild's with `None`.
///
/// # Errors
///
/// What the database said.
pub async fn forget_kept(
    db: &mut PgConnection,
    guild: GuildId,
    before: Option<Timestamp>,
) -> sqlx::Result<()> {
    let before = before.map(jiff_sqlx::Timestamp::from);
    sqlx::query!(
        "delete from autorole.kept where guild_id = $1 and ($2::timestamptz is null or left_at < $2)",
        guild as GuildId,
        before as Option<jiff_sqlx::Timestamp>
    )
    .execute(db)
    .await?;
    Ok(())
}
