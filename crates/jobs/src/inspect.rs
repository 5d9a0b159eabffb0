//! Looking at the queue, and putting a hand in: for operators, and for a test that waits until all is done.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde_json::Value;
use sqlx::PgConnection;

use crate::{JobId, Jobs, store};

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

impl Jobs {
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
