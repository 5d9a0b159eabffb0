//! Messages of channels.

use serde_json::{Value, json};

use super::{Call, Outcome, Reply, Route};
use crate::{
    acts::{
        audit::{Entry, action},
        drafts::Mentioning,
    },
    error::{ApiError, code},
    gateway::strip_content,
    ids::Id,
    permissions::Permissions,
    state::{Author, Channel, ChannelKind, Message, World, message::flags, user::DmPolicy},
    validate::messages::{Use, draft},
};

const ALL: &str = "/channels/{channel_id}/messages";
const ONE: &str = "/channels/{channel_id}/messages/{message_id}";

pub(super) const ROUTES: &[Route] = &[
    Route::bot("GET", ALL, list),
    Route::bot("POST", ALL, create),
    Route::bot("GET", ONE, get),
    Route::bot("PATCH", ONE, edit),
    Route::bot("DELETE", ONE, delete),
    Route::bot(
        "POST",
        "/channels/{channel_id}/messages/{message_id}/crosspost",
        crosspost,
    ),
];

/// A channel whose messages the bot may look at.
fn readable(world: &World, id: Id) -> Result<&Channel, ApiError> {
    let channel = world.visible(id)?;
    if channel.kind.is_voice() {
        let set = world.permissions_in(world.bot, id);
        if !set.contains(Permissions::CONNECT) {
            return Err(code::MISSING_ACCESS.into());
        }
    }
    if !channel.kind.takes_messages() {
        return Err(code::NON_TEXT_CHANNEL.into());
    }
    Ok(channel)
}

/// A message the bot may look at; ephemeral ones are not found here.
pub(super) fn find(world: &World, channel: Id, id: Id) -> Result<&Message, ApiError> {
    readable(world, channel)?
        .messages
        .get(&id)
        .filter(|message| !message.is_ephemeral())
        .ok_or_else(|| code::UNKNOWN_MESSAGE.into())
}

impl World {
    /// The message as REST shows it to the bot: stripped without the content intent.
    pub(super) fn message_for_bot(&self, message: &Message) -> Value {
        let mut shown = self.message_json(message);
        let may_read = self.options.message_content_intent
            || self.may_read_without_intent(message.guild, message);
        if !may_read {
            strip_content(&mut shown);
        }
        shown
    }
}

fn list(world: &mut World, call: &Call) -> Outcome {
    let id = call.id("channel_id")?;
    let limit = call.query_number("limit", 50, 1..=100)?;
    let (around, before, after) = (
        call.query_id("around")?,
        call.query_id("before")?,
        call.query_id("after")?,
    );
    let channel = readable(world, id)?;
    let set = world.permissions_in(world.bot, id);
    if !set.contains(Permissions::READ_MESSAGE_HISTORY) {
        return Reply::ok(json!([]));
    }
    let shown = |message: &&Message| !message.is_ephemeral();
    let all = &channel.messages;
    let mut page: Vec<&Message> = if let Some(around) = around {
        let half = limit / 2;
        let newer: Vec<&Message> = all
            .range(around..)
            .map(|(_, m)| m)
            .filter(shown)
            .take(half + 1)
            .collect();
        let older = all
            .range(..around)
            .rev()
            .map(|(_, m)| m)
            .filter(shown)
            .take(limit - newer.len().min(limit));
        older.chain(newer.iter().copied()).collect()
    } else if let Some(after) = after {
        let newer = all.range(after..).map(|(_, m)| m).filter(|m| m.id != after);
        newer.filter(shown).take(limit).collect()
    } else {
        let end = before.unwrap_or(Id::new(u64::MAX));
        all.range(..end)
            .rev()
            .map(|(_, m)| m)
            .filter(shown)
            .take(limit)
            .collect()
    };
    page.sort_unstable_by_key(|message| std::cmp::Reverse(message.id));
    let page: Vec<Value> = page
        .into_iter()
        .map(|message| world.message_for_bot(message))
        .collect();
    Reply::ok(Value::Array(page))
}

fn get(world: &mut World, call: &Call) -> Outcome {
    let (channel, id) = (call.id("channel_id")?, call.id("message_id")?);
    let message = find(world, channel, id)?;
    world.need_in(channel, Permissions::READ_MESSAGE_HISTORY)?;
    Reply::ok(world.message_for_bot(message))
}

/// Refuses if the bot may not write here.
fn check_sending(world: &World, id: Id, call: &Call) -> Result<(), ApiError> {
    let channel = readable(world, id)?;
    if channel.kind == ChannelKind::Dm {
        return check_dm(world, channel);
    }
    let send = if channel.kind.is_thread() {
        Permissions::SEND_MESSAGES_IN_THREADS
    } else {
        Permissions::SEND_MESSAGES
    };
    let mut needed = send;
    let has = |key: &str| {
        let list = call.body.get(key).and_then(Value::as_array);
        list.is_some_and(|list| !list.is_empty())
    };
    if has("embeds") {
        needed |= Permissions::EMBED_LINKS;
    }
    if !call.files.is_empty() {
        needed |= Permissions::ATTACH_FILES;
    }
    if call.body.get("tts") == Some(&Value::Bool(true)) {
        needed |= Permissions::SEND_TTS_MESSAGES;
    }
    if call.body.get("poll").is_some_and(Value::is_object) {
        needed |= Permissions::SEND_POLLS;
    }
    if channel.thread.as_ref().is_some_and(|thread| thread.locked) {
        return Err(code::THREAD_LOCKED.into());
    }
    world.need_in(id, needed)
}

fn check_dm(world: &World, channel: &Channel) -> Result<(), ApiError> {
    let Some(user) = channel.recipient.and_then(|user| world.users.get(&user)) else {
        return Err(code::CANNOT_DM.into());
    };
    let share_a_guild = world.guilds.values().any(|guild| {
        guild.members.contains_key(&user.id) && guild.members.contains_key(&world.bot)
    });
    match user.dms {
        DmPolicy::Closed => Err(code::CANNOT_DM.into()),
        DmPolicy::ClosedByGuild => Err(code::CANNOT_DM_NO_GUILD.into()),
        DmPolicy::Open if !share_a_guild => Err(code::CANNOT_DM_NO_GUILD.into()),
        DmPolicy::Open => Ok(()),
    }
}

fn create(world: &mut World, call: &Call) -> Outcome {
    let id = call.id("channel_id")?;
    check_sending(world, id, call)?;
    let usage = Use::Create {
        may_be_ephemeral: false,
    };
    let draft = draft(&call.body, "", &call.files, usage)?;
    let reference = draft.reference.clone();
    let is_forward = reference
        .as_ref()
        .and_then(|r| r.get("type"))
        .and_then(Value::as_u64)
        == Some(1);
    if draft.is_empty(&call.files) && !is_forward {
        return Err(code::EMPTY_MESSAGE.into());
    }
    if let Some(known) = same_nonce(world, id, call) {
        return Reply::ok(known);
    }
    let guild = world.channel(id)?.guild;
    let (message_id, now, bot) = (world.new_id(), world.now(), world.bot);
    let mut message = Message::new(message_id, id, guild, Author::User(bot), now);
    let replied_user = draft
        .allowed_mentions
        .as_ref()
        .is_none_or(|allowed| allowed.get("replied_user") == Some(&Value::Bool(true)));
    world.fill(&mut message, draft, &call.files, Mentioning::All)?;
    if let Some(reference) = reference {
        refer(world, &mut message, &reference, replied_user)?;
    }
    if let Some(thread) = world.channel_mut(id)?.thread.as_mut() {
        thread.archived = false;
    }
    world.post(message);
    let posted = world.message(id, message_id).ok_or(code::UNKNOWN_MESSAGE)?;
    Reply::ok(world.message_json(posted))
}

/// With `enforce_nonce`, the message that was already made with the same nonce.
fn same_nonce(world: &World, channel: Id, call: &Call) -> Option<Value> {
    if call.body.get("enforce_nonce") != Some(&Value::Bool(true)) {
        return None;
    }
    let nonce = call.body.get("nonce").filter(|nonce| !nonce.is_null())?;
    let channel = world.channels.get(&channel)?;
    let known = channel.messages.values().rev().take(50).find(|message| {
        message.nonce.as_ref() == Some(nonce) && message.author == Author::User(world.bot)
    })?;
    Some(world.message_json(known))
}

/// Makes the message a reply or a forward.
fn refer(
    world: &World,
    message: &mut Message,
    reference: &Value,
    pings: bool,
) -> Result<(), ApiError> {
    let target = reference.get("message_id").and_then(Id::from_json);
    let channel = reference
        .get("channel_id")
        .and_then(Id::from_json)
        .unwrap_or(message.channel);
    let Some(target) = target else {
        return Err(ApiError::form(
            "message_reference.message_id",
            "BASE_TYPE_REQUIRED",
            "This field is required",
        ));
    };
    if reference.get("type").and_then(Value::as_u64) == Some(1) {
        let original = find(world, channel, target)?;
        message.reference = Some(json!({
            "type": 1, "message_id": target, "channel_id": channel, "guild_id": original.guild,
        }));
        let mut snapshot = original.bare_json();
        snapshot["mentions"] = world.message_json(original)["mentions"].clone();
        message.flags |= 1 << 14;
        message
            .extra
            .push(("message_snapshots", json!([{"message": snapshot}])));
        return Ok(());
    }
    let readable = world.permissions_in(world.bot, message.channel);
    if !readable.contains(Permissions::READ_MESSAGE_HISTORY) {
        return Err(code::REPLY_NEEDS_HISTORY.into());
    }
    let original = world
        .message(message.channel, target)
        .filter(|m| !m.is_ephemeral());
    match original {
        Some(original) => {
            message.kind = 19;
            message.referenced = Some(target);
            message.reference = Some(json!({
                "type": 0, "message_id": target, "channel_id": message.channel,
                "guild_id": message.guild,
            }));
            if let Author::User(author) = &original.author
                && pings
                && !message.mentions.users.contains(author)
            {
                message.mentions.users.push(*author);
            }
            Ok(())
        }
        None if reference.get("fail_if_not_exists") == Some(&Value::Bool(false)) => Ok(()),
        None => Err(ApiError::form(
            "message_reference",
            "MESSAGE_REFERENCE_UNKNOWN_MESSAGE",
            "Unknown message",
        )),
    }
}

fn edit(world: &mut World, call: &Call) -> Outcome {
    let (channel, id) = (call.id("channel_id")?, call.id("message_id")?);
    let message = find(world, channel, id)?;
    if message.author != Author::User(world.bot) {
        let only_flags = call
            .body
            .as_object()
            .is_some_and(|body| body.keys().all(|key| key == "flags"));
        if !only_flags {
            return Err(code::NOT_THE_AUTHOR.into());
        }
        world.need_in(channel, Permissions::MANAGE_MESSAGES)?;
    }
    world.edit_from_body(channel, id, &call.body, "", &call.files)?;
    let edited = world.message(channel, id).ok_or(code::UNKNOWN_MESSAGE)?;
    Reply::ok(world.message_for_bot(edited))
}

fn delete(world: &mut World, call: &Call) -> Outcome {
    let (channel, id) = (call.id("channel_id")?, call.id("message_id")?);
    let message = find(world, channel, id)?;
    let is_own = message.author == Author::User(world.bot);
    let author = message.author.clone();
    if matches!(message.kind, 1..=5 | 21) {
        return Err(code::SYSTEM_MESSAGE.into());
    }
    if !is_own {
        if message.guild.is_none() {
            return Err(code::DM_CHANNEL.into());
        }
        world.need_in(channel, Permissions::MANAGE_MESSAGES)?;
    }
    let guild = message.guild;
    world.delete(channel, id);
    if let (Some(guild), Author::User(author), false) = (guild, author, is_own) {
        let entry = Entry::new(
            guild,
            world.bot,
            action::MESSAGE_DELETE,
            author,
            call.reason.as_deref(),
        );
        world.audit(entry.options(json!({"channel_id": channel, "count": "1"})));
    }
    Reply::empty()
}

fn crosspost(world: &mut World, call: &Call) -> Outcome {
    let (channel, id) = (call.id("channel_id")?, call.id("message_id")?);
    let message = find(world, channel, id)?;
    if world.channel(channel)?.kind != ChannelKind::Announcement {
        return Err(code::WRONG_CHANNEL_TYPE.into());
    }
    if message.has(flags::CROSSPOSTED) {
        return Err(code::ALREADY_CROSSPOSTED.into());
    }
    let needed = if message.author == Author::User(world.bot) {
        Permissions::SEND_MESSAGES
    } else {
        Permissions::MANAGE_MESSAGES
    };
    world.need_in(channel, needed)?;
    world.edit(channel, id, |message| message.flags |= flags::CROSSPOSTED);
    let posted = world.message(channel, id).ok_or(code::UNKNOWN_MESSAGE)?;
    Reply::ok(world.message_json(posted))
}
