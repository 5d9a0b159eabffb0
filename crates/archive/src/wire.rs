//! Messages as Discord writes them, read field by field.
//!
//! The gateway and the history tell of messages in the same form. It is read leniently: a message with a part that
//! nobody knew when this was written is kept, and is no reason to lose the ninety-nine beside it on a page.

use database::{ChannelId, GuildId, MessageId, UserId};
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::{attachments::Attached, model::Told};

/// The flag of messages that one member alone sees.
const EPHEMERAL: i64 = 1 << 6;
/// What a message has that passes another on.
pub(crate) const FORWARD: &str = "forward";
/// The longest content, in characters; Discord allows 4,000.
const CONTENT: usize = 6_000;
/// The most that is kept of what stands besides, in characters.
const BESIDES: usize = 8_000;
/// Parts of a message that are kept as Discord wrote them.
const PARTS: [&str; 9] = [
    "attachments",
    "embeds",
    "components",
    "poll",
    "sticker_items",
    "reactions",
    "message_reference",
    "message_snapshots",
    "interaction_metadata",
];

/// Where a message was told of, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) guild: GuildId,
    pub(crate) channel: ChannelId,
    /// 0 for a creation, 1 for an update and for the history.
    pub(crate) rank: i16,
    pub(crate) told_at: Timestamp,
    /// Whether the parts are kept as Discord wrote them.
    pub(crate) keeps_raw: bool,
    /// Whether files are fetched.
    pub(crate) keeps_files: bool,
}

/// Reads a message; `None` for what is none, or is not for everyone's eyes.
pub(crate) fn read(message: &Value, place: Place) -> Option<Told> {
    let id: MessageId = text(message, "id")?.parse().ok()?;
    let flags = message["flags"].as_i64().unwrap_or(0);
    if flags & EPHEMERAL != 0 {
        return None;
    }
    let author = &message["author"];
    let content = cut(text(message, "content").unwrap_or_default(), CONTENT);
    let mut besides = Vec::new();
    for part in ["embeds", "components", "poll", "message_snapshots"] {
        words(&message[part], &mut besides, 0);
    }
    let attachments = list(message, "attachments");
    besides.extend(
        attachments
            .iter()
            .filter_map(|file| text(file, "filename").map(ToOwned::to_owned)),
    );
    let besides = cut(&besides.join("\n"), BESIDES);
    Some(Told {
        id,
        guild_id: place.guild,
        channel_id: place.channel,
        author_id: text(author, "id").and_then(|id| id.parse().ok()),
        author_name: text(author, "global_name")
            .or_else(|| text(author, "username"))
            .map(|name| cut(name, 100))
            .filter(|name| !name.is_empty()),
        is_bot: author["bot"].as_bool().unwrap_or(false) || !message["webhook_id"].is_null(),
        kind: small(message["type"].as_u64()),
        flags,
        is_pinned: message["pinned"].as_bool().unwrap_or(false),
        has: has(message, &content, attachments),
        content: Some(content),
        said_besides: Some(besides).filter(|besides| !besides.is_empty()),
        edited_at: text(message, "edited_timestamp").and_then(|at| at.parse().ok()),
        rank: place.rank,
        told_at: place.told_at,
        deleted_at: None,
        reply_to: text(&message["message_reference"], "message_id").and_then(|id| id.parse().ok()),
        attachment_count: count(attachments),
        embed_count: count(list(message, "embeds")),
        mentions: list(message, "mentions")
            .iter()
            .filter_map(|user| text(user, "id")?.parse::<UserId>().ok())
            .collect(),
        payload: place.keeps_raw.then(|| parts(message)).flatten(),
        is_withheld: false,
        files: if place.keeps_files {
            attachments.iter().filter_map(Attached::read).collect()
        } else {
            Vec::new()
        },
    })
}

fn has(message: &Value, content: &str, attachments: &[Value]) -> Vec<&'static str> {
    let is_image = |file: &Value| {
        text(file, "content_type").is_some_and(|kind| kind.starts_with("image/"))
            || file["width"].is_number()
    };
    let said = [
        (
            "link",
            content.contains("https://") || content.contains("http://"),
        ),
        ("file", !attachments.is_empty()),
        ("image", attachments.iter().any(is_image)),
        ("embed", !list(message, "embeds").is_empty()),
        ("poll", message["poll"].is_object()),
        ("sticker", !list(message, "sticker_items").is_empty()),
        (FORWARD, !list(message, "message_snapshots").is_empty()),
    ];
    said.iter()
        .filter(|(_, is_so)| *is_so)
        .map(|(what, _)| *what)
        .collect()
}

/// The parts that are there, as they are.
fn parts(message: &Value) -> Option<Value> {
    let mut kept = Map::new();
    for part in PARTS {
        let value = &message[part];
        let is_empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        if !is_empty {
            let mut value = value.clone();
            clean(&mut value);
            kept.insert(part.to_owned(), value);
        }
    }
    (!kept.is_empty()).then_some(Value::Object(kept))
}

/// What people read in a part: the texts under the names that hold texts.
fn words(value: &Value, into: &mut Vec<String>, depth: u8) {
    const TEXTS: [&str; 8] = [
        "title",
        "description",
        "content",
        "text",
        "name",
        "value",
        "label",
        "placeholder",
    ];
    if depth > 12 {
        return;
    }
    match value {
        Value::Array(all) => {
            for value in all {
                words(value, into, depth + 1);
            }
        }
        Value::Object(all) => {
            for (key, value) in all {
                match value {
                    Value::String(text) if TEXTS.contains(&key.as_str()) => into.push(text.clone()),
                    Value::Array(_) | Value::Object(_) => words(value, into, depth + 1),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

/// Postgres holds no NUL in texts.
fn clean(value: &mut Value) {
    match value {
        Value::String(text) => text.retain(|at| at != '\0'),
        Value::Array(all) => all.iter_mut().for_each(clean),
        Value::Object(all) => all.values_mut().for_each(clean),
        _ => {}
    }
}

fn cut(text: &str, most: usize) -> String {
    text.chars().filter(|at| *at != '\0').take(most).collect()
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn small(number: Option<u64>) -> i16 {
    number
        .and_then(|number| number.try_into().ok())
        .unwrap_or_default()
}

fn count(all: &[Value]) -> i16 {
    all.len().try_into().unwrap_or(i16::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn place() -> Place {
        Place {
            guild: "1".parse().unwrap(),
            channel: "2".parse().unwrap(),
            rank: 1,
            told_at: Timestamp::UNIX_EPOCH,
            keeps_raw: true,
            keeps_files: false,
        }
    }

    #[test]
    fn every_part_counts() {
        let message = json!({
            "id": "3", "content": "see https://a.example\u{0}", "author": {"id": "4", "username": "alice"}, "type": 19,
            "edited_timestamp": "2026-03-02T09:00:00.123000+00:00", "pinned": true,
            "attachments": [{"filename": "plan.png", "content_type": "image/png", "a\\u0000": "\u{0}x"}],
            "embeds": [{"title": "Title", "fields": [{"name": "N", "value": "V"}]}],
            "poll": {"question": {"text": "Tea?"}}, "mentions": [{"id": "9"}],
            "message_reference": {"message_id": "2"}, "message_snapshots": [{"message": {"content": "afar"}}],
        });
        let told = read(&message, place()).unwrap();
        assert_eq!(told.content.as_deref(), Some("see https://a.example"));
        assert_eq!(
            told.has,
            ["link", "file", "image", "embed", "poll", "forward"]
        );
        let besides = told.said_besides.unwrap();
        for said in ["Title", "N", "V", "Tea?", "afar", "plan.png"] {
            assert!(besides.contains(said), "{said} in {besides}");
        }
        assert_eq!((told.kind, told.is_pinned), (19, true));
        assert_eq!(told.reply_to.map(MessageId::get), Some(2));
        assert_eq!(
            told.edited_at.unwrap().to_string(),
            "2026-03-02T09:00:00.123Z"
        );
        let payload = told.payload.unwrap();
        assert_eq!(payload["attachments"][0]["a\\u0000"], "x");
        assert!(payload.get("components").is_none());
    }

    #[test]
    fn what_one_member_sees_is_nobody_elses() {
        assert!(read(&json!({"id": "3", "flags": 64}), place()).is_none());
        assert!(read(&json!({"id": "x"}), place()).is_none());
    }

    proptest! {
        #[test]
        fn nothing_that_comes_breaks_the_reader(content in ".{0,50}", kind in any::<i64>(), parts in ".{0,20}") {
            let message = json!({"id": "3", "content": content, "type": kind, "embeds": parts, "author": parts,
                "attachments": [parts, {"filename": kind}], "mentions": {"id": parts}});
            prop_assert!(read(&message, place()).is_some());
        }
    }
}
