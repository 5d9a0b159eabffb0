//! The program's own server: started with it, watched, stopped with it.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::process::Command as BlockingCommand;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::postgres::PgConnectOptions;
use tokio::process::{Child, Command};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::cluster::{Cluster, Durability, START_LIMIT};
use super::user::ServerUser;
use super::{LocalError, home, io_error};

/// Longest pause between attempts to bring back a server that died.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A running server of this machine. Dropping it tells the server to stop without waiting.
#[derive(Debug)]
pub struct LocalServer {
    options: PgConnectOptions,
    pid: Arc<AtomicI32>,
    stop: Option<oneshot::Sender<()>>,
    watch: Option<JoinHandle<()>>,
}

impl LocalServer {
    /// Starts the server of `data_dir`, made on first use. Returns when it takes connections.
    ///
    /// # Errors
    ///
    /// Every variant of [`LocalError`]; [`LocalError::InUse`] while another program holds `data_dir`.
    pub async fn start(data_dir: &Path) -> Result<Self, LocalError> {
        let data_dir = data_dir.to_owned();
        let prepared = tokio::task::spawn_blocking(move || prepare(&data_dir)).await;
        let (cluster, lock) = prepared.map_err(|error| LocalError::Failed {
            program: "the preparation of the local Postgres",
            output: error.to_string(),
        })??;
        let options = cluster.connect_options()?;
        let child = launch(&cluster).await?;
        let pid = Arc::new(AtomicI32::new(pid_of(&child)));
        let (stop, stopped) = oneshot::channel();
        let watch = tokio::spawn(watch(cluster, child, lock, Arc::clone(&pid), stopped));
        Ok(Self {
            options,
            pid,
            stop: Some(stop),
            watch: Some(watch),
        })
    }

    /// How to reach it.
    pub fn connect_options(&self) -> PgConnectOptions {
        self.options.clone()
    }

    /// The process id of the server, for tests that take it away.
    pub fn pid(&self) -> i32 {
        self.pid.load(Ordering::Relaxed)
    }

    /// Stops it and waits until its last write is on the disk.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        if let Some(watch) = self.watch.take()
            && let Err(error) = watch.await
        {
            tracing::error!(%error, "the watch over the local Postgres ended badly");
        }
    }
}

impl Drop for LocalServer {
    fn drop(&mut self) {
        let pid = self.pid();
        if self.watch.is_some() && pid > 1 {
            // It may be gone already, which is what is wanted.
            let _ = kill(Pid::from_raw(pid), Signal::SIGINT);
        }
    }
}

/// Everything before the server runs: folder, lock, cluster, remains of an earlier run. Blocks.
fn prepare(data_dir: &Path) -> Result<(Cluster, File), LocalError> {
    let existing = data_dir.join("postgres");
    let user = ServerUser::choose(Some(&existing))?;
    let root = home::settle(data_dir, &user)?;
    let lock = take_lock(&root)?;
    let cluster = Cluster::prepare(root, user, Durability::Full)?;
    cluster.clear_remains()?;
    Ok((cluster, lock))
}

/// The lock is the kernel's: it goes with the process, however that ends.
fn take_lock(root: &Path) -> Result<File, LocalError> {
    let path: PathBuf = root.join("lock");
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(io_error("can not open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LocalError::InUse {
            path: root.to_owned(),
        }),
        Err(TryLockError::Error(error)) => Err(io_error("can not lock", &path)(error)),
    }
}

/// Starts the server and waits until it takes connections.
async fn launch(cluster: &Cluster) -> Result<Child, LocalError> {
    let command: BlockingCommand = cluster.server_command()?;
    let program = PathBuf::from(command.get_program());
    let mut child = Command::from(command)
        .spawn()
        .map_err(io_error("can not run", &program))?;
    let started = Instant::now();
    loop {
        if let Ok(Some(_)) = child.try_wait() {
            return Err(LocalError::Failed {
                program: "postgres",
                output: cluster.log_tail(),
            });
        }
        if cluster
            .running()
            .is_some_and(|postmaster| postmaster.ready && postmaster.pid.as_raw() == pid_of(&child))
        {
            return Ok(child);
        }
        if started.elapsed() > START_LIMIT {
            if let Some(pid) = child.id().and_then(|id| i32::try_from(id).ok()) {
                let _ = kill(Pid::from_raw(pid), Signal::SIGINT);
            }
            return Err(LocalError::NotReady {
                seconds: START_LIMIT.as_secs(),
                log: cluster.log_path(),
            });
        }
        sleep(Duration::from_millis(5)).await;
    }
}

fn pid_of(child: &Child) -> i32 {
    child
        .id()
        .and_then(|id| i32::try_from(id).ok())
        .unwrap_or(0)
}

/// Keeps the server alive until told to stop; holds the lock meanwhile.
async fn watch(
    cluster: Cluster,
    mut child: Child,
    _lock: File,
    pid: Arc<AtomicI32>,
    mut stopped: oneshot::Receiver<()>,
) {
    let mut pause = Duration::from_millis(100);
    loop {
        let alive_since = Instant::now();
        tokio::select! {
            _ = &mut stopped => break,
            status = child.wait() => {
                let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
                tracing::error!(%status, "the local Postgres ended; starting it again");
            }
        }
        pid.store(0, Ordering::Relaxed);
        if alive_since.elapsed() > LONGEST_PAUSE {
            pause = Duration::from_millis(100);
        }
        loop {
            tokio::select! {
                _ = &mut stopped => return,
                () = sleep(pause) => {}
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
            // The children of a killed postmaster hold its shared memory for a moment longer.
            let cleared = {
                let cluster = cluster.clone();
                tokio::task::spawn_blocking(move || cluster.clear_remains()).await
            };
            let attempt = match cleared {
                Ok(Ok(())) => launch(&cluster).await,
                Ok(Err(error)) => Err(error),
                Err(_) => return,
            };
            match attempt {
                Ok(again) => {
                    child = again;
                    pid.store(pid_of(&child), Ordering::Relaxed);
                    tracing::info!("the local Postgres runs again");
                    break;
                }
                Err(error) => {
                    tracing::warn!(%error, "the local Postgres does not start; trying again");
                }
            }
        }
    }
    stop(&mut child).await;
    cluster.remove_stand_in();
}

/// Fast shutdown: clients are cut off, everything written is kept.
async fn stop(child: &mut Child) {
    for (signal, limit) in [
        (Signal::SIGINT, 10),
        (Signal::SIGQUIT, 5),
        (Signal::SIGKILL, 5),
    ] {
        let pid = pid_of(child);
        if pid == 0 || kill(Pid::from_raw(pid), signal).is_err() {
            return;
        }
        if tokio::time::timeout(Duration::from_secs(limit), child.wait())
            .await
            .is_ok()
        {
            return;
        }
        tracing::warn!(%signal, "the local Postgres does not stop; insisting");
    }
}
