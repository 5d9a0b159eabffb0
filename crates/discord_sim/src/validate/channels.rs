//! The fields of a channel.

use serde_json::{Map, Value};

use super::{Fields, Patch};
use crate::{
    clock::Millis,
    error::{ApiError, Form, code},
    ids::Id,
    permissions::Overwrite,
    state::{Channel, ChannelKind},
};

/// What a body wants changed in a channel, or wants of a new one.
#[derive(Debug)]
pub(crate) struct Changes {
    pub(crate) name: Option<String>,
    pub(crate) kind: Option<ChannelKind>,
    pub(crate) parent: Patch<Id>,
    pub(crate) position: Option<u32>,
    pub(crate) overwrites: Patch<Vec<Overwrite>>,
    /// Other fields by Discord's names, with `null` where the body says so.
    fields: Map<String, Value>,
    archived: Option<bool>,
    locked: Option<bool>,
    invitable: Option<bool>,
    auto_archive_minutes: Option<u64>,
}

/// How high a voice channel's bitrate may be, by the guild's premium tier.
const MAX_BITRATE: [u64; 4] = [96_000, 128_000, 256_000, 384_000];

/// Reads the body of a channel of this kind.
pub(crate) fn changes(
    body: &Value,
    path: &str,
    kind: ChannelKind,
    premium_tier: usize,
    form: &mut Form,
) -> Result<Changes, ApiError> {
    let is_forum = matches!(kind, ChannelKind::Forum | ChannelKind::Media);
    let mut fields = Fields::of(body, path, form);
    let name = fields
        .text("name", 1..=100)
        .set()
        .map(|name| shown_name(kind, name));
    let new_kind = fields
        .count("type", 0..=16)
        .set()
        .and_then(ChannelKind::from_number);
    let mut other = Map::new();
    let mut keep = |key: &str, value: Patch<Value>| match value {
        Patch::Absent => {}
        Patch::Null => drop(other.insert(key.to_owned(), Value::Null)),
        Patch::Set(value) => drop(other.insert(key.to_owned(), value)),
    };
    let topic_limit = if is_forum { 4096 } else { 1024 };
    keep(
        "topic",
        fields.text("topic", 0..=topic_limit).map(Value::from),
    );
    keep("nsfw", fields.flag("nsfw").map(Value::from));
    let slowmode = fields.count("rate_limit_per_user", 0..=21_600);
    keep("rate_limit_per_user", slowmode.map(Value::from));
    let mut bitrate_too_high = false;
    if kind.is_voice() {
        let bitrate = fields.count("bitrate", 8_000..=384_000);
        let tier_limit = MAX_BITRATE.get(premium_tier).copied().unwrap_or(96_000);
        let limit = if kind == ChannelKind::Stage {
            64_000
        } else {
            tier_limit
        };
        bitrate_too_high = matches!(bitrate, Patch::Set(rate) if rate > limit);
        keep("bitrate", bitrate.map(Value::from));
        let most = if kind == ChannelKind::Stage {
            10_000
        } else {
            99
        };
        keep(
            "user_limit",
            fields.count("user_limit", 0..=most).map(Value::from),
        );
        keep(
            "rtc_region",
            fields.text("rtc_region", 1..=100).map(Value::from),
        );
        keep(
            "video_quality_mode",
            fields.count("video_quality_mode", 1..=2).map(Value::from),
        );
    }
    let archive = fields.count("default_auto_archive_duration", 60..=10_080);
    keep("default_auto_archive_duration", archive.map(Value::from));
    keep(
        "flags",
        fields.count("flags", 0..=u32::MAX).map(Value::from),
    );
    if is_forum {
        let tags = fields.list("available_tags", 0..=20);
        keep(
            "available_tags",
            tags.map(|tags| Value::Array(tags.to_vec())),
        );
        for key in [
            "default_reaction_emoji",
            "default_sort_order",
            "default_forum_layout",
        ] {
            if fields.has(key) {
                keep(
                    key,
                    Patch::Set(fields.raw(key).cloned().unwrap_or_default()),
                );
            }
        }
    }
    if kind.is_thread() {
        let tags = fields.ids("applied_tags", 0..=5);
        keep("applied_tags", tags.map(|tags| serde_json::json!(tags)));
    }
    let position = fields.count("position", 0..=1000).set();
    let changes = Changes {
        name,
        kind: new_kind,
        parent: fields.id("parent_id"),
        position: position.and_then(|position| u32::try_from(position).ok()),
        overwrites: overwrites(&mut fields),
        archived: fields.flag("archived").set(),
        locked: fields.flag("locked").set(),
        invitable: fields.flag("invitable").set(),
        auto_archive_minutes: auto_archive(&mut fields),
        fields: other,
    };
    if bitrate_too_high {
        return Err(code::BITRATE_TOO_HIGH.into());
    }
    Ok(changes)
}

/// How long until a thread is archived, in minutes.
pub(crate) fn auto_archive(fields: &mut Fields<'_, '_>) -> Option<u64> {
    let minutes = fields.count("auto_archive_duration", 0..=10_080).set()?;
    if ![60, 1440, 4320, 10_080].contains(&minutes) {
        fields.reject(
            "auto_archive_duration",
            "BASE_TYPE_CHOICES",
            "Value must be one of (60, 1440, 4320, 10080).",
        );
    }
    Some(minutes)
}

fn overwrites(fields: &mut Fields<'_, '_>) -> Patch<Vec<Overwrite>> {
    let list = fields.list("permission_overwrites", 0..=100);
    let path = fields.path("permission_overwrites");
    list.map(|list| {
        list.iter()
            .enumerate()
            .map(|(index, entry)| {
                let path = format!("{path}.{index}");
                let mut fields = Fields::of(entry, &path, fields.form());
                let id = fields.id("id").set();
                if id.is_none() && !fields.has("id") {
                    fields.require("id");
                }
                let kind = match fields.raw("type") {
                    Some(Value::String(text)) if text == "member" || text == "1" => 1,
                    Some(value) => value.as_u64().unwrap_or(0),
                    None => 0,
                };
                Overwrite {
                    id: id.unwrap_or(Id::new(0)),
                    kind: if kind == 1 {
                        Overwrite::MEMBER
                    } else {
                        Overwrite::ROLE
                    },
                    allow: fields.permissions("allow").set().unwrap_or_default(),
                    deny: fields.permissions("deny").set().unwrap_or_default(),
                }
            })
            .collect()
    })
}

/// A name as Discord stores it: text-like ones in lower case with dashes.
pub(crate) fn shown_name(kind: ChannelKind, name: &str) -> String {
    if kind.has_slug_name() {
        name.trim()
            .to_lowercase()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join("-")
    } else {
        name.trim().to_owned()
    }
}

impl Changes {
    /// Writes the changes into a channel.
    pub(crate) fn apply(self, channel: &mut Channel, now: Millis) {
        if let Some(name) = self.name {
            channel.name = name;
        }
        let swaps = [ChannelKind::Text, ChannelKind::Announcement];
        if let Some(kind) = self.kind
            && swaps.contains(&kind)
            && swaps.contains(&channel.kind)
        {
            channel.kind = kind;
        }
        match self.parent {
            Patch::Absent => {}
            Patch::Null => channel.parent = None,
            Patch::Set(parent) => channel.parent = Some(parent),
        }
        if let Some(position) = self.position {
            channel.position = position;
        }
        if let Patch::Set(overwrites) = self.overwrites {
            channel.overwrites = overwrites;
        }
        channel.fields.extend(self.fields);
        let Some(thread) = &mut channel.thread else {
            return;
        };
        if let Some(archived) = self
            .archived
            .filter(|archived| *archived != thread.archived)
        {
            thread.archived = archived;
            thread.archive_changed = now;
        }
        thread.locked = self.locked.unwrap_or(thread.locked);
        thread.invitable = self.invitable.unwrap_or(thread.invitable);
        thread.auto_archive_minutes = self
            .auto_archive_minutes
            .unwrap_or(thread.auto_archive_minutes);
    }
}
