//! Guilds, with their roles, members and voice states.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Emoji, Invite, ScheduledEvent, Webhook, user::ShownUser};
use crate::{
    clock::{Millis, iso},
    ids::Id,
    permissions::{Holder, Permissions},
};

/// A guild and all that belongs to it alone. Channels live in the world, by id.
#[derive(Clone, Debug)]
pub(crate) struct Guild {
    pub(crate) id: Id,
    pub(crate) name: String,
    pub(crate) owner: Id,
    pub(crate) locale: String,
    pub(crate) features: Vec<String>,
    pub(crate) roles: BTreeMap<Id, Role>,
    pub(crate) members: BTreeMap<Id, Member>,
    pub(crate) channels: BTreeSet<Id>,
    pub(crate) threads: BTreeSet<Id>,
    pub(crate) voice: BTreeMap<Id, VoiceState>,
    pub(crate) bans: BTreeMap<Id, Option<String>>,
    pub(crate) invites: BTreeMap<String, Invite>,
    pub(crate) webhooks: BTreeMap<Id, Webhook>,
    pub(crate) events: BTreeMap<Id, ScheduledEvent>,
    pub(crate) emojis: BTreeMap<Id, Emoji>,
    pub(crate) automod: BTreeMap<Id, Value>,
    /// The onboarding object, once it was changed.
    pub(crate) onboarding: Option<Value>,
    /// Oldest first.
    pub(crate) audit: VecDeque<Value>,
    /// In an outage: the bot is told that the guild is gone for now.
    pub(crate) is_unavailable: bool,
    /// Every other field of the guild object, as PATCH may change it.
    pub(crate) fields: Map<String, Value>,
}

/// A role of a guild.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    pub(crate) id: Id,
    pub(crate) name: String,
    pub(crate) color: u32,
    pub(crate) colors: Option<Value>,
    pub(crate) hoist: bool,
    pub(crate) icon: Option<String>,
    pub(crate) unicode_emoji: Option<String>,
    pub(crate) position: u32,
    pub(crate) permissions: Permissions,
    pub(crate) is_managed: bool,
    pub(crate) is_mentionable: bool,
    pub(crate) tags: Option<Value>,
}

/// A user's membership in a guild.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) user: Id,
    pub(crate) nick: Option<String>,
    pub(crate) roles: Vec<Id>,
    pub(crate) joined: Millis,
    pub(crate) is_deaf: bool,
    pub(crate) is_mute: bool,
    pub(crate) is_pending: bool,
    pub(crate) flags: u32,
    pub(crate) timeout_until: Option<Millis>,
}

/// Where a member is in voice, and how.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "Discord's own fields")]
pub(crate) struct VoiceState {
    pub(crate) user: Id,
    pub(crate) channel: Id,
    pub(crate) session: String,
    pub(crate) self_deaf: bool,
    pub(crate) self_mute: bool,
    pub(crate) self_stream: bool,
    pub(crate) self_video: bool,
    pub(crate) suppress: bool,
    pub(crate) request_to_speak: Option<Millis>,
}

impl Role {
    pub(crate) fn new(id: Id, name: &str, position: u32, permissions: Permissions) -> Self {
        Self {
            id,
            name: name.to_owned(),
            color: 0,
            colors: None,
            hoist: false,
            icon: None,
            unicode_emoji: None,
            position,
            permissions,
            is_managed: false,
            is_mentionable: false,
            tags: None,
        }
    }

    pub(crate) fn json(&self) -> Value {
        let colors = self.colors.clone().unwrap_or_else(
            || json!({"primary_color": self.color, "secondary_color": null, "tertiary_color": null}),
        );
        let mut role = json!({
            "id": self.id,
            "name": self.name,
            "description": null,
            "color": self.color,
            "colors": colors,
            "hoist": self.hoist,
            "icon": self.icon,
            "unicode_emoji": self.unicode_emoji,
            "position": self.position,
            "permissions": self.permissions,
            "managed": self.is_managed,
            "mentionable": self.is_mentionable,
            "flags": 0,
        });
        if let Some(tags) = &self.tags {
            role["tags"] = tags.clone();
        }
        role
    }
}

impl Member {
    pub(crate) fn new(user: Id, joined: Millis) -> Self {
        Self {
            user,
            nick: None,
            roles: Vec::new(),
            joined,
            is_deaf: false,
            is_mute: false,
            is_pending: false,
            flags: 0,
            timeout_until: None,
        }
    }

    pub(crate) fn is_timed_out(&self, now: Millis) -> bool {
        self.timeout_until.is_some_and(|until| until > now)
    }

    /// The member object, with their user or, as messages carry it, without.
    pub(crate) fn shown<'a>(&'a self, user: Option<ShownUser<'a>>) -> ShownMember<'a> {
        ShownMember {
            nick: self.nick.as_deref(),
            avatar: (),
            banner: (),
            roles: &self.roles,
            joined_at: iso(self.joined),
            premium_since: (),
            deaf: self.is_deaf,
            mute: self.is_mute,
            pending: self.is_pending,
            flags: self.flags,
            communication_disabled_until: self.timeout_until.map(iso),
            user,
        }
    }

    /// The member without `user`.
    pub(crate) fn partial_json(&self) -> Value {
        json!(self.shown(None))
    }
}

/// The member object. Written straight to text where there are many.
#[derive(Serialize)]
pub(crate) struct ShownMember<'a> {
    nick: Option<&'a str>,
    avatar: (),
    banner: (),
    roles: &'a [Id],
    joined_at: String,
    premium_since: (),
    deaf: bool,
    mute: bool,
    pending: bool,
    flags: u32,
    communication_disabled_until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<ShownUser<'a>>,
}

impl Guild {
    pub(crate) fn new(id: Id, name: &str, owner: Id) -> Self {
        Self {
            id,
            name: name.to_owned(),
            owner,
            locale: "en-US".to_owned(),
            features: Vec::new(),
            roles: BTreeMap::new(),
            members: BTreeMap::new(),
            channels: BTreeSet::new(),
            threads: BTreeSet::new(),
            voice: BTreeMap::new(),
            bans: BTreeMap::new(),
            invites: BTreeMap::new(),
            webhooks: BTreeMap::new(),
            events: BTreeMap::new(),
            emojis: BTreeMap::new(),
            automod: BTreeMap::new(),
            onboarding: None,
            audit: VecDeque::new(),
            is_unavailable: false,
            fields: default_fields(),
        }
    }

    /// How far the guild is boosted, 0 to 3.
    pub(crate) fn premium_tier(&self) -> usize {
        let tier = self.fields.get("premium_tier").and_then(Value::as_u64);
        tier.and_then(|tier| usize::try_from(tier).ok())
            .unwrap_or(0)
    }

    pub(crate) fn role_permissions(&self, roles: &[Id]) -> Permissions {
        let everyone = self.roles.get(&self.id).map(|role| role.permissions);
        roles
            .iter()
            .filter_map(|id| self.roles.get(id))
            .map(|role| role.permissions)
            .fold(everyone.unwrap_or_default(), |all, one| all | one)
    }

    /// The member as a holder of permissions; `None` for someone who is not a member.
    pub(crate) fn holder(&self, user: Id, now: Millis) -> Option<Holder<'_>> {
        let member = self.members.get(&user)?;
        Some(Holder {
            user,
            guild: self.id,
            is_owner: self.owner == user,
            base: self.role_permissions(&member.roles),
            roles: &member.roles,
            timed_out: member.is_timed_out(now),
        })
    }

    /// Where the member's highest role stands: position, then lower id first.
    pub(crate) fn rank(&self, user: Id) -> (u32, std::cmp::Reverse<Id>) {
        let roles = self
            .members
            .get(&user)
            .map(|member| member.roles.as_slice());
        roles
            .unwrap_or_default()
            .iter()
            .filter_map(|id| self.roles.get(id))
            .map(Role::rank)
            .max()
            .unwrap_or((0, std::cmp::Reverse(self.id)))
    }

    /// The guild object as REST and `GUILD_UPDATE` show it.
    pub(crate) fn json(&self) -> Value {
        let mut guild = self.fields.clone();
        guild.insert("id".to_owned(), json!(self.id));
        guild.insert("name".to_owned(), json!(self.name));
        guild.insert("owner_id".to_owned(), json!(self.owner));
        guild.insert("preferred_locale".to_owned(), json!(self.locale));
        guild.insert(
            "emojis".to_owned(),
            self.emojis.values().map(Emoji::json).collect(),
        );
        guild.insert("features".to_owned(), json!(self.features));
        guild.insert(
            "roles".to_owned(),
            self.roles.values().map(Role::json).collect(),
        );
        Value::Object(guild)
    }
}

impl Role {
    /// What the hierarchy compares: greater is higher.
    pub(crate) fn rank(&self) -> (u32, std::cmp::Reverse<Id>) {
        (self.position, std::cmp::Reverse(self.id))
    }
}

/// What every guild has and nobody changed yet.
fn default_fields() -> Map<String, Value> {
    let fields = json!({
        "icon": null, "splash": null, "discovery_splash": null, "banner": null,
        "description": null, "afk_channel_id": null, "afk_timeout": 300,
        "widget_enabled": false, "widget_channel_id": null,
        "verification_level": 0, "default_message_notifications": 1,
        "explicit_content_filter": 0, "stickers": [], "mfa_level": 0,
        "application_id": null, "system_channel_id": null, "system_channel_flags": 0,
        "rules_channel_id": null, "max_presences": null, "max_members": 25_000_000,
        "vanity_url_code": null, "premium_tier": 0, "premium_subscription_count": 0,
        "public_updates_channel_id": null, "max_video_channel_users": 25,
        "max_stage_video_channel_users": 50, "nsfw": false, "nsfw_level": 0,
        "premium_progress_bar_enabled": false, "safety_alerts_channel_id": null,
        "incidents_data": null, "hub_type": null, "region": "deprecated",
    });
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
