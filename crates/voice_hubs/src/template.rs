//! Templates of names: `{user}'s room {n}`.
//!
//! | placeholder | becomes |
//! |---|---|
//! | `{user}` | the owner's user name |
//! | `{display}` | the name that the owner shows in the server |
//! | `{n}` | the room's number |
//! | `{game}` | what the owner plays; empty when that is not known |
//! | `{role}` | the owner's highest role; empty without one |
//! | `{date}` | the day, in the server's time zone |
//! | `{random:Lion\|Tiger}` | one of the words, the same for the life of the room |
//! | `{if:game}…{else}…{end}` | the first part if `game` (or `role`) is not empty, else the second |
//!
//! Conditions do not nest. Rendering takes one pass, and what comes out is cut by who uses it.

/// What placeholders stand for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values<'a> {
    pub(crate) user: &'a str,
    pub(crate) display: &'a str,
    pub(crate) number: u32,
    pub(crate) game: &'a str,
    pub(crate) role: &'a str,
    pub(crate) date: &'a str,
    /// Chooses among `{random:…}`.
    pub(crate) seed: u64,
}

/// Why a text is no template; positions count characters from 1.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum BadTemplate {
    /// No such placeholder.
    Unknown { name: String, at: usize },
    /// A `{` without its `}`.
    Open { at: usize },
    /// `{else}` or `{end}` without an `{if:…}`, an `{if:…}` within another, or one without `{end}`.
    Condition { at: usize },
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Piece {
    Text(String),
    User,
    Display,
    Number,
    Game,
    Role,
    Date,
    Random(Vec<String>),
    If(Asked),
    Else,
    End,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Asked {
    Game,
    Role,
}

/// A text that was read without a fault.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Template(Vec<Piece>);

impl Template {
    /// Reads a text.
    pub(crate) fn parse(text: &str) -> Result<Self, BadTemplate> {
        let mut pieces = Vec::new();
        let (mut rest, mut at) = (text, 1);
        // Where the condition began, and whether its `{else}` has passed.
        let mut condition: Option<(usize, bool)> = None;
        while let Some(open) = rest.find('{') {
            let (before, behind) = rest.split_at(open);
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            at += before.chars().count();
            let close = behind.find('}').ok_or(BadTemplate::Open { at })?;
            let inner = &behind[1..close];
            let piece = piece(inner).ok_or_else(|| BadTemplate::Unknown {
                name: feature::card::cut(inner, 30),
                at,
            })?;
            condition = match (&piece, condition) {
                (Piece::If(_), None) => Some((at, false)),
                (Piece::Else, Some((began, false))) => Some((began, true)),
                (Piece::End, Some(_)) => None,
                (Piece::If(_) | Piece::Else | Piece::End, _) => {
                    return Err(BadTemplate::Condition { at });
                }
                (_, condition) => condition,
            };
            pieces.push(piece);
            at += inner.chars().count() + 2;
            rest = &behind[close + 1..];
        }
        if let Some((at, _)) = condition {
            return Err(BadTemplate::Condition { at });
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Self(pieces))
    }

    /// The text with its placeholders filled in.
    pub(crate) fn render(&self, values: &Values<'_>) -> String {
        let mut text = String::new();
        let mut is_shown = true;
        let mut seed = values.seed;
        for piece in &self.0 {
            match piece {
                Piece::If(asked) => {
                    is_shown = !match asked {
                        Asked::Game => values.game,
                        Asked::Role => values.role,
                    }
                    .is_empty();
                }
                Piece::Else => is_shown = !is_shown,
                Piece::End => is_shown = true,
                _ if !is_shown => {}
                Piece::Text(words) => text.push_str(words),
                Piece::User => text.push_str(values.user),
                Piece::Display => text.push_str(values.display),
                Piece::Number => text.push_str(&values.number.to_string()),
                Piece::Game => text.push_str(values.game),
                Piece::Role => text.push_str(values.role),
                Piece::Date => text.push_str(values.date),
                Piece::Random(words) => {
                    seed = scatter(seed);
                    let count = u64::try_from(words.len()).unwrap_or(1).max(1);
                    let chosen = usize::try_from(seed % count).unwrap_or(0);
                    text.push_str(words.get(chosen).map_or("", String::as_str));
                }
            }
        }
        text
    }
}

fn piece(inner: &str) -> Option<Piece> {
    Some(match inner {
        "user" => Piece::User,
        "display" => Piece::Display,
        "n" => Piece::Number,
        "game" => Piece::Game,
        "role" => Piece::Role,
        "date" => Piece::Date,
        "if:game" => Piece::If(Asked::Game),
        "if:role" => Piece::If(Asked::Role),
        "else" => Piece::Else,
        "end" => Piece::End,
        _ => {
            let words = inner.strip_prefix("random:")?;
            Piece::Random(
                words
                    .split('|')
                    .map(|word| word.trim().to_owned())
                    .collect(),
            )
        }
    })
}

/// The finaliser of `SplitMix64`: neighbouring numbers come out far apart.
const fn scatter(seed: u64) -> u64 {
    let mut mixed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values() -> Values<'static> {
        Values {
            user: "alice",
            display: "Alice 🦊",
            number: 3,
            game: "",
            role: "Gold",
            date: "2026-11-21",
            seed: 7,
        }
    }

    fn render(text: &str) -> String {
        Template::parse(text).unwrap().render(&values())
    }

    #[test]
    fn placeholders_and_conditions() {
        assert_eq!(render("{display} · {n}"), "Alice 🦊 · 3");
        assert_eq!(
            render("{if:game}{game}{else}Salon de {user}{end}!"),
            "Salon de alice!"
        );
        assert_eq!(render("{if:role}[{role}] {end}{date}"), "[Gold] 2026-11-21");
        assert_eq!(render("no braces }"), "no braces }");
        assert_eq!(
            render("{random:Lion|Tiger|Bear}"),
            render("{random:Lion|Tiger|Bear}")
        );
    }

    #[test]
    fn a_fault_is_told_with_its_place() {
        let fault = |text| Template::parse(text).unwrap_err();
        assert_eq!(
            fault("é {users}"),
            BadTemplate::Unknown {
                name: "users".to_owned(),
                at: 3
            }
        );
        assert_eq!(fault("{user"), BadTemplate::Open { at: 1 });
        assert_eq!(fault("a{end}"), BadTemplate::Condition { at: 2 });
        assert_eq!(fault("{if:game}x"), BadTemplate::Condition { at: 1 });
        assert_eq!(
            fault("{if:game}{if:role}"),
            BadTemplate::Condition { at: 10 }
        );
        assert_eq!(
            fault("{if:game}{else}{else}{end}"),
            BadTemplate::Condition { at: 16 }
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_stays_small(text in ".{0,300}", game in ".{0,128}") {
            if let Ok(template) = Template::parse(&text) {
                let values = Values { game: &game, ..values() };
                prop_assert!(template.render(&values).len() <= text.len() * 128 + 1024);
            }
        }

        #[test]
        fn every_choice_comes_up(seed: u64) {
            let template = Template::parse("{random:a|b}").unwrap();
            let drawn = template.render(&Values { seed, ..values() });
            prop_assert!(drawn == "a" || drawn == "b");
        }
    }
}
