//! READY, `GUILD_CREATE`, and the full objects that message and voice events carry.

use serde_json::{Value, json};

use super::identify::is_responsible;
use crate::{
    clock::iso,
    ids::Id,
    intents,
    state::{Author, Guild, Message, VoiceState, World},
};

/// Above this many members a guild never sends presences or all members.
const HUGE_GUILD: usize = 75_000;

/// Queues READY and, with the guilds intent, one `GUILD_CREATE` per guild.
pub(super) fn introduce(
    world: &mut World,
    session: &str,
    shard: (u64, u64),
    asked: u64,
    large_threshold: u64,
) {
    let bot = world.bot;
    let guilds: Vec<Id> = world
        .guilds
        .values()
        .filter(|guild| guild.members.contains_key(&bot) && is_responsible(shard, guild.id))
        .map(|guild| guild.id)
        .collect();
    let unavailable: Vec<Value> = guilds
        .iter()
        .map(|id| json!({"id": id, "unavailable": true}))
        .collect();
    let ready = json!({
        "v": 10,
        "user_settings": {},
        "user": world.users.get(&bot).map(crate::state::User::own_json),
        "guilds": unavailable,
        "session_id": session,
        "session_type": "normal",
        "resume_gateway_url": world.resume_url(),
        "relationships": [],
        "private_channels": [],
        "presences": [],
        "guild_join_requests": [],
        "geo_ordered_rtc_regions": ["rotterdam"],
        "auth": {},
        "application": {"id": bot, "flags": world.application_flags()},
        "shard": [shard.0, shard.1],
        "_trace": ["discord-sim"],
    });
    world.gateway.emit_to(session, "READY", &ready);
    if asked & intents::GUILDS == 0 {
        return;
    }
    for id in guilds {
        let Some(guild) = world.guilds.get(&id) else {
            continue;
        };
        if guild.is_unavailable {
            let payload = json!({"id": id, "unavailable": true});
            world.gateway.emit_to(session, "GUILD_DELETE", &payload);
        } else {
            let payload = world.guild_create_json(guild, asked, large_threshold);
            world.gateway.emit_to(session, "GUILD_CREATE", &payload);
        }
    }
}

impl World {
    /// Where READY sends resumes: an address of its own, so that it can be dead on its own.
    pub(crate) fn resume_url(&self) -> String {
        format!("ws://{}/resume", self.address)
    }

    /// The application's flags: which privileged intents are on.
    pub(crate) fn application_flags(&self) -> u64 {
        let options = &self.options;
        [
            (options.presences_intent, 1 << 13),
            (options.members_intent, 1 << 15),
            (options.message_content_intent, 1 << 19),
            (true, 1 << 23),
        ]
        .iter()
        .filter(|(on, _)| *on)
        .map(|(_, bit)| bit)
        .sum()
    }

    /// `GUILD_CREATE` as a session with these intents gets it.
    pub(crate) fn guild_create_json(
        &self,
        guild: &Guild,
        asked: u64,
        large_threshold: u64,
    ) -> Value {
        let count = guild.members.len();
        let is_large = u64::try_from(count).unwrap_or(u64::MAX) > large_threshold;
        let with_presences = asked & intents::GUILD_PRESENCES != 0 && count <= HUGE_GUILD;
        let members: Vec<Value> = guild
            .members
            .values()
            .filter(|member| {
                let is_near = member.user == self.bot || guild.voice.contains_key(&member.user);
                let shown = with_presences
                    && (!is_large
                        || member.nick.is_some()
                        || !member.roles.is_empty()
                        || self.is_online(member.user));
                is_near || shown
            })
            .map(|member| self.member_json(member))
            .collect();
        let presences: Vec<Value> = guild
            .members
            .keys()
            .filter(|user| {
                let is_near = **user == self.bot || guild.voice.contains_key(user);
                (with_presences || is_near) && self.is_online(**user)
            })
            .map(|user| self.presence_json(guild.id, *user))
            .collect();
        let bot_joined = guild
            .members
            .get(&self.bot)
            .map(|member| iso(member.joined));
        let (mut channels, mut threads) = (Vec::new(), Vec::new());
        for channel in guild.channels.iter().filter_map(|id| self.channels.get(id)) {
            let mut shown = self.channel_json(channel);
            if self.options.obfuscate_channels && !self.bot_sees(channel.id) {
                obfuscate(&mut shown);
            }
            channels.push(shown);
        }
        for thread in guild.threads.iter().filter_map(|id| self.channels.get(id)) {
            let is_active = thread
                .thread
                .as_ref()
                .is_some_and(|thread| !thread.archived);
            if is_active && self.bot_sees(thread.id) {
                threads.push(self.channel_json(thread));
            }
        }
        let voice_states: Vec<Value> = guild
            .voice
            .values()
            .map(|state| {
                let mut state = self.voice_state_json(guild, state);
                if let Some(state) = state.as_object_mut() {
                    state.remove("guild_id");
                    state.remove("member");
                }
                state
            })
            .collect();
        let mut payload = guild.json();
        payload["joined_at"] = json!(bot_joined);
        payload["large"] = json!(is_large);
        payload["unavailable"] = json!(false);
        payload["member_count"] = json!(count);
        payload["voice_states"] = Value::Array(voice_states);
        payload["members"] = Value::Array(members);
        payload["channels"] = Value::Array(channels);
        payload["threads"] = Value::Array(threads);
        payload["presences"] = Value::Array(presences);
        payload["stage_instances"] = self.stages_json(guild.id);
        payload["guild_scheduled_events"] = self.events_json(guild.id);
        payload["soundboard_sounds"] = json!([]);
        payload
    }

    /// The message as `MESSAGE_CREATE` and `MESSAGE_UPDATE` carry it.
    pub(crate) fn message_event_json(&self, channel: Id, message: Id) -> Option<Value> {
        let channel = self.channels.get(&channel)?;
        let message = channel.messages.get(&message)?;
        let mut json = self.message_json(message);
        json["channel_type"] = json!(channel.kind.number());
        json["tts"] = json!(message.tts);
        if message.is_ephemeral() {
            return Some(json);
        }
        let Some(guild) = channel.guild.and_then(|guild| self.guilds.get(&guild)) else {
            return Some(json);
        };
        json["guild_id"] = json!(guild.id);
        if let Author::User(author) = &message.author
            && let Some(member) = guild.members.get(author)
        {
            json["member"] = member.partial_json();
        }
        if let Some(mentions) = json["mentions"].as_array_mut() {
            for (mention, user) in mentions.iter_mut().zip(&message.mentions.users) {
                if let Some(member) = guild.members.get(user) {
                    mention["member"] = member.partial_json();
                }
            }
        }
        Some(json)
    }

    /// Whether the bot may read the content without the intent: its own messages, DMs, and messages
    /// that mention it.
    pub(crate) fn bot_may_read(&self, channel: Id, message: Id) -> bool {
        let Some(channel) = self.channels.get(&channel) else {
            return false;
        };
        channel
            .messages
            .get(&message)
            .is_some_and(|message| self.may_read_without_intent(channel.guild, message))
    }

    pub(crate) fn may_read_without_intent(&self, guild: Option<Id>, message: &Message) -> bool {
        guild.is_none()
            || message.author == Author::User(self.bot)
            || message.application == Some(self.bot)
            || message.mentions.users.contains(&self.bot)
    }

    /// The voice state with its member, as `VOICE_STATE_UPDATE` carries it.
    pub(crate) fn voice_state_json(&self, guild: &Guild, state: &VoiceState) -> Value {
        let member = guild.members.get(&state.user);
        json!({
            "guild_id": guild.id,
            "channel_id": state.channel,
            "user_id": state.user,
            "member": member.map(|member| self.member_json(member)),
            "session_id": state.session,
            "deaf": member.is_some_and(|member| member.is_deaf),
            "mute": member.is_some_and(|member| member.is_mute),
            "self_deaf": state.self_deaf,
            "self_mute": state.self_mute,
            "self_stream": state.self_stream,
            "self_video": state.self_video,
            "suppress": state.suppress,
            "request_to_speak_timestamp": state.request_to_speak.map(iso),
        })
    }

    fn is_online(&self, user: Id) -> bool {
        self.presences
            .get(&user)
            .is_some_and(super::commands::Presence::is_online)
    }

    fn stages_json(&self, guild: Id) -> Value {
        let stages = self.stages.values().filter(|stage| stage.guild == guild);
        stages.map(crate::state::Stage::json).collect()
    }
}

/// Hides what a channel is called and about, and marks it as hidden.
fn obfuscate(channel: &mut Value) {
    const CHANNEL_OBFUSCATED: u64 = 1 << 17;
    let flags = channel["flags"].as_u64().unwrap_or(0);
    channel["flags"] = json!(flags | CHANNEL_OBFUSCATED);
    channel["name"] = json!("hidden");
    if channel.get("topic").is_some() {
        channel["topic"] = Value::Null;
    }
}
