//! The room where Postgres lives: pool, migrator, id types and the local server of a fresh machine.
//!
//! [`Database::open`] is the one way in. It finds the server the [`Settings`] name, or starts the
//! machine's own Postgres in the data directory ([`local`]), waits while a server is still starting,
//! says plainly what is wrong when it can not ([`OpenError`]), and brings the schema up to date.
//!
//! Features own their tables and their SQL; this crate owns none. It speaks to the *server*
//! (version, migrations, databases for tests), which is why it is the one place that may send
//! statements that are not checked at build time.
//!
//! [`ids`] maps Discord's unsigned ids to Postgres' `bigint` and back without a cast.
//! [`test_support`] gives each test a database of its own, cloned from a migrated template.

mod error;
pub mod ids;
pub mod local;
mod migrate;
mod open;
mod settings;
pub mod test_support;

pub use error::OpenError;
pub use ids::{
    ApplicationId, AttachmentId, AuditLogEntryId, ChannelId, CommandId, EmojiId, GuildId,
    InteractionId, MessageId, RoleId, ScheduledEventId, StickerId, UserId, WebhookId,
};
pub use migrate::{MIGRATOR, Migrated};
pub use open::Database;
pub use settings::{Server, Settings};
