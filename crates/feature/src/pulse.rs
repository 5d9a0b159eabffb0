//! How the program is doing, for `/ping`, `/info` and the health check.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
    time::Duration,
};

use database::GuildId;
use jiff::Timestamp;
use parking_lot::RwLock;
use twilight_model::gateway::Intents;

/// What the host keeps true and everyone may read; clones share it.
#[derive(Clone, Debug)]
pub struct Pulse {
    started_at: Timestamp,
    version: &'static str,
    missing: Intents,
    shards: Arc<RwLock<BTreeMap<u32, ShardPulse>>>,
    awaited: Arc<RwLock<HashSet<GuildId>>>,
}

/// How one shard is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ShardPulse {
    /// Whether the session is open and events flow.
    pub is_active: bool,
    /// The round trip of the last heartbeat, once there was one.
    pub latency: Option<Duration>,
    /// How many guilds it carries.
    pub guilds: u32,
}

impl Pulse {
    /// A pulse that starts now; `version` is the program's, `missing` the intents that features ask for and that are
    /// switched off.
    pub fn new(started_at: Timestamp, version: &'static str, missing: Intents) -> Self {
        Self {
            started_at,
            version,
            missing,
            shards: Arc::default(),
            awaited: Arc::default(),
        }
    }

    /// When the program started.
    pub const fn started_at(&self) -> Timestamp {
        self.started_at
    }

    /// The program's version.
    pub const fn version(&self) -> &'static str {
        self.version
    }

    /// The intents that features ask for and that are switched off in the developer portal.
    pub const fn missing_intents(&self) -> Intents {
        self.missing
    }

    /// All shards of this program, by number.
    pub fn shards(&self) -> BTreeMap<u32, ShardPulse> {
        self.shards.read().clone()
    }

    /// One shard.
    pub fn shard(&self, id: u32) -> Option<ShardPulse> {
        self.shards.read().get(&id).copied()
    }

    /// Changes what is told of a shard; the host does.
    pub fn beat(&self, id: u32, change: impl FnOnce(&mut ShardPulse)) {
        change(self.shards.write().entry(id).or_default());
    }

    /// Whether a session has begun and Discord has yet to tell of the guild: what is known of it is from before, and
    /// may have changed unheard.
    pub fn awaits(&self, guild: GuildId) -> bool {
        self.awaited.read().contains(&guild)
    }

    /// A session has begun in which Discord will tell of these guilds; the host says so.
    pub fn expect(&self, guilds: impl IntoIterator<Item = GuildId>) {
        self.awaited.write().extend(guilds);
    }

    /// Discord has told of a guild, or that the bot is no longer in it; the host says so.
    pub fn told(&self, guild: GuildId) {
        self.awaited.write().remove(&guild);
    }

    /// The memory that the program holds, in bytes, where the system tells.
    pub fn memory() -> Option<u64> {
        let statm = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = statm.lines().find(|line| line.starts_with("VmRSS:"))?;
        let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kibibytes * 1024)
    }
}
