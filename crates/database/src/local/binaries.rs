//! Finding the server binaries that the system's packages install.

use std::collections::HashSet;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::LocalError;
use crate::open::MINIMUM_SERVER;

/// Where distributions put what is not on the search path: folder, and the start of the names in it.
///
/// Debian and Ubuntu; Red Hat with the makers' packages; Alpine; openSUSE and Gentoo; Homebrew.
const PLACES: &[(&str, &str, &str)] = &[
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/usr/lib", "postgresql", "bin"),
    ("/usr/lib64", "postgresql-", "bin"),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
];

/// One installed server.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Binaries {
    /// The folder with `postgres` and `initdb`.
    pub folder: PathBuf,
    /// Its major version.
    pub major: u32,
}

impl Binaries {
    /// The newest installed server; of version `wanted` where a cluster already exists.
    ///
    /// # Errors
    ///
    /// [`LocalError::NotInstalled`], or [`LocalError::OtherVersion`] when only `wanted` is missing.
    pub fn find(wanted: Option<(u32, &Path)>) -> Result<Self, LocalError> {
        let mut installed: Vec<Self> = candidates().into_iter().filter_map(Self::probe).collect();
        installed.sort_by_key(|binaries| binaries.major);
        if let Some((major, cluster)) = wanted {
            if let Some(same) = installed.iter().find(|binaries| binaries.major == major) {
                return Ok(same.clone());
            }
            if !installed.is_empty() {
                let majors: Vec<String> = installed.iter().map(|b| b.major.to_string()).collect();
                return Err(LocalError::OtherVersion {
                    path: cluster.to_owned(),
                    made_by: major,
                    installed: majors.join(", "),
                });
            }
        }
        match installed.pop() {
            Some(newest) if newest.major >= MINIMUM_SERVER => Ok(newest),
            older => Err(LocalError::NotInstalled {
                found: older.map(|binaries| binaries.major),
            }),
        }
    }

    /// The path of one of its programs.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Asks the server in `folder` for its version; `None` when it is not one that runs.
    fn probe(folder: PathBuf) -> Option<Self> {
        if !folder.join("initdb").is_file() {
            return None;
        }
        let output = Command::new(folder.join("postgres"))
            .arg("--version")
            .output()
            .ok()?;
        let major = major_of(&String::from_utf8(output.stdout).ok()?)?;
        Some(Self { folder, major })
    }
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`, or `17beta1`, or `18devel`.
fn major_of(version: &str) -> Option<u32> {
    let number = version
        .split_whitespace()
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    let digits: &str = number.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

/// Folders that hold a `postgres`, each once although a link may lead to it twice.
fn candidates() -> Vec<PathBuf> {
    let mut seen = HashSet::new();
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path).collect::<Vec<_>>();
    let in_places = PLACES.iter().flat_map(|&(folder, start, below)| {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries
            .filter(move |entry| {
                entry
                    .file_name()
                    .to_str()
                    .is_some_and(|name| name.starts_with(start))
            })
            .map(move |entry| entry.path().join(below))
            .collect::<Vec<_>>()
    });
    on_path
        .into_iter()
        .chain(in_places)
        .filter(|folder| folder.join("postgres").is_file())
        .filter_map(|folder| folder.canonicalize().ok())
        // Debian's wrappers in /usr/bin are links into a shared folder: keep real server folders.
        .filter(|folder| folder.file_name() != Some(OsStr::new("postgresql-common")))
        .filter(|folder| seen.insert(folder.clone()))
        .collect()
}

/// The command that installs a server here, by the package manager at hand.
pub fn how_to_install() -> &'static str {
    let has = |program: &str| {
        ["/usr/bin", "/sbin", "/opt/homebrew/bin", "/usr/local/bin"]
            .iter()
            .any(|folder| Path::new(folder).join(program).exists())
    };
    if has("apt-get") {
        "apt-get install postgresql"
    } else if has("dnf") {
        "dnf install postgresql-server"
    } else if has("apk") {
        "apk add postgresql"
    } else if has("zypper") {
        "zypper install postgresql-server"
    } else if has("pacman") {
        "pacman -S postgresql"
    } else if has("brew") {
        "brew install postgresql@17"
    } else {
        "the package is usually named postgresql or postgresql-server"
    }
}

#[cfg(test)]
mod tests {
    use super::major_of;

    #[test]
    fn versions_are_read_as_servers_write_them() {
        assert_eq!(
            major_of("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"),
            Some(15)
        );
        assert_eq!(major_of("postgres (PostgreSQL) 17beta1\n"), Some(17));
        assert_eq!(major_of("postgres (PostgreSQL) 19devel\n"), Some(19));
        assert_eq!(major_of("postgres (PostgreSQL) 9.6.24\n"), Some(9));
        assert_eq!(major_of("not a server\n"), None);
    }
}
