//! Bad input of every option and field: it is refused, and nothing is stored.

use serde_json::{Value, json};
use testkit::{
    WrongOption,
    discord_sim::{Argument, Permissions},
    fields, free_options, require_all,
};

use crate::{id, story};

const SCHEMAS: &[&str] = &["tasks", "settings", "worksites"];

#[tokio::test]
async fn bad_input_of_every_option_is_refused_and_nothing_is_stored() {
    story(async |story| {
        let (guild, elsewhere) = (story.sim.guild("Builders"), story.sim.guild("Elsewhere"));
        let (owner, robot) = (guild.owner(), guild.other_bot("robot"));
        let stranger = elsewhere.member("stranger");
        let foreign = elsewhere.text("foreign");
        let foreign_role = elsewhere.role("Foreign", Permissions::NONE);
        let (open, old) = (guild.category("Open"), guild.category("Old"));
        story.idle().await;
        let place = [("category", (&open).into()), ("archive", (&old).into())];
        story.answer(owner.slash("/worksite config", &place)).await;
        for name in ["Harbour", "Ruin"] {
            story
                .answer(owner.slash("/worksite create", &[("name", name.into())]))
                .await;
        }
        story
            .answer(owner.slash("/worksite archive", &[("worksite", "ruin".into())]))
            .await;
        let make = [("description", "Sweep".into()), ("due", "tomorrow".into())];
        story.answer(owner.slash("/task create", &make)).await;
        story.idle().await;
        let described = || vec![("description", "Paint".into())];
        let dated = || vec![("description", "Paint".into()), ("due", "tomorrow".into())];
        let again = || {
            let mut beside = dated();
            beside.push(("repeat", "daily".into()));
            beside
        };
        let one = || vec![("task", "1".into())];
        let many = |count: usize, divider: &str| -> Argument {
            let words: Vec<String> = (0..count).map(|nth| format!("word{nth}")).collect();
            words.join(divider).into()
        };
        let long = |count: usize| -> Argument { "x".repeat(count).into() };
        let row = |place, beside, value, says| WrongOption {
            place,
            value,
            beside,
            says,
        };
        let not_here = "longer";
        let rows = [
            row("/task create description", vec![], " ".into(), "1 to 1"),
            row("/task create assignee", described(), (&robot).into(), "bot"),
            row(
                "/task create assignee",
                described(),
                (&stranger).into(),
                "member",
            ),
            row("/task create second", described(), (&robot).into(), "bot"),
            row(
                "/task create second",
                described(),
                (&stranger).into(),
                "member",
            ),
            row(
                "/task create role",
                described(),
                (&foreign_role).into(),
                not_here,
            ),
            row(
                "/task create due",
                described(),
                "soonish".into(),
                "`soonish` is no date",
            ),
            row(
                "/task create due",
                described(),
                "01/03/2026".into(),
                "has passed",
            ),
            row("/task create due", described(), " ".into(), "is no date"),
            row(
                "/task create site",
                described(),
                "Tower".into(),
                "no worksite `Tower`",
            ),
            row("/task create site", described(), "#2".into(), "Ruin"),
            row("/task create tags", described(), many(11, " "), "10 tags"),
            row("/task create tags", described(), long(31), "30 characters"),
            row(
                "/task create checklist",
                described(),
                many(21, ";"),
                "20 lines",
            ),
            row(
                "/task create checklist",
                described(),
                long(201),
                "200 characters",
            ),
            row(
                "/task create repeat",
                described(),
                "daily".into(),
                "needs a date",
            ),
            row(
                "/task create repeat",
                dated(),
                "sometimes".into(),
                "`sometimes`",
            ),
            row(
                "/task create assignees",
                described(),
                "alice".into(),
                "`alice`",
            ),
            row(
                "/task create assignees",
                described(),
                "<@1>".into(),
                "not a member",
            ),
            row(
                "/task create assignees",
                described(),
                "<@&1>".into(),
                "no role",
            ),
            row(
                "/task create except",
                described(),
                "25/12".into(),
                "does not come again",
            ),
            row(
                "/task create except",
                again(),
                "someday".into(),
                "`someday`",
            ),
            row(
                "/task list site",
                vec![],
                "Tower".into(),
                "no worksite `Tower`",
            ),
            row(
                "/task list tag",
                vec![],
                "nobody has it".into(),
                "No task like that",
            ),
            row(
                "/task list assignee",
                vec![],
                (&robot).into(),
                "No task like that",
            ),
            row("/task show task", vec![], "99".into(), "no such task"),
            row("/task show task", vec![], "what".into(), "no such task"),
            row("/task edit task", vec![], "99".into(), "no such task"),
            row("/task edit task", vec![], "1".into(), "change"),
            row("/task edit description", one(), " ".into(), "1 to 1"),
            row("/task edit due", one(), "01/03/2026".into(), "has passed"),
            row("/task edit due", one(), "soonish".into(), "`soonish`"),
            row("/task edit site", one(), "Tower".into(), "`Tower`"),
            row("/task edit site", one(), "2".into(), "Ruin"),
            row("/task edit tags", one(), many(11, ","), "10 tags"),
            row("/task edit checklist", one(), many(21, ";"), "20 lines"),
            row(
                "/task edit repeat",
                one(),
                "sometimes".into(),
                "`sometimes`",
            ),
            row(
                "/task edit except",
                one(),
                "25/12".into(),
                "does not come again",
            ),
            row("/task edit except", one(), "someday".into(), "`someday`"),
            row("/task done task", vec![], "99".into(), "no such task"),
            row(
                "/task block task",
                vec![("reason", "rain".into())],
                "99".into(),
                "no such task",
            ),
            row("/task block reason", one(), " ".into(), "1 to 500"),
            row("/task assign task", vec![], "99".into(), "no such task"),
            row("/task assign role", one(), (&foreign_role).into(), not_here),
            row("/task delete task", vec![], "99".into(), "no such task"),
            row("/task restore task", vec![], "99".into(), "no such task"),
            row("/task restore task", vec![], "1".into(), "not deleted"),
            row(
                "/task import file",
                vec![],
                Argument::File("x.csv".to_owned(), b"\xff".to_vec()),
                "can not read this file",
            ),
            row("/task erase person", vec![], (&stranger).into(), "know"),
            row("/task config channel", vec![], (&foreign).into(), not_here),
        ];
        let all = free_options(&story.house().catalogue, "tasks");
        require_all(&all, rows.iter().map(|row| row.place));
        story.refuses(&owner, SCHEMAS, &rows).await;
        owner.sees(&guild.text("general"));
    })
    .await;
}

#[tokio::test]
async fn bad_input_of_every_field_is_refused_by_name_and_nothing_is_stored() {
    story(async |story| {
        let (guild, elsewhere) = (story.sim.guild("Builders"), story.sim.guild("Elsewhere"));
        let (owner, robot) = (guild.owner(), guild.other_bot("robot"));
        let stranger = elsewhere.member("stranger");
        let foreign = elsewhere.text("foreign");
        story.idle().await;
        story
            .answer(owner.slash("/task create", &[("description", "Sweep".into())]))
            .await;
        story.idle().await;
        let key = story
            .key(Some(id(&guild)), &["tasks.read", "tasks.write"])
            .await;
        let text = |count: usize| json!("x".repeat(count));
        let (nobody, guild_id) = (json!([stranger.id().to_string()]), guild.id().to_string());
        let base = json!({ "description": "Paint" });
        let none = json!({});
        let new = "POST /v1/guilds/{guild}/tasks";
        let change = "PATCH /v1/guilds/{guild}/tasks/{number}";
        let legacy = "POST /api/discord/task";
        let mut rows: Vec<(String, &Value, Value)> = Vec::new();
        for (field, values) in [
            (
                "description",
                vec![json!(""), json!("  "), json!(7), text(1001)],
            ),
            ("priority", vec![json!("most"), json!(""), json!(1)]),
            ("site", vec![json!("Tower"), json!(true)]),
            (
                "due",
                vec![
                    json!("soonish"),
                    json!("2026-03-01T00:00:00Z"),
                    json!("01/03/2026"),
                    json!(7),
                ],
            ),
            (
                "assignees",
                vec![
                    nobody.clone(),
                    json!([robot.id().to_string()]),
                    json!(["x"]),
                    json!("x"),
                    json!(vec!["1"; 26]),
                ],
            ),
            ("role", vec![json!("1"), json!("x")]),
            (
                "tags",
                vec![
                    json!(vec!["x".repeat(31)]),
                    json!((0..11).map(|nth| nth.to_string()).collect::<Vec<_>>()),
                    json!("x"),
                ],
            ),
            (
                "checklist",
                vec![json!(vec!["x"; 21]), json!(vec!["x".repeat(201)]), json!(7)],
            ),
            ("repeat", vec![json!("sometimes"), json!("daily"), json!(7)]),
            (
                "except",
                vec![json!(["2026-12-25"]), json!(["soon"]), json!("x")],
            ),
            ("renews", vec![json!("done"), json!("never"), json!(7)]),
        ] {
            for value in values {
                // What fits a task that comes again is refused of another as a whole, and every one here is due.
                let fits_others =
                    [json!("done"), json!(["2026-12-25"]), json!("daily")].contains(&value);
                rows.push((format!("{new} {field}"), &base, value.clone()));
                if !fits_others {
                    rows.push((format!("{change} {field}"), &none, value));
                }
            }
        }
        rows.push((
            format!("{new} channel"),
            &base,
            json!(foreign.id().to_string()),
        ));
        for (field, value) in [
            ("state", json!("lost")),
            ("state", json!(7)),
            ("reason", json!("rain")),
            ("reason", text(501)),
        ] {
            rows.push((format!("{change} {field}"), &none, value));
        }
        for (field, value) in [
            ("format", json!("xml")),
            ("limit", json!("0")),
            ("limit", json!("x")),
            ("cursor", json!("?")),
            ("assignee", json!("alice")),
            ("assignee", json!("-1")),
            ("site", json!("Tower")),
            ("state", json!("lost")),
            ("priority", json!("most")),
            ("overdue", json!("perhaps")),
        ] {
            rows.push((
                format!("GET /v1/guilds/{{guild}}/tasks {field}"),
                &none,
                value,
            ));
        }
        for method in ["GET", "PATCH", "DELETE"] {
            for value in ["99", "x", "-1", "99999999999"] {
                rows.push((
                    format!("{method} /v1/guilds/{{guild}}/tasks/{{number}} number"),
                    &none,
                    json!(value),
                ));
            }
        }
        rows.push((
            "DELETE /v1/guilds/{guild}/tasks/people/{user} user".to_owned(),
            &none,
            json!("x"),
        ));
        for (field, value) in [
            ("user_id", json!("x")),
            ("user_id", json!(stranger.id().to_string())),
            ("assignee_id", json!(0)),
            ("assignee_id", json!(robot.id().to_string())),
            ("description", json!(7)),
            ("description", json!("")),
            ("chantier", json!("Tower")),
            ("chantier", json!([])),
            ("guild_id", json!("x")),
        ] {
            rows.push((format!("{legacy} {field}"), &base, value));
        }
        let mut all = fields(&story.house().catalogue, "tasks");
        // Any words may be a tag.
        assert!(all.remove("GET /v1/guilds/{guild}/tasks tag"));
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
                .replace("{guild}", &guild_id)
                .replace("{number}", number)
                .replace("{user}", part);
            story
                .refuses_field(&key, SCHEMAS, (place, &path), (base, value))
                .await;
        }
        owner.sees(&guild.text("general"));
    })
    .await;
}
