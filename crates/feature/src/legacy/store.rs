//! SQL about a replaced program's database.

use sqlx::PgConnection;

/// Whether it has a table.
pub(super) async fn has_table(from: &mut PgConnection, table: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select to_regclass($1) is not null as "exists!""#, table)
        .fetch_one(from)
        .await
}
