//! Where the database is and how it is used.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::PgConnectOptions;

use crate::OpenError;

/// Which server holds the data.
#[derive(Clone)]
pub enum Server {
    /// A server that someone else runs, named by a URL.
    Remote(Box<PgConnectOptions>),
    /// The machine's own Postgres, in `postgres` below this data directory.
    Local {
        /// The program's data directory; made when absent.
        data_dir: PathBuf,
    },
}

/// How to reach and use the database.
#[derive(Clone)]
pub struct Settings {
    /// Which server holds the data.
    pub server: Server,
    /// Most connections held at once. The worker's listener takes one of them.
    pub max_connections: u32,
    /// Longest wait for a free connection before a caller is told that there is none.
    pub acquire_timeout: Duration,
    /// Longest wait at start for a server that is not there yet or still starting.
    pub start_timeout: Duration,
}

impl Settings {
    /// Enough for one process: queries are short, and each connection costs the server 5 to 10 MB.
    pub const DEFAULT_MAX_CONNECTIONS: u32 = 8;

    /// Settings with the defaults for `server`.
    pub const fn new(server: Server) -> Self {
        Self {
            server,
            max_connections: Self::DEFAULT_MAX_CONNECTIONS,
            acquire_timeout: Duration::from_secs(10),
            start_timeout: Duration::from_mins(1),
        }
    }

    /// The machine's own Postgres, in `postgres` below `data_dir`.
    pub fn local(data_dir: impl Into<PathBuf>) -> Self {
        Self::new(Server::Local {
            data_dir: data_dir.into(),
        })
    }

    /// The server that `url` names: `postgres://user:password@host:port/database`.
    ///
    /// # Errors
    ///
    /// [`OpenError::BadUrl`], with the reason and without the URL, which holds the password.
    pub fn from_url(url: &SecretString) -> Result<Self, OpenError> {
        let url = url.expose_secret();
        let bad = |reason: String| OpenError::BadUrl { reason };
        let Some((scheme, rest)) = url.split_once("://") else {
            return Err(bad("it has no `postgres://` in front".to_owned()));
        };
        if !matches!(scheme, "postgres" | "postgresql") {
            // What stands before `://` may be a pasted secret as well as a scheme: it is not repeated.
            return Err(bad("it does not begin with `postgres://`".to_owned()));
        }
        let options: PgConnectOptions = url.parse().map_err(|error: sqlx::Error| {
            // The parser's words describe the form ("invalid port number"), and are kept only
            // where they repeat nothing of the part that may hold a password.
            let mut reason = match &error {
                sqlx::Error::Configuration(source) => source.to_string(),
                other => other.to_string(),
            };
            let secret = rest.rsplit_once('@').map_or("", |(secret, _)| secret);
            let repeats = secret
                .split(':')
                .any(|part| part.len() > 2 && reason.contains(part));
            if repeats {
                "it can not be read".clone_into(&mut reason);
            }
            if rest.matches('@').count() > 1 || rest.contains('#') {
                reason.push_str(
                    "; write special characters of the password as %40 for @, %23 for #, %2F for /",
                );
            }
            bad(reason)
        })?;
        if options.get_database().is_none_or(str::is_empty) {
            return Err(bad("it names no database after the host".to_owned()));
        }
        Ok(Self::new(Server::Remote(Box::new(options))))
    }

    /// The server at `host` (a folder, beginning with `/`, for its socket) and `port`.
    pub fn from_parts(
        host: &str,
        port: u16,
        user: &str,
        password: &SecretString,
        database: &str,
    ) -> Self {
        let options = PgConnectOptions::new_without_pgpass()
            .port(port)
            .username(user)
            .password(password.expose_secret())
            .database(database);
        let options = if host.starts_with('/') {
            options.socket(host)
        } else {
            options.host(host)
        };
        Self::new(Server::Remote(Box::new(options)))
    }
}

impl Server {
    /// Names the server for people and logs: host, port and database, never the password.
    pub fn describe(options: &PgConnectOptions) -> String {
        let database = options.get_database().unwrap_or_default();
        match options.get_socket() {
            Some(socket) => format!("{}/{database}", socket.display()),
            None => format!("{}:{}/{database}", options.get_host(), options.get_port()),
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Remote(options) => f
                .debug_tuple("Remote")
                .field(&Self::describe(options))
                .finish(),
            Self::Local { data_dir } => {
                f.debug_struct("Local").field("data_dir", data_dir).finish()
            }
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("server", &self.server)
            .field("max_connections", &self.max_connections)
            .field("acquire_timeout", &self.acquire_timeout)
            .field("start_timeout", &self.start_timeout)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_debug_nor_an_error_shows_the_password() {
        let url = SecretString::from("postgres://majordome:hunter2@db.example:5433/majordome");
        let settings = Settings::from_url(&url).unwrap();
        let shown = format!("{settings:?}");
        assert!(shown.contains("db.example:5433/majordome"), "{shown}");
        assert!(!shown.contains("hunter2"), "{shown}");

        for broken in [
            "hunter2",
            "hunter2://db/x",
            "mysql://majordome:hunter2@db/x",
            "postgres://majordome:hunter2@db:port/x",
            "postgres://majordome:hunter2@db:99999/x",
            "postgres://majordome:hunter2#1@db/x",
            "postgres://majordome:hunter2@db",
            "postgres://majordome:hunter2@db/x?sslmode=hunter2",
        ] {
            let error = Settings::from_url(&SecretString::from(broken)).unwrap_err();
            let shown = format!("{error} {error:?} {}", error.remedy());
            assert!(!shown.contains("hunter2"), "{broken}: {shown}");
        }
    }
}
