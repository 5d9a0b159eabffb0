//! The overwrites of a room: what mode, lists and owner mean to Discord.
//!
//! See [Discord Docs/Permissions](https://docs.discord.com/developers/topics/permissions#permission-overwrites).
//! Where Discord's arithmetic can not say it (a role that is kept out beats a role that is let in only in our
//! rules), whoever got in is shown out again; see [`crate::plan`].

use std::collections::BTreeMap;

use database::{ChannelId, GuildId, RoleId, UserId};
use twilight_model::{
    channel::permission_overwrite::{PermissionOverwrite, PermissionOverwriteType},
    guild::Permissions,
    id::Id,
};

use crate::model::{Listed, Lists, Mode, Room};

/// The most overwrites that a channel carries (30060).
pub(crate) const MOST: usize = 1000;

/// What lets somebody in.
const ENTER: Permissions = Permissions::VIEW_CHANNEL.union(Permissions::CONNECT);
/// What the owner and staff never lose.
const STAY: Permissions = ENTER
    .union(Permissions::SPEAK)
    .union(Permissions::STREAM)
    .union(Permissions::USE_VAD)
    .union(Permissions::SEND_MESSAGES)
    .union(Permissions::READ_MESSAGE_HISTORY);
/// What the bot needs in a room, or what it would lock itself out of.
const OWN: Permissions = ENTER
    .union(Permissions::MANAGE_CHANNELS)
    .union(Permissions::MOVE_MEMBERS)
    .union(Permissions::SEND_MESSAGES)
    .union(Permissions::READ_MESSAGE_HISTORY);

/// What a room's overwrites follow from.
#[derive(Clone, Debug)]
pub(crate) struct Rules<'a> {
    pub(crate) guild: GuildId,
    pub(crate) bot: UserId,
    pub(crate) owner: UserId,
    pub(crate) staff: Option<RoleId>,
    pub(crate) mode: Mode,
    pub(crate) lists: &'a Lists,
    pub(crate) speakers: &'a [UserId],
    /// What the room began with.
    pub(crate) base: &'a [PermissionOverwrite],
    /// What the bot holds in the guild: more it may neither allow nor deny.
    pub(crate) held: Permissions,
}

impl<'a> Rules<'a> {
    /// The rules of a room as it is wanted.
    pub(crate) fn of(
        room: &'a Room,
        bot: UserId,
        staff: Option<RoleId>,
        held: Permissions,
    ) -> Self {
        Self {
            guild: room.guild,
            bot,
            owner: room.owner,
            staff,
            mode: room.mode,
            lists: &room.lists,
            speakers: &room.speakers,
            base: &room.base,
            held,
        }
    }
}

type Key = (bool, u64);

struct Table(BTreeMap<Key, (Permissions, Permissions)>);

impl Table {
    fn entry(&mut self, key: Key) -> &mut (Permissions, Permissions) {
        self.0
            .entry(key)
            .or_insert((Permissions::empty(), Permissions::empty()))
    }

    fn allow(&mut self, key: Key, what: Permissions) {
        let (allow, deny) = self.entry(key);
        *allow |= what;
        *deny -= what;
    }

    fn deny(&mut self, key: Key, what: Permissions) {
        let (allow, deny) = self.entry(key);
        *deny |= what;
        *allow -= what;
    }
}

fn user(user: UserId) -> Key {
    (true, user.get())
}

fn role(role: RoleId) -> Key {
    (false, role.get())
}

/// The whole list for the room, or for its waiting room.
pub(crate) fn of_room(rules: &Rules<'_>) -> Vec<PermissionOverwrite> {
    let everyone = (false, rules.guild.get());
    let mut table = Table(BTreeMap::new());
    for overwrite in rules.base {
        let key = (
            overwrite.kind == PermissionOverwriteType::Member,
            overwrite.id.get(),
        );
        *table.entry(key) = (overwrite.allow, overwrite.deny);
    }
    let closed = match rules.mode {
        Mode::Open => Permissions::empty(),
        Mode::Closed => Permissions::CONNECT,
        Mode::Private => ENTER,
        Mode::Conference => Permissions::SPEAK,
    };
    if !closed.is_empty() {
        // Whoever the source lets in loses it too; what it says to single people stays only for the listed.
        let keys: Vec<Key> = table.0.keys().copied().collect();
        for key in keys {
            table.entry(key).0 -= closed;
        }
        table.deny(everyone, closed);
    }
    let let_in = if rules.mode == Mode::Conference {
        ENTER | Permissions::SPEAK
    } else {
        ENTER
    };
    for listed in rules.lists.allowed() {
        match listed {
            Listed::User(id) => table.allow(user(id), let_in),
            Listed::Role(id) => table.allow(role(id), let_in),
        }
    }
    if rules.mode == Mode::Conference {
        for speaker in rules.speakers {
            table.allow(user(*speaker), Permissions::SPEAK);
        }
    }
    for listed in rules.lists.denied() {
        match listed {
            Listed::User(id) => table.deny(user(id), Permissions::CONNECT),
            Listed::Role(id) => table.deny(role(id), Permissions::CONNECT),
        }
    }
    if let Some(staff) = rules.staff {
        table.allow(role(staff), STAY);
    }
    table.allow(user(rules.owner), STAY);
    finish(table, rules)
}

/// A waiting room: everyone whom the source lets in may come, nobody speaks.
pub(crate) fn of_waiting_room(rules: &Rules<'_>) -> Vec<PermissionOverwrite> {
    let everyone = (false, rules.guild.get());
    let mut table = Table(BTreeMap::new());
    for overwrite in rules.base {
        let key = (
            overwrite.kind == PermissionOverwriteType::Member,
            overwrite.id.get(),
        );
        *table.entry(key) = (overwrite.allow - Permissions::SPEAK, overwrite.deny);
    }
    table.deny(everyone, Permissions::SPEAK);
    for listed in rules.lists.denied() {
        match listed {
            Listed::User(id) => table.deny(user(id), Permissions::CONNECT),
            Listed::Role(id) => table.deny(role(id), Permissions::CONNECT),
        }
    }
    if let Some(staff) = rules.staff {
        table.allow(role(staff), STAY);
    }
    table.allow(user(rules.owner), STAY);
    finish(table, rules)
}

fn finish(mut table: Table, rules: &Rules<'_>) -> Vec<PermissionOverwrite> {
    table.allow(user(rules.bot), OWN);
    let may = feature::permissions::settable(rules.held);
    table
        .0
        .into_iter()
        .filter_map(|((is_member, id), (allow, deny))| {
            let (allow, deny) = (allow & may, deny & may);
            (!allow.is_empty() || !deny.is_empty()).then(|| PermissionOverwrite {
                allow,
                deny,
                id: Id::new(id),
                kind: if is_member {
                    PermissionOverwriteType::Member
                } else {
                    PermissionOverwriteType::Role
                },
            })
        })
        .collect()
}

/// How many overwrites a room would carry: for the refusal before Discord's.
pub(crate) fn count(rules: &Rules<'_>) -> usize {
    of_room(rules).len()
}

/// Whether a channel carries the mark of a room that was made for `owner`: a member overwrite for the owner and one for
/// the bot, which nobody else sets in one go.
pub(crate) fn is_made_for(overwrites: &[PermissionOverwrite], owner: UserId, bot: UserId) -> bool {
    let lets_in = |id: u64| {
        overwrites.iter().any(|overwrite| {
            overwrite.kind == PermissionOverwriteType::Member
                && overwrite.id.get() == id
                && overwrite.allow.contains(Permissions::CONNECT)
        })
    };
    lets_in(owner.get()) && lets_in(bot.get())
}

/// Where the overwrites come from: the channel to copy, while it exists, else the hub.
pub(crate) fn source(
    copy_from: Option<ChannelId>,
    exists: impl Fn(ChannelId) -> bool,
    hub: ChannelId,
) -> ChannelId {
    copy_from.filter(|channel| exists(*channel)).unwrap_or(hub)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id<T: std::str::FromStr>(number: u64) -> T
    where
        T::Err: std::fmt::Debug,
    {
        number.to_string().parse().unwrap()
    }

    const GUILD: u64 = 1;
    const OWNER: u64 = 100;
    const BOT: u64 = 101;
    const STAFF: u64 = 50;

    fn rules<'a>(mode: Mode, lists: &'a Lists, base: &'a [PermissionOverwrite]) -> Rules<'a> {
        Rules {
            guild: id(GUILD),
            bot: id(BOT),
            owner: id(OWNER),
            staff: Some(id(STAFF)),
            mode,
            lists,
            speakers: &[],
            base,
            held: Permissions::all(),
        }
    }

    fn may(overwrites: &[PermissionOverwrite], who: u64, roles: &[u64]) -> Permissions {
        let everyone = Permissions::VIEW_CHANNEL | Permissions::CONNECT | Permissions::SPEAK;
        let roles: Vec<RoleId> = roles.iter().map(|role| id(*role)).collect();
        feature::permissions::in_channel(everyone, id(GUILD), id(who), &roles, overwrites)
    }

    fn mode() -> impl Strategy<Value = Mode> {
        prop::sample::select(Mode::ALL.to_vec())
    }

    fn base() -> impl Strategy<Value = Vec<PermissionOverwrite>> {
        let bits = || {
            prop::sample::subsequence(
                vec![
                    Permissions::VIEW_CHANNEL,
                    Permissions::CONNECT,
                    Permissions::SPEAK,
                    Permissions::MANAGE_ROLES,
                    Permissions::PRIORITY_SPEAKER,
                ],
                0..5,
            )
            .prop_map(|bits| {
                bits.into_iter()
                    .fold(Permissions::empty(), |all, bit| all | bit)
            })
        };
        prop::collection::vec((1u64..8, bits(), bits()), 0..6).prop_map(|list| {
            let mut seen = Vec::new();
            list.into_iter()
                .filter(|(id, ..)| {
                    !seen.contains(id) && {
                        seen.push(*id);
                        true
                    }
                })
                .map(|(id, allow, deny)| PermissionOverwrite {
                    allow,
                    deny: deny - allow,
                    id: Id::new(id),
                    kind: PermissionOverwriteType::Role,
                })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn owner_staff_and_bot_always_get_in(mode in mode(), base in base(), denied in prop::collection::vec(1u64..8, 0..4)) {
            let mut lists = Lists::default();
            for role in denied {
                lists.deny(Listed::Role(id(role)));
            }
            let overwrites = of_room(&rules(mode, &lists, &base));
            let all_roles: Vec<u64> = (2..8).collect();
            for (who, roles) in [(OWNER, &all_roles[..]), (BOT, &all_roles), (7000, &[STAFF])] {
                prop_assert!(may(&overwrites, who, roles).contains(ENTER), "{who} in {mode:?}");
            }
            prop_assert!(may(&overwrites, OWNER, &all_roles).contains(Permissions::SPEAK));
        }

        #[test]
        fn a_closed_room_lets_in_nobody_but_the_listed(base in base(), roles in prop::collection::vec(2u64..8, 0..6)) {
            let mut lists = Lists::default();
            lists.allow(Listed::User(id(300)));
            for mode in [Mode::Closed, Mode::Private] {
                let overwrites = of_room(&rules(mode, &lists, &base));
                let stranger = may(&overwrites, 200, &roles);
                prop_assert!(!stranger.contains(Permissions::CONNECT));
                prop_assert!(mode == Mode::Closed || !stranger.contains(Permissions::VIEW_CHANNEL));
                prop_assert!(may(&overwrites, 300, &roles).contains(ENTER));
            }
        }

        #[test]
        fn who_is_denied_by_name_never_enters(mode in mode(), base in base(), roles in prop::collection::vec(2u64..8, 0..6)) {
            let mut lists = Lists::default();
            for role in &roles {
                lists.allow(Listed::Role(id(*role)));
            }
            lists.deny(Listed::User(id(300)));
            let overwrites = of_room(&rules(mode, &lists, &base));
            prop_assert!(!may(&overwrites, 300, &roles).contains(Permissions::CONNECT));
        }

        #[test]
        fn an_open_room_is_no_more_open_than_its_source(base in base(), roles in prop::collection::vec(2u64..8, 0..6)) {
            let overwrites = of_room(&rules(Mode::Open, &Lists::default(), &base));
            prop_assert_eq!(may(&overwrites, 200, &roles), may(&base, 200, &roles));
        }

        #[test]
        fn nothing_is_set_that_the_bot_may_not_set(mode in mode(), base in base()) {
            let held = ENTER | Permissions::SPEAK | Permissions::MANAGE_CHANNELS | Permissions::MANAGE_ROLES;
            let lists = Lists::default();
            let rules = Rules { held, ..rules(mode, &lists, &base) };
            for overwrite in of_room(&rules) {
                prop_assert!((held - Permissions::MANAGE_ROLES).contains(overwrite.allow | overwrite.deny));
            }
        }
    }

    #[test]
    fn in_a_conference_everyone_listens_and_some_speak() {
        let mut lists = Lists::default();
        lists.allow(Listed::Role(id(5)));
        let speakers = [id(400)];
        let rules = Rules {
            speakers: &speakers,
            ..rules(Mode::Conference, &lists, &[])
        };
        let overwrites = of_room(&rules);
        let listens = may(&overwrites, 200, &[]);
        assert!(listens.contains(ENTER) && !listens.contains(Permissions::SPEAK));
        assert!(may(&overwrites, 400, &[]).contains(Permissions::SPEAK));
        assert!(may(&overwrites, 200, &[5]).contains(Permissions::SPEAK));
    }

    #[test]
    fn what_masking_takes_from_a_denial_is_told() {
        let source = [PermissionOverwrite {
            allow: Permissions::MANAGE_ROLES,
            deny: Permissions::PRIORITY_SPEAKER | Permissions::CONNECT,
            id: Id::new(GUILD),
            kind: PermissionOverwriteType::Role,
        }];
        let (masked, lost) =
            feature::permissions::masked(&source, Permissions::CONNECT | Permissions::MANAGE_ROLES);
        assert_eq!(lost, Permissions::PRIORITY_SPEAKER);
        assert_eq!(masked[0].allow, Permissions::empty());
        assert_eq!(masked[0].deny, Permissions::CONNECT);
    }
}
