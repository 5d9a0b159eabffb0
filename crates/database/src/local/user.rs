//! The user that the server runs as, and what that user can reach.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::unistd::{Uid, User, geteuid};

use super::LocalError;

/// Who the server runs as.
#[derive(Clone, Debug)]
pub(crate) struct ServerUser {
    /// Its name, for messages and for the path of shared places.
    pub(crate) name: String,
    uid: u32,
    gid: u32,
    /// Whether it is another than the program's: then files change hands.
    other: bool,
}

impl ServerUser {
    /// The program's own user; started by root, the owner of `existing`, else `postgres` or `nobody`.
    pub(crate) fn choose(existing: Option<&Path>) -> Result<Self, LocalError> {
        let own = geteuid();
        if !own.is_root() {
            let user = User::from_uid(own).ok().flatten();
            return Ok(Self {
                name: user.map_or_else(|| own.to_string(), |user| user.name),
                uid: own.as_raw(),
                gid: nix::unistd::getegid().as_raw(),
                other: false,
            });
        }
        let owner = existing
            .and_then(|path| fs::metadata(path).ok())
            .map(|meta| Uid::from_raw(meta.uid()))
            .filter(|owner| !owner.is_root())
            .and_then(|owner| User::from_uid(owner).ok().flatten());
        let by_name = |name| User::from_name(name).ok().flatten();
        owner
            .or_else(|| ["postgres", "nobody"].into_iter().find_map(by_name))
            .map(|user| Self {
                name: user.name,
                uid: user.uid.as_raw(),
                gid: user.gid.as_raw(),
                other: true,
            })
            .ok_or(LocalError::NoUser)
    }

    /// Lets `command` run as this user, in a process group of its own.
    ///
    /// A group of its own, because Ctrl-C in a terminal reaches the whole foreground group: the
    /// server would stop under the program's feet before its last writes.
    pub(crate) fn run(&self, command: &mut Command) {
        command.process_group(0);
        if self.other {
            command.gid(self.gid).uid(self.uid);
        }
    }

    /// Hands `path` to this user.
    pub(crate) fn own(&self, path: &Path) -> Result<(), LocalError> {
        if self.other {
            std::os::unix::fs::chown(path, Some(self.uid), Some(self.gid))
                .map_err(super::io_error("can not hand over", path))?;
        }
        Ok(())
    }

    /// Whether `path` is a folder, no link, that belongs to this user or to the program's.
    pub(crate) fn has_folder(&self, path: &Path) -> bool {
        fs::symlink_metadata(path).is_ok_and(|meta| {
            meta.is_dir() && (meta.uid() == self.uid || meta.uid() == geteuid().as_raw())
        })
    }

    /// The first folder on the way to `path`, itself included, that this user may not enter.
    ///
    /// Judged by mode bits. The program's own user needs no check: the system will tell it.
    pub(crate) fn barred_at(&self, path: &Path) -> Option<PathBuf> {
        if !self.other {
            return None;
        }
        let mut on_the_way: Vec<&Path> = path.ancestors().collect();
        on_the_way.reverse();
        on_the_way
            .into_iter()
            .find(|folder| {
                // What does not exist yet is made by us, open to its owner.
                fs::metadata(folder).is_ok_and(|meta| {
                    let bit = if meta.uid() == self.uid {
                        0o100
                    } else if meta.gid() == self.gid {
                        0o010
                    } else {
                        0o001
                    };
                    meta.permissions().mode() & bit == 0
                })
            })
            .map(Path::to_owned)
    }
}
