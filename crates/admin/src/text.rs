//! Every sentence of administration.

use database::{GuildId, UserId};
use feature::{
    Card, Colour, General, Lang,
    card::escape,
    grants::{Effect, Rule, Step, decide},
    permission_names,
    settings::{Change, Defaults, Document as _},
    text::{date_time, relative},
};
use jiff::SignedDuration;
use serde_json::Value;
use twilight_model::gateway::Intents;

use crate::{
    doctor::{Examined, Finding},
    help::Topic,
    info::{GuildFacts, ProgramFacts},
    ping::Reading,
};

feature::words!("admin");

pub(crate) mod audit;

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

pub(crate) fn history(lang: Lang, subject: &str, changes: &[Change]) -> Card {
    let title = if subject == General::SUBJECT {
        t!(lang, "history-title")
    } else {
        t!(lang, "history-title-of", subject = subject)
    };
    let card = Card::new().title(title).colour(Colour::Info);
    if changes.is_empty() {
        return card.text(t!(lang, "history-empty"));
    }
    changes
        .iter()
        .fold(card, |card, change| card.lines(change_lines(lang, change)))
}

fn change_lines(lang: Lang, change: &Change) -> Vec<String> {
    let line = t!(
        lang,
        "history-change",
        revision = change.revision.to_string(),
        when = date_time(change.at),
        who = format!("<@{}>", change.by)
    );
    let mut lines = vec![match change.via.as_str() {
        "import" => t!(lang, "history-by-import", change = line),
        "undo" => t!(lang, "history-by-undo", change = line),
        "rest" => t!(lang, "history-by-rest", change = line),
        _ => line,
    }];
    lines.extend(differences(lang, &change.before, &change.after));
    lines
}

pub(crate) fn no_document(lang: Lang, asked: &str, nearest: Option<&str>) -> String {
    let asked = quoted(asked);
    match nearest {
        Some(nearest) => t!(
            lang,
            "no-document-nearest",
            asked = asked,
            nearest = nearest
        ),
        None => t!(lang, "no-document", asked = asked),
    }
}

/// The last change, before it is taken back.
pub(crate) fn undo_asked(lang: Lang, subject: &str, change: &Change) -> Card {
    Card::new()
        .title(t!(lang, "undo-title", subject = subject))
        .colour(Colour::Warn)
        .lines(change_lines(lang, change))
}

pub(crate) fn undo_button(lang: Lang, revision: i64) -> String {
    t!(lang, "undo-button", revision = revision.to_string())
}

pub(crate) fn undone(lang: Lang, subject: &str, change: &Change) -> Card {
    Card::new()
        .title(t!(
            lang,
            "undone-title",
            subject = subject,
            revision = change.revision.to_string()
        ))
        .colour(Colour::Good)
        .lines(differences(lang, &change.after, &change.before))
        .footer(t!(lang, "undone-footer"))
}

pub(crate) fn nothing_to_undo(lang: Lang, subject: &str) -> String {
    t!(lang, "nothing-to-undo", subject = subject)
}

pub(crate) fn administrators_only(lang: Lang) -> String {
    t!(lang, "administrators-only")
}

pub(crate) fn exported(lang: Lang, count: usize) -> Card {
    Card::new()
        .title(t!(lang, "exported-title"))
        .colour(Colour::Good)
        .text(t!(lang, "exported-text", count = count))
}

pub(crate) fn not_settings(lang: Lang, reason: &str) -> String {
    t!(
        lang,
        "not-settings",
        reason = feature::card::cut(reason, 200).replace('`', "'")
    )
}

pub(crate) fn newer_file(lang: Lang, format: u64, known: u64) -> String {
    t!(
        lang,
        "newer-file",
        format = format.to_string(),
        known = known.to_string()
    )
}

/// What an import would change: subject, before, after.
pub(crate) fn import_asked(lang: Lang, changes: &[(&str, &Value, &Value)]) -> Card {
    let card = Card::new()
        .title(t!(lang, "import-title"))
        .colour(Colour::Warn);
    changes
        .iter()
        .fold(card, |card, (subject, before, after)| {
            card.field(
                format!("`{subject}`"),
                differences(lang, before, after).join("\n"),
            )
        })
        .footer(t!(lang, "import-footer"))
}

pub(crate) fn import_button(lang: Lang) -> String {
    t!(lang, "import-button")
}

pub(crate) fn import_same(lang: Lang) -> Card {
    Card::new().text(t!(lang, "import-same"))
}

pub(crate) fn import_gone(lang: Lang) -> String {
    t!(lang, "import-gone")
}

pub(crate) fn imported(lang: Lang, subjects: &[&str]) -> Card {
    let subjects: Vec<String> = subjects
        .iter()
        .map(|subject| format!("`{subject}`"))
        .collect();
    Card::new()
        .title(t!(lang, "imported-title"))
        .colour(Colour::Good)
        .text(t!(lang, "imported-text", subjects = subjects.join(", ")))
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
        Some(Value::String(text)) => format!("`{}`", quoted(text)),
        Some(other) => format!(
            "`{}`",
            feature::card::cut(&other.to_string(), 300).replace('`', "'")
        ),
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

pub(crate) fn no_capability(lang: Lang, asked: &str, nearest: Option<&str>) -> String {
    let asked = quoted(asked);
    match nearest {
        Some(nearest) => t!(
            lang,
            "no-capability-nearest",
            asked = asked,
            nearest = nearest
        ),
        None => t!(lang, "no-capability", asked = asked),
    }
}

pub(crate) fn nobody_named(lang: Lang) -> String {
    t!(lang, "nobody-named")
}

pub(crate) fn no_member(lang: Lang, user: UserId) -> String {
    t!(lang, "no-member", who = format!("<@{user}>"))
}

pub(crate) fn rule_changed(
    lang: Lang,
    capability: &str,
    to: &str,
    effect: Option<Effect>,
    has_changed: bool,
    hidden: &[String],
) -> Card {
    let capability = quoted(capability);
    let what = match effect {
        _ if !has_changed => t!(lang, "rule-same", capability = capability, to = to),
        Some(Effect::Grant) => t!(lang, "rule-granted", capability = capability, to = to),
        Some(Effect::Deny) => t!(lang, "rule-denied", capability = capability, to = to),
        None => t!(lang, "rule-cleared", capability = capability, to = to),
    };
    let card = Card::new().text(what);
    if hidden.is_empty() {
        return card;
    }
    let commands: Vec<String> = hidden.iter().map(|name| format!("`/{name}`")).collect();
    card.text(t!(lang, "rule-hidden", commands = commands.join(", ")))
}

pub(crate) fn rules(
    lang: Lang,
    guild: GuildId,
    shown: &[&Rule],
    total: usize,
    is_known: impl Fn(&str) -> bool,
) -> Card {
    let card = Card::new()
        .title(t!(lang, "rules-title"))
        .colour(Colour::Info);
    if shown.is_empty() {
        return card.text(t!(lang, "rules-empty"));
    }
    let lines = shown.iter().map(|rule| {
        let line = rule_line(lang, guild, rule);
        if is_known(&rule.capability) {
            line
        } else {
            t!(lang, "rule-unknown", rule = line)
        }
    });
    card.lines(lines)
        .footer(t!(lang, "rules-footer", total = total))
}

fn rule_line(lang: Lang, guild: GuildId, rule: &Rule) -> String {
    let (capability, to) = (quoted(&rule.capability), rule.to.mention(guild));
    match rule.effect {
        Effect::Grant => t!(lang, "rule-grant", capability = capability, to = to),
        Effect::Deny => t!(lang, "rule-deny", capability = capability, to = to),
    }
}

/// The verdict on one capability, with everything that speaks of it.
pub(crate) fn check_one(
    lang: Lang,
    guild: GuildId,
    user: UserId,
    capability: &str,
    steps: &[(Step, bool)],
) -> Card {
    let is_allowed = decide(steps);
    let who = format!("<@{user}>");
    let verdict = if is_allowed {
        t!(lang, "check-may", who = who, capability = capability)
    } else {
        t!(lang, "check-may-not", who = who, capability = capability)
    };
    let decider = steps.iter().position(|(_, holds)| *holds);
    let mut lines: Vec<String> = steps
        .iter()
        .enumerate()
        .map(|(index, (step, holds))| {
            let step = step_line(lang, guild, step);
            if decider == Some(index) {
                t!(lang, "step-decides", step = step)
            } else if *holds {
                t!(lang, "step-holds", step = step)
            } else {
                t!(lang, "step-holds-not", step = step)
            }
        })
        .collect();
    if decider.is_none() {
        lines.push(t!(lang, "step-nothing"));
    }
    Card::new()
        .title(t!(lang, "check-title"))
        .colour(if is_allowed {
            Colour::Good
        } else {
            Colour::Warn
        })
        .text(verdict)
        .lines(lines)
        .footer(t!(lang, "check-footer"))
}

/// The verdict on every capability, with what decided it.
pub(crate) fn check_all(
    lang: Lang,
    guild: GuildId,
    user: UserId,
    all: &[(&str, Vec<(Step, bool)>)],
) -> Card {
    let lines = all.iter().map(|(capability, steps)| {
        let mark = if decide(steps) { "✅" } else { "⛔" };
        let why = match steps.iter().find(|(_, holds)| *holds) {
            Some((step, _)) => step_line(lang, guild, step),
            None => t!(lang, "step-nothing"),
        };
        format!("{mark} `{capability}` · {why}")
    });
    Card::new()
        .title(t!(lang, "check-title"))
        .colour(Colour::Info)
        .text(format!("<@{user}>"))
        .lines(lines)
        .footer(t!(lang, "check-footer"))
}

fn step_line(lang: Lang, guild: GuildId, step: &Step) -> String {
    match step {
        Step::Administrator => t!(lang, "step-administrator"),
        Step::Rule(rule) => rule_line(lang, guild, rule),
        Step::Staff(role) => t!(lang, "step-staff", role = format!("<@&{role}>")),
        Step::Permissions(permissions) if permissions.is_empty() => t!(lang, "step-everyone"),
        Step::Permissions(permissions) => t!(
            lang,
            "step-permissions",
            permissions = permission_names(lang, *permissions)
        ),
    }
}

pub(crate) fn no_feature(lang: Lang, asked: &str, nearest: Option<&str>) -> String {
    let asked = quoted(asked);
    match nearest {
        Some(nearest) => t!(lang, "no-feature-nearest", asked = asked, nearest = nearest),
        None => t!(lang, "no-feature", asked = asked),
    }
}

pub(crate) fn erasing(lang: Lang, who: UserId, features: &[&str]) -> String {
    let features: Vec<String> = features.iter().map(|name| format!("`{name}`")).collect();
    t!(
        lang,
        "erasing",
        user = format!("<@{who}>"),
        features = features.join(", ")
    )
}

pub(crate) fn essential(lang: Lang, name: &str) -> String {
    t!(lang, "essential", name = name)
}

pub(crate) fn features(lang: Lang, all: &[(&str, bool)]) -> Card {
    let lines = all.iter().map(|&(name, is_on)| {
        if is_on {
            t!(lang, "feature-is-on", name = name)
        } else {
            t!(lang, "feature-is-off", name = name)
        }
    });
    Card::new()
        .title(t!(lang, "features-title"))
        .colour(Colour::Info)
        .lines(lines)
}

pub(crate) fn feature_switched(lang: Lang, name: &str, on: bool, has_changed: bool) -> Card {
    Card::new().text(match (on, has_changed) {
        (true, true) => t!(lang, "feature-switched-on", name = name),
        (false, true) => t!(lang, "feature-switched-off", name = name),
        (true, false) => t!(lang, "feature-already-on", name = name),
        (false, false) => t!(lang, "feature-already-off", name = name),
    })
}

/// A text of somebody else's, fit to stand between back quotes.
fn quoted(text: &str) -> String {
    feature::card::cut(text, 64).replace('`', "'")
}

pub(crate) fn doctor(
    lang: Lang,
    examined: &Examined,
    (most_channels, most_roles, most_in_category): (usize, usize, usize),
) -> Card {
    let lines = examined.findings.iter().map(|finding| match finding {
        Finding::IntentsOff(name, intents) => {
            let name = *name;
            t!(
                lang,
                "doctor-intents",
                name = name,
                intents = intent_names(*intents)
            )
        }
        Finding::Lacks(name, lacks) => {
            let name = *name;
            t!(
                lang,
                "doctor-lacks",
                name = name,
                permissions = permission_names(lang, *lacks)
            )
        }
        Finding::LacksIn(name, channel, lacks) => {
            let name = *name;
            t!(
                lang,
                "doctor-lacks-in",
                name = name,
                channel = format!("<#{channel}>"),
                permissions = permission_names(lang, *lacks)
            )
        }
        Finding::NoChannel(name, channel) => {
            let name = *name;
            t!(
                lang,
                "doctor-no-channel",
                name = name,
                channel = format!("<#{channel}>")
            )
        }
        Finding::RoleAbove(name, role) => {
            let name = *name;
            t!(
                lang,
                "doctor-role-above",
                name = name,
                role = format!("<@&{role}>")
            )
        }
        Finding::NoRole(name, role) => {
            let name = *name;
            t!(
                lang,
                "doctor-no-role",
                name = name,
                role = format!("<@&{role}>")
            )
        }
        Finding::NotLookedAt(name) => {
            let name = *name;
            t!(lang, "doctor-not-looked", name = name)
        }
        Finding::Channels(count) => {
            let count = *count;
            t!(lang, "doctor-channels", count = count, most = most_channels)
        }
        Finding::Roles(count) => {
            let count = *count;
            t!(lang, "doctor-roles", count = count, most = most_roles)
        }
        Finding::Category(category, count) => {
            let count = *count;
            t!(
                lang,
                "doctor-category",
                category = format!("<#{category}>"),
                count = count,
                most = most_in_category
            )
        }
        Finding::Clock(skew) => {
            let seconds = skew.as_secs();
            t!(lang, "doctor-clock", seconds = seconds)
        }
    });
    let lines: Vec<String> = lines.collect();
    let features: Vec<String> = examined
        .features
        .iter()
        .map(|name| format!("`{name}`"))
        .collect();
    let card = Card::new().title(t!(lang, "doctor-title")).text(t!(
        lang,
        "doctor-examined",
        features = features.join(" ")
    ));
    let card = if lines.is_empty() {
        card.colour(Colour::Good).text(t!(lang, "doctor-well"))
    } else {
        card.colour(Colour::Warn).lines(lines)
    };
    card.field(
        t!(lang, "doctor-invite"),
        t!(
            lang,
            "doctor-invite-text",
            permissions = permission_names(lang, examined.needed),
            link = examined.invite.as_str()
        ),
    )
}

/// The switches as the developer portal calls them, in English only.
fn intent_names(intents: Intents) -> String {
    let names = [
        (Intents::GUILD_MEMBERS, "Server Members Intent"),
        (Intents::GUILD_PRESENCES, "Presence Intent"),
        (Intents::MESSAGE_CONTENT, "Message Content Intent"),
    ];
    let named: Vec<String> = names
        .iter()
        .filter(|(intent, _)| intents.contains(*intent))
        .map(|(_, name)| format!("**{name}**"))
        .collect();
    named.join(", ")
}
