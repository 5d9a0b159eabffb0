//! `majordome import`: from tables as the replaced program has them.
#![expect(clippy::unwrap_used, reason = "a test that can not go on says where")]
#![expect(
    clippy::disallowed_methods,
    reason = "the tables of the replaced program are not in our schema, against which queries are checked"
)]

use std::{path::Path, process::Command};

use database::test_support::TestDatabase;

/// Vagrolant's tables, with rows that can be taken over and rows that can not.
const OLD: &str = "
    create table discord_user (id bigint primary key, display_name text, username text, updated_at timestamptz);
    insert into discord_user values
        (5, 'Alice', 'alice', now()), (6, 'Bob', null, null), (7, null, '', now()), (-1, 'Nobody', 'nobody', now());
    create table voice_hub (id bigint primary key, guild_id bigint not null, active boolean not null,
        naming_scheme text, max_rooms integer);
    insert into voice_hub values
        (100, 1, true, '{user} #{n}', 0), (101, 1, false, 'Room of {creator}', 5), (102, 1, true, null, 900);
    create table voice_room (id bigint primary key, hub_id bigint not null, guild_id bigint not null,
        creator_id bigint not null, sequence integer, name text);
    insert into voice_room values
        (200, 100, 1, 5, 1, 'Alice #1'), (201, 100, 1, 5, 2, 'Alice #2'), (202, 999, 1, 6, 1, 'Nowhere');
    create table autorole_group (id serial primary key, guild_id bigint not null, name text not null, multi boolean,
        max integer, feedback boolean, button_label text, button_style text, linked_message_id bigint,
        channel_id bigint, broken boolean, unique (guild_id, name));
    insert into autorole_group values
        (7, 1, 'Couleurs', true, 2, true, 'Choisir', 'success', 300, 301, false),
        (8, 1, '', false, 0, false, null, null, null, null, false),
        (9, 2, 'Couleurs', false, 0, false, null, null, null, null, false);
    create table autorole_item (group_id integer not null, role_id bigint not null, emoji text, position integer);
    insert into autorole_item values (7, 400, '🔴', 2), (7, 401, null, 1), (8, 402, null, 1), (9, 403, null, 1);
";

async fn run(to: &TestDatabase, from: &TestDatabase, arguments: &[&str]) -> (bool, String) {
    let place = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_majordome"));
    command
        .args(["import", "vagrolant", "--from", &from.url()])
        .args(arguments)
        .current_dir(place.path())
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("DATABASE_URL", to.url());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.success(), said.concat())
}

/// What is here: hubs, rooms, groups, items, users.
async fn counts(to: &TestDatabase) -> Vec<i64> {
    let mut connection = to.database().acquire().await.unwrap();
    let mut counts = Vec::new();
    for query in [
        "select count(*) from voice_hubs.hub",
        "select count(*) from voice_hubs.room",
        "select count(*) from autorole.role_group",
        "select count(*) from autorole.item",
        "select count(*) from users.discord_user",
    ] {
        let count: i64 = sqlx::query_scalar(query)
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        counts.push(count);
    }
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_dry_run_changes_nothing_and_a_second_run_neither() {
    let (from, to) = (
        TestDatabase::create_empty().await,
        TestDatabase::create().await,
    );
    let mut old = from.database().acquire().await.unwrap();
    sqlx::raw_sql(OLD).execute(&mut *old).await.unwrap();
    let (is_well, dry) = run(&to, &from, &["--dry-run"]).await;
    assert!(is_well, "{dry}");
    assert_eq!(counts(&to).await, [0, 0, 0, 0, 0]);
    let (is_well, said) = run(&to, &from, &[]).await;
    assert!(is_well, "{said}");
    insta::assert_snapshot!("import_first", said);
    assert_eq!(counts(&to).await, [2, 1, 2, 3, 2]);
    let (is_well, again) = run(&to, &from, &[]).await;
    assert!(is_well, "{again}");
    insta::assert_snapshot!("import_second", again);
    assert_eq!(counts(&to).await, [2, 1, 2, 3, 2]);
    let rules: serde_json::Value = sqlx::query_scalar(
        "select rules from autorole.role_group where legacy_id = 7 and guild_id = 1",
    )
    .fetch_one(&mut *to.database().acquire().await.unwrap())
    .await
    .unwrap();
    assert_eq!(
        (&rules["mode"], &rules["max"]),
        (&"multiple".into(), &2.into())
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_database_without_those_tables_or_none_at_all_is_told() {
    let (from, to) = (
        TestDatabase::create_empty().await,
        TestDatabase::create().await,
    );
    let (is_well, said) = run(&to, &from, &[]).await;
    assert!(
        is_well && said.contains("voice_hub: there is no such table"),
        "{said}"
    );
    let place = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_majordome"));
    command
        .args([
            "import",
            "vagrolant",
            "--from",
            "mysql://old:secret-word@host/bot",
        ])
        .current_dir(place.path())
        .env_clear()
        .env("DATABASE_URL", to.url());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        !output.status.success() && !said.contains("secret-word"),
        "{said}"
    );
}

/// Runs `majordome import reporting`, with the channel 20 named by the operator.
async fn take_over(to: &TestDatabase, file: &Path, arguments: &[&str]) -> (bool, String) {
    let place = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_majordome"));
    command
        .args(["import", "reporting"])
        .arg(file)
        .args(arguments)
        .current_dir(place.path())
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("DISCORD_CHANNEL_IDS", "20")
        .env("DATABASE_URL", to.url());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.success(), said.concat())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_file_of_the_reporting_api_is_taken_over_and_what_is_left_out_is_told() {
    let to = TestDatabase::create().await;
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("reporting.db");
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch(
        "create table discord_messages (message_id text primary key, guild_id text, channel_id text, author_id text,
             author_name text, content text, created_at text, edited_at text, deleted integer,
             attachment_count integer, embed_count integer, raw_json text, ingested_at text);
         insert into discord_messages values
             ('1212790000000000001', '1', '20', '5', 'Alice', 'hello', '2024-03-01 00:00:00', null, 0, 0, 0, null, null),
             ('1212790000000000002', '1', '20', '5', 'Alice', 'gone', '2024-03-01 00:00:00', null, 1, 0, 0, '{}', null),
             ('1212790000000000003', '1', '21', '5', 'Alice', 'elsewhere', null, null, 0, 0, 0, null, null),
             ('none', '1', '20', '5', 'Alice', 'what', null, null, 0, 0, 0, null, null)",
    )
    .unwrap();
    let count = async || -> i64 {
        let mut db = to.database().acquire().await.unwrap();
        let counting = sqlx::query_scalar("select count(*) from archive.message");
        counting.fetch_one(&mut *db).await.unwrap()
    };
    let (is_well, dry) = take_over(&to, &path, &["--dry-run"]).await;
    assert!(is_well, "{dry}");
    insta::assert_snapshot!("import_reporting_dry", dry);
    assert_eq!(count().await, 0);
    let (is_well, first) = take_over(&to, &path, &[]).await;
    assert!(is_well, "{first}");
    insta::assert_snapshot!("import_reporting_first", first);
    assert_eq!(count().await, 2);
    let (is_well, again) = take_over(&to, &path, &[]).await;
    assert!(
        is_well && again.contains("0 messages taken over, 2 here already"),
        "{again}"
    );
    assert_eq!(count().await, 2);
    let (is_well, missing) = take_over(&to, Path::new("/nowhere/reporting.db"), &[]).await;
    assert!(
        !is_well
            && missing.contains("/nowhere/reporting.db")
            && missing.contains("can not be read"),
        "{missing}"
    );
}
