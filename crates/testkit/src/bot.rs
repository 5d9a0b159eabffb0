//! The bot under test, on a runtime of its own so that it can be killed.

use std::time::Duration;

use database::Database;
use discord_sim::Sim;
use feature::{DiscordSettings, Registry, settings::Defaults};
use host::Running;
use jobs::Clock;
use secrecy::SecretString;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

/// How the bot under test is set up.
#[derive(Clone, Debug)]
pub struct BotOptions {
    /// Registers the commands in one guild only.
    pub guild: Option<database::GuildId>,
    /// Whether it asks for presences.
    pub presences: bool,
    /// How long a stop may take.
    pub stop_within: Duration,
    /// The installation's defaults.
    pub defaults: Defaults,
    /// How long one call to Discord may take.
    pub deadline: Duration,
    /// How many calls it makes in a second.
    pub global_limit: u16,
    /// How many threads it runs on, beside those of its features.
    pub threads: usize,
    /// How it serves HTTP; not at all without an address. Port 0 takes a free one.
    pub http: api::Config,
    /// Whether it takes interactions over HTTP, signed by the story's Discord.
    pub signed_interactions: bool,
}

impl BotOptions {
    /// With the HTTP engine on a free port.
    #[must_use]
    pub fn with_http(self) -> Self {
        self.with_http_as(api::Config::default())
    }

    /// With the HTTP engine on a free port, set up like this.
    #[must_use]
    pub fn with_http_as(mut self, http: api::Config) -> Self {
        self.http = api::Config {
            address: Some(([127, 0, 0, 1], 0).into()),
            ..http
        };
        self
    }
}

impl Default for BotOptions {
    fn default() -> Self {
        Self {
            guild: None,
            presences: false,
            stop_within: Duration::from_secs(10),
            defaults: Defaults::default(),
            deadline: DiscordSettings::DEADLINE,
            global_limit: DiscordSettings::GLOBAL_LIMIT,
            // As the program itself.
            threads: 1,
            http: api::Config::default(),
            signed_interactions: false,
        }
    }
}

/// A bot at work.
pub(crate) struct Bot {
    runtime: Option<Runtime>,
    pub(crate) running: Option<Running>,
    server: Option<api::Server>,
    pub(crate) database: Database,
}

impl Bot {
    pub(crate) async fn start(
        sim: &Sim,
        registry: Registry,
        settings: database::Settings,
        clock: Clock,
        options: &BotOptions,
    ) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(options.threads)
            .thread_name("bot")
            .enable_all()
            .build()
            .expect("a test can start a runtime");
        let config = host::Config {
            discord: DiscordSettings {
                api_url: Some(sim.api_url()),
                token: SecretString::from(sim.bot_token()),
                deadline: options.deadline,
                global_limit: options.global_limit,
            },
            gateway_url: Some(sim.gateway_url()),
            guild: options.guild,
            presences: options.presences,
            stop_within: options.stop_within,
            defaults: options.defaults.clone(),
            version: "0.0.0-test",
        };
        let mut http = options.http.clone();
        if options.signed_interactions {
            http.discord_key = Some(bytes(&sim.public_key()));
        }
        let started = runtime.spawn(async move {
            let bound = api::bind(http)
                .await
                .unwrap_or_else(|error| panic!("the bot does not listen: {error}"));
            let catalogue = registry
                .build()
                .unwrap_or_else(|clashes| panic!("{clashes}"));
            let database = Database::open(&settings)
                .await
                .expect("the test database opens");
            let stopping = CancellationToken::new();
            let running = host::start(config, catalogue, database.clone(), clock, stopping)
                .await
                .unwrap_or_else(|error| panic!("the bot does not start: {error}"));
            let answering = std::sync::Arc::new(running.answering());
            let server = bound
                .serve(running.house().clone(), answering)
                .await
                .unwrap_or_else(|error| panic!("the bot does not serve HTTP: {error}"));
            (running, server, database)
        });
        let (running, server, database) = started.await.expect("the bot starts");
        Self {
            runtime: Some(runtime),
            running: Some(running),
            server: Some(server),
            database,
        }
    }

    pub(crate) fn running(&self) -> &Running {
        self.running
            .as_ref()
            .expect("a bot runs until it is stopped")
    }

    /// The HTTP engine.
    pub(crate) fn server(&self) -> &api::Server {
        self.server
            .as_ref()
            .expect("a bot serves until it is stopped")
    }

    /// Ends it well.
    pub(crate) async fn stop(mut self) {
        let (running, runtime) = (self.running.take(), self.runtime.take());
        let (database, server) = (self.database.clone(), self.server.take());
        if let (Some(running), Some(runtime)) = (running, &runtime) {
            let stopped = runtime.spawn(async move {
                if let Some(server) = server {
                    server.stop(Duration::from_secs(5)).await;
                }
                running.stop().await;
                database.close().await;
            });
            stopped.await.expect("the bot stops");
        }
        if let Some(runtime) = runtime {
            runtime.shutdown_background();
        }
    }
}

/// 32 bytes in hexadecimal digits.
fn bytes(text: &str) -> [u8; 32] {
    std::array::from_fn(|index| {
        let digits = &text[index * 2..index * 2 + 2];
        u8::from_str_radix(digits, 16).expect("the simulator writes its key in hexadecimal digits")
    })
}

impl Drop for Bot {
    fn drop(&mut self) {
        // Its tasks end at their next await, as after `kill -9`: nothing is flushed, nothing says goodbye.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
