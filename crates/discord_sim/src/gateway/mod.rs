//! The gateway: sessions over websockets, and the events that reach them.

mod commands;
mod compression;
mod connection;
mod identify;
mod payloads;
mod session;

use std::collections::{BTreeMap, VecDeque};

use axum::extract::ws::Utf8Bytes;
use serde_json::Value;

pub(crate) use commands::Presence;
pub(crate) use connection::open;
pub(crate) use session::{Outgoing, Session};

use crate::{
    clock::Millis, ids::Id, intents, options::SimOptions, permissions::Permissions, state::World,
};

/// Which sessions an event is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The shard of this guild.
    Guild(Id),
    /// What belongs to no guild: shard 0.
    Direct,
    /// All sessions.
    Everyone,
}

impl Reach {
    /// The guild's shard, or shard 0 where there is no guild.
    pub(crate) fn of(guild: Option<Id>) -> Self {
        guild.map_or(Self::Direct, Self::Guild)
    }
}

/// All sessions, and what is counted over all of them.
pub(crate) struct Gateway {
    pub(crate) sessions: BTreeMap<String, Session>,
    /// Starts in the last day, for the daily limit.
    pub(crate) starts: VecDeque<Millis>,
    /// The last start of each identify bucket.
    pub(crate) buckets: BTreeMap<u64, Millis>,
    /// When all members of a guild were last asked for.
    pub(crate) all_members_asked: BTreeMap<Id, Millis>,
    /// While set, frames wait here instead of going out.
    held: Option<Vec<(tokio::sync::mpsc::UnboundedSender<Outgoing>, Outgoing)>>,
    replay_events: usize,
}

impl Gateway {
    pub(crate) fn new(options: &SimOptions) -> Self {
        Self {
            sessions: BTreeMap::new(),
            starts: VecDeque::new(),
            buckets: BTreeMap::new(),
            all_members_asked: BTreeMap::new(),
            held: None,
            replay_events: options.replay_events,
        }
    }

    /// Whether any session would receive an event; building its payload can be spared if not.
    pub(crate) fn wants(&self, intent: u64, reach: Reach) -> bool {
        self.sessions
            .values()
            .any(|session| session.takes(intent, reach))
    }

    /// Sends an event to all sessions that asked for it. `intent` 0 needs none.
    pub(crate) fn emit(&mut self, name: &str, intent: u64, reach: Reach, payload: &Value) {
        let text = payload.to_string();
        self.emit_raw(name, intent, reach, &text);
    }

    pub(crate) fn emit_raw(&mut self, name: &str, intent: u64, reach: Reach, payload: &str) {
        for session in self.sessions.values_mut() {
            if session.takes(intent, reach) {
                session.push(name, payload, self.replay_events, &mut self.held);
            }
        }
    }

    /// Sends an event whose content only sessions with the content intent see; the others get `bare`.
    pub(crate) fn emit_by_content(
        &mut self,
        name: &str,
        intent: u64,
        reach: Reach,
        full: &str,
        bare: Option<&str>,
    ) {
        for session in self.sessions.values_mut() {
            if session.takes(intent, reach) {
                let payload = match bare {
                    Some(bare) if session.intents & intents::MESSAGE_CONTENT == 0 => bare,
                    _ => full,
                };
                session.push(name, payload, self.replay_events, &mut self.held);
            }
        }
    }

    /// Sends one session an event, whatever its intents.
    pub(crate) fn emit_to(&mut self, session: &str, name: &str, payload: &Value) {
        self.emit_text_to(session, name, &payload.to_string());
    }

    pub(crate) fn emit_text_to(&mut self, session: &str, name: &str, payload: &str) {
        if let Some(session) = self.sessions.get_mut(session) {
            session.push(name, payload, self.replay_events, &mut self.held);
        }
    }

    /// From now on events wait until [`Gateway::release`].
    pub(crate) fn hold(&mut self) {
        self.held.get_or_insert_with(Vec::new);
    }

    /// Lets the waiting events go.
    pub(crate) fn release(&mut self) {
        for (line, frame) in self.held.take().unwrap_or_default() {
            // A closed line is no loss: the frame is in the replay buffer.
            let _ = line.send(frame);
        }
    }

    /// Sends something to every open connection, of this shard or of all.
    pub(crate) fn tell(&mut self, shard: Option<u64>, mut what: impl FnMut() -> Outgoing) {
        for session in self.sessions.values() {
            if shard.is_none_or(|shard| session.shard.0 == shard)
                && let Some(line) = &session.line
            {
                let _ = line.sender.send(what());
            }
        }
    }

    /// The session that a shard began last.
    pub(crate) fn newest_session(&self, shard: u64) -> Option<&Session> {
        self.sessions
            .values()
            .filter(|session| session.shard.0 == shard)
            .max_by_key(|session| session.started)
    }

    /// Forgets sessions nobody resumed in time.
    pub(crate) fn expire(&mut self, now: Millis, life: Millis) {
        self.sessions
            .retain(|_, session| session.detached.is_none_or(|since| now < since + life));
    }
}

impl World {
    /// Sends a guild's event to its shard, building the payload only if somebody wants it.
    pub(crate) fn emit_guild(
        &mut self,
        name: &str,
        intent: u64,
        guild: Id,
        payload: impl FnOnce(&Self) -> Value,
    ) {
        self.emit_with(name, intent, Reach::Guild(guild), payload);
    }

    pub(crate) fn emit_with(
        &mut self,
        name: &str,
        intent: u64,
        reach: Reach,
        payload: impl FnOnce(&Self) -> Value,
    ) {
        if let Reach::Guild(guild) = reach
            && !self.bot_hears(guild)
        {
            return;
        }
        if self.gateway.wants(intent, reach) {
            let payload = payload(self);
            self.gateway.emit(name, intent, reach, &payload);
        }
    }

    /// Sends an event of a channel, if the bot can see the channel.
    pub(crate) fn emit_in_channel(
        &mut self,
        name: &str,
        intent: u64,
        channel: Id,
        payload: impl FnOnce(&Self) -> Value,
    ) {
        if self.bot_sees(channel) {
            let guild = self
                .channels
                .get(&channel)
                .and_then(|channel| channel.guild);
            self.emit_with(name, intent, Reach::of(guild), payload);
        }
    }

    /// Whether events of the guild reach the bot: it is a member and there is no outage.
    fn bot_hears(&self, guild: Id) -> bool {
        self.guilds
            .get(&guild)
            .is_some_and(|guild| !guild.is_unavailable && guild.members.contains_key(&self.bot))
    }

    /// Sends a message event; sessions without the content intent get it stripped, with Discord's
    /// exceptions.
    pub(crate) fn emit_message(&mut self, name: &str, channel: Id, message: Id) {
        let Some((guild, reach, intent)) = self.message_route(channel, message) else {
            return;
        };
        if !self.gateway.wants(intent, reach) || guild.is_some_and(|guild| !self.bot_hears(guild)) {
            return;
        }
        let Some(full) = self.message_event_json(channel, message) else {
            return;
        };
        let may_read = self.bot_may_read(channel, message);
        let full_text = full.to_string();
        let stripped = (!may_read).then(|| {
            let mut stripped = full;
            strip_content(&mut stripped);
            stripped.to_string()
        });
        self.gateway
            .emit_by_content(name, intent, reach, &full_text, stripped.as_deref());
    }

    fn message_route(&self, channel: Id, message: Id) -> Option<(Option<Id>, Reach, u64)> {
        let channel = self.channels.get(&channel)?;
        let message = channel.messages.get(&message)?;
        if message.is_ephemeral() {
            return Some((None, Reach::of(channel.guild), intents::DIRECT_MESSAGES));
        }
        match channel.guild {
            Some(guild) => self.bot_sees(channel.id).then_some((
                Some(guild),
                Reach::Guild(guild),
                intents::GUILD_MESSAGES,
            )),
            None => Some((None, Reach::Direct, intents::DIRECT_MESSAGES)),
        }
    }
}

/// Takes away what only the content intent shows.
pub(crate) fn strip_content(message: &mut Value) {
    if let Some(message) = message.as_object_mut() {
        message.insert("content".to_owned(), "".into());
        for list in ["embeds", "attachments", "components"] {
            message.insert(list.to_owned(), Value::Array(Vec::new()));
        }
        message.remove("poll");
    }
}

/// The frame of a dispatch: compact, in the order `t`, `s`, `op`, `d`.
pub(crate) fn dispatch_frame(name: &str, sequence: u64, payload: &str) -> Utf8Bytes {
    format!(r#"{{"t":"{name}","s":{sequence},"op":0,"d":{payload}}}"#).into()
}

/// The frame of anything but a dispatch.
pub(crate) fn control_frame(op: u8, payload: &str) -> Utf8Bytes {
    format!(r#"{{"t":null,"s":null,"op":{op},"d":{payload}}}"#).into()
}

/// What the bot may do anywhere: used to gate events that need a permission in the guild.
pub(crate) fn may_hear(permissions: Permissions, needed: &[Permissions]) -> bool {
    needed.iter().any(|needed| permissions.contains(*needed))
}
