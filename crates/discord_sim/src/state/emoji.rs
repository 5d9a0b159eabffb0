//! A guild's own emojis.

use serde_json::{Value, json};

use crate::ids::Id;

/// An emoji of a guild.
#[derive(Clone, Debug)]
pub(crate) struct Emoji {
    pub(crate) id: Id,
    pub(crate) name: String,
    pub(crate) is_animated: bool,
    pub(crate) roles: Vec<Id>,
    pub(crate) by: Id,
}

impl Emoji {
    pub(crate) fn json(&self) -> Value {
        json!({
            "id": self.id, "name": self.name, "roles": self.roles, "require_colons": true,
            "managed": false, "animated": self.is_animated, "available": true,
        })
    }
}
