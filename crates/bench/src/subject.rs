//! A program under measurement, in a process of its own.

use std::{
    path::PathBuf,
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use discord_sim::Sim;
use tokio::process::{Child, Command};

/// What is measured.
#[derive(Clone, Debug)]
pub(crate) enum Program {
    /// The bot, with its data in a folder that it keeps between measurements.
    Majordome { program: PathBuf, data: PathBuf },
    /// The engine with a feature that counts messages.
    Counting { data: PathBuf },
    /// The engine with the archive and HTTP.
    Keeping {
        database: String,
        http: String,
        key: &'static str,
    },
    /// The bare loop.
    Echo,
}

/// A program at work.
#[derive(Debug)]
pub(crate) struct Subject {
    child: Child,
    pub(crate) started_at: Instant,
}

impl Subject {
    pub(crate) fn start(program: &Program, sim: &Sim) -> anyhow::Result<Self> {
        let mut command = match program {
            Program::Majordome { program, data } => {
                let mut command = Command::new(program);
                command
                    .env_clear()
                    .env("PATH", std::env::var_os("PATH").unwrap_or_default())
                    .env("BOT_TOKEN", sim.bot_token())
                    .env("DISCORD_API_URL", sim.api_url())
                    .env("DISCORD_GATEWAY_URL", sim.gateway_url())
                    .env("DATA_DIR", data)
                    // The simulator has no limits here, and the bare loop knows none.
                    .env("DISCORD_GLOBAL_LIMIT", "65535")
                    .env("LOG_LEVEL", "warn");
                command
            }
            Program::Counting { data } => {
                let mut command = own("counting", sim)?;
                command.arg("--data").arg(data);
                command
            }
            Program::Keeping {
                database,
                http,
                key,
            } => {
                let mut command = own("keeping", sim)?;
                command.args(["--database", database, "--http", http, "--key", key]);
                command
            }
            Program::Echo => own("echo", sim)?,
        };
        let started_at = Instant::now();
        let child = command
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("the program does not start")?;
        Ok(Self { child, started_at })
    }

    fn proc(&self, file: &str) -> anyhow::Result<String> {
        let id = self.child.id().context("the program has ended")?;
        Ok(std::fs::read_to_string(format!("/proc/{id}/{file}"))?)
    }

    /// The resident memory in MB (10⁶ bytes).
    pub(crate) fn memory(&self) -> anyhow::Result<f64> {
        self.kilobytes("VmRSS:")
    }

    /// The most resident memory since the start, or since it was forgotten, in MB (10⁶ bytes).
    pub(crate) fn peak(&self) -> anyhow::Result<f64> {
        self.kilobytes("VmHWM:")
    }

    /// Forgets the peak.
    pub(crate) fn forget_peak(&self) -> anyhow::Result<()> {
        let id = self.child.id().context("the program has ended")?;
        Ok(std::fs::write(format!("/proc/{id}/clear_refs"), "5")?)
    }

    fn kilobytes(&self, name: &str) -> anyhow::Result<f64> {
        let status = self.proc("status")?;
        let line = status
            .lines()
            .find(|line| line.starts_with(name))
            .context("no memory in /proc")?;
        let kibibytes: f64 = line
            .split_whitespace()
            .nth(1)
            .context("no number")?
            .parse()?;
        Ok(kibibytes * 1024.0 / 1e6)
    }

    /// The processor time used so far, by user code and in the kernel.
    pub(crate) fn cpu(&self) -> anyhow::Result<Duration> {
        let stat = self.proc("stat")?;
        // The name in parentheses may hold anything; the numbers follow it.
        let (_, numbers) = stat.rsplit_once(')').context("no name in /proc")?;
        let numbers: Vec<&str> = numbers.split_whitespace().collect();
        let ticks: u64 = [11, 12]
            .iter()
            .filter_map(|index| numbers.get(*index)?.parse::<u64>().ok())
            .sum();
        // A tick is 10 ms on every Linux that Rust runs on.
        Ok(Duration::from_millis(ticks * 10))
    }

    pub(crate) async fn stop(&mut self) -> anyhow::Result<()> {
        if let Some(id) = self.child.id() {
            Command::new("kill").arg(id.to_string()).status().await?;
        }
        if tokio::time::timeout(Duration::from_secs(15), self.child.wait())
            .await
            .is_err()
        {
            self.child.kill().await?;
        }
        Ok(())
    }
}

/// A part of this program in a process of its own.
fn own(part: &str, sim: &Sim) -> anyhow::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(part).args([
        "--api",
        &sim.api_url(),
        "--gateway",
        &sim.gateway_url(),
        "--token",
        &sim.bot_token(),
    ]);
    Ok(command)
}
