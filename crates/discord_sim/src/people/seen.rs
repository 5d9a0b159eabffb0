//! Messages and forms as a person sees them.

use std::fmt;

use serde_json::Value;

use crate::{
    ids::Id,
    people::{ChannelRef, Person},
    permissions::Permissions,
    sim::Sim,
    state::{Author, World},
    transcript::{card_lines, modal_lines},
    validate::components::{is_select, kind, walk},
};

/// A message at the moment somebody looked at it.
#[derive(Clone)]
pub struct SeenMessage {
    pub(crate) sim: Sim,
    pub(crate) channel: Id,
    pub(crate) id: Id,
    pub(crate) json: Value,
    pub(crate) author: String,
    pub(crate) only_for: Option<Id>,
}

impl SeenMessage {
    /// The message as it is now, without counting as looked at.
    pub(crate) fn peek(world: &World, sim: &Sim, channel: Id, id: Id) -> Option<Self> {
        let message = world.message(channel, id)?;
        Some(Self {
            sim: sim.clone(),
            channel,
            id,
            json: world.message_json(message),
            author: world.author_name(message),
            only_for: message.only_for,
        })
    }

    /// The message as it is now, which is looked at by this.
    pub(crate) fn look(world: &mut World, sim: &Sim, channel: Id, id: Id) -> Option<Self> {
        world.message_mut(channel, id)?.is_seen = true;
        Self::peek(world, sim, channel, id)
    }

    /// The message's id.
    pub fn id(&self) -> Id {
        self.id
    }

    /// The channel it is in.
    pub fn channel(&self) -> ChannelRef {
        ChannelRef {
            sim: self.sim.clone(),
            id: self.channel,
        }
    }

    /// The name of its author.
    pub fn author(&self) -> &str {
        &self.author
    }

    /// Whether only one person sees it.
    pub fn is_ephemeral(&self) -> bool {
        self.only_for.is_some()
    }

    /// The message object as REST shows it.
    pub fn json(&self) -> &Value {
        &self.json
    }

    /// The message as it is now; `None` if it was deleted.
    pub fn again(&self) -> Option<Self> {
        self.sim
            .with(|world| Self::look(world, &self.sim, self.channel, self.id))
    }

    /// All that can be read in the message, drawn as in a transcript, with ids as names.
    pub fn text(&self) -> String {
        self.sim
            .look(|world| card_lines(&self.json, &world.diary.names))
            .join("\n")
    }

    /// The content of a file that is attached; `None` if there is none of this name.
    pub fn file(&self, name: &str) -> Option<Vec<u8>> {
        let attachments = self.json.get("attachments").and_then(Value::as_array)?;
        let meant = attachments
            .iter()
            .find(|file| file.get("filename").and_then(Value::as_str) == Some(name))?;
        let id = Id::from_json(meant.get("id")?)?;
        self.sim
            .look(|world| world.files.get(&id).map(|bytes| bytes.to_vec()))
    }

    /// The labels of the buttons that can be pressed, in order.
    pub fn buttons(&self) -> Vec<String> {
        self.controls(|component| {
            let is_button = component.get("type").and_then(Value::as_u64) == Some(kind::BUTTON);
            let is_on = component.get("disabled") != Some(&Value::Bool(true));
            (is_button && is_on).then(|| face(component))
        })
    }

    /// The placeholders of the select menus, in order.
    pub fn selects(&self) -> Vec<String> {
        self.controls(|component| {
            let number = component.get("type").and_then(Value::as_u64).unwrap_or(0);
            let placeholder = component.get("placeholder").and_then(Value::as_str);
            is_select(number).then(|| placeholder.unwrap_or_default().to_owned())
        })
    }

    fn controls(
        &self,
        pick: impl Fn(&serde_json::Map<String, Value>) -> Option<String>,
    ) -> Vec<String> {
        let mut found = Vec::new();
        let components = self.json.get("components").and_then(Value::as_array);
        walk(components.map_or(&[], Vec::as_slice), &mut |component| {
            found.extend(pick(component));
        });
        found
    }
}

/// What is written on a button.
pub(crate) fn face(component: &serde_json::Map<String, Value>) -> String {
    let label = component
        .get("label")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if label.is_empty() {
        let emoji = component.get("emoji").and_then(|emoji| emoji.get("name"));
        return emoji.and_then(Value::as_str).unwrap_or_default().to_owned();
    }
    label.to_owned()
}

impl fmt::Debug for SeenMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}{}:",
            self.author,
            if self.is_ephemeral() {
                " (ephemeral)"
            } else {
                ""
            }
        )?;
        f.write_str(&self.text())
    }
}

/// A form that opened before a person.
#[derive(Clone)]
pub struct SeenModal {
    pub(crate) sim: Sim,
    /// The interaction that was answered with it.
    pub(crate) interaction: Id,
    pub(crate) data: Value,
}

impl SeenModal {
    /// The form's title.
    pub fn title(&self) -> &str {
        self.data
            .get("title")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// The form's object as the bot sent it.
    pub fn json(&self) -> &Value {
        &self.data
    }

    /// The form drawn as text.
    pub fn text(&self) -> String {
        self.sim
            .look(|world| modal_lines(&self.data, &world.diary.names))
            .join("\n")
    }
}

impl fmt::Debug for SeenModal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl Person {
    /// The messages the person sees in a channel, oldest first, with the ephemeral ones that are for them.
    /// Looking at a message takes it off [`Sim::unread`].
    pub fn sees(&self, channel: &ChannelRef) -> Vec<SeenMessage> {
        self.sim.with(|world| {
            if !world
                .permissions_in(self.id, channel.id)
                .contains(Permissions::VIEW_CHANNEL)
            {
                return Vec::new();
            }
            let ids: Vec<Id> = world
                .channels
                .get(&channel.id)
                .map(|place| {
                    let visible = place
                        .messages
                        .values()
                        .filter(|message| message.only_for.is_none_or(|reader| reader == self.id));
                    visible.map(|message| message.id).collect()
                })
                .unwrap_or_default();
            ids.into_iter()
                .filter_map(|id| SeenMessage::look(world, &self.sim, channel.id, id))
                .collect()
        })
    }
}

impl Sim {
    /// What the bot wrote and nobody looked at yet, drawn as text.
    pub fn unread(&self) -> Vec<String> {
        self.look(|world| {
            let mut unread = Vec::new();
            let mut channels: Vec<_> = world.channels.values().collect();
            channels.sort_by_key(|channel| channel.id);
            for channel in channels {
                for message in channel.messages.values() {
                    let is_bots = message.author == Author::User(world.bot);
                    if is_bots && !message.is_seen {
                        let lines = card_lines(&world.message_json(message), &world.diary.names);
                        let place = world.diary.names.channel(channel.id);
                        unread.push(format!("{place}: {}", lines.join(" / ")));
                    }
                }
            }
            for interaction in world.interactions.values() {
                let is_answered_aside = interaction
                    .answer
                    .as_ref()
                    .is_some_and(|answer| matches!(answer.kind, 8 | 9));
                if is_answered_aside && !interaction.is_seen {
                    unread.push(format!("the answer to {}", interaction.label));
                }
            }
            unread
        })
    }
}
