//! The calls to Discord that make, change and delete the channels of rooms.

use database::{ChannelId, GuildId, UserId};
use feature::{Discord, Refusal};
use serde::Serialize;
use serde_json::json;
use twilight_http::request::{Method, Request, RequestBuilder};
use twilight_model::{
    channel::{Channel, ChannelType, permission_overwrite::PermissionOverwrite},
    guild::Member,
};

/// A channel that is to be made.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NewChannel<'a> {
    pub(crate) name: &'a str,
    #[serde(rename = "type")]
    pub(crate) kind: ChannelType,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parent_id: Option<ChannelId>,
    pub(crate) permission_overwrites: &'a [PermissionOverwrite],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user_limit: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bitrate: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rtc_region: Option<&'a str>,
}

fn request(method: Method, path: String, body: &impl Serialize) -> Result<Request, Refusal> {
    RequestBuilder::raw(method, path)
        .json(body)
        .build()
        .map_err(Refusal::Unsendable)
}

/// Makes a channel.
pub(crate) async fn create(
    discord: &Discord,
    guild: GuildId,
    channel: &NewChannel<'_>,
) -> Result<Channel, Refusal> {
    let path = format!("guilds/{guild}/channels");
    discord.raw(request(Method::Post, path, channel)?).await
}

/// The channels of a guild as they truly are.
pub(crate) async fn list(discord: &Discord, guild: GuildId) -> Result<Vec<Channel>, Refusal> {
    discord
        .list(discord.http().guild_channels(guild.into()))
        .await
}

/// Deletes a channel; one that is gone already counts as deleted.
pub(crate) async fn delete(discord: &Discord, channel: ChannelId) -> Result<(), Refusal> {
    let request = RequestBuilder::raw(Method::Delete, format!("channels/{channel}"))
        .build()
        .map_err(Refusal::Unsendable)?;
    match discord.raw_done(request).await {
        Err(refusal) if refusal.is_gone() => Ok(()),
        done => done,
    }
}

/// Sets all overwrites and the limit of a channel in one edit.
pub(crate) async fn edit(
    discord: &Discord,
    channel: ChannelId,
    overwrites: &[PermissionOverwrite],
    user_limit: u16,
) -> Result<(), Refusal> {
    let body = json!({ "permission_overwrites": overwrites, "user_limit": user_limit });
    let request = request(Method::Patch, format!("channels/{channel}"), &body)?;
    discord.raw_done(request).await
}

/// Gives a channel a name.
pub(crate) async fn rename(
    discord: &Discord,
    channel: ChannelId,
    name: &str,
) -> Result<(), Refusal> {
    let body = json!({ "name": name });
    let request = request(Method::Patch, format!("channels/{channel}"), &body)?;
    discord.raw_done(request).await
}

/// Shows a text under the name of a voice channel, or none.
///
/// See [Discord Docs/Set Voice Channel Status](https://docs.discord.com/developers/resources/channel#set-voice-channel-status).
pub(crate) async fn set_status(
    discord: &Discord,
    channel: ChannelId,
    status: Option<&str>,
) -> Result<(), Refusal> {
    let body = json!({ "status": status });
    let request = request(
        Method::Put,
        format!("channels/{channel}/voice-status"),
        &body,
    )?;
    discord.raw_done(request).await
}

/// Moves a member who is in voice, or disconnects them.
pub(crate) async fn move_member(
    discord: &Discord,
    guild: GuildId,
    member: UserId,
    to: Option<ChannelId>,
) -> Result<(), Refusal> {
    let body = json!({ "channel_id": to });
    let request = request(
        Method::Patch,
        format!("guilds/{guild}/members/{member}"),
        &body,
    )?;
    discord.raw_done(request).await
}

/// A member whom no event has named yet.
pub(crate) async fn member(
    discord: &Discord,
    guild: GuildId,
    user: UserId,
) -> Result<Member, Refusal> {
    discord
        .one(discord.http().guild_member(guild.into(), user.into()))
        .await
}
