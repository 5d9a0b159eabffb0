//! The program: command line, configuration, logs, and the parts it starts.
//!
//! Exit codes: 0 when all went well, 1 when something failed, 2 when the configuration is wrong.

mod api_key;
mod backfill;
mod bar;
mod bot;
mod cli;
#[cfg(test)]
mod compatibility;
mod config;
mod demo;
mod features;
mod health;
mod import;
mod logging;
mod memory;
mod run;

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use database::{Database, OpenError};

use cli::{Cli, Command, Replaced};
use config::{Config, Problems, Token};

fn main() -> ExitCode {
    memory::limit_heaps();
    let command = Cli::parse().command.unwrap_or_default();
    if rustls::crypto::ring::default_provider()
        .install_default()
        .is_err()
    {
        tell_error("error: TLS was set up twice\n");
        return ExitCode::FAILURE;
    }
    match dispatch(command) {
        Ok(code) => code,
        Err(error) => {
            if let Some(problems) = error.downcast_ref::<Problems>() {
                tell_error(&problems.to_string());
                return ExitCode::from(2);
            }
            let mut text = format!("error: {error:#}\n");
            if let Some(open) = error.downcast_ref::<OpenError>() {
                text = format!(
                    "{text}  {}
",
                    open.remedy()
                );
            }
            tell_error(&text);
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Run => {
            let config = Config::load(Token::Needed)?;
            let _summaries = logging::start(&config.log_level, config.log_format, &config.secrets)?;
            block_on(run::run(config))?
        }
        Command::Demo { once } => {
            let config = Config::load(Token::NotNeeded)?;
            // The story is on standard output; of the log only what went wrong is of interest beside it.
            let _summaries = logging::start("warn", config.log_format, &config.secrets)?;
            block_on(demo::demo(&config.data_dir, once))?
        }
        Command::Backfill {
            guild,
            channel,
            detach,
        } => {
            let config = Config::load(Token::NotNeeded)?;
            let _summaries = logging::start("warn", config.log_format, &config.secrets)?;
            let wanted = archive::past::Wanted { guild, channel };
            block_on(backfill::read(config, wanted, detach))?
        }
        Command::CheckConfig => {
            let config = Config::load(Token::Needed)?;
            tell(&format!(
                "{}\nThe configuration is right.\n",
                config.table()
            ))
        }
        Command::Migrate => {
            let config = Config::load(Token::NotNeeded)?;
            let _summaries = logging::start(&config.log_level, config.log_format, &config.secrets)?;
            block_on(migrate(config))?
        }
        Command::Import {
            program: Replaced::Vagrolant { from, dry_run },
        } => {
            let config = Config::load(Token::NotNeeded)?;
            let _summaries = logging::start(&config.log_level, config.log_format, &config.secrets)?;
            block_on(import::vagrolant(config, &from, dry_run))?
        }
        Command::Import {
            program: Replaced::Reporting { file, dry_run },
        } => {
            let config = Config::load(Token::NotNeeded)?;
            let _summaries = logging::start("warn", config.log_format, &config.secrets)?;
            block_on(import::reporting(config, &file, dry_run))?
        }
        Command::ApiKey { act } => {
            let config = Config::load(Token::NotNeeded)?;
            let _summaries = logging::start("warn", config.log_format, &config.secrets)?;
            block_on(api_key::act(config, act))?
        }
        Command::Commands => run::commands(),
        Command::Health => {
            let config = Config::load(Token::NotNeeded)?;
            return Ok(match health::check(&config.data_dir) {
                Ok(()) => {
                    tell("well\n")?;
                    ExitCode::SUCCESS
                }
                Err(unwell) => {
                    tell(&format!("{unwell}\n"))?;
                    ExitCode::FAILURE
                }
            });
        }
    }?;
    Ok(ExitCode::SUCCESS)
}

/// Runs `work` to its end. One thread moves everything that comes and goes, which is quicker than two that hand it to
/// each other; the features bring threads of their own.
fn block_on<T>(work: impl Future<Output = T>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    Ok(runtime
        .context("no threads for the program")?
        .block_on(work))
}

async fn migrate(config: Config) -> anyhow::Result<()> {
    let database = Database::open(&config.database).await?;
    let migrated = database.migrated();
    database.close().await;
    tell(&match migrated.applied {
        0 => format!("The schema was up to date: version {}.\n", migrated.version),
        count => format!(
            "Applied {count} migrations; the schema is now at version {}.\n",
            migrated.version
        ),
    })
}

/// Says the result of a command on standard output; logs go to standard error.
fn tell(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .context("standard output is closed")
}

fn tell_error(text: &str) {
    // With no one listening there is nobody to tell that nobody listens.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
