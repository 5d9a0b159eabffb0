//! The verbs and what they report.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::LoadReport;

/// One thing to do. `guild` names the guild and may be left out where there is only one; people, channels
/// and roles are named too, and `message` is an id or `last`, the newest the person sees in the channel.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "the fields are described where they first occur"
)]
pub enum Verb {
    /// What is there and how far it is: guilds, shards, sequence, requests in flight.
    Status,
    /// Makes a guild with the bot in it, or finds it.
    Guild {
        name: String,
        #[serde(default)]
        locale: Option<String>,
        /// Members without a story, added at once.
        #[serde(default)]
        members: usize,
    },
    /// Makes a channel or finds it: `text`, `voice`, `stage` or `category`.
    Channel {
        guild: Option<String>,
        kind: String,
        name: String,
    },
    /// Makes a role or finds it; permissions by their names in capitals.
    Role {
        guild: Option<String>,
        name: String,
        #[serde(default)]
        permissions: Vec<String>,
    },
    /// Makes somebody a member, or finds them; roles are given by hand.
    Member {
        guild: Option<String>,
        name: String,
        #[serde(default)]
        locale: Option<String>,
        #[serde(default)]
        roles: Vec<String>,
    },
    /// Runs a slash command and waits for the answer.
    Slash {
        guild: Option<String>,
        who: String,
        /// Where; the guild's first visible text channel if left out.
        channel: Option<String>,
        command: String,
        #[serde(default)]
        options: BTreeMap<String, Given>,
    },
    /// Types into an option and waits for what autocompletion offers.
    Types {
        guild: Option<String>,
        who: String,
        channel: Option<String>,
        command: String,
        option: String,
        text: String,
    },
    /// Presses a button and waits for the answer.
    Click {
        guild: Option<String>,
        who: String,
        channel: Option<String>,
        message: String,
        button: String,
    },
    /// Picks from a select menu and waits for the answer.
    Pick {
        guild: Option<String>,
        who: String,
        channel: Option<String>,
        message: String,
        select: String,
        values: Vec<Given>,
    },
    /// Fills in a form, by the `form` of the report that opened it, and waits for the answer.
    Submit {
        guild: Option<String>,
        who: String,
        form: String,
        fields: BTreeMap<String, Given>,
    },
    /// Writes a message.
    Says {
        guild: Option<String>,
        who: String,
        channel: String,
        text: String,
    },
    /// Puts a reaction under a message.
    Reacts {
        guild: Option<String>,
        who: String,
        channel: String,
        message: String,
        emoji: String,
    },
    /// Joins a voice channel.
    Joins {
        guild: Option<String>,
        who: String,
        channel: String,
    },
    /// Leaves voice.
    Leaves { guild: Option<String>, who: String },
    /// Leaves the guild.
    LeavesGuild { guild: Option<String>, who: String },
    /// What somebody sees in a channel.
    Sees {
        guild: Option<String>,
        who: String,
        channel: String,
    },
    /// The transcript so far; `clear` starts it anew.
    Transcript {
        #[serde(default)]
        clear: bool,
    },
    /// The REST calls so far, one line each; `clear` forgets them.
    Calls {
        #[serde(default)]
        clear: bool,
    },
    /// What the bot wrote and nobody looked at.
    Unread,
    /// What Discord would hold against the bot.
    Violations,
    /// Moves the clock.
    Advance { seconds: u64 },
    /// Waits until this many shards are connected.
    WaitConnected { shards: usize, seconds: u64 },
    /// Makes something go wrong. Without a value: `op7`, `drop`, `duplicate`, `reorder`; on or off: `op9`
    /// (resumable or not), `freeze_acks`, `dead_resume_address`, `rest_down`; with a number: `close` (the
    /// code), `delay_rest` (milliseconds).
    Fault {
        name: String,
        #[serde(default)]
        value: Value,
    },
    /// Sends what Discord never would: an event of this name with this text for a body, as it stands, or without a
    /// name the text as a whole frame. `{n}` in the text becomes the number of the repetition.
    Raw {
        name: Option<String>,
        text: String,
        #[serde(default = "once")]
        count: usize,
    },
    /// Runs a command many times with some in flight, and measures.
    Load {
        guild: Option<String>,
        who: String,
        command: String,
        count: usize,
        in_flight: usize,
    },
    /// Sends many events as fast as they go out: `message`, `voice` or `reaction`.
    Events {
        guild: Option<String>,
        who: String,
        kind: String,
        count: usize,
    },
    /// Ends the program.
    Stop,
}

const fn once() -> usize {
    1
}

/// A value for an option, field or menu.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Given {
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// Text.
    Text(String),
    /// A user by name.
    User {
        /// The name.
        user: String,
    },
    /// A channel by name.
    Channel {
        /// The name.
        channel: String,
    },
    /// A role by name.
    Role {
        /// The name.
        role: String,
    },
}

impl From<&str> for Given {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// A message or form, drawn.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Shown {
    /// The message's id; empty for a form.
    pub id: String,
    /// The name of the author.
    pub author: String,
    /// All text, as in a transcript.
    pub text: String,
    /// Whether only one person sees it.
    pub ephemeral: bool,
    /// The labels of the buttons that can be pressed.
    pub buttons: Vec<String>,
    /// The placeholders of the menus.
    pub selects: Vec<String>,
}

/// How a verb went.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// Whether it worked.
    pub ok: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The id of what was made or found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The message that answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Shown>,
    /// What [`Verb::Submit`] wants to know of a form that opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// Whether the bot deferred.
    pub deferred: bool,
    /// How long the answer took, in microseconds.
    pub took_us: u64,
    /// What autocompletion offers, or messages, lines, names: whatever the verb asks for.
    pub lines: Vec<String>,
    /// Messages somebody sees.
    pub messages: Vec<Shown>,
    /// Figures of [`Verb::Load`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load: Option<LoadReport>,
    /// Anything else, as JSON.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub facts: Value,
}

impl Report {
    pub(super) fn done() -> Self {
        Self {
            ok: true,
            ..Self::default()
        }
    }

    pub(super) fn failed(error: String) -> Self {
        Self {
            error: Some(error),
            ..Self::default()
        }
    }
}
