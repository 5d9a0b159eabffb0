//! What is told one by one and written together: a bounded queue, emptied in batches.
//!
//! The first of a batch waits a moment for others, for a batch costs Postgres about as much as a single one does; what
//! comes while a batch is written is the next one. Events are held until theirs is committed, so after `kill -9` Discord
//! tells them again. When the queue is full, those who bring something wait.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use feature::{Class, Failure, Hold, Kit, Outcome};
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Activity;

/// How many wait at the most.
const MOST: usize = 65_536;
/// How many are written at once.
const BATCH: usize = 2_000;
/// How long the first one waits for others.
const COMPANY: Duration = Duration::from_millis(200);
/// The longest pause before a batch is tried again.
const PAUSE: Duration = Duration::from_secs(5);

/// Something that is written in batches.
pub(crate) trait Gathered: Send + Sync + Sized + 'static {
    /// What it is, for the log.
    const WHAT: &'static str;

    /// Where it waits.
    fn gather(feature: &Activity) -> &Gather<Self>;

    /// Writes a batch, in the order in which it was told; all of it or nothing.
    fn write(kit: &Kit<Activity>, batch: &[Self]) -> impl Future<Output = Outcome<()>> + Send;
}

struct Waiting<T> {
    item: T,
    held: Held,
}

#[expect(
    dead_code,
    reason = "held for their drops: the event, and the place in the queue"
)]
struct Held(Option<Hold>, OwnedSemaphorePermit);

struct Queue<T> {
    items: VecDeque<Waiting<T>>,
    is_running: bool,
}

/// What waits to be written.
pub(crate) struct Gather<T> {
    queue: Mutex<Queue<T>>,
    places: Arc<Semaphore>,
}

impl<T> Default for Gather<T> {
    fn default() -> Self {
        let queue = Queue {
            items: VecDeque::new(),
            is_running: false,
        };
        Self {
            queue: Mutex::new(queue),
            places: Arc::new(Semaphore::new(MOST)),
        }
    }
}

/// Has something written soon; `hold` keeps its event open until it is.
pub(crate) async fn put<T: Gathered>(
    kit: &Kit<Activity>,
    item: T,
    hold: Option<Hold>,
) -> Outcome<()> {
    let gather = T::gather(&kit.feature);
    let places = Arc::clone(&gather.places);
    let place = places.acquire_owned().await.map_err(Failure::fault)?;
    let held = Held(hold, place);
    let mut queue = gather.queue.lock();
    queue.items.push_back(Waiting { item, held });
    let must_start = !queue.is_running;
    queue.is_running = true;
    drop(queue);
    if must_start {
        kit.spawn(T::WHAT, empty::<T>(kit.clone()));
    }
    Ok(())
}

/// Says that nobody empties the queue, also when that panicked.
struct Ends<'a, T>(&'a Gather<T>);

impl<T> Drop for Ends<'_, T> {
    fn drop(&mut self) {
        self.0.queue.lock().is_running = false;
    }
}

async fn empty<T: Gathered>(kit: Kit<Activity>) {
    let gather = T::gather(&kit.feature);
    let mut ends = Some(Ends(gather));
    loop {
        if gather.queue.lock().items.len() < BATCH {
            tokio::time::sleep(COMPANY).await;
        }
        let batch: Vec<Waiting<T>> = {
            let mut queue = gather.queue.lock();
            let count = queue.items.len().min(BATCH);
            let batch: Vec<Waiting<T>> = queue.items.drain(..count).collect();
            if batch.is_empty() {
                queue.is_running = false;
                std::mem::forget(ends.take());
                return;
            }
            batch
        };
        let (batch, held): (Vec<T>, Vec<Held>) = batch
            .into_iter()
            .map(|waiting| (waiting.item, waiting.held))
            .unzip();
        persist(&kit, &batch).await;
        drop(held);
    }
}

/// Writes a batch, however long Postgres is away.
async fn persist<T: Gathered>(kit: &Kit<Activity>, batch: &[T]) {
    let mut pause = Duration::from_millis(50);
    while let Err(failure) = T::write(kit, batch).await {
        let (error, count) = (failure.chain(), batch.len());
        if failure.class() == Class::Permanent {
            // Numbers and names that pass the checks of their tables: whatever this is, it must not hold up all others
            // for ever.
            tracing::error!(error, count, what = T::WHAT, "a batch can not be written");
            return;
        }
        tracing::warn!(error, count, what = T::WHAT, "a batch waits to be written");
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(PAUSE);
    }
}
