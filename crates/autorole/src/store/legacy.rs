//! Groups of a replaced program, as its tables hold them.

#![expect(
    clippy::disallowed_methods,
    reason = "the tables of the replaced program are not in our schema, against which queries are checked"
)]

use sqlx::PgConnection;

/// A group of the replaced program.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct OldGroup {
    pub(crate) id: i64,
    pub(crate) guild_id: i64,
    pub(crate) name: String,
    pub(crate) multi: bool,
    /// How many roles a member may hold; 0 is no limit.
    pub(crate) max: i64,
    pub(crate) feedback: bool,
    pub(crate) button_label: String,
    pub(crate) button_style: String,
    pub(crate) is_posted: bool,
}

/// An item of the replaced program.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct OldItem {
    pub(crate) group_id: i64,
    pub(crate) role_id: i64,
    pub(crate) emoji: Option<String>,
}

pub(crate) async fn groups(from: &mut PgConnection) -> sqlx::Result<Vec<OldGroup>> {
    sqlx::query_as(
        r#"select id::bigint, guild_id::bigint, coalesce(name::text, '') as name,
             coalesce(multi::boolean, true) as multi, coalesce("max"::bigint, 0) as max,
             coalesce(feedback::boolean, true) as feedback, coalesce(button_label::text, '') as button_label,
             coalesce(button_style::text, '') as button_style, linked_message_id is not null as is_posted
           from autorole_group order by id"#,
    )
    .fetch_all(from)
    .await
}

/// All items, in the order in which their groups show them.
pub(crate) async fn items(from: &mut PgConnection) -> sqlx::Result<Vec<OldItem>> {
    sqlx::query_as(
        "select group_id::bigint, role_id::bigint, emoji::text from autorole_item
         order by group_id, position, role_id",
    )
    .fetch_all(from)
    .await
}
