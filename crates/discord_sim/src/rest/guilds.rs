//! Guilds: the object, audit log, voice states, regions.

use serde_json::{Value, json};

use super::{Call, Outcome, Reply, Route};
use crate::{
    acts::audit::{Entry, action, differences},
    error::{ApiError, Form, code},
    ids::Id,
    permissions::Permissions,
    state::World,
    validate::{Fields, Patch},
};

const ONE: &str = "/guilds/{guild_id}";

pub(super) const ROUTES: &[Route] = &[
    Route::bot("GET", ONE, get),
    Route::bot("PATCH", ONE, edit),
    Route::bot("GET", "/guilds/{guild_id}/preview", preview),
    Route::bot("GET", "/guilds/{guild_id}/audit-logs", audit_log),
    Route::bot("GET", "/guilds/{guild_id}/regions", regions),
    Route::bot("GET", "/guilds/{guild_id}/integrations", integrations),
    Route::bot("GET", "/guilds/{guild_id}/voice-states/@me", my_voice_state),
    Route::bot(
        "GET",
        "/guilds/{guild_id}/voice-states/{user_id}",
        voice_state,
    ),
    Route::bot(
        "PATCH",
        "/guilds/{guild_id}/voice-states/@me",
        edit_my_voice_state,
    ),
    Route::bot(
        "PATCH",
        "/guilds/{guild_id}/voice-states/{user_id}",
        edit_voice_state,
    ),
    Route::bot("GET", "/voice/regions", regions),
    Route::bot("PUT", "/guilds/{guild_id}/incident-actions", incidents),
    Route::bot("GET", "/guilds/{guild_id}/onboarding", onboarding),
    Route::bot("PUT", "/guilds/{guild_id}/onboarding", set_onboarding),
    Route::bot("DELETE", "/users/@me/guilds/{guild_id}", leave),
];

fn get(world: &mut World, call: &Call) -> Outcome {
    let guild = world.guild(call.id("guild_id")?)?;
    let mut shown = guild.json();
    if call.query_flag("with_counts") {
        let online = guild.members.keys().filter(|user| {
            world
                .presences
                .get(user)
                .is_some_and(crate::gateway::Presence::is_online)
        });
        shown["approximate_presence_count"] = online.count().into();
        shown["approximate_member_count"] = guild.members.len().into();
    }
    Reply::ok(shown)
}

fn preview(world: &mut World, call: &Call) -> Outcome {
    let guild = world.guild(call.id("guild_id")?)?;
    Reply::ok(json!({
        "id": guild.id, "name": guild.name, "icon": null, "splash": null, "home_header": null,
        "discovery_splash": null, "emojis": [], "stickers": [], "features": guild.features,
        "approximate_member_count": guild.members.len(),
        "approximate_presence_count": guild.members.len(), "description": null,
    }))
}

fn edit(world: &mut World, call: &Call) -> Outcome {
    let guild = call.id("guild_id")?;
    world.need_in_guild(guild, Permissions::MANAGE_GUILD)?;
    let mut form = Form::default();
    let mut fields = Fields::of(&call.body, "", &mut form);
    let name = fields.text("name", 2..=100).set().map(str::to_owned);
    let locale = fields
        .text("preferred_locale", 2..=10)
        .set()
        .map(str::to_owned);
    let mut changed: Vec<(&str, Value)> = Vec::new();
    for (key, most) in [
        ("verification_level", 4),
        ("default_message_notifications", 1),
        ("explicit_content_filter", 2),
        ("system_channel_flags", u32::MAX),
    ] {
        if let Patch::Set(value) = fields.count(key, 0..=most) {
            changed.push((key, value.into()));
        }
    }
    if let Patch::Set(seconds) = fields.count("afk_timeout", 60..=3600) {
        if [60, 300, 900, 1800, 3600].contains(&seconds) {
            changed.push(("afk_timeout", seconds.into()));
        } else {
            fields.reject(
                "afk_timeout",
                "BASE_TYPE_CHOICES",
                "Value must be one of (60, 300, 900, 1800, 3600).",
            );
        }
    }
    for key in [
        "afk_channel_id",
        "system_channel_id",
        "rules_channel_id",
        "public_updates_channel_id",
        "safety_alerts_channel_id",
    ] {
        match fields.id(key) {
            Patch::Absent => {}
            Patch::Null => changed.push((key, Value::Null)),
            Patch::Set(id) => changed.push((key, json!(id))),
        }
    }
    for key in [
        "description",
        "icon",
        "banner",
        "splash",
        "discovery_splash",
    ] {
        match fields.text(key, 0..=10_000_000) {
            Patch::Absent => {}
            Patch::Null => changed.push((key, Value::Null)),
            Patch::Set(text) if key == "description" => changed.push((key, text.into())),
            Patch::Set(_) => changed.push((key, "0123456789abcdef0123456789abcdef".into())),
        }
    }
    if let Patch::Set(on) = fields.flag("premium_progress_bar_enabled") {
        changed.push(("premium_progress_bar_enabled", on.into()));
    }
    let features = fields.list("features", 0..=100).set();
    let features: Option<Vec<String>> = features.map(|list| {
        list.iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    });
    form.finish()?;
    let old_features = &world.guild(guild)?.features;
    let toggles_community = features.as_ref().is_some_and(|new| {
        new.iter().any(|f| f == "COMMUNITY") != old_features.iter().any(|f| f == "COMMUNITY")
    });
    if toggles_community {
        world.need_in_guild(guild, Permissions::ADMINISTRATOR)?;
    }
    let home = world.guild_mut(guild)?;
    let before = home.json();
    if let Some(name) = name {
        home.name = name;
    }
    if let Some(locale) = locale {
        home.locale = locale;
    }
    if let Some(features) = features {
        home.features = features;
    }
    for (key, value) in changed {
        home.fields.insert(key.to_owned(), value);
    }
    let after = home.json();
    let name = home.name.clone();
    world.name(guild, crate::transcript::Name::Guild(name));
    world.tell_guild(guild);
    let entry = Entry::new(
        guild,
        world.bot,
        action::GUILD_UPDATE,
        guild,
        call.reason.as_deref(),
    );
    world.audit(entry.changes(differences(&before, &after)));
    Reply::ok(after)
}

fn audit_log(world: &mut World, call: &Call) -> Outcome {
    let guild = call.id("guild_id")?;
    world.need_in_guild(guild, Permissions::VIEW_AUDIT_LOG)?;
    let limit = call.query_number("limit", 50, 1..=100)?;
    let (before, after) = (call.query_id("before")?, call.query_id("after")?);
    let user = call.query_id("user_id")?;
    let kind: Option<u64> = call.query("action_type").and_then(|kind| kind.parse().ok());
    let id_of = |entry: &Value| {
        entry
            .get("id")
            .and_then(Id::from_json)
            .unwrap_or(Id::new(0))
    };
    let fits = |entry: &&Value| {
        let by = entry.get("user_id").and_then(Id::from_json);
        before.is_none_or(|before| id_of(entry) < before)
            && after.is_none_or(|after| id_of(entry) > after)
            && user.is_none_or(|user| by == Some(user))
            && kind
                .is_none_or(|kind| entry.get("action_type").and_then(Value::as_u64) == Some(kind))
    };
    let log = &world.guild(guild)?.audit;
    let page: Vec<Value> = if after.is_some() {
        log.iter().filter(fits).take(limit).cloned().collect()
    } else {
        log.iter().rev().filter(fits).take(limit).cloned().collect()
    };
    let mut users: Vec<Id> = page
        .iter()
        .flat_map(|entry| [entry.get("user_id"), entry.get("target_id")])
        .filter_map(|id| id.and_then(Id::from_json))
        .filter(|id| world.users.contains_key(id))
        .collect();
    users.sort_unstable();
    users.dedup();
    let users: Vec<Value> = users
        .into_iter()
        .map(|user| world.user_json(user))
        .collect();
    Reply::ok(json!({
        "audit_log_entries": page, "users": users, "integrations": [], "webhooks": [],
        "guild_scheduled_events": [], "threads": [], "application_commands": [],
        "auto_moderation_rules": [],
    }))
}

fn regions(_: &mut World, _: &Call) -> Outcome {
    let regions: Vec<Value> = ["rotterdam", "us-east", "singapore", "brazil", "japan"]
        .iter()
        .map(|id| json!({"id": id, "name": id, "optimal": *id == "rotterdam", "deprecated": false, "custom": false}))
        .collect();
    Reply::ok(Value::Array(regions))
}

fn integrations(world: &mut World, call: &Call) -> Outcome {
    let guild = call.id("guild_id")?;
    world.need_in_guild(guild, Permissions::MANAGE_GUILD)?;
    let members = world.guild(guild)?.members.values();
    let bots = members.filter(|member| {
        let user = world.users.get(&member.user);
        user.is_some_and(|user| user.is_bot)
    });
    let shown = bots.map(|member| {
        let bot = world.user_json(member.user);
        let account = json!({"id": bot["id"], "name": bot["username"]});
        json!({
            "id": member.user, "name": bot["username"], "type": "discord", "enabled": true,
            "account": account,
            "application": {
                "id": bot["id"], "name": bot["username"], "icon": null, "description": "", "bot": bot,
            },
            "scopes": ["bot"],
        })
    });
    // Discord shows no more than these.
    Reply::ok(shown.take(50).collect())
}

fn shown_voice_state(world: &World, guild: Id, user: Id) -> Outcome {
    let home = world.guild(guild)?;
    match home.voice.get(&user) {
        Some(state) => Reply::ok(world.voice_state_json(home, state)),
        None => Err(code::UNKNOWN_VOICE_STATE.into()),
    }
}

fn my_voice_state(world: &mut World, call: &Call) -> Outcome {
    shown_voice_state(world, call.id("guild_id")?, world.bot)
}

fn voice_state(world: &mut World, call: &Call) -> Outcome {
    shown_voice_state(world, call.id("guild_id")?, call.id("user_id")?)
}

fn edit_my_voice_state(world: &mut World, call: &Call) -> Outcome {
    let bot = world.bot;
    change_voice_state(world, call, bot)
}

fn edit_voice_state(world: &mut World, call: &Call) -> Outcome {
    change_voice_state(world, call, call.id("user_id")?)
}

/// Stages alone have something to change here: who speaks, and who asks to.
fn change_voice_state(world: &mut World, call: &Call, user: Id) -> Outcome {
    let guild = call.id("guild_id")?;
    let mut form = Form::default();
    let mut fields = Fields::of(&call.body, "", &mut form);
    let suppress = fields.flag("suppress").set();
    let request = fields.instant("request_to_speak_timestamp");
    form.finish()?;
    let state = world
        .guild(guild)?
        .voice
        .get(&user)
        .ok_or(code::UNKNOWN_VOICE_STATE)?;
    let channel = state.channel;
    if world.channel(channel)?.kind != crate::state::ChannelKind::Stage {
        return Err(code::WRONG_CHANNEL_TYPE.into());
    }
    if suppress == Some(false) || user != world.bot {
        world.need_in(channel, Permissions::MUTE_MEMBERS)?;
    }
    world.enter_voice(guild, user, channel, |state| {
        state.suppress = suppress.unwrap_or(state.suppress);
        match request {
            Patch::Absent => {}
            Patch::Null => state.request_to_speak = None,
            Patch::Set(at) => state.request_to_speak = Some(at),
        }
    });
    Reply::empty()
}

fn incidents(world: &mut World, call: &Call) -> Outcome {
    const DAY: u64 = 86_400_000;
    let guild = call.id("guild_id")?;
    world.need_in_guild(guild, Permissions::MANAGE_GUILD)?;
    let now = world.now();
    let mut form = Form::default();
    let mut fields = Fields::of(&call.body, "", &mut form);
    let mut data = json!({"dm_spam_detected_at": null, "raid_detected_at": null});
    for key in ["invites_disabled_until", "dms_disabled_until"] {
        match fields.instant(key) {
            Patch::Set(until) if until > now + DAY => {
                fields.reject(key, "BASE_TYPE_MAX_LENGTH", "At most 24 hours ahead.");
            }
            Patch::Set(until) => data[key] = crate::clock::iso(until).into(),
            Patch::Absent | Patch::Null => data[key] = Value::Null,
        }
    }
    form.finish()?;
    let home = world.guild_mut(guild)?;
    home.fields
        .insert("incidents_data".to_owned(), data.clone());
    world.tell_guild(guild);
    Reply::ok(data)
}

fn onboarding(world: &mut World, call: &Call) -> Outcome {
    let guild = world.guild(call.id("guild_id")?)?;
    Reply::ok(shown_onboarding(guild))
}

fn shown_onboarding(guild: &crate::state::Guild) -> Value {
    guild.onboarding.clone().unwrap_or_else(|| {
        json!({"guild_id": guild.id, "prompts": [], "default_channel_ids": [], "enabled": false, "mode": 0})
    })
}

fn set_onboarding(world: &mut World, call: &Call) -> Outcome {
    const ENOUGH: usize = 7;
    const SENDABLE: usize = 5;
    let guild = call.id("guild_id")?;
    world.need_in_guild(guild, Permissions::MANAGE_GUILD | Permissions::MANAGE_ROLES)?;
    let mut new = shown_onboarding(world.guild(guild)?);
    let mut form = Form::default();
    let mut fields = Fields::of(&call.body, "", &mut form);
    if let Patch::Set(channels) = fields.ids("default_channel_ids", 0..=500) {
        new["default_channel_ids"] = json!(channels);
    }
    if let Patch::Set(prompts) = fields.list("prompts", 0..=15) {
        new["prompts"] = json!(prompts);
    }
    if let Patch::Set(enabled) = fields.flag("enabled") {
        new["enabled"] = enabled.into();
    }
    if let Patch::Set(mode) = fields.count("mode", 0..=1) {
        new["mode"] = mode.into();
    }
    form.finish()?;
    if new["enabled"] == json!(true) {
        let channels: Vec<Id> = new["default_channel_ids"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Id::from_json)
            .collect();
        let everyone = world.guild(guild)?.role_permissions(&[]);
        let sendable = channels.iter().filter(|id| {
            let denied = world.channels.get(id).is_some_and(|channel| {
                let own = channel.overwrites.iter().find(|o| o.id == guild);
                own.is_some_and(|own| own.deny.contains(Permissions::SEND_MESSAGES))
            });
            everyone.contains(Permissions::SEND_MESSAGES) && !denied
        });
        if channels.len() < ENOUGH || sendable.count() < SENDABLE {
            return Err(ApiError {
                code: 350_000,
                message: "Cannot update onboarding while below requirements".into(),
                ..code::INVALID_ROLE.into()
            });
        }
    }
    world.guild_mut(guild)?.onboarding = Some(new.clone());
    world.audit(Entry::new(
        guild,
        world.bot,
        action::ONBOARDING_UPDATE,
        guild,
        call.reason.as_deref(),
    ));
    Reply::ok(new)
}

fn leave(world: &mut World, call: &Call) -> Outcome {
    let guild = call.id("guild_id")?;
    world.guild(guild)?;
    world.remove_bot(guild);
    Reply::empty()
}
