//! Who is served: each interaction once, and of each feature only so many at a time.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
};

use database::InteractionId;
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Incoming;

/// How many interactions of one feature are served at a time.
const PLACES: usize = 512;
/// How many interactions are remembered; Discord repeats one within seconds if it does.
const REMEMBERED: usize = 8_192;

/// How many replayed interactions are claimed at a time: a crash under load leaves thousands, and each claim is a
/// call or two.
const CLAIMS: usize = 64;
/// How many replayed interactions wait to be claimed.
const WAITING: usize = 8_192;

/// Keeps count; one for the program.
#[derive(Debug)]
pub(crate) struct Crowd {
    claims: Arc<Semaphore>,
    replayed: Mutex<Replayed<Incoming>>,
    places: Mutex<HashMap<&'static str, Arc<Semaphore>>>,
    seen: Mutex<(HashSet<InteractionId>, VecDeque<InteractionId>)>,
}

/// Replayed interactions that wait to be claimed.
#[derive(Debug)]
struct Replayed<T> {
    waiting: VecDeque<T>,
    /// Whether somebody takes them out one after the other.
    is_served: bool,
}

impl<T> Replayed<T> {
    const fn new() -> Self {
        Self {
            waiting: VecDeque::new(),
            is_served: false,
        }
    }

    /// Whether nobody takes them out yet.
    fn push(&mut self, incoming: T) -> bool {
        self.waiting.push_back(incoming);
        if self.waiting.len() > WAITING {
            // The oldest has the least chance of still being answerable.
            self.waiting.pop_front();
        }
        !std::mem::replace(&mut self.is_served, true)
    }

    /// The newest; whoever finds none stops taking them out.
    fn pop(&mut self) -> Option<T> {
        let next = self.waiting.pop_back();
        self.is_served = next.is_some();
        if self.waiting.is_empty() {
            // What a crash left is done with.
            self.waiting = VecDeque::new();
        }
        next
    }
}

impl Default for Crowd {
    fn default() -> Self {
        Self {
            claims: Arc::new(Semaphore::new(CLAIMS)),
            replayed: Mutex::new(Replayed::new()),
            places: Mutex::default(),
            seen: Mutex::default(),
        }
    }
}

impl Crowd {
    /// Lets a replayed interaction wait for its turn. Whether nobody takes them out yet.
    pub(super) fn wait(&self, incoming: Incoming) -> bool {
        self.replayed.lock().push(incoming)
    }

    /// A replayed interaction and its turn to be claimed; `None` when none is left. The newest comes first: those
    /// before it were most likely answered by the process that died, or can no longer be.
    pub(super) async fn turn(&self) -> Option<(Incoming, OwnedSemaphorePermit)> {
        let turn = Arc::clone(&self.claims).acquire_owned().await;
        let next = self.replayed.lock().pop();
        // The semaphore is never closed.
        next.zip(turn.ok())
    }

    /// Whether the interaction was not seen before.
    pub(super) fn is_new(&self, id: InteractionId) -> bool {
        let mut seen = self.seen.lock();
        let (set, order) = &mut *seen;
        if !set.insert(id) {
            return false;
        }
        order.push_back(id);
        if order.len() > REMEMBERED
            && let Some(oldest) = order.pop_front()
        {
            set.remove(&oldest);
        }
        true
    }

    /// A place in a feature, if it has one.
    pub(super) fn enter(&self, feature: &'static str) -> Option<OwnedSemaphorePermit> {
        let semaphore = {
            let mut places = self.places.lock();
            Arc::clone(
                places
                    .entry(feature)
                    .or_insert_with(|| Arc::new(Semaphore::new(PLACES))),
            )
        };
        semaphore.try_acquire_owned().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_replayed_interaction_comes_first_and_the_oldest_goes_when_there_are_too_many() {
        let mut replayed = Replayed::new();
        assert!(replayed.push(0), "somebody has to begin");
        for number in 1..=WAITING {
            assert!(!replayed.push(number), "somebody is at it");
        }
        for number in (1..=WAITING).rev() {
            assert_eq!(replayed.pop(), Some(number));
        }
        assert_eq!(replayed.pop(), None);
        assert!(replayed.push(0), "nobody is at it any more");
    }
}
