//! Deferral: telling Discord that the answer takes longer.

use std::time::Duration;

use feature::{Answer, Refusal, Scene};
use jiff::Timestamp;
use twilight_model::{channel::message::MessageFlags, http::interaction::InteractionResponseType};

use super::{find::Found, respond::Answering};

/// How old an interaction gets before it is deferred. Discord gives up on it at three seconds, and the deferral itself
/// may be the call that shows how slow Discord has become: half of the time is left for its way.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// By when a deferral must have arrived.
const ARRIVED: Duration = Duration::from_millis(2_400);

/// How an interaction is deferred, and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deferral {
    /// From now.
    pub(super) after: Duration,
    /// A new message that says the bot is thinking, or a message that will change.
    pub(super) kind: InteractionResponseType,
    /// Whether only the member sees that message.
    pub(super) is_private: bool,
}

/// Whether Discord has had a first answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Acknowledged {
    /// It has not: the reply is the first answer.
    No,
    /// It was told to wait: the reply edits that answer.
    Deferred(Deferred),
    /// It no longer takes any answer.
    TooLate,
}

/// What stands on the screen after a deferral.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Deferred {
    /// A message of ours that says the bot is thinking.
    Thinking {
        /// Whether only the member sees it.
        is_private: bool,
    },
    /// The message that carries the component, as it was.
    Unchanged,
}

impl Deferral {
    /// The deferral of an interaction; `None` for what can not be deferred: choices and modals. `latency` is how long
    /// Discord takes for a call: the slower it is, the earlier the deferral sets out.
    pub(super) fn of(
        found: &Found,
        scene: &Scene,
        now: Timestamp,
        latency: Duration,
    ) -> Option<Self> {
        if found.is_typing {
            return None;
        }
        // Clocks differ: an age outside the three seconds that an interaction lives is not to be believed.
        let age = Duration::try_from(now.duration_since(scene.created_at)).unwrap_or_default();
        let age = if age < Duration::from_secs(3) {
            age
        } else {
            Duration::ZERO
        };
        let (kind, is_private) = match found.answer {
            Answer::Modal => return None,
            Answer::Private => (
                InteractionResponseType::DeferredChannelMessageWithSource,
                true,
            ),
            Answer::Public => (
                InteractionResponseType::DeferredChannelMessageWithSource,
                false,
            ),
            Answer::Update => (InteractionResponseType::DeferredUpdateMessage, false),
        };
        Some(Self {
            after: PATIENCE
                .min(ARRIVED.saturating_sub(latency))
                .saturating_sub(age),
            kind,
            is_private,
        })
    }

    pub(super) const fn deferred(self) -> Deferred {
        match self.kind {
            InteractionResponseType::DeferredUpdateMessage => Deferred::Unchanged,
            _ => Deferred::Thinking {
                is_private: self.is_private,
            },
        }
    }
}

/// Claims a replayed interaction, which another process may have answered before it died: by deferring it first.
/// `None` when it is answered, or too old to be.
pub(super) async fn claim(answering: &Answering<'_>, deferral: Deferral) -> Option<Acknowledged> {
    match answering.send_deferral(deferral).await {
        Ok(()) => Some(Acknowledged::Deferred(deferral.deferred())),
        // Somebody was here. A message that still says «thinking» was deferred by a process that died over it: it is
        // ours to finish. A component's message does not tell; its handler has run or the member clicks again.
        Err(Refusal::AlreadyAnswered)
            if matches!(deferral.deferred(), Deferred::Thinking { .. }) =>
        {
            match answering.first_answer().await {
                Ok(message)
                    if message
                        .flags
                        .unwrap_or(MessageFlags::empty())
                        .contains(MessageFlags::LOADING) =>
                {
                    Some(Acknowledged::Deferred(deferral.deferred()))
                }
                Ok(_) | Err(Refusal::Gone(_)) => None,
                Err(error) => {
                    tracing::warn!(
                        error = feature::chain(&error),
                        "a replayed interaction can not be looked at"
                    );
                    None
                }
            }
        }
        Err(Refusal::AlreadyAnswered) => None,
        Err(Refusal::Gone(_)) => {
            tracing::info!("a replayed interaction came too late to be answered");
            None
        }
        Err(error) => {
            tracing::warn!(
                error = feature::chain(&error),
                "a replayed interaction can not be claimed"
            );
            None
        }
    }
}
