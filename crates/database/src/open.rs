//! Opening the database: find or start the server, wait for it, check it, migrate, pool.

use std::fmt;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{
    ConnectOptions, Connection, Decode, Executor, PgConnection, PgPool, Postgres, Row, SqlSafeStr,
    Transaction, Type,
};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::local::LocalServer;
use crate::{Migrated, OpenError, Server, Settings};

/// The oldest server that works: `PostgreSQL 14`, the oldest that its makers support in 2026.
pub(crate) const MINIMUM_SERVER: u32 = 14;

/// An idle connection is asked whether it still lives when it rested longer than this.
const PING_AFTER: Duration = Duration::from_secs(2);

/// Guards against a statement or an open transaction that never ends and holds locks for all.
const SESSION: &str =
    "set statement_timeout = '30s'; set idle_in_transaction_session_timeout = '60s'";

/// The database, open: cheap to clone, and each clone is the same pool.
#[derive(Clone)]
pub struct Database {
    pool: PgPool,
    options: Arc<PgConnectOptions>,
    local: Arc<Mutex<Option<LocalServer>>>,
    migrated: Migrated,
}

impl Database {
    /// Opens the database that `settings` name and brings its schema up to date.
    ///
    /// Starts the machine's own Postgres first where the settings ask for it. Waits up to
    /// `start_timeout` for a server that is absent or still starting, with a log line per few seconds.
    ///
    /// # Errors
    ///
    /// Every variant of [`OpenError`]; each says what is wrong and [what to do](OpenError::remedy).
    pub async fn open(settings: &Settings) -> Result<Self, OpenError> {
        let (options, local) = match &settings.server {
            Server::Remote(options) => (options.as_ref().clone(), None),
            Server::Local { data_dir } => {
                let server = LocalServer::start(data_dir).await?;
                (server.connect_options(), Some(server))
            }
        };
        match Self::open_with(settings, options).await {
            Ok(mut database) => {
                database.local = Arc::new(Mutex::new(local));
                Ok(database)
            }
            Err(error) => {
                if let Some(server) = local {
                    server.stop().await;
                }
                Err(error)
            }
        }
    }

    async fn open_with(settings: &Settings, options: PgConnectOptions) -> Result<Self, OpenError> {
        let options = options.application_name("majordome");
        let mut connection = wait_for(&options, settings.start_timeout).await?;
        check_version(connection.server_version_num(), &options)?;
        let migrated = crate::migrate::run(&mut connection).await?;
        if migrated.applied > 0 {
            tracing::info!(
                applied = migrated.applied,
                version = migrated.version,
                "brought the database schema up to date"
            );
        }
        // Closing is a courtesy to the server; that it fails changes nothing.
        let _ = connection.close().await;
        Ok(Self::ready(settings, options, migrated))
    }

    /// Over a server that answers and a schema that is up to date. Connects on first use.
    pub(crate) fn ready(
        settings: &Settings,
        options: PgConnectOptions,
        migrated: Migrated,
    ) -> Self {
        Self {
            pool: pool(settings, options.clone()),
            options: Arc::new(options),
            local: Arc::new(Mutex::new(None)),
            migrated,
        }
    }

    /// The pool itself, for what wants to borrow connections on its own.
    pub const fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// A connection from the pool.
    ///
    /// # Errors
    ///
    /// [`sqlx::Error::PoolTimedOut`] when none is free in time, or what connecting failed with.
    pub async fn acquire(&self) -> sqlx::Result<PoolConnection<Postgres>> {
        self.pool.acquire().await
    }

    /// A transaction on a connection from the pool; rolled back when dropped uncommitted.
    ///
    /// # Errors
    ///
    /// As [`acquire`](Self::acquire), or what `begin` failed with.
    pub async fn begin(&self) -> sqlx::Result<Transaction<'static, Postgres>> {
        self.pool.begin().await
    }

    /// How to reach the same database outside the pool, for a connection that is held for long.
    pub fn connect_options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// What opening did to the schema.
    pub const fn migrated(&self) -> Migrated {
        self.migrated
    }

    /// Closes the pool and stops the machine's own Postgres if this program started it.
    ///
    /// Waits for connections in use to come back, at most a few seconds.
    pub async fn close(&self) {
        if tokio::time::timeout(Duration::from_secs(5), self.pool.close())
            .await
            .is_err()
        {
            tracing::warn!("some database connections were still in use at the end");
        }
        let server = self.local.lock().await.take();
        if let Some(server) = server {
            server.stop().await;
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database")
            .field("server", &Server::describe(&self.options))
            .field("connections", &self.pool.size())
            .finish_non_exhaustive()
    }
}

fn pool(settings: &Settings, options: PgConnectOptions) -> PgPool {
    PgPoolOptions::new()
        .max_connections(settings.max_connections)
        .acquire_timeout(settings.acquire_timeout)
        .idle_timeout(Duration::from_mins(10))
        .max_lifetime(Duration::from_hours(1))
        // Connections are checked when they come back; asking again before each use would cost a
        // round trip per query. After a rest the server may have gone: then it is worth it.
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > PING_AFTER {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .after_connect(|connection, _| {
            Box::pin(async move {
                connection.execute(SESSION).await?;
                Ok(())
            })
        })
        .connect_lazy_with(options)
}

/// Connects, waiting while the server is absent, starting or full.
pub(crate) async fn wait_for(
    options: &PgConnectOptions,
    limit: Duration,
) -> Result<PgConnection, OpenError> {
    let server = Server::describe(options);
    let started = Instant::now();
    let mut pause = Duration::from_millis(50);
    let mut told = started;
    loop {
        let left = limit.saturating_sub(started.elapsed());
        // A host that swallows packets must not eat the whole wait in one attempt without a word.
        let attempt = tokio::time::timeout(
            left.clamp(Duration::from_secs(1), Duration::from_secs(10)),
            options.connect(),
        );
        let reason = match attempt.await {
            Ok(Ok(connection)) => {
                if told > started {
                    tracing::info!(%server, "the database answers now");
                }
                return Ok(connection);
            }
            Ok(Err(error)) => transient(error, options)?,
            Err(_) => "no answer".to_owned(),
        };
        if started.elapsed() + pause >= limit {
            return Err(OpenError::Unreachable {
                server,
                waited: started.elapsed().as_secs(),
                reason,
            });
        }
        if told == started || told.elapsed() >= Duration::from_secs(5) {
            told = Instant::now();
            let seconds_left = (limit.saturating_sub(started.elapsed())).as_secs();
            tracing::info!(%server, %reason, seconds_left, "waiting for the database");
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(1));
    }
}

/// Sorts what connecting failed with: `Ok(reason)` when waiting may help, else the error for the operator.
fn transient(error: sqlx::Error, options: &PgConnectOptions) -> Result<String, OpenError> {
    let server = Server::describe(options);
    let user = options.get_username().to_owned();
    match error {
        sqlx::Error::Io(source) => Ok(match source.kind() {
            ErrorKind::ConnectionRefused => "connection refused".to_owned(),
            ErrorKind::NotFound => "no socket there".to_owned(),
            _ => source.to_string(),
        }),
        sqlx::Error::Database(refusal) => match refusal.code().as_deref() {
            // cannot_connect_now: starting up, shutting down, in recovery.
            Some("57P03") => Ok(refusal.message().to_owned()),
            Some("53300") => Ok("all connections of the server are taken".to_owned()),
            Some("28P01" | "28000") => Err(OpenError::WrongPassword { server, user }),
            Some("3D000") => Err(OpenError::MissingDatabase { server, user }),
            _ => Err(OpenError::Other {
                server,
                source: sqlx::Error::Database(refusal),
            }),
        },
        sqlx::Error::Tls(source) => Err(OpenError::Tls {
            server,
            reason: source.to_string(),
        }),
        source => Err(OpenError::Other { server, source }),
    }
}

/// `number` is the server's version as it counts: 150018 is 15.18.
fn check_version(number: Option<u32>, options: &PgConnectOptions) -> Result<(), OpenError> {
    // A server that does not say its version is one of the compatible engines: let it try.
    let number = number.unwrap_or(MINIMUM_SERVER * 10_000);
    if number / 10_000 >= MINIMUM_SERVER {
        return Ok(());
    }
    Err(OpenError::ServerTooOld {
        server: Server::describe(options),
        found: format!("{}.{}", number / 10_000, number % 10_000),
        minimum: MINIMUM_SERVER,
    })
}

/// One value from the server about itself: no table of a feature is ever read this way.
pub(crate) async fn scalar<T>(
    connection: &mut PgConnection,
    sql: impl SqlSafeStr,
) -> sqlx::Result<T>
where
    T: for<'r> Decode<'r, Postgres> + Type<Postgres>,
{
    connection.fetch_one(sql.into_sql_str()).await?.try_get(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_older_than_the_minimum_is_refused() {
        let options = PgConnectOptions::new().host("db").port(5432).database("m");
        assert!(check_version(Some(140_000), &options).is_ok());
        assert!(check_version(Some(180_001), &options).is_ok());
        let error = check_version(Some(130_021), &options).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the server at db:5432/m is PostgreSQL 13.21; 14 or newer is needed"
        );
    }
}
