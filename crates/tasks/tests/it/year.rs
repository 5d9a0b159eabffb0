//! A year of reminders, digests and repetitions in zones whose clocks change differently: each at its hour, and once. In
//! all of them there is a Sunday without two o'clock, and it is at two that everything here is due.

use std::collections::BTreeSet;

use jiff::{SignedDuration, ToSpan as _, civil::date, tz::TimeZone};

use testkit::{
    BotOptions,
    discord_sim::{SeenMessage, SimOptions},
};

use crate::{ask, id};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// Nobody listens, which would only take time.
fn bare() -> feature::Registry {
    feature::Registry::new()
        .with(worksites::Worksites)
        .with(tasks::Tasks)
}

async fn year(name: &str) {
    let zone = TimeZone::get(name).unwrap();
    // Two o'clock, so many days after the first Saturday; of two the first, and where there is none as much later.
    let two = |days: i32| {
        let day = date(2026, 1, 3).checked_add(days.days()).unwrap();
        let local = day.at(2, 0, 0, 0);
        zone.to_ambiguous_timestamp(local).compatible().unwrap()
    };
    let mut now = two(-1);
    let sim = SimOptions {
        start_at: Some(now),
        log_calls: false,
        log_transcript: false,
        ..SimOptions::default()
    };
    testkit::story_with(bare, sim, BotOptions::default(), async |story| {
        let guild = story.sim.guild("Builders");
        let (chief, alice, bob) = (guild.owner(), guild.member("alice"), guild.member("bob"));
        let place = guild.text("work");
        story.idle().await;
        let house = story.house().clone();
        let via = feature::settings::Via::Discord;
        let change = |general: &mut feature::General| {
            general.time_zone = Some(name.to_owned());
            Ok(())
        };
        let (of, by) = (id(&guild), house.me.id());
        house.settings.change(of, by, via, change).await.unwrap();
        let config = [
            ("channel", (&place).into()),
            ("digest_hour", 2.into()),
            ("quiet_from", 2.into()),
            ("quiet_until", 2.into()),
        ];
        story.answer(chief.slash("/task config", &config)).await;
        let late = [
            ("description", "Tidy".into()),
            ("assignee", (&bob).into()),
            ("due", "02/01/2026 3h".into()),
        ];
        story.answer(bob.slash("/task create", &late)).await;
        let weekly = [
            ("description", "Water".into()),
            ("assignee", (&alice).into()),
            ("due", "04/01/2026 2h".into()),
            ("repeat", "weekly".into()),
        ];
        story.answer(alice.slash("/task create", &weekly)).await;
        story.advance(HOUR).await;
        now += HOUR;
        let digests = || bob.sees(&bob.dm()).len() - 1;
        let told = || alice.sees(&alice.dm()).len();
        let offset = |days| zone.to_offset(two(days));
        let (mut sent, mut seen) = (0, -1);
        for days in 0..365_i32 {
            // Day by day around a change, and the week-ends in between.
            if offset(days - 8) == offset(days + 8) && days % 7 > 1 {
                continue;
            }
            let at = two(days);
            let weeks = usize::try_from(days).unwrap().div_ceil(7);
            let is_sunday = days % 7 == 1;
            if is_sunday {
                // A day before is another hour when clocks change in between.
                for before in [at - HOUR * 24, at - HOUR] {
                    if before > now {
                        story.advance(before.duration_since(now)).await;
                        now = before;
                    }
                }
                // A day and an hour before, and of the weeks before when it was due, with that day's digest.
                assert_eq!((digests(), told()), (sent, 4 * weeks - 2), "{now}");
            }
            story.advance(at.duration_since(now)).await;
            now = at;
            // What is missed by a day is not made up.
            sent += usize::from(seen == days - 1);
            seen = days;
            assert_eq!(digests(), sent, "{at}");
            if is_sunday {
                assert_eq!(told(), 4 * weeks, "{at}");
                let number = format!("#{}", weeks + 1);
                let done = [("task", number.as_str().into())];
                story.answer(alice.slash("/task done", &done)).await;
            }
        }
        let told: Vec<String> = alice.sees(&alice.dm()).iter().map(SeenMessage::text).collect();
        let count = |part: &str| told.iter().filter(|text| text.contains(part)).count();
        let counts = ["is due", "is overdue.", "What is overdue"].map(count);
        assert_eq!(counts, [105, 52, 52], "the last is reminded of a day before");
        let due = format!("select (due_at at time zone '{name}')::text from tasks.task where number > 1 order by number");
        let due = ask(story, &due).await;
        assert_eq!(due.len(), 53);
        let hours: BTreeSet<&str> = due.iter().map(|at| &at[11..]).collect();
        // Later on the one day that lacks two o'clock, and not behind it.
        assert_eq!(hours.len(), 2, "{hours:?}");
        let odd = due.iter().filter(|at| !at.ends_with("02:00:00")).count();
        assert_eq!(odd, 1, "{due:?}");
        chief.sees(&place);
        bob.sees(&bob.dm());
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
