//! Taking over the data of a replaced program: what an import tells of each table.

mod store;

use database::UserId;
use sqlx::PgConnection;

/// What came of the rows of one table.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Imported {
    /// The table of the replaced program.
    pub table: &'static str,
    /// Rows that are new here.
    pub added: u64,
    /// Rows that are here already and stay as they are.
    pub known: u64,
    /// Rows that were left out, each with the reason, for the operator.
    pub skipped: Vec<String>,
}

impl Imported {
    /// Nothing yet.
    pub const fn of(table: &'static str) -> Self {
        Self {
            table,
            added: 0,
            known: 0,
            skipped: Vec::new(),
        }
    }

    /// Leaves a row out.
    pub fn skip(&mut self, row: impl std::fmt::Display, reason: impl std::fmt::Display) {
        self.skipped.push(format!("{row}: {reason}"));
    }
}

/// Who stands for the author of what a replaced program did not say the author of: no user has this id.
///
/// # Panics
///
/// Never: 1 is a number.
pub fn nobody() -> UserId {
    "1".parse().expect("1 is a number")
}

/// Whether the replaced program's database has a table.
///
/// # Errors
///
/// What the database said.
pub async fn has_table(from: &mut PgConnection, table: &str) -> sqlx::Result<bool> {
    store::has_table(from, table).await
}
