//! From a configuration to a bot that is connected.

use std::{sync::Arc, time::Duration};

use database::{ApplicationId, Database, GuildId, UserId};
use feature::{
    Background, Catalogue, Discord, DiscordSettings, Explain as _, House, Me, Pulse, Refusal,
    Repairs, Settings, settings::Defaults,
};
use jobs::{Clock, JobContext, JobError, Jobs, Worker};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use twilight_cache_inmemory::DefaultInMemoryCache;
use twilight_gateway::ShardId;
use twilight_http::request::{Method, RequestBuilder};
use twilight_model::{gateway::connection_info::BotConnectionInfo, oauth::ApplicationFlags};

use crate::{
    busy::Busy,
    engine::Engine,
    gateway::{IdentifyQueue, Saver, ShardPlan},
    intents,
    running::Running,
    switched_off,
    threads::Threads,
};

/// What the host needs to know.
#[derive(Clone, Debug)]
pub struct Config {
    /// How Discord's REST API is reached.
    pub discord: DiscordSettings,
    /// `ws(s)://host[:port]` instead of Discord's own gateway.
    pub gateway_url: Option<String>,
    /// Registers the commands in this guild only, where they appear at once.
    pub guild: Option<GuildId>,
    /// Whether to ask for presences, a privileged and busy intent.
    pub presences: bool,
    /// How long a stop may take.
    pub stop_within: Duration,
    /// What the installation says for guilds that set nothing.
    pub defaults: Defaults,
    /// The program's version, for `/info`.
    pub version: &'static str,
}

/// Why the host did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Discord does not accept the token.
    #[error(
        "Discord does not accept the bot's token: set BOT_TOKEN to the token from the bot's page of the developer portal"
    )]
    Token,
    /// The address of Discord is no address.
    #[error("the address of Discord's API can not be used")]
    Address(#[source] anyhow::Error),
    /// Discord refuses for another reason.
    #[error("Discord refuses to start a session")]
    Discord(#[source] Refusal),
    /// The day's identifies or the saved sessions can not be read.
    #[error("the database failed while the gateway was being prepared")]
    Database(#[from] sqlx::Error),
    /// The system gives no threads.
    #[error("there are no threads for the features")]
    Threads(#[source] std::io::Error),
    /// The job worker can not be built.
    #[error("the job worker can not be built")]
    Jobs(#[from] jobs::BuildError),
    /// The program was told to stop before it had started.
    #[error("stopped before the start was complete")]
    Stopped,
}

/// The part of the application that is of interest; Discord adds fields at will.
#[derive(Debug, Deserialize)]
struct Application {
    id: ApplicationId,
    #[serde(default)]
    flags: u64,
    /// Older applications have a bot with an id of its own.
    bot: Option<Bot>,
}

#[derive(Debug, Deserialize)]
struct Bot {
    id: UserId,
}

/// Starts everything and returns once the shards are on their way; a running Tokio runtime and an installed rustls
/// provider are needed.
///
/// # Errors
///
/// See [`StartError`].
pub async fn start(
    config: Config,
    catalogue: Catalogue,
    database: Database,
    clock: Clock,
    stopping: CancellationToken,
) -> Result<Running, StartError> {
    let discord = Discord::new(&config.discord, clock.clone()).map_err(StartError::Address)?;
    let (application, info) = tokio::select! {
        found = introduce(&discord) => found?,
        () = stopping.cancelled() => return Err(StartError::Stopped),
    };
    let catalogue = Arc::new(catalogue);
    let wanted = intents::wanted(
        &catalogue,
        ApplicationFlags::from_bits_truncate(application.flags),
        config.presences,
    );
    if !wanted.missing.is_empty() {
        tracing::warn!(
            intents = ?wanted.missing,
            "intents are switched off: some features see less. Enable them on the bot's page of the developer portal"
        );
    }
    let busy = Busy::default();
    let threads = Threads::new(catalogue.features(), Handle::current());
    let threads = Arc::new(threads.map_err(StartError::Threads)?);
    let (repairs, asked) = Repairs::channel();
    let house = House {
        background: background(&busy, &threads),
        intents: wanted.intents,
        missing_intents: wanted.missing,
        me: Me::new(
            application
                .bot
                .map_or_else(|| UserId::from(application.id.id().cast()), |bot| bot.id),
            application.id,
        ),
        cache: Arc::new(
            DefaultInMemoryCache::builder()
                .resource_types(catalogue.resources())
                .build(),
        ),
        settings: Settings::new(database.clone(), clock.clone(), config.defaults),
        pulse: Pulse::new(clock.now(), config.version, wanted.missing),
        jobs: Jobs::new(clock.clone()),
        repairs,
        catalogue,
        clock: clock.clone(),
        database: database.clone(),
        discord,
    };
    let worker = worker(&house, &threads)?;
    let shards = info.shards.max(1);
    let saver = Saver::new(application.id, database.clone(), clock.clone(), shards);
    let queue = IdentifyQueue::new(application.id, &info, database, clock);
    let engine = Engine::new(application.id, house, busy, threads, stopping);
    let mut plans = Vec::new();
    for number in 0..shards {
        let plan = ShardPlan {
            id: ShardId::new(number, shards),
            token: config.discord.token.expose_secret().to_owned(),
            intents: wanted.intents,
            flags: wanted.flags,
            gateway_url: config.gateway_url.clone(),
            queue: queue.clone(),
        };
        plans.push((plan, saver.load(number).await?));
    }
    Ok(Running::begin(
        engine,
        saver,
        worker,
        asked,
        plans,
        config.guild,
        config.stop_within,
    ))
}

/// Who we are and how to connect. Waits as long as Discord is away.
async fn introduce(discord: &Discord) -> Result<(Application, BotConnectionInfo), StartError> {
    let mut pause = Duration::from_secs(1);
    loop {
        let application = RequestBuilder::raw(Method::Get, "applications/@me".to_owned()).build();
        let application = async {
            discord
                .raw::<Application>(application.map_err(Refusal::Unsendable)?)
                .await
        };
        let info = async { discord.one(discord.http().gateway().authed()).await };
        match tokio::try_join!(application, info) {
            Ok(found) => return Ok(found),
            Err(Refusal::Unauthorized) => return Err(StartError::Token),
            Err(refusal) if refusal.class() == jobs::Class::Permanent => {
                return Err(StartError::Discord(refusal));
            }
            Err(refusal) => {
                tracing::warn!(
                    error = feature::chain(&refusal),
                    ?pause,
                    "Discord can not be reached: trying again"
                );
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_mins(1));
            }
        }
    }
}

/// Runs what handlers start and do not wait for: on their feature's threads, as work of the program's.
fn background(busy: &Busy, threads: &Arc<Threads>) -> Background {
    let (busy, threads) = (busy.clone(), Arc::clone(threads));
    Background::new(move |feature, work| {
        let working = busy.begin();
        let work = threads.spawn(
            feature,
            Box::pin(async move {
                work.await;
                drop(working);
            }),
        );
        // It goes on by itself; the count of what is in work is all that remembers it.
        drop(work.detach());
    })
}

/// The worker that runs the jobs of all features.
fn worker(house: &House, threads: &Arc<Threads>) -> Result<Worker, StartError> {
    let mut builder = Worker::builder(house.database.clone(), house.clock.clone());
    for entry in house.catalogue.jobs() {
        let (run, house) = (entry.run.clone(), house.clone());
        let (threads, feature, name) = (Arc::clone(threads), entry.feature, entry.name);
        let handler: jobs::Handler = Arc::new(move |payload, job: JobContext| {
            let (house, run, threads) = (house.clone(), Arc::clone(&run), Arc::clone(&threads));
            Box::pin(async move {
                if switched_off::postpones(&house, feature, name, &payload, &job).await? {
                    return Ok(());
                }
                let work = threads.spawn(feature, run(house, payload));
                match work.await {
                    Ok(done) => {
                        done.map_err(|failure| JobError::new(failure.class(), failure.chain()))
                    }
                    // The worker knows what to do about a panic.
                    Err(error) => match error.try_into_panic() {
                        Ok(panic) => std::panic::resume_unwind(panic),
                        Err(error) => Err(JobError::transient(error.to_string())),
                    },
                }
            })
        });
        builder = builder.handler(entry.name, entry.options, handler);
    }
    for entry in house.catalogue.schedules() {
        builder = builder.schedule(entry.job, entry.schedule.clone(), entry.payload.clone());
    }
    Ok(builder.build()?)
}
