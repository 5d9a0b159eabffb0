//! `Idempotency-Key`: a POST that names itself happens once. Its answer is kept for a day; the same request again gets
//! that answer. If the process dies over it, the next attempt after a minute does it anew, so what a route does must
//! bear a second time, as everything here must.

use std::{future::Future, sync::Arc};

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Method, StatusCode, header::CONTENT_TYPE, request::Parts},
    response::{IntoResponse as _, Response},
};
use feature::{
    Failure, House, Kit, Outcome,
    http::{Caller, Problem},
};
use http_body_util::BodyExt as _;
use jiff::SignedDuration;
use jobs::Job;
use serde::{Deserialize, Serialize};

use crate::{
    Api,
    keys::{self, Hash},
    store::{self, Kept, Known, Named},
};

/// Names a request.
pub(crate) const NAME: HeaderName = HeaderName::from_static("idempotency-key");
/// Marks an answer that was kept.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// How long an answer is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// After how long a request that was not answered counts as died: longer than a route may take.
const HELD: SignedDuration = SignedDuration::from_mins(1);
/// How long a key that ended stays for whoever looks after it.
const ENDED: SignedDuration = SignedDuration::from_hours(24 * 30);
/// The largest answer that is kept, in bytes.
const LARGEST: usize = 1024 * 1024;

/// A request that may come again.
#[derive(Debug)]
pub(crate) struct Again {
    named: Named,
    hash: Hash,
}

impl Again {
    /// The name that a request gives itself, if it does.
    pub(crate) fn of(
        parts: &Parts,
        caller: Option<&Caller>,
        body: &[u8],
    ) -> Result<Option<Arc<Self>>, Problem> {
        let (Some(name), Some(caller)) = (parts.headers.get(NAME), caller) else {
            return Ok(None);
        };
        if parts.method != Method::POST {
            return Ok(None);
        }
        let name = name
            .to_str()
            .ok()
            .filter(|name| (1..=255).contains(&name.len()));
        let name = name.ok_or_else(|| {
            Problem::new(
                StatusCode::BAD_REQUEST,
                "bad-idempotency-key",
                "`Idempotency-Key` must hold 1 to 255 characters of ASCII.",
            )
        })?;
        let route = parts
            .uri
            .path_and_query()
            .map_or("", |whole| whole.as_str());
        Ok(Some(Arc::new(Self {
            named: Named {
                key: caller.key,
                route: route.chars().take(2_000).collect(),
                name: name.to_owned(),
            },
            hash: keys::hash_of(body),
        })))
    }

    /// Runs it, unless it was run.
    pub(crate) async fn once(
        &self,
        house: &House,
        run: impl Future<Output = Response>,
    ) -> Response {
        match self.taken(house).await {
            Ok(None) => {}
            Ok(Some(kept)) => return kept,
            Err(problem) => return problem.into_response(),
        }
        let response = run.await;
        self.keep(house, response).await
    }

    /// Takes it on: nothing when it is to be run now.
    async fn taken(&self, house: &House) -> Result<Option<Response>, Problem> {
        let now = house.clock.now();
        let mut db = house.database.acquire().await?;
        let known = store::take(
            &mut db,
            &self.named,
            &self.hash,
            now,
            now + HELD,
            now - KEPT,
        )
        .await?;
        let Some(Known {
            body_hash,
            held_until,
            answer,
        }) = known
        else {
            return Ok(None);
        };
        if !keys::is_same(&body_hash, &self.hash) {
            return Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency-key-reused",
                "This `Idempotency-Key` came before with another body: choose a new one.",
            ));
        }
        let Some(kept) = answer else {
            let left = held_until.duration_since(now).as_secs();
            return Err(Problem::new(
                StatusCode::CONFLICT,
                "in-progress",
                "The same request is at work: ask again in a moment.",
            )
            .retry_after(u64::try_from(left.clamp(1, 5)).unwrap_or(1)));
        };
        Ok(Some(answered(kept)))
    }

    /// Keeps an answer that holds for good; what may go otherwise the next time is let go.
    async fn keep(&self, house: &House, response: Response) -> Response {
        let status = response.status();
        let is_for_good = status.is_success()
            || matches!(
                status,
                StatusCode::NOT_FOUND | StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY
            );
        // What fails is written by the shell, in the caller's language: it is found out anew.
        let is_kept = is_for_good && response.extensions().get::<Problem>().is_none();
        let (parts, body) = response.into_parts();
        let bytes = match body.collect().await {
            Ok(collected) => collected.to_bytes(),
            Err(error) => {
                return Problem::from(Failure::fault(error)).into_response();
            }
        };
        let kept = async {
            let mut db = house.database.acquire().await?;
            if !is_kept || bytes.len() > LARGEST {
                return store::let_go(&mut db, &self.named).await;
            }
            let kind = parts
                .headers
                .get(CONTENT_TYPE)
                .and_then(|kind| kind.to_str().ok());
            let kept = Kept {
                status: i16::try_from(status.as_u16()).unwrap_or(i16::MAX),
                content_type: kind.map(ToOwned::to_owned),
                body: bytes.to_vec(),
            };
            store::keep(&mut db, &self.named, &kept).await
        };
        if let Err(error) = kept.await {
            // What was done is done; the next attempt finds it so.
            tracing::warn!(
                error = feature::chain(&error),
                "an answer could not be kept"
            );
        }
        Response::from_parts(parts, Body::from(bytes))
    }
}

fn answered(kept: Kept) -> Response {
    let mut response = Response::new(Body::from(kept.body));
    let status = u16::try_from(kept.status)
        .ok()
        .and_then(|status| StatusCode::from_u16(status).ok());
    *response.status_mut() = status.unwrap_or(StatusCode::OK);
    if let Some(kind) = kept
        .content_type
        .and_then(|kind| HeaderValue::try_from(kind).ok())
    {
        response.headers_mut().insert(CONTENT_TYPE, kind);
    }
    response
        .headers_mut()
        .insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

/// Drops what is kept no longer.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Tidy {}

impl Job for Tidy {
    const NAME: &'static str = "api.tidy";
}

pub(crate) async fn tidy(kit: Kit<Api>, _: Tidy) -> Outcome<()> {
    let now = kit.clock.now();
    let mut db = kit.database.acquire().await?;
    let dropped = store::tidy(&mut db, now - KEPT, now - ENDED).await?;
    tracing::debug!(dropped, "kept answers and ended keys were dropped");
    Ok(())
}
