//! What stands around every route: ids, problem documents, headers, measures, panics caught.

use std::{any::Any, panic::AssertUnwindSafe, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{
        HeaderName, HeaderValue, Method, StatusCode,
        header::{self, CONTENT_TYPE, RETRY_AFTER},
    },
    middleware::{Next, from_fn_with_state},
    response::Response,
    routing::{get, post},
};
use feature::{
    House, Lang,
    http::{Cursors, Problem},
};
use futures_util::FutureExt as _;
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::{Value, json};
use tower_http::cors::CorsLayer;
use uuid::Uuid;

use crate::{
    Answering, Config, StartError, docs,
    gate::{self, Gate, Mount},
    health::{self, Health},
    interactions::{self, Interactions},
    measures, store,
};

/// Where a request's id stands, in the request if its sender has one, and in the answer.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest id that is taken from outside.
const LONGEST_ID: usize = 64;

/// Puts everything together.
pub(crate) async fn router(
    config: &Config,
    house: House,
    answering: Answering,
    recorder: Option<PrometheusHandle>,
) -> Result<Router, StartError> {
    let mut fresh = [0; 32];
    getrandom::fill(&mut fresh)?;
    let mut db = house.database.acquire().await?;
    let secret = store::secret(&mut db, "cursor", &fresh).await?;
    drop(db);
    let gate = Arc::new(Gate::new(house.clone(), config, Cursors::new(&secret)));
    let health = Health::new(house.clone());
    let mut router = Router::new()
        .route("/health", get(health::whole).with_state(health.clone()))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready).with_state(health))
        .merge(docs::router(&house.catalogue, config.discord_key.is_some()));
    if let Some(key) = &config.discord_key {
        let interactions = Interactions::new(key, house.clock.clone(), answering)?;
        let route = post(interactions::receive).with_state(Arc::new(interactions));
        router = router.route("/interactions", route);
    }
    if config.metrics {
        router = router.merge(measures::router(&house, recorder));
    }
    for entry in house.catalogue.routes() {
        let mount = Mount {
            gate: Arc::clone(&gate),
            feature: entry.feature,
        };
        let routes = (entry.router)(house.clone());
        router = router.merge(routes.layer(from_fn_with_state(mount, gate::pass)));
    }
    router = router
        .fallback(async || {
            Problem::new(
                StatusCode::NOT_FOUND,
                "not-found",
                "There is nothing at this path; see /docs.",
            )
        })
        .method_not_allowed_fallback(async || {
            Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method-not-allowed",
                "This path knows other methods; see /docs.",
            )
        });
    if !config.origins.is_empty() {
        router = router.layer(cors(&config.origins)?);
    }
    let is_measured = config.metrics || config.metrics_address.is_some();
    Ok(router.layer(from_fn_with_state(is_measured, around)))
}

/// Lets pages of these origins call, with the headers and methods that there are; credentials never.
fn cors(origins: &[String]) -> Result<CorsLayer, StartError> {
    let origins = origins.iter().map(|origin| {
        HeaderValue::from_str(origin).map_err(|_| StartError::Origin(origin.clone()))
    });
    let origins: Vec<HeaderValue> = origins.collect::<Result<_, _>>()?;
    Ok(CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allow_headers([
            header::AUTHORIZATION,
            CONTENT_TYPE,
            header::ACCEPT_LANGUAGE,
            HeaderName::from_static("x-api-key"),
            HeaderName::from_static("idempotency-key"),
            REQUEST_ID,
        ])
        .expose_headers([
            REQUEST_ID,
            RETRY_AFTER,
            HeaderName::from_static("ratelimit-limit"),
            HeaderName::from_static("ratelimit-remaining"),
            HeaderName::from_static("ratelimit-reset"),
            HeaderName::from_static("idempotent-replayed"),
        ])
        .max_age(std::time::Duration::from_mins(10)))
}

/// The outermost layer.
async fn around(State(is_measured): State<bool>, request: Request, next: Next) -> Response {
    let begun = std::time::Instant::now();
    let id = request_id(&request);
    let lang = language(&request);
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let template = request
        .extensions()
        .get::<MatchedPath>()
        .map(|path| path.as_str().to_owned());
    let ended = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let mut response = ended.unwrap_or_else(|panic| panicked(&*panic));
    if response.status().is_client_error() || response.status().is_server_error() {
        response = document(response, &id, &method, &path, lang);
    }
    // The template may be missing, and a path may hold ids: those are no label.
    let template = template.unwrap_or_else(|| "none".to_owned());
    if is_measured {
        let status = response.status().as_u16().to_string();
        let labels = [
            ("method", word(&method).to_owned()),
            ("path", template.clone()),
            ("status", status),
        ];
        metrics::counter!("api_requests_total", &labels).increment(1);
        metrics::histogram!("api_request_duration_seconds", &labels[..2])
            .record(begun.elapsed().as_secs_f64());
    }
    tracing::debug!(request = id, %method, path = template, status = response.status().as_u16(), took = ?begun.elapsed(), "a request");
    headers(&mut response, &id, path.starts_with("/docs"));
    response
}

/// A method as a label: there are as many of others as somebody likes.
fn word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn request_id(request: &Request) -> String {
    let given = request
        .headers()
        .get(REQUEST_ID)
        .and_then(|id| id.to_str().ok());
    let is_plain = |id: &&str| {
        (1..=LONGEST_ID).contains(&id.len())
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    given
        .filter(is_plain)
        .map_or_else(|| Uuid::new_v4().to_string(), ToOwned::to_owned)
}

/// The first language of the caller's that we speak.
fn language(request: &Request) -> Lang {
    let wanted = request.headers().get(header::ACCEPT_LANGUAGE);
    let wanted = wanted
        .and_then(|wanted| wanted.to_str().ok())
        .unwrap_or_default();
    let mut words = wanted
        .split(',')
        .map(|part| part.split(';').next().unwrap_or(part).trim());
    words.find_map(Lang::from_discord).unwrap_or_default()
}

/// What a panic is answered with; its words are for the log alone.
pub(crate) fn panicked(panic: &(dyn Any + Send)) -> Response {
    let words = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let words = words.or_else(|| panic.downcast_ref::<String>().cloned());
    let failure = feature::Failure::fault(Panicked(words.unwrap_or_default()));
    axum::response::IntoResponse::into_response(Problem::from(failure))
}

#[derive(Debug, thiserror::Error)]
#[error("a route panicked: {0}")]
struct Panicked(String);

/// Writes a problem down, and logs it when it is ours.
fn document(response: Response, id: &str, method: &Method, path: &str, lang: Lang) -> Response {
    let (mut parts, body) = response.into_parts();
    let problem = parts.extensions.remove::<Problem>();
    // An answer that speaks for itself: the health of a program that is unwell, an answer that was kept.
    if problem.is_none() && parts.headers.contains_key(CONTENT_TYPE) {
        return Response::from_parts(parts, body);
    }
    let status = parts.status;
    let problem = problem.unwrap_or_else(|| {
        Problem::new(
            status,
            "refused",
            status
                .canonical_reason()
                .unwrap_or("The request was refused."),
        )
    });
    if let Some(fault) = problem.fault() {
        metrics::counter!("handler_failures_total", "feature" => "api").increment(1);
        tracing::error!(incident = id, %method, path, status = status.as_u16(), error = fault, "a request failed");
    }
    let detail = problem.detail(lang).unwrap_or_else(|| {
        format!("Something went wrong here. Who runs this bot finds it in the log under {id}.")
    });
    let mut body = if is_legacy(path) {
        json!({ "detail": detail })
    } else {
        json!({
            "type": format!("urn:majordome:problem:{}", problem.code()),
            "title": status.canonical_reason().unwrap_or("Problem"),
            "status": status.as_u16(),
            "detail": detail,
            "instance": format!("urn:majordome:request:{id}"),
            "code": problem.code(),
        })
    };
    let fields: Vec<Value> = problem
        .wrong_fields()
        .iter()
        .map(|field| json!({ "field": field.field, "reason": field.reason }))
        .collect();
    if !fields.is_empty() && !is_detail_alone(path) {
        body["errors"] = fields.into();
    }
    let kind = if is_legacy(path) {
        "application/json"
    } else {
        "application/problem+json"
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    parts
        .headers
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Some(seconds) = problem.retries_after() {
        parts.headers.insert(RETRY_AFTER, seconds.into());
    }
    if status == StatusCode::UNAUTHORIZED {
        let value = HeaderValue::from_static("Bearer realm=\"majordome\"");
        parts.headers.insert(header::WWW_AUTHENTICATE, value);
    }
    Response::from_parts(parts, Body::from(body.to_string()))
}

/// Whether a path answers in the form of a replaced system, in which a failure is a `detail`; the fields that do not fit
/// may stand beside it.
pub(crate) fn is_legacy(path: &str) -> bool {
    is_detail_alone(path)
        || matches!(path, "/stats" | "/v1/messages")
        || path.starts_with("/v1/messages/")
}

/// Whether a failure is a `detail` and nothing else.
fn is_detail_alone(path: &str) -> bool {
    path.starts_with("/api/")
}

fn headers(response: &mut Response, id: &str, is_page: bool) {
    let policy = if is_page {
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
    } else {
        "default-src 'none'; frame-ancestors 'none'"
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, policy),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
}
