//! Which permission an endpoint needs, to name it when Discord only says «missing permissions».
//!
//! See [Discord Docs/Permissions](https://docs.discord.com/developers/topics/permissions) and the pages of the
//! single endpoints.

use twilight_http::request::Method;
use twilight_model::guild::Permissions;

/// The permissions that the endpoint is known to need; empty when the refusal has another cause.
pub(super) fn needed(method: Method, path: &str, body: Option<&[u8]>) -> Permissions {
    let path = path.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    let has = |key: &str| {
        body.and_then(|body| serde_json::from_slice::<serde_json::Value>(body).ok())
            .is_some_and(|body| body.get(key).is_some())
    };
    match (method, parts.as_slice()) {
        (Method::Post, ["guilds", _, "channels"]) | (Method::Patch, ["channels", _])
            if has("permission_overwrites") =>
        {
            Permissions::MANAGE_CHANNELS | Permissions::MANAGE_ROLES
        }
        (Method::Post | Method::Patch, ["guilds", _, "channels"])
        | (Method::Patch | Method::Delete, ["channels", _]) => Permissions::MANAGE_CHANNELS,
        (
            _,
            ["channels", _, "permissions", _]
            | ["guilds", _, "roles", ..]
            | ["guilds", _, "members", _, "roles", _],
        ) => Permissions::MANAGE_ROLES,
        (Method::Get, ["channels", _, "messages", ..]) => {
            Permissions::VIEW_CHANNEL | Permissions::READ_MESSAGE_HISTORY
        }
        (Method::Post, ["channels", _, "messages"]) => {
            Permissions::VIEW_CHANNEL | Permissions::SEND_MESSAGES
        }
        (_, ["channels", _, "messages", "pins", ..]) => Permissions::PIN_MESSAGES,
        (Method::Put, ["channels", _, "messages", _, "reactions", ..]) => {
            Permissions::ADD_REACTIONS | Permissions::READ_MESSAGE_HISTORY
        }
        (Method::Delete, ["channels", _, "messages", ..])
        | (Method::Post, ["channels", _, "messages", "bulk-delete"]) => {
            Permissions::MANAGE_MESSAGES
        }
        (Method::Post, ["channels", _, "invites"]) => Permissions::CREATE_INVITE,
        (_, ["channels" | "guilds", _, "webhooks"] | ["webhooks", _]) => {
            Permissions::MANAGE_WEBHOOKS
        }
        (Method::Post, ["channels", _, "threads"]) => Permissions::CREATE_PUBLIC_THREADS,
        (Method::Patch, ["guilds", _, "members", _]) if has("channel_id") => {
            Permissions::MOVE_MEMBERS | Permissions::CONNECT
        }
        (Method::Patch, ["guilds", _, "members", _]) if has("roles") => Permissions::MANAGE_ROLES,
        (Method::Patch, ["guilds", _, "members", _]) if has("nick") => {
            Permissions::MANAGE_NICKNAMES
        }
        (Method::Patch, ["guilds", _, "members", _]) if has("communication_disabled_until") => {
            Permissions::MODERATE_MEMBERS
        }
        (Method::Patch, ["guilds", _, "members", _]) if has("mute") => Permissions::MUTE_MEMBERS,
        (Method::Patch, ["guilds", _, "members", _]) if has("deaf") => Permissions::DEAFEN_MEMBERS,
        (Method::Delete, ["guilds", _, "members", _]) => Permissions::KICK_MEMBERS,
        (_, ["guilds", _, "bans", ..]) => Permissions::BAN_MEMBERS,
        (Method::Post, ["guilds", _, "scheduled-events"]) => Permissions::CREATE_EVENTS,
        (Method::Patch | Method::Delete, ["guilds", _, "scheduled-events", _]) => {
            Permissions::MANAGE_EVENTS
        }
        (Method::Get, ["guilds", _, "audit-logs"]) => Permissions::VIEW_AUDIT_LOG,
        (_, ["guilds", _, "auto-moderation", ..])
        | (Method::Patch, ["guilds", _])
        | (Method::Get, ["guilds", _, "invites"]) => Permissions::MANAGE_GUILD,
        _ => Permissions::empty(),
    }
}
