//! Tasks out of files: all or none, each once, and what is wrong is named.

use testkit::discord_sim::Argument;

use crate::{ask, make, story, text};

const COUNT: &str = "select count(*)::text from tasks.task";

#[tokio::test]
async fn an_export_makes_the_same_tasks_elsewhere_and_none_twice() {
    story(async |story| {
        let (one, two) = (story.sim.guild("One"), story.sim.guild("Two"));
        let (chief, other) = (one.owner(), two.owner());
        let place = one.text("work");
        story.idle().await;
        make(story, &chief, &place, &[("description", "=Paint, \"all\"".into()), ("tags", "door".into())]).await;
        make(story, &chief, &place, &[("description", "Sweep".into()), ("priority", "high".into())]).await;
        let again = [
            ("description", "Check".into()), ("due", "tomorrow 10h".into()), ("repeat", "weekly x4".into()),
            ("except", "17/03".into()), ("renew", "When it is due".into()), ("checklist", "ropes;\"belts\", all".into()),
        ];
        let panel = make(story, &chief, &place, &again).await;
        story.answer(chief.picks(&panel, "Tick off", &["ropes".into()])).await;
        story.answer(chief.slash("/task block", &[("task", "2".into()), ("reason", "rain".into())])).await;
        for (format, name) in [("csv", "tasks.csv"), ("json", "tasks.jsonl")] {
            let told = story.answer(chief.slash("/task export", &[("format", format.into())])).await;
            let file = Argument::File(name.to_owned(), told.message().file(name).unwrap());
            // Where they come from they are known.
            let back = story.answer(chief.slash("/task import", &[("file", file.clone())])).await.text();
            assert!(back.contains("here already"), "{back}");
            let dry = [("file", file.clone()), ("dry_run", true.into())];
            let dry = story.answer(other.slash("/task import", &dry)).await.text();
            assert!(dry.contains("Nothing is stored"), "{dry}");
            story.answer(other.slash("/task import", &[("file", file)])).await;
        }
        let all = |guild| format!(
            "select concat_ws(' ', number, description, state, reason, priority, due_at, tags, repeat, nth,
                 (select string_agg(text || is_done, ';' order by place) from tasks.item i
                  where i.guild_id = t.guild_id and i.number = t.number))
             from tasks.task t where guild_id = {guild} order by number");
        let came = ask(story, &all(one.id())).await;
        assert_eq!(came.len(), 3);
        assert!(came[2].contains("ropestrue;\"belts\", allfalse"), "{came:?}");
        assert_eq!(ask(story, &all(two.id())).await, came);
        chief.sees(&place);
    })
    .await;
}

#[tokio::test]
async fn bad_lines_are_named_and_nothing_is_stored_unless_they_are_skipped() {
    story(async |story| {
        let guild = story.sim.guild("Builders");
        let robot = guild.other_bot("robot");
        story.idle().await;
        let lines = [
            r#"{"description":"Good"}"#.to_owned(),
            r#"{"description":""}"#.to_owned(),
            r#"{"description":"x","state":"lost"}"#.to_owned(),
            r#"{"description":"x","state":"blocked"}"#.to_owned(),
            r#"{"description":"x","priority":"most"}"#.to_owned(),
            r#"{"description":"x","due_at":"soon"}"#.to_owned(),
            format!(r#"{{"description":"x","assignees":["{}"]}}"#, robot.id()),
            r#"{"description":"x","role":"1"}"#.to_owned(),
            r#"{"description":"x","site":"Tower"}"#.to_owned(),
            r#"{"description":"x","tags":["a","b","c","d","e","f","g","h","i","j","k"]}"#
                .to_owned(),
            r#"{"description":7}"#.to_owned(),
            "{".to_owned(),
            r#"{"description":"Good too"}"#.to_owned(),
        ];
        let file = |bytes: &str| Argument::File("tasks.jsonl".to_owned(), bytes.into());
        let whole = lines.join("\n");
        let mut told = Vec::new();
        for locale in ["en-US", "fr"] {
            let chief = guild.owner().locale(locale);
            for bytes in [whole.as_str(), "", "a,b\n1,2"] {
                let answer = story
                    .answer(chief.slash("/task import", &[("file", file(bytes))]))
                    .await;
                told.push(text(&answer));
            }
        }
        insta::assert_snapshot!("bad_lines", told.join("\n\n"));
        assert_eq!(ask(story, COUNT).await, ["0"]);
        let skip = [("file", file(&whole)), ("skip", true.into())];
        story
            .answer(guild.owner().slash("/task import", &skip))
            .await;
        assert_eq!(ask(story, COUNT).await, ["2"]);
        let refused = story
            .answer(guild.member("alice").slash("/task import", &skip))
            .await;
        drop(refused);
        assert_eq!(ask(story, COUNT).await, ["2"], "not for everybody");
    })
    .await;
}
