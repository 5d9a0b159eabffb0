//! Every sentence that the house itself says.

use database::ChannelId;
use jiff::Timestamp;
use twilight_model::guild::Permissions;

use crate::{
    Capability, Lang,
    card::cut,
    discord::Thing,
    import::{Bad, LINES, PEOPLE, Taken},
    permission_names,
};

crate::words!("feature");

pub(crate) fn bad_import(lang: Lang, bad: &Bad) -> String {
    match bad {
        Bad::File => t!(lang, "import-file"),
        Bad::Lines => t!(lang, "import-lines", most = LINES),
        Bad::People => t!(lang, "import-people", most = PEOPLE),
        Bad::Line(why) => t!(
            lang,
            "import-line",
            why = format!("`{}`", cut(why, 60).replace('`', "'"))
        ),
        Bad::Field(field) => t!(lang, "import-field", field = format!("`{field}`")),
    }
}

pub(crate) fn bad_line(lang: Lang, line: usize, bad: &Bad) -> String {
    let why = bad_import(lang, bad);
    t!(lang, "import-bad", line = line.to_string(), why = why)
}

pub(crate) fn more_bad_lines(lang: Lang, count: usize) -> String {
    t!(lang, "import-more", count = count)
}

pub(crate) fn mend_or_skip(lang: Lang) -> String {
    t!(lang, "import-skip")
}

/// How many lines of a file were new, and how many were not.
pub(crate) fn imported(lang: Lang, taken: Taken) -> Vec<String> {
    let mut lines = vec![if taken.is_stored {
        t!(lang, "imported", count = taken.made)
    } else {
        t!(lang, "import-dry", count = taken.made)
    }];
    if taken.known > 0 {
        lines.push(t!(lang, "import-known", count = taken.known));
    }
    lines
}

pub(crate) fn previous_page(lang: Lang) -> String {
    t!(lang, "previous-page")
}

pub(crate) fn next_page(lang: Lang) -> String {
    t!(lang, "next-page")
}

pub(crate) fn cut_note(lang: Lang) -> String {
    t!(lang, "cut-note")
}

pub(crate) fn full_text_file(lang: Lang) -> String {
    t!(lang, "full-text-file")
}

pub(crate) fn not_allowed(lang: Lang, capability: &Capability) -> String {
    let permissions = permission_names(lang, capability.by_default);
    if capability.staff {
        t!(
            lang,
            "not-allowed-or-staff",
            permissions = permissions,
            capability = capability.name
        )
    } else {
        t!(
            lang,
            "not-allowed",
            permissions = permissions,
            capability = capability.name
        )
    }
}

pub(crate) fn only_in_guild(lang: Lang) -> String {
    t!(lang, "only-in-guild")
}

pub(crate) fn permission_missing(lang: Lang, needed: Permissions) -> String {
    let count = needed.bits().count_ones();
    t!(
        lang,
        "permission-missing",
        permissions = permission_names(lang, needed),
        count = count
    )
}

pub(crate) fn refused_by_hierarchy(lang: Lang) -> String {
    t!(lang, "refused-by-hierarchy")
}

pub(crate) fn direct_messages_closed(lang: Lang) -> String {
    t!(lang, "direct-messages-closed")
}

pub(crate) fn gone(lang: Lang, thing: Thing) -> String {
    match thing {
        Thing::Channel => t!(lang, "gone-channel"),
        Thing::Guild => t!(lang, "gone-guild"),
        Thing::Member => t!(lang, "gone-member"),
        Thing::Message => t!(lang, "gone-message"),
        Thing::Role => t!(lang, "gone-role"),
        Thing::Webhook => t!(lang, "gone-webhook"),
        Thing::Interaction => t!(lang, "gone-interaction"),
        Thing::Other => t!(lang, "gone-other"),
    }
}

pub(crate) fn not_in_voice(lang: Lang) -> String {
    t!(lang, "not-in-voice")
}

pub(crate) fn renamed_too_often(lang: Lang, channel: ChannelId, again_at: Timestamp) -> String {
    t!(
        lang,
        "renamed-too-often",
        channel = format!("<#{channel}>"),
        when = relative(again_at)
    )
}

pub(crate) fn too_often(lang: Lang, again_at: Timestamp) -> String {
    t!(lang, "too-often", when = relative(again_at))
}

pub(crate) fn discord_is_full(lang: Lang, code: u64) -> String {
    t!(lang, "discord-is-full", code = code.to_string())
}

pub(crate) fn discord_is_away(lang: Lang) -> String {
    t!(lang, "discord-is-away")
}

pub(crate) fn bad_zone(lang: Lang, name: &str) -> String {
    t!(lang, "bad-zone", name = cut(name, 64).replace('`', "'"))
}

pub(crate) fn outdated_command(lang: Lang) -> String {
    t!(lang, "outdated-command")
}

pub(crate) fn outdated_component(lang: Lang) -> String {
    t!(lang, "outdated-component")
}

pub(crate) fn too_many_rules(lang: Lang, count: usize, most: usize) -> String {
    t!(lang, "too-many-rules", count = count, most = most)
}

pub(crate) fn bad_capability_name(lang: Lang, name: &str, longest: usize) -> String {
    t!(
        lang,
        "bad-capability-name",
        name = quoted(name),
        longest = longest
    )
}

pub(crate) fn rule_twice(lang: Lang, name: &str) -> String {
    t!(lang, "rule-twice", name = quoted(name))
}

pub(crate) fn bad_feature_name(lang: Lang, name: &str, longest: usize) -> String {
    t!(
        lang,
        "bad-feature-name",
        name = quoted(name),
        longest = longest
    )
}

pub(crate) fn too_many_switches(lang: Lang, count: usize, most: usize) -> String {
    t!(lang, "too-many-switches", count = count, most = most)
}

pub(crate) fn newer_document(lang: Lang, subject: &str, version: i32, known: i32) -> String {
    t!(
        lang,
        "newer-document",
        subject = subject,
        version = version,
        known = known
    )
}

pub(crate) fn no_version(lang: Lang, subject: &str, version: i32) -> String {
    t!(lang, "no-version", subject = subject, version = version)
}

pub(crate) fn bad_field(lang: Lang, subject: &str, field: &str, reason: &str) -> String {
    t!(
        lang,
        "bad-field",
        subject = subject,
        field = quoted(field),
        reason = quoted(reason)
    )
}

pub(crate) fn stale(lang: Lang, subject: &str) -> String {
    t!(lang, "stale", subject = subject)
}

pub(crate) fn file_too_large(lang: Lang, most: usize) -> String {
    let kib = most / 1024;
    t!(lang, "file-too-large", most = kib)
}

pub(crate) fn file_gone(lang: Lang) -> String {
    t!(lang, "file-gone")
}

/// A text of somebody else's, fit to stand between back quotes.
fn quoted(text: &str) -> String {
    cut(text, 200).replace('`', "'")
}

/// What a member is told who uses a feature that is switched off.
pub fn feature_off(lang: Lang, feature: &str, command: &str) -> String {
    t!(lang, "feature-off", feature = feature, command = command)
}

/// What a member is told when it can not be read what they may do.
pub fn rules_unknown(lang: Lang) -> String {
    t!(lang, "rules-unknown")
}

/// What a member is told when something went wrong on our side; `id` is in the log too.
pub fn incident(lang: Lang, id: &str) -> String {
    t!(lang, "incident", id = id)
}

/// What a member is told when a handler took too long; `id` is in the log too.
pub fn too_slow(lang: Lang, id: &str) -> String {
    t!(lang, "too-slow", id = id)
}

/// What a member is told when a feature has no room for one more interaction.
pub fn busy(lang: Lang) -> String {
    t!(lang, "busy")
}

/// What a member is told while the program stops.
pub fn stopping(lang: Lang) -> String {
    t!(lang, "stopping")
}

/// An instant as each client shows it in its own words: "in 5 minutes".
pub fn relative(at: Timestamp) -> String {
    format!("<t:{}:R>", at.as_second())
}

/// An instant as each client shows it: date and time.
pub fn date_time(at: Timestamp) -> String {
    format!("<t:{}:f>", at.as_second())
}
