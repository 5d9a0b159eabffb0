//! The one server that all test processes of a user share.

use std::env;
use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use secrecy::SecretString;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, PgConnection};
use tokio::sync::{Mutex, OnceCell};

use crate::local::cluster::{Cluster, Durability, START_LIMIT};
use crate::local::home::private_dir;
use crate::local::user::ServerUser;
use crate::local::{LocalError, io_error};
use crate::{OpenError, Server, Settings};

/// First key of the advisory locks that say "this test process lives".
const OWNER_LOCK: i32 = 0x4d4a_0001;

/// Runs the server and stops it when no test has used it for a quarter of an hour.
const WATCH: &str = r#"
"$@" &
server=$!
while kill -0 "$server" 2>/dev/null; do
    sleep 10
    if [ -z "$(find "$LAST_USED" -mmin -15 2>/dev/null)" ]; then
        kill -INT "$server"
        break
    fi
done
wait "$server"
"#;

/// What every test of this process needs to know of the server.
pub(super) struct Shared {
    /// How to reach it, in a database that always exists.
    pub(super) admin: PgConnectOptions,
    /// The number of this process in its databases' names.
    pub(super) owner: u32,
    /// How a database is copied fastest there; empty for the server's own choice.
    pub(super) strategy: &'static str,
    /// A file whose age says when the server was last used; none on someone else's server.
    last_used: Option<PathBuf>,
    /// Holds the lock that says that this process lives. Never used again: the runtime it was
    /// made in is gone with the first test.
    _alive: Mutex<PgConnection>,
}

impl Shared {
    /// Tells the server's watch that it is in use.
    pub(super) fn touch(&self) {
        if let Some(path) = &self.last_used {
            touch(path);
        }
    }
}

/// The server, found or started once per process.
pub(super) async fn shared() -> &'static Shared {
    static SHARED: OnceCell<Shared> = OnceCell::const_new();
    SHARED
        .get_or_init(|| async {
            match reach().await {
                Ok(shared) => shared,
                Err(error) => panic!(
                    "tests need a PostgreSQL server: {error}. {}",
                    error.remedy()
                ),
            }
        })
        .await
}

async fn reach() -> Result<Shared, OpenError> {
    #[expect(
        clippy::disallowed_methods,
        reason = "tests have no configuration but this one variable"
    )]
    let url = env::var("DATABASE_URL").ok().filter(|url| !url.is_empty());
    let (admin, last_used) = if let Some(url) = url {
        match Settings::from_url(&SecretString::from(url))?.server {
            Server::Remote(options) => (*options, None),
            Server::Local { .. } => unreachable!("a URL names a remote server"),
        }
    } else {
        let started = tokio::task::spawn_blocking(find_or_start).await;
        let (options, last_used) = started.map_err(|error| LocalError::Failed {
            program: "the search for the test server",
            output: error.to_string(),
        })??;
        (options, Some(last_used))
    };
    let admin = admin
        .application_name("majordome tests")
        .disable_statement_logging();
    let mut connection = crate::open::wait_for(&admin, Duration::from_secs(20)).await?;
    let other = |source| OpenError::Other {
        server: Server::describe(&admin),
        source,
    };
    let owner = claim_number(&mut connection).await.map_err(other)?;
    sweep(&mut connection).await.map_err(other)?;
    // With nothing written through, copying files beats copying through the log. Until version 15
    // there was no other way, and no word for it; another's server knows best itself.
    let copies_files = last_used.is_some() && connection.server_version_num() >= Some(150_000);
    Ok(Shared {
        admin,
        owner,
        strategy: if copies_files {
            "strategy file_copy"
        } else {
            ""
        },
        last_used,
        _alive: Mutex::new(connection),
    })
}

/// Finds the running server or starts it; one process at a time. Blocks.
fn find_or_start() -> Result<(PgConnectOptions, PathBuf), LocalError> {
    let (root, user) = place()?;
    private_dir(&root, &user)?;
    let _lock = lock(&root.join("lock"))?;
    let last_used = root.join("last_used");
    touch(&last_used);
    user.own(&last_used)?;
    let cluster = Cluster::prepare(root, user, Durability::None)?;
    if cluster.running().is_none() {
        cluster.clear_remains()?;
        let mut command = cluster.watched_command(WATCH)?;
        command.env("LAST_USED", &last_used);
        command
            .spawn()
            .map_err(io_error("can not run", Path::new("/bin/sh")))?;
    }
    let started = Instant::now();
    while !cluster.running().is_some_and(|postmaster| postmaster.ready) {
        if started.elapsed() > START_LIMIT {
            return Err(LocalError::Failed {
                program: "postgres",
                output: cluster.log_tail(),
            });
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok((cluster.connect_options()?, last_used))
}

/// The form of the cluster. One more when it changes: builds of different age share a machine.
const FORM: u32 = 2;

/// Memory is ten times quicker than a disk at copying databases. A small one, as containers have, is not
/// enough: a test's database takes 8 MB. In bytes.
const ENOUGH_MEMORY: u64 = 2 << 30;

/// A folder that the server's user can enter, the same for every process of this user.
fn place() -> Result<(PathBuf, ServerUser), LocalError> {
    let name = format!("majordome-tests-{}-{FORM}", nix::unistd::geteuid());
    let mut barred = None;
    let memory = PathBuf::from("/dev/shm");
    let in_use = memory.join(&name).exists();
    let memory = Some(memory).filter(|folder| in_use || free_bytes(folder) >= ENOUGH_MEMORY);
    let on_disk = [env::temp_dir(), "/tmp".into(), "/var/tmp".into()];
    for folder in memory.into_iter().chain(on_disk) {
        let root = folder.join(&name);
        let user = ServerUser::choose(Some(&root))?;
        match user.barred_at(&folder) {
            None => return Ok((root, user)),
            Some(path) => barred = Some((user.name, path)),
        }
    }
    let (user, path) = barred.expect("the list of folders is not empty");
    Err(LocalError::NotReachable { user, path })
}

#[expect(
    clippy::useless_conversion,
    reason = "the two are narrower on some systems"
)]
fn free_bytes(folder: &Path) -> u64 {
    let free = |stat: nix::sys::statvfs::Statvfs| {
        u64::from(stat.blocks_available()) * u64::from(stat.fragment_size())
    };
    nix::sys::statvfs::statvfs(folder).map_or(0, free)
}

fn lock(path: &Path) -> Result<File, LocalError> {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(io_error("can not open", path))?;
    file.lock().map_err(io_error("can not lock", path))?;
    Ok(file)
}

fn touch(path: &Path) {
    // At worst the server stops early, and the next test starts it again.
    let _ = fs::write(path, b"");
}

/// Takes a number that no living test process has.
async fn claim_number(connection: &mut PgConnection) -> sqlx::Result<u32> {
    loop {
        let (number, ..) = uuid::Uuid::new_v4().as_fields();
        let sql = format!(
            "select pg_try_advisory_lock({OWNER_LOCK}, {})",
            number.cast_signed()
        );
        if crate::open::scalar(connection, AssertSqlSafe(sql)).await? {
            return Ok(number);
        }
    }
}

/// Drops the databases of test processes that are gone.
async fn sweep(connection: &mut PgConnection) -> sqlx::Result<()> {
    let names: Option<Vec<String>> = crate::open::scalar(
        connection,
        r"select array_agg(datname::text) from pg_database where datname like 'mj\_test\_%'",
    )
    .await?;
    for name in names.unwrap_or_default() {
        let owner = name
            .split('_')
            .nth(2)
            .and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let Some(owner) = owner.map(u32::cast_signed) else {
            continue;
        };
        // Our own lock would be granted again: this process has no database yet, so none is ours.
        let free = format!("select pg_try_advisory_lock({OWNER_LOCK}, {owner})");
        if crate::open::scalar(connection, AssertSqlSafe(free)).await? {
            let gone = connection
                .execute(AssertSqlSafe(format!(
                    "drop database if exists {name} with (force)"
                )))
                .await;
            connection
                .execute(AssertSqlSafe(format!(
                    "select pg_advisory_unlock({OWNER_LOCK}, {owner})"
                )))
                .await?;
            gone?;
        }
    }
    Ok(())
}
