//! The audit log: who changed what, and why.

use serde_json::{Value, json};

use crate::{gateway::Reach, ids::Id, intents, permissions::Permissions, state::World};

/// Action types by Discord's numbers.
pub(crate) mod action {
    pub(crate) const GUILD_UPDATE: u32 = 1;
    pub(crate) const CHANNEL_CREATE: u32 = 10;
    pub(crate) const CHANNEL_UPDATE: u32 = 11;
    pub(crate) const CHANNEL_DELETE: u32 = 12;
    pub(crate) const OVERWRITE_CREATE: u32 = 13;
    pub(crate) const OVERWRITE_UPDATE: u32 = 14;
    pub(crate) const OVERWRITE_DELETE: u32 = 15;
    pub(crate) const MEMBER_KICK: u32 = 20;
    pub(crate) const MEMBER_PRUNE: u32 = 21;
    pub(crate) const MEMBER_BAN_ADD: u32 = 22;
    pub(crate) const MEMBER_BAN_REMOVE: u32 = 23;
    pub(crate) const MEMBER_UPDATE: u32 = 24;
    pub(crate) const MEMBER_ROLE_UPDATE: u32 = 25;
    pub(crate) const MEMBER_MOVE: u32 = 26;
    pub(crate) const MEMBER_DISCONNECT: u32 = 27;
    pub(crate) const ROLE_CREATE: u32 = 30;
    pub(crate) const ROLE_UPDATE: u32 = 31;
    pub(crate) const ROLE_DELETE: u32 = 32;
    pub(crate) const INVITE_CREATE: u32 = 40;
    pub(crate) const INVITE_DELETE: u32 = 42;
    pub(crate) const WEBHOOK_CREATE: u32 = 50;
    pub(crate) const WEBHOOK_UPDATE: u32 = 51;
    pub(crate) const WEBHOOK_DELETE: u32 = 52;
    pub(crate) const EMOJI_CREATE: u32 = 60;
    pub(crate) const EMOJI_UPDATE: u32 = 61;
    pub(crate) const EMOJI_DELETE: u32 = 62;
    pub(crate) const MESSAGE_DELETE: u32 = 72;
    pub(crate) const MESSAGE_BULK_DELETE: u32 = 73;
    pub(crate) const MESSAGE_PIN: u32 = 74;
    pub(crate) const MESSAGE_UNPIN: u32 = 75;
    pub(crate) const STAGE_CREATE: u32 = 83;
    pub(crate) const STAGE_UPDATE: u32 = 84;
    pub(crate) const STAGE_DELETE: u32 = 85;
    pub(crate) const EVENT_CREATE: u32 = 100;
    pub(crate) const EVENT_UPDATE: u32 = 101;
    pub(crate) const EVENT_DELETE: u32 = 102;
    pub(crate) const THREAD_CREATE: u32 = 110;
    pub(crate) const THREAD_UPDATE: u32 = 111;
    pub(crate) const THREAD_DELETE: u32 = 112;
    pub(crate) const AUTOMOD_RULE_CREATE: u32 = 140;
    pub(crate) const AUTOMOD_RULE_UPDATE: u32 = 141;
    pub(crate) const AUTOMOD_RULE_DELETE: u32 = 142;
    pub(crate) const ONBOARDING_UPDATE: u32 = 167;
    pub(crate) const VOICE_STATUS_SET: u32 = 192;
    pub(crate) const VOICE_STATUS_DELETE: u32 = 193;
}

/// A guild keeps this many entries; the oldest go first.
const MAX_ENTRIES: usize = 1000;

/// An entry about to be written.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) guild: Id,
    pub(crate) by: Id,
    pub(crate) action: u32,
    pub(crate) target: Option<Id>,
    pub(crate) changes: Value,
    pub(crate) options: Value,
    pub(crate) reason: Option<&'a str>,
}

impl<'a> Entry<'a> {
    pub(crate) fn new(guild: Id, by: Id, action: u32, target: Id, reason: Option<&'a str>) -> Self {
        Self {
            guild,
            by,
            action,
            target: Some(target),
            changes: Value::Null,
            options: Value::Null,
            reason,
        }
    }

    pub(crate) fn changes(self, changes: Value) -> Self {
        Self { changes, ..self }
    }

    /// One change of one field.
    pub(crate) fn change(self, key: &str, old: Value, new: Value) -> Self {
        let mut change = json!({"key": key});
        if !old.is_null() {
            change["old_value"] = old;
        }
        if !new.is_null() {
            change["new_value"] = new;
        }
        self.changes(json!([change]))
    }

    pub(crate) fn options(self, options: Value) -> Self {
        Self { options, ..self }
    }
}

impl World {
    /// Writes an entry and announces it to a bot that may read the log.
    pub(crate) fn audit(&mut self, entry: Entry<'_>) {
        let id = self.new_id();
        let guild = entry.guild;
        let mut shown = json!({
            "id": id,
            "target_id": entry.target,
            "user_id": entry.by,
            "action_type": entry.action,
        });
        if !entry.changes.is_null() {
            shown["changes"] = entry.changes;
        }
        if !entry.options.is_null() {
            shown["options"] = entry.options;
        }
        if let Some(reason) = entry.reason {
            shown["reason"] = reason.into();
        }
        let may_read = self
            .permissions_in_guild(self.bot, guild)
            .contains(Permissions::VIEW_AUDIT_LOG);
        if may_read
            && self
                .gateway
                .wants(intents::GUILD_MODERATION, Reach::Guild(guild))
        {
            let mut payload = shown.clone();
            payload["guild_id"] = json!(guild);
            self.emit_guild(
                "GUILD_AUDIT_LOG_ENTRY_CREATE",
                intents::GUILD_MODERATION,
                guild,
                |_| payload,
            );
        }
        if let Some(home) = self.guilds.get_mut(&guild) {
            home.audit.push_back(shown);
            while home.audit.len() > MAX_ENTRIES {
                home.audit.pop_front();
            }
        }
    }
}

/// The fields that differ between two objects, as audit changes.
pub(crate) fn differences(old: &Value, new: &Value) -> Value {
    let (Some(old), Some(new)) = (old.as_object(), new.as_object()) else {
        return Value::Null;
    };
    let changes: Vec<Value> = new
        .iter()
        .filter(|(key, value)| old.get(*key).unwrap_or(&Value::Null) != *value)
        .map(|(key, value)| {
            let mut change = json!({"key": key, "new_value": value});
            if let Some(before) = old.get(key).filter(|before| !before.is_null()) {
                change["old_value"] = before.clone();
            }
            change
        })
        .collect();
    Value::Array(changes)
}
