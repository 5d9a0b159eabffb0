//! Taking over what the Reporting API kept: its SQLite file, read row by row and written as everything else is.
//!
//! - A row of the file is joined with what is stored like any other telling (`model`), but of the same edit
//!   what is stored stands. So a second run changes nothing, and what the bot heard itself is not overwritten.
//! - Only what is kept here is taken over: channels that somebody turned on, and those that the operator's configuration
//!   names. The rest is counted by channel, so that it can be turned on and the file be read again.
//! - Who does not want to be kept, or whose words were erased, is left out as everywhere.
//! - Nothing counts as held because of it: that program had gaps, which reading the past fills.

mod sqlite;

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    sync::Arc,
};

use database::{ChannelId, Database, GuildId, MessageId};
use feature::Settings;
use jiff::{SignedDuration, Timestamp};
use sqlx::PgConnection;
use tokio::sync::mpsc;

use self::sqlite::Row;
pub use self::sqlite::Unreadable;
use crate::{
    Keep, Operator,
    memory::{self, Keeping},
    model::Told,
    store, wire,
    write::{self, Batch},
};

/// How many rows are written at once.
const BATCH: usize = 500;
/// How many batches wait to be written.
const WAITING: usize = 2;
/// Of how many rows, and of how many channels, it is told why they were left out.
const TOLD: usize = 50;

/// Why a file could not be taken over; what was written until then stays, and is not written twice.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file is no such database.
    #[error("the file can not be read")]
    File(#[from] Unreadable),
    /// Postgres does not take it.
    #[error("the messages can not be written")]
    Database(#[from] sqlx::Error),
    /// What servers keep is not known.
    #[error("the settings can not be read")]
    Settings(#[from] feature::settings::SettingsError),
}

/// How far it is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Progress {
    /// Rows that were read.
    pub read: u64,
    /// Rows of the file.
    pub all: u64,
}

/// What came of a file.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Report {
    /// Rows that were read.
    pub read: u64,
    /// Messages that are new here; in a dry run, that would be written.
    pub added: u64,
    /// Messages that were here already.
    pub known: u64,
    /// Messages of which only that they were there is kept, because their author does not want more.
    pub withheld: u64,
    /// Rows of channels that are not kept, by server and channel.
    pub elsewhere: BTreeMap<(GuildId, ChannelId), u64>,
    /// Rows that are no messages of a server.
    pub unfit: u64,
    /// The first of them, each with the reason.
    pub reasons: Vec<String>,
}

impl Report {
    fn refuse(&mut self, named: &str, reason: impl std::fmt::Display) {
        self.unfit += 1;
        if self.reasons.len() < TOLD {
            self.reasons.push(format!("`{named}`: {reason}"));
        }
    }
}

/// What is known of a server while its rows are read.
struct Server {
    keeping: Keeping,
    /// Whether somebody said of the whole server what is kept.
    is_said: bool,
    parents: HashMap<ChannelId, ChannelId>,
    settings: Arc<Keep>,
}

impl Server {
    async fn look(
        database: &Database,
        settings: &Settings,
        guild: GuildId,
    ) -> Result<Self, ImportError> {
        let mut db = database.acquire().await?;
        let kept = store::channels::kept(&mut db, guild).await?;
        let is_said = store::channels::is_said(&mut db, guild).await?;
        let rows = store::channels::rows(&mut db, guild, None, i64::MAX).await?;
        let parents = rows.into_iter();
        Ok(Self {
            keeping: Keeping::of(&kept),
            is_said,
            parents: parents
                .filter_map(|row| Some((row.id, row.parent?)))
                .collect(),
            settings: settings.get::<Keep>(guild).await?,
        })
    }

    fn keeps(&self, operator: &Operator, channel: ChannelId) -> bool {
        let parent = self.parents.get(&channel).copied();
        let is_named = |channel: &ChannelId| {
            operator.channels.contains(channel) && !self.keeping.is_off(*channel)
        };
        self.keeping.keeps(channel, parent)
            || is_named(&channel)
            || (!self.keeping.is_off(channel) && parent.as_ref().is_some_and(is_named))
            || (operator.everything
                && !self.is_said
                && !self.keeping.is_off(channel)
                && !parent.is_some_and(|parent| self.keeping.is_off(parent)))
    }
}

/// Takes over the messages of the Reporting API's file; a dry run reads all of it and writes nothing.
///
/// # Errors
///
/// See [`ImportError`].
pub async fn reporting(
    database: &Database,
    settings: &Settings,
    operator: &Operator,
    file: &Path,
    dry_run: bool,
    now: Timestamp,
    mut tell: impl FnMut(Progress),
) -> Result<Report, ImportError> {
    let (send, mut batches) = mpsc::channel::<Vec<Row>>(WAITING);
    let path = file.to_owned();
    let (count, all) = tokio::sync::oneshot::channel();
    // SQLite blocks; one batch is read while another is written.
    let reading = tokio::task::spawn_blocking(move || {
        sqlite::read(&path, BATCH, count, |rows| send.blocking_send(rows).is_ok())
    });
    let all = all.await.unwrap_or_default();
    let mut taking = Taking {
        database,
        settings,
        operator,
        now,
        salt: store::people::salt(&mut *database.acquire().await?).await?,
        servers: HashMap::new(),
        report: Report::default(),
    };
    while let Some(rows) = batches.recv().await {
        taking.report.read += u64::try_from(rows.len()).unwrap_or_default();
        taking.take(rows, dry_run).await?;
        let read = taking.report.read;
        tell(Progress { read, all });
    }
    match reading.await {
        Ok(read) => read?,
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    }
    Ok(taking.report)
}

/// What is stored stands over what the file tells of the same edit, whenever either was told: the file knows less.
async fn give_way(db: &mut PgConnection, batch: &mut Batch) -> sqlx::Result<()> {
    let ids: Vec<MessageId> = batch.told.iter().map(|told| told.id).collect();
    let known: HashMap<MessageId, Option<Timestamp>> = store::messages::edits(db, &ids)
        .await?
        .into_iter()
        .collect();
    batch.told = std::mem::take(&mut batch.told)
        .into_iter()
        .filter_map(|told| {
            if known.get(&told.id) != Some(&told.edited_at) {
                return Some(told);
            }
            let at = told.deleted_at?;
            Some(Told::deleted(told.guild_id, told.channel_id, told.id, at))
        })
        .collect();
    Ok(())
}

struct Taking<'a> {
    database: &'a Database,
    settings: &'a Settings,
    operator: &'a Operator,
    now: Timestamp,
    salt: Vec<u8>,
    servers: HashMap<GuildId, Server>,
    report: Report,
}

impl Taking<'_> {
    async fn take(&mut self, rows: Vec<Row>, dry_run: bool) -> Result<(), ImportError> {
        let mut told: BTreeMap<MessageId, Told> = BTreeMap::new();
        for row in rows {
            let Some(one) = self.read(row).await? else {
                continue;
            };
            // The same message twice is one.
            let one = match told.remove(&one.id) {
                Some(other) => other.join(one).0,
                None => one,
            };
            told.insert(one.id, one);
        }
        let count = u64::try_from(told.len()).unwrap_or_default();
        if dry_run || told.is_empty() {
            self.report.added += count;
            return Ok(());
        }
        let mut batch = Batch {
            told: told.into_values().collect(),
            ..Batch::default()
        };
        for told in &batch.told {
            if let Some(author) = told.author_id {
                let hash = memory::hash_with(&self.salt, author);
                batch.authors.insert((told.guild_id, author), hash);
            }
        }
        let months: Vec<MessageId> = write::months(&batch.told).into_values().collect();
        let mut db = self.database.acquire().await?;
        store::messages::make_room(&mut db, &months).await?;
        drop(db);
        let mut db = self.database.begin().await?;
        store::messages::take_turn(&mut db).await?;
        give_way(&mut db, &mut batch).await?;
        let added = write::join(&mut db, &mut batch).await?;
        // Who is known here may be called otherwise since.
        store::messages::write_authors(&mut db, &batch.told, false).await?;
        db.commit().await?;
        let added = u64::try_from(added).unwrap_or_default();
        let withheld = batch.told.iter().filter(|told| told.is_withheld).count();
        self.report.added += added;
        self.report.known += count.saturating_sub(added);
        self.report.withheld += u64::try_from(withheld).unwrap_or_default();
        Ok(())
    }

    /// What a row tells, if it is to be kept here.
    async fn read(&mut self, row: Row) -> Result<Option<Told>, ImportError> {
        let Some(message) = row.id.and_then(|id| MessageId::try_from(id).ok()) else {
            let reason = "its `message_id` is no id: 17 to 19 digits";
            self.report.refuse(&row.named, reason);
            return Ok(None);
        };
        let made_at = feature::created_at(message.get());
        if made_at > self.now + SignedDuration::from_hours(24) {
            let reason = "its `message_id` is of a day that is yet to come";
            self.report.refuse(&row.named, reason);
            return Ok(None);
        }
        let place = row.guild.and_then(|guild| GuildId::try_from(guild).ok());
        let channel = row
            .channel
            .and_then(|channel| ChannelId::try_from(channel).ok());
        let (Some(guild), Some(channel)) = (place, channel) else {
            let reason = "it is of no server: direct messages are not kept";
            self.report.refuse(&row.named, reason);
            return Ok(None);
        };
        if !self.servers.contains_key(&guild) {
            let server = Server::look(self.database, self.settings, guild).await?;
            self.servers.insert(guild, server);
        }
        let server = &self.servers[&guild];
        if !server.keeps(self.operator, channel) {
            *self.report.elsewhere.entry((guild, channel)).or_default() += 1;
            return Ok(None);
        }
        let place = wire::Place {
            guild,
            channel,
            rank: 0,
            told_at: row.ingested_at.unwrap_or(made_at),
            keeps_raw: server.settings.raw,
            // Their addresses ended long ago; reading the past asks for them anew.
            keeps_files: false,
        };
        let told = row.tell(message, place);
        if told.is_none() {
            let named = message.to_string();
            self.report.refuse(&named, "only one member could see it");
        }
        Ok(told)
    }
}
