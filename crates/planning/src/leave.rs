//! Leave: the role that somebody has meanwhile, and who else wants to know.
//!
//! One job for each member brings the role to how it should be, and waits for the next moment at which that changes. It
//! reckons from what is planned now, so a change, a removal or a restart needs nothing but to run it once more.

use std::collections::BTreeSet;

use database::{GuildId, RoleId, UserId};
use feature::{Failure, Kit, Outcome, Refusal, absence};
use jiff::{Timestamp, ToSpan as _, civil::DateTime, tz::TimeZone};
use jobs::{Job, NewJob};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use crate::{
    Planning,
    model::{Entry, Kind, Span, State, instant},
    settings::PlanSettings,
    store::{self, entries::Filter},
    work,
};

/// Gives or takes the role of one member, as their leave wants it.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Role {
    guild: GuildId,
    user: UserId,
}

impl Job for Role {
    const NAME: &'static str = "planning.leave_role";
}

/// Does so for everybody, because the role is another now.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Roles {
    guild: GuildId,
}

impl Job for Roles {
    const NAME: &'static str = "planning.leave_roles";
}

/// How far ahead leave is looked for, in days; a job looks again by then.
const AHEAD: i32 = 60;
/// Entries of one member that are looked at.
const MOST: i64 = 1_000;
/// Whole days of calendars of others that are looked at.
const ELSEWHERE: i64 = 200;

/// Has the roles of members follow their leave.
pub(crate) async fn later(
    kit: &Kit<Planning>,
    db: &mut PgConnection,
    guild: GuildId,
    people: impl IntoIterator<Item = UserId>,
) -> Outcome<()> {
    let jobs = people.into_iter().map(|user| {
        let job = NewJob::new(&Role { guild, user }).map_err(Failure::fault)?;
        Ok(job.key(format!("{guild}:{user}")))
    });
    let jobs = jobs.collect::<Outcome<_>>()?;
    Ok(kit.jobs.enqueue_all(db, jobs).await?)
}

/// Has the roles of everybody follow the settings.
pub(crate) async fn all_later(kit: &Kit<Planning>, guild: GuildId) -> Outcome<()> {
    let mut db = kit.database.acquire().await?;
    work::enqueue(kit, &mut db, &Roles { guild }, guild.to_string(), None).await
}

/// The window that begins at an instant, on the clocks of a zone.
fn ahead(now: Timestamp, zone: &TimeZone, days: i32) -> Span {
    let start = now.to_zoned(zone.clone()).datetime();
    Span {
        start,
        end: start.checked_add(days.days()).unwrap_or(DateTime::MAX),
        is_days: false,
    }
}

/// When somebody is away, as instants, in order.
fn absences(entries: &[Entry], window: &Span, zone: &TimeZone) -> Vec<(Timestamp, Timestamp)> {
    let mut times: Vec<(Timestamp, Timestamp)> = entries
        .iter()
        .filter(|entry| entry.counts())
        .flat_map(|entry| entry.within(window))
        .map(|time| (instant(time.start, zone), instant(time.end, zone)))
        .collect();
    times.sort_unstable();
    times
}

async fn of(
    db: &mut PgConnection,
    guild: GuildId,
    people: &[UserId],
    kind: Option<Kind>,
    window: &Span,
) -> sqlx::Result<Vec<Entry>> {
    let filter = Filter {
        people: people.to_vec(),
        kind,
        state: Some(State::Approved),
        from: Some(window.start),
        to: Some(window.end),
        ..Filter::default()
    };
    store::entries::list(db, guild, &filter, 0, MOST).await
}

pub(crate) async fn role(kit: Kit<Planning>, job: Role) -> Outcome<()> {
    let Role { guild, user } = job;
    let settings = kit.settings.get::<PlanSettings>(guild).await?;
    let zone = kit.manners(guild).await?.zone;
    let now = kit.clock.now();
    let window = ahead(now, &zone, AHEAD);
    let mut db = kit.database.acquire().await?;
    let entries = of(&mut db, guild, &[user], Some(Kind::Leave), &window).await?;
    let held = store::people::held(&mut db, guild, user).await?;
    drop(db);
    let times = absences(&entries, &window, &zone);
    let is_away = times
        .iter()
        .any(|(from, until)| *from <= now && now < *until);
    let wanted = settings.leave_role.filter(|_| is_away);
    settle(&kit, guild, user, held, wanted).await?;
    let next = times
        .iter()
        .flat_map(|(from, until)| [*from, *until])
        .filter(|at| *at > now)
        .min();
    // Leave that begins later than is looked ahead, and what comes again without an end, is found on the way.
    let far = entries_go_on(&kit, guild, user, &window).await?;
    let next = next.or_else(|| far.then(|| instant(window.end, &zone)));
    let mut db = kit.database.acquire().await?;
    if next.is_some() {
        let key = format!("{guild}:{user}");
        work::enqueue(&kit, &mut db, &Role { guild, user }, key, next).await?;
    }
    Ok(())
}

/// Whether there is leave behind a window.
async fn entries_go_on(
    kit: &Kit<Planning>,
    guild: GuildId,
    user: UserId,
    window: &Span,
) -> Outcome<bool> {
    let filter = Filter {
        people: vec![user],
        kind: Some(Kind::Leave),
        state: Some(State::Approved),
        from: Some(window.end),
        ..Filter::default()
    };
    let mut db = kit.database.acquire().await?;
    let found = store::entries::list(&mut db, guild, &filter, 0, 1).await?;
    Ok(!found.is_empty())
}

/// Brings the role of a member to what is wanted. What is on its way is written down first, so that a process that dies
/// over it leaves nobody with a role for ever.
async fn settle(
    kit: &Kit<Planning>,
    guild: GuildId,
    user: UserId,
    held: Option<(RoleId, bool)>,
    wanted: Option<RoleId>,
) -> Outcome<()> {
    let http = kit.discord.http();
    if let Some((role, _)) = held
        && wanted != Some(role)
    {
        let asked = http.remove_guild_member_role(guild.into(), user.into(), role.into());
        let done = kit.discord.done(asked).await;
        let is_kept = matches!(done, Err(Refusal::Forbidden { .. }));
        settled(done)?;
        if is_kept {
            // It stays noted, and the next change tries again.
            return Ok(());
        }
        store::people::hold(&mut *kit.database.acquire().await?, guild, user, None).await?;
    }
    let Some(role) = wanted else { return Ok(()) };
    if held == Some((role, true)) {
        return Ok(());
    }
    if held.is_none_or(|(known, _)| known != role) {
        // Who has the role anyway keeps it afterwards.
        let member = kit
            .discord
            .one(http.guild_member(guild.into(), user.into()));
        match member.await {
            Ok(member) if member.roles.contains(&role.into()) => return Ok(()),
            Ok(_) => {}
            Err(Refusal::Gone(_)) => return Ok(()),
            Err(refusal) => return Err(refusal.into()),
        }
        let on_its_way = Some((role, false));
        store::people::hold(&mut *kit.database.acquire().await?, guild, user, on_its_way).await?;
    }
    let asked = http.add_guild_member_role(guild.into(), user.into(), role.into());
    let is_given = settled(kit.discord.done(asked).await)?;
    let holds = is_given.then_some((role, true));
    store::people::hold(&mut *kit.database.acquire().await?, guild, user, holds).await?;
    Ok(())
}

/// Whether it was done; what can not be done is logged, and tried again with the next change.
fn settled(done: Result<(), Refusal>) -> Outcome<bool> {
    match done {
        Ok(()) => Ok(true),
        Err(refusal @ (Refusal::Forbidden { .. } | Refusal::Gone(_))) => {
            tracing::warn!(
                error = feature::chain(&refusal),
                "the role of leave can not be given or taken"
            );
            Ok(false)
        }
        Err(refusal) => Err(refusal.into()),
    }
}

pub(crate) async fn roles(kit: Kit<Planning>, job: Roles) -> Outcome<()> {
    let guild = job.guild;
    let zone = kit.manners(guild).await?.zone;
    let window = ahead(kit.clock.now(), &zone, 1);
    let mut db = kit.database.begin().await?;
    let entries = of(&mut db, guild, &[], Some(Kind::Leave), &window).await?;
    let holders = store::people::holders(&mut db, guild).await?;
    let people: BTreeSet<UserId> = entries
        .iter()
        .flat_map(|entry| entry.people.iter().copied())
        .chain(holders)
        .collect();
    later(&kit, &mut db, guild, people).await?;
    db.commit().await?;
    Ok(())
}

/// Who of some members is away, for whoever gives them work.
pub(crate) async fn away(
    kit: Kit<Planning>,
    asked: absence::Question,
) -> Outcome<Vec<absence::Away>> {
    let zone = kit.manners(asked.guild).await?.zone;
    let local = |at: Timestamp| at.to_zoned(zone.clone()).datetime();
    let window = Span {
        start: local(asked.from),
        end: local(asked.to).max(local(asked.from).saturating_add(1.minute())),
        is_days: false,
    };
    let mut db = kit.database.acquire().await?;
    let entries = of(&mut db, asked.guild, &asked.users, None, &window).await?;
    let elsewhere =
        store::calendars::away(&mut db, asked.guild, &window, &asked.users, ELSEWHERE).await?;
    drop(db);
    let mut found: Vec<absence::Away> = elsewhere
        .into_iter()
        .map(|(user, span)| absence::Away {
            user,
            from: instant(span.start, &zone),
            until: instant(span.end, &zone),
        })
        .collect();
    for user in asked.users {
        let own: Vec<Entry> = entries
            .iter()
            .filter(|entry| entry.kind.is_away() && entry.people.contains(&user))
            .cloned()
            .collect();
        let times = absences(&own, &window, &zone);
        found.extend(
            times
                .into_iter()
                .map(|(from, until)| absence::Away { user, from, until }),
        );
    }
    Ok(found)
}
