//! A person in a guild, or in the bot's DMs.

use std::fmt;

use crate::{
    ids::Id,
    people::{ChannelRef, Guild},
    permissions::Permissions,
    sim::Sim,
    state::World,
};

/// A person. Verbs do what the person's client would do, under the rules the client has.
#[derive(Clone)]
pub struct Person {
    pub(crate) sim: Sim,
    pub(crate) id: Id,
    /// The guild they act in; `None` in the bot's DMs.
    pub(crate) guild: Option<Id>,
    /// Where they look at; the guild's first visible text channel if not set.
    pub(crate) place: Option<Id>,
}

/// Why a person cannot do something: their client would not let them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{who} cannot {what}: {why}")]
pub struct Cannot {
    /// Who tried.
    pub who: String,
    /// What they tried.
    pub what: String,
    /// What stands in the way.
    pub why: String,
}

impl Person {
    /// The user's id.
    pub fn id(&self) -> Id {
        self.id
    }

    /// The user's name.
    pub fn name(&self) -> String {
        self.sim.look(|world| {
            world
                .users
                .get(&self.id)
                .map(|user| user.name.clone())
                .unwrap_or_default()
        })
    }

    /// The same person, looking at another channel: commands and clicks happen there.
    #[must_use]
    pub fn in_channel(&self, channel: &ChannelRef) -> Self {
        let guild = self.sim.look(|world| {
            let channel = world.channels.get(&channel.id);
            channel.and_then(|channel| channel.guild)
        });
        Self {
            guild,
            place: Some(channel.id),
            ..self.clone()
        }
    }

    /// The same person in another guild they are in.
    #[must_use]
    pub fn in_guild(&self, guild: &Guild) -> Self {
        Self {
            guild: Some(guild.id),
            place: None,
            ..self.clone()
        }
    }

    /// Sets the language of the person's client, such as `fr` or `en-US`.
    #[must_use]
    pub fn locale(self, locale: &str) -> Self {
        self.sim.with(|world| {
            if let Some(user) = world.users.get_mut(&self.id) {
                locale.clone_into(&mut user.locale);
            }
        });
        self
    }

    /// Where the person's commands and clicks happen.
    pub(crate) fn place(&self, world: &World) -> Result<Id, Cannot> {
        if let Some(place) = self.place {
            return Ok(place);
        }
        let Some(guild) = self.guild.and_then(|guild| world.guilds.get(&guild)) else {
            let dm = world.users.get(&self.id).and_then(|user| user.dm);
            return dm.ok_or_else(|| self.cannot(world, "act", "they have no DM with the bot"));
        };
        guild
            .channels
            .iter()
            .copied()
            .find(|id| {
                world
                    .channels
                    .get(id)
                    .is_some_and(|channel| channel.kind.has_slug_name())
                    && world
                        .permissions_in(self.id, *id)
                        .contains(Permissions::VIEW_CHANNEL)
            })
            .ok_or_else(|| self.cannot(world, "act", "they see no text channel"))
    }

    pub(crate) fn cannot(
        &self,
        world: &World,
        what: impl Into<String>,
        why: impl Into<String>,
    ) -> Cannot {
        let user = world.users.get(&self.id);
        Cannot {
            who: user.map(|user| user.name.clone()).unwrap_or_default(),
            what: what.into(),
            why: why.into(),
        }
    }
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "@{} ({})", self.name(), self.id)
    }
}

impl PartialEq for Person {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}
