//! The channels of a server, as GVB lists them: so that a program finds where to write.

#![expect(
    unused_qualifications,
    reason = "the macro that writes the documentation names types in full"
)]

use axum::{Json, extract::State};
use database::{ChannelId, GuildId};
use feature::{
    Kit,
    http::{Caller, Problem, Query},
};
use serde::{Deserialize, Serialize};
use twilight_model::channel::ChannelType;
use utoipa::{IntoParams, ToSchema};

use crate::Api;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// The server; needed when the key covers several.
    #[param(value_type = Option<String>)]
    guild_id: Option<GuildId>,
}

/// The channels of a server; there are 500 at the most, threads are none of them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LegacyChannels {
    channels: Vec<LegacyChannel>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LegacyChannel {
    #[schema(value_type = String)]
    id: ChannelId,
    name: String,
    /// `text`, `voice`, `category`, `announcement`, `stage`, `forum`, `media` or `other`.
    r#type: &'static str,
    /// The category that it stands in.
    #[schema(value_type = Option<String>)]
    category_id: Option<ChannelId>,
    position: i32,
}

const fn kind(kind: ChannelType) -> &'static str {
    match kind {
        ChannelType::GuildText => "text",
        ChannelType::GuildVoice => "voice",
        ChannelType::GuildCategory => "category",
        ChannelType::GuildAnnouncement => "announcement",
        ChannelType::GuildStageVoice => "stage",
        ChannelType::GuildForum => "forum",
        ChannelType::GuildMedia => "media",
        _ => "other",
    }
}

/// The channels that the key covers, in the order in which Discord shows them.
#[utoipa::path(get, path = "/api/discord/channels", tag = "legacy", params(Asked),
    security(("key" = ["channels.read"])), responses((status = 200, body = LegacyChannels)))]
pub(crate) async fn legacy_channels(
    State(kit): State<Kit<Api>>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Json<LegacyChannels>, Problem> {
    let guild = caller.guild(asked.guild_id)?;
    if kit.cache.guild(guild.into()).is_none() {
        return Err(Problem::not_found());
    }
    let ids: Vec<_> = kit
        .cache
        .guild_channels(guild.into())
        .map(|ids| ids.iter().copied().collect())
        .unwrap_or_default();
    let mut channels: Vec<LegacyChannel> = ids
        .into_iter()
        .filter(|id| caller.covers_channel((*id).into()))
        .filter_map(|id| {
            let channel = kit.cache.channel(id)?;
            (!channel.kind.is_thread()).then(|| LegacyChannel {
                id: id.into(),
                name: channel.name.clone().unwrap_or_default(),
                r#type: kind(channel.kind),
                category_id: channel.parent_id.map(Into::into),
                position: channel.position.unwrap_or_default(),
            })
        })
        .collect();
    channels.sort_unstable_by_key(|channel| (channel.position, channel.id));
    Ok(Json(LegacyChannels { channels }))
}
