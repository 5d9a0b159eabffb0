//! A bot at work, and how it stops.

use std::{sync::Arc, time::Duration};

use database::GuildId;
use feature::{Explain as _, House};
use jobs::Worker;
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
};
use twilight_model::gateway::payload::incoming::InteractionCreate;

use crate::{
    Synced, commands,
    engine::Engine,
    events,
    gateway::{Fatal, Saver, Shard, ShardPlan},
    interactions::{self, Incoming},
    store::SavedSession,
};

/// How much of the stop is kept for saving sessions after the work has ended.
const FOR_SAVING: Duration = Duration::from_secs(2);
/// How long a shard rests after its task broke.
const AFTER_A_PANIC: Duration = Duration::from_secs(5);

/// Why a running bot ended without being told to.
#[derive(Debug, thiserror::Error)]
#[error("the bot can not go on")]
pub struct Stopped(#[source] Fatal);

/// A bot at work. Dropping it ends it without grace; [`stop`](Self::stop) ends it well.
#[expect(missing_debug_implementations, reason = "handlers are functions")]
pub struct Running {
    engine: Engine,
    saver: Saver,
    worker: Arc<Worker>,
    shards: JoinSet<Result<(), Fatal>>,
    helpers: JoinSet<()>,
    synced: watch::Receiver<Option<Synced>>,
    stop_within: Duration,
}

impl Running {
    pub(crate) fn begin(
        engine: Engine,
        saver: Saver,
        worker: Worker,
        mut asked: mpsc::Receiver<(&'static str, GuildId)>,
        plans: Vec<(ShardPlan, Option<SavedSession>)>,
        guild: Option<GuildId>,
        stop_within: Duration,
    ) -> Self {
        let mut shards = JoinSet::new();
        for (plan, session) in plans {
            shards.spawn(supervise(engine.clone(), plan, saver.clone(), session));
        }
        let worker = Arc::new(worker);
        let (tell, synced) = watch::channel(None);
        let mut helpers = JoinSet::new();
        let (task, stopping) = (Arc::clone(&worker), engine.stopping.clone());
        helpers.spawn(async move { task.run(stopping).await });
        let task = engine.clone();
        helpers.spawn(async move {
            if let Some(synced) = sync_commands(&task, guild).await {
                tell.send_replace(Some(synced));
            }
        });
        let (task, stopping) = (engine.clone(), engine.stopping.clone());
        helpers.spawn(async move {
            let repairs = async {
                while let Some((feature, guild)) = asked.recv().await {
                    events::repair_of(&task, feature, guild);
                }
            };
            tokio::select! {
                () = repairs => {}
                () = stopping.cancelled() => {}
            }
        });
        let (task, stopping) = (saver.clone(), engine.stopping.clone());
        helpers.spawn(async move {
            tokio::select! {
                () = task.run() => {}
                () = stopping.cancelled() => {}
            }
        });
        Self {
            engine,
            saver,
            worker,
            shards,
            helpers,
            synced,
            stop_within,
        }
    }

    /// What the features use.
    pub fn house(&self) -> &House {
        &self.engine.house
    }

    /// The job worker.
    pub fn worker(&self) -> &Worker {
        &self.worker
    }

    /// Waits until the commands are in Discord; at once when they are.
    pub async fn synced(&self) -> Synced {
        let mut synced = self.synced.clone();
        match synced.wait_for(Option::is_some).await {
            Ok(found) => found.unwrap_or_default(),
            Err(_) => Synced::default(),
        }
    }

    /// Takes interactions that come over HTTP, and answers them as those of the gateway, by the callback.
    pub fn answering(&self) -> impl Fn(Box<InteractionCreate>) + Send + Sync + use<> {
        let engine = self.engine.clone();
        move |interaction| {
            let shards = u32::try_from(engine.house.pulse.shards().len())
                .unwrap_or(1)
                .max(1);
            // Discord's own formula: the shard that carries the guild.
            let guild = interaction.guild_id.map_or(0, |guild| guild.get() >> 22);
            let shard = u32::try_from(guild % u64::from(shards)).unwrap_or_default();
            let incoming = Incoming {
                interaction,
                shard,
                is_replayed: false,
                ticket: None,
            };
            interactions::answer(&engine, incoming);
        }
    }

    /// How many handlers and mailboxes are at work.
    pub fn in_work(&self) -> usize {
        self.engine.busy.count()
    }

    /// Waits until no handler and no mailbox is at work.
    pub async fn idle(&self) {
        self.engine.busy.idle().await;
    }

    /// A shard's session, and the sequence up to which everything that it brought is handled; `None` before it begins.
    pub fn handled(&self, shard: u32) -> Option<(String, u64)> {
        self.saver.handled(shard)
    }

    /// Waits until the program is told to stop, or until Discord refuses the bot for good.
    ///
    /// # Errors
    ///
    /// Says why Discord refuses.
    pub async fn ended(&mut self) -> Result<(), Stopped> {
        while let Some(ended) = self.shards.join_next().await {
            match ended {
                Ok(Ok(())) => {}
                Ok(Err(fatal)) => return Err(Stopped(fatal)),
                Err(error) => {
                    tracing::error!(error = feature::chain(&error), "a shard's task broke");
                }
            }
        }
        Ok(())
    }

    /// Stops: no new work, what is in work ends, sessions are saved so that the next start resumes them.
    pub async fn stop(mut self) {
        let begun = tokio::time::Instant::now();
        self.engine.stopping.cancel();
        let for_work = self.stop_within.saturating_sub(FOR_SAVING);
        let ended = async {
            while self.shards.join_next().await.is_some() {}
            self.engine.busy.idle().await;
            while self.helpers.join_next().await.is_some() {}
        };
        if tokio::time::timeout(for_work, ended).await.is_err() {
            tracing::warn!(
                in_work = self.engine.busy.count(),
                "stopping although work is left: Discord will replay it"
            );
        }
        let rest = self.stop_within.saturating_sub(begun.elapsed());
        if tokio::time::timeout(rest, self.saver.save()).await.is_err() {
            tracing::warn!(
                "the sessions could not be saved in time: the next start may have to identify"
            );
        }
        tracing::info!(took = ?begun.elapsed(), "stopped");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // What waits there for this program's sockets would wait for ever.
        self.engine.threads.close();
    }
}

/// Runs a shard, and again with a new session when its task breaks.
async fn supervise(
    engine: Engine,
    plan: ShardPlan,
    saver: Saver,
    mut session: Option<SavedSession>,
) -> Result<(), Fatal> {
    loop {
        let shard = Shard::new(
            engine.clone(),
            plan.clone(),
            saver.clone(),
            session.as_ref(),
        );
        let error = match tokio::spawn(shard.run()).await {
            Ok(ended) => return ended,
            Err(error) => error,
        };
        tracing::error!(shard = plan.id.number(), %error, "a shard broke: it starts again with a new session");
        saver.set(plan.id.number(), None);
        session = None;
        tokio::select! {
            () = tokio::time::sleep(AFTER_A_PANIC) => {}
            () = engine.stopping.cancelled() => return Ok(()),
        }
    }
}

/// Brings the commands to Discord, again and again while Discord is away.
async fn sync_commands(engine: &Engine, guild: Option<GuildId>) -> Option<Synced> {
    let mut pause = Duration::from_secs(2);
    loop {
        let house = &engine.house;
        match commands::sync(&house.discord, engine.application, guild, &house.catalogue).await {
            Ok(synced) => {
                tracing::info!(
                    written = synced.written,
                    removed = synced.removed,
                    kept = synced.kept,
                    "commands are in Discord"
                );
                return Some(synced);
            }
            Err(refusal) => {
                let is_final = refusal.class() == jobs::Class::Permanent;
                tracing::error!(
                    error = feature::chain(&refusal),
                    is_final,
                    "the commands could not be brought to Discord"
                );
                if is_final {
                    return None;
                }
            }
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => pause = (pause * 2).min(Duration::from_mins(5)),
            () = engine.stopping.cancelled() => return None,
        }
    }
}
