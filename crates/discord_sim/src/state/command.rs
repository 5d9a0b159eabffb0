//! Application commands.

use serde_json::{Map, Value, json};

use crate::{ids::Id, permissions::Permissions};

/// What a command is, by Discord's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CommandKind {
    Slash,
    User,
    Message,
    EntryPoint,
}

impl CommandKind {
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Slash => 1,
            Self::User => 2,
            Self::Message => 3,
            Self::EntryPoint => 4,
        }
    }

    pub(crate) fn from_number(number: u64) -> Option<Self> {
        match number {
            1 => Some(Self::Slash),
            2 => Some(Self::User),
            3 => Some(Self::Message),
            4 => Some(Self::EntryPoint),
            _ => None,
        }
    }
}

/// A registered command.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    pub(crate) id: Id,
    pub(crate) kind: CommandKind,
    /// `None` for a global command.
    pub(crate) guild: Option<Id>,
    pub(crate) version: Id,
    pub(crate) name: String,
    /// `None`: everyone; empty: administrators.
    pub(crate) needs: Option<Permissions>,
    /// The rest of the command object as it was sent.
    pub(crate) fields: Map<String, Value>,
}

impl Command {
    pub(crate) fn options(&self) -> &[Value] {
        self.fields
            .get("options")
            .and_then(Value::as_array)
            .map_or(&[], Vec::as_slice)
    }

    /// Whether the command is offered in guilds (`0`) or in the bot's DM (`1`).
    pub(crate) fn is_offered_in(&self, context: u64) -> bool {
        if self.guild.is_some() {
            return context == 0;
        }
        match self.fields.get("contexts") {
            Some(Value::Array(contexts)) => contexts.iter().any(|c| c.as_u64() == Some(context)),
            _ => context == 0 || self.fields.get("dm_permission") != Some(&Value::Bool(false)),
        }
    }

    pub(crate) fn json(&self, application: Id) -> Value {
        let mut command = self.fields.clone();
        let mut put = |key: &str, value: Value| command.insert(key.to_owned(), value);
        put("id", json!(self.id));
        put("application_id", json!(application));
        put("type", json!(self.kind.number()));
        put("name", json!(self.name));
        put("version", json!(self.version));
        put("default_member_permissions", json!(self.needs));
        if let Some(guild) = self.guild {
            put("guild_id", json!(guild));
        }
        Value::Object(command)
    }
}
