//! Looking at the queue, and putting a hand in: for operators, and for a test that waits until all is done.

use database::GuildId;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde_json::Value;
use sqlx::PgConnection;

use crate::{Attempt, JobId, Jobs, store};

/// Where a job stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum State {
    /// Its instant has not come.
    Waiting,
    /// It could run now.
    Due,
    /// A worker runs it.
    Running,
    /// It failed for good.
    Dead,
}

/// How many jobs stand where.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// Jobs whose instant has not come.
    pub waiting: i64,
    /// Jobs that could run now.
    pub due: i64,
    /// Jobs that a worker runs.
    pub running: i64,
    /// Jobs that failed for good.
    pub dead: i64,
}

impl Counts {
    /// Whether no work is left that should be done by now.
    pub const fn is_idle(&self) -> bool {
        self.due == 0 && self.running == 0
    }
}

/// A job as it is stored.
#[derive(Clone, Debug)]
pub struct JobRow {
    /// Its number.
    pub id: JobId,
    /// Its name.
    pub name: String,
    /// What it carries.
    pub payload: Value,
    /// Its key, if it replaces others.
    pub key: Option<String>,
    /// Its queue, if it waits for others.
    pub queue: Option<String>,
    /// When it is due.
    pub run_at: Timestamp,
    /// When it was enqueued.
    pub created_at: Timestamp,
    /// Failed attempts so far.
    pub attempts: i32,
    /// What the last attempt failed with, for operators.
    pub last_error: Option<String>,
    /// Where it stands.
    pub state: State,
}

/// Where a job of a guild stands, in the words of the replaced systems.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stage {
    /// It waits for its instant or for a worker.
    Pending,
    /// A worker runs it.
    Processing,
    /// It is done; known for [`KEEP_ENDED`](crate::KEEP_ENDED).
    Completed,
    /// It failed for good; it can be run again for [`KEEP_DEAD`](crate::KEEP_DEAD).
    Failed,
    /// Somebody cancelled it; known for [`KEEP_ENDED`](crate::KEEP_ENDED).
    Cancelled,
}

impl Stage {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Pending,
        Self::Processing,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
    ];

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    pub(crate) fn of(word: &str) -> Self {
        let found = Self::ALL.into_iter().find(|stage| stage.word() == word);
        found.unwrap_or(Self::Pending)
    }
}

/// Which jobs of a guild are looked for.
#[derive(Clone, Copy, Debug)]
pub struct Sought<'a> {
    /// Those that stand there.
    pub stage: Option<Stage>,
    /// Those of this name.
    pub name: Option<&'a str>,
    /// Those behind this one.
    pub after: Option<JobId>,
    /// So many at the most.
    pub limit: i64,
}

/// A job of a guild, without what it carries.
#[derive(Clone, Debug)]
pub struct GuildJob {
    /// Its number.
    pub id: JobId,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub stage: Stage,
    /// Attempts so far: the failed ones, and the one that was its end.
    pub attempts: i32,
    /// When it is or was due.
    pub run_at: Timestamp,
    /// When it was enqueued.
    pub created_at: Timestamp,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// What the last attempt failed with, for operators.
    pub last_error: Option<String>,
    /// What came of its last attempts, the oldest first; only of a job that is looked at alone.
    pub history: Vec<Attempt>,
}

impl Jobs {
    /// The jobs that name this guild, in the order of their numbers. Jobs that are owed to members or to nobody's
    /// guild name none.
    ///
    /// # Errors
    ///
    /// What the database said.
    pub async fn of_guild(
        &self,
        connection: &mut PgConnection,
        guild: GuildId,
        sought: &Sought<'_>,
    ) -> sqlx::Result<Vec<GuildJob>> {
        store::of_guild(connection, guild, sought, None).await
    }

    /// A job of this guild.
    ///
    /// # Errors
    ///
    /// What the database said.
    pub async fn one_of_guild(
        &self,
        connection: &mut PgConnection,
        guild: GuildId,
        id: JobId,
    ) -> sqlx::Result<Option<GuildJob>> {
        let sought = Sought {
            stage: None,
            name: None,
            after: None,
            limit: 1,
        };
        let found = store::of_guild(connection, guild, &sought, Some(id)).await?;
        Ok(found.into_iter().next())
    }

    /// Cancels a job of this guild as [`cancel`](Self::cancel) does, and keeps for a day that it was.
    ///
    /// # Errors
    ///
    /// What the database said.
    pub async fn cancel_of_guild(
        &self,
        connection: &mut PgConnection,
        guild: GuildId,
        id: JobId,
    ) -> sqlx::Result<bool> {
        store::cancel_of_guild(connection, guild, id, self.clock.now()).await
    }

    /// How many jobs stand where, in all instances.
    ///
    /// # Errors
    ///
    /// What the database said.
    pub async fn counts(&self, connection: &mut PgConnection) -> sqlx::Result<Counts> {
        store::counts(connection, self.clock.now()).await
    }

    /// Jobs in order of their number, a page at a time: those after `after`, at most `limit`.
    ///
    /// # Errors
    ///
    /// What the database said.
    pub async fn list(
        &self,
        connection: &mut PgConnection,
        state: Option<State>,
        after: Option<JobId>,
        limit: u16,
    ) -> sqlx::Result<Vec<JobRow>> {
        let after = after.unwrap_or(JobId::from(0));
        store::list(connection, state, after, i64::from(limit), self.clock.now()).await
    }

    /// Lets a dead or waiting job run now, its attempts forgotten. False when it does not exist or runs.
    ///
    /// A dead job whose key has a waiting successor is removed: the successor does its work.
    ///
    /// # Errors
    ///
    /// What the database said.
    pub async fn retry(&self, connection: &mut PgConnection, id: JobId) -> sqlx::Result<bool> {
        store::retry(connection, id, self.clock.now().to_sqlx()).await
    }

    /// Removes a job. A running one is not interrupted, but will not be tried again. False when there is none.
    ///
    /// # Errors
    ///
    /// What the database said.
    pub async fn cancel(&self, connection: &mut PgConnection, id: JobId) -> sqlx::Result<bool> {
        store::cancel(connection, id).await
    }

    /// Removes the job of `name` and `key` as [`cancel`](Self::cancel) does, in the caller's transaction.
    ///
    /// # Errors
    ///
    /// What the database said.
    pub async fn cancel_key(
        &self,
        connection: &mut PgConnection,
        name: &str,
        key: &str,
    ) -> sqlx::Result<bool> {
        store::cancel_key(connection, name, key).await
    }
}
