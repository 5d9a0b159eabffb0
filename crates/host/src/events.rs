//! Events on their way to features: a mailbox for each feature and guild.
//!
//! Events of one guild reach one feature in order, one at a time; guilds and features never wait for each other.
//! A mailbox exists only while it holds something; one task on the feature's own threads empties it. It holds at most
//! [`CAPACITY`] letters, or more while few wait in all of them. When many wait, the gateway is read with short pauses
//! (see [`Mailboxes::breathe`]), so that a feature that is busy catches up. One that does not, because it is blocked,
//! finds its mailbox full: then the newest event is dropped, and once the mailbox is empty the feature's repair of that
//! guild runs instead. Events are hints, the repair finds the true state.
//!
//! A handler that fails because something is away for the moment (the database restarts) is tried again, in its
//! place in the order, for up to two minutes; after that, and after every other failure, the repair runs too.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use database::GuildId;
use feature::{BoxFuture, Class, Delivery, Hold, Outcome};
use parking_lot::Mutex;
use tokio::{
    sync::{Notify, Semaphore},
    time::Instant,
};
use twilight_model::gateway::event::Event;

use crate::{
    engine::Engine,
    gateway::Ticket,
    guard::{self, Ended},
    switched_off::unless_off,
};

/// How many letters a mailbox holds at the most.
pub(crate) const CAPACITY: usize = 1024;
/// While fewer letters wait in all mailboxes together, one may hold more: for a burst that its feature keeps up with.
const SHARED: usize = 8192;
/// When so many wait in all mailboxes together, the gateway is read with pauses.
const MANY: usize = SHARED / 2;
/// The longest pause; the gateway is then read for as long before the next one.
const BREATH: Duration = Duration::from_millis(20);
/// How long one handler may take for one event.
const LIMIT: Duration = Duration::from_mins(1);
/// How long an event is tried again while something is away.
const PATIENCE: Duration = Duration::from_mins(2);
/// How many guilds are repaired at the same time.
const REPAIRS: usize = 8;

type Key = (&'static str, Option<GuildId>);

#[derive(Debug)]
enum Letter {
    Event {
        entry: usize,
        event: Arc<Event>,
        ticket: Ticket,
    },
    Repair,
}

#[derive(Debug, Default)]
struct Mailbox {
    letters: VecDeque<Letter>,
    is_repair_due: bool,
    dropped: u64,
}

/// All mailboxes that hold something.
#[derive(Debug)]
pub(crate) struct Mailboxes {
    boxes: Mutex<HashMap<Key, Mailbox>>,
    /// How many letters wait in all of them.
    waiting: AtomicUsize,
    /// Told when fewer than [`MANY`] wait again.
    fewer: Notify,
    repairs: Semaphore,
}

impl Default for Mailboxes {
    fn default() -> Self {
        Self {
            boxes: Mutex::default(),
            waiting: AtomicUsize::new(0),
            fewer: Notify::new(),
            repairs: Semaphore::new(REPAIRS),
        }
    }
}

impl Mailboxes {
    /// Lets features catch up when much waits for them, for a moment and at most half of the time.
    ///
    /// `last` is when the caller last did. Interactions come on the same connection: longer pauses would make the
    /// people wait whose features have nothing to do.
    pub(crate) async fn breathe(&self, last: &mut Instant) {
        if self.waiting.load(Ordering::Relaxed) < MANY || last.elapsed() < BREATH {
            return;
        }
        // It may have been told before anybody listened; then the breath is a short one.
        let _ = tokio::time::timeout(BREATH, self.fewer.notified()).await;
        *last = Instant::now();
    }

    fn taken(&self) {
        if self.waiting.fetch_sub(1, Ordering::Relaxed) == MANY {
            self.fewer.notify_one();
        }
    }
}

/// An event that counts as handled only when somebody says so: not when its task ends because the program does.
#[derive(Debug)]
struct Open(Option<Ticket>);

impl Open {
    fn done(mut self) {
        self.0 = None;
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        // The saved session stays before it, and the next process gets it replayed.
        std::mem::forget(self.0.take());
    }
}

/// Hands an event to every feature that takes it.
pub(crate) fn deliver(
    engine: &Engine,
    flag: twilight_gateway::EventTypeFlags,
    event: &Arc<Event>,
    ticket: &Ticket,
) {
    let guild = event.guild_id().map(GuildId::from);
    for (entry, registered) in engine.house.catalogue.events().iter().enumerate() {
        if registered.flag.contains(flag) {
            let letter = Letter::Event {
                entry,
                event: Arc::clone(event),
                ticket: ticket.clone(),
            };
            post(engine, (registered.feature, guild), letter);
        }
    }
}

/// Has every feature bring a guild to its intended state.
pub(crate) fn repair(engine: &Engine, guild: GuildId) {
    let mut last = None;
    for entry in engine.house.catalogue.reconciles() {
        if last != Some(entry.feature) {
            post(engine, (entry.feature, Some(guild)), Letter::Repair);
            last = Some(entry.feature);
        }
    }
}

/// Has one feature bring a guild to its intended state.
pub(crate) fn repair_of(engine: &Engine, feature: &'static str, guild: GuildId) {
    let mut repairs = engine.house.catalogue.reconciles().iter();
    if repairs.any(|entry| entry.feature == feature) {
        post(engine, (feature, Some(guild)), Letter::Repair);
    }
}

fn post(engine: &Engine, key: Key, letter: Letter) {
    let mut boxes = engine.mailboxes.boxes.lock();
    if let Some(mailbox) = boxes.get_mut(&key) {
        match letter {
            // One repair after everything that waits is enough.
            Letter::Repair => mailbox.is_repair_due = true,
            letter
                if mailbox.letters.len() < CAPACITY
                    || engine.mailboxes.waiting.load(Ordering::Relaxed) < SHARED =>
            {
                engine.mailboxes.waiting.fetch_add(1, Ordering::Relaxed);
                mailbox.letters.push_back(letter);
            }
            Letter::Event { .. } => {
                mailbox.is_repair_due = true;
                mailbox.dropped += 1;
                metrics::counter!("mailbox_dropped_total", "feature" => key.0).increment(1);
                if mailbox.dropped == 1 {
                    tracing::warn!(
                        feature = key.0,
                        guild = key.1.map(tracing::field::display),
                        "a mailbox is full: events are dropped and the guild will be repaired"
                    );
                }
            }
        }
    } else {
        boxes.insert(key, Mailbox::default());
        metrics::gauge!("mailboxes_open")
            .set(f64::from(u32::try_from(boxes.len()).unwrap_or(u32::MAX)));
        drop(boxes);
        let working = engine.busy.begin();
        let task = engine.clone();
        let emptying = engine.threads.spawn(
            key.0,
            Box::pin(async move {
                let mut next = Some(letter);
                while let Some(letter) = next {
                    if !open(&task, key, letter).await {
                        break;
                    }
                    next = take(&task, key);
                    // Handlers that never wait must not keep the other guilds waiting.
                    tokio::task::coop::consume_budget().await;
                }
                drop(working);
            }),
        );
        // It ends by itself.
        drop(emptying.detach());
    }
}

/// The next letter of a mailbox; an empty one is closed.
fn take(engine: &Engine, key: Key) -> Option<Letter> {
    let mut boxes = engine.mailboxes.boxes.lock();
    let mailbox = boxes.get_mut(&key)?;
    if let Some(letter) = mailbox.letters.pop_front() {
        engine.mailboxes.taken();
        return Some(letter);
    }
    if mailbox.is_repair_due {
        mailbox.is_repair_due = false;
        mailbox.dropped = 0;
        return Some(Letter::Repair);
    }
    boxes.remove(&key);
    None
}

/// Works on a letter. Whether the mailbox goes on: not when the program stops over a letter that is not done.
async fn open(engine: &Engine, key: Key, letter: Letter) -> bool {
    match letter {
        Letter::Repair => run_repairs(engine, key).await,
        Letter::Event {
            entry,
            event,
            ticket,
        } => {
            let Some(registered) = engine.house.catalogue.events().get(entry) else {
                return true;
            };
            let hold = Hold::new(ticket.held());
            let ticket = Open(Some(ticket));
            let run = || {
                let delivery = Delivery {
                    event: Arc::clone(&event),
                    hold: hold.clone(),
                };
                let work = (registered.run)(engine.house.clone(), delivery);
                if registered.even_off {
                    work
                } else {
                    unless_off(&engine.house, key.0, key.1, work)
                }
            };
            match attempt(engine, registered.name, key, run).await {
                Attempt::Done => {}
                Attempt::Failed => mark_for_repair(engine, key),
                Attempt::Stopped => return false,
            }
            ticket.done();
            true
        }
    }
}

async fn run_repairs(engine: &Engine, key: Key) -> bool {
    let Some(guild) = key.1 else { return true };
    // The semaphore is never closed.
    let Ok(_permit) = engine.mailboxes.repairs.acquire().await else {
        return true;
    };
    for entry in engine
        .house
        .catalogue
        .reconciles()
        .iter()
        .filter(|entry| entry.feature == key.0)
    {
        let run = || {
            let work = (entry.run)(engine.house.clone(), guild);
            unless_off(&engine.house, key.0, key.1, work)
        };
        if matches!(
            attempt(engine, "reconcile", key, run).await,
            Attempt::Stopped
        ) {
            return false;
        }
    }
    true
}

/// How the attempts to run a handler ended.
enum Attempt {
    Done,
    Failed,
    /// The program stops before it could be done.
    Stopped,
}

/// Runs a handler until it ends well, fails for good, or patience ends.
async fn attempt(
    engine: &Engine,
    what: &'static str,
    (feature, guild): Key,
    run: impl Fn() -> BoxFuture<'static, Outcome<()>>,
) -> Attempt {
    let give_up = Instant::now() + PATIENCE;
    let mut pause = Duration::from_millis(100);
    let guild = guild.map(tracing::field::display);
    loop {
        match guard::here(LIMIT, run()).await {
            Ended::Done(()) => return Attempt::Done,
            Ended::Failed(failure) => {
                if failure.class() == Class::Transient && Instant::now() + pause < give_up {
                    tracing::debug!(
                        feature,
                        guild,
                        what,
                        error = failure.chain(),
                        "trying again"
                    );
                    tokio::select! {
                        () = tokio::time::sleep(pause) => {}
                        () = engine.stopping.cancelled() => return Attempt::Stopped,
                    }
                    pause = (pause * 2).min(Duration::from_secs(5));
                    continue;
                }
                tracing::error!(
                    feature,
                    guild,
                    what,
                    error = failure.chain(),
                    "a handler failed"
                );
            }
            Ended::Panicked(panic) => {
                tracing::error!(feature, guild, what, panic, "a handler panicked");
            }
            Ended::TooSlow => {
                tracing::error!(feature, guild, what, limit = ?LIMIT, "a handler took too long");
            }
        }
        metrics::counter!("handler_failures_total", "feature" => feature).increment(1);
        return Attempt::Failed;
    }
}

fn mark_for_repair(engine: &Engine, key: Key) {
    let has_repair = engine
        .house
        .catalogue
        .reconciles()
        .iter()
        .any(|entry| entry.feature == key.0);
    if has_repair {
        let mut boxes = engine.mailboxes.boxes.lock();
        if let Some(mailbox) = boxes.get_mut(&key) {
            mailbox.is_repair_due = true;
        }
    }
}
