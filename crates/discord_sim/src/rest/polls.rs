//! Polls: who voted, and ending one.

use serde_json::{Value, json};

use super::{Call, Outcome, Reply, Route, messages::find};
use crate::{
    error::code,
    ids::Id,
    state::{Author, World},
};

pub(super) const ROUTES: &[Route] = &[
    Route::bot(
        "GET",
        "/channels/{channel_id}/polls/{message_id}/answers/{answer_id}",
        voters,
    ),
    Route::bot(
        "POST",
        "/channels/{channel_id}/polls/{message_id}/expire",
        expire,
    ),
];

fn voters(world: &mut World, call: &Call) -> Outcome {
    let (channel, id) = (call.id("channel_id")?, call.id("message_id")?);
    let limit = call.query_number("limit", 25, 1..=100)?;
    let after = call.query_id("after")?;
    let message = find(world, channel, id)?;
    let answer: u64 = call.text("answer_id").parse().unwrap_or(0);
    let mut users: Vec<Id> = message
        .votes
        .iter()
        .filter(|(_, voted)| *voted == answer)
        .map(|(user, _)| *user)
        .filter(|user| after.is_none_or(|after| *user > after))
        .collect();
    users.sort_unstable();
    let users: Vec<Value> = users
        .into_iter()
        .take(limit)
        .map(|user| world.user_json(user))
        .collect();
    Reply::ok(json!({"users": users}))
}

fn expire(world: &mut World, call: &Call) -> Outcome {
    let (channel, id) = (call.id("channel_id")?, call.id("message_id")?);
    let message = find(world, channel, id)?;
    if message.author != Author::User(world.bot) {
        return Err(code::NOT_THE_AUTHOR.into());
    }
    if message.poll.is_none() {
        return Err(code::UNKNOWN_MESSAGE.into());
    }
    let now = world.now();
    world.edit(channel, id, |message| {
        if let Some(poll) = &mut message.poll {
            poll["results"]["is_finalized"] = json!(true);
            poll["expiry"] = json!(crate::clock::iso(now));
        }
    });
    let message = find(world, channel, id)?;
    Reply::ok(world.message_json(message))
}
