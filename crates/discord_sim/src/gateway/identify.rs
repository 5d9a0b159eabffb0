//! IDENTIFY and RESUME: who may start or take up a session.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::{Outgoing, Session, connection::shard_of, payloads, session::Line};
use crate::{clock::Millis, intents, state::World};

/// Why a session was not started.
pub(super) enum Refused {
    Close(u16, &'static str),
    Invalid { resumable: bool },
}

const DAY: Millis = 86_400_000;
/// Identifies of one bucket need this much time between them.
const BUCKET_PAUSE: Millis = 5_000;

/// Starts a session and queues READY and the guilds.
pub(super) fn identify(world: &mut World, d: &Value, line: Line) -> Result<String, Refused> {
    if let Some(code) = world.faults.refuse_identify {
        return Err(Refused::Close(code, "Refused."));
    }
    check_token(world, d)?;
    let intents = check_intents(world, d)?;
    let shard = check_shard(d)?;
    check_starts(world, shard.0)?;
    let now = world.now();
    let id = world.secret();
    let session = Session {
        id: id.clone(),
        shard,
        intents,
        started: now,
        sequence: 0,
        replay: VecDeque::new(),
        line: Some(line),
        detached: None,
        faults: VecDeque::new(),
        late: None,
    };
    let life = u64::try_from(world.options.session_life.as_millis()).unwrap_or(Millis::MAX);
    world.gateway.expire(now, life);
    world.gateway.sessions.insert(id.clone(), session);
    let large_threshold = d
        .get("large_threshold")
        .and_then(Value::as_u64)
        .unwrap_or(50);
    payloads::introduce(world, &id, shard, intents, large_threshold);
    if let Some(presence) = d.get("presence").filter(|presence| presence.is_object()) {
        super::commands::set_presence(world, presence);
    }
    Ok(id)
}

/// Takes a session up again: what was missed, then RESUMED.
pub(super) fn resume(world: &mut World, d: &Value, line: Line) -> Result<String, Refused> {
    const REFUSED: Refused = Refused::Invalid { resumable: false };
    check_token(world, d)?;
    let now = world.now();
    let life = u64::try_from(world.options.session_life.as_millis()).unwrap_or(Millis::MAX);
    world.gateway.expire(now, life);
    let id = d
        .get("session_id")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let sequence = d.get("seq").and_then(Value::as_u64).unwrap_or(0);
    let session = world.gateway.sessions.get_mut(id).ok_or(REFUSED)?;
    let missed = session.missed_since(sequence).ok_or(REFUSED)?;
    if let Some(old) = session.line.take() {
        // The old connection of a session that is resumed elsewhere is dropped.
        let _ = old.sender.send(Outgoing::Close(4000, "Unknown error."));
    }
    for text in missed {
        let _ = line.sender.send(Outgoing::Text(text));
    }
    session.line = Some(line);
    session.detached = None;
    session.late = None;
    let id = id.to_owned();
    world
        .gateway
        .emit_to(&id, "RESUMED", &json!({"_trace": ["discord-sim"]}));
    Ok(id)
}

fn check_token(world: &World, d: &Value) -> Result<(), Refused> {
    let token = d.get("token").and_then(Value::as_str).unwrap_or_default();
    let token = token.strip_prefix("Bot ").unwrap_or(token);
    if token == world.options.bot_token {
        Ok(())
    } else {
        Err(Refused::Close(4004, "Authentication failed."))
    }
}

fn check_intents(world: &World, d: &Value) -> Result<u64, Refused> {
    let Some(asked) = d.get("intents").and_then(Value::as_u64) else {
        return Err(Refused::Close(4013, "Invalid intent(s)."));
    };
    if asked & !intents::DEFINED != 0 {
        return Err(Refused::Close(4013, "Invalid intent(s)."));
    }
    let options = &world.options;
    let allowed = [
        (options.members_intent, intents::GUILD_MEMBERS),
        (options.presences_intent, intents::GUILD_PRESENCES),
        (options.message_content_intent, intents::MESSAGE_CONTENT),
    ];
    if allowed.iter().any(|(on, bit)| !on && asked & bit != 0) {
        return Err(Refused::Close(4014, "Disallowed intent(s)."));
    }
    Ok(asked)
}

fn check_shard(d: &Value) -> Result<(u64, u64), Refused> {
    let invalid = || Refused::Close(4010, "Invalid shard.");
    match d.get("shard") {
        None | Some(Value::Null) => Ok((0, 1)),
        Some(Value::Array(pair)) => {
            let numbers: Vec<u64> = pair.iter().filter_map(Value::as_u64).collect();
            match numbers[..] {
                [id, count] if id < count && pair.len() == 2 => Ok((id, count)),
                _ => Err(invalid()),
            }
        }
        Some(_) => Err(invalid()),
    }
}

fn check_starts(world: &mut World, shard: u64) -> Result<(), Refused> {
    let now = world.now();
    let concurrency = u64::from(world.options.max_concurrency);
    let limit = usize::try_from(world.options.session_starts).unwrap_or(usize::MAX);
    let gateway = &mut world.gateway;
    while gateway
        .starts
        .front()
        .is_some_and(|start| start + DAY <= now)
    {
        gateway.starts.pop_front();
    }
    if gateway.starts.len() >= limit {
        return Err(Refused::Close(4004, "Authentication failed."));
    }
    if concurrency > 0 {
        let bucket = shard % concurrency;
        let last = gateway.buckets.get(&bucket);
        if last.is_some_and(|last| now < last + BUCKET_PAUSE) {
            return Err(Refused::Invalid { resumable: false });
        }
        gateway.buckets.insert(bucket, now);
    }
    gateway.starts.push_back(now);
    Ok(())
}

/// Whether a shard pair is responsible for a guild.
pub(super) fn is_responsible(shard: (u64, u64), guild: crate::ids::Id) -> bool {
    shard_of(guild, shard.1) == shard.0
}
