//! The one way to change a member's roles: their whole set, written once, one edit at a time.
//!
//! An edit is a row in Postgres while it lasts, so that two clicks at once, also on two instances, follow each
//! other. The set it starts from is the payload's, unless that is older than our last edit: then Discord is asked.

use std::{collections::BTreeSet, time::Duration};

use database::{GuildId, InteractionId, RoleId, UserId};
use feature::{Kit, Outcome, Refusal};
use jiff::SignedDuration;
use twilight_http::request::AuditLogReason as _;
use twilight_model::{
    guild::Member,
    id::{Id, marker::RoleMarker},
};

use crate::{Autorole, error::Refused, store};

/// How long an edit may take before another one no longer waits for it; longer than its calls can.
const BUSY: SignedDuration = SignedDuration::from_secs(60);
/// How often a busy member is looked at again, and for how long.
const LOOK: Duration = Duration::from_millis(100);
const LOOKS: u32 = 80;

/// An edit that has begun.
#[derive(Debug)]
pub(crate) struct Edit<'a> {
    kit: &'a Kit<Autorole>,
    guild: GuildId,
    user: UserId,
    /// What the member holds.
    pub(crate) held: BTreeSet<RoleId>,
}

/// From where the member's roles are known.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Known<'a> {
    /// From the payload of an interaction.
    Payload(InteractionId, &'a [RoleId]),
    /// Not at all.
    No,
}

/// Begins an edit, after those that are under way; a refusal when Discord does not tell what the member holds.
pub(crate) async fn begin<'a>(
    kit: &'a Kit<Autorole>,
    guild: GuildId,
    user: UserId,
    known: Known<'_>,
) -> Outcome<Result<Edit<'a>, Refusal>> {
    let by = match known {
        Known::Payload(interaction, _) => Some(interaction),
        Known::No => None,
    };
    let mut looks = 0;
    let begun = loop {
        let now = kit.clock.now();
        let mut db = kit.database.acquire().await?;
        let begun = store::members::begin_edit(&mut db, guild, user, by, (now, now + BUSY)).await?;
        drop(db);
        match begun {
            Some(begun) => break begun,
            None if looks == LOOKS => return Err(Refused::Busy.into()),
            None => looks += 1,
        }
        tokio::time::sleep(LOOK).await;
    };
    let mut edit = Edit {
        kit,
        guild,
        user,
        held: BTreeSet::new(),
    };
    let payload: Option<BTreeSet<RoleId>> = match known {
        Known::Payload(_, roles) => Some(roles.iter().copied().collect()),
        Known::No => None,
    };
    let ours: Option<BTreeSet<RoleId>> = begun.roles.map(|roles| roles.into_iter().collect());
    edit.held = match payload {
        Some(payload) if ours.is_none_or(|ours| ours == payload) => payload,
        _ => match fetch(kit, guild, user).await {
            Ok(held) => held,
            Err(refusal) => {
                edit.end(None).await?;
                return Ok(Err(refusal));
            }
        },
    };
    Ok(Ok(edit))
}

async fn fetch(
    kit: &Kit<Autorole>,
    guild: GuildId,
    user: UserId,
) -> Result<BTreeSet<RoleId>, Refusal> {
    let request = kit.discord.http().guild_member(guild.into(), user.into());
    let member: Member = kit.discord.one(request).await?;
    Ok(member.roles.into_iter().map(RoleId::from).collect())
}

impl Edit<'_> {
    /// Writes the roles; what Discord made of them comes back.
    pub(crate) async fn write(
        self,
        after: &BTreeSet<RoleId>,
        reason: &str,
    ) -> Outcome<Result<BTreeSet<RoleId>, Refusal>> {
        let roles: Vec<Id<RoleMarker>> = after.iter().map(|role| role.id()).collect();
        let mut written = self.send(&roles, reason).await;
        // Many click at once, and Discord takes ten edits in ten seconds: worth standing in line once more. The whole
        // set may be written twice.
        if matches!(written, Err(Refusal::TimedOut { .. })) {
            written = self.send(&roles, reason).await;
        }
        match written {
            Ok(member) => {
                let held: Vec<RoleId> = member.roles.into_iter().map(RoleId::from).collect();
                self.end(Some(&held)).await?;
                Ok(Ok(held.into_iter().collect()))
            }
            Err(refusal) => {
                self.end(None).await?;
                Ok(Err(refusal))
            }
        }
    }

    async fn send(&self, roles: &[Id<RoleMarker>], reason: &str) -> Result<Member, Refusal> {
        let discord = &self.kit.discord;
        let request = discord
            .http()
            .update_guild_member(self.guild.into(), self.user.into())
            .roles(roles)
            .reason(reason);
        discord.one(request).await
    }

    /// Leaves the roles as they are.
    pub(crate) async fn leave(self) -> Outcome<()> {
        self.end(None).await
    }

    async fn end(&self, held: Option<&[RoleId]>) -> Outcome<()> {
        let mut db = self.kit.database.acquire().await?;
        let now = self.kit.clock.now();
        store::members::end_edit(&mut db, self.guild, self.user, held, now).await?;
        Ok(())
    }
}
