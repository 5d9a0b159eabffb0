//! What a request fails with: a problem document (RFC 9457) that the engine writes out.

use std::{error::Error, fmt, sync::Arc};

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::FeatureOff;
use crate::{Class, Explain, Failure, Lang, context::NotAllowed, settings::Stale};

/// A field that does not fit, and why.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Field {
    /// Its name or path: `name`, `rules[2].to`.
    pub field: String,
    /// What is wrong with it and what would be right.
    pub reason: String,
}

/// Why a request was not done. It has no text of its own: the engine writes it in the caller's language, with the
/// request's id, and logs what is our fault.
#[derive(Clone)]
pub struct Problem(Arc<Parts>);

#[derive(Clone)]
struct Parts {
    status: StatusCode,
    code: &'static str,
    said: Option<String>,
    failure: Option<Arc<Failure>>,
    fields: Vec<Field>,
    retry_after: Option<u64>,
}

impl Problem {
    /// A problem of this kind. `code` is stable and what programs look at; `said` is for people.
    pub fn new(status: StatusCode, code: &'static str, said: impl Into<String>) -> Self {
        Self(Arc::new(Parts {
            status,
            code,
            said: Some(said.into()),
            failure: None,
            fields: Vec::new(),
            retry_after: None,
        }))
    }

    /// There is nothing here, or nothing that the key covers.
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not-found",
            "There is nothing here that this key covers.",
        )
    }

    /// There is no right key.
    pub fn unauthorised() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorised",
            "Invalid API key: send a valid one as `Authorization: Bearer …` or `x-api-key: …`.",
        )
    }

    /// The key may not do this.
    pub fn forbidden(scope: &str) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "out-of-scope",
            format!("This key lacks the scope `{scope}`."),
        )
    }

    /// Something in the request makes no sense; one field.
    pub fn invalid(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::fields(vec![Field {
            field: field.into(),
            reason: reason.into(),
        }])
    }

    /// What was refused because of one field: named, with the reason. What is no refusal stays what it is.
    pub fn about(field: impl Into<String>, failure: Failure) -> Self {
        match failure.explain(Lang::En) {
            Some(why) if failure.class() == Class::Permanent => Self::invalid(field, why),
            _ => failure.into(),
        }
    }

    /// Some fields make no sense.
    pub fn fields(fields: Vec<Field>) -> Self {
        let said = match fields.as_slice() {
            [field] => format!("`{}` {}", field.field, field.reason),
            _ => "Several fields do not fit.".to_owned(),
        };
        let mut parts = Parts {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            code: "invalid",
            said: Some(said),
            failure: None,
            fields: Vec::new(),
            retry_after: None,
        };
        parts.fields = fields;
        Self(Arc::new(parts))
    }

    /// It is not as the request believes.
    pub fn conflict(said: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", said)
    }

    /// Says after how many seconds it is worth another try.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        let mut parts = Arc::unwrap_or_clone(self.0);
        parts.retry_after = Some(seconds);
        Self(Arc::new(parts))
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// What kind of problem it is, for programs.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// The text for people.
    pub fn detail(&self, lang: Lang) -> Option<String> {
        let explained = self
            .0
            .failure
            .as_ref()
            .and_then(|failure| failure.explain(lang));
        explained.or_else(|| self.0.said.clone())
    }

    /// The chain of causes of what is our fault.
    pub fn fault(&self) -> Option<String> {
        let is_ours = self.0.status.is_server_error();
        let failure = self.0.failure.as_ref().filter(|_| is_ours)?;
        Some(failure.chain())
    }

    /// The fields that do not fit.
    pub fn wrong_fields(&self) -> &[Field] {
        &self.0.fields
    }

    /// After how many seconds it is worth another try.
    pub fn retries_after(&self) -> Option<u64> {
        self.0.retry_after
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Problem")
            .field("status", &self.0.status)
            .field("code", &self.0.code)
            .field("said", &self.0.said)
            .field("failure", &self.0.failure)
            .field("fields", &self.0.fields)
            .finish_non_exhaustive()
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let is_explained = failure.explain(Lang::En).is_some();
        let (status, code) = if failure.of::<Stale>().is_some() {
            (StatusCode::CONFLICT, "stale")
        } else if failure.of::<FeatureOff>().is_some() {
            (StatusCode::CONFLICT, "feature-off")
        } else if failure.of::<NotAllowed>().is_some() {
            (StatusCode::FORBIDDEN, "not-allowed")
        } else if failure.class() != Class::Permanent {
            (StatusCode::SERVICE_UNAVAILABLE, "unavailable")
        } else if is_explained {
            (StatusCode::UNPROCESSABLE_ENTITY, "refused")
        } else {
            (StatusCode::INTERNAL_SERVER_ERROR, "internal")
        };
        let is_passing = status == StatusCode::SERVICE_UNAVAILABLE;
        Self(Arc::new(Parts {
            status,
            code,
            said: is_passing.then(|| {
                "Something that is needed is away for a moment: try again soon.".to_owned()
            }),
            failure: Some(Arc::new(failure)),
            fields: Vec::new(),
            retry_after: is_passing.then_some(5),
        }))
    }
}

impl<E: Error + Explain + Send + Sync + 'static> From<E> for Problem {
    fn from(error: E) -> Self {
        Self::from(Failure::from(error))
    }
}

/// The answer is empty but for its status: the engine writes the document.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}
