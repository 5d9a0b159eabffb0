//! From what happened to a request, and what its answer comes to.
//!
//! What happened is written down once for each webhook that wants it (`hear`), with a job each. The job sends and
//! notes the attempt; when it dies in between it sends once more, under the same id, by which the receiver knows it. The
//! jobs of one webhook run one after the other, so that a slow address holds up nobody else.

use database::GuildId;
use feature::{Announcement, Failure, Happening, House, Kit, Outcome, Refusal};
use jiff::SignedDuration;
use jobs::{Job, NewJob};
use outgoing::{Address, Excess, HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;
use std::time::{Duration, Instant};

use crate::{
    Webhooks,
    model::{KEPT, PATIENCE, Trouble, Why, body, pause},
    sign,
    store::{self, Attempt, ToSend},
    text,
};

/// How long an address may take to answer.
const DEADLINE: Duration = Duration::from_secs(10);
/// How much of an answer is read, in bytes.
const MOST: usize = 64 * 1024;
/// How much of it is kept, in characters.
const KEPT_OF_ANSWER: usize = 500;
/// How many rows are erased at a time.
const AT_ONCE: i64 = 5_000;
/// What a test is called.
pub(crate) const TEST: Happening = Happening {
    kind: "webhook.test",
    about: "somebody tests this webhook",
};

/// What happened, on its way to webhooks.
#[derive(Debug, Deserialize, Serialize)]
#[serde(transparent)]
pub(crate) struct Heard(Announcement);

impl Job for Heard {
    const NAME: &'static str = "webhooks.heard";
}

/// Sends something to a webhook.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Deliver {
    guild: GuildId,
    hook: i32,
    sequence: i64,
}

impl Job for Deliver {
    const NAME: &'static str = "webhooks.deliver";
}

/// Tells who made a webhook that it was stopped.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Stopped {
    guild: GuildId,
    hook: i32,
}

impl Job for Stopped {
    const NAME: &'static str = "webhooks.stopped";
}

/// Erases what was sent long ago.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Purge {}

impl Job for Purge {
    const NAME: &'static str = "webhooks.purge";
}

pub(crate) async fn hear(kit: Kit<Webhooks>, Heard(announcement): Heard) -> Outcome<()> {
    let mut db = kit.database.begin().await?;
    let to_send = ToSend {
        sequence: announcement.sequence,
        kind: &announcement.kind,
        subject: &announcement.subject,
        body: &body(&announcement),
        only: None,
    };
    send(&kit, &mut db, announcement.guild, &to_send).await?;
    db.commit().await?;
    Ok(())
}

/// Writes down what is to be sent, and has it sent. Whether anybody wants it.
async fn send(
    house: &House,
    db: &mut PgConnection,
    guild: GuildId,
    to_send: &ToSend<'_>,
) -> Outcome<bool> {
    let hooks = store::add(db, guild, to_send, house.clock.now()).await?;
    let jobs = hooks.iter();
    let jobs = jobs.map(|hook| delivery(guild, *hook, to_send.sequence));
    let jobs = jobs.collect::<Outcome<_>>()?;
    house.jobs.enqueue_all(db, jobs).await?;
    Ok(!hooks.is_empty())
}

/// Sends a test to a webhook. Whether it is there and at work.
pub(crate) async fn test(house: &House, guild: GuildId, hook: i32) -> Outcome<bool> {
    let mut db = house.database.begin().await?;
    let announcement = Announcement {
        guild,
        kind: TEST.kind.to_owned(),
        subject: format!("webhook {hook}"),
        at: house.clock.now(),
        sequence: house.next_sequence(&mut db).await?,
        data: json!({ "number": hook }),
    };
    let to_send = ToSend {
        sequence: announcement.sequence,
        kind: &announcement.kind,
        subject: &announcement.subject,
        body: &body(&announcement),
        only: Some(hook),
    };
    let is_sent = send(house, &mut db, guild, &to_send).await?;
    db.commit().await?;
    Ok(is_sent)
}

/// Sends something again that has ended. Whether it was there.
pub(crate) async fn again(
    house: &House,
    guild: GuildId,
    hook: i32,
    sequence: i64,
) -> Outcome<bool> {
    let mut db = house.database.begin().await?;
    let is_there = store::again(&mut db, guild, hook, sequence).await?;
    if is_there {
        later(house, &mut db, guild, hook, sequence, SignedDuration::ZERO).await?;
    }
    db.commit().await?;
    Ok(is_there)
}

async fn later(
    house: &House,
    db: &mut PgConnection,
    guild: GuildId,
    hook: i32,
    sequence: i64,
    pause: SignedDuration,
) -> Outcome<()> {
    let job = delivery(guild, hook, sequence)?.after(pause);
    house.jobs.enqueue(db, job).await?;
    Ok(())
}

/// The job that sends something to a webhook.
fn delivery(guild: GuildId, hook: i32, sequence: i64) -> Outcome<NewJob> {
    let deliver = Deliver {
        guild,
        hook,
        sequence,
    };
    let job = NewJob::new(&deliver).map_err(Failure::fault)?;
    Ok(job
        .key(format!("{guild}:{hook}:{sequence}"))
        .queue(format!("webhooks {guild} {hook}")))
}

pub(crate) async fn deliver(kit: Kit<Webhooks>, job: Deliver) -> Outcome<()> {
    let Deliver {
        guild,
        hook,
        sequence,
    } = job;
    let begun_at = kit.clock.now();
    let mut db = kit.database.acquire().await?;
    let Some(due) = store::due(&mut db, guild, hook, sequence, begun_at).await? else {
        return Ok(());
    };
    if due.is_stopped {
        store::drop_waiting(&mut db, guild, hook, begun_at).await?;
        return Ok(());
    }
    drop(db);
    let timestamp = begun_at.as_second();
    let signatures = sign::signatures(&due.keys, &due.id, timestamp, &due.body)?;
    let headers = headers(&due.id, timestamp, &signatures)?;
    let begun = Instant::now();
    let answer = call(&kit, &due.url, headers, due.body).await;
    let took_ms = i32::try_from(begun.elapsed().as_millis()).unwrap_or(i32::MAX);
    let ended = Ended::of(&answer, due.attempts + 1, sequence);
    let trouble = answer.as_ref().err().map(|trouble| trouble.word());
    let said = answer.as_ref().ok().map(|answer| {
        let said = String::from_utf8_lossy(&answer.body).replace('\0', "");
        feature::card::cut(said.trim(), KEPT_OF_ANSWER)
    });
    let now = kit.clock.now();
    let attempt = Attempt {
        at: begun_at,
        took_ms,
        status: answer
            .as_ref()
            .ok()
            .map(|answer| answer.status.as_u16().into()),
        trouble,
        answer: said.as_deref().filter(|said| !said.is_empty()),
        state: ended.word(),
    };
    let stops = match ended {
        Ended::Gone => Some(Why::Gone),
        Ended::Sent => None,
        Ended::Again(_) | Ended::Failed => due
            .failing_since
            .is_some_and(|since| now.duration_since(since) >= PATIENCE)
            .then_some(Why::Failing),
    };
    let mut db = kit.database.begin().await?;
    store::attempted(&mut db, guild, hook, sequence, &attempt).await?;
    if let Some(why) = stops {
        stop(&kit, &mut db, guild, hook, why).await?;
    } else if let Ended::Again(pause) = ended {
        later(&kit, &mut db, guild, hook, sequence, pause).await?;
    }
    db.commit().await?;
    Ok(())
}

/// Stops a webhook by itself, and has its maker told.
async fn stop(
    house: &House,
    db: &mut PgConnection,
    guild: GuildId,
    hook: i32,
    why: Why,
) -> Outcome<()> {
    let now = house.clock.now();
    if store::stop(db, guild, hook, Some((now, why))).await? {
        store::drop_waiting(db, guild, hook, now).await?;
        let job = NewJob::new(&Stopped { guild, hook }).map_err(Failure::fault)?;
        house.jobs.enqueue(db, job).await?;
        tracing::info!(%guild, hook, why = why.word(), "a webhook is stopped");
    }
    Ok(())
}

/// What an answer comes to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Ended {
    /// It arrived.
    Sent,
    /// It is tried again after a pause.
    Again(SignedDuration),
    /// It was tried often enough.
    Failed,
    /// The address wants no more.
    Gone,
}

impl Ended {
    fn of(answer: &Result<Answer, Trouble>, attempts: i32, sequence: i64) -> Self {
        let mut asked = None;
        if let Ok(answer) = answer {
            if answer.status.is_success() {
                return Self::Sent;
            }
            if answer.status == StatusCode::GONE {
                return Self::Gone;
            }
            let after = answer.headers.get(header::RETRY_AFTER);
            asked = after
                .and_then(|after| after.to_str().ok()?.parse().ok())
                .map(|seconds: u32| SignedDuration::from_secs(seconds.into()));
        }
        pause(attempts, sequence, asked).map_or(Self::Failed, Self::Again)
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Again(_) => "waiting",
            Self::Failed | Self::Gone => "failed",
        }
    }
}

/// What came back.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

async fn call(
    kit: &Kit<Webhooks>,
    url: &str,
    headers: HeaderMap,
    body: String,
) -> Result<Answer, Trouble> {
    let address = Address::parse(url)?;
    let request = Request {
        method: Method::POST,
        address: &address,
        headers,
        body: body.into(),
        most: MOST,
        excess: Excess::Cut,
        patience: DEADLINE,
    };
    match kit.feature.outgoing.send(request).await {
        Ok(answer) => Ok(Answer {
            status: answer.status,
            headers: answer.headers,
            body: answer.body.into(),
        }),
        // Nobody follows; for who reads the log it is an answer.
        Err(outgoing::Error::Redirect(status)) => Ok(Answer {
            status,
            headers: HeaderMap::new(),
            body: Vec::new(),
        }),
        Err(error) => Err(Trouble::from(&error)),
    }
}

fn headers(id: &str, timestamp: i64, signatures: &str) -> Outcome<HeaderMap> {
    let name = header::HeaderName::from_static;
    let value = |value: &str| HeaderValue::from_str(value).map_err(Failure::fault);
    Ok(HeaderMap::from_iter([
        (header::CONTENT_TYPE, value("application/json")?),
        (name("webhook-id"), value(id)?),
        (name("webhook-timestamp"), timestamp.into()),
        (name("webhook-signature"), value(signatures)?),
    ]))
}

pub(crate) async fn tell_stopped(kit: Kit<Webhooks>, job: Stopped) -> Outcome<()> {
    let mut db = kit.database.acquire().await?;
    let hook = store::one(&mut db, job.guild, job.hook).await?;
    drop(db);
    let Some(hook) = hook.filter(|hook| hook.stopped.is_some()) else {
        return Ok(());
    };
    let lang = kit.manners(job.guild).await?.lang;
    let server = kit
        .cache
        .guild(job.guild.into())
        .map_or_else(|| job.guild.to_string(), |guild| guild.name().to_owned());
    let card = text::stopped_by_itself(lang, &hook, &server);
    match kit.discord.direct(hook.created_by, lang, &card).await {
        Ok(_) | Err(Refusal::DirectMessagesClosed) => Ok(()),
        Err(refusal) if refusal.is_gone() => Ok(()),
        Err(refusal) => Err(refusal.into()),
    }
}

pub(crate) async fn purge(kit: Kit<Webhooks>, _: Purge) -> Outcome<()> {
    let before = kit.clock.now() - KEPT;
    loop {
        let mut db = kit.database.acquire().await?;
        if store::purge(&mut db, before, AT_ONCE).await? == 0 {
            return Ok(());
        }
    }
}

/// Erases the webhooks of a guild that the bot was taken out of.
pub(crate) async fn forget(kit: Kit<Webhooks>, guild: GuildId) -> Outcome<()> {
    let mut db = kit.database.acquire().await?;
    store::forget(&mut db, guild).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(status: u16, after: Option<&'static str>) -> Ended {
        let headers = after.map(|after| (header::RETRY_AFTER, HeaderValue::from_static(after)));
        let answer = Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: headers.into_iter().collect(),
            body: Vec::new(),
        };
        Ended::of(&Ok(answer), 1, 7)
    }

    #[test]
    fn an_answer_says_whether_to_come_again() {
        assert_eq!(ended(204, None), Ended::Sent);
        assert_eq!(ended(410, None), Ended::Gone);
        // No redirect is followed, and none is an arrival.
        for status in [302, 400, 404, 500] {
            assert!(matches!(ended(status, None), Ended::Again(_)));
        }
        let asked = ended(429, Some("3600"));
        assert_eq!(asked, Ended::Again(SignedDuration::from_hours(1)));
        let nonsense = ended(503, Some("tomorrow"));
        assert!(matches!(nonsense, Ended::Again(pause) if pause < SignedDuration::from_secs(10)));
        assert_eq!(Ended::of(&Err(Trouble::TimedOut), 8, 7), Ended::Failed);
    }
}
