//! From a checked body to a message: flags, mentions, attachments, what an edit keeps.

use serde_json::{Map, Value, json};

use crate::{
    error::{ApiError, code},
    ids::Id,
    permissions::Permissions,
    rest::Upload,
    state::{
        Author, Message, World,
        message::{Mentions, flags},
    },
    validate::{
        Patch,
        components::{self, kind},
        messages::{Draft, Use, attachments, draft},
    },
};

/// Whom a message may mention if its sender does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mentioning {
    /// An ordinary message: everyone it names.
    All,
    /// Answers and webhooks: users alone.
    Users,
}

impl World {
    /// Fills in and posts the message that answers an interaction asked by `reader`.
    pub(crate) fn write_answer(
        &mut self,
        mut message: Message,
        reader: Id,
        draft: Draft,
        files: &[Upload],
    ) -> Result<Id, ApiError> {
        if draft.is_empty(files) {
            return Err(code::EMPTY_MESSAGE.into());
        }
        if draft.flags.unwrap_or(0) & flags::EPHEMERAL != 0 {
            message.only_for = Some(reader);
        }
        self.fill(&mut message, draft, files, Mentioning::Users)?;
        Ok(self.post(message))
    }

    /// Writes a new message's body into it.
    pub(crate) fn fill(
        &mut self,
        message: &mut Message,
        draft: Draft,
        files: &[Upload],
        mentioning: Mentioning,
    ) -> Result<(), ApiError> {
        message.flags |= draft.flags.unwrap_or(0);
        message.tts = draft.tts;
        message.nonce = draft.nonce;
        message.content = draft.content.set().unwrap_or_default();
        message.embeds = draft.embeds.set().unwrap_or_default();
        message.components = draft.components.set().unwrap_or_default();
        message.poll = draft
            .poll
            .map(|poll| crate::acts::polls::opened(&poll, message.created));
        self.attach(message, &draft.attachments, files);
        resolve_attachments(message)?;
        self.unfurl(message);
        message.mentions = self.mentions_of(message, draft.allowed_mentions.as_ref(), mentioning);
        Ok(())
    }

    /// Stores uploads and updates the list of attachments.
    fn attach(&mut self, message: &mut Message, listed: &Patch<Vec<Value>>, files: &[Upload]) {
        let mut uploads = Vec::new();
        for file in files {
            let id = self.new_id();
            self.files.insert(id, file.bytes.clone());
            while self.files.len() > 1000 {
                self.files.pop_first();
            }
            uploads.push((file.clone(), id));
        }
        let base = format!("http://{}", self.address);
        message.attachments = attachments(
            &message.attachments,
            listed,
            &uploads,
            &base,
            message.channel,
            message.is_ephemeral(),
        );
    }

    /// Fills in what Discord finds out about media that components show.
    fn unfurl(&mut self, message: &mut Message) {
        let attachments = message.attachments.clone();
        components::walk_mut(&mut message.components, &mut |component| match component
            .get("type")
            .and_then(Value::as_u64)
            .unwrap_or(0)
        {
            kind::THUMBNAIL => {
                self.unfurl_media(component.get_mut("media"), &attachments);
                describe(component);
            }
            kind::GALLERY => {
                let items = component.get_mut("items").and_then(Value::as_array_mut);
                for item in items.into_iter().flatten().filter_map(Value::as_object_mut) {
                    self.unfurl_media(item.get_mut("media"), &attachments);
                    describe(item);
                }
            }
            kind::FILE => {
                let file = component.get_mut("file");
                let found = self.unfurl_media(file, &attachments);
                let known = |key: &str| found.and_then(|file| file.get(key)).cloned();
                component.insert("name".to_owned(), known("filename").unwrap_or_default());
                component.insert("size".to_owned(), known("size").unwrap_or_default());
                component.entry("spoiler").or_insert(Value::Bool(false));
            }
            _ => {}
        });
    }

    /// Completes a media object; the attachment it stands for, if it is one.
    fn unfurl_media<'a>(
        &mut self,
        media: Option<&mut Value>,
        attachments: &'a [Value],
    ) -> Option<&'a Value> {
        let media = media.and_then(Value::as_object_mut)?;
        let url = media.get("url").cloned().unwrap_or_default();
        let found = attachments
            .iter()
            .find(|attachment| attachment.get("url") == Some(&url));
        let id = self.new_id();
        media.entry("id").or_insert_with(|| json!(id));
        media.entry("proxy_url").or_insert(url);
        for key in ["width", "height", "content_type"] {
            media.entry(key).or_insert(Value::Null);
        }
        if let Some(id) = found.and_then(|attachment| attachment.get("id")) {
            media.insert("attachment_id".to_owned(), id.clone());
        }
        found
    }

    /// Changes a message as the body of a PATCH says.
    pub(crate) fn edit_from_body(
        &mut self,
        channel: Id,
        id: Id,
        body: &Value,
        path: &str,
        files: &[Upload],
    ) -> Result<(), ApiError> {
        let old = self.message(channel, id).ok_or(code::UNKNOWN_MESSAGE)?;
        if old.poll.is_some() {
            return Err(code::POLL_NOT_EDITABLE.into());
        }
        let was_v2 = old.has(flags::IS_COMPONENTS_V2);
        let was_loading = old.has(flags::LOADING);
        let mut new = old.clone();
        let draft = draft(body, path, files, Use::Edit { was_v2 })?;
        let becomes_v2 = draft.is_v2() && !was_v2;
        if becomes_v2 {
            new.flags |= flags::IS_COMPONENTS_V2;
            new.content.clear();
            new.embeds.clear();
        }
        if let Some(asked) = draft.flags {
            new.flags = (new.flags & !flags::SUPPRESS_EMBEDS) | (asked & flags::SUPPRESS_EMBEDS);
        }
        new.flags &= !flags::LOADING;
        let text_changed = draft.content.is_given();
        apply(&mut new.content, draft.content);
        apply(&mut new.embeds, draft.embeds);
        apply(&mut new.components, draft.components);
        self.attach(&mut new, &draft.attachments, files);
        resolve_attachments(&mut new)?;
        self.unfurl(&mut new);
        let is_empty = new.content.is_empty()
            && new.embeds.is_empty()
            && new.components.is_empty()
            && new.attachments.is_empty();
        if is_empty {
            return Err(code::EMPTY_MESSAGE.into());
        }
        if text_changed || draft.allowed_mentions.is_some() {
            let mentioning =
                if new.application.is_some() || matches!(new.author, Author::Webhook { .. }) {
                    Mentioning::Users
                } else {
                    Mentioning::All
                };
            new.mentions = self.mentions_of(&new, draft.allowed_mentions.as_ref(), mentioning);
        }
        if !was_loading {
            new.edited_now(self.now());
        }
        self.edit(channel, id, |message| *message = new);
        Ok(())
    }

    /// Whom the text of a message mentions, as far as it is allowed.
    pub(crate) fn mentions_of(
        &self,
        message: &Message,
        allowed: Option<&Value>,
        mentioning: Mentioning,
    ) -> Mentions {
        let mut text = message.content.clone();
        components::walk(&message.components, &mut |component| {
            if let Some(content) = component.get("content").and_then(Value::as_str) {
                text.push('\n');
                text.push_str(content);
            }
        });
        let parses = |kind: &str| match allowed.and_then(|allowed| allowed.get("parse")) {
            Some(Value::Array(parse)) => parse.iter().any(|one| one == kind),
            _ if allowed.is_some() => false,
            _ => mentioning == Mentioning::All || kind == "users",
        };
        let listed = |kind: &str, id: Id| {
            let list = allowed
                .and_then(|allowed| allowed.get(kind))
                .and_then(Value::as_array);
            list.is_some_and(|list| list.iter().any(|one| Id::from_json(one) == Some(id)))
        };
        let author = match &message.author {
            Author::User(user) => self.permissions_in(*user, message.channel),
            Author::Webhook { .. } => Permissions::ALL,
        };
        let pings_all = author.contains(Permissions::MENTION_EVERYONE);
        let mut mentions = Mentions {
            everyone: pings_all
                && parses("everyone")
                && (text.contains("@everyone") || text.contains("@here")),
            ..Mentions::default()
        };
        for (is_role, id) in named_in(&text) {
            if is_role {
                let role = message
                    .guild
                    .and_then(|guild| self.guilds.get(&guild))
                    .and_then(|guild| guild.roles.get(&id));
                let pings = role.is_some_and(|role| role.is_mentionable || pings_all);
                if pings
                    && (parses("roles") || listed("roles", id))
                    && !mentions.roles.contains(&id)
                {
                    mentions.roles.push(id);
                }
            } else if self.users.contains_key(&id)
                && (parses("users") || listed("users", id))
                && !mentions.users.contains(&id)
            {
                mentions.users.push(id);
            }
        }
        mentions
    }
}

/// Fields that shown media always has.
fn describe(media: &mut Map<String, Value>) {
    media.entry("description").or_insert(Value::Null);
    media.entry("spoiler").or_insert(Value::Bool(false));
}

fn apply<T: Default>(field: &mut T, patch: Patch<T>) {
    match patch {
        Patch::Absent => {}
        Patch::Null => *field = T::default(),
        Patch::Set(value) => *field = value,
    }
}

/// The users (`false`) and roles (`true`) that a text names as `<@1>` and `<@&1>`.
fn named_in(text: &str) -> Vec<(bool, Id)> {
    text.split("<@")
        .skip(1)
        .filter_map(|rest| {
            let (inner, _) = rest.split_once('>')?;
            match inner.strip_prefix('&') {
                Some(role) => Some((true, role.parse().ok()?)),
                None => Some((
                    false,
                    inner.strip_prefix('!').unwrap_or(inner).parse().ok()?,
                )),
            }
        })
        .collect()
}

/// Replaces `attachment://name` by the address of the file.
fn resolve_attachments(message: &mut Message) -> Result<(), ApiError> {
    let known: Vec<(String, String)> = message
        .attachments
        .iter()
        .filter_map(|attachment| {
            let name = attachment.get("filename")?.as_str()?;
            let url = attachment.get("url")?.as_str()?;
            Some((format!("attachment://{name}"), url.to_owned()))
        })
        .collect();
    let mut missing = None;
    for value in message.embeds.iter_mut().chain(&mut message.components) {
        resolve(value, &known, &mut missing);
    }
    match missing {
        Some(name) => Err(ApiError::form(
            "attachments",
            "UNKNOWN_ATTACHMENT",
            format!("The attachment {name} was not uploaded"),
        )),
        None => Ok(()),
    }
}

fn resolve(value: &mut Value, known: &[(String, String)], missing: &mut Option<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object.iter_mut() {
                if matches!(key.as_str(), "url" | "icon_url") {
                    if let Value::String(text) = value
                        && text.starts_with("attachment://")
                    {
                        match known.iter().find(|(name, _)| name == text) {
                            Some((_, url)) => *text = url.clone(),
                            None => *missing = Some(text.clone()),
                        }
                    }
                } else {
                    resolve(value, known, missing);
                }
            }
        }
        Value::Array(list) => list
            .iter_mut()
            .for_each(|value| resolve(value, known, missing)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mentions_are_found_in_text() {
        let found = named_in("hi <@12> and <@!13>, <@&14>, <#15>, <@x>");
        assert_eq!(
            found,
            [
                (false, Id::new(12)),
                (false, Id::new(13)),
                (true, Id::new(14))
            ]
        );
    }
}
