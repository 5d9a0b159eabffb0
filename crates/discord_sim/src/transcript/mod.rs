//! The diary: what each person did and what they saw, as plain text for a terminal or a failing test.

mod names;
mod render;

use std::collections::VecDeque;

use serde_json::Value;

pub(crate) use names::Name;
pub use names::Names;
pub(crate) use render::{card_lines, modal_lines};

use crate::{
    clock::{Millis, timestamp},
    ids::Id,
    options::SimOptions,
    state::World,
};

/// What happened to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Posted,
    Edited,
    Deleted,
}

/// One entry of the diary.
#[derive(Clone, Debug)]
enum What {
    /// Somebody did something.
    Did { user: Id, text: String },
    /// A message appeared, changed or went.
    Message {
        change: Change,
        message: Value,
        author: String,
        only_for: Option<Id>,
    },
    /// A modal opened before somebody.
    Modal { user: Id, data: Value },
    /// Something that is nobody's doing.
    Event(String),
}

#[derive(Clone, Debug)]
struct Entry {
    at: Millis,
    channel: Option<Id>,
    what: What,
}

/// The log of what people did and saw, bounded.
#[derive(Debug)]
pub(crate) struct Diary {
    entries: VecDeque<Entry>,
    pub(crate) names: Names,
    is_on: bool,
    limit: usize,
}

impl Diary {
    pub(crate) fn new(options: &SimOptions) -> Self {
        Self {
            entries: VecDeque::new(),
            names: Names::default(),
            is_on: options.log_transcript,
            limit: options.log_limit,
        }
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }

    fn note(&mut self, at: Millis, channel: Option<Id>, what: What) {
        if self.is_on {
            self.entries.push_back(Entry { at, channel, what });
            while self.entries.len() > self.limit {
                self.entries.pop_front();
            }
        }
    }
}

impl World {
    /// Remembers what an id is called, for good: also things that are gone are named in a transcript.
    pub(crate) fn name(&mut self, id: Id, name: Name) {
        self.diary.names.set(id, name);
    }

    /// Notes what somebody did.
    pub(crate) fn did(&mut self, user: Id, channel: Option<Id>, text: impl FnOnce() -> String) {
        if self.diary.is_on {
            let at = self.now();
            self.diary
                .note(at, channel, What::Did { user, text: text() });
        }
    }

    /// Notes something that is nobody's doing, such as a fault.
    pub(crate) fn happened(&mut self, text: &str) {
        let at = self.now();
        self.diary.note(at, None, What::Event(text.to_owned()));
    }

    pub(crate) fn diary_message(&mut self, channel: Id, id: Id, change: Change) {
        if !self.diary.is_on {
            return;
        }
        let Some(message) = self.message(channel, id) else {
            return;
        };
        let json = self.message_json(message);
        let author = self.author_name(message);
        let only_for = message.only_for;
        let what = What::Message {
            change,
            message: json,
            author,
            only_for,
        };
        let at = self.now();
        self.diary.note(at, Some(channel), what);
    }

    pub(crate) fn diary_modal(&mut self, user: Id, channel: Id, data: &Value) {
        let at = self.now();
        let data = data.clone();
        self.diary
            .note(at, Some(channel), What::Modal { user, data });
    }

    pub(crate) fn author_name(&self, message: &crate::state::Message) -> String {
        match &message.author {
            crate::state::Author::User(user) => self.diary.names.user(*user),
            crate::state::Author::Webhook { name, .. } => name.clone(),
        }
    }

    /// The diary as text.
    pub(crate) fn transcript(&self) -> String {
        let names = &self.diary.names;
        let mut out = String::new();
        let mut place = None;
        for entry in &self.diary.entries {
            if entry.channel.is_some() && entry.channel != place {
                place = entry.channel;
                if !out.is_empty() {
                    out.push('\n');
                }
                let name = entry
                    .channel
                    .map(|id| names.channel(id))
                    .unwrap_or_default();
                let time = timestamp(entry.at).strftime("%H:%M:%S");
                push(&mut out, 0, &format!("── {name} ── {time}"));
            }
            match &entry.what {
                What::Did { user, text } => {
                    let text = names.render(text);
                    push(&mut out, 1, &format!("{} ▸ {text}", names.user(*user)));
                }
                What::Event(text) => push(&mut out, 1, &format!("⚡ {text}")),
                What::Modal { user, data } => {
                    let head = format!("a form opens before {}", names.user(*user));
                    push(&mut out, 1, &head);
                    for line in modal_lines(data, names) {
                        push(&mut out, 2, &line);
                    }
                }
                What::Message {
                    change,
                    message,
                    author,
                    only_for,
                } => {
                    let mut head = author.clone();
                    match change {
                        Change::Posted => {}
                        // What ends a deferral is the answer itself and no change of it.
                        Change::Edited if message["edited_timestamp"].is_null() => {}
                        Change::Edited => head.push_str(" (edited)"),
                        Change::Deleted => head.push_str(" (deleted)"),
                    }
                    if let Some(reader) = only_for {
                        head = format!("{head} «only {} sees this»", names.user(*reader));
                    }
                    push(&mut out, 1, &head);
                    if *change != Change::Deleted {
                        for line in card_lines(message, names) {
                            push(&mut out, 2, &line);
                        }
                    }
                }
            }
        }
        out
    }
}

fn push(out: &mut String, depth: usize, line: &str) {
    out.push_str(&"  ".repeat(depth));
    out.push_str(line.trim_end());
    out.push('\n');
}
