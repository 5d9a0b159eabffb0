//! Rooms on demand: from joining a hub to standing in a room, and from leaving it to its end.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use discord_sim::{ChannelRef, Guild, Person, Sim};

/// The name of the hub, by which the bare loop knows it too.
pub(crate) const HUB: &str = "Hub";
/// How long a gust may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// What was measured of one program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rooms {
    /// From joining to having been moved, the median, in milliseconds.
    pub(crate) moved: f64,
    /// From leaving to the room's end, the median, in milliseconds.
    pub(crate) gone: f64,
    /// Calls to Discord for each join and leave.
    pub(crate) calls: f64,
}

/// Makes the hub, by command where the program has one.
pub(crate) async fn prepare(guild: &Guild, has_commands: bool) -> anyhow::Result<ChannelRef> {
    let hub = guild.voice(HUB);
    if has_commands {
        let owner = guild.owner();
        owner
            .slash("/hub create", &[("channel", (&hub).into())])
            .answer()
            .await?;
        let options = [
            ("hub", (&hub).into()),
            ("per_member", 60.into()),
            ("per_server", 200.into()),
        ];
        owner.slash("/hub config", &options).answer().await?;
    }
    Ok(hub)
}

/// Has `people` join at once, and leave at once, `times` over.
pub(crate) async fn measure(
    sim: &Sim,
    guild: &Guild,
    hub: &ChannelRef,
    people: usize,
    times: usize,
) -> anyhow::Result<Rooms> {
    let people: Vec<Person> = (0..people)
        .map(|index| guild.member(&format!("person{index}")))
        .collect();
    let (mut moved, mut gone) = (Vec::new(), Vec::new());
    let before = sim.requests_answered();
    for _ in 0..times {
        for person in &people {
            person.joins(hub);
        }
        moved.extend(
            wait(sim, &people, |person| {
                person.voice().is_some_and(|place| place != *hub)
            })
            .await?,
        );
        let rooms: Vec<ChannelRef> = people.iter().filter_map(Person::voice).collect();
        calm(sim).await;
        for person in &people {
            person.leaves();
        }
        gone.extend(wait(sim, &rooms, ChannelRef::is_gone).await?);
        calm(sim).await;
    }
    let calls = u32::try_from(sim.requests_answered() - before)?;
    let count = u32::try_from(people.len() * times)?;
    Ok(Rooms {
        moved: median(moved),
        gone: median(gone),
        calls: f64::from(calls) / f64::from(count),
    })
}

/// Waits for each, and says after how many milliseconds it was so.
async fn wait<T>(sim: &Sim, all: &[T], is_so: impl Fn(&T) -> bool) -> anyhow::Result<Vec<f64>> {
    let begun = Instant::now();
    let mut changes = sim.changed();
    let mut left: Vec<&T> = all.iter().collect();
    let mut took = Vec::new();
    while !left.is_empty() {
        changes.borrow_and_update();
        left.retain(|each| {
            let is_done = is_so(each);
            if is_done {
                took.push(begun.elapsed().as_secs_f64() * 1e3);
            }
            !is_done
        });
        if !left.is_empty() {
            let rest = PATIENCE.saturating_sub(begun.elapsed());
            tokio::time::timeout(rest, changes.changed())
                .await
                .with_context(|| format!("{} of {} are left", left.len(), all.len()))??;
        }
    }
    Ok(took)
}

/// Waits until no request has come for a moment: what belongs to this gust is not to be counted in the next.
async fn calm(sim: &Sim) {
    let mut seen = 0;
    while sim.requests_answered() != seen || sim.requests_in_flight() > 0 {
        seen = sim.requests_answered();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
