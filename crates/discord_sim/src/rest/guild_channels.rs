//! A guild's channels: listing, creating, sorting.

use serde_json::{Value, json};

use super::{
    Call, Outcome, Reply, Route,
    channels::{check_parent, initial_overwrites},
};
use crate::{
    acts::audit::{Entry, action},
    error::{ApiError, Form, code},
    ids::Id,
    permissions::Permissions,
    state::{ChannelKind, World},
    validate::{Fields, Patch, channels as check},
};

const ALL: &str = "/guilds/{guild_id}/channels";

pub(super) const ROUTES: &[Route] = &[
    Route::bot("GET", ALL, list),
    Route::bot("POST", ALL, create),
    Route::bot("PATCH", ALL, sort),
];

/// A guild holds this many channels, categories included.
const MAX_CHANNELS: usize = 500;

fn list(world: &mut World, call: &Call) -> Outcome {
    let guild = world.guild(call.id("guild_id")?)?;
    let channels: Vec<Value> = guild
        .channels
        .iter()
        .filter_map(|id| world.channels.get(id))
        .map(|channel| world.channel_json(channel))
        .collect();
    Reply::ok(json!(channels))
}

fn create(world: &mut World, call: &Call) -> Outcome {
    let guild = call.id("guild_id")?;
    world.need_in_guild(guild, Permissions::MANAGE_CHANNELS)?;
    let home = world.guild(guild)?;
    if home.channels.len() >= MAX_CHANNELS {
        return Err(code::MAX_CHANNELS.into());
    }
    let premium = home.premium_tier();
    let number = call.body.get("type").and_then(Value::as_u64).unwrap_or(0);
    let kind = ChannelKind::from_number(number)
        .filter(|kind| !kind.is_thread() && *kind != ChannelKind::Dm)
        .ok_or_else(|| {
            ApiError::form(
                "type",
                "BASE_TYPE_CHOICES",
                "Value must be one of (0, 2, 4, 5, 13, 15, 16).",
            )
        })?;
    let mut form = Form::default();
    let _ = Fields::of(&call.body, "", &mut form).needed_text("name", 1..=100);
    let changes = check::changes(&call.body, "", kind, premium, &mut form)?;
    form.finish()?;
    let parent = match changes.parent {
        Patch::Set(parent) => {
            check_parent(world, guild, kind, parent)?;
            Some(parent)
        }
        Patch::Absent | Patch::Null => None,
    };
    if let Patch::Set(overwrites) = &changes.overwrites {
        world.check_overwrites(guild, None, parent, overwrites)?;
    }
    let overwrites = initial_overwrites(world, changes.overwrites.clone(), parent);
    let now = world.now();
    let name = changes.name.clone().unwrap_or_default();
    let id = world.add_channel(guild, kind, &name, |channel| {
        changes.apply(channel, now);
        channel.overwrites = overwrites;
    });
    let entry = Entry::new(
        guild,
        world.bot,
        action::CHANNEL_CREATE,
        id,
        call.reason.as_deref(),
    );
    world.audit(entry.change("name", Value::Null, json!(name)));
    let shown = world
        .channel(id)
        .map(|channel| world.channel_json(channel))?;
    Reply::created(shown)
}

fn sort(world: &mut World, call: &Call) -> Outcome {
    let guild = call.id("guild_id")?;
    world.need_in_guild(guild, Permissions::MANAGE_CHANNELS)?;
    let Some(entries) = call.body.as_array() else {
        return Err(ApiError::form(
            "",
            "LIST_TYPE_CONVERT",
            "Only iterables may be used in a ListType",
        ));
    };
    let mut form = Form::default();
    let mut moves: Vec<(Id, Option<u64>, Patch<Id>, bool)> = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let mut fields = Fields::of(entry, &index.to_string(), &mut form);
        let Some(id) = fields.id("id").set() else {
            fields.require("id");
            continue;
        };
        let position = fields.count("position", 0..=1000).set();
        let parent = fields.id("parent_id");
        let locks = fields.flag("lock_permissions").set().unwrap_or(false);
        moves.push((id, position, parent, locks));
    }
    form.finish()?;
    let mut parent_changes = 0;
    for (id, _, parent, locks) in &moves {
        let channel = world.visible(*id)?;
        if channel.guild != Some(guild) {
            return Err(code::UNKNOWN_CHANNEL.into());
        }
        let (kind, old_parent) = (channel.kind, channel.parent);
        world.need_in(*id, Permissions::MANAGE_CHANNELS)?;
        if *locks {
            world.need_in(*id, Permissions::MANAGE_ROLES)?;
        }
        let changes_parent = match parent {
            Patch::Absent => false,
            Patch::Null => old_parent.is_some(),
            Patch::Set(parent) => old_parent != Some(*parent),
        };
        if changes_parent {
            parent_changes += 1;
            if let Patch::Set(parent) = parent {
                check_parent(world, guild, kind, *parent)?;
            }
        }
    }
    if parent_changes > 1 {
        return Err(code::ONE_PARENT_CHANGE.into());
    }
    for (id, position, parent, locks) in moves {
        let locked = locks
            .then(|| match parent {
                Patch::Set(parent) => Some(parent),
                Patch::Null => None,
                Patch::Absent => world.channels.get(&id).and_then(|channel| channel.parent),
            })
            .flatten()
            .and_then(|parent| world.channels.get(&parent))
            .map(|parent| parent.overwrites.clone());
        world.change_channel(id, |channel| {
            if let Some(position) = position.and_then(|position| u32::try_from(position).ok()) {
                channel.position = position;
            }
            match parent {
                Patch::Absent => {}
                Patch::Null => channel.parent = None,
                Patch::Set(parent) => channel.parent = Some(parent),
            }
            if let Some(overwrites) = locked {
                channel.overwrites = overwrites;
            }
        });
    }
    Reply::empty()
}
