//! The plan out of files: all or none, each once, and what is wrong is named.

use testkit::discord_sim::Argument;

use crate::{ask, run, sites, story};

const COUNT: &str = "select count(*)::text from planning.entry";

#[tokio::test]
async fn an_export_makes_the_same_plan_elsewhere_and_none_twice() {
    story(async |story| {
        let (one, two) = (story.sim.guild("One"), story.sim.guild("Two"));
        let (chief, other) = (one.owner(), two.owner());
        let alice = one.member("alice");
        let _same = two.member("alice");
        story.idle().await;
        for chief in [&chief, &other] {
            sites(story, chief, &["Harbour"]).await;
        }
        let plan = [
            ("dates", "28/12/2026 02/01".into()),
            ("site", "harbour".into()),
            ("person", (&alice).into()),
            ("note", "=Bring, \"boots\"".into()),
        ];
        run(story, &chief, "/planning add", &plan).await;
        let again = [
            ("dates", "tomorrow 8h-12h".into()),
            ("kind", "Training".into()),
            ("repeat", "weekly x3".into()),
        ];
        run(story, &alice, "/planning add", &again).await;
        let day = [("entry", "2".into()), ("day", "10/03".into())];
        run(story, &alice, "/planning remove", &day).await;
        run(story, &alice, "/planning leave", &[("dates", "friday".into())]).await;
        for (format, name) in [("csv", "planning.csv"), ("json", "planning.jsonl")] {
            let told = chief.slash("/planning export", &[("format", format.into())]);
            let file = story.answer(told).await.message().file(name).unwrap();
            let file = Argument::File(name.to_owned(), file);
            let back = run(story, &chief, "/planning import", &[("file", file.clone())]).await;
            assert!(back.contains("3 lines are left out"), "{back}");
            let dry = [("file", file.clone()), ("dry_run", true.into())];
            let dry = run(story, &other, "/planning import", &dry).await;
            assert!(dry.contains("Nothing is stored"), "{dry}");
            run(story, &other, "/planning import", &[("file", file)]).await;
        }
        let all = |guild| {
            format!(
                "select concat_ws(' ', number, kind, state, people, site_name, starts, ends, is_days, note, repeat,
                     except_days, last_end) from planning.entry where guild_id = {guild} order by number"
            )
        };
        let came = ask(story, &all(one.id())).await;
        assert_eq!(came.len(), 3);
        assert_eq!(ask(story, &all(two.id())).await, came);
        // Who may say yes was asked where it was wanted, and nowhere else.
        assert_eq!(chief.sees(&chief.dm()).len(), 1);
        let named = format!("select name from planning.person where guild_id = {} order by name", two.id());
        assert!(ask(story, &named).await.contains(&"alice".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn bad_lines_are_named_by_field_and_nothing_is_stored_unless_they_are_skipped() {
    story(async |story| {
        let guild = story.sim.guild("Builders");
        let chief = guild.owner();
        let robot = guild.other_bot("robot");
        story.idle().await;
        let me = chief.id().to_string();
        let line = |change: &str| {
            let whole = format!(
                r#"{{"kind":"leave","people":["{me}"],"starts":"2026-03-09T00:00:00","ends":"2026-03-11T00:00:00","whole_days":true"#
            );
            format!("{whole}{change}}}")
        };
        let long = format!(r#","note":"{}""#, "x".repeat(501));
        let stranger = format!(r#","people":["{}"]"#, robot.id());
        let wrong = [
            (r#","kind":"party""#, "kind"),
            (r#","state":"lost""#, "state"),
            (r#","people":[]"#, "people"),
            (stranger.as_str(), "people"),
            (r#","people":["alice"]"#, "people"),
            (r#","site":"Tower""#, "site"),
            (r#","kind":"site""#, "site"),
            (r#","starts":"soon""#, "starts"),
            (r#","starts":"1999-03-09T00:00:00","ends":"1999-03-10T00:00:00""#, "starts"),
            (r#","ends":"2026-03-09T00:00:00""#, "ends"),
            (r#","ends":"2028-03-09T00:00:00""#, "ends"),
            (r#","ends":"2026-03-11T08:00:00""#, "whole_days"),
            (r#","whole_days":"perhaps""#, "whole_days"),
            (long.as_str(), "note"),
            (r#","repeat":"daily""#, "repeat"),
            (r#","repeat":{"every":"days","step":1,"until":null,"count":null}"#, "repeat"),
            (r#","repeat":{"every":"weeks","step":1,"on":[9],"until":null,"count":null}"#, "repeat"),
            (r#","except":["soon"]"#, "except"),
            (r#","created_at":"once""#, "created_at"),
            (r#","number":"one""#, "number"),
        ];
        // A later value of the same name would be refused as written twice: what is wrong takes the place of what is not.
        let replaced = |change: &str| {
            let mut whole: serde_json::Map<String, serde_json::Value> =
                serde_json::from_str(&line("")).unwrap();
            let change: serde_json::Map<String, serde_json::Value> =
                serde_json::from_str(&format!("{{{}}}", &change[1..])).unwrap();
            whole.extend(change);
            serde_json::Value::Object(whole).to_string()
        };
        for (change, field) in wrong {
            let file = format!("{}\n{}\n", line(""), replaced(change));
            let file = Argument::File("plan.jsonl".to_owned(), file.into());
            let said = run(story, &chief, "/planning import", &[("file", file)]).await;
            assert!(said.contains(&format!("Line 2: `{field}`")), "{change}: {said}");
            assert!(said.contains("Nothing is stored"), "{change}: {said}");
        }
        assert_eq!(ask(story, COUNT).await, ["0"]);
        let file = format!("{}\n{}\n", replaced(wrong[0].0), line(""));
        let file = Argument::File("plan.jsonl".to_owned(), file.into());
        let skip = [("file", file), ("skip", true.into())];
        run(story, &chief, "/planning import", &skip).await;
        assert_eq!(ask(story, COUNT).await, ["1"]);
        run(story, &guild.member("alice"), "/planning import", &skip).await;
        assert_eq!(ask(story, COUNT).await, ["1"], "not for everybody");
    })
    .await;
}
