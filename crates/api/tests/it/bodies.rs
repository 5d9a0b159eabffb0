//! Bodies, queries and pages.

use serde_json::{Value, json};
use testkit::Story;

use crate::story;

async fn ready(story: &Story) -> (String, String) {
    let guild = story.sim.guild("Rust FR");
    story.idle().await;
    let path = format!("/v1/guilds/{}/things", guild.id());
    (story.key(None, &["*"]).await, path)
}

#[tokio::test]
async fn a_body_is_read_strictly() {
    story(async |story| {
        let (key, path) = ready(story).await;
        let send = async |body: &[u8]| {
            let call = story.call("POST", &path).key(&key);
            call.header("content-type", "application/json; charset=utf-8")
                .raw(body)
                .send()
                .await
        };
        let right = br#"{"name":"x","channel":9007199254740993}"#;
        assert_eq!(send(right).await.expect(201)["name"], "x");
        for (body, status, code) in [
            (&b"{"[..], 400, "malformed-json"),
            (b"{\"name\":\"\xff\",\"channel\":1}", 400, "malformed-json"),
            (
                br#"{"name":"x","name":"y","channel":1}"#,
                400,
                "malformed-json",
            ),
            (br#"{"name":"\u0000","channel":1}"#, 400, "malformed-json"),
            (br#"{"name":"x","channel":1,"more":1}"#, 422, "invalid"),
            (br#"{"name":"x","channel":-1}"#, 422, "invalid"),
            (br#"{"name":"x"}"#, 422, "invalid"),
            (b"", 422, "invalid"),
            (b"[]", 422, "invalid"),
        ] {
            let answer = send(body).await;
            assert_eq!(
                (answer.status, answer.json()["code"].as_str()),
                (status, Some(code)),
                "{}",
                answer.text()
            );
        }
        let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
        assert_eq!(send(deep.as_bytes()).await.status, 400);
        let large = format!(r#"{{"name":"{}","channel":1}}"#, "x".repeat(1024 * 1024));
        assert_eq!(
            send(large.as_bytes()).await.expect(413)["code"],
            "too-large"
        );
        let plain = story
            .call("POST", &path)
            .key(&key)
            .header("content-type", "text/plain")
            .raw("{}");
        assert_eq!(
            plain.send().await.expect(415)["code"],
            "unsupported-media-type"
        );
    })
    .await;
}

#[tokio::test]
async fn a_query_holds_what_the_route_knows() {
    story(async |story| {
        let (key, path) = ready(story).await;
        for (query, status, field) in [
            ("limit=1", 200, Value::Null),
            ("limit=0", 422, json!("limit")),
            ("limit=501", 422, json!("limit")),
            ("limit=many", 422, json!("limit")),
            ("cursor=made-up", 422, json!("cursor")),
            ("limit=1&limit=2", 422, json!("limit")),
            ("nonsense=1", 422, json!("nonsense")),
        ] {
            let answer = story
                .call("GET", &format!("{path}?{query}"))
                .key(&key)
                .send()
                .await;
            assert_eq!(answer.status, status, "{query}: {}", answer.text());
            assert_eq!(answer.json()["errors"][0]["field"], field, "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn pages_lead_through_the_whole_list_and_cursors_to_no_other() {
    story(async |story| {
        let (key, path) = ready(story).await;
        let (mut found, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let query = cursor.as_ref().map_or_else(
                || "limit=40".to_owned(),
                |cursor| format!("limit=40&cursor={cursor}"),
            );
            let page = story
                .call("GET", &format!("{path}?{query}"))
                .key(&key)
                .send()
                .await
                .expect(200);
            assert_eq!(page["pagination"]["limit"], 40);
            found.extend(
                page["data"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|row| row.as_u64().unwrap()),
            );
            match page["pagination"]["next_cursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => break,
            }
        }
        // The last page is exactly full, and still the last.
        assert_eq!(found, (0..120).collect::<Vec<_>>());
        let other = story.sim.guild("Another");
        story.idle().await;
        let elsewhere = format!(
            "/v1/guilds/{}/things?cursor={}",
            other.id(),
            cursor.unwrap()
        );
        story
            .call("GET", &elsewhere)
            .key(&key)
            .send()
            .await
            .expect(422);
    })
    .await;
}
