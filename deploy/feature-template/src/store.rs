//! All SQL of this feature. After a change: `just prepare`.

#![expect(
    clippy::as_conversions,
    reason = "in `query!`, `as` names the type of a parameter and converts nothing"
)]

use database::GuildId;
use sqlx::PgConnection;

/// Counts one more in `guild`; returns how many that makes.
pub(crate) async fn count_one(db: &mut PgConnection, guild: GuildId) -> sqlx::Result<i64> {
    let row = sqlx::query!(
        "insert into __name__.counter (guild_id, count) values ($1, 1)
         on conflict (guild_id) do update set count = counter.count + 1
         returning count",
        guild as GuildId
    )
    .fetch_one(db)
    .await?;
    Ok(row.count)
}
