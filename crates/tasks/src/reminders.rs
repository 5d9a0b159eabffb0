//! Reminders: a day and an hour before a task is due, when it is, and then once a day with all that is overdue.
//!
//! Each task has one job, at its next planned reminder; it is written with every change. A reminder to one reader is a row
//! (task, kind, planned instant, reader) that is taken before it is sent and marked after. It carries a nonce, and who takes
//! one that was taken before looks for it first, so that it is sent once also when the process dies in between. In quiet hours the job waits. What was missed by less than a day
//! is sent once and marked as late; of several missed ones of a task only the last.

use std::collections::BTreeMap;

use database::{ChannelId, GuildId, UserId};
use feature::{Card, Failure, Kit, Lang, Outcome, Refusal, discord::Post};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use jobs::{Job, NewJob};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use crate::{
    Tasks,
    model::{Kind, MISSED, Task, planned},
    settings::TaskSettings,
    store::{self, Filter, Position, Reminder, Taken},
    text,
};

/// A reminder that comes later than this says so.
const LATE: SignedDuration = SignedDuration::from_mins(15);
/// For how long it is remembered that somebody takes no direct messages.
const CLOSED: SignedDuration = SignedDuration::from_hours(24 * 7);
/// Tasks of a digest.
const DIGEST: i64 = 200;

/// Reminds of a task what is due by now.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Remind {
    guild: GuildId,
    number: i32,
}

impl Job for Remind {
    const NAME: &'static str = "tasks.remind";
}

/// Reminds of all that is overdue in a guild.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Digest {
    guild: GuildId,
    at: Timestamp,
}

impl Job for Digest {
    const NAME: &'static str = "tasks.digest";
}

/// The job that has a task's next reminder sent when it is time, if there is one.
pub(crate) fn job(task: &Task, now: Timestamp) -> Outcome<Option<NewJob>> {
    let next = planned(task).into_iter().find(|(at, _)| *at > now);
    // One that waits for a reminder that is no more finds nothing to do.
    next.map(|(at, _)| job_at(task, at)).transpose()
}

fn job_at(task: &Task, at: Timestamp) -> Outcome<NewJob> {
    let job = Remind {
        guild: task.guild,
        number: task.number,
    };
    let key = format!("{}:{}", task.guild, task.number);
    Ok(NewJob::new(&job).map_err(Failure::fault)?.key(key).at(at))
}

async fn digest_later(
    kit: &Kit<Tasks>,
    db: &mut PgConnection,
    guild: GuildId,
    settings: &TaskSettings,
    zone: &TimeZone,
) -> Outcome<()> {
    let at = settings.next_digest(kit.clock.now(), zone);
    let job = NewJob::new(&Digest { guild, at })
        .map_err(Failure::fault)?
        .key(guild.to_string())
        .at(at);
    kit.jobs.enqueue(db, job).await?;
    Ok(())
}

pub(crate) async fn remind(kit: Kit<Tasks>, asked: Remind) -> Outcome<()> {
    let Remind { guild, number } = asked;
    // Before a connection is taken: whoever holds one must not wait for another.
    let settings = kit.settings.get::<TaskSettings>(guild).await?;
    let manners = kit.manners(guild).await?;
    let mut db = kit.database.begin().await?;
    let Some(task) = store::get(&mut db, guild, number).await? else {
        return Ok(());
    };
    let now = kit.clock.now();
    let planned = planned(&task);
    let mut due: Vec<(Timestamp, Kind)> = planned
        .iter()
        .copied()
        .filter(|(at, _)| *at <= now && now.duration_since(*at) <= MISSED)
        .collect();
    if !due.is_empty()
        && let Some(end) = settings.quiet_end(now, &manners.zone)
    {
        kit.jobs.enqueue(&mut db, job_at(&task, end)?).await?;
        db.commit().await?;
        return Ok(());
    }
    // Of several that were missed the last says it all.
    if let Some(last) = due.iter().rposition(|(_, kind)| *kind != Kind::Snooze) {
        let last = due[last];
        due.retain(|one| *one == last || one.1 == Kind::Snooze);
    }
    drop(db);
    for (at, kind) in due {
        let is_late = now.duration_since(at) > LATE;
        let card = text::reminder(manners.lang, &task, kind, is_late, now);
        send_all(&kit, &task, kind, at, manners.lang, &settings, &card).await?;
    }
    let mut db = kit.database.begin().await?;
    if let Some((at, _)) = planned.into_iter().find(|(at, _)| *at > now) {
        kit.jobs.enqueue(&mut db, job_at(&task, at)?).await?;
    }
    if task.is_overdue(now) && task.deleted.is_none() {
        digest_later(&kit, &mut db, guild, &settings, &manners.zone).await?;
    }
    db.commit().await?;
    Ok(())
}

/// Reminds everybody who is to do a task: members directly, a role and who may pick it up in the channel.
async fn send_all(
    kit: &Kit<Tasks>,
    task: &Task,
    kind: Kind,
    at: Timestamp,
    lang: Lang,
    settings: &TaskSettings,
    card: &Card,
) -> Outcome<()> {
    let fallback = settings.channel.or(task.channel);
    let reminder = |reader: u64| Reminder {
        guild: task.guild,
        number: task.number,
        kind: kind.word(),
        planned: at,
        reader: i64::try_from(reader).unwrap_or_default(),
    };
    for user in &task.assignees {
        once(kit, reminder(user.get()), async |nonce, since| {
            tell(kit, task.guild, *user, lang, card, (nonce, since), fallback).await
        })
        .await?;
    }
    if task.assignees.is_empty()
        && let Some(channel) = fallback
    {
        let role = task.role;
        once(
            kit,
            reminder(role.map_or(0, database::RoleId::get)),
            async |nonce, sent_since| {
                let post = Post {
                    nonce: Some(nonce),
                    roles: role.as_slice(),
                    sent_since,
                    ..Post::default()
                };
                kit.discord
                    .post(channel, lang, card, post)
                    .await
                    .map(|_| ())
            },
        )
        .await?;
    }
    Ok(())
}

/// Sends a reminder unless it was sent; one that Discord will never take counts as sent.
async fn once(
    kit: &Kit<Tasks>,
    reminder: Reminder<'_>,
    send: impl AsyncFnOnce(&str, Option<Timestamp>) -> Result<(), Refusal>,
) -> Outcome<()> {
    let mut db = kit.database.acquire().await?;
    let sent_since = match store::take_reminder(&mut db, reminder).await? {
        Taken::New => None,
        Taken::Again => Some(reminder.planned),
        Taken::Sent => return Ok(()),
    };
    drop(db);
    match send(&reminder.nonce(), sent_since).await {
        Ok(()) => {}
        Err(
            refusal
            @ (Refusal::Forbidden { .. } | Refusal::Gone(_) | Refusal::DirectMessagesClosed),
        ) => {
            tracing::warn!(
                error = feature::chain(&refusal),
                "a reminder reaches nobody"
            );
        }
        Err(refusal) => return Err(refusal.into()),
    }
    let mut db = kit.database.acquire().await?;
    store::sent(&mut db, reminder, kit.clock.now()).await?;
    Ok(())
}

/// Tells somebody directly, or in a channel where they take no direct messages.
async fn tell(
    kit: &Kit<Tasks>,
    guild: GuildId,
    user: UserId,
    lang: Lang,
    card: &Card,
    (nonce, sent_since): (&str, Option<Timestamp>),
    fallback: Option<ChannelId>,
) -> Result<(), Refusal> {
    let now = kit.clock.now();
    let is_closed = match kit.database.acquire().await {
        Ok(mut db) => store::is_closed(&mut db, guild, user, now - CLOSED)
            .await
            .unwrap_or_default(),
        Err(_) => false,
    };
    let post = |pings| Post {
        nonce: Some(nonce),
        pings,
        sent_since,
        ..Post::default()
    };
    if !is_closed {
        let told = match kit.discord.direct_channel(user).await {
            Ok(channel) => kit.discord.post(channel, lang, card, post(&[])).await,
            Err(refusal) => Err(refusal),
        };
        match told {
            Ok(_) => return Ok(()),
            Err(Refusal::DirectMessagesClosed | Refusal::Forbidden { .. }) => {
                if let Ok(mut db) = kit.database.acquire().await {
                    // Not noted, it is tried again the next time.
                    let _ = store::close(&mut db, guild, user, now).await;
                }
            }
            Err(refusal) => return Err(refusal),
        }
    }
    let Some(channel) = fallback else {
        return Err(Refusal::DirectMessagesClosed);
    };
    let card = card.clone().text(format!("<@{user}>"));
    kit.discord
        .post(channel, lang, &card, post(&[user]))
        .await
        .map(|_| ())
}

pub(crate) async fn digest(kit: Kit<Tasks>, job: Digest) -> Outcome<()> {
    let Digest { guild, at } = job;
    let settings = kit.settings.get::<TaskSettings>(guild).await?;
    let manners = kit.manners(guild).await?;
    let now = kit.clock.now();
    let filter = Filter {
        overdue: true,
        ..Filter::default()
    };
    let mut db = kit.database.acquire().await?;
    let overdue = store::list(&mut db, guild, &filter, Position::FIRST, now, DIGEST).await?;
    if overdue.is_empty() {
        return Ok(());
    }
    let mut readers: BTreeMap<UserId, (Vec<&Task>, Vec<&Task>)> = BTreeMap::new();
    let sites: Vec<i32> = overdue
        .iter()
        .filter_map(|task| task.site.as_ref().map(|(number, _)| *number))
        .collect();
    let leads = worksites::sites::leads(&mut db, guild, &sites).await?;
    drop(db);
    let wait = SignedDuration::from_hours(i64::from(settings.lead_after));
    for task in &overdue {
        for user in &task.assignees {
            readers.entry(*user).or_default().0.push(task);
        }
        let has_waited = task.due.is_some_and(|due| now.duration_since(due) >= wait);
        let lead = task
            .site
            .as_ref()
            .and_then(|(number, _)| leads.get(number).copied())
            .unwrap_or(task.created_by);
        if has_waited && !task.assignees.contains(&lead) {
            readers.entry(lead).or_default().1.push(task);
        }
    }
    // A digest that comes a day late is the next one's.
    if now.duration_since(at) < MISSED {
        let lang = manners.lang;
        for (user, (own, led)) in readers {
            let card = text::digest(lang, &own, &led);
            let reminder = Reminder {
                guild,
                number: 0,
                kind: "digest",
                planned: at,
                reader: i64::try_from(user.get()).unwrap_or_default(),
            };
            let fallback = settings
                .channel
                .or_else(|| own.iter().chain(&led).find_map(|task| task.channel));
            once(&kit, reminder, async |nonce, since| {
                tell(&kit, guild, user, lang, &card, (nonce, since), fallback).await
            })
            .await?;
        }
    }
    let mut db = kit.database.acquire().await?;
    digest_later(&kit, &mut db, guild, &settings, &manners.zone).await
}
