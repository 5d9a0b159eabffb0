//! The audits that are kept.

#![expect(
    clippy::as_conversions,
    reason = "in `query!`, `as` names the type of a parameter and converts nothing"
)]

use database::{GuildId, UserId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::{PgConnection, types::Json};

use super::model::Audit;

/// How many audits of a server are kept, the newest.
pub(crate) const KEPT: i32 = 10;

/// An audit that is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Snapshot {
    pub(crate) number: i32,
    pub(crate) taken_at: Timestamp,
    pub(crate) taken_by: UserId,
}

/// What became of an audit.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kept {
    /// It has a number of its own.
    New(i32),
    /// Nothing changed since this one.
    Same(Snapshot),
}

impl Kept {
    /// The number under which it is kept.
    pub(crate) const fn number(self) -> i32 {
        match self {
            Self::New(number) => number,
            Self::Same(snapshot) => snapshot.number,
        }
    }
}

/// Keeps an audit unless it shows what the newest shows, and forgets the oldest beyond [`KEPT`]. Two at once wait for
/// each other, so that one state of a server has one number. Needs a transaction.
pub(crate) async fn keep(
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
    audit: &Audit,
    now: Timestamp,
) -> sqlx::Result<Kept> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('admin.audit_snapshot', $1))",
        guild as GuildId
    )
    .execute(&mut *db)
    .await?;
    let newest = sqlx::query!(
        r#"select number, taken_at, taken_by, document as "document: Json<Audit>" from admin.audit_snapshot
           where guild_id = $1 order by number desc limit 1"#,
        guild as GuildId
    )
    .fetch_optional(&mut *db)
    .await?;
    let number = match newest {
        Some(newest) if newest.document.is_like(audit) => {
            return Ok(Kept::Same(Snapshot {
                number: newest.number,
                taken_at: newest.taken_at.to_jiff(),
                taken_by: newest.taken_by,
            }));
        }
        Some(newest) => newest.number + 1,
        None => 1,
    };
    sqlx::query!(
        "insert into admin.audit_snapshot (guild_id, number, taken_at, taken_by, document)
         values ($1, $2, $3, $4, $5)",
        guild as GuildId,
        number,
        now.to_sqlx() as _,
        user as UserId,
        Json(audit) as _
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from admin.audit_snapshot where guild_id = $1 and number <= $2",
        guild as GuildId,
        number - KEPT
    )
    .execute(db)
    .await?;
    Ok(Kept::New(number))
}

/// An audit that is kept.
pub(crate) async fn snapshot(
    db: &mut PgConnection,
    guild: GuildId,
    number: i32,
) -> sqlx::Result<Option<(Snapshot, Audit)>> {
    let row = sqlx::query!(
        r#"select number, taken_at, taken_by, document as "document: Json<Audit>" from admin.audit_snapshot
           where guild_id = $1 and number = $2"#,
        guild as GuildId,
        number
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| {
        let snapshot = Snapshot {
            number: row.number,
            taken_at: row.taken_at.to_jiff(),
            taken_by: row.taken_by,
        };
        (snapshot, row.document.0)
    }))
}

/// The audits that are kept, the newest first.
pub(crate) async fn snapshots(
    db: &mut PgConnection,
    guild: GuildId,
) -> sqlx::Result<Vec<Snapshot>> {
    let rows = sqlx::query!(
        "select number, taken_at, taken_by from admin.audit_snapshot where guild_id = $1 order by number desc",
        guild as GuildId
    )
    .fetch_all(db)
    .await?;
    let snapshots = rows.into_iter().map(|row| Snapshot {
        number: row.number,
        taken_at: row.taken_at.to_jiff(),
        taken_by: row.taken_by,
    });
    Ok(snapshots.collect())
}
