//! Errors with two audiences.
//!
//! [`Explain`] gives the member's text: which rule, which value, what to do. An error without an explanation is
//! our fault: the operator gets its chain once with a short incident id, and that id is all the member sees.
//! [`Failure`], which handlers return, has no `Display`, so internal text can not slip into an answer.

use std::{any::Any, error::Error, fmt};

use jobs::Class;

use crate::Lang;

/// What a handler gives back.
pub type Outcome<T> = Result<T, Failure>;

/// What an error means to the person who ran into it.
pub trait Explain {
    /// The text for the member, or `None` when it is our fault and the operator must look.
    fn explain(&self, lang: Lang) -> Option<String>;

    /// Whether trying again later can help.
    fn class(&self) -> Class {
        Class::Permanent
    }
}

/// Why a handler did not do what was asked.
pub struct Failure(Box<dyn Inner>);

trait Inner: Send + Sync {
    fn explain(&self, lang: Lang) -> Option<String>;
    fn class(&self) -> Class;
    fn chain(&self) -> String;
    fn error(&self) -> &dyn Any;
}

impl Failure {
    /// An error without an explanation: our fault, told to the operator alone.
    pub fn fault(error: impl Into<anyhow::Error>) -> Self {
        Self(Box::new(Fault(error.into())))
    }

    /// The member's text, when the failure has one.
    pub fn explain(&self, lang: Lang) -> Option<String> {
        self.0.explain(lang)
    }

    /// Whether trying again can help.
    pub fn class(&self) -> Class {
        self.0.class()
    }

    /// The chain of causes, for the log and never for a member.
    pub fn chain(&self) -> String {
        self.0.chain()
    }

    /// The error itself, where it is of this type.
    pub fn of<E: Error + 'static>(&self) -> Option<&E> {
        self.0.error().downcast_ref()
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Failure")
            .field(&self.0.chain())
            .finish()
    }
}

impl<E: Error + Explain + Send + Sync + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(Box::new(Typed(error)))
    }
}

/// An error with its causes, as one line for the log.
pub fn chain(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        line.push_str(": ");
        line.push_str(&cause.to_string());
        source = cause.source();
    }
    line
}

struct Typed<E>(E);

impl<E: Error + Explain + Send + Sync + 'static> Inner for Typed<E> {
    fn explain(&self, lang: Lang) -> Option<String> {
        self.0.explain(lang)
    }

    fn class(&self) -> Class {
        self.0.class()
    }

    fn chain(&self) -> String {
        chain(&self.0)
    }

    fn error(&self) -> &dyn Any {
        &self.0
    }
}

struct Fault(anyhow::Error);

impl Inner for Fault {
    fn explain(&self, _: Lang) -> Option<String> {
        None
    }

    fn class(&self) -> Class {
        Class::Permanent
    }

    fn chain(&self) -> String {
        format!("{:#}", self.0)
    }

    fn error(&self) -> &dyn Any {
        &self.0
    }
}

impl Explain for sqlx::Error {
    fn explain(&self, _: Lang) -> Option<String> {
        None
    }

    fn class(&self) -> Class {
        match self {
            Self::Io(_)
            | Self::Tls(_)
            | Self::PoolTimedOut
            | Self::PoolClosed
            | Self::WorkerCrashed => Class::Transient,
            // Class 08 is a lost connection, 57P0x a server that stops or starts, 40 a serialisation conflict.
            Self::Database(error) => match error.code().as_deref() {
                Some(code)
                    if code.starts_with("08")
                        || code.starts_with("57P")
                        || code.starts_with("40") =>
                {
                    Class::Transient
                }
                _ => Class::Permanent,
            },
            _ => Class::Permanent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    enum RoomError {
        #[error("room is full")]
        Full,
        #[error("reading the room")]
        Read(#[source] std::io::Error),
    }

    impl Explain for RoomError {
        fn explain(&self, lang: Lang) -> Option<String> {
            match (self, lang) {
                (Self::Full, Lang::En) => Some("The room is full.".to_owned()),
                (Self::Full, Lang::Fr) => Some("Le salon est plein.".to_owned()),
                (Self::Read(_), _) => None,
            }
        }
    }

    fn join(error: RoomError) -> Outcome<()> {
        Err(error)?
    }

    #[test]
    fn a_rule_is_explained_and_a_fault_is_not() {
        let full = join(RoomError::Full).unwrap_err();
        assert_eq!(
            full.explain(Lang::Fr).as_deref(),
            Some("Le salon est plein.")
        );
        let fault = join(RoomError::Read(std::io::Error::other("disk"))).unwrap_err();
        assert_eq!(fault.explain(Lang::En), None);
        assert_eq!(fault.chain(), "reading the room: disk");
    }

    #[test]
    fn a_lost_database_is_worth_another_try() {
        assert_eq!(
            Failure::from(sqlx::Error::PoolTimedOut).class(),
            Class::Transient
        );
        assert_eq!(
            Failure::from(sqlx::Error::RowNotFound).class(),
            Class::Permanent
        );
    }
}
