//! Channels as the cache knows them: what takes messages, what belongs to what, who may read.

use database::{ChannelId, GuildId, RoleId, UserId};
use feature::{House, Refusal, permissions};
use twilight_model::{
    channel::{Channel, ChannelType},
    guild::Permissions,
};

use crate::store::channels::{Named, Row};

/// What the bot needs to read a channel.
pub(crate) const NEEDED: Permissions =
    Permissions::VIEW_CHANNEL.union(Permissions::READ_MESSAGE_HISTORY);

/// The kinds of threads that whoever reads the channel reads.
const PUBLIC_THREAD: i16 = 11;
const NEWS_THREAD: i16 = 10;

/// Whether messages are in it.
pub(crate) const fn takes_messages(kind: ChannelType) -> bool {
    matches!(
        kind,
        ChannelType::GuildText
            | ChannelType::GuildVoice
            | ChannelType::GuildStageVoice
            | ChannelType::GuildAnnouncement
            | ChannelType::PublicThread
            | ChannelType::PrivateThread
            | ChannelType::AnnouncementThread
    )
}

/// Whether threads are in it.
pub(crate) const fn takes_threads(kind: ChannelType) -> bool {
    matches!(
        kind,
        ChannelType::GuildText
            | ChannelType::GuildAnnouncement
            | ChannelType::GuildForum
            | ChannelType::GuildMedia
    )
}

/// The channel in which this one is a thread.
pub(crate) fn parent(house: &House, channel: ChannelId) -> Option<ChannelId> {
    let known = house.cache.channel(channel.into())?;
    known
        .kind
        .is_thread()
        .then_some(known.parent_id)
        .flatten()
        .map(Into::into)
}

/// A channel, for its row.
pub(crate) fn named(channel: &Channel) -> Named {
    let name = channel.name.as_deref().unwrap_or_default();
    Named {
        id: channel.id.into(),
        parent: channel
            .kind
            .is_thread()
            .then_some(channel.parent_id)
            .flatten()
            .map(Into::into),
        name: name.chars().filter(|at| *at != '\0').take(100).collect(),
        kind: u8::from(channel.kind).into(),
    }
}

/// All channels and threads of a guild that the cache knows and in which messages or threads are.
pub(crate) fn all(house: &House, guild: GuildId) -> Vec<Named> {
    let ids = house
        .cache
        .guild_channels(guild.into())
        .map(|ids| ids.iter().copied().collect::<Vec<_>>())
        .unwrap_or_default();
    ids.into_iter()
        .filter_map(|id| {
            let channel = house.cache.channel(id)?;
            (takes_messages(channel.kind) || takes_threads(channel.kind)).then(|| named(&channel))
        })
        .collect()
}

/// Whether the bot may read a channel or thread now.
pub(crate) async fn may_read(
    house: &House,
    guild: GuildId,
    channel: ChannelId,
    parent: Option<ChannelId>,
) -> Result<bool, Refusal> {
    let held = house
        .own_permissions_in(guild, parent.unwrap_or(channel))
        .await?;
    let is_voice = house.cache.channel(channel.into()).is_some_and(|channel| {
        matches!(
            channel.kind,
            ChannelType::GuildVoice | ChannelType::GuildStageVoice
        )
    });
    let needed = if is_voice {
        NEEDED | Permissions::CONNECT
    } else {
        NEEDED
    };
    Ok(held.is_some_and(|held| held.contains(needed)))
}

/// Which of these channels a member may read now. A private thread is for those who manage threads, because nobody
/// knows who is in it.
pub(crate) fn readable_for(
    house: &House,
    guild: GuildId,
    user: UserId,
    roles: &[RoleId],
    channels: &[Row],
) -> Vec<ChannelId> {
    let Some(held) = permissions::in_guild(&house.cache, guild, user, roles) else {
        return Vec::new();
    };
    let may_read = |row: &&Row| {
        let thread = house.cache.channel(row.id.into());
        let parent = row.parent.or_else(|| parent(house, row.id));
        let Some(place) = house.cache.channel(parent.unwrap_or(row.id).into()) else {
            return false;
        };
        if place.guild_id.map(GuildId::from) != Some(guild) {
            return false;
        }
        let overwrites = place.permission_overwrites.as_deref().unwrap_or_default();
        let left = permissions::in_channel(held, guild, user, roles, overwrites);
        // Of a thread that neither the cache nor the row tells the kind of, the strictest is assumed.
        let kind = thread.map_or(row.kind, |thread| u8::from(thread.kind).into());
        let may_be_private = parent.is_some() && ![PUBLIC_THREAD, NEWS_THREAD].contains(&kind);
        left.contains(NEEDED) && (!may_be_private || left.contains(Permissions::MANAGE_THREADS))
    };
    channels.iter().filter(may_read).map(|row| row.id).collect()
}
