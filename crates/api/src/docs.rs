//! `/openapi.json` and `/docs`: all routes, as they were registered.

use std::{
    borrow::Cow,
    io::Read as _,
    sync::{Arc, OnceLock},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE},
    },
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use feature::{Catalogue, Failure, http::Problem};
use flate2::read::GzDecoder;
use serde_json::{Value, json};
use utoipa::{OpenApi as _, openapi::OpenApi};
use utoipa_swagger_ui::{Config, serve};

use crate::{health, interactions, shell};

/// The engine's own routes; those of features come from their registration.
#[derive(utoipa::OpenApi)]
#[openapi(paths(health::whole, health::live, health::ready))]
struct Own;

/// The route for Discord, where the configuration has its key.
#[derive(utoipa::OpenApi)]
#[openapi(paths(interactions::receive))]
struct Interactions;

/// The whole document, OpenAPI 3.1.
pub(crate) fn document(catalogue: &Catalogue, takes_interactions: bool) -> Value {
    let mut whole: OpenApi = Own::openapi();
    if takes_interactions {
        whole.merge(Interactions::openapi());
    }
    for entry in catalogue.routes() {
        whole.merge(entry.document.clone());
    }
    let mut document = serde_json::to_value(whole).unwrap_or_default();
    document["info"] = json!({
        "title": "Majordome",
        "version": env!("CARGO_PKG_VERSION"),
        "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        "description": "Ids are strings in answers; bodies take strings and numbers. What fails is a problem document \
            (RFC 9457) whose `code` is stable. Lists come in pages: pass `next_cursor` on as `cursor`. A POST may carry \
            an `Idempotency-Key`. How often a key may call the operator says, 120 times a minute otherwise; the `RateLimit` headers count.",
    });
    document["components"]["securitySchemes"] = json!({
        "key": { "type": "http", "scheme": "bearer", "description": "A key from `/api-key create`." },
        "header": { "type": "apiKey", "in": "header", "name": "x-api-key", "description": "The same key." },
    });
    document["components"]["schemas"]["Problem"] = json!({
        "type": "object",
        "required": ["type", "title", "status", "detail", "instance", "code"],
        "properties": {
            "type": { "type": "string" }, "title": { "type": "string" }, "status": { "type": "integer" },
            "detail": { "type": "string" }, "instance": { "type": "string" }, "code": { "type": "string" },
            "errors": { "type": "array", "items": { "type": "object", "required": ["field", "reason"],
                "properties": { "field": { "type": "string" }, "reason": { "type": "string" } } } },
        },
    });
    document["components"]["schemas"]["LegacyProblem"] = json!({
        "type": "object", "required": ["detail"], "properties": {
            "detail": { "type": "string" },
            "errors": { "type": "array", "items": { "type": "object", "required": ["field", "reason"],
                "properties": { "field": { "type": "string" }, "reason": { "type": "string" } } } },
        },
    });
    for (path, item) in document["paths"].as_object_mut().into_iter().flatten() {
        let form = if shell::is_legacy(path) {
            ("application/json", "LegacyProblem")
        } else {
            ("application/problem+json", "Problem")
        };
        for operation in item
            .as_object_mut()
            .into_iter()
            .flatten()
            .map(|(_, operation)| operation)
        {
            say_what_all_do(operation, form);
        }
    }
    document
}

/// What is true of every route that asks for a key is said of each, and not by hand.
fn say_what_all_do(operation: &mut Value, (kind, schema): (&str, &str)) {
    let Some(scopes) = operation["security"][0].get("key").cloned() else {
        return;
    };
    operation["security"] = json!([{ "key": scopes }, { "header": scopes }]);
    let problem = |description: &str| {
        json!({
            "description": description,
            "content": { kind: { "schema": { "$ref": format!("#/components/schemas/{schema}") } } },
        })
    };
    let mut statuses = vec![
        ("401", "No key that works"),
        ("403", "The key lacks a scope"),
        ("404", "Nothing here that the key covers"),
        (
            "409",
            "It is not as the request believes, or the feature is off",
        ),
        ("422", "Something in the request does not fit"),
        ("429", "Too often"),
        ("503", "Something that is needed is away"),
    ];
    if operation.get("requestBody").is_some() {
        statuses.extend([
            ("400", "No proper JSON"),
            ("413", "Too large"),
            ("415", "No JSON"),
        ]);
    }
    let responses = &mut operation["responses"];
    for (status, description) in statuses {
        if responses.get(status).is_none() {
            responses[status] = problem(description);
        }
    }
}

/// What is served: the document, made when somebody asks for the first time.
struct Docs {
    catalogue: Arc<Catalogue>,
    takes_interactions: bool,
    text: OnceLock<Bytes>,
    config: Arc<Config<'static>>,
}

pub(crate) fn router(catalogue: &Arc<Catalogue>, takes_interactions: bool) -> Router {
    let docs = Arc::new(Docs {
        catalogue: Arc::clone(catalogue),
        takes_interactions,
        text: OnceLock::new(),
        config: Arc::new(Config::from("/openapi.json")),
    });
    Router::new()
        .route("/openapi.json", get(openapi))
        .route("/docs", get(async || Redirect::to("/docs/")))
        .route(
            "/docs/",
            get(async |state: State<Arc<Docs>>, headers: HeaderMap| file(&state, "", &headers)),
        )
        .route(
            "/docs/{*file}",
            get(
                async |state: State<Arc<Docs>>, Path(name): Path<String>, headers: HeaderMap| {
                    file(&state, &name, &headers)
                },
            ),
        )
        .with_state(docs)
}

async fn openapi(State(docs): State<Arc<Docs>>) -> Response {
    let text = docs.text.get_or_init(|| {
        document(&docs.catalogue, docs.takes_interactions)
            .to_string()
            .into()
    });
    ([(CONTENT_TYPE, "application/json")], text.clone()).into_response()
}

/// A file of the page, which is part of the program: nothing is fetched from elsewhere.
fn file(docs: &Docs, name: &str, headers: &HeaderMap) -> Response {
    match serve(name, Arc::clone(&docs.config)) {
        Ok(Some(file)) => {
            // They lie packed in the program, and every browser takes them so.
            let is_packed = file.gzpipped && takes_gzip(headers);
            let bytes = match file.bytes {
                Cow::Borrowed(bytes) if file.gzpipped && !is_packed => match unpacked(bytes) {
                    Ok(bytes) => bytes.into(),
                    Err(error) => return Problem::from(Failure::fault(error)).into_response(),
                },
                Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                Cow::Owned(bytes) => bytes.into(),
            };
            let mut response = bytes.into_response();
            let headers = response.headers_mut();
            let kind = HeaderValue::from_str(&file.content_type);
            headers.insert(
                CONTENT_TYPE,
                kind.unwrap_or(HeaderValue::from_static("text/plain")),
            );
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("max-age=3600"));
            if is_packed {
                headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
            response
        }
        Ok(None) => Problem::not_found().into_response(),
        Err(error) => {
            tracing::error!(%error, "a file of the documentation can not be served");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let taken = headers
        .get(ACCEPT_ENCODING)
        .and_then(|taken| taken.to_str().ok());
    let mut words = taken.unwrap_or_default().split(',');
    words.any(|word| word.trim().split(';').next() == Some("gzip"))
}

fn unpacked(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut plain)?;
    Ok(plain)
}
