//! The bot's own roles, which decide what it may hand out.

use std::sync::Arc;

use database::{GuildId, RoleId};
use feature::{Kit, Outcome};

use crate::{Autorole, error::Refused, hierarchy::Roles};

/// The roles of a guild, and those of the bot among them.
#[derive(Clone, Debug)]
pub(crate) struct Ranks {
    pub(crate) roles: Roles,
    pub(crate) bot: Arc<[RoleId]>,
}

/// Looks both up.
pub(crate) async fn ranks(kit: &Kit<Autorole>, guild: GuildId) -> Outcome<Ranks> {
    let roles = Roles::cached(&kit.cache, guild).ok_or(Refused::NotReady)?;
    let bot = kit.me.roles(&kit.discord, guild).await?;
    Ok(Ranks { roles, bot })
}
