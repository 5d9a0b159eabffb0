//! Permissions: the bits, and who may do what in which channel.
//!
//! See [Discord Docs/Permissions](https://docs.discord.com/developers/topics/permissions).

use std::{
    fmt,
    ops::{BitAnd, BitOr, BitOrAssign, Not, Sub},
};

use serde::{Serialize, Serializer};

use crate::ids::Id;

/// A set of permissions. Written to JSON as a decimal string.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Permissions(u64);

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $bit:literal;)*) => {
        impl Permissions {
            $($(#[$doc])* pub const $name: Self = Self(1 << $bit);)*

            /// Every permission that exists, with its name.
            pub const NAMED: &[(&'static str, Self)] = &[$((stringify!($name), Self::$name)),*];

            /// Every permission that exists.
            pub const ALL: Self = Self(0 $(| (1 << $bit))*);
        }
    };
}

permissions! {
    /// Create invites.
    CREATE_INSTANT_INVITE = 0;
    /// Kick members.
    KICK_MEMBERS = 1;
    /// Ban members.
    BAN_MEMBERS = 2;
    /// Everything, channel overwrites notwithstanding.
    ADMINISTRATOR = 3;
    /// Create, edit and delete channels.
    MANAGE_CHANNELS = 4;
    /// Edit the guild.
    MANAGE_GUILD = 5;
    /// Add new reactions.
    ADD_REACTIONS = 6;
    /// Read the audit log.
    VIEW_AUDIT_LOG = 7;
    /// Speak over others.
    PRIORITY_SPEAKER = 8;
    /// Go live.
    STREAM = 9;
    /// See a channel.
    VIEW_CHANNEL = 10;
    /// Send messages.
    SEND_MESSAGES = 11;
    /// Send spoken messages.
    SEND_TTS_MESSAGES = 12;
    /// Delete others' messages.
    MANAGE_MESSAGES = 13;
    /// Have links and embeds shown.
    EMBED_LINKS = 14;
    /// Upload files.
    ATTACH_FILES = 15;
    /// Read earlier messages.
    READ_MESSAGE_HISTORY = 16;
    /// Mention everyone and all roles.
    MENTION_EVERYONE = 17;
    /// Use emojis of other guilds.
    USE_EXTERNAL_EMOJIS = 18;
    /// See guild insights.
    VIEW_GUILD_INSIGHTS = 19;
    /// Join voice channels.
    CONNECT = 20;
    /// Speak in voice channels.
    SPEAK = 21;
    /// Mute members in voice.
    MUTE_MEMBERS = 22;
    /// Deafen members in voice.
    DEAFEN_MEMBERS = 23;
    /// Move members between voice channels.
    MOVE_MEMBERS = 24;
    /// Speak without push-to-talk.
    USE_VAD = 25;
    /// Change one's own nickname.
    CHANGE_NICKNAME = 26;
    /// Change others' nicknames.
    MANAGE_NICKNAMES = 27;
    /// Edit roles below one's own; in an overwrite: edit overwrites.
    MANAGE_ROLES = 28;
    /// Edit webhooks.
    MANAGE_WEBHOOKS = 29;
    /// Edit others' emojis, stickers and sounds.
    MANAGE_GUILD_EXPRESSIONS = 30;
    /// Use application commands.
    USE_APPLICATION_COMMANDS = 31;
    /// Ask to speak on a stage.
    REQUEST_TO_SPEAK = 32;
    /// Edit others' scheduled events.
    MANAGE_EVENTS = 33;
    /// Edit and delete threads.
    MANAGE_THREADS = 34;
    /// Start public threads.
    CREATE_PUBLIC_THREADS = 35;
    /// Start private threads.
    CREATE_PRIVATE_THREADS = 36;
    /// Use stickers of other guilds.
    USE_EXTERNAL_STICKERS = 37;
    /// Send messages in threads.
    SEND_MESSAGES_IN_THREADS = 38;
    /// Start activities.
    USE_EMBEDDED_ACTIVITIES = 39;
    /// Time members out.
    MODERATE_MEMBERS = 40;
    /// See monetization insights.
    VIEW_CREATOR_MONETIZATION_ANALYTICS = 41;
    /// Use the soundboard.
    USE_SOUNDBOARD = 42;
    /// Create emojis, stickers and sounds.
    CREATE_GUILD_EXPRESSIONS = 43;
    /// Create scheduled events.
    CREATE_EVENTS = 44;
    /// Use sounds of other guilds.
    USE_EXTERNAL_SOUNDS = 45;
    /// Send voice messages.
    SEND_VOICE_MESSAGES = 46;
    /// Set a voice channel's status.
    SET_VOICE_CHANNEL_STATUS = 48;
    /// Send polls.
    SEND_POLLS = 49;
    /// Use apps the user installed.
    USE_EXTERNAL_APPS = 50;
    /// Pin messages.
    PIN_MESSAGES = 51;
    /// Ignore slowmode.
    BYPASS_SLOWMODE = 52;
}

impl Permissions {
    /// No permission at all.
    pub const NONE: Self = Self(0);

    /// What @everyone has in a new guild.
    pub const EVERYONE: Self = Self(
        Self::CREATE_INSTANT_INVITE.0
            | Self::ADD_REACTIONS.0
            | Self::STREAM.0
            | Self::VIEW_CHANNEL.0
            | Self::SEND_MESSAGES.0
            | Self::EMBED_LINKS.0
            | Self::ATTACH_FILES.0
            | Self::READ_MESSAGE_HISTORY.0
            | Self::MENTION_EVERYONE.0
            | Self::USE_EXTERNAL_EMOJIS.0
            | Self::CONNECT.0
            | Self::SPEAK.0
            | Self::USE_VAD.0
            | Self::CHANGE_NICKNAME.0
            | Self::USE_APPLICATION_COMMANDS.0
            | Self::REQUEST_TO_SPEAK.0
            | Self::CREATE_PUBLIC_THREADS.0
            | Self::CREATE_PRIVATE_THREADS.0
            | Self::USE_EXTERNAL_STICKERS.0
            | Self::SEND_MESSAGES_IN_THREADS.0
            | Self::USE_EMBEDDED_ACTIVITIES.0
            | Self::USE_SOUNDBOARD.0
            | Self::USE_EXTERNAL_SOUNDS.0
            | Self::SEND_VOICE_MESSAGES.0
            | Self::SEND_POLLS.0
            | Self::USE_EXTERNAL_APPS.0,
    );

    /// What is left to a member who is timed out.
    pub const TIMED_OUT: Self = Self(Self::VIEW_CHANNEL.0 | Self::READ_MESSAGE_HISTORY.0);

    /// What a denied `SEND_MESSAGES` takes along.
    const NEEDS_SEND: Self = Self(
        Self::MENTION_EVERYONE.0
            | Self::SEND_TTS_MESSAGES.0
            | Self::ATTACH_FILES.0
            | Self::EMBED_LINKS.0,
    );

    /// The set with these bits; bits that mean nothing are dropped.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits & Self::ALL.0)
    }

    /// The bits of the set.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Whether every permission of `other` is in this set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The names of the permissions in the set, in the order of their bits.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMED
            .iter()
            .filter(move |(_, bit)| self.contains(*bit))
            .map(|(name, _)| *name)
    }
}

impl BitOr for Permissions {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Permissions {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl BitAnd for Permissions {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl Sub for Permissions {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

impl Not for Permissions {
    type Output = Self;
    fn not(self) -> Self {
        Self(!self.0 & Self::ALL.0)
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

impl fmt::Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Permissions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What one channel says about one role or member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Overwrite {
    /// The role or member it is about.
    pub id: Id,
    /// 0 for a role, 1 for a member.
    #[serde(rename = "type")]
    pub kind: u8,
    /// What it grants.
    pub allow: Permissions,
    /// What it takes away.
    pub deny: Permissions,
}

impl Overwrite {
    /// The `kind` of an overwrite for a role.
    pub const ROLE: u8 = 0;
    /// The `kind` of an overwrite for a member.
    pub const MEMBER: u8 = 1;
}

/// Whose permissions are asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Holder<'a> {
    pub(crate) user: Id,
    pub(crate) guild: Id,
    pub(crate) is_owner: bool,
    /// The permissions of @everyone and of all roles held, united.
    pub(crate) base: Permissions,
    pub(crate) roles: &'a [Id],
    pub(crate) timed_out: bool,
}

/// What kind of channel is asked about, as far as permissions care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Text,
    Voice,
    Thread,
}

impl Holder<'_> {
    /// Permissions in the guild at large.
    pub(crate) fn in_guild(self) -> Permissions {
        if self.is_owner || self.base.contains(Permissions::ADMINISTRATOR) {
            return Permissions::ALL;
        }
        if self.timed_out {
            return self.base & Permissions::TIMED_OUT;
        }
        self.base
    }

    /// Permissions in a channel, with all that a missing basic permission takes along.
    pub(crate) fn in_channel(self, overwrites: &[Overwrite], place: Place) -> Permissions {
        if self.is_owner || self.base.contains(Permissions::ADMINISTRATOR) {
            return Permissions::ALL;
        }
        let mut set = self.overwritten(overwrites);
        if !set.contains(Permissions::VIEW_CHANNEL) {
            return Permissions::NONE;
        }
        let send = if place == Place::Thread {
            Permissions::SEND_MESSAGES_IN_THREADS
        } else {
            Permissions::SEND_MESSAGES
        };
        if !set.contains(send) {
            set = set - Permissions::NEEDS_SEND;
        }
        if place == Place::Voice && !set.contains(Permissions::CONNECT) {
            set = Permissions::VIEW_CHANNEL;
        }
        if self.timed_out {
            set = set & Permissions::TIMED_OUT;
        }
        set
    }

    /// The guild's permissions with the channel's overwrites laid over them, nothing implied.
    fn overwritten(self, overwrites: &[Overwrite]) -> Permissions {
        let mut set = self.base;
        if let Some(everyone) = overwrites.iter().find(|o| o.id == self.guild) {
            set = (set - everyone.deny) | everyone.allow;
        }
        let (mut allow, mut deny) = (Permissions::NONE, Permissions::NONE);
        for overwrite in overwrites {
            if overwrite.kind == Overwrite::ROLE
                && overwrite.id != self.guild
                && self.roles.contains(&overwrite.id)
            {
                allow |= overwrite.allow;
                deny |= overwrite.deny;
            }
        }
        set = (set - deny) | allow;
        let own = overwrites
            .iter()
            .find(|o| o.kind == Overwrite::MEMBER && o.id == self.user);
        if let Some(own) = own {
            set = (set - own.deny) | own.allow;
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    const GUILD: Id = Id::new(1);
    const USER: Id = Id::new(2);
    const ROLES: [Id; 3] = [Id::new(10), Id::new(11), Id::new(12)];

    fn holder(base: Permissions, roles: &[Id]) -> Holder<'_> {
        Holder {
            user: USER,
            guild: GUILD,
            is_owner: false,
            base,
            roles,
            timed_out: false,
        }
    }

    fn overwrite() -> impl Strategy<Value = Overwrite> {
        let targets = vec![
            (GUILD, Overwrite::ROLE),
            (ROLES[0], Overwrite::ROLE),
            (ROLES[1], Overwrite::ROLE),
            (ROLES[2], Overwrite::ROLE),
            (USER, Overwrite::MEMBER),
        ];
        let bits = 0..=Permissions::ALL.bits();
        (prop::sample::select(targets), bits.clone(), bits).prop_map(|((id, kind), allow, deny)| {
            Overwrite {
                id,
                kind,
                allow: Permissions::from_bits(allow),
                deny: Permissions::from_bits(deny),
            }
        })
    }

    fn overwrites() -> impl Strategy<Value = Vec<Overwrite>> {
        vec(overwrite(), 0..5).prop_map(|mut list| {
            list.sort_by_key(|overwrite| overwrite.id);
            list.dedup_by_key(|overwrite| overwrite.id);
            list
        })
    }

    /// The rules of the documentation, bit by bit, without the implied ones.
    fn by_the_book(base: Permissions, list: &[Overwrite], roles: &[Id], bit: Permissions) -> bool {
        let says = |overwrite: &Overwrite| {
            if overwrite.allow.contains(bit) {
                Some(true)
            } else if overwrite.deny.contains(bit) {
                Some(false)
            } else {
                None
            }
        };
        let find = |id: Id| {
            list.iter()
                .find(|overwrite| overwrite.id == id)
                .and_then(says)
        };
        let held: Vec<bool> = roles.iter().filter_map(|role| find(*role)).collect();
        find(USER)
            .or_else(|| held.iter().copied().reduce(|one, other| one || other))
            .or_else(|| find(GUILD))
            .unwrap_or_else(|| base.contains(bit))
    }

    proptest! {
        #[test]
        fn overwrites_follow_the_book(
            base in 0..=Permissions::ALL.bits(),
            list in overwrites(),
            held in 0..=3_usize,
        ) {
            let base = Permissions::from_bits(base) - Permissions::ADMINISTRATOR;
            let roles = &ROLES[..held];
            let set = holder(base, roles).overwritten(&list);
            for (name, bit) in Permissions::NAMED {
                prop_assert_eq!(set.contains(*bit), by_the_book(base, &list, roles, *bit), "{}", name);
            }
        }

        #[test]
        fn owners_and_administrators_are_beyond_overwrites(
            base in 0..=Permissions::ALL.bits(),
            list in overwrites(),
        ) {
            let base = Permissions::from_bits(base);
            let owner = Holder { is_owner: true, ..holder(base, &[]) };
            prop_assert_eq!(owner.in_channel(&list, Place::Voice), Permissions::ALL);
            let admin = holder(base | Permissions::ADMINISTRATOR, &[]);
            prop_assert_eq!(admin.in_channel(&list, Place::Text), Permissions::ALL);
        }

        #[test]
        fn nothing_is_left_where_the_first_step_is_missing(
            base in 0..=Permissions::ALL.bits(),
            list in overwrites(),
        ) {
            let base = Permissions::from_bits(base) - Permissions::ADMINISTRATOR;
            let holder = holder(base, &ROLES);
            let text = holder.in_channel(&list, Place::Text);
            if !text.contains(Permissions::VIEW_CHANNEL) {
                prop_assert!(text.is_empty());
            }
            if !text.contains(Permissions::SEND_MESSAGES) {
                prop_assert!((text & Permissions::NEEDS_SEND).is_empty());
            }
            let voice = holder.in_channel(&list, Place::Voice);
            if !voice.contains(Permissions::CONNECT) {
                prop_assert!((voice - Permissions::VIEW_CHANNEL).is_empty());
            }
            let silenced = Holder { timed_out: true, ..holder }.in_channel(&list, Place::Text);
            prop_assert!((silenced - Permissions::TIMED_OUT).is_empty());
        }
    }
}
