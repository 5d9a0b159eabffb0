//! The engine: gateway shards, router, mailboxes, answering, command sync, job worker.
//!
//! [`start`] takes a configuration, the registered features and a database, and runs until it is told to stop or
//! Discord refuses the bot for good. It knows no feature by name: intents, events, cache and commands follow from
//! the [`Catalogue`](feature::Catalogue).

mod busy;
mod commands;
mod engine;
mod events;
mod gateway;
mod guard;
mod intents;
mod interactions;
mod running;
mod start;
mod store;
mod switched_off;
mod threads;

pub use self::{
    commands::Synced,
    running::{Running, Stopped},
    start::{Config, StartError, start},
};
