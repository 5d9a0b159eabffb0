//! Reactions and pins.

use serde_json::{Value, json};

use super::{Call, Outcome, Reply, Route, messages::find};
use crate::{
    acts::{
        audit::{Entry, action},
        reactions::{parse_emoji, same_emoji},
    },
    clock::{iso, parse_iso},
    error::{ApiError, code},
    gateway::Reach,
    ids::Id,
    intents,
    permissions::Permissions,
    state::{Author, Message, World},
};

const ALL: &str = "/channels/{channel_id}/messages/{message_id}/reactions";
const EMOJI: &str = "/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}";
const ONE: &str = "/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/{user_id}";
const PINS: &str = "/channels/{channel_id}/messages/pins";
const PIN: &str = "/channels/{channel_id}/messages/pins/{message_id}";
const OLD_PINS: &str = "/channels/{channel_id}/pins";
const OLD_PIN: &str = "/channels/{channel_id}/pins/{message_id}";

pub(super) const ROUTES: &[Route] = &[
    Route::bot("DELETE", ALL, clear),
    Route::bot("GET", EMOJI, list),
    Route::bot("DELETE", EMOJI, clear),
    Route::bot("PUT", ONE, add),
    Route::bot("DELETE", ONE, remove),
    Route::bot("GET", PINS, pins),
    Route::bot("PUT", PIN, pin),
    Route::bot("DELETE", PIN, unpin),
    Route::bot("GET", OLD_PINS, old_pins),
    Route::bot("PUT", OLD_PIN, pin),
    Route::bot("DELETE", OLD_PIN, unpin),
];

/// Different emojis under one message.
const MAX_REACTIONS: usize = 20;
/// Pinned messages of one channel.
const MAX_PINS: usize = 250;

fn emoji(world: &World, call: &Call) -> Result<Value, ApiError> {
    let emoji = parse_emoji(call.text("emoji_name")).ok_or(code::UNKNOWN_EMOJI)?;
    let Some(id) = emoji.get("id").and_then(Id::from_json) else {
        return Ok(emoji);
    };
    let is_known = world
        .guilds
        .values()
        .any(|guild| guild.emojis.contains_key(&id));
    is_known
        .then_some(emoji)
        .ok_or_else(|| code::UNKNOWN_EMOJI.into())
}

fn place(world: &World, call: &Call) -> Result<(Id, Id), ApiError> {
    let (channel, id) = (call.id("channel_id")?, call.id("message_id")?);
    find(world, channel, id)?;
    Ok((channel, id))
}

fn add(world: &mut World, call: &Call) -> Outcome {
    if call.text("user_id") != "@me" {
        return Err(code::METHOD_NOT_ALLOWED.into());
    }
    let (channel, id) = place(world, call)?;
    let emoji = emoji(world, call)?;
    let message = find(world, channel, id)?;
    let is_new = !message
        .reactions
        .iter()
        .any(|known| same_emoji(&known.emoji, &emoji));
    if is_new && message.reactions.len() >= MAX_REACTIONS {
        return Err(code::MAX_REACTIONS.into());
    }
    let needed = if is_new {
        Permissions::ADD_REACTIONS
    } else {
        Permissions::NONE
    };
    world.need_in(channel, Permissions::READ_MESSAGE_HISTORY | needed)?;
    let bot = world.bot;
    world.react(channel, id, bot, &emoji);
    Reply::empty()
}

fn remove(world: &mut World, call: &Call) -> Outcome {
    let (channel, id) = place(world, call)?;
    let emoji = emoji(world, call)?;
    let user = if call.text("user_id") == "@me" {
        world.bot
    } else {
        call.id("user_id")?
    };
    if user != world.bot {
        world.need_in(channel, Permissions::MANAGE_MESSAGES)?;
    }
    world.unreact(channel, id, user, &emoji);
    Reply::empty()
}

fn clear(world: &mut World, call: &Call) -> Outcome {
    let (channel, id) = place(world, call)?;
    world.need_in(channel, Permissions::MANAGE_MESSAGES)?;
    if call.text("emoji_name").is_empty() {
        world.clear_reactions(channel, id, None);
    } else {
        let emoji = emoji(world, call)?;
        world.clear_reactions(channel, id, Some(&emoji));
    }
    Reply::empty()
}

fn list(world: &mut World, call: &Call) -> Outcome {
    let (channel, id) = place(world, call)?;
    let emoji = emoji(world, call)?;
    let limit = call.query_number("limit", 25, 1..=100)?;
    let after = call.query_id("after")?;
    let message = find(world, channel, id)?;
    let mut users: Vec<Id> = message
        .reactions
        .iter()
        .find(|known| same_emoji(&known.emoji, &emoji))
        .map(|known| known.users.clone())
        .unwrap_or_default();
    users.sort_unstable();
    let page: Vec<Value> = users
        .into_iter()
        .filter(|user| after.is_none_or(|after| *user > after))
        .take(limit)
        .map(|user| world.user_json(user))
        .collect();
    Reply::ok(Value::Array(page))
}

/// Pinned messages, newest pin first.
fn pinned(world: &World, channel: Id) -> Result<Vec<(u64, &Message)>, ApiError> {
    let mut pinned: Vec<(u64, &Message)> = world
        .visible(channel)?
        .messages
        .values()
        .filter_map(|message| Some((message.pinned?, message)))
        .collect();
    pinned.sort_by_key(|(at, message)| std::cmp::Reverse((*at, message.id)));
    Ok(pinned)
}

fn pins(world: &mut World, call: &Call) -> Outcome {
    let channel = call.id("channel_id")?;
    let limit = call.query_number("limit", 50, 1..=50)?;
    let before = match call.query("before") {
        None => u64::MAX,
        Some(text) => parse_iso(text).ok_or_else(|| {
            ApiError::form(
                "before",
                "DATE_TIME_TYPE_PARSE",
                format!("Could not parse {text}. Should be ISO8601."),
            )
        })?,
    };
    if !world
        .permissions_in(world.bot, channel)
        .contains(Permissions::READ_MESSAGE_HISTORY)
    {
        world.visible(channel)?;
        return Reply::ok(json!({"items": [], "has_more": false}));
    }
    let rest: Vec<(u64, &Message)> = pinned(world, channel)?
        .into_iter()
        .filter(|(at, _)| *at < before)
        .collect();
    let items: Vec<Value> = rest
        .iter()
        .take(limit)
        .map(|(at, message)| json!({"pinned_at": iso(*at), "message": world.message_for_bot(message)}))
        .collect();
    Reply::ok(json!({"items": items, "has_more": rest.len() > limit}))
}

fn old_pins(world: &mut World, call: &Call) -> Outcome {
    let list = pinned(world, call.id("channel_id")?)?;
    let list: Vec<Value> = list
        .into_iter()
        .take(50)
        .map(|(_, m)| world.message_for_bot(m))
        .collect();
    Reply::ok(Value::Array(list))
}

fn pin(world: &mut World, call: &Call) -> Outcome {
    let (channel, id) = place(world, call)?;
    world.need_in(channel, Permissions::PIN_MESSAGES)?;
    if pinned(world, channel)?.len() >= MAX_PINS {
        return Err(code::MAX_PINS.into());
    }
    let now = world.now();
    if find(world, channel, id)?.pinned.is_some() {
        return Reply::empty();
    }
    world.edit(channel, id, |message| message.pinned = Some(now));
    world.channel_mut(channel)?.last_pin = Some(now);
    tell_pins(world, channel);
    let guild = world.channel(channel)?.guild;
    let (notice, bot) = (world.new_id(), world.bot);
    let mut message = Message::new(notice, channel, guild, Author::User(bot), now);
    message.kind = 6;
    message.reference =
        Some(json!({"type": 0, "message_id": id, "channel_id": channel, "guild_id": guild}));
    message.is_seen = true;
    world.post(message);
    note(world, call, channel, id, action::MESSAGE_PIN);
    Reply::empty()
}

fn unpin(world: &mut World, call: &Call) -> Outcome {
    let (channel, id) = place(world, call)?;
    world.need_in(channel, Permissions::PIN_MESSAGES)?;
    world.edit(channel, id, |message| message.pinned = None);
    tell_pins(world, channel);
    note(world, call, channel, id, action::MESSAGE_UNPIN);
    Reply::empty()
}

fn note(world: &mut World, call: &Call, channel: Id, id: Id, kind: u32) {
    let Some(message) = world.message(channel, id) else {
        return;
    };
    if let (Some(guild), Author::User(author)) = (message.guild, message.author.clone()) {
        let entry = Entry::new(guild, world.bot, kind, author, call.reason.as_deref());
        world.audit(entry.options(json!({"channel_id": channel, "message_id": id})));
    }
}

fn tell_pins(world: &mut World, channel: Id) {
    let Some(place) = world.channels.get(&channel) else {
        return;
    };
    let (guild, last) = (place.guild, place.last_pin.map(iso));
    let intent = if guild.is_some() {
        intents::GUILDS
    } else {
        intents::DIRECT_MESSAGES
    };
    world.emit_with("CHANNEL_PINS_UPDATE", intent, Reach::of(guild), |_| {
        let mut payload = json!({"channel_id": channel, "last_pin_timestamp": last});
        if let Some(guild) = guild {
            payload["guild_id"] = json!(guild);
        }
        payload
    });
}
