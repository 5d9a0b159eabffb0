//! The schema: one forward-only timeline of SQL files, embedded in the program.
//!
//! Files are named `YYYYMMDDHHMMSS_<feature>_<what>.sql` in the root folder `migrations/`. Each runs in a
//! transaction of its own under sqlx's advisory lock, so that programs that start together do not
//! meet. There is no way back: a change that removes something comes a release after the code that
//! stopped using it.

use sqlx::PgConnection;
use sqlx::migrate::{MigrateError, Migrator};

use crate::OpenError;

/// Every migration of the program, in order.
pub static MIGRATOR: Migrator = sqlx::migrate!("../../migrations");

/// What bringing the schema up to date did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Migrated {
    /// Migrations applied now; zero when the schema was already up to date.
    pub applied: usize,
    /// The schema's version: the newest migration's timestamp, or zero when there is none.
    pub version: i64,
}

/// Brings the schema up to date. The connection must not be used after an error: it may hold the lock.
pub(crate) async fn run(connection: &mut PgConnection) -> Result<Migrated, OpenError> {
    let known = MIGRATOR
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or(0);
    let before = applied(connection)
        .await
        .map_err(|error| OpenError::Migration(error.into()))?;
    // A newer schema is refused before anything is touched, the migration table included.
    if let Some(&found) = before.iter().max()
        && found > known
    {
        return Err(OpenError::SchemaTooNew { found, known });
    }
    // `run` takes anything that can lend a connection, and its future can then not be shown to be
    // `Send`; this is the same for a connection at hand.
    MIGRATOR
        .run_direct(None, &mut *connection, false)
        .await
        .map_err(|error| match error {
            MigrateError::VersionMissing(version) => OpenError::SchemaDiffers {
                version,
                reason: "the program does not hold it",
            },
            MigrateError::VersionMismatch(version) => OpenError::SchemaDiffers {
                version,
                reason: "its text is another",
            },
            other => OpenError::Migration(other),
        })?;
    let missing = MIGRATOR
        .iter()
        .filter(|migration| !before.contains(&migration.version));
    Ok(Migrated {
        applied: missing.count(),
        version: known,
    })
}

/// The versions already in the database; none in an empty one.
async fn applied(connection: &mut PgConnection) -> sqlx::Result<Vec<i64>> {
    let table: Option<String> =
        crate::open::scalar(connection, "select to_regclass('_sqlx_migrations')::text").await?;
    if table.is_none() {
        return Ok(Vec::new());
    }
    let versions: Option<Vec<i64>> = crate::open::scalar(
        connection,
        "select array_agg(version) from _sqlx_migrations",
    )
    .await?;
    Ok(versions.unwrap_or_default())
}
