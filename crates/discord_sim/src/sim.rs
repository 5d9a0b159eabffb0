//! The handle: starting, stopping, time, and what a test asks about the traffic.

use std::{
    fmt,
    net::Ipv4Addr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use tokio::{net::TcpListener, sync::watch};
use tokio_util::sync::CancellationToken;

use crate::{
    clock::timestamp,
    endpoint,
    ids::Id,
    journal::{RecordedCall, Violations},
    options::SimOptions,
    server,
    state::World,
    transcript::{Name, Names},
};

/// What the tasks share.
pub(crate) struct Core {
    world: Mutex<World>,
    changed: watch::Sender<u64>,
    connections: AtomicU64,
    stopped: CancellationToken,
}

impl Core {
    /// Does something with the world, then wakes those who wait for a change.
    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        let result = act(&mut self.lock());
        self.changed
            .send_modify(|version| *version = version.wrapping_add(1));
        result
    }

    /// The same for what nobody waits for.
    pub(crate) fn with_quietly<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        act(&mut self.lock())
    }

    /// Looks at the world without waking anyone.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        // A panic of a test in the middle of a verb must not hide the first message behind a poison error.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn next_connection(&self) -> u64 {
        self.connections.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn stopped(&self) -> CancellationToken {
        self.stopped.clone()
    }

    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }
}

/// Discord, running in this process. Clones are handles to the same one; when the last is dropped, it
/// stops.
#[derive(Clone)]
pub struct Sim {
    core: Arc<Core>,
    // Dropped with the last handle; tasks hold the core alone.
    _stop: Arc<StopOnDrop>,
}

struct StopOnDrop(CancellationToken);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

impl fmt::Debug for Sim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sim").field("api", &self.api_url()).finish()
    }
}

impl Sim {
    /// Starts a simulator on a loopback port.
    ///
    /// # Errors
    ///
    /// When the port cannot be bound.
    pub async fn start(options: SimOptions) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let address = listener.local_addr()?.to_string();
        let mut world = World::new(options, address);
        let bot = world.bot;
        let name = world.bot_name().to_owned();
        world.name(bot, Name::User(name));
        world.set_presence(bot, "offline", serde_json::json!([]));
        let core = Arc::new(Core {
            world: Mutex::new(world),
            changed: watch::Sender::new(0),
            connections: AtomicU64::new(1),
            stopped: CancellationToken::new(),
        });
        endpoint::start(&core);
        tokio::spawn(server::run(listener, Arc::clone(&core)));
        Ok(Self {
            _stop: Arc::new(StopOnDrop(core.stopped.clone())),
            core,
        })
    }

    /// A handle for tasks of the simulator itself, which does not keep it running.
    pub(crate) fn borrowed(core: &Arc<Core>) -> Self {
        Self {
            core: Arc::clone(core),
            _stop: Arc::new(StopOnDrop(CancellationToken::new())),
        }
    }

    /// Whether it was stopped.
    pub async fn stopped(&self) {
        self.core.stopped.cancelled().await;
    }

    /// Stops serving and cuts all connections. Handles stay usable for looking at what happened.
    pub fn stop(&self) {
        self.core.stopped.cancel();
    }

    pub(crate) fn core(&self) -> &Arc<Core> {
        &self.core
    }

    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        self.core.with(act)
    }

    pub(crate) fn look<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        self.core.look(look)
    }

    /// Changes something that nobody waits for.
    pub(crate) fn with_quietly<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        self.core.with_quietly(act)
    }

    /// `http://127.0.0.1:PORT`, to which clients add `/api/v10`.
    pub fn api_url(&self) -> String {
        self.look(|world| format!("http://{}", world.address))
    }

    /// `ws://127.0.0.1:PORT`.
    pub fn gateway_url(&self) -> String {
        self.look(|world| format!("ws://{}", world.address))
    }

    /// `127.0.0.1:PORT`, as `twilight_http`'s proxy setting takes it.
    pub fn address(&self) -> String {
        self.look(|world| world.address.clone())
    }

    /// The token the bot logs in with, without `Bot `.
    pub fn bot_token(&self) -> String {
        self.look(|world| world.options.bot_token.clone())
    }

    /// The id of the application, which is also the bot user's.
    pub fn application_id(&self) -> Id {
        self.look(|world| world.bot)
    }

    /// What the simulator's clock shows.
    pub fn now(&self) -> Timestamp {
        self.look(|world| timestamp(world.now()))
    }

    /// Moves the simulator's clock forward, on top of real time.
    pub fn advance(&self, by: Duration) {
        self.with(|world| {
            world.clock.advance(by);
            world.run_events();
            for interaction in world.interactions.values() {
                interaction.wake();
            }
        });
    }

    /// The REST calls so far, oldest first.
    pub fn calls(&self) -> Vec<RecordedCall> {
        self.look(|world| world.journal.calls.iter().cloned().collect())
    }

    /// The REST calls with this method and a path of this shape; `{}` is any one part.
    pub fn calls_to(&self, method: &str, pattern: &str) -> Vec<RecordedCall> {
        let mut calls = self.calls();
        calls.retain(|call| call.is(method, pattern));
        calls
    }

    /// The REST calls so far as lines with names for ids, for snapshots and for reading.
    pub fn rendered_calls(&self) -> String {
        self.look(|world| {
            let names = &world.diary.names;
            let lines = world.journal.calls.iter().map(|call| call.render(names));
            lines.collect::<Vec<_>>().join("\n")
        })
    }

    /// Forgets the REST calls so far.
    pub fn clear_calls(&self) {
        self.with(|world| world.journal.calls.clear());
    }

    /// What Discord would hold against the bot.
    pub fn violations(&self) -> Violations {
        self.look(|world| world.journal.violations.clone())
    }

    /// Forgets the violations so far, after a test provoked some on purpose.
    pub fn clear_violations(&self) {
        self.with(|world| world.journal.violations = Violations::default());
    }

    /// How many REST requests are being worked on.
    pub fn requests_in_flight(&self) -> u64 {
        self.look(|world| world.journal.in_flight)
    }

    /// How many REST requests were answered so far.
    pub fn requests_answered(&self) -> u64 {
        self.look(|world| world.journal.answered)
    }

    /// The number of the last event sent to a shard's newest session; `None` before it identified.
    pub fn last_sequence(&self, shard: u64) -> Option<u64> {
        self.newest_session(shard).map(|(_, sequence)| sequence)
    }

    /// A shard's newest session, and the number of the last event sent to it; `None` before the shard identified.
    pub fn newest_session(&self, shard: u64) -> Option<(String, u64)> {
        self.look(|world| {
            let session = world.gateway.newest_session(shard)?;
            Some((session.id.clone(), session.sequence))
        })
    }

    /// Changes whenever anything happened; for waiting on a condition without sleeping.
    pub fn changed(&self) -> watch::Receiver<u64> {
        self.core.changes()
    }

    /// Waits until a condition holds.
    ///
    /// # Errors
    ///
    /// [`Elapsed`](tokio::time::error::Elapsed) when it does not within `patience`, in real time.
    pub async fn wait_until(
        &self,
        patience: Duration,
        mut holds: impl FnMut(&Self) -> bool,
    ) -> Result<(), tokio::time::error::Elapsed> {
        let mut changes = self.changed();
        let wait = async {
            loop {
                changes.borrow_and_update();
                if holds(self) {
                    return;
                }
                // The sender lives in the core, which this handle keeps.
                let _ = changes.changed().await;
            }
        };
        tokio::time::timeout(patience, wait).await
    }

    /// Waits until every open connection has written all events so far.
    pub async fn written(&self) {
        let waits = self.with(|world| {
            let mut waits = Vec::new();
            world.gateway.tell(None, || {
                let (sender, receiver) = tokio::sync::oneshot::channel();
                waits.push(receiver);
                crate::gateway::Outgoing::Written(sender)
            });
            waits
        });
        for wait in waits {
            // A connection that ends in between has nothing more to write.
            let _ = wait.await;
        }
    }

    /// The names of all guilds.
    pub fn guild_names(&self) -> Vec<String> {
        self.look(|world| {
            world
                .guilds
                .values()
                .map(|guild| guild.name.clone())
                .collect()
        })
    }

    /// How many shards are connected and past READY.
    pub fn connected_shards(&self) -> usize {
        self.look(|world| {
            let sessions = world.gateway.sessions.values();
            sessions.filter(|session| session.line.is_some()).count()
        })
    }

    /// What people did and saw so far, as text.
    pub fn transcript(&self) -> String {
        self.look(World::transcript)
    }

    /// Starts the transcript anew.
    pub fn clear_transcript(&self) {
        self.with(|world| world.diary.clear());
    }

    /// What ids are called.
    pub fn names(&self) -> Names {
        self.look(|world| world.diary.names.clone())
    }
}
