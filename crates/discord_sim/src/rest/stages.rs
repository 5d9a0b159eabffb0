//! Stage instances.

use serde_json::{Value, json};

use super::{Call, Outcome, Reply, Route};
use crate::{
    acts::audit::{Entry, action},
    error::{ApiError, Form, code},
    ids::Id,
    intents,
    permissions::Permissions,
    state::{ChannelKind, Stage, World},
    validate::Fields,
};

const ONE: &str = "/stage-instances/{channel_id}";

pub(super) const ROUTES: &[Route] = &[
    Route::bot("POST", "/stage-instances", open),
    Route::bot("GET", ONE, get),
    Route::bot("PATCH", ONE, edit),
    Route::bot("DELETE", ONE, close),
];

/// What a stage moderator has.
const MODERATOR: Permissions = Permissions::from_bits(
    Permissions::MANAGE_CHANNELS.bits()
        | Permissions::MUTE_MEMBERS.bits()
        | Permissions::MOVE_MEMBERS.bits(),
);

fn read_topic(body: &Value) -> Result<String, ApiError> {
    let mut form = Form::default();
    let topic = Fields::of(body, "", &mut form)
        .needed_text("topic", 1..=120)
        .to_owned();
    form.finish()?;
    Ok(topic)
}

fn tell(world: &mut World, name: &str, stage: &Stage) {
    let payload = stage.json();
    world.emit_in_channel(name, intents::GUILDS, stage.channel, |_| payload);
}

fn open(world: &mut World, call: &Call) -> Outcome {
    let channel = call
        .body
        .get("channel_id")
        .and_then(Id::from_json)
        .unwrap_or(Id::new(0));
    let guild = world.guild_of(channel)?;
    if world.channel(channel)?.kind != ChannelKind::Stage {
        return Err(code::WRONG_CHANNEL_TYPE.into());
    }
    world.need_in(channel, MODERATOR)?;
    let topic = read_topic(&call.body)?;
    if world.stages.contains_key(&channel) {
        return Err(code::STAGE_ALREADY_OPEN.into());
    }
    let stage = Stage {
        id: world.new_id(),
        guild,
        channel,
        topic,
        event: None,
    };
    let shown = stage.json();
    tell(world, "STAGE_INSTANCE_CREATE", &stage);
    world.audit(Entry::new(
        guild,
        world.bot,
        action::STAGE_CREATE,
        stage.id,
        call.reason.as_deref(),
    ));
    world.stages.insert(channel, stage);
    Reply::ok(shown)
}

fn find(world: &World, call: &Call) -> Result<Stage, ApiError> {
    let channel = call.id("channel_id")?;
    world.visible(channel)?;
    world
        .stages
        .get(&channel)
        .cloned()
        .ok_or_else(|| code::UNKNOWN_STAGE.into())
}

fn get(world: &mut World, call: &Call) -> Outcome {
    Reply::ok(find(world, call)?.json())
}

fn edit(world: &mut World, call: &Call) -> Outcome {
    let mut stage = find(world, call)?;
    world.need_in(stage.channel, MODERATOR)?;
    stage.topic = read_topic(&call.body)?;
    let shown = stage.json();
    tell(world, "STAGE_INSTANCE_UPDATE", &stage);
    let entry = Entry::new(
        stage.guild,
        world.bot,
        action::STAGE_UPDATE,
        stage.id,
        call.reason.as_deref(),
    );
    world.audit(entry.change("topic", Value::Null, json!(stage.topic)));
    world.stages.insert(stage.channel, stage);
    Reply::ok(shown)
}

fn close(world: &mut World, call: &Call) -> Outcome {
    let stage = find(world, call)?;
    world.need_in(stage.channel, MODERATOR)?;
    world.stages.remove(&stage.channel);
    tell(world, "STAGE_INSTANCE_DELETE", &stage);
    let entry = Entry::new(
        stage.guild,
        world.bot,
        action::STAGE_DELETE,
        stage.id,
        call.reason.as_deref(),
    );
    world.audit(entry);
    Reply::empty()
}
