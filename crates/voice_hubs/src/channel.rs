//! The calls to Discord that make, change and delete the channels of rooms.

use database::{ChannelId, GuildId, UserId};
use feature::{Discord, Refusal};
use serde::Serialize;
use serde_json::json;
use twilight_http::request::{Method, Request, RequestBuilder};
use twilight_model::{
    channel::{
        Channel, ChannelType,
        permission_overwrite::{PermissionOverwrite, PermissionOverwriteType},
    },
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
    let made = discord
        .raw(request(Method::Post, path.clone(), channel)?)
        .await;
    match made {
        Err(refusal) if is_too_many(&refusal, channel.permission_overwrites) => {
            let (now, later) = in_one_call(channel.permission_overwrites);
            let channel = NewChannel {
                permission_overwrites: &now,
                ..channel.clone()
            };
            let made: Channel = discord.raw(request(Method::Post, path, &channel)?).await?;
            add(discord, made.id.into(), &later).await?;
            Ok(made)
        }
        made => made,
    }
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
    let send = async |overwrites: &[PermissionOverwrite]| {
        let body = json!({ "permission_overwrites": overwrites, "user_limit": user_limit });
        let request = request(Method::Patch, format!("channels/{channel}"), &body)?;
        discord.raw_done(request).await
    };
    match send(overwrites).await {
        Err(refusal) if is_too_many(&refusal, overwrites) => {
            let (now, later) = in_one_call(overwrites);
            send(&now).await?;
            add(discord, channel, &later).await
        }
        done => done,
    }
}

/// How many overwrites Discord's API document lets one call carry. The documented limit of a channel is 1,000, and which
/// of the two is true is not known: all are sent in one call first.
const PER_CALL: usize = 100;

/// Whether a call was refused for the number of its overwrites.
pub(crate) fn is_too_many(refusal: &Refusal, overwrites: &[PermissionOverwrite]) -> bool {
    overwrites.len() > PER_CALL && matches!(refusal, Refusal::Invalid { code: 50_035, .. })
}

/// What one call carries of too many overwrites, and what must be added one by one. People who are only kept out come
/// last and are not added: whoever of them comes in is shown out.
pub(crate) fn in_one_call(
    overwrites: &[PermissionOverwrite],
) -> (Vec<PermissionOverwrite>, Vec<PermissionOverwrite>) {
    let is_denied = |overwrite: &&PermissionOverwrite| {
        overwrite.kind == PermissionOverwriteType::Member && overwrite.allow.is_empty()
    };
    let needed = overwrites.iter().filter(|overwrite| !is_denied(overwrite));
    let denied = overwrites.iter().filter(is_denied);
    let mut now: Vec<_> = needed.chain(denied).copied().collect();
    let mut later = now.split_off(PER_CALL.min(now.len()));
    later.retain(|overwrite| !is_denied(&overwrite));
    (now, later)
}

/// Adds overwrites to a channel, one by one.
pub(crate) async fn add(
    discord: &Discord,
    channel: ChannelId,
    overwrites: &[PermissionOverwrite],
) -> Result<(), Refusal> {
    for overwrite in overwrites {
        let path = format!("channels/{channel}/permissions/{}", overwrite.id);
        discord
            .raw_done(request(Method::Put, path, overwrite)?)
            .await?;
    }
    Ok(())
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
