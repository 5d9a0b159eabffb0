//! Scheduled events.

use serde_json::{Value, json};

use super::{Call, Outcome, Reply, Route};
use crate::{
    acts::audit::{Entry, action, differences},
    error::{ApiError, Form, code},
    ids::Id,
    permissions::Permissions,
    state::{ChannelKind, ScheduledEvent, World},
    validate::{Patch, events as check},
};

const ALL: &str = "/guilds/{guild_id}/scheduled-events";
const ONE: &str = "/guilds/{guild_id}/scheduled-events/{event_id}";

pub(super) const ROUTES: &[Route] = &[
    Route::bot("GET", ALL, list),
    Route::bot("POST", ALL, create),
    Route::bot("GET", ONE, get),
    Route::bot("PATCH", ONE, edit),
    Route::bot("DELETE", ONE, delete),
    Route::bot(
        "GET",
        "/guilds/{guild_id}/scheduled-events/{event_id}/users",
        users,
    ),
];

/// Events of one guild that are scheduled or active.
const MAX_OPEN: usize = 100;

fn shown(world: &World, call: &Call, guild: Id, event: &ScheduledEvent) -> Value {
    let mut shown = event.json(guild);
    shown["creator"] = world.user_json(event.by);
    if call.query_flag("with_user_count") {
        shown["user_count"] = event.users.len().into();
    }
    shown
}

fn find<'a>(world: &'a World, call: &Call) -> Result<(Id, &'a ScheduledEvent), ApiError> {
    let guild = call.id("guild_id")?;
    let event = world.guild(guild)?.events.get(&call.id("event_id")?);
    let event = event.ok_or(code::UNKNOWN_EVENT)?;
    if let Some(channel) = event.channel.filter(|channel| !world.bot_sees(*channel)) {
        world.visible(channel)?;
    }
    Ok((guild, event))
}

fn list(world: &mut World, call: &Call) -> Outcome {
    let guild = call.id("guild_id")?;
    world.run_events();
    let events = world.guild(guild)?.events.values();
    let visible =
        events.filter(|event| event.channel.is_none_or(|channel| world.bot_sees(channel)));
    Reply::ok(
        visible
            .map(|event| shown(world, call, guild, event))
            .collect(),
    )
}

fn get(world: &mut World, call: &Call) -> Outcome {
    world.run_events();
    let (guild, event) = find(world, call)?;
    Reply::ok(shown(world, call, guild, event))
}

/// What the bot must be able to do where the event is.
fn check_place(
    world: &World,
    guild: Id,
    kind: u64,
    channel: Option<Id>,
    right: Permissions,
) -> Result<(), ApiError> {
    let Some(channel) = channel else {
        return world.need_in_guild(guild, right);
    };
    let extra = if kind == ScheduledEvent::STAGE {
        Permissions::MANAGE_CHANNELS | Permissions::MUTE_MEMBERS | Permissions::MOVE_MEMBERS
    } else {
        Permissions::VIEW_CHANNEL | Permissions::CONNECT
    };
    world.need_in(channel, right | extra)
}

/// Whether place, end and kind go together.
fn check_kind(world: &World, guild: Id, event: &ScheduledEvent) -> Result<(), ApiError> {
    let mut form = Form::default();
    if event.kind == ScheduledEvent::EXTERNAL {
        if event.channel.is_some() {
            form.add(
                "channel_id",
                "GUILD_SCHEDULED_EVENT_CHANNEL_NOT_ALLOWED",
                "channel_id must be null",
            );
        }
        if event.location.is_none() {
            form.required("entity_metadata.location");
        }
        if event.end.is_none() {
            form.required("scheduled_end_time");
        }
    } else {
        let wanted = if event.kind == ScheduledEvent::STAGE {
            ChannelKind::Stage
        } else {
            ChannelKind::Voice
        };
        match event.channel {
            None => form.required("channel_id"),
            Some(channel) => {
                let channel = world.channels.get(&channel);
                let fits = channel.is_some_and(|c| c.guild == Some(guild) && c.kind == wanted);
                if !fits {
                    return Err(code::EVENT_TYPE_MISMATCH.into());
                }
            }
        }
        if event.location.is_some() {
            form.add(
                "entity_metadata",
                "GUILD_SCHEDULED_EVENT_METADATA_NOT_ALLOWED",
                "entity_metadata must be null",
            );
        }
    }
    if event.end.is_some_and(|end| end <= event.start) {
        form.add(
            "scheduled_end_time",
            "GUILD_SCHEDULED_EVENT_END_BEFORE_START",
            "Cannot end before it starts.",
        );
    }
    form.finish()
}

fn create(world: &mut World, call: &Call) -> Outcome {
    let guild = call.id("guild_id")?;
    world.guild(guild)?;
    let mut form = Form::default();
    let wanted = check::wanted(&call.body, &mut form);
    for key in [
        "name",
        "privacy_level",
        "scheduled_start_time",
        "entity_type",
    ] {
        if call.body.get(key).is_none_or(Value::is_null) {
            form.required(key);
        }
    }
    form.finish()?;
    let now = world.now();
    if wanted.start.is_some_and(|start| start < now) {
        return Err(ApiError::form(
            "scheduled_start_time",
            "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST",
            "Cannot schedule event in the past.",
        ));
    }
    let event = ScheduledEvent {
        id: world.new_id(),
        by: world.bot,
        name: wanted.name.unwrap_or_default(),
        description: wanted.description.set(),
        kind: wanted.kind.unwrap_or(0),
        channel: wanted.channel.set(),
        location: wanted.location,
        start: wanted.start.unwrap_or(now),
        end: wanted.end.set(),
        status: ScheduledEvent::SCHEDULED,
        recurrence: wanted.recurrence.set(),
        image: None,
        users: [].into(),
    };
    check_kind(world, guild, &event)?;
    check_place(
        world,
        guild,
        event.kind,
        event.channel,
        Permissions::CREATE_EVENTS,
    )?;
    let open = world
        .guild(guild)?
        .events
        .values()
        .filter(|event| event.is_open())
        .count();
    if open >= MAX_OPEN {
        return Err(code::MAX_EVENTS.into());
    }
    let (id, answer) = (event.id, shown(world, call, guild, &event));
    world.put_event(guild, event);
    world.audit(Entry::new(
        guild,
        world.bot,
        action::EVENT_CREATE,
        id,
        call.reason.as_deref(),
    ));
    Reply::ok(answer)
}

/// Own events need either right, others' the right to manage.
fn editing_right(world: &World, guild: Id, event: &ScheduledEvent) -> Permissions {
    let own = world.permissions_in_guild(world.bot, guild);
    if event.by == world.bot && own.contains(Permissions::CREATE_EVENTS) {
        Permissions::CREATE_EVENTS
    } else {
        Permissions::MANAGE_EVENTS
    }
}

fn edit(world: &mut World, call: &Call) -> Outcome {
    world.run_events();
    let (guild, old) = find(world, call)?;
    let old = old.clone();
    check_place(
        world,
        guild,
        old.kind,
        old.channel,
        editing_right(world, guild, &old),
    )?;
    let mut form = Form::default();
    let wanted = check::wanted(&call.body, &mut form);
    form.finish()?;
    if !old.is_open() {
        return Err(code::EVENT_FINISHED.into());
    }
    let mut new = old.clone();
    if let Some(name) = wanted.name {
        new.name = name;
    }
    match wanted.description {
        Patch::Absent => {}
        Patch::Null => new.description = None,
        Patch::Set(text) => new.description = Some(text),
    }
    new.kind = wanted.kind.unwrap_or(old.kind);
    match wanted.channel {
        Patch::Absent => {}
        Patch::Null => new.channel = None,
        Patch::Set(channel) => new.channel = Some(channel),
    }
    if new.kind != ScheduledEvent::EXTERNAL {
        new.location = wanted.location;
    } else if wanted.location.is_some() {
        new.location = wanted.location;
        if old.kind != new.kind && call.body.get("channel_id") == Some(&Value::Null) {
            new.channel = None;
        }
    }
    new.start = wanted.start.unwrap_or(old.start);
    match wanted.end {
        Patch::Absent => {}
        Patch::Null => new.end = None,
        Patch::Set(end) => new.end = Some(end),
    }
    match wanted.recurrence {
        Patch::Absent => {}
        Patch::Null => new.recurrence = None,
        Patch::Set(rule) => new.recurrence = Some(rule),
    }
    if let Some(status) = wanted.status.filter(|status| *status != old.status) {
        let allowed = matches!(
            (old.status, status),
            (
                ScheduledEvent::SCHEDULED,
                ScheduledEvent::ACTIVE | ScheduledEvent::CANCELED
            ) | (ScheduledEvent::ACTIVE, ScheduledEvent::COMPLETED)
        );
        if !allowed {
            return Err(ApiError::form(
                "status",
                "GUILD_SCHEDULED_EVENT_INVALID_STATUS_TRANSITION",
                "Invalid Guild Scheduled Event Status Update.",
            ));
        }
        new.status = status;
    }
    check_kind(world, guild, &new)?;
    let before = old.json(guild);
    let after = new.json(guild);
    let answer = shown(world, call, guild, &new);
    world.put_event(guild, new);
    let entry = Entry::new(
        guild,
        world.bot,
        action::EVENT_UPDATE,
        old.id,
        call.reason.as_deref(),
    );
    world.audit(entry.changes(differences(&before, &after)));
    Reply::ok(answer)
}

fn delete(world: &mut World, call: &Call) -> Outcome {
    let (guild, event) = find(world, call)?;
    let event = event.clone();
    check_place(
        world,
        guild,
        event.kind,
        event.channel,
        editing_right(world, guild, &event),
    )?;
    world.remove_event(guild, event.id);
    world.audit(Entry::new(
        guild,
        world.bot,
        action::EVENT_DELETE,
        event.id,
        call.reason.as_deref(),
    ));
    Reply::empty()
}

fn users(world: &mut World, call: &Call) -> Outcome {
    let (guild, event) = find(world, call)?;
    let limit = call.query_number("limit", 100, 1..=100)?;
    let (before, after) = (call.query_id("before")?, call.query_id("after")?);
    let with_member = call.query_flag("with_member");
    let home = world.guild(guild)?;
    let fits = |user: &&Id| {
        before.is_none_or(|before| **user < before) && after.is_none_or(|after| **user > after)
    };
    let page: Vec<Value> = event
        .users
        .keys()
        .filter(fits)
        .take(limit)
        .map(|user| {
            let mut entry =
                json!({"guild_scheduled_event_id": event.id, "user": world.user_json(*user)});
            if with_member && let Some(member) = home.members.get(user) {
                entry["member"] = world.member_json(member);
            }
            entry
        })
        .collect();
    Reply::ok(Value::Array(page))
}
