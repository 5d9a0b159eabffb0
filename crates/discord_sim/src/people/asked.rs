//! A question to the bot, and how it answers.

use std::{pin::pin, time::Duration};

use jiff::Timestamp;
use serde_json::Value;

use crate::{
    clock::timestamp,
    ids::Id,
    people::{Cannot, SeenMessage, SeenModal},
    sim::Sim,
    state::{Interaction, World},
};

/// Something a person asked of the bot: a command, a click, a form.
#[derive(Clone, Debug)]
#[must_use = "ask for the answer, or the test will not notice that there is none"]
pub struct Asked {
    pub(crate) sim: Sim,
    pub(crate) interaction: Result<Id, Cannot>,
}

/// How the bot answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Whether the bot said "is thinking" (or acknowledged silently) before it answered.
    pub was_deferred: bool,
    /// Whether only the person who asked sees it.
    pub is_ephemeral: bool,
    /// When it was asked, on the simulator's clock.
    pub asked_at: Timestamp,
    /// How long the first answer of any kind took.
    pub first_after: Duration,
    /// How long the real answer took.
    pub took: Duration,
    /// The message that answers, or that the click was on and that may have changed.
    pub message: Option<SeenMessage>,
    /// The form that opened.
    pub modal: Option<SeenModal>,
    /// What autocompletion offers.
    pub choices: Vec<Choice>,
}

/// One offer of an autocompletion.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// What the person reads.
    pub name: String,
    /// What the bot receives.
    pub value: Value,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// The person could not even ask.
    #[error(transparent)]
    CouldNotAsk(#[from] Cannot),
    /// No first answer within 3 seconds: the person reads "the application did not respond".
    #[error("{0} was not answered within 3 s")]
    NoFirstAnswer(String),
    /// Deferred, and then nothing within the simulator's patience.
    #[error("{0} was deferred and never answered")]
    NeverFinished(String),
    /// The interaction was forgotten because too many followed.
    #[error("the interaction was forgotten")]
    Forgotten,
}

impl Answer {
    /// All text of the message, or of the form, with ids as names.
    pub fn text(&self) -> String {
        match (&self.message, &self.modal) {
            (Some(message), _) => message.text(),
            (None, Some(modal)) => modal.text(),
            (None, None) => {
                let names: Vec<&str> = self
                    .choices
                    .iter()
                    .map(|choice| choice.name.as_str())
                    .collect();
                names.join("\n")
            }
        }
    }

    /// The message.
    ///
    /// # Panics
    ///
    /// If the bot answered with something else.
    #[track_caller]
    pub fn message(&self) -> &SeenMessage {
        self.message
            .as_ref()
            .unwrap_or_else(|| panic!("the bot answered with no message: {self:?}"))
    }

    /// The form.
    ///
    /// # Panics
    ///
    /// If the bot answered with something else.
    #[track_caller]
    pub fn modal(&self) -> &SeenModal {
        self.modal
            .as_ref()
            .unwrap_or_else(|| panic!("the bot opened no form: {self:?}"))
    }
}

/// How far an interaction got.
enum Progress {
    Waiting { deferred: bool },
    Done(Box<Answer>),
    TooLate,
    Forgotten,
}

impl Asked {
    /// The interaction's id.
    ///
    /// # Errors
    ///
    /// [`Cannot`] if the person could not ask.
    pub fn id(&self) -> Result<Id, Cannot> {
        self.interaction.clone()
    }

    /// Waits for the first answer that is no deferral, or for the edit that ends the deferral.
    ///
    /// # Errors
    ///
    /// See [`NoAnswer`]. Time is real: 3 s for the first answer, then
    /// [`patience`](crate::SimOptions::patience).
    pub async fn answer(&self) -> Result<Answer, NoAnswer> {
        let id = self.interaction.clone()?;
        let (waiter, first, patience) = self.sim.with_quietly(|world| {
            let interaction = world.interactions.get_mut(&id);
            let options = &world.options;
            (
                interaction.map(Interaction::waiter),
                options.first_answer,
                options.patience,
            )
        });
        let Some(waiter) = waiter else {
            return Err(NoAnswer::Forgotten);
        };
        let first_deadline = tokio::time::Instant::now() + first + Duration::from_millis(200);
        let last_deadline = tokio::time::Instant::now() + patience;
        loop {
            let mut woken = pin!(waiter.notified());
            // Registered before looking, so that no answer falls in between.
            woken.as_mut().enable();
            let deferred = match self.sim.look(|world| progress(world, &self.sim, id)) {
                Progress::Done(answer) => {
                    self.sim.with_quietly(|world| mark_seen(world, id));
                    return Ok(*answer);
                }
                Progress::Forgotten => return Err(NoAnswer::Forgotten),
                Progress::TooLate => return self.give_up(id, false),
                Progress::Waiting { deferred } => deferred,
            };
            let deadline = if deferred {
                last_deadline
            } else {
                first_deadline
            };
            let waited = tokio::time::timeout_at(deadline, woken).await;
            if waited.is_err() {
                return self.give_up(id, deferred);
            }
        }
    }

    fn give_up(&self, id: Id, deferred: bool) -> Result<Answer, NoAnswer> {
        let label = self.sim.look(|world| {
            world
                .interactions
                .get(&id)
                .map(|i| i.label.clone())
                .unwrap_or_default()
        });
        if !deferred {
            return Err(NoAnswer::NoFirstAnswer(label));
        }
        Err(NoAnswer::NeverFinished(label))
    }

    /// The follow-ups so far.
    pub fn followups(&self) -> Vec<SeenMessage> {
        let Ok(id) = self.interaction else {
            return Vec::new();
        };
        self.sim.with(|world| {
            let Some(interaction) = world.interactions.get(&id) else {
                return Vec::new();
            };
            let (channel, ids) = (interaction.channel, interaction.followups.clone());
            ids.into_iter()
                .filter_map(|id| SeenMessage::look(world, &self.sim, channel, id))
                .collect()
        })
    }

    /// Waits for `count` follow-ups.
    ///
    /// # Errors
    ///
    /// [`NoAnswer::NeverFinished`] when fewer came within the simulator's patience.
    pub async fn wait_followups(&self, count: usize) -> Result<Vec<SeenMessage>, NoAnswer> {
        let id = self.interaction.clone()?;
        let patience = self.sim.look(|world| world.options.patience);
        let enough = |sim: &Sim| {
            sim.look(|world| {
                world
                    .interactions
                    .get(&id)
                    .is_some_and(|i| i.followups.len() >= count)
            })
        };
        match self.sim.wait_until(patience, enough).await {
            Ok(()) => Ok(self.followups()),
            Err(_) => self.give_up(id, true).map(|_| Vec::new()),
        }
    }
}

fn mark_seen(world: &mut World, id: Id) {
    let Some(interaction) = world.interactions.get_mut(&id) else {
        return;
    };
    interaction.is_seen = true;
    let (channel, original) = (interaction.channel, interaction.original);
    if let Some(message) = original.and_then(|id| world.message_mut(channel, id)) {
        message.is_seen = true;
    }
}

fn progress(world: &World, sim: &Sim, id: Id) -> Progress {
    let Some(interaction) = world.interactions.get(&id) else {
        return Progress::Forgotten;
    };
    let Some(first) = &interaction.answer else {
        if world.now() > interaction.created + world.first_answer() {
            return Progress::TooLate;
        }
        return Progress::Waiting { deferred: false };
    };
    let was_deferred = matches!(first.kind, 5 | 6);
    // A silent acknowledgement (6) is also answered by a follow-up.
    let is_answered_otherwise = first.kind == 6 && !interaction.followups.is_empty();
    if first.is_loading && !is_answered_otherwise {
        return Progress::Waiting { deferred: true };
    }
    let since = |at: u64| Duration::from_millis(at.saturating_sub(interaction.created));
    let shown = if is_answered_otherwise {
        interaction.followups.first().copied()
    } else {
        interaction.original
    };
    let message = shown.and_then(|id| SeenMessage::peek(world, sim, interaction.channel, id));
    let modal = (first.kind == 9).then(|| SeenModal {
        sim: sim.clone(),
        interaction: id,
        data: first.data.clone(),
    });
    let choices = match first.data.get("choices") {
        Some(Value::Array(list)) if first.kind == 8 => list
            .iter()
            .map(|choice| Choice {
                name: choice
                    .get("name")
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_owned(),
                value: choice.get("value").cloned().unwrap_or_default(),
            })
            .collect(),
        _ => Vec::new(),
    };
    Progress::Done(Box::new(Answer {
        was_deferred,
        is_ephemeral: first.is_ephemeral,
        asked_at: timestamp(interaction.created),
        first_after: since(first.at),
        took: since(first.finished_at.unwrap_or(first.at)),
        message,
        modal,
        choices,
    }))
}
