//! The migrated template that test databases are cloned from.

use std::hash::{DefaultHasher, Hash, Hasher};

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};

use crate::MIGRATOR;

/// First key of the advisory lock under which a template is made.
const TEMPLATE_LOCK: i32 = 0x4d4a_0002;

/// Templates kept: other branches of the same checkout have theirs on the same server.
const KEPT: usize = 8;

/// The name of the template for the migrations of this build, made if it is absent.
pub(super) async fn ensure(
    admin: &mut PgConnection,
    options: &PgConnectOptions,
) -> Result<String, Box<dyn std::error::Error>> {
    let mut hasher = DefaultHasher::new();
    for migration in MIGRATOR.iter() {
        (migration.version, &migration.checksum).hash(&mut hasher);
    }
    let hash = hasher.finish();
    let name = format!("mj_template_{hash:016x}");
    if exists(admin, &name).await? {
        return Ok(name);
    }
    let key = u32::try_from(hash >> 32).unwrap_or_default().cast_signed();
    admin
        .execute(AssertSqlSafe(format!(
            "select pg_advisory_lock({TEMPLATE_LOCK}, {key})"
        )))
        .await?;
    let made = if exists(admin, &name).await? {
        Ok(())
    } else {
        make(admin, options, &name).await
    };
    admin
        .execute(AssertSqlSafe(format!(
            "select pg_advisory_unlock({TEMPLATE_LOCK}, {key})"
        )))
        .await?;
    made?;
    Ok(name)
}

async fn exists(admin: &mut PgConnection, name: &str) -> sqlx::Result<bool> {
    let sql = format!("select exists (select from pg_database where datname = '{name}')");
    crate::open::scalar(admin, AssertSqlSafe(sql)).await
}

/// Under a working name first: a template that is half migrated must never be cloned.
async fn make(
    admin: &mut PgConnection,
    options: &PgConnectOptions,
    name: &str,
) -> Result<(), Box<dyn std::error::Error>> {
    let working = format!("{name}_new");
    admin
        .execute(AssertSqlSafe(format!(
            "drop database if exists {working} with (force)"
        )))
        .await?;
    admin
        .execute(AssertSqlSafe(format!(
            "create database {working} template template0"
        )))
        .await?;
    let mut connection = options.clone().database(&working).connect().await?;
    MIGRATOR.run_direct(None, &mut connection, false).await?;
    connection.close().await?;
    admin
        .execute(AssertSqlSafe(format!(
            "alter database {working} rename to {name}"
        )))
        .await?;
    forget_old(admin).await?;
    Ok(())
}

async fn forget_old(admin: &mut PgConnection) -> sqlx::Result<()> {
    let names: Option<Vec<String>> = crate::open::scalar(
        admin,
        r"select array_agg(datname::text order by oid desc) from pg_database
          where datname like 'mj\_template\_%' and datname not like '%\_new'",
    )
    .await?;
    for name in names.unwrap_or_default().iter().skip(KEPT) {
        // Someone may be cloning it this moment: then it stays until the next time.
        let _ = admin
            .execute(AssertSqlSafe(format!("drop database if exists {name}")))
            .await;
    }
    Ok(())
}
