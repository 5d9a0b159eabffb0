//! A session: what one shard was sent, and is sent next.

use std::collections::VecDeque;

use axum::extract::ws::Utf8Bytes;
use tokio::sync::mpsc::UnboundedSender;

use super::{Reach, dispatch_frame};
use crate::{clock::Millis, faults::EventFault};

/// An event as it was sent, kept for replay.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) sequence: u64,
    pub(crate) text: Utf8Bytes,
}

/// What a connection is told to do.
#[derive(Debug)]
pub(crate) enum Outgoing {
    Text(Utf8Bytes),
    /// Close with a code, in good order.
    Close(u16, &'static str),
    /// Drop the socket without a word.
    Cut,
    /// Report when all before it has been written.
    Written(tokio::sync::oneshot::Sender<()>),
}

/// The open connection of a session.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) connection: u64,
    pub(crate) sender: UnboundedSender<Outgoing>,
}

/// A session.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) id: String,
    /// Shard id and count.
    pub(crate) shard: (u64, u64),
    pub(crate) intents: u64,
    pub(crate) started: Millis,
    pub(crate) sequence: u64,
    pub(crate) replay: VecDeque<Frame>,
    pub(crate) line: Option<Line>,
    /// Since when nobody is connected.
    pub(crate) detached: Option<Millis>,
    /// What to do with the next events instead of sending them plainly.
    pub(crate) faults: VecDeque<EventFault>,
    /// An event held back so that the next overtakes it.
    pub(crate) late: Option<Utf8Bytes>,
}

type Held = Option<Vec<(UnboundedSender<Outgoing>, Outgoing)>>;

impl Session {
    /// Whether an event with this intent and reach is for this session.
    pub(crate) fn takes(&self, intent: u64, reach: Reach) -> bool {
        if intent != 0 && self.intents & intent == 0 {
            return false;
        }
        match reach {
            Reach::Guild(guild) => (guild.get() >> 22) % self.shard.1 == self.shard.0,
            Reach::Direct => self.shard.0 == 0,
            Reach::Everyone => true,
        }
    }

    /// Gives an event its number, keeps it for replay, and sends it if somebody is connected.
    pub(super) fn push(&mut self, name: &str, payload: &str, keep: usize, held: &mut Held) {
        self.sequence += 1;
        let text = dispatch_frame(name, self.sequence, payload);
        self.replay.push_back(Frame {
            sequence: self.sequence,
            text: text.clone(),
        });
        while self.replay.len() > keep {
            self.replay.pop_front();
        }
        match self.faults.pop_front() {
            None => {}
            Some(EventFault::Duplicate) => self.send(text.clone(), held),
            Some(EventFault::Late) => {
                self.late = Some(text);
                return;
            }
            Some(EventFault::Lost) => return,
        }
        self.send(text, held);
        if let Some(late) = self.late.take() {
            self.send(late, held);
        }
    }

    fn send(&self, text: Utf8Bytes, held: &mut Held) {
        if let Some(line) = &self.line {
            let frame = Outgoing::Text(text);
            match held {
                Some(held) => held.push((line.sender.clone(), frame)),
                // A closed line is no loss: the frame is in the replay buffer.
                None => drop(line.sender.send(frame)),
            }
        }
    }

    /// The events after `sequence`, or `None` if they are not all known any more.
    pub(crate) fn missed_since(&self, sequence: u64) -> Option<Vec<Utf8Bytes>> {
        if sequence > self.sequence {
            return None;
        }
        let oldest = self
            .replay
            .front()
            .map_or(self.sequence + 1, |frame| frame.sequence);
        if sequence + 1 < oldest {
            return None;
        }
        Some(
            self.replay
                .iter()
                .filter(|frame| frame.sequence > sequence)
                .map(|frame| frame.text.clone())
                .collect(),
        )
    }
}
