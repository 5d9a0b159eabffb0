//! Threads.

use serde_json::{Value, json};

use super::{Call, Outcome, Reply, Route, messages::find};
use crate::{
    acts::{
        audit::{Entry, action},
        drafts::Mentioning,
    },
    error::{ApiError, Form, code},
    ids::Id,
    permissions::Permissions,
    state::{Author, Channel, ChannelKind, Message, World, message::flags},
    validate::{
        Fields, channels as check,
        messages::{Use, draft},
    },
};

const MEMBERS: &str = "/channels/{channel_id}/thread-members";
const MEMBER: &str = "/channels/{channel_id}/thread-members/{user_id}";

pub(super) const ROUTES: &[Route] = &[
    Route::bot(
        "POST",
        "/channels/{channel_id}/messages/{message_id}/threads",
        from_message,
    ),
    Route::bot("POST", "/channels/{channel_id}/threads", open),
    Route::bot("GET", "/guilds/{guild_id}/threads/active", active),
    Route::bot(
        "GET",
        "/channels/{channel_id}/threads/archived/public",
        archived_public,
    ),
    Route::bot(
        "GET",
        "/channels/{channel_id}/threads/archived/private",
        archived_private,
    ),
    Route::bot(
        "GET",
        "/channels/{channel_id}/users/@me/threads/archived/private",
        archived_private,
    ),
    Route::bot("GET", MEMBERS, members),
    Route::bot("GET", MEMBER, member),
    Route::bot("PUT", MEMBER, add_member),
    Route::bot("DELETE", MEMBER, remove_member),
];

/// Name and archive time of a new thread.
fn read(body: &Value) -> Result<(String, u64), ApiError> {
    let mut form = Form::default();
    let mut fields = Fields::of(body, "", &mut form);
    let name = fields.needed_text("name", 1..=100).to_owned();
    let minutes = check::auto_archive(&mut fields).unwrap_or(4320);
    form.finish()?;
    Ok((name, minutes))
}

fn shown(world: &World, thread: Id) -> Outcome {
    let channel = world.channel(thread)?;
    let mut json = world.channel_json(channel);
    json["member"] = json!(world.thread_member_json(thread, world.bot));
    Reply::created(json)
}

fn note(world: &mut World, call: &Call, guild: Id, thread: Id) {
    world.audit(Entry::new(
        guild,
        world.bot,
        action::THREAD_CREATE,
        thread,
        call.reason.as_deref(),
    ));
}

fn from_message(world: &mut World, call: &Call) -> Outcome {
    let (channel, id) = (call.id("channel_id")?, call.id("message_id")?);
    let guild = world.guild_of(channel)?;
    if find(world, channel, id)?.has(flags::HAS_THREAD) {
        return Err(code::MESSAGE_HAS_THREAD.into());
    }
    world.need_in(channel, Permissions::CREATE_PUBLIC_THREADS)?;
    let (name, minutes) = read(&call.body)?;
    let kind = match world.channel(channel)?.kind {
        ChannelKind::Announcement => ChannelKind::AnnouncementThread,
        ChannelKind::Text => ChannelKind::PublicThread,
        _ => return Err(code::WRONG_CHANNEL_TYPE.into()),
    };
    let bot = world.bot;
    let thread = world.open_thread(channel, Some(id), kind, &name, bot, minutes);
    let thread = thread.ok_or(code::UNKNOWN_CHANNEL)?;
    note(world, call, guild, thread);
    shown(world, thread)
}

fn open(world: &mut World, call: &Call) -> Outcome {
    let channel = call.id("channel_id")?;
    let guild = world.guild_of(channel)?;
    let parent = world.channel(channel)?.kind;
    let (name, minutes) = read(&call.body)?;
    let bot = world.bot;
    if matches!(parent, ChannelKind::Forum | ChannelKind::Media) {
        world.need_in(channel, Permissions::SEND_MESSAGES)?;
        let body = call
            .body
            .get("message")
            .cloned()
            .unwrap_or_else(|| json!({}));
        let usage = Use::Create {
            may_be_ephemeral: false,
        };
        let draft = draft(&body, "message", &call.files, usage)?;
        if draft.is_empty(&call.files) {
            return Err(ApiError::form(
                "message",
                "BASE_TYPE_REQUIRED",
                "This field is required",
            ));
        }
        let thread = world
            .open_thread(
                channel,
                None,
                ChannelKind::PublicThread,
                &name,
                bot,
                minutes,
            )
            .ok_or(code::UNKNOWN_CHANNEL)?;
        if let Some(tags) = call.body.get("applied_tags") {
            world
                .channel_mut(thread)?
                .fields
                .insert("applied_tags".to_owned(), tags.clone());
        }
        let now = world.now();
        let mut message = Message::new(thread, thread, Some(guild), Author::User(bot), now);
        world.fill(&mut message, draft, &call.files, Mentioning::All)?;
        world.post(message);
        note(world, call, guild, thread);
        let first = world
            .message(thread, thread)
            .map(|message| world.message_json(message));
        let Reply::Json(status, mut json) = shown(world, thread)? else {
            return Err(code::UNKNOWN_CHANNEL.into());
        };
        json["message"] = json!(first);
        return Ok(Reply::Json(status, json));
    }
    let number = call.body.get("type").and_then(Value::as_u64).unwrap_or(12);
    let kind = ChannelKind::from_number(number)
        .filter(|kind| kind.is_thread())
        .ok_or_else(|| {
            ApiError::form(
                "type",
                "BASE_TYPE_CHOICES",
                "Value must be one of (10, 11, 12).",
            )
        })?;
    let needed = if kind == ChannelKind::PrivateThread {
        Permissions::CREATE_PRIVATE_THREADS
    } else {
        Permissions::CREATE_PUBLIC_THREADS
    };
    world.need_in(channel, needed)?;
    let thread = world
        .open_thread(channel, None, kind, &name, bot, minutes)
        .ok_or(code::UNKNOWN_CHANNEL)?;
    note(world, call, guild, thread);
    shown(world, thread)
}

fn listed(world: &World, threads: &[&Channel]) -> Value {
    let members: Vec<Value> = threads
        .iter()
        .filter_map(|thread| world.thread_member_json(thread.id, world.bot))
        .collect();
    let threads: Vec<Value> = threads
        .iter()
        .map(|thread| world.channel_json(thread))
        .collect();
    json!({"threads": threads, "members": members, "has_more": false})
}

fn active(world: &mut World, call: &Call) -> Outcome {
    let guild = world.guild(call.id("guild_id")?)?;
    let threads: Vec<&Channel> = guild
        .threads
        .iter()
        .rev()
        .filter_map(|id| world.channels.get(id))
        .filter(|thread| thread.thread.as_ref().is_some_and(|state| !state.archived))
        .filter(|thread| world.bot_sees(thread.id))
        .collect();
    Reply::ok(listed(world, &threads))
}

fn archived(world: &World, call: &Call, private: bool) -> Outcome {
    let channel = call.id("channel_id")?;
    let guild = world.guild_of(channel)?;
    world.need_in(channel, Permissions::READ_MESSAGE_HISTORY)?;
    let limit = call.query_number("limit", 50, 2..=100)?;
    let threads: Vec<&Channel> = world
        .guild(guild)?
        .threads
        .iter()
        .rev()
        .filter_map(|id| world.channels.get(id))
        .filter(|thread| thread.parent == Some(channel))
        .filter(|thread| (thread.kind == ChannelKind::PrivateThread) == private)
        .filter(|thread| thread.thread.as_ref().is_some_and(|state| state.archived))
        .collect();
    let mut shown = listed(
        world,
        threads.get(..limit.min(threads.len())).unwrap_or(&threads),
    );
    shown["has_more"] = (threads.len() > limit).into();
    Reply::ok(shown)
}

fn archived_public(world: &mut World, call: &Call) -> Outcome {
    archived(world, call, false)
}

fn archived_private(world: &mut World, call: &Call) -> Outcome {
    archived(world, call, true)
}

/// The thread in the path.
fn thread(world: &World, call: &Call) -> Result<Id, ApiError> {
    let channel = world.visible(call.id("channel_id")?)?;
    if channel.kind.is_thread() {
        Ok(channel.id)
    } else {
        Err(code::WRONG_CHANNEL_TYPE.into())
    }
}

fn user(world: &World, call: &Call) -> Result<Id, ApiError> {
    if call.text("user_id") == "@me" {
        Ok(world.bot)
    } else {
        call.id("user_id")
    }
}

fn members(world: &mut World, call: &Call) -> Outcome {
    let thread = thread(world, call)?;
    let state = world.channel(thread)?.thread.as_ref();
    let users = state.into_iter().flat_map(|state| state.members.keys());
    Reply::ok(
        users
            .map(|user| json!(world.thread_member_json(thread, *user)))
            .collect(),
    )
}

fn member(world: &mut World, call: &Call) -> Outcome {
    let (thread, user) = (thread(world, call)?, user(world, call)?);
    match world.thread_member_json(thread, user) {
        Some(shown) => Reply::ok(shown),
        None => Err(code::UNKNOWN_MEMBER.into()),
    }
}

fn add_member(world: &mut World, call: &Call) -> Outcome {
    let (thread, user) = (thread(world, call)?, user(world, call)?);
    if world
        .channel(thread)?
        .thread
        .as_ref()
        .is_some_and(|state| state.archived)
    {
        return Err(code::ARCHIVED_THREAD.into());
    }
    world.set_thread_member(thread, user, true);
    Reply::empty()
}

fn remove_member(world: &mut World, call: &Call) -> Outcome {
    let (thread, user) = (thread(world, call)?, user(world, call)?);
    if user != world.bot {
        world.need_in(thread, Permissions::MANAGE_THREADS)?;
    }
    world.set_thread_member(thread, user, false);
    Reply::empty()
}
