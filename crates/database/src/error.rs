//! What can be wrong with a database at start, in words that say what to do.

use crate::local::LocalError;

/// Why the database could not be opened.
///
/// `Display` says what is wrong, [`remedy`](Self::remedy) what to do about it. Neither holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL can not be read.
    #[error("the database URL can not be used: {reason}")]
    BadUrl {
        /// What is wrong with its form.
        reason: String,
    },
    /// The server refused the user or the password.
    #[error(
        "the database at {server} refused user {user}: wrong password, or the user may not log in"
    )]
    WrongPassword {
        /// Host, port and database.
        server: String,
        /// The user that was refused.
        user: String,
    },
    /// The server has no database of this name.
    #[error("the server at {server} has no database of that name")]
    MissingDatabase {
        /// Host, port and database.
        server: String,
        /// The user who asked.
        user: String,
    },
    /// The server may be right, but did not answer in time.
    #[error("no database answered at {server} within {waited} s: {reason}")]
    Unreachable {
        /// Host, port and database.
        server: String,
        /// Seconds waited.
        waited: u64,
        /// What the last attempt ended with.
        reason: String,
    },
    /// The server's certificate or its demand for encryption does not fit.
    #[error("no encrypted connection to the database at {server}: {reason}")]
    Tls {
        /// Host, port and database.
        server: String,
        /// What failed.
        reason: String,
    },
    /// The server is older than the program supports.
    #[error("the server at {server} is PostgreSQL {found}; {minimum} or newer is needed")]
    ServerTooOld {
        /// Host, port and database.
        server: String,
        /// The server's version, as it names itself.
        found: String,
        /// The oldest major version that works.
        minimum: u32,
    },
    /// A newer program has already changed the schema.
    #[error("the database holds schema version {found}, newer than this program's {known}")]
    SchemaTooNew {
        /// The newest migration in the database.
        found: i64,
        /// The newest migration in the program.
        known: i64,
    },
    /// A migration that was applied is not the one the program holds.
    #[error("migration {version} in the database differs from the program's: {reason}")]
    SchemaDiffers {
        /// The migration.
        version: i64,
        /// How it differs.
        reason: &'static str,
    },
    /// A migration failed; nothing of it was kept.
    #[error("the schema could not be brought up to date")]
    Migration(#[source] sqlx::migrate::MigrateError),
    /// The machine's own Postgres can not be used.
    #[error("the local Postgres could not be used")]
    Local(#[from] LocalError),
    /// Anything else the server or the connection said.
    #[error("the database at {server} answered with an error")]
    Other {
        /// Host, port and database.
        server: String,
        /// What it said.
        #[source]
        source: sqlx::Error,
    },
}

impl OpenError {
    /// What the operator can do about it: one or two sentences.
    pub fn remedy(&self) -> String {
        match self {
            Self::BadUrl { .. } => {
                "Write DATABASE_URL as postgres://user:password@host:5432/database, \
                or leave it empty to let the program run its own Postgres."
                    .to_owned()
            }
            Self::WrongPassword { user, .. } => format!(
                "Check the user and password in DATABASE_URL (or POSTGRES_USER and POSTGRES_PASSWORD); \
                 on the server: alter role {user} with login password '...'."
            ),
            Self::MissingDatabase { user, .. } => format!(
                "Create it on the server: create database <name> owner {user}; or correct the name \
                 at the end of DATABASE_URL (or POSTGRES_DB)."
            ),
            Self::Unreachable { .. } => {
                "Check that the server runs, that host and port in DATABASE_URL \
                are right, and that no firewall stands between."
                    .to_owned()
            }
            Self::Tls { .. } => {
                "Set sslmode in DATABASE_URL to what the server offers (disable, prefer, \
                require, verify-full), and sslrootcert to the certificate that signed the server's."
                    .to_owned()
            }
            Self::ServerTooOld { minimum, .. } => {
                format!(
                    "Upgrade the server to PostgreSQL {minimum} or newer, or name another in DATABASE_URL."
                )
            }
            Self::SchemaTooNew { .. } => {
                "A newer version of the program has used this database. Run that \
                version or newer, or restore the backup made before the upgrade."
                    .to_owned()
            }
            Self::SchemaDiffers { .. } => {
                "This database was made by another build of the program. Run that \
                build, or use an empty database."
                    .to_owned()
            }
            Self::Migration(_) => {
                "Nothing was changed. Report this with the lines above; the previous \
                version of the program still works on this database."
                    .to_owned()
            }
            Self::Local(error) => error.remedy(),
            Self::Other { .. } => {
                "The cause above is the server's own. If it passes by itself, start again."
                    .to_owned()
            }
        }
    }
}
