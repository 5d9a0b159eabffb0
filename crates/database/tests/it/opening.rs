//! What `open` says when something is wrong, and that it waits when waiting helps.

use std::path::Path;
use std::time::Duration;

use database::local::LocalServer;
use database::test_support::TestDatabase;
use database::{Database, OpenError, Server, Settings};
use secrecy::SecretString;
use sqlx::Executor;
use sqlx::postgres::PgConnectOptions;

use crate::local::data_dir;

fn remote(options: PgConnectOptions) -> Settings {
    let mut settings = Settings::new(Server::Remote(Box::new(options)));
    settings.start_timeout = Duration::from_secs(20);
    settings
}

/// The error, after a look that it tells no secret and what to do.
async fn refusal(settings: &Settings) -> OpenError {
    let error = Database::open(settings).await.unwrap_err();
    let all = format!("{error} {error:?} {}", error.remedy());
    assert!(!all.contains("hunter2"), "{all}");
    assert!(error.remedy().ends_with('.'), "{all}");
    error
}

#[tokio::test]
async fn a_wrong_password_and_a_missing_database_are_told_apart() {
    let folder = data_dir();
    let server = LocalServer::start(folder.path()).await.unwrap();
    let right = server.connect_options();

    let error = refusal(&remote(right.clone().password("hunter2"))).await;
    assert!(
        matches!(&error, OpenError::WrongPassword { user, .. } if user == "majordome"),
        "{error:?}"
    );
    let error = refusal(&remote(
        right.clone().username("nobody_here").password("hunter2"),
    ))
    .await;
    assert!(
        matches!(&error, OpenError::WrongPassword { user, .. } if user == "nobody_here"),
        "{error:?}"
    );
    let error = refusal(&remote(right.database("not_there"))).await;
    assert!(
        matches!(error, OpenError::MissingDatabase { .. }),
        "{error:?}"
    );
    server.stop().await;
}

#[tokio::test]
async fn a_server_that_never_comes_is_named_with_the_reason() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = SecretString::from(format!("postgres://majordome:hunter2@{nobody}/majordome"));
    let mut settings = Settings::from_url(&url).unwrap();
    settings.start_timeout = Duration::from_millis(300);
    let error = refusal(&settings).await;
    let OpenError::Unreachable { server, reason, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(
        (server.as_str(), reason.as_str()),
        (&*format!("{nobody}/majordome"), "connection refused")
    );
}

#[tokio::test]
async fn a_server_that_is_still_starting_is_waited_for() {
    let folder = data_dir();
    let first = LocalServer::start(folder.path()).await.unwrap();
    let settings = remote(first.connect_options());
    first.stop().await;
    let opening = tokio::spawn(async move { Database::open(&settings).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!opening.is_finished());
    let second = LocalServer::start(folder.path()).await.unwrap();
    opening.await.unwrap().unwrap().close().await;
    second.stop().await;
}

#[tokio::test]
async fn a_schema_of_a_newer_program_is_left_alone() {
    let database = TestDatabase::create().await;
    let newer =
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
                 values (99990101000000, 'from the future', true, '', 0)";
    database
        .acquire()
        .await
        .unwrap()
        .execute(newer)
        .await
        .unwrap();
    let error = refusal(&database.settings()).await;
    assert!(
        matches!(
            error,
            OpenError::SchemaTooNew {
                found: 99_990_101_000_000,
                ..
            }
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_migration_that_was_changed_afterwards_is_refused() {
    let database = TestDatabase::create().await;
    let changed = "update _sqlx_migrations set checksum = 'x' where version = (select min(version) from _sqlx_migrations)";
    database
        .acquire()
        .await
        .unwrap()
        .execute(changed)
        .await
        .unwrap();
    let error = refusal(&database.settings()).await;
    assert!(
        matches!(error, OpenError::SchemaDiffers { .. }),
        "{error:?}"
    );
}

/// Reads how the files are named; what they do is told by [`each_migration_applies_by_itself`].
#[test]
fn migrations_are_named_after_time_and_owner() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names.len(),
        database::MIGRATOR.iter().count(),
        "a file is no migration: {names:?}"
    );
    for name in &names {
        let (time, what) = name.split_once('_').unwrap();
        assert!(
            time.len() == 14 && time.bytes().all(|byte| byte.is_ascii_digit()),
            "{name}"
        );
        let what = what.strip_suffix(".sql").unwrap();
        assert!(
            what.split('_').count() >= 2,
            "{name} says either no owner or not what it does"
        );
        assert!(
            what.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'),
            "{name}"
        );
    }
}

#[tokio::test]
async fn each_migration_applies_by_itself() {
    let database = TestDatabase::create_empty().await;
    for migration in database::MIGRATOR.iter() {
        let mut connection = database.acquire().await.unwrap();
        database::MIGRATOR
            .run_to(migration.version, &mut *connection)
            .await
            .unwrap_or_else(|error| {
                panic!("{} {}: {error}", migration.version, migration.description)
            });
    }
    // Opening afterwards finds nothing to do.
    assert_eq!(
        Database::open(&database.settings())
            .await
            .unwrap()
            .migrated()
            .applied,
        0
    );
}
