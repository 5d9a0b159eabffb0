//! Interactions: asking the bot, and what a first answer does.

use axum::body::Bytes;
use serde_json::{Value, json};

use crate::{
    gateway::Reach,
    ids::Id,
    permissions::Permissions,
    state::{Interaction, InteractionKind, Message, World, interaction::FirstAnswer},
};

/// A question about to be asked.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) kind: InteractionKind,
    pub(crate) user: Id,
    pub(crate) guild: Option<Id>,
    pub(crate) channel: Id,
    pub(crate) data: Value,
    pub(crate) label: String,
    /// The message whose component was used or that opened the modal.
    pub(crate) source: Option<Id>,
    /// Additions to the metadata of answers.
    pub(crate) metadata: Vec<(&'static str, Value)>,
    /// Uploaded files, by attachment.
    pub(crate) files: Vec<(Id, Bytes)>,
}

impl World {
    /// Sends a question to the bot.
    pub(crate) fn ask(&mut self, question: Question) -> Id {
        let now = self.now();
        let id = self.new_id();
        self.files.extend(question.files.iter().cloned());
        let token = format!("aW50ZXJhY3Rpb24{}", self.secret());
        let payload = self.interaction_json(id, &token, &question);
        let mut metadata = json!({
            "id": id,
            "type": question.kind.number(),
            "user": self.user_json(question.user),
            "authorizing_integration_owners": payload["authorizing_integration_owners"],
        });
        for (key, value) in question.metadata {
            metadata[key] = value;
        }
        let interaction = Interaction {
            id,
            token: token.clone(),
            kind: question.kind,
            user: question.user,
            guild: question.guild,
            channel: question.channel,
            created: now,
            label: question.label,
            source: question.source,
            metadata,
            answer: None,
            original: None,
            followups: Vec::new(),
            is_seen: false,
            waiter: None,
        };
        self.tokens.insert(token, id);
        self.interactions.insert(id, interaction);
        self.forget_old_interactions();
        if !self.endpoint.send(id, &payload) {
            let reach = Reach::of(question.guild);
            self.gateway.emit("INTERACTION_CREATE", 0, reach, &payload);
        }
        id
    }

    fn forget_old_interactions(&mut self) {
        while self.interactions.len() > self.options.interactions {
            if let Some((_, old)) = self.interactions.pop_first() {
                self.tokens.remove(&old.token);
                old.wake();
            }
        }
    }

    fn interaction_json(&self, id: Id, token: &str, question: &Question) -> Value {
        let user = self.users.get(&question.user);
        let app_permissions = self.permissions_in(self.bot, question.channel);
        let mut payload = json!({
            "id": id,
            "application_id": self.bot,
            "type": question.kind.number(),
            "token": token,
            "version": 1,
            "data": question.data,
            "channel_id": question.channel,
            "app_permissions": app_permissions,
            "locale": user.map_or("en-US", |user| &user.locale),
            "entitlements": [],
            "entitlement_sku_ids": [],
            "attachment_size_limit": self.options.attachment_limit,
            "authorizing_integration_owners": {"0": question.guild.map_or_else(|| "0".to_owned(), |id| id.to_string())},
            "context": u8::from(question.guild.is_none()),
        });
        if let Some(channel) = self.channels.get(&question.channel) {
            payload["channel"] = self.channel_json(channel);
            if channel.guild.is_some() {
                let permissions = self.permissions_in(question.user, channel.id);
                payload["channel"]["permissions"] = json!(permissions);
            }
        }
        let guild = question.guild.and_then(|guild| self.guilds.get(&guild));
        match guild {
            Some(guild) => {
                payload["guild_id"] = json!(guild.id);
                payload["guild_locale"] = json!(guild.locale);
                payload["guild"] =
                    json!({"id": guild.id, "locale": guild.locale, "features": guild.features});
                if let Some(member) = guild.members.get(&question.user) {
                    let mut member = self.member_json(member);
                    let permissions = self.permissions_in(question.user, question.channel);
                    member["permissions"] = json!(permissions);
                    payload["member"] = member;
                }
            }
            None => payload["user"] = self.user_json(question.user),
        }
        if let Some(message) = question
            .source
            .and_then(|id| self.message(question.channel, id))
        {
            payload["message"] = self.message_json(message);
        }
        payload
    }

    /// Members as `resolved` shows them: without `user`, `deaf`, `mute`, with `permissions`.
    pub(crate) fn resolved_member(&self, guild: Id, user: Id, channel: Id) -> Option<Value> {
        let mut member = self.guilds.get(&guild)?.members.get(&user)?.partial_json();
        if let Some(object) = member.as_object_mut() {
            object.remove("deaf");
            object.remove("mute");
        }
        member["permissions"] = json!(self.permissions_in(user, channel));
        Some(member)
    }

    /// A channel as `resolved` shows it.
    pub(crate) fn resolved_channel(&self, id: Id, user: Id) -> Option<Value> {
        let channel = self.channels.get(&id)?;
        let mut shown = self.channel_json(channel);
        if let Some(object) = shown.as_object_mut() {
            object.remove("permission_overwrites");
        }
        shown["permissions"] = json!(self.permissions_in(user, id));
        shown["app_permissions"] = json!(self.permissions_in(self.bot, id));
        Some(shown)
    }

    /// Notes the first answer of an interaction.
    pub(crate) fn note_answer(&mut self, id: Id, kind: u64, is_ephemeral: bool, data: Value) {
        let now = self.now();
        if let Some(interaction) = self.interactions.get_mut(&id) {
            interaction.answer = Some(FirstAnswer {
                kind,
                at: now,
                is_ephemeral,
                is_loading: matches!(kind, 5 | 6),
                finished_at: None,
                data,
            });
            interaction.wake();
        }
    }

    /// Makes the message that answers an interaction; the caller fills it in and posts it.
    pub(crate) fn answer_message(&mut self, id: Id) -> Option<Message> {
        let message_id = self.new_id();
        let now = self.now();
        let bot = self.bot;
        let interaction = self.interactions.get(&id)?;
        let author = crate::state::Author::User(bot);
        let mut message = Message::new(
            message_id,
            interaction.channel,
            interaction.guild,
            author,
            now,
        );
        message.application = Some(bot);
        message.extra.push(("webhook_id", json!(bot)));
        message.interaction = Some(interaction.metadata.clone());
        if interaction.kind == InteractionKind::Command {
            message.kind = if interaction.metadata.get("target_user").is_some()
                || interaction.metadata.get("target_message_id").is_some()
            {
                23
            } else {
                20
            };
        }
        Some(message)
    }

    /// Whether the bot may be asked something here at all.
    pub(crate) fn may_use_commands(&self, user: Id, channel: Id) -> bool {
        self.permissions_in(user, channel)
            .contains(Permissions::USE_APPLICATION_COMMANDS)
    }
}
