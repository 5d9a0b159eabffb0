//! A server as it is set up, at one moment: what stands in the file, in Postgres, and in what is compared.
//!
//! The types read three things: Discord's own objects, our files (of this version or an older one), and the files of
//! the system that is replaced. So fields that are missing have defaults, ids may be numbers or text, and what is
//! not known is passed over. None of them has a place for a token.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeStruct as _};
use serde_json::Value;
use twilight_model::guild::Permissions;

/// The format of the file. The replaced system's files carry none, which reads as 0.
pub(crate) const FORMAT: u32 = 1;

/// The id of an object: written as a number, as the replaced system did, and as text, for readers whose numbers have
/// 53 bits. The text counts when both are read.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Key(pub(crate) u64);

/// The id of another object, as text.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Ref(pub(crate) u64);

/// Permissions, as Discord writes them: a decimal number as text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Bits(pub(crate) Permissions);

impl Default for Bits {
    fn default() -> Self {
        Self(Permissions::empty())
    }
}

/// A whole number, as such or as text.
fn number<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    struct Number;

    impl de::Visitor<'_> for Number {
        type Value = u64;

        fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
            to.write_str("a whole number, or one as text")
        }

        fn visit_u64<E: de::Error>(self, number: u64) -> Result<u64, E> {
            Ok(number)
        }

        fn visit_i64<E: de::Error>(self, number: i64) -> Result<u64, E> {
            u64::try_from(number).map_err(|_| E::custom("a negative number"))
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<u64, E> {
            text.parse().map_err(E::custom)
        }
    }

    from.deserialize_any(Number)
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut fields = to.serialize_struct("Key", 2)?;
        fields.serialize_field("id", &self.0)?;
        fields.serialize_field("id_str", &self.0.to_string())?;
        fields.end()
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Both {
            #[serde(default)]
            id: Ref,
            #[serde(default)]
            id_str: Option<Ref>,
        }
        let both = Both::deserialize(from)?;
        match both.id_str.unwrap_or(both.id) {
            Ref(0) => Err(de::Error::missing_field("id")),
            Ref(id) => Ok(Self(id)),
        }
    }
}

impl Serialize for Ref {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Ref {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        number(from).map(Self)
    }
}

impl Serialize for Bits {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0.bits())
    }
}

impl<'de> Deserialize<'de> for Bits {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        number(from).map(|bits| Self(Permissions::from_bits_retain(bits)))
    }
}

/// A server. Sections that are `None` could not be read; [`Audit::not_read`] says why.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Audit {
    #[serde(default, rename = "majordome_audit")]
    pub(crate) format: u32,
    #[serde(default)]
    pub(crate) guild_name: String,
    #[serde(flatten)]
    pub(crate) key: Key,
    /// The replaced system wrote it in a form of its own; it is for people.
    #[serde(default, rename = "audit_date", deserialize_with = "instant")]
    pub(crate) taken_at: Option<Timestamp>,
    #[serde(default)]
    pub(crate) member_count: Option<u64>,
    #[serde(default)]
    pub(crate) server: Option<Server>,
    #[serde(default)]
    pub(crate) categories: Vec<Category>,
    /// Channels without a category; categories are not among them.
    #[serde(default)]
    pub(crate) channels: Vec<Channel>,
    #[serde(default)]
    pub(crate) roles: Vec<Role>,
    /// Those that are active and that the bot sees.
    #[serde(default)]
    pub(crate) threads: Option<Vec<Thread>>,
    #[serde(default)]
    pub(crate) emoji: Option<Vec<Emoji>>,
    #[serde(default)]
    pub(crate) stickers: Option<Vec<Sticker>>,
    #[serde(default)]
    pub(crate) webhooks: Option<Vec<Webhook>>,
    #[serde(default)]
    pub(crate) integrations: Option<Vec<Integration>>,
    #[serde(default)]
    pub(crate) automod_rules: Option<Vec<AutoModRule>>,
    #[serde(default)]
    pub(crate) scheduled_events: Option<Vec<Event>>,
    #[serde(default)]
    pub(crate) bots: Option<Vec<Bot>>,
    #[serde(default)]
    pub(crate) not_read: Vec<NotRead>,
}

/// An instant; `None` for what is written in another form.
fn instant<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    let value = Value::deserialize(from)?;
    Ok(value.as_str().and_then(|text| text.parse().ok()))
}

/// The server's own settings.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub(crate) struct Server {
    pub(crate) owner_id: Ref,
    pub(crate) verification_level: u8,
    pub(crate) mfa_level: u8,
    pub(crate) explicit_content_filter: u8,
    pub(crate) default_message_notifications: u8,
    pub(crate) preferred_locale: String,
    pub(crate) features: Vec<String>,
}

/// What a role or a member is allowed and denied in a channel.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Overwrite {
    #[serde(flatten)]
    pub(crate) key: Key,
    /// 0 a role, 1 a member.
    #[serde(default, rename = "type")]
    pub(crate) kind: u8,
    #[serde(default)]
    pub(crate) allow: Bits,
    #[serde(default)]
    pub(crate) deny: Bits,
    /// Whether the role or the member is there; `None` when that was not looked up.
    #[serde(default)]
    pub(crate) target_exists: Option<bool>,
}

impl Overwrite {
    pub(crate) const ROLE: u8 = 0;
    pub(crate) const MEMBER: u8 = 1;
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Category {
    #[serde(flatten)]
    pub(crate) key: Key,
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) position: i64,
    #[serde(default)]
    pub(crate) overwrites: Vec<Overwrite>,
    #[serde(default)]
    pub(crate) channels: Vec<Channel>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Channel {
    #[serde(flatten)]
    pub(crate) key: Key,
    #[serde(default)]
    pub(crate) name: String,
    /// Discord's number; the replaced system wrote words.
    #[serde(default, rename = "type")]
    pub(crate) kind: Value,
    #[serde(default)]
    pub(crate) position: i64,
    #[serde(default)]
    pub(crate) parent_id: Option<Ref>,
    #[serde(default)]
    pub(crate) topic: Option<String>,
    #[serde(default)]
    pub(crate) nsfw: bool,
    #[serde(default)]
    pub(crate) rate_limit_per_user: Option<u64>,
    #[serde(default)]
    pub(crate) user_limit: Option<u64>,
    #[serde(default)]
    pub(crate) bitrate: Option<u64>,
    #[serde(default, alias = "permission_overwrites")]
    pub(crate) overwrites: Vec<Overwrite>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Role {
    #[serde(flatten)]
    pub(crate) key: Key,
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) position: i64,
    #[serde(default)]
    pub(crate) permissions: Bits,
    #[serde(default)]
    pub(crate) color: Value,
    #[serde(default)]
    pub(crate) hoist: bool,
    #[serde(default)]
    pub(crate) mentionable: bool,
    #[serde(default)]
    pub(crate) managed: bool,
    #[serde(default)]
    pub(crate) tags: Tags,
    /// How many hold it; `None` for @everyone, and when that could not be read.
    #[serde(default)]
    pub(crate) members: Option<u64>,
}

/// To whom a managed role belongs.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub(crate) struct Tags {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bot_id: Option<Ref>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) integration_id: Option<Ref>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Thread {
    #[serde(flatten)]
    pub(crate) key: Key,
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default, rename = "type")]
    pub(crate) kind: u8,
    #[serde(default)]
    pub(crate) parent_id: Option<Ref>,
    #[serde(default)]
    pub(crate) owner_id: Option<Ref>,
    #[serde(default, rename = "thread_metadata")]
    pub(crate) settings: ThreadSettings,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub(crate) struct ThreadSettings {
    pub(crate) locked: bool,
    pub(crate) auto_archive_duration: u64,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Emoji {
    #[serde(flatten)]
    pub(crate) key: Key,
    #[serde(default)]
    pub(crate) name: Option<String>,
    #[serde(default)]
    pub(crate) animated: bool,
    #[serde(default)]
    pub(crate) managed: bool,
    #[serde(default)]
    pub(crate) roles: Vec<Ref>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Sticker {
    #[serde(flatten)]
    pub(crate) key: Key,
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) description: Option<String>,
    #[serde(default)]
    pub(crate) tags: String,
    #[serde(default)]
    pub(crate) format_type: u8,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Webhook {
    #[serde(flatten)]
    pub(crate) key: Key,
    #[serde(default)]
    pub(crate) name: Option<String>,
    /// 1 incoming, 2 a followed channel, 3 an application's.
    #[serde(default, rename = "type")]
    pub(crate) kind: u8,
    #[serde(default)]
    pub(crate) channel_id: Option<Ref>,
    #[serde(default)]
    pub(crate) application_id: Option<Ref>,
    /// Who made it.
    #[serde(default)]
    pub(crate) user: Option<Who>,
}

/// A user.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Who {
    #[serde(flatten)]
    pub(crate) key: Key,
    #[serde(default)]
    pub(crate) username: String,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Integration {
    #[serde(flatten)]
    pub(crate) key: Key,
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default, rename = "type")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) enabled: bool,
    #[serde(default)]
    pub(crate) application: Option<Application>,
    #[serde(default)]
    pub(crate) scopes: Vec<String>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Application {
    #[serde(flatten)]
    pub(crate) key: Key,
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) bot: Option<Who>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct AutoModRule {
    #[serde(flatten)]
    pub(crate) key: Key,
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) enabled: bool,
    #[serde(default)]
    pub(crate) event_type: u8,
    #[serde(default)]
    pub(crate) trigger_type: u8,
    #[serde(default)]
    pub(crate) trigger_metadata: Value,
    #[serde(default)]
    pub(crate) actions: Value,
    #[serde(default)]
    pub(crate) exempt_roles: Vec<Ref>,
    #[serde(default)]
    pub(crate) exempt_channels: Vec<Ref>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Event {
    #[serde(flatten)]
    pub(crate) key: Key,
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) status: u8,
    #[serde(default)]
    pub(crate) entity_type: u8,
    #[serde(default)]
    pub(crate) channel_id: Option<Ref>,
    #[serde(default)]
    pub(crate) scheduled_start_time: Option<String>,
    #[serde(default)]
    pub(crate) scheduled_end_time: Option<String>,
}

/// What a bot may do, before any channel is looked at.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Bot {
    #[serde(flatten)]
    pub(crate) key: Key,
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) permissions: Bits,
    /// `None` when the member could not be read: then only its own managed role counts.
    #[serde(default)]
    pub(crate) roles: Option<Vec<Ref>>,
}

/// A section that could not be read, and what is missing for it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct NotRead {
    /// The section's key in the file.
    #[serde(default)]
    pub(crate) section: String,
    /// The permission without which the bot can not; `None` when Discord did not answer or it was too much.
    #[serde(default)]
    pub(crate) needs: Option<Bits>,
}

impl Audit {
    /// Every channel: in categories, and outside of them.
    pub(crate) fn all_channels(&self) -> impl Iterator<Item = &Channel> {
        let within = self
            .categories
            .iter()
            .flat_map(|category| &category.channels);
        within.chain(&self.channels)
    }

    /// The overwrites of every channel and category, with its id.
    pub(crate) fn all_overwrites(&self) -> impl Iterator<Item = (Key, &[Overwrite])> {
        let categories = self.categories.iter();
        categories
            .map(|category| (category.key, category.overwrites.as_slice()))
            .chain(
                self.all_channels()
                    .map(|channel| (channel.key, channel.overwrites.as_slice())),
            )
    }

    /// As [`all_overwrites`](Self::all_overwrites), to be changed.
    pub(crate) fn overwrites_mut(&mut self) -> impl Iterator<Item = &mut Overwrite> {
        let categories = self.categories.iter_mut().flat_map(|category| {
            let within = category.channels.iter_mut();
            let within = within.flat_map(|channel| &mut channel.overwrites);
            category.overwrites.iter_mut().chain(within)
        });
        let outside = self.channels.iter_mut();
        categories.chain(outside.flat_map(|channel| &mut channel.overwrites))
    }

    /// Whether both show the same set-up: everything but when, and how many members there were.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let timeless = |audit: &Self| {
            let mut audit = audit.clone();
            audit.taken_at = None;
            audit.member_count = None;
            for role in &mut audit.roles {
                role.members = None;
            }
            audit
        };
        timeless(self) == timeless(other)
    }
}

/// Puts a flat list of channels, as Discord gives it, into categories.
pub(crate) fn in_categories(all: Vec<Channel>) -> (Vec<Category>, Vec<Channel>) {
    /// Discord's number of a category.
    const CATEGORY: u64 = 4;
    let (heads, mut rest): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|channel| channel.kind.as_u64() == Some(CATEGORY));
    let place = |channel: &Channel| (channel.position, channel.key);
    rest.sort_by_key(place);
    let mut categories: Vec<Category> = heads
        .into_iter()
        .map(|head| Category {
            key: head.key,
            name: head.name,
            position: head.position,
            overwrites: head.overwrites,
            channels: Vec::new(),
        })
        .collect();
    categories.sort_by_key(|category| (category.position, category.key));
    let mut outside = Vec::new();
    for channel in rest {
        let home = channel
            .parent_id
            .and_then(|parent| categories.iter_mut().find(|home| home.key.0 == parent.0));
        match home {
            Some(home) => home.channels.push(channel),
            None => outside.push(channel),
        }
    }
    (categories, outside)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_file_of_the_replaced_system_reads_and_ids_come_in_any_form() {
        let old = json!({
            "guild_name": "Chantiers", "id": 1_300_000_000_000_000_001_u64, "audit_date": "21/11/2026 10:00",
            "member_count": 12,
            "categories": [{"id": 2, "name": "Vocal", "channels": [{"id": "3", "name": "a", "type": "voice"}]}],
            "channels": [{"id": 4, "name": "general", "type": "text"}],
            "roles": [{"id": 5, "name": "Équipe", "permissions": 8, "color": "#ff0000"}],
        });
        let audit: Audit = serde_json::from_value(old).unwrap();
        assert_eq!(audit.key, Key(1_300_000_000_000_000_001));
        assert_eq!(audit.taken_at, None);
        assert_eq!(audit.all_channels().count(), 2);
        assert_eq!(audit.roles[0].permissions.0, Permissions::ADMINISTRATOR);
        assert_eq!(audit.webhooks, None);
        // A reader with 53 bits has written the number back: the text is right.
        let rounded = json!({"id": 1_300_000_000_000_000_000_u64, "id_str": "1300000000000000001"});
        let audit: Audit = serde_json::from_value(rounded).unwrap();
        assert_eq!(audit.key, Key(1_300_000_000_000_000_001));
        assert!(serde_json::from_value::<Audit>(json!({"guild_name": "x"})).is_err());
    }

    #[test]
    fn what_is_written_reads_back_and_no_token_comes_along() {
        let hook = json!({"id": "7", "name": "CI", "type": 1, "channel_id": "4", "token": "s3cret",
            "url": "https://discord.com/api/webhooks/7/s3cret"});
        let audit = Audit {
            format: FORMAT,
            key: Key(1),
            webhooks: Some(vec![serde_json::from_value(hook).unwrap()]),
            ..Audit::default()
        };
        let written = serde_json::to_string(&audit).unwrap();
        assert!(!written.contains("s3cret"), "{written}");
        assert_eq!(serde_json::from_str::<Audit>(&written).unwrap(), audit);
        assert!(written.contains(r#""id":7,"id_str":"7""#), "{written}");
    }
}
