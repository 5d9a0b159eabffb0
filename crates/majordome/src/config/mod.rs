//! The configuration: read once at the start, checked as a whole, then only handed on.
//!
//! [`names`] lists the settings, [`layers`] finds their text, [`parse`] gives it meaning. Whatever is
//! wrong is collected: the operator sees all of it at once, with the name, the reason and an example,
//! and never a secret.

mod layers;
mod names;
mod parse;
mod problem;
#[cfg(test)]
mod tests;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use database::{GuildId, Settings as DatabaseSettings};
use feature::Lang;
use jiff::tz::TimeZone;
use secrecy::{ExposeSecret, SecretString};

use layers::{Found, Layers};
use names::Setting;
pub(crate) use problem::{Problem, Problems};

/// How log lines look.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line, for machines.
    Json,
}

/// What the program was told.
#[derive(Debug)]
pub(crate) struct Config {
    /// What the bot logs in with; absent only where it was not asked for.
    pub(crate) bot_token: Option<SecretString>,
    /// Where the database is.
    pub(crate) database: DatabaseSettings,
    /// Where the program keeps its files.
    pub(crate) data_dir: PathBuf,
    /// The one guild to register commands in.
    pub(crate) guild_id: Option<GuildId>,
    /// What is kept without anybody turning it on.
    pub(crate) archive: archive::Operator,
    /// Where HTTP is reached from outside.
    pub(crate) public_url: Option<String>,
    /// Whether to ask Discord for presences.
    pub(crate) enable_presences: bool,
    /// The language of guilds that have chosen none.
    pub(crate) default_locale: Lang,
    /// The time zone of guilds that have chosen none.
    pub(crate) default_time_zone: TimeZone,
    /// How HTTP is served.
    pub(crate) http: api::Config,
    /// What is logged, as filter directives.
    pub(crate) log_level: String,
    /// How it is logged.
    pub(crate) log_format: LogFormat,
    /// How long a stop may take.
    pub(crate) shutdown_timeout: Duration,
    /// A stand-in for Discord's REST API.
    pub(crate) discord_api_url: Option<String>,
    /// A stand-in for Discord's gateway.
    pub(crate) discord_gateway_url: Option<String>,
    /// How many calls Discord allows in a second.
    pub(crate) discord_global_limit: u16,
    /// Each setting, its value or `(set)` for a secret, and where it was found.
    pub(crate) shown: Vec<Shown>,
    /// Words that no log line may hold.
    pub(crate) secrets: Vec<SecretString>,
}

/// A setting as `check-config` shows it.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) name: &'static str,
    pub(crate) value: String,
    pub(crate) source: &'static str,
}

/// Whether a command needs to log in to Discord.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Token {
    /// Without one there is nothing to do.
    Needed,
    /// The command does not speak to Discord.
    NotNeeded,
}

/// Collects what is wrong while settings are read.
struct Reader {
    layers: Layers,
    problems: Vec<Problem>,
    shown: Vec<Shown>,
    secrets: Vec<SecretString>,
}

impl Config {
    /// Reads the configuration of the process: its folder and its environment.
    pub(crate) fn load(token: Token) -> Result<Self, Problems> {
        // What is no Unicode can be none of our settings' values; it is then as if unset.
        let environment = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Self::read(Path::new("."), environment, token)
    }

    fn read(
        folder: &Path,
        environment: impl Iterator<Item = (String, String)>,
        token: Token,
    ) -> Result<Self, Problems> {
        let mut problems = Vec::new();
        let layers = Layers::read(folder, environment, &mut problems);
        let mut reader = Reader {
            layers,
            problems,
            shown: Vec::new(),
            secrets: Vec::new(),
        };
        let address = |schemes| move |text: &str| parse::address(text, schemes);
        let discord_api_url = reader.optional(&names::DISCORD_API_URL, address(["https", "http"]));
        let discord_gateway_url =
            reader.optional(&names::DISCORD_GATEWAY_URL, address(["wss", "ws"]));
        let discord_global_limit =
            reader.required(&names::DISCORD_GLOBAL_LIMIT, parse::global_limit);
        let bot_token = reader.token(token, discord_api_url.is_some());
        let data_dir = reader.required(&names::DATA_DIR, parse::data_dir);
        let mut database = reader.database(data_dir.clone().unwrap_or_default());
        let connections = reader.required(&names::DATABASE_MAX_CONNECTIONS, parse::connections);
        if let (Some(database), Some(connections)) = (&mut database, connections) {
            database.max_connections = connections;
        }
        let guild_id = reader.optional(&names::GUILD_ID, parse::guild);
        let archive_channels = reader.optional(&names::DISCORD_CHANNEL_IDS, parse::channels);
        let public_url = reader.optional(&names::PUBLIC_URL, address(["https", "http"]));
        let archive_everything = reader.required(&names::ARCHIVE_EVERYTHING, parse::truth);
        let exports = reader.required(&names::ARCHIVE_EXPORTS_MB, parse::megabytes);
        let attachments = reader.required(&names::ATTACHMENTS_MB, parse::megabytes);
        let largest = reader.required(&names::ATTACHMENT_LARGEST_MB, parse::megabytes);
        let types = reader.required(&names::ATTACHMENT_TYPES, parse::types);
        let enable_presences = reader.required(&names::ENABLE_PRESENCES, parse::truth);
        let default_locale = reader.required(&names::DEFAULT_LOCALE, parse::locale);
        let default_time_zone = reader.required(&names::DEFAULT_TIME_ZONE, parse::time_zone);
        let http = reader.http();
        let log_level = reader.required(&names::LOG_LEVEL, parse::log_level);
        let log_format = reader.required(&names::LOG_FORMAT, parse::log_format);
        let shutdown_timeout = reader.required(&names::SHUTDOWN_TIMEOUT, parse::shutdown);
        let order = |shown: &Shown| names::ALL.iter().position(|name| name.name == shown.name);
        reader.shown.sort_by_key(order);
        let (shown, secrets) = (reader.shown, reader.secrets);
        let config = || {
            let (data_dir, http) = (data_dir?, http?);
            Some(Self {
                bot_token,
                database: database?,
                guild_id,
                archive: archive::Operator {
                    channels: archive_channels.unwrap_or_default(),
                    everything: archive_everything?,
                    // Files that nobody can fetch are not written.
                    files: http.address.map(|_| data_dir.clone()),
                    reach: public_url.clone(),
                    exports_mb: exports?,
                    attachments: archive::Allowed {
                        types: types?,
                        most: u64::from(largest?) * 1_000_000,
                    },
                    attachments_mb: attachments?,
                },
                data_dir,
                public_url,
                enable_presences: enable_presences?,
                default_locale: default_locale?,
                default_time_zone: default_time_zone?,
                http,
                log_level: log_level?,
                log_format: log_format?,
                shutdown_timeout: shutdown_timeout?,
                discord_api_url,
                discord_gateway_url,
                discord_global_limit: discord_global_limit?,
                shown,
                secrets,
            })
        };
        match config() {
            Some(config) if reader.problems.is_empty() => Ok(config),
            _ => Err(Problems(reader.problems)),
        }
    }

    /// The settings in effect as a table, secrets hidden.
    pub(crate) fn table(&self) -> String {
        let width = |of: fn(&Shown) -> &str| {
            self.shown
                .iter()
                .map(|shown| of(shown).chars().count())
                .max()
                .unwrap_or(0)
        };
        let (names, values) = (width(|shown| shown.name), width(|shown| &shown.value));
        let mut table = String::new();
        for Shown {
            name,
            value,
            source,
        } in &self.shown
        {
            // Writing to a String does not fail.
            let _ = writeln!(table, "{name:names$}  {value:values$}  {source}");
        }
        table
    }
}

impl Reader {
    /// The text of a setting, noted for the table.
    fn find(&mut self, name: &'static Setting) -> Option<Found> {
        let found = self.layers.find(name, &mut self.problems);
        if let Some(found) = &found {
            let value = if name.secret { "(set)" } else { &found.value };
            self.shown.push(Shown {
                name: name.name,
                value: value.to_owned(),
                source: found.source,
            });
            if name.secret {
                self.secrets.push(SecretString::from(found.value.as_str()));
            }
        }
        found
    }

    fn refuse(&mut self, name: &Setting, source: Option<&'static str>, reason: impl Into<String>) {
        self.problems.push(Problem::with(name, source, reason));
    }

    /// A setting that may be absent.
    fn optional<T>(
        &mut self,
        name: &'static Setting,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let found = self.find(name)?;
        match parse(&found.value) {
            Ok(value) => Some(value),
            Err(reason) => {
                self.refuse(name, Some(found.source), reason);
                None
            }
        }
    }

    /// A setting with a default. `None` has been told as a problem.
    fn required<T>(
        &mut self,
        name: &'static Setting,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        debug_assert!(!name.default.is_empty(), "{} has no default", name.name);
        self.optional(name, parse)
    }

    fn token(&mut self, needed: Token, stand_in: bool) -> Option<SecretString> {
        let found = self.find(&names::BOT_TOKEN);
        match &found {
            None if needed == Token::Needed => {
                let reason = "is missing: it is what the bot logs in to Discord with";
                self.refuse(&names::BOT_TOKEN, None, reason);
            }
            // A stand-in for Discord may have tokens of its own form.
            Some(found) if !stand_in => {
                if let Err(reason) = parse::token(&found.value) {
                    self.refuse(&names::BOT_TOKEN, Some(found.source), reason);
                }
            }
            _ => {}
        }
        found.map(|found| SecretString::from(found.value))
    }

    fn http(&mut self) -> Option<api::Config> {
        let address = self.required(&names::HTTP_ADDR, parse::listen);
        let key = self.optional(&names::API_KEY, parse::api_key);
        let origins = self.optional(&names::CORS_ORIGINS, parse::origins);
        let metrics = self.required(&names::ENABLE_METRICS, parse::truth);
        let metrics_address = self.optional(&names::METRICS_ADDR, parse::listen);
        let discord_key = self.optional(&names::DISCORD_PUBLIC_KEY, parse::public_key);
        let calls_per_minute = self.required(&names::API_CALLS_PER_MINUTE, parse::calls);
        let proxies = self.optional(&names::TRUSTED_PROXIES, parse::addresses);
        let (address, metrics_address) = (address?, metrics_address.flatten());
        if address.is_some() && address == metrics_address {
            let reason = "is the same as HTTP_ADDR: leave it out, or choose another port";
            self.refuse(&names::METRICS_ADDR, None, reason);
        }
        Some(api::Config {
            address,
            key,
            origins: origins.unwrap_or_default(),
            metrics: metrics?,
            metrics_address,
            calls_per_minute,
            proxies: proxies.unwrap_or_default(),
            discord_key,
        })
    }

    /// A URL, or its parts, or the program's own.
    fn database(&mut self, data_dir: PathBuf) -> Option<DatabaseSettings> {
        if let Some(found) = self.find(&names::DATABASE_URL) {
            // As the replaced Reporting API had it.
            if found.value.starts_with("sqlite") && found.value.contains(':') {
                let reason = "names an SQLite file, and the data is in Postgres here: leave it out to have one of \
                     the program's own, and run `majordome import reporting FILE` to take the messages over"
                    .to_owned();
                self.refuse(&names::DATABASE_URL, Some(found.source), reason);
                return None;
            }
            let url = SecretString::from(found.value);
            return match DatabaseSettings::from_url(&url) {
                Ok(settings) => {
                    // The password alone may surface in an error of the server's.
                    let password = url::Url::parse(url.expose_secret()).ok();
                    let password = password.and_then(|url| url.password().map(SecretString::from));
                    self.secrets.extend(password);
                    Some(settings)
                }
                Err(error) => {
                    let reason = error
                        .to_string()
                        .replace("the database URL can not be used:", "can not be used:");
                    self.refuse(&names::DATABASE_URL, Some(found.source), reason);
                    None
                }
            };
        }
        let password = self.find(&names::POSTGRES_PASSWORD);
        let host = self.find(&names::POSTGRES_HOST);
        let (host, password) = match (host, password) {
            (None, None) => return Some(DatabaseSettings::local(data_dir)),
            (Some(host), Some(password)) => (host, password),
            (Some(host), None) => {
                let reason = format!("is missing, though POSTGRES_HOST is set ({})", host.source);
                self.refuse(&names::POSTGRES_PASSWORD, None, reason);
                return None;
            }
            (None, Some(password)) => {
                let reason = format!(
                    "is missing, though POSTGRES_PASSWORD is set ({})",
                    password.source
                );
                self.refuse(&names::POSTGRES_HOST, None, reason);
                return None;
            }
        };
        let port = self.required(&names::POSTGRES_PORT, parse::port)?;
        let user = self.find(&names::POSTGRES_USER)?;
        let name = self.find(&names::POSTGRES_DB)?;
        Some(DatabaseSettings::from_parts(
            &host.value,
            port,
            &user.value,
            &SecretString::from(password.value),
            &name.value,
        ))
    }
}
