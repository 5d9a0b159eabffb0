//! Many messages at once: deleting and searching.

use serde_json::{Value, json};

use super::{Call, Outcome, Reply, Route};
use crate::{
    acts::audit::{Entry, action},
    error::{ApiError, code},
    ids::Id,
    permissions::Permissions,
    state::{Author, Message, World},
};

pub(super) const ROUTES: &[Route] = &[
    Route::bot(
        "POST",
        "/channels/{channel_id}/messages/bulk-delete",
        bulk_delete,
    ),
    Route::bot("GET", "/guilds/{guild_id}/messages/search", search),
];

const FOURTEEN_DAYS: u64 = 14 * 86_400_000;

fn bulk_delete(world: &mut World, call: &Call) -> Outcome {
    let channel = call.id("channel_id")?;
    let guild = world.guild_of(channel)?;
    world.need_in(channel, Permissions::MANAGE_MESSAGES)?;
    let list = call.body.get("messages").and_then(Value::as_array);
    let ids: Option<Vec<Id>> =
        list.and_then(|list| list.iter().map(Id::from_json).collect::<Option<_>>());
    let Some(ids) = ids else {
        return Err(ApiError::form(
            "messages",
            "BASE_TYPE_REQUIRED",
            "This field is required",
        ));
    };
    let mut unique = ids.clone();
    unique.sort_unstable();
    unique.dedup();
    if !(2..=100).contains(&ids.len()) || unique.len() != ids.len() {
        return Err(code::BULK_DELETE_COUNT.into());
    }
    let oldest = world.now().saturating_sub(FOURTEEN_DAYS);
    if ids.iter().any(|id| id.created_millis() < oldest) {
        return Err(code::TOO_OLD_TO_DELETE.into());
    }
    let known: Vec<Id> = ids
        .into_iter()
        .filter(|id| {
            world
                .message(channel, *id)
                .is_some_and(|m| !m.is_ephemeral())
        })
        .collect();
    if !known.is_empty() {
        world.delete_many(channel, &known);
        let entry = Entry::new(
            guild,
            world.bot,
            action::MESSAGE_BULK_DELETE,
            channel,
            call.reason.as_deref(),
        );
        world.audit(entry.options(json!({"count": known.len().to_string()})));
    }
    Reply::empty()
}

fn search(world: &mut World, call: &Call) -> Outcome {
    let guild = call.id("guild_id")?;
    world.need_in_guild(guild, Permissions::READ_MESSAGE_HISTORY)?;
    if !world.options.message_content_intent {
        return Err(code::MISSING_ACCESS.into());
    }
    let limit = call.query_number("limit", 25, 1..=25)?;
    let offset = call.query_number("offset", 0, 0..=9975)?;
    let wanted = call.query("content").unwrap_or_default().to_lowercase();
    let author = call.query_id("author_id")?;
    let place = call.query_id("channel_id")?;
    let mut found: Vec<&Message> = Vec::new();
    for id in &world.guild(guild)?.channels {
        let Some(channel) = world.channels.get(id) else {
            continue;
        };
        if place.is_some_and(|place| place != *id) || !world.bot_sees(*id) {
            continue;
        }
        found.extend(channel.messages.values().filter(|message| {
            !message.is_ephemeral()
                && message.content.to_lowercase().contains(&wanted)
                && author.is_none_or(|author| message.author == Author::User(author))
        }));
    }
    found.sort_unstable_by_key(|message| std::cmp::Reverse(message.id));
    let total = found.len();
    let page: Vec<Value> = found
        .into_iter()
        .skip(offset)
        .take(limit)
        .map(|message| json!([world.message_json(message)]))
        .collect();
    Reply::ok(json!({
        "doing_deep_historical_index": false, "total_results": total, "messages": page,
        "threads": [], "members": [],
    }))
}
