//! From making to done, and what can not be.

use jiff::SignedDuration;
use testkit::discord_sim::Permissions;

use crate::{ask, make, plain, story, text};

#[tokio::test]
async fn a_task_is_made_done_and_told_in_both_languages() {
    story(async |story| {
        for (name, locale) in [("Builders", "en-US"), ("Bâtisseurs", "fr")] {
            let guild = story.sim.guild(name).locale(locale);
            let chief = guild.owner().locale(locale);
            let alice = guild.member("alice").locale(locale);
            let place = guild.text("work");
            story.idle().await;
            let site = [("name", "Harbour".into())];
            story.answer(chief.slash("/worksite create", &site)).await;
            let options = [
                ("description", "Paint the *door*\nand the frame".into()),
                ("assignee", (&alice).into()),
                ("due", "28/05 14h".into()),
                ("priority", "high".into()),
                ("site", "harbour".into()),
                ("tags", "#Door, paint".into()),
                ("checklist", "Buy paint;Sand it".into()),
            ];
            let made = chief.in_channel(&place).slash("/task create", &options);
            let mut told = vec![text(&story.answer(made).await)];
            let harbour = guild.channel("harbour").unwrap();
            let panel = alice.sees(&harbour).pop();
            let panel = panel.unwrap_or_else(|| panic!("{}", told.join("\n")));
            told.push(plain(&panel.text()));
            let start = if locale == "fr" { "Commencer" } else { "Begin" };
            let begun = story.answer(alice.clicks(&panel, start)).await;
            told.push(text(&begun));
            told.push(text(&story.answer(chief.slash("/task list", &[])).await));
            let number = [("task", "#1".into())];
            told.push(text(
                &story.answer(alice.slash("/task done", &number)).await,
            ));
            told.push(text(
                &story.answer(chief.slash("/task done", &number)).await,
            ));
            told.push(text(
                &story.answer(chief.slash("/task show", &number)).await,
            ));
            insta::assert_snapshot!(format!("life_{}", &locale[..2]), told.join("\n\n"));
            alice.sees(&harbour);
        }
    })
    .await;
}

#[tokio::test]
async fn what_can_not_be_is_refused_and_nothing_is_stored() {
    story(async |story| {
        let guild = story.sim.guild("Builders");
        let chief = guild.owner();
        let robot = guild.other_bot("robot");
        let role = guild.role("Crew", Permissions::from_bits(0));
        let (alice, claire) = (guild.member("alice"), guild.member("claire").locale("fr"));
        story.idle().await;
        let mut told = Vec::new();
        for locale in ["en-US", "fr"] {
            let person = chief.clone().locale(locale);
            let wrong: [(&str, testkit::discord_sim::Argument); 6] = [
                ("due", "soon".into()),
                ("due", "yesterday".into()),
                ("site", "Tower".into()),
                ("tags", "a b c d e f g h i j k".into()),
                ("repeat", "daily".into()),
                ("assignee", (&robot).into()),
            ];
            for (name, value) in wrong {
                let options = [("description", "Paint".into()), (name, value)];
                told.push(text(
                    &story.answer(person.slash("/task create", &options)).await,
                ));
            }
            let both = [
                ("description", "Paint".into()),
                ("assignee", (&alice).into()),
                ("role", (&role).into()),
            ];
            told.push(text(
                &story.answer(person.slash("/task create", &both)).await,
            ));
            let blank = [("description", "   ".into())];
            told.push(text(
                &story.answer(person.slash("/task create", &blank)).await,
            ));
            let none = [("task", "#9".into())];
            told.push(text(&story.answer(person.slash("/task done", &none)).await));
        }
        // Giving work to others is not for everybody.
        let for_others = [
            ("description", "Paint".into()),
            ("assignee", (&alice).into()),
        ];
        told.push(text(
            &story
                .answer(claire.slash("/task create", &for_others))
                .await,
        ));
        insta::assert_snapshot!("refused", told.join("\n"));
        assert_eq!(
            ask(story, "select count(*)::text from tasks.task").await,
            ["0"]
        );
    })
    .await;
}

#[tokio::test]
async fn one_of_two_picks_it_up_and_only_who_may_changes_it() {
    story(async |story| {
        let guild = story.sim.guild("Builders");
        let chief = guild.owner();
        let (alice, bob) = (guild.member("alice"), guild.member("bob"));
        let place = guild.text("work");
        story.idle().await;
        let panel = make(story, &chief, &place, &[("description", "Sweep".into())]).await;
        let (first, second) = (
            alice.clicks(&panel, "I take it"),
            bob.clicks(&panel, "I take it"),
        );
        let told = [
            story.answer(first).await.text(),
            story.answer(second).await.text(),
        ];
        let taken: Vec<bool> = told.iter().map(|told| told.contains("picked")).collect();
        assert!(taken[0] != taken[1], "{told:?}");
        let (alice, bob) = if taken[0] { (bob, alice) } else { (alice, bob) };
        let refused = story.answer(bob.clicks(&panel, "Done")).await.text();
        assert!(refused.contains("not yours"), "{refused}");
        // A reason is asked for, and shown.
        let asked = story.answer(alice.clicks(&panel, "Blocked")).await;
        let modal = asked.modal();
        let sent = alice.submits(modal, &[("reason", "No broom".into())]);
        let shown = story.answer(sent).await.text();
        assert!(shown.contains("blocked: No broom"), "{shown}");
        let done = story
            .answer(alice.clicks(&panel.again().unwrap(), "Done"))
            .await
            .text();
        assert!(done.contains("done"), "{done}");
        story.restart().await;
        let again = story
            .answer(alice.clicks(&panel.again().unwrap(), "Open again"))
            .await
            .text();
        assert!(again.contains("to do"), "{again}");
        place_is_read(&chief, &place);
    })
    .await;
}

fn place_is_read(who: &testkit::discord_sim::Person, place: &testkit::discord_sim::ChannelRef) {
    who.sees(place);
}

#[tokio::test]
async fn a_check_list_is_ticked_off_and_a_form_edits() {
    story(async |story| {
        let guild = story.sim.guild("Builders");
        let chief = guild.owner();
        let place = guild.text("work");
        story.idle().await;
        let options = [
            ("description", "Roof".into()),
            ("checklist", "Nails;Planks".into()),
            ("due", "tomorrow 14h".into()),
        ];
        let panel = make(story, &chief, &place, &options).await;
        let ticked = story
            .answer(chief.picks(&panel, "Tick off", &["1".into()]))
            .await
            .text();
        assert!(
            ticked.contains("☐ Nails") && ticked.contains("☑ Planks"),
            "{ticked}"
        );
        let asked = story
            .answer(chief.clicks(&panel.again().unwrap(), "Edit"))
            .await;
        let fields = [
            ("description", "Roof and gutter".into()),
            ("due", "03/03/2026 14:00".into()),
            ("tags", "roof".into()),
            ("checklist", "Planks\nGutter".into()),
        ];
        let shown = story
            .answer(chief.submits(asked.modal(), &fields))
            .await
            .text();
        assert!(
            shown.contains("Roof and gutter") && shown.contains("☑ Planks"),
            "{shown}"
        );
        assert!(
            shown.contains("☐ Gutter") && !shown.contains("Nails"),
            "{shown}"
        );
        place_is_read(&chief, &place);
    })
    .await;
}

#[tokio::test]
async fn what_is_deleted_can_be_restored_for_thirty_days() {
    story(async |story| {
        let guild = story.sim.guild("Builders");
        let (chief, alice) = (guild.owner(), guild.member("alice"));
        let place = guild.text("work");
        story.idle().await;
        make(story, &chief, &place, &[("description", "Sweep".into())]).await;
        let one = [("task", "1".into())];
        story.answer(chief.slash("/task delete", &one)).await;
        assert!(alice.sees(&place).is_empty(), "the panel is gone");
        let shown = story.answer(chief.slash("/task show", &one)).await.text();
        assert!(shown.contains("no such task"), "{shown}");
        let typed = story
            .answer(chief.types("/task restore", "task", "sw"))
            .await
            .text();
        assert!(typed.contains("Sweep"), "{typed}");
        story.answer(chief.slash("/task restore", &one)).await;
        assert_eq!(alice.sees(&place).len(), 1);
        chief.sees(&place);
        story.answer(chief.slash("/task delete", &one)).await;
        story.advance(SignedDuration::from_hours(24 * 32)).await;
        assert_eq!(
            ask(story, "select count(*)::text from tasks.task").await,
            ["0"]
        );
    })
    .await;
}

#[tokio::test]
async fn a_guild_knows_only_its_own() {
    story(async |story| {
        let (one, two) = (story.sim.guild("One"), story.sim.guild("Two"));
        let place = one.text("work");
        story.idle().await;
        make(
            story,
            &one.owner(),
            &place,
            &[("description", "Secret".into())],
        )
        .await;
        let stranger = two.owner();
        for command in ["/task show", "/task done", "/task delete"] {
            let told = story
                .answer(stranger.slash(command, &[("task", "1".into())]))
                .await
                .text();
            assert!(told.contains("no such task"), "{told}");
        }
        let list = story.answer(stranger.slash("/task list", &[])).await.text();
        assert!(!list.contains("Secret"), "{list}");
        let other = two.text("work");
        make(story, &stranger, &other, &[("description", "Ours".into())]).await;
        let numbers = "select string_agg(number::text, ' ') from tasks.task";
        assert_eq!(
            ask(story, numbers).await,
            ["1 1"],
            "each guild counts for itself"
        );
    })
    .await;
}

#[tokio::test]
async fn a_message_becomes_a_task() {
    story(async |story| {
        let guild = story.sim.guild("Builders");
        let chief = guild.owner();
        let alice = guild.member("alice");
        let place = guild.text("work");
        story.idle().await;
        let said = alice.says(&place, "The gate squeaks");
        let asked = story.answer(chief.message_menu("Make a task", &said)).await;
        let fields = [
            ("description", "The gate squeaks".into()),
            ("due", "in 3 days".into()),
            ("tags", "".into()),
            ("priority", "urgent".into()),
            ("assignees", (&alice).into()),
        ];
        let told = story
            .answer(chief.submits(asked.modal(), &fields))
            .await
            .text();
        assert!(told.contains("Task #1 is made"), "{told}");
        let panel = chief.sees(&place).pop().unwrap().text();
        assert!(
            panel.contains("The message that it is") && panel.contains("urgent"),
            "{panel}"
        );
    })
    .await;
}

#[tokio::test]
async fn what_comes_again_comes_at_the_same_hour_when_clocks_change() {
    story(async |story| {
        let guild = story.sim.guild("Builders");
        let chief = guild.owner();
        let place = guild.text("work");
        story.idle().await;
        let house = story.house().clone();
        let of = crate::id(&guild);
        let by = house.me.id();
        house
            .settings
            .change::<feature::General>(of, by, feature::settings::Via::Discord, |general| {
                general.time_zone = Some("Europe/Paris".to_owned());
                Ok(())
            })
            .await
            .unwrap();
        let options = [
            ("description", "Water".into()),
            ("due", "28/03/2026 6h".into()),
            ("repeat", "daily x3".into()),
        ];
        make(story, &chief, &place, &options).await;
        for number in ["1", "2", "3"] {
            story
                .answer(chief.slash("/task done", &[("task", number.into())]))
                .await;
        }
        let due =
            "select (due_at at time zone 'Europe/Paris')::text from tasks.task order by number";
        assert_eq!(
            ask(story, due).await,
            [
                "2026-03-28 06:00:00",
                "2026-03-29 06:00:00",
                "2026-03-30 06:00:00"
            ]
        );
        chief.sees(&place);
    })
    .await;
}

#[tokio::test]
async fn a_list_by_tag_has_more_pages() {
    story(async |story| {
        let guild = story.sim.guild("Builders");
        let (chief, place) = (guild.owner(), guild.text("work"));
        story.idle().await;
        for nth in 0..12 {
            let said = format!("Task {nth}");
            let tag = if nth == 5 { "other" } else { "Roof" };
            let options = [("description", said.as_str().into()), ("tags", tag.into())];
            make(story, &chief, &place, &options).await;
        }
        let first = story
            .answer(chief.slash("/task list", &[("tag", "#roof".into())]))
            .await;
        assert_eq!(first.text().matches("Task ").count(), 10);
        let next = story
            .answer(chief.clicks(first.message(), "Next ▶"))
            .await
            .text();
        assert!(
            next.contains("Task 11") && !next.contains("Task 5"),
            "{next}"
        );
    })
    .await;
}

#[tokio::test]
async fn many_are_named_at_once_and_strangers_are_not() {
    story(async |story| {
        let guild = story.sim.guild("Builders");
        let (chief, place) = (guild.owner(), guild.text("work"));
        let other = story.sim.guild("Elsewhere").member("mallory");
        let crew = guild.role("Crew", Permissions::from_bits(0));
        let robot = guild.other_bot("robot");
        let people: Vec<_> = (0..4).map(|nth| guild.member(&format!("person {nth}"))).collect();
        story.idle().await;
        let named = people.iter().map(|person| format!("<@{}>", person.id()));
        let named = named.collect::<Vec<_>>().concat();
        let options = [
            ("description", "Carry".into()),
            ("assignee", (&people[0]).into()),
            ("assignees", named.as_str().into()),
        ];
        make(story, &chief, &place, &options).await;
        let role = format!("<@&{}>", crew.id());
        make(story, &chief, &place, &[("description", "Lift".into()), ("assignees", role.as_str().into())]).await;
        let count = "select cardinality(assignees) || ' ' || (role_id is not null) from tasks.task order by number";
        assert_eq!(ask(story, count).await, ["4 false", "0 true"]);
        let mut told = Vec::new();
        let foreign = format!("<@&{}>", story.sim.guild("Third").id());
        for wrong in [
            "everybody".to_owned(),
            format!("<@{}>", other.id()),
            format!("<@{}>", robot.id()),
            foreign,
            format!("{named} {role}"),
            (1..=26).map(|id| format!("<@{id}>")).collect::<Vec<_>>().concat(),
        ] {
            let options = [("description", "No".into()), ("assignees", wrong.as_str().into())];
            told.push(text(&story.answer(chief.slash("/task create", &options)).await));
        }
        insta::assert_snapshot!("named", told.join("\n"));
        assert_eq!(ask(story, count).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn what_comes_again_skips_its_days_and_is_made_when_due_if_so_chosen() {
    story(async |story| {
        let guild = story.sim.guild("Builders");
        let (chief, place) = (guild.owner(), guild.text("work"));
        story.idle().await;
        let options = [
            ("description", "Water".into()),
            ("due", "03/03/2026 12h".into()),
            ("repeat", "daily x4".into()),
            ("except", "04/03, 01/05".into()),
            ("renew", "due".into()),
        ];
        make(story, &chief, &place, &options).await;
        // Done before it is due: the next one comes all the same, once.
        let done = async |number: &str| {
            let task = [("task", number.into())];
            story.answer(chief.slash("/task done", &task)).await
        };
        done("1").await;
        let all = "select number || ' ' || due_at || ' ' || state || ' ' || nth || ' ' || (repeat is not null) from tasks.task order by number";
        assert_eq!(ask(story, all).await, ["1 2026-03-03 12:00:00+00 done 1 true"]);
        story.advance(SignedDuration::from_hours(27)).await;
        let two = ["1 2026-03-03 12:00:00+00 done 1 false", "2 2026-03-05 12:00:00+00 todo 3 true"];
        assert_eq!(ask(story, all).await, two);
        let edit = [("task", "2".into()), ("due", "05/03/2026 13h".into())];
        story.answer(chief.slash("/task edit", &edit)).await;
        story.advance(SignedDuration::from_hours(48)).await;
        assert_eq!(ask(story, all).await.len(), 2, "it is due an hour later");
        story.advance(SignedDuration::from_hours(2)).await;
        assert_eq!(ask(story, all).await[1..], [
            "2 2026-03-05 13:00:00+00 todo 3 false",
            "3 2026-03-06 13:00:00+00 todo 4 true",
        ]);
        // Four in all, the skipped one among them.
        story.advance(SignedDuration::from_hours(48)).await;
        assert_eq!(ask(story, all).await.len(), 3);
        // Opened again and done again, it does not come twice.
        let edit = [("task", "1".into()), ("state", "todo".into())];
        story.answer(chief.slash("/task edit", &edit)).await;
        done("1").await;
        assert_eq!(ask(story, all).await.len(), 3);
        chief.sees(&place);
        chief.sees(&chief.dm());
    })
    .await;
}
