//! A steady load for long, on an archive of many rows: nothing is lost, nothing waits for long, and memory stays as it is.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use discord_sim::SimOptions;

use super::{Place, large, live};

/// How often memory is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How long messages come before anything is measured.
const WARM: u32 = 10;

/// What load.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Soak {
    /// How many rows are there before.
    pub(crate) rows: i64,
    /// How many messages come in a second.
    pub(crate) rate: u32,
    /// For how many minutes.
    pub(crate) minutes: u32,
}

pub(super) async fn run(place: &mut Place, soak: Soak) -> anyhow::Result<()> {
    let seconds = soak.minutes * 60;
    let count = soak.rate * (seconds + WARM);
    let many = usize::try_from(count)? * 2;
    let options = SimOptions {
        messages_per_channel: many,
        replay_events: many,
        ..SimOptions::bench()
    };
    let mut scene = place.scene(options).await?;
    let ids: Vec<String> = scene
        .channels
        .iter()
        .map(|channel| channel.id().get().to_string())
        .collect();
    large::fill(place, scene.guild.id().get(), &ids, soak.rows).await?;
    let before = place.number(live::TOLD).await?;
    let warm = (soak.rate, WARM);
    live::steady(place, &scene, before, warm, || Ok(())).await?;
    let warmed = place.number(live::TOLD).await?;
    scene.subject.forget_peak()?;
    let cpu = scene.subject.cpu()?;
    let (mut memory, mut looked) = (Vec::new(), None::<Instant>);
    let subject = &scene.subject;
    let look = || {
        if looked.is_none_or(|at| at.elapsed() >= LOOK) {
            looked = Some(Instant::now());
            memory.push(subject.memory()?);
        }
        Ok(())
    };
    let age = live::steady(place, &scene, warmed, (soak.rate, seconds), look).await?;
    let cpu = subject.cpu()?.saturating_sub(cpu);
    let peak = subject.peak()?;
    let (there, wanted) = (place.number(live::TOLD).await?, before + i64::from(count));
    let lost = u32::try_from(wanted - there).context("there are more messages than were sent")?;
    let tenth = (memory.len() / 10).max(1);
    let first = mean(memory.get(..tenth).context("memory was looked at")?)?;
    let last = mean(&memory[memory.len() - tenth..])?;
    let name = |what: &str| {
        let Soak {
            rows,
            rate,
            minutes,
        } = soak;
        format!("soak, {rows} rows, {rate} a second for {minutes} min: {what}")
    };
    let report = &mut place.report;
    report.add(&name("lost"), "", lost.into(), None);
    let age = age.as_secs_f64() * 1e3;
    report.add(&name("the oldest not stored yet"), "ms", age, None);
    report.add(
        &name("memory, the last tenth against the first"),
        "MB",
        last,
        Some(first),
    );
    report.add(&name("the bot's peak"), "MB", peak, None);
    let each = cpu.as_secs_f64() * 1e6 / f64::from(soak.rate * seconds);
    report.add(&name("the bot's processor time each"), "µs", each, None);
    scene.subject.stop().await
}

fn mean(values: &[f64]) -> anyhow::Result<f64> {
    let count = u32::try_from(values.len())?;
    Ok(values.iter().sum::<f64>() / f64::from(count))
}
