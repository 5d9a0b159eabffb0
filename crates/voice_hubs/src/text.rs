//! Every sentence of voice hubs.

use database::{ChannelId, UserId};
use feature::{Lang, card::escape, permission_names, text::relative};
use jiff::Timestamp;
use twilight_model::guild::Permissions;

use crate::{
    authority::Refused,
    commands::BadHub,
    model::{Hub, Listed, Mode, NoClaim, Problem, Room},
    name::BadName,
    notice::Line,
    plan::{PER_DAY, Wait},
    settings::VoiceSettings,
    template::BadTemplate,
};

feature::words!("voice_hubs");

/// How many entries of a list the panel names.
const NAMED: usize = 12;

fn user(user: UserId) -> String {
    format!("<@{user}>")
}

fn channel(channel: ChannelId) -> String {
    format!("<#{channel}>")
}

pub(crate) fn default_name(lang: Lang, display: &str) -> String {
    // French says «de» before a consonant and «d'» before a vowel.
    let is_elided = display.chars().next().is_some_and(|first| {
        "aâàäeéèêëiîïoôöuûùüyœæ".contains(first.to_lowercase().next().unwrap_or(first))
    });
    if is_elided {
        t!(lang, "default-name-elided", display = display)
    } else {
        t!(lang, "default-name", display = display)
    }
}

pub(crate) fn plain_name(lang: Lang, number: u32) -> String {
    t!(lang, "plain-name", number = number)
}

// What waiting members and staff are told.

pub(crate) fn wait(lang: Lang, who: UserId, why: Wait) -> String {
    let who = user(who);
    match why {
        Wait::Member(until) => t!(lang, "wait-member", who = who, when = relative(until)),
        Wait::Guild(until) => t!(lang, "wait-guild", who = who, when = relative(until)),
        Wait::Day => t!(lang, "wait-day", who = who, limit = PER_DAY),
        Wait::MaxRooms(limit) => t!(lang, "wait-max-rooms", who = who, limit = limit),
        Wait::Problem(Problem::Create) => t!(lang, "wait-create", who = who),
        Wait::Problem(Problem::Move) => t!(lang, "wait-move", who = who),
        Wait::Problem(Problem::Access) => t!(lang, "wait-access", who = who),
        Wait::Problem(Problem::GuildFull) => t!(lang, "wait-guild-full", who = who),
    }
}

pub(crate) fn discord_does_not_answer(lang: Lang, who: UserId) -> String {
    t!(lang, "wait-discord", who = user(who))
}

pub(crate) fn staff_problem(
    lang: Lang,
    hub: ChannelId,
    problem: Problem,
    needed: Permissions,
) -> String {
    let hub = channel(hub);
    let needed = if needed.is_empty() {
        crate::guild::NEEDED
    } else {
        needed
    };
    let permissions = permission_names(lang, needed);
    match problem {
        Problem::Create => t!(lang, "staff-create", hub = hub, permissions = permissions),
        Problem::Move => t!(lang, "staff-move", hub = hub, permissions = permissions),
        Problem::Access => t!(lang, "staff-access", hub = hub),
        Problem::GuildFull => t!(lang, "staff-guild-full", hub = hub),
    }
}

pub(crate) fn hub_problem(lang: Lang, problem: Problem, until: Option<Timestamp>) -> String {
    let what = match problem {
        Problem::Create => t!(lang, "problem-create"),
        Problem::Move => t!(lang, "problem-move"),
        Problem::Access => t!(lang, "problem-access"),
        Problem::GuildFull => t!(lang, "problem-guild-full"),
    };
    match until {
        Some(until) => t!(lang, "problem-until", what = what, when = relative(until)),
        None => what,
    }
}

pub(crate) fn category_full(lang: Lang, hub: ChannelId, copies: bool) -> String {
    let hub = channel(hub);
    if copies {
        t!(lang, "category-full-copied", hub = hub)
    } else {
        t!(lang, "category-full", hub = hub)
    }
}

pub(crate) fn many_rooms_today(lang: Lang, count: i64) -> String {
    t!(lang, "many-rooms-today", count = count, limit = PER_DAY)
}

pub(crate) fn hub_gone(lang: Lang) -> String {
    t!(lang, "hub-gone")
}

pub(crate) fn room_stays(lang: Lang, room: Option<ChannelId>) -> String {
    let room = room.map(channel).unwrap_or_default();
    let permissions = permission_names(lang, Permissions::MANAGE_CHANNELS);
    t!(lang, "room-stays", room = room, permissions = permissions)
}

pub(crate) fn log_line(lang: Lang, line: &Line) -> String {
    match line {
        Line::Opened { room, owner } => {
            t!(
                lang,
                "log-opened",
                room = channel(*room),
                owner = user(*owner)
            )
        }
        Line::Closed { name, owner } => {
            t!(
                lang,
                "log-closed",
                name = escape(name),
                owner = user(*owner)
            )
        }
        Line::HandedOver { room, from, to } => t!(
            lang,
            "log-handed-over",
            room = channel(*room),
            from = user(*from),
            to = user(*to)
        ),
        Line::Purged { room, by, count } => {
            let count = *count;
            t!(
                lang,
                "log-purged",
                room = channel(*room),
                by = user(*by),
                count = count
            )
        }
    }
}

// The panel.

pub(crate) fn panel_title(lang: Lang, name: &str) -> String {
    t!(lang, "panel-title", name = escape(name))
}

pub(crate) fn panel_lines(lang: Lang, room: &Room) -> Vec<String> {
    let limit = if room.user_limit == 0 {
        t!(lang, "no-limit")
    } else {
        room.user_limit.to_string()
    };
    let mut lines = vec![
        t!(lang, "panel-owner", owner = user(room.owner)),
        t!(
            lang,
            "panel-mode",
            mode = mode(lang, room.mode),
            meaning = meaning(lang, room.mode)
        ),
        t!(lang, "panel-limit", limit = limit),
    ];
    if let Some(status) = &room.status {
        lines.push(t!(lang, "panel-status", status = escape(status)));
    }
    if let Some(waiting) = room.waiting_channel {
        lines.push(t!(lang, "panel-waiting", channel = channel(waiting)));
    }
    if let Some(left) = room.owner_left_at {
        lines.push(t!(lang, "panel-away", when = relative(left)));
    }
    lines
}

pub(crate) fn mode(lang: Lang, mode: Mode) -> String {
    match mode {
        Mode::Open => t!(lang, "mode-open"),
        Mode::Closed => t!(lang, "mode-closed"),
        Mode::Private => t!(lang, "mode-private"),
        Mode::Conference => t!(lang, "mode-conference"),
    }
}

fn meaning(lang: Lang, mode: Mode) -> String {
    match mode {
        Mode::Open => t!(lang, "meaning-open"),
        Mode::Closed => t!(lang, "meaning-closed"),
        Mode::Private => t!(lang, "meaning-private"),
        Mode::Conference => t!(lang, "meaning-conference"),
    }
}

pub(crate) const fn mode_emoji(mode: Mode) -> &'static str {
    match mode {
        Mode::Open => "🔓",
        Mode::Closed => "🔒",
        Mode::Private => "🙈",
        Mode::Conference => "🎤",
    }
}

pub(crate) fn allowed(lang: Lang) -> String {
    t!(lang, "allowed")
}

pub(crate) fn denied(lang: Lang) -> String {
    t!(lang, "denied")
}

pub(crate) fn listed(lang: Lang, entries: &[Listed]) -> String {
    if entries.is_empty() {
        return t!(lang, "nobody");
    }
    let named: Vec<_> = entries
        .iter()
        .take(NAMED)
        .map(|entry| entry.mention())
        .collect();
    let named = named.join(" ");
    match entries.len().checked_sub(NAMED) {
        Some(more) if more > 0 => t!(lang, "and-more", named = named, more = more),
        _ => named,
    }
}

pub(crate) fn renames(
    lang: Lang,
    left: usize,
    of: usize,
    next: Option<Timestamp>,
    wanted: Option<&str>,
) -> String {
    let count = match next {
        Some(next) => t!(
            lang,
            "renames-spent",
            left = left,
            of = of,
            when = relative(next)
        ),
        None => t!(lang, "renames-left", left = left, of = of),
    };
    match wanted {
        Some(wanted) => t!(lang, "renames-wanted", count = count, name = escape(wanted)),
        None => count,
    }
}

pub(crate) fn waiting(lang: Lang, is_open: bool) -> String {
    if is_open {
        t!(lang, "waiting-close")
    } else {
        t!(lang, "waiting-open")
    }
}

pub(crate) fn rename(lang: Lang) -> String {
    t!(lang, "rename")
}

pub(crate) fn limit(lang: Lang) -> String {
    t!(lang, "limit")
}

pub(crate) fn lists(lang: Lang) -> String {
    t!(lang, "lists")
}

pub(crate) fn transfer(lang: Lang) -> String {
    t!(lang, "transfer")
}

pub(crate) fn claim(lang: Lang) -> String {
    t!(lang, "claim")
}

pub(crate) fn forget(lang: Lang) -> String {
    t!(lang, "forget")
}

pub(crate) fn purge(lang: Lang) -> String {
    t!(lang, "purge")
}

pub(crate) fn delete(lang: Lang) -> String {
    t!(lang, "delete")
}

pub(crate) fn allow_somebody(lang: Lang) -> String {
    t!(lang, "allow-somebody")
}

pub(crate) fn deny_somebody(lang: Lang) -> String {
    t!(lang, "deny-somebody")
}

// Refusals.

pub(crate) fn refused(lang: Lang, why: &Refused) -> String {
    match why {
        Refused::Gone => t!(lang, "refused-gone"),
        Refused::NotYours(owner) => t!(lang, "refused-not-yours", owner = user(*owner)),
        Refused::Name(BadName::Empty) => t!(lang, "name-empty"),
        Refused::Name(BadName::TooLong(length)) => {
            t!(lang, "name-too-long", length = length.to_string())
        }
        Refused::Name(BadName::Mention) => t!(lang, "name-mention"),
        Refused::Name(BadName::Word(_)) => t!(lang, "name-word"),
        Refused::Limit(typed) => t!(
            lang,
            "refused-limit",
            typed = typed.as_str().replace('`', "'")
        ),
        Refused::Owner => t!(lang, "refused-owner"),
        Refused::Bot => t!(lang, "refused-bot"),
        Refused::ListFull(count) => t!(
            lang,
            "refused-list-full",
            count = count.to_string(),
            most = crate::model::LISTED
        ),
        Refused::Overwrites(count) => t!(
            lang,
            "refused-overwrites",
            count = count.to_string(),
            most = crate::overwrites::MOST
        ),
        Refused::Claim(NoClaim::Off) => t!(lang, "claim-off"),
        Refused::Claim(NoClaim::NotThere) => t!(lang, "claim-not-there"),
        Refused::Claim(NoClaim::Own) => t!(lang, "claim-own"),
        Refused::Claim(NoClaim::OwnerThere) => t!(lang, "claim-owner-there"),
        Refused::Claim(NoClaim::TooEarly(at)) => {
            t!(lang, "claim-too-early", when = relative(*at))
        }
        Refused::NotThere(who) => t!(lang, "refused-not-there", who = user(*who)),
        Refused::ABot(who) => t!(lang, "refused-a-bot", who = user(*who)),
        Refused::OwnsAnother(who) => t!(lang, "refused-owns-another", who = user(*who)),
        Refused::Expired => t!(lang, "refused-expired"),
        Refused::NotAsked => t!(lang, "refused-not-asked"),
        Refused::InNoRoom => t!(lang, "refused-in-no-room"),
        Refused::Answered => t!(lang, "refused-answered"),
        Refused::NoStatus => t!(lang, "refused-no-status"),
    }
}

// Lists.

pub(crate) fn lists_title(lang: Lang) -> String {
    t!(lang, "lists-title")
}

pub(crate) fn lists_page(lang: Lang, page: usize, pages: usize, entries: usize) -> String {
    t!(
        lang,
        "lists-page",
        page = page,
        pages = pages,
        entries = entries
    )
}

pub(crate) fn lists_empty(lang: Lang) -> String {
    t!(lang, "lists-empty")
}

pub(crate) fn take_off(lang: Lang) -> String {
    t!(lang, "take-off")
}

// Name, status, limit.

pub(crate) fn name_field(lang: Lang) -> String {
    t!(lang, "name-field")
}

pub(crate) fn status_field(lang: Lang) -> String {
    t!(lang, "status-field")
}

pub(crate) fn status_hint(lang: Lang) -> String {
    t!(lang, "status-hint")
}

pub(crate) fn status_set(lang: Lang) -> String {
    t!(lang, "status-set")
}

pub(crate) fn renamed(lang: Lang) -> String {
    t!(lang, "renamed")
}

pub(crate) fn renamed_later(lang: Lang, at: Timestamp) -> String {
    t!(lang, "renamed-later", when = relative(at))
}

pub(crate) fn limit_field(lang: Lang) -> String {
    t!(lang, "limit-field")
}

pub(crate) fn limit_hint(lang: Lang) -> String {
    t!(lang, "limit-hint")
}

// Owners.

pub(crate) fn give_to(lang: Lang) -> String {
    t!(lang, "give-to")
}

pub(crate) fn transfer_words(lang: Lang) -> String {
    t!(lang, "transfer-words")
}

pub(crate) fn already_owner(lang: Lang, who: UserId) -> String {
    t!(lang, "already-owner", who = user(who))
}

pub(crate) fn given(lang: Lang, who: UserId) -> String {
    t!(lang, "given", who = user(who))
}

pub(crate) fn claimed(lang: Lang) -> String {
    t!(lang, "claimed")
}

pub(crate) fn forgotten(lang: Lang) -> String {
    t!(lang, "forgotten")
}

// Purge and delete.

pub(crate) fn nobody_to_purge(lang: Lang) -> String {
    t!(lang, "nobody-to-purge")
}

pub(crate) fn purge_question(lang: Lang, who: &[UserId]) -> String {
    let who: Vec<Listed> = who.iter().copied().map(Listed::User).collect();
    t!(
        lang,
        "purge-question",
        who = listed(lang, &who),
        count = who.len()
    )
}

pub(crate) fn purge_confirm(lang: Lang, count: usize) -> String {
    t!(lang, "purge-confirm", count = count)
}

pub(crate) fn purged(
    lang: Lang,
    now: usize,
    before: usize,
    failed: &[(UserId, Option<String>)],
) -> Vec<String> {
    let mut lines = vec![t!(lang, "purged-now", count = now)];
    if before > 0 {
        lines.push(t!(lang, "purged-before", count = before));
    }
    for (who, why) in failed {
        let why = why.clone().unwrap_or_else(|| t!(lang, "purge-unknown"));
        lines.push(t!(lang, "purge-failed", who = user(*who), why = why));
    }
    lines
}

pub(crate) fn delete_question(lang: Lang) -> String {
    t!(lang, "delete-question")
}

pub(crate) fn delete_confirm(lang: Lang) -> String {
    t!(lang, "delete-confirm")
}

pub(crate) fn deleted(lang: Lang) -> String {
    t!(lang, "deleted")
}

// Waiting rooms.

pub(crate) fn waiting_name(lang: Lang, name: &str) -> String {
    t!(lang, "waiting-name", name = name)
}

pub(crate) fn request_title(lang: Lang) -> String {
    t!(lang, "request-title")
}

pub(crate) fn request(lang: Lang, who: UserId, room: ChannelId) -> String {
    t!(lang, "request", who = user(who), room = channel(room))
}

pub(crate) fn approve(lang: Lang) -> String {
    t!(lang, "approve")
}

pub(crate) fn refuse(lang: Lang) -> String {
    t!(lang, "refuse")
}

pub(crate) fn block(lang: Lang) -> String {
    t!(lang, "block")
}

pub(crate) fn request_sent(lang: Lang, who: UserId, owner: UserId) -> String {
    t!(lang, "request-sent", who = user(who), owner = user(owner))
}

pub(crate) fn room_closed(lang: Lang, name: &str) -> String {
    t!(lang, "room-closed", name = escape(name))
}

pub(crate) fn approved(lang: Lang, who: UserId) -> String {
    t!(lang, "approved", who = user(who))
}

pub(crate) fn has_left(lang: Lang, who: UserId) -> String {
    t!(lang, "has-left", who = user(who))
}

pub(crate) fn was_refused(lang: Lang, who: UserId) -> String {
    t!(lang, "was-refused", who = user(who))
}

pub(crate) fn was_blocked(lang: Lang, who: UserId) -> String {
    t!(lang, "was-blocked", who = user(who))
}

pub(crate) fn not_let_in(lang: Lang, name: &str) -> String {
    t!(lang, "not-let-in", name = escape(name))
}

// Hubs.

pub(crate) fn hub_made_title(lang: Lang) -> String {
    t!(lang, "hub-made-title")
}

pub(crate) fn hub_made(lang: Lang, hub: ChannelId) -> String {
    t!(lang, "hub-made", hub = channel(hub))
}

pub(crate) fn hubs_title(lang: Lang) -> String {
    t!(lang, "hubs-title")
}

pub(crate) fn no_hubs(lang: Lang) -> String {
    t!(lang, "no-hubs")
}

pub(crate) fn hub_line(lang: Lang, hub: &Hub, rooms: usize) -> String {
    let line = t!(
        lang,
        "hub-line",
        hub = channel(hub.channel),
        rooms = rooms,
        mode = mode(lang, hub.mode)
    );
    match hub.problem {
        Some(problem) => format!(
            "{line}\n-# ⚠ {}",
            hub_problem(lang, problem, hub.paused_until)
        ),
        None => line,
    }
}

pub(crate) fn hub_removed(lang: Lang, hub: ChannelId, rooms: usize) -> String {
    t!(lang, "hub-removed", hub = channel(hub), rooms = rooms)
}

pub(crate) fn hub_title(lang: Lang) -> String {
    t!(lang, "hub-title")
}

pub(crate) fn saved(lang: Lang) -> String {
    t!(lang, "saved")
}

pub(crate) fn hub_values(lang: Lang, hub: &Hub, settings: &VoiceSettings) -> Vec<String> {
    let none = || t!(lang, "none");
    let unlimited = |value: u16| match value {
        0 => t!(lang, "no-limit"),
        value => value.to_string(),
    };
    let yes = |is: bool| {
        if is { t!(lang, "yes") } else { t!(lang, "no") }
    };
    let code = |text: &str| format!("`{}`", text.replace('`', "'"));
    let template = match &hub.template {
        Some(template) => code(template),
        None => t!(
            lang,
            "value-default",
            value = code(&default_name(lang, "{display}"))
        ),
    };
    let overflow: Vec<_> = hub.overflow.iter().copied().map(channel).collect();
    let overflow = if overflow.is_empty() {
        none()
    } else {
        overflow.join(" ")
    };
    let claim = match hub.claim_delay {
        Some(delay) => t!(lang, "seconds", count = delay.as_secs()),
        None => t!(lang, "off"),
    };
    let words = if settings.words.is_empty() {
        none()
    } else {
        settings
            .words
            .iter()
            .map(|word| code(word))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let status = match &hub.status {
        _ if !hub.status_allowed => t!(lang, "forbidden"),
        Some(status) => code(status),
        None => none(),
    };
    vec![
        t!(lang, "value-hub", value = channel(hub.channel)),
        t!(lang, "value-name", value = template),
        t!(
            lang,
            "value-user-limit",
            value = unlimited(hub.user_limit.unwrap_or_default())
        ),
        t!(lang, "value-max-rooms", value = unlimited(hub.max_rooms)),
        t!(lang, "value-mode", value = mode(lang, hub.mode)),
        t!(
            lang,
            "value-bitrate",
            value = hub.bitrate.map_or_else(
                || t!(lang, "as-discord"),
                |bitrate| format!("{} kbit/s", bitrate / 1000)
            )
        ),
        t!(
            lang,
            "value-region",
            value = hub
                .region
                .as_deref()
                .map_or_else(|| t!(lang, "as-discord"), code)
        ),
        t!(
            lang,
            "value-category",
            value = hub.category.map_or_else(|| t!(lang, "as-hub"), channel)
        ),
        t!(lang, "value-overflow", value = overflow),
        t!(
            lang,
            "value-copy-category",
            value = yes(hub.copies_category)
        ),
        t!(
            lang,
            "value-copy-from",
            value = hub.copy_from.map_or_else(|| t!(lang, "as-hub"), channel)
        ),
        t!(lang, "value-claim-delay", value = claim),
        t!(
            lang,
            "value-throttles",
            member = hub.per_member,
            server = settings.per_guild
        ),
        t!(lang, "value-bots-keep", value = yes(hub.bots_keep)),
        t!(
            lang,
            "value-log",
            value = hub.log_channel.map_or_else(none, channel)
        ),
        t!(lang, "value-status", value = status),
        t!(lang, "value-words", value = words),
    ]
}

pub(crate) fn lost_denials(lang: Lang, lost: Permissions) -> String {
    t!(
        lang,
        "lost-denials",
        permissions = permission_names(lang, lost)
    )
}

pub(crate) fn dead_source(lang: Lang) -> String {
    t!(lang, "dead-source")
}

pub(crate) fn bad_hub(lang: Lang, why: &BadHub) -> String {
    match why {
        BadHub::IsRoom => t!(lang, "hub-is-room"),
        BadHub::IsHub => t!(lang, "hub-is-hub"),
        BadHub::NoHub => t!(lang, "hub-is-none"),
        BadHub::Unknown => t!(lang, "hub-unknown"),
        BadHub::Lacks(permissions) => t!(
            lang,
            "hub-lacks",
            permissions = permission_names(lang, *permissions)
        ),
        BadHub::Template(BadTemplate::Unknown { name, at }) => t!(
            lang,
            "template-unknown",
            name = name.as_str().replace('`', "'"),
            at = at.to_string()
        ),
        BadHub::Template(BadTemplate::Open { at }) => {
            t!(lang, "template-open", at = at.to_string())
        }
        BadHub::Template(BadTemplate::Condition { at }) => {
            t!(lang, "template-condition", at = at.to_string())
        }
        BadHub::Region(typed) => t!(lang, "bad-region", typed = typed.as_str().replace('`', "'")),
        BadHub::Bitrate(wanted, highest) => {
            t!(
                lang,
                "bad-bitrate",
                wanted = wanted.to_string(),
                highest = highest.to_string()
            )
        }
        BadHub::TooMuchOverflow(most) => t!(lang, "too-much-overflow", most = most.to_string()),
        BadHub::Log => t!(
            lang,
            "bad-log",
            permissions =
                permission_names(lang, Permissions::VIEW_CHANNEL | Permissions::SEND_MESSAGES)
        ),
    }
}

pub(crate) fn bad_per_guild(lang: Lang, value: u16) -> String {
    t!(lang, "bad-per-guild", value = value)
}

pub(crate) fn too_many_words(lang: Lang, count: usize, most: usize) -> String {
    t!(lang, "too-many-words", count = count, most = most)
}

pub(crate) fn bad_word(lang: Lang, word: &str, most: usize) -> String {
    t!(
        lang,
        "bad-word",
        word = feature::card::cut(word, 60).replace('`', "'"),
        most = most
    )
}
