//! Users: people, and the bot.

use serde_json::{Value, json};

use crate::ids::Id;

/// A user account.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) id: Id,
    pub(crate) name: String,
    pub(crate) display_name: Option<String>,
    pub(crate) avatar: Option<String>,
    pub(crate) is_bot: bool,
    /// The language of their client.
    pub(crate) locale: String,
    pub(crate) dms: DmPolicy,
    /// The DM channel with the bot, once one was opened.
    pub(crate) dm: Option<Id>,
}

/// What happens when the bot writes to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DmPolicy {
    Open,
    /// 50007: the user blocked the bot or takes messages from friends alone.
    Closed,
    /// 50278: the user switched messages from the shared guilds off.
    ClosedByGuild,
}

impl User {
    pub(crate) fn person(id: Id, name: &str) -> Self {
        Self {
            id,
            name: name.to_owned(),
            display_name: None,
            avatar: None,
            is_bot: false,
            locale: "en-US".to_owned(),
            dms: DmPolicy::Open,
            dm: None,
        }
    }

    /// What people read where the user is named.
    pub(crate) fn shown_name(&self) -> &str {
        self.display_name.as_deref().unwrap_or(&self.name)
    }

    pub(crate) fn json(&self) -> Value {
        let mut user = json!({
            "id": self.id,
            "username": self.name,
            "global_name": self.display_name,
            "discriminator": if self.is_bot { "4242" } else { "0" },
            "avatar": self.avatar,
            "avatar_decoration_data": null,
            "banner": null,
            "accent_color": null,
            "public_flags": 0,
            "flags": 0,
        });
        if self.is_bot {
            user["bot"] = true.into();
        }
        user
    }

    /// The user as `/users/@me` and READY show it.
    pub(crate) fn own_json(&self) -> Value {
        let mut user = self.json();
        user["mfa_enabled"] = true.into();
        user["verified"] = true.into();
        user["email"] = Value::Null;
        user["locale"] = self.locale.as_str().into();
        user
    }
}
