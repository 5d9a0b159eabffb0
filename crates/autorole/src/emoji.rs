//! Emoji as people type them, checked before they are stored.

use database::GuildId;
use twilight_cache_inmemory::DefaultInMemoryCache;
use twilight_model::{
    channel::message::EmojiReactionType,
    id::{Id, marker::EmojiMarker},
};
use unicode_segmentation::UnicodeSegmentation as _;

use crate::store::groups::Group;

/// An emoji of a guild: `<:name:id>` or `<a:name:id>`.
fn custom(text: &str) -> Option<(bool, &str, Id<EmojiMarker>)> {
    let inner = text.strip_prefix('<')?.strip_suffix('>')?;
    let (animated, name_and_id) = match inner.strip_prefix("a:") {
        Some(rest) => (true, rest),
        None => (false, inner.strip_prefix(':')?),
    };
    let (name, id) = name_and_id.split_once(':')?;
    let is_name = (2..=32).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let id = id.parse().ok().and_then(Id::new_checked)?;
    is_name.then_some((animated, name, id))
}

/// A stored emoji as Discord takes it.
pub(crate) fn shown(stored: &str) -> EmojiReactionType {
    match custom(stored) {
        Some((animated, name, id)) => EmojiReactionType::Custom {
            animated,
            id,
            name: Some(name.to_owned()),
        },
        None => EmojiReactionType::Unicode {
            name: stored.to_owned(),
        },
    }
}

/// A group without the emoji that are gone: with one of them Discord would refuse the whole message.
pub(crate) fn presentable(cache: &DefaultInMemoryCache, mut group: Group) -> Group {
    for item in &mut group.items {
        let is_lost = item
            .emoji
            .as_deref()
            .and_then(custom)
            .is_some_and(|(_, _, id)| cache.emoji(id).is_none());
        if is_lost {
            item.emoji = None;
        }
    }
    group
}

/// The emoji to store for what was typed; `None` when it is none that the bot can use in this guild.
pub(crate) fn usable(cache: &DefaultInMemoryCache, guild: GuildId, typed: &str) -> Option<String> {
    let typed = typed.trim();
    let Some((_, _, id)) = custom(typed) else {
        return is_unicode(typed).then(|| typed.to_owned());
    };
    let known = cache.emoji(id)?;
    // An emoji for some roles only is out of the bot's reach, unless it holds one of them.
    let is_usable = known.guild_id() == guild.id() && known.available() && known.roles().is_empty();
    is_usable.then(|| {
        let animated = if known.animated() { "a" } else { "" };
        format!("<{animated}:{}:{id}>", known.name())
    })
}

/// Whether a text is one emoji of Unicode's.
///
/// See [UTS #51](https://www.unicode.org/reports/tr51/#Emoji_Sequences): a keycap, a flag of two letters or of tags,
/// or pictures joined to one, each with its skin tone.
fn is_unicode(text: &str) -> bool {
    const KEYCAP: char = '\u{20E3}';
    const JOINER: char = '\u{200D}';
    if text.graphemes(true).count() != 1 {
        return false;
    }
    let characters: Vec<char> = text.chars().filter(|one| *one != '\u{FE0F}').collect();
    if let [digit, KEYCAP] = characters[..] {
        return digit.is_ascii_digit() || digit == '#' || digit == '*';
    }
    if characters.iter().any(|one| is_letter(*one)) {
        return characters.len() == 2 && characters.iter().all(|one| is_letter(*one));
    }
    characters.split(|one| *one == JOINER).all(|part| {
        let Some((first, rest)) = part.split_first() else {
            return false;
        };
        is_picture(*first)
            && rest
                .iter()
                .all(|one| is_skin(*one) || ('\u{E0020}'..='\u{E007F}').contains(one))
    })
}

const fn is_letter(one: char) -> bool {
    matches!(one, '\u{1F1E6}'..='\u{1F1FF}')
}

const fn is_skin(one: char) -> bool {
    matches!(one, '\u{1F3FB}'..='\u{1F3FF}')
}

/// The blocks that hold emoji, and the single ones outside them.
const fn is_picture(one: char) -> bool {
    matches!(
        one,
        '\u{1F300}'..='\u{1F64F}' | '\u{1F680}'..='\u{1F6FF}' | '\u{1F7E0}'..='\u{1F7F0}'
            | '\u{1F900}'..='\u{1F9FF}' | '\u{1FA70}'..='\u{1FAFF}' | '\u{2600}'..='\u{27BF}'
            | '\u{1F004}' | '\u{1F0CF}' | '\u{1F170}' | '\u{1F171}' | '\u{1F17E}' | '\u{1F17F}'
            | '\u{1F18E}' | '\u{1F191}'..='\u{1F19A}' | '\u{1F201}' | '\u{1F202}' | '\u{1F21A}'
            | '\u{1F22F}' | '\u{1F232}'..='\u{1F23A}' | '\u{1F250}' | '\u{1F251}'
            | '\u{00A9}' | '\u{00AE}' | '\u{203C}' | '\u{2049}' | '\u{2122}' | '\u{2139}'
            | '\u{2194}'..='\u{2199}' | '\u{21A9}' | '\u{21AA}' | '\u{231A}' | '\u{231B}' | '\u{2328}'
            | '\u{23CF}' | '\u{23E9}'..='\u{23F3}' | '\u{23F8}'..='\u{23FA}' | '\u{24C2}'
            | '\u{25AA}' | '\u{25AB}' | '\u{25B6}' | '\u{25C0}' | '\u{25FB}'..='\u{25FE}'
            | '\u{2934}' | '\u{2935}' | '\u{2B05}'..='\u{2B07}' | '\u{2B1B}' | '\u{2B1C}' | '\u{2B50}'
            | '\u{2B55}' | '\u{3030}' | '\u{303D}' | '\u{3297}' | '\u{3299}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emoji_of_unicode_are_told_from_other_text() {
        for emoji in [
            "🔴",
            "❤️",
            "❤",
            "👩‍🚀",
            "👍🏽",
            "🇫🇷",
            "1️⃣",
            "#️⃣",
            "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
            "⭐",
            "™️",
            "🫠",
        ] {
            assert!(is_unicode(emoji), "{emoji}");
        }
        for text in [
            "",
            "a",
            "1",
            "ab",
            "🔴🔵",
            "é",
            "<:x:1>",
            ":red_circle:",
            "漢",
            "🇫",
            "→",
        ] {
            assert!(!is_unicode(text), "{text}");
        }
    }

    #[test]
    fn emoji_of_guilds_are_read() {
        assert_eq!(custom("<:ferris:42>"), Some((false, "ferris", Id::new(42))));
        assert_eq!(custom("<a:wave_1:7>"), Some((true, "wave_1", Id::new(7))));
        for text in [
            "ferris",
            "<:f:42>",
            "<:ferris:0>",
            "<:ferris:x>",
            "<b:ferris:42>",
            "<:fer-ris:42>",
        ] {
            assert_eq!(custom(text), None, "{text}");
        }
    }
}
