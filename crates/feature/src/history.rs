//! What became of something, a line for each change.

use database::UserId;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// One change of something.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct Past {
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// Who changed it.
    #[schema(value_type = String)]
    pub by: UserId,
    /// What changed.
    pub what: String,
    /// What it was; absent where there was nothing.
    pub old: Option<String>,
    /// What it is since.
    pub new: Option<String>,
}
