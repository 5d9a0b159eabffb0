//! Many reminders that are due within a minute, until the last is sent: against as many bare messages into the same channels,
//! both as Discord's limits let them through.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use database::GuildId;
use discord_sim::SimOptions;
use jobs::{Job, NewJob};
use serde::Serialize;

use super::{Scene, bare};
use crate::report::Report;

/// How long Discord counts messages of a channel together.
const WINDOW: Duration = Duration::from_secs(5);

/// What the feature's own job says.
#[derive(Debug, Serialize, serde::Deserialize)]
struct Remind {
    guild: GuildId,
    number: u32,
}

impl Job for Remind {
    const NAME: &'static str = "tasks.remind";
}

pub(super) async fn run(report: &mut Report, people: u32, reminders: u32) -> anyhow::Result<()> {
    let options = SimOptions {
        rate_limits: true,
        ..SimOptions::bench()
    };
    let scene = Scene::open(options).await?;
    let members: Vec<_> = (0..people)
        .map(|nth| scene.guild.member(&format!("worker{nth}")))
        .collect();
    let hours = [("quiet_from", 0.into()), ("quiet_until", 0.into())];
    let owner = scene.guild.owner();
    owner.slash("/task config", &hours).answer().await?;
    let ids: Vec<String> = members
        .iter()
        .map(|member| member.id().to_string())
        .collect();
    let tasks = format!(
        "insert into tasks.task (guild_id, number, description, state, priority, due_at, assignees, created_by, created_at)
         select {{guild}}, n, 'Task ' || n, 'todo', 1, now() - (n % 60) * interval '1 second',
             array[(array[{}]::bigint[])[1 + n % {people}]], 1, now() - interval '30 minutes'
         from generate_series(1, {reminders}) n;
         analyze tasks.task;",
        ids.join(", ")
    );
    scene.sql(&tasks).await?;
    let guild: GuildId = scene.guild.id().to_string().parse()?;
    let jobs = (1..=reminders)
        .map(|number| NewJob::new(&Remind { guild, number }))
        .collect::<Result<Vec<NewJob>, _>>()?;
    let house = scene.running.house();
    let before = scene.sim.requests_answered();
    let begun = Instant::now();
    let mut db = scene.database.begin().await?;
    house.jobs.enqueue_all(&mut db, jobs).await?;
    db.commit().await?;
    let sent = "select count(*) from tasks.reminder where sent_at is not null and kind = 'due'";
    scene.until(sent, i64::from(reminders)).await?;
    let took = begun.elapsed().as_secs_f64();
    let calls = u32::try_from(scene.sim.requests_answered() - before)?;
    let mut channels = BTreeMap::new();
    for number in 1..=usize::try_from(reminders)? {
        if let Some(member) = members.get(number % members.len()) {
            *channels.entry(member.dm().id().get()).or_default() += 1;
        }
    }
    // What was sent last takes from the windows of what comes next.
    tokio::time::sleep(WINDOW).await;
    let floor = bare::post(&scene.sim, channels).await?;
    let name = |what: &str| format!("{reminders} reminders to {people} people: {what}");
    report.add(
        &name("until all are sent"),
        "s",
        took,
        Some(floor.as_secs_f64()),
    );
    report.add(
        &name("calls to Discord"),
        "",
        f64::from(calls),
        Some(f64::from(reminders)),
    );
    scene.close().await;
    Ok(())
}
