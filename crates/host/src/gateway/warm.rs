//! Fills the cache after a restart that resumed.
//!
//! Discord tells the state of a guild only when a session begins. A new process that resumes an old session starts
//! with an empty cache, so it asks REST for each guild of its shard, in the background and below the rate limits,
//! and has every feature repair the guild: the same as after `GUILD_CREATE`. What REST does not tell (voice states,
//! members, presences) fills up with the events that follow.

use std::collections::HashSet;

use database::GuildId;
use feature::{Discord, Refusal};
use serde::Deserialize;
use serde_json::{Value, json};
use twilight_cache_inmemory::ResourceType;
use twilight_gateway::ShardId;
use twilight_http::request::{Method, RequestBuilder};
use twilight_model::{
    gateway::{event::Event, payload::incoming::GuildCreate},
    guild::Guild,
};

use crate::{engine::Engine, events};

/// The most guilds that Discord lists on a page.
const PAGE: usize = 200;

#[derive(Debug, Deserialize)]
struct Listed {
    id: GuildId,
}

/// The guilds of a shard, by REST.
pub(super) async fn guilds(discord: &Discord, shard: ShardId) -> Result<HashSet<GuildId>, Refusal> {
    let mut found = HashSet::new();
    let mut after = 0;
    loop {
        let page: Vec<Listed> = get(
            discord,
            format!("users/@me/guilds?limit={PAGE}&after={after}"),
        )
        .await?;
        let is_last = page.len() < PAGE;
        after = page.last().map_or(after, |last| last.id.get());
        found.extend(
            page.into_iter()
                .map(|listed| listed.id)
                .filter(|id| is_of(*id, shard)),
        );
        if is_last {
            return Ok(found);
        }
    }
}

/// See [Discord Docs/Sharding](https://docs.discord.com/developers/events/gateway#sharding).
fn is_of(guild: GuildId, shard: ShardId) -> bool {
    (guild.get() >> 22) % u64::from(shard.total()) == u64::from(shard.number())
}

/// Puts guilds into the cache that it does not know, and repairs them.
pub(super) async fn warm(engine: &Engine, guilds: &HashSet<GuildId>) {
    let mut guilds: Vec<_> = guilds.iter().copied().collect();
    guilds.sort_unstable();
    for guild in guilds {
        let is_known = engine.house.cache.guild(guild.into()).is_some();
        if !is_known && !engine.house.catalogue.resources().is_empty() {
            match fetch(engine, guild).await {
                Ok(guild) => engine
                    .house
                    .cache
                    .update(&Event::GuildCreate(Box::new(GuildCreate::Available(guild)))),
                Err(refusal) => {
                    tracing::warn!(%guild, error = feature::chain(&refusal), "a guild can not be read after the restart");
                }
            }
        }
        events::repair(engine, guild);
    }
}

async fn fetch(engine: &Engine, guild: GuildId) -> Result<Guild, Refusal> {
    let discord = &engine.house.discord;
    let mut told: Value = get(discord, format!("guilds/{guild}?with_counts=true")).await?;
    let channels: Value = if engine
        .house
        .catalogue
        .resources()
        .contains(ResourceType::CHANNEL)
    {
        get(discord, format!("guilds/{guild}/channels")).await?
    } else {
        json!([])
    };
    if let Some(fields) = told.as_object_mut() {
        let members = fields
            .remove("approximate_member_count")
            .unwrap_or(Value::Null);
        fields.insert("member_count".to_owned(), members);
        fields.insert("channels".to_owned(), channels);
    }
    serde_json::from_value(told).map_err(Refusal::Unreadable)
}

async fn get<T: serde::de::DeserializeOwned>(
    discord: &Discord,
    path: String,
) -> Result<T, Refusal> {
    let request = RequestBuilder::raw(Method::Get, path)
        .build()
        .map_err(Refusal::Unsendable)?;
    discord.raw(request).await
}
