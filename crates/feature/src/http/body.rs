//! Bodies: JSON, read strictly.
//!
//! The engine has looked at the raw body before ([`check_json`]); here it gets its type. Every problem names its
//! field, and a field that nobody knows is one.

use std::{collections::HashSet, fmt};

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::StatusCode,
};
use serde::{
    Deserializer,
    de::{DeserializeOwned, DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor},
};

use super::{Field, Problem};

/// The deepest that objects and arrays may stand in each other.
pub(super) const DEEPEST: usize = 32;

/// The body of a request.
#[derive(Clone, Copy, Debug)]
pub struct Body<T>(pub T);

/// A body that is no proper JSON.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub String);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = Bytes::from_request(request, state).await.map_err(|_| {
            Problem::new(
                StatusCode::BAD_REQUEST,
                "unreadable-body",
                "The body could not be read.",
            )
        })?;
        read(&bytes).map(Self)
    }
}

/// As [`Body`], for paths of replaced programs: a field that nobody knows is left alone.
#[derive(Clone, Copy, Debug)]
pub struct AnyFields<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for AnyFields<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let Body(value) = Body::<serde_json::Value>::from_request(request, state).await?;
        let found = serde_path_to_error::deserialize(value).map_err(|error| {
            let path = error.path().to_string();
            let field = if path == "." { "body".to_owned() } else { path };
            Problem::invalid(field, format!("does not fit: {}", plain(error.inner())))
        });
        found.map(Self)
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let mut track = serde_path_to_error::Track::new();
    let mut unknown = Vec::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut json, &mut track);
    let found = serde_ignored::deserialize(tracked, |path| unknown.push(path.to_string()));
    let value = match found {
        Ok(value) => value,
        Err(error) => {
            let path = track.path().to_string();
            let field = if path == "." { "body".to_owned() } else { path };
            return Err(Problem::invalid(
                field,
                format!("does not fit: {}", plain(&error)),
            ));
        }
    };
    if json.end().is_err() {
        return Err(Problem::invalid("body", "goes on behind the JSON document"));
    }
    if unknown.is_empty() {
        return Ok(value);
    }
    Err(Problem::fields(
        unknown
            .into_iter()
            .map(|field| Field {
                field,
                reason: "is not known here: leave it out".to_owned(),
            })
            .collect(),
    ))
}

/// What serde says, without the place in the text: the field is told.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let end = text.rfind(" at line ").unwrap_or(text.len());
    text[..end].to_owned()
}

/// Looks at a raw body: JSON in UTF-8, at most 32 levels deep, no name twice in an object.
///
/// # Errors
///
/// Says what is wrong with it.
pub fn check_json(bytes: &[u8]) -> Result<(), Malformed> {
    if let Err(error) = std::str::from_utf8(bytes) {
        let at = error.valid_up_to();
        return Err(Malformed(format!(
            "The body is no UTF-8 from its byte {at} on."
        )));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let whole = Strict { depth: 0 }
        .deserialize(&mut json)
        .and_then(|()| json.end());
    whole.map_err(|error| Malformed(format!("The body is not as it must be: {error}.")))
}

/// Reads a value for its form alone.
#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl Strict {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth == DEEPEST {
            return Err(E::custom(format_args!("deeper than {DEEPEST} levels")));
        }
        Ok(Self {
            depth: self.depth + 1,
        })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    /// Postgres keeps no text that holds it, and no name or sentence needs it.
    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        if text.contains('\0') {
            return Err(E::custom("a text holds the character U+0000"));
        }
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let inner = self.deeper()?;
        while items.next_element_seed(inner)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let inner = self.deeper()?;
        let mut names = HashSet::new();
        while let Some(name) = entries.next_key::<String>()? {
            inner.visit_str::<A::Error>(&name)?;
            entries.next_value_seed(inner)?;
            if let Some(twice) = names.replace(name) {
                return Err(A::Error::custom(format_args!(
                    "the name `{twice}` stands twice in an object"
                )));
            }
        }
        Ok(())
    }
}
