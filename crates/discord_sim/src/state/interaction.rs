//! Interactions: what a person asked of the bot, and how it answered.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::Notify;

use crate::{clock::Millis, ids::Id};

/// What kind of question it is, by Discord's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InteractionKind {
    Command,
    Component,
    Autocomplete,
    ModalSubmit,
}

impl InteractionKind {
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Command => 2,
            Self::Component => 3,
            Self::Autocomplete => 4,
            Self::ModalSubmit => 5,
        }
    }
}

/// The first answer the bot gave.
#[derive(Clone, Debug)]
pub(crate) struct FirstAnswer {
    /// Discord's number for the kind of answer.
    pub(crate) kind: u64,
    pub(crate) at: Millis,
    pub(crate) is_ephemeral: bool,
    /// Whether an edit is still owed.
    pub(crate) is_loading: bool,
    /// When the deferral was ended by an edit.
    pub(crate) finished_at: Option<Millis>,
    /// The modal, or the choices of an autocompletion.
    pub(crate) data: Value,
}

/// One question to the bot.
#[derive(Clone, Debug)]
pub(crate) struct Interaction {
    pub(crate) id: Id,
    pub(crate) token: String,
    pub(crate) kind: InteractionKind,
    pub(crate) user: Id,
    pub(crate) guild: Option<Id>,
    pub(crate) channel: Id,
    pub(crate) created: Millis,
    /// What it looks like to a reader: `/hub create`, `[Lock]`.
    pub(crate) label: String,
    /// The message whose component was used, or that the modal was opened from.
    pub(crate) source: Option<Id>,
    /// `interaction_metadata` for messages made by it.
    pub(crate) metadata: Value,
    pub(crate) answer: Option<FirstAnswer>,
    /// The message `@original` stands for.
    pub(crate) original: Option<Id>,
    pub(crate) followups: Vec<Id>,
    /// Whether someone awaited the modal or the choices.
    pub(crate) is_seen: bool,
    /// Woken whenever the answer may have come or cannot come any more.
    pub(crate) waiter: Option<Arc<Notify>>,
}

impl Interaction {
    /// Wakes those who wait for the answer, to look again.
    pub(crate) fn wake(&self) {
        if let Some(waiter) = &self.waiter {
            waiter.notify_waiters();
        }
    }

    /// What to wait on for the answer.
    pub(crate) fn waiter(&mut self) -> Arc<Notify> {
        Arc::clone(self.waiter.get_or_insert_with(Arc::default))
    }

    /// The token lives for this long.
    pub(crate) const TOKEN: Millis = 15 * 60 * 1_000;
}
