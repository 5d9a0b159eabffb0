//! Bad input of every option and field: it is refused, and nothing is stored.

use serde_json::{Value, json};
use testkit::{
    WrongOption,
    discord_sim::{Argument, Permissions},
    fields, free_options, require_all,
};

use crate::{id, run, sites, story};

const SCHEMAS: &[&str] = &["planning", "settings", "worksites"];

#[tokio::test]
async fn bad_input_of_every_option_is_refused_and_nothing_is_stored() {
    story(async |story| {
        let (guild, elsewhere) = (story.sim.guild("Builders"), story.sim.guild("Elsewhere"));
        let (owner, robot, bob) = (guild.owner(), guild.other_bot("robot"), guild.member("bob"));
        let stranger = elsewhere.member("stranger");
        let foreign = elsewhere.text("foreign");
        let foreign_role = elsewhere.role("Foreign", Permissions::NONE);
        let (open, old) = (guild.category("Open"), guild.category("Old"));
        story.idle().await;
        let config = [("category", (&open).into()), ("archive", (&old).into())];
        run(story, &owner, "/worksite config", &config).await;
        sites(story, &owner, &["Harbour", "Ruin"]).await;
        run(
            story,
            &owner,
            "/worksite archive",
            &[("worksite", "ruin".into())],
        )
        .await;
        let plan = [("dates", "05/03".into()), ("kind", "Training".into())];
        run(story, &owner, "/planning add", &plan).await;
        story.idle().await;
        let row = |place, beside, value: Argument, says| WrongOption {
            place,
            value,
            beside,
            says,
        };
        let trained = || vec![("dates", "06/03".into()), ("kind", "Training".into())];
        let worked = || vec![("dates", "06/03".into())];
        let one = || vec![("entry", "1".into())];
        let named = || vec![("name", "x".into())];
        let at = || vec![("address", "https://example.org/a.ics".into())];
        let not_here = "longer";
        let no_entry = "no such entry";
        let mut rows = vec![
            row(
                "/planning add dates",
                vec![],
                "soonish".into(),
                "`soonish` is no date",
            ),
            row(
                "/planning add dates",
                vec![],
                "06/03/2026 04/03/2026".into(),
                "ends before",
            ),
            row(
                "/planning add dates",
                trained()[1..].to_vec(),
                "01/01/1999".into(),
                "2000 to 2100",
            ),
            row(
                "/planning add dates",
                trained()[1..].to_vec(),
                "01/01/2027 01/03/2028".into(),
                "days",
            ),
            row(
                "/planning add site",
                worked(),
                "Tower".into(),
                "no worksite `Tower`",
            ),
            row("/planning add site", worked(), "2".into(), "Ruin"),
            row(
                "/planning add repeat",
                trained(),
                "sometimes".into(),
                "`sometimes`",
            ),
            row("/planning week date", vec![], "soonish".into(), "`soonish`"),
            row("/planning show date", vec![], "soonish".into(), "`soonish`"),
            row("/planning show entry", vec![], "99".into(), no_entry),
            row(
                "/planning leave dates",
                vec![],
                "soonish".into(),
                "`soonish`",
            ),
            row("/planning edit entry", vec![], "99".into(), no_entry),
            row("/planning edit dates", one(), "soonish".into(), "`soonish`"),
            row("/planning edit site", one(), "Tower".into(), "`Tower`"),
            row("/planning edit site", one(), "2".into(), "Ruin"),
            row("/planning edit add", one(), (&robot).into(), "bot"),
            row("/planning edit add", one(), (&stranger).into(), "member"),
            row(
                "/planning edit drop",
                one(),
                (&owner).into(),
                "needs somebody",
            ),
            row("/planning edit drop", one(), (&bob).into(), "change"),
            row(
                "/planning edit repeat",
                one(),
                "sometimes".into(),
                "`sometimes`",
            ),
            row("/planning remove entry", vec![], "99".into(), no_entry),
            row("/planning remove day", one(), "soonish".into(), "`soonish`"),
            row("/planning approve entry", vec![], "99".into(), no_entry),
            row(
                "/planning export dates",
                vec![],
                "soonish".into(),
                "`soonish`",
            ),
            row("/planning export site", vec![], "Tower".into(), "`Tower`"),
            row(
                "/planning import file",
                vec![],
                Argument::File("x.csv".to_owned(), b"\xff".to_vec()),
                "can not read this file",
            ),
            row("/planning erase person", vec![], (&stranger).into(), "plan"),
            row(
                "/planning feed create site",
                vec![],
                "Tower".into(),
                "`Tower`",
            ),
            row(
                "/planning feed create role",
                vec![],
                (&foreign_role).into(),
                not_here,
            ),
            row(
                "/planning calendar add address",
                named(),
                "calendar".into(),
                "no address",
            ),
            row(
                "/planning calendar add address",
                named(),
                "https://127.0.0.1/a.ics".into(),
                "no address",
            ),
            row("/planning calendar add name", at(), " ".into(), "1 to 80"),
            row(
                "/planning calendar add person",
                [at(), named()].concat(),
                (&robot).into(),
                "bot",
            ),
            row(
                "/planning calendar add person",
                [at(), named()].concat(),
                (&stranger).into(),
                "member",
            ),
            row(
                "/planning config channel",
                vec![],
                (&foreign).into(),
                not_here,
            ),
            row(
                "/planning config leave_channel",
                vec![],
                (&foreign).into(),
                not_here,
            ),
            row(
                "/planning config leave_role",
                vec![],
                (&foreign_role).into(),
                not_here,
            ),
            row(
                "/planning config time",
                vec![],
                "soonish".into(),
                "`soonish` is no time",
            ),
        ];
        for place in [
            "/planning add person",
            "/planning add second",
            "/planning add third",
            "/planning add fourth",
            "/planning add fifth",
        ] {
            rows.push(row(place, trained(), (&robot).into(), "bot"));
            rows.push(row(place, trained(), (&stranger).into(), "member"));
        }
        let mut all = free_options(&story.house().catalogue, "planning");
        // Discord itself keeps notes short; anybody may be looked for.
        for place in [
            "/planning add note",
            "/planning leave note",
            "/planning edit note",
            "/planning show person",
            "/planning export person",
        ] {
            assert!(all.remove(place), "{place}");
        }
        require_all(&all, rows.iter().map(|row| row.place));
        story.refuses(&owner, SCHEMAS, &rows).await;
    })
    .await;
}

#[tokio::test]
async fn bad_input_of_every_field_is_refused_by_name_and_nothing_is_stored() {
    story(async |story| {
        let (guild, elsewhere) = (story.sim.guild("Builders"), story.sim.guild("Elsewhere"));
        let (owner, robot) = (guild.owner(), guild.other_bot("robot"));
        let stranger = elsewhere.member("stranger");
        story.idle().await;
        let plan = [("dates", "05/03".into()), ("kind", "Training".into())];
        run(story, &owner, "/planning add", &plan).await;
        run(story, &owner.clone(), "/planning leave", &[("dates", "09/03".into())]).await;
        let key = story.key(Some(id(&guild)), &["planning.read", "planning.write"]).await;
        let me = owner.id().to_string();
        let whole = json!({ "kind": "training", "people": [me], "dates": "06/03" });
        let undated = json!({ "kind": "training", "people": [me] });
        let legacy_base = json!({
            "user_id": me, "type": "formation", "date_debut": "06/03/2026", "date_fin": "06/03/2026",
            "guild_id": guild.id().to_string(),
        });
        let none = json!({});
        let plans = "/v1/guilds/{guild}/planning";
        let mut rows: Vec<(String, &Value, Value)> = Vec::new();
        for (field, values) in [
            ("kind", vec![json!("party"), json!(""), json!(7)]),
            (
                "people",
                vec![
                    json!([]),
                    json!([robot.id().to_string()]),
                    json!([stranger.id().to_string()]),
                    json!(["x"]),
                    json!((1..=26).map(|nth| nth.to_string()).collect::<Vec<_>>()),
                ],
            ),
            ("site", vec![json!("Tower"), json!(7)]),
            ("dates", vec![json!("soonish"), json!("06/03/2026 04/03/2026"), json!(7)]),
            ("note", vec![json!("x".repeat(501)), json!(7)]),
            ("repeat", vec![json!("sometimes"), json!(7)]),
            ("overlap", vec![json!("yes"), json!(1)]),
        ] {
            for value in values {
                rows.push((format!("POST {plans} {field}"), &whole, value.clone()));
                rows.push((format!("PATCH {plans}/{{number}} {field}"), &none, value));
            }
        }
        for field in ["starts", "ends"] {
            for value in [json!("soonish"), json!(7)] {
                rows.push((format!("POST {plans} {field}"), &undated, value.clone()));
                rows.push((format!("PATCH {plans}/{{number}} {field}"), &none, value));
            }
        }
        for value in [json!(["soon"]), json!("x")] {
            rows.push((format!("PATCH {plans}/{{number}} except"), &none, value));
        }
        for (field, value) in [("approve", json!("yes")), ("approve", json!(null))] {
            rows.push((format!("POST {plans}/{{number}}/decision {field}"), &none, value));
        }
        let refusal = json!({ "approve": false });
        rows.push((format!("POST {plans}/{{number}}/decision reason"), &refusal, json!("x".repeat(501))));
        for (field, value) in [
            ("format", "xml"), ("from", "soonish"), ("to", "soonish"), ("person", "x"), ("site", "Tower"),
            ("kind", "party"), ("state", "lost"), ("limit", "0"), ("cursor", "?"),
        ] {
            rows.push((format!("GET {plans} {field}"), &none, json!(value)));
        }
        for place in [
            format!("GET {plans}/{{number}}"),
            format!("PATCH {plans}/{{number}}"),
            format!("DELETE {plans}/{{number}}"),
        ] {
            for value in ["99", "x", "-1"] {
                rows.push((format!("{place} number"), &none, json!(value)));
            }
        }
        for value in ["99", "x"] {
            rows.push((format!("POST {plans}/{{number}}/decision number"), &refusal, json!(value)));
        }
        rows.push((format!("DELETE {plans}/people/{{user}} user"), &none, json!("x")));
        for value in ["made-up", "made-up.ics"] {
            rows.push(("GET /calendars/{file} file".to_owned(), &none, json!(value)));
        }
        for (field, value) in [
            ("user_id", json!("x")), ("user_id", json!(robot.id().to_string())), ("type", json!("party")),
            ("chantier", json!("Tower")), ("date_debut", json!("soonish")), ("date_fin", json!("soonish")),
            ("notes", json!("x".repeat(501))), ("guild_id", json!("x")),
        ] {
            rows.push((format!("POST /api/discord/planning {field}"), &legacy_base, value));
        }
        let all = fields(&story.house().catalogue, "planning");
        require_all(&all, rows.iter().map(|(place, ..)| place.as_str()));
        for (place, base, value) in &rows {
            let mut words = place.split(' ').skip(1);
            let (template, field) = (words.next().unwrap(), words.next().unwrap());
            let part = value.as_str().unwrap_or("1");
            let number = if field == "number" { part } else { "1" };
            let path = template
                .replace("{guild}", &guild.id().to_string())
                .replace("{number}", number)
                .replace("{user}", part)
                .replace("{file}", part);
            story.refuses_field(&key, SCHEMAS, (place, &path), (base, value)).await;
        }
    })
    .await;
}
