//! A second worker on the same database, as a second instance of the program has one: it has no gateway, and can be
//! killed.

use std::sync::Arc;

use database::Database;
use feature::{Background, Discord, DiscordSettings, House, Pulse, Repairs, Settings};
use jobs::{JobContext, JobError, Jobs, Worker};
use secrecy::SecretString;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use twilight_cache_inmemory::DefaultInMemoryCache;

use crate::Story;

/// Runs jobs beside the bot until it is dropped, which ends it between two instructions.
#[derive(Debug)]
pub struct Hand {
    runtime: Option<Runtime>,
}

impl Story {
    /// Another worker, with connections, limits and caches of its own.
    ///
    /// # Panics
    ///
    /// Panics when it can not start.
    pub async fn hand(&self) -> Hand {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("hand")
            .enable_all()
            .build()
            .expect("a test can start a runtime");
        let (bot, settings, clock) = (self.house().clone(), self.over_line(), self.clock());
        let options = self.options().clone();
        let (api_url, token) = (self.sim.api_url(), self.sim.bot_token());
        let started = runtime.spawn(async move {
            let database = Database::open(&settings)
                .await
                .expect("the test database opens");
            let discord = DiscordSettings {
                api_url: Some(api_url),
                token: SecretString::from(token),
                deadline: options.deadline,
                global_limit: options.global_limit,
            };
            let (repairs, _) = Repairs::channel();
            let house = House {
                background: Background::new(|_, work| drop(tokio::spawn(work))),
                cache: Arc::new(DefaultInMemoryCache::builder().build()),
                clock: clock.clone(),
                database: database.clone(),
                discord: Discord::new(&discord, clock.clone())
                    .expect("the simulator has an address"),
                jobs: Jobs::new(clock.clone()),
                repairs,
                pulse: Pulse::new(clock.now(), "0.0.0-test", bot.missing_intents),
                settings: Settings::new(database.clone(), clock.clone(), options.defaults),
                ..bot
            };
            let mut builder = Worker::builder(database, clock);
            for entry in house.catalogue.jobs() {
                let (run, house) = (Arc::clone(&entry.run), house.clone());
                let handler: jobs::Handler = Arc::new(move |payload, _: JobContext| {
                    let work = run(house.clone(), payload);
                    Box::pin(async move {
                        work.await
                            .map_err(|failure| JobError::new(failure.class(), failure.chain()))
                    })
                });
                builder = builder.handler(entry.name, entry.options, handler);
            }
            let worker = builder.build().expect("the bot has the same jobs");
            tokio::spawn(async move { worker.run(CancellationToken::new()).await });
        });
        started.await.expect("the worker starts");
        Hand {
            runtime: Some(runtime),
        }
    }
}

impl Drop for Hand {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
