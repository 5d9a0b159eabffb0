//! What Discord tells of messages, on its way into the buffer.

use database::{ChannelId, GuildId, MessageId};
use feature::{Feature as _, Hold, Kit, On, Outcome};
use jiff::Timestamp;
use serde::Serialize;
use twilight_model::{
    channel::message::EmojiReactionType,
    gateway::payload::incoming::{
        ChannelUpdate, GuildCreate, GuildDelete, MessageCreate, MessageDelete, MessageDeleteBulk,
        MessagePollVoteAdd, MessagePollVoteRemove, MessageUpdate, ReactionAdd, ReactionRemove,
        ReactionRemoveAll, ReactionRemoveEmoji, RoleUpdate, ThreadUpdate,
    },
    id::{
        Id,
        marker::{ChannelMarker, GuildMarker},
    },
};

use crate::{
    Archive, Keep,
    buffer::{Act, drop_visibly, push},
    channels, forget,
    memory::keeping,
    model::{Reaction, Told},
    wire,
};

/// The time of a telling.
pub(crate) fn told_at(kit: &Kit<Archive>) -> Timestamp {
    kit.feature.memory.told_at(kit.clock.now())
}

/// Where something happened, if it is kept there.
async fn place(
    kit: &Kit<Archive>,
    guild: Option<Id<GuildMarker>>,
    channel: Id<ChannelMarker>,
    hold: &Hold,
) -> Option<(GuildId, ChannelId)> {
    // Direct messages are nobody's business.
    let guild = GuildId::from(guild?);
    let channel = ChannelId::from(channel);
    let Ok(keeping) = keeping(kit, guild).await else {
        // Whether it is to be kept will be known when the database is back.
        drop_visibly(kit, guild, hold.clone());
        return None;
    };
    if !keeping.is_any() {
        return None;
    }
    keeping
        .keeps(channel, channels::parent(kit, channel))
        .then_some((guild, channel))
}

async fn tell(
    kit: &Kit<Archive>,
    message: &impl Serialize,
    guild: Option<Id<GuildMarker>>,
    channel: Id<ChannelMarker>,
    rank: i16,
    hold: Hold,
) {
    let Some((guild, channel)) = place(kit, guild, channel, &hold).await else {
        return;
    };
    let Ok(settings) = kit.settings.get::<Keep>(guild).await else {
        drop_visibly(kit, guild, hold);
        return;
    };
    let place = wire::Place {
        guild,
        channel,
        rank,
        told_at: told_at(kit),
        keeps_raw: settings.raw,
        keeps_files: settings.files && kit.feature.operator.files.is_some(),
    };
    let Ok(message) = serde_json::to_value(message) else {
        return;
    };
    if let Some(told) = wire::read(&message, place) {
        let act = if rank == 0 {
            let since = kit.feature.memory.since(guild, channel, told.id);
            Act::Sent(Box::new(told), since)
        } else {
            Act::Told(Box::new(told))
        };
        push(kit, guild, act, hold);
    }
}

/// A message is sent.
pub(crate) async fn message_create(kit: Kit<Archive>, on: On<MessageCreate>) -> Outcome<()> {
    if kit.feature.memory.is_notice(on.id.into()) {
        return Ok(());
    }
    tell(&kit, &on.message, on.guild_id, on.channel_id, 0, on.hold()).await;
    Ok(())
}

/// A message changes: it is edited, pinned, or Discord has read its links.
pub(crate) async fn message_update(kit: Kit<Archive>, on: On<MessageUpdate>) -> Outcome<()> {
    tell(&kit, &on.0, on.guild_id, on.channel_id, 1, on.hold()).await;
    Ok(())
}

async fn gone(
    kit: &Kit<Archive>,
    guild: Option<Id<GuildMarker>>,
    channel: Id<ChannelMarker>,
    ids: impl Iterator<Item = MessageId>,
    hold: Hold,
) {
    let Some((guild, channel)) = place(kit, guild, channel, &hold).await else {
        return;
    };
    let at = told_at(kit);
    for id in ids {
        let told = Told::deleted(guild, channel, id, at);
        push(kit, guild, Act::Told(Box::new(told)), hold.clone());
    }
}

/// A message is deleted.
pub(crate) async fn message_delete(kit: Kit<Archive>, on: On<MessageDelete>) -> Outcome<()> {
    let ids = std::iter::once(MessageId::from(on.id));
    gone(&kit, on.guild_id, on.channel_id, ids, on.hold()).await;
    Ok(())
}

/// Many messages are deleted at once.
pub(crate) async fn message_delete_bulk(
    kit: Kit<Archive>,
    on: On<MessageDeleteBulk>,
) -> Outcome<()> {
    let ids = on.ids.iter().copied().map(MessageId::from);
    gone(&kit, on.guild_id, on.channel_id, ids, on.hold()).await;
    Ok(())
}

fn emoji(emoji: &EmojiReactionType) -> String {
    match emoji {
        EmojiReactionType::Custom { id, name, .. } => {
            format!("{}:{id}", name.as_deref().unwrap_or_default())
        }
        EmojiReactionType::Unicode { name } => name.clone(),
    }
}

/// Somebody reacts.
pub(crate) async fn reaction_add(kit: Kit<Archive>, on: On<ReactionAdd>) -> Outcome<()> {
    react(&kit, &on.0, true, on.hold()).await;
    Ok(())
}

/// Somebody takes a reaction back.
pub(crate) async fn reaction_remove(kit: Kit<Archive>, on: On<ReactionRemove>) -> Outcome<()> {
    react(&kit, &on.0, false, on.hold()).await;
    Ok(())
}

async fn react(
    kit: &Kit<Archive>,
    told: &twilight_model::gateway::GatewayReaction,
    is_there: bool,
    hold: Hold,
) {
    if let Some((guild_id, channel_id)) = place(kit, told.guild_id, told.channel_id, &hold).await {
        let reaction = Reaction {
            guild_id,
            channel_id,
            message_id: told.message_id.into(),
            emoji: Some(emoji(&told.emoji)),
            user_id: Some(told.user_id.into()),
            is_there,
        };
        push(kit, guild_id, Act::Reaction(reaction), hold);
    }
}

/// Somebody votes in a poll.
pub(crate) async fn vote_add(kit: Kit<Archive>, on: On<MessagePollVoteAdd>) -> Outcome<()> {
    let hold = on.hold();
    if let Some((guild_id, channel_id)) = place(&kit, on.guild_id, on.channel_id, &hold).await {
        let vote = Reaction {
            guild_id,
            channel_id,
            message_id: on.message_id.into(),
            emoji: Some(vote(on.answer_id)),
            user_id: Some(on.user_id.into()),
            is_there: true,
        };
        push(&kit, guild_id, Act::Reaction(vote), hold);
    }
    Ok(())
}

/// Somebody takes a vote back.
pub(crate) async fn vote_remove(kit: Kit<Archive>, on: On<MessagePollVoteRemove>) -> Outcome<()> {
    let hold = on.hold();
    if let Some((guild_id, channel_id)) = place(&kit, on.guild_id, on.channel_id, &hold).await {
        let vote = Reaction {
            guild_id,
            channel_id,
            message_id: on.message_id.into(),
            emoji: Some(vote(on.answer_id)),
            user_id: Some(on.user_id.into()),
            is_there: false,
        };
        push(&kit, guild_id, Act::Reaction(vote), hold);
    }
    Ok(())
}

/// A vote, where an emoji stands otherwise: no emoji is written so.
fn vote(answer: u8) -> String {
    format!("vote:{answer}")
}

/// All reactions of a message are taken away.
pub(crate) async fn reaction_remove_all(
    kit: Kit<Archive>,
    on: On<ReactionRemoveAll>,
) -> Outcome<()> {
    let hold = on.hold();
    if let Some((guild_id, channel_id)) = place(&kit, on.guild_id, on.channel_id, &hold).await {
        let reaction = Reaction {
            guild_id,
            channel_id,
            message_id: on.message_id.into(),
            emoji: None,
            user_id: None,
            is_there: false,
        };
        push(&kit, guild_id, Act::Reaction(reaction), hold);
    }
    Ok(())
}

/// All reactions of one kind are taken away.
pub(crate) async fn reaction_remove_emoji(
    kit: Kit<Archive>,
    on: On<ReactionRemoveEmoji>,
) -> Outcome<()> {
    let hold = on.hold();
    let guild = Some(on.guild_id);
    if let Some((guild_id, channel_id)) = place(&kit, guild, on.channel_id, &hold).await {
        let reaction = Reaction {
            guild_id,
            channel_id,
            message_id: on.message_id.into(),
            emoji: Some(emoji(&on.emoji)),
            user_id: None,
            is_there: false,
        };
        push(&kit, guild_id, Act::Reaction(reaction), hold);
    }
    Ok(())
}

/// A session begins: what was said in between did not come, and what comes now begins a new line.
pub(crate) async fn guild_create(kit: Kit<Archive>, on: On<GuildCreate>) -> Outcome<()> {
    if let Some(guild) = on.guild() {
        kit.feature.memory.tell(guild);
    }
    Ok(())
}

/// The bot was taken out of a guild.
pub(crate) async fn guild_delete(kit: Kit<Archive>, on: On<GuildDelete>) -> Outcome<()> {
    kit.feature.memory.begin_anew(on.id.into());
    if on.unavailable == Some(true) {
        return Ok(());
    }
    let mut db = kit.database.begin().await?;
    forget::later(&kit, &mut db, on.id.into()).await?;
    db.commit().await?;
    Ok(())
}

/// A channel may be readable now.
pub(crate) async fn channel_update(kit: Kit<Archive>, on: On<ChannelUpdate>) -> Outcome<()> {
    try_again(&kit, on.guild_id).await
}

/// Channels may be readable now.
pub(crate) async fn role_update(kit: Kit<Archive>, on: On<RoleUpdate>) -> Outcome<()> {
    try_again(&kit, Some(on.guild_id)).await
}

/// A thread is opened again, renamed, locked: its name is noted with the next repair.
pub(crate) async fn thread_update(kit: Kit<Archive>, on: On<ThreadUpdate>) -> Outcome<()> {
    try_again(&kit, on.guild_id).await
}

async fn try_again(kit: &Kit<Archive>, guild: Option<Id<GuildMarker>>) -> Outcome<()> {
    if let Some(guild) = guild {
        let guild = GuildId::from(guild);
        if keeping(kit, guild).await?.has_unreadable {
            kit.repairs.ask(Archive::NAME, guild);
        }
    }
    Ok(())
}
