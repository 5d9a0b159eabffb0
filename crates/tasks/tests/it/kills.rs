//! Two workers send what is due, and one of them is killed at any moment, over and over: each reminder reaches each
//! person once, as they see it.
//!
//! `KILLS` and `REMINDERS` make it longer: `KILLS=50 REMINDERS=10000 cargo nextest run -p tasks kills:: --no-capture`.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use jiff::SignedDuration;
use testkit::{
    BotOptions, Story,
    discord_sim::{Person, SimOptions},
};

use crate::{ask, features};

#[expect(
    clippy::disallowed_methods,
    reason = "whoever runs it by hand says how long it lasts"
)]
fn count(name: &str, usual: usize) -> usize {
    std::env::var(name)
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(usual)
}

#[expect(clippy::print_stderr, reason = "whoever runs it by hand wants to know")]
fn tell(what: &str) {
    eprintln!("{what}");
}

/// Waits until Discord has answered so many more requests, or nothing is left to be done.
async fn until_answered(story: &Story, mark: u64) -> bool {
    let mut changes = story.sim.changed();
    let left = "select count(*)::text from jobs.job where name = 'tasks.remind'";
    loop {
        changes.borrow_and_update();
        if story.sim.requests_answered() >= mark {
            return true;
        }
        if ask(story, left).await == ["0"] {
            return false;
        }
        let _ = tokio::time::timeout(Duration::from_millis(20), changes.changed()).await;
    }
}

/// Tasks that are all due in an hour, each of one person's, with the jobs that remind of them.
async fn plan(story: &Story, people: &[Person], guild: u64, tasks: usize) {
    let ids: Vec<String> = people
        .iter()
        .map(|person| person.id().to_string())
        .collect();
    let ids = ids.join(",");
    let due = story.house().clock.now() + SignedDuration::from_hours(1);
    let made = due - SignedDuration::from_mins(30);
    let sql = format!(
        "with made as (
             insert into tasks.task (guild_id, number, description, state, priority, due_at, assignees, created_by, created_at)
             select {guild}, nth, 'Do ' || nth, 'todo', 1, '{due}',
                 array[('{{{ids}}}'::bigint[])[1 + nth % {people}]], 1, '{made}'
             from generate_series(1, {tasks}) as nth returning number
         ), planned as (
             insert into jobs.job (name, payload, key, run_at, created_at)
             select 'tasks.remind', jsonb_build_object('guild', '{guild}', 'number', number), '{guild}:' || number,
                 '{due}', '{made}'
             from made returning id
         )
         select count(*)::text from planned",
        people = people.len(),
    );
    assert_eq!(ask(story, &sql).await, [tasks.to_string()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_reminder_reaches_each_person_once_though_workers_die() {
    let (kills, tasks) = (count("KILLS", 6), count("REMINDERS", 600));
    let sim = SimOptions {
        start_at: Some("2026-03-02T09:00:00Z".parse().unwrap()),
        rate_limits: false,
        log_calls: false,
        log_transcript: false,
        ..SimOptions::default()
    };
    let options = BotOptions {
        global_limit: u16::MAX,
        ..BotOptions::default()
    };
    let begun = Instant::now();
    testkit::story_with(features, sim, options, async |story| {
        story.allows_refusals = true;
        // Two servers with the same numbers and the same people.
        let guilds = [story.sim.guild("Builders"), story.sim.guild("Painters")];
        let people: Vec<Person> = (0..20.max(tasks / 80))
            .map(|nth| guilds[0].member(&format!("person {nth}")))
            .collect();
        story.idle().await;
        for guild in &guilds {
            plan(story, &people, guild.id().get(), tasks / 2).await;
        }
        let mut hand = Some(story.hand().await);
        story.pass(SignedDuration::from_hours(1));
        let each = u64::try_from(tasks / (kills * 2)).unwrap();
        let mut killed = 0;
        for round in 0..kills {
            let uneven = u64::try_from(round * 7 % 5).unwrap() * each / 8;
            let mark = story.sim.requests_answered() + each * 3 / 4 + uneven;
            if !until_answered(story, mark).await {
                break;
            }
            killed += 1;
            if round % 2 == 0 {
                story.kill();
                story.lapse_leases().await;
                story.start().await;
            } else {
                drop(hand.take());
                story.lapse_leases().await;
                hand = Some(story.hand().await);
            }
        }
        story.reconnected("the last kill").await;
        // What a worker took while it died.
        story.lapse_leases().await;
        story.idle().await;
        // What two workers died over is tried again after a pause.
        story.advance(SignedDuration::from_mins(5)).await;
        let mut told: BTreeMap<String, usize> = BTreeMap::new();
        for person in &people {
            for message in person.sees(&person.dm()) {
                *told
                    .entry(format!("{} {}", person.id(), message.text()))
                    .or_default() += 1;
            }
        }
        let twice: Vec<_> = told
            .iter()
            .filter(|(_, times)| **times > 2)
            .take(3)
            .collect();
        let all: usize = told.values().sum();
        tell(&format!(
            "{killed} kills, {all} reminders of {tasks} to {} people in {:?}",
            people.len(),
            begun.elapsed()
        ));
        assert_eq!(all, tasks, "{twice:#?}");
        // The same number of the two servers reads alike.
        assert!(told.values().all(|times| *times == 2), "{twice:#?}");
        let open = "select count(*)::text from tasks.reminder where sent_at is null";
        assert_eq!(ask(story, open).await, ["0"]);
        assert!(killed * 3 >= kills * 2, "only {killed} kills met work");
    })
    .await;
}
