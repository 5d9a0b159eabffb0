//! Finding what a verb names: guilds, people, channels, roles, messages, forms.

use super::{Given, Shown};
use crate::{
    ids::Id,
    people::{Argument, ChannelRef, Guild, Person, SeenMessage, SeenModal},
    sim::Sim,
};

/// What is found, or which name stands for nothing.
pub(super) type Result<T> = std::result::Result<T, String>;

/// The guild with this name, or the only one.
pub(super) fn guild(sim: &Sim, name: Option<&str>) -> Result<Guild> {
    match name {
        Some(name) => sim
            .find_guild(name)
            .ok_or_else(|| format!("there is no guild {name}")),
        None => sim.only_guild().ok_or_else(|| "say which guild".to_owned()),
    }
}

pub(super) fn person(
    sim: &Sim,
    guild_name: Option<&str>,
    who: &str,
    channel: Option<&str>,
) -> Result<Person> {
    let guild = guild(sim, guild_name)?;
    let person = if who == "owner" {
        guild.owner()
    } else {
        guild.member(who)
    };
    match channel {
        Some("dm") => Ok(person.in_channel(&person.dm())),
        Some(name) => Ok(person.in_channel(&channel_of(&guild, name)?)),
        None => Ok(person),
    }
}

pub(super) fn channel_of(guild: &Guild, name: &str) -> Result<ChannelRef> {
    let name = name.trim_start_matches('#');
    guild
        .channel(name)
        .ok_or_else(|| format!("there is no channel {name}"))
}

pub(super) fn argument(sim: &Sim, guild_name: Option<&str>, given: &Given) -> Result<Argument> {
    Ok(match given {
        Given::Flag(flag) => Argument::Flag(*flag),
        Given::Integer(number) => Argument::Integer(*number),
        Given::Number(number) => Argument::Number(*number),
        Given::Text(text) => Argument::Text(text.clone()),
        Given::User { user } => (&guild(sim, guild_name)?.member(user)).into(),
        Given::Channel { channel } => (&channel_of(&guild(sim, guild_name)?, channel)?).into(),
        Given::Role { role } => {
            let found = guild(sim, guild_name)?.find_role(role);
            (&found.ok_or_else(|| format!("there is no role {role}"))?).into()
        }
    })
}

pub(super) fn arguments<'a>(
    sim: &Sim,
    guild_name: Option<&str>,
    given: impl IntoIterator<Item = (&'a String, &'a Given)>,
) -> Result<Vec<(&'a str, Argument)>> {
    given
        .into_iter()
        .map(|(key, value)| Ok((key.as_str(), argument(sim, guild_name, value)?)))
        .collect()
}

/// The message with this id, or the newest with `last`, as the person sees it.
pub(super) fn message(person: &Person, name: &str) -> Result<SeenMessage> {
    let place = person
        .sim
        .look(|world| person.place(world))
        .map_err(|cannot| cannot.to_string())?;
    let channel = ChannelRef {
        sim: person.sim.clone(),
        id: place,
    };
    let seen = person.sees(&channel);
    let found = if name == "last" {
        seen.into_iter().next_back()
    } else {
        seen.into_iter()
            .find(|message| message.id().to_string() == name)
    };
    found.ok_or_else(|| format!("{} sees no message {name}", person.name()))
}

pub(super) fn shown(message: &SeenMessage) -> Shown {
    Shown {
        id: message.id().to_string(),
        author: message.author().to_owned(),
        text: message.text(),
        ephemeral: message.is_ephemeral(),
        buttons: message.buttons(),
        selects: message.selects(),
    }
}

pub(super) fn modal(sim: &Sim, form: &str) -> Result<SeenModal> {
    let interaction: Id = form.parse().map_err(|_| format!("{form} is no form"))?;
    let data = sim.look(|world| {
        let interaction = world.interactions.get(&interaction)?;
        Some(interaction.answer.as_ref()?.data.clone())
    });
    Ok(SeenModal {
        sim: sim.clone(),
        interaction,
        data: data.ok_or_else(|| format!("the form {form} is gone"))?,
    })
}
