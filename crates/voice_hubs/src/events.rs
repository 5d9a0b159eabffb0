//! What Discord tells: hints for the plan, and where people sit.

use database::{ChannelId, GuildId, UserId};
use feature::{Kit, On, Outcome};
use twilight_model::gateway::payload::incoming::{
    ChannelCreate, ChannelDelete, GuildCreate, GuildDelete, VoiceStateUpdate,
};

use crate::{
    VoiceHubs,
    model::Seat,
    store,
    watch::{Haste, Person, know, wake, wake_with},
};

/// Somebody joins, moves or leaves.
pub(crate) async fn voice_state(kit: Kit<VoiceHubs>, on: On<VoiceStateUpdate>) -> Outcome<()> {
    let Some(guild) = on.guild() else {
        return Ok(());
    };
    if !know(&kit, guild).await? {
        return Ok(());
    }
    let state = &on.0;
    let user = UserId::from(state.user_id);
    let before = kit.feature.watches.seat(guild, user);
    let seat = state.channel_id.map(|channel| {
        let member = state.member.as_ref();
        Seat {
            channel: ChannelId::from(channel),
            is_bot: member.map_or_else(
                || before.as_ref().is_some_and(|seat| seat.is_bot),
                |member| member.user.bot,
            ),
            roles: member.map_or_else(
                || {
                    before
                        .as_ref()
                        .map(|seat| seat.roles.clone())
                        .unwrap_or_default()
                },
                |member| member.roles.iter().copied().map(Into::into).collect(),
            ),
        }
    });
    let person = state.member.as_ref().map(Person::of);
    let watches = &kit.feature.watches;
    if let Some(haste) = watches.sit(guild, user, seat, person, on.hold()) {
        wake_with(&kit, guild, haste);
    }
    Ok(())
}

/// A session begins: Discord tells who sits where.
pub(crate) async fn guild_create(kit: Kit<VoiceHubs>, on: On<GuildCreate>) -> Outcome<()> {
    let GuildCreate::Available(told) = &*on else {
        return Ok(());
    };
    let guild = GuildId::from(told.id);
    if !know(&kit, guild).await? {
        return Ok(());
    }
    let member = |user: UserId| {
        told.members
            .iter()
            .find(move |member| user == member.user.id)
    };
    let seats = told.voice_states.iter().filter_map(|state| {
        let user = UserId::from(state.user_id);
        let member = member(user);
        let seat = Seat {
            channel: state.channel_id?.into(),
            is_bot: member.is_some_and(|member| member.user.bot),
            roles: member
                .map(|member| member.roles.iter().copied().map(Into::into).collect())
                .unwrap_or_default(),
        };
        Some((user, seat))
    });
    let people = told.voice_states.iter().filter_map(|state| {
        let user = UserId::from(state.user_id);
        Some((user, Person::of(member(user)?)))
    });
    kit.feature.watches.replace(guild, seats, people, on.hold());
    wake(&kit, guild);
    Ok(())
}

/// The bot was removed: there is nothing left to keep.
pub(crate) async fn guild_delete(kit: Kit<VoiceHubs>, on: On<GuildDelete>) -> Outcome<()> {
    if on.unavailable == Some(true) {
        return Ok(());
    }
    let mut db = kit.database.begin().await?;
    store::drop_guild(&mut db, on.id.into()).await?;
    db.commit().await?;
    Ok(())
}

/// A room that Discord made late, or one that was made twice.
pub(crate) async fn channel_create(kit: Kit<VoiceHubs>, on: On<ChannelCreate>) -> Outcome<()> {
    hint(&kit, on.guild_id.map(Into::into)).await
}

/// A hub, a room or a waiting room may be gone.
pub(crate) async fn channel_delete(kit: Kit<VoiceHubs>, on: On<ChannelDelete>) -> Outcome<()> {
    hint(&kit, on.guild_id.map(Into::into)).await
}

/// The state of the guild is known: after a start, after a lost session, and from time to time.
pub(crate) async fn reconcile(kit: Kit<VoiceHubs>, guild: GuildId) -> Outcome<()> {
    kit.feature.watches.catch_up(guild);
    hint(&kit, Some(guild)).await
}

async fn hint(kit: &Kit<VoiceHubs>, guild: Option<GuildId>) -> Outcome<()> {
    if let Some(guild) = guild
        && know(kit, guild).await?
    {
        wake_with(kit, guild, Haste::Soon);
    }
    Ok(())
}
