//! Who is let in and who is kept out.

use database::{ChannelId, GuildId, RoleId, UserId};
use feature::{
    Card, Click, Colour, Ctx, Outcome, Picked, PickedMentionables, Reply, Select, custom_id,
};
use twilight_model::application::interaction::InteractionDataResolved;

use super::shown;
use crate::{
    VoiceHubs,
    authority::{Refused, Shows, steer, steered},
    model::{LISTED, Listed, Room},
    panel::{Allow, Deny, ShowLists},
    text,
};

/// How many entries a page of the lists holds: as many as a select offers.
const PAGE: usize = 25;

custom_id! {
    /// Takes entries off the lists.
    pub(crate) struct Unlist: "voice_hubs" / "unlist" v1 { guild: GuildId, room: ChannelId, page: u16 }
    answer = Update;
}
custom_id! {
    /// Turns to a page of the lists.
    pub(crate) struct TurnLists: "voice_hubs" / "turn" v1 { guild: GuildId, room: ChannelId, page: u16 }
    answer = Update;
}

/// What was picked, as users and roles.
fn picked(values: &[u64], resolved: Option<&InteractionDataResolved>) -> Vec<Listed> {
    let is_role = |id: u64| {
        resolved.is_some_and(|resolved| resolved.roles.keys().any(|role| role.get() == id))
    };
    values
        .iter()
        .filter_map(|id| {
            let text = id.to_string();
            if is_role(*id) {
                text.parse().ok().map(Listed::Role)
            } else {
                text.parse().ok().map(Listed::User)
            }
        })
        .collect()
}

fn checked(room: &Room) -> Result<(), Refused> {
    let longest = room
        .lists
        .allowed()
        .count()
        .max(room.lists.denied().count());
    if longest > LISTED {
        return Err(Refused::ListFull(longest));
    }
    Ok(())
}

pub(crate) async fn allow(ctx: Ctx<VoiceHubs>, picks: PickedMentionables<Allow>) -> Outcome<Reply> {
    let Allow { guild, room } = picks.id;
    let entries = picked(&picks.values, picks.resolved.as_ref());
    let room = steer(&ctx, guild, room, Shows::Panel, |room| {
        for entry in entries {
            if entry != Listed::User(room.owner) {
                room.lists.allow(entry);
            }
        }
        checked(room)
    })
    .await?;
    shown(&ctx, &room).await
}

pub(crate) async fn deny(ctx: Ctx<VoiceHubs>, picks: PickedMentionables<Deny>) -> Outcome<Reply> {
    let Deny { guild, room } = picks.id;
    let entries = picked(&picks.values, picks.resolved.as_ref());
    let me = ctx.me.id();
    let everyone = RoleId::from(guild.id().cast());
    let room = steer(&ctx, guild, room, Shows::Panel, |room| {
        for entry in entries {
            match entry {
                Listed::User(user) if user == room.owner => return Err(Refused::Owner),
                Listed::User(user) if user == me => return Err(Refused::Bot),
                // Whom the mode keeps out needs no list.
                Listed::Role(role) if role == everyone => return Err(Refused::Owner),
                entry => room.lists.deny(entry),
            }
        }
        checked(room)
    })
    .await?;
    // Whoever is inside is shown out by the plan, which `steer` has woken.
    shown(&ctx, &room).await
}

pub(crate) async fn show_lists(ctx: Ctx<VoiceHubs>, click: Click<ShowLists>) -> Outcome<Reply> {
    let room = steered(&ctx, click.guild, click.room).await?;
    Ok(Reply::card(page(&ctx, &room, 0)))
}

pub(crate) async fn turn_lists(ctx: Ctx<VoiceHubs>, click: Click<TurnLists>) -> Outcome<Reply> {
    let room = steered(&ctx, click.guild, click.room).await?;
    Ok(Reply::update(page(&ctx, &room, click.page)))
}

pub(crate) async fn unlist(ctx: Ctx<VoiceHubs>, picks: Picked<Unlist>) -> Outcome<Reply> {
    let Unlist {
        guild,
        room,
        page: at,
    } = picks.id;
    let entries: Vec<Listed> = picks
        .values
        .iter()
        .filter_map(|value| read(value))
        .collect();
    let room = steer(&ctx, guild, room, Shows::Other, |room| {
        for entry in entries {
            room.lists.remove(entry);
        }
        Ok(())
    })
    .await?;
    Ok(Reply::update(page(&ctx, &room, at)))
}

fn write(entry: Listed) -> String {
    match entry {
        Listed::User(user) => format!("u{user}"),
        Listed::Role(role) => format!("r{role}"),
    }
}

fn read(value: &str) -> Option<Listed> {
    match value.split_at_checked(1)? {
        ("u", id) => id.parse::<UserId>().ok().map(Listed::User),
        ("r", id) => id.parse::<RoleId>().ok().map(Listed::Role),
        _ => None,
    }
}

/// A page of both lists, with a select that takes entries off. People who left the server are there by their id.
fn page(ctx: &Ctx<VoiceHubs>, room: &Room, at: u16) -> Card {
    let lang = ctx.lang();
    let Some(channel) = room.channel else {
        return Card::new();
    };
    let allowed = room.lists.allowed().map(|entry| (entry, true));
    let denied = room.lists.denied().map(|entry| (entry, false));
    let entries: Vec<(Listed, bool)> = allowed.chain(denied).collect();
    let pages = entries.len().div_ceil(PAGE).max(1);
    let at = usize::from(at).min(pages - 1);
    let here: Vec<(Listed, bool)> = entries.iter().skip(at * PAGE).take(PAGE).copied().collect();
    let mut card = Card::new()
        .title(text::lists_title(lang))
        .colour(Colour::Info)
        .footer(text::lists_page(lang, at + 1, pages, entries.len()));
    if here.is_empty() {
        return card.text(text::lists_empty(lang));
    }
    card = card.lines(here.iter().map(|(entry, is_allowed)| {
        format!(
            "{} {}",
            if *is_allowed { "✅" } else { "⛔" },
            entry.mention()
        )
    }));
    let turn = |to: Option<usize>| {
        let page = u16::try_from(to?).ok()?;
        Some(TurnLists {
            guild: room.guild,
            room: channel,
            page,
        })
    };
    let id = Unlist {
        guild: room.guild,
        room: channel,
        page: u16::try_from(at).unwrap_or_default(),
    };
    let options = here.iter().map(|(entry, is_allowed)| {
        let name = name_of(ctx, room.guild, *entry);
        let mark = if *is_allowed { "✅" } else { "⛔" };
        (format!("{mark} {name}"), write(*entry), false)
    });
    let select = Select::strings(&id, options)
        .placeholder(text::take_off(lang))
        .values(1, 25);
    card.select(select).pages(
        lang,
        turn(at.checked_sub(1)).as_ref(),
        turn(Some(at + 1).filter(|next| *next < pages)).as_ref(),
    )
}

/// A name for an option, which can not mention; the id where no name is known.
fn name_of(ctx: &Ctx<VoiceHubs>, guild: GuildId, entry: Listed) -> String {
    match entry {
        Listed::User(user) => ctx
            .feature
            .watches
            .person(guild, user)
            .map_or_else(|| user.to_string(), |person| person.display),
        Listed::Role(role) => ctx
            .cache
            .role(role.into())
            .map_or_else(|| role.to_string(), |role| format!("@{}", role.name)),
    }
}
