//! All SQL of the settings.

#![expect(
    clippy::as_conversions,
    reason = "in `query!`, `as` names the type of a parameter and converts nothing"
)]

use std::collections::BTreeMap;

use database::{GuildId, UserId};
use jiff::Timestamp;
use serde_json::Value;
use sqlx::PgConnection;

use super::Change;

/// A document as it is stored.
pub(super) struct Stored {
    pub(super) version: i32,
    pub(super) revision: i64,
    pub(super) body: Value,
}

/// Makes changes of one document wait for each other until the transaction ends, also while it has no row.
pub(super) async fn lock(db: &mut PgConnection, guild: GuildId, subject: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('settings ' || $1::bigint || ' ' || $2::text, 0))",
        guild as GuildId,
        subject
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn read(
    db: &mut PgConnection,
    guild: GuildId,
    subject: &str,
) -> sqlx::Result<Option<Stored>> {
    sqlx::query_as!(
        Stored,
        "select version, revision, body from settings.document where guild_id = $1 and subject = $2",
        guild as GuildId,
        subject
    )
    .fetch_optional(db)
    .await
}

/// All documents of a guild, by subject.
pub(super) async fn read_all(
    db: &mut PgConnection,
    guild: GuildId,
) -> sqlx::Result<BTreeMap<String, Stored>> {
    let rows = sqlx::query!(
        "select subject, version, revision, body from settings.document where guild_id = $1",
        guild as GuildId
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let stored = Stored {
                version: row.version,
                revision: row.revision,
                body: row.body,
            };
            (row.subject, stored)
        })
        .collect())
}

pub(super) async fn write(
    db: &mut PgConnection,
    guild: GuildId,
    subject: &str,
    change: &Change,
) -> sqlx::Result<()> {
    let at = jiff_sqlx::Timestamp::from(change.at);
    sqlx::query!(
        "insert into settings.document (guild_id, subject, version, revision, body, changed_at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict on constraint document_key
         do update set version = $3, revision = $4, body = $5, changed_at = $6",
        guild as GuildId,
        subject,
        change.version,
        change.revision,
        change.after,
        at
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into settings.change (guild_id, subject, revision, changed_at, changed_by, via, before, after, version)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        guild as GuildId,
        subject,
        change.revision,
        at,
        change.by as UserId,
        change.via,
        change.before,
        change.after,
        change.version
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn history(
    db: &mut PgConnection,
    guild: GuildId,
    subject: &str,
    before: Option<i64>,
    limit: i64,
) -> sqlx::Result<Vec<Change>> {
    let rows = sqlx::query!(
        "select revision, changed_at, changed_by, via,
                  before, after, version
           from settings.change
           where guild_id = $1 and subject = $2 and revision < coalesce($3, 9223372036854775807)
           order by revision desc
           limit $4",
        guild as GuildId,
        subject,
        before,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Change {
            revision: row.revision,
            at: Timestamp::from(row.changed_at),
            by: row.changed_by,
            via: row.via,
            version: row.version,
            before: row.before,
            after: row.after,
        })
        .collect())
}

/// Whether a change of this revision or a later one exists.
pub(super) async fn has_change_from(
    db: &mut PgConnection,
    guild: GuildId,
    subject: &str,
    revision: i64,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from settings.change where guild_id = $1 and subject = $2 and revision >= $3
           ) as "exists!""#,
        guild as GuildId,
        subject,
        revision
    )
    .fetch_one(db)
    .await
}
