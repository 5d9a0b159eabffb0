//! The contract every feature is written against, and the kit they share.
//!
//! A feature is a type that implements [`Feature`]: its [`register`](Feature::register) hands typed handlers to a
//! [`Scope`]. A handler is an async function; what it takes decides what it handles:
//!
//! | handler | context | input | registered by |
//! |---|---|---|---|
//! | slash command | [`Ctx`] | a [`SlashCommand`] | [`Scope::command`] |
//! | choices while typing | [`Ctx`] | a [`Typing`] | [`Scope::typing`] |
//! | context menu | [`Ctx`] | a [`ContextMenu`] | [`Scope::menu`] |
//! | button, select | [`Ctx`] | [`Click`], [`Picked`], [`PickedUsers`], … | [`Scope::component`] |
//! | modal | [`Ctx`] | [`Submit`] of a [`Form`] | [`Scope::modal`] |
//! | gateway event | [`Kit`] | [`On`] a [`GatewayEvent`] | [`Scope::on`] |
//! | repair of a guild | [`Kit`] | `GuildId` | [`Scope::reconcile`] |
//! | durable job | [`Kit`] | a [`Job`](jobs::Job) | [`Scope::job`] |
//! | needs in a guild | [`Kit`] | `GuildId` | [`Scope::needs_in`] |
//! | what happened elsewhere | [`Kit`] | a job of an [`Announcement`] | [`Scope::listens`] |
//! | who is away | [`Kit`] | an [`absence::Question`] | [`Scope::absences`] |
//! | whose key it is | [`Kit`] | its number | [`Scope::callers`] |
//! | what is to be done by when | [`Kit`] | a [`duties::Question`] | [`Scope::duties`] |
//! | who has a role | [`Kit`] | a [`holders::Question`] | [`Scope::holders`] |
//! | erasing a member | [`Kit`] | an [`erasure::Person`] | [`Scope::erases`] |
//! | erasing a guild that the bot left | [`Kit`] | `GuildId` | [`Scope::forgets`] |
//!
//! Buttons and selects that a replaced program posted on the same bot account are taken over with
//! [`Scope::legacy_component`].
//!
//! Besides handlers it states what else is its own: settings ([`Scope::settings`]), routes ([`Scope::routes`], [`http`]), and tables that may be
//! looked at ([`Scope::browse`]).
//!
//! A [`Registry`] takes all features, refuses what clashes or breaks a rule of Discord's, and becomes the
//! [`Catalogue`] from which the host derives intents, events, cache and commands.
//!
//! What handlers share: [`Card`] and [`Reply`] (what is shown), [`CustomId`] (what buttons carry), [`Explain`]
//! and [`Failure`] (errors with two audiences), [`Capability`] (who may), [`Discord`] (REST with care),
//! [`Grants`] and [`Switches`] (what a guild changed of that), [`Settings`] (typed documents), [`words!`] (sentences in two languages).

pub mod absence;
mod access;
mod announce;
mod background;
pub mod browse;
pub mod card;
mod command;
mod component;
mod context;
pub mod custom_id;
pub mod discord;
pub mod duties;
pub mod erasure;
mod error;
mod event;
mod foreign;
pub mod grants;
mod handler;
mod history;
pub mod holders;
pub mod http;
pub mod import;
mod lang;
pub mod legacy;
mod manners;
mod me;
mod modal;
mod names;
mod needs;
mod permission_names;
pub mod permissions;
mod pulse;
mod questions;
mod registry;
mod reply;
mod rules;
mod scope;
pub mod settings;
pub mod sheet;
mod switches;
pub mod text;
mod words;

pub use self::{
    access::{Access, Capability, Member},
    announce::{Announcement, Happening},
    background::Background,
    browse::{Browsable, Column, ColumnKind, Label},
    card::{Button, Card, Colour, Select, SelectKind},
    command::{ContextMenu, Place, SlashCommand, Target, Typing, path},
    component::{
        Click, ComponentInput, Picked, PickedChannels, PickedMentionables, PickedRoles, PickedUsers,
    },
    context::{BotLacks, Ctx, House, Kit, NotAllowed, OnlyInGuild, Scene, created_at, first_id},
    custom_id::{CustomId, Word},
    discord::{Discord, DiscordSettings, Refusal},
    error::{Explain, Failure, Outcome, chain},
    event::{Delivery, GatewayEvent, Hold, On},
    grants::Grants,
    handler::{BoxFuture, Handle},
    history::Past,
    lang::Lang,
    manners::Manners,
    me::Me,
    modal::{Fields, Form, Modal, SelectField, Submit, TextField},
    needs::{Needs, NeedsEntry},
    permission_names::permission_names,
    pulse::{Pulse, ShardPulse},
    questions::AskEntry,
    registry::{Catalogue, Clashes, Registry},
    reply::{Answer, Body, Choice, ChoiceValue, Reply},
    scope::{
        Ask, CommandEntry, ComponentEntry, EventEntry, Feature, JobEntry, ModalEntry, Outdated,
        ReconcileEntry, RouteEntry, Run, ScheduleEntry, Scope, Work,
    },
    settings::{General, Settings},
    switches::{Repairs, Switches},
    words::Words,
};
pub use jobs::Class;
