//! Bad input of every option and field: it is refused, and nothing is stored.

use serde_json::{Value, json};
use testkit::{WrongOption, discord_sim::Argument, fields, free_options, require_all};

use crate::{Receiver, adds, id, story};

const SCHEMAS: &[&str] = &["webhooks"];

#[tokio::test]
async fn bad_input_of_every_option_is_refused_and_nothing_is_stored() {
    story(async |story| {
        let guild = story.sim.guild("Builders");
        let owner = guild.owner();
        story.idle().await;
        let receiver = Receiver::start().await;
        adds(story, &owner, &receiver, "*").await;
        let row = |place, beside, value: &str, says| WrongOption {
            place,
            value: Argument::from(value),
            beside,
            says,
        };
        let url = || vec![("url", "https://example.org/hook".into())];
        let one = || vec![("webhook", "1".into())];
        let unknown = "There is no webhook";
        let rows = [
            row("/webhook add url", vec![], "hook", "is no address"),
            row("/webhook add url", vec![], " ", "is no address"),
            row(
                "/webhook add url",
                vec![],
                "http://example.org/",
                "https://",
            ),
            row(
                "/webhook add url",
                vec![],
                "https://me:pass@example.org/",
                "password",
            ),
            row(
                "/webhook add url",
                vec![],
                "https://127.0.0.1/",
                "not on the internet",
            ),
            row(
                "/webhook add url",
                vec![],
                "https://[::1]/",
                "not on the internet",
            ),
            row("/webhook add events", url(), "bread.baked", "`bread.baked`"),
            row("/webhook add events", url(), "bread.*", "`bread.*`"),
            row("/webhook edit webhook", vec![], "99", unknown),
            row(
                "/webhook edit url",
                one(),
                "http://example.org/",
                "https://",
            ),
            row(
                "/webhook edit events",
                one(),
                "bread.baked",
                "`bread.baked`",
            ),
            row("/webhook edit name", one(), " ", "1 to 80"),
            row("/webhook show webhook", vec![], "99", unknown),
            row("/webhook show webhook", vec![], "nothing", unknown),
            row("/webhook test webhook", vec![], "99", unknown),
            row("/webhook remove webhook", vec![], "99", unknown),
        ];
        let mut all = free_options(&story.house().catalogue, "webhooks");
        // Without a name, or with an empty one, it is called after its host; Discord itself keeps names short.
        assert!(all.remove("/webhook add name"));
        require_all(&all, rows.iter().map(|row| row.place));
        story.refuses(&owner, SCHEMAS, &rows).await;
    })
    .await;
}

#[tokio::test]
async fn bad_input_of_every_field_is_refused_by_name_and_nothing_is_stored() {
    story(async |story| {
        let guild = story.sim.guild("Builders");
        story.idle().await;
        let receiver = Receiver::start().await;
        adds(story, &guild.owner(), &receiver, "*").await;
        let key = story
            .key(Some(id(&guild)), &["webhooks.read", "webhooks.write"])
            .await;
        let text = |count: usize| json!("x".repeat(count));
        let url = json!({ "url": "https://example.org/hook" });
        let none = json!({});
        let hooks = "/v1/guilds/{guild}/webhooks";
        let mut rows: Vec<(String, &Value, Value)> = Vec::new();
        for (field, values) in [
            (
                "url",
                vec![
                    json!(""),
                    json!("hook"),
                    json!("http://example.org/"),
                    json!("https://10.0.0.1/"),
                    json!(format!("https://example.org/{}", "x".repeat(2000))),
                    json!(7),
                ],
            ),
            (
                "events",
                vec![json!(["bread.baked"]), json!("task.*"), json!([7])],
            ),
            ("name", vec![text(81), json!(7)]),
            ("signature", vec![json!("v2"), json!(""), json!(1)]),
        ] {
            for value in values {
                rows.push((format!("POST {hooks} {field}"), &url, value.clone()));
                rows.push((format!("PATCH {hooks}/{{number}} {field}"), &none, value));
            }
        }
        rows.push((format!("PATCH {hooks}/{{number}} name"), &none, json!(" ")));
        rows.push((
            format!("PATCH {hooks}/{{number}} stopped"),
            &none,
            json!("yes"),
        ));
        for value in [json!("x"), json!(null), json!(1.5)] {
            rows.push((
                format!("POST {hooks}/{{number}}/redeliver sequence"),
                &none,
                value,
            ));
        }
        for (field, value) in [("limit", "0"), ("limit", "x"), ("cursor", "?")] {
            rows.push((
                format!("GET {hooks}/{{number}}/deliveries {field}"),
                &none,
                json!(value),
            ));
        }
        for place in [
            format!("GET {hooks}/{{number}}"),
            format!("PATCH {hooks}/{{number}}"),
            format!("DELETE {hooks}/{{number}}"),
            format!("POST {hooks}/{{number}}/rotate"),
            format!("POST {hooks}/{{number}}/test"),
            format!("POST {hooks}/{{number}}/redeliver"),
            format!("GET {hooks}/{{number}}/deliveries"),
        ] {
            for value in ["99", "x", "-1"] {
                rows.push((format!("{place} number"), &none, json!(value)));
            }
        }
        let all = fields(&story.house().catalogue, "webhooks");
        require_all(&all, rows.iter().map(|(place, ..)| place.as_str()));
        for (place, base, value) in &rows {
            let template = place.split(' ').nth(1).unwrap();
            let part = value.as_str().unwrap_or("1");
            let number = if place.ends_with(" number") {
                part
            } else {
                "1"
            };
            let path = template
                .replace("{guild}", &guild.id().to_string())
                .replace("{number}", number);
            story
                .refuses_field(&key, SCHEMAS, (place, &path), (base, value))
                .await;
        }
    })
    .await;
}
