//! Answers to interactions: the callback, `@original`, follow-ups.

use serde_json::{Value, json};

use super::{Call, Outcome, Reply, Route, Upload};
use crate::{
    error::{ApiError, Form, code},
    ids::Id,
    state::{Interaction, InteractionKind, World, message::flags},
    validate::{
        Fields, Patch,
        messages::{Use, draft},
        modals,
    },
};

pub(super) const ROUTES: &[Route] = &[Route::open(
    "POST",
    "/interactions/{interaction_id}/{interaction_token}/callback",
    callback,
)];

/// The kinds of first answers, by Discord's numbers.
mod kind {
    pub(super) const MESSAGE: u64 = 4;
    pub(super) const DEFER_MESSAGE: u64 = 5;
    pub(super) const DEFER_UPDATE: u64 = 6;
    pub(super) const UPDATE: u64 = 7;
    pub(super) const CHOICES: u64 = 8;
    pub(super) const MODAL: u64 = 9;
    pub(super) const PREMIUM: u64 = 10;
    pub(super) const LAUNCH: u64 = 12;
}

fn callback(world: &mut World, call: &Call) -> Outcome {
    let id = call.id("interaction_id")?;
    let now = world.now();
    let interaction = world
        .interactions
        .get(&id)
        .filter(|interaction| interaction.token == call.text("interaction_token"))
        .cloned()
        .ok_or(code::UNKNOWN_INTERACTION)?;
    if interaction.answer.is_some() {
        return Err(code::ALREADY_ACKNOWLEDGED.into());
    }
    if now > interaction.created + world.first_answer() {
        return Err(code::UNKNOWN_INTERACTION.into());
    }
    let (kind, is_ephemeral) = first_answer(world, &call.body, &call.files, &interaction)?;
    if !call.query_flag("with_response") {
        return Reply::empty();
    }
    let made = world
        .interactions
        .get(&id)
        .and_then(|interaction| interaction.original);
    let mut shown = json!({"interaction": {
        "id": id,
        "type": interaction.kind.number(),
        "response_message_loading": matches!(kind, kind::DEFER_MESSAGE),
        "response_message_ephemeral": is_ephemeral,
    }});
    if let Some(message) = made.and_then(|made| world.message(interaction.channel, made)) {
        shown["interaction"]["response_message_id"] = json!(message.id);
        shown["resource"] = json!({"type": kind, "message": world.message_json(message)});
    } else {
        shown["resource"] = json!({"type": kind});
    }
    Reply::ok(shown)
}

/// Checks and applies the first answer of an interaction; its kind, and whether it is ephemeral.
fn first_answer(
    world: &mut World,
    body: &Value,
    files: &[Upload],
    interaction: &Interaction,
) -> Result<(u64, bool), ApiError> {
    let kind = body.get("type").and_then(Value::as_u64);
    let Some(kind) = kind.filter(|kind| fits(*kind, interaction)) else {
        return Err(ApiError::form(
            "type",
            "BASE_TYPE_CHOICES",
            "This type does not answer this kind of interaction.",
        ));
    };
    let data = body.get("data").cloned().unwrap_or(Value::Null);
    let is_ephemeral = answer(world, files, interaction, kind, &data)?;
    Ok((kind, is_ephemeral))
}

/// Applies the body of an HTTP response as the first answer.
pub(crate) fn answer_over_http(world: &mut World, id: Id, body: &Value) -> Result<(), ApiError> {
    let interaction = world
        .interactions
        .get(&id)
        .cloned()
        .ok_or(code::UNKNOWN_INTERACTION)?;
    if interaction.answer.is_some() {
        return Err(code::ALREADY_ACKNOWLEDGED.into());
    }
    first_answer(world, body, &[], &interaction)?;
    Ok(())
}

fn fits(kind: u64, interaction: &Interaction) -> bool {
    use InteractionKind as Asked;
    let from_component = interaction.kind == Asked::Component || interaction.source.is_some();
    match kind {
        kind::MESSAGE | kind::DEFER_MESSAGE | kind::PREMIUM => {
            interaction.kind != Asked::Autocomplete
        }
        kind::DEFER_UPDATE | kind::UPDATE => from_component && interaction.kind != Asked::Command,
        kind::CHOICES => interaction.kind == Asked::Autocomplete,
        kind::MODAL | kind::LAUNCH => {
            matches!(interaction.kind, Asked::Command | Asked::Component)
        }
        // Among them PONG, which answers PING alone, and that only goes over HTTP.
        _ => false,
    }
}

/// Applies a first answer; says whether it is ephemeral.
fn answer(
    world: &mut World,
    files: &[Upload],
    interaction: &Interaction,
    kind: u64,
    data: &Value,
) -> Result<bool, ApiError> {
    let id = interaction.id;
    match kind {
        kind::MESSAGE => {
            let usage = Use::Create {
                may_be_ephemeral: true,
            };
            let draft = draft(data, "data", files, usage)?;
            let message = world.answer_message(id).ok_or(code::UNKNOWN_INTERACTION)?;
            let posted = world.write_answer(message, interaction.user, draft, files)?;
            let is_ephemeral = world
                .message(interaction.channel, posted)
                .is_some_and(crate::state::Message::is_ephemeral);
            world.note_answer(id, kind, is_ephemeral, Value::Null);
            set_original(world, id, posted);
            Ok(is_ephemeral)
        }
        kind::DEFER_MESSAGE => {
            let asked = data.get("flags").and_then(Value::as_u64).unwrap_or(0);
            if asked & !flags::EPHEMERAL != 0 {
                return Err(ApiError::form(
                    "data.flags",
                    "FLAGS_INVALID",
                    "Only EPHEMERAL can be set when deferring.",
                ));
            }
            let is_ephemeral = asked & flags::EPHEMERAL != 0;
            let mut message = world.answer_message(id).ok_or(code::UNKNOWN_INTERACTION)?;
            message.flags = asked | flags::LOADING;
            message.only_for = is_ephemeral.then_some(interaction.user);
            // What is still to come is nothing to be read.
            message.is_seen = true;
            let posted = world.post(message);
            world.note_answer(id, kind, is_ephemeral, Value::Null);
            set_original(world, id, posted);
            Ok(is_ephemeral)
        }
        kind::DEFER_UPDATE | kind::UPDATE => {
            let source = interaction.source.ok_or(code::UNKNOWN_MESSAGE)?;
            let is_ephemeral = world
                .message(interaction.channel, source)
                .is_some_and(crate::state::Message::is_ephemeral);
            if kind == kind::UPDATE {
                world.edit_from_body(interaction.channel, source, data, "data", files)?;
            }
            world.note_answer(id, kind, is_ephemeral, Value::Null);
            set_original(world, id, source);
            Ok(is_ephemeral)
        }
        kind::CHOICES => {
            let mut form = Form::default();
            check_choices(data, &mut form);
            form.finish()?;
            world.note_answer(id, kind, true, data.clone());
            Ok(true)
        }
        kind::MODAL => {
            let mut form = Form::default();
            modals::modal(data, "data", &mut form);
            form.finish()?;
            world.note_answer(id, kind, true, data.clone());
            world.diary_modal(interaction.user, interaction.channel, data);
            Ok(true)
        }
        _ => {
            world.note_answer(id, kind, true, data.clone());
            Ok(true)
        }
    }
}

fn set_original(world: &mut World, id: Id, message: Id) {
    if let Some(interaction) = world.interactions.get_mut(&id) {
        interaction.original = Some(message);
    }
}

fn check_choices(data: &Value, form: &mut Form) {
    let mut fields = Fields::of(data, "data", form);
    let choices = fields.list("choices", 0..=25);
    if matches!(choices, Patch::Absent | Patch::Null) && !fields.has("choices") {
        fields.require("choices");
    }
    for (index, choice) in choices.set().unwrap_or_default().iter().enumerate() {
        let path = format!("data.choices.{index}");
        let mut fields = Fields::of(choice, &path, form);
        let _ = fields.needed_text("name", 1..=100);
        match fields.raw("value") {
            Some(Value::String(text)) if text.chars().count() > 100 => {
                fields.reject(
                    "value",
                    "BASE_TYPE_MAX_LENGTH",
                    "Must be 100 or fewer in length.",
                );
            }
            Some(Value::String(_) | Value::Number(_)) => {}
            _ => fields.require("value"),
        }
    }
}
