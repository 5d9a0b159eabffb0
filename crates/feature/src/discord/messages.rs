//! Cards as messages of the bot's own: in a channel, or to a member directly.

use database::{ChannelId, MessageId, RoleId, UserId};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use twilight_http::request::{Method, RequestBuilder};
use twilight_model::channel::{
    Message,
    message::{AllowedMentions, Component, MessageFlags},
};

use super::{Discord, Refusal};
use crate::{Card, Lang, first_id};

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
    /// Which roles are.
    pub roles: &'a [RoleId],
    /// When it may have been sent with this nonce before, by a process that died over it: Discord forgets nonces, so it
    /// is looked for among what was sent since then.
    pub sent_since: Option<Timestamp>,
}

/// How far our clock and Discord's may be apart.
const SLACK: SignedDuration = SignedDuration::from_mins(1);
/// Messages that are asked for at a time, and how often.
const PAGE: usize = 100;
const PAGES: usize = 10;

/// By which number the container of a card shows what it was sent for: the same for the same nonce, and above those that
/// Discord gives.
fn mark(nonce: &str) -> i32 {
    let digest = Sha256::digest(nonce);
    let [a, b, c, d] = [digest[0], digest[1], digest[2], digest[3]];
    (i32::from_be_bytes([a, b, c, d]) & 0x3FFF_FFFF) | (1 << 30)
}

/// A message, of which all that matters is its mark.
#[derive(Debug, Deserialize)]
struct Sent {
    id: MessageId,
    #[serde(default)]
    components: Vec<Value>,
}

impl Sent {
    fn carries(&self, mark: i32) -> bool {
        self.components.iter().any(|part| part["id"] == mark)
    }
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
        let mut rendered = card.render(lang);
        if let (Some(nonce), Some(Component::Container(container))) =
            (post.nonce, rendered.components.first_mut())
        {
            let mark = mark(nonce);
            container.id = Some(mark);
            if let Some(since) = post.sent_since
                && let Some(known) = self.marked(channel, mark, since).await?
            {
                return Ok(known);
            }
        }
        let mentions = AllowedMentions {
            parse: Vec::new(),
            replied_user: false,
            roles: post.roles.iter().map(|role| (*role).into()).collect(),
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

    /// The message that carries a mark, among those since an instant.
    async fn marked(
        &self,
        channel: ChannelId,
        mark: i32,
        since: Timestamp,
    ) -> Result<Option<MessageId>, Refusal> {
        // Our clock and Discord's may differ.
        let mut after = first_id(since - SLACK);
        for _ in 0..PAGES {
            let path = format!("channels/{channel}/messages?limit={PAGE}&after={after}");
            let request = RequestBuilder::raw(Method::Get, path).build();
            let page: Vec<Sent> = self.raw(request.map_err(Refusal::Unsendable)?).await?;
            if let Some(known) = page.iter().find(|sent| sent.carries(mark)) {
                return Ok(Some(known.id));
            }
            let newest = page.iter().map(|sent| sent.id.get()).max();
            match newest.and_then(|newest| i64::try_from(newest).ok()) {
                Some(newest) if page.len() >= PAGE => after = newest,
                _ => break,
            }
        }
        Ok(None)
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
        let channel = self.direct_channel(user).await?;
        let message = self.post(channel, lang, card, Post::default()).await?;
        Ok((channel, message))
    }

    /// Where somebody is spoken to directly. Discord is asked once for each of ten thousand people: the channel is the
    /// same for ever.
    ///
    /// # Errors
    ///
    /// See [`Refusal`].
    pub async fn direct_channel(&self, user: UserId) -> Result<ChannelId, Refusal> {
        if let Some(known) = self.inner.directs.get(&user) {
            return Ok(known);
        }
        let opened = self.http().create_private_channel(user.into());
        let channel = ChannelId::from(self.one(opened).await?.id);
        self.inner.directs.insert(user, channel);
        Ok(channel)
    }
}
