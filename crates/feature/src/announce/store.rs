//! All SQL of announcements.

use sqlx::PgConnection;

/// A number higher than each that was given before.
pub(super) async fn next(db: &mut PgConnection) -> sqlx::Result<i64> {
    let row = sqlx::query!(r#"select nextval('announcements.sequence') as "next!""#)
        .fetch_one(db)
        .await?;
    Ok(row.next)
}
