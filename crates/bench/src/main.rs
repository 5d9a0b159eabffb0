//! Speed and memory of the engine, each beside its floor: a bare twilight loop that answers the same interactions
//! in the same minute on the same machine.
//!
//! `just bench` builds release programs and runs this. Discord is the simulator, in this process; what is measured
//! runs in a process of its own, so that its processor time and memory are its own. Machines are noisy: read the
//! ratios, not the figures.

mod archive;
mod counting;
mod crew;
mod echo;
mod inside;
mod keeping;
mod load;
mod members;
mod report;
mod rooms;
mod subject;

use std::{path::PathBuf, slice, time::Duration};

use anyhow::Context as _;
use clap::{Parser, ValueEnum};
use discord_sim::{Sim, SimOptions};

use crate::{
    load::Load,
    report::Report,
    subject::{Program, Subject},
};

/// Measures the engine.
#[derive(Debug, Parser)]
enum Command {
    /// Measures everything and prints a table and a JSON line for each figure.
    Run {
        /// The program to measure.
        #[arg(long, default_value = "target/release/majordome")]
        majordome: PathBuf,
        /// How many interactions each measurement takes.
        #[arg(long, default_value_t = 20_000)]
        interactions: u32,
        /// Only this part.
        #[arg(long)]
        only: Option<Part>,
    },
    /// The engine with a feature that counts messages.
    Counting {
        /// `http://host:port` of the API.
        #[arg(long)]
        api: String,
        /// `ws://host:port` of the gateway.
        #[arg(long)]
        gateway: String,
        /// The bot's token.
        #[arg(long)]
        token: String,
        /// Where the local Postgres is.
        #[arg(long)]
        data: PathBuf,
    },
    /// Reads all members of a large server, beside Discord's pages alone and a plain upsert.
    Members {
        /// How many there are.
        #[arg(long, default_value_t = 100_000)]
        members: u32,
    },
    /// Keeps messages, reads and searches many, serves them over HTTP, reads the past; each beside plain SQL.
    Archive {
        /// How many messages come live, and how many of the past are read.
        #[arg(long, default_value_t = 100_000)]
        messages: u32,
        /// How many rows the large archive holds.
        #[arg(long, default_value_t = 1_000_000)]
        rows: i64,
        /// Only this part.
        #[arg(long)]
        only: Option<archive::Part>,
    },
    /// Pages of many tasks, the weekly post of many people, many reminders at once; beside plain SQL and bare messages.
    Crew {
        #[command(flatten)]
        sizes: crew::Sizes,
        /// Only this part.
        #[arg(long)]
        only: Option<crew::Part>,
    },
    /// Keeps a steady load of messages for long on an archive of many rows: what is lost, what waits, whether memory grows.
    Soak {
        /// How many rows the archive holds before.
        #[arg(long, default_value_t = 5_000_000)]
        rows: i64,
        /// How many messages come in a second.
        #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        rate: u32,
        /// For how many minutes.
        #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1_440))]
        minutes: u32,
    },
    /// The engine with the archive and HTTP.
    Keeping {
        /// `http://host:port` of the API.
        #[arg(long)]
        api: String,
        /// `ws://host:port` of the gateway.
        #[arg(long)]
        gateway: String,
        /// The bot's token.
        #[arg(long)]
        token: String,
        /// The database's URL.
        #[arg(long)]
        database: String,
        /// Where HTTP is served.
        #[arg(long)]
        http: std::net::SocketAddr,
        /// The key for everything.
        #[arg(long)]
        key: String,
    },
    /// The floor: a bare twilight loop that answers `/ping`.
    Echo {
        /// `http://host:port` of the API.
        #[arg(long)]
        api: String,
        /// `ws://host:port` of the gateway.
        #[arg(long)]
        gateway: String,
        /// The bot's token.
        #[arg(long)]
        token: String,
    },
}

/// How many events the event measurement sends.
const EVENTS: u32 = 30_000;
/// After how long a program is at rest: ours gives back the code of the start after ten seconds.
const SETTLED: Duration = Duration::from_secs(20);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| anyhow::anyhow!("a TLS provider is installed already"))?;
    match Command::parse() {
        Command::Echo {
            api,
            gateway,
            token,
        } => echo::run(&api, gateway, token).await,
        Command::Counting {
            api,
            gateway,
            token,
            data,
        } => counting::run(api, gateway, token, data).await,
        Command::Archive {
            messages,
            rows,
            only,
        } => archive::run(messages, rows, only).await,
        Command::Keeping {
            api,
            gateway,
            token,
            database,
            http,
            key,
        } => keeping::run(api, gateway, token, database, http, key).await,
        Command::Crew { sizes, only } => crew::run(sizes, only).await,
        Command::Soak {
            rows,
            rate,
            minutes,
        } => {
            let load = archive::Soak {
                rows,
                rate,
                minutes,
            };
            archive::soak(load).await
        }
        Command::Members { members } => members::run(members).await,
        Command::Run {
            majordome,
            interactions,
            only,
        } => run(&there(&majordome)?, interactions, only).await,
    }
}

/// The program, which must have been built.
fn there(program: &std::path::Path) -> anyhow::Result<PathBuf> {
    program.canonicalize().with_context(|| {
        format!(
            "{} is not there: build it with `just bench`",
            program.display()
        )
    })
}

/// What is measured.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Part {
    /// Time from the start of the process to the first answered interaction.
    Start,
    /// Memory at rest.
    Memory,
    /// Interactions, one after the other and 64 at a time.
    Interactions,
    /// Events through parser, mailbox and handler.
    Events,
    /// Rooms on demand: what the storing bot adds to what Discord takes.
    Rooms,
}

/// What a measurement works with.
#[derive(Debug)]
struct Bench {
    ours: Program,
    counting: Program,
    report: Report,
}

async fn run(
    majordome: &std::path::Path,
    interactions: u32,
    only: Option<Part>,
) -> anyhow::Result<()> {
    let data = tempfile::Builder::new()
        .prefix("majordome-bench")
        .tempdir()?;
    let mut bench = Bench {
        ours: Program::Majordome {
            program: majordome.to_owned(),
            data: data.path().to_owned(),
        },
        counting: Program::Counting {
            data: data.path().to_owned(),
        },
        report: Report::default(),
    };
    let parts = only
        .as_ref()
        .map_or(Part::value_variants(), slice::from_ref);
    for part in parts {
        match part {
            Part::Start => bench.start().await?,
            Part::Memory => bench.memory().await?,
            Part::Interactions => bench.interactions(interactions).await?,
            Part::Events => bench.events().await?,
            Part::Rooms => bench.rooms().await?,
        }
    }
    bench.report.print();
    Ok(())
}

impl Bench {
    async fn start(&mut self) -> anyhow::Result<()> {
        for temperature in ["cold", "warm"] {
            let sim = world(1, 100).await?;
            let mut subject = Subject::start(&self.ours, &sim)?;
            let first = load::first_answer(&sim, &subject).await?;
            self.report.add(
                &format!("start to first answer, {temperature} local Postgres"),
                "ms",
                first.as_secs_f64() * 1e3,
                None,
            );
            subject.stop().await?;
        }
        Ok(())
    }

    async fn memory(&mut self) -> anyhow::Result<()> {
        for (guilds, members) in [(1, 100), (100, 1_000), (1, 100_000)] {
            let (mut begun, mut settled, mut again) = (Vec::new(), Vec::new(), Vec::new());
            for program in [&self.ours, &Program::Echo] {
                let sim = world(guilds, members).await?;
                let mut subject = Subject::start(program, &sim)?;
                load::first_answer(&sim, &subject).await?;
                begun.push(subject.memory()?);
                tokio::time::sleep(SETTLED).await;
                settled.push(subject.memory()?);
                load::first_answer(&sim, &subject).await?;
                again.push(subject.memory()?);
                subject.stop().await?;
            }
            for (when, measured) in [
                ("at rest", settled),
                ("at the next answer", again),
                ("at the first answer", begun),
            ] {
                self.report.add(
                    &format!("memory {when}, {guilds} guilds of {members} members"),
                    "MB",
                    measured[0],
                    Some(measured[1]),
                );
            }
        }
        // The house without its features: what each further room costs is the rest.
        let sim = world(1, 100).await?;
        let mut subject = Subject::start(&self.counting, &sim)?;
        load::first(&sim, "/count").await?;
        self.report.add(
            "memory, the engine with one small feature",
            "MB",
            subject.memory()?,
            None,
        );
        subject.stop().await
    }

    async fn interactions(&mut self, interactions: u32) -> anyhow::Result<()> {
        for in_flight in [1, 64] {
            let count = if in_flight == 1 {
                interactions / 4
            } else {
                interactions
            };
            let mut measured = Vec::new();
            for program in [&self.ours, &Program::Echo] {
                let sim = world(1, 100).await?;
                let mut subject = Subject::start(program, &sim)?;
                load::first_answer(&sim, &subject).await?;
                Load::run(&sim, &subject, count / 10, in_flight).await?;
                measured.push(Load::run(&sim, &subject, count, in_flight).await?);
                subject.stop().await?;
            }
            let [ours, floor] = measured.as_slice() else {
                anyhow::bail!("two programs were measured")
            };
            let name = |what: &str| format!("interactions, {in_flight} in flight: {what}");
            let report = &mut self.report;
            report.add(&name("each second"), "1/s", ours.rate, Some(floor.rate));
            report.add(
                &name("processor time each"),
                "µs",
                ours.cpu,
                Some(floor.cpu),
            );
            report.add(&name("p50"), "ms", ours.p50, Some(floor.p50));
            report.add(&name("p99"), "ms", ours.p99, Some(floor.p99));
        }
        Ok(())
    }

    async fn events(&mut self) -> anyhow::Result<()> {
        let mut measured = Vec::new();
        for program in [&self.counting, &Program::Echo] {
            let sim = world(1, 100).await?;
            let mut subject = Subject::start(program, &sim)?;
            measured.push(load::events(&sim, &subject, EVENTS).await?);
            subject.stop().await?;
        }
        let [(rate, cpu), (floor_rate, floor_cpu)] = measured[..] else {
            anyhow::bail!("two programs were measured")
        };
        let report = &mut self.report;
        report.add("events: each second", "1/s", rate, Some(floor_rate));
        report.add("events: processor time each", "µs", cpu, Some(floor_cpu));
        Ok(())
    }

    async fn rooms(&mut self) -> anyhow::Result<()> {
        for (people, times) in [(1, 59), (50, 3)] {
            let mut measured = Vec::new();
            for (program, has_commands) in [(&self.ours, true), (&Program::Echo, false)] {
                let sim = world(1, 100).await?;
                let guild = sim.find_guild("Guild 0").context("the guild is there")?;
                let mut subject = Subject::start(program, &sim)?;
                load::first_answer(&sim, &subject).await?;
                let hub = rooms::prepare(&guild, has_commands).await?;
                rooms::measure(&sim, &guild, &hub, people, 1).await?;
                measured.push(rooms::measure(&sim, &guild, &hub, people, times).await?);
                subject.stop().await?;
            }
            let [ours, floor] = measured[..] else {
                anyhow::bail!("two programs were measured")
            };
            let name = |what: &str| format!("rooms, {people} at once: {what}");
            let report = &mut self.report;
            report.add(
                &name("from join to moved"),
                "ms",
                ours.moved,
                Some(floor.moved),
            );
            report.add(
                &name("more than the bare loop"),
                "ms",
                ours.moved - floor.moved,
                None,
            );
            report.add(
                &name("from leaving to gone"),
                "ms",
                ours.gone,
                Some(floor.gone),
            );
            report.add(&name("calls for each"), "", ours.calls, Some(floor.calls));
        }
        Ok(())
    }
}

/// A simulated Discord with guilds of this size.
async fn world(guilds: usize, members: usize) -> anyhow::Result<Sim> {
    let sim = Sim::start(SimOptions::bench()).await?;
    for index in 0..guilds {
        sim.guild(&format!("Guild {index}")).members(members);
    }
    Ok(sim)
}
