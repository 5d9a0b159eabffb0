//! One shard: reads frames without a pause and hands on what they bring.

use std::{collections::HashSet, sync::Arc, time::Duration};

use database::{GuildId, UserId};
use futures_util::StreamExt as _;
use tokio::time::Instant;
use twilight_gateway::{
    CloseFrame, Config, ConfigBuilder, EventTypeFlags, Message, Session, Shard as Connection,
    ShardId, ShardState, error::ReceiveMessageErrorType,
};
use twilight_model::gateway::{
    Intents,
    event::{DispatchEvent, Event, GatewayEvent},
    payload::incoming::GuildCreate,
};

use super::{
    IdentifyQueue, Live, Saver, Sequences, Ticket, known,
    reconnects::{Reconnects, Remedy},
    warm::{self, Told, Warming},
};
use crate::{
    engine::Engine,
    events,
    interactions::{self, Incoming},
    store::SavedSession,
};

/// How long a closing handshake may take.
const FAREWELL: Duration = Duration::from_secs(2);
/// How often the guilds of a shard are repaired although nothing told of a need.
const SWEEP: Duration = Duration::from_mins(15);

/// What a shard needs to connect.
#[derive(Clone, Debug)]
pub(crate) struct ShardPlan {
    pub(crate) id: ShardId,
    pub(crate) token: String,
    pub(crate) intents: Intents,
    pub(crate) flags: EventTypeFlags,
    pub(crate) gateway_url: Option<String>,
    pub(crate) queue: IdentifyQueue,
}

impl ShardPlan {
    fn config(
        &self,
        session: Option<Session>,
        resume_url: Option<String>,
    ) -> Config<IdentifyQueue> {
        let mut builder = ConfigBuilder::new(self.token.clone(), self.intents);
        if let Some(url) = &self.gateway_url {
            builder = builder.proxy_url(url.trim_end_matches('/').to_owned());
        }
        if let Some(session) = session {
            builder = builder.session(session);
        }
        if let Some(url) = resume_url {
            builder = builder.resume_url(url);
        }
        builder.queue(self.queue.clone()).build()
    }
}

/// Discord closed the connection for good.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}", self.words())]
pub(crate) struct Fatal {
    /// The close code.
    pub(crate) code: u16,
}

impl Fatal {
    /// See [Discord Docs/Gateway Close Event Codes](https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes).
    const fn words(self) -> &'static str {
        match self.code {
            4004 => "Discord does not accept the bot's token: set BOT_TOKEN to a valid one",
            4010 | 4011 => "Discord wants another number of shards: restart to ask for it",
            4012 => "Discord no longer serves this version of its gateway: update the program",
            4013 => "Discord does not know an intent that is asked for: update the program",
            4014 => {
                "an intent is switched off: enable it on the bot's page of the developer portal, under «Privileged Gateway Intents»"
            }
            _ => "Discord closed the connection for good",
        }
    }
}

/// A shard at work.
#[derive(Debug)]
pub(crate) struct Shard {
    engine: Engine,
    plan: ShardPlan,
    saver: Saver,
    connection: Connection<IdentifyQueue>,
    sequences: Sequences,
    guilds: HashSet<GuildId>,
    /// When reading last paused for features that have much to do.
    breathed_at: Instant,
    /// Brings the guilds of a session that an earlier process began.
    warming: Option<Warming>,
    /// Whether this process has been told the guilds of its session.
    is_warm: bool,
    reconnects: Reconnects,
    last_close: u16,
    was_active: bool,
}

impl Shard {
    pub(crate) fn new(
        engine: Engine,
        plan: ShardPlan,
        saver: Saver,
        session: Option<&SavedSession>,
    ) -> Self {
        let resumed = session.map(|saved| Session::new(saved.sequence, saved.session_id.clone()));
        let resume_url = session.map(|saved| saved.resume_url.clone());
        let connection = Connection::with_config(plan.id, plan.config(resumed, resume_url));
        let sequences = Sequences::after(session.map_or(0, |session| session.sequence));
        if let Some(session) = session {
            saver.set(
                plan.id.number(),
                Some(Live {
                    session_id: session.session_id.clone(),
                    resume_url: session.resume_url.clone(),
                    sequences: sequences.clone(),
                }),
            );
        }
        Self {
            engine,
            plan,
            saver,
            connection,
            sequences,
            guilds: HashSet::new(),
            breathed_at: Instant::now(),
            warming: None,
            is_warm: false,
            reconnects: Reconnects::default(),
            last_close: 0,
            was_active: false,
        }
    }

    /// Reads until the program stops or Discord closes for good.
    pub(crate) async fn run(mut self) -> Result<(), Fatal> {
        let id = self.plan.id.number();
        let mut sweep = tokio::time::interval_at(Instant::now() + SWEEP, SWEEP);
        loop {
            let stopping = self.engine.stopping.clone();
            let next = tokio::select! {
                biased;
                () = stopping.cancelled() => break,
                next = self.connection.next() => next,
                told = warm::next(&mut self.warming) => {
                    self.warm(told);
                    continue;
                }
                _ = sweep.tick() => {
                    self.guilds.iter().for_each(|guild| events::repair(&self.engine, *guild));
                    continue;
                }
            };
            match next {
                Some(Ok(Message::Text(json))) => {
                    self.take(json);
                    self.engine.mailboxes.breathe(&mut self.breathed_at).await;
                }
                Some(Ok(Message::Close(frame))) => {
                    self.last_close = frame.as_ref().map_or(0, |frame| frame.code);
                    tracing::info!(
                        shard = id,
                        code = self.last_close,
                        "the gateway connection closed"
                    );
                    self.lost().await;
                }
                Some(Err(error)) => {
                    tracing::warn!(
                        shard = id,
                        error = feature::chain(&error),
                        "the gateway connection has trouble"
                    );
                    if matches!(error.kind(), ReceiveMessageErrorType::Reconnect) {
                        self.note_state();
                    }
                }
                None => {
                    self.engine
                        .house
                        .pulse
                        .beat(id, |pulse| pulse.is_active = false);
                    return Err(Fatal {
                        code: self.last_close,
                    });
                }
            }
        }
        self.close().await;
        Ok(())
    }

    /// Closes so that Discord keeps the session, and waits until it is closed.
    async fn close(&mut self) {
        if !self.connection.state().is_identified() {
            return;
        }
        self.connection.close(CloseFrame::RESUME);
        let closed = async {
            while let Some(message) = self.connection.next().await {
                if matches!(message, Ok(Message::Close(_)) | Err(_)) {
                    break;
                }
                // What still comes in is not looked at: it stays behind the saved sequence and is replayed.
            }
        };
        if tokio::time::timeout(FAREWELL, closed).await.is_err() {
            tracing::warn!(
                shard = self.plan.id.number(),
                "the gateway did not say goodbye in time"
            );
        }
    }

    /// The connection is gone: waits if that happens too often, and gives up a session that leads nowhere.
    async fn lost(&mut self) {
        self.note_state();
        let pause = self.reconnects.lost(Instant::now());
        self.mend();
        if !pause.is_zero() {
            tracing::warn!(
                shard = self.plan.id.number(),
                ?pause,
                "the connection is lost too often: waiting before the next try"
            );
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.engine.stopping.cancelled() => {}
            }
        }
    }

    /// Leaves an address or a session that leads nowhere.
    fn mend(&mut self) {
        let id = self.plan.id.number();
        let Some(session) = self.connection.session().cloned() else {
            return;
        };
        match self.reconnects.remedy() {
            Remedy::Resume => {}
            Remedy::OrdinaryAddress => {
                tracing::warn!(
                    shard = id,
                    "the address for resuming leads nowhere: trying the ordinary one"
                );
                self.connection =
                    Connection::with_config(self.plan.id, self.plan.config(Some(session), None));
            }
            Remedy::NewSession => {
                tracing::warn!(
                    shard = id,
                    "the session can not be resumed: a new one is begun"
                );
                self.connection =
                    Connection::with_config(self.plan.id, self.plan.config(None, None));
                self.saver.set(id, None);
                self.reconnects.alive();
            }
        }
    }

    fn take(&mut self, json: String) {
        let is_replayed = self.connection.state() == ShardState::Resuming;
        let length = json.len();
        match twilight_gateway::parse(json, self.plan.flags) {
            Ok(Some(GatewayEvent::Dispatch(sequence, event))) => {
                self.reconnects.alive();
                self.dispatch(sequence, event, is_replayed);
            }
            Ok(Some(_)) => {}
            Ok(None) => self.pass(),
            Err(error) => {
                self.pass();
                let name = match error.kind() {
                    ReceiveMessageErrorType::Deserializing { event } => event_name(event),
                    _ => String::new(),
                };
                metrics::counter!("gateway_unreadable_events_total").increment(1);
                // The source names the field; the payload itself may hold what people wrote.
                let source = std::error::Error::source(&error)
                    .map(ToString::to_string)
                    .unwrap_or_default();
                tracing::warn!(
                    shard = self.plan.id.number(),
                    name,
                    length,
                    source,
                    "an event can not be read: it is skipped"
                );
            }
        }
        if self.connection.state() == ShardState::Active || self.was_active {
            self.note_state();
        }
    }

    /// Nobody wants the frame; if it was an event, it is handled with that.
    fn pass(&self) {
        if let Some(session) = self.connection.session() {
            self.sequences.pass(session.sequence());
        }
    }

    fn dispatch(&mut self, sequence: u64, event: DispatchEvent, is_replayed: bool) {
        let id = self.plan.id.number();
        let ticket = if matches!(event, DispatchEvent::Ready(_)) {
            // Handled from the start: a process that resumes must never be told of the beginning as if it were now.
            self.sequences = Sequences::after(sequence);
            Sequences::after(sequence).receive(sequence)
        } else {
            self.sequences.receive(sequence)
        };
        metrics::counter!("gateway_events_total").increment(1);
        match Event::from(event) {
            Event::InteractionCreate(interaction) => {
                let incoming = Incoming {
                    interaction,
                    shard: id,
                    is_replayed,
                    ticket: Some(ticket),
                };
                interactions::answer(&self.engine, incoming);
            }
            Event::Ready(ready) => {
                let guilds: HashSet<GuildId> =
                    ready.guilds.iter().map(|guild| guild.id.into()).collect();
                let house = &self.engine.house;
                for left in self.guilds.difference(&guilds) {
                    known::forget(&house.cache, (*left).into());
                    house.pulse.told(*left);
                }
                house.pulse.expect(guilds.iter().copied());
                self.guilds = guilds;
                tracing::info!(
                    shard = id,
                    guilds = self.guilds.len(),
                    "a new session has begun"
                );
                self.saver.set(
                    id,
                    Some(Live {
                        session_id: ready.session_id.clone(),
                        resume_url: ready.resume_gateway_url.clone(),
                        sequences: self.sequences.clone(),
                    }),
                );
                self.is_warm = true;
                self.hand_on(Event::Ready(ready), &ticket);
            }
            Event::Resumed => {
                tracing::info!(shard = id, "the session goes on where it was");
                if !self.is_warm {
                    self.is_warm = true;
                    self.warm_up();
                }
            }
            event => self.hand_on(event, &ticket),
        }
    }

    /// Cache first, then every feature that takes the event.
    fn hand_on(&mut self, event: Event, ticket: &Ticket) {
        let flag = EventTypeFlags::from(event.kind());
        if flag == EventTypeFlags::MESSAGE_CREATE {
            metrics::counter!("discord_messages_total").increment(1);
        }
        let event = Arc::new(event);
        known::learn(&self.engine.house.cache, &event);
        if let Some(warming) = &mut self.warming {
            warming.note(&self.engine.house.cache, &event);
        }
        events::deliver(&self.engine, flag, &event, ticket);
        match &*event {
            Event::GuildCreate(create) => {
                let guild = GuildId::from(create.id());
                self.guilds.insert(guild);
                if let GuildCreate::Available(told) = &**create {
                    self.engine.house.pulse.told(guild);
                    let me = &self.engine.house.me;
                    let member = told
                        .members
                        .iter()
                        .find(|member| UserId::from(member.user.id) == me.id());
                    if let Some(member) = member {
                        me.note(guild, member.roles.iter().copied().map(Into::into));
                    }
                    // What a new process is told while it catches up is the past: it repairs when it has caught up.
                    if self.is_warm {
                        events::repair(&self.engine, guild);
                    }
                }
            }
            Event::MemberUpdate(update)
                if UserId::from(update.user.id) == self.engine.house.me.id() =>
            {
                let roles = update.roles.iter().copied().map(Into::into);
                self.engine.house.me.note(update.guild_id.into(), roles);
            }
            // Unavailable is an outage: the guild comes back.
            Event::GuildDelete(delete) if delete.unavailable != Some(true) => {
                self.guilds.remove(&delete.id.into());
                self.engine.house.pulse.told(delete.id.into());
            }
            _ => {}
        }
    }

    fn warm_up(&mut self) {
        self.warming = Some(warm::begin(&self.engine, self.plan.id));
    }

    /// Takes what REST told; `None` when that was all.
    fn warm(&mut self, told: Option<Told>) {
        match told {
            Some(Told::Guilds(guilds)) => self.guilds.extend(guilds),
            Some(Told::Guild(id, guild)) => {
                if let (Some(warming), Some(guild)) = (&mut self.warming, guild) {
                    warming.learn(&self.engine.house.cache, *guild);
                }
                events::repair(&self.engine, id);
            }
            None => self.warming = None,
        }
    }

    fn note_state(&mut self) {
        let is_active = self.connection.state() == ShardState::Active;
        self.was_active = is_active;
        let latency = self.connection.latency().recent().first().copied();
        let guilds = u32::try_from(self.guilds.len()).unwrap_or(u32::MAX);
        let now = feature::ShardPulse {
            is_active,
            latency,
            guilds,
        };
        if self.engine.house.pulse.shard(self.plan.id.number()) != Some(now) {
            self.engine
                .house
                .pulse
                .beat(self.plan.id.number(), |pulse| *pulse = now);
        }
    }
}

/// The name of an event in a frame, cut: the frame itself never gets into the log.
fn event_name(json: &str) -> String {
    json.split_once("\"t\":\"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .map_or_else(String::new, |(name, _)| name.chars().take(64).collect())
}
