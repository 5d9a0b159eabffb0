//! Files that are attached to messages.

use std::{cell::Cell, path::PathBuf};

use archive::{Allowed, Archive, Operator};
use database::GuildId;
use feature::settings::{Replacement, Via};
use jiff::SignedDuration;
use outgoing::{BoxFuture, Client, Door, Error, Stream};
use serde_json::{Value, json};
use testkit::{
    BotOptions, Story,
    discord_sim::{Argument, ChannelRef, Guild, SimOptions},
};
use tokio::net::TcpStream;

use crate::{enable, texts};

thread_local! {
    /// Where the bot of this test keeps its files; each test has a thread of its own.
    static FILES: tempfile::TempDir = tempfile::tempdir().unwrap();
    /// The most that all files may take, in megabytes.
    static ROOM: Cell<u32> = const { Cell::new(10) };
}

/// A door to the simulator, whose port stands in the addresses of its files.
struct Inside;

impl Door for Inside {
    fn open<'a>(
        &'a self,
        host: &'a str,
        port: u16,
    ) -> BoxFuture<'a, Result<Box<dyn Stream>, Error>> {
        Box::pin(async move {
            assert_eq!(host, "files.example");
            let stream = TcpStream::connect(("127.0.0.1", port)).await;
            let stream: Box<dyn Stream> = Box::new(stream.map_err(Error::Connect)?);
            Ok(stream)
        })
    }
}

fn files() -> PathBuf {
    FILES.with(|files| files.path().to_owned())
}

fn with_files() -> feature::Registry {
    let operator = Operator {
        files: Some(files()),
        attachments: Allowed {
            types: ["image/*", ".txt"].map(str::to_owned).to_vec(),
            most: 1_000,
        },
        attachments_mb: ROOM.get(),
        ..Operator::default()
    };
    feature::Registry::new().with(Archive::keeping(operator).reaching(Client::through(Inside)))
}

async fn story(tell: impl AsyncFnOnce(&mut Story)) {
    let sim = SimOptions {
        start_at: Some("2026-03-02T09:00:00Z".parse().unwrap()),
        files_at: Some("https://files.example:PORT".to_owned()),
        ..SimOptions::default()
    };
    testkit::story_with(with_files, sim, BotOptions::default().with_http(), tell).await;
}

fn id(guild: &Guild) -> GuildId {
    guild.id().to_string().parse().unwrap()
}

/// Wants files kept.
async fn want(story: &Story, guild: &Guild, report: Option<&ChannelRef>) {
    let report = report.map(|channel| channel.id().to_string());
    let house = story.house().clone();
    let entry = house
        .catalogue
        .documents()
        .find(|entry| entry.subject == "archive");
    let wanted = vec![Replacement {
        entry: entry.unwrap(),
        seen: 0,
        body: json!({ "raw": true, "files": true, "share": 50, "report": report }),
    }];
    let by = house.me.id();
    let settings = &house.settings;
    settings
        .replace(id(guild), by, Via::Discord, wanted)
        .await
        .unwrap();
}

/// How many contents lie there.
fn held() -> usize {
    let Ok(folders) = std::fs::read_dir(files().join("files")) else {
        return 0;
    };
    let folders = folders.map(|folder| folder.unwrap().path());
    folders
        .map(|folder| std::fs::read_dir(folder).unwrap().count())
        .sum()
}

fn file(name: &str, content: &[u8]) -> Argument {
    Argument::File(name.to_owned(), content.to_vec())
}

const STANDS: &str = "select name || ' ' || state || coalesce(' ' || reason, '') from archive.attachment order by attachment_id";

#[tokio::test]
async fn files_are_kept_once_served_with_a_key_and_gone_with_their_last_message() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let (alice, bob) = (guild.member("alice"), guild.member("bob"));
        let channel = guild.text("talk");
        story.idle().await;
        enable(story, &guild, &channel).await;
        alice
            .try_says(&channel, "not wanted yet", &[file("early.txt", b"early")])
            .unwrap();
        story.idle().await;
        assert_eq!(texts(story, STANDS).await, [""; 0]);
        want(story, &guild, Some(&channel)).await;
        let said = [
            file("plan é.txt", b"the plan"),
            file("run.exe", b"MZ"),
            file("long.txt", &[7; 1_001]),
        ];
        let message = alice.try_says(&channel, "see", &said).unwrap();
        let other = bob
            .try_says(&channel, "the same", &[file("copy.txt", b"the plan")])
            .unwrap();
        story.idle().await;
        assert_eq!(
            texts(story, STANDS).await,
            [
                "plan é.txt stored",
                "run.exe refused type",
                "long.txt refused size",
                "copy.txt stored"
            ]
        );
        assert_eq!(held(), 1, "a content is there once");
        let key = story.key(Some(id(&guild)), &["messages.read"]).await;
        let list =
            |message: u64| format!("/v1/guilds/{}/messages/{message}/attachments", guild.id());
        let base = list(message.id().get());
        let found = story.call("GET", &base).key(&key).send().await.expect(200);
        assert!(!found.to_string().contains("http"), "{found}");
        let first = format!(
            "{base}/{}",
            found["data"][0]["attachment_id"].as_str().unwrap()
        );
        let got = story.call("GET", &first).key(&key).send().await;
        assert_eq!(
            (got.status, got.body.as_slice()),
            (200, b"the plan".as_slice())
        );
        let name = got.header("content-disposition").unwrap();
        assert_eq!(name, "attachment; filename*=UTF-8''plan%20%C3%A9%2Etxt");
        let second = format!(
            "{base}/{}",
            found["data"][1]["attachment_id"].as_str().unwrap()
        );
        story
            .call("GET", &second)
            .key(&key)
            .send()
            .await
            .expect(404);
        story.call("GET", &first).send().await.expect(401);
        // Under another message it is not found.
        let wrong = first.replace(&message.id().to_string(), &other.id().to_string());
        story.call("GET", &wrong).key(&key).send().await.expect(404);
        let blind = testkit::api::keys::NewKey {
            name: "blind".to_owned(),
            scopes: ["messages.read".to_owned()].into(),
            guilds: Some(vec![id(&guild)]),
            channels: None,
            content: false,
            deleted: true,
            by: None,
            expires_at: None,
        };
        let blind = story.key_of(blind).await;
        story
            .call("GET", &first)
            .key(&blind)
            .send()
            .await
            .expect(403);
        // The one goes, the other still has it.
        story.advance(SignedDuration::from_secs(5)).await;
        story
            .answer(alice.slash("/archive privacy delete", &[]))
            .await;
        story.idle().await;
        assert_eq!(texts(story, STANDS).await, ["copy.txt stored"]);
        story.call("GET", &first).key(&key).send().await.expect(404);
        assert_eq!(held(), 1);
        let days = [("channel", (&channel).into()), ("days", 1.into())];
        story
            .answer(guild.owner().slash("/archive retention", &days))
            .await;
        story.advance(SignedDuration::from_hours(49)).await;
        assert_eq!(texts(story, STANDS).await, [""; 0]);
        assert_eq!(held(), 0);
        // Where the server wants it, what retention removed is told.
        story.advance(SignedDuration::from_mins(2)).await;
        let told = guild.owner().locale("en-US").sees(&channel);
        let told = told.last().unwrap().text();
        assert!(told.contains("Removed by retention"), "{told}");
        let answered: Value = story
            .call("GET", &list(other.id().get()))
            .key(&key)
            .send()
            .await
            .json();
        assert_eq!(answered["status"], 404);
    })
    .await;
}

#[tokio::test]
async fn an_address_that_ended_is_asked_for_anew_and_what_is_no_more_is_let_go() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice");
        let channel = guild.text("talk");
        story.idle().await;
        enable(story, &guild, &channel).await;
        want(story, &guild, None).await;
        story.stop().await;
        alice.try_says(&channel, "one", &[file("a.txt", b"a")]).unwrap();
        story.start().await;
        story.ready().await;
        story.idle().await;
        assert_eq!(texts(story, STANDS).await, ["a.txt stored"]);
        // As if the bot had been away for two days between the message and the file.
        let sql = "update archive.attachment set state = 'waiting', hash = null,
             address = regexp_replace(address_of, 'ex=[0-9a-f]+', 'ex=1') from (
                 select payload -> 'attachments' -> 0 ->> 'url' as address_of from archive.message where payload is not null
             ) as told";
        let mut db = story.database().database().acquire().await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut *db).await.unwrap();
        drop(db);
        let kept = alice.try_says(&channel, "two", &[file("b.txt", b"b")]).unwrap();
        story.idle().await;
        assert_eq!(texts(story, STANDS).await, ["a.txt stored", "b.txt stored"]);
        assert_eq!(held(), 2);
        let _ = kept;
        // Whoever puts an old copy of the database back has files that no row knows.
        let mut db = story.database().database().acquire().await.unwrap();
        let lost = "delete from archive.attachment where name = 'b.txt'; delete from archive.file f
             where not exists (select from archive.attachment a where a.hash = f.hash)";
        sqlx::raw_sql(lost).execute(&mut *db).await.unwrap();
        drop(db);
        story.advance(SignedDuration::from_hours(25)).await;
        assert_eq!(held(), 1);
    })
    .await;
}

#[tokio::test]
async fn no_more_is_kept_than_the_operator_allows() {
    ROOM.set(0);
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice");
        let channel = guild.text("talk");
        story.idle().await;
        enable(story, &guild, &channel).await;
        want(story, &guild, None).await;
        alice
            .try_says(&channel, "one", &[file("a.txt", b"a")])
            .unwrap();
        story.idle().await;
        assert_eq!(texts(story, STANDS).await, ["a.txt refused room"]);
        assert_eq!(held(), 0);
    })
    .await;
}
