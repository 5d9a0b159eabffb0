//! Bad input of every option and field: it is refused, and nothing is stored.

use serde_json::{Value, json};
use testkit::{
    BotOptions, WrongOption,
    discord_sim::{Argument, SimOptions},
    fields, free_options, require_all,
};

use crate::{features, opens};

const SCHEMAS: &[&str] = &["worksites", "settings"];

#[tokio::test]
async fn bad_input_of_every_option_is_refused_and_nothing_is_stored() {
    testkit::story(features, async |story| {
        let (guild, elsewhere) = (story.sim.guild("Builders"), story.sim.guild("Elsewhere"));
        let (owner, robot) = (guild.owner(), guild.other_bot("robot"));
        let stranger = elsewhere.member("stranger");
        let foreign = elsewhere.category("Foreign");
        let (open, old) = (guild.category("Open"), guild.category("Old"));
        story.idle().await;
        let config = [("category", (&open).into()), ("archive", (&old).into())];
        story.answer(owner.slash("/worksite config", &config)).await;
        for name in ["Harbour", "Ruin"] {
            opens(story, &owner, name).await;
        }
        let ruin = [("worksite", "ruin".into())];
        story.answer(owner.slash("/worksite archive", &ruin)).await;
        story.idle().await;
        let row = |place, beside, value: Argument, says| WrongOption {
            place,
            value,
            beside,
            says,
        };
        let named = || vec![("name", "Tower".into())];
        let one = || vec![("worksite", "harbour".into())];
        let unknown = "no worksite `Nowhere`";
        let rows = [
            row(
                "/worksite create name",
                vec![],
                "!?".into(),
                "letter or digit",
            ),
            row(
                "/worksite create name",
                vec![],
                " ".into(),
                "letter or digit",
            ),
            row("/worksite create name", vec![], "HARBOÜR".into(), "Harbour"),
            row("/worksite create lead", named(), (&robot).into(), "bot"),
            row(
                "/worksite create lead",
                named(),
                (&stranger).into(),
                "not a member",
            ),
            row(
                "/worksite edit worksite",
                vec![("address", "x".into())],
                "Nowhere".into(),
                unknown,
            ),
            row(
                "/worksite edit worksite",
                vec![("address", "x".into())],
                "#2".into(),
                "archived",
            ),
            row("/worksite edit lead", one(), (&robot).into(), "bot"),
            row(
                "/worksite edit lead",
                one(),
                (&stranger).into(),
                "not a member",
            ),
            row(
                "/worksite archive worksite",
                vec![],
                "Nowhere".into(),
                unknown,
            ),
            row(
                "/worksite archive hand_to",
                one(),
                "Nowhere".into(),
                unknown,
            ),
            row(
                "/worksite archive hand_to",
                one(),
                "#2".into(),
                "choose another",
            ),
            row(
                "/worksite archive hand_to",
                one(),
                "#1".into(),
                "choose another",
            ),
            row(
                "/worksite reopen worksite",
                vec![],
                "Nowhere".into(),
                "Nowhere",
            ),
            row("/worksite show worksite", vec![], "Nowhere".into(), unknown),
            row(
                "/worksite config category",
                vec![],
                (&foreign).into(),
                "longer",
            ),
            row(
                "/worksite config category",
                vec![],
                (&old).into(),
                "same category",
            ),
            row(
                "/worksite config archive",
                vec![],
                (&foreign).into(),
                "longer",
            ),
            row(
                "/worksite config archive",
                vec![],
                (&open).into(),
                "same category",
            ),
        ];
        let mut all = free_options(&story.house().catalogue, "worksites");
        // Any text may be an address; Discord itself keeps it short.
        for place in ["/worksite create address", "/worksite edit address"] {
            assert!(all.remove(place));
        }
        require_all(&all, rows.iter().map(|row| row.place));
        story.refuses(&owner, SCHEMAS, &rows).await;
    })
    .await;
}

#[tokio::test]
async fn bad_input_of_every_field_is_refused_by_name_and_nothing_is_stored() {
    let options = BotOptions::default().with_http();
    testkit::story_with(features, SimOptions::default(), options, async |story| {
        let (guild, elsewhere) = (story.sim.guild("Builders"), story.sim.guild("Elsewhere"));
        let (owner, robot) = (guild.owner(), guild.other_bot("robot"));
        let stranger = elsewhere.member("stranger");
        story.idle().await;
        opens(story, &owner, "Harbour").await;
        story.idle().await;
        let key = story.key(None, &["*"]).await;
        let (named, none) = (json!({ "name": "Tower" }), json!({}));
        let sites = "/v1/guilds/{guild}/worksites";
        let mut rows: Vec<(String, &Value, Value)> = Vec::new();
        for value in [json!(""), json!("!?"), json!("x".repeat(81)), json!(7)] {
            rows.push((format!("POST {sites} name"), &none, value));
        }
        for (field, values) in [
            ("address", vec![json!("x".repeat(201)), json!(7)]),
            (
                "lead_id",
                vec![
                    json!(robot.id().to_string()),
                    json!(stranger.id().to_string()),
                    json!("x"),
                ],
            ),
            ("colour", vec![json!(-1), json!(0x0100_0000), json!("red")]),
        ] {
            for value in values {
                rows.push((format!("POST {sites} {field}"), &named, value.clone()));
                rows.push((format!("PATCH {sites}/{{number}} {field}"), &none, value));
            }
        }
        for (field, value) in [
            ("archived", "perhaps"),
            ("limit", "0"),
            ("limit", "x"),
            ("cursor", "?"),
        ] {
            rows.push((format!("GET {sites} {field}"), &none, json!(value)));
        }
        for (field, value) in [
            ("tasks", "burn"),
            ("hand_to", "x"),
            ("hand_to", "1"),
            ("hand_to", "99"),
        ] {
            rows.push((
                format!("POST {sites}/{{number}}/archive {field}"),
                &none,
                json!(value),
            ));
        }
        for place in [
            format!("GET {sites}/{{number}}"),
            format!("PATCH {sites}/{{number}}"),
            format!("POST {sites}/{{number}}/archive"),
            format!("POST {sites}/{{number}}/reopen"),
        ] {
            for value in ["99", "x", "-1"] {
                rows.push((format!("{place} number"), &none, json!(value)));
            }
        }
        let mut all = fields(&story.house().catalogue, "worksites");
        // Any text may be looked for.
        assert!(all.remove(&format!("GET {sites} search")));
        require_all(&all, rows.iter().map(|(place, ..)| place.as_str()));
        for (place, base, value) in &rows {
            let mut words = place.split(' ').skip(1);
            let (template, field) = (words.next().unwrap(), words.next().unwrap());
            let part = value.as_str().unwrap_or("1");
            let number = if field == "number" { part } else { "1" };
            let mut path = template
                .replace("{guild}", &guild.id().to_string())
                .replace("{number}", number);
            if matches!(field, "tasks" | "hand_to") {
                path = format!("{path}?{field}={part}");
            }
            story
                .refuses_field(&key, SCHEMAS, (place, &path), (base, value))
                .await;
        }
    })
    .await;
}
