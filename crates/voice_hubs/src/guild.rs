//! What the cache and the settings say of a guild.

use std::collections::{BTreeMap, HashMap, HashSet};

use database::{ChannelId, GuildId, RoleId, UserId};
use feature::{House, Kit, Needs, Outcome, created_at};
use twilight_model::{
    channel::{ChannelType, permission_overwrite::PermissionOverwrite},
    guild::{Permissions, PremiumTier},
};

use crate::{
    VoiceHubs,
    model::{Room, Seat},
    overwrites,
    plan::Stray,
    store,
};

/// From how many channels a category counts as full. Discord allows 50, and others may be adding some at this moment.
///
/// See [Discord Docs/Channel](https://docs.discord.com/developers/resources/channel).
pub(crate) const NEARLY_FULL: usize = 48;

/// Every channel of a guild; `None` while the cache does not know the guild.
pub(crate) fn channels(house: &House, guild: GuildId) -> Option<HashSet<ChannelId>> {
    // Held to the end: no channel of it goes meanwhile.
    let _known = house.cache.guild(guild.into())?;
    let channels = house.cache.guild_channels(guild.into());
    Some(
        channels
            .map(|channels| channels.iter().map(|id| ChannelId::from(*id)).collect())
            .unwrap_or_default(),
    )
}

/// Channels that were made for an owner whose room has none, or may have been made twice.
pub(crate) fn strays(house: &House, channels: &HashSet<ChannelId>, rooms: &[Room]) -> Vec<Stray> {
    let open: HashMap<UserId, &Room> = rooms
        .iter()
        .filter(|room| room.channel.is_none() || room.tries > 1)
        .map(|room| (room.owner, room))
        .collect();
    if open.is_empty() {
        return Vec::new();
    }
    let claimed: HashSet<ChannelId> = rooms
        .iter()
        .flat_map(|room| room.channel.into_iter().chain(room.waiting_channel))
        .collect();
    let mut strays = Vec::new();
    for id in channels.iter().filter(|id| !claimed.contains(id)) {
        let Some(channel) = house.cache.channel((*id).into()) else {
            continue;
        };
        if channel.kind != ChannelType::GuildVoice {
            continue;
        }
        let made = channel.permission_overwrites.as_deref().unwrap_or_default();
        let owner = made
            .iter()
            .filter_map(|overwrite| open.get(&UserId::from(overwrite.id.cast())))
            .find(|room| overwrites::is_made_for(made, room.owner, house.me.id()));
        if let Some(room) = owner {
            strays.push(Stray {
                channel: *id,
                owner: room.owner,
                name: channel.name.clone().unwrap_or_default(),
                made_at: created_at(id.get()),
            });
        }
    }
    strays.sort_unstable_by_key(|stray| stray.channel);
    strays
}

/// How many channels a category holds.
pub(crate) fn children(house: &House, guild: GuildId, category: ChannelId) -> usize {
    let Some(channels) = house.cache.guild_channels(guild.into()) else {
        return 0;
    };
    channels
        .iter()
        .filter(|id| {
            house
                .cache
                .channel(**id)
                .is_some_and(|channel| channel.parent_id == Some(category.into()))
        })
        .count()
}

/// The category that a channel stands in.
pub(crate) fn parent(house: &House, channel: ChannelId) -> Option<ChannelId> {
    let channel = house.cache.channel(channel.into())?;
    channel.parent_id.map(Into::into)
}

/// The overwrites of a channel.
pub(crate) fn overwrites_of(house: &House, channel: ChannelId) -> Vec<PermissionOverwrite> {
    house
        .cache
        .channel(channel.into())
        .and_then(|channel| channel.permission_overwrites.clone())
        .unwrap_or_default()
}

/// Whether a channel exists.
pub(crate) fn exists(house: &House, channel: ChannelId) -> bool {
    house.cache.channel(channel.into()).is_some()
}

/// What a channel is called.
pub(crate) fn name_of(house: &House, channel: ChannelId) -> Option<String> {
    house.cache.channel(channel.into())?.name.clone()
}

/// The highest bitrate that a guild allows, in bits per second.
///
/// See [Discord Docs/Channel](https://docs.discord.com/developers/resources/channel#modify-channel).
pub(crate) fn highest_bitrate(house: &House, guild: GuildId) -> u32 {
    let Some(guild) = house.cache.guild(guild.into()) else {
        return 96_000;
    };
    let is_vip = guild
        .features()
        .any(|feature| *feature == twilight_model::guild::GuildFeature::VipRegions);
    match guild.premium_tier() {
        _ if is_vip => 384_000,
        PremiumTier::Tier3 => 384_000,
        PremiumTier::Tier2 => 256_000,
        PremiumTier::Tier1 => 128_000,
        _ => 96_000,
    }
}

/// The name of the highest of some roles.
pub(crate) fn highest_role(house: &House, roles: &[RoleId]) -> Option<String> {
    roles
        .iter()
        .filter_map(|role| house.cache.role((*role).into()))
        .max_by_key(|role| (role.position, std::cmp::Reverse(role.id)))
        .map(|role| role.name.clone())
}

/// What somebody plays, where presences are on.
pub(crate) fn game(house: &House, guild: GuildId, user: UserId) -> Option<String> {
    use twilight_model::gateway::presence::ActivityType;
    let presence = house.cache.presence(guild.into(), user.into())?;
    presence
        .activities()
        .iter()
        .find(|activity| activity.kind == ActivityType::Playing)
        .map(|activity| activity.name.clone())
}

/// Where staff reads: the log channel, else where Discord sends the server's notices.
pub(crate) fn staff_channel(
    house: &House,
    guild: GuildId,
    log: Option<ChannelId>,
) -> Option<ChannelId> {
    if let Some(log) = log.filter(|log| exists(house, *log)) {
        return Some(log);
    }
    let guild = house.cache.guild(guild.into())?;
    guild
        .public_updates_channel_id()
        .or_else(|| guild.system_channel_id())
        .map(Into::into)
}

/// Whether a role makes a seated member staff.
pub(crate) fn is_staff(staff: Option<RoleId>, seat: &Seat) -> bool {
    staff.is_some_and(|staff| seat.roles.contains(&staff))
}

/// What the bot needs in the guild for rooms at all.
pub(crate) const NEEDED: Permissions = Permissions::MANAGE_CHANNELS
    .union(Permissions::MANAGE_ROLES)
    .union(Permissions::MOVE_MEMBERS)
    .union(Permissions::CONNECT)
    .union(Permissions::VIEW_CHANNEL);

/// A voice channel of this name with the room's mark that no room claims.
pub(crate) async fn unclaimed_named(
    kit: &Kit<VoiceHubs>,
    room: &Room,
    name: &str,
) -> Outcome<Option<ChannelId>> {
    let Some(channels) = channels(kit, room.guild) else {
        return Ok(None);
    };
    let is_it = |id: &ChannelId| {
        kit.cache.channel((*id).into()).is_some_and(|channel| {
            let made = channel.permission_overwrites.as_deref().unwrap_or_default();
            channel.name.as_deref() == Some(name)
                && overwrites::is_made_for(made, room.owner, kit.me.id())
        })
    };
    let Some(found) = channels.into_iter().find(|id| is_it(id)) else {
        return Ok(None);
    };
    let mut db = kit.database.acquire().await?;
    let rooms = store::rooms(&mut db, room.guild).await?;
    let is_claimed = rooms
        .iter()
        .any(|room| room.channel == Some(found) || room.waiting_channel == Some(found));
    Ok((!is_claimed).then_some(found))
}

/// What it needs in the channels of its hubs, and in the categories where it opens rooms.
pub(crate) async fn needs(kit: Kit<VoiceHubs>, guild: GuildId) -> Outcome<Needs> {
    let mut connection = kit.database.acquire().await?;
    let hubs = store::hubs(&mut connection, guild).await?;
    drop(connection);
    let mut channels = BTreeMap::new();
    for hub in hubs.iter().filter(|hub| hub.active) {
        channels.insert(hub.channel, NEEDED);
        let category = hub.category.or_else(|| parent(&kit, hub.channel));
        channels.extend(category.into_iter().map(|category| (category, NEEDED)));
        if let Some(log) = hub.log_channel {
            let write = Permissions::VIEW_CHANNEL | Permissions::SEND_MESSAGES;
            channels.insert(log, write);
        }
    }
    Ok(Needs {
        channels: channels.into_iter().collect(),
        roles: Vec::new(),
    })
}
