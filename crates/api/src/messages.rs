//! Messages that programs send through the bot: text and embeds, into channels that the key covers.
//!
//! Nobody is mentioned unless the body names them. A request with an `Idempotency-Key` carries a nonce made of it, so
//! that one whose process died over it is one message all the same, for the few minutes that Discord remembers.
//!
//! See [Discord Docs/Create Message](https://docs.discord.com/developers/resources/message#create-message).

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use database::{ChannelId, GuildId, MessageId, RoleId, UserId};
use feature::{
    BotLacks, House, Kit, Refusal,
    http::{AnyFields, Body, Caller, Field, GuildPath, InGuild, Path, Problem},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use twilight_http::request::{Method, RequestBuilder};
use twilight_model::{channel::ChannelType, guild::Permissions};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{Api, idempotency, keys};

/// Discord's limits, in characters where nothing else is said.
const CONTENT: usize = 2_000;
const EMBEDS: usize = 10;
const EMBEDS_TOGETHER: usize = 6_000;
const TITLE: usize = 256;
const DESCRIPTION: usize = 4_096;
const FIELDS: usize = 25;
const FIELD_VALUE: usize = 1_024;
const FOOTER: usize = 2_048;
const MENTIONS: usize = 100;
/// The most messages that one text is split into.
const PARTS: usize = 10;

pub(crate) fn routes() -> OpenApiRouter<Kit<Api>> {
    OpenApiRouter::new()
        .routes(routes!(send))
        .routes(routes!(legacy_message))
        .routes(routes!(legacy_embed))
}

/// A message to send.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct NewMessage {
    /// What it says, up to 2,000 characters; more only with `split`.
    content: String,
    #[schema(max_items = 10)]
    embeds: Vec<MessageEmbed>,
    /// Sends a longer text as several messages, cut between lines where that is possible; refused otherwise.
    split: bool,
    /// Who is pinged, if the text mentions them; nobody else is.
    #[schema(value_type = Vec<String>, max_items = 100)]
    mention_users: Vec<UserId>,
    #[schema(value_type = Vec<String>, max_items = 100)]
    mention_roles: Vec<RoleId>,
}

/// A framed part of a message; 6,000 characters together.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub(crate) struct MessageEmbed {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 256)]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 4096)]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// Red, green and blue in one number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 16_777_215)]
    color: Option<u32>,
    #[schema(max_items = 25)]
    fields: Vec<MessageEmbedField>,
    #[serde(skip_serializing_if = "Option::is_none")]
    footer: Option<MessageEmbedFooter>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    timestamp: Option<Timestamp>,
}

/// A named value in an embed.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct MessageEmbedField {
    #[schema(max_length = 256)]
    name: String,
    #[schema(max_length = 1024)]
    value: String,
    #[serde(default)]
    inline: bool,
}

/// The small print of an embed.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct MessageEmbedFooter {
    #[schema(max_length = 2048)]
    text: String,
}

/// The messages that were sent; several only with `split`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SentMessages {
    #[schema(value_type = Vec<String>)]
    message_ids: Vec<MessageId>,
}

/// Discord counts UTF-16 units nowhere and characters here.
fn length(text: &str) -> usize {
    text.chars().count()
}

impl NewMessage {
    fn check(&self) -> Result<(), Problem> {
        let mut wrong = Vec::new();
        let mut refuse = |field: String, reason: String| wrong.push(Field { field, reason });
        let most = if self.split { CONTENT * PARTS } else { CONTENT };
        let long = length(&self.content);
        if long > most {
            refuse(
                "content".to_owned(),
                format!("has {long} characters, but may have {most}"),
            );
        }
        if self.content.trim().is_empty() && self.embeds.is_empty() {
            refuse(
                "content".to_owned(),
                "is empty, and there is no embed: say something".to_owned(),
            );
        }
        if self.embeds.len() > EMBEDS {
            refuse(
                "embeds".to_owned(),
                format!("are {}, but may be {EMBEDS}", self.embeds.len()),
            );
        }
        let mut together = 0;
        for (index, embed) in self.embeds.iter().enumerate() {
            let at = |part: &str| format!("embeds[{index}].{part}");
            let mut part = |name: &str, text: &str, least: usize, most: usize| {
                let long = length(text);
                together += long;
                if !(least..=most).contains(&long) {
                    refuse(
                        at(name),
                        format!("has {long} characters, but must have {least} to {most}"),
                    );
                }
            };
            part(
                "title",
                embed.title.as_deref().unwrap_or_default(),
                0,
                TITLE,
            );
            part(
                "description",
                embed.description.as_deref().unwrap_or_default(),
                0,
                DESCRIPTION,
            );
            for (number, field) in embed.fields.iter().enumerate() {
                part(&format!("fields[{number}].name"), &field.name, 1, TITLE);
                part(
                    &format!("fields[{number}].value"),
                    &field.value,
                    1,
                    FIELD_VALUE,
                );
            }
            if let Some(footer) = &embed.footer {
                part("footer.text", &footer.text, 1, FOOTER);
            }
            if embed.fields.len() > FIELDS {
                refuse(
                    at("fields"),
                    format!("are {}, but may be {FIELDS}", embed.fields.len()),
                );
            }
            if embed.color.is_some_and(|color| color > 0xFF_FFFF) {
                refuse(at("color"), "must be at most 16777215".to_owned());
            }
            let is_web = |url: &String| url.starts_with("https://") || url.starts_with("http://");
            if embed
                .url
                .as_ref()
                .is_some_and(|url| !is_web(url) || url.len() > 2_048)
            {
                refuse(
                    at("url"),
                    "must be an address that begins with https:// or http://".to_owned(),
                );
            }
            let is_empty =
                embed.title.is_none() && embed.description.is_none() && embed.fields.is_empty();
            if is_empty {
                refuse(
                    at("description"),
                    "is missing, and so are title and fields: say something".to_owned(),
                );
            }
        }
        if together > EMBEDS_TOGETHER {
            refuse(
                "embeds".to_owned(),
                format!("have {together} characters together, but may have {EMBEDS_TOGETHER}"),
            );
        }
        for (name, count) in [
            ("mention_users", self.mention_users.len()),
            ("mention_roles", self.mention_roles.len()),
        ] {
            if count > MENTIONS {
                refuse(
                    name.to_owned(),
                    format!("are {count}, but may be {MENTIONS}"),
                );
            }
        }
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(Problem::fields(wrong))
        }
    }

    /// The bodies of the messages, in order; the embeds stand below the last.
    fn bodies(&self) -> Vec<Value> {
        let mut parts = split(&self.content);
        if parts.is_empty() {
            parts.push(String::new());
        }
        let last = parts.len() - 1;
        let bodies = parts.into_iter().enumerate().map(|(index, content)| {
            let mut body = json!({
                "allowed_mentions": { "parse": [], "users": self.mention_users, "roles": self.mention_roles },
            });
            if !content.is_empty() {
                body["content"] = content.into();
            }
            if index == last && !self.embeds.is_empty() {
                body["embeds"] = json!(self.embeds);
            }
            body
        });
        bodies.collect()
    }
}

/// Cuts a text into parts that fit: between lines, else between words, else where it must be.
fn split(text: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while length(rest) > CONTENT {
        let end = rest
            .char_indices()
            .nth(CONTENT)
            .map_or(rest.len(), |(index, _)| index);
        let window = &rest[..end];
        let cut = window
            .rfind('\n')
            .or_else(|| window.rfind(' '))
            .filter(|cut| *cut > 0);
        let (part, behind) = rest.split_at(cut.unwrap_or(end));
        parts.push(part.to_owned());
        rest = if cut.is_some() { &behind[1..] } else { behind };
    }
    parts.push(rest.to_owned());
    // Discord takes no message of spaces alone.
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// Refuses a channel of another guild, of a kind without messages, or in which the bot may not write.
async fn require(
    house: &House,
    guild: GuildId,
    channel: ChannelId,
    needed: Permissions,
) -> Result<(), Problem> {
    let known = house.cache.channel(channel.into());
    let is_right = known.is_some_and(|known| {
        let takes_messages = !matches!(
            known.kind,
            ChannelType::GuildCategory
                | ChannelType::GuildForum
                | ChannelType::GuildMedia
                | ChannelType::GuildDirectory
        );
        known.guild_id == Some(guild.into()) && takes_messages
    });
    if !is_right {
        return Err(Problem::not_found());
    }
    let held = house.own_permissions_in(guild, channel).await?;
    let lacking = needed - held.unwrap_or(Permissions::empty());
    if lacking.is_empty() {
        Ok(())
    } else {
        Err(BotLacks(lacking).into())
    }
}

async fn deliver(
    house: &House,
    guild: GuildId,
    caller: &Caller,
    channel: ChannelId,
    headers: &HeaderMap,
    message: &NewMessage,
) -> Result<Vec<MessageId>, Problem> {
    caller.require_channel(channel)?;
    let mut needed = Permissions::VIEW_CHANNEL | Permissions::SEND_MESSAGES;
    if !message.embeds.is_empty() {
        needed |= Permissions::EMBED_LINKS;
    }
    require(house, guild, channel, needed).await?;
    message.check()?;
    let name = headers
        .get(idempotency::NAME)
        .and_then(|name| name.to_str().ok());
    let mut sent = Vec::new();
    for (index, mut body) in message.bodies().into_iter().enumerate() {
        if let Some(name) = name {
            let digest =
                keys::hash_of(format!("{}\0{channel}\0{name}\0{index}", caller.key).as_bytes());
            let mut nonce = URL_SAFE_NO_PAD.encode(digest);
            nonce.truncate(25);
            body["nonce"] = nonce.into();
            body["enforce_nonce"] = true.into();
        }
        let path = format!("channels/{channel}/messages");
        let request = RequestBuilder::raw(Method::Post, path).json(&body).build();
        let posted: Posted = house
            .discord
            .raw(request.map_err(Refusal::Unsendable)?)
            .await?;
        sent.push(posted.id);
    }
    tracing::info!(%guild, %channel, key = caller.name, count = sent.len(), "a program sent messages");
    Ok(sent)
}

/// What is read of Discord's answer.
#[derive(Deserialize)]
struct Posted {
    id: MessageId,
}

/// Send a message into a channel.
#[utoipa::path(post, path = "/v1/guilds/{guild}/channels/{channel}/messages", tag = "messages",
    params(GuildPath, ("channel" = String, Path, description = "The channel's id")), request_body = NewMessage,
    security(("key" = ["messages.write"])), responses((status = 201, body = SentMessages)))]
async fn send(
    State(kit): State<Kit<Api>>,
    guild: InGuild,
    Path(channel): Path<ChannelId>,
    headers: HeaderMap,
    Body(message): Body<NewMessage>,
) -> Result<(StatusCode, Json<SentMessages>), Problem> {
    let sent = deliver(&kit, guild.id, &guild.caller, channel, &headers, &message).await?;
    Ok((
        StatusCode::CREATED,
        Json(SentMessages { message_ids: sent }),
    ))
}

/// A message, as GVB takes it.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct LegacyMessage {
    #[schema(value_type = String)]
    channel_id: ChannelId,
    content: String,
}

/// An embed, as GVB takes it.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct LegacyEmbed {
    #[schema(value_type = String)]
    channel_id: ChannelId,
    #[serde(flatten)]
    embed: MessageEmbed,
}

/// That it was done, as GVB says it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LegacySent {
    success: bool,
    #[schema(value_type = String)]
    message_id: MessageId,
}

async fn legacy(
    kit: &Kit<Api>,
    caller: &Caller,
    channel: ChannelId,
    headers: &HeaderMap,
    message: &NewMessage,
) -> Result<Json<LegacySent>, Problem> {
    let known = kit.cache.channel(channel.into());
    let guild = known.and_then(|known| known.guild_id).map(GuildId::from);
    let guild = guild
        .filter(|guild| caller.is_for(*guild))
        .ok_or_else(Problem::not_found)?;
    let sent = deliver(kit, guild, caller, channel, headers, message).await?;
    let message_id = sent.first().copied().ok_or_else(Problem::not_found)?;
    Ok(Json(LegacySent {
        success: true,
        message_id,
    }))
}

/// Send a text, as GVB does; `POST …/channels/{channel}/messages` does more.
#[utoipa::path(post, path = "/api/discord/message", tag = "legacy", request_body = LegacyMessage,
    security(("key" = ["messages.write"])), responses((status = 200, body = LegacySent)))]
async fn legacy_message(
    State(kit): State<Kit<Api>>,
    caller: Caller,
    headers: HeaderMap,
    AnyFields(message): AnyFields<LegacyMessage>,
) -> Result<Json<LegacySent>, Problem> {
    let new = NewMessage {
        content: message.content,
        ..NewMessage::default()
    };
    legacy(&kit, &caller, message.channel_id, &headers, &new).await
}

/// Send an embed, as GVB does; `POST …/channels/{channel}/messages` does more.
#[utoipa::path(post, path = "/api/discord/embed", tag = "legacy", request_body = LegacyEmbed,
    security(("key" = ["messages.write"])), responses((status = 200, body = LegacySent)))]
async fn legacy_embed(
    State(kit): State<Kit<Api>>,
    caller: Caller,
    headers: HeaderMap,
    AnyFields(message): AnyFields<LegacyEmbed>,
) -> Result<Json<LegacySent>, Problem> {
    let new = NewMessage {
        embeds: vec![message.embed],
        ..NewMessage::default()
    };
    legacy(&kit, &caller, message.channel_id, &headers, &new).await
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_is_cut_where_it_hurts_least() {
        let line = "x".repeat(1_500);
        assert_eq!(
            split(&format!("{line}\n{line}")),
            [line.clone(), line.clone()]
        );
        assert_eq!(split(&format!("{line} {line}")).len(), 2);
        assert_eq!(
            split(&"é".repeat(4_001))
                .iter()
                .map(|part| length(part))
                .collect::<Vec<_>>(),
            [2_000, 2_000, 1]
        );
        assert_eq!(split("  \n "), Vec::<String>::new());
    }

    proptest! {
        #[test]
        fn every_part_fits_and_no_letter_is_lost(text in "[a-zé \n]{0,9000}") {
            let parts = split(&text);
            prop_assert!(parts.iter().all(|part| length(part) <= CONTENT && !part.trim().is_empty()));
            let letters = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
            prop_assert_eq!(letters(&parts.concat()), letters(&text));
        }
    }
}
