//! The sentences of `/audit`.

use feature::{
    Card, Colour, Lang,
    card::{cut, escape},
    permission_names,
    text::date_time,
};
use jiff::Zoned;
use serde_json::Value;
use twilight_model::guild::Permissions;

use super::{WORDS, quoted};
use crate::audit::{
    Earlier, PEOPLE, Shown,
    diff::{Change, FieldChange, Section, What},
    findings::{Finding, Weight},
    model::{Audit, Key, NotRead, Overwrite},
    store::{KEPT, Kept},
};

/// How many places of one finding are named; the file names all.
const NAMED: usize = 8;
/// How long a value is shown, in characters.
const VALUE: usize = 80;

pub(crate) fn card(lang: Lang, shown: &Shown<'_>) -> Card {
    let audit = shown.audit;
    let worst = shown.findings.iter().map(Finding::weight).max();
    let findings: Vec<String> = if shown.findings.is_empty() {
        vec![t!(lang, "audit-no-findings")]
    } else {
        let lines = shown.findings.iter();
        lines.map(|finding| told(lang, audit, finding)).collect()
    };
    let mut card = Card::new()
        .title(t!(lang, "audit-title", guild = escape(&audit.guild_name)))
        .colour(match worst {
            None => Colour::Good,
            Some(Weight::Untidy) => Colour::Info,
            Some(Weight::Doubtful) => Colour::Warn,
            Some(Weight::Dangerous) => Colour::Bad,
        })
        .lines(counts(lang, audit))
        .field(t!(lang, "audit-findings"), findings.join("\n"));
    if !audit.not_read.is_empty() {
        let lines: Vec<String> = audit
            .not_read
            .iter()
            .map(|one| not_read(lang, one))
            .collect();
        card = card.field(t!(lang, "audit-not-read"), lines.join("\n"));
    }
    if let Some((earlier, changes)) = &shown.compared {
        let lines: Vec<String> = if changes.is_empty() {
            vec![t!(lang, "audit-no-changes")]
        } else {
            changes
                .iter()
                .map(|change| line(lang, audit, change))
                .collect()
        };
        card = card.field(since(lang, earlier), lines.join("\n"));
    }
    if !shown.has_file {
        card = card.text(t!(lang, "audit-no-file"));
    }
    card.footer(match shown.kept {
        Kept::New(number) => t!(lang, "audit-kept", number = number.to_string(), kept = KEPT),
        Kept::Same(snapshot) => t!(lang, "audit-same", number = snapshot.number.to_string()),
    })
}

fn counts(lang: Lang, audit: &Audit) -> [String; 2] {
    fn count<T>(list: Option<&Vec<T>>) -> String {
        list.map_or_else(|| "?".to_owned(), |list| list.len().to_string())
    }
    [
        t!(
            lang,
            "audit-counts",
            categories = audit.categories.len().to_string(),
            channels = audit.all_channels().count().to_string(),
            threads = count(audit.threads.as_ref()),
            roles = audit.roles.len().to_string(),
            members = audit
                .member_count
                .map_or_else(|| "?".to_owned(), |count| count.to_string()),
            bots = count(audit.bots.as_ref())
        ),
        t!(
            lang,
            "audit-counts-more",
            emoji = count(audit.emoji.as_ref()),
            stickers = count(audit.stickers.as_ref()),
            webhooks = count(audit.webhooks.as_ref()),
            integrations = count(audit.integrations.as_ref()),
            rules = count(audit.automod_rules.as_ref()),
            events = count(audit.scheduled_events.as_ref())
        ),
    ]
}

fn role(audit: &Audit, key: Key) -> String {
    if key == audit.key {
        "@everyone".to_owned()
    } else {
        format!("<@&{}>", key.0)
    }
}

/// The places of a finding, the first few by name.
fn places(lang: Lang, all: impl ExactSizeIterator<Item = String>) -> String {
    let total = all.len();
    let named: Vec<String> = all.take(NAMED).collect();
    let list = named.join(", ");
    match total - named.len() {
        0 => list,
        more => t!(lang, "audit-more", list = list, count = more.to_string()),
    }
}

fn told(lang: Lang, audit: &Audit, finding: &Finding) -> String {
    match finding {
        Finding::EveryoneMay { permissions } => t!(
            lang,
            "audit-everyone-may",
            permissions = permission_names(lang, permissions.0)
        ),
        Finding::EveryoneMayIn { channels } => {
            let channels = channels.iter().map(|place| {
                t!(
                    lang,
                    "audit-allowed-in",
                    channel = format!("<#{}>", place.channel.0),
                    permissions = permission_names(lang, place.permissions.0)
                )
            });
            t!(
                lang,
                "audit-everyone-may-in",
                channels = places(lang, channels)
            )
        }
        Finding::AdminRoles { roles } => {
            let roles = roles.iter().map(|held| {
                let name = role(audit, held.role);
                match held.members {
                    Some(members) => t!(lang, "audit-held", role = name, members = members),
                    None => name,
                }
            });
            t!(lang, "audit-admin-roles", roles = places(lang, roles))
        }
        Finding::AdminBots { bots } => {
            let bots = bots.iter().map(|bot| format!("<@{}>", bot.0));
            t!(lang, "audit-admin-bots", bots = places(lang, bots))
        }
        Finding::OrphanOverwrites { overwrites } => {
            let overwrites = overwrites.iter().map(|orphan| {
                // A role that is gone has no name left; Discord still shows a member who left.
                let target = match orphan.kind {
                    Overwrite::MEMBER => format!("<@{}>", orphan.target.0),
                    _ => format!("`{}`", orphan.target.0),
                };
                format!("<#{}> ({target})", orphan.channel_id.0)
            });
            t!(lang, "audit-orphans", places = places(lang, overwrites))
        }
        Finding::RolesAbove { roles } => {
            let roles = roles.iter().map(|key| role(audit, *key));
            t!(lang, "audit-roles-above", roles = places(lang, roles))
        }
        Finding::UnusedRoles { roles } => {
            let roles = roles.iter().map(|key| role(audit, *key));
            t!(lang, "audit-unused-roles", roles = places(lang, roles))
        }
    }
}

fn not_read(lang: Lang, one: &NotRead) -> String {
    let section = match one.section.as_str() {
        "threads" => t!(lang, "audit-section-threads"),
        "role_members" => t!(lang, "audit-section-role-members"),
        "webhooks" => t!(lang, "audit-section-webhooks"),
        "integrations" => t!(lang, "audit-section-integrations"),
        "automod_rules" => t!(lang, "audit-section-automod"),
        "scheduled_events" => t!(lang, "audit-section-events"),
        _ => t!(lang, "audit-section-members"),
    };
    match one.needs {
        Some(needs) => t!(
            lang,
            "audit-lacks",
            section = section,
            permissions = permission_names(lang, needs.0)
        ),
        None if one.section == "members" => t!(
            lang,
            "audit-too-many-members",
            section = section,
            most = PEOPLE.to_string()
        ),
        None => t!(lang, "audit-away", section = section),
    }
}

fn since(lang: Lang, earlier: &Earlier) -> String {
    match earlier {
        Earlier::Kept(snapshot) => t!(
            lang,
            "audit-since",
            number = snapshot.number.to_string(),
            when = date_time(snapshot.taken_at),
            who = format!("<@{}>", snapshot.taken_by)
        ),
        Earlier::File(Some(at)) => t!(lang, "audit-since-file-of", when = date_time(*at)),
        Earlier::File(None) => t!(lang, "audit-since-file"),
    }
}

fn line(lang: Lang, audit: &Audit, change: &Change) -> String {
    // What is gone, and what has no mention, has only its name.
    let is_there = change.what != What::Removed;
    let name = match change.section {
        Section::Channel | Section::Thread if is_there => format!("<#{}>", change.key.0),
        Section::Role if is_there => role(audit, change.key),
        Section::Bot if is_there => format!("<@{}>", change.key.0),
        _ => format!("**{}**", escape(&cut(&change.name, VALUE))),
    };
    let what = match change.section {
        Section::Server => t!(lang, "audit-kind-server", name = name),
        Section::Category => t!(lang, "audit-kind-category", name = name),
        Section::Channel => t!(lang, "audit-kind-channel", name = name),
        Section::Role => t!(lang, "audit-kind-role", name = name),
        Section::Thread => t!(lang, "audit-kind-thread", name = name),
        Section::Emoji => t!(lang, "audit-kind-emoji", name = name),
        Section::Sticker => t!(lang, "audit-kind-sticker", name = name),
        Section::Webhook => t!(lang, "audit-kind-webhook", name = name),
        Section::Integration => t!(lang, "audit-kind-integration", name = name),
        Section::AutoMod => t!(lang, "audit-kind-automod", name = name),
        Section::Event => t!(lang, "audit-kind-event", name = name),
        Section::Bot => t!(lang, "audit-kind-bot", name = name),
    };
    match &change.what {
        What::Added => t!(lang, "audit-added", what = what),
        What::Removed => t!(lang, "audit-removed", what = what),
        What::Changed(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .flat_map(|field| field_change(lang, audit, field))
                .collect();
            t!(
                lang,
                "audit-changed",
                what = what,
                changes = fields.join("; ")
            )
        }
    }
}

fn field_change(lang: Lang, audit: &Audit, change: &FieldChange) -> Vec<String> {
    let names = |permissions: Permissions| {
        if permissions.is_empty() {
            t!(lang, "audit-nothing")
        } else {
            permission_names(lang, permissions)
        }
    };
    match change {
        FieldChange::Moved => vec![t!(lang, "audit-moved")],
        FieldChange::Permissions { added, removed } => {
            let gained = (!added.0.is_empty())
                .then(|| t!(lang, "audit-gained", permissions = names(added.0)));
            let lost = (!removed.0.is_empty())
                .then(|| t!(lang, "audit-lost", permissions = names(removed.0)));
            gained.into_iter().chain(lost).collect()
        }
        FieldChange::Overwrite {
            target,
            kind,
            after,
            ..
        } => {
            let target = match *kind {
                Overwrite::MEMBER => format!("<@{}>", target.0),
                _ => role(audit, *target),
            };
            vec![match after {
                Some((allow, deny)) => t!(
                    lang,
                    "audit-overwrite",
                    target = target,
                    allowed = names(allow.0),
                    denied = names(deny.0)
                ),
                None => t!(lang, "audit-overwrite-gone", target = target),
            }]
        }
        FieldChange::Value {
            field,
            before,
            after,
        } => vec![t!(
            lang,
            "audit-value",
            field = quoted(field),
            before = value(before),
            after = value(after)
        )],
    }
}

/// A value of a field, fit to stand in a line.
fn value(value: &Value) -> String {
    let text = match value {
        Value::Null => "∅".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let text = text.replace('`', "'").replace('\n', " ");
    // Back quotes around nothing are no code.
    let text = if text.trim().is_empty() {
        "∅"
    } else {
        text.as_str()
    };
    format!("`{}`", cut(text, VALUE))
}

pub(crate) fn choice(lang: Lang, number: i32, at: &Zoned) -> String {
    let day = match lang {
        Lang::En => at.strftime("%Y-%m-%d %H:%M"),
        Lang::Fr => at.strftime("%d/%m/%Y %H:%M"),
    };
    format!("#{number} · {day}")
}

pub(crate) fn two_named(lang: Lang) -> String {
    t!(lang, "audit-two-named")
}

pub(crate) fn not_kept(lang: Lang, asked: i64, kept: &[i32], most: i32) -> String {
    if kept.is_empty() {
        return t!(lang, "audit-none-kept");
    }
    let numbers: Vec<String> = kept.iter().map(|number| format!("#{number}")).collect();
    t!(
        lang,
        "audit-not-kept",
        asked = asked.to_string(),
        numbers = numbers.join(", "),
        kept = most
    )
}

pub(crate) fn not_an_audit(lang: Lang, reason: &str) -> String {
    t!(lang, "audit-not-a-file", reason = quoted(reason))
}

pub(crate) fn newer_file(lang: Lang, format: u32, known: u32) -> String {
    t!(lang, "audit-newer-file", format = format, known = known)
}

pub(crate) fn of_another_server(lang: Lang) -> String {
    t!(lang, "audit-of-another-server")
}

pub(crate) fn too_large(lang: Lang, most: u64) -> String {
    t!(lang, "audit-too-large", most = most)
}
