//! One cluster on disk: made once, then started and stopped.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::binaries::Binaries;
use super::home::private_dir;
use super::user::ServerUser;
use super::{LocalError, io_error};

/// The one role and the one database of the cluster.
pub(crate) const ROLE: &str = "majordome";

/// Longest path of a socket's folder: the kernel's limit is 104 to 108 bytes with the file's name.
const LONGEST_SOCKET_FOLDER: usize = 85;

/// Longest wait for a server that was told to stop, and for one that starts (it may replay its log).
const STOP_LIMIT: Duration = Duration::from_secs(10);
pub(crate) const START_LIMIT: Duration = Duration::from_mins(1);

/// A log this long is started afresh, in bytes.
const LOG_LIMIT: u64 = 1 << 20;

/// Whether the data must survive a power cut.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Durability {
    /// Every commit is on the disk before it is confirmed.
    Full,
    /// Nothing is waited for: for data that a test throws away.
    None,
}

/// A cluster with what is needed to run it.
#[derive(Clone, Debug)]
pub(crate) struct Cluster {
    root: PathBuf,
    binaries: Binaries,
    user: ServerUser,
    socket_folder: PathBuf,
    durability: Durability,
}

impl Cluster {
    /// Finds the cluster below `root`, or makes it. `root` exists and belongs to `user`.
    pub(crate) fn prepare(
        root: PathBuf,
        user: ServerUser,
        durability: Durability,
    ) -> Result<Self, LocalError> {
        let data = root.join("cluster");
        let made_by = fs::read_to_string(data.join("PG_VERSION"))
            .ok()
            .and_then(|v| v.trim().parse().ok());
        let binaries = Binaries::find(made_by.map(|major| (major, data.as_path())))?;
        let socket_folder = socket_folder(&root);
        let cluster = Self {
            root,
            binaries,
            user,
            socket_folder,
            durability,
        };
        if made_by.is_none() {
            cluster.init()?;
        }
        private_dir(&cluster.socket_folder, &cluster.user)?;
        Ok(cluster)
    }

    fn data(&self) -> PathBuf {
        self.root.join("cluster")
    }

    /// What the server writes: warnings and worse.
    pub(crate) fn log_path(&self) -> PathBuf {
        self.root.join("server.log")
    }

    fn password_path(&self) -> PathBuf {
        self.root.join("password")
    }

    /// `initdb`, into a folder that takes its name only when it is whole.
    fn init(&self) -> Result<(), LocalError> {
        let started = Instant::now();
        let fresh = self.root.join("cluster.new");
        // Left by an `initdb` that was cut off.
        match fs::remove_dir_all(&fresh) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(io_error("can not remove", &fresh)(error));
            }
            _ => {}
        }
        self.write_password()?;
        // C.UTF-8 sorts by code point and knows case in every script; not every system has it.
        let mut last = None;
        for locale in ["C.UTF-8", "en_US.UTF-8", "C"] {
            match self.initdb(&fresh, locale) {
                Ok(()) => {
                    fs::rename(&fresh, self.data()).map_err(io_error("can not rename", &fresh))?;
                    let took = started.elapsed();
                    tracing::info!(path = %self.data().display(), version = self.binaries.major, ?took, "made a local Postgres");
                    return Ok(());
                }
                Err(error) => last = Some(error),
            }
        }
        Err(last.expect("the list of locales is not empty"))
    }

    fn initdb(&self, into: &Path, locale: &str) -> Result<(), LocalError> {
        let mut command = self.command("initdb");
        command
            .arg("--pgdata")
            .arg(into)
            .args([
                "--username",
                ROLE,
                "--encoding",
                "UTF8",
                "--no-instructions",
            ])
            .args(["--locale", locale])
            .arg("--pwfile")
            .arg(self.password_path());
        match self.durability {
            Durability::Full => command.args(["--auth", "scram-sha-256"]),
            // The socket's folder lets in no one else, and a password costs a debug build 50 ms per
            // connection.
            Durability::None => command.args(["--auth", "trust", "--no-sync"]),
        };
        let output = command
            .output()
            .map_err(io_error("can not run", &self.binaries.program("initdb")))?;
        if output.status.success() {
            return Ok(());
        }
        Err(LocalError::Failed {
            program: "initdb",
            output: last_lines(&String::from_utf8_lossy(&output.stderr)),
        })
    }

    /// A program of Postgres with a clean environment, as the server's user.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.binaries.program(program));
        // PG* variables of the operator's shell must not reach it. TZ spares initdb a search
        // through every time zone of the system.
        command
            .env_clear()
            .env("PATH", &self.binaries.folder)
            .env("LC_MESSAGES", "C")
            .env("TZ", "UTC");
        // The program's own folder may be closed to that user.
        command.current_dir("/").stdin(Stdio::null());
        self.user.run(&mut command);
        command
    }

    fn write_password(&self) -> Result<(), LocalError> {
        let path = self.password_path();
        let password = format!(
            "{}{}",
            uuid::Uuid::new_v4().simple(),
            uuid::Uuid::new_v4().simple()
        );
        let write = || -> io::Result<()> {
            let mut file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&path)?;
            file.write_all(password.as_bytes())?;
            file.sync_all()
        };
        write().map_err(io_error("can not write", &path))?;
        self.user.own(&path)
    }

    /// How to reach the server. The database is the one that always exists.
    pub(crate) fn connect_options(&self) -> Result<PgConnectOptions, LocalError> {
        let path = self.password_path();
        let password = fs::read_to_string(&path).map_err(io_error("can not read", &path))?;
        Ok(PgConnectOptions::new_without_pgpass()
            .socket(&self.socket_folder)
            .port(5432)
            .username(ROLE)
            .password(password.trim())
            .database("postgres")
            .ssl_mode(PgSslMode::Disable))
    }

    /// The command that runs the server, with its words going to the log.
    pub(crate) fn server_command(&self) -> Result<Command, LocalError> {
        let log = self.open_log()?;
        let errors = log
            .try_clone()
            .map_err(io_error("can not open", &self.log_path()))?;
        let mut command = self.command("postgres");
        command
            .args(self.server_arguments())
            .stdout(log)
            .stderr(errors);
        Ok(command)
    }

    /// The same server behind a shell script that watches it: `sh -c script sh postgres …`.
    pub(crate) fn watched_command(&self, script: &str) -> Result<Command, LocalError> {
        let log = self.open_log()?;
        let errors = log
            .try_clone()
            .map_err(io_error("can not open", &self.log_path()))?;
        let mut command = self.command("postgres");
        let server = command.get_program().to_owned();
        command = {
            let mut shell = Command::new("/bin/sh");
            shell
                .env_clear()
                .env("PATH", "/usr/bin:/bin")
                .env("TZ", "UTC")
                .current_dir("/")
                .stdin(Stdio::null());
            self.user.run(&mut shell);
            shell
        };
        command
            .arg("-c")
            .arg(script)
            .arg("sh")
            .arg(server)
            .args(self.server_arguments());
        command.stdout(log).stderr(errors);
        Ok(command)
    }

    fn server_arguments(&self) -> Vec<OsString> {
        let mut arguments: Vec<OsString> =
            vec!["-D".into(), self.data().into(), "-p".into(), "5432".into()];
        let mut set = |name: &str, value: &str| {
            arguments.push("-c".into());
            arguments.push(format!("{name}={value}").into());
        };
        set("listen_addresses", "");
        set(
            "unix_socket_directories",
            &format!("\"{}\"", self.socket_folder.display()),
        );
        set("unix_socket_permissions", "0700");
        for (name, value) in [
            ("shared_buffers", "16MB"),
            ("huge_pages", "off"),
            ("work_mem", "4MB"),
            ("maintenance_work_mem", "32MB"),
            ("wal_level", "minimal"),
            ("max_wal_senders", "0"),
            ("min_wal_size", "32MB"),
            ("max_wal_size", "256MB"),
            ("max_parallel_workers_per_gather", "0"),
            ("max_worker_processes", "2"),
            ("max_logical_replication_workers", "0"),
            ("autovacuum_max_workers", "1"),
            ("jit", "off"),
            ("logging_collector", "off"),
            ("log_min_messages", "warning"),
            ("log_checkpoints", "off"),
            ("timezone", "UTC"),
            ("log_timezone", "UTC"),
        ] {
            set(name, value);
        }
        match self.durability {
            Durability::Full => set("max_connections", "40"),
            Durability::None => {
                for (name, value) in [
                    ("max_connections", "300"),
                    ("fsync", "off"),
                    ("synchronous_commit", "off"),
                    ("full_page_writes", "off"),
                    ("autovacuum", "off"),
                ] {
                    set(name, value);
                }
            }
        }
        arguments
    }

    fn open_log(&self) -> Result<File, LocalError> {
        let path = self.log_path();
        let long = fs::metadata(&path).is_ok_and(|meta| meta.len() > LOG_LIMIT);
        let mut options = OpenOptions::new();
        options.create(true).mode(0o600);
        if long {
            options.write(true).truncate(true);
        } else {
            options.append(true);
        }
        let log = options
            .open(&path)
            .map_err(io_error("can not open", &path))?;
        self.user.own(&path)?;
        Ok(log)
    }

    /// The end of the server's log, for a message about a start that failed.
    pub(crate) fn log_tail(&self) -> String {
        last_lines(&fs::read_to_string(self.log_path()).unwrap_or_default())
    }

    /// The postmaster that `postmaster.pid` names, if it lives and is this cluster's.
    pub(crate) fn running(&self) -> Option<Postmaster> {
        let text = fs::read_to_string(self.data().join("postmaster.pid")).ok()?;
        let mut lines = text.lines();
        let pid: i32 = lines.next()?.trim().parse().ok()?;
        let ready = lines.nth(6).is_some_and(|status| status.trim() == "ready");
        let pid = Pid::from_raw(pid);
        (pid.as_raw() > 1 && self.is_postmaster(pid)).then_some(Postmaster { pid, ready })
    }

    /// Whether the process works in this cluster: a number alone may since be another program's.
    fn is_postmaster(&self, pid: Pid) -> bool {
        if kill(pid, None).is_err() {
            return false;
        }
        let proc = PathBuf::from(format!("/proc/{pid}"));
        if Path::new("/proc/self").exists() {
            return fs::read_link(proc.join("cwd")).is_ok_and(|folder| folder == self.data());
        }
        // Without /proc the process list tells its arguments, the data folder among them.
        let output = Command::new("ps")
            .args(["-o", "command=", "-p", &pid.to_string()])
            .output();
        output.is_ok_and(|output| {
            String::from_utf8_lossy(&output.stdout).contains(&*self.data().to_string_lossy())
        })
    }

    /// Stops a server that a killed program left behind, and removes the trace of a dead one.
    pub(crate) fn clear_remains(&self) -> Result<(), LocalError> {
        if let Some(left) = self.running() {
            tracing::info!(
                pid = left.pid.as_raw(),
                "stopping the local Postgres that an earlier run left behind"
            );
            self.stop(left.pid);
        }
        if self.running().is_none() {
            // Its number may by now be that of an unrelated process, which Postgres would respect.
            let path = self.data().join("postmaster.pid");
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(io_error("can not remove", &path)(error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Removes a socket's folder that is not beside the data, once no server listens in it.
    pub(crate) fn remove_stand_in(&self) {
        if !self.socket_folder.starts_with(&self.root) {
            // Where something is left in it, it is still in use.
            let _ = fs::remove_dir(&self.socket_folder);
        }
    }

    /// Asks the server to stop without waiting for its clients, then insists. Blocks.
    pub(crate) fn stop(&self, pid: Pid) {
        for (signal, limit) in [
            (Signal::SIGINT, STOP_LIMIT),
            (Signal::SIGQUIT, STOP_LIMIT / 2),
            (Signal::SIGKILL, STOP_LIMIT / 2),
        ] {
            if kill(pid, signal).is_err() {
                return;
            }
            let asked = Instant::now();
            while asked.elapsed() < limit {
                if !self.is_postmaster(pid) {
                    return;
                }
                std::thread::sleep(Duration::from_millis(5));
            }
            tracing::warn!(pid = pid.as_raw(), %signal, "the local Postgres does not stop; insisting");
        }
    }
}

/// A postmaster that lives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Postmaster {
    pub(crate) pid: Pid,
    /// Whether it takes connections.
    pub(crate) ready: bool,
}

/// `run` in the cluster's folder, or a short stand-in where the path is too long for a socket.
fn socket_folder(root: &Path) -> PathBuf {
    let beside = root.join("run");
    if beside.as_os_str().len() <= LONGEST_SOCKET_FOLDER {
        return beside;
    }
    let name = uuid_of(root);
    [std::env::temp_dir(), PathBuf::from("/tmp")]
        .into_iter()
        .map(|folder| folder.join(&name))
        .find(|folder| folder.as_os_str().len() <= LONGEST_SOCKET_FOLDER)
        .unwrap_or(beside)
}

/// A name that is the same for the same path in every run.
fn uuid_of(path: &Path) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    format!("majordome-{:016x}", hasher.finish())
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    lines[lines.len().saturating_sub(5)..].join("\n")
}
