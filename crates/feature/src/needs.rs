//! Needs: what a feature must be able to do in a guild, for the doctor and for the invite link.

use database::{ChannelId, GuildId, RoleId};
use twilight_model::{gateway::Intents, guild::Permissions};

use crate::scope::Ask;

/// What a feature needs to do its work in one guild as that is set up now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Needs {
    /// Permissions in single channels.
    pub channels: Vec<(ChannelId, Permissions)>,
    /// Roles that the bot hands out and must stand above.
    pub roles: Vec<RoleId>,
}

/// What a feature stated that it needs.
#[expect(missing_debug_implementations, reason = "handlers are functions")]
pub struct NeedsEntry {
    /// Who stated it.
    pub feature: &'static str,
    /// The permissions it needs everywhere.
    pub permissions: Permissions,
    /// The intents that bring its events and keep its cache.
    pub intents: Intents,
    /// Looks up what it needs in one guild.
    pub look: Option<Ask<GuildId, Needs>>,
}
