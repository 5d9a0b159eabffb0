//! Users: people, and the bot.

use serde::Serialize;
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

/// The user object. Written straight to text where there are many.
#[derive(Serialize)]
pub(crate) struct ShownUser<'a> {
    id: Id,
    username: &'a str,
    global_name: Option<&'a str>,
    discriminator: &'static str,
    avatar: Option<&'a str>,
    avatar_decoration_data: (),
    banner: (),
    accent_color: (),
    public_flags: u64,
    flags: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    bot: Option<bool>,
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

    /// The user as others see them.
    pub(crate) fn shown(&self) -> ShownUser<'_> {
        ShownUser {
            id: self.id,
            username: &self.name,
            global_name: self.display_name.as_deref(),
            discriminator: if self.is_bot { "4242" } else { "0" },
            avatar: self.avatar.as_deref(),
            avatar_decoration_data: (),
            banner: (),
            accent_color: (),
            public_flags: 0,
            flags: 0,
            bot: self.is_bot.then_some(true),
        }
    }

    pub(crate) fn json(&self) -> Value {
        json!(self.shown())
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
