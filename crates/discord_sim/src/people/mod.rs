//! People, and the places they are in: the handles tests and the demo hold.

mod arguments;
mod asked;
mod commands;
mod components;
mod forms;
mod guild;
mod handles;
mod person;
mod resolved;
mod seen;
mod speech;
mod staff;
mod things;
mod travel;

pub use arguments::Argument;
pub use asked::{Answer, Asked, Choice, NoAnswer};
pub use guild::Guild;
pub use handles::{ChannelRef, RoleRef};
pub use person::{Cannot, Person};
pub use seen::{SeenMessage, SeenModal};
pub use staff::Holder;
