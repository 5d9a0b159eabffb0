//! What hubs and rooms are, and the rules that need nothing but them.

use database::{ChannelId, GuildId, MessageId, RoleId, UserId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use twilight_model::channel::permission_overwrite::PermissionOverwrite;

/// How many people and roles each list of a room holds at the most.
pub(crate) const LISTED: usize = 200;
/// Discord allows this many changes of a channel's name in [`RENAME_WINDOW`].
///
/// See [Discord Docs/Rate Limits](https://docs.discord.com/developers/topics/rate-limits); the number is observed.
pub(crate) const RENAMES: usize = 2;
/// After how long a change of name no longer counts.
pub(crate) const RENAME_WINDOW: SignedDuration = SignedDuration::from_mins(10);

/// Who may enter a room and who may speak in it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mode {
    /// Everyone whom the hub lets in.
    Open,
    /// Seen by everyone, entered by the owner and the list.
    Closed,
    /// Seen and entered by the owner and the list alone.
    Private,
    /// Everyone listens; the owner, the list and who was there speak.
    Conference,
}

impl Mode {
    pub(crate) const ALL: [Self; 4] = [Self::Open, Self::Closed, Self::Private, Self::Conference];

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Private => "private",
            Self::Conference => "conference",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.word() == word)
    }
}

/// A room's number in our own table.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub(crate) struct RoomId(pub(crate) i64);

/// Who is let in and who is kept out.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub(crate) struct Lists {
    pub(crate) allow_users: Vec<UserId>,
    pub(crate) allow_roles: Vec<RoleId>,
    pub(crate) deny_users: Vec<UserId>,
    pub(crate) deny_roles: Vec<RoleId>,
}

/// A person or a role.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Listed {
    User(UserId),
    Role(RoleId),
}

impl Listed {
    pub(crate) fn mention(self) -> String {
        match self {
            Self::User(user) => format!("<@{user}>"),
            Self::Role(role) => format!("<@&{role}>"),
        }
    }
}

fn add<T: PartialEq + Copy>(list: &mut Vec<T>, entry: T) {
    if !list.contains(&entry) {
        list.push(entry);
    }
}

impl Lists {
    pub(crate) fn allowed(&self) -> impl Iterator<Item = Listed> + '_ {
        let users = self.allow_users.iter().copied().map(Listed::User);
        users.chain(self.allow_roles.iter().copied().map(Listed::Role))
    }

    pub(crate) fn denied(&self) -> impl Iterator<Item = Listed> + '_ {
        let users = self.deny_users.iter().copied().map(Listed::User);
        users.chain(self.deny_roles.iter().copied().map(Listed::Role))
    }

    /// Lets somebody in; who was kept out no longer is.
    pub(crate) fn allow(&mut self, entry: Listed) {
        self.remove(entry);
        match entry {
            Listed::User(user) => add(&mut self.allow_users, user),
            Listed::Role(role) => add(&mut self.allow_roles, role),
        }
    }

    /// Keeps somebody out; who was let in no longer is.
    pub(crate) fn deny(&mut self, entry: Listed) {
        self.remove(entry);
        match entry {
            Listed::User(user) => add(&mut self.deny_users, user),
            Listed::Role(role) => add(&mut self.deny_roles, role),
        }
    }

    /// Takes somebody off both lists.
    pub(crate) fn remove(&mut self, entry: Listed) {
        match entry {
            Listed::User(user) => {
                self.allow_users.retain(|listed| *listed != user);
                self.deny_users.retain(|listed| *listed != user);
            }
            Listed::Role(role) => {
                self.allow_roles.retain(|listed| *listed != role);
                self.deny_roles.retain(|listed| *listed != role);
            }
        }
    }

    /// Whether somebody is kept out, by name or by a role. The list of who is let in does not help against it.
    pub(crate) fn keeps_out(&self, user: UserId, roles: &[RoleId]) -> bool {
        self.deny_users.contains(&user) || roles.iter().any(|role| self.deny_roles.contains(role))
    }

    /// Whether somebody is let in, by name or by a role.
    pub(crate) fn lets_in(&self, user: UserId, roles: &[RoleId]) -> bool {
        self.allow_users.contains(&user) || roles.iter().any(|role| self.allow_roles.contains(role))
    }
}

/// What stands in the way of a hub.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Problem {
    /// Channels can not be made.
    Create,
    /// Members can not be moved.
    Move,
    /// The hub or its category can not be seen.
    Access,
    /// The guild holds 500 channels.
    GuildFull,
}

impl Problem {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Move => "move",
            Self::Access => "access",
            Self::GuildFull => "guild_full",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        [Self::Create, Self::Move, Self::Access, Self::GuildFull]
            .into_iter()
            .find(|problem| problem.word() == word)
    }
}

/// A channel that opens rooms.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch that an administrator sets by itself"
)]
pub(crate) struct Hub {
    pub(crate) channel: ChannelId,
    pub(crate) guild: GuildId,
    pub(crate) active: bool,
    /// `None` is the default in the guild's language.
    pub(crate) template: Option<String>,
    pub(crate) user_limit: Option<u16>,
    /// 0 is no limit.
    pub(crate) max_rooms: u16,
    pub(crate) mode: Mode,
    pub(crate) bitrate: Option<u32>,
    pub(crate) region: Option<String>,
    pub(crate) category: Option<ChannelId>,
    pub(crate) overflow: Vec<ChannelId>,
    pub(crate) copies_category: bool,
    pub(crate) copy_from: Option<ChannelId>,
    /// `None` when rooms can not be claimed.
    pub(crate) claim_delay: Option<SignedDuration>,
    pub(crate) per_member: u16,
    pub(crate) bots_keep: bool,
    pub(crate) log_channel: Option<ChannelId>,
    pub(crate) status: Option<String>,
    pub(crate) status_allowed: bool,
    pub(crate) problem: Option<Problem>,
    pub(crate) strikes: u16,
    pub(crate) paused_until: Option<Timestamp>,
    pub(crate) staff_told_at: Option<Timestamp>,
    pub(crate) full_since: Option<Timestamp>,
    pub(crate) created_by: UserId,
    pub(crate) created_at: Timestamp,
}

/// A room, or the intention of one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Room {
    pub(crate) id: RoomId,
    pub(crate) guild: GuildId,
    pub(crate) hub: ChannelId,
    pub(crate) owner: UserId,
    pub(crate) channel: Option<ChannelId>,
    pub(crate) number: u32,
    /// The name that the channel has.
    pub(crate) name: String,
    pub(crate) mode: Mode,
    pub(crate) user_limit: u16,
    pub(crate) lists: Lists,
    pub(crate) speakers: Vec<UserId>,
    pub(crate) base: Vec<PermissionOverwrite>,
    pub(crate) opener: String,
    pub(crate) opening_since: Timestamp,
    pub(crate) tries_at: Timestamp,
    pub(crate) tries: u16,
    pub(crate) closing: bool,
    pub(crate) edit_wanted: i32,
    pub(crate) edit_done: i32,
    pub(crate) panel_wanted: i32,
    pub(crate) panel_done: i32,
    pub(crate) panel_channel: Option<ChannelId>,
    pub(crate) panel_message: Option<MessageId>,
    pub(crate) owner_left_at: Option<Timestamp>,
    /// The name that the channel is to have as soon as Discord allows.
    pub(crate) wanted_name: Option<String>,
    pub(crate) renamed_at: Vec<Timestamp>,
    pub(crate) status: Option<String>,
    pub(crate) waits: bool,
    pub(crate) waiting_channel: Option<ChannelId>,
    pub(crate) problem: Option<String>,
    /// When what failed is tried again.
    pub(crate) again_at: Option<Timestamp>,
}

impl Room {
    /// How many changes of name are left, and when the next is allowed if none is.
    pub(crate) fn renames_left(&self, now: Timestamp) -> (usize, Option<Timestamp>) {
        let recent: Vec<_> = self
            .renamed_at
            .iter()
            .filter(|at| **at + RENAME_WINDOW > now)
            .collect();
        let next = (recent.len() >= RENAMES)
            .then(|| recent.iter().min().map(|at| **at + RENAME_WINDOW))
            .flatten();
        (RENAMES.saturating_sub(recent.len()), next)
    }

    /// The name that it has or is to have.
    pub(crate) fn intended_name(&self) -> &str {
        self.wanted_name.as_deref().unwrap_or(&self.name)
    }
}

/// Where somebody sits.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Seat {
    pub(crate) channel: ChannelId,
    pub(crate) is_bot: bool,
    pub(crate) roles: Vec<RoleId>,
}

/// What an owner's next room begins with.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub(crate) struct Saved {
    pub(crate) name: Option<String>,
    pub(crate) mode: Option<Mode>,
    pub(crate) user_limit: Option<u16>,
    pub(crate) lists: Lists,
}

/// Why a room can not be claimed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum NoClaim {
    /// Claims are switched off.
    Off,
    /// The member is not in the room.
    NotThere,
    /// It is the member's own.
    Own,
    /// The owner is there.
    OwnerThere,
    /// The owner has not been away for long enough.
    TooEarly(Timestamp),
}

/// Whether `user` may take the room over.
pub(crate) fn may_claim(
    room: &Room,
    delay: Option<SignedDuration>,
    user: UserId,
    is_there: bool,
    is_staff: bool,
    now: Timestamp,
) -> Result<(), NoClaim> {
    if room.owner == user {
        return Err(NoClaim::Own);
    }
    if !is_there {
        return Err(NoClaim::NotThere);
    }
    if is_staff {
        return Ok(());
    }
    let delay = delay.ok_or(NoClaim::Off)?;
    let left = room.owner_left_at.ok_or(NoClaim::OwnerThere)?;
    if left + delay > now {
        return Err(NoClaim::TooEarly(left + delay));
    }
    Ok(())
}

/// The smallest number from 1 that is not taken.
pub(crate) fn free_number(taken: impl IntoIterator<Item = u32>) -> u32 {
    let mut taken: Vec<_> = taken.into_iter().collect();
    taken.sort_unstable();
    taken.dedup();
    let mut number = 1;
    for other in taken {
        if other != number {
            break;
        }
        number += 1;
    }
    number
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_free_number_is_the_smallest(taken in proptest::collection::vec(1u32..40, 0..40)) {
            let free = free_number(taken.iter().copied());
            prop_assert!(!taken.contains(&free));
            prop_assert!((1..free).all(|number| taken.contains(&number)));
        }

        #[test]
        fn nobody_is_on_both_lists(acts in proptest::collection::vec((0u8..3, 1u64..6, any::<bool>()), 0..60)) {
            let mut lists = Lists::default();
            for (act, id, is_role) in acts {
                let id = id.to_string();
                let entry = if is_role {
                    Listed::Role(id.parse().unwrap())
                } else {
                    Listed::User(id.parse().unwrap())
                };
                match act {
                    0 => lists.allow(entry),
                    1 => lists.deny(entry),
                    _ => lists.remove(entry),
                }
                let allowed: Vec<_> = lists.allowed().collect();
                let denied: Vec<_> = lists.denied().collect();
                prop_assert!(allowed.iter().all(|entry| !denied.contains(entry)));
                let mut once = allowed.clone();
                once.sort_unstable();
                once.dedup();
                prop_assert_eq!(once.len(), allowed.len());
            }
        }
    }
}
