//! A large crew: pages of many tasks, the weekly post of many people, many reminders at once; each beside what Postgres, or
//! Discord's limits, take by themselves in the same run.

#![expect(
    clippy::disallowed_methods,
    reason = "what is measured is made by plain SQL, and the floors are plain SQL"
)]

mod bare;
mod lists;
mod reminders;
mod week;

use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use database::Database;
use discord_sim::{Guild, Sim, SimOptions};
use feature::Registry;
use host::Running;

use crate::{inside, load, report::Report};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_mins(20);

/// What is measured.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Part {
    /// Pages of `/task list`.
    Lists,
    /// The weekly post.
    Week,
    /// Reminders that are due together.
    Reminders,
}

/// How much of it.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Sizes {
    /// How many tasks the server has.
    #[arg(long, default_value_t = 100_000)]
    tasks: i32,
    /// How many people the plan has, and how many are reminded.
    #[arg(long, default_value_t = 500)]
    people: u32,
    /// How many reminders are due within a minute.
    #[arg(long, default_value_t = 10_000)]
    reminders: u32,
}

/// A bot at work in one server.
struct Scene {
    sim: Sim,
    guild: Guild,
    database: Database,
    running: Running,
    // Dropped last.
    _data: tempfile::TempDir,
}

/// Measures.
pub(crate) async fn run(sizes: Sizes, only: Option<Part>) -> anyhow::Result<()> {
    let mut report = Report::default();
    let parts = only
        .as_ref()
        .map_or(Part::value_variants(), std::slice::from_ref);
    for part in parts {
        match part {
            Part::Lists => lists::run(&mut report, sizes.tasks).await?,
            Part::Week => week::run(&mut report, sizes.people).await?,
            Part::Reminders => {
                reminders::run(&mut report, sizes.people, sizes.reminders).await?;
            }
        }
    }
    report.print();
    Ok(())
}

impl Scene {
    async fn open(options: SimOptions) -> anyhow::Result<Self> {
        let data = tempfile::Builder::new()
            .prefix("majordome-crew")
            .tempdir()?;
        let sim = Sim::start(options).await?;
        let guild = sim.guild("Guild 0");
        let database = Database::open(&database::Settings::local(data.path())).await?;
        let catalogue = Registry::new()
            .with(worksites::Worksites)
            .with(tasks::Tasks)
            .with(planning::Planning::default())
            .build()?;
        let running = inside::start(&sim, &database, catalogue).await?;
        running.synced().await;
        load::first(&sim, "/task list").await?;
        Ok(Self {
            sim,
            guild,
            database,
            running,
            _data: data,
        })
    }

    async fn close(self) {
        self.running.stop().await;
        self.database.close().await;
    }

    /// Runs statements, in which `{guild}` stands for the server.
    async fn sql(&self, sql: &str) -> anyhow::Result<()> {
        let sql = sql.replace("{guild}", &self.guild.id().to_string());
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
            .execute(self.database.pool())
            .await?;
        Ok(())
    }

    /// Waits until a query tells this.
    async fn until(&self, sql: &str, wanted: i64) -> anyhow::Result<()> {
        let begun = Instant::now();
        loop {
            let asked = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned()));
            let told: i64 = asked.fetch_one(self.database.pool()).await?;
            if told == wanted {
                return Ok(());
            }
            anyhow::ensure!(
                begun.elapsed() < PATIENCE,
                "after {PATIENCE:?} `{sql}` tells {told}, not {wanted}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// The median, in milliseconds.
fn median(times: &mut [Duration]) -> anyhow::Result<f64> {
    times.sort_unstable();
    let middle = times.get(times.len() / 2).context("nothing was measured")?;
    Ok(middle.as_secs_f64() * 1e3)
}
