//! All documents of a guild together: export, import, undo.
//!
//! Here the types of the documents are not known: a [`DocumentEntry`] reads a body for its type. Whoever replaces a
//! body says which revision of it they have seen, so that nobody overwrites a change that they do not know of.

use database::{GuildId, UserId};
use serde_json::Value;

use super::{Change, Document, DocumentEntry, Settings, SettingsError, Via, store};
use crate::{Explain, Failure, Lang, Outcome, text};

/// A document as a guild holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// The version of its type.
    pub version: i32,
    /// How often it was changed.
    pub revision: i64,
    /// Its body in this version; the defaults where nothing was set.
    pub body: Value,
}

/// A document that is to become another.
#[derive(Clone, Debug)]
pub struct Replacement<'a> {
    /// Which document.
    pub entry: &'a DocumentEntry,
    /// The revision that whoever replaces it has seen.
    pub seen: i64,
    /// The new body, as [`DocumentEntry::read`] gave it.
    pub body: Value,
}

/// A body that is no document.
#[derive(Debug, thiserror::Error)]
pub enum BadBody {
    /// A newer program wrote it.
    #[error("version {version} of `{subject}`, this program knows {known}")]
    Newer {
        /// The subject.
        subject: &'static str,
        /// The version of the body.
        version: i32,
        /// The version that is known.
        known: i32,
    },
    /// A version that never was.
    #[error("version {version} of `{subject}`")]
    NoVersion {
        /// The subject.
        subject: &'static str,
        /// The version of the body.
        version: i32,
    },
    /// A field does not fit.
    #[error("`{subject}`, field `{field}`: {reason}")]
    Field {
        /// The subject.
        subject: &'static str,
        /// The path of the field; `.` for the whole.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl Explain for BadBody {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(match self {
            Self::Newer {
                subject,
                version,
                known,
            } => text::newer_document(lang, subject, *version, *known),
            Self::NoVersion { subject, version } => text::no_version(lang, subject, *version),
            Self::Field {
                subject,
                field,
                reason,
            } => text::bad_field(lang, subject, field, reason),
        })
    }
}

/// Somebody changed the document after it was looked at.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` was changed meanwhile")]
pub struct Stale(pub &'static str);

impl Explain for Stale {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(text::stale(lang, self.0))
    }
}

/// Reads a body for its type: upgraded, checked, with every default written out.
pub(super) fn read<D: Document>(version: i32, body: Value) -> Outcome<Value> {
    let subject = D::SUBJECT;
    if version > D::VERSION {
        return Err(BadBody::Newer {
            subject,
            version,
            known: D::VERSION,
        }
        .into());
    }
    if version < 1 {
        return Err(BadBody::NoVersion { subject, version }.into());
    }
    let body = if version < D::VERSION {
        D::upgrade(version, body)
    } else {
        body
    };
    let document: D = serde_path_to_error::deserialize(body).map_err(|error| BadBody::Field {
        subject,
        field: error.path().to_string(),
        reason: error.into_inner().to_string(),
    })?;
    document.check()?;
    serde_json::to_value(document).map_err(Failure::fault)
}

impl Settings {
    /// All documents of a guild, in the order of `entries`.
    ///
    /// # Errors
    ///
    /// Fails when the database does, or when a stored document can not be read.
    pub async fn held<'a>(
        &self,
        guild: GuildId,
        entries: impl IntoIterator<Item = &'a DocumentEntry>,
    ) -> Outcome<Vec<(&'a DocumentEntry, Held)>> {
        let mut connection = self.database.acquire().await?;
        let mut stored = store::read_all(&mut connection, guild).await?;
        drop(connection);
        let entries = entries.into_iter().map(|entry| {
            let held = match stored.remove(entry.subject) {
                Some(stored) => Held {
                    version: entry.version,
                    revision: stored.revision,
                    body: (entry.read)(stored.version, stored.body)?,
                },
                None => Held {
                    version: entry.version,
                    revision: 0,
                    body: (entry.defaults)()?,
                },
            };
            Ok((entry, held))
        });
        entries.collect()
    }

    /// Replaces documents, all or none, and writes each change into its history. What is the same already stays.
    ///
    /// # Errors
    ///
    /// Fails with [`Stale`] when one was changed after it was seen, and changes nothing then.
    pub async fn replace(
        &self,
        guild: GuildId,
        by: UserId,
        via: Via,
        mut wanted: Vec<Replacement<'_>>,
    ) -> Outcome<()> {
        // Locks are taken in one order, or two who replace the same documents wait for each other.
        wanted.sort_by_key(|replacement| replacement.entry.subject);
        let mut transaction = self.database.begin().await?;
        for Replacement { entry, seen, body } in &wanted {
            store::lock(&mut transaction, guild, entry.subject).await?;
            let stored = store::read(&mut transaction, guild, entry.subject).await?;
            let (revision, before) = match stored {
                Some(stored) => (stored.revision, (entry.read)(stored.version, stored.body)?),
                None => (0, (entry.defaults)()?),
            };
            if revision != *seen {
                return Err(Stale(entry.subject).into());
            }
            if before == *body {
                continue;
            }
            let change = Change {
                revision: revision + 1,
                at: self.clock.now(),
                by,
                via: via.word().to_owned(),
                version: entry.version,
                before,
                after: body.clone(),
            };
            store::write(&mut transaction, guild, entry.subject, &change).await?;
            tracing::info!(%guild, subject = entry.subject, revision = change.revision, %by, via = change.via, "settings replaced");
        }
        transaction.commit().await?;
        for replacement in &wanted {
            self.forget(guild, replacement.entry.subject);
        }
        Ok(())
    }

    /// The last change of a document.
    ///
    /// # Errors
    ///
    /// Fails when the database does.
    pub async fn last_change(
        &self,
        guild: GuildId,
        subject: &str,
    ) -> Result<Option<Change>, SettingsError> {
        let history = self.history(guild, subject, None, 1).await?;
        Ok(history.changes.into_iter().next())
    }
}
