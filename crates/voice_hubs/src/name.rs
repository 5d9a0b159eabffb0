//! Names that members type.

use feature::card::cut;

/// The longest name of a channel, in characters.
///
/// See [Discord Docs/Channel](https://docs.discord.com/developers/resources/channel#channel-object).
pub(crate) const LONGEST: usize = 100;

/// Why a name is refused.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum BadName {
    /// Nothing is left after trimming.
    Empty,
    /// Longer than [`LONGEST`].
    TooLong(usize),
    /// It would call everybody.
    Mention,
    /// The server does not want a word in it.
    Word(String),
}

/// A name as it may be shown: trimmed, in one line, without invisible characters.
pub(crate) fn tidy(name: &str) -> String {
    let visible: String = name
        .chars()
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .filter(|character| {
            !matches!(
                character,
                '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'
                    ..='\u{202e}' | '\u{2060}' | '\u{feff}'
            )
        })
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a member typed, as a name.
pub(crate) fn check(typed: &str, words: &[String]) -> Result<String, BadName> {
    let name = tidy(typed);
    let length = name.chars().count();
    if length == 0 {
        return Err(BadName::Empty);
    }
    if length > LONGEST {
        return Err(BadName::TooLong(length));
    }
    let small = name.to_lowercase();
    if small.contains("@everyone") || small.contains("@here") {
        return Err(BadName::Mention);
    }
    match words.iter().find(|word| matches(word, &small)) {
        Some(word) => Err(BadName::Word(word.clone())),
        None => Ok(name),
    }
}

/// What a template rendered, as a name; `None` when nothing of it may be shown.
pub(crate) fn rendered(text: &str, words: &[String]) -> Option<String> {
    check(&cut(&tidy(text), LONGEST), words).ok()
}

/// Whether a word of the server's list is in a name in small letters. Without `*` it must stand alone; `*` stands for
/// any letters: `bad*` finds `badly`, `*bad*` finds it anywhere.
fn matches(word: &str, name: &str) -> bool {
    let word = word.to_lowercase();
    let core = word.trim_matches('*');
    if core.is_empty() {
        return false;
    }
    let (free_before, free_behind) = (word.starts_with('*'), word.ends_with('*'));
    name.match_indices(core).any(|(at, found)| {
        let before = name[..at].chars().next_back();
        let behind = name[at + found.len()..].chars().next();
        let stands = |beside: Option<char>| !beside.is_some_and(char::is_alphanumeric);
        (free_before || stands(before)) && (free_behind || stands(behind))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(list: &[&str]) -> Vec<String> {
        list.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn names_are_tidied_and_checked() {
        assert_eq!(check("  a \n b\u{200b}  ", &[]), Ok("a b".to_owned()));
        assert_eq!(check(" \t ", &[]), Err(BadName::Empty));
        assert_eq!(check(&"x".repeat(101), &[]), Err(BadName::TooLong(101)));
        assert_eq!(check("hey @Everyone", &[]), Err(BadName::Mention));
    }

    #[test]
    fn words_are_found_where_they_stand() {
        let list = words(&["bad", "worse*"]);
        assert_eq!(
            check("so BAD!", &list),
            Err(BadName::Word("bad".to_owned()))
        );
        assert_eq!(check("Badminton", &list), Ok("Badminton".to_owned()));
        assert_eq!(
            check("worsest", &list),
            Err(BadName::Word("worse*".to_owned()))
        );
        assert_eq!(
            check("embadly", &words(&["*bad*"])),
            Err(BadName::Word("*bad*".to_owned()))
        );
        assert_eq!(
            check("anything", &words(&["*", ""])),
            Ok("anything".to_owned())
        );
    }

    proptest! {
        #[test]
        fn what_passes_is_a_name_that_discord_takes(typed in ".{0,150}") {
            if let Ok(name) = check(&typed, &[]) {
                prop_assert!((1..=LONGEST).contains(&name.chars().count()));
                prop_assert_eq!(name.trim(), name.as_str());
                prop_assert_eq!(check(&name, &[]), Ok(name.clone()));
            }
        }
    }
}
