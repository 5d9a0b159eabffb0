//! Calendars that programs read.

use jiff::SignedDuration;

use std::sync::Mutex;

use database::UserId;
use feature::{
    Feature, Kit, Outcome, Scope,
    duties::{self, Duty},
    holders,
};
use testkit::{
    BotOptions,
    discord_sim::{Permissions, SimOptions},
};

use crate::{features, plain, run, sites, story, zone};

/// Who has the role of the test.
static TEAM: Mutex<Vec<UserId>> = Mutex::new(Vec::new());

/// A feature that knows what is to be done, and who has a role.
struct Errands;

impl Feature for Errands {
    const NAME: &'static str = "errands";

    fn register(scope: &mut Scope<'_, Self>) {
        scope
            .duties(
                async |_: Kit<Self>, asked: duties::Question| -> Outcome<Vec<Duty>> {
                    let duty = |user: &UserId| Duty {
                        id: format!("errand-{user}"),
                        title: format!("Fetch nails, for {user}"),
                        place: Some("Harbour".to_owned()),
                        due: "2026-03-06T17:00:00Z".parse().unwrap(),
                        created_at: asked.since,
                        changed_at: asked.off_since,
                        version: 2,
                        is_done: false,
                        is_off: false,
                    };
                    Ok(asked.users.iter().map(duty).collect())
                },
            )
            .holders(
                async |_: Kit<Self>, _: holders::Question| -> Outcome<Vec<UserId>> {
                    Ok(TEAM.lock().unwrap().clone())
                },
            );
    }
}

#[tokio::test]
async fn a_calendar_has_tasks_unless_they_are_left_out_and_a_team_has_one() {
    let sim = SimOptions {
        start_at: Some("2026-03-02T09:00:00Z".parse().unwrap()),
        ..SimOptions::default()
    };
    let with_errands = || features().with(Errands);
    testkit::story_with(
        with_errands,
        sim,
        BotOptions::default().with_http(),
        async |story| {
            let guild = story.sim.guild("Builders");
            let chief = guild.owner();
            let [alice, bob, carol] = ["alice", "bob", "carol"].map(|name| guild.member(name));
            let team = guild.role("Masons", Permissions::NONE);
            story.idle().await;
            for who in [&alice, &bob, &carol] {
                let plan = [("dates", "05/03".into()), ("kind", "Training".into())];
                run(story, who, "/planning add", &plan).await;
            }
            let read =
                async |who: &testkit::discord_sim::Person,
                       options: &[(&str, testkit::discord_sim::Argument)]| {
                    let made = story
                        .answer(who.slash("/planning feed create", options))
                        .await;
                    let path = address(&made.message().json().to_string());
                    story
                        .call("GET", &path)
                        .send()
                        .await
                        .text()
                        .replace("\r\n ", "")
                };
            let own = read(&alice, &[]).await;
            let uid = format!("UID:errand-{}-{}@majordome\r\n", alice.id(), guild.id());
            assert!(own.contains(&uid), "{own}");
            for part in [
                "SUMMARY:To do: Fetch nails\\, for",
                "DTSTART:20260306T163000Z\r\nDTEND:20260306T170000Z",
                "LOCATION:Harbour",
                "SEQUENCE:2",
            ] {
                assert!(own.contains(part), "{part}: {own}");
            }
            let without = read(&alice, &[("tasks", false.into())]).await;
            assert!(
                without.contains("UID:plan-") && !without.contains("errand"),
                "{without}"
            );
            let role = [("role", (&team).into())];
            let refused = run(story, &alice, "/planning feed create", &role).await;
            assert!(refused.contains("planning.manage"), "{refused}");
            let both = [("role", (&team).into()), ("of", "Everybody's plan".into())];
            let refused = run(story, &chief, "/planning feed create", &both).await;
            assert!(refused.contains("one of these"), "{refused}");
            *TEAM.lock().unwrap() = [&alice, &bob]
                .map(|one| one.id().to_string().parse().unwrap())
                .to_vec();
            let of_team = read(&chief, &role).await;
            assert_eq!(of_team.matches("UID:plan-").count(), 2, "{of_team}");
            assert_eq!(of_team.matches("UID:errand-").count(), 2, "{of_team}");
            assert!(of_team.contains("X-WR-CALNAME:Plan of Masons"), "{of_team}");
            assert!(!of_team.contains("carol"), "{of_team}");
            let listed = run(story, &chief, "/planning feed list", &[]).await;
            assert!(listed.contains("Masons"), "{listed}");
        },
    )
    .await;
}

/// The part of an address behind the server's, as somebody is shown it.
fn address(told: &str) -> String {
    let start = told.find("/calendars/").expect("an address is shown");
    let end = start + told[start..].find(".ics").unwrap() + 4;
    told[start..end].to_owned()
}

#[tokio::test]
async fn a_calendar_follows_the_plan_until_it_is_taken_back() {
    story(async |story| {
        let guild = story.sim.guild("Bâtisseurs");
        let (chief, alice, bob) = (guild.owner(), guild.member("alice"), guild.member("bob"));
        story.idle().await;
        zone(story, &guild, "Europe/Paris").await;
        sites(story, &chief, &["Église"]).await;
        let both = [
            ("dates", "27/03/2026 8h-12h".into()),
            ("site", "eglise".into()),
            ("person", (&alice).into()),
            ("second", (&bob).into()),
            ("repeat", "weekly x3".into()),
        ];
        run(story, &chief, "/planning add", &both).await;
        let sick = [("dates", "05/03".into()), ("kind", "Sick".into())];
        run(story, &bob, "/planning add", &sick).await;
        let made = story.answer(bob.slash("/planning feed create", &[])).await;
        let own = address(&made.message().json().to_string());
        let of_all = [("of", "Everybody's plan".into())];
        let refused = run(story, &alice, "/planning feed create", &of_all).await;
        assert!(refused.contains("planning.manage"), "{refused}");
        let made = story
            .answer(chief.slash("/planning feed create", &of_all))
            .await;
        let all = address(&made.message().json().to_string());
        let read = async |path: &str| story.call("GET", path).send().await;
        let first = read(&own).await;
        assert_eq!(first.status, 200);
        assert_eq!(
            first.header("content-type"),
            Some("text/calendar; charset=utf-8")
        );
        let text = first.text();
        assert!(text.split("\r\n").all(|line| line.len() <= 75));
        insta::assert_snapshot!("calendar_of_bob", plain(&text.replace("\r\n", "\n")));
        let everybody = read(&all).await.text();
        assert!(everybody.contains("SUMMARY:bob: Absent"), "{everybody}");
        assert!(
            everybody.contains("SUMMARY:alice\\, bob: Église"),
            "{everybody}"
        );
        // What did not change is not sent again.
        let tag = first.header("etag").unwrap().to_owned();
        let again = story
            .call("GET", &own)
            .header("If-None-Match", &tag)
            .send()
            .await;
        assert_eq!((again.status, again.text().len()), (304, 0));
        let edit = [("entry", "1".into()), ("drop", (&bob).into())];
        run(story, &chief, "/planning edit", &edit).await;
        let changed = story
            .call("GET", &own)
            .header("If-None-Match", &tag)
            .send()
            .await;
        assert_eq!(changed.status, 200);
        let text = changed.text();
        assert!(
            text.contains("SEQUENCE:1") && text.contains("STATUS:CANCELLED"),
            "{text}"
        );
        assert!(!read(&all).await.text().contains("CANCELLED"));
        run(story, &chief, "/planning remove", &[("entry", "1".into())]).await;
        let gone = read(&all).await.text();
        assert!(
            gone.contains("SEQUENCE:2") && gone.contains("STATUS:CANCELLED"),
            "{gone}"
        );
        story.advance(SignedDuration::from_hours(24 * 32)).await;
        assert!(
            !read(&all).await.text().contains("CANCELLED"),
            "a month later it is forgotten"
        );
        // Somebody else's can not be taken back, and one's own shows nothing afterwards.
        let two = [("feed", 2.into())];
        let refused = run(story, &bob, "/planning feed revoke", &two).await;
        assert!(refused.contains("no calendar 2"), "{refused}");
        let listed = run(story, &bob, "/planning feed list", &[]).await;
        assert!(
            listed.contains("**1** @bob") && !listed.contains("Everybody"),
            "{listed}"
        );
        run(story, &bob, "/planning feed revoke", &[("feed", 1.into())]).await;
        assert_eq!(read(&own).await.status, 404);
        assert_eq!(read("/calendars/made-up.ics").await.status, 404);
        let hash = crate::ask(
            story,
            "select encode(token_hash, 'escape') from planning.feed",
        )
        .await;
        assert!(
            !hash.concat().contains(&all[11..40]),
            "the address itself is not kept"
        );
    })
    .await;
}
