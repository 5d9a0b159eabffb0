//! What a person gives to a command.

use crate::{
    ids::Id,
    people::{ChannelRef, Person, RoleRef},
};

/// The value of a command option.
#[derive(Clone, Debug, PartialEq)]
pub enum Argument {
    /// Text; for an option with choices, the name or the value of one.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// A user.
    User(Id),
    /// A channel.
    Channel(Id),
    /// A role.
    Role(Id),
    /// A file, by name and content.
    File(String, Vec<u8>),
}

impl From<&str> for Argument {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Argument {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Argument {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<i32> for Argument {
    fn from(number: i32) -> Self {
        Self::Integer(number.into())
    }
}

impl From<f64> for Argument {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Argument {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<&Person> for Argument {
    fn from(person: &Person) -> Self {
        Self::User(person.id)
    }
}

impl From<&ChannelRef> for Argument {
    fn from(channel: &ChannelRef) -> Self {
        Self::Channel(channel.id)
    }
}

impl From<&RoleRef> for Argument {
    fn from(role: &RoleRef) -> Self {
        Self::Role(role.id)
    }
}
