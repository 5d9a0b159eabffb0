//! Every sentence of worksites.

use database::{ChannelId, UserId};
use feature::{Card, Colour, Lang, card::escape, permission_names, text::relative};

use crate::{
    commands::Refused,
    model::{NAME, Worksite},
    settings::WorksiteSettings,
};

feature::words!("worksites");

fn user(user: UserId) -> String {
    format!("<@{user}>")
}

fn channel(channel: ChannelId) -> String {
    format!("<#{channel}>")
}

/// The topic of a worksite's channel.
pub(crate) fn topic(lang: Lang, worksite: &Worksite) -> String {
    let number = worksite.number.to_string();
    let title = t!(
        lang,
        "topic",
        number = number,
        name = worksite.name.as_str()
    );
    match &worksite.address {
        Some(address) => format!("{title} · {address}"),
        None => title,
    }
}

/// A worksite, after what was just done.
pub(crate) fn worksite(lang: Lang, worksite: &Worksite, what: Option<String>) -> Card {
    let number = worksite.number.to_string();
    let mut card = Card::new()
        .title(t!(
            lang,
            "title",
            number = number,
            name = escape(&worksite.name)
        ))
        .colour(Colour::Own(worksite.colour));
    if let Some(what) = what {
        card = card.text(what);
    }
    let place = match (worksite.channel, worksite.is_settled) {
        (Some(place), _) => channel(place),
        (None, false) => t!(lang, "channel-follows"),
        (None, true) => t!(lang, "channel-gone"),
    };
    card = card.field(t!(lang, "channel"), place);
    if let Some(address) = &worksite.address {
        card = card.field(t!(lang, "address"), escape(address));
    }
    if let Some(lead) = worksite.lead {
        card = card.field(t!(lang, "lead"), user(lead));
    }
    card = card.field(t!(lang, "made"), relative(worksite.made_at));
    if let Some(at) = worksite.archived_at {
        card = card.field(t!(lang, "archived-at"), relative(at));
    }
    card
}

/// A page of the list.
pub(crate) fn list(lang: Lang, is_archived: bool, worksites: &[Worksite]) -> Card {
    let title = if is_archived {
        t!(lang, "list-archived")
    } else {
        t!(lang, "list-open")
    };
    let card = Card::new().title(title);
    if worksites.is_empty() {
        return card.text(if is_archived {
            t!(lang, "list-archived-empty")
        } else {
            t!(lang, "list-open-empty")
        });
    }
    card.lines(worksites.iter().map(|worksite| {
        let mut line = format!("**#{}** {}", worksite.number, escape(&worksite.name));
        let rest = [
            worksite.channel.map(channel),
            worksite.lead.map(user),
            worksite.address.as_deref().map(escape),
        ];
        for part in rest.into_iter().flatten() {
            line.push_str(" · ");
            line.push_str(&part);
        }
        line
    }))
}

/// The settings, after a change or without.
pub(crate) fn settings(lang: Lang, settings: &WorksiteSettings, is_changed: bool) -> Card {
    let named = |id: Option<ChannelId>, none: String| id.map_or(none, channel);
    let (title, colour) = if is_changed {
        (t!(lang, "saved"), Colour::Good)
    } else {
        (t!(lang, "settings"), Colour::Info)
    };
    Card::new()
        .title(title)
        .colour(colour)
        .field(
            t!(lang, "category"),
            named(settings.category, t!(lang, "no-category")),
        )
        .field(
            t!(lang, "archive"),
            named(settings.archive, t!(lang, "no-archive")),
        )
}

pub(crate) fn opened(lang: Lang, number: i32) -> String {
    let number = number.to_string();
    t!(lang, "opened", number = number)
}

pub(crate) fn changed(lang: Lang) -> String {
    t!(lang, "changed")
}

pub(crate) fn archived(lang: Lang) -> String {
    t!(lang, "archived")
}

pub(crate) fn reopened(lang: Lang) -> String {
    t!(lang, "reopened")
}

pub(crate) fn follows(lang: Lang) -> String {
    t!(lang, "follows")
}

pub(crate) fn refused(lang: Lang, refused: &Refused) -> String {
    match refused {
        Refused::NoName => t!(lang, "no-name"),
        Refused::NameLength(length) => {
            t!(
                lang,
                "name-length",
                length = length.to_string(),
                most = NAME.to_string()
            )
        }
        Refused::NameTaken(None, _) => t!(lang, "name-was-taken"),
        Refused::NameTaken(Some(number), name) => {
            let number = number.to_string();
            t!(lang, "name-taken", number = number, name = escape(name))
        }
        Refused::Unknown(asked) => t!(lang, "unknown", asked = asked.replace('`', "'")),
        Refused::Archived => t!(lang, "is-archived"),
        Refused::Open => t!(lang, "is-open"),
        Refused::NoSuccessor(number) => t!(lang, "no-successor", number = number.to_string()),
        Refused::EndsAndMoves => t!(lang, "ends-and-moves"),
        Refused::BotLeads => t!(lang, "bot-leads"),
        Refused::NoMember(who) => t!(lang, "no-member", who = user(*who)),
        Refused::NothingGiven => t!(lang, "nothing-given"),
        Refused::BotLacks(lacking) => {
            t!(lang, "bot-lacks", names = permission_names(lang, *lacking))
        }
        Refused::SameCategory => t!(lang, "same-category"),
    }
}
