//! A guild, people, a bot and a clock for tests, in one line.
//!
//! ```no_run
//! # use testkit::Story;
//! # fn features() -> feature::Registry { feature::Registry::new() }
//! #[tokio::test]
//! async fn alice_gets_an_answer() {
//!     testkit::story(features, async |story| {
//!         let guild = story.sim.guild("Rust FR").locale("fr");
//!         let alice = guild.member("alice");
//!         let answer = story.answer(alice.slash("/ping", &[])).await;
//!         assert!(answer.text().contains("Pong"));
//!     })
//!     .await;
//! }
//! ```
//!
//! The bot is the production host over real sockets and a real Postgres; Discord is the simulator. A story ends
//! well only if somebody looked at everything the bot said, no job is overdue, and Discord had nothing to
//! complain about: no refused request, no unknown route, no body that its API document does not allow.
//!
//! Time stands still until [`Story::advance`]. [`Story::idle`] returns when the bot has nothing left to do: no
//! sleeping in tests. [`Story::kill`] ends the bot between two instructions, [`Story::restart`] starts another.

#![expect(
    clippy::missing_panics_doc,
    reason = "a test kit fails a test by a panic; what it demands is said on each item"
)]

mod bot;
mod ear;
mod hand;
mod http;
mod matrix;
mod openapi;
mod proxy;
mod story;
mod wrong;

pub use self::{
    bot::BotOptions,
    ear::{Ear, heard},
    hand::Hand,
    http::{Answered, Call},
    matrix::{auth_matrix, strange_bodies},
    story::{Story, story, story_with},
    wrong::{WrongOption, fields, free_options, require_all},
};
pub use api;
pub use discord_sim;
