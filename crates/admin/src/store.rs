//! All SQL of administration.

#![expect(
    clippy::as_conversions,
    reason = "in `query!`, `as` names the type of a parameter and converts nothing"
)]

use database::{GuildId, InteractionId, UserId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{PgConnection, types::Json};

/// A document of an upload.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Wanted {
    pub(crate) subject: String,
    pub(crate) version: i32,
    /// The revision before which it was shown.
    pub(crate) seen: i64,
    pub(crate) body: Value,
}

/// Keeps an upload in place of the member's last one, and forgets what nobody confirmed within a day.
pub(crate) async fn keep_upload(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    upload: InteractionId,
    documents: &[Wanted],
    now: Timestamp,
) -> sqlx::Result<()> {
    let day = now - jiff::SignedDuration::from_hours(24);
    sqlx::query!(
        "delete from admin.upload where guild_id = $1 and uploaded_at < $2",
        guild as GuildId,
        day.to_sqlx() as _
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into admin.upload (guild_id, user_id, interaction_id, documents, uploaded_at)
         values ($1, $2, $3, $4, $5)
         on conflict on constraint upload_pkey
         do update set interaction_id = $3, documents = $4, uploaded_at = $5",
        guild as GuildId,
        user as UserId,
        upload as InteractionId,
        Json(documents) as _,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The member's upload, if it is this one and not older.
pub(crate) async fn upload(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    upload: u64,
    since: Timestamp,
) -> sqlx::Result<Option<Vec<Wanted>>> {
    let documents = sqlx::query_scalar!(
        r#"select documents as "documents: Json<Vec<Wanted>>" from admin.upload
           where guild_id = $1 and user_id = $2 and interaction_id = $3 and uploaded_at >= $4"#,
        guild as GuildId,
        user as UserId,
        upload.cast_signed(),
        since.to_sqlx() as _
    )
    .fetch_optional(db)
    .await?;
    Ok(documents.map(|documents| documents.0))
}

/// Forgets the member's upload, if it is this one.
pub(crate) async fn drop_upload(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    upload: u64,
) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from admin.upload where guild_id = $1 and user_id = $2 and interaction_id = $3",
        guild as GuildId,
        user as UserId,
        upload.cast_signed()
    )
    .execute(db)
    .await?;
    Ok(())
}
