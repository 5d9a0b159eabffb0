//! Every sentence of administration.

use feature::{
    Card, Colour, General, Lang,
    card::escape,
    settings::{Change, Defaults},
    text::{date_time, relative},
};
use jiff::SignedDuration;
use serde_json::Value;

use crate::{
    help::Topic,
    info::{GuildFacts, ProgramFacts},
    ping::Reading,
};

feature::words!("admin");

pub(crate) fn ping(lang: Lang, reading: &Reading) -> Card {
    let milliseconds = |measured: Option<u128>| match measured {
        Some(measured) => t!(lang, "milliseconds", value = measured.to_string()),
        None => t!(lang, "not-measured"),
    };
    let (shard, shards) = reading.shard;
    Card::new().title(t!(lang, "ping-title")).lines([
        t!(
            lang,
            "ping-gateway",
            latency = milliseconds(reading.gateway)
        ),
        t!(lang, "ping-rest", latency = milliseconds(reading.rest)),
        t!(lang, "ping-shard", shard = shard, shards = shards),
        t!(lang, "ping-uptime", uptime = duration(lang, reading.uptime)),
    ])
}

pub(crate) fn refresh(lang: Lang) -> String {
    t!(lang, "refresh")
}

fn duration(lang: Lang, duration: SignedDuration) -> String {
    let seconds = duration.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => t!(lang, "duration-seconds", seconds = seconds),
        (0, 0, minutes) => t!(lang, "duration-minutes", minutes = minutes),
        (0, hours, minutes) => t!(lang, "duration-hours", hours = hours, minutes = minutes),
        (days, hours, _) => t!(lang, "duration-days", days = days, hours = hours),
    }
}

pub(crate) fn info(lang: Lang, guild: Option<&GuildFacts>, program: &ProgramFacts<'_>) -> Card {
    let mut card = Card::new()
        .title(t!(lang, "info-title", version = program.version))
        .colour(Colour::Info);
    if let Some(guild) = guild {
        let mut lines = vec![t!(
            lang,
            "info-guild-created",
            when = date_time(guild.created_at)
        )];
        lines.extend(
            guild
                .members
                .map(|members| t!(lang, "info-guild-members", members = members)),
        );
        card = card.field(escape(&guild.name), lines.join("\n"));
    }
    let mut lines = vec![t!(
        lang,
        "info-running",
        when = relative(program.started_at)
    )];
    lines.extend(
        program
            .memory
            .map(|memory| t!(lang, "info-memory", memory = memory)),
    );
    card.field(t!(lang, "info-program"), lines.join("\n"))
        .field(
            t!(lang, "info-features"),
            program
                .features
                .iter()
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(" "),
        )
}

pub(crate) fn help(lang: Lang, shown: &[(String, &str)], total: usize) -> Card {
    Card::new()
        .title(t!(lang, "help-title"))
        .colour(Colour::Info)
        .lines(
            shown
                .iter()
                .map(|(mention, description)| format!("{mention}\n-# {description}")),
        )
        .footer(t!(lang, "help-footer", total = total))
}

pub(crate) fn help_topics(lang: Lang, topics: &[(String, &Topic)]) -> Card {
    let mut card = Card::new()
        .title(t!(lang, "help-title"))
        .colour(Colour::Info);
    for (mention, topic) in topics {
        let mut lines = vec![mention.clone(), topic.description.clone()];
        lines.extend(
            topic
                .options
                .iter()
                .map(|(name, description, is_required)| {
                    if *is_required {
                        t!(
                            lang,
                            "help-option-required",
                            name = name.as_str(),
                            description = description.as_str()
                        )
                    } else {
                        t!(
                            lang,
                            "help-option",
                            name = name.as_str(),
                            description = description.as_str()
                        )
                    }
                }),
        );
        card = card.lines(lines);
    }
    card
}

pub(crate) fn help_unknown(lang: Lang, asked: &str, nearest: Option<String>) -> Card {
    let asked = feature::card::cut(asked, 64).replace('`', "'");
    let text = match nearest {
        Some(nearest) => t!(
            lang,
            "help-unknown-nearest",
            asked = asked,
            nearest = nearest
        ),
        None => t!(lang, "help-unknown", asked = asked),
    };
    Card::new().text(text).colour(Colour::Warn)
}

pub(crate) fn settings(lang: Lang, general: &General, defaults: &Defaults) -> Card {
    values(
        Card::new()
            .title(t!(lang, "settings-title"))
            .colour(Colour::Info),
        lang,
        general,
        defaults,
    )
}

pub(crate) fn settings_saved(lang: Lang, general: &General, defaults: &Defaults) -> Card {
    values(
        Card::new().title(t!(lang, "settings-saved")),
        lang,
        general,
        defaults,
    )
}

fn values(card: Card, lang: Lang, general: &General, defaults: &Defaults) -> Card {
    let language = match general.language {
        Some(language) => language.own_name().to_owned(),
        None => t!(lang, "settings-language-default"),
    };
    let zone = if let Some(zone) = &general.time_zone {
        format!("`{zone}`")
    } else {
        let zone = defaults.zone.iana_name().unwrap_or("UTC");
        t!(lang, "settings-default", value = format!("`{zone}`"))
    };
    let staff = match general.staff_role {
        Some(role) => format!("<@&{role}>"),
        None => t!(lang, "settings-none"),
    };
    card.field(t!(lang, "settings-language"), language)
        .field(t!(lang, "settings-time-zone"), zone)
        .field(t!(lang, "settings-staff-role"), staff)
}

pub(crate) fn nothing_given(lang: Lang) -> String {
    t!(lang, "nothing-given")
}

pub(crate) fn everyone_is_no_staff(lang: Lang) -> String {
    t!(lang, "everyone-is-no-staff")
}

pub(crate) fn history(lang: Lang, changes: &[Change]) -> Card {
    let card = Card::new()
        .title(t!(lang, "history-title"))
        .colour(Colour::Info);
    if changes.is_empty() {
        return card.text(t!(lang, "history-empty"));
    }
    changes.iter().fold(card, |card, change| {
        let mut lines = vec![t!(
            lang,
            "history-change",
            revision = change.revision.to_string(),
            when = date_time(change.at),
            who = format!("<@{}>", change.by)
        )];
        lines.extend(differences(lang, &change.before, &change.after));
        card.lines(lines)
    })
}

/// What changed, a line each.
fn differences(lang: Lang, before: &Value, after: &Value) -> Vec<String> {
    let name = |key: &str| match key {
        "language" => t!(lang, "settings-language"),
        "time_zone" => t!(lang, "settings-time-zone"),
        "staff_role" => t!(lang, "settings-staff-role"),
        other => other.to_owned(),
    };
    let word = |key: &str, value: Option<&Value>| match value {
        None | Some(Value::Null) => t!(lang, "settings-none"),
        Some(Value::String(role)) if key == "staff_role" => format!("<@&{role}>"),
        Some(Value::String(code)) if key == "language" => Lang::from_code(code)
            .map_or_else(|| code.clone(), |language| language.own_name().to_owned()),
        Some(Value::String(text)) => format!("`{text}`"),
        Some(other) => format!("`{other}`"),
    };
    let keys = after
        .as_object()
        .into_iter()
        .flat_map(serde_json::Map::keys);
    keys.filter(|key| before.get(key.as_str()) != after.get(key.as_str()))
        .map(|key| {
            let (old, new) = (word(key, before.get(key)), word(key, after.get(key)));
            t!(
                lang,
                "history-difference",
                name = name(key),
                old = old,
                new = new
            )
        })
        .collect()
}
