//! Pressing buttons, picking from menus, filling in forms.

use serde_json::{Map, Value, json};

use crate::{
    acts::interactions::Question,
    people::{
        Argument, Asked, Cannot, Person, SeenMessage, SeenModal, forms::fill_top,
        resolved::Resolved, seen::face,
    },
    state::{InteractionKind, World, message::flags},
    validate::components::{is_select, kind, walk},
};

impl Person {
    /// Presses the button with this label or custom id, as it is on the message now.
    pub fn clicks(&self, message: &SeenMessage, button: &str) -> Asked {
        self.asks(|world| {
            let what = format!("press [{button}]");
            let component = self.find_control(world, message, &what, |component| {
                component.get("type").and_then(Value::as_u64) == Some(kind::BUTTON)
                    && (face(component) == button || custom_id(component) == button)
            })?;
            if custom_id(component).is_empty() {
                return Err(self.cannot(world, what, "the button is a link"));
            }
            let data = json!({
                "custom_id": custom_id(component), "component_type": kind::BUTTON,
                "id": component.get("id"),
            });
            Ok(self.component_question(message, data, format!("[ {} ]", face(component))))
        })
    }

    /// Presses a button with this custom id as if it stood on the message: what a message posted by an older version
    /// of the bot, or by another bot on the same account, may carry.
    pub fn clicks_id(&self, message: &SeenMessage, custom_id: &str) -> Asked {
        self.asks(|_| {
            let data = json!({ "custom_id": custom_id, "component_type": kind::BUTTON, "id": 0 });
            Ok(self.component_question(message, data, format!("[ {custom_id} ]")))
        })
    }

    /// Picks from the select menu with this placeholder or custom id: labels or values of a text menu;
    /// people, roles and channels of the others.
    pub fn picks(&self, message: &SeenMessage, select: &str, values: &[Argument]) -> Asked {
        self.asks(|world| {
            let what = format!("pick from ‹{select}›");
            let component = self.find_control(world, message, &what, |component| {
                let placeholder = component.get("placeholder").and_then(Value::as_str);
                is_select(component.get("type").and_then(Value::as_u64).unwrap_or(0))
                    && (placeholder == Some(select) || custom_id(component) == select)
            })?;
            let mut resolved = Resolved::new(world, self, message.channel);
            let picked = pick_values(component, values, &mut resolved)
                .map_err(|why| self.cannot(world, what, why))?;
            let mut data = json!({
                "custom_id": custom_id(component), "component_type": component.get("type"),
                "id": component.get("id"), "values": picked,
            });
            let resolved = resolved.json();
            if resolved.as_object().is_some_and(|maps| !maps.is_empty()) {
                data["resolved"] = resolved;
            }
            let label = format!("‹{select}› {}", picked_label(component, values));
            Ok(self.component_question(message, data, label))
        })
    }

    /// Picks these values from a select menu with this custom id as if it stood on the message. `kind` is the number
    /// of the component; ids among the values are shown to the bot as far as there is such a thing anywhere.
    pub fn picks_id(
        &self,
        message: &SeenMessage,
        kind: u8,
        custom_id: &str,
        values: &[Argument],
    ) -> Asked {
        self.asks(|world| {
            let mut resolved = Resolved::new(world, self, message.channel);
            let values: Vec<Value> = values
                .iter()
                .map(|value| match value {
                    Argument::User(id) => {
                        resolved.user(*id);
                        json!(id)
                    }
                    Argument::Role(id) => {
                        resolved.role(*id);
                        json!(id)
                    }
                    Argument::Channel(id) => {
                        resolved.channel(*id);
                        json!(id)
                    }
                    Argument::Text(text) => json!(text),
                    other => json!(format!("{other:?}")),
                })
                .collect();
            let mut data = json!({
                "custom_id": custom_id, "component_type": kind, "id": 0, "values": values,
            });
            let resolved = resolved.json();
            if resolved.as_object().is_some_and(|maps| !maps.is_empty()) {
                data["resolved"] = resolved;
            }
            Ok(self.component_question(message, data, format!("‹{custom_id}›")))
        })
    }

    /// Sends a form with this custom id that never opened, as if it had from the message: its components as Discord
    /// sends them.
    pub fn submits_id(&self, message: &SeenMessage, custom_id: &str, components: &Value) -> Asked {
        self.asks(|_| {
            let data = json!({"custom_id": custom_id, "components": components});
            let label = format!("sends the form {custom_id}");
            Ok(Question {
                kind: InteractionKind::ModalSubmit,
                ..self.component_question(message, data, label)
            })
        })
    }

    /// Fills in a form and sends it: fields by label or custom id. Fields not named keep what they show.
    pub fn submits(&self, modal: &SeenModal, fields: &[(&str, Argument)]) -> Asked {
        self.asks(|world| self.submit(world, modal, fields))
    }

    fn component_question(&self, message: &SeenMessage, data: Value, label: String) -> Question {
        Question {
            kind: InteractionKind::Component,
            user: self.id,
            guild: self.guild,
            channel: message.channel,
            data,
            label,
            source: Some(message.id),
            metadata: vec![("interacted_message_id", json!(message.id))],
            files: Vec::new(),
        }
    }

    /// The first enabled component of the message's present form that `fits`.
    fn find_control<'a>(
        &self,
        world: &'a World,
        message: &SeenMessage,
        what: &str,
        fits: impl Fn(&Map<String, Value>) -> bool,
    ) -> Result<&'a Map<String, Value>, Cannot> {
        let present = world
            .message(message.channel, message.id)
            .filter(|present| present.only_for.is_none_or(|reader| reader == self.id))
            .ok_or_else(|| self.cannot(world, what, "they do not see the message"))?;
        if !world
            .permissions_in(self.id, message.channel)
            .contains(crate::Permissions::VIEW_CHANNEL)
        {
            return Err(self.cannot(world, what, "they do not see the channel"));
        }
        if present.has(flags::LOADING) {
            return Err(self.cannot(world, what, "the bot is still thinking"));
        }
        let mut found = None;
        walk(&present.components, &mut |component| {
            if found.is_none() && fits(component) {
                found = Some(component);
            }
        });
        let found = found.ok_or_else(|| {
            self.cannot(
                world,
                what,
                format!("there is no such control in\n{}", message.text_in(world)),
            )
        })?;
        if found.get("disabled") == Some(&Value::Bool(true)) {
            return Err(self.cannot(world, what, "it is disabled"));
        }
        Ok(found)
    }

    fn submit(
        &self,
        world: &World,
        modal: &SeenModal,
        given: &[(&str, Argument)],
    ) -> Result<Question, Cannot> {
        let what = format!("send the form {}", modal.title());
        let opened = world
            .interactions
            .get(&modal.interaction)
            .ok_or_else(|| self.cannot(world, &what, "the form is gone"))?;
        let mut resolved = Resolved::new(world, self, opened.channel);
        let mut unused: Vec<&str> = given.iter().map(|(key, _)| *key).collect();
        let mut components = Vec::new();
        let top = modal.data.get("components").and_then(Value::as_array);
        for (component, number) in top.into_iter().flatten().zip(1_u64..) {
            let filled = fill_top(component, number, given, &mut unused, &mut resolved)
                .map_err(|why| self.cannot(world, &what, why))?;
            components.push(filled);
        }
        if let Some(key) = unused.first() {
            return Err(self.cannot(world, &what, format!("there is no field {key}")));
        }
        let mut data = json!({
            "custom_id": modal.data.get("custom_id"),
            "components": components,
        });
        let resolved = resolved.json();
        if resolved.as_object().is_some_and(|maps| !maps.is_empty()) {
            data["resolved"] = resolved;
        }
        let shown: Vec<String> = given
            .iter()
            .map(|(key, value)| match value {
                Argument::Text(text) => format!("{key}: {text}"),
                other => format!("{key}: {other:?}"),
            })
            .collect();
        let label = format!("sends the form “{}” {}", modal.title(), shown.join(", "));
        let mut metadata = vec![("triggering_interaction_metadata", opened.metadata.clone())];
        if let Some(source) = opened.source {
            metadata.push(("interacted_message_id", json!(source)));
        }
        Ok(Question {
            kind: InteractionKind::ModalSubmit,
            user: self.id,
            guild: self.guild,
            channel: opened.channel,
            data,
            label,
            source: opened.source,
            metadata,
            files: Vec::new(),
        })
    }
}

impl SeenMessage {
    fn text_in(&self, world: &World) -> String {
        crate::transcript::card_lines(&self.json, &world.diary.names).join("\n")
    }
}

pub(super) fn custom_id(component: &Map<String, Value>) -> &str {
    component
        .get("custom_id")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn picked_label(component: &Map<String, Value>, values: &[Argument]) -> String {
    let options = component.get("options").and_then(Value::as_array);
    let label = |value: &str| {
        let found = options
            .into_iter()
            .flatten()
            .find(|option| option.get("value").and_then(Value::as_str) == Some(value));
        found
            .and_then(|option| option.get("label"))
            .and_then(Value::as_str)
            .unwrap_or(value)
            .to_owned()
    };
    let shown: Vec<String> = values
        .iter()
        .map(|value| match value {
            Argument::Text(text) => label(text),
            Argument::User(id) => format!("<@{id}>"),
            Argument::Channel(id) => format!("<#{id}>"),
            Argument::Role(id) => format!("<@&{id}>"),
            other => format!("{other:?}"),
        })
        .collect();
    shown.join(", ")
}

/// The values a menu sends for what a person picked.
pub(super) fn pick_values(
    component: &Map<String, Value>,
    values: &[Argument],
    resolved: &mut Resolved<'_>,
) -> Result<Vec<Value>, String> {
    let bound = |key: &str, default: usize| {
        let value = component.get(key).and_then(Value::as_u64);
        value
            .and_then(|value| usize::try_from(value).ok())
            .unwrap_or(default)
    };
    let (min, max) = (bound("min_values", 1), bound("max_values", 1));
    if !(min..=max).contains(&values.len()) {
        return Err(format!("between {min} and {max} must be picked"));
    }
    let number = component.get("type").and_then(Value::as_u64).unwrap_or(0);
    let options = component.get("options").and_then(Value::as_array);
    values
        .iter()
        .map(|value| match (number, value) {
            (
                kind::STRING_SELECT | kind::RADIO_GROUP | kind::CHECKBOX_GROUP,
                Argument::Text(text),
            ) => {
                let wanted = json!(text);
                let found = options.into_iter().flatten().find(|option| {
                    option.get("label") == Some(&wanted) || option.get("value") == Some(&wanted)
                });
                found
                    .and_then(|option| option.get("value").cloned())
                    .ok_or_else(|| format!("{text} is not offered"))
            }
            (kind::USER_SELECT | kind::MENTIONABLE_SELECT, Argument::User(id)) => {
                resolved.user(*id);
                Ok(json!(id))
            }
            (kind::ROLE_SELECT | kind::MENTIONABLE_SELECT, Argument::Role(id)) => {
                resolved.role(*id);
                Ok(json!(id))
            }
            (kind::CHANNEL_SELECT, Argument::Channel(id)) => {
                let shown = resolved.channel(*id).ok_or("they do not see the channel")?;
                let allowed = component.get("channel_types").and_then(Value::as_array);
                let fits = allowed.is_none_or(|allowed| {
                    allowed.is_empty()
                        || allowed.iter().any(|one| one.as_u64() == Some(shown.into()))
                });
                if fits {
                    Ok(json!(id))
                } else {
                    Err("a channel of another type is wanted".to_owned())
                }
            }
            _ => Err("this menu offers other things".to_owned()),
        })
        .collect()
}
