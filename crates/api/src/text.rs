//! Every sentence about keys.

use feature::{
    Card, Colour, Lang,
    card::escape,
    text::{date_time, relative},
};

use crate::keys::{Key, Token};

feature::words!("api");

pub(crate) fn bad_name(lang: Lang, length: usize, most: usize) -> String {
    t!(lang, "bad-name", length = length, most = most)
}

pub(crate) fn no_scope(lang: Lang) -> String {
    t!(lang, "no-scope")
}

pub(crate) fn unknown_scope(lang: Lang, scope: &str) -> String {
    t!(lang, "unknown-scope", scope = escape(scope))
}

pub(crate) fn for_administrators(lang: Lang, scope: &str) -> String {
    t!(lang, "for-administrators", scope = escape(scope))
}

pub(crate) fn too_many(lang: Lang, most: i64) -> String {
    t!(lang, "too-many", most = most)
}

pub(crate) fn no_key(lang: Lang, asked: &str) -> String {
    t!(lang, "no-key", asked = escape(asked))
}

/// A key with its token, which is shown this once.
pub(crate) fn made(lang: Lang, key: &Key, token: &Token) -> Card {
    let card = Card::new()
        .title(t!(lang, "made-title", name = escape(&key.is.name)))
        .text(format!("```\n{}\n```", token.reveal()))
        .text(t!(lang, "made-once"))
        .field(t!(lang, "scopes"), scopes(key));
    let until = key
        .is
        .expires_at
        .map_or_else(|| t!(lang, "never"), date_time);
    card.field(t!(lang, "ends"), until).colour(Colour::Good)
}

fn scopes(key: &Key) -> String {
    let scopes: Vec<String> = key
        .is
        .scopes
        .iter()
        .map(|scope| format!("`{scope}`"))
        .collect();
    scopes.join(" ")
}

/// The keys of a server.
pub(crate) fn keys(lang: Lang, keys: &[Key]) -> Card {
    let card = Card::new().title(t!(lang, "keys-title"));
    if keys.is_empty() {
        return card.text(t!(lang, "keys-none")).colour(Colour::Info);
    }
    let lines = keys.iter().map(|key| {
        let used = key.used_at.map_or_else(
            || t!(lang, "never-used"),
            |at| t!(lang, "used", when = relative(at)),
        );
        let ends = key.is.expires_at.map_or_else(
            || t!(lang, "ends-never"),
            |at| t!(lang, "ends-at", when = relative(at)),
        );
        format!(
            "**{}** `mj_{}…`\n{}\n-# {used} · {ends}",
            escape(&key.is.name),
            key.prefix,
            scopes(key)
        )
    });
    card.lines(lines).colour(Colour::Info)
}

pub(crate) fn revoked(lang: Lang, key: &Key) -> Card {
    Card::new()
        .title(t!(lang, "revoked-title"))
        .text(t!(
            lang,
            "revoked",
            name = escape(&key.is.name),
            prefix = key.prefix.as_str()
        ))
        .colour(Colour::Good)
}
