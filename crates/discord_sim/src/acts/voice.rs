//! Voice: joining, moving, leaving.

use serde_json::{Value, json};

use crate::{
    ids::Id,
    intents,
    state::{VoiceState, World},
};

impl World {
    /// Whether a voice channel has as many occupants as its user limit allows.
    pub(crate) fn is_full(&self, channel: Id) -> bool {
        let Some(channel) = self.channels.get(&channel) else {
            return false;
        };
        let limit = channel.number("user_limit");
        limit > 0 && u64::try_from(self.occupants(channel.id).len()).is_ok_and(|n| n >= limit)
    }

    /// Who is in a voice channel, by id.
    pub(crate) fn occupants(&self, channel: Id) -> Vec<Id> {
        let guild = self
            .channels
            .get(&channel)
            .and_then(|channel| channel.guild);
        guild
            .and_then(|guild| self.guilds.get(&guild))
            .map(|guild| {
                let here = guild
                    .voice
                    .values()
                    .filter(|state| state.channel == channel);
                here.map(|state| state.user).collect()
            })
            .unwrap_or_default()
    }

    /// Puts a member into a voice channel, or changes how they are there.
    pub(crate) fn enter_voice(
        &mut self,
        guild: Id,
        user: Id,
        channel: Id,
        change: impl FnOnce(&mut VoiceState),
    ) {
        let session = self.secret();
        let is_stage = self
            .channels
            .get(&channel)
            .is_some_and(|channel| channel.kind == crate::state::ChannelKind::Stage);
        let Some(home) = self.guilds.get_mut(&guild) else {
            return;
        };
        let before = home.voice.get(&user).map(|state| state.channel);
        let state = home.voice.entry(user).or_insert_with(|| VoiceState {
            user,
            channel,
            session,
            self_deaf: false,
            self_mute: false,
            self_stream: false,
            self_video: false,
            suppress: false,
            request_to_speak: None,
        });
        state.channel = channel;
        if before != Some(channel) {
            state.suppress = is_stage;
            state.request_to_speak = None;
        }
        change(state);
        self.tell_voice(guild, user);
        if let Some(before) = before.filter(|before| *before != channel) {
            self.note_voice_start(before);
        }
        self.note_voice_start(channel);
    }

    /// Takes a member out of voice.
    pub(crate) fn leave_voice(&mut self, guild: Id, user: Id) {
        let left = self
            .guilds
            .get_mut(&guild)
            .and_then(|guild| guild.voice.remove(&user));
        if let Some(state) = left {
            self.tell_left(guild, &state);
            self.note_voice_start(state.channel);
        }
    }

    /// Announces where a member in voice is now.
    pub(crate) fn tell_voice(&mut self, guild: Id, user: Id) {
        self.emit_guild(
            "VOICE_STATE_UPDATE",
            intents::GUILD_VOICE_STATES,
            guild,
            |world| {
                let home = world.guilds.get(&guild);
                home.and_then(|home| Some(world.voice_state_json(home, home.voice.get(&user)?)))
                    .unwrap_or(Value::Null)
            },
        );
    }

    pub(crate) fn tell_left(&mut self, guild: Id, state: &VoiceState) {
        self.emit_guild(
            "VOICE_STATE_UPDATE",
            intents::GUILD_VOICE_STATES,
            guild,
            |world| {
                let Some(home) = world.guilds.get(&guild) else {
                    return Value::Null;
                };
                let mut payload = world.voice_state_json(home, state);
                payload["channel_id"] = Value::Null;
                payload
            },
        );
    }

    /// Keeps the time since when somebody is in the channel.
    fn note_voice_start(&mut self, channel: Id) {
        let is_empty = self.occupants(channel).is_empty();
        let now = self.now();
        let Some(place) = self.channels.get_mut(&channel) else {
            return;
        };
        let Some(guild) = place.guild else { return };
        let before = place.voice_start;
        place.voice_start = if is_empty { None } else { before.or(Some(now)) };
        if place.voice_start != before {
            let start = place.voice_start.map(|start| start / 1000);
            let status_gone = is_empty && place.voice_status.take().is_some();
            self.emit_guild(
                "VOICE_CHANNEL_START_TIME_UPDATE",
                intents::GUILDS,
                guild,
                |_| json!({"id": channel, "guild_id": guild, "voice_start_time": start}),
            );
            if status_gone {
                self.emit_guild(
                    "VOICE_CHANNEL_STATUS_UPDATE",
                    intents::GUILDS,
                    guild,
                    |_| json!({"id": channel, "guild_id": guild, "status": null}),
                );
            }
        }
    }
}
