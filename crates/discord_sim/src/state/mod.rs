//! The state behind the protocol: who and what exists.
//!
//! All of it sits in one [`World`] behind one lock that is never held over an await.

pub(crate) mod channel;
pub(crate) mod command;
pub(crate) mod emoji;
pub(crate) mod event;
pub(crate) mod guild;
pub(crate) mod interaction;
pub(crate) mod invite;
pub(crate) mod message;
pub(crate) mod stage;
pub(crate) mod user;
pub(crate) mod webhook;
mod world;

pub(crate) use channel::{Channel, ChannelKind};
pub(crate) use command::{Command, CommandKind};
pub(crate) use emoji::Emoji;
pub(crate) use event::ScheduledEvent;
pub(crate) use guild::{Guild, Member, Role, VoiceState};
pub(crate) use interaction::{Interaction, InteractionKind};
pub(crate) use invite::Invite;
pub(crate) use message::{Author, Message};
pub(crate) use stage::Stage;
pub(crate) use user::User;
pub(crate) use webhook::Webhook;
pub(crate) use world::World;
