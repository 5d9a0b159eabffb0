//! The machine's own Postgres: made, stopped, killed, recovered.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use database::local::{LocalError, LocalServer};
use database::{Database, OpenError, Settings};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::{ConnectOptions, Executor, Row};

/// A data directory that any user may walk to, as the server may run as another user than the tests.
pub(crate) fn data_dir() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

fn lives(pid: i32) -> bool {
    // An orphan that ended stays as a zombie where the machine's first process does not collect it.
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    kill(Pid::from_raw(pid), None).is_ok() && !stat.contains(") Z ")
}

/// Waits for a condition that another process brings about; never longer than 20 s.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let started = Instant::now();
    while !holds().await {
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "still waiting: {what}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn count(database: &Database) -> sqlx::Result<i64> {
    database
        .acquire()
        .await?
        .fetch_one("select count(*) from kept")
        .await?
        .try_get(0)
}

#[tokio::test]
async fn it_is_made_once_kept_and_stopped_with_the_program() {
    let folder = data_dir();
    let settings = Settings::local(folder.path());
    let cold = Instant::now();
    let database = Database::open(&settings).await.unwrap();
    println!("cold start: {:?}", cold.elapsed());
    assert!(database.migrated().applied > 0);
    database
        .pool()
        .execute("create table kept (); insert into kept default values")
        .await
        .unwrap();
    database.close().await;

    let warm = Instant::now();
    let database = Database::open(&settings).await.unwrap();
    println!("warm start: {:?}", warm.elapsed());
    assert_eq!(database.migrated().applied, 0);
    assert_eq!(count(&database).await.unwrap(), 1);
    let stop = Instant::now();
    database.close().await;
    println!("stop: {:?}", stop.elapsed());
}

#[tokio::test]
async fn two_programs_on_one_directory_are_refused() {
    let folder = data_dir();
    let server = LocalServer::start(folder.path()).await.unwrap();
    let second = Database::open(&Settings::local(folder.path()))
        .await
        .unwrap_err();
    assert!(
        matches!(second, OpenError::Local(LocalError::InUse { .. })),
        "{second:?}"
    );
    assert!(second.remedy().contains("DATA_DIR"));
    server.stop().await;
    LocalServer::start(folder.path())
        .await
        .unwrap()
        .stop()
        .await;
}

#[tokio::test]
async fn a_killed_server_comes_back_with_its_data() {
    let folder = data_dir();
    let server = LocalServer::start(folder.path()).await.unwrap();
    let options = server.connect_options();
    let mut connection = options.connect().await.unwrap();
    connection
        .execute("create table kept (); insert into kept default values")
        .await
        .unwrap();
    let first = server.pid();
    kill(Pid::from_raw(first), Signal::SIGKILL).unwrap();
    until("the server runs again", async || {
        ![0, first].contains(&server.pid())
    })
    .await;
    let mut connection = options.connect().await.unwrap();
    let row = connection
        .fetch_one("select count(*) from kept")
        .await
        .unwrap();
    assert_eq!(row.get::<i64, _>(0), 1);
    let second = server.pid();
    server.stop().await;
    assert!(!lives(second));
}

#[tokio::test]
async fn a_pool_survives_the_death_of_its_server() {
    let folder = data_dir();
    let database = Database::open(&Settings::local(folder.path()))
        .await
        .unwrap();
    database
        .pool()
        .execute("create table kept ()")
        .await
        .unwrap();
    database.pool().execute("do $$ begin perform pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid(); end $$").await.unwrap();
    until("the pool answers again", async || {
        count(&database).await.is_ok()
    })
    .await;
    database.close().await;
}

/// The folder that [`a_program_that_will_be_killed`] serves, when it is run as one.
const FOLDER: &str = "MAJORDOME_TEST_FOLDER";

#[tokio::test]
#[ignore = "run as a program of its own by `what_a_killed_program_left_is_cleared`"]
async fn a_program_that_will_be_killed() {
    let folder = std::env::var_os(FOLDER).unwrap();
    let server = LocalServer::start(Path::new(&folder)).await.unwrap();
    let mut connection = server.connect_options().connect().await.unwrap();
    connection.execute("create table kept ()").await.unwrap();
    std::fs::write(Path::new(&folder).join("ready"), server.pid().to_string()).unwrap();
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn what_a_killed_program_left_is_cleared() {
    let folder = data_dir();
    let name = "local::a_program_that_will_be_killed";
    let mut program = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--ignored"])
        .env(FOLDER, folder.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut orphan = 0;
    until("the program holds its server", async || {
        let said = std::fs::read_to_string(folder.path().join("ready")).unwrap_or_default();
        orphan = said.parse().unwrap_or(0);
        orphan != 0
    })
    .await;
    program.kill().unwrap();
    program.wait().unwrap();
    assert!(
        lives(orphan),
        "the server went with the program: then there is nothing to clear"
    );

    let started = Instant::now();
    let again = LocalServer::start(folder.path()).await.unwrap();
    println!("start after a kill: {:?}", started.elapsed());
    assert_ne!(again.pid(), orphan);
    assert!(!lives(orphan));
    let mut connection = again.connect_options().connect().await.unwrap();
    connection.execute("select from kept").await.unwrap();
    again.stop().await;
}

#[tokio::test]
async fn a_stale_pid_file_of_a_reused_number_is_no_obstacle() {
    let folder = data_dir();
    LocalServer::start(folder.path())
        .await
        .unwrap()
        .stop()
        .await;
    // Our own number: a process that lives, and is no postmaster.
    let stale = format!("{}\n/nowhere\n0\n5432\n\n\n\nready\n", std::process::id());
    std::fs::write(folder.path().join("postgres/cluster/postmaster.pid"), stale).unwrap();
    LocalServer::start(folder.path())
        .await
        .unwrap()
        .stop()
        .await;
}

#[tokio::test]
async fn an_initdb_that_was_cut_off_is_begun_anew() {
    let folder = data_dir();
    std::fs::create_dir_all(folder.path().join("postgres/cluster.new/base")).unwrap();
    LocalServer::start(folder.path())
        .await
        .unwrap()
        .stop()
        .await;
}

#[tokio::test]
async fn a_long_path_still_gets_a_socket() {
    let folder = data_dir();
    let long = folder.path().join("a".repeat(120));
    let server = LocalServer::start(&long).await.unwrap();
    server.connect_options().connect().await.unwrap();
    server.stop().await;
}

#[tokio::test]
async fn a_cluster_of_another_version_names_it() {
    let folder = data_dir();
    std::fs::create_dir_all(folder.path().join("postgres/cluster")).unwrap();
    std::fs::write(folder.path().join("postgres/cluster/PG_VERSION"), "13\n").unwrap();
    let error = LocalServer::start(folder.path()).await.unwrap_err();
    assert!(
        error.to_string().contains("made by PostgreSQL 13"),
        "{error}"
    );
    assert!(error.remedy().contains("pg_dump"));
}

#[tokio::test]
async fn dropping_it_stops_the_server() {
    let folder = data_dir();
    let server = LocalServer::start(folder.path()).await.unwrap();
    let pid = server.pid();
    drop(server);
    until("the server is gone", async || !lives(pid)).await;
}
