//! Bringing a guild to its intended state: what changed while nobody looked.

use std::collections::BTreeSet;

use database::{GuildId, RoleId, UserId};
use feature::{Kit, Outcome, Refusal};
use jiff::Timestamp;
use jobs::NewJob;
use sqlx::PgConnection;
use twilight_model::guild::Member;

use crate::{
    Autorole, broken,
    error::Refused,
    hierarchy::Roles,
    jobs::{MassStep, Refresh, Survey},
    joining::{self, Joined, Joining},
    store::{self, joins::State},
};

/// Members on one page of Discord's list.
const PAGE: u16 = 1000;

pub(crate) async fn guild(kit: Kit<Autorole>, guild: GuildId) -> Outcome<()> {
    let now = kit.clock.now();
    let joining = kit.settings.get::<Joining>(guild).await?;
    let mut db = kit.database.begin().await?;
    store::members::forget_edits(&mut db, guild, now - jiff::SignedDuration::from_hours(1)).await?;
    store::joins::forget_old(&mut db, guild, now - joining::REMEMBERED).await?;
    store::joins::forget_kept(&mut db, guild, Some(now - joining::KEPT)).await?;
    store::seats::sync_roles(&mut db, guild).await?;
    if let Some(roles) = Roles::cached(&kit.cache, guild) {
        let known: Vec<RoleId> = roles.all.keys().copied().collect();
        let groups = store::groups::mark_broken(&mut db, guild, &known, now).await?;
        broken::changed(&kit, &mut db, guild, &groups).await?;
    }
    // A menu that was deleted unseen, or names that changed.
    for group in store::groups::posted_with(&mut db, guild, None).await? {
        let refresh = Refresh {
            guild,
            group,
            may_be_gone: true,
        };
        let job = NewJob::new(&refresh)
            .map_err(feature::Failure::fault)?
            .key(group.to_string());
        kit.jobs.enqueue(&mut db, job).await?;
    }
    if let Some(run) = store::mass::running(&mut db, guild).await? {
        let job = NewJob::new(&MassStep { guild, run })
            .map_err(feature::Failure::fault)?
            .key(run.to_string())
            .queue(format!("autorole mass {guild}"));
        kit.jobs.enqueue(&mut db, job).await?;
    }
    let needs_survey = joining.is_on() || !store::seats::roles(&mut db, guild).await?.is_empty();
    if needs_survey {
        let job = NewJob::new(&Survey { guild })
            .map_err(feature::Failure::fault)?
            .key(guild.to_string());
        kit.jobs.enqueue(&mut db, job).await?;
    }
    db.commit().await?;
    Ok(())
}

/// A member of Discord's list.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) user: UserId,
    pub(crate) is_bot: bool,
    pub(crate) roles: Vec<RoleId>,
    joined_at: Option<Timestamp>,
    is_ready: bool,
}

/// A page of the members of a guild, by id, and whether more follow.
pub(crate) async fn members(
    kit: &Kit<Autorole>,
    guild: GuildId,
    after: Option<UserId>,
) -> Outcome<(Vec<Listed>, bool)> {
    let http = kit.discord.http();
    let mut request = http.guild_members(guild.into()).limit(PAGE);
    if let Some(after) = after {
        request = request.after(after.into());
    }
    let page: Vec<Member> = match kit.discord.list(request).await {
        Ok(page) => page,
        Err(Refusal::Forbidden { .. }) => return Err(Refused::NoMembersIntent.into()),
        Err(refusal) => return Err(refusal.into()),
    };
    let has_more = page.len() >= usize::from(PAGE);
    let members = page
        .into_iter()
        .map(|member| Listed {
            user: member.user.id.into(),
            is_bot: member.user.bot,
            roles: member.roles.into_iter().map(RoleId::from).collect(),
            joined_at: member.joined_at.and_then(|at| instant(at.as_micros())),
            is_ready: joining::is_ready(member.pending, member.flags),
        })
        .collect();
    Ok((members, has_more))
}

/// An instant of Discord's.
pub(crate) fn instant(microseconds: i64) -> Option<Timestamp> {
    Timestamp::from_microsecond(microseconds).ok()
}

/// Looks at every member once: counts who holds roles with seats, serves who joined unseen, remembers what members
/// hold where that comes back.
pub(crate) async fn survey(kit: &Kit<Autorole>, guild: GuildId) -> Outcome<()> {
    let joining = kit.settings.get::<Joining>(guild).await?;
    let mut db = kit.database.acquire().await?;
    let seats = store::seats::roles(&mut db, guild).await?;
    drop(db);
    let now = kit.clock.now();
    let since = joining.since.map_or(now - joining::REMEMBERED, |since| {
        since.max(now - joining::REMEMBERED)
    });
    let (mut roles, mut holders, mut present) = (Vec::new(), Vec::new(), Vec::new());
    let mut after = None;
    loop {
        let (page, has_more) = members(kit, guild, after).await?;
        after = page.last().map(|member| member.user);
        let mut db = kit.database.begin().await?;
        let (mut held, mut newcomers) = (Vec::new(), Vec::new());
        for member in page {
            for role in member.roles.iter().filter(|role| seats.contains(role)) {
                roles.push(*role);
                holders.push(member.user);
            }
            if let Some(joined_at) = member.joined_at
                && joining.is_on()
                && joined_at >= since
            {
                newcomers.push(Joined {
                    user: member.user,
                    is_bot: member.is_bot,
                    at: joined_at,
                    is_ready: member.is_ready,
                });
            }
            if joining.sticky {
                present.push(member.user);
                held.push((
                    member.user,
                    member.roles.into_iter().collect::<BTreeSet<_>>(),
                ));
            }
        }
        serve(kit, &mut db, guild, &joining, &newcomers).await?;
        if joining.sticky {
            joining::keep(&mut db, guild, &held).await?;
        }
        db.commit().await?;
        if !has_more || after.is_none() {
            break;
        }
    }
    let seats: Vec<RoleId> = seats.into_iter().collect();
    let mut db = kit.database.begin().await?;
    store::seats::recount(&mut db, guild, (&roles, &holders), &seats, now).await?;
    if joining.sticky {
        store::joins::note_absent(&mut db, guild, &present, now).await?;
    }
    db.commit().await?;
    Ok(())
}

/// Serves those who joined, or passed the rules screen, while nobody looked.
async fn serve(
    kit: &Kit<Autorole>,
    db: &mut PgConnection,
    guild: GuildId,
    joining: &Joining,
    newcomers: &[Joined],
) -> Outcome<()> {
    let users: Vec<UserId> = newcomers.iter().map(|joined| joined.user).collect();
    let at: Vec<Timestamp> = newcomers.iter().map(|joined| joined.at).collect();
    let waiting: Vec<bool> = newcomers.iter().map(|joined| !joined.is_ready).collect();
    let known = store::joins::known(db, guild, &users, &at, &waiting).await?;
    for joined in newcomers
        .iter()
        .filter(|joined| !known.contains(&joined.user))
    {
        joining::note(kit, db, guild, joining, *joined).await?;
        let (from, to) = (State::Waiting, State::Queued);
        if joined.is_ready && store::joins::advance(db, guild, joined.user, from, to).await? {
            joining::queue(kit, db, guild, joining, joined.user, joined.is_bot).await?;
        }
    }
    Ok(())
}
