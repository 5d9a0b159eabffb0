//! Exports that are longer than an answer.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use archive::{Archive, Operator};
use database::GuildId;
use jiff::SignedDuration;
use parquet::{
    file::reader::{FileReader as _, SerializedFileReader},
    record::RowAccessor as _,
};
use serde_json::{Value, json};
use testkit::{
    BotOptions, Story,
    discord_sim::{Guild, Permissions, SimOptions},
};

use crate::{enable, plain, texts};

thread_local! {
    /// Where the bot of this test keeps its files; each test has a thread of its own.
    static FILES: tempfile::TempDir = tempfile::tempdir().unwrap();
}

fn files() -> PathBuf {
    FILES.with(|files| files.path().to_owned())
}

fn with_files() -> feature::Registry {
    let operator = Operator {
        files: Some(files()),
        reach: Some("https://bot.example.org".to_owned()),
        ..Operator::default()
    };
    feature::Registry::new()
        .with(Archive::keeping(operator))
        .with(testkit::api::Api::default())
}

async fn story(tell: impl AsyncFnOnce(&mut Story)) {
    let sim = SimOptions {
        start_at: Some("2026-03-02T09:00:00Z".parse().unwrap()),
        ..SimOptions::default()
    };
    testkit::story_with(with_files, sim, BotOptions::default().with_http(), tell).await;
}

fn id(guild: &Guild) -> GuildId {
    guild.id().to_string().parse().unwrap()
}

/// The names of all files that there are.
fn found() -> Vec<String> {
    let Ok(exports) = std::fs::read_dir(files().join("exports")) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for export in exports {
        for file in std::fs::read_dir(export.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            found.push(path.strip_prefix(files()).unwrap().display().to_string());
        }
    }
    found.sort();
    found
}

/// Puts messages there, so many a month from January on, each of so many words.
async fn put(story: &Story, guild: &Guild, channel: u64, months: i32, each: i32, words: i32) {
    let mut db = story.database().database().acquire().await.unwrap();
    let sql = format!(
        "set statement_timeout = 0;
         select archive.make_room(array_agg(archive.first_id('2026-01-01'::timestamptz + make_interval(months => m))))
         from generate_series(0, {months} - 1) m;
         insert into archive.message (id, guild_id, channel_id, author_id, author_name, content, told_at)
         select archive.first_id('2026-01-05'::timestamptz + make_interval(months => m)) + n, {}, {channel}, 5, 'alice',
             n || repeat('x', 5 * {words}), now()
         from generate_series(0, {months} - 1) m, generate_series(1, {each}) n;
         insert into archive.channel (guild_id, channel_id, name) values ({}, {channel}, 'talk') on conflict do nothing",
        guild.id(),
        guild.id()
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
        .execute(&mut *db)
        .await
        .unwrap();
}

/// The signed part of a link.
fn path(link: &Value) -> String {
    let link = link.as_str().unwrap();
    link.strip_prefix("https://bot.example.org")
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn an_export_by_month_is_fetched_by_its_links_until_they_end() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let channel = guild.text("general");
        story.idle().await;
        put(story, &guild, channel.id().get(), 3, 1_500, 3).await;
        let key = story.key(Some(id(&guild)), &["messages.read"]).await;
        let base = format!("/v1/guilds/{}/archive/exports", guild.id());
        let asked = json!({ "format": "csv", "split": "month", "mark": true });
        let made = story.call("POST", &base).key(&key).json(&asked).send();
        let made = made.await.expect(201);
        let one = format!("{base}/{}", made["id"]);
        story.idle().await;
        let done = story.call("GET", &one).key(&key).send().await.expect(200);
        assert_eq!(done["state"], "done", "{done}");
        assert_eq!(
            (&done["messages"], &done["progress"]),
            (&json!(4_500), &json!(100))
        );
        let parts = done["files"].as_array().unwrap();
        let names: Vec<&str> = parts
            .iter()
            .map(|part| part["name"].as_str().unwrap())
            .collect();
        let of = |month: &str| format!("messages-{}-2026-{month}.csv", channel.id());
        assert_eq!(names, [of("01"), of("02"), of("03")]);
        for part in parts {
            let file = story.call("GET", &path(&part["link"])).send().await;
            assert_eq!(
                file.header("content-length").unwrap(),
                part["bytes"].to_string()
            );
            assert_eq!(file.header("cache-control"), Some("private, no-store"));
            let text = file.text();
            file.expect(200);
            assert!(text.starts_with("\u{feff}message_id,"), "{}", &text[..40]);
            assert_eq!(text.lines().count(), 1_501);
        }
        // What is made up, or signed for something else, leads nowhere.
        let link = path(&parts[0]["link"]);
        for other in [
            link.replacen(
                &format!("-{}-1-", made["id"]),
                &format!("-{}-2-", made["id"]),
                1,
            ),
            format!("{}0", &link[..link.len() - 1]).replace("00", "01"),
            "/archive/exports/made-up".to_owned(),
        ] {
            story.call("GET", &other).send().await.expect(404);
        }
        // Keys that read less do not see it.
        let less = story.key_of(api_key(&guild, false)).await;
        story.call("GET", &one).key(&less).send().await.expect(404);
        let page = story.call("GET", &base).key(&less).send().await.expect(200);
        assert_eq!(page["data"], json!([]));
        story
            .call("DELETE", &one)
            .key(&less)
            .send()
            .await
            .expect(404);
        assert_eq!(found().len(), 3);
        story.advance(SignedDuration::from_hours(25)).await;
        story.call("GET", &link).send().await.expect(404);
        story.call("GET", &one).key(&key).send().await.expect(404);
        assert_eq!(found(), [""; 0]);
    })
    .await;
}

/// A key that may not read what was deleted.
fn api_key(guild: &Guild, deleted: bool) -> testkit::api::keys::NewKey {
    testkit::api::keys::NewKey {
        name: "less".to_owned(),
        scopes: ["messages.read".to_owned()].into(),
        guilds: Some(vec![id(guild)]),
        channels: None,
        content: true,
        deleted,
        by: None,
        expires_at: None,
    }
}

#[tokio::test]
async fn what_is_cut_by_count_or_size_holds_each_message_once_and_goes_on_where_it_ended() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let (one, two) = (guild.text("one"), guild.text("two"));
        story.idle().await;
        put(story, &guild, one.id().get(), 1, 1_200, 20).await;
        put(story, &guild, two.id().get(), 0, 0, 0).await;
        let key = story.key(Some(id(&guild)), &["messages.read"]).await;
        let base = format!("/v1/guilds/{}/archive/exports", guild.id());
        let export = async |asked: Value| {
            let made = story.call("POST", &base).key(&key).json(&asked).send();
            let made = made.await.expect(201);
            story.idle().await;
            let one = format!("{base}/{}", made["id"]);
            let done = story.call("GET", &one).key(&key).send().await.expect(200);
            assert_eq!(done["state"], "done", "{done}");
            let mut texts = Vec::new();
            for part in done["files"].as_array().unwrap() {
                let file = story.call("GET", &path(&part["link"])).send().await;
                texts.push(file.text());
                file.expect(200);
            }
            (done, texts)
        };
        let (done, files) = export(json!({ "split": "count", "split_at": 500 })).await;
        let counts: Vec<usize> = files.iter().map(|file| file.lines().count()).collect();
        assert_eq!(counts, [500, 500, 200]);
        let mut ids: Vec<String> = files.concat().lines().map(message).collect();
        ids.dedup();
        assert_eq!(ids.len(), 1_200);
        let (_, files) = export(json!({ "split": "size", "split_at": 100_000 })).await;
        assert!(files.len() > 2 && files.iter().all(|file| file.len() <= 100_000));
        let mut all: Vec<String> = files.concat().lines().map(message).collect();
        all.dedup();
        assert_eq!(all, ids);
        // By columns, of which nothing else is left on the disk.
        let before = found();
        let asked = json!({ "format": "parquet", "split": "count", "split_at": 700 });
        let made = story.call("POST", &base).key(&key).json(&asked).send();
        let made = made.await.expect(201);
        story.idle().await;
        let one = format!("{base}/{}", made["id"]);
        let columns = story.call("GET", &one).key(&key).send().await.expect(200);
        let parts = columns["files"].as_array().unwrap();
        assert_eq!((parts.len(), found().len()), (2, before.len() + 2));
        let mut by_columns = Vec::new();
        for part in parts {
            let file = story.call("GET", &path(&part["link"])).send().await;
            let kind = file.header("content-type");
            assert_eq!(kind, Some("application/vnd.apache.parquet"));
            assert_eq!(part["bytes"], file.body.len());
            let file = SerializedFileReader::new(axum::body::Bytes::from(file.body)).unwrap();
            let rows = file.get_row_iter(None).unwrap();
            by_columns.extend(rows.map(|row| row.unwrap().get_string(1).unwrap().clone()));
        }
        assert_eq!(by_columns, ids);
        let streamed = format!("/v1/guilds/{}/messages/export?format=parquet", guild.id());
        let refused = story.call("GET", &streamed).key(&key).send().await;
        assert!(
            refused.text().contains("archive/exports"),
            "{}",
            refused.text()
        );
        refused.expect(422);
        let (nothing, files) = export(json!({ "since": done["until"] })).await;
        assert_eq!((&nothing["messages"], files.len()), (&json!(0), 0));
        for (wrong, field) in [
            (json!({ "format": "xlsx" }), "format"),
            (json!({ "split": "week" }), "split"),
            (json!({ "split": "count" }), "split_at"),
            (json!({ "split": "size", "split_at": 5 }), "split_at"),
            (json!({ "split": "month", "split_at": 5 }), "split_at"),
            (json!({ "split": "month", "since": 5 }), "split"),
            (json!({ "since": -1 }), "since"),
            (json!({ "channel_ids": [] }), "channel_ids"),
        ] {
            let refused = story
                .call("POST", &base)
                .key(&key)
                .json(&wrong)
                .send()
                .await;
            assert!(
                refused.text().contains(&format!("\"{field}\"")),
                "{}",
                refused.text()
            );
            refused.expect(422);
        }
        let unknown = json!({ "channel_ids": ["17"] });
        let unknown = story.call("POST", &base).key(&key).json(&unknown).send();
        unknown.await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn a_link_dies_with_the_key_that_was_shown_it() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let channel = guild.text("general");
        story.idle().await;
        put(story, &guild, channel.id().get(), 1, 10, 1).await;
        let (key, other) = (
            story.key(Some(id(&guild)), &["messages.read"]).await,
            story.key(Some(id(&guild)), &["messages.read"]).await,
        );
        let base = format!("/v1/guilds/{}/archive/exports", guild.id());
        let made = story.call("POST", &base).key(&key).json(&json!({})).send();
        let one = format!("{base}/{}", made.await.expect(201)["id"]);
        story.idle().await;
        let link = async |key: &str| {
            let done = story.call("GET", &one).key(key).send().await.expect(200);
            path(&done["files"][0]["link"])
        };
        let (own, theirs) = (link(&key).await, link(&other).await);
        let status = async |link: &str| story.call("GET", link).send().await.status;
        assert_eq!((status(&own).await, status(&theirs).await), (200, 200));
        let now = story.house().clock.now();
        let mut db = story.database().database().acquire().await.unwrap();
        testkit::api::keys::revoke(&mut db, None, &key[3..11], now)
            .await
            .unwrap();
        drop(db);
        assert_eq!((status(&own).await, status(&theirs).await), (404, 200));
        // What is still being written for it ends: nobody may have it.
        raw(
            story,
            "update archive.export set state = 'running', place = null, ended_at = null;
             delete from archive.export_part",
        )
        .await;
        let job = jobs::NewJob::raw(
            "archive.export",
            json!({ "guild": guild.id().to_string(), "export": 1 }),
        );
        let mut db = story.database().database().acquire().await.unwrap();
        story.house().jobs.enqueue(&mut db, job).await.unwrap();
        drop(db);
        story.idle().await;
        let stands = "select state || ' ' || reason from archive.export";
        assert_eq!(texts(story, stands).await, ["failed rights"]);
        assert_eq!(found(), [""; 0]);
    })
    .await;
}

fn message(line: &str) -> String {
    let line: Value = serde_json::from_str(line).unwrap();
    line["message_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_long_channel_becomes_files_that_its_reader_alone_is_shown() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        let alice = guild.member("alice").locale("fr");
        let channel = guild.text("talk");
        let helper = guild.role("Helper", Permissions::MANAGE_MESSAGES);
        owner.gives_role(&alice, &helper);
        story.idle().await;
        put(story, &guild, channel.id().get(), 1, 2_800, 790).await;
        let options = [("channel", (&channel).into())];
        let begun = story.answer(alice.slash("/archive export", &options)).await;
        assert!(begun.text().contains("Tes exports"), "{}", begun.text());
        story.idle().await;
        let shown = story.answer(alice.slash("/archive exports", &[])).await;
        let text = shown.text();
        assert!(
            text.contains("https://bot.example.org/archive/exports/"),
            "{text}"
        );
        insta::assert_snapshot!("done_fr", without_link(&plain(&text)));
        let link = text
            .split('(')
            .find(|part| part.starts_with("https://"))
            .unwrap();
        let link = link.split(')').next().unwrap();
        let file = story.call("GET", &path(&json!(link))).send().await;
        assert_eq!(file.text().lines().count(), 2_800);
        // Others are not shown it.
        let other = story.answer(owner.slash("/archive exports", &[])).await;
        assert!(
            other.text().contains("You have no exports"),
            "{}",
            other.text()
        );
        // Who may not look into the archive any more has nothing of a link.
        owner.takes_role(&alice, &helper);
        let fetch = async || story.call("GET", &path(&json!(link))).send().await;
        fetch().await.expect(404);
        owner.gives_role(&alice, &helper);
        assert_eq!(fetch().await.status, 200);
        // Who can not read the channel any more is shown no links, and those that they were shown are over.
        channel.deny_everyone(Permissions::VIEW_CHANNEL);
        story.idle().await;
        fetch().await.expect(404);
        let shown = story.answer(alice.slash("/archive exports", &[])).await;
        let text = shown.text();
        assert!(!text.contains("https://"), "{text}");
        // Written anew because somebody is erased, it fails.
        story
            .answer(owner.slash("/archive privacy delete", &[]))
            .await;
        story.idle().await;
        let stands = "select state || ' ' || reason from archive.export";
        assert_eq!(texts(story, stands).await, ["failed rights"]);
        assert_eq!(found(), [""; 0]);
        let number = texts(story, "select id::text from archive.export")
            .await
            .concat();
        let cancel = [("cancel", number.parse::<i64>().unwrap().into())];
        let gone = story.answer(alice.slash("/archive exports", &cancel)).await;
        assert!(gone.text().contains("abandonné"), "{}", gone.text());
        assert_eq!(found(), [""; 0]);
    })
    .await;
}

/// The address, which is another in every run.
fn without_link(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("](https://") {
        shown.push_str(before);
        shown.push_str("](LINK)");
        rest = behind.split_once(')').map_or("", |(_, rest)| rest);
    }
    shown + rest
}

#[tokio::test]
async fn a_killed_export_goes_on_and_one_that_held_erased_words_is_written_anew() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice");
        let channel = guild.text("talk");
        story.idle().await;
        enable(story, &guild, &channel).await;
        alice.says(&channel, "zebrastripe");
        story.idle().await;
        story.advance(SignedDuration::from_secs(5)).await;
        put(story, &guild, channel.id().get(), 1, 3_000, 790).await;
        let key = story.key(Some(id(&guild)), &["messages.read"]).await;
        let base = format!("/v1/guilds/{}/archive/exports", guild.id());
        let made = story.call("POST", &base).key(&key).json(&json!({})).send();
        let made = made.await.expect(201);
        let begun = Instant::now();
        let noted = "select (place is not null)::text from archive.export";
        while texts(story, noted).await != ["true"] {
            assert!(begun.elapsed() < Duration::from_mins(1));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        story.kill();
        story.lapse_leases().await;
        story.start().await;
        story.ready().await;
        story.idle().await;
        let one = format!("{base}/{}", made["id"]);
        let done = story.call("GET", &one).key(&key).send().await.expect(200);
        assert_eq!(done["state"], "done", "{done}");
        let link = path(&done["files"][0]["link"]);
        let text = story.call("GET", &link).send().await.text();
        // The notice comes before what it speaks of, or with the repair.
        let of_people = |text: &str| -> Vec<String> {
            let lines = text
                .lines()
                .filter(|line| line.contains(r#""is_bot":false"#));
            lines.map(message).collect()
        };
        let mut ids = of_people(&text);
        let count = ids.len();
        ids.dedup();
        assert_eq!((count, ids.len()), (3_001, 3_001), "alice's is one");
        assert!(text.contains("zebrastripe"));
        let before = found();
        story
            .answer(alice.slash("/archive privacy delete", &[]))
            .await;
        story.idle().await;
        let text = story.call("GET", &link).send().await.text();
        assert_eq!(of_people(&text).len(), count);
        assert!(!text.contains("zebrastripe"));
        assert!(found() != before && found().len() == 1, "{:?}", found());
    })
    .await;
}

async fn raw(story: &Story, sql: &str) {
    let mut db = story.database().database().acquire().await.unwrap();
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    sqlx::raw_sql(sql).execute(&mut *db).await.unwrap();
}

#[tokio::test]
async fn what_an_old_copy_of_the_database_brings_back_is_erased_again() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let (alice, bob) = (guild.member("alice"), guild.member("bob"));
        let channel = guild.text("talk");
        story.idle().await;
        enable(story, &guild, &channel).await;
        alice.says(&channel, "zebrastripe");
        bob.says(&channel, "stays");
        story.idle().await;
        let copy = "create table public.copy as select id, guild_id, channel_id, author_id, author_name, content, told_at
             from archive.message where not is_bot";
        let back = "delete from archive.message where not is_bot;
             insert into archive.message (id, guild_id, channel_id, author_id, author_name, content, told_at)
             select * from public.copy;";
        let lost = format!("{back} delete from archive.person;");
        raw(story, copy).await;
        story.advance(SignedDuration::from_secs(5)).await;
        story.answer(alice.slash("/archive privacy delete", &[])).await;
        let held = "select coalesce(content, '-') from archive.message where not is_bot order by id";
        assert_eq!(texts(story, held).await, ["-", "stays"]);
        let authors = "select count(author_id)::text from archive.message where not is_bot";
        // The messages of a copy from before, with who was erased since, and without.
        for sql in [back, lost.as_str()] {
            raw(story, sql).await;
            assert_eq!(texts(story, held).await, ["zebrastripe", "stays"]);
            story.restart().await;
            story.idle().await;
            assert_eq!(texts(story, held).await, ["-", "stays"]);
            assert_eq!(texts(story, authors).await, ["1"]);
        }
        // At the latest a day later.
        raw(story, back).await;
        story.advance(SignedDuration::from_hours(25)).await;
        assert_eq!(texts(story, held).await, ["-", "stays"]);
    })
    .await;
}
