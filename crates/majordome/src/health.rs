//! Whether the program is well, for whoever watches over it: a file that the program keeps fresh, and
//! `majordome health`, which reads it.
//!
//! The program beats: every [`BEAT`] it asks each part how it is and writes the answers to `health` in
//! the data directory. A part that does not answer in time is unwell; a program that hangs does not
//! beat, its file grows old, and an old file is unwell too. No port is opened for it.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use futures_util::future::{BoxFuture, FutureExt, join_all};
use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

/// How often the program looks at its parts.
const BEAT: Duration = Duration::from_secs(5);

/// Longest answer of a part.
const PATIENCE: Duration = Duration::from_secs(3);

/// A file older than this is that of a program that hangs or is gone: two beats and their patience.
const STALE: Duration = Duration::from_secs(16);

/// How a part is asked: `Ok`, or what is wrong with it in a few words.
type Question = Box<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// The parts of the program that must be well.
pub(crate) struct Health {
    path: PathBuf,
    parts: BTreeMap<&'static str, Question>,
    every: Duration,
    patience: Duration,
}

/// What one beat found: for each part nothing, or what is wrong.
#[derive(Debug, Deserialize, Eq, PartialEq, Serialize)]
struct Report {
    pid: u32,
    parts: BTreeMap<String, Option<String>>,
}

/// Why `majordome health` says no.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Unwell {
    /// No program runs on this data directory.
    NotRunning,
    /// The last beat is too long ago, in seconds.
    Hangs(u64),
    /// The program that wrote the file is gone.
    Killed,
    /// Parts of it are unwell: each with what is wrong.
    Parts(Vec<(String, String)>),
    /// The file can not be read.
    Unreadable(String),
}

impl Health {
    /// Keeps the file in `data_dir`. One that a killed program left is no sign of life of this one.
    pub(crate) fn new(data_dir: &Path) -> Self {
        let path = file(data_dir);
        let _ = fs::remove_file(&path);
        Self {
            path,
            parts: BTreeMap::new(),
            every: BEAT,
            patience: PATIENCE,
        }
    }

    /// Asks `part` with `question` at each beat.
    pub(crate) fn watch<F>(
        &mut self,
        part: &'static str,
        question: impl Fn() -> F + Send + Sync + 'static,
    ) where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        self.parts
            .insert(part, Box::new(move || question().boxed()));
    }

    /// Beats until `stop`, then takes the file away.
    pub(crate) async fn beat(self, stop: CancellationToken) {
        loop {
            let report = self.look().await;
            if let Err(error) = write(&self.path, &report) {
                tracing::warn!(%error, path = %self.path.display(), "the health file was not written");
            }
            // Who waits for a start, or for the end of a trouble, hears of it soon.
            let well = report.parts.values().all(Option::is_none);
            let pause = if well { self.every } else { self.every / 10 };
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(pause) => {}
            }
        }
        // A program that ended is not unwell: it is not running.
        let _ = fs::remove_file(&self.path);
    }

    async fn look(&self) -> Report {
        let answers = self.parts.iter().map(async |(part, question)| {
            let answer = tokio::time::timeout(self.patience, question()).await;
            let wrong = match answer {
                Ok(Ok(())) => None,
                Ok(Err(reason)) => Some(reason),
                Err(_) => Some("does not answer".to_owned()),
            };
            ((*part).to_owned(), wrong)
        });
        Report {
            pid: std::process::id(),
            parts: join_all(answers).await.into_iter().collect(),
        }
    }
}

fn file(data_dir: &Path) -> PathBuf {
    data_dir.join("health")
}

/// Whole or not at all: a reader must never see half a report.
fn write(path: &Path, report: &Report) -> std::io::Result<()> {
    // With a Postgres elsewhere nothing else may have made the folder.
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let fresh = path.with_extension("new");
    fs::write(&fresh, serde_json::to_vec(report)?)?;
    fs::rename(fresh, path)
}

/// Whether the program on `data_dir` is well.
///
/// # Errors
///
/// [`Unwell`], with what is wrong.
pub(crate) fn check(data_dir: &Path) -> Result<(), Unwell> {
    let path = file(data_dir);
    let unreadable = |error: &dyn fmt::Display| Unwell::Unreadable(error.to_string());
    let written = match fs::metadata(&path).and_then(|meta| meta.modified()) {
        Ok(written) => written,
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(Unwell::NotRunning),
        Err(error) => return Err(unreadable(&error)),
    };
    // A clock that was set back makes a file of the future: that one is fresh.
    let age = SystemTime::now()
        .duration_since(written)
        .unwrap_or_default();
    if age > STALE {
        return Err(Unwell::Hangs(age.as_secs()));
    }
    let bytes = fs::read(&path).map_err(|error| unreadable(&error))?;
    let report: Report = serde_json::from_slice(&bytes).map_err(|error| unreadable(&error))?;
    if !lives(report.pid) {
        return Err(Unwell::Killed);
    }
    let wrong: Vec<_> = report
        .parts
        .into_iter()
        .filter_map(|(part, wrong)| Some((part, wrong?)))
        .collect();
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Unwell::Parts(wrong))
    }
}

/// Whether a process of this number is there, whoever owns it.
fn lives(pid: u32) -> bool {
    let Ok(pid) = i32::try_from(pid) else {
        return false;
    };
    !matches!(kill(Pid::from_raw(pid), None), Err(Errno::ESRCH))
}

impl fmt::Display for Unwell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRunning => {
                f.write_str("not running: there is no health file in the data directory")
            }
            Self::Killed => f.write_str("not running: it ended without a word"),
            Self::Hangs(seconds) => write!(
                f,
                "hangs or was killed: its last sign of life is {seconds} s old"
            ),
            Self::Parts(parts) => {
                let parts: Vec<String> = parts
                    .iter()
                    .map(|(part, wrong)| format!("{part}: {wrong}"))
                    .collect();
                f.write_str(&parts.join("; "))
            }
            Self::Unreadable(error) => write!(f, "the health file can not be read: {error}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    fn health(folder: &Path, well: &Arc<AtomicBool>) -> Health {
        let mut health = Health::new(folder);
        (health.every, health.patience) = (Duration::from_millis(3), Duration::from_millis(50));
        health.watch("database", || std::future::ready(Ok(())));
        let well = Arc::clone(well);
        health.watch("gateway", move || {
            let answer = if well.load(Ordering::Relaxed) {
                Ok(())
            } else {
                Err("reconnecting".to_owned())
            };
            std::future::ready(answer)
        });
        health
    }

    /// Looks until the beats say what is wanted.
    async fn until(folder: &Path, wanted: &Result<(), Unwell>) {
        let begun = std::time::Instant::now();
        while check(folder) != *wanted {
            let found = check(folder);
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "wanted {wanted:?}, found {found:?}"
            );
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    #[tokio::test]
    async fn it_follows_the_program_from_start_to_end() {
        let folder = tempfile::tempdir().unwrap();
        let (well, stop) = (Arc::new(AtomicBool::new(true)), CancellationToken::new());
        assert_eq!(check(folder.path()), Err(Unwell::NotRunning));
        let beating = tokio::spawn(health(folder.path(), &well).beat(stop.clone()));
        until(folder.path(), &Ok(())).await;
        well.store(false, Ordering::Relaxed);
        let wrong = Unwell::Parts(vec![("gateway".to_owned(), "reconnecting".to_owned())]);
        assert_eq!(wrong.to_string(), "gateway: reconnecting");
        until(folder.path(), &Err(wrong)).await;
        well.store(true, Ordering::Relaxed);
        until(folder.path(), &Ok(())).await;
        stop.cancel();
        beating.await.unwrap();
        assert_eq!(check(folder.path()), Err(Unwell::NotRunning));
    }

    #[tokio::test]
    async fn a_part_that_hangs_is_unwell_and_keeps_no_other_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let mut health = health(folder.path(), &Arc::new(AtomicBool::new(true)));
        health.watch("jobs", std::future::pending);
        let report = health.look().await;
        assert_eq!(report.parts["jobs"].as_deref(), Some("does not answer"));
        assert_eq!(report.parts["database"], None);
    }

    #[test]
    fn a_program_that_hangs_is_unwell() {
        let folder = tempfile::tempdir().unwrap();
        let report = Report {
            pid: std::process::id(),
            parts: BTreeMap::new(),
        };
        write(&file(folder.path()), &report).unwrap();
        assert_eq!(check(folder.path()), Ok(()));
        let old = SystemTime::now() - STALE - Duration::from_secs(5);
        fs::File::open(file(folder.path()))
            .unwrap()
            .set_modified(old)
            .unwrap();
        assert!(matches!(check(folder.path()), Err(Unwell::Hangs(21..))));
    }

    #[test]
    fn a_program_that_was_killed_is_not_well_for_a_while_longer() {
        let folder = tempfile::tempdir().unwrap();
        let mut gone = std::process::Command::new("true").spawn().unwrap();
        gone.wait().unwrap();
        let report = Report {
            pid: gone.id(),
            parts: BTreeMap::new(),
        };
        write(&file(folder.path()), &report).unwrap();
        assert_eq!(check(folder.path()), Err(Unwell::Killed));
        Health::new(folder.path());
        assert_eq!(check(folder.path()), Err(Unwell::NotRunning));
    }

    #[test]
    fn half_a_file_is_no_good_sign() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(file(folder.path()), "{\"pid\":").unwrap();
        assert!(matches!(check(folder.path()), Err(Unwell::Unreadable(_))));
    }
}
