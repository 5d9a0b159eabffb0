//! Interactions: from Discord's payload to the answer on the screen.
//!
//! Once for all features: find the handler, read who asks and where, check access, run it with a guard, defer
//! when it is slow, show its reply or what went wrong. No interaction is left to time out: one that has no
//! answer 1.5 s after it was created is deferred with the visibility that was declared for it.

mod crowd;
mod defer;
mod find;
mod respond;
mod scene;

use std::{pin::pin, time::Duration};

use database::{GuildId, InteractionId};
use feature::{Explain as _, Failure, Lang, NotAllowed, Reply, Scene, Switches, text};
use tokio::sync::OwnedSemaphorePermit;
use twilight_model::{gateway::payload::incoming::InteractionCreate, guild::Permissions};

pub(crate) use self::crowd::Crowd;
use self::{
    defer::{Acknowledged, Deferral},
    find::Found,
    respond::Answering,
};
use crate::{
    engine::Engine,
    gateway::Ticket,
    guard::{self, Ended},
};

/// An interaction that came in.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) interaction: Box<InteractionCreate>,
    /// The shard that brought it.
    pub(crate) shard: u32,
    /// Whether Discord replays it after a resume: another process may have answered it.
    pub(crate) is_replayed: bool,
    /// Keeps the event open until it is answered; there is none for what came over HTTP.
    pub(crate) ticket: Option<Ticket>,
}

/// Answers an interaction, in a task of its own.
pub(crate) fn answer(engine: &Engine, incoming: Incoming) {
    if !engine.crowd.is_new(incoming.interaction.id.into()) {
        tracing::debug!(interaction = %incoming.interaction.id, "an interaction came twice: answered once");
        return;
    }
    if !incoming.is_replayed {
        begin(engine, incoming, None);
    } else if engine.crowd.wait(incoming) {
        let working = engine.busy.begin();
        let engine = engine.clone();
        tokio::spawn(async move {
            while let Some((incoming, turn)) = engine.crowd.turn().await {
                begin(&engine, incoming, Some(turn));
            }
            drop(working);
        });
    }
}

fn begin(engine: &Engine, incoming: Incoming, turn: Option<OwnedSemaphorePermit>) {
    let working = engine.busy.begin();
    let engine = engine.clone();
    tokio::spawn(async move {
        serve(&engine, incoming, turn).await;
        drop(working);
    });
}

async fn serve(engine: &Engine, incoming: Incoming, turn: Option<OwnedSemaphorePermit>) {
    let Incoming {
        mut interaction,
        shard,
        is_replayed,
        ticket,
    } = incoming;
    let Some(found) = find::find(&engine.house.catalogue, &mut interaction.0) else {
        tracing::debug!("an interaction of an unknown kind is left alone");
        return;
    };
    let (scene, switches) = scene::read(engine, &interaction, shard, found.answer).await;
    let latency = engine.house.discord.latency().unwrap_or_default();
    let deferral = Deferral::of(&found, &scene, engine.house.clock.now(), latency);
    let answering = Answering::new(engine, &interaction, &found, scene.lang);

    let acknowledged = match deferral.filter(|_| is_replayed) {
        Some(deferral) => match defer::claim(&answering, deferral).await {
            Some(acknowledged) => acknowledged,
            None => return,
        },
        None => Acknowledged::No,
    };
    drop(turn);
    let (acknowledged, shown) = match forbidden(engine, &found, &scene, switches.as_deref()) {
        Some(text) => (acknowledged, Shown::Told(text)),
        None => run(engine, found, scene, &answering, deferral, acknowledged).await,
    };
    answering.show(acknowledged, shown).await;
    drop(ticket);
}

/// What is to be shown at last.
#[derive(Debug)]
enum Shown {
    /// The handler's reply.
    Reply(Reply),
    /// A text for the member alone: a refusal, or that something went wrong.
    Told(String),
}

/// Why the member may not have it served: it is switched off here, or they lack the capability.
fn forbidden(
    engine: &Engine,
    found: &Found,
    scene: &Scene,
    switches: Option<&Switches>,
) -> Option<String> {
    let lang = scene.own_lang;
    let catalogue = &engine.house.catalogue;
    if switches.is_some_and(|switches| switches.off.contains(found.feature))
        && catalogue.can_be_off(found.feature)
    {
        let command = catalogue.mention("features enable");
        return Some(text::feature_off(lang, found.feature, &command));
    }
    let capability = found.access?;
    // Unknown rules may hold a denial.
    let is_administrator = || {
        scene
            .member
            .permissions
            .contains(Permissions::ADMINISTRATOR)
    };
    if switches.is_none() && !is_administrator() {
        return Some(text::rules_unknown(lang));
    }
    if scene.may(capability) {
        return None;
    }
    Some(NotAllowed(capability).explain(lang).unwrap_or_default())
}

async fn run(
    engine: &Engine,
    found: Found,
    scene: Scene,
    answering: &Answering<'_>,
    deferral: Option<Deferral>,
    mut acknowledged: Acknowledged,
) -> (Acknowledged, Shown) {
    let Found {
        feature,
        name,
        is_command,
        limit,
        start,
        ..
    } = found;
    let lang = scene.own_lang;
    if engine.stopping.is_cancelled() {
        return (acknowledged, Shown::Told(text::stopping(lang)));
    }
    let Some(place) = engine.crowd.enter(feature) else {
        tracing::warn!(
            feature,
            "a feature has too much in work: an interaction is turned away"
        );
        return (acknowledged, Shown::Told(text::busy(lang)));
    };
    let command = is_command.then(|| name.clone());
    let begun = std::time::Instant::now();
    let incident = Incident {
        feature,
        name,
        guild: scene.guild,
        id: scene.interaction,
        lang,
    };
    let mut handler = pin!(guard::run(
        engine,
        feature,
        limit,
        start(engine.house.clone(), scene)
    ));
    let ended = match deferral.filter(|_| matches!(acknowledged, Acknowledged::No)) {
        None => handler.await,
        Some(deferral) => tokio::select! {
            biased;
            ended = &mut handler => ended,
            () = tokio::time::sleep(deferral.after) => {
                let ended;
                (acknowledged, ended) = tokio::join!(answering.defer(deferral), handler);
                ended
            }
        },
    };
    drop(place);
    metrics::counter!("interactions_total", "feature" => feature).increment(1);
    if let Some(command) = command {
        let labels = [("command", command), ("feature", feature.to_owned())];
        metrics::counter!("discord_commands_total", &labels).increment(1);
        metrics::histogram!("discord_command_duration_seconds", &labels)
            .record(begun.elapsed().as_secs_f64());
    }
    let shown = match ended {
        Ended::Done(reply) => Shown::Reply(reply),
        Ended::Failed(failure) => Shown::Told(incident.explain(&failure)),
        Ended::Panicked(panic) => Shown::Told(incident.report("a handler panicked", &panic)),
        Ended::TooSlow => Shown::Told(incident.too_slow(limit)),
    };
    (acknowledged, shown)
}

/// The digits of an incident's id: none that are mistaken for each other.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// What went wrong where, for the log and, as a short id, for the member.
struct Incident {
    feature: &'static str,
    name: String,
    guild: Option<GuildId>,
    id: InteractionId,
    lang: Lang,
}

impl Incident {
    fn explain(&self, failure: &Failure) -> String {
        failure
            .explain(self.lang)
            .unwrap_or_else(|| self.report("a handler failed", &failure.chain()))
    }

    fn report(&self, what: &str, error: &str) -> String {
        let id = self.short();
        let guild = self.guild.map(tracing::field::display);
        tracing::error!(
            incident = id,
            feature = self.feature,
            name = self.name,
            guild,
            error,
            "{what}"
        );
        text::incident(self.lang, &id)
    }

    fn too_slow(&self, limit: Duration) -> String {
        let id = self.short();
        let guild = self.guild.map(tracing::field::display);
        tracing::error!(
            incident = id,
            feature = self.feature,
            name = self.name,
            guild,
            ?limit,
            "a handler took too long"
        );
        text::too_slow(self.lang, &id)
    }

    /// Short enough to be read out, unique enough to be found in a day's log.
    fn short(&self) -> String {
        metrics::counter!("handler_failures_total", "feature" => self.feature).increment(1);
        let mut rest = self.id.get() >> 12;
        (0..7)
            .map(|_| {
                let digit = usize::try_from(rest % 32).unwrap_or_default();
                rest /= 32;
                char::from(ALPHABET[digit])
            })
            .collect()
    }
}
