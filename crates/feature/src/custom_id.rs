//! Custom ids: what a button, a select or a modal carries, as a type.
//!
//! The form is `feature:action:v1:arg:arg`: ASCII, at most 100 characters, without any state elsewhere, so
//! that a button works after every restart and on every instance. It is a stored format: posted messages keep
//! their ids for years. Never reuse an action for something else; raise the version when the arguments change.
//! An id is a hint, not a proof: the click is authorised each time.

use database::{ChannelId, GuildId, MessageId, RoleId, UserId};

use crate::{Answer, Capability};

/// Discord's limit for a custom id, in characters.
///
/// See [Discord Docs/Custom ID](https://docs.discord.com/developers/components/reference#anatomy-of-a-component-custom-id).
pub const LIMIT: usize = 100;

/// An action that a component or a modal triggers, with its arguments. Defined with
/// [`custom_id!`](crate::custom_id!).
pub trait CustomId: Sized + Send + 'static {
    /// The feature that handles the action: the first part of the id.
    const FEATURE: &'static str;
    /// The action, unique in its feature: the second part of the id.
    const ACTION: &'static str;
    /// The version of the arguments: the third part of the id.
    const VERSION: u8;
    /// The length of the longest possible id, in characters. More than [`LIMIT`] stops the start.
    const LONGEST: usize;
    /// What happens on the screen when somebody triggers the action.
    const ANSWER: Answer;
    /// What the member must be allowed to do; `None` is open to all who see the component.
    const ACCESS: Option<&'static Capability>;

    /// The id as Discord stores it.
    fn encode(&self) -> String;

    /// Reads the arguments behind `feature:action:vN:`; `None` when they do not fit.
    fn decode(arguments: &str) -> Option<Self>;
}

/// The parts of an id, before its arguments are read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Parts<'a> {
    /// The feature's name.
    pub feature: &'a str,
    /// The action.
    pub action: &'a str,
    /// The version.
    pub version: u8,
    /// Everything behind the version.
    pub arguments: &'a str,
}

/// Splits an id; `None` when it is not in our form.
pub fn split(id: &str) -> Option<Parts<'_>> {
    let mut parts = id.splitn(4, ':');
    let feature = parts.next().filter(|feature| !feature.is_empty())?;
    let action = parts.next().filter(|action| !action.is_empty())?;
    let version = parts.next()?.strip_prefix('v')?.parse().ok()?;
    let arguments = parts.next().unwrap_or("");
    Some(Parts {
        feature,
        action,
        version,
        arguments,
    })
}

/// A value that can stand in a custom id.
pub trait Argument: Sized {
    /// The most characters that a value takes.
    const LONGEST: usize;

    /// Appends the value; never a colon.
    fn write(&self, into: &mut String);

    /// Reads a value back; `None` when the text is not one.
    fn read(text: &str) -> Option<Self>;
}

macro_rules! argument_by_display {
    ($($type:ty: $longest:literal),* $(,)?) => {$(
        impl Argument for $type {
            const LONGEST: usize = $longest;

            fn write(&self, into: &mut String) {
                use std::fmt::Write as _;
                write!(into, "{self}").expect("writing into a string does not fail");
            }

            fn read(text: &str) -> Option<Self> {
                text.parse().ok()
            }
        }
    )*};
}

argument_by_display! {
    u8: 3, u16: 5, u32: 10, u64: 20, i32: 11, i64: 20,
    GuildId: 20, ChannelId: 20, RoleId: 20, UserId: 20, MessageId: 20,
}

impl Argument for bool {
    const LONGEST: usize = 1;

    fn write(&self, into: &mut String) {
        into.push(if *self { 'y' } else { 'n' });
    }

    fn read(text: &str) -> Option<Self> {
        match text {
            "y" => Some(true),
            "n" => Some(false),
            _ => None,
        }
    }
}

impl<T: Argument> Argument for Option<T> {
    const LONGEST: usize = if T::LONGEST == 0 { 1 } else { T::LONGEST };

    fn write(&self, into: &mut String) {
        match self {
            Some(value) => value.write(into),
            None => into.push('-'),
        }
    }

    fn read(text: &str) -> Option<Self> {
        if text == "-" {
            Some(None)
        } else {
            T::read(text).map(Some)
        }
    }
}

/// A short word in a custom id: ASCII letters, digits, `_`, `.` and `/`, at most 32 of them.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Word(String);

impl Word {
    /// A word, or `None` when the text is too long or holds another character.
    pub fn new(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        let fits = !text.is_empty()
            && text.len() <= 32
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_./".contains(&byte));
        fits.then_some(Self(text))
    }

    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Argument for Word {
    const LONGEST: usize = 32;

    fn write(&self, into: &mut String) {
        into.push_str(&self.0);
    }

    fn read(text: &str) -> Option<Self> {
        Self::new(text)
    }
}

/// Defines the custom id of an action.
///
/// ```
/// feature::custom_id! {
///     /// Locks a room.
///     pub struct Lock: "rooms" / "lock" v1 { room: database::ChannelId, hard: bool }
///     answer = Update;
/// }
/// use feature::CustomId;
/// let id = Lock { room: "42".parse().unwrap(), hard: true }.encode();
/// assert_eq!(id, "rooms:lock:v1:42:y");
/// ```
#[macro_export]
macro_rules! custom_id {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident: $feature:literal / $action:literal $version:ident
        { $($(#[$field_meta:meta])* $field:ident: $type:ty),* $(,)? }
        answer = $answer:ident;
        $(access = $access:expr;)?
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        $vis struct $name { $($(#[$field_meta])* $vis $field: $type),* }

        impl $crate::CustomId for $name {
            const FEATURE: &'static str = $feature;
            const ACTION: &'static str = $action;
            const VERSION: u8 = $crate::custom_id::version(stringify!($version));
            const LONGEST: usize = $feature.len() + 1 + $action.len() + 1 + stringify!($version).len()
                $(+ 1 + <$type as $crate::custom_id::Argument>::LONGEST)*;
            const ANSWER: $crate::Answer = $crate::Answer::$answer;
            const ACCESS: Option<&'static $crate::Capability> =
                $crate::custom_id!(@access $($access)?);

            fn encode(&self) -> String {
                String::from(concat!($feature, ":", $action, ":", stringify!($version)))
                    $(+ ":" + &$crate::custom_id::written(&self.$field))*
            }

            fn decode(arguments: &str) -> Option<Self> {
                let mut parts = $crate::custom_id::arguments(arguments);
                let decoded = Self {
                    $($field: <$type as $crate::custom_id::Argument>::read(parts.next()?)?),*
                };
                parts.next().is_none().then_some(decoded)
            }
        }
    };
    (@access) => { None };
    (@access $access:expr) => { Some(&$access) };
}

/// A value as it stands in an id.
#[doc(hidden)]
pub fn written(argument: &impl Argument) -> String {
    let mut text = String::new();
    argument.write(&mut text);
    text
}

/// The arguments of an id, one by one; none at all for an empty text.
#[doc(hidden)]
pub fn arguments(text: &str) -> impl Iterator<Item = &str> {
    text.split(':').filter(move |_| !text.is_empty())
}

/// The number of a version tag such as `v1`, at compile time.
#[doc(hidden)]
pub const fn version(tag: &str) -> u8 {
    let bytes = tag.as_bytes();
    assert!(
        bytes.len() == 2 && bytes[0] == b'v' && bytes[1].is_ascii_digit(),
        "a version is v0 to v9"
    );
    bytes[1] - b'0'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    custom_id! {
        struct Full: "tests" / "full" v2 { room: u64, who: Option<u32>, hard: bool, word: Word }
        answer = Update;
    }
    custom_id! {
        struct Bare: "tests" / "bare" v1 {}
        answer = Private;
    }

    fn decode<C: CustomId>(id: &str) -> Option<C> {
        let parts = split(id)?;
        (parts.feature == C::FEATURE && parts.action == C::ACTION && parts.version == C::VERSION)
            .then(|| C::decode(parts.arguments))?
    }

    #[test]
    fn an_id_is_readable_and_comes_back() {
        let full = Full {
            room: 7,
            who: None,
            hard: false,
            word: Word::new("help").unwrap(),
        };
        assert_eq!(full.encode(), "tests:full:v2:7:-:n:help");
        assert_eq!(decode::<Full>("tests:full:v2:7:-:n:help"), Some(full));
        assert_eq!(Bare {}.encode(), "tests:bare:v1");
        assert_eq!(decode::<Bare>("tests:bare:v1"), Some(Bare {}));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for id in [
            "",
            ":",
            "tests",
            "tests:full",
            "tests:full:2:7:-:n:help",
            "tests:full:v2",
            "tests:full:v2:7",
            "tests:full:v2:7:-:n:help:more",
            "tests:full:v2:x:-:n:help",
            "tests:full:v2:7:-:maybe:help",
            "tests:full:v2:7:-:n:a b",
            "tests:full:v999:7:-:n:help",
        ] {
            assert_eq!(decode::<Full>(id), None, "{id}");
        }
        assert_eq!(decode::<Bare>("tests:bare:v1:extra"), None);
    }

    proptest! {
        #[test]
        fn every_id_fits_and_comes_back(room: u64, who: Option<u32>, hard: bool, word in "[a-zA-Z0-9_./]{1,32}") {
            let full = Full { room, who, hard, word: Word::new(word).unwrap() };
            let id = full.encode();
            prop_assert!(id.len() <= Full::LONGEST && Full::LONGEST <= LIMIT);
            prop_assert_eq!(decode::<Full>(&id), Some(full));
        }

        #[test]
        fn no_text_breaks_the_parser(id in ".{0,120}") {
            let _ = decode::<Full>(&id);
        }
    }
}
