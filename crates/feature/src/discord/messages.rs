//! Cards as messages of the bot's own: in a channel, or to a member directly.

use database::{ChannelId, MessageId, UserId};
use serde_json::json;
use twilight_http::request::{Method, RequestBuilder};
use twilight_model::channel::{
    Message,
    message::{AllowedMentions, MessageFlags},
};

use super::{Discord, Refusal};
use crate::{Card, Lang};

/// How a card is sent.
#[derive(Clone, Debug, Default)]
pub struct Post<'a> {
    /// Discord makes one message of several that carry the same nonce within some minutes: a repeated call does no harm.
    /// At most 25 characters; only for cards without files.
    ///
    /// See [Discord Docs/Create Message](https://docs.discord.com/developers/resources/message#create-message).
    pub nonce: Option<&'a str>,
    /// Who is pinged, if the card mentions them; nobody else is.
    pub pings: &'a [UserId],
}

impl Discord {
    /// Sends a card to a channel.
    ///
    /// # Errors
    ///
    /// See [`Refusal`].
    pub async fn post(
        &self,
        channel: ChannelId,
        lang: Lang,
        card: &Card,
        post: Post<'_>,
    ) -> Result<MessageId, Refusal> {
        let rendered = card.render(lang);
        let mentions = AllowedMentions {
            parse: Vec::new(),
            replied_user: false,
            roles: Vec::new(),
            users: post.pings.iter().map(|user| (*user).into()).collect(),
        };
        let message: Message = if rendered.attachments.is_empty() {
            let mut body = json!({
                "components": rendered.components,
                "flags": MessageFlags::IS_COMPONENTS_V2.bits(),
                "allowed_mentions": mentions,
            });
            if let (Some(nonce), Some(fields)) = (post.nonce, body.as_object_mut()) {
                fields.insert("nonce".to_owned(), nonce.into());
                fields.insert("enforce_nonce".to_owned(), true.into());
            }
            let path = format!("channels/{channel}/messages");
            let request = RequestBuilder::raw(Method::Post, path).json(&body).build();
            self.raw(request.map_err(Refusal::Unsendable)?).await?
        } else {
            let request = self
                .http()
                .create_message(channel.into())
                // Before the components, which are judged by it.
                .flags(MessageFlags::IS_COMPONENTS_V2)
                .allowed_mentions(Some(&mentions))
                .attachments(&rendered.attachments)
                .components(&rendered.components);
            self.one(request).await?
        };
        Ok(message.id.into())
    }

    /// Makes a message of the bot's show another card.
    ///
    /// # Errors
    ///
    /// See [`Refusal`].
    pub async fn repost(
        &self,
        channel: ChannelId,
        message: MessageId,
        lang: Lang,
        card: &Card,
    ) -> Result<(), Refusal> {
        let rendered = card.render(lang);
        let mentions = AllowedMentions::default();
        let request = self
            .http()
            .update_message(channel.into(), message.into())
            .flags(MessageFlags::IS_COMPONENTS_V2)
            .allowed_mentions(Some(&mentions))
            .attachments(&rendered.attachments)
            .components(Some(&rendered.components));
        self.one(request).await.map(|_: Message| ())
    }

    /// Deletes a message; one that is gone already counts as deleted.
    ///
    /// # Errors
    ///
    /// See [`Refusal`].
    pub async fn unpost(&self, channel: ChannelId, message: MessageId) -> Result<(), Refusal> {
        let request = self.http().delete_message(channel.into(), message.into());
        match self.done(request).await {
            Err(refusal) if refusal.is_gone() => Ok(()),
            done => done,
        }
    }

    /// Sends a card to somebody directly. Discord refuses where they closed their messages to the bot.
    ///
    /// # Errors
    ///
    /// See [`Refusal`].
    pub async fn direct(
        &self,
        user: UserId,
        lang: Lang,
        card: &Card,
    ) -> Result<(ChannelId, MessageId), Refusal> {
        let channel = self
            .one(self.http().create_private_channel(user.into()))
            .await?;
        let channel = ChannelId::from(channel.id);
        let message = self.post(channel, lang, card, Post::default()).await?;
        Ok((channel, message))
    }
}
