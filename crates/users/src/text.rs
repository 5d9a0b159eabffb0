//! Every sentence about members.

use feature::{
    Button, Card, Colour, Lang,
    card::{cut, escape},
    text::{date_time, relative},
};

use crate::{
    model::{Line, Problem, Reading, State, Wanted},
    sync::Progress,
};

feature::words!("users");

pub(crate) fn no_intent(lang: Lang) -> String {
    t!(lang, "no-intent")
}

pub(crate) fn list_closed(lang: Lang) -> String {
    t!(lang, "list-closed")
}

/// How far a reading is, or what it found.
pub(crate) fn reading(lang: Lang, reading: Option<&Reading>, total: Option<u64>) -> Card {
    let card = Card::new().title(t!(lang, "sync-title"));
    let Some(reading) = reading else {
        return card.text(t!(lang, "sync-never")).colour(Colour::Warn);
    };
    let changes = reading.changes;
    let found = || {
        let same = reading.seen - changes.added - changes.changed;
        vec![
            t!(lang, "sync-added", count = changes.added),
            t!(lang, "sync-changed", count = changes.changed),
            t!(lang, "sync-left", count = changes.departed),
            t!(lang, "sync-same", count = same.max(0)),
        ]
    };
    match reading.state {
        State::Running => {
            let seen = reading.seen;
            let how_far = match total {
                Some(total) => t!(lang, "sync-running-of", seen = seen, total = total),
                None => t!(lang, "sync-running", seen = seen),
            };
            card.text(how_far)
                .text(t!(lang, "sync-begun", when = relative(reading.begun_at)))
                .colour(Colour::Info)
                .button(Button::new(t!(lang, "sync-refresh"), &Progress {}).emoji("🔄"))
        }
        State::Done => {
            let when = reading.ended_at.unwrap_or(reading.begun_at);
            card.text(t!(
                lang,
                "sync-done",
                seen = reading.seen,
                when = date_time(when)
            ))
            .lines(found())
            .colour(Colour::Good)
        }
        State::Failed(Problem::Intent) => card.text(t!(lang, "no-intent")).colour(Colour::Bad),
        State::Failed(Problem::Gone) => card.text(t!(lang, "sync-gone")).colour(Colour::Bad),
        State::Failed(Problem::Refused) => card.text(t!(lang, "sync-refused")).colour(Colour::Bad),
    }
}

/// A page of members.
pub(crate) fn list(
    lang: Lang,
    wanted: &Wanted,
    lines: &[Line],
    total: i64,
    is_complete: bool,
) -> Card {
    let mut card = Card::new()
        .title(t!(lang, "list-title"))
        .colour(Colour::Info);
    let mut filters = Vec::new();
    if let Some(search) = &wanted.search {
        let typed = format!("`{}`", cut(search, 60).replace('`', "'"));
        filters.push(t!(lang, "list-search", typed = typed));
    }
    if let Some(role) = wanted.role {
        filters.push(t!(lang, "list-role", role = format!("<@&{role}>")));
    }
    if let Some(since) = wanted.joined_since {
        filters.push(t!(lang, "list-joined-since", when = date_time(since)));
    }
    if let Some(since) = wanted.left_since {
        filters.push(t!(lang, "list-left-since", when = date_time(since)));
    }
    if !filters.is_empty() {
        card = card.text(filters.join(" · "));
    }
    card = if lines.is_empty() {
        card.text(t!(lang, "list-empty"))
    } else {
        card.lines(lines.iter().map(|member| line(lang, member)))
    };
    let mut footer = t!(lang, "list-total", count = total);
    if !is_complete {
        footer = format!("{footer} · {}", t!(lang, "list-incomplete"));
    }
    card.footer(footer)
}

fn line(lang: Lang, member: &Line) -> String {
    let mut parts = vec![format!("<@{}> **{}**", member.id, escape(&member.shown))];
    if let Some(username) = &member.username
        && *username != member.shown
    {
        parts.push(escape(username));
    }
    parts.push(format!("`{}`", member.id));
    if member.is_bot {
        parts.push(t!(lang, "list-bot"));
    }
    if let Some(at) = member.joined_at {
        parts.push(t!(lang, "list-joined", when = relative(at)));
    }
    if let Some(at) = member.left_at {
        parts.push(t!(lang, "list-left", when = relative(at)));
    }
    parts.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_names_the_rule_and_the_remedy_in_both_languages() {
        let told = [Lang::Fr, Lang::En].map(|lang| [no_intent(lang), list_closed(lang)].join("\n"));
        insta::assert_snapshot!("refusals", told.join("\n\n"));
    }
}
