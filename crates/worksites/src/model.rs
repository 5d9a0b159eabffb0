//! What a worksite is, and what its channel is called and lets people do. Pure.

use database::{ChannelId, GuildId, UserId};
use feature::permissions::masked;
use jiff::Timestamp;
use twilight_model::{
    channel::permission_overwrite::{PermissionOverwrite, PermissionOverwriteType},
    guild::Permissions,
};
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// The longest name, in characters.
pub(crate) const NAME: usize = 80;
/// The longest name of a channel that stands for one, in characters; the year of the archive fits before it.
const SLUG: usize = 90;

/// A worksite.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Worksite {
    pub(crate) guild: GuildId,
    pub(crate) number: i32,
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) address: Option<String>,
    pub(crate) lead: Option<UserId>,
    pub(crate) colour: u32,
    pub(crate) channel: Option<ChannelId>,
    pub(crate) made_at: Timestamp,
    pub(crate) archived_at: Option<Timestamp>,
    pub(crate) archived_name: Option<String>,
    pub(crate) is_settled: bool,
    pub(crate) tries: u16,
}

/// The name of a channel for a worksite: small letters and digits of any script, without accents, with `-` between
/// words; `None` when nothing is left of it.
///
/// Names of text channels have 1 to 100 characters and no capitals; see
/// [Discord Docs/Channel](https://docs.discord.com/developers/resources/channel).
pub(crate) fn slug(name: &str) -> Option<String> {
    let mut slug = String::new();
    let letters = name.nfkd().filter(|letter| !is_combining_mark(*letter));
    for letter in letters.flat_map(char::to_lowercase) {
        match letter {
            'œ' => slug.push_str("oe"),
            'æ' => slug.push_str("ae"),
            'ß' => slug.push_str("ss"),
            'ø' => slug.push('o'),
            'ł' => slug.push('l'),
            'đ' => slug.push('d'),
            letter if letter.is_alphanumeric() => slug.push(letter),
            _ => slug.push('-'),
        }
    }
    let words: Vec<&str> = slug.split('-').filter(|word| !word.is_empty()).collect();
    let slug: String = words.join("-").chars().take(SLUG).collect();
    let slug = slug.trim_end_matches('-');
    (!slug.is_empty()).then(|| slug.to_owned())
}

/// The name of the channel of a worksite that was archived in `year`.
pub(crate) fn archived_name(year: i16, slug: &str) -> String {
    format!("{year}-{slug}")
}

/// What nobody does in an archive.
const WRITE: Permissions = Permissions::SEND_MESSAGES
    .union(Permissions::SEND_MESSAGES_IN_THREADS)
    .union(Permissions::CREATE_PUBLIC_THREADS)
    .union(Permissions::CREATE_PRIVATE_THREADS)
    .union(Permissions::ADD_REACTIONS);
/// What the bot needs in the channel of a worksite.
pub(crate) const OWN: Permissions = Permissions::VIEW_CHANNEL
    .union(Permissions::SEND_MESSAGES)
    .union(Permissions::MANAGE_CHANNELS);

/// The overwrites of a new channel: those of its category, written out so that moving it loses none, and what the bot
/// needs. `held` is what the bot holds: more it may neither allow nor deny.
pub(crate) fn explicit(
    category: &[PermissionOverwrite],
    bot: UserId,
    held: Permissions,
) -> Vec<PermissionOverwrite> {
    let mut overwrites = masked(category, held).0;
    allow(&mut overwrites, bot, OWN & held);
    overwrites
}

/// The overwrites of an archived channel: who could read it still can, and nobody but the bot writes.
pub(crate) fn read_only(
    now: &[PermissionOverwrite],
    guild: GuildId,
    bot: UserId,
    held: Permissions,
) -> Vec<PermissionOverwrite> {
    let mut overwrites = masked(now, held).0;
    let everyone = twilight_model::id::Id::new(guild.get());
    if !overwrites.iter().any(|overwrite| overwrite.id == everyone) {
        overwrites.push(PermissionOverwrite {
            allow: Permissions::empty(),
            deny: Permissions::empty(),
            id: everyone,
            kind: PermissionOverwriteType::Role,
        });
    }
    let closed = WRITE & held;
    let is_bot = |overwrite: &PermissionOverwrite| {
        overwrite.kind == PermissionOverwriteType::Member && overwrite.id == bot.get()
    };
    for overwrite in overwrites.iter_mut().filter(|overwrite| !is_bot(overwrite)) {
        overwrite.allow -= closed;
        overwrite.deny |= closed;
    }
    allow(&mut overwrites, bot, OWN & held);
    overwrites
}

fn allow(overwrites: &mut Vec<PermissionOverwrite>, who: UserId, what: Permissions) {
    let id = twilight_model::id::Id::new(who.get());
    match overwrites
        .iter_mut()
        .find(|overwrite| overwrite.id == id && overwrite.kind == PermissionOverwriteType::Member)
    {
        Some(own) => {
            own.allow |= what;
            own.deny -= what;
        }
        None => overwrites.push(PermissionOverwrite {
            allow: what,
            deny: Permissions::empty(),
            id,
            kind: PermissionOverwriteType::Member,
        }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use twilight_model::id::Id;

    use super::*;

    #[test]
    fn names_become_names_of_channels() {
        let cases = [
            ("Église Saint-Jean", Some("eglise-saint-jean")),
            ("  L'Œuvre n° 12 (Nord) ", Some("l-oeuvre-n-12-nord")),
            ("Straße 7", Some("strasse-7")),
            ("Мост", Some("мост")),
            ("🏗️", None),
            ("---", None),
        ];
        for (name, wanted) in cases {
            assert_eq!(slug(name).as_deref(), wanted, "{name}");
        }
    }

    fn overwrites() -> impl Strategy<Value = Vec<PermissionOverwrite>> {
        let one = (1_u64..6, any::<u64>(), any::<u64>(), any::<bool>());
        prop::collection::vec(one, 0..8).prop_map(|all| {
            let mut overwrites: Vec<PermissionOverwrite> = all
                .into_iter()
                .map(|(id, allow, deny, is_role)| PermissionOverwrite {
                    allow: Permissions::from_bits_truncate(allow),
                    deny: Permissions::from_bits_truncate(deny)
                        - Permissions::from_bits_truncate(allow),
                    id: Id::new(id),
                    kind: if is_role || id == 1 {
                        PermissionOverwriteType::Role
                    } else {
                        PermissionOverwriteType::Member
                    },
                })
                .collect();
            overwrites.sort_by_key(|overwrite| overwrite.id);
            overwrites.dedup_by_key(|overwrite| overwrite.id);
            overwrites
        })
    }

    proptest! {
        #[test]
        fn a_slug_is_a_name_of_a_channel_and_its_own_slug(name in "\\PC{0,120}") {
            if let Some(made) = slug(&name) {
                prop_assert!((1..=SLUG).contains(&made.chars().count()));
                prop_assert!(archived_name(2026, &made).chars().count() <= 100);
                prop_assert_eq!(slug(&made), Some(made));
            }
        }

        #[test]
        fn an_archive_is_read_by_the_same_people_and_written_by_nobody(now in overwrites()) {
            let guild: GuildId = Id::new(1).into();
            let bot: UserId = Id::new(5).into();
            let archived = read_only(&now, guild, bot, Permissions::all());
            for overwrite in &archived {
                let before = now.iter().find(|before| before.id == overwrite.id && before.kind == overwrite.kind);
                let is_bot = overwrite.id == Id::new(5) && overwrite.kind == PermissionOverwriteType::Member;
                prop_assert!(is_bot || (overwrite.allow & WRITE).is_empty());
                prop_assert!((overwrite.allow & overwrite.deny).is_empty());
                if let Some(before) = before && !is_bot {
                    prop_assert_eq!(before.allow - WRITE, overwrite.allow);
                    prop_assert_eq!(before.deny | WRITE, overwrite.deny);
                }
            }
            prop_assert!(archived.iter().any(|overwrite| overwrite.id == Id::new(1) && overwrite.deny.contains(WRITE)));
            prop_assert_eq!(read_only(&archived, guild, bot, Permissions::all()), archived.clone());
        }
    }
}
