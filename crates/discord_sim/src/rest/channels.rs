//! Channels: looking, changing, deleting, overwrites, status, typing.

use serde_json::{Value, json};

use super::{Call, Outcome, Reply, Route};
use crate::{
    acts::audit::{Entry, action, differences},
    clock::Millis,
    error::{ApiError, Form, code},
    gateway::Reach,
    ids::Id,
    intents,
    permissions::{Overwrite, Permissions},
    state::{Channel, ChannelKind, World},
    validate::{Fields, Patch, channels as check},
};

const ONE: &str = "/channels/{channel_id}";
const OVERWRITE: &str = "/channels/{channel_id}/permissions/{overwrite_id}";

pub(super) const ROUTES: &[Route] = &[
    Route::bot("GET", ONE, get),
    Route::bot("PATCH", ONE, edit),
    Route::bot("DELETE", ONE, delete),
    Route::bot("PUT", OVERWRITE, put_overwrite),
    Route::bot("DELETE", OVERWRITE, delete_overwrite),
    Route::bot("PUT", "/channels/{channel_id}/voice-status", set_status),
    Route::bot("POST", "/channels/{channel_id}/typing", typing),
];

fn get(world: &mut World, call: &Call) -> Outcome {
    let channel = world.visible(call.id("channel_id")?)?;
    Reply::ok(world.channel_json(channel))
}

fn edit(world: &mut World, call: &Call) -> Outcome {
    let id = call.id("channel_id")?;
    let guild = world.guild_of(id)?;
    let channel = world.visible(id)?.clone_without_messages();
    let needed = if channel.kind.is_thread() {
        Permissions::MANAGE_THREADS
    } else {
        Permissions::MANAGE_CHANNELS
    };
    let owns_thread = channel
        .thread
        .as_ref()
        .is_some_and(|thread| thread.owner == world.bot && !thread.locked);
    if !owns_thread {
        world.need_in(id, needed)?;
    }
    let premium = world.guild(guild)?.premium_tier();
    let mut form = Form::default();
    let changes = check::changes(&call.body, "", channel.kind, premium, &mut form)?;
    form.finish()?;
    if let Patch::Set(overwrites) = &changes.overwrites {
        world.need_in(id, Permissions::MANAGE_ROLES)?;
        world.check_overwrites(guild, Some(&channel), channel.parent, overwrites)?;
    }
    if let Patch::Set(parent) = changes.parent
        && channel.parent != Some(parent)
    {
        check_parent(world, guild, channel.kind, parent)?;
    }
    let renames = changes
        .name
        .as_ref()
        .is_some_and(|name| *name != channel.name)
        || call
            .body
            .get("topic")
            .is_some_and(|topic| channel.fields.get("topic") != Some(topic));
    if renames {
        world.take_rename(id)?;
    }
    let before = world.channel_json(&channel);
    let now = world.now();
    world.change_channel(id, |channel| changes.apply(channel, now));
    let after = world
        .channel(id)
        .map(|channel| world.channel_json(channel))?;
    let kind = if channel.kind.is_thread() {
        action::THREAD_UPDATE
    } else {
        action::CHANNEL_UPDATE
    };
    let entry = Entry::new(guild, world.bot, kind, id, call.reason.as_deref());
    world.audit(entry.changes(differences(&before, &after)));
    Reply::ok(after)
}

/// Whether a channel may move into a category.
pub(super) fn check_parent(
    world: &World,
    guild: Id,
    kind: ChannelKind,
    parent: Id,
) -> Result<(), ApiError> {
    const MAX_CHILDREN: usize = 50;
    let category = world
        .channels
        .get(&parent)
        .filter(|parent| parent.guild == Some(guild));
    let Some(category) = category else {
        return Err(ApiError::form(
            "parent_id",
            "CHANNEL_PARENT_INVALID",
            "Category does not exist",
        ));
    };
    if category.kind != ChannelKind::Category || kind == ChannelKind::Category {
        let message = "Not a category";
        return Err(ApiError::form(
            "parent_id",
            "CHANNEL_PARENT_INVALID_TYPE",
            message,
        ));
    }
    let children = world.guild(guild)?.channels.iter().filter(|id| {
        world
            .channels
            .get(id)
            .is_some_and(|child| child.parent == Some(parent))
    });
    if children.count() >= MAX_CHILDREN {
        let message = format!("Maximum number of channels in category reached ({MAX_CHILDREN})");
        return Err(ApiError::form(
            "parent_id",
            "CHANNEL_PARENT_MAX_CHANNELS",
            message,
        ));
    }
    Ok(())
}

fn delete(world: &mut World, call: &Call) -> Outcome {
    let id = call.id("channel_id")?;
    let channel = world.visible(id)?;
    let Some(guild) = channel.guild else {
        // Closing a DM only takes it off the list; it opens again with the next message.
        return Reply::ok(world.channel_json(channel));
    };
    let is_thread = channel.kind.is_thread();
    let needed = if is_thread {
        Permissions::MANAGE_THREADS
    } else {
        Permissions::MANAGE_CHANNELS
    };
    world.need_in(id, needed)?;
    let home = world.guild(guild)?;
    let is_community = home.features.iter().any(|feature| feature == "COMMUNITY");
    let is_required = ["rules_channel_id", "public_updates_channel_id"]
        .iter()
        .any(|field| home.fields.get(*field) == Some(&json!(id)));
    if is_community && is_required {
        return Err(code::COMMUNITY_CHANNEL.into());
    }
    let name = world.channel(id)?.name.clone();
    let shown = world.delete_channel(id);
    let kind = if is_thread {
        action::THREAD_DELETE
    } else {
        action::CHANNEL_DELETE
    };
    let entry = Entry::new(guild, world.bot, kind, id, call.reason.as_deref());
    world.audit(entry.change("name", json!(name), Value::Null));
    Reply::ok(shown)
}

fn put_overwrite(world: &mut World, call: &Call) -> Outcome {
    const MAX: usize = 1000;
    let (id, target) = (call.id("channel_id")?, call.id("overwrite_id")?);
    let guild = world.guild_of(id)?;
    world.need_in(id, Permissions::MANAGE_ROLES)?;
    let mut form = Form::default();
    let mut fields = Fields::of(&call.body, "", &mut form);
    let overwrite = Overwrite {
        id: target,
        kind: if fields.count("type", 0..=1).set() == Some(1) {
            Overwrite::MEMBER
        } else {
            Overwrite::ROLE
        },
        allow: fields.permissions("allow").set().unwrap_or_default(),
        deny: fields.permissions("deny").set().unwrap_or_default(),
    };
    if !fields.has("type") {
        fields.require("type");
    }
    form.finish()?;
    let channel = world.channel(id)?.clone_without_messages();
    check_target(world, guild, &overwrite)?;
    let mut list = channel.overwrites.clone();
    let is_new = !list.iter().any(|known| known.id == target);
    list.retain(|known| known.id != target);
    list.push(overwrite);
    if list.len() > MAX {
        return Err(code::MAX_OVERWRITES.into());
    }
    world.check_overwrites(guild, Some(&channel), channel.parent, &list)?;
    world.change_channel(id, |channel| channel.overwrites = list);
    let kind = if is_new {
        action::OVERWRITE_CREATE
    } else {
        action::OVERWRITE_UPDATE
    };
    let entry = Entry::new(guild, world.bot, kind, id, call.reason.as_deref());
    world.audit(entry.options(json!({"id": target, "type": overwrite.kind.to_string()})));
    Reply::empty()
}

fn check_target(world: &World, guild: Id, overwrite: &Overwrite) -> Result<(), ApiError> {
    let home = world.guild(guild)?;
    let is_known = if overwrite.kind == Overwrite::ROLE {
        home.roles.contains_key(&overwrite.id)
    } else {
        world.users.contains_key(&overwrite.id)
    };
    if is_known {
        Ok(())
    } else {
        Err(code::UNKNOWN_OVERWRITE.into())
    }
}

fn delete_overwrite(world: &mut World, call: &Call) -> Outcome {
    let (id, target) = (call.id("channel_id")?, call.id("overwrite_id")?);
    let guild = world.guild_of(id)?;
    world.need_in(id, Permissions::MANAGE_ROLES)?;
    let channel = world.channel(id)?.clone_without_messages();
    let mut list = channel.overwrites.clone();
    list.retain(|known| known.id != target);
    if list.len() == channel.overwrites.len() {
        return Err(code::UNKNOWN_OVERWRITE.into());
    }
    world.check_overwrites(guild, Some(&channel), channel.parent, &list)?;
    world.change_channel(id, |channel| channel.overwrites = list);
    let entry = Entry::new(
        guild,
        world.bot,
        action::OVERWRITE_DELETE,
        id,
        call.reason.as_deref(),
    );
    world.audit(entry.options(json!({"id": target})));
    Reply::empty()
}

fn set_status(world: &mut World, call: &Call) -> Outcome {
    let id = call.id("channel_id")?;
    let guild = world.guild_of(id)?;
    if world.channel(id)?.kind != ChannelKind::Voice {
        return Err(code::WRONG_CHANNEL_TYPE.into());
    }
    world.need_in(id, Permissions::SET_VOICE_CHANNEL_STATUS)?;
    let is_there = world.occupants(id).contains(&world.bot);
    if !is_there {
        world.need_in(id, Permissions::MANAGE_CHANNELS)?;
    }
    let mut form = Form::default();
    let status = Fields::of(&call.body, "", &mut form)
        .text("status", 0..=500)
        .set();
    form.finish()?;
    let status = status
        .filter(|status| !status.is_empty())
        .map(str::to_owned);
    world.channel_mut(id)?.voice_status.clone_from(&status);
    let kind = if status.is_some() {
        action::VOICE_STATUS_SET
    } else {
        action::VOICE_STATUS_DELETE
    };
    world.emit_in_channel(
        "VOICE_CHANNEL_STATUS_UPDATE",
        intents::GUILDS,
        id,
        |_| json!({"id": id, "guild_id": guild, "status": status}),
    );
    let entry = Entry::new(guild, world.bot, kind, id, call.reason.as_deref());
    let options = status.map_or(Value::Null, |status| json!({"status": status}));
    world.audit(entry.options(options));
    Reply::empty()
}

fn typing(world: &mut World, call: &Call) -> Outcome {
    let id = call.id("channel_id")?;
    let guild = world.visible(id)?.guild;
    world.need_in(id, Permissions::SEND_MESSAGES)?;
    let bot = world.bot;
    world.tell_typing(id, guild, bot);
    Reply::empty()
}

impl World {
    /// Announces that somebody types.
    pub(crate) fn tell_typing(&mut self, channel: Id, guild: Option<Id>, user: Id) {
        let intent = if guild.is_some() {
            intents::GUILD_MESSAGE_TYPING
        } else {
            intents::DIRECT_MESSAGE_TYPING
        };
        if !self.bot_sees(channel) {
            return;
        }
        self.emit_with("TYPING_START", intent, Reach::of(guild), |world| {
            let mut payload = json!({
                "channel_id": channel, "user_id": user, "timestamp": world.now() / 1000,
            });
            if let Some(guild) = guild.and_then(|guild| world.guilds.get(&guild)) {
                payload["guild_id"] = json!(guild.id);
                payload["member"] = json!(
                    guild
                        .members
                        .get(&user)
                        .map(|member| world.member_json(member))
                );
            }
            payload
        });
    }

    /// Takes one of the two renames a channel has in ten minutes.
    fn take_rename(&mut self, channel: Id) -> Result<(), ApiError> {
        const WINDOW: Millis = 600_000;
        const RENAMES: usize = 2;
        if !self.options.rate_limits {
            return Ok(());
        }
        let now = self.now();
        let taken = self.renames.entry(channel).or_default();
        taken.retain(|at| at + WINDOW > now);
        if taken.len() >= RENAMES {
            let wait = taken.first().map_or(WINDOW, |first| first + WINDOW - now);
            return Err(ApiError::limited(wait, crate::error::Scope::SubLimit));
        }
        taken.push(now);
        Ok(())
    }
}

/// The overwrites a new channel has: its own, or those of its category.
pub(super) fn initial_overwrites(
    world: &World,
    given: Patch<Vec<Overwrite>>,
    parent: Option<Id>,
) -> Vec<Overwrite> {
    match given {
        Patch::Set(list) => list,
        Patch::Absent | Patch::Null => parent
            .and_then(|parent| world.channels.get(&parent))
            .map(|parent: &Channel| parent.overwrites.clone())
            .unwrap_or_default(),
    }
}
