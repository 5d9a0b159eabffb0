//! Weeks, and the weekly post.

use jiff::SignedDuration;
use testkit::{BotOptions, discord_sim::SimOptions};

use crate::{ask, features, plain, run, sites, story_at, zone};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

#[tokio::test]
async fn the_week_is_posted_at_its_hour_and_follows_the_plan() {
    // The last Sunday of March: clocks in Paris go forward that night.
    story_at("2026-03-28T09:00:00Z", async |story| {
        let guild = story.sim.guild("Bâtisseurs").locale("fr");
        let chief = guild.owner().locale("fr");
        let (alice, bob) = (guild.member("alice"), guild.member("bob"));
        let board = guild.text("planning");
        story.idle().await;
        zone(story, &guild, "Europe/Paris").await;
        sites(story, &chief, &["Église", "Port"]).await;
        let config = [("channel", (&board).into()), ("time", "6h".into())];
        run(story, &chief, "/planning config", &config).await;
        // Begun the week before and over in the next: it is part of this one.
        let long = [
            ("dates", "25/03 06/04".into()),
            ("site", "eglise".into()),
            ("person", (&alice).into()),
        ];
        run(story, &chief, "/planning add", &long).await;
        let short = [
            ("dates", "01/04 8h-12h".into()),
            ("site", "port".into()),
            ("person", (&bob).into()),
        ];
        run(story, &chief, "/planning add", &short).await;
        // Six in Paris is four in UTC now; a minute before there is nothing.
        story
            .advance(HOUR * 42 + SignedDuration::from_mins(59))
            .await;
        assert!(chief.sees(&board).is_empty());
        story.advance(SignedDuration::from_mins(1)).await;
        let posted = chief.sees(&board);
        assert_eq!(posted.len(), 1);
        let first = &posted[0];
        insta::assert_snapshot!("week_fr", plain(&first.text()));
        assert!(
            first
                .file("week.png")
                .is_some_and(|png| png.starts_with(b"\x89PNG"))
        );
        // It changes where it stands.
        let edit = [("entry", "2".into()), ("dates", "02/04".into())];
        run(story, &chief, "/planning edit", &edit).await;
        let again = first.again().unwrap();
        assert!(
            plain(&again.text()).contains("jeudi 2 avril"),
            "{}",
            again.text()
        );
        assert_eq!(chief.sees(&board).len(), 1);
        // What does not change the week is not sent.
        let later = [
            ("dates", "20/05".into()),
            ("site", "port".into()),
            ("person", (&bob).into()),
        ];
        story.sim.clear_calls();
        run(story, &chief, "/planning add", &later).await;
        let edits = story.sim.calls();
        let edits = edits
            .iter()
            .filter(|call| call.line().starts_with("PATCH /channels"));
        assert_eq!(edits.count(), 0);
        // Deleted by hand it is posted again, and a restart posts nothing twice.
        chief.deletes(&chief.sees(&board)[0].clone());
        story.idle().await;
        assert_eq!(chief.sees(&board).len(), 1);
        story.restart().await;
        story.advance(HOUR).await;
        assert_eq!(chief.sees(&board).len(), 1);
        alice.sees(&board);
    })
    .await;
}

#[tokio::test]
async fn a_post_that_was_missed_comes_the_same_day_and_no_later() {
    story_at("2026-03-01T09:00:00Z", async |story| {
        let guild = story.sim.guild("Builders");
        let (chief, alice) = (guild.owner(), guild.member("alice"));
        let board = guild.text("planning");
        story.idle().await;
        let config = [("channel", (&board).into()), ("picture", false.into())];
        run(story, &chief, "/planning config", &config).await;
        let own = [("dates", "03/03".into()), ("kind", "Training".into())];
        run(story, &alice, "/planning add", &own).await;
        story.stop().await;
        story.pass(HOUR * 30);
        story.start().await;
        story.ready().await;
        assert_eq!(chief.sees(&board).len(), 1, "it is Monday still");
        story.stop().await;
        story.pass(HOUR * 24 * 8);
        story.start().await;
        story.ready().await;
        assert_eq!(chief.sees(&board).len(), 1, "it is Tuesday already");
        let weeks = "select monday::text from planning.post";
        assert_eq!(ask(story, weeks).await, ["2026-03-02"]);
        alice.sees(&board);
    })
    .await;
}

#[tokio::test]
async fn a_long_week_is_split_and_shrinks_again() {
    story_at("2026-03-02T05:00:00Z", async |story| {
        let guild = story.sim.guild("Builders");
        let chief = guild.owner();
        let board = guild.text("planning");
        let people: Vec<_> = (0..5).map(|nth| guild.member(&format!("worker{nth}"))).collect();
        story.idle().await;
        sites(story, &chief, &["Harbour"]).await;
        let config = [("channel", (&board).into()), ("picture", false.into())];
        run(story, &chief, "/planning config", &config).await;
        for person in &people {
            let option = [
                ("dates", "02/03 08/03".into()),
                ("site", "harbour".into()),
                ("person", person.into()),
                ("note", "A note that is as long as notes in a list can be shown, and then some more of it".into()),
            ];
            run(story, &chief, "/planning add", &option).await;
        }
        story.advance(HOUR * 2).await;
        let posted = chief.sees(&board);
        assert!(posted.len() > 1, "{}", posted.len());
        assert!(posted[0].text().contains("Monday 2 March"));
        for number in ["1", "2", "3", "4"] {
            run(story, &chief, "/planning remove", &[("entry", number.into())]).await;
        }
        assert_eq!(chief.sees(&board).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_process_that_dies_over_the_post_posts_it_once() {
    story_at("2026-03-02T05:00:00Z", async |story| {
        // What dies in the middle of a request leaves half of one.
        story.allows_refusals = true;
        let guild = story.sim.guild("Builders");
        let (chief, alice) = (guild.owner(), guild.member("alice"));
        let board = guild.text("planning");
        story.idle().await;
        let config = [("channel", (&board).into())];
        run(story, &chief, "/planning config", &config).await;
        let own = [("dates", "03/03".into()), ("kind", "Training".into())];
        run(story, &alice, "/planning add", &own).await;
        for _ in 0..3 {
            // Wherever it is at that moment.
            story.pass(SignedDuration::from_mins(61));
            let count = board.clone();
            let _ = story
                .sim
                .wait_until(std::time::Duration::from_millis(40), |_| {
                    !chief.sees(&count).is_empty()
                })
                .await;
            story.kill();
            story.lapse_leases().await;
            story.start().await;
            story.ready().await;
        }
        assert_eq!(chief.sees(&board).len(), 1);
        assert_eq!(
            ask(story, "select count(*)::text from planning.post").await,
            ["1"]
        );
        alice.sees(&board);
    })
    .await;
}

#[tokio::test]
async fn a_week_of_five_hundred_people_is_posted_whole() {
    // Discord takes five messages in five seconds; here it takes them as they come.
    let sim = SimOptions {
        start_at: Some("2026-03-02T05:00:00Z".parse().unwrap()),
        rate_limits: false,
        ..SimOptions::default()
    };
    testkit::story_with(features, sim, BotOptions::default(), async |story| {
        let guild = story.sim.guild("Builders");
        let (chief, alice) = (guild.owner(), guild.member("alice"));
        let board = guild.text("planning");
        story.idle().await;
        sites(story, &chief, &["Harbour"]).await;
        let config = [("channel", (&board).into())];
        run(story, &chief, "/planning config", &config).await;
        let all = format!(
            "insert into planning.entry (guild_id, number, kind, state, people, site, site_name, starts, ends, is_days,
                 last_end, created_by, created_at, changed_at)
             select {guild}, 100 + nth, 'site', 'approved', array[100000000000000000 + nth], 1, 'Harbour', '2026-03-02',
                 '2026-03-07', true, '2026-03-07', 1, now(), now()
             from generate_series(1, 500) as nth returning 'x'",
            guild = guild.id()
        );
        assert_eq!(ask(story, &all).await.len(), 500);
        story.advance(HOUR * 2).await;
        let posted = chief.sees(&board);
        assert!(posted.len() > 1 && posted.len() <= 20, "{}", posted.len());
        let last = posted.last().unwrap();
        let rest = last.json()["attachments"][0]["filename"].as_str();
        let rest = rest.and_then(|name| last.file(name)).unwrap_or_default();
        let rest = String::from_utf8_lossy(&rest).into_owned();
        assert!(rest.contains("100000000000000500"), "who is last is in the file");
        alice.sees(&board);
    })
    .await;
}
