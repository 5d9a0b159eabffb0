//! Channels of guilds, threads, and DMs, with the messages in them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Message;
use crate::{
    clock::{Millis, iso},
    ids::Id,
    permissions::{Overwrite, Place},
};

/// What a channel is, by Discord's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChannelKind {
    Text,
    Dm,
    Voice,
    Category,
    Announcement,
    AnnouncementThread,
    PublicThread,
    PrivateThread,
    Stage,
    Forum,
    Media,
}

impl ChannelKind {
    const NUMBERED: [(Self, u8); 11] = [
        (Self::Text, 0),
        (Self::Dm, 1),
        (Self::Voice, 2),
        (Self::Category, 4),
        (Self::Announcement, 5),
        (Self::AnnouncementThread, 10),
        (Self::PublicThread, 11),
        (Self::PrivateThread, 12),
        (Self::Stage, 13),
        (Self::Forum, 15),
        (Self::Media, 16),
    ];

    pub(crate) fn number(self) -> u8 {
        Self::NUMBERED
            .iter()
            .find(|(kind, _)| *kind == self)
            .map_or(0, |(_, number)| *number)
    }

    pub(crate) fn from_number(number: u64) -> Option<Self> {
        Self::NUMBERED
            .iter()
            .find(|(_, known)| u64::from(*known) == number)
            .map(|(kind, _)| *kind)
    }

    pub(crate) fn is_voice(self) -> bool {
        matches!(self, Self::Voice | Self::Stage)
    }

    pub(crate) fn is_thread(self) -> bool {
        matches!(
            self,
            Self::AnnouncementThread | Self::PublicThread | Self::PrivateThread
        )
    }

    /// Whether messages can be written in it directly.
    pub(crate) fn takes_messages(self) -> bool {
        !matches!(self, Self::Category | Self::Forum | Self::Media)
    }

    /// Text-like channels whose names Discord lowers and dashes.
    pub(crate) fn has_slug_name(self) -> bool {
        matches!(
            self,
            Self::Text | Self::Announcement | Self::Forum | Self::Media
        )
    }
}

/// A channel, thread or DM.
#[derive(Debug)]
pub(crate) struct Channel {
    pub(crate) id: Id,
    pub(crate) kind: ChannelKind,
    /// `None` for a DM.
    pub(crate) guild: Option<Id>,
    pub(crate) name: String,
    pub(crate) parent: Option<Id>,
    pub(crate) position: u32,
    pub(crate) overwrites: Vec<Overwrite>,
    /// The user the bot talks to, in a DM.
    pub(crate) recipient: Option<Id>,
    pub(crate) last_message: Option<Id>,
    pub(crate) last_pin: Option<Millis>,
    /// What members see under a voice channel's name.
    pub(crate) voice_status: Option<String>,
    /// When the first occupant came.
    pub(crate) voice_start: Option<Millis>,
    pub(crate) messages: BTreeMap<Id, Message>,
    pub(crate) thread: Option<Thread>,
    /// Everything else, by Discord's field names.
    pub(crate) fields: Map<String, Value>,
}

/// What only a thread has.
#[derive(Clone, Debug)]
pub(crate) struct Thread {
    pub(crate) owner: Id,
    pub(crate) archived: bool,
    pub(crate) locked: bool,
    pub(crate) auto_archive_minutes: u64,
    pub(crate) archive_changed: Millis,
    pub(crate) created: Millis,
    pub(crate) invitable: bool,
    pub(crate) members: BTreeMap<Id, Millis>,
}

impl Channel {
    pub(crate) fn new(id: Id, kind: ChannelKind, guild: Option<Id>, name: &str) -> Self {
        Self {
            id,
            kind,
            guild,
            name: name.to_owned(),
            parent: None,
            position: 0,
            overwrites: Vec::new(),
            recipient: None,
            last_message: None,
            last_pin: None,
            voice_status: None,
            voice_start: None,
            messages: BTreeMap::new(),
            thread: None,
            fields: default_fields(kind),
        }
    }

    /// A copy for comparing and naming; the messages stay where they are.
    pub(crate) fn clone_without_messages(&self) -> Self {
        Self {
            id: self.id,
            kind: self.kind,
            guild: self.guild,
            name: self.name.clone(),
            parent: self.parent,
            position: self.position,
            overwrites: self.overwrites.clone(),
            recipient: self.recipient,
            last_message: self.last_message,
            last_pin: self.last_pin,
            voice_status: self.voice_status.clone(),
            voice_start: self.voice_start,
            messages: BTreeMap::new(),
            thread: self.thread.clone(),
            fields: self.fields.clone(),
        }
    }

    pub(crate) fn place(&self) -> Place {
        if self.kind.is_voice() {
            Place::Voice
        } else if self.kind.is_thread() {
            Place::Thread
        } else {
            Place::Text
        }
    }

    pub(crate) fn number(&self, field: &str) -> u64 {
        self.fields.get(field).and_then(Value::as_u64).unwrap_or(0)
    }

    /// The channel of a guild, or a thread.
    pub(crate) fn json(&self) -> Value {
        let mut channel = self.fields.clone();
        let mut put = |key: &str, value: Value| channel.insert(key.to_owned(), value);
        put("id", json!(self.id));
        put("type", json!(self.kind.number()));
        put("name", json!(self.name));
        put("parent_id", json!(self.parent));
        if let Some(guild) = self.guild {
            put("guild_id", json!(guild));
        }
        if self.kind != ChannelKind::Category {
            put("last_message_id", json!(self.last_message));
        }
        if self.kind.has_slug_name() {
            put("last_pin_timestamp", json!(self.last_pin.map(iso)));
        }
        if let Some(thread) = &self.thread {
            put("owner_id", json!(thread.owner));
            put("thread_metadata", thread.metadata());
            put("message_count", json!(self.messages.len()));
            put("total_message_sent", json!(self.messages.len()));
            put("member_count", json!(thread.members.len().min(50)));
        } else {
            put("position", json!(self.position));
            put("permission_overwrites", json!(self.overwrites));
        }
        Value::Object(channel)
    }
}

impl Thread {
    fn metadata(&self) -> Value {
        json!({
            "archived": self.archived,
            "locked": self.locked,
            "auto_archive_duration": self.auto_archive_minutes,
            "archive_timestamp": iso(self.archive_changed),
            "create_timestamp": iso(self.created),
            "invitable": self.invitable,
        })
    }
}

fn default_fields(kind: ChannelKind) -> Map<String, Value> {
    let fields = match kind {
        ChannelKind::Text | ChannelKind::Announcement => json!({
            "topic": null, "nsfw": false, "rate_limit_per_user": 0, "flags": 0,
        }),
        ChannelKind::Forum | ChannelKind::Media => json!({
            "topic": null, "nsfw": false, "rate_limit_per_user": 0, "flags": 0,
            "available_tags": [], "default_reaction_emoji": null, "default_sort_order": null,
            "default_forum_layout": 0, "default_thread_rate_limit_per_user": 0,
        }),
        ChannelKind::Voice => json!({
            "bitrate": 64_000, "user_limit": 0, "rtc_region": null, "nsfw": false,
            "rate_limit_per_user": 0, "flags": 0,
        }),
        ChannelKind::Stage => json!({
            "bitrate": 64_000, "user_limit": 0, "rtc_region": null, "nsfw": false,
            "rate_limit_per_user": 0, "flags": 0, "topic": null,
        }),
        ChannelKind::Category | ChannelKind::Dm => json!({"flags": 0}),
        ChannelKind::AnnouncementThread
        | ChannelKind::PublicThread
        | ChannelKind::PrivateThread => json!({"rate_limit_per_user": 0, "flags": 0}),
    };
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
