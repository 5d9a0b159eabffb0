//! What a client makes of the values a person gives: checked against the option, and resolved.

use axum::body::Bytes;
use serde_json::{Map, Value, json};

use crate::{
    ids::Id,
    people::{Argument, Person},
    permissions::Permissions,
    state::World,
};

/// What the client makes of an argument for an option, or why it does not take it.
pub(super) fn check_value(
    option: &Value,
    given: &Argument,
    resolved: &mut Resolved<'_>,
) -> Result<Value, String> {
    let number = |key: &str| option.get(key).and_then(Value::as_f64);
    let choices = option
        .get("choices")
        .and_then(Value::as_array)
        .filter(|list| !list.is_empty());
    if let Some(choices) = choices {
        let text = match given {
            Argument::Text(text) => json!(text),
            Argument::Integer(number) => json!(number),
            Argument::Number(number) => json!(number),
            _ => return Err("one of the choices is wanted".to_owned()),
        };
        return choices
            .iter()
            .find(|choice| choice.get("name") == Some(&text) || choice.get("value") == Some(&text))
            .and_then(|choice| choice.get("value").cloned())
            .ok_or_else(|| format!("{text} is none of the choices"));
    }
    let kind = option.get("type").and_then(Value::as_u64).unwrap_or(0);
    match (kind, given) {
        (3, Argument::Text(text)) => {
            let length = text.chars().count();
            let bound = |key: &str| {
                option
                    .get(key)
                    .and_then(Value::as_u64)
                    .and_then(|n| usize::try_from(n).ok())
            };
            if bound("min_length").is_some_and(|min| length < min) {
                return Err("too short".to_owned());
            }
            if length > bound("max_length").unwrap_or(6000) {
                return Err("too long".to_owned());
            }
            Ok(json!(text))
        }
        (4, Argument::Integer(value)) => {
            let as_float: f64 = value.to_string().parse().unwrap_or(0.0);
            check_range(as_float, number("min_value"), number("max_value"))?;
            Ok(json!(value))
        }
        (10, Argument::Number(value)) => {
            check_range(*value, number("min_value"), number("max_value"))?;
            Ok(json!(value))
        }
        (10, Argument::Integer(value)) => Ok(json!(value)),
        (5, Argument::Flag(flag)) => Ok(json!(flag)),
        (6 | 9, Argument::User(id)) => {
            resolved.user(*id);
            Ok(json!(id))
        }
        (7, Argument::Channel(id)) => {
            let allowed = option.get("channel_types").and_then(Value::as_array);
            let kind = resolved
                .channel(*id)
                .ok_or("the person does not see the channel")?;
            let fits = allowed.is_none_or(|allowed| {
                allowed.is_empty() || allowed.iter().any(|one| one.as_u64() == Some(kind.into()))
            });
            if fits {
                Ok(json!(id))
            } else {
                Err("a channel of another type is wanted".to_owned())
            }
        }
        (8 | 9, Argument::Role(id)) => {
            resolved.role(*id);
            Ok(json!(id))
        }
        (11, Argument::File(name, bytes)) => {
            let id = resolved.file(name, bytes);
            Ok(json!(id))
        }
        _ => Err("the value has another type than the option".to_owned()),
    }
}

fn check_range(value: f64, min: Option<f64>, max: Option<f64>) -> Result<(), String> {
    if min.is_some_and(|min| value < min) {
        return Err("too small".to_owned());
    }
    if max.is_some_and(|max| value > max) {
        return Err("too large".to_owned());
    }
    Ok(())
}

/// What ids in a question stand for.
pub(crate) struct Resolved<'a> {
    world: &'a World,
    guild: Option<Id>,
    asker: Id,
    place: Id,
    maps: Map<String, Value>,
    /// Uploaded files, by attachment.
    pub(crate) files: Vec<(Id, Bytes)>,
}

impl<'a> Resolved<'a> {
    pub(crate) fn new(world: &'a World, person: &Person, place: Id) -> Self {
        Self {
            world,
            guild: person.guild,
            asker: person.id,
            place,
            maps: Map::new(),
            files: Vec::new(),
        }
    }

    fn put(&mut self, map: &str, id: Id, value: Value) {
        let map = self.maps.entry(map).or_insert_with(|| json!({}));
        map[id.to_string()] = value;
    }

    pub(crate) fn user(&mut self, id: Id) {
        self.put("users", id, self.world.user_json(id));
        let member = self
            .guild
            .and_then(|guild| self.world.resolved_member(guild, id, self.place));
        if let Some(member) = member {
            self.put("members", id, member);
        }
    }

    pub(crate) fn role(&mut self, id: Id) {
        let guild = self.guild.and_then(|guild| self.world.guilds.get(&guild));
        if let Some(role) = guild.and_then(|guild| guild.roles.get(&id)) {
            self.put("roles", id, role.json());
        }
    }

    /// Adds a channel and returns the number of its kind; `None` if the asker does not see it.
    pub(crate) fn channel(&mut self, id: Id) -> Option<u8> {
        let sees = self
            .world
            .permissions_in(self.asker, id)
            .contains(Permissions::VIEW_CHANNEL);
        let channel = self.world.channels.get(&id).filter(|_| sees)?;
        let shown = self.world.resolved_channel(id, self.asker)?;
        self.put("channels", id, shown);
        Some(channel.kind.number())
    }

    /// Adds a file and returns the id it got.
    pub(crate) fn file(&mut self, name: &str, bytes: &[u8]) -> Id {
        let size = bytes.len();
        let number = self
            .maps
            .get("attachments")
            .and_then(Value::as_object)
            .map_or(0, Map::len);
        let id = Id::new(self.world.now() << 22 | u64::try_from(number).unwrap_or(0));
        let url = format!(
            "http://{}/cdn/ephemeral-attachments/{id}/{name}",
            self.world.address
        );
        let attachment = json!({
            "id": id, "filename": name, "size": size, "url": url, "proxy_url": url, "ephemeral": true,
        });
        self.put("attachments", id, attachment);
        self.files.push((id, Bytes::copy_from_slice(bytes)));
        id
    }

    pub(crate) fn json(self) -> Value {
        Value::Object(self.maps)
    }
}
