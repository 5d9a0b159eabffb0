//! What members name must be of their own server.
//!
//! Discord's clients offer only what is there, but an interaction is put together by whoever sends it, and somebody may
//! be a member of two servers. So channels and roles that the cache knows as another server's are refused before any
//! handler sees them, in the words for what does not exist.

use twilight_model::{
    application::interaction::{
        InteractionDataResolved,
        application_command::{CommandData, CommandDataOption, CommandOptionValue},
        message_component::MessageComponentInteractionData,
    },
    channel::message::component::ComponentType,
    id::{
        Id,
        marker::{ChannelMarker, RoleMarker},
    },
};

use crate::{House, Refusal, Scene, discord::Thing};

/// Channels and roles that somebody named.
#[derive(Debug, Default)]
pub(crate) struct Named {
    channels: Vec<Id<ChannelMarker>>,
    roles: Vec<Id<RoleMarker>>,
    /// Roles or users.
    either: Vec<Id<RoleMarker>>,
}

impl Named {
    /// What Discord looked up for the bot.
    pub(crate) fn resolved(resolved: Option<&InteractionDataResolved>) -> Self {
        resolved.map_or_else(Self::default, |resolved| Self {
            channels: resolved.channels.keys().copied().collect(),
            roles: resolved.roles.keys().copied().collect(),
            either: Vec::new(),
        })
    }

    /// What stands in a command, looked up or not.
    pub(crate) fn in_command(data: &CommandData) -> Self {
        let mut named = Self::resolved(data.resolved.as_ref());
        named.options(&data.options);
        named
    }

    /// What was picked in a select, looked up or not.
    pub(crate) fn in_component(data: &MessageComponentInteractionData) -> Self {
        let mut named = Self::resolved(data.resolved.as_ref());
        let ids = data.values.iter().filter_map(|value| value.parse().ok());
        match data.component_type {
            ComponentType::ChannelSelectMenu => {
                named.channels.extend(ids.map(Id::<ChannelMarker>::cast));
            }
            ComponentType::RoleSelectMenu => {
                named.roles.extend(ids.map(Id::<ChannelMarker>::cast));
            }
            ComponentType::MentionableSelectMenu => {
                named.either.extend(ids.map(Id::<ChannelMarker>::cast));
            }
            _ => {}
        }
        named
    }

    fn options(&mut self, options: &[CommandDataOption]) {
        for option in options {
            match &option.value {
                CommandOptionValue::Channel(id) => self.channels.push(*id),
                CommandOptionValue::Role(id) => self.roles.push(*id),
                CommandOptionValue::Mentionable(id) => self.either.push(id.cast()),
                CommandOptionValue::SubCommand(inner)
                | CommandOptionValue::SubCommandGroup(inner) => self.options(inner),
                _ => {}
            }
        }
    }
}

/// Why what was named is not handed on; `None` when all of it may be of this server.
pub(crate) fn refusal(house: &House, scene: &Scene, named: &Named) -> Option<Refusal> {
    let guild = scene.guild?;
    let has_foreign_channel = named.channels.iter().any(|id| {
        let known = house.cache.channel(*id);
        known.is_some_and(|channel| channel.guild_id.is_some_and(|home| guild != home))
    });
    if has_foreign_channel {
        return Some(Refusal::Gone(Thing::Channel));
    }
    // Where roles are cached, all of a server are: one that is not known is nowhere, and is told in the same words.
    let are_cached = house.cache.role(guild.id().cast()).is_some();
    let is_foreign = |id: &Id<RoleMarker>| {
        let known = house.cache.role(*id);
        known.map(|role| guild != role.guild_id())
    };
    let has_foreign_role = named
        .roles
        .iter()
        .any(|id| is_foreign(id).unwrap_or(are_cached))
        || named.either.iter().any(|id| is_foreign(id) == Some(true));
    has_foreign_role.then_some(Refusal::Gone(Thing::Role))
}
