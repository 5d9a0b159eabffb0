//! Exports that are longer than an answer: a job writes them to files below `DATA_DIR`, and a signed link fetches them
//! until they expire.
//!
//! The job reads in pages and notes every few megabytes how far it is, files that are whole and the end of the one that
//! is not; a process that dies goes on from there. Nothing is served before the export is done. Who asked is looked at
//! each time the job begins, and whoever was shown a link each time it is followed: a key must still work, a member still
//! be there and read all of it. When somebody's words are erased, the exports of their server are written anew, and the
//! files that held them are gone.

pub(crate) mod commands;
pub(crate) mod files;
pub(crate) mod link;
pub(crate) mod routes;

use std::{io, path::Path, time::Duration};

use database::{ChannelId, GuildId, RoleId, UserId};
use feature::{
    Explain, Failure, Grants, House, Kit, Lang, Member, Outcome, Refusal,
    grants::{self, Asker, Effect, Holder},
    http::Caller,
    permissions,
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use jobs::{Job, NewJob, Priority};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::PgConnection;
use tokio::time::Instant;
use twilight_http::request::{Method, RequestBuilder};

use self::files::{Part, Writer};
use crate::{
    Archive, READ, attachments, channels,
    export::{Format, line},
    routes::Whole,
    store::{
        self,
        exports::{End, Room, Stand},
        reading::{self, Message},
    },
    text,
};

/// For how long files are there once they are whole.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// How many exports a server has at a time, and how many of them one member or key has written at once.
const ROOM: Room = Room { guild: 20, own: 3 };
/// How many rows are read at a time.
const PAGE: i64 = 1_000;
/// After so many bytes it is noted how far it is.
const NOTED: u64 = 8 * 1024 * 1024;
/// After how long the job begins anew, so that a stop need not wait for it.
const BUDGET: Duration = Duration::from_secs(20);
/// The most files of an export.
const FILES: i32 = 5_000;

/// Where an export is cut into files.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Split {
    /// Nowhere.
    None,
    /// Before a file has more bytes.
    Size(u64),
    /// After so many messages.
    Count(u64),
    /// Where another month or another channel begins.
    Month,
}

impl Split {
    /// As it is stored.
    pub(crate) fn parts(self) -> (&'static str, Option<i64>) {
        let most = |most: u64| Some(i64::try_from(most).unwrap_or(i64::MAX));
        match self {
            Self::None => ("none", None),
            Self::Size(bytes) => ("size", most(bytes)),
            Self::Count(messages) => ("count", most(messages)),
            Self::Month => ("month", None),
        }
    }

    /// As it was stored.
    pub(crate) fn of(by: &str, most: Option<i64>) -> Option<Self> {
        let most = most.and_then(|most| u64::try_from(most).ok());
        match (by, most) {
            ("none", None) => Some(Self::None),
            ("size", Some(most)) => Some(Self::Size(most)),
            ("count", Some(most)) => Some(Self::Count(most)),
            ("month", None) => Some(Self::Month),
            _ => None,
        }
    }
}

/// What is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// Who asks; of a key, who made it.
    pub(crate) user: UserId,
    /// The key, over HTTP.
    pub(crate) key: Option<i64>,
    /// Only what one member said, wherever that was.
    pub(crate) author: Option<UserId>,
    /// What is read, in this order.
    pub(crate) channels: Vec<ChannelId>,
    /// Only what changed behind this number, in the order of changes.
    pub(crate) since: Option<i64>,
    /// Whether the words of deleted messages are in it.
    pub(crate) with_deleted: bool,
    pub(crate) format: Format,
    /// Whether tables begin with the mark by which spreadsheets know UTF-8.
    pub(crate) has_mark: bool,
    pub(crate) split: Split,
}

impl Asked {
    /// Whether it says of deleted messages at least that they are: to programs that follow what changes.
    pub(crate) const fn tells_deletions(&self) -> bool {
        self.with_deleted || (self.since.is_some() && self.key.is_some())
    }
}

/// An export, as it stands.
#[derive(Clone, Debug)]
pub(crate) struct Export {
    pub(crate) id: i64,
    pub(crate) guild: GuildId,
    pub(crate) asked: Asked,
    pub(crate) run: i32,
    pub(crate) state: String,
    /// Up to which change it reaches.
    pub(crate) until: Option<i64>,
    /// How many messages it will have, about.
    pub(crate) total: Option<i64>,
    pub(crate) messages: i64,
    pub(crate) bytes: i64,
    pub(crate) place: Option<Value>,
    pub(crate) reason: Option<String>,
    pub(crate) made_at: Timestamp,
    pub(crate) ended_at: Option<Timestamp>,
    pub(crate) expires_at: Timestamp,
}

impl Export {
    /// How much of it is written, in percent, where that is known.
    pub(crate) fn share(&self) -> Option<i64> {
        if self.state == "done" {
            return Some(100);
        }
        let total = self.total.filter(|total| *total > 0)?;
        Some((self.messages.saturating_mul(100) / total).clamp(0, 99))
    }
}

/// Why an export is not made.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum NoExport {
    #[error("there are as many exports as may be")]
    TooMany,
    #[error("there is no place for files")]
    NoPlace,
    #[error("no such export")]
    Unknown(i64),
    #[error("changes are not in the order of months")]
    MonthsOfChanges,
    #[error("changes are known by channel")]
    ChangesOfAll,
}

impl Explain for NoExport {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(text::no_export(lang, *self, ROOM))
    }
}

/// Why the writing of an export ended; stored, and told to who asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Ended {
    /// Who asked can not read all of it any more.
    Rights,
    /// All exports together are larger than the operator allows.
    Room,
    /// It would be too many files.
    Files,
    /// The disk does not take it.
    Disk,
}

impl Ended {
    const fn name(self) -> &'static str {
        match self {
            Self::Rights => "rights",
            Self::Room => "room",
            Self::Files => "files",
            Self::Disk => "disk",
        }
    }
}

/// Writes an export.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Write {
    guild: GuildId,
    export: i64,
}

impl Job for Write {
    const NAME: &'static str = "archive.export";
}

/// Removes the files of exports that are over.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Sweep {}

impl Job for Sweep {
    const NAME: &'static str = "archive.export_sweep";
}

/// Has an export written.
pub(crate) async fn ask(kit: &Kit<Archive>, guild: GuildId, asked: &Asked) -> Outcome<i64> {
    if kit.feature.operator.files.is_none() {
        return Err(NoExport::NoPlace.into());
    }
    if asked.since.is_some() && asked.split == Split::Month {
        return Err(NoExport::MonthsOfChanges.into());
    }
    let now = kit.clock.now();
    let mut db = kit.database.begin().await?;
    let made = store::exports::ask(&mut db, guild, asked, ROOM, now, now + KEPT).await?;
    let export = made.ok_or(NoExport::TooMany)?;
    later(kit, &mut db, guild, export).await?;
    db.commit().await?;
    Ok(export)
}

async fn later(house: &House, db: &mut PgConnection, guild: GuildId, export: i64) -> Outcome<()> {
    let job = NewJob::new(&Write { guild, export })
        .map_err(Failure::fault)?
        .key(export.to_string())
        // One after the other: each reads as fast as Postgres gives.
        .queue("archive.export")
        .priority(Priority::Low);
    house.jobs.enqueue(db, job).await?;
    Ok(())
}

/// Has exports of a guild written anew, because what they may hold is to be nowhere any more.
pub(crate) async fn anew(kit: &Kit<Archive>, guild: GuildId) -> Outcome<()> {
    let mut db = kit.database.begin().await?;
    let again = store::exports::anew(&mut db, guild, None).await?;
    for (export, _) in &again {
        later(kit, &mut db, guild, *export).await?;
    }
    db.commit().await?;
    for (export, run) in again {
        drop_files(kit, export, run).await;
    }
    Ok(())
}

/// Removes files; what is left over the sweep removes.
pub(crate) async fn drop_files(kit: &Kit<Archive>, export: i64, run: i32) {
    if let Some(files) = &kit.feature.operator.files
        && let Err(error) = files::remove(files, export, run).await
    {
        tracing::warn!(
            export,
            error = feature::chain(&error),
            "files of an export can not be removed yet"
        );
    }
}

pub(crate) async fn sweep(kit: Kit<Archive>, _: Sweep) -> Outcome<()> {
    attachments::drop_unused(&kit).await?;
    let Some(files) = &kit.feature.operator.files else {
        return Ok(());
    };
    let mut db = kit.database.acquire().await?;
    store::exports::expire(&mut db, kit.clock.now()).await?;
    // Looked at first: a directory is made after its row.
    let found = files::all(files).await.map_err(Failure::fault)?;
    let exports: Vec<i64> = found.iter().map(|(export, _)| *export).collect();
    let living = store::exports::living(&mut db, &exports).await?;
    drop(db);
    for (export, run) in found {
        if !living.contains(&(export, run)) {
            drop_files(&kit, export, run).await;
        }
    }
    Ok(())
}

/// Where the writing stands.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct Place {
    /// The channel that is read, by its place among those asked for.
    channel: usize,
    /// The message, or the change, behind which it goes on.
    after: i64,
    part: Part,
    /// The bytes of all files that are whole.
    whole: u64,
}

pub(crate) async fn write(kit: Kit<Archive>, job: Write) -> Outcome<()> {
    let Some(files) = kit.feature.operator.files.clone() else {
        return Ok(());
    };
    let Write { guild, export } = job;
    let mut db = kit.database.acquire().await?;
    let found = store::exports::one(&mut db, guild, export).await?;
    drop(db);
    let Some(export) = found.filter(|export| export.state == "running") else {
        return Ok(());
    };
    if !may_read(&kit, &export).await? {
        return end(&kit, &export, Ended::Rights).await;
    }
    match go_on(&kit, &files, export.clone()).await? {
        Ok(()) => Ok(()),
        Err(Stopped::Ended(ended)) => end(&kit, &export, ended).await,
        Err(Stopped::Disk(error)) => {
            tracing::warn!(
                export = export.id,
                error = feature::chain(&error),
                "an export can not be written"
            );
            end(&kit, &export, Ended::Disk).await
        }
    }
}

async fn end(kit: &Kit<Archive>, export: &Export, ended: Ended) -> Outcome<()> {
    close(kit, export, &["running"], "failed", Some(ended.name())).await
}

/// Ends an export that nobody wants any more, with its files.
pub(crate) async fn give_up(kit: &Kit<Archive>, export: &Export) -> Outcome<()> {
    let any = ["running", "done", "failed"];
    close(kit, export, &any, "cancelled", None).await
}

async fn close(
    kit: &Kit<Archive>,
    export: &Export,
    from: &[&str],
    to: &str,
    reason: Option<&str>,
) -> Outcome<()> {
    let mut db = kit.database.acquire().await?;
    let end = End {
        export: export.id,
        run: export.run,
        from,
        to,
        reason,
    };
    store::exports::end(&mut db, export.guild, end, kit.clock.now()).await?;
    drop(db);
    drop_files(kit, export.id, export.run).await;
    Ok(())
}

#[derive(Deserialize)]
struct Membership {
    #[serde(default)]
    roles: Vec<RoleId>,
}

/// Whether who asked may read all of it now: a key that works, a member with their rights.
async fn may_read(kit: &Kit<Archive>, export: &Export) -> Outcome<bool> {
    let (guild, asked) = (export.guild, &export.asked);
    if let Some(key) = asked.key {
        let caller = kit.caller(key).await?;
        return Ok(caller.is_some_and(|caller| is_for(&caller, export)));
    }
    // What somebody said themselves is theirs, wherever they are.
    if asked.author.is_some() {
        return Ok(true);
    }
    let path = format!("guilds/{guild}/members/{}", asked.user);
    let request = RequestBuilder::raw(Method::Get, path)
        .build()
        .map_err(Failure::fault)?;
    let member: Membership = match kit.discord.raw(request).await {
        Ok(member) => member,
        Err(Refusal::Gone(_)) => return Ok(false),
        Err(refusal) => return Err(refusal.into()),
    };
    let may_look = may_look(kit, guild, asked.user, &member.roles).await?;
    Ok(may_look && covers(kit, export, &member.roles).await?)
}

/// Whether a key may see an export: what somebody asked for in Discord, and what other keys asked for that read more, is
/// not there for it.
fn is_for(caller: &Caller, export: &Export) -> bool {
    let asked = &export.asked;
    let mut channels = asked.channels.iter();
    asked.key.is_some()
        && caller.is_for(export.guild)
        && caller.content
        && (caller.deleted || !asked.with_deleted)
        && channels.all(|channel| caller.covers_channel(*channel))
}

/// Whether a member with these roles may look into the archive. In which channel they would ask is not known here: one
/// to which a rule gives it counts as theirs.
async fn may_look(
    kit: &Kit<Archive>,
    guild: GuildId,
    user: UserId,
    roles: &[RoleId],
) -> Outcome<bool> {
    let Some(permissions) = permissions::in_guild(&kit.cache, guild, user, roles) else {
        return Ok(false);
    };
    let grants = kit.settings.get::<Grants>(guild).await?;
    let given = grants.about(READ.name).find_map(|rule| match rule.to {
        Holder::Channel(channel) if rule.effect == Effect::Grant => Some(channel),
        _ => None,
    });
    let member = Member {
        id: user,
        roles: roles.to_vec(),
        permissions,
    };
    let asker = Asker {
        member: &member,
        guild: Some(guild),
        channels: [given, None],
        staff_role: kit.manners(guild).await?.staff,
        grants: &grants,
    };
    Ok(grants::decide(&grants::weigh(&READ, &asker)))
}

/// Whether a member with these roles may read all channels of an export.
pub(crate) async fn covers(kit: &Kit<Archive>, export: &Export, roles: &[RoleId]) -> Outcome<bool> {
    let guild = export.guild;
    let mut db = kit.database.acquire().await?;
    let rows = store::channels::rows(&mut db, guild, None, i64::MAX).await?;
    drop(db);
    let readable = channels::readable_for(kit, guild, export.asked.user, roles, &rows);
    let mut asked = export.asked.channels.iter();
    Ok(asked.all(|channel| readable.contains(channel)))
}

/// Why the writing does not go on.
#[derive(Debug)]
enum Stopped {
    Ended(Ended),
    Disk(io::Error),
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

async fn go_on(
    kit: &Kit<Archive>,
    files: &Path,
    mut export: Export,
) -> Outcome<Result<(), Stopped>> {
    let begun = Instant::now();
    let guild = export.guild;
    if export.until.is_none() {
        let mut db = kit.database.acquire().await?;
        // Looked at first: what is written meanwhile is for the next time.
        let until = store::exports::newest(&mut db, guild).await?;
        // Of so many that counting takes too long the progress is told without a share.
        let total = store::exports::count(&mut db, guild, &export.asked).await;
        drop(db);
        let mut db = kit.database.acquire().await?;
        store::exports::begin(&mut db, guild, export.id, until, total.ok()).await?;
        export.until = Some(until);
    }
    let stored = export.place.clone();
    let mut place: Place = stored
        .and_then(|place| serde_json::from_value(place).ok())
        .unwrap_or_default();
    let asked = export.asked.clone();
    let directory = files::directory(files, export.id, export.run);
    let part = place.part.clone();
    let opened = Writer::open(directory, asked.format, asked.split, asked.has_mark, part).await;
    let mut writer = match opened {
        Ok(writer) => writer,
        // Somebody removed what was there.
        Err(error) if place.part.number > 0 => {
            tracing::warn!(
                export = export.id,
                error = feature::chain(&error),
                "an export begins anew"
            );
            let mut db = kit.database.begin().await?;
            store::exports::anew(&mut db, guild, Some(export.id)).await?;
            later(kit, &mut db, guild, export.id).await?;
            db.commit().await?;
            drop_files(kit, export.id, export.run).await;
            return Ok(Ok(()));
        }
        Err(error) => return Ok(Err(error.into())),
    };
    let mut written = 0;
    loop {
        let page = page(kit, &export, &place).await?;
        let is_over = i64::try_from(page.len()).unwrap_or(i64::MAX) < PAGE;
        for message in page {
            place.after = behind(&asked, &message);
            if export
                .until
                .is_some_and(|until| asked.since.is_some() && message.change > until)
            {
                continue;
            }
            if message.deleted_at.is_some() && !asked.tells_deletions() && asked.author.is_none() {
                continue;
            }
            let of = (message.channel, month(&message));
            let line = as_line(message, &asked);
            written += line.len();
            export.messages += 1;
            if let Err(error) = writer.put(line.as_bytes(), of).await {
                return Ok(Err(error.into()));
            }
        }
        let is_channelwise = asked.since.is_none() && asked.author.is_none();
        let mut is_done = is_over;
        if is_over && is_channelwise {
            place.channel += 1;
            place.after = 0;
            is_done = place.channel >= asked.channels.len();
        }
        let is_late = begun.elapsed() > BUDGET;
        if !is_done && !is_late && u64::try_from(written).unwrap_or(u64::MAX) < NOTED {
            continue;
        }
        written = 0;
        let settled = if is_done {
            writer.close().await
        } else {
            writer.settle().await
        };
        if let Err(error) = settled {
            return Ok(Err(error.into()));
        }
        if writer.part.number > FILES {
            return Ok(Err(Stopped::Ended(Ended::Files)));
        }
        place.part = writer.part.clone();
        place.whole += writer.closed.iter().map(|part| part.bytes).sum::<u64>();
        if !note(kit, &export, &mut writer, &place, is_done).await? {
            // Cancelled, or begun anew by somebody: what is written of this run nobody needs.
            drop_files(kit, export.id, export.run).await;
            return Ok(Ok(()));
        }
        if is_done {
            return Ok(Ok(()));
        }
        let mut db = kit.database.begin().await?;
        if store::exports::bytes(&mut db).await? > kit.feature.operator.most_bytes() {
            return Ok(Err(Stopped::Ended(Ended::Room)));
        }
        if is_late {
            later(kit, &mut db, guild, export.id).await?;
            db.commit().await?;
            return Ok(Ok(()));
        }
    }
}

/// Notes how far it is; `false` when it is not to go on.
async fn note(
    kit: &Kit<Archive>,
    export: &Export,
    writer: &mut Writer,
    place: &Place,
    is_done: bool,
) -> Outcome<bool> {
    let open = if place.part.is_open {
        place.part.bytes
    } else {
        0
    };
    let now = kit.clock.now();
    let stored = serde_json::to_value(place).map_err(Failure::fault)?;
    let stand = Stand {
        place: &stored,
        messages: export.messages,
        bytes: i64::try_from(place.whole + open).unwrap_or(i64::MAX),
        closed: &writer.closed,
        ended_at: is_done.then_some(now),
        expires_at: now + KEPT,
    };
    let (guild, asked) = (export.guild, &export.asked);
    let mut db = kit.database.begin().await?;
    if !store::exports::advance(&mut db, guild, export.id, export.run, &stand).await? {
        return Ok(false);
    }
    if is_done
        && asked.key.is_none()
        && asked.author.is_none()
        && let ([channel], Some(until)) = (&*asked.channels, export.until)
    {
        store::exports::remember(&mut db, guild, asked.user, *channel, until, now).await?;
    }
    db.commit().await?;
    if let Err(error) = writer.noted().await {
        // They go with the export.
        tracing::warn!(
            export = export.id,
            error = feature::chain(&error),
            "lines that became columns can not be removed yet"
        );
    }
    Ok(true)
}

async fn page(kit: &Kit<Archive>, export: &Export, place: &Place) -> sqlx::Result<Vec<Message>> {
    let (guild, asked) = (export.guild, &export.asked);
    let mut db = kit.database.acquire().await?;
    if let Some(author) = asked.author {
        return reading::of_author(&mut db, guild, author, place.after, PAGE).await;
    }
    if let Some(since) = asked.since {
        let after = place.after.max(since);
        return reading::changed(&mut db, guild, Some(&asked.channels), after, PAGE).await;
    }
    let Some(channel) = asked.channels.get(place.channel) else {
        return Ok(Vec::new());
    };
    let all = (0, i64::MAX);
    let deleted = asked.with_deleted;
    reading::page(&mut db, guild, *channel, place.after, all, deleted, PAGE).await
}

fn behind(asked: &Asked, message: &Message) -> i64 {
    if asked.since.is_some() {
        message.change
    } else {
        i64::try_from(message.id).unwrap_or(i64::MAX)
    }
}

fn month(message: &Message) -> String {
    let made = feature::created_at(message.id.get()).to_zoned(TimeZone::UTC);
    made.strftime("%Y-%m").to_string()
}

fn as_line(mut message: Message, asked: &Asked) -> String {
    let may_read = message.deleted_at.is_none() || asked.with_deleted || asked.author.is_some();
    if !may_read {
        message.content = None;
    }
    match asked.format {
        Format::Lines | Format::Parquet => Whole::line(message),
        format @ (Format::Csv | Format::Html) => line(&message, format),
    }
}
