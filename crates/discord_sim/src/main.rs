//! `discord-sim`: Discord in one process, for the demo, benchmarks and clients in any language.

use std::time::Duration;

use clap::Parser;
use discord_sim::{Sim, SimOptions};
use tracing_subscriber::EnvFilter;

/// Discord in one process: gateway, REST v10 and people on one loopback port.
#[derive(Debug, Parser)]
#[command(name = "discord-sim", version)]
struct Arguments {
    /// Loopback port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 4000)]
    port: u16,
    /// Guilds to start with, named "Guild 1" and so on.
    #[arg(long, default_value_t = 1)]
    guilds: usize,
    /// Members of each guild, beside the bot and the owner.
    #[arg(long, default_value_t = 0)]
    members: usize,
    /// The name of the bot.
    #[arg(long, default_value = "Majordome")]
    bot_name: String,
    /// The token the bot logs in with.
    #[arg(long)]
    token: Option<String>,
    /// Shards that `/gateway/bot` recommends.
    #[arg(long, default_value_t = 1)]
    shards: u32,
    /// Milliseconds between heartbeats.
    #[arg(long, default_value_t = 41_250)]
    heartbeat: u64,
    /// No rate limits, no logs of calls and people: for benchmarks.
    #[arg(long)]
    bench: bool,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into()))
        .with_writer(std::io::stderr)
        .init();
    let arguments = Arguments::parse();
    let defaults = if arguments.bench {
        SimOptions::bench()
    } else {
        SimOptions::default()
    };
    let options = SimOptions {
        port: arguments.port,
        bot_name: arguments.bot_name,
        bot_token: arguments.token.unwrap_or(defaults.bot_token),
        shards: arguments.shards,
        heartbeat_interval: Duration::from_millis(arguments.heartbeat),
        ..defaults
    };
    let sim = Sim::start(options).await?;
    for number in 1..=arguments.guilds {
        sim.guild(&format!("Guild {number}"))
            .members(arguments.members);
    }
    announce(&sim);
    tokio::select! {
        () = sim.stopped() => {}
        _ = tokio::signal::ctrl_c() => {}
        () = terminated() => {}
    }
    Ok(())
}

/// Waits for SIGTERM, where there is such a thing.
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

#[expect(
    clippy::print_stdout,
    reason = "other programs read the addresses from here"
)]
fn announce(sim: &Sim) {
    println!("DISCORD_API_URL={}", sim.api_url());
    println!("DISCORD_GATEWAY_URL={}", sim.gateway_url());
    println!("BOT_TOKEN={}", sim.bot_token());
    println!("APPLICATION_ID={}", sim.application_id());
    println!("CONTROL={}/sim", sim.api_url());
}
