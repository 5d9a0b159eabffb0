//! Who is served: each interaction once, and of each feature only so many at a time.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
};

use database::InteractionId;
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

/// How many interactions of one feature are served at a time.
const PLACES: usize = 512;
/// How many interactions are remembered; Discord repeats one within seconds if it does.
const REMEMBERED: usize = 8_192;

/// How many replayed interactions are claimed at a time: a crash under load leaves thousands, and each claim is a
/// call or two.
const CLAIMS: usize = 64;

/// Keeps count; one for the program.
#[derive(Debug)]
pub(crate) struct Crowd {
    claims: Semaphore,
    places: Mutex<HashMap<&'static str, Arc<Semaphore>>>,
    seen: Mutex<(HashSet<InteractionId>, VecDeque<InteractionId>)>,
}

impl Default for Crowd {
    fn default() -> Self {
        Self {
            claims: Semaphore::new(CLAIMS),
            places: Mutex::default(),
            seen: Mutex::default(),
        }
    }
}

impl Crowd {
    /// A turn to claim a replayed interaction.
    pub(super) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // Never closed, so never refused.
        self.claims.acquire().await.ok()
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
