//! The machine's own Postgres: server binaries from the system, data in the program's data directory.
//!
//! A newcomer has no database; the program brings one. [`LocalServer::start`] finds the server
//! binaries ([`binaries`]), makes a cluster once (`initdb`, own random password), and runs the
//! server as its child on a Unix socket that only its user and root can reach: nothing listens on
//! the network. It stops with the program, and what a `kill -9` left behind is cleaned at the next
//! start: a server that still runs is stopped, a stale `postmaster.pid` removed, and Postgres replays
//! its log.
//!
//! Postgres refuses to run as root. Started by root, it runs as `postgres` (or `nobody`), which must
//! be able to walk to its data. A data directory below `/root` is closed to it: then the data lives in
//! `/var/lib/majordome` and `postgres` in the data directory is a symbolic link to it.
//!
//! ```text
//! DATA_DIR/postgres/            mode 0700, owned by the user the server runs as
//!     cluster/                  what initdb makes
//!     password                  of the one role, `majordome`
//!     run/                      the socket
//!     server.log                what the server says: warnings and worse
//!     lock                      held while a program uses this directory
//! ```

pub mod binaries;
pub(crate) mod cluster;
pub(crate) mod home;
mod server;
pub(crate) mod user;

use std::io;
use std::path::{Path, PathBuf};

pub use binaries::Binaries;
pub use server::LocalServer;

/// Why the machine's own Postgres can not be used.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// No server binaries on this machine, or only ones that are too old.
    #[error("no PostgreSQL server is installed on this machine{}", older(*found))]
    NotInstalled {
        /// The newest major version that was found, when it is too old.
        found: Option<u32>,
    },
    /// The cluster was made by a major version that is not installed.
    #[error("{path} was made by PostgreSQL {made_by}, which is not installed (found: {installed})", path = path.display())]
    OtherVersion {
        /// The cluster.
        path: PathBuf,
        /// The major version that made it.
        made_by: u32,
        /// The major versions at hand.
        installed: String,
    },
    /// Another program holds the data directory.
    #[error("another majordome uses {path}", path = path.display())]
    InUse {
        /// The directory.
        path: PathBuf,
    },
    /// Root started the program, and there is no user to run the server as.
    #[error(
        "the server can not run as root, and this machine has neither a user `postgres` nor `nobody`"
    )]
    NoUser,
    /// The user that the server runs as can not reach the data, and no other place can be made.
    #[error("user {user} can not enter {path}", path = path.display())]
    NotReachable {
        /// The user that the server runs as.
        user: String,
        /// The directory it can not enter.
        path: PathBuf,
    },
    /// A file or directory could not be used.
    #[error("{what} {path}", path = path.display())]
    Io {
        /// What was tried, such as "can not create".
        what: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What failed.
        #[source]
        source: io::Error,
    },
    /// A program of Postgres ended with an error.
    #[error("{program} failed: {output}")]
    Failed {
        /// Which program.
        program: &'static str,
        /// The end of what it said.
        output: String,
    },
    /// The server did not become ready in time.
    #[error("the local Postgres was not ready after {seconds} s; see {log}", log = log.display())]
    NotReady {
        /// Seconds waited.
        seconds: u64,
        /// Its log file.
        log: PathBuf,
    },
}

fn older(found: Option<u32>) -> String {
    found.map_or_else(String::new, |major| {
        format!(" but version {major}, which is too old")
    })
}

impl LocalError {
    /// What the operator can do about it.
    pub fn remedy(&self) -> String {
        match self {
            Self::NotInstalled { .. } => format!(
                "Install it ({}), or set DATABASE_URL to a server elsewhere.",
                binaries::how_to_install()
            ),
            Self::OtherVersion { made_by, .. } => format!(
                "Install PostgreSQL {made_by} beside the newer one, or move the data over with \
                 pg_dump and pg_restore."
            ),
            Self::InUse { .. } => {
                "Stop the other program, or give this one another DATA_DIR.".to_owned()
            }
            Self::NoUser => {
                "Start the program as an ordinary user, or set DATABASE_URL.".to_owned()
            }
            Self::NotReachable { user, .. } => {
                format!(
                    "Set DATA_DIR to a place that user {user} can enter, such as /var/lib/majordome."
                )
            }
            Self::Io { .. } => {
                "Set DATA_DIR to a directory that this user may write to.".to_owned()
            }
            Self::Failed { .. } | Self::NotReady { .. } => {
                "The lines above are the server's own; or set DATABASE_URL to a server elsewhere."
                    .to_owned()
            }
        }
    }
}

/// Names the file in an I/O error.
pub(crate) fn io_error(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> LocalError {
    let path = path.to_owned();
    move |source| LocalError::Io { what, path, source }
}
