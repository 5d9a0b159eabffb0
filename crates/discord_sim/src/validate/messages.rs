//! Message bodies, from the bot, a webhook, or an interaction.

use serde_json::{Value, json};

use super::{Fields, Patch, components, embeds};
use crate::{
    error::{ApiError, Form, code},
    ids::Id,
    rest::Upload,
    state::message::flags,
};

/// Flags that may be set when a message is made.
const CREATE_FLAGS: u64 = flags::SUPPRESS_EMBEDS
    | flags::SUPPRESS_NOTIFICATIONS
    | flags::IS_VOICE_MESSAGE
    | flags::IS_COMPONENTS_V2;

/// A checked message body.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) content: Patch<String>,
    pub(crate) embeds: Patch<Vec<Value>>,
    pub(crate) components: Patch<Vec<Value>>,
    pub(crate) flags: Option<u64>,
    /// `None`: the default of the kind of sender.
    pub(crate) allowed_mentions: Option<Value>,
    /// What to keep or describe: the `attachments` array.
    pub(crate) attachments: Patch<Vec<Value>>,
    pub(crate) tts: bool,
    pub(crate) nonce: Option<Value>,
    pub(crate) poll: Option<Value>,
    pub(crate) stickers: Vec<Id>,
    pub(crate) reference: Option<Value>,
}

impl Draft {
    pub(crate) fn is_v2(&self) -> bool {
        self.flags.unwrap_or(0) & flags::IS_COMPONENTS_V2 != 0
    }

    /// Whether there is anything to show.
    pub(crate) fn is_empty(&self, files: &[Upload]) -> bool {
        let no_text = !matches!(&self.content, Patch::Set(text) if !text.is_empty());
        let none = |list: &Patch<Vec<Value>>| !matches!(list, Patch::Set(list) if !list.is_empty());
        no_text
            && none(&self.embeds)
            && none(&self.components)
            && files.is_empty()
            && self.poll.is_none()
            && self.stickers.is_empty()
    }
}

/// How a body is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// A new message; `ephemeral` may be asked for.
    Create { may_be_ephemeral: bool },
    /// An edit of a message that uses Components V2 already, or not.
    Edit { was_v2: bool },
}

/// Checks the body of a message found at `path`.
pub(crate) fn draft(
    body: &Value,
    path: &str,
    files: &[Upload],
    usage: Use,
) -> Result<Draft, ApiError> {
    let mut form = Form::default();
    let at = |key: &str| {
        if path.is_empty() {
            key.to_owned()
        } else {
            format!("{path}.{key}")
        }
    };
    let mut fields = Fields::of(body, path, &mut form);
    let content = fields.text("content", 0..=2000);
    let embed_list = fields.list("embeds", 0..=embeds::MAX_EMBEDS);
    let component_list = fields.list("components", 0..=components_limit(body));
    let asked_flags = fields
        .number("flags", 0..=i64::from(u32::MAX))
        .set()
        .map(i64::unsigned_abs);
    let attachments = fields.list("attachments", 0..=10);
    let tts = fields.flag("tts").set().unwrap_or(false);
    let stickers = fields.ids("sticker_ids", 0..=3).set().unwrap_or_default();
    let nonce = fields.raw("nonce").cloned();
    if nonce
        .as_ref()
        .and_then(Value::as_str)
        .is_some_and(|nonce| nonce.len() > 25)
    {
        fields.reject(
            "nonce",
            "BASE_TYPE_MAX_LENGTH",
            "Must be 25 or fewer in length.",
        );
    }
    let poll = fields.raw("poll").cloned();
    let reference = fields.raw("message_reference").cloned();
    let mentions = fields.raw("allowed_mentions").cloned();

    let was_v2 = usage == Use::Edit { was_v2: true };
    let is_v2 = was_v2 || asked_flags.unwrap_or(0) & flags::IS_COMPONENTS_V2 != 0;
    check_flags(asked_flags, usage, &at("flags"), &mut form);
    let shown_embeds = embed_list_shown(&embed_list, &at("embeds"), &mut form);
    if let Patch::Set(list) = &component_list {
        components::of_message(list, &at("components"), is_v2, &mut form);
    }
    if is_v2 {
        refuse_legacy(
            &content,
            &embed_list,
            &stickers,
            poll.as_ref(),
            &at,
            &mut form,
        );
    }
    if let Some(mentions) = &mentions {
        check_mentions(mentions, &at("allowed_mentions"), &mut form);
    }
    if let Some(poll) = &poll {
        check_poll(poll, &at("poll"), &mut form);
    }
    if files.len() > 10 {
        return Err(code::MAX_ATTACHMENTS.into());
    }
    form.finish()?;
    Ok(Draft {
        content: content.map(str::to_owned),
        embeds: shown_embeds,
        components: component_list.map(components::shown),
        flags: asked_flags,
        allowed_mentions: mentions,
        attachments: attachments.map(<[Value]>::to_vec),
        tts,
        nonce,
        poll,
        stickers,
        reference,
    })
}

fn components_limit(body: &Value) -> usize {
    let is_v2 = body
        .get("flags")
        .and_then(Value::as_u64)
        .is_some_and(|asked| asked & flags::IS_COMPONENTS_V2 != 0);
    if is_v2 { 40 } else { usize::MAX }
}

fn embed_list_shown(list: &Patch<&[Value]>, path: &str, form: &mut Form) -> Patch<Vec<Value>> {
    match list {
        Patch::Set(list) => Patch::Set(embeds::embeds(list, path, form)),
        Patch::Null => Patch::Null,
        Patch::Absent => Patch::Absent,
    }
}

fn check_flags(asked: Option<u64>, usage: Use, path: &str, form: &mut Form) {
    let allowed = match usage {
        Use::Create {
            may_be_ephemeral: true,
        } => CREATE_FLAGS | flags::EPHEMERAL,
        Use::Create {
            may_be_ephemeral: false,
        } => CREATE_FLAGS,
        // Clients send back the flags a message has; only settable ones matter.
        Use::Edit { .. } => u64::MAX,
    };
    if asked.is_some_and(|asked| asked & !allowed != 0) {
        form.add(
            path,
            "FLAGS_INVALID",
            "Some of the flags cannot be set here.",
        );
    }
}

fn refuse_legacy(
    content: &Patch<&str>,
    embeds: &Patch<&[Value]>,
    stickers: &[Id],
    poll: Option<&Value>,
    at: &impl Fn(&str) -> String,
    form: &mut Form,
) {
    const INNER: &str = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2";
    let mut refuse = |key: &str| {
        let message =
            format!("The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2");
        form.add(&at(key), INNER, message);
    };
    if matches!(content, Patch::Set(text) if !text.is_empty()) {
        refuse("content");
    }
    if matches!(embeds, Patch::Set(list) if !list.is_empty()) {
        refuse("embeds");
    }
    if !stickers.is_empty() {
        refuse("sticker_ids");
    }
    if poll.is_some() {
        refuse("poll");
    }
}

fn check_mentions(mentions: &Value, path: &str, form: &mut Form) {
    let mut fields = Fields::of(mentions, path, form);
    let parse = fields.list("parse", 0..=3).set().unwrap_or_default();
    for kind in ["users", "roles"] {
        let ids = fields.ids(kind, 0..=100).set().unwrap_or_default();
        if !ids.is_empty() && parse.iter().any(|one| one == kind) {
            fields.reject(
                "parse",
                "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                format!("parse:[\"{kind}\"] and {kind}: [ids...] are mutually exclusive."),
            );
        }
    }
    for kind in parse {
        if !["users", "roles", "everyone"]
            .iter()
            .any(|known| kind == known)
        {
            fields.reject(
                "parse",
                "BASE_TYPE_CHOICES",
                "Value must be one of {'users', 'roles', 'everyone'}.",
            );
        }
    }
}

fn check_poll(poll: &Value, path: &str, form: &mut Form) {
    let mut fields = Fields::of(poll, path, form);
    let question = fields
        .raw("question")
        .and_then(|question| question.get("text"))
        .and_then(Value::as_str)
        .unwrap_or_default();
    if question.is_empty() || question.chars().count() > 300 {
        fields.reject(
            "question.text",
            "BASE_TYPE_BAD_LENGTH",
            "Must be between 1 and 300 in length.",
        );
    }
    let _ = fields.count("duration", 1..=768);
    let answers = fields.list("answers", 1..=10).set();
    if answers.is_none() && !fields.has("answers") {
        fields.require("answers");
    }
    for (index, answer) in answers.unwrap_or_default().iter().enumerate() {
        let media = answer.get("poll_media").unwrap_or(&Value::Null);
        let path = format!("{path}.answers.{index}.poll_media");
        let _ = Fields::of(media, &path, form).needed_text("text", 1..=55);
    }
}

/// The attachments of a message after a call: those kept, then the uploaded ones.
pub(crate) fn attachments(
    kept: &[Value],
    listed: &Patch<Vec<Value>>,
    files: &[(Upload, Id)],
    base_url: &str,
    channel: Id,
    ephemeral: bool,
) -> Vec<Value> {
    let is_listed = |attachment: &Value| match listed {
        Patch::Absent => true,
        Patch::Null => false,
        Patch::Set(list) => list.iter().any(|entry| {
            entry.get("id").and_then(Id::from_json) == attachment.get("id").and_then(Id::from_json)
        }),
    };
    let mut all: Vec<Value> = kept.iter().filter(|a| is_listed(a)).cloned().collect();
    for (file, id) in files {
        let entry = match listed {
            Patch::Set(list) => list.iter().find(|entry| {
                let number = entry.get("id").and_then(Id::from_json).map(Id::get);
                number == Some(file.number)
            }),
            _ => None,
        };
        let name = entry
            .and_then(|entry| entry.get("filename"))
            .and_then(Value::as_str)
            .unwrap_or(&file.name);
        let url = format!("{base_url}/cdn/attachments/{channel}/{id}/{name}");
        let mut attachment = json!({
            "id": id, "filename": name, "size": file.bytes.len(), "url": url, "proxy_url": url,
            "content_type": file.content_type,
        });
        if let Some(description) = entry.and_then(|entry| entry.get("description")) {
            attachment["description"] = description.clone();
        }
        if ephemeral {
            attachment["ephemeral"] = true.into();
        }
        all.push(attachment);
    }
    all
}
