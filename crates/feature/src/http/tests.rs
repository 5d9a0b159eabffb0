//! What the engine reads from documents, and what it lets through of bodies.

use proptest::prelude::*;
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::*;

#[utoipa::path(get, path = "/v1/guilds/{guild}/things", params(GuildPath, PagingParams),
    security(("key" = ["things.read"])), responses((status = 200)))]
async fn things() {}

#[utoipa::path(get, path = "/health", security(()), responses((status = 200)))]
async fn health() {}

#[utoipa::path(post, path = "/v1/things", responses((status = 200)))]
async fn unsaid() {}

fn document(router: OpenApiRouter<()>) -> OpenApi {
    router.split_for_parts().1
}

#[test]
fn scopes_and_parameters_come_from_the_documentation() {
    let router = OpenApiRouter::new()
        .routes(routes!(things))
        .routes(routes!(health));
    let found = operations(&document(router)).unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].scopes, None);
    assert_eq!(found[1].method, "GET");
    assert_eq!(found[1].path, "/v1/guilds/{guild}/things");
    assert_eq!(found[1].scopes, Some(vec!["things.read".to_owned()]));
    assert_eq!(
        found[1].query,
        ["cursor", "limit"].map(ToOwned::to_owned).into()
    );
}

#[test]
fn a_route_must_say_who_may_call_it() {
    let router = OpenApiRouter::new().routes(routes!(unsaid));
    assert_eq!(
        operations(&document(router)),
        Err(vec!["POST /v1/things".to_owned()])
    );
}

#[test]
fn names_of_parameters_do_not_tell_paths_apart() {
    assert_eq!(
        shape("/v1/guilds/{guild}/hubs"),
        shape("/v1/guilds/{id}/hubs")
    );
    assert_ne!(
        shape("/v1/guilds/{guild}/hubs"),
        shape("/v1/guilds/{guild}/groups")
    );
}

#[test]
fn bodies_must_be_proper_json() {
    for right in [
        "{}",
        "[]",
        "null",
        "3",
        "\"é\"",
        r#"{"a":{"a":1},"b":[{"a":2}]}"#,
    ] {
        assert_eq!(check_json(right.as_bytes()), Ok(()), "{right}");
    }
    for wrong in [
        "",
        "{",
        "{} {}",
        r#"{"a":1,"a":2}"#,
        r#"[{"x":1,"x":1}]"#,
        r#"{"a":"\u0000"}"#,
        "{'a':1}",
    ] {
        assert!(check_json(wrong.as_bytes()).is_err(), "{wrong}");
    }
    assert!(check_json(b"\"\xff\"").is_err());
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(check_json(nested(32).as_bytes()), Ok(()));
    assert!(check_json(nested(33).as_bytes()).is_err());
    assert!(check_json(nested(100_000).as_bytes()).is_err());
}

#[derive(Debug, Deserialize)]
struct Thing {
    id: database::ChannelId,
    #[serde(default)]
    inner: Vec<Inner>,
}

#[derive(Debug, Deserialize)]
struct Inner {
    count: u8,
}

async fn read(body: &str) -> Result<Thing, Problem> {
    let request = axum::extract::Request::new(axum::body::Body::from(body.to_owned()));
    let body = <Body<Thing> as axum::extract::FromRequest<()>>::from_request(request, &()).await;
    body.map(|body| body.0)
}

#[tokio::test]
async fn a_field_that_does_not_fit_is_named() {
    let thing = read(r#"{"id":"9007199254740993","inner":[{"count":3}]}"#)
        .await
        .unwrap();
    assert_eq!(thing.id.get(), 9_007_199_254_740_993);
    assert_eq!(thing.inner[0].count, 3);
    assert_eq!(read(r#"{"id":42}"#).await.unwrap().id.get(), 42);
    for (body, field) in [
        (r#"{"id":"x"}"#, "id"),
        (r#"{"id":1,"inner":[{"count":300}]}"#, "inner[0].count"),
        (r#"{"id":1,"nonsense":2}"#, "nonsense"),
        (r#"{"id":1,"inner":[{"count":3,"more":1}]}"#, "inner.0.more"),
        ("{}", "body"),
        ("[]", "body"),
    ] {
        let problem = read(body).await.unwrap_err();
        assert_eq!(problem.wrong_fields()[0].field, field, "{body}");
    }
}

proptest! {
    #[test]
    fn no_body_breaks_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let is_json = serde_json::from_slice::<Value>(&bytes).is_ok();
        // What is let through can be read.
        prop_assert!(check_json(&bytes).is_err() || is_json);
    }
}
