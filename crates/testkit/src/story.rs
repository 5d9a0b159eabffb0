//! A story: people, a bot, and what must be true at the end.

use std::{sync::Once, time::Duration};

use database::test_support::TestDatabase;
use discord_sim::{Answer, Asked, Sim, SimOptions};
use feature::{House, Registry};
use jiff::SignedDuration;
use jobs::{Clock, ManualClock};

use crate::{
    bot::{Bot, BotOptions},
    openapi,
    proxy::Proxy,
};

/// How long anything may take before a story is given up, in real time.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long work that goes on may take.
const LONGEST: Duration = Duration::from_mins(20);

/// Where people and a bot meet.
#[expect(
    missing_debug_implementations,
    reason = "a failing story prints its transcript"
)]
pub struct Story {
    /// Discord.
    pub sim: Sim,
    /// Whether requests that Discord refused are part of the story.
    pub allows_refusals: bool,
    bot: Option<Bot>,
    clock: Clock,
    hand: ManualClock,
    database: TestDatabase,
    line: Proxy,
    features: fn() -> Registry,
    options: BotOptions,
}

/// Tells a story with these features.
///
/// # Panics
///
/// Panics when the story does, and when something is left at its end: unread output, overdue jobs, requests that
/// Discord refused or does not know.
pub async fn story(features: fn() -> Registry, tell: impl AsyncFnOnce(&mut Story)) {
    story_with(features, SimOptions::default(), BotOptions::default(), tell).await;
}

/// As [`story`], with other options.
///
/// # Panics
///
/// As [`story`].
pub async fn story_with(
    features: fn() -> Registry,
    sim: SimOptions,
    options: BotOptions,
    tell: impl AsyncFnOnce(&mut Story),
) {
    prepare();
    let mut story = Story::begin(features, sim, options).await;
    tell(&mut story).await;
    story.end().await;
}

/// What a test process needs once: cryptography for TLS, and a log that shows with `RUST_LOG`.
fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        rustls::crypto::ring::default_provider()
            .install_default()
            .expect("nobody else installs a provider");
        let filter = tracing_subscriber::EnvFilter::from_default_env();
        let _ = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_test_writer()
            .try_init();
    });
}

impl Story {
    async fn begin(features: fn() -> Registry, sim: SimOptions, options: BotOptions) -> Self {
        let database = TestDatabase::create().await;
        let sim = Sim::start(sim).await.expect("the simulator starts");
        let (clock, hand) = Clock::manual(sim.now());
        let line = Proxy::to(database.database().connect_options()).await;
        let bot = Bot::start(&sim, features(), over(&line), clock.clone(), &options).await;
        let story = Self {
            sim,
            allows_refusals: false,
            bot: Some(bot),
            clock,
            hand,
            database,
            line,
            features,
            options,
        };
        story.ready().await;
        story
    }

    /// What the features use.
    pub fn house(&self) -> &House {
        self.bot().running().house()
    }

    /// The bot at work.
    pub fn running(&self) -> &host::Running {
        self.bot().running()
    }

    /// The database of the story.
    pub const fn database(&self) -> &TestDatabase {
        &self.database
    }

    /// `http://host:port` of the bot's own HTTP engine.
    ///
    /// # Panics
    ///
    /// Panics when [`BotOptions::http`] has no address.
    pub fn http(&self) -> String {
        let address = self.bot().server().address();
        format!(
            "http://{}",
            address.expect("the story's options say where to listen")
        )
    }

    /// The clock of everything in the story.
    pub(crate) fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// How the bot is set up.
    pub(crate) const fn options(&self) -> &BotOptions {
        &self.options
    }

    /// How the bot reaches the database.
    pub(crate) fn over_line(&self) -> database::Settings {
        over(&self.line)
    }

    fn bot(&self) -> &Bot {
        self.bot
            .as_ref()
            .expect("the story has a bot: it was killed or stopped and not restarted")
    }

    /// Waits until the bot is connected, its commands are in Discord, and it is idle.
    pub async fn ready(&self) {
        self.reconnected("its start").await;
        let synced = tokio::time::timeout(PATIENCE, self.bot().running().synced()).await;
        assert!(synced.is_ok(), "the commands do not reach Discord");
        self.idle().await;
    }

    /// Waits until the bot is connected after `trouble`.
    pub async fn reconnected(&self, trouble: &str) {
        let connected = self
            .sim
            .wait_until(PATIENCE, |sim| sim.connected_shards() > 0)
            .await;
        assert!(
            connected.is_ok(),
            "the bot is not connected after {trouble}\n{}",
            self.sim.transcript()
        );
    }

    /// Waits until the bot has nothing left to do.
    ///
    /// # Panics
    ///
    /// Panics when for half a minute nothing of what it has to do goes on, or when it is still busy after twenty.
    pub async fn idle(&self) {
        let begun = tokio::time::Instant::now();
        let mut moved = begun;
        let mut progress = self.progress();
        let mut changes = self.sim.changed();
        let mut calm = 0;
        while calm < 2 {
            changes.borrow_and_update();
            match self.unfinished().await {
                // Twice in a row: an event may be on its way between the sockets.
                None => calm += 1,
                Some(what) => {
                    calm = 0;
                    let now = self.progress();
                    if now != progress {
                        (progress, moved) = (now, tokio::time::Instant::now());
                    }
                    let is_late = moved.elapsed() > PATIENCE || begun.elapsed() > LONGEST;
                    assert!(
                        !is_late,
                        "the bot is still busy: {what}\n{}",
                        self.sim.transcript()
                    );
                }
            }
            let _ = tokio::time::timeout(Duration::from_millis(5), changes.changed()).await;
        }
    }

    /// How much the bot has done: what it asked of Discord, and the events it handled.
    fn progress(&self) -> (u64, Vec<Option<(String, u64)>>) {
        let running = self.bot().running();
        let shards = u32::try_from(running.house().pulse.shards().len()).unwrap_or(u32::MAX);
        let handled = (0..shards).map(|shard| running.handled(shard)).collect();
        (self.sim.requests_answered(), handled)
    }

    /// What the bot still has to do.
    async fn unfinished(&self) -> Option<String> {
        let running = self.bot().running();
        if running.worker().has_due_schedule() {
            return Some("a schedule is due".to_owned());
        }
        // First, for a job that ends may have begun something, which is then seen below.
        let jobs = self.jobs().await;
        let shards = running.house().pulse.shards().len();
        if shards == 0 || self.sim.connected_shards() < shards {
            return Some("not all shards are connected".to_owned());
        }
        for shard in 0..u32::try_from(shards).unwrap_or(u32::MAX) {
            let sent = self.sim.newest_session(shard.into());
            let handled = running.handled(shard);
            // What was handled of a session that is over says nothing of the one that has begun.
            let is_behind = match (&sent, &handled) {
                (None, _) => false,
                (Some(_), None) => true,
                (Some((session, sent)), Some((known, handled))) => {
                    session != known || sent > handled
                }
            };
            if is_behind {
                return Some(format!(
                    "shard {shard} has handled {handled:?} of {sent:?} events"
                ));
            }
        }
        if running.in_work() > 0 {
            return Some(format!("{} handlers are at work", running.in_work()));
        }
        if self.sim.requests_in_flight() > 0 {
            return Some("a request is on its way".to_owned());
        }
        (!jobs.is_idle()).then(|| format!("jobs: {jobs:?}"))
    }

    async fn jobs(&self) -> jobs::Counts {
        let mut connection = self
            .database
            .database()
            .acquire()
            .await
            .expect("the database answers");
        self.house()
            .jobs
            .counts(&mut connection)
            .await
            .expect("the jobs can be counted")
    }

    /// Waits for the answer to a question, and until the bot is idle again.
    ///
    /// # Panics
    ///
    /// Panics when there is no answer in time.
    pub async fn answer(&self, asked: Asked) -> Answer {
        match asked.answer().await {
            Ok(answer) => {
                self.idle().await;
                answer
            }
            Err(error) => panic!("{error}\n{}", self.sim.transcript()),
        }
    }

    /// Moves the clock, and waits until what became due is done.
    pub async fn advance(&self, by: SignedDuration) {
        self.sim
            .advance(Duration::try_from(by).expect("time goes forward"));
        self.hand.advance(by);
        self.idle().await;
    }

    /// Moves the clock without waiting for what became due, which can not be done while the database is away.
    pub fn pass(&self, by: SignedDuration) {
        self.sim
            .advance(Duration::try_from(by).expect("time goes forward"));
        self.hand.advance(by);
    }

    /// Takes the database away from the bot, or gives it back; the story itself still reaches it.
    pub fn cut_database(&self, is_cut: bool) {
        self.line.cut(is_cut);
    }

    /// Ends the bot between two instructions: nothing is saved, nothing says goodbye.
    pub fn kill(&mut self) {
        drop(self.bot.take());
    }

    /// Lets the leases of a killed bot on its jobs lapse, for which the next would wait three quarters of a minute.
    pub async fn lapse_leases(&self) {
        let mut connection = self
            .database
            .database()
            .acquire()
            .await
            .expect("the database answers");
        #[expect(
            clippy::disallowed_methods,
            reason = "a test makes time pass for the server, which no checked query of the program does"
        )]
        sqlx::query("update jobs.job set locked_until = now() where locked_by is not null")
            .execute(&mut *connection)
            .await
            .expect("the jobs are there");
    }

    /// Ends the bot well.
    pub async fn stop(&mut self) {
        if let Some(bot) = self.bot.take() {
            bot.stop().await;
        }
    }

    /// Starts another bot on the same database, without waiting for it.
    pub async fn start(&mut self) {
        let registry = (self.features)();
        let settings = over(&self.line);
        let bot = Bot::start(
            &self.sim,
            registry,
            settings,
            self.clock.clone(),
            &self.options,
        )
        .await;
        self.bot = Some(bot);
    }

    /// Ends the bot if it runs, well, starts another on the same database, and waits until it is ready.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.start().await;
        self.ready().await;
    }

    async fn end(mut self) {
        if self.bot.is_some() {
            self.idle().await;
            let jobs = self.jobs().await;
            assert_eq!(jobs.due, 0, "jobs are overdue at the end of the story");
        }
        let unread = self.sim.unread();
        assert!(
            unread.is_empty(),
            "nobody looked at what the bot said:\n{}\n\n{}",
            unread.join("\n"),
            self.sim.transcript()
        );
        if !self.allows_refusals {
            let violations = self.sim.violations();
            assert!(
                violations.is_clean(),
                "Discord had to refuse requests: {violations:#?}"
            );
        }
        openapi::check(&self.sim.calls());
        self.stop().await;
        self.sim.stop();
    }
}

/// The settings with which the bot reaches the database, over the line that can be cut.
fn over(line: &Proxy) -> database::Settings {
    database::Settings::new(database::Server::Remote(Box::new(line.options())))
}
