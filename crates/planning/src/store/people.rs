//! What people are called, and which role they hold while on leave.

use std::collections::BTreeMap;

use database::{GuildId, RoleId, UserId};
use sqlx::PgConnection;

/// Notes what people are called.
pub(crate) async fn name(
    db: &mut PgConnection,
    guild: GuildId,
    people: &[(UserId, String)],
) -> sqlx::Result<()> {
    let names: BTreeMap<UserId, String> = people
        .iter()
        .map(|(id, name)| {
            (
                *id,
                name.chars()
                    .filter(|letter| *letter != '\0')
                    .take(100)
                    .collect(),
            )
        })
        .filter(|(_, name): &(UserId, String)| !name.is_empty())
        .collect();
    let (ids, names): (Vec<UserId>, Vec<String>) = names.into_iter().unzip();
    sqlx::query!(
        "insert into planning.person (guild_id, user_id, name)
         select $1, user_id, name from unnest($2::bigint[], $3::text[]) as person (user_id, name)
         on conflict on constraint person_key do update set name = excluded.name where person.name <> excluded.name",
        guild as GuildId,
        &ids as &[UserId],
        &names
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What people are called, of those of whom it is known.
pub(crate) async fn names(
    db: &mut PgConnection,
    guild: GuildId,
    people: &[UserId],
) -> sqlx::Result<BTreeMap<UserId, String>> {
    let rows = sqlx::query!(
        "select user_id, name from planning.person where guild_id = $1 and user_id = any ($2)",
        guild as GuildId,
        people as &[UserId]
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.user_id, row.name))
        .collect())
}

/// The role that somebody has, or is being given, for their leave.
pub(crate) async fn held(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
) -> sqlx::Result<Option<(RoleId, bool)>> {
    let row = sqlx::query!(
        "select role_id, is_given from planning.held_role where guild_id = $1 and user_id = $2",
        guild as GuildId,
        user as UserId
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.role_id, row.is_given)))
}

/// Notes the role that somebody has, or is being given; `None` for none.
pub(crate) async fn hold(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    role: Option<(RoleId, bool)>,
) -> sqlx::Result<()> {
    let Some((role, is_given)) = role else {
        sqlx::query!(
            "delete from planning.held_role where guild_id = $1 and user_id = $2",
            guild as GuildId,
            user as UserId
        )
        .execute(db)
        .await?;
        return Ok(());
    };
    sqlx::query!(
        "insert into planning.held_role (guild_id, user_id, role_id, is_given) values ($1, $2, $3, $4)
         on conflict on constraint held_role_key do update set role_id = excluded.role_id, is_given = excluded.is_given",
        guild as GuildId,
        user as UserId,
        role as RoleId,
        is_given
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Everybody who holds a role for their leave.
pub(crate) async fn holders(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<Vec<UserId>> {
    let rows = sqlx::query!(
        "select user_id from planning.held_role where guild_id = $1",
        guild as GuildId
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| row.user_id).collect())
}
