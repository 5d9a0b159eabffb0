//! The one list of settings: what they are called, what they are for, what an example looks like.

/// A setting as the operator sees it.
#[derive(Debug)]
pub(crate) struct Setting {
    /// As an environment variable; in `majordome.toml` the same in small letters.
    pub(crate) name: &'static str,
    /// Other names that mean the same, for those who come from other bots.
    pub(crate) aliases: &'static [&'static str],
    /// A secret is never shown, and may be in a file that `NAME_FILE` names.
    pub(crate) secret: bool,
    /// What it is when nobody says anything; empty when it is then off.
    pub(crate) default: &'static str,
    /// A value that works.
    pub(crate) example: &'static str,
}

macro_rules! names {
    ($($constant:ident = $name:literal $([$($alias:literal),+])? $(($secret:ident))? default $default:literal, example $example:literal, $about:literal;)+) => {
        $(
            #[doc = $about]
            pub(crate) const $constant: Setting = Setting {
                name: $name,
                aliases: &[$($($alias),+)?],
                secret: names!(@secret $($secret)?),
                default: $default,
                example: $example,
            };
        )+

        /// Every setting, in the order in which people read about them.
        pub(crate) const ALL: &[&Setting] = &[$(&$constant),+];
    };
    (@secret) => { false };
    (@secret secret) => { true };
}

names! {
    BOT_TOKEN = "BOT_TOKEN" ["DISCORD_TOKEN", "DISCORD_BOT_TOKEN"] (secret)
        default "", example "the token that \"Reset Token\" shows on the bot's page of the developer portal",
        "What the bot logs in to Discord with";
    DATABASE_URL = "DATABASE_URL" (secret)
        default "", example "postgres://majordome:password@localhost:5432/majordome",
        "The database; without it, and without POSTGRES_*, the program runs a Postgres of its own";
    POSTGRES_USER = "POSTGRES_USER"
        default "majordome", example "majordome",
        "The database's user, where no URL is given";
    POSTGRES_PASSWORD = "POSTGRES_PASSWORD" (secret)
        default "", example "a long random word",
        "The database's password, where no URL is given";
    POSTGRES_DB = "POSTGRES_DB"
        default "majordome", example "majordome",
        "The database's name, where no URL is given";
    POSTGRES_HOST = "POSTGRES_HOST"
        default "", example "db.example.org",
        "The database's host, where no URL is given";
    POSTGRES_PORT = "POSTGRES_PORT"
        default "5432", example "5432",
        "The database's port, where no URL is given";
    DATABASE_MAX_CONNECTIONS = "DATABASE_MAX_CONNECTIONS"
        default "8", example "16",
        "Most connections to the database held at once";
    DATA_DIR = "DATA_DIR"
        default "data", example "/var/lib/majordome",
        "Where the program keeps its files, its own Postgres among them";
    GUILD_ID = "GUILD_ID" ["DISCORD_GUILD_ID"]
        default "", example "197038439483310086",
        "Registers the commands in this guild only, where they appear at once";
    DISCORD_CHANNEL_IDS = "DISCORD_CHANNEL_IDS"
        default "", example "197038439483310087, 197038439483310088",
        "Channels whose messages are kept without anybody turning the archive on there, separated by commas";
    ARCHIVE_EVERYTHING = "ARCHIVE_EVERYTHING"
        default "false", example "true",
        "Keeps the messages of all channels of all guilds without anybody turning the archive on";
    ARCHIVE_EXPORTS_MB = "ARCHIVE_EXPORTS_MB"
        default "4096", example "20000",
        "How many megabytes all exports of the archive together may take on the disk; each is there for a day";
    ATTACHMENTS_MB = "ATTACHMENTS_MB"
        default "10000", example "50000",
        "How many megabytes all attached files together may take, where a guild wants its files kept";
    ATTACHMENT_LARGEST_MB = "ATTACHMENT_LARGEST_MB"
        default "25", example "100",
        "How many megabytes an attached file may have to be kept";
    ATTACHMENT_TYPES = "ATTACHMENT_TYPES"
        default "image/*, audio/*, video/*, text/plain, application/pdf", example "image/*, .csv",
        "Which attached files are kept: media types, or how names end; * is all of them";
    ENABLE_PRESENCES = "ENABLE_PRESENCES"
        default "false", example "true",
        "Asks Discord for presences, a privileged intent, where a feature makes use of them";
    DEFAULT_LOCALE = "DEFAULT_LOCALE"
        default "en", example "fr",
        "The language of guilds that have chosen none: en or fr";
    DEFAULT_TIME_ZONE = "DEFAULT_TIME_ZONE"
        default "UTC", example "Europe/Paris",
        "The IANA time zone of guilds that have chosen none";
    HTTP_ADDR = "HTTP_ADDR"
        default "127.0.0.1:8080", example "0.0.0.0:8080",
        "Where HTTP is served; `off` for not at all";
    PUBLIC_URL = "PUBLIC_URL"
        default "", example "https://bot.example.org",
        "Where HTTP is reached from outside, through a proxy: shown before the addresses of calendars and exports";
    API_KEY = "API_KEY" (secret)
        default "", example "Y0uRs-dRawn-w1th-openssl-rand-base64-33",
        "A key for the API that covers every guild and may do everything";
    CORS_ORIGINS = "CORS_ORIGINS"
        default "", example "https://example.org, https://dash.example.org",
        "Origins whose pages may call the API from a browser, separated by commas";
    API_CALLS_PER_MINUTE = "API_CALLS_PER_MINUTE"
        default "120", example "600",
        "How often a key may call the API in a minute, half of it at once";
    TRUSTED_PROXIES = "TRUSTED_PROXIES"
        default "", example "127.0.0.1, 10.0.0.2",
        "Proxies that are believed when X-Forwarded-For says whom they call for, separated by commas";
    ENABLE_METRICS = "ENABLE_METRICS"
        default "false", example "true",
        "Serves /metrics for Prometheus where HTTP is served";
    METRICS_ADDR = "METRICS_ADDR"
        default "", example "127.0.0.1:9090",
        "Serves /metrics here besides, alone";
    DISCORD_PUBLIC_KEY = "DISCORD_PUBLIC_KEY"
        default "", example "a3f1c2d4e5b60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90",
        "Takes interactions over HTTP at /interactions, signed with this key";
    LOG_LEVEL = "LOG_LEVEL"
        default "info", example "debug",
        "How much is logged: error, warn, info, debug or trace, also by part as in info,host=debug";
    LOG_FORMAT = "LOG_FORMAT"
        default "text", example "json",
        "How it is logged: text for people, json for machines";
    SHUTDOWN_TIMEOUT = "SHUTDOWN_TIMEOUT"
        default "10", example "10",
        "Seconds that a stop may take";
    DISCORD_API_URL = "DISCORD_API_URL"
        default "", example "http://127.0.0.1:8100",
        "Discord's REST API, where it is not Discord's own: a proxy or the simulator";
    DISCORD_GATEWAY_URL = "DISCORD_GATEWAY_URL"
        default "", example "ws://127.0.0.1:8100",
        "Discord's gateway, where it is not Discord's own";
    DISCORD_GLOBAL_LIMIT = "DISCORD_GLOBAL_LIMIT"
        default "50", example "50",
        "Calls to Discord in a second; more only for a large bot that was given more";
}

impl Setting {
    /// All that a layer may call it, with the names of files where it is a secret.
    pub(crate) fn spellings(&self) -> impl Iterator<Item = (String, bool)> {
        let names = std::iter::once(self.name).chain(self.aliases.iter().copied());
        let secret = self.secret;
        names.flat_map(move |name| {
            let file = secret.then(|| (format!("{name}_FILE"), true));
            std::iter::once((name.to_owned(), false)).chain(file)
        })
    }
}

/// Every spelling of every setting.
pub(crate) fn spellings() -> impl Iterator<Item = String> {
    ALL.iter()
        .flat_map(|name| name.spellings().map(|(spelling, _)| spelling))
}

/// The known spelling that `unknown` is most like, if it is like one at all.
pub(crate) fn nearest(unknown: &str) -> Option<String> {
    let unknown = unknown.to_ascii_uppercase();
    spellings()
        .map(|known| (strsim::damerau_levenshtein(&unknown, &known), known))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, known)| *distance <= known.len().div_ceil(4))
        .map(|(_, known)| known)
}
