//! What a configuration says about itself: layers, problems, and nothing of a secret.

use std::fs;

use database::Server;
use insta::assert_snapshot;

use super::*;

/// A folder with files, and an environment.
struct Place {
    folder: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

/// A token of the right form.
const TOKEN: &str = "MTk3MDM4NDM5NDgzMzEwMDg2.Gh3kQx.hunter2-hunter2-hunter2";

impl Place {
    fn new(environment: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self {
            folder: tempfile::tempdir().unwrap(),
            environment: environment.iter().map(owned).collect(),
        }
    }

    fn file(self, name: &str, content: &str) -> Self {
        fs::write(self.folder.path().join(name), content).unwrap();
        self
    }

    fn read(&self, token: Token) -> Result<Config, Problems> {
        let config = Config::read(self.folder.path(), self.environment.iter().cloned(), token);
        let shown = match &config {
            Ok(config) => format!("{config:?}{}", config.table()),
            Err(problems) => format!("{problems:?}{problems}"),
        };
        assert!(!shown.contains("hunter2"), "a secret is shown: {shown}");
        config
    }

    fn config(&self) -> Config {
        self.read(Token::Needed)
            .unwrap_or_else(|problems| panic!("{problems}"))
    }

    fn problems(&self) -> String {
        match self.read(Token::Needed) {
            Ok(config) => panic!("nothing is wrong: {config:?}"),
            Err(problems) => problems.to_string(),
        }
    }
}

#[test]
fn a_token_is_all_it_takes() {
    let config = Place::new(&[("BOT_TOKEN", TOKEN)]).config();
    assert_eq!(config.bot_token.as_ref().unwrap().expose_secret(), TOKEN);
    assert!(
        matches!(&config.database.server, Server::Local { data_dir } if data_dir == Path::new("data"))
    );
    assert_snapshot!(config.table(), @r#"
    BOT_TOKEN                 (set)                                                   environment
    DATABASE_MAX_CONNECTIONS  8                                                       default
    DATA_DIR                  data                                                    default
    ARCHIVE_EVERYTHING        false                                                   default
    ARCHIVE_EXPORTS_MB        4096                                                    default
    ATTACHMENTS_MB            10000                                                   default
    ATTACHMENT_LARGEST_MB     25                                                      default
    ATTACHMENT_TYPES          image/*, audio/*, video/*, text/plain, application/pdf  default
    ENABLE_PRESENCES          false                                                   default
    DEFAULT_LOCALE            en                                                      default
    DEFAULT_TIME_ZONE         UTC                                                     default
    HTTP_ADDR                 127.0.0.1:8080                                          default
    API_CALLS_PER_MINUTE      120                                                     default
    ENABLE_METRICS            false                                                   default
    LOG_LEVEL                 info                                                    default
    LOG_FORMAT                text                                                    default
    SHUTDOWN_TIMEOUT          10                                                      default
    DISCORD_GLOBAL_LIMIT      50                                                      default
    "#);
}

#[test]
fn http_is_served_as_the_operator_says() {
    let key = "hunter2-Pz0u7rE4wkq9VtYx2mLb";
    let public = "0a".repeat(32);
    let config = Place::new(&[
        ("BOT_TOKEN", TOKEN),
        ("HTTP_ADDR", "0.0.0.0:5000"),
        ("API_KEY", key),
        ("CORS_ORIGINS", "https://a.example, http://localhost:3000"),
        ("ENABLE_METRICS", "true"),
        ("METRICS_ADDR", "127.0.0.1:9090"),
        ("API_CALLS_PER_MINUTE", "600"),
        ("TRUSTED_PROXIES", "127.0.0.1, ::1"),
        ("DISCORD_PUBLIC_KEY", &public),
    ])
    .config();
    let http = config.http;
    assert_eq!(http.address.unwrap().to_string(), "0.0.0.0:5000");
    assert_eq!(http.key.unwrap().expose_secret(), key);
    assert_eq!(http.origins, ["https://a.example", "http://localhost:3000"]);
    assert!(http.metrics && http.metrics_address.is_some());
    assert_eq!(http.discord_key, Some([10; 32]));
    assert_eq!(http.calls_per_minute.unwrap().get(), 600);
    assert_eq!(http.proxies.len(), 2);
    let off = Place::new(&[("BOT_TOKEN", TOKEN), ("HTTP_ADDR", "off")]).config();
    assert_eq!(off.http.address, None);
    let usual = Place::new(&[("BOT_TOKEN", TOKEN), ("HTTP_ADDR", "")]).config();
    assert_eq!(usual.http.address.unwrap().to_string(), "127.0.0.1:8080");
}

#[test]
fn what_is_wrong_about_http_is_said_at_once_and_without_the_key() {
    for (key, wrong) in [
        ("hunter2-short", "has 13 characters"),
        ("hunter2-change-me-0123456789-abcdef", "known default"),
        ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "known default"),
    ] {
        let problems = Place::new(&[("BOT_TOKEN", TOKEN), ("API_KEY", key)]).problems();
        assert!(problems.contains(wrong), "{problems}");
    }
    let problems = Place::new(&[
        ("BOT_TOKEN", TOKEN),
        ("HTTP_ADDR", "nowhere"),
        ("CORS_ORIGINS", "*"),
        ("ENABLE_METRICS", "perhaps"),
        ("METRICS_ADDR", "9090"),
        ("DISCORD_PUBLIC_KEY", "0a0b"),
        ("API_CALLS_PER_MINUTE", "0"),
        ("TRUSTED_PROXIES", "10.0.0.0/8"),
    ])
    .problems();
    for name in [
        "HTTP_ADDR",
        "CORS_ORIGINS",
        "ENABLE_METRICS",
        "METRICS_ADDR",
        "DISCORD_PUBLIC_KEY",
        "API_CALLS_PER_MINUTE",
        "TRUSTED_PROXIES",
    ] {
        assert!(problems.contains(name), "{name} is not named: {problems}");
    }
    let file = Place::new(&[("BOT_TOKEN", TOKEN), ("API_KEY_FILE", "key")])
        .file("key", "hunter2-Pz0u7rE4wkq9VtYx2mLb\n");
    assert!(file.config().http.key.is_some());
}

#[test]
fn without_a_token_only_what_needs_one_is_refused() {
    let place = Place::new(&[]);
    assert!(place.read(Token::NotNeeded).is_ok());
    assert_snapshot!(place.problems(), @r#"
    The configuration has a problem:

      BOT_TOKEN is missing: it is what the bot logs in to Discord with
          for example: BOT_TOKEN=the token that "Reset Token" shows on the bot's page of the developer portal
    "#);
}

#[test]
fn later_layers_win_and_empty_values_do_not_count() {
    let place = Place::new(&[("BOT_TOKEN", TOKEN), ("LOG_LEVEL", "warn"), ("DEFAULT_LOCALE", ""), ("PATH", "/bin")])
        .file("majordome.toml", "log_level = \"error\"\ndefault_locale = \"fr\"\nshutdown_timeout = 20\nenable_presences = true\n")
        .file(".env", "LOG_LEVEL=debug\nSHUTDOWN_TIMEOUT='30'\n# a comment\nCOMPOSE_PROJECT_NAME=other\n");
    let config = place.config();
    assert_eq!(
        (config.log_level.as_str(), config.default_locale),
        ("warn", Lang::Fr)
    );
    assert_eq!(
        (config.shutdown_timeout, config.enable_presences),
        (Duration::from_secs(30), true)
    );
    let sources: Vec<String> = config
        .shown
        .iter()
        .filter(|shown| shown.source != "default")
        .map(|shown| format!("{} {}", shown.name, shown.source))
        .collect();
    assert_snapshot!(sources.join("\n"), @r#"
    BOT_TOKEN environment
    ENABLE_PRESENCES majordome.toml
    DEFAULT_LOCALE majordome.toml
    LOG_LEVEL environment
    SHUTDOWN_TIMEOUT .env
    "#);
    assert!(
        std::env::var_os("SHUTDOWN_TIMEOUT").is_none(),
        "the process environment was changed"
    );
}

#[test]
fn all_problems_come_at_once() {
    let place = Place::new(&[
        ("BOT_TOKEN", "hunter2"),
        (
            "DATABASE_URL",
            "postgres://majordome:hunter2@db:port/majordome",
        ),
        ("DATABASE_MAX_CONNECTIONS", "1"),
        ("GUILD_ID", "my guild"),
        ("ENABLE_PRESENCES", "maybe"),
        ("DEFAULT_LOCALE", "de"),
        ("DEFAULT_TIME_ZONE", "paris"),
        ("LOG_LEVEL", "loud=="),
        ("LOG_FORMAT", "xml"),
        ("SHUTDOWN_TIMEOUT", "0"),
        ("DISCORD_GATEWAY_URL", "http://127.0.0.1"),
    ])
    .file(
        "majordome.toml",
        "log_levle = \"info\"\ncolour = 1\ndata_dir = [1]\n",
    );
    assert_snapshot!(place.problems(), @r#"
    The configuration has 14 problems:

      `colour` in majordome.toml is no setting

      `data_dir` in majordome.toml must be a text, a number, true or false

      `log_levle` in majordome.toml is no setting; did you mean `log_level`?

      DISCORD_GATEWAY_URL (environment) is `http://127.0.0.1`, but must be wss://host:port or ws://host:port
          for example: DISCORD_GATEWAY_URL=ws://127.0.0.1:8100

      BOT_TOKEN (environment) is no bot token: that is three words of letters and digits with dots between
          for example: BOT_TOKEN=the token that "Reset Token" shows on the bot's page of the developer portal

      DATABASE_URL (environment) can not be used: invalid port number
          for example: DATABASE_URL=postgres://majordome:password@localhost:5432/majordome

      DATABASE_MAX_CONNECTIONS (environment) is `1`, but must be 3 to 200
          for example: DATABASE_MAX_CONNECTIONS=16

      GUILD_ID (environment) is `my guild`, but must be a guild's id: switch on developer mode in Discord, then "Copy Server ID"
          for example: GUILD_ID=197038439483310086

      ENABLE_PRESENCES (environment) is `maybe`, but must be true or false
          for example: ENABLE_PRESENCES=true

      DEFAULT_LOCALE (environment) is `de`, but must be en or fr
          for example: DEFAULT_LOCALE=fr

      DEFAULT_TIME_ZONE (environment) is `paris`, which is no IANA time zone; did you mean Europe/Paris?
          for example: DEFAULT_TIME_ZONE=Europe/Paris

      LOG_LEVEL (environment) is `loud==`, but must be error, warn, info, debug or trace
          for example: LOG_LEVEL=debug

      LOG_FORMAT (environment) is `xml`, but must be text or json
          for example: LOG_FORMAT=json

      SHUTDOWN_TIMEOUT (environment) is `0`, but must be 1 to 300 seconds
          for example: SHUTDOWN_TIMEOUT=10
    "#);
}

#[test]
fn an_sqlite_file_is_refused_with_the_way_out() {
    for url in [
        "sqlite:///./reporting.db",
        "sqlite:reporting.db",
        "sqlite+aiosqlite:////data/reporting.db",
    ] {
        let place = Place::new(&[("BOT_TOKEN", TOKEN), ("DATABASE_URL", url)]);
        let told = place.problems();
        assert!(told.contains("majordome import reporting FILE"), "{told}");
        assert!(!told.contains("reporting.db"), "{told}");
    }
}

#[test]
fn a_broken_file_is_told_without_its_content() {
    let toml = Place::new(&[("BOT_TOKEN", TOKEN)]).file("majordome.toml", "bot_token = hunter2\n");
    assert_snapshot!(toml.problems(), @r#"
    The configuration has a problem:

      majordome.toml can not be read: TOML parse error at line 1, column 13: invalid string: expected `"`, `'`
    "#);
    let dotenv = Place::new(&[("BOT_TOKEN", TOKEN)])
        .file(".env", "GUILD_ID=1\nDATABASE_URL=hunter2 hunter2\n");
    assert_snapshot!(dotenv.problems(), @r#"
    The configuration has a problem:

      .env can not be read: line 2 is no NAME=value; put values with spaces or # in 'quotes'
    "#);
    let dotenv = Place::new(&[("BOT_TOKEN", TOKEN)]).file(".env", "hunter2\n");
    assert_snapshot!(dotenv.problems(), @r#"
    The configuration has a problem:

      .env can not be read: line 1 is no NAME=value; put values with spaces or # in 'quotes'
    "#);
    let typo = Place::new(&[]).file(".env", &format!("BOT_TOKN={TOKEN}\n"));
    assert_snapshot!(typo.problems(), @r#"
    The configuration has 2 problems:

      BOT_TOKN in .env is no setting; did you mean BOT_TOKEN?

      BOT_TOKEN is missing: it is what the bot logs in to Discord with
          for example: BOT_TOKEN=the token that "Reset Token" shows on the bot's page of the developer portal
    "#);
}

#[test]
fn aliases_mean_the_same_and_must_agree() {
    assert!(
        Place::new(&[("DISCORD_TOKEN", TOKEN)])
            .config()
            .bot_token
            .is_some()
    );
    let same = [
        ("DISCORD_TOKEN", TOKEN),
        ("BOT_TOKEN", TOKEN),
        ("DISCORD_BOT_TOKEN", TOKEN),
    ];
    assert!(Place::new(&same).config().bot_token.is_some());
    let other = TOKEN.replace("Gh3kQx", "Gh3kQy");
    let differing = Place::new(&[("DISCORD_TOKEN", TOKEN), ("BOT_TOKEN", &other)]);
    assert_snapshot!(differing.problems(), @r#"
    The configuration has a problem:

      BOT_TOKEN and DISCORD_TOKEN are both set and differ: keep one
    "#);
}

#[test]
fn a_secret_may_be_in_a_file() {
    let place = Place::new(&[
        ("BOT_TOKEN_FILE", "token.txt"),
        ("DATABASE_URL_FILE", "url.txt"),
    ])
    .file("token.txt", &format!("{TOKEN}\n"))
    .file("url.txt", "postgres://majordome:hunter2@db:5433/rooms");
    let config = place.config();
    assert_eq!(config.bot_token.as_ref().unwrap().expose_secret(), TOKEN);
    assert!(format!("{:?}", config.database).contains("db:5433/rooms"));
    let words: Vec<&str> = config
        .secrets
        .iter()
        .map(ExposeSecret::expose_secret)
        .collect();
    assert!(
        words.contains(&TOKEN) && words.contains(&"hunter2"),
        "the log would not know what to hide"
    );

    let missing = Place::new(&[("BOT_TOKEN_FILE", "nowhere.txt")]);
    assert_snapshot!(missing.problems(), @r#"
    The configuration has 2 problems:

      BOT_TOKEN_FILE (environment) names a file that can not be read: nowhere.txt: No such file or directory (os error 2)

      BOT_TOKEN is missing: it is what the bot logs in to Discord with
          for example: BOT_TOKEN=the token that "Reset Token" shows on the bot's page of the developer portal
    "#);
    let differing = Place::new(&[("BOT_TOKEN_FILE", "token.txt"), ("BOT_TOKEN", TOKEN)])
        .file("token.txt", "a.b.c");
    assert_snapshot!(differing.problems(), @r#"
    The configuration has a problem:

      BOT_TOKEN and BOT_TOKEN_FILE are both set and differ: keep one
    "#);
}

#[test]
fn the_database_may_be_given_in_parts() {
    let place = Place::new(&[
        ("BOT_TOKEN", TOKEN),
        ("POSTGRES_HOST", "db"),
        ("POSTGRES_PASSWORD", "hunter2"),
        ("POSTGRES_USER", "me"),
    ]);
    assert!(format!("{:?}", place.config().database).contains("db:5432/majordome"));
    let half = Place::new(&[("BOT_TOKEN", TOKEN), ("POSTGRES_HOST", "db")]);
    assert_snapshot!(half.problems(), @r#"
    The configuration has a problem:

      POSTGRES_PASSWORD is missing, though POSTGRES_HOST is set (environment)
          for example: POSTGRES_PASSWORD=a long random word
    "#);
}

#[test]
fn a_stand_in_for_discord_may_have_tokens_of_its_own() {
    let place = Place::new(&[
        ("BOT_TOKEN", "sim"),
        ("DISCORD_API_URL", "http://127.0.0.1:8100/"),
        ("DISCORD_GATEWAY_URL", "ws://127.0.0.1:8100"),
    ]);
    assert_eq!(
        place.config().discord_api_url.as_deref(),
        Some("http://127.0.0.1:8100")
    );
}

#[test]
fn every_example_in_the_list_of_settings_is_right() {
    for name in names::ALL {
        if !matches!(
            name.name,
            "BOT_TOKEN" | "POSTGRES_HOST" | "POSTGRES_PASSWORD"
        ) {
            Place::new(&[("BOT_TOKEN", TOKEN), (name.name, name.example)]).config();
        }
    }
}

#[test]
fn the_example_file_names_every_setting_and_its_default() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.env.example"))
        .unwrap();
    for setting in names::ALL {
        let line = text.lines().find_map(|line| {
            let line = line.trim_start_matches('#');
            line.strip_prefix(setting.name)?.strip_prefix('=')
        });
        let value = line.unwrap_or_else(|| panic!("{} is not in .env.example", setting.name));
        if !setting.default.is_empty() {
            assert_eq!(value, setting.default, "{}", setting.name);
        }
    }
    // As it stands, it is a file that can be read.
    Place::new(&[("BOT_TOKEN", TOKEN)])
        .file(".env", &text)
        .config();
}
