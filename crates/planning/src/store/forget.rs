//! What is erased.

use database::{GuildId, UserId};
use jiff::{Timestamp, civil::Date};
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

/// Erases entries that were deleted long ago, and which messages showed weeks that are long over.
pub(crate) async fn purge(
    db: &mut PgConnection,
    deleted_before: Timestamp,
    weeks_before: Date,
) -> sqlx::Result<u64> {
    sqlx::query!(
        "delete from planning.post where monday < $1",
        weeks_before.to_sqlx() as _
    )
    .execute(&mut *db)
    .await?;
    let done = sqlx::query!(
        "delete from planning.entry where deleted_at < $1",
        deleted_before.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Erases a member: entries of theirs alone, their part in others, their name, and who they were where they did something.
pub(crate) async fn drop_member(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    nobody: UserId,
) -> sqlx::Result<u64> {
    let gone = sqlx::query!(
        "delete from planning.entry where guild_id = $1 and people = array[$2::bigint]",
        guild as GuildId,
        user as UserId
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update planning.entry set former = array_remove(former, $2::bigint) where guild_id = $1 and $2 = any (former)",
        guild as GuildId,
        user as UserId
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from planning.calendar where guild_id = $1 and (user_id = $2 or made_by = $2)",
        guild as GuildId,
        user as UserId
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from planning.feed where guild_id = $1 and (user_id = $2 or made_by = $2)",
        guild as GuildId,
        user as UserId
    )
    .execute(&mut *db)
    .await?;
    let left = sqlx::query!(
        "update planning.entry set people = array_remove(people, $2::bigint), version = version + 1
         where guild_id = $1 and $2 = any (people)",
        guild as GuildId,
        user as UserId
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update planning.entry set
             created_by = case when created_by = $2::bigint then $3::bigint else created_by end,
             decided_by = case when decided_by = $2 then $3 else decided_by end,
             deleted_by = case when deleted_by = $2 then $3 else deleted_by end
         where guild_id = $1 and (created_by = $2 or decided_by = $2 or deleted_by = $2)",
        guild as GuildId,
        user as UserId,
        nobody as UserId
    )
    .execute(&mut *db)
    .await?;
    // Who was in an entry stands in its history as ids.
    sqlx::query!(
        "update planning.change set by_user = case when by_user = $2::bigint then $3::bigint else by_user end,
             old = case when what = 'people' then array_to_string(array_remove(string_to_array(old, ' '), $2::bigint::text), ' ')
                 else old end,
             new = case when what = 'people' then array_to_string(array_remove(string_to_array(new, ' '), $2::bigint::text), ' ')
                 else new end
         where guild_id = $1 and (by_user = $2 or (what = 'people'
             and ($2::bigint::text = any (string_to_array(old, ' ')) or $2::bigint::text = any (string_to_array(new, ' ')))))",
        guild as GuildId,
        user as UserId,
        nobody as UserId
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from planning.person where guild_id = $1 and user_id = $2",
        guild as GuildId,
        user as UserId
    )
    .execute(db)
    .await?;
    Ok(gone.rows_affected() + left.rows_affected())
}

/// Erases everything of a guild.
pub(crate) async fn drop_guild(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from planning.post where guild_id = $1",
        guild as GuildId
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from planning.calendar where guild_id = $1",
        guild as GuildId
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from planning.feed where guild_id = $1",
        guild as GuildId
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from planning.held_role where guild_id = $1",
        guild as GuildId
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from planning.person where guild_id = $1",
        guild as GuildId
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from planning.entry where guild_id = $1",
        guild as GuildId
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from planning.counter where guild_id = $1",
        guild as GuildId
    )
    .execute(db)
    .await?;
    Ok(())
}
