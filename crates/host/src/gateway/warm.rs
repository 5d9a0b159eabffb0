//! Fills the cache after a restart that resumed.
//!
//! Discord tells the state of a guild only when a session begins. A new process that resumes an old session starts
//! with an empty cache, so it asks REST for each guild of its shard, in the background and below the rate limits,
//! and has every feature repair the guild: the same as after `GUILD_CREATE`. What REST does not tell (voice states,
//! members, presences) fills up with the events that follow.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use database::GuildId;
use feature::{Discord, Refusal};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use twilight_cache_inmemory::{DefaultInMemoryCache, ResourceType};
use twilight_gateway::ShardId;
use twilight_http::request::{Method, RequestBuilder};
use twilight_model::{
    gateway::{event::Event, payload::incoming::GuildCreate},
    guild::Guild,
};

use super::known;
use crate::{busy::Working, engine::Engine};

/// How many events are noted for guilds that are being read.
const NOTED: usize = 10_000;

/// The most guilds that Discord lists on a page.
const PAGE: usize = 200;

#[derive(Debug, Deserialize)]
struct Listed {
    id: GuildId,
}

/// What REST told.
#[derive(Debug)]
pub(super) enum Told {
    /// The guilds of the shard.
    Guilds(HashSet<GuildId>),
    /// One of them; without its state where the cache had it, or where it could not be read.
    Guild(GuildId, Option<Box<Guild>>),
}

/// A warm-up at work.
///
/// Between Discord's answer and the moment it is put into the cache events may change what it says. So those of guilds
/// that are not known yet are noted, and told again after the answer: what is older than it changes nothing that a
/// newer one does not change back.
#[derive(Debug)]
pub(super) struct Warming {
    told: mpsc::Receiver<Told>,
    noted: HashMap<GuildId, Vec<Arc<Event>>>,
    count: usize,
    _working: Working,
}

impl Warming {
    /// Notes an event that an answer under way may not know of.
    pub(super) fn note(&mut self, cache: &DefaultInMemoryCache, event: &Arc<Event>) {
        let is_told_by_rest = matches!(
            **event,
            Event::ChannelCreate(_)
                | Event::ChannelUpdate(_)
                | Event::ChannelDelete(_)
                | Event::GuildEmojisUpdate(_)
                | Event::GuildUpdate(_)
                | Event::RoleCreate(_)
                | Event::RoleDelete(_)
                | Event::RoleUpdate(_)
                | Event::ThreadCreate(_)
                | Event::ThreadDelete(_)
                | Event::ThreadUpdate(_)
        );
        let Some(guild) = event.guild_id().filter(|_| is_told_by_rest) else {
            return;
        };
        if cache.guild(guild).is_some() {
            return;
        }
        if self.count == NOTED {
            tracing::warn!(%guild, "too much happens while guilds are read: a change may be missed");
            return;
        }
        self.count += 1;
        let noted = self.noted.entry(guild.into()).or_default();
        noted.push(Arc::clone(event));
    }

    /// Puts a guild into the cache that it does not know.
    pub(super) fn learn(&mut self, cache: &DefaultInMemoryCache, guild: Guild) {
        let id = GuildId::from(guild.id);
        let noted = self.noted.remove(&id).unwrap_or_default();
        self.count -= noted.len();
        if cache.guild(id.into()).is_some() {
            // Discord told of it meanwhile.
            return;
        }
        let told = Event::GuildCreate(Box::new(GuildCreate::Available(guild)));
        known::learn(cache, &told);
        for event in noted {
            known::learn(cache, &event);
        }
    }
}

/// Begins to read the guilds of a shard.
pub(super) fn begin(engine: &Engine, shard: ShardId) -> Warming {
    let (teller, told) = mpsc::channel(1);
    let task = engine.clone();
    tokio::spawn(async move {
        if tell(&task, shard, &teller).await.is_err() {
            // The shard has ended.
            tracing::debug!(shard = shard.number(), "nobody waits for the guilds");
        }
    });
    Warming {
        told,
        noted: HashMap::new(),
        count: 0,
        _working: engine.busy.begin(),
    }
}

/// What a warm-up tells next, `None` at its end; forever pending where there is none.
pub(super) async fn next(warming: &mut Option<Warming>) -> Option<Told> {
    match warming {
        Some(warming) => warming.told.recv().await,
        None => std::future::pending().await,
    }
}

async fn tell(
    engine: &Engine,
    shard: ShardId,
    teller: &mpsc::Sender<Told>,
) -> Result<(), mpsc::error::SendError<Told>> {
    let guilds = match guilds(&engine.house.discord, shard).await {
        Ok(guilds) => guilds,
        Err(refusal) => {
            tracing::warn!(
                shard = shard.number(),
                error = feature::chain(&refusal),
                "the guilds can not be read after the restart"
            );
            return Ok(());
        }
    };
    let mut ordered: Vec<_> = guilds.iter().copied().collect();
    ordered.sort_unstable();
    teller.send(Told::Guilds(guilds)).await?;
    for guild in ordered {
        let is_known = engine.house.cache.guild(guild.into()).is_some();
        let mut read = None;
        if !is_known && !engine.house.catalogue.resources().is_empty() {
            match fetch(engine, guild).await {
                Ok(guild) => read = Some(Box::new(guild)),
                Err(refusal) => {
                    tracing::warn!(%guild, error = feature::chain(&refusal), "a guild can not be read after the restart");
                }
            }
        }
        teller.send(Told::Guild(guild, read)).await?;
    }
    Ok(())
}

/// The guilds of a shard, by REST.
async fn guilds(discord: &Discord, shard: ShardId) -> Result<HashSet<GuildId>, Refusal> {
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

#[cfg(test)]
mod tests {
    use twilight_model::gateway::payload::incoming::{ChannelCreate, ChannelDelete};

    use super::*;
    use crate::{
        busy::Busy,
        gateway::known::tests::{GUILD, channels, guild},
    };

    fn channel(id: u64) -> twilight_model::channel::Channel {
        serde_json::from_value(json!({
            "id": id.to_string(), "type": 0, "name": "talk", "guild_id": GUILD.to_string(),
        }))
        .unwrap()
    }

    #[test]
    fn what_happens_while_a_guild_is_read_is_not_undone_by_the_answer() {
        let cache = DefaultInMemoryCache::builder()
            .resource_types(ResourceType::GUILD | ResourceType::CHANNEL)
            .build();
        let (_teller, told) = mpsc::channel(1);
        let mut warming = Warming {
            told,
            noted: HashMap::new(),
            count: 0,
            _working: Busy::default().begin(),
        };
        let events = [
            Event::ChannelCreate(Box::new(ChannelCreate(channel(12)))),
            Event::ChannelDelete(Box::new(ChannelDelete(channel(10)))),
        ];
        for event in events.map(Arc::new) {
            known::learn(&cache, &event);
            warming.note(&cache, &event);
        }
        // Discord answered before both.
        warming.learn(&cache, guild(&[10, 11]));
        assert_eq!(channels(&cache), Some(vec![11, 12]));
        assert_eq!(warming.count, 0);
        // What comes now is known by the cache alone.
        warming.note(
            &cache,
            &Arc::new(Event::ChannelCreate(Box::new(ChannelCreate(channel(13))))),
        );
        assert_eq!(warming.count, 0);
    }
}
