//! What a simulator is started with.

use std::time::Duration;

use jiff::Timestamp;

/// How a [`Sim`](crate::Sim) behaves. The defaults suit tests: all rules on, everything logged.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an independent switch"
)]
pub struct SimOptions {
    /// The loopback port to listen on; 0 takes a free one.
    pub port: u16,
    /// The bot's token, without `Bot `.
    pub bot_token: String,
    /// The name of the bot's user and application.
    pub bot_name: String,
    /// What the clock shows at the start; `None` is the wall clock's time.
    pub start_at: Option<Timestamp>,
    /// Whether the application may use the `GUILD_MEMBERS` intent.
    pub members_intent: bool,
    /// Whether the application may use the `GUILD_PRESENCES` intent.
    pub presences_intent: bool,
    /// Whether the application may use the `MESSAGE_CONTENT` intent.
    pub message_content_intent: bool,
    /// How many shards `/gateway/bot` recommends.
    pub shards: u32,
    /// How many shards may identify within 5 s; 0 switches the check off.
    pub max_concurrency: u32,
    /// Identifies allowed in 24 hours.
    pub session_starts: u32,
    /// What HELLO asks for.
    pub heartbeat_interval: Duration,
    /// How long a session waits for its client to resume, on the simulator's clock.
    pub session_life: Duration,
    /// How many past events a session keeps for replay.
    pub replay_events: usize,
    /// Whether `compress=` in the gateway address is honoured; text frames are sent if not.
    pub compression: bool,
    /// Whether route limits (429) are enforced.
    pub rate_limits: bool,
    /// Whether channels that the bot cannot see come without their names and topics in events, as Discord
    /// announced.
    pub obfuscate_channels: bool,
    /// Whether every REST call is kept for [`Sim::calls`](crate::Sim::calls).
    pub log_calls: bool,
    /// Whether what people do and see is kept for [`Sim::transcript`](crate::Sim::transcript).
    pub log_transcript: bool,
    /// How many calls and transcript entries are kept at most; the oldest go first.
    pub log_limit: usize,
    /// How many messages a channel keeps at most; the oldest go first.
    pub messages_per_channel: usize,
    /// How many interactions are remembered at most; the oldest go first.
    pub interactions: usize,
    /// What the addresses of attached files begin with, instead of the simulator's own, with its port in the
    /// place of `PORT`: they then end after a day, as Discord's do, and are new whenever the message is told.
    pub files_at: Option<String>,
    /// How large a file in an answer to an interaction may be at the most, in bytes, as interactions say.
    pub attachment_limit: u64,
    /// How long an interaction waits for its first answer. Discord's clients give up after 3 s; a story about
    /// something else than speed may allow a slow machine more.
    pub first_answer: Duration,
    /// How long [`Asked::answer`](crate::Asked::answer) waits in real time.
    pub patience: Duration,
}

impl Default for SimOptions {
    fn default() -> Self {
        Self {
            port: 0,
            bot_token: "MTAw.simulated.token-of-the-bot".to_owned(),
            bot_name: "Majordome".to_owned(),
            start_at: None,
            members_intent: true,
            presences_intent: true,
            message_content_intent: true,
            shards: 1,
            max_concurrency: 1,
            session_starts: 1000,
            heartbeat_interval: Duration::from_millis(41_250),
            session_life: Duration::from_mins(3),
            replay_events: 10_000,
            compression: true,
            rate_limits: true,
            obfuscate_channels: false,
            log_calls: true,
            log_transcript: true,
            log_limit: 20_000,
            messages_per_channel: 20_000,
            interactions: 20_000,
            files_at: None,
            attachment_limit: 10_485_760,
            first_answer: Duration::from_secs(3),
            patience: Duration::from_secs(10),
        }
    }
}

impl SimOptions {
    /// Options for benchmarks: no rate limits, nothing logged, short memories.
    pub fn bench() -> Self {
        Self {
            max_concurrency: 0,
            rate_limits: false,
            log_calls: false,
            log_transcript: false,
            messages_per_channel: 1_000,
            interactions: 5_000,
            replay_events: 5_000,
            ..Self::default()
        }
    }
}
