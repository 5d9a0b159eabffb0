//! Stage instances: live stages with a topic.

use serde_json::{Value, json};

use crate::ids::Id;

/// A live stage.
#[derive(Clone, Debug)]
pub(crate) struct Stage {
    pub(crate) id: Id,
    pub(crate) guild: Id,
    pub(crate) channel: Id,
    pub(crate) topic: String,
    pub(crate) event: Option<Id>,
}

impl Stage {
    pub(crate) fn json(&self) -> Value {
        json!({
            "id": self.id, "guild_id": self.guild, "channel_id": self.channel, "topic": self.topic,
            "privacy_level": 2, "discoverable_disabled": true,
            "guild_scheduled_event_id": self.event,
        })
    }
}
