//! What Discord tells: members who come, change and go, roles and messages that are gone.

use std::collections::BTreeSet;

use database::{MessageId, RoleId, UserId};
use feature::{Kit, On, Outcome};
use twilight_model::{
    gateway::payload::incoming::{
        ChannelDelete, MemberAdd, MemberRemove, MemberUpdate, MessageDelete, MessageDeleteBulk,
        RoleDelete, RoleUpdate, ThreadDelete,
    },
    guild::MemberFlags,
};

use crate::{
    Autorole, broken,
    joining::{self, Joined, Joining},
    panel, reconcile,
    store::{self, joins::State},
};

pub(crate) async fn member_add(kit: Kit<Autorole>, on: On<MemberAdd>) -> Outcome<()> {
    let guild = on.guild_id.into();
    let member = &on.member;
    let user = UserId::from(member.user.id);
    let joining = kit.settings.get::<Joining>(guild).await?;
    let mut db = kit.database.begin().await?;
    let held: Vec<RoleId> = member.roles.iter().copied().map(RoleId::from).collect();
    store::seats::told(&mut db, guild, user, &held).await?;
    if joining.is_on()
        && let Some(joined_at) = member
            .joined_at
            .and_then(|at| reconcile::instant(at.as_micros()))
    {
        let joined = Joined {
            user,
            is_bot: member.user.bot,
            at: joined_at,
            is_ready: joining::is_ready(member.pending, member.flags),
        };
        joining::note(&kit, &mut db, guild, &joining, joined).await?;
    }
    db.commit().await?;
    Ok(())
}

pub(crate) async fn member_update(kit: Kit<Autorole>, on: On<MemberUpdate>) -> Outcome<()> {
    let guild = on.guild_id.into();
    let user = UserId::from(on.user.id);
    let held: Vec<RoleId> = on.roles.iter().copied().map(RoleId::from).collect();
    let joining = kit.settings.get::<Joining>(guild).await?;
    let mut db = kit.database.begin().await?;
    store::seats::told(&mut db, guild, user, &held).await?;
    store::members::told(&mut db, guild, user, &held).await?;
    let flags = on.flags.unwrap_or(MemberFlags::empty());
    if joining.is_on()
        && joining::is_ready(on.pending, flags)
        && store::joins::advance(&mut db, guild, user, State::Waiting, State::Queued).await?
    {
        joining::queue(&kit, &mut db, guild, &joining, user, on.user.bot).await?;
    }
    if joining.sticky {
        let held: BTreeSet<RoleId> = held.into_iter().collect();
        joining::keep(&mut db, guild, &[(user, held)]).await?;
    }
    db.commit().await?;
    Ok(())
}

pub(crate) async fn member_remove(kit: Kit<Autorole>, on: On<MemberRemove>) -> Outcome<()> {
    let (guild, user) = (on.guild_id.into(), on.user.id.into());
    let mut db = kit.database.begin().await?;
    store::joins::note_left(&mut db, guild, user, kit.clock.now()).await?;
    store::members::left(&mut db, guild, user).await?;
    db.commit().await?;
    Ok(())
}

pub(crate) async fn role_delete(kit: Kit<Autorole>, on: On<RoleDelete>) -> Outcome<()> {
    let (guild, role) = (on.guild_id.into(), on.role_id.into());
    let mut db = kit.database.begin().await?;
    let now = kit.clock.now();
    let groups = store::groups::mark_role_gone(&mut db, guild, role, now).await?;
    broken::changed(&kit, &mut db, guild, &groups).await?;
    db.commit().await?;
    Ok(())
}

pub(crate) async fn role_update(kit: Kit<Autorole>, on: On<RoleUpdate>) -> Outcome<()> {
    let guild = on.guild_id.into();
    let mut db = kit.database.begin().await?;
    let role = Some(on.role.id.into());
    for group in store::groups::posted_with(&mut db, guild, role).await? {
        panel::refresh_soon(&kit, &mut db, guild, group).await?;
    }
    db.commit().await?;
    Ok(())
}

pub(crate) async fn message_delete(kit: Kit<Autorole>, on: On<MessageDelete>) -> Outcome<()> {
    let Some(guild) = on.guild() else {
        return Ok(());
    };
    let mut db = kit.database.acquire().await?;
    store::groups::forget_messages(&mut db, guild, &[on.id.into()]).await?;
    Ok(())
}

pub(crate) async fn messages_delete(kit: Kit<Autorole>, on: On<MessageDeleteBulk>) -> Outcome<()> {
    let Some(guild) = on.guild() else {
        return Ok(());
    };
    let messages: Vec<MessageId> = on.ids.iter().copied().map(MessageId::from).collect();
    let mut db = kit.database.acquire().await?;
    store::groups::forget_messages(&mut db, guild, &messages).await?;
    Ok(())
}

pub(crate) async fn channel_delete(kit: Kit<Autorole>, on: On<ChannelDelete>) -> Outcome<()> {
    let Some(guild) = on.guild() else {
        return Ok(());
    };
    let mut db = kit.database.acquire().await?;
    store::groups::forget_channel(&mut db, guild, on.id.into()).await?;
    Ok(())
}

pub(crate) async fn thread_delete(kit: Kit<Autorole>, on: On<ThreadDelete>) -> Outcome<()> {
    let mut db = kit.database.acquire().await?;
    store::groups::forget_channel(&mut db, on.guild_id.into(), on.id.into()).await?;
    Ok(())
}
