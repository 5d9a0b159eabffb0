//! What a member may do, computed as Discord computes it.
//!
//! See [Discord Docs/Permissions](https://docs.discord.com/developers/topics/permissions#permission-overwrites).
//! twilight's calculator takes text permissions away in voice channels, which have a chat.

use database::{ChannelId, GuildId, RoleId, UserId};
use twilight_cache_inmemory::DefaultInMemoryCache;
use twilight_model::{
    channel::permission_overwrite::{PermissionOverwrite, PermissionOverwriteType},
    guild::Permissions,
};

use crate::{House, Refusal};

/// What roles and ownership allow in a guild, before any channel is looked at. `None` when the cache does not know the
/// guild; needs `GUILD` and `ROLE` in the cache.
pub fn in_guild(
    cache: &DefaultInMemoryCache,
    guild: GuildId,
    user: UserId,
    roles: &[RoleId],
) -> Option<Permissions> {
    let everyone = RoleId::from(guild.id().cast());
    // Held to the end: no role of it goes meanwhile.
    let known = cache.guild(guild.into())?;
    if known.owner_id() == user.id() {
        return Some(Permissions::all());
    }
    let mut held = Permissions::empty();
    for role in roles.iter().copied().chain([everyone]) {
        if let Some(role) = cache.role(role.into()) {
            held |= role.permissions;
        }
    }
    Some(if held.contains(Permissions::ADMINISTRATOR) {
        Permissions::all()
    } else {
        held
    })
}

/// What is left of `held` (see [`in_guild`]) behind a channel's overwrites.
pub fn in_channel(
    held: Permissions,
    guild: GuildId,
    user: UserId,
    roles: &[RoleId],
    overwrites: &[PermissionOverwrite],
) -> Permissions {
    if held.contains(Permissions::ADMINISTRATOR) {
        return Permissions::all();
    }
    let mut left = held;
    let everyone = guild.get();
    let of = |id: u64, kind| {
        overwrites
            .iter()
            .find(move |overwrite| overwrite.id.get() == id && overwrite.kind == kind)
    };
    if let Some(overwrite) = of(everyone, PermissionOverwriteType::Role) {
        left = (left - overwrite.deny) | overwrite.allow;
    }
    let (mut allow, mut deny) = (Permissions::empty(), Permissions::empty());
    for overwrite in roles
        .iter()
        .filter_map(|role| of(role.get(), PermissionOverwriteType::Role))
    {
        allow |= overwrite.allow;
        deny |= overwrite.deny;
    }
    left = (left - deny) | allow;
    if let Some(overwrite) = of(user.get(), PermissionOverwriteType::Member) {
        left = (left - overwrite.deny) | overwrite.allow;
    }
    if left.contains(Permissions::VIEW_CHANNEL) {
        left
    } else {
        Permissions::empty()
    }
}

/// Overwrites without what the bot may not set, and what of their denials was lost by that; `held` is what the bot holds
/// in the guild. Those of which nothing is left are left out.
///
/// See [Discord Docs/Create Guild Channel](https://docs.discord.com/developers/resources/guild#create-guild-channel).
pub fn masked(
    source: &[PermissionOverwrite],
    held: Permissions,
) -> (Vec<PermissionOverwrite>, Permissions) {
    let may = settable(held);
    let mut lost = Permissions::empty();
    let masked = source
        .iter()
        .map(|overwrite| {
            lost |= overwrite.deny - may;
            PermissionOverwrite {
                allow: overwrite.allow & may,
                deny: overwrite.deny & may,
                ..*overwrite
            }
        })
        .filter(|overwrite| !(overwrite.allow.is_empty() && overwrite.deny.is_empty()))
        .collect();
    (masked, lost)
}

/// What one who holds `held` may put into an overwrite: only administrators `MANAGE_ROLES`.
pub fn settable(held: Permissions) -> Permissions {
    if held.contains(Permissions::ADMINISTRATOR) {
        Permissions::all()
    } else {
        held - Permissions::MANAGE_ROLES
    }
}

impl House {
    /// What the bot may do in a guild, before any channel is looked at. Needs `GUILD` and `ROLE` in the cache; a guild
    /// that is not there counts as all refused.
    ///
    /// # Errors
    ///
    /// Fails when the bot's roles are not remembered and Discord can not be asked.
    pub async fn own_permissions(&self, guild: GuildId) -> Result<Permissions, Refusal> {
        let roles = self.me.roles(&self.discord, guild).await?;
        Ok(in_guild(&self.cache, guild, self.me.id(), &roles).unwrap_or(Permissions::empty()))
    }

    /// What the bot may do in a channel. Needs `CHANNEL` in the cache too; `None` when the channel is not there.
    ///
    /// # Errors
    ///
    /// As [`own_permissions`](Self::own_permissions).
    pub async fn own_permissions_in(
        &self,
        guild: GuildId,
        channel: ChannelId,
    ) -> Result<Option<Permissions>, Refusal> {
        let roles = self.me.roles(&self.discord, guild).await?;
        let me = self.me.id();
        let held = in_guild(&self.cache, guild, me, &roles).unwrap_or(Permissions::empty());
        Ok(self.cache.channel(channel.into()).map(|channel| {
            let overwrites = channel.permission_overwrites.as_deref().unwrap_or_default();
            in_channel(held, guild, me, &roles, overwrites)
        }))
    }
}

#[cfg(test)]
mod tests {
    use twilight_model::id::Id;

    use super::*;

    fn overwrite(
        id: u64,
        kind: PermissionOverwriteType,
        allow: Permissions,
        deny: Permissions,
    ) -> PermissionOverwrite {
        PermissionOverwrite {
            allow,
            deny,
            id: Id::new(id),
            kind,
        }
    }

    #[test]
    fn a_role_that_allows_beats_one_that_denies_and_the_member_beats_both() {
        use PermissionOverwriteType::{Member, Role};
        let (guild, user) = ("1".parse().unwrap(), "9".parse().unwrap());
        let roles = ["2".parse().unwrap(), "3".parse().unwrap()];
        let (view, connect) = (Permissions::VIEW_CHANNEL, Permissions::CONNECT);
        let held = view | connect;
        let none = Permissions::empty();
        let roles_only = [
            overwrite(1, Role, none, connect),
            overwrite(2, Role, connect, none),
            overwrite(3, Role, none, connect),
        ];
        assert_eq!(in_channel(held, guild, user, &roles, &roles_only), held);
        let mut with_member = roles_only.to_vec();
        with_member.push(overwrite(9, Member, none, connect));
        assert_eq!(in_channel(held, guild, user, &roles, &with_member), view);
        with_member.push(overwrite(1, Member, none, view));
        assert_eq!(in_channel(held, guild, user, &roles, &with_member), view);
        let hidden = [overwrite(1, Role, none, view)];
        assert_eq!(in_channel(held, guild, user, &roles, &hidden), none);
    }
}
