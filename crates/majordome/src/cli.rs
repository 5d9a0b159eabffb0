//! The command line.

use clap::{Parser, Subcommand};

/// A self-hosted Discord platform for communities and work crews.
#[derive(Debug, Parser)]
#[command(
    name = "majordome",
    version,
    after_help = "Settings are read from majordome.toml, then .env, then the environment; see .env.example."
)]
pub(crate) struct Cli {
    /// What to do; without it, run the bot.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What the program can do.
#[derive(Clone, Debug, Default, Subcommand)]
pub(crate) enum Command {
    /// Run the bot (the default); it takes messages and serves the API besides
    #[default]
    #[command(visible_aliases = ["ingest", "api"])]
    Run,
    /// Read the past of the channels that are kept, and show how far it is; the bot that runs does it
    Backfill {
        /// Only of this server
        #[arg(long, value_name = "ID")]
        guild: Option<database::GuildId>,
        /// Only this channel and its threads
        #[arg(long, value_name = "ID")]
        channel: Option<database::ChannelId>,
        /// Begin, and do not wait for the end
        #[arg(long)]
        detach: bool,
    },
    /// Show the bot at work without a Discord account: a simulated Discord, a local database, people
    Demo {
        /// End when the story has been told, with code 1 if anything in it went wrong
        #[arg(long)]
        once: bool,
    },
    /// Check the configuration and show what is in effect, without starting anything
    CheckConfig,
    /// Bring the database schema up to date and stop
    Migrate,
    /// Take over the data of a program that this one replaces
    Import {
        /// Which program
        #[command(subcommand)]
        program: Replaced,
    },
    /// Make, list, replace and revoke keys for the API
    ApiKey {
        /// What to do with them
        #[command(subcommand)]
        act: KeyAct,
    },
    /// Print the commands that would be registered with Discord
    Commands,
    /// Say whether the program that runs here is well; exits with 0 or 1
    Health,
}

/// What can be done with keys.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum KeyAct {
    /// Make a key; it is shown once
    Create {
        /// What it is for
        #[arg(long)]
        name: String,
        /// What it may do, with commas between; *.read is all reading, * is all
        #[arg(long)]
        scopes: String,
        /// A server that it covers, more than once for several; all without
        #[arg(long = "guild", value_name = "ID")]
        guilds: Vec<database::GuildId>,
        /// A channel that it covers, more than once for several; all without
        #[arg(long = "channel", value_name = "ID")]
        channels: Vec<database::ChannelId>,
        /// Lets it read what messages say
        #[arg(long)]
        content: bool,
        /// Lets it read what was deleted
        #[arg(long)]
        deleted: bool,
        /// After how many days it ends; never without
        #[arg(long, value_parser = clap::value_parser!(i64).range(1..=3650))]
        days: Option<i64>,
    },
    /// Show the keys that work
    List,
    /// Replace a key by a new one; the old one works on for a while
    Rotate {
        /// The eight characters behind mj_ by which the list names it
        key: String,
        /// For how many hours the old one works on
        #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(i64).range(0..=720))]
        hours: i64,
    },
    /// End a key at once
    Revoke {
        /// The eight characters behind mj_ by which the list names it
        key: String,
    },
}

/// A program whose data can be taken over.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Replaced {
    /// Hubs, rooms and role groups of Vagrolant; a second time changes nothing
    Vagrolant {
        /// Its database: postgres://user:password@host:port/database
        #[arg(long, value_name = "URL")]
        from: secrecy::SecretString,
        /// Say what would be taken over, and change nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Messages of the Reporting API, of channels that are kept; a second time changes nothing
    Reporting {
        /// Its SQLite file
        #[arg(value_name = "FILE")]
        file: std::path::PathBuf,
        /// Say what would be taken over, and change nothing
        #[arg(long)]
        dry_run: bool,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn words_mean_what_they_say() {
        let parse = |words: &[&str]| {
            Cli::try_parse_from([&["majordome"], words].concat()).map(|cli| cli.command)
        };
        assert!(matches!(parse(&[]), Ok(None)));
        for word in ["run", "ingest", "api"] {
            assert!(matches!(parse(&[word]), Ok(Some(Command::Run))), "{word}");
        }
        assert!(matches!(
            parse(&["backfill", "--guild", "1", "--detach"]),
            Ok(Some(Command::Backfill {
                guild: Some(_),
                channel: None,
                detach: true
            }))
        ));
        assert!(matches!(
            parse(&["demo", "--once"]),
            Ok(Some(Command::Demo { once: true }))
        ));
        assert!(matches!(
            parse(&["check-config"]),
            Ok(Some(Command::CheckConfig))
        ));
        assert!(matches!(
            parse(&[
                "import",
                "vagrolant",
                "--from",
                "postgres://old/bot",
                "--dry-run"
            ]),
            Ok(Some(Command::Import {
                program: Replaced::Vagrolant { dry_run: true, .. }
            }))
        ));
        assert!(matches!(
            parse(&["import", "reporting", "reporting.db"]),
            Ok(Some(Command::Import {
                program: Replaced::Reporting { dry_run: false, .. }
            }))
        ));
        let made = parse(&[
            "api-key", "create", "--name", "x", "--scopes", "*.read", "--guild", "1", "--guild",
            "2",
        ]);
        assert!(matches!(
            made,
            Ok(Some(Command::ApiKey { act: KeyAct::Create { guilds, .. } })) if guilds.len() == 2
        ));
        assert!(parse(&["api-key", "create", "--name", "x"]).is_err());
        assert!(parse(&["dance"]).is_err());
    }
}
