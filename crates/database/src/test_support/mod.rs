//! A database of its own for each test, cloned from a migrated template in some tens of milliseconds.
//!
//! ```no_run
//! # async fn test() -> sqlx::Result<()> {
//! let database = database::test_support::TestDatabase::create().await;
//! let mut connection = database.acquire().await?;
//! // … the schema is there, the tables are empty; the database goes with `database`.
//! # Ok(()) }
//! ```
//!
//! The server is the machine's own ([`local`](crate::local)), shared by every test process of this user,
//! with nothing written through to the disk. The first process starts it; it stops itself a quarter of
//! an hour after the last test. `DATABASE_URL` names another server instead; its role must be allowed
//! to create databases. Without either a test fails with the command that installs Postgres: it is
//! never skipped.
//!
//! The template is migrated once per state of `migrations/`. What a killed test process left behind is
//! removed by the next one, which knows it by an advisory lock that no one holds any more.

mod server;
mod template;

use std::ops::Deref;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};

use crate::{Database, Migrated, Server, Settings};

/// Connections of one test's pool: a story has few people, and many tests share one server.
const CONNECTIONS: u32 = 8;

/// A database that lives as long as this value.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
    database: Database,
    admin: Admin,
}

/// Where databases are made; its `Debug` shows no password.
struct Admin(PgConnectOptions);

impl std::fmt::Debug for Admin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&Server::describe(&self.0))
    }
}

impl TestDatabase {
    /// A database with the whole schema and no rows.
    ///
    /// # Panics
    ///
    /// Without a server; the message says which command installs one.
    pub async fn create() -> Self {
        Self::make(true).await
    }

    /// A database with nothing in it, not even the schema: for tests of the migrations themselves.
    ///
    /// # Panics
    ///
    /// As [`create`](Self::create).
    pub async fn create_empty() -> Self {
        Self::make(false).await
    }

    async fn make(migrated: bool) -> Self {
        let shared = server::shared().await;
        match Self::try_make(shared, migrated).await {
            Ok(database) => database,
            Err(error) => panic!(
                "no database for the test on {}: {error}",
                Server::describe(&shared.admin)
            ),
        }
    }

    async fn try_make(
        shared: &server::Shared,
        migrated: bool,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "mj_test_{:08x}_{}",
            shared.owner,
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let strategy = shared.strategy;
        shared.touch();
        let mut admin = shared.admin.connect().await?;
        let template = if migrated {
            template::ensure(&mut admin, &shared.admin).await?
        } else {
            "template0".to_owned()
        };
        admin
            .execute(AssertSqlSafe(format!(
                "create database {name} template {template} {strategy}"
            )))
            .await?;
        admin.close().await?;
        let options = shared.admin.clone().database(&name);
        let mut settings = Settings::new(Server::Remote(Box::new(options.clone())));
        settings.max_connections = CONNECTIONS;
        let migrated = Migrated {
            applied: 0,
            version: 0,
        };
        Ok(Self {
            name,
            database: Database::ready(&settings, options, migrated),
            admin: Admin(shared.admin.clone()),
        })
    }

    /// The open database, to hand to what is tested.
    pub const fn database(&self) -> &Database {
        &self.database
    }

    /// Settings with which another process or part opens the same database.
    pub fn settings(&self) -> Settings {
        let options = self.database.connect_options().clone();
        Settings::new(Server::Remote(Box::new(options)))
    }

    /// The same database as a URL, with the password, for a program that takes one.
    pub fn url(&self) -> String {
        self.database.connect_options().to_url_lossy().to_string()
    }
}

impl Deref for TestDatabase {
    type Target = Database;

    fn deref(&self) -> &Database {
        &self.database
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let options = self.admin.0.clone();
        let sql = format!("drop database if exists {} with (force)", self.name);
        // The test's own runtime is ending: a thread with a small one of its own does the work.
        let dropped = std::thread::spawn(
            move || -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
                tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()?
                    .block_on(async {
                        let mut admin: PgConnection = options.connect().await?;
                        admin.execute(AssertSqlSafe(sql)).await?;
                        Ok(admin.close().await?)
                    })
            },
        );
        // What stays is swept by a later test process.
        if let Ok(Err(error)) = dropped.join() {
            tracing::warn!(name = %self.name, %error, "a test's database was not removed");
        }
    }
}
