//! Choosing and making the folder that holds the cluster.

use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::user::ServerUser;
use super::{LocalError, io_error};

/// Where the data lives when the data directory is closed to the user the server runs as.
const SHARED: &str = "/var/lib/majordome";

/// Makes `data_dir/postgres`, owned by `user`, and returns the real path.
pub(super) fn settle(data_dir: &Path, user: &ServerUser) -> Result<PathBuf, LocalError> {
    fs::create_dir_all(data_dir).map_err(io_error("can not create", data_dir))?;
    let data_dir = data_dir
        .canonicalize()
        .map_err(io_error("can not find", data_dir))?;
    let wanted = data_dir.join("postgres");
    // An existing place is kept, link or not: the data is there.
    if let Ok(existing) = wanted.canonicalize() {
        return match user.barred_at(&existing) {
            None => own(existing, user),
            Some(path) => Err(LocalError::NotReachable {
                user: user.name.clone(),
                path,
            }),
        };
    }
    let barred = user.barred_at(&data_dir);
    let Some(barred) = barred else {
        return own(wanted, user);
    };
    let elsewhere = Path::new(SHARED).join(format!("postgres-{}", uuid::Uuid::new_v4().simple()));
    fs::create_dir_all(SHARED).map_err(io_error("can not create", Path::new(SHARED)))?;
    if user.barred_at(Path::new(SHARED)).is_some() {
        return Err(LocalError::NotReachable {
            user: user.name.clone(),
            path: barred,
        });
    }
    let elsewhere = own(elsewhere, user)?;
    // A link left by a folder that was removed by hand points nowhere: it may be replaced.
    match fs::remove_file(&wanted) {
        Ok(()) => {
            tracing::warn!(path = %wanted.display(), "the link to the local Postgres led nowhere; starting with an empty one");
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(io_error("can not replace", &wanted)(error)),
    }
    symlink(&elsewhere, &wanted).map_err(io_error("can not link", &wanted))?;
    tracing::info!(
        data = %elsewhere.display(),
        link = %wanted.display(),
        "user {} can not enter {}: the local Postgres keeps its data elsewhere", user.name, barred.display()
    );
    Ok(elsewhere)
}

fn own(path: PathBuf, user: &ServerUser) -> Result<PathBuf, LocalError> {
    private_dir(&path, user)?;
    Ok(path)
}

/// Makes a folder that only `user` (and root) may enter; an existing one must already be theirs.
pub(crate) fn private_dir(path: &Path, user: &ServerUser) -> Result<(), LocalError> {
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => user.own(path),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            // In a shared folder anyone may have made it first, as a trap or by chance.
            if !user.has_folder(path) {
                return Err(io_error("will not use", path)(io::Error::other(
                    "it belongs to someone else",
                )));
            }
            user.own(path)?;
            fs::set_permissions(path, fs::Permissions::from_mode(0o700))
                .map_err(io_error("can not protect", path))
        }
        Err(error) => Err(io_error("can not create", path)(error)),
    }
}
