//! Files that were attached to messages, where a server wants them kept: each content once, under its hash, in `files`
//! below `DATA_DIR`.
//!
//! What is to be fetched is noted with its message; a job fetches one after the other, after a [`Policy`] was asked. An
//! address that has ended is asked for anew with its message, so what Discord has no more is not fetched. Whoever puts a
//! file there or removes one takes a turn, so no content goes while another message gets it. When the last message that
//! has a content is erased or past its time, the content is removed.

pub(crate) mod policy;
pub(crate) mod routes;

use std::{
    fmt::Write as _,
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use database::{ChannelId, GuildId, MessageId};
use feature::{Class, Explain as _, Failure, House, Kit, Outcome, Refusal};
use jobs::{Job, NewJob, Priority};
use outgoing::{Address, Excess, HeaderMap, Method as Verb, Request, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use sqlx::PgConnection;
use tokio::{fs, io::AsyncWriteExt as _, time::Instant};
use twilight_http::request::{Method, RequestBuilder};

use self::policy::{Objection, Offered, Policy as _};
use crate::{
    Archive,
    store::{self, files::Waiting},
};

/// How often a file is asked for that can not be fetched.
const TRIES: i32 = 5;
/// After how long the job begins anew, so that a stop need not wait for it.
const BUDGET: Duration = Duration::from_secs(20);
/// How long one file may take.
const PATIENCE: Duration = Duration::from_mins(2);
/// An address that ends in less than this is asked for anew.
const SPARE: i64 = 300;
/// How many contents are removed at a time.
const AT_ONCE: i64 = 500;
/// After how long a file is left over that was begun and never finished.
const LEFT_OVER: Duration = Duration::from_hours(24);

/// A file of a message, as Discord tells of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Attached {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) content_type: Option<String>,
    pub(crate) bytes: i64,
    pub(crate) address: Option<String>,
}

impl Attached {
    /// Reads what Discord says of a file.
    pub(crate) fn read(file: &Value) -> Option<Self> {
        let text = |key: &str, most: usize| -> Option<String> {
            let text = file[key].as_str()?.chars().filter(|at| *at != '\0');
            Some(text.take(most).collect::<String>()).filter(|text| !text.is_empty())
        };
        Some(Self {
            id: file["id"].as_str()?.parse().ok()?,
            name: text("filename", 260)?,
            content_type: text("content_type", 200),
            bytes: file["size"].as_i64().unwrap_or(0),
            address: text("url", 2_001).filter(|url| url.chars().count() <= 2_000),
        })
    }

    /// Whether its address leads there for some time. Addresses say in `ex`, in hexadecimal seconds, when they end.
    fn is_fresh(&self, now: i64) -> bool {
        let Some(query) = self.address.as_deref().and_then(|url| url.split_once('?')) else {
            return self.address.is_some();
        };
        let mut parts = query.1.split('&').filter_map(|part| part.split_once('='));
        let ends = parts.find(|(key, _)| *key == "ex");
        let ends = ends.and_then(|(_, at)| i64::from_str_radix(at, 16).ok());
        ends.is_none_or(|ends| ends > now + SPARE)
    }
}

/// Fetches the files of a guild.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Fetch {
    guild: GuildId,
}

impl Job for Fetch {
    const NAME: &'static str = "archive.fetch";
}

/// Notes the files of messages and has them fetched, in the transaction that writes the messages.
pub(crate) async fn note(
    kit: &Kit<Archive>,
    db: &mut PgConnection,
    told: &[crate::model::Told],
) -> sqlx::Result<()> {
    for guild in store::files::note(db, told).await? {
        later(kit, db, guild).await?;
    }
    Ok(())
}

async fn later(house: &House, db: &mut PgConnection, guild: GuildId) -> sqlx::Result<()> {
    let job = NewJob::new(&Fetch { guild }).map_err(|error| sqlx::Error::Encode(error.into()))?;
    // One after the other: of each the whole is in memory for a moment.
    let job = job
        .key(guild.to_string())
        .queue("archive.fetch")
        .priority(Priority::Low);
    house.jobs.enqueue(db, job).await?;
    Ok(())
}

fn root(files: &Path) -> PathBuf {
    files.join("files")
}

/// A hash as people write it.
pub(crate) fn hex(hash: &[u8]) -> String {
    let mut hex = String::new();
    for byte in hash {
        // Writing to a text can not fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// Where a content is.
pub(crate) fn path(files: &Path, hash: &[u8]) -> PathBuf {
    let hex = hex(hash);
    root(files)
        .join(hex.get(..2).unwrap_or_default())
        .join(&hex)
}

/// What became of a file.
enum End {
    /// It is there.
    Stored,
    /// It is not kept.
    Left(&'static str, Option<&'static str>),
    /// It may be there later.
    Later,
}

pub(crate) async fn fetch(kit: Kit<Archive>, job: Fetch) -> Outcome<()> {
    let guild = job.guild;
    let Some(files) = kit.feature.operator.files.clone() else {
        return Ok(());
    };
    let begun = Instant::now();
    let mut failed = 0;
    loop {
        let mut db = kit.database.begin().await?;
        let Some(waiting) = store::files::next(&mut db, guild, TRIES).await? else {
            return Ok(());
        };
        if begun.elapsed() > BUDGET {
            later(&kit, &mut db, guild).await?;
            db.commit().await?;
            return Ok(());
        }
        drop(db);
        match one(&kit, &files, guild, &waiting).await? {
            End::Stored => {}
            End::Left(state, reason) => {
                let mut db = kit.database.acquire().await?;
                store::files::leave(&mut db, guild, waiting.id, state, reason).await?;
            }
            End::Later => {
                let mut db = kit.database.acquire().await?;
                store::files::fail(&mut db, guild, waiting.id, TRIES).await?;
                failed += 1;
                if failed > 3 {
                    // Nothing comes through now.
                    return Err(Unreachable.into());
                }
            }
        }
    }
}

/// Files can not be fetched now.
#[derive(Debug, thiserror::Error)]
#[error("files can not be fetched now")]
struct Unreachable;

impl feature::Explain for Unreachable {
    fn explain(&self, _: feature::Lang) -> Option<String> {
        None
    }

    fn class(&self) -> Class {
        Class::Transient
    }
}

async fn one(kit: &Kit<Archive>, files: &Path, guild: GuildId, waiting: &Waiting) -> Outcome<End> {
    let policy = &kit.feature.operator.attachments;
    let offered = Offered {
        name: &waiting.attached.name,
        content_type: waiting.attached.content_type.as_deref(),
        bytes: waiting.attached.bytes.try_into().unwrap_or_default(),
    };
    if let Err(objection) = policy.judge(offered) {
        return Ok(End::Left("refused", Some(objection.name())));
    }
    let held = store::files::bytes(&mut *kit.database.acquire().await?).await?;
    if held + waiting.attached.bytes > kit.feature.operator.most_of_files() {
        return Ok(End::Left("refused", Some("room")));
    }
    let now = kit.clock.now().as_second();
    let is_fresh = waiting.attached.is_fresh(now);
    let first = waiting.attached.address.clone().filter(|_| is_fresh);
    let mut address = match first {
        Some(address) => address,
        None => match anew(kit, waiting).await? {
            Ok(address) => address,
            Err(end) => return Ok(end),
        },
    };
    let mut is_anew = !is_fresh;
    let body = loop {
        match ask(kit, &address, policy.most()).await {
            Asked::Body(body) => break body,
            Asked::TooLarge => return Ok(End::Left("refused", Some(Objection::Size.name()))),
            Asked::Later => return Ok(End::Later),
            Asked::Gone if is_anew => return Ok(End::Left("gone", None)),
            Asked::Gone => {
                address = match anew(kit, waiting).await? {
                    Ok(address) => address,
                    Err(end) => return Ok(end),
                };
                is_anew = true;
            }
        }
    };
    match put(kit, files, guild, waiting, &body).await? {
        Ok(()) => Ok(End::Stored),
        Err(error) => {
            tracing::warn!(error = feature::chain(&error), "a file can not be written");
            Ok(End::Later)
        }
    }
}

/// Asks Discord for the message, for where its file is now.
async fn anew(kit: &Kit<Archive>, waiting: &Waiting) -> Outcome<Result<String, End>> {
    let (channel, message): (ChannelId, MessageId) = (waiting.channel, waiting.message);
    let request = RequestBuilder::raw(
        Method::Get,
        format!("channels/{channel}/messages/{message}"),
    )
    .build()
    .map_err(Failure::fault)?;
    let told: Value = match kit.discord.raw(request).await {
        Ok(told) => told,
        Err(Refusal::Gone(_) | Refusal::Forbidden { .. }) => {
            return Ok(Err(End::Left("gone", None)));
        }
        Err(refusal) if refusal.class() == Class::Permanent => return Ok(Err(End::Later)),
        Err(refusal) => return Err(refusal.into()),
    };
    let all = told["attachments"].as_array().into_iter().flatten();
    let file = all
        .filter_map(Attached::read)
        .find(|file| file.id == waiting.id);
    let address = file.and_then(|file| file.address);
    Ok(address.ok_or(End::Left("gone", None)))
}

enum Asked {
    Body(outgoing::Bytes),
    Gone,
    TooLarge,
    Later,
}

async fn ask(kit: &Kit<Archive>, address: &str, most: u64) -> Asked {
    let Ok(address) = Address::parse(address) else {
        return Asked::Gone;
    };
    let request = Request {
        method: Verb::GET,
        address: &address,
        headers: HeaderMap::new(),
        body: outgoing::Bytes::new(),
        most: usize::try_from(most).unwrap_or(usize::MAX),
        excess: Excess::Refuse,
        patience: PATIENCE,
    };
    match kit.feature.outgoing().send(request).await {
        Ok(answer) if answer.status.is_success() => Asked::Body(answer.body),
        Ok(answer)
            if answer.status.is_server_error()
                || answer.status == StatusCode::TOO_MANY_REQUESTS =>
        {
            Asked::Later
        }
        Ok(_) | Err(outgoing::Error::Private | outgoing::Error::Redirect(_)) => Asked::Gone,
        Err(outgoing::Error::TooLarge(_)) => Asked::TooLarge,
        Err(_) => Asked::Later,
    }
}

/// Puts a content under its hash, and notes that the message has it.
async fn put(
    kit: &Kit<Archive>,
    files: &Path,
    guild: GuildId,
    waiting: &Waiting,
    body: &[u8],
) -> sqlx::Result<io::Result<()>> {
    let hash = Sha256::digest(body);
    let begun = root(files).join("begun").join(waiting.id.to_string());
    if let Err(error) = write(&begun, body).await {
        return Ok(Err(error));
    }
    let mut db = kit.database.begin().await?;
    store::files::take_turn(&mut db).await?;
    let place = path(files, &hash);
    if let Err(error) = place_at(&begun, &place).await {
        return Ok(Err(error));
    }
    let bytes = i64::try_from(body.len()).unwrap_or(i64::MAX);
    let now = kit.clock.now();
    if store::files::keep(&mut db, guild, waiting.id, &hash, bytes, now).await? {
        db.commit().await?;
    }
    // Otherwise the message was erased meanwhile: what lies there without a row the sweep removes.
    Ok(Ok(()))
}

async fn write(path: &Path, body: &[u8]) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).await?;
    }
    let mut file = fs::File::create(path).await?;
    file.write_all(body).await?;
    file.flush().await?;
    file.sync_data().await
}

async fn place_at(begun: &Path, place: &Path) -> io::Result<()> {
    if let Some(parent) = place.parent() {
        fs::create_dir_all(parent).await?;
    }
    fs::rename(begun, place).await
}

/// Removes contents that no message has any more.
pub(crate) async fn drop_unused(kit: &Kit<Archive>) -> Outcome<()> {
    let Some(files) = &kit.feature.operator.files else {
        return Ok(());
    };
    loop {
        let mut db = kit.database.begin().await?;
        store::files::take_turn(&mut db).await?;
        let unused = store::files::drop_unused(&mut db, AT_ONCE).await?;
        for hash in &unused {
            remove(&path(files, hash)).await?;
        }
        db.commit().await?;
        if unused.len() < usize::try_from(AT_ONCE).unwrap_or(usize::MAX) {
            return Ok(());
        }
    }
}

async fn remove(path: &Path) -> Outcome<()> {
    match fs::remove_file(path).await {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Failure::fault(error)),
        _ => Ok(()),
    }
}

/// Removes what lies there and nobody knows of: after a crash, or because a database was put back.
pub(crate) async fn tidy(kit: &Kit<Archive>) -> Outcome<()> {
    let Some(files) = &kit.feature.operator.files else {
        return Ok(());
    };
    let mut folders = match fs::read_dir(root(files)).await {
        Ok(folders) => folders,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Failure::fault(error)),
    };
    while let Some(folder) = folders.next_entry().await.map_err(Failure::fault)? {
        if folder.file_name() == "begun" {
            left_over(&folder.path()).await.map_err(Failure::fault)?;
            continue;
        }
        let mut found = Vec::new();
        let mut inside = fs::read_dir(folder.path()).await.map_err(Failure::fault)?;
        while let Some(file) = inside.next_entry().await.map_err(Failure::fault)? {
            found.extend(file.file_name().to_str().and_then(bytes));
        }
        // In its turn: who puts one there commits its row before another looks.
        let mut db = kit.database.begin().await?;
        store::files::take_turn(&mut db).await?;
        let known = store::files::known(&mut db, &found).await?;
        for hash in found {
            if !known.contains(&hash) {
                remove(&path(files, &hash)).await?;
            }
        }
        db.commit().await?;
    }
    Ok(())
}

async fn left_over(folder: &Path) -> io::Result<()> {
    let mut inside = fs::read_dir(folder).await?;
    while let Some(file) = inside.next_entry().await? {
        let age = file.metadata().await?.modified()?.elapsed();
        if age.is_ok_and(|age| age > LEFT_OVER) {
            fs::remove_file(file.path()).await?;
        }
    }
    Ok(())
}

/// The hash that a name tells.
pub(crate) fn bytes(hex: &str) -> Option<Vec<u8>> {
    let pairs = (0..hex.len()).step_by(2);
    let bytes: Option<Vec<u8>> = pairs
        .map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok())
        .collect();
    bytes.filter(|bytes| bytes.len() == 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(url: &str) -> Attached {
        let file = serde_json::json!({ "id": "5", "filename": "a.png", "size": 3, "url": url });
        Attached::read(&file).unwrap()
    }

    #[test]
    fn an_address_says_when_it_ends() {
        let now = 0x65d9_03de;
        assert!(at("https://cdn.example/a.png?ex=65da03de&is=1&hm=2").is_fresh(now));
        assert!(!at("https://cdn.example/a.png?ex=65d9044e&is=1").is_fresh(now));
        assert!(at("https://cdn.example/a.png").is_fresh(now));
        assert!(
            !Attached {
                address: None,
                ..at("x")
            }
            .is_fresh(now)
        );
    }

    #[test]
    fn a_hash_is_found_by_its_name() {
        let hash = Sha256::digest(b"a").to_vec();
        assert_eq!(bytes(&hex(&hash)), Some(hash));
        assert_eq!(bytes("abc"), None);
        assert_eq!(bytes("é"), None);
    }
}
