//! The matrix of keys: every route of the bot's own document, with every kind of key.

use api::keys::{self, NewKey};
use database::GuildId;
use jiff::SignedDuration;
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

async fn try_route(
    story: &Story,
    method: &'static str,
    path: &str,
    operation: &Value,
    scopes: &[&str],
    (here, there): (GuildId, GuildId),
) {
    let word: &'static str = match method {
        "get" => "GET",
        "put" => "PUT",
        "post" => "POST",
        "delete" => "DELETE",
        _ => "PATCH",
    };
    let filled = |guild: GuildId| {
        let path = path.replace("{guild}", &guild.to_string());
        // Whatever else stands in a path: an id of nothing.
        let parts = path
            .split('/')
            .map(|part| if part.starts_with('{') { "4242" } else { part });
        parts.collect::<Vec<_>>().join("/")
    };
    let has_body = operation.get("requestBody").is_some();
    let send = async |key: Option<&str>, guild: GuildId| -> Answered {
        let mut call = story.call(word, &filled(guild));
        if let Some(key) = key {
            call = call.key(key);
        }
        if has_body {
            call = call.json(&json!({}));
        }
        let answer = call.send().await;
        let what = format!("{word} {path}: {} {}", answer.status, answer.text());
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
        "{word} {path} without a key"
    );
    assert_eq!(
        send(Some(&wrong), here).await.status,
        401,
        "{word} {path} with a wrong key"
    );
    assert_eq!(
        send(Some(&ended), here).await.status,
        401,
        "{word} {path} with a key that has ended"
    );
    assert_eq!(
        send(Some(&lacking), here).await.status,
        403,
        "{word} {path} without the scope"
    );
    let answer = send(Some(&right), here).await;
    assert!(
        ![401, 403, 429].contains(&answer.status),
        "{word} {path} with the right key: {}",
        answer.text()
    );
    if path.contains("{guild}") {
        let elsewhere = story.key_of(key(there, scopes, None)).await;
        assert_eq!(
            send(Some(&elsewhere), here).await.status,
            404,
            "{word} {path} with the key of another guild"
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
