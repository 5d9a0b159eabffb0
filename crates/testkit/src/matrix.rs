//! Every route of the bot's own document: with every kind of key, and with bodies that nobody expects.

use api::keys::{self, NewKey};
use database::GuildId;
use jiff::SignedDuration;
use proptest::{
    collection,
    prelude::{Just, Strategy, any},
    prop_oneof,
    sample::Index,
    strategy::ValueTree as _,
    test_runner::TestRunner,
};
use serde_json::{Value, json};

use crate::{Answered, Story};

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// Calls every route that asks for a key without one, with a wrong one, with one that has ended, with one that lacks
/// the scope, with one of another guild, and with the right one. `here` is a guild that the bot is in, `there` another.
///
/// # Panics
///
/// Panics when an answer is not what the document says, or is our fault.
pub async fn auth_matrix(story: &Story, here: GuildId, there: GuildId) {
    let document = story.call("GET", "/openapi.json").send().await.expect(200);
    let mut routes = 0;
    for (path, item) in document["paths"].as_object().expect("there are routes") {
        for method in METHODS {
            let operation = &item[method];
            if let Some(scopes) = operation["security"][0]["key"].as_array() {
                let scopes: Vec<&str> = scopes.iter().filter_map(Value::as_str).collect();
                try_route(story, method, path, operation, &scopes, (here, there)).await;
                routes += 1;
            }
        }
    }
    assert!(routes > 0, "no route asks for a key");
}

/// Sends `cases` bodies to every route that takes one: the names that its schema knows, and others, with whatever values.
/// They are drawn the same way in every run.
///
/// # Panics
///
/// Panics when an answer is our fault, or not documented.
pub async fn strange_bodies(story: &Story, here: GuildId, cases: usize) {
    let document = story.call("GET", "/openapi.json").send().await.expect(200);
    let mut runner = TestRunner::deterministic();
    for (path, item) in document["paths"].as_object().expect("there are routes") {
        for method in METHODS {
            let operation = &item[method];
            if operation.get("requestBody").is_none() {
                continue;
            }
            let path = filled(path, here);
            let names = names_of(&document, operation);
            let mut key = String::new();
            for case in 0..cases {
                // Each key has a bucket of its own.
                if case % 50 == 0 {
                    key = story.key(None, &["*"]).await;
                }
                let body = body(&names)
                    .new_tree(&mut runner)
                    .expect("a body is drawn")
                    .current();
                let answer = story
                    .call(word(method), &path)
                    .key(&key)
                    .json(&body)
                    .send()
                    .await;
                let what = format!(
                    "{method} {path} {body}: {} {}",
                    answer.status,
                    answer.text()
                );
                assert!(answer.status < 500 && answer.status != 429, "{what}");
                let documented = &operation["responses"][answer.status.to_string()];
                assert!(documented.is_object(), "not documented: {what}");
            }
        }
    }
}

/// The names that the body of a route may hold.
fn names_of(document: &Value, operation: &Value) -> Vec<String> {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let name = schema["$ref"]
        .as_str()
        .and_then(|path| path.rsplit('/').next());
    let schema = name.map_or(schema, |name| &document["components"]["schemas"][name]);
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties.map(|(name, _)| name.clone()).collect()
}

fn body(names: &[String]) -> impl Strategy<Value = Value> + use<> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-9..99_i64).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        "[0-9]{1,22}".prop_map(Value::from),
        Just(json!("give")),
        Just(json!("grant")),
    ];
    let value = leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            collection::btree_map("[a-z_]{1,12}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    });
    let known = names.to_vec();
    let entries = collection::vec(
        (any::<Index>(), any::<bool>(), "[a-z_]{1,12}", value.clone()),
        0..6,
    );
    let object = entries.prop_map(move |entries| {
        let entries = entries.into_iter().map(|(index, is_known, other, value)| {
            let name = if is_known && !known.is_empty() {
                index.get(&known).clone()
            } else {
                other
            };
            (name, value)
        });
        Value::Object(entries.collect())
    });
    prop_oneof![4 => object, 1 => value]
}

fn word(method: &str) -> &'static str {
    match method {
        "get" => "GET",
        "put" => "PUT",
        "post" => "POST",
        "delete" => "DELETE",
        _ => "PATCH",
    }
}

/// A path with the guild in its place, and with ids of nothing in all others.
fn filled(path: &str, guild: GuildId) -> String {
    let path = path.replace("{guild}", &guild.to_string());
    let parts = path
        .split('/')
        .map(|part| if part.starts_with('{') { "4242" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

async fn try_route(
    story: &Story,
    method: &'static str,
    path: &str,
    operation: &Value,
    scopes: &[&str],
    (here, there): (GuildId, GuildId),
) {
    let has_body = operation.get("requestBody").is_some();
    let send = async |key: Option<&str>, guild: GuildId| -> Answered {
        let mut call = story.call(word(method), &filled(path, guild));
        if let Some(key) = key {
            call = call.key(key);
        }
        if has_body {
            call = call.json(&json!({}));
        }
        let answer = call.send().await;
        let what = format!("{method} {path}: {} {}", answer.status, answer.text());
        assert!(answer.status < 500, "{what}");
        let documented = &operation["responses"][answer.status.to_string()];
        assert!(documented.is_object(), "not documented: {what}");
        answer
    };
    let now = story.house().clock.now();
    let key = |guild: GuildId, scopes: &[&str], expires_in: Option<SignedDuration>| NewKey {
        name: "of the matrix".to_owned(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        guilds: Some(vec![guild]),
        channels: None,
        content: true,
        deleted: true,
        by: None,
        expires_at: expires_in.map(|expires_in| now + expires_in),
    };
    let right = story.key_of(key(here, scopes, None)).await;
    let ended = story
        .key_of(key(here, scopes, Some(-SignedDuration::from_secs(1))))
        .await;
    let lacking = story.key_of(key(here, &["nothing.read"], None)).await;
    let wrong = format!("{}{}", &right[..right.len() - 4], "aaaa");
    assert_eq!(
        send(None, here).await.status,
        401,
        "{method} {path} without a key"
    );
    assert_eq!(
        send(Some(&wrong), here).await.status,
        401,
        "{method} {path} with a wrong key"
    );
    assert_eq!(
        send(Some(&ended), here).await.status,
        401,
        "{method} {path} with a key that has ended"
    );
    assert_eq!(
        send(Some(&lacking), here).await.status,
        403,
        "{method} {path} without the scope"
    );
    let answer = send(Some(&right), here).await;
    assert!(
        ![401, 403, 429].contains(&answer.status),
        "{method} {path} with the right key: {}",
        answer.text()
    );
    if path.contains("{guild}") {
        let elsewhere = story.key_of(key(there, scopes, None)).await;
        assert_eq!(
            send(Some(&elsewhere), here).await.status,
            404,
            "{method} {path} with the key of another guild"
        );
    }
    // So that many routes fit into one guild's keys, and refusals into one address's patience.
    let mut db = story
        .database()
        .database()
        .acquire()
        .await
        .expect("the database answers");
    for key in keys::list(&mut db, None, now)
        .await
        .expect("the keys can be read")
    {
        let ended = keys::revoke(&mut db, None, &key.prefix, now).await;
        assert!(ended.is_ok(), "the key can be revoked");
    }
    drop(db);
    story.advance(SignedDuration::from_secs(30)).await;
}
