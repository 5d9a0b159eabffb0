//! Routes: what a feature hands to the HTTP engine, and the kit that its handlers are written with.
//!
//! A route is an async function with `#[utoipa::path]` above it. That one attribute gives the path, the documentation
//! and who may call it, so that none of them can differ from the others:
//!
//! ```text
//! /// The hubs of a guild.
//! #[utoipa::path(get, path = "/v1/guilds/{guild}/hubs", tag = "hubs", security(("key" = ["hubs.read"])),
//!     params(GuildPath), responses((status = 200, body = Hubs)))]
//! async fn hubs(State(kit): State<Kit<VoiceHubs>>, guild: InGuild) -> Result<Json<Hubs>, Problem> { … }
//!
//! scope.routes(OpenApiRouter::new().routes(routes!(hubs)));
//! ```
//!
//! The engine reads the scopes of a route from its `security`, and refuses query parameters that are not among its
//! `params`. A route without `security` does not start; `security(())` is open to everyone. What a key covers is in
//! [`Caller`], and [`InGuild`] has looked at it: a guild of somebody else's looks like one that is not there.
//!
//! Handlers fail with a [`Problem`]; whatever a command fails with becomes one, in the words that a member would read.

mod body;
mod caller;
mod guild;
mod legacy;
mod page;
mod problem;

use std::collections::BTreeSet;

use serde_json::Value;
use utoipa::openapi::OpenApi;

pub use self::{
    body::{AnyFields, Body, Malformed, check_json},
    caller::{Caller, covers},
    guild::{FeatureOff, GuildPath, InGuild, Path, Path2, Query},
    legacy::{Misfit, legacy_id, legacy_text},
    page::{Cursors, MOST, Page, Pagination, Paging, PagingParams},
    problem::{Field, Problem},
};
use crate::scope::RouteEntry;

/// The methods that a path may have.
const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// What the engine must know of a route, read from its documentation.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Operation {
    /// `GET`, `POST`, …
    pub method: String,
    /// The path with its parameters: `/v1/guilds/{guild}/hubs`.
    pub path: String,
    /// The scopes that a key needs, all of them; `None` is open to everyone.
    pub scopes: Option<Vec<String>>,
    /// The query parameters that it takes.
    pub query: BTreeSet<String>,
}

/// The routes of a document. `Err` names those that do not say who may call them.
///
/// # Errors
///
/// Names, as `METHOD path`, each route without `security`.
pub fn operations(document: &OpenApi) -> Result<Vec<Operation>, Vec<String>> {
    let document = serde_json::to_value(document).unwrap_or_default();
    let (mut found, mut unsaid) = (Vec::new(), Vec::new());
    let paths = document["paths"].as_object().into_iter().flatten();
    for (path, item) in paths {
        for method in METHODS {
            let operation = &item[method];
            if !operation.is_object() {
                continue;
            }
            let method = method.to_ascii_uppercase();
            let Some(requirements) = operation["security"].as_array() else {
                unsaid.push(format!("{method} {path}"));
                continue;
            };
            found.push(Operation {
                method,
                path: path.clone(),
                scopes: scopes(requirements),
                query: query(&operation["parameters"]),
            });
        }
    }
    if unsaid.is_empty() {
        Ok(found)
    } else {
        Err(unsaid)
    }
}

/// The scopes of the first requirement that asks for a key.
fn scopes(requirements: &[Value]) -> Option<Vec<String>> {
    let asked = requirements
        .iter()
        .find_map(|requirement| requirement.as_object()?.values().next()?.as_array())?;
    let words = asked.iter().filter_map(Value::as_str);
    Some(words.map(ToOwned::to_owned).collect())
}

fn query(parameters: &Value) -> BTreeSet<String> {
    let parameters = parameters.as_array().into_iter().flatten();
    parameters
        .filter(|parameter| parameter["in"] == "query")
        .filter_map(|parameter| parameter["name"].as_str())
        .map(ToOwned::to_owned)
        .collect()
}

/// What is wrong with a feature's routes, beside those that are registered already.
pub(crate) fn problems(entry: &RouteEntry, others: &[RouteEntry]) -> Vec<String> {
    let feature = entry.feature;
    let own = match operations(&entry.document) {
        Ok(own) => own,
        Err(unsaid) => {
            let unsaid = unsaid.into_iter();
            return unsaid
                .map(|route| {
                    format!("{feature}: `{route}` does not say who may call it: add `security(…)`")
                })
                .collect();
        }
    };
    let mut problems = Vec::new();
    let schemas = schemas(&entry.document);
    for other in others {
        for (name, theirs) in self::schemas(&other.document) {
            if schemas.get(&name).is_some_and(|own| *own != theirs) {
                problems.push(format!(
                    "`{feature}` and `{}` both describe a schema `{name}`, in different ways",
                    other.feature
                ));
            }
        }
        for known in operations(&other.document).unwrap_or_default() {
            if own.iter().any(|route| {
                route.method == known.method && shape(&route.path) == shape(&known.path)
            }) {
                problems.push(format!(
                    "`{feature}` and `{}` both register the route `{} {}`",
                    other.feature, known.method, known.path
                ));
            }
        }
    }
    problems
}

/// The schemas of a document: one name stands for one thing in the whole documentation.
fn schemas(document: &OpenApi) -> serde_json::Map<String, Value> {
    let components = document.components.as_ref();
    let schemas = components.map(|components| serde_json::to_value(&components.schemas));
    match schemas {
        Some(Ok(Value::Object(schemas))) => schemas,
        _ => serde_json::Map::new(),
    }
}

/// A path without the names of its parameters, which lead to the same place.
fn shape(path: &str) -> String {
    let parts = path
        .split('/')
        .map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests;
