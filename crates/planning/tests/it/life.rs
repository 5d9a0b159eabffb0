//! From planning to removal, leave, and what can not be.

use jiff::SignedDuration;
use testkit::discord_sim::{Argument, Permissions};

use crate::{ask, plain, run, sites, story, text};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

#[tokio::test]
async fn a_plan_is_made_shown_changed_and_removed_in_both_languages() {
    story(async |story| {
        for (name, locale) in [("Builders", "en-US"), ("Bâtisseurs", "fr")] {
            let guild = story.sim.guild(name).locale(locale);
            let chief = guild.owner().locale(locale);
            let alice = guild.member("alice").locale(locale);
            let bob = guild.member("bob").locale(locale);
            story.idle().await;
            sites(story, &chief, &["Harbour"]).await;
            let mut told = Vec::new();
            let add = [
                ("dates", "28/12/2026 02/01".into()),
                ("site", "harbour".into()),
                ("person", (&alice).into()),
                ("second", (&bob).into()),
                ("note", "Bring *boots*".into()),
            ];
            told.push(run(story, &chief, "/planning add", &add).await);
            let again = [
                ("dates", "tomorrow 8h-12h".into()),
                ("kind", "Training".into()),
                ("repeat", "weekly x3".into()),
            ];
            told.push(run(story, &alice, "/planning add", &again).await);
            told.push(run(story, &alice, "/planning show", &[]).await);
            let new_year = [("date", "01/01/2027".into())];
            told.push(run(story, &bob, "/planning week", &new_year).await);
            let edit = [
                ("entry", "#1".into()),
                ("drop", (&bob).into()),
                ("note", "-".into()),
            ];
            told.push(run(story, &chief, "/planning edit", &edit).await);
            let day = [("entry", "2".into()), ("day", "10/03".into())];
            told.push(run(story, &alice, "/planning remove", &day).await);
            told.push(run(story, &alice, "/planning show", &[("entry", "2".into())]).await);
            told.push(run(story, &chief, "/planning remove", &[("entry", "1".into())]).await);
            told.push(run(story, &chief, "/planning show", &[("entry", "1".into())]).await);
            insta::assert_snapshot!(format!("life_{}", &locale[..2]), told.join("\n\n"));
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
        let (alice, claire) = (guild.member("alice"), guild.member("claire").locale("fr"));
        let ruler = guild.role("Ruler", Permissions::MANAGE_GUILD);
        story.idle().await;
        sites(story, &chief, &["Harbour"]).await;
        let mut told = Vec::new();
        for locale in ["en-US", "fr"] {
            let person = chief.clone().locale(locale);
            let other = "Other";
            let wrong: [&[(&str, Argument)]; 9] = [
                &[("dates", "soon".into()), ("kind", other.into())],
                &[("dates", "14h".into()), ("kind", other.into())],
                &[
                    ("dates", "05/12/2026 03/12/2026".into()),
                    ("kind", other.into()),
                ],
                &[
                    ("dates", "01/01/2026 01/06/2027".into()),
                    ("kind", other.into()),
                ],
                &[("dates", "01/01/1999".into()), ("kind", other.into())],
                &[("dates", "tomorrow".into())],
                &[("dates", "tomorrow".into()), ("site", "Tower".into())],
                &[
                    ("dates", "tomorrow".into()),
                    ("kind", other.into()),
                    ("person", (&robot).into()),
                ],
                &[
                    ("dates", "05/03 07/03".into()),
                    ("kind", other.into()),
                    ("repeat", "daily".into()),
                ],
            ];
            for options in wrong {
                told.push(run(story, &person, "/planning add", options).await);
            }
            let repeat = [
                ("dates", "tomorrow".into()),
                ("kind", other.into()),
                ("repeat", "sometimes".into()),
            ];
            told.push(run(story, &person, "/planning add", &repeat).await);
            for command in ["/planning show", "/planning remove", "/planning approve"] {
                told.push(run(story, &person, command, &[("entry", "#9".into())]).await);
            }
            let time = [("time", "25h".into())];
            told.push(run(story, &person, "/planning config", &time).await);
            let role = [("leave_role", (&ruler).into())];
            told.push(run(story, &person, "/planning config", &role).await);
        }
        // Planning others is not for everybody.
        let for_others = [
            ("dates", "tomorrow".into()),
            ("site", "harbour".into()),
            ("person", (&alice).into()),
        ];
        told.push(run(story, &claire, "/planning add", &for_others).await);
        insta::assert_snapshot!("refused", told.join("\n"));
        let count = "select count(*)::text from planning.entry";
        assert_eq!(ask(story, count).await, ["0"]);
    })
    .await;
}

#[tokio::test]
async fn what_overlaps_is_shown_and_waits_for_a_manager() {
    story(async |story| {
        let guild = story.sim.guild("Builders");
        let (chief, alice) = (guild.owner(), guild.member("alice"));
        let ask_here = guild.text("requests");
        story.idle().await;
        sites(story, &chief, &["Harbour", "Tower"]).await;
        let config = [("leave_channel", (&ask_here).into())];
        run(story, &chief, "/planning config", &config).await;
        let at = |site: &str, dates: &str| {
            [
                ("dates", dates.into()),
                ("site", site.into()),
                ("person", (&alice).into()),
            ]
        };
        run(
            story,
            &chief,
            "/planning add",
            &at("harbour", "09/03 13/03"),
        )
        .await;
        // Days that touch do not overlap.
        let next = run(story, &chief, "/planning add", &at("tower", "14/03")).await;
        assert!(next.contains("#2 is planned"), "{next}");
        let clash = story
            .answer(chief.slash("/planning add", &at("tower", "13/03 8h-12h")))
            .await;
        let shown = text(&clash);
        assert!(
            shown.contains("At the same time") && shown.contains("#1 🏗️ Harbour"),
            "{shown}"
        );
        let planned = "select count(*)::text from planning.entry where state = 'approved'";
        assert_eq!(ask(story, planned).await, ["2"]);
        let done = story
            .answer(chief.clicks(clash.message(), "Plan it all the same"))
            .await;
        assert!(text(&done).contains("planned"), "{}", text(&done));
        assert_eq!(ask(story, planned).await, ["3"]);
        // A member who overlaps themselves has to wait.
        let own = [("dates", "10/03".into()), ("kind", "Training".into())];
        let waits = run(story, &alice, "/planning add", &own).await;
        assert!(waits.contains("waits for somebody"), "{waits}");
        let card = chief.sees(&ask_here).pop().unwrap();
        assert!(card.text().contains("At the same time"), "{}", card.text());
        // An edit that overlaps is refused until it is meant so.
        let edit = [("entry", "2".into()), ("dates", "12/03".into())];
        let refused = run(story, &chief, "/planning edit", &edit).await;
        assert!(refused.contains("nothing was changed"), "{refused}");
        let meant = [edit[0].clone(), edit[1].clone(), ("overlap", true.into())];
        let done = run(story, &chief, "/planning edit", &meant).await;
        assert!(done.contains("#2 is planned"), "{done}");
    })
    .await;
}

#[tokio::test]
async fn leave_is_decided_once_and_gives_a_role_for_as_long_as_it_lasts() {
    story(async |story| {
        let guild = story.sim.guild("Builders");
        let chief = guild.owner();
        let (alice, bob) = (guild.member("alice"), guild.member("bob"));
        let ask_here = guild.text("requests");
        let away = guild.role("Away", Permissions::from_bits(0));
        story.idle().await;
        let config = [
            ("leave_channel", (&ask_here).into()),
            ("leave_role", (&away).into()),
        ];
        let set = run(story, &chief, "/planning config", &config).await;
        assert!(set.contains("Saved"), "{set}");
        let leave = [("dates", "04/03 05/03".into()), ("note", "Rest".into())];
        let asked = run(story, &alice, "/planning leave", &leave).await;
        assert!(asked.contains("waits for somebody"), "{asked}");
        let card = chief.sees(&ask_here).pop().unwrap();
        // Only who manages the plan decides, also for themselves.
        let refused = story.answer(alice.clicks(&card, "Approve")).await.text();
        assert!(refused.contains("Only who may manage"), "{refused}");
        let (first, second) = (
            chief.clicks(&card, "Approve"),
            chief.clicks(&card, "Approve"),
        );
        let (first, second) = (
            story.answer(first).await.text(),
            story.answer(second).await.text(),
        );
        let early = [&first, &second].map(|told| told.contains("already"));
        assert!(early[0] != early[1], "{first}\n{second}");
        let told = alice.sees(&alice.dm()).pop().unwrap().text();
        assert!(told.contains("was approved"), "{told}");
        assert!(!alice.has_role(&away));
        story.advance(HOUR * 24 * 2).await;
        assert!(alice.has_role(&away), "on leave the role is held");
        story.restart().await;
        story.advance(HOUR * 24 * 2).await;
        assert!(!alice.has_role(&away), "after leave it is taken");
        // One that is refused says why, and gives nothing.
        let leave = [("dates", "tomorrow".into())];
        run(story, &bob, "/planning leave", &leave).await;
        let card = chief.sees(&ask_here).pop().unwrap();
        let form = story.answer(chief.clicks(&card, "Refuse")).await;
        let sent = chief.submits(form.modal(), &[("reason", "Too many are away".into())]);
        let shown = story.answer(sent).await.text();
        assert!(shown.contains("Too many are away"), "{shown}");
        let told = bob.sees(&bob.dm()).pop().unwrap().text();
        assert!(
            told.contains("refused") && told.contains("Too many"),
            "{told}"
        );
        // Leave that is removed in its middle ends at once.
        let now = [
            ("dates", "today".into()),
            ("kind", "Leave".into()),
            ("person", (&bob).into()),
        ];
        run(story, &chief, "/planning add", &now).await;
        assert!(bob.has_role(&away));
        run(story, &chief, "/planning remove", &[("entry", "3".into())]).await;
        assert!(!bob.has_role(&away));
        let held = "select count(*)::text from planning.held_role";
        assert_eq!(ask(story, held).await, ["0"]);
        chief.sees(&ask_here);
    })
    .await;
}

#[tokio::test]
async fn without_a_channel_the_owner_is_asked_directly() {
    story(async |story| {
        let guild = story.sim.guild("Builders");
        let (chief, alice) = (guild.owner(), guild.member("alice"));
        story.idle().await;
        run(
            story,
            &alice,
            "/planning leave",
            &[("dates", "tomorrow".into())],
        )
        .await;
        let card = chief.sees(&chief.dm()).pop().unwrap();
        assert!(plain(&card.text()).contains("Leave"), "{}", card.text());
        let done = story.answer(chief.clicks(&card, "Approve")).await.text();
        assert!(done.contains("planned"), "{done}");
        alice.sees(&alice.dm());
        chief.sees(&chief.dm());
        let waiting = run(story, &chief, "/planning approve", &[]).await;
        assert!(waiting.contains("Nothing waits"), "{waiting}");
    })
    .await;
}
