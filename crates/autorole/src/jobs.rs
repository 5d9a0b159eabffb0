//! What happens later, or until it succeeds.

use database::{GuildId, RoleId, UserId};
use feature::{Kit, Outcome, Refusal, discord::Thing};
use jobs::Job;
use serde::{Deserialize, Serialize};
use twilight_http::request::AuditLogReason as _;

use crate::{Autorole, broken, joining, mass, model::GroupId, panel, reconcile, store};

/// Brings the posted message of a group up to date.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Refresh {
    pub(crate) guild: GuildId,
    pub(crate) group: GroupId,
    /// Whether the message may be gone without a word.
    #[serde(default)]
    pub(crate) may_be_gone: bool,
}

impl Job for Refresh {
    const NAME: &'static str = "autorole.refresh";
}

/// Ends a temporary role.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Expire {
    pub(crate) guild: GuildId,
    pub(crate) user: UserId,
    pub(crate) role: RoleId,
}

impl Job for Expire {
    const NAME: &'static str = "autorole.expire";
}

/// Looks at all members of a guild: who holds roles with seats, who joined unseen, what members hold.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Survey {
    pub(crate) guild: GuildId,
}

impl Job for Survey {
    const NAME: &'static str = "autorole.survey";
}

/// Tells the staff of a guild which roles are gone.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct TellBroken {
    pub(crate) guild: GuildId,
}

impl Job for TellBroken {
    const NAME: &'static str = "autorole.tell_broken";
}

/// What of it a member who joined gets.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Part {
    /// The roles of everyone who joins.
    Given,
    /// The roles they had.
    Sticky,
    /// Both.
    All,
}

/// Gives a member who joined what they get.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) struct GiveAtJoining {
    pub(crate) guild: GuildId,
    pub(crate) user: UserId,
    pub(crate) is_bot: bool,
    pub(crate) part: Part,
}

impl Job for GiveAtJoining {
    const NAME: &'static str = "autorole.give_at_joining";
}

/// Goes on with a mass assignment.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct MassStep {
    pub(crate) guild: GuildId,
    pub(crate) run: i64,
}

impl Job for MassStep {
    const NAME: &'static str = "autorole.mass_step";
}

pub(crate) async fn refresh(kit: Kit<Autorole>, job: Refresh) -> Outcome<()> {
    panel::refresh(&kit, job.guild, job.group, job.may_be_gone).await
}

pub(crate) async fn survey(kit: Kit<Autorole>, job: Survey) -> Outcome<()> {
    reconcile::survey(&kit, job.guild).await
}

pub(crate) async fn tell_broken(kit: Kit<Autorole>, job: TellBroken) -> Outcome<()> {
    broken::tell(&kit, job.guild).await
}

pub(crate) async fn give_at_joining(kit: Kit<Autorole>, job: GiveAtJoining) -> Outcome<()> {
    joining::give(&kit, &job).await
}

pub(crate) async fn mass_step(kit: Kit<Autorole>, job: MassStep) -> Outcome<()> {
    mass::step(&kit, job.guild, job.run).await
}

pub(crate) async fn expire(kit: Kit<Autorole>, job: Expire) -> Outcome<()> {
    let Expire { guild, user, role } = job;
    let mut db = kit.database.begin().await?;
    let expires_at = store::members::expiry(&mut db, guild, user, role).await?;
    let Some(expires_at) = expires_at else {
        // Given back, or the member left.
        return Ok(());
    };
    if expires_at > kit.clock.now() {
        kit.jobs.enqueue(&mut db, job.due(expires_at)?).await?;
        db.commit().await?;
        return Ok(());
    }
    drop(db);
    let request = kit
        .discord
        .http()
        .remove_guild_member_role(guild.into(), user.into(), role.into())
        .reason("autorole: the role was temporary");
    match kit.discord.done(request).await {
        Ok(()) | Err(Refusal::Gone(Thing::Member | Thing::Role)) => {}
        Err(refusal) => return Err(refusal.into()),
    }
    let mut db = kit.database.begin().await?;
    store::members::forget_temporary(&mut db, guild, user, &[role]).await?;
    store::seats::vacate(&mut db, guild, user, &[role]).await?;
    db.commit().await?;
    Ok(())
}
