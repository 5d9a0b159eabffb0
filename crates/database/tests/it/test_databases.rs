//! A database per test: cloned quickly, apart from each other, gone afterwards.

use std::time::{Duration, Instant};

use database::test_support::TestDatabase;
use sqlx::{Executor, Row};

/// Whether the server still has a database of this name.
async fn exists(through: &TestDatabase, name: &str) -> bool {
    let mut connection = through.acquire().await.unwrap();
    let rows = connection
        .fetch_all("select datname::text from pg_database")
        .await
        .unwrap();
    rows.iter().any(|row| row.get::<String, _>(0) == name)
}

fn name_of(database: &TestDatabase) -> String {
    database
        .connect_options()
        .get_database()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn a_clone_has_the_schema_and_is_its_own() {
    let (one, two) = (TestDatabase::create().await, TestDatabase::create().await);
    let sql = "select to_regnamespace('jobs') is not null";
    for database in [&one, &two] {
        let row = database
            .acquire()
            .await
            .unwrap()
            .fetch_one(sql)
            .await
            .unwrap();
        assert!(
            row.get::<bool, _>(0),
            "the migrations have not run in {}",
            name_of(database)
        );
    }
    one.acquire()
        .await
        .unwrap()
        .execute("create table only_here ()")
        .await
        .unwrap();
    let there = "select to_regclass('only_here') is not null";
    let row = two.acquire().await.unwrap().fetch_one(there).await.unwrap();
    assert!(!row.get::<bool, _>(0), "two test databases are one");
}

#[tokio::test]
async fn an_empty_one_has_nothing() {
    let empty = TestDatabase::create_empty().await;
    let sql = "select to_regclass('_sqlx_migrations') is null";
    let row = empty.acquire().await.unwrap().fetch_one(sql).await.unwrap();
    assert!(row.get::<bool, _>(0));
}

#[tokio::test]
async fn it_goes_with_its_test_even_while_in_use() {
    let watcher = TestDatabase::create().await;
    let database = TestDatabase::create().await;
    let name = name_of(&database);
    assert!(exists(&watcher, &name).await);
    let held = database.acquire().await.unwrap();
    drop(database);
    assert!(!exists(&watcher, &name).await);
    drop(held);
}

#[tokio::test]
async fn cloning_is_quick() {
    // The first makes the template; the best of a few tells the cost without a neighbour's noise.
    let _first = TestDatabase::create().await;
    let mut best = Duration::MAX;
    for _ in 0..5 {
        let started = Instant::now();
        let database = TestDatabase::create().await;
        best = best.min(started.elapsed());
        drop(database);
    }
    println!("best clone: {best:?}");
    assert!(best < Duration::from_millis(500), "a clone takes {best:?}");
}
