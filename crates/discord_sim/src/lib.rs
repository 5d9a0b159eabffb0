//! Discord in one process: gateway and REST v10 with the state behind them.
//!
//! Clients cannot tell it from the real thing, except that it runs on a loopback port, has no users but
//! those a test makes up, and fails on request. It enforces what Discord enforces: permissions, hierarchy,
//! limits, error codes, rate limits, intents, the 3 s and 15 min rules of interactions.
//!
//! # In a test
//!
//! ```no_run
//! # async fn story() -> Result<(), Box<dyn std::error::Error>> {
//! use discord_sim::{Sim, SimOptions};
//!
//! let sim = Sim::start(SimOptions::default()).await?;
//! let guild = sim.guild("Rust FR").locale("fr");
//! // Connect the bot to sim.api_url() and sim.gateway_url() with sim.bot_token() here.
//!
//! let alice = guild.member("alice").locale("fr");
//! let answer = alice.slash("/ping", &[]).answer().await?;
//! assert!(answer.is_ephemeral);
//! let again = alice.clicks(answer.message(), "Refresh").answer().await?;
//! println!("{}", sim.transcript());
//! # Ok(()) }
//! ```
//!
//! # Map
//!
//! - [`Sim`]: starts and stops it; time, traffic, transcript.
//! - [`Guild`], [`Person`], [`ChannelRef`], [`RoleRef`]: the scene and who acts in it.
//! - [`Asked`] and [`Answer`]: what people ask of the bot and what they get.
//! - [`Faults`]: what goes wrong on request.
//! - [`control`]: the same verbs over HTTP, for other processes, and a load driver.
//! - [`SeenMessage`] and [`SeenModal`]: what people see.
//!
//! Who cannot do something is told so where the answer is awaited ([`NoAnswer::CouldNotAsk`]); verbs that
//! ask nothing panic with the reason, and have a `try_` form where a test may want the refusal.
//!
//! A test ends by looking at what it did not expect: [`Sim::unread`] is what the bot wrote and nobody looked
//! at, [`Sim::violations`] what Discord would hold against it. [`Sim::changed`] and [`Sim::wait_until`] wait
//! for a condition without sleeping; [`Sim::advance`] moves the clock that tokens, timeouts, limits and
//! events go by.
//!
//! All state sits behind one lock that no await is ever under; verbs of people are synchronous, and what
//! follows from them goes out to the gateway's sessions at once.

mod acts;
mod clock;
pub mod control;
mod endpoint;
mod error;
mod faults;
mod gateway;
mod ids;
mod intents;
mod journal;
mod limits;
mod options;
mod people;
mod permissions;
mod rest;
mod server;
mod sim;
mod state;
mod transcript;
mod validate;

pub use endpoint::EndpointRefused;
pub use faults::{Faults, Limited};
pub use ids::Id;
pub use journal::{RecordedCall, Violations};
pub use options::SimOptions;
pub use people::{
    Answer, Argument, Asked, Cannot, ChannelRef, Choice, Guild, Holder, NoAnswer, Person, RoleRef,
    SeenMessage, SeenModal,
};
pub use permissions::{Overwrite, Permissions};
pub use sim::Sim;
pub use transcript::Names;
