//! Settings: one typed, versioned document for each guild and subject, with its history.
//!
//! A document has defaults for everything, so that a guild without a row behaves as one that set nothing. What
//! is stored passed [`Document::check`], the one validation for commands, imports and REST. Reads come from a
//! cache of bounded size that a change empties at once and that forgets after a minute, so that another instance
//! sees the change too.

mod general;
mod rules;
mod store;
mod whole;

use std::{
    any::Any,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use database::{Database, GuildId, UserId};
use jiff::Timestamp;
use jobs::Clock;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

pub use self::{
    general::{BadZone, Defaults, General},
    rules::Rules,
    whole::{BadBody, Held, Replacement, Stale},
};
use crate::{Explain, Lang, Outcome};

/// The settings of one subject in one guild.
pub trait Document:
    Serialize + DeserializeOwned + Default + Clone + std::fmt::Debug + PartialEq + Send + Sync + 'static
{
    /// The subject: a feature's name, or `general`.
    const SUBJECT: &'static str;
    /// The version of the type. Raise it when a stored body must be changed to be read, and say how in
    /// [`upgrade`](Self::upgrade).
    const VERSION: i32;

    /// Brings a stored body of an older version up to this one.
    fn upgrade(version: i32, body: Value) -> Value {
        let _ = version;
        body
    }

    /// Refuses values that make no sense, with an explanation.
    ///
    /// # Errors
    ///
    /// Names the field, the rule and the remedy.
    fn check(&self) -> Outcome<()>;
}

/// A registered document.
#[derive(Clone, Debug)]
pub struct DocumentEntry {
    /// The feature that registered it.
    pub feature: &'static str,
    /// The subject.
    pub subject: &'static str,
    /// The version of its type.
    pub version: i32,
    /// Reads a body of some version: upgraded, checked, with every default written out. What does not fit is refused
    /// with the field.
    pub read: fn(i32, Value) -> Outcome<Value>,
    /// The body of a guild that set nothing.
    pub defaults: fn() -> Outcome<Value>,
}

impl DocumentEntry {
    pub(crate) fn of<D: Document>(feature: &'static str) -> Self {
        Self {
            feature,
            subject: D::SUBJECT,
            version: D::VERSION,
            read: whole::read::<D>,
            defaults: || serde_json::to_value(D::default()).map_err(crate::Failure::fault),
        }
    }
}

/// Where a change came from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Via {
    /// A command or a panel in Discord.
    Discord,
    /// A file that a member uploaded.
    Import,
    /// A change that was taken back.
    Undo,
    /// A program with a key.
    Rest,
}

impl Via {
    const fn word(self) -> &'static str {
        match self {
            Self::Discord => "discord",
            Self::Import => "import",
            Self::Undo => "undo",
            Self::Rest => "rest",
        }
    }
}

/// A change of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Which change of the document it was, from 1.
    pub revision: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: UserId,
    /// From where.
    pub via: String,
    /// The version of the document's type that both bodies are of.
    pub version: i32,
    /// The body before.
    pub before: Value,
    /// The body after.
    pub after: Value,
}

/// A page of a history, the newest change first.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// The changes.
    pub changes: Vec<Change>,
    /// Whether there are older ones.
    pub has_older: bool,
    /// Whether there are newer ones.
    pub has_newer: bool,
}

/// A stored document can not be read.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The database failed.
    #[error("reading or writing settings failed")]
    Database(#[from] sqlx::Error),
    /// The stored body is not a document of this version.
    #[error("the stored settings `{subject}` of guild {guild} do not fit this version")]
    Unreadable {
        /// The guild.
        guild: GuildId,
        /// The subject.
        subject: &'static str,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
}

impl Explain for SettingsError {
    fn explain(&self, _: Lang) -> Option<String> {
        None
    }

    fn class(&self) -> crate::Class {
        match self {
            Self::Database(error) => error.class(),
            Self::Unreadable { .. } => crate::Class::Permanent,
        }
    }
}

type Cached = Arc<dyn Any + Send + Sync>;

/// Reads and changes settings; clones share the cache.
#[derive(Clone)]
pub struct Settings {
    database: Database,
    clock: Clock,
    cache: moka::sync::Cache<(GuildId, &'static str), Cached>,
    defaults: Arc<Defaults>,
    /// Counts the changes, so that what was read before one is not remembered after it.
    changes: Arc<AtomicU64>,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Settings")
            .field("cached", &self.cache.entry_count())
            .finish_non_exhaustive()
    }
}

/// How many documents are kept in memory at the most.
const CACHED: u64 = 20_000;
const REMEMBERED: Duration = Duration::from_mins(1);

impl Settings {
    /// A handle; `defaults` is what the installation says for guilds that set nothing.
    pub fn new(database: Database, clock: Clock, defaults: Defaults) -> Self {
        let cache = moka::sync::Cache::builder()
            .max_capacity(CACHED)
            .time_to_live(REMEMBERED)
            .build();
        Self {
            database,
            clock,
            cache,
            defaults: Arc::new(defaults),
            changes: Arc::default(),
        }
    }

    /// What the installation says for guilds that set nothing.
    pub fn defaults(&self) -> &Defaults {
        &self.defaults
    }

    /// The document of a guild, from the cache if it is there: no query, no wait.
    pub fn cached<D: Document>(&self, guild: GuildId) -> Option<Arc<D>> {
        self.cache.get(&(guild, D::SUBJECT))?.downcast().ok()
    }

    fn changes(&self) -> u64 {
        self.changes.load(Ordering::SeqCst)
    }

    /// Remembers a document that was read when there had been so many changes; not if there was one since.
    fn remember<D: Document>(&self, guild: GuildId, document: &Arc<D>, seen: u64) {
        let cached: Cached = Arc::<D>::clone(document);
        self.cache.insert((guild, D::SUBJECT), cached);
        // After the insertion: a change either sees this entry and removes it, or is seen here.
        if self.changes() != seen {
            self.cache.invalidate(&(guild, D::SUBJECT));
        }
    }

    /// Forgets a document that was changed.
    fn forget(&self, guild: GuildId, subject: &'static str) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        self.cache.invalidate(&(guild, subject));
    }

    /// The document of a guild; its defaults where nothing was set.
    ///
    /// # Errors
    ///
    /// Fails when the database does, or when a stored document can not be read.
    pub async fn get<D: Document>(&self, guild: GuildId) -> Result<Arc<D>, SettingsError> {
        if let Some(document) = self.cached(guild) {
            return Ok(document);
        }
        let seen = self.changes();
        let mut connection = self.database.acquire().await?;
        let stored = store::read(&mut connection, guild, D::SUBJECT).await?;
        let document = Arc::new(read::<D>(guild, stored)?);
        self.remember(guild, &document, seen);
        Ok(document)
    }

    /// Changes the document of a guild and writes the change into its history; a change that changes nothing
    /// leaves no trace. Two changes at once happen one after the other.
    ///
    /// # Errors
    ///
    /// Fails with what `change` or [`Document::check`] say, and changes nothing then.
    pub async fn change<D: Document>(
        &self,
        guild: GuildId,
        by: UserId,
        via: Via,
        change: impl FnOnce(&mut D) -> Outcome<()> + Send,
    ) -> Outcome<Arc<D>> {
        let mut transaction = self.database.begin().await?;
        store::lock(&mut transaction, guild, D::SUBJECT).await?;
        let stored = store::read(&mut transaction, guild, D::SUBJECT).await?;
        let revision = stored.as_ref().map_or(0, |stored| stored.revision);
        let before = read::<D>(guild, stored).map_err(crate::Failure::from)?;
        let mut after = before.clone();
        change(&mut after)?;
        after.check()?;
        if after != before {
            let change = Change {
                revision: revision + 1,
                at: self.clock.now(),
                by,
                via: via.word().to_owned(),
                version: D::VERSION,
                before: serde_json::to_value(&before).map_err(crate::Failure::fault)?,
                after: serde_json::to_value(&after).map_err(crate::Failure::fault)?,
            };
            store::write(&mut transaction, guild, D::SUBJECT, &change).await?;
            transaction.commit().await?;
            self.forget(guild, D::SUBJECT);
            tracing::info!(%guild, subject = D::SUBJECT, revision = change.revision, %by, "settings changed");
        }
        Ok(Arc::new(after))
    }

    /// The changes of a document before a revision (`None` starts with the newest), at most `limit`.
    ///
    /// # Errors
    ///
    /// Fails when the database does.
    pub async fn history(
        &self,
        guild: GuildId,
        subject: &str,
        before: Option<i64>,
        limit: u16,
    ) -> Result<History, SettingsError> {
        let mut connection = self.database.acquire().await?;
        let mut changes = store::history(
            &mut connection,
            guild,
            subject,
            before,
            i64::from(limit) + 1,
        )
        .await?;
        let has_older = changes.len() > usize::from(limit);
        changes.truncate(limit.into());
        let has_newer = match before {
            Some(before) => store::has_change_from(&mut connection, guild, subject, before).await?,
            None => false,
        };
        Ok(History {
            changes,
            has_older,
            has_newer,
        })
    }
}

fn read<D: Document>(guild: GuildId, stored: Option<store::Stored>) -> Result<D, SettingsError> {
    let Some(stored) = stored else {
        return Ok(D::default());
    };
    let body = if stored.version < D::VERSION {
        D::upgrade(stored.version, stored.body)
    } else {
        stored.body
    };
    serde_json::from_value(body).map_err(|source| SettingsError::Unreadable {
        guild,
        subject: D::SUBJECT,
        source,
    })
}
