//! Scheduled events of a guild.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    clock::{Millis, iso},
    ids::Id,
};

/// A scheduled event.
#[derive(Clone, Debug)]
pub(crate) struct ScheduledEvent {
    pub(crate) id: Id,
    pub(crate) by: Id,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// 1 stage, 2 voice, 3 elsewhere.
    pub(crate) kind: u64,
    pub(crate) channel: Option<Id>,
    pub(crate) location: Option<String>,
    pub(crate) start: Millis,
    pub(crate) end: Option<Millis>,
    /// 1 scheduled, 2 active, 3 completed, 4 cancelled.
    pub(crate) status: u64,
    pub(crate) recurrence: Option<Value>,
    pub(crate) image: Option<String>,
    /// Who is interested, since when.
    pub(crate) users: BTreeMap<Id, Millis>,
}

impl ScheduledEvent {
    /// `entity_type` of a stage.
    pub(crate) const STAGE: u64 = 1;
    /// `entity_type` of a place outside Discord.
    pub(crate) const EXTERNAL: u64 = 3;
    pub(crate) const SCHEDULED: u64 = 1;
    pub(crate) const ACTIVE: u64 = 2;
    pub(crate) const COMPLETED: u64 = 3;
    pub(crate) const CANCELED: u64 = 4;

    pub(crate) fn is_open(&self) -> bool {
        matches!(self.status, Self::SCHEDULED | Self::ACTIVE)
    }

    pub(crate) fn json(&self, guild: Id) -> Value {
        json!({
            "id": self.id,
            "guild_id": guild,
            "channel_id": self.channel,
            "creator_id": self.by,
            "name": self.name,
            "description": self.description,
            "scheduled_start_time": iso(self.start),
            "scheduled_end_time": self.end.map(iso),
            "privacy_level": 2,
            "status": self.status,
            "entity_type": self.kind,
            "entity_id": null,
            "entity_metadata": self.location.as_ref().map(|location| json!({"location": location})),
            "image": self.image,
            "recurrence_rule": self.recurrence,
            "guild_scheduled_event_exceptions": [],
        })
    }
}
