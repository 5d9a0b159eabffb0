//! A year of weekly posts in zones whose clocks change differently: each at its hour, once, and whole.

use jiff::{Timestamp, ToSpan as _, civil::date, tz::TimeZone};

use crate::{run, story_at};

async fn year(name: &str) {
    let zone = TimeZone::get(name).unwrap();
    let at = |days: i32, hour: i8, minute: i8| {
        let day = date(2026, 1, 5).checked_add(days.days()).unwrap();
        let local = day.at(hour, minute, 0, 0);
        zone.to_ambiguous_timestamp(local).compatible().unwrap()
    };
    // The Sunday before, at noon.
    let mut now: Timestamp = at(-1, 12, 0);
    story_at(&now.to_string(), async |story| {
        let guild = story.sim.guild("Builders");
        let (chief, alice) = (guild.owner(), guild.member("alice"));
        let board = guild.text("planning");
        story.idle().await;
        crate::zone(story, &guild, name).await;
        let config = [("channel", (&board).into()), ("picture", false.into())];
        run(story, &chief, "/planning config", &config).await;
        let daily = [
            ("dates", "05/01/2026 2h15-4h45".into()),
            ("kind", "Training".into()),
            ("repeat", "daily".into()),
        ];
        run(story, &alice, "/planning add", &daily).await;
        let posts = || chief.sees(&board).len();
        for week in 0..52_usize {
            let monday = i32::try_from(week * 7).unwrap();
            story.advance(at(monday, 5, 59).duration_since(now)).await;
            assert_eq!(posts(), week);
            story
                .advance(at(monday, 6, 0).duration_since(at(monday, 5, 59)))
                .await;
            assert_eq!(posts(), week + 1);
            now = at(monday, 6, 0);
        }
        let posted = chief.sees(&board);
        assert_eq!(posted.len(), 52);
        for post in &posted {
            let times = post.text().matches("Training 02:15–04:45").count();
            assert_eq!(times, 7, "{}", post.text());
        }
        alice.sees(&board);
    })
    .await;
}

#[tokio::test]
async fn a_year_in_paris() {
    year("Europe/Paris").await;
}

#[tokio::test]
async fn a_year_in_new_york() {
    year("America/New_York").await;
}

#[tokio::test]
async fn a_year_on_lord_howe() {
    year("Australia/Lord_Howe").await;
}
