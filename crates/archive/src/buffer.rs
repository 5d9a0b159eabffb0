//! From events to rows: one buffer, emptied in batches.
//!
//! While a batch is on its way to Postgres the next one gathers, so a quiet channel is written at once and a storm in
//! large batches, without a timer. Events are held until their batch is committed: the saved session never passes what
//! is not in Postgres, and after `kill -9` Discord sends it again.
//!
//! The buffer is bounded. While Postgres is away it fills and the batch in hand is tried again; what does not fit any
//! more is dropped, but not in silence: the line of its guild is broken off, so that what is held of the channel shows
//! the hole, and the first event of it stays held until the repair that closes the hole stands in Postgres.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use database::{ChannelId, GuildId, MessageId};
use feature::{Class, Explain as _, Feature as _, Hold, Kit};
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::{
    Archive,
    model::{Reaction, Told},
    store::channels::Live,
    write::{Batch, write},
};

/// How many events wait at the most.
const MOST: usize = 32_768;
/// How many bytes they take at the most, roughly.
const BYTES: usize = 64 * 1024 * 1024;
/// How many events are written at once.
const BATCH: usize = 1_000;
/// The longest pause before a batch is tried again.
const PAUSE: Duration = Duration::from_secs(5);

/// What was told.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Of a message.
    Told(Box<Told>),
    /// Of a message that was just sent, with the first of its line, or none where the line goes on from before.
    Sent(Box<Told>, Option<MessageId>),
    /// Of a reaction.
    Reaction(Reaction),
}

#[derive(Clone)]
struct Item {
    act: Act,
    weight: usize,
    #[expect(dead_code, reason = "held for its drop")]
    hold: Hold,
}

#[derive(Default)]
struct Queue {
    items: VecDeque<Item>,
    bytes: usize,
    is_running: bool,
    /// How many were ever taken.
    taken: u64,
}

/// What waits to be written.
pub(crate) struct Buffer {
    queue: Mutex<Queue>,
    most: usize,
    /// How many left it, written or refused.
    gone: watch::Sender<u64>,
}

impl Default for Buffer {
    fn default() -> Self {
        Self::new(MOST)
    }
}

impl Buffer {
    /// For so many events at the most.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            queue: Mutex::default(),
            most,
            gone: watch::Sender::new(0),
        }
    }

    /// Waits until what was taken before is in Postgres. What the history does not tell of is gone: that can be said of
    /// rows, and not of what is still on its way to them.
    pub(crate) async fn written(&self) {
        let taken = self.queue.lock().taken;
        // The sender lives as long as the buffer.
        let _ = (self.gone.subscribe())
            .wait_for(|gone| *gone >= taken)
            .await;
    }
}

/// Counts a batch as gone when it is dropped, also when writing it panicked.
struct Leaves<'a>(&'a Buffer, u64);

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        self.0.gone.send_modify(|gone| *gone += self.1);
    }
}

/// Takes an event, or drops it visibly when the buffer is full.
pub(crate) fn push(kit: &Kit<Archive>, guild: GuildId, act: Act, hold: Hold) {
    let weight = match &act {
        Act::Told(told) | Act::Sent(told, _) => told.weight(),
        Act::Reaction(_) => 256,
    };
    let buffer = &kit.feature.buffer;
    let mut queue = buffer.queue.lock();
    if queue.items.len() >= buffer.most || queue.bytes + weight > BYTES {
        drop(queue);
        drop_visibly(kit, guild, hold);
        return;
    }
    queue.bytes += weight;
    queue.taken += 1;
    queue.items.push_back(Item { act, weight, hold });
    let must_start = !queue.is_running;
    queue.is_running = true;
    drop(queue);
    if must_start {
        kit.spawn("writing messages", empty(kit.clone()));
    }
}

/// Something of a guild can not be taken: it shows as a hole, and is repaired.
pub(crate) fn drop_visibly(kit: &Kit<Archive>, guild: GuildId, hold: Hold) {
    metrics::counter!("archive_dropped_total").increment(1);
    if !kit.feature.memory.is_broken(guild) {
        tracing::warn!(%guild, "messages can not be taken: they will be read from the history");
        kit.repairs.ask(Archive::NAME, guild);
    }
    kit.feature.memory.break_off(guild, hold);
}

/// Says that nobody empties the buffer, also when that panicked.
struct Ends<'a>(&'a Buffer);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.queue.lock().is_running = false;
    }
}

async fn empty(kit: Kit<Archive>) {
    let buffer = &kit.feature.buffer;
    let mut ends = Some(Ends(buffer));
    loop {
        let items: Vec<Item> = {
            let mut queue = buffer.queue.lock();
            let count = queue.items.len().min(BATCH);
            let items: Vec<Item> = queue.items.drain(..count).collect();
            if items.is_empty() {
                queue.is_running = false;
                std::mem::forget(ends.take());
                return;
            }
            metrics::gauge!("archive_waiting").set(f64::from(
                u32::try_from(queue.items.len()).unwrap_or(u32::MAX),
            ));
            items
        };
        let weight: usize = items.iter().map(|item| item.weight).sum();
        let leaves = Leaves(buffer, u64::try_from(items.len()).unwrap_or_default());
        write_all(&kit, items).await;
        drop(leaves);
        buffer.queue.lock().bytes -= weight;
    }
}

/// Writes items until they are written. One that Postgres will never take must not hold up all others: the batch is
/// halved until it is found.
async fn write_all(kit: &Kit<Archive>, items: Vec<Item>) {
    let mut rest = vec![items];
    while let Some(mut items) = rest.pop() {
        let mut pause = Duration::from_millis(50);
        loop {
            let Err(error) = write(kit, batch(&items)).await else {
                break;
            };
            if error.class() != Class::Permanent {
                tracing::warn!(
                    count = items.len(),
                    error = feature::chain(&error),
                    "messages wait for the database"
                );
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(PAUSE);
            } else if items.len() > 1 {
                let second = items.split_off(items.len() / 2);
                rest.push(second);
            } else {
                metrics::counter!("archive_refused_total").increment(1);
                tracing::error!(
                    error = feature::chain(&error),
                    "the database refuses a message: it is left out"
                );
                break;
            }
        }
    }
}

fn batch(items: &[Item]) -> Batch {
    let mut told: BTreeMap<MessageId, Told> = BTreeMap::new();
    let mut live: BTreeMap<(ChannelId, Option<MessageId>), Live> = BTreeMap::new();
    let mut batch = Batch::default();
    for item in items {
        match &item.act {
            Act::Reaction(reaction) => batch.reactions.push(reaction.clone()),
            Act::Told(one) | Act::Sent(one, _) => {
                if let Act::Sent(_, since) = &item.act {
                    let known = live.entry((one.channel_id, *since)).or_insert(Live {
                        guild: one.guild_id,
                        channel: one.channel_id,
                        since: *since,
                        first: one.id,
                        last: one.id,
                    });
                    known.first = known.first.min(one.id);
                    known.last = known.last.max(one.id);
                }
                let one = Told::clone(one);
                let joined = match told.remove(&one.id) {
                    None => one,
                    Some(before) => {
                        let (joined, version) = before.join(one);
                        batch.versions.extend(version);
                        joined
                    }
                };
                told.insert(joined.id, joined);
            }
        }
    }
    batch.told = told.into_values().collect();
    batch.live = live.into_values().collect();
    batch
}
