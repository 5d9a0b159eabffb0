//! What a client asks for over the socket: presence, voice, members, channel info.

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    clock::Millis,
    ids::Id,
    intents,
    permissions::Permissions,
    state::{Guild, World, guild::ShownMember},
};

/// One chunk carries this many members at most.
const CHUNK: usize = 1000;
/// A prefix query, or a list of ids, answers for this many at most.
const QUERY_LIMIT: usize = 100;
/// All members of a guild may be asked for once in this time.
const ALL_MEMBERS_PAUSE: Millis = 30_000;

/// Runs a payload of a session that is past READY.
pub(super) fn run(world: &mut World, session: &str, op: u64, d: &Value) {
    match op {
        3 => set_presence(world, d),
        4 => set_voice(world, session, d),
        8 => request_members(world, session, d),
        31 => send_sounds(world, session, d),
        _ => send_channel_info(world, session, d),
    }
}

/// The bot's own presence, shown to every guild it is in.
pub(super) fn set_presence(world: &mut World, d: &Value) {
    let status = d.get("status").and_then(Value::as_str).unwrap_or("online");
    let activities = d.get("activities").cloned().unwrap_or_else(|| json!([]));
    let bot = world.bot;
    world.set_presence(bot, status, activities);
}

fn set_voice(world: &mut World, session: &str, d: &Value) {
    let flag = |key: &str| d.get(key).and_then(Value::as_bool).unwrap_or(false);
    let id = |key: &str| d.get(key).and_then(Id::from_json);
    let Some(guild) = id("guild_id") else { return };
    let bot = world.bot;
    match id("channel_id") {
        None => world.leave_voice(guild, bot),
        Some(channel) => {
            let is_here = world
                .channel(channel)
                .is_ok_and(|channel| channel.guild == Some(guild));
            let allowed = world.permissions_in(bot, channel);
            if !is_here || !allowed.contains(Permissions::VIEW_CHANNEL | Permissions::CONNECT) {
                return;
            }
            if world.is_full(channel) && !allowed.contains(Permissions::MOVE_MEMBERS) {
                return;
            }
            world.enter_voice(guild, bot, channel, |state| {
                state.self_mute = flag("self_mute");
                state.self_deaf = flag("self_deaf");
            });
            let payload = json!({
                "token": "simulated", "guild_id": guild, "endpoint": format!("{}", world.address),
            });
            world
                .gateway
                .emit_to(session, "VOICE_SERVER_UPDATE", &payload);
        }
    }
}

fn request_members(world: &mut World, session: &str, d: &Value) {
    let guild_id = match d.get("guild_id") {
        Some(Value::Array(one)) if one.len() == 1 => one.first().and_then(Id::from_json),
        Some(value) => Id::from_json(value),
        None => None,
    };
    let Some(guild_id) = guild_id else { return };
    let Some(asked) = world
        .gateway
        .sessions
        .get(session)
        .map(|session| session.intents)
    else {
        return;
    };
    let nonce = d
        .get("nonce")
        .and_then(Value::as_str)
        .filter(|nonce| nonce.len() <= 32)
        .map(str::to_owned);
    let presences =
        d.get("presences") == Some(&Value::Bool(true)) && asked & intents::GUILD_PRESENCES != 0;
    let query = d.get("query").and_then(Value::as_str);
    let limit = d
        .get("limit")
        .and_then(Value::as_u64)
        .and_then(|limit| usize::try_from(limit).ok())
        .unwrap_or(0);
    let wants_all = query == Some("") && limit == 0;
    if wants_all {
        if asked & intents::GUILD_MEMBERS == 0 {
            return;
        }
        if let Some(wait) = take_all_members_turn(world, guild_id) {
            let mut meta = json!({"guild_id": guild_id});
            if let Some(nonce) = nonce {
                meta["nonce"] = nonce.into();
            }
            let payload = json!({"opcode": 8, "retry_after": wait, "meta": meta});
            world.gateway.emit_to(session, "RATE_LIMITED", &payload);
            return;
        }
    }
    let Ok(guild) = world.guild(guild_id) else {
        return;
    };
    let (found, not_found): (Vec<Id>, Vec<Id>) = match (query, d.get("user_ids")) {
        (Some(_), _) if wants_all => (guild.members.keys().copied().collect(), Vec::new()),
        (Some(query), _) => {
            let query = query.to_lowercase();
            let found = world.members_named(guild, &query);
            (
                found.take(limit.clamp(1, QUERY_LIMIT)).collect(),
                Vec::new(),
            )
        }
        (None, Some(ids)) => {
            let ids: Vec<Id> = match ids {
                Value::Array(ids) => ids.iter().filter_map(Id::from_json).collect(),
                one => Id::from_json(one).into_iter().collect(),
            };
            ids.into_iter()
                .take(QUERY_LIMIT)
                .partition(|id| guild.members.contains_key(id))
        }
        (None, None) => return,
    };
    let presences: Option<Vec<Value>> = presences.then(|| {
        let there = found
            .iter()
            .filter(|user| world.presences.contains_key(user));
        there
            .map(|user| world.presence_json(guild_id, *user))
            .collect()
    });
    let count = found.len().div_ceil(CHUNK).max(1);
    for index in 0..count {
        let Some(guild) = world.guilds.get(&guild_id) else {
            return;
        };
        let part = found.iter().skip(index * CHUNK).take(CHUNK);
        let chunk = Chunk {
            guild_id,
            members: part
                .filter_map(|id| guild.members.get(id))
                .map(|member| world.shown_member(member))
                .collect(),
            chunk_index: index,
            chunk_count: count,
            not_found: (index == 0 && !not_found.is_empty()).then_some(&not_found),
            presences: presences.as_ref().filter(|_| index == 0),
            nonce: nonce.as_deref(),
        };
        // Nothing in it can fail to be written.
        let text = serde_json::to_string(&chunk).unwrap_or_default();
        world
            .gateway
            .emit_text_to(session, "GUILD_MEMBERS_CHUNK", &text);
    }
}

/// One answer to a request for members.
#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "Discord's own field names")]
struct Chunk<'a> {
    guild_id: Id,
    members: Vec<ShownMember<'a>>,
    chunk_index: usize,
    chunk_count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_found: Option<&'a Vec<Id>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    presences: Option<&'a Vec<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
}

/// `Some(seconds)` when all members were asked for too recently.
fn take_all_members_turn(world: &mut World, guild: Id) -> Option<f64> {
    let now = world.now();
    let last = world.gateway.all_members_asked.get(&guild).copied();
    if let Some(until) = last
        .map(|last| last + ALL_MEMBERS_PAUSE)
        .filter(|until| *until > now)
    {
        let wait = std::time::Duration::from_millis(until - now);
        return Some(wait.as_secs_f64());
    }
    world.gateway.all_members_asked.insert(guild, now);
    None
}

fn send_sounds(world: &mut World, session: &str, d: &Value) {
    let guilds = d.get("guild_ids").and_then(Value::as_array);
    for guild in guilds.into_iter().flatten().filter_map(Id::from_json) {
        let payload = json!({"guild_id": guild, "soundboard_sounds": []});
        world
            .gateway
            .emit_to(session, "SOUNDBOARD_SOUNDS", &payload);
    }
}

fn send_channel_info(world: &mut World, session: &str, d: &Value) {
    let Some(guild_id) = d.get("guild_id").and_then(Id::from_json) else {
        return;
    };
    let Ok(guild) = world.guild(guild_id) else {
        return;
    };
    let fields: Vec<&str> = d
        .get("fields")
        .and_then(Value::as_array)
        .map(|fields| fields.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let channels: Vec<Value> = guild
        .channels
        .iter()
        .filter_map(|id| world.channels.get(id))
        .filter(|channel| channel.kind.is_voice() && world.bot_sees(channel.id))
        .map(|channel| {
            let mut info = json!({"id": channel.id});
            if fields.contains(&"status") && channel.voice_status.is_some() {
                info["status"] = json!(channel.voice_status);
            }
            if fields.contains(&"voice_start_time")
                && let Some(start) = channel.voice_start
            {
                info["voice_start_time"] = json!(start / 1000);
            }
            info
        })
        .collect();
    let payload = json!({"guild_id": guild_id, "channels": channels});
    world.gateway.emit_to(session, "CHANNEL_INFO", &payload);
}

impl World {
    /// Members whose name or nickname starts with `query`, which is in lower case.
    pub(crate) fn members_named<'a>(
        &'a self,
        guild: &'a Guild,
        query: &'a str,
    ) -> impl Iterator<Item = Id> + 'a {
        guild.members.values().filter_map(move |member| {
            let user = self.users.get(&member.user)?;
            let names = [
                Some(user.name.as_str()),
                user.display_name.as_deref(),
                member.nick.as_deref(),
            ];
            names
                .into_iter()
                .flatten()
                .any(|name| name.to_lowercase().starts_with(query))
                .then_some(member.user)
        })
    }

    /// Sets a user's presence and tells the guilds they share with the bot.
    pub(crate) fn set_presence(&mut self, user: Id, status: &str, activities: Value) {
        let status = if status == "invisible" {
            "offline"
        } else {
            status
        };
        let presence = Presence {
            status: status.to_owned(),
            activities,
        };
        self.presences.insert(user, presence);
        let guilds: Vec<Id> = self
            .guilds
            .values()
            .filter(|guild| guild.members.contains_key(&user))
            .map(|guild| guild.id)
            .collect();
        for guild in guilds {
            self.emit_guild(
                "PRESENCE_UPDATE",
                intents::GUILD_PRESENCES,
                guild,
                |world| world.presence_json(guild, user),
            );
        }
    }

    pub(crate) fn presence_json(&self, guild: Id, user: Id) -> Value {
        let presence = self.presences.get(&user);
        let status = presence.map_or("offline", |presence| presence.status.as_str());
        json!({
            "user": {"id": user},
            "guild_id": guild,
            "status": status,
            "activities": presence.map_or_else(|| json!([]), |presence| presence.activities.clone()),
            "client_status": if status == "offline" { json!({}) } else { json!({"desktop": status}) },
        })
    }
}

/// What others see of a user's being there.
#[derive(Clone, Debug)]
pub(crate) struct Presence {
    pub(crate) status: String,
    pub(crate) activities: Value,
}

impl Presence {
    pub(crate) fn is_online(&self) -> bool {
        self.status != "offline"
    }
}
