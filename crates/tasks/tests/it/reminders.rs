//! Reminders: once each, in time or marked as late, and not at night.

use jiff::SignedDuration;

use crate::{ask, make, plain, story};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

#[tokio::test]
async fn who_does_it_is_reminded_a_day_and_an_hour_before_and_when_it_is_due() {
    story(async |story| {
        let guild = story.sim.guild("Builders");
        let (chief, alice) = (guild.owner(), guild.member("alice"));
        let place = guild.text("work");
        story.idle().await;
        let options = [
            ("description", "Paint".into()),
            ("assignee", (&alice).into()),
            ("due", "04/03/2026 14:00".into()),
        ];
        make(story, &chief, &place, &options).await;
        let mut told = Vec::new();
        // To the day before, to the hour before, to the instant.
        for hours in [29, 23, 1] {
            story.advance(HOUR * hours).await;
            let message = alice.sees(&alice.dm()).pop();
            told.push(message.map_or_else(String::new, |message| plain(&message.text())));
        }
        insta::assert_snapshot!("reminders", told.join("\n\n"));
        let sent = "select kind from tasks.reminder where sent_at is not null order by planned_at";
        assert_eq!(ask(story, sent).await, ["day", "hour", "due"]);
        // The buttons of a direct message work.
        let reminder = alice.sees(&alice.dm()).pop().unwrap();
        let done = story.answer(alice.clicks(&reminder, "Done")).await.text();
        assert!(done.contains("done"), "{done}");
        story.advance(HOUR * 48).await;
        assert_eq!(
            ask(story, sent).await.len(),
            3,
            "what is done is no more reminded of"
        );
        chief.sees(&place);
    })
    .await;
}

#[tokio::test]
async fn what_was_missed_is_told_once_and_as_late_and_nights_are_quiet() {
    story(async |story| {
        let guild = story.sim.guild("Builders");
        let (chief, alice) = (guild.owner(), guild.member("alice"));
        let place = guild.text("work");
        story.idle().await;
        let options = [
            ("description", "Paint".into()),
            ("assignee", (&alice).into()),
            ("due", "02/03/2026 12:00".into()),
        ];
        make(story, &chief, &place, &options).await;
        let night = [
            ("description", "Lock up".into()),
            ("assignee", (&alice).into()),
            ("due", "02/03/2026 23:30".into()),
        ];
        make(story, &chief, &place, &night).await;
        story.stop().await;
        story.pass(HOUR * 5);
        story.start().await;
        story.ready().await;
        story.idle().await;
        let late = alice.sees(&alice.dm()).pop().unwrap().text();
        assert!(late.contains("overdue") && late.contains("I was away"), "{late}");
        let sent = "select number || ' ' || kind from tasks.reminder where sent_at is not null order by sent_at, number";
        assert_eq!(ask(story, sent).await, ["1 due"], "one instead of two");
        story.restart().await;
        story.advance(HOUR * 10).await;
        assert_eq!(ask(story, sent).await, ["1 due"], "it is night");
        story.advance(HOUR * 8).await;
        let all = ask(story, sent).await;
        assert!(all.contains(&"2 due".to_owned()), "{all:?}");
        alice.sees(&alice.dm());
        story.advance(HOUR * 24).await;
        let digest = alice.sees(&alice.dm()).pop().unwrap().text();
        assert!(digest.contains("What is overdue") && digest.contains("Lock up"), "{digest}");
        // Who made it hears of it a day later.
        let led = chief.sees(&chief.dm()).pop().unwrap().text();
        assert!(led.contains("Of those you lead"), "{led}");
        chief.sees(&place);
    })
    .await;
}

#[tokio::test]
async fn closed_messages_and_roles_are_reached_in_the_channel() {
    story(async |story| {
        story.allows_refusals = true;
        let guild = story.sim.guild("Builders");
        let (chief, alice) = (guild.owner(), guild.member("alice"));
        let crew = guild.role("Crew", testkit::discord_sim::Permissions::from_bits(0));
        let place = guild.text("work");
        alice.dm_closed(true);
        story.idle().await;
        for (who, person) in [("assignee", (&alice).into()), ("role", (&crew).into())] {
            let options = [
                ("description", "Paint".into()),
                (who, person),
                ("due", "02/03/2026 15:00".into()),
            ];
            make(story, &chief, &place, &options).await;
        }
        story.advance(HOUR * 5).await;
        let told: Vec<String> = chief
            .sees(&place)
            .iter()
            .map(testkit::discord_sim::SeenMessage::text)
            .collect();
        let soon = told.iter().filter(|told| told.contains("is due")).count();
        assert_eq!(soon, 2, "{told:#?}");
        let closed = "select count(*)::text from tasks.closed";
        assert_eq!(ask(story, closed).await, ["1"], "it is remembered");
    })
    .await;
}
