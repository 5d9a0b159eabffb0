//! What comes after the first answer: `@original`, follow-ups, edits and deletions by the token.

use serde_json::Value;

use super::{Call, Outcome, Reply};
use crate::{
    error::{ApiError, code},
    ids::Id,
    state::{Interaction, World, message::flags},
    validate::messages::{Use, draft},
};

/// The interaction whose token is in the path.
fn interaction(world: &World, call: &Call) -> Result<Interaction, ApiError> {
    let id = call.id("webhook_id")?;
    if id != world.bot {
        return Err(code::UNKNOWN_WEBHOOK.into());
    }
    let interaction = world
        .tokens
        .get(call.text("webhook_token"))
        .and_then(|id| world.interactions.get(id))
        .ok_or(code::INVALID_WEBHOOK_TOKEN)?;
    if world.now() > interaction.created + Interaction::TOKEN {
        return Err(code::INVALID_WEBHOOK_TOKEN.into());
    }
    if interaction.answer.is_none() {
        return Err(code::UNKNOWN_WEBHOOK.into());
    }
    Ok(interaction.clone())
}

/// The message in the path: `@original`, the answer, or one of the follow-ups.
fn target(call: &Call, interaction: &Interaction) -> Result<Id, ApiError> {
    match call.text("message_id") {
        "" | "@original" => interaction
            .original
            .ok_or_else(|| code::UNKNOWN_MESSAGE.into()),
        _ => {
            let id = call.id("message_id")?;
            let is_ours = interaction.original == Some(id)
                || interaction.source == Some(id)
                || interaction.followups.contains(&id);
            is_ours
                .then_some(id)
                .ok_or_else(|| code::UNKNOWN_MESSAGE.into())
        }
    }
}

fn show(world: &World, channel: Id, id: Id) -> Outcome {
    match world.message(channel, id) {
        Some(message) => Reply::ok(world.message_json(message)),
        None => Err(code::UNKNOWN_MESSAGE.into()),
    }
}

pub(super) fn get(world: &mut World, call: &Call) -> Outcome {
    let interaction = interaction(world, call)?;
    let id = target(call, &interaction)?;
    show(world, interaction.channel, id)
}

pub(super) fn edit(world: &mut World, call: &Call) -> Outcome {
    let interaction = interaction(world, call)?;
    let id = target(call, &interaction)?;
    world.edit_from_body(interaction.channel, id, &call.body, "", &call.files)?;
    if interaction.original == Some(id) {
        end_deferral(world, interaction.id);
    }
    show(world, interaction.channel, id)
}

fn end_deferral(world: &mut World, id: Id) {
    let now = world.now();
    let Some(interaction) = world.interactions.get_mut(&id) else {
        return;
    };
    if let Some(answer) = &mut interaction.answer
        && answer.is_loading
    {
        answer.is_loading = false;
        answer.finished_at = Some(now);
    }
    interaction.wake();
}

pub(super) fn delete(world: &mut World, call: &Call) -> Outcome {
    let interaction = interaction(world, call)?;
    let id = target(call, &interaction)?;
    if world.message(interaction.channel, id).is_none() {
        return Err(code::UNKNOWN_MESSAGE.into());
    }
    world.delete(interaction.channel, id);
    if interaction.original == Some(id) {
        end_deferral(world, interaction.id);
    }
    Reply::empty()
}

pub(super) fn follow_up(world: &mut World, call: &Call) -> Outcome {
    let interaction = interaction(world, call)?;
    // The first follow-up after "thinking" edits that message: old behaviour that Discord keeps.
    let owes_answer = interaction
        .answer
        .as_ref()
        .is_some_and(|answer| answer.is_loading && answer.kind == 5);
    if let Some(original) = interaction.original.filter(|_| owes_answer) {
        let mut body = call.body.clone();
        if let Some(asked) = body.get("flags").and_then(Value::as_u64) {
            body["flags"] = (asked & !flags::EPHEMERAL).into();
        }
        world.edit_from_body(interaction.channel, original, &body, "", &call.files)?;
        end_deferral(world, interaction.id);
        return show(world, interaction.channel, original);
    }
    let usage = Use::Create {
        may_be_ephemeral: true,
    };
    let draft = draft(&call.body, "", &call.files, usage)?;
    let mut message = world
        .answer_message(interaction.id)
        .ok_or(code::UNKNOWN_WEBHOOK)?;
    message.kind = 0;
    if let (Some(original), Some(metadata)) = (interaction.original, &mut message.interaction) {
        metadata["original_response_message_id"] = serde_json::json!(original);
        message.kind = 19;
        message.referenced = Some(original);
        message.reference = Some(serde_json::json!({
            "type": 0, "channel_id": interaction.channel, "message_id": original,
            "guild_id": interaction.guild,
        }));
    }
    let posted = world.write_answer(message, interaction.user, draft, &call.files)?;
    if let Some(interaction) = world.interactions.get_mut(&interaction.id) {
        interaction.followups.push(posted);
        interaction.wake();
    }
    show(world, interaction.channel, posted)
}
