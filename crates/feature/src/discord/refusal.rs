//! Why Discord, or our own care for its limits, refused a call.

use database::ChannelId;
use jiff::Timestamp;
use twilight_http::request::Request;
use twilight_model::guild::Permissions;

use super::{rights, wire::WireError};
use crate::{Class, Explain, Lang, text};

/// A call that was refused, with the reason typed.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The bot lacks a permission, or its highest role is not above what it should change (50013, 50001).
    #[error("discord refuses for lack of {needed:?} (code {code})")]
    Forbidden {
        /// The permissions that the endpoint needs, as far as is known; empty for a matter of hierarchy.
        needed: Permissions,
        /// Discord's error code.
        code: u64,
    },
    /// The member does not receive the bot's direct messages (50007, 50278).
    #[error("the member does not accept direct messages from the bot")]
    DirectMessagesClosed,
    /// What the call is about no longer exists, or never did.
    #[error("the {0:?} is gone")]
    Gone(Thing),
    /// The interaction was answered already (40060).
    #[error("the interaction was answered already")]
    AlreadyAnswered,
    /// The member is in no voice channel (40032).
    #[error("the member is in no voice channel")]
    NotInVoice,
    /// A limit on how often; it may be tried again at an instant.
    #[error("{limit:?} is spent until {again_at}")]
    Limited {
        /// Which limit.
        limit: Limit,
        /// When it may be tried again.
        again_at: Timestamp,
    },
    /// A limit on how many: 500 channels in a guild, 50 in a category, 250 roles, and so on.
    #[error("discord allows no more of this (code {code}): {message}")]
    Full {
        /// Discord's error code.
        code: u64,
        /// Discord's words.
        message: String,
    },
    /// Discord found the request itself wrong: our fault.
    #[error("discord found the request invalid (status {status}, code {code}): {body}")]
    Invalid {
        /// The HTTP status.
        status: u16,
        /// Discord's error code, 0 when it gave none.
        code: u64,
        /// Discord's words with the fields that are wrong, cut at 1,000 characters.
        body: String,
    },
    /// The token is not valid any more.
    #[error("discord no longer accepts the bot's token")]
    Unauthorized,
    /// Discord answers with an error of its own.
    #[error("discord has trouble of its own (status {status})")]
    Unavailable {
        /// The HTTP status.
        status: u16,
    },
    /// The deadline passed.
    #[error("discord did not answer before the deadline ({sent} attempts)")]
    TimedOut {
        /// How often the request was sent or waited to be sent.
        sent: u32,
    },
    /// The connection failed; whether the call took effect is not known.
    #[error("the call got lost")]
    Lost(#[source] WireError),
    /// The call took effect but its answer could not be read; it is never repeated.
    #[error("discord's answer could not be read")]
    Unreadable(#[source] serde_json::Error),
    /// twilight refused to build the request: a value of ours is outside Discord's limits.
    #[error("the request could not be built")]
    Unsendable(#[source] twilight_http::Error),
}

/// What is gone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Thing {
    /// 10003.
    Channel,
    /// 10004.
    Guild,
    /// 10007 or 10013.
    Member,
    /// 10008.
    Message,
    /// 10011.
    Role,
    /// 10015.
    Webhook,
    /// 10062, or an interaction token older than 15 minutes (50027).
    Interaction,
    /// Anything else that Discord does not know.
    Other,
}

/// Which limit on how often.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Limit {
    /// The bucket of a route.
    Route,
    /// 50 requests a second over everything.
    Global,
    /// Two changes of name or topic in ten minutes.
    Rename(ChannelId),
    /// Our own brake before Discord's limit of 10,000 refused requests in ten minutes.
    Brake,
}

impl Refusal {
    pub(super) fn from_reply(request: &Request, status: u16, body: &[u8]) -> Self {
        #[derive(Default, serde::Deserialize)]
        struct Told {
            #[serde(default)]
            code: u64,
            #[serde(default)]
            message: String,
        }
        let told: Told = serde_json::from_slice(body).unwrap_or_default();
        match (status, told.code) {
            (_, 50_007 | 50_278) => Self::DirectMessagesClosed,
            (_, 40_060) => Self::AlreadyAnswered,
            (_, 40_032 | 10_065) => Self::NotInVoice,
            (_, 10_062 | 50_027) => Self::Gone(Thing::Interaction),
            (_, 10_003) => Self::Gone(Thing::Channel),
            (_, 10_004) => Self::Gone(Thing::Guild),
            (_, 10_007 | 10_013) => Self::Gone(Thing::Member),
            (_, 10_008) => Self::Gone(Thing::Message),
            (_, 10_011) => Self::Gone(Thing::Role),
            (_, 10_015) => Self::Gone(Thing::Webhook),
            (_, 30_000..=30_999) => Self::Full {
                code: told.code,
                message: told.message,
            },
            (400, 50_035)
                if body
                    .windows(28)
                    .any(|window| window == b"CHANNEL_PARENT_MAX_CHANNELS\"") =>
            {
                Self::Full {
                    code: told.code,
                    message: "the category holds 50 channels".to_owned(),
                }
            }
            (401, _) => Self::Unauthorized,
            (403, code) => Self::Forbidden {
                needed: rights::needed(request.method(), request.path(), request.body()),
                code,
            },
            (404, _) => Self::Gone(Thing::Other),
            (status, code) => {
                let body = crate::card::cut(&String::from_utf8_lossy(body), 1000);
                Self::Invalid { status, code, body }
            }
        }
    }

    /// Whether the thing that the call is about is certainly gone.
    pub const fn is_gone(&self) -> bool {
        matches!(self, Self::Gone(_))
    }
}

impl Explain for Refusal {
    fn explain(&self, lang: Lang) -> Option<String> {
        match self {
            Self::Forbidden { needed, .. } if needed.is_empty() => {
                Some(text::refused_by_hierarchy(lang))
            }
            Self::Forbidden { needed, .. } => Some(text::permission_missing(lang, *needed)),
            Self::DirectMessagesClosed => Some(text::direct_messages_closed(lang)),
            Self::Gone(thing) => Some(text::gone(lang, *thing)),
            Self::NotInVoice => Some(text::not_in_voice(lang)),
            Self::Limited {
                limit: Limit::Rename(channel),
                again_at,
            } => Some(text::renamed_too_often(lang, *channel, *again_at)),
            Self::Limited { again_at, .. } => Some(text::too_often(lang, *again_at)),
            Self::Full { code, .. } => Some(text::discord_is_full(lang, *code)),
            Self::Unavailable { .. } | Self::TimedOut { .. } | Self::Lost(_) => {
                Some(text::discord_is_away(lang))
            }
            Self::AlreadyAnswered
            | Self::Invalid { .. }
            | Self::Unauthorized
            | Self::Unreadable(_)
            | Self::Unsendable(_) => None,
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Limited { again_at, .. } => Class::RetryAt(*again_at),
            Self::Unavailable { .. } | Self::TimedOut { .. } | Self::Lost(_) => Class::Transient,
            _ => Class::Permanent,
        }
    }
}
