//! A REST call as handlers see it.

use axum::{
    body::Bytes,
    http::{Method, StatusCode},
};
use serde_json::Value;

use crate::{
    error::{ApiError, code},
    ids::Id,
    state::World,
};

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Auth {
    /// The bot, by its token.
    Bot,
    /// Anyone; the path carries its own secret, or nothing is secret.
    Open,
}

/// One entry of the route table.
#[derive(Clone, Copy)]
pub(crate) struct Route {
    pub(crate) method: &'static str,
    /// The path below `/api/v10`, with `{parameters}`.
    pub(crate) path: &'static str,
    pub(crate) auth: Auth,
    pub(crate) run: fn(&mut World, &Call) -> Outcome,
}

impl Route {
    pub(crate) const fn bot(
        method: &'static str,
        path: &'static str,
        run: fn(&mut World, &Call) -> Outcome,
    ) -> Self {
        Self {
            method,
            path,
            auth: Auth::Bot,
            run,
        }
    }

    pub(crate) const fn open(
        method: &'static str,
        path: &'static str,
        run: fn(&mut World, &Call) -> Outcome,
    ) -> Self {
        Self {
            method,
            path,
            auth: Auth::Open,
            run,
        }
    }
}

/// What a handler answers.
pub(crate) type Outcome = Result<Reply, ApiError>;

/// A successful answer.
#[derive(Debug)]
pub(crate) enum Reply {
    Json(StatusCode, Value),
    Empty,
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the last line of a handler is one of these"
)]
impl Reply {
    pub(crate) fn ok(body: Value) -> Outcome {
        Ok(Self::Json(StatusCode::OK, body))
    }

    pub(crate) fn created(body: Value) -> Outcome {
        Ok(Self::Json(StatusCode::CREATED, body))
    }

    pub(crate) fn empty() -> Outcome {
        Ok(Self::Empty)
    }
}

/// An uploaded file.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    /// The `n` of `files[n]`.
    pub(crate) number: u64,
    pub(crate) name: String,
    pub(crate) content_type: String,
    pub(crate) bytes: Bytes,
}

/// A call: where it went and what it brought.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// The route's template.
    pub(crate) route: &'static str,
    /// The path below `/api/v10`, as it was sent.
    pub(crate) path: String,
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Value,
    pub(crate) files: Vec<Upload>,
    /// The decoded `X-Audit-Log-Reason`.
    pub(crate) reason: Option<String>,
}

impl Call {
    /// A parameter of the path, as text.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.parameters
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }

    /// A parameter of the path, as an id.
    pub(crate) fn id(&self, name: &str) -> Result<Id, ApiError> {
        let text = self.text(name);
        text.parse().map_err(|_| {
            ApiError::form(
                name,
                "NUMBER_TYPE_COERCE",
                format!("Value \"{text}\" is not snowflake."),
            )
        })
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn query_id(&self, name: &str) -> Result<Option<Id>, ApiError> {
        self.query(name)
            .map(|text| {
                text.parse().map_err(|_| {
                    let message = format!("Value \"{text}\" is not snowflake.");
                    ApiError::form(name, "NUMBER_TYPE_COERCE", message)
                })
            })
            .transpose()
    }

    /// A number of the query within bounds.
    pub(crate) fn query_number(
        &self,
        name: &str,
        default: usize,
        range: std::ops::RangeInclusive<usize>,
    ) -> Result<usize, ApiError> {
        let Some(text) = self.query(name) else {
            return Ok(default);
        };
        let number: usize = text.parse().map_err(|_| {
            ApiError::form(
                name,
                "NUMBER_TYPE_COERCE",
                format!("Value \"{text}\" is not int."),
            )
        })?;
        if number < *range.start() {
            let message = format!(
                "int value should be greater than or equal to {}.",
                range.start()
            );
            return Err(ApiError::form(name, "NUMBER_TYPE_MIN", message));
        }
        if number > *range.end() {
            let message = format!("int value should be less than or equal to {}.", range.end());
            return Err(ApiError::form(name, "NUMBER_TYPE_MAX", message));
        }
        Ok(number)
    }

    pub(crate) fn query_flag(&self, name: &str) -> bool {
        matches!(self.query(name), Some("true" | "True" | "1"))
    }

    /// The id of the application in the path, which must be the bot's.
    pub(crate) fn application(&self, world: &World) -> Result<Id, ApiError> {
        let id = self.id("application_id")?;
        if id == world.bot {
            Ok(id)
        } else {
            Err(code::UNKNOWN_APPLICATION.into())
        }
    }
}
