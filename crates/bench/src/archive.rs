//! The archive of messages: how fast they come in from the gateway, what reading and searching many costs, and how
//! fast the past is read; each beside what Postgres, or Discord, takes by itself in the same run.

#![expect(
    clippy::disallowed_methods,
    reason = "the floors are plain SQL on tables that no migration makes"
)]

mod large;
mod live;
mod past;
mod soak;
mod web;

pub(crate) use self::soak::Soak;

use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::ValueEnum;
use database::Database;
use discord_sim::{ChannelRef, Guild, Sim, SimOptions};
use sqlx::ConnectOptions as _;

use crate::{
    load,
    report::Report,
    subject::{Program, Subject},
};

/// A key for the API, for as long as the measurement lasts.
const KEY: &str = "for-the-measurement-alone-7f3a9c";
/// How long anything may take.
const PATIENCE: Duration = Duration::from_mins(10);
/// How many channels messages come in.
const CHANNELS: usize = 10;

/// What is measured.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Part {
    /// From the gateway into Postgres.
    Live,
    /// Pages, single messages, searches and days of many rows, over HTTP.
    Large,
    /// Reading the past.
    Past,
}

/// Everything that a measurement stands on.
struct Place {
    program: Program,
    database: Database,
    web: String,
    report: Report,
}

/// A bot at work in a world where everything is kept.
struct Scene {
    sim: Sim,
    guild: Guild,
    channels: Vec<ChannelRef>,
    subject: Subject,
}

/// Measures.
pub(crate) async fn run(messages: u32, rows: i64, only: Option<Part>) -> anyhow::Result<()> {
    let parts = only
        .as_ref()
        .map_or(Part::value_variants(), std::slice::from_ref);
    let work = async |place: &mut Place| {
        for part in parts {
            match part {
                Part::Live => live::run(place, messages).await?,
                Part::Large => large::run(place, rows).await?,
                Part::Past => past::run(place, messages).await?,
            }
        }
        Ok(())
    };
    in_place(work).await
}

/// Measures a steady load.
pub(crate) async fn soak(load: Soak) -> anyhow::Result<()> {
    in_place(async |place: &mut Place| soak::run(place, load).await).await
}

/// Measures in a place of its own, and tells what came of it.
async fn in_place(work: impl AsyncFnOnce(&mut Place) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let data = tempfile::Builder::new()
        .prefix("majordome-archive")
        .tempdir()?;
    let database = Database::open(&database::Settings::local(data.path())).await?;
    let url = database.connect_options().to_url_lossy().to_string();
    let port = std::net::TcpListener::bind("127.0.0.1:0")?
        .local_addr()?
        .port();
    let web = format!("127.0.0.1:{port}");
    let mut place = Place {
        program: Program::Keeping {
            database: url,
            http: web.clone(),
            key: KEY,
        },
        database,
        web,
        report: Report::default(),
    };
    work(&mut place).await?;
    place.report.print();
    place.database.close().await;
    Ok(())
}

impl Place {
    /// A new world, with all its channels kept, on an archive that holds nothing.
    async fn scene(&self, options: SimOptions) -> anyhow::Result<Scene> {
        self.clear().await?;
        let sim = Sim::start(options).await?;
        let guild = sim.guild("Guild 0");
        guild.members(100);
        let channels = (0..CHANNELS)
            .map(|index| guild.text(&format!("talk-{index}")))
            .collect();
        let subject = Subject::start(&self.program, &sim)?;
        load::first(&sim, "/archive privacy opt-in").await?;
        let owner = guild.owner();
        owner.slash("/archive enable", &[]).answer().await?;
        Ok(Scene {
            sim,
            guild,
            channels,
            subject,
        })
    }

    async fn clear(&self) -> anyhow::Result<()> {
        self.sql("truncate archive.message, archive.version, archive.reaction, archive.guild, archive.channel, archive.backfill")
            .await
    }

    async fn sql(&self, sql: &str) -> anyhow::Result<()> {
        let mut db = self.database.acquire().await?;
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
            "set statement_timeout = 0; {sql}"
        )))
        .execute(&mut *db)
        .await?;
        Ok(())
    }

    async fn number(&self, sql: &str) -> anyhow::Result<i64> {
        let asked = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned()));
        Ok(asked.fetch_one(self.database.pool()).await?)
    }

    /// Waits until a query tells at least this.
    async fn until(&self, sql: &str, at_least: i64) -> anyhow::Result<Instant> {
        let begun = Instant::now();
        loop {
            let told = self.number(sql).await?;
            if told >= at_least {
                return Ok(Instant::now());
            }
            anyhow::ensure!(
                begun.elapsed() < PATIENCE,
                "after {PATIENCE:?} `{sql}` tells {told} of {at_least}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// So many for each second.
fn rate(count: u32, took: Duration) -> f64 {
    f64::from(count) / took.as_secs_f64()
}

/// A percentile of times, in milliseconds.
fn percentile(times: &mut [Duration], percent: usize) -> anyhow::Result<f64> {
    times.sort_unstable();
    let index = (times.len() * percent / 100).min(times.len().saturating_sub(1));
    let time = times.get(index).context("nothing was measured")?;
    Ok(time.as_secs_f64() * 1e3)
}
