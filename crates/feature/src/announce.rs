//! What happened in a feature, told to whoever in the program listens.
//!
//! A feature says what can happen in it ([`Scope::announces`](crate::Scope::announces)), and that it did in the
//! transaction of the change ([`House::announce`]). Each listener ([`Scope::listens`](crate::Scope::listens)) is told by
//! a job of its own; the jobs of a guild run one after the other. Where nobody listens nothing is written, and a listener
//! that is off in a guild is not told what happens there meanwhile, nor later.

mod store;

use database::GuildId;
use jiff::Timestamp;
use jobs::NewJob;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::PgConnection;

use crate::{Failure, House, Outcome};

/// Something that can happen, as listeners name it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Happening {
    /// What and how: `task.done`. Stable: programs outside rely on it.
    pub kind: &'static str,
    /// When it is told, in English, for the documentation of the API.
    pub about: &'static str,
}

/// A feature that is told what happens, and the job by which it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Listener {
    pub(crate) feature: &'static str,
    pub(crate) job: &'static str,
}

/// Something that happened.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Announcement {
    /// Where. A listener that is off there is not told.
    pub guild: GuildId,
    /// What: see [`Happening::kind`].
    pub kind: String,
    /// To what, within the guild: `task 12`.
    pub subject: String,
    /// When.
    pub at: Timestamp,
    /// Higher than that of everything that happened to the same subject before. There are gaps.
    pub sequence: i64,
    /// The subject as it is now, as the API shows it.
    pub data: Value,
}

impl House {
    /// A number higher than each that was given before, for an announcement.
    ///
    /// # Errors
    ///
    /// Fails when Postgres does.
    pub async fn next_sequence(&self, db: &mut PgConnection) -> Outcome<i64> {
        Ok(store::next(db).await?)
    }

    /// Tells listeners, once the transaction of `db` commits, that something happened. Call it with the row of the
    /// subject locked: that is what keeps the order.
    ///
    /// # Errors
    ///
    /// Fails when Postgres does, or when `data` is not JSON.
    pub async fn announce(
        &self,
        db: &mut PgConnection,
        guild: GuildId,
        happening: Happening,
        subject: String,
        data: &impl Serialize,
    ) -> Outcome<()> {
        let listeners = self.catalogue.listeners().iter();
        let listeners: Vec<&Listener> = listeners
            .filter(|listener| !self.is_surely_off(listener.feature, guild))
            .collect();
        if listeners.is_empty() {
            return Ok(());
        }
        let announcement = Announcement {
            guild,
            kind: happening.kind.to_owned(),
            subject,
            at: self.clock.now(),
            sequence: self.next_sequence(db).await?,
            data: serde_json::to_value(data).map_err(Failure::fault)?,
        };
        let payload = serde_json::to_value(&announcement).map_err(Failure::fault)?;
        let jobs = listeners.into_iter().map(|listener| {
            let job = listener.job;
            NewJob::raw(job, payload.clone()).queue(format!("{job} {guild}"))
        });
        Ok(self.jobs.enqueue_all(db, jobs.collect()).await?)
    }
}
