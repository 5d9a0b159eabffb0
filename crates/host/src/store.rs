//! All SQL of the host: sessions and identifies.

#![expect(
    clippy::as_conversions,
    reason = "in `query!`, `as` names the type of a parameter and converts nothing"
)]

use database::ApplicationId;
use jiff::Timestamp;
use sqlx::PgConnection;

/// A shard's session as it is stored.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct SavedSession {
    pub(crate) session_id: String,
    pub(crate) resume_url: String,
    pub(crate) sequence: u64,
    pub(crate) saved_at: Timestamp,
}

pub(crate) async fn session(
    db: &mut PgConnection,
    application: ApplicationId,
    shard: i32,
    shard_count: i32,
) -> sqlx::Result<Option<SavedSession>> {
    let row = sqlx::query!(
        "select session_id, resume_url, sequence, saved_at
           from host.session where application_id = $1 and shard = $2 and shard_count = $3",
        application as ApplicationId,
        shard,
        shard_count
    )
    .fetch_optional(db)
    .await?;
    Ok(row.and_then(|row| {
        Some(SavedSession {
            session_id: row.session_id,
            resume_url: row.resume_url,
            sequence: u64::try_from(row.sequence).ok()?,
            saved_at: Timestamp::from(row.saved_at),
        })
    }))
}

pub(crate) async fn save_session(
    db: &mut PgConnection,
    application: ApplicationId,
    shard: i32,
    shard_count: i32,
    session: &SavedSession,
) -> sqlx::Result<()> {
    let at = jiff_sqlx::Timestamp::from(session.saved_at);
    sqlx::query!(
        "insert into host.session (application_id, shard, shard_count, session_id, resume_url, sequence, saved_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict on constraint session_key
         do update set shard_count = $3, session_id = $4, resume_url = $5, sequence = $6, saved_at = $7",
        application as ApplicationId,
        shard,
        shard_count,
        session.session_id,
        session.resume_url,
        i64::try_from(session.sequence).unwrap_or(i64::MAX),
        at
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) async fn forget_session(
    db: &mut PgConnection,
    application: ApplicationId,
    shard: i32,
) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from host.session where application_id = $1 and shard = $2",
        application as ApplicationId,
        shard
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The identifies since an instant, the oldest first: when, and of which shard.
pub(crate) async fn identifies_since(
    db: &mut PgConnection,
    application: ApplicationId,
    since: Timestamp,
) -> sqlx::Result<Vec<(Timestamp, i32)>> {
    let since = jiff_sqlx::Timestamp::from(since);
    let rows = sqlx::query!(
        "select at, shard from host.identify
           where application_id = $1 and at > $2 order by at",
        application as ApplicationId,
        since
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (Timestamp::from(row.at), row.shard))
        .collect())
}

/// Notes an identify and forgets those that no longer count.
pub(crate) async fn note_identify(
    db: &mut PgConnection,
    application: ApplicationId,
    shard: i32,
    at: Timestamp,
    forget_before: Timestamp,
) -> sqlx::Result<()> {
    let at = jiff_sqlx::Timestamp::from(at);
    let forget_before = jiff_sqlx::Timestamp::from(forget_before);
    sqlx::query!(
        "insert into host.identify (application_id, shard, at) values ($1, $2, $3)",
        application as ApplicationId,
        shard,
        at
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from host.identify where application_id = $1 and at < $2",
        application as ApplicationId,
        forget_before
    )
    .execute(db)
    .await?;
    Ok(())
}
