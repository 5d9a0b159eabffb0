//! Which gateway events are fully handled.
//!
//! A session is saved with the sequence up to which *everything* was handled, not with the newest received: after
//! a crash Discord then replays whatever was still in work.

use std::{any::Any, collections::BTreeSet, sync::Arc};

use parking_lot::Mutex;

/// The sequences of one session.
#[derive(Clone, Debug)]
pub(crate) struct Sequences {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug)]
struct Inner {
    received: u64,
    open: BTreeSet<u64>,
}

impl Inner {
    fn handled(&self) -> u64 {
        self.open
            .first()
            .map_or(self.received, |first| first.saturating_sub(1))
    }
}

impl Sequences {
    /// Starts after a sequence that is handled.
    pub(crate) fn after(sequence: u64) -> Self {
        Self {
            inner: Arc::new(Mutex::new(Inner {
                received: sequence,
                open: BTreeSet::new(),
            })),
        }
    }

    /// An event came in; it is handled when the ticket and all its clones are gone.
    pub(crate) fn receive(&self, sequence: u64) -> Ticket {
        {
            let mut inner = self.inner.lock();
            inner.received = inner.received.max(sequence);
            inner.open.insert(sequence);
        }
        Ticket(Arc::new(Open {
            sequences: self.clone(),
            sequence,
        }))
    }

    /// An event came in that nobody handles.
    pub(crate) fn pass(&self, sequence: u64) {
        let mut inner = self.inner.lock();
        inner.received = inner.received.max(sequence);
    }

    /// The sequence up to which everything is handled.
    pub(crate) fn handled(&self) -> u64 {
        self.inner.lock().handled()
    }
}

/// Keeps an event open until everyone who works on it is done.
#[derive(Clone, Debug)]
pub(crate) struct Ticket(Arc<Open>);

impl Ticket {
    /// The same ticket, for someone who need not know what it is.
    pub(crate) fn held(&self) -> Arc<dyn Any + Send + Sync> {
        Arc::<Open>::clone(&self.0)
    }
}

#[derive(Debug)]
struct Open {
    sequences: Sequences,
    sequence: u64,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.sequences.inner.lock().open.remove(&self.sequence);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_in_work_holds_the_mark_back() {
        let sequences = Sequences::after(3);
        let four = sequences.receive(4);
        sequences.pass(5);
        let six = sequences.receive(6);
        let six_too = six.clone();
        assert_eq!(sequences.handled(), 3);
        drop(four);
        assert_eq!(sequences.handled(), 5);
        drop(six);
        assert_eq!(sequences.handled(), 5, "somebody still works on it");
        drop(six_too);
        assert_eq!(sequences.handled(), 6);
    }

    proptest! {
        #[test]
        fn no_open_event_is_ever_counted_as_handled(order in Just((1u64..40).collect::<Vec<_>>()).prop_shuffle()) {
            let sequences = Sequences::after(0);
            let mut tickets: std::collections::BTreeMap<u64, Ticket> =
                (1..40).map(|sequence| (sequence, sequences.receive(sequence))).collect();
            for done in order {
                tickets.remove(&done);
                let expected = tickets.keys().next().map_or(39, |first| first - 1);
                prop_assert_eq!(sequences.handled(), expected);
            }
        }
    }
}
