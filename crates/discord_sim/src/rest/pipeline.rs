//! From an HTTP request to a handler and back: bodies, authorization, faults, the journal.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{ConnectInfo, FromRequest, Multipart, Query, RawPathParams, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::{MethodFilter, on},
};
use serde_json::Value;

use super::{Auth, Call, Outcome, Reply, Route, Upload};
use crate::{
    clock::timestamp,
    endpoint,
    error::{ApiError, Scope, code},
    faults::{CallFault, RestDown},
    journal::RecordedCall,
    limits,
    server::Wire,
    sim::{Core, Sim},
    state::World,
};

/// A request may be this long in all.
const MAX_REQUEST: usize = 25 * 1024 * 1024;
/// A file may be this long.
const MAX_FILE: usize = 10 * 1024 * 1024;

/// The REST side below `/api/v10` and `/api/v9`.
pub(crate) fn router(core: &Arc<Core>) -> Router {
    let mut api: Router<Arc<Core>> = Router::new();
    for route in super::routes() {
        let Ok(method) = Method::from_bytes(route.method.as_bytes()) else {
            continue;
        };
        let Ok(filter) = MethodFilter::try_from(method) else {
            continue;
        };
        let handler = move |State(core): State<Arc<Core>>,
                            parameters: RawPathParams,
                            request: Request| async move {
            let parameters = parameters
                .iter()
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect();
            serve(core, route, parameters, request).await
        };
        api = api.route(route.path, on(filter, handler));
    }
    let api = api
        .method_not_allowed_fallback(wrong_method)
        .fallback(unknown_route)
        .with_state(Arc::clone(core));
    Router::new()
        .nest("/api/v10", api.clone())
        .nest("/api/v9", api)
}

async fn unknown_route(State(core): State<Arc<Core>>, method: Method, uri: Uri) -> Response {
    let line = format!("{method} {}", uri.path());
    tracing::warn!(route = line, "no such route");
    core.with(|world| world.journal.violations.unknown_routes.push(line));
    refusal(&code::NOT_FOUND.into())
}

async fn wrong_method(State(core): State<Arc<Core>>, method: Method, uri: Uri) -> Response {
    let line = format!("{method} {}", uri.path());
    tracing::warn!(route = line, "no such method on this route");
    core.with(|world| world.journal.violations.unknown_routes.push(line));
    refusal(&code::METHOD_NOT_ALLOWED.into())
}

async fn serve(
    core: Arc<Core>,
    route: Route,
    parameters: Vec<(String, String)>,
    request: Request,
) -> Response {
    let (_in_flight, trouble) = InFlight::enter(&core, route, request.uri().path());
    let wire = request
        .extensions()
        .get::<ConnectInfo<Wire>>()
        .map(|info| info.0.clone());
    let headers = request.headers().clone();
    let method = request.method().clone();
    let uri = request.uri().clone();
    let cut = || {
        wire.as_ref()
            .map_or_else(|| StatusCode::BAD_GATEWAY.into_response(), Wire::cut)
    };
    let late = match trouble.fault {
        Some(CallFault::Delay(by)) => Some(by),
        _ => trouble.delay,
    };
    if let Some(by) = late {
        tokio::time::sleep(by).await;
    }
    match trouble.down {
        Some(RestDown::Html) => return html(StatusCode::BAD_GATEWAY),
        Some(RestDown::Json) => return refusal(&code::OVERLOADED.into()),
        None => {}
    }
    if matches!(trouble.fault, Some(CallFault::Cut)) {
        return cut();
    }
    let (body, files) = match read_body(request).await {
        Ok(read) => read,
        Err(error) => {
            let line = format!("{method} {}: {}", uri.path(), error.message);
            core.with(|world| world.journal.violations.bad_bodies.push(line));
            return refusal(&error);
        }
    };
    let query = Query::<Vec<(String, String)>>::try_from_uri(&uri)
        .map(|query| query.0)
        .unwrap_or_default();
    let call = Call {
        method,
        route: route.path,
        path: uri.path().to_owned(),
        parameters,
        query,
        body,
        files,
        reason: reason(&headers),
    };
    if call.route == super::applications::ME
        && let Some(url) = call.body.get("interactions_endpoint_url")
    {
        let url = url
            .as_str()
            .filter(|url| !url.is_empty())
            .map(str::to_owned);
        if let Err(error) = endpoint::set(&core, url).await {
            let inner = "APPLICATION_INTERACTIONS_ENDPOINT_VERIFICATION_FAILED";
            return refusal(&ApiError::form(
                "interactions_endpoint_url",
                inner,
                error.to_string(),
            ));
        }
    }
    let holds_events = trouble.order == Some(false);
    let (outcome, limits) = core.with(|world| {
        let (outcome, limits) = run(
            world,
            route,
            &call,
            &headers,
            trouble.fault.as_ref(),
            holds_events,
        );
        record(world, call, &outcome);
        (outcome, limits)
    });
    match trouble.order {
        Some(true) => Sim::borrowed(&core).written().await,
        Some(false) => release_soon(&core),
        None => {}
    }
    match (outcome, trouble.fault) {
        (Ok(_), Some(CallFault::LoseAnswer)) => cut(),
        (Ok(_), Some(CallFault::Garbage)) => json(StatusCode::OK, "{\"id\": ".to_owned()),
        (Ok(reply), _) => with_headers(success(reply), limits),
        (Err(error), _) => with_headers(refusal(&error), limits),
    }
}

/// What goes wrong with a call.
struct Trouble {
    delay: Option<Duration>,
    down: Option<RestDown>,
    order: Option<bool>,
    fault: Option<CallFault>,
}

/// Authorizes, limits and runs a call.
fn run(
    world: &mut World,
    route: Route,
    call: &Call,
    headers: &HeaderMap,
    fault: Option<&CallFault>,
    holds_events: bool,
) -> (Outcome, HeaderMap) {
    if let Err(error) = authorize(world, route, headers) {
        return (Err(error), HeaderMap::new());
    }
    let now = world.now();
    let mut state = None;
    if world.options.rate_limits {
        match world.limits.take(route, call, now) {
            Ok(taken) => state = taken,
            Err(limits::Refused { error, state }) => {
                let headers = limits::headers(state.as_ref(), error.limit);
                return (Err(*error), headers);
            }
        }
    }
    let outcome = if let Some(CallFault::Refuse(error)) = fault {
        Err((**error).clone())
    } else {
        if holds_events {
            world.gateway.hold();
        }
        (route.run)(world, call)
    };
    let limit = outcome.as_ref().err().and_then(|error| error.limit);
    if limit.is_some() && state.is_none() {
        state = Some(limits::fresh(route, now));
    }
    (outcome, limits::headers(state.as_ref(), limit))
}

/// Lets held events go once the answer had time to be written.
fn release_soon(core: &Arc<Core>) {
    const AFTER: Duration = Duration::from_millis(20);
    let core = Arc::clone(core);
    tokio::spawn(async move {
        tokio::time::sleep(AFTER).await;
        core.with(|world| world.gateway.release());
    });
}

fn with_headers(mut response: Response, headers: HeaderMap) -> Response {
    response.headers_mut().extend(headers);
    response
}

/// The page that the network in front of Discord shows when Discord does not answer.
fn html(status: StatusCode) -> Response {
    const PAGE: &str = "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center><hr><center>cloudflare</center></body></html>";
    let mut response = (status, PAGE).into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
    response
}

/// Counts a request as being worked on until it is dropped.
struct InFlight(Arc<Core>);

impl InFlight {
    /// Counts it, and sees what is to go wrong with it.
    fn enter(core: &Arc<Core>, route: Route, path: &str) -> (Self, Trouble) {
        let trouble = core.with_quietly(|world| {
            world.journal.in_flight += 1;
            Trouble {
                delay: world.faults.delay_rest,
                down: world.faults.rest_down,
                order: world.faults.event_before_reply,
                fault: world.faults.strike(route.method, path),
            }
        });
        (Self(Arc::clone(core)), trouble)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.with(|world| {
            world.journal.in_flight -= 1;
            world.journal.answered += 1;
        });
    }
}

fn authorize(world: &World, route: Route, headers: &HeaderMap) -> Result<(), ApiError> {
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|agent| agent.to_str().ok());
    if agent.is_none_or(|agent| !agent.starts_with("DiscordBot (")) && route.auth == Auth::Bot {
        return Err(code::USER_AGENT_BLOCKED.into());
    }
    if route.auth == Auth::Open {
        return Ok(());
    }
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bot "));
    if token == Some(world.options.bot_token.as_str()) {
        Ok(())
    } else {
        Err(code::UNAUTHORIZED.into())
    }
}

fn record(world: &mut World, call: Call, outcome: &Outcome) {
    let (status, code) = match outcome {
        Ok(Reply::Json(status, _)) => (status.as_u16(), 0),
        Ok(Reply::Empty) => (204, 0),
        Err(error) => (error.status, error.code),
    };
    let is_shared = outcome.as_ref().err().is_some_and(|error| {
        error
            .limit
            .is_some_and(|limit| limit.scope == Scope::Shared)
    });
    if matches!(status, 401 | 403 | 429) && !is_shared {
        let now = world.now();
        world.journal.note_invalid(now);
    }
    if let Err(error) = outcome
        && error.code == code::INVALID_FORM.code
    {
        let errors = error
            .errors
            .as_ref()
            .map(Value::to_string)
            .unwrap_or_default();
        let line = format!("{} {}: {errors}", call.method, call.path);
        tracing::debug!(error = line, "invalid form body");
        world.journal.violations.bad_bodies.push(line);
    }
    if world.journal.is_on() {
        let at = timestamp(world.now());
        world.journal.record(RecordedCall {
            method: call.method.to_string(),
            path: call.path,
            route: call.route,
            query: call.query,
            body: call.body,
            files: call.files.into_iter().map(|file| file.name).collect(),
            reason: call.reason,
            status,
            code,
            at,
        });
    }
}

fn reason(headers: &HeaderMap) -> Option<String> {
    let raw = headers.get("x-audit-log-reason")?.as_bytes();
    Some(
        percent_encoding::percent_decode(raw)
            .decode_utf8_lossy()
            .into_owned(),
    )
}

async fn read_body(request: Request) -> Result<(Value, Vec<Upload>), ApiError> {
    let content_type = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    if content_type.starts_with("multipart/form-data") {
        return read_multipart(request).await;
    }
    let bytes = axum::body::to_bytes(request.into_body(), MAX_REQUEST)
        .await
        .map_err(|_| ApiError::from(code::REQUEST_TOO_LARGE))?;
    if bytes.is_empty() {
        return Ok((Value::Null, Vec::new()));
    }
    if !content_type.starts_with("application/json") {
        return Err(ApiError::form(
            "",
            "CONTENT_TYPE_INVALID",
            "Expected \"Content-Type\" header to be one of {'application/json'}.",
        ));
    }
    let body = serde_json::from_slice(&bytes).map_err(|_| ApiError::from(code::INVALID_JSON))?;
    Ok((body, Vec::new()))
}

async fn read_multipart(request: Request) -> Result<(Value, Vec<Upload>), ApiError> {
    let mut parts = Multipart::from_request(request, &())
        .await
        .map_err(|_| ApiError::from(code::INVALID_JSON))?;
    let mut body = Value::Object(serde_json::Map::new());
    let mut files = Vec::new();
    let too_large = |_| ApiError::from(code::REQUEST_TOO_LARGE);
    while let Some(part) = parts.next_field().await.map_err(too_large)? {
        let name = part.name().unwrap_or_default().to_owned();
        let file_name = part.file_name().map(str::to_owned);
        let content_type = part.content_type().map(str::to_owned);
        let bytes: Bytes = part.bytes().await.map_err(too_large)?;
        if name == "payload_json" {
            body =
                serde_json::from_slice(&bytes).map_err(|_| ApiError::from(code::INVALID_JSON))?;
            continue;
        }
        if bytes.len() > MAX_FILE {
            return Err(code::FILE_TOO_LARGE.into());
        }
        match file_name {
            Some(file_name) => {
                let number = name
                    .trim_start_matches("files[")
                    .trim_end_matches(']')
                    .parse()
                    .unwrap_or_else(|_| u64::try_from(files.len()).unwrap_or(0));
                files.push(Upload {
                    number,
                    content_type: content_type
                        .unwrap_or_else(|| "application/octet-stream".to_owned()),
                    name: file_name,
                    bytes,
                });
            }
            None => body[name] = String::from_utf8_lossy(&bytes).into_owned().into(),
        }
    }
    Ok((body, files))
}

fn success(reply: Reply) -> Response {
    match reply {
        Reply::Json(status, body) => json(status, body.to_string()),
        Reply::Empty => StatusCode::NO_CONTENT.into_response(),
    }
}

pub(crate) fn refusal(error: &ApiError) -> Response {
    if error.limit.is_some_and(|limit| limit.scope == Scope::Html) {
        return html(StatusCode::TOO_MANY_REQUESTS);
    }
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    json(status, error.body().to_string())
}

fn json(status: StatusCode, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    response
}
