//! The file of the Reporting API.

use std::path::{Path, PathBuf};

use archive::{
    Operator,
    import::{self, ImportError, Report, Unreadable},
};
use database::ChannelId;
use rusqlite::Connection;
use serde_json::json;
use testkit::{
    Story,
    discord_sim::{ChannelRef, Guild},
};

use crate::{enable, stored, story, texts};

/// The table as that program made it.
const TABLE: &str = "create table discord_messages (
    message_id text primary key, guild_id text not null, channel_id text not null, author_id text not null,
    author_name text, content text, created_at datetime, edited_at datetime, deleted boolean default 0,
    attachment_count integer default 0, embed_count integer default 0, raw_json text, ingested_at datetime)";

/// The first id of 2024-03-01, in which everything here was said.
const FIRST: u64 = (1_709_251_200_000 - 1_420_070_400_000) << 22;

struct Old {
    directory: tempfile::TempDir,
    file: Connection,
}

impl Old {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let file = Connection::open(directory.path().join("reporting.db")).unwrap();
        // Nobody pulls the plug within the test.
        file.pragma_update(None, "synchronous", "off").unwrap();
        file.execute_batch(TABLE).unwrap();
        Self { directory, file }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("reporting.db")
    }

    /// A message, by its number.
    fn say(&self, number: u64, guild: &str, channel: &str, author: &str, content: &str) -> String {
        let id = (FIRST + number).to_string();
        let raw = json!({
            "id": id, "content": "as it was at first", "author": { "id": author, "username": "old" },
            "mentions": [{ "id": "77" }], "attachments": [{ "id": "8", "filename": "plan.pdf" }],
        });
        self.file
            .execute(
                "insert into discord_messages values
                     (?1, ?2, ?3, ?4, 'Old name', ?5, '2024-03-01 00:00:00', null, 0, 1, 0, ?6, '2024-03-01 00:00:01.5')",
                (&id, guild, channel, author, content, raw.to_string()),
            )
            .unwrap();
        id
    }

    fn change(&self, sql: &str) {
        self.file.execute_batch(sql).unwrap();
    }
}

async fn take(story: &Story, operator: &Operator, file: &Path, dry_run: bool) -> Report {
    try_to(story, operator, file, dry_run).await.unwrap()
}

async fn try_to(
    story: &Story,
    operator: &Operator,
    file: &Path,
    dry_run: bool,
) -> Result<Report, ImportError> {
    let house = story.house();
    let (database, settings) = (&house.database, &house.settings);
    let now = house.clock.now();
    let mut seen = 0;
    let tell = |now: import::Progress| {
        assert!(now.read > seen && now.read <= now.all);
        seen = now.read;
    };
    import::reporting(database, settings, operator, file, dry_run, now, tell).await
}

fn ids(guild: &Guild, channel: &ChannelRef) -> (String, String) {
    (guild.id().to_string(), channel.id().to_string())
}

#[tokio::test]
async fn a_file_is_taken_over_once_and_joined_with_what_is_here() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let (talk, secret) = (guild.text("talk"), guild.text("secret"));
        story.idle().await;
        enable(story, &guild, &talk).await;
        let (here, channel) = ids(&guild, &talk);
        let old = Old::new();
        let kept = old.say(1, &here, &channel, "5", "zebrastripe with a plan");
        let gone = old.say(2, &here, &channel, "5", "taken back");
        let edited = old.say(3, &here, &channel, "6", "said better");
        old.change(&format!(
            "update discord_messages set deleted = 1 where message_id = '{gone}';
             update discord_messages set edited_at = '2024-03-01 00:05:00.000000' where message_id = '{edited}'"
        ));
        // Of a channel that is not kept, of nobody's server, with ids that are none, of a day to come.
        old.say(4, &here, &secret.id().to_string(), "5", "not for us");
        old.say(5, "0", &channel, "5", "between two");
        old.change(&format!(
            "insert into discord_messages (message_id, guild_id, channel_id, author_id) values
                 ('soon', '{here}', '{channel}', '5'), ('-3', '{here}', '{channel}', '5'),
                 ('9000000000000000000', '{here}', '{channel}', '5')"
        ));
        for number in 10..1_500 {
            old.say(number, &here, &channel, "7", "one of many");
        }
        let whole = stored(story).await;
        let dry = take(story, &Operator::default(), &old.path(), true).await;
        assert_eq!((dry.read, dry.added, dry.unfit), (1_498, 1_493, 4));
        assert_eq!(stored(story).await, whole, "a dry run changes nothing");

        let first = take(story, &Operator::default(), &old.path(), false).await;
        assert_eq!((first.added, first.known, first.withheld), (1_493, 0, 0));
        let elsewhere: Vec<String> = first
            .elsewhere
            .iter()
            .map(|((_, channel), count)| format!("{channel} {count}"))
            .collect();
        assert_eq!(elsewhere, [format!("{} 1", secret.id())]);
        let mut reasons = first.reasons.clone();
        reasons.sort();
        insta::assert_snapshot!(reasons.join("\n").replace(&(FIRST + 5).to_string(), "FIRST + 5"), @r"
        `-3`: its `message_id` is no id: 17 to 19 digits
        `FIRST + 5`: it is of no server: direct messages are not kept
        `9000000000000000000`: its `message_id` is of a day that is yet to come
        `soon`: its `message_id` is no id: 17 to 19 digits
        ");
        let said = stored(story).await;
        assert_eq!(said.len(), 1_493);
        assert_eq!(
            said[..3],
            ["zebrastripe with a plan", "taken back (deleted)", "said better"]
        );
        let whole = "select id || ' ' || author_name || ' ' || coalesce(edited_at::text, '-') || ' ' || told_at
                 || ' ' || has::text || ' ' || mentions::text || ' ' || (payload -> 'attachments' -> 0 ->> 'filename')
             from archive.message where not is_bot order by id limit 1";
        let one = format!("{kept} Old name - 2024-03-01 00:00:01.5+00 {{file}} {{77}} plan.pdf");
        assert_eq!(texts(story, whole).await, [one]);
        // The old interface answers as that program did.
        let id: database::GuildId = here.parse().unwrap();
        let key = story.key(Some(id), &["messages.read"]).await;
        let path = format!("/v1/messages?guild_id={here}&channel_id={channel}&limit=1&include_deleted=true");
        let page = story.call("GET", &path).key(&key).send().await.expect(200);
        assert_eq!(page["data"][0]["message_id"], kept);
        assert_eq!(page["data"][0]["content"], "zebrastripe with a plan");
        assert_eq!(page["data"][0]["attachment_count"], 1);

        let all = "select md5(string_agg(m::text, '|' order by id)) from archive.message m where not is_bot";
        let before = texts(story, all).await;
        let again = take(story, &Operator::default(), &old.path(), false).await;
        assert_eq!((again.added, again.known), (0, 1_493));
        assert_eq!(texts(story, all).await, before, "a second run changes nothing");
    })
    .await;
}

#[tokio::test]
async fn what_the_bot_heard_stands_over_the_file_and_people_over_both() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let talk = guild.text("talk");
        let (alice, bob) = (guild.member("alice"), guild.member("bob"));
        story.idle().await;
        enable(story, &guild, &talk).await;
        let (here, channel) = ids(&guild, &talk);
        let old = Old::new();
        // One that the bot knows better.
        let said = alice.says(&talk, "as it is now");
        story.idle().await;
        let known = texts(story, "select id::text from archive.message where not is_bot").await;
        old.say(1, &here, &channel, &bob.id().to_string(), "of who wants none of it");
        old.say(2, &here, &channel, &alice.id().to_string(), "to be erased");
        old.change(&format!(
            "insert into discord_messages (message_id, guild_id, channel_id, author_id, author_name, content)
             values ('{}', '{here}', '{channel}', '{}', 'Alice of old', 'as it was')",
            known[0],
            alice.id()
        ));
        drop(said);
        story.answer(bob.slash("/archive privacy opt-out", &[])).await;
        let report = take(story, &Operator::default(), &old.path(), false).await;
        assert_eq!((report.added, report.known, report.withheld), (2, 1, 1));
        assert_eq!(stored(story).await, ["-", "to be erased", "as it is now"]);
        let names = "select string_agg(name, ' ' order by name) from archive.author where name like '%lice%'";
        let name = texts(story, names).await;
        assert!(!name.concat().contains("of old"), "{name:?}");
        // Erased words do not come back with the file.
        story.advance(jiff::SignedDuration::from_secs(5)).await;
        story.answer(alice.slash("/archive privacy delete", &[])).await;
        story.idle().await;
        take(story, &Operator::default(), &old.path(), false).await;
        assert_eq!(stored(story).await, ["-", "-", "-"]);
    })
    .await;
}

#[tokio::test]
async fn what_the_operator_names_is_taken_over_and_what_is_off_is_not() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let (talk, off) = (guild.text("talk"), guild.text("off"));
        story.idle().await;
        let (here, channel) = ids(&guild, &talk);
        let old = Old::new();
        old.say(1, &here, &channel, "5", "named");
        old.say(2, &here, &off.id().to_string(), "5", "off");
        let nothing = take(story, &Operator::default(), &old.path(), false).await;
        assert_eq!((nothing.added, nothing.elsewhere.len()), (0, 2));
        enable(story, &guild, &off).await;
        let owner = guild.owner().locale("en-US");
        let options = [("channel", (&off).into())];
        story
            .answer(owner.slash("/archive disable", &options))
            .await;
        let id: ChannelId = channel.parse().unwrap();
        let named = Operator {
            channels: vec![id],
            ..Operator::default()
        };
        let everything = Operator {
            everything: true,
            ..Operator::default()
        };
        for operator in [named, everything] {
            let report = take(story, &operator, &old.path(), false).await;
            assert_eq!(report.elsewhere.len(), 1, "{report:?}");
        }
        assert_eq!(stored(story).await, ["named"]);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_such_file_is_told() {
    story(async |story| {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.db");
        let operator = Operator::default();
        let missing = try_to(story, &operator, &path, false).await;
        assert!(matches!(
            missing,
            Err(ImportError::File(Unreadable::Sqlite(_)))
        ));
        std::fs::write(
            &path,
            "no database, but long enough to be looked at ".repeat(50),
        )
        .unwrap();
        let text = try_to(story, &operator, &path, false).await;
        assert!(matches!(
            text,
            Err(ImportError::File(Unreadable::Sqlite(_)))
        ));
        std::fs::remove_file(&path).unwrap();
        let file = Connection::open(&path).unwrap();
        file.execute_batch("create table other (x)").unwrap();
        let other = try_to(story, &operator, &path, false).await;
        assert!(matches!(other, Err(ImportError::File(Unreadable::NoTable))));
        file.execute_batch("create table discord_messages (message_id text, guild_id text)")
            .unwrap();
        let lacking = try_to(story, &operator, &path, false).await;
        assert!(matches!(
            lacking,
            Err(ImportError::File(Unreadable::NoColumn("channel_id")))
        ));
    })
    .await;
}
