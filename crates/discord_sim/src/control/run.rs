//! Running verbs.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::State,
    routing::{get, post},
};
use serde_json::{Value, json};

use super::{
    Report, Shown, Verb, load,
    scene::{Result, argument, arguments, channel_of, guild, message, modal, person, shown},
    trouble::fault,
};
use crate::{
    ids::Id,
    people::{Argument, Asked, ChannelRef, Guild, NoAnswer, Person},
    permissions::Permissions,
    sim::{Core, Sim},
};

/// The routes below `/sim`.
pub(crate) fn serve(core: &Arc<Core>) -> Router {
    Router::new()
        .route("/sim", post(answer))
        .route("/sim/transcript", get(transcript))
        .with_state(Arc::clone(core))
}

async fn transcript(State(core): State<Arc<Core>>) -> String {
    core.look(crate::state::World::transcript)
}

async fn answer(State(core): State<Arc<Core>>, Json(verb): Json<Verb>) -> Json<Report> {
    let sim = Sim::borrowed(&core);
    Json(run(&sim, verb).await.unwrap_or_else(Report::failed))
}

/// After how many events the sockets may write, or the queue holds everything at once.
const BATCH: usize = 256;

async fn answered(asked: Asked) -> Report {
    let id = asked.id().map(|id| id.to_string()).ok();
    match asked.answer().await {
        Ok(answer) => Report {
            id,
            deferred: answer.was_deferred,
            took_us: u64::try_from(answer.took.as_micros()).unwrap_or(u64::MAX),
            message: match (&answer.message, &answer.modal) {
                (Some(message), _) => Some(shown(message)),
                (None, Some(modal)) => Some(Shown {
                    text: modal.text(),
                    ephemeral: true,
                    ..Shown::default()
                }),
                (None, None) => None,
            },
            form: answer
                .modal
                .as_ref()
                .map(|modal| modal.interaction.to_string()),
            lines: answer
                .choices
                .iter()
                .map(|choice| choice.name.clone())
                .collect(),
            ..Report::done()
        },
        Err(error) => Report {
            id,
            ..Report::failed(no_answer(&error))
        },
    }
}

fn no_answer(error: &NoAnswer) -> String {
    error.to_string()
}

async fn run(sim: &Sim, verb: Verb) -> Result<Report> {
    match verb {
        Verb::Slash {
            guild,
            who,
            channel,
            command,
            options,
        } => {
            let person = person(sim, guild.as_deref(), &who, channel.as_deref())?;
            let options = arguments(sim, guild.as_deref(), &options)?;
            Ok(answered(person.slash(&command, &options)).await)
        }
        Verb::Types {
            guild,
            who,
            channel,
            command,
            option,
            text,
        } => {
            let person = person(sim, guild.as_deref(), &who, channel.as_deref())?;
            Ok(answered(person.types(&command, &option, &text)).await)
        }
        Verb::Click {
            guild,
            who,
            channel,
            message: id,
            button,
        } => {
            let person = person(sim, guild.as_deref(), &who, channel.as_deref())?;
            let message = message(&person, &id)?;
            Ok(answered(person.clicks(&message, &button)).await)
        }
        Verb::Pick {
            guild,
            who,
            channel,
            message: id,
            select,
            values,
        } => {
            let person = person(sim, guild.as_deref(), &who, channel.as_deref())?;
            let message = message(&person, &id)?;
            let values: Result<Vec<Argument>> = values
                .iter()
                .map(|value| argument(sim, guild.as_deref(), value))
                .collect();
            Ok(answered(person.picks(&message, &select, &values?)).await)
        }
        Verb::Submit {
            guild,
            who,
            form,
            fields,
        } => {
            let person = person(sim, guild.as_deref(), &who, None)?;
            let fields = arguments(sim, guild.as_deref(), &fields)?;
            let modal = modal(sim, &form)?;
            Ok(answered(person.submits(&modal, &fields)).await)
        }
        Verb::WaitConnected { shards, seconds } => {
            let patience = Duration::from_secs(seconds);
            let waited = sim
                .wait_until(patience, |sim| sim.connected_shards() >= shards)
                .await;
            waited
                .map_err(|_| format!("{} of {shards} shards connected", sim.connected_shards()))?;
            Ok(Report::done())
        }
        Verb::Load {
            guild,
            who,
            command,
            count,
            in_flight,
        } => {
            let person = person(sim, guild.as_deref(), &who, None)?;
            Ok(Report {
                load: Some(load::run(&person, &command, count, in_flight).await),
                ..Report::done()
            })
        }
        Verb::Events {
            guild,
            who,
            kind,
            count,
        } => {
            let person = person(sim, guild.as_deref(), &who, None)?;
            events(sim, &person, &kind, count).await
        }
        Verb::Raw { name, text, count } => {
            raw(sim, name.as_deref(), &text, count).await;
            Ok(Report::done())
        }
        other => at_once(sim, other),
    }
}

async fn raw(sim: &Sim, name: Option<&str>, text: &str, count: usize) {
    let faults = sim.faults();
    for number in 0..count {
        let text = text.replace("{n}", &number.to_string());
        match name {
            Some(name) => faults.raw_dispatch(name, &text),
            None => faults.raw_frame(&text),
        }
        if number % BATCH == 0 {
            sim.written().await;
        }
    }
    sim.written().await;
}

async fn events(sim: &Sim, person: &Person, kind: &str, count: usize) -> Result<Report> {
    let guild = person.guild.map(|id| Guild {
        sim: sim.clone(),
        id,
    });
    let guild = guild.ok_or("people in a guild cause events")?;
    let (text, rooms) = (
        guild.text("general"),
        [guild.voice("load 1"), guild.voice("load 2")],
    );
    let target = person.says(&text, "the first of many");
    let started = std::time::Instant::now();
    for number in 0..count {
        match kind {
            "message" => drop(person.says(&text, "one of many")),
            "voice" => person.joins(&rooms[number % 2]),
            "reaction" if number % 2 == 0 => person.reacts(&target, "👍"),
            "reaction" => person.unreacts(&target, "👍"),
            _ => return Err(format!("there are no {kind} events")),
        }
        if number % BATCH == 0 {
            sim.written().await;
        }
    }
    sim.written().await;
    let seconds = started.elapsed().as_secs_f64();
    Ok(Report {
        facts: json!({"events": count, "seconds": seconds}),
        ..Report::done()
    })
}

/// Verbs that wait for nothing.
fn at_once(sim: &Sim, verb: Verb) -> Result<Report> {
    let made = |id: Id| Report {
        id: Some(id.to_string()),
        ..Report::done()
    };
    match verb {
        Verb::Status => Ok(Report {
            facts: status(sim),
            ..Report::done()
        }),
        Verb::Guild {
            name,
            locale,
            members,
        } => {
            let mut guild = sim.find_guild(&name).unwrap_or_else(|| sim.guild(&name));
            if let Some(locale) = locale {
                guild = guild.locale(&locale);
            }
            guild.members(members);
            Ok(made(guild.id()))
        }
        Verb::Channel {
            guild: in_guild,
            kind,
            name,
        } => {
            let guild = guild(sim, in_guild.as_deref())?;
            let channel = match kind.as_str() {
                "text" => guild.text(&name),
                "voice" => guild.voice(&name),
                "stage" => guild.stage(&name),
                "category" => guild.category(&name),
                _ => return Err(format!("there are no {kind} channels here")),
            };
            Ok(made(channel.id()))
        }
        Verb::Role {
            guild: in_guild,
            name,
            permissions,
        } => {
            let mut set = Permissions::NONE;
            for wanted in &permissions {
                let known = Permissions::NAMED.iter().find(|(name, _)| name == wanted);
                set |= known
                    .ok_or_else(|| format!("there is no permission {wanted}"))?
                    .1;
            }
            Ok(made(guild(sim, in_guild.as_deref())?.role(&name, set).id()))
        }
        Verb::Member {
            guild: in_guild,
            name,
            locale,
            roles,
        } => {
            let guild = guild(sim, in_guild.as_deref())?;
            let mut person = guild.member(&name);
            if let Some(locale) = locale {
                person = person.locale(&locale);
            }
            for role in roles {
                let role = guild
                    .find_role(&role)
                    .ok_or_else(|| format!("there is no role {role}"))?;
                guild.owner().gives_role(&person, &role);
            }
            Ok(made(person.id()))
        }
        Verb::Says {
            guild: in_guild,
            who,
            channel,
            text,
        } => {
            let person = person(sim, in_guild.as_deref(), &who, Some(&channel))?;
            let place = person
                .sim
                .look(|world| person.place(world))
                .map_err(|c| c.to_string())?;
            let place = ChannelRef {
                sim: sim.clone(),
                id: place,
            };
            let message = person
                .try_says(&place, &text, &[])
                .map_err(|cannot| cannot.to_string())?;
            Ok(made(message.id()))
        }
        Verb::Reacts {
            guild: in_guild,
            who,
            channel,
            message: id,
            emoji,
        } => {
            let person = person(sim, in_guild.as_deref(), &who, Some(&channel))?;
            person.reacts(&message(&person, &id)?, &emoji);
            Ok(Report::done())
        }
        Verb::Joins {
            guild: in_guild,
            who,
            channel,
        } => {
            let guild = guild(sim, in_guild.as_deref())?;
            let person = person(sim, in_guild.as_deref(), &who, None)?;
            let voice = channel_of(&guild, &channel)?;
            person
                .try_joins(&voice)
                .map_err(|cannot| cannot.to_string())?;
            Ok(Report::done())
        }
        Verb::Leaves { guild, who } => {
            person(sim, guild.as_deref(), &who, None)?.leaves();
            Ok(Report::done())
        }
        Verb::LeavesGuild { guild, who } => {
            person(sim, guild.as_deref(), &who, None)?.leaves_guild();
            Ok(Report::done())
        }
        Verb::Sees {
            guild: in_guild,
            who,
            channel,
        } => {
            let guild = guild(sim, in_guild.as_deref())?;
            let person = person(sim, in_guild.as_deref(), &who, None)?;
            let place = if channel == "dm" {
                person.dm()
            } else {
                channel_of(&guild, &channel)?
            };
            Ok(Report {
                messages: person.sees(&place).iter().map(shown).collect(),
                ..Report::done()
            })
        }
        Verb::Transcript { clear } => {
            let lines = sim.transcript().lines().map(str::to_owned).collect();
            if clear {
                sim.clear_transcript();
            }
            Ok(Report {
                lines,
                ..Report::done()
            })
        }
        Verb::Calls { clear } => {
            let names = sim.names();
            let lines = sim
                .calls()
                .iter()
                .map(|call| format!("{} {}", call.status, names.in_text(&call.line())))
                .collect();
            if clear {
                sim.clear_calls();
            }
            Ok(Report {
                lines,
                ..Report::done()
            })
        }
        Verb::Unread => Ok(Report {
            lines: sim.unread(),
            ..Report::done()
        }),
        Verb::Violations => {
            let violations = sim.violations();
            Ok(Report {
                facts: json!({
                    "invalid_requests": violations.invalid_requests,
                    "unknown_routes": violations.unknown_routes,
                    "bad_bodies": violations.bad_bodies,
                }),
                ..Report::done()
            })
        }
        Verb::Advance { seconds } => {
            sim.advance(Duration::from_secs(seconds));
            Ok(Report::done())
        }
        Verb::Fault { name, value } => fault(sim, &name, &value),
        Verb::Stop => {
            sim.stop();
            Ok(Report::done())
        }
        _ => Err("this verb waits".to_owned()),
    }
}

fn status(sim: &Sim) -> Value {
    json!({
        "api": sim.api_url(),
        "gateway": sim.gateway_url(),
        "application_id": sim.application_id(),
        "guilds": sim.guild_names(),
        "shards": sim.connected_shards(),
        "sequence": sim.last_sequence(0),
        "in_flight": sim.requests_in_flight(),
        "answered": sim.requests_answered(),
        "now": sim.now().to_string(),
    })
}
