//! What others in the program hear of tasks.

use testkit::discord_sim::Argument;

use crate::{ask, id, make, story};

#[tokio::test]
async fn what_happens_to_tasks_is_heard_in_order() {
    story(async |story| {
        let (guild, other) = (story.sim.guild("Bâtisseurs"), story.sim.guild("Other"));
        let (owner, alice) = (guild.owner(), guild.member("alice"));
        story.idle().await;
        let run = async |command: &str, options: &[(&str, Argument)]| {
            story.answer(owner.slash(command, options)).await
        };
        let (site, task) = (
            ("worksite", Argument::from("1")),
            ("task", Argument::from("1")),
        );
        run("/worksite create", &[("name", "Mill".into())]).await;
        run(
            "/worksite edit",
            &[site.clone(), ("address", "Brest".into())],
        )
        .await;
        run("/task create", &[("description", "Paint".into())]).await;
        let asked = run("/task assign", std::slice::from_ref(&task)).await;
        let select = asked.message().selects().remove(0);
        let pick = owner.picks(asked.message(), &select, &[(&alice).into()]);
        story.answer(pick).await;
        run("/task block", &[task.clone(), ("reason", "rain".into())]).await;
        run("/task done", std::slice::from_ref(&task)).await;
        // Told that it is done already, which is nothing that happened.
        run("/task done", std::slice::from_ref(&task)).await;
        run("/task delete", std::slice::from_ref(&task)).await;
        run("/task restore", std::slice::from_ref(&task)).await;
        run("/worksite archive", std::slice::from_ref(&site)).await;
        story.idle().await;
        for channel in ["general", "mill"] {
            guild.channel(channel).map(|channel| owner.sees(&channel));
        }
        assert_eq!(
            testkit::heard(id(&guild)),
            [
                "worksite.opened worksite 1",
                "worksite.updated worksite 1",
                "task.created task 1",
                "task.assigned task 1",
                "task.blocked task 1",
                "task.done task 1",
                "task.deleted task 1",
                "task.restored task 1",
                "worksite.archived worksite 1",
            ]
        );
        assert!(testkit::heard(id(&other)).is_empty());
    })
    .await;
}

#[tokio::test]
async fn who_is_off_is_not_told_and_nothing_waits_for_it() {
    story(async |story| {
        let guild = story.sim.guild("Builders");
        let (chief, place) = (guild.owner(), guild.text("work"));
        story.idle().await;
        let house = story.house().clone();
        let switch = async |is_off: bool| {
            let via = feature::settings::Via::Discord;
            let change = |switches: &mut feature::Switches| {
                if is_off {
                    switches.off.insert("ear".to_owned());
                } else {
                    switches.off.clear();
                }
                Ok(())
            };
            let settings = &house.settings;
            settings
                .change::<feature::Switches>(id(&guild), house.me.id(), via, change)
                .await
                .unwrap();
        };
        switch(true).await;
        // What was switched a moment ago is not in memory yet; the job finds it off then.
        for said in ["Sweep", "Paint"] {
            make(story, &chief, &place, &[("description", said.into())]).await;
        }
        assert_eq!(testkit::heard(id(&guild)), [""; 0]);
        let jobs = "select name from jobs.job where name = 'ear.heard'";
        assert_eq!(ask(story, jobs).await, [""; 0]);
        switch(false).await;
        story.advance(jiff::SignedDuration::from_hours(2)).await;
        make(story, &chief, &place, &[("description", "Lock up".into())]).await;
        assert_eq!(testkit::heard(id(&guild)), ["task.created task 3"]);
    })
    .await;
}

#[tokio::test]
async fn open_tasks_of_an_archived_worksite_end_or_move_if_so_asked() {
    story(async |story| {
        let guild = story.sim.guild("Builders");
        let chief = guild.owner();
        story.idle().await;
        for name in ["Harbour", "Mill", "Quay"] {
            story
                .answer(chief.slash("/worksite create", &[("name", name.into())]))
                .await;
        }
        for (said, site) in [("Dig", "#1"), ("Fill", "#1"), ("Mow", "#2"), ("Rake", "#3")] {
            let options = [("description", said.into()), ("site", site.into())];
            story.answer(chief.slash("/task create", &options)).await;
        }
        story
            .answer(chief.slash("/task done", &[("task", "2".into())]))
            .await;
        let archive = async |options: &[(&str, Argument)]| {
            story
                .answer(chief.slash("/worksite archive", options))
                .await
                .text()
        };
        for (wrong, part) in [
            (vec![("hand_to", "#1".into())], "another"),
            (
                vec![("hand_to", "#2".into()), ("tasks", "close".into())],
                "either",
            ),
        ] {
            let told = archive(&[vec![("worksite", "#1".into())], wrong].concat()).await;
            assert!(told.contains(part), "{told}");
        }
        archive(&[("worksite", "#1".into()), ("hand_to", "#2".into())]).await;
        let state =
            "select number || ' ' || state || ' ' || site_name from tasks.task order by number";
        let moved = [
            "1 todo Mill",
            "2 done Harbour",
            "3 todo Mill",
            "4 todo Quay",
        ];
        assert_eq!(ask(story, state).await, moved);
        archive(&[("worksite", "#2".into()), ("tasks", "close".into())]).await;
        archive(&[("worksite", "#3".into())]).await;
        let ended = [
            "1 cancelled Mill",
            "2 done Harbour",
            "3 cancelled Mill",
            "4 todo Quay",
        ];
        assert_eq!(ask(story, state).await, ended);
        for name in [
            "general",
            "harbour",
            "mill",
            "quay",
            "2026-harbour",
            "2026-mill",
            "2026-quay",
        ] {
            guild.channel(name).map(|channel| chief.sees(&channel));
        }
    })
    .await;
}

#[tokio::test]
async fn what_somebody_is_to_do_by_when_is_told_and_taken_back() {
    story(async |story| {
        let guild = story.sim.guild("Builders");
        let (chief, alice, bob) = (guild.owner(), guild.member("alice"), guild.member("bob"));
        let (place, masons) = (
            guild.text("work"),
            guild.role("Masons", testkit::discord_sim::Permissions::NONE),
        );
        story.idle().await;
        let due = ("due", "06/03/2026 12h".into());
        for (what, whose) in [
            ("Sweep", ("assignee", (&alice).into())),
            ("Carry", ("role", (&masons).into())),
            ("Paint", ("assignee", (&alice).into())),
        ] {
            make(
                story,
                &chief,
                &place,
                &[("description", what.into()), whose, due.clone()],
            )
            .await;
        }
        make(
            story,
            &chief,
            &place,
            &[
                ("description", "Undated".into()),
                ("assignee", (&alice).into()),
            ],
        )
        .await;
        let duties = async |who: Option<&testkit::discord_sim::Person>, role: bool| {
            let now = story.house().clock.now();
            let month = jiff::SignedDuration::from_hours(24 * 30);
            let question = feature::duties::Question {
                guild: id(&guild),
                users: who
                    .iter()
                    .map(|who| who.id().to_string().parse().unwrap())
                    .collect(),
                role: role.then(|| masons.id().to_string().parse().unwrap()),
                since: now - month,
                off_since: now - month,
                most: 10,
            };
            let told = story.house().duties(question).await;
            told.iter()
                .map(|duty| {
                    format!(
                        "{} {} {} {}",
                        duty.id, duty.title, duty.version, duty.is_off
                    )
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(
            duties(Some(&alice), false).await,
            ["task-1 Sweep 1 false", "task-3 Paint 1 false"]
        );
        assert_eq!(duties(None, true).await, ["task-2 Carry 1 false"]);
        let give = [("task", "1".into()), ("role", (&masons).into())];
        story.answer(chief.slash("/task assign", &give)).await;
        story
            .answer(chief.slash("/task delete", &[("task", "3".into())]))
            .await;
        // Given to others and deleted: both are told to be off, with a higher number.
        assert_eq!(
            duties(Some(&alice), false).await,
            ["task-1 Sweep 3 true", "task-3 Paint 2 true"]
        );
        assert_eq!(duties(Some(&bob), false).await, [""; 0]);
        assert_eq!(
            duties(None, true).await,
            ["task-1 Sweep 3 false", "task-2 Carry 1 false"]
        );
        chief.sees(&place);
    })
    .await;
}
