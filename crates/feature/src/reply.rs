//! Replies: what a handler gives back to be shown.

use twilight_model::channel::message::AllowedMentions;

use crate::{Card, Modal};

/// What happens on the screen, declared before the handler runs so that a slow one can be deferred rightly.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Answer {
    /// A new message that only the member sees.
    Private,
    /// A new message that everyone in the channel sees.
    Public,
    /// The message that carries the component changes.
    Update,
    /// A modal may open. Discord allows none after a deferral, so the handler must answer within 2.5 s.
    Modal,
}

/// What a handler answers.
#[derive(Clone, Debug)]
#[must_use]
pub struct Reply {
    /// What is shown.
    pub body: Body,
    /// Who may be pinged; nobody unless the handler asks.
    pub mentions: AllowedMentions,
}

/// The kinds of answers.
#[derive(Clone, Debug)]
pub enum Body {
    /// A new message, as private or public as was declared.
    Card(Box<Card>),
    /// The message that carries the component, or the deferred answer, becomes this.
    Update(Box<Card>),
    /// A modal opens.
    Modal(Box<Modal>),
    /// Choices under an option that is being typed; at most 25 are sent.
    Choices(Vec<Choice>),
    /// Nothing changes on the screen.
    Done,
}

/// A choice under an option that is being typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// What the member sees, cut at 100 characters.
    pub name: String,
    /// What the option becomes.
    pub value: ChoiceValue,
}

/// The value behind a choice.
#[derive(Clone, Debug, PartialEq)]
pub enum ChoiceValue {
    /// For a text option.
    Text(String),
    /// For an integer option.
    Integer(i64),
    /// For a number option.
    Number(f64),
}

impl Choice {
    /// A text choice.
    pub fn text(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: ChoiceValue::Text(value.into()),
        }
    }
}

impl Reply {
    const fn with(body: Body) -> Self {
        Self {
            body,
            mentions: AllowedMentions {
                parse: Vec::new(),
                replied_user: false,
                roles: Vec::new(),
                users: Vec::new(),
            },
        }
    }

    /// A new message.
    pub fn card(card: Card) -> Self {
        Self::with(Body::Card(Box::new(card)))
    }

    /// A new message of one paragraph.
    pub fn text(text: impl Into<String>) -> Self {
        Self::card(Card::new().text(text))
    }

    /// Changes the message that carries the component.
    pub fn update(card: Card) -> Self {
        Self::with(Body::Update(Box::new(card)))
    }

    /// Opens a modal.
    pub fn modal(modal: Modal) -> Self {
        Self::with(Body::Modal(Box::new(modal)))
    }

    /// Offers choices.
    pub fn choices(choices: impl IntoIterator<Item = Choice>) -> Self {
        Self::with(Body::Choices(choices.into_iter().take(25).collect()))
    }

    /// Leaves the screen as it is.
    pub fn done() -> Self {
        Self::with(Body::Done)
    }

    /// Allows pings.
    pub fn mentioning(mut self, mentions: AllowedMentions) -> Self {
        self.mentions = mentions;
        self
    }
}
