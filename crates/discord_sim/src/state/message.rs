//! Messages.

use serde_json::{Value, json};

use crate::{
    clock::{Millis, iso},
    ids::Id,
};

/// Message flags by their meaning.
pub(crate) mod flags {
    pub(crate) const CROSSPOSTED: u64 = 1;
    pub(crate) const SUPPRESS_EMBEDS: u64 = 1 << 2;
    pub(crate) const HAS_THREAD: u64 = 1 << 5;
    pub(crate) const EPHEMERAL: u64 = 1 << 6;
    pub(crate) const LOADING: u64 = 1 << 7;
    pub(crate) const SUPPRESS_NOTIFICATIONS: u64 = 1 << 12;
    pub(crate) const IS_VOICE_MESSAGE: u64 = 1 << 13;
    pub(crate) const IS_COMPONENTS_V2: u64 = 1 << 15;
}

/// Who wrote a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Author {
    User(Id),
    Webhook {
        id: Id,
        name: String,
        avatar: Option<String>,
    },
}

/// Whom a message mentions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mentions {
    pub(crate) users: Vec<Id>,
    pub(crate) roles: Vec<Id>,
    pub(crate) everyone: bool,
}

/// One emoji under a message, with who put it there.
#[derive(Clone, Debug)]
pub(crate) struct Reaction {
    /// The emoji as the gateway shows it: `{id, name, animated?}`.
    pub(crate) emoji: Value,
    pub(crate) users: Vec<Id>,
}

/// A message.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) id: Id,
    pub(crate) channel: Id,
    pub(crate) guild: Option<Id>,
    pub(crate) author: Author,
    /// Discord's number for the kind of message.
    pub(crate) kind: u8,
    pub(crate) content: String,
    pub(crate) embeds: Vec<Value>,
    pub(crate) components: Vec<Value>,
    pub(crate) attachments: Vec<Value>,
    pub(crate) flags: u64,
    pub(crate) tts: bool,
    pub(crate) nonce: Option<Value>,
    pub(crate) created: Millis,
    pub(crate) edited: Option<Millis>,
    pub(crate) pinned: Option<Millis>,
    pub(crate) mentions: Mentions,
    pub(crate) reference: Option<Value>,
    pub(crate) referenced: Option<Id>,
    pub(crate) poll: Option<Value>,
    pub(crate) reactions: Vec<Reaction>,
    /// Who voted for which answer of the poll.
    pub(crate) votes: Vec<(Id, u64)>,
    pub(crate) application: Option<Id>,
    /// `interaction_metadata`, for answers.
    pub(crate) interaction: Option<Value>,
    /// The one person who sees it; `None` for an ordinary message.
    pub(crate) only_for: Option<Id>,
    /// Whether a test or a person has looked at its present form.
    pub(crate) is_seen: bool,
    /// Fields that only some messages have, such as `message_snapshots`.
    pub(crate) extra: Vec<(&'static str, Value)>,
}

impl Message {
    pub(crate) fn new(id: Id, channel: Id, guild: Option<Id>, author: Author, now: Millis) -> Self {
        Self {
            id,
            channel,
            guild,
            author,
            kind: 0,
            content: String::new(),
            embeds: Vec::new(),
            components: Vec::new(),
            attachments: Vec::new(),
            flags: 0,
            tts: false,
            nonce: None,
            created: now,
            edited: None,
            pinned: None,
            mentions: Mentions::default(),
            reference: None,
            referenced: None,
            poll: None,
            reactions: Vec::new(),
            votes: Vec::new(),
            application: None,
            interaction: None,
            only_for: None,
            is_seen: false,
            extra: Vec::new(),
        }
    }

    /// It is edited: later than it was written or edited before, as Discord's finer clock has it.
    pub(crate) fn edited_now(&mut self, now: Millis) {
        let last = self.edited.unwrap_or(self.created);
        self.edited = Some(now.max(last + 1));
    }

    pub(crate) fn has(&self, flag: u64) -> bool {
        self.flags & flag != 0
    }

    pub(crate) fn is_ephemeral(&self) -> bool {
        self.has(flags::EPHEMERAL)
    }

    /// The message without what the world adds: author, mentions, referenced message.
    pub(crate) fn bare_json(&self) -> Value {
        let mut message = json!({
            "id": self.id,
            "channel_id": self.channel,
            "type": self.kind,
            "content": self.content,
            "timestamp": iso(self.created),
            "edited_timestamp": self.edited.map(iso),
            "tts": self.tts,
            "mention_everyone": self.mentions.everyone,
            "mention_roles": self.mentions.roles,
            "attachments": self.attachments,
            "embeds": self.embeds,
            "components": self.components,
            "pinned": self.pinned.is_some(),
            "flags": self.flags,
        });
        let mut put = |key: &str, value: Option<Value>| {
            if let Some(value) = value {
                message[key] = value;
            }
        };
        put("nonce", self.nonce.clone());
        put("message_reference", self.reference.clone());
        put("poll", self.poll.clone());
        put("interaction_metadata", self.interaction.clone());
        put("application_id", self.application.map(|id| json!(id)));
        if let Author::Webhook { id, .. } = &self.author {
            put("webhook_id", Some(json!(id)));
        }
        for (key, value) in &self.extra {
            put(key, Some(value.clone()));
        }
        message
    }
}
