//! People who keep a bot busy.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use discord_sim::Sim;
use tokio::task::JoinSet;

use crate::subject::Subject;

/// What a load showed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    /// Answers each second.
    pub(crate) rate: f64,
    /// Processor time for each, in microseconds.
    pub(crate) cpu: f64,
    /// The median time to the answer, in milliseconds.
    pub(crate) p50: f64,
    /// The 99th percentile, in milliseconds.
    pub(crate) p99: f64,
}

impl Load {
    /// Asks `/ping` so many times, with so many questions open at a time.
    pub(crate) async fn run(
        sim: &Sim,
        subject: &Subject,
        count: u32,
        in_flight: u32,
    ) -> anyhow::Result<Self> {
        let guild = sim.find_guild("Guild 0").context("the world has a guild")?;
        let before = subject.cpu()?;
        let begun = Instant::now();
        let mut people = JoinSet::new();
        for index in 0..in_flight {
            let person = guild.member(&format!("person {index}"));
            people.spawn(async move {
                let mut times = Vec::new();
                for _ in 0..count / in_flight {
                    let asked_at = Instant::now();
                    person.slash("/ping", &[]).answer().await?;
                    times.push(asked_at.elapsed());
                }
                anyhow::Ok(times)
            });
        }
        let mut times = Vec::new();
        while let Some(done) = people.join_next().await {
            times.extend(done??);
        }
        let took = begun.elapsed();
        let cpu = subject.cpu()?.saturating_sub(before);
        times.sort_unstable();
        let answered = f64::from(u32::try_from(times.len())?);
        let percentile = |percent: usize| {
            let index = (times.len() * percent / 100).min(times.len().saturating_sub(1));
            times
                .get(index)
                .map_or(0.0, |time| time.as_secs_f64() * 1e3)
        };
        Ok(Self {
            rate: answered / took.as_secs_f64(),
            cpu: cpu.as_secs_f64() * 1e6 / answered,
            p50: percentile(50),
            p99: percentile(99),
        })
    }
}

/// Waits until the bot answers its first question; how long that took from its start.
pub(crate) async fn first_answer(sim: &Sim, subject: &Subject) -> anyhow::Result<Duration> {
    first(sim, "/ping").await?;
    Ok(subject.started_at.elapsed())
}

/// Sends so many messages to a bot that counts them: how many it handles each second, and the processor time for
/// each in microseconds.
pub(crate) async fn events(sim: &Sim, subject: &Subject, count: u32) -> anyhow::Result<(f64, f64)> {
    first(sim, "/count").await?;
    let guild = sim.find_guild("Guild 0").context("the world has a guild")?;
    let (person, channel) = (guild.member("speaker"), guild.text("talk"));
    let before = subject.cpu()?;
    let begun = Instant::now();
    for sent in 0..count {
        person.says(&channel, "a message like any other, neither short nor long");
        if sent % 100 == 0 {
            tokio::task::yield_now().await;
        }
    }
    let all = format!("counted {count}");
    loop {
        if person
            .slash("/count", &[])
            .answer()
            .await?
            .text()
            .contains(&all)
        {
            break;
        }
        anyhow::ensure!(
            begun.elapsed() < Duration::from_mins(1),
            "the bot does not count to {count}"
        );
    }
    let took = begun.elapsed();
    let cpu = subject.cpu()?.saturating_sub(before);
    Ok((
        f64::from(count) / took.as_secs_f64(),
        cpu.as_secs_f64() * 1e6 / f64::from(count),
    ))
}

/// Waits until the bot answers this command for the first time.
pub(crate) async fn first(sim: &Sim, command: &str) -> anyhow::Result<()> {
    let patience = Duration::from_mins(1);
    sim.wait_until(patience, |sim| sim.connected_shards() > 0)
        .await
        .context("the bot does not connect")?;
    let person = sim
        .find_guild("Guild 0")
        .context("the world has a guild")?
        .member("first");
    let mut asked = None;
    // Until the command is registered nobody can ask.
    let asking = sim.wait_until(patience, |_| {
        asked = Some(person.slash(command, &[])).filter(|asked| asked.id().is_ok());
        asked.is_some()
    });
    asking
        .await
        .context("the bot does not register the command")?;
    asked.context("somebody asked")?.answer().await?;
    Ok(())
}
