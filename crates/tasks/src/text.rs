//! Every sentence of tasks.

use database::{RoleId, UserId};
use feature::{
    Button, Card, Colour, Lang, Modal, Past, Select, SelectField, TextField,
    absence::Away,
    card::{SelectKind, cut, escape},
    text::{date_time, relative},
};
use jiff::{Timestamp, tz::TimeZone};

use crate::{
    components::{Act, Assign, Blocked, Does, Edited, Make, Open, Tick},
    model::{ASSIGNEES, DESCRIPTION, ITEM, ITEMS, Kind, Priority, REASON, State, TAG, TAGS, Task},
    panel,
    repeat::{EXCEPTIONS, Renews},
    settings::TaskSettings,
    work::Refused,
};

feature::words!("tasks");

fn user(user: UserId) -> String {
    format!("<@{user}>")
}

fn role(role: RoleId) -> String {
    format!("<@&{role}>")
}

fn typed(text: &str) -> String {
    format!("`{}`", cut(text, 60).replace('`', "'"))
}

/// A date as it can be typed again.
pub(crate) fn typed_date(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone())
        .strftime("%d/%m/%Y %H:%M")
        .to_string()
}

pub(crate) fn bad_hour(lang: Lang, hour: u16) -> String {
    t!(lang, "bad-hour", hour = hour.to_string())
}

pub(crate) fn refused(lang: Lang, refused: &Refused) -> String {
    match refused {
        Refused::NoSuch(_) => t!(lang, "no-such"),
        Refused::NotYours(number) => t!(lang, "not-yours", number = number.to_string()),
        Refused::Closed { number, state, by } => {
            let what = state_name(lang, *state);
            match by {
                Some((by, at)) => t!(
                    lang,
                    "closed-by",
                    number = number.to_string(),
                    state = what,
                    by = user(*by),
                    at = relative(*at)
                ),
                None => t!(lang, "closed", number = number.to_string(), state = what),
            }
        }
        Refused::Taken(number) => t!(lang, "taken", number = number.to_string()),
        Refused::Reason => t!(lang, "bad-reason", most = REASON.to_string()),
        Refused::Description => t!(lang, "bad-description", most = DESCRIPTION.to_string()),
        Refused::Site(name) => t!(lang, "no-site", site = typed(name)),
        Refused::ClosedSite(name) => t!(lang, "closed-site", site = typed(name)),
        Refused::Due(text) => t!(lang, "bad-due", due = typed(text)),
        Refused::Past(at) => t!(lang, "past-due", at = date_time(*at)),
        Refused::Tags => t!(
            lang,
            "bad-tags",
            most = TAGS.to_string(),
            length = TAG.to_string()
        ),
        Refused::Items => t!(
            lang,
            "bad-items",
            most = ITEMS.to_string(),
            length = ITEM.to_string()
        ),
        Refused::Repeat(text) => t!(lang, "bad-repeat", repeat = typed(text)),
        Refused::RepeatWithoutDue => t!(lang, "repeat-without-due"),
        Refused::Except(day) => t!(lang, "bad-except", day = typed(day)),
        Refused::Exceptions => t!(lang, "too-many-exceptions", most = EXCEPTIONS),
        Refused::NoRepeat => t!(lang, "no-repeat"),
        Refused::Role(of) => t!(lang, "no-role", role = role(*of)),
        Refused::Assignees(count) => t!(
            lang,
            "too-many-people",
            count = count.to_string(),
            most = ASSIGNEES
        ),
        Refused::Unread(words) => t!(lang, "bad-assignees", words = typed(words)),
        Refused::Bot(who) => t!(lang, "a-bot", user = user(*who)),
        Refused::Stranger(who) => t!(lang, "a-stranger", user = user(*who)),
        Refused::Both => t!(lang, "both"),
        Refused::Nothing => t!(lang, "nothing-given"),
        Refused::NotDeleted(number) => t!(lang, "not-deleted", number = number.to_string()),
    }
}

pub(crate) fn state_name(lang: Lang, state: State) -> String {
    match state {
        State::Todo => t!(lang, "state-todo"),
        State::InProgress => t!(lang, "state-in-progress"),
        State::Blocked => t!(lang, "state-blocked"),
        State::Done => t!(lang, "state-done"),
        State::Cancelled => t!(lang, "state-cancelled"),
    }
}

const fn icon(task: &Task) -> &'static str {
    match (task.state, task.priority) {
        (State::Done, _) => "✅",
        (State::Cancelled, _) => "✖️",
        (State::Blocked, _) => "⛔",
        (_, Priority::Urgent) => "🔴",
        (_, Priority::High) => "🟠",
        (State::InProgress, _) => "🔵",
        (State::Todo, _) => "⚪",
    }
}

fn priority_name(lang: Lang, priority: Priority) -> String {
    match priority {
        Priority::Low => t!(lang, "priority-low"),
        Priority::Normal => t!(lang, "priority-normal"),
        Priority::High => t!(lang, "priority-high"),
        Priority::Urgent => t!(lang, "priority-urgent"),
    }
}

fn whose(lang: Lang, task: &Task) -> String {
    match task.role {
        Some(of) => role(of),
        None if task.assignees.is_empty() => t!(lang, "to-pick-up"),
        None => {
            let users: Vec<String> = task.assignees.iter().copied().map(user).collect();
            users.join(" ")
        }
    }
}

fn due_words(lang: Lang, task: &Task, now: Timestamp) -> Option<String> {
    let due = task.due?;
    let words = format!("{} ({})", date_time(due), relative(due));
    Some(if task.is_overdue(now) {
        t!(lang, "overdue", due = words)
    } else {
        words
    })
}

/// A task as it is, with everything that can be done about it.
pub(crate) fn panel(lang: Lang, task: &Task, now: Timestamp) -> Card {
    let colour = match (task.state, task.is_overdue(now)) {
        (State::Done, _) => Colour::Good,
        (_, true) => Colour::Bad,
        (State::Blocked, _) => Colour::Warn,
        _ => Colour::Info,
    };
    let first = task.description.lines().next().unwrap_or_default();
    let mut card = Card::new()
        .title(format!(
            "{} #{} {}",
            icon(task),
            task.number,
            escape(&cut(first, 120))
        ))
        .colour(colour);
    if task.description.chars().count() > first.chars().count() || first.chars().count() > 120 {
        card = card.text(escape(&task.description));
    }
    let state = state_name(lang, task.state);
    let state = match (&task.reason, task.closed) {
        (Some(reason), _) => format!("{state}: {}", escape(reason)),
        (None, Some((by, at))) => format!("{state} · {} · {}", user(by), relative(at)),
        _ => state,
    };
    card = card.lines([
        format!("**{}** {state}", t!(lang, "is")),
        format!("**{}** {}", t!(lang, "who"), whose(lang, task)),
        format!(
            "**{}** {}",
            t!(lang, "priority"),
            priority_name(lang, task.priority)
        ),
    ]);
    let mut more = Vec::new();
    if let Some(due) = due_words(lang, task, now) {
        more.push(format!("**{}** {due}", t!(lang, "due")));
    }
    if let Some((number, name)) = &task.site {
        more.push(format!(
            "**{}** #{number} {}",
            t!(lang, "site"),
            escape(name)
        ));
    }
    if !task.tags.is_empty() {
        let tags: Vec<String> = task.tags.iter().map(|tag| typed(tag)).collect();
        more.push(format!("**{}** {}", t!(lang, "tags"), tags.join(" ")));
    }
    match task.repeat.as_ref().map(|repeat| repeat.renews) {
        Some(Renews::Done) => more.push(t!(lang, "comes-again")),
        Some(Renews::Due) => more.push(t!(lang, "comes-again-due")),
        None => {}
    }
    if let Some(until) = task.snoozed_until.filter(|until| *until > now) {
        more.push(t!(lang, "snoozed", until = relative(until)));
    }
    if let Some(source) = &task.source {
        more.push(format!("[{}]({source})", t!(lang, "source")));
    }
    card = card.lines(more);
    card = card.lines(task.items.iter().map(|item| {
        let sign = if item.is_done { "☑" } else { "☐" };
        format!("{sign} {}", escape(&item.text))
    }));
    card = card.footer(t!(
        lang,
        "made-by",
        by = user(task.created_by),
        at = relative(task.created_at)
    ));
    buttons(lang, task, card)
}

fn buttons(lang: Lang, task: &Task, mut card: Card) -> Card {
    let does = |does| Act::new(task, does);
    let open = |form| Open {
        guild: task.guild,
        number: task.number,
        form,
    };
    if task.state.is_closed() {
        return card.button(Button::new(t!(lang, "do-reopen"), &does(Does::Reopen)));
    }
    card = card.button(Button::new(t!(lang, "do-done"), &does(Does::Done)).success());
    if task.is_to_pick_up() {
        card = card.button(Button::new(t!(lang, "do-claim"), &does(Does::Claim)).primary());
    } else if task.state != State::InProgress {
        card = card.button(Button::new(t!(lang, "do-start"), &does(Does::Start)));
    }
    if task.state != State::Blocked {
        card = card.button(Button::new(t!(lang, "do-block"), &open(0)));
    }
    card = card
        .button(Button::new(t!(lang, "do-edit"), &open(1)))
        .row()
        .button(Button::new(
            t!(lang, "do-snooze-hour"),
            &does(Does::SnoozeHour),
        ))
        .button(Button::new(
            t!(lang, "do-snooze-day"),
            &does(Does::SnoozeDay),
        ));
    if task.items.is_empty() {
        return card;
    }
    let tick = Tick {
        guild: task.guild,
        number: task.number,
    };
    let items = task
        .items
        .iter()
        .enumerate()
        .map(|(place, item)| (item.text.clone(), place.to_string(), item.is_done));
    let most = u8::try_from(task.items.len()).unwrap_or(25);
    card.select(
        Select::strings(&tick, items)
            .placeholder(t!(lang, "tick"))
            .values(0, most),
    )
}

pub(crate) fn with_history(lang: Lang, card: Card, history: &[Past]) -> Card {
    if history.is_empty() {
        return card;
    }
    let value = |what: &str, value: Option<&str>| {
        let Some(value) = value else {
            return "–".to_owned();
        };
        let state = State::of(value).filter(|_| what == "state");
        let priority = Priority::of(value).filter(|_| what == "priority");
        if let Some(state) = state {
            state_name(lang, state)
        } else if let Some(priority) = priority {
            priority_name(lang, priority)
        } else if let Ok(at) = value.parse::<Timestamp>() {
            date_time(at)
        } else if what == "assignees" {
            let users: Vec<String> = value.split(' ').map(|id| format!("<@{id}>")).collect();
            users.join(" ")
        } else {
            typed(&value.replace('\n', " · "))
        }
    };
    let lines: Vec<String> = history
        .iter()
        .map(|past| {
            let what = match past.what.as_str() {
                "created" => t!(lang, "past-created"),
                "description" => t!(lang, "past-description"),
                "state" => t!(lang, "is"),
                "reason" => t!(lang, "past-reason"),
                "priority" => t!(lang, "priority"),
                "site" => t!(lang, "site"),
                "due" => t!(lang, "due"),
                "assignees" | "role" => t!(lang, "who"),
                "tags" => t!(lang, "tags"),
                "checklist" => t!(lang, "past-checklist"),
                "repeat" => t!(lang, "past-repeat"),
                "deleted" => t!(lang, "past-deleted"),
                _ => t!(lang, "past-snoozed"),
            };
            format!(
                "{} {} **{what}** {} → {}",
                relative(past.at),
                user(past.by),
                value(&past.what, past.old.as_deref()),
                value(&past.what, past.new.as_deref())
            )
        })
        .collect();
    card.field(t!(lang, "history"), lines.join("\n"))
}

fn place(lang: Lang, task: &Task) -> String {
    match (task.channel, task.message) {
        (Some(channel), Some(message)) => panel::link(task.guild, channel, message),
        (Some(channel), None) => t!(lang, "panel-in", channel = format!("<#{channel}>")),
        _ => String::new(),
    }
}

pub(crate) fn made(lang: Lang, task: &Task) -> String {
    let said = t!(
        lang,
        "made",
        number = task.number.to_string(),
        what = escape(&cut(&task.description, 200))
    );
    format!("{said} {}", place(lang, task))
        .trim_end()
        .to_owned()
}

/// Who is away of those who are given work.
pub(crate) fn away(lang: Lang, away: &[Away]) -> Vec<String> {
    let lines = away.iter().take(10).map(|one| {
        t!(
            lang,
            "away",
            user = user(one.user),
            from = date_time(one.from),
            until = date_time(one.until)
        )
    });
    lines.collect()
}

pub(crate) fn changed(lang: Lang, task: &Task) -> String {
    let said = t!(lang, "changed", number = task.number.to_string());
    format!("{said} {}", place(lang, task))
        .trim_end()
        .to_owned()
}

pub(crate) fn is_done(lang: Lang, task: &Task) -> String {
    t!(lang, "is-done", number = task.number.to_string())
}

pub(crate) fn deleted(lang: Lang, task: &Task) -> String {
    t!(lang, "deleted", number = task.number.to_string())
}

/// Asks who is to do a task.
pub(crate) fn pick(lang: Lang, task: &Task) -> Card {
    let id = Assign {
        number: task.number,
    };
    let most = u8::try_from(ASSIGNEES).unwrap_or(25);
    let select = Select::new(&id, SelectKind::Users(task.assignees.clone()))
        .placeholder(t!(lang, "pick-placeholder"))
        .values(0, most);
    Card::new()
        .text(t!(lang, "pick", number = task.number.to_string()))
        .colour(Colour::Info)
        .select(select)
}

fn short(lang: Lang, task: &Task, now: Timestamp) -> String {
    let first = task.description.lines().next().unwrap_or_default();
    let mut parts = vec![
        format!(
            "{} **#{}** {}",
            icon(task),
            task.number,
            escape(&cut(first, 100))
        ),
        whose(lang, task),
    ];
    if let Some(due) = task.due {
        parts.push(if task.is_overdue(now) {
            t!(lang, "overdue", due = relative(due))
        } else {
            relative(due)
        });
    }
    parts.join(" · ")
}

pub(crate) fn list(lang: Lang, tasks: &[Task], now: Timestamp) -> Card {
    let card = Card::new()
        .title(t!(lang, "list-title"))
        .colour(Colour::Info);
    if tasks.is_empty() {
        return card.text(t!(lang, "list-empty"));
    }
    card.lines(tasks.iter().map(|task| short(lang, task, now)))
}

pub(crate) fn reminder(lang: Lang, task: &Task, kind: Kind, is_late: bool, now: Timestamp) -> Card {
    let number = task.number.to_string();
    let said = match kind {
        Kind::Day | Kind::Hour if !task.is_overdue(now) => {
            let due = task.due.map(relative).unwrap_or_default();
            t!(lang, "remind-soon", number = number, due = due)
        }
        Kind::Day | Kind::Hour | Kind::Due => t!(lang, "remind-due", number = number),
        Kind::Snooze => t!(lang, "remind-snooze", number = number),
    };
    let mut card = panel(lang, task, now).text(said);
    if let Some(of) = task.role {
        card = card.text(role(of));
    }
    if is_late {
        card = card.text(t!(lang, "remind-late"));
    }
    card
}

pub(crate) fn digest(lang: Lang, own: &[&Task], led: &[&Task]) -> Card {
    let lines = |tasks: &[&Task]| -> String {
        let lines = tasks.iter().take(15).map(|task| {
            let due = task.due.map(relative).unwrap_or_default();
            let first = task.description.lines().next().unwrap_or_default();
            let mut line = format!("**#{}** {} · {due}", task.number, escape(&cut(first, 80)));
            if let (Some(channel), Some(message)) = (task.channel, task.message) {
                line = format!("{line} · {}", panel::link(task.guild, channel, message));
            }
            line
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    let mut card = Card::new()
        .title(t!(lang, "digest-title"))
        .colour(Colour::Warn);
    if !own.is_empty() {
        card = card.field(t!(lang, "digest-own"), lines(own));
    }
    if !led.is_empty() {
        card = card.field(t!(lang, "digest-led"), lines(led));
    }
    card
}

pub(crate) fn block_form(lang: Lang, id: &Blocked, task: &Task) -> Modal {
    let most = u16::try_from(REASON).unwrap_or(500);
    Modal::new(
        id,
        t!(lang, "block-title", number = task.number.to_string()),
    )
    .text(
        t!(lang, "block-reason"),
        TextField::paragraph("reason").length(1, most),
    )
}

pub(crate) fn edit_form(lang: Lang, id: &Edited, task: &Task, zone: &TimeZone) -> Modal {
    let due = task.due.map(|due| typed_date(due, zone));
    let items: Vec<&str> = task.items.iter().map(|item| &*item.text).collect();
    let most = u16::try_from(DESCRIPTION).unwrap_or(1_000);
    Modal::new(id, t!(lang, "edit-title", number = task.number.to_string()))
        .text(
            t!(lang, "form-description"),
            TextField::paragraph("description")
                .length(1, most)
                .value(&task.description),
        )
        .text(
            t!(lang, "form-due"),
            TextField::line("due")
                .length(0, 100)
                .hint(t!(lang, "form-due-hint"))
                .value(due.unwrap_or_default())
                .optional(),
        )
        .text(
            t!(lang, "form-tags"),
            TextField::line("tags")
                .length(0, 400)
                .value(task.tags.join(", "))
                .optional(),
        )
        .text(
            t!(lang, "form-checklist"),
            TextField::paragraph("checklist")
                .length(0, 4_000)
                .value(items.join("\n"))
                .optional(),
        )
}

pub(crate) fn make_form(lang: Lang, id: &Make, content: &str) -> Modal {
    let most = u16::try_from(DESCRIPTION).unwrap_or(1_000);
    let priorities = Priority::ALL.map(|priority| {
        (
            priority_name(lang, priority),
            priority.word(),
            priority == Priority::Normal,
        )
    });
    Modal::new(id, t!(lang, "make-title"))
        .text(
            t!(lang, "form-description"),
            TextField::paragraph("description")
                .length(1, most)
                .value(cut(content, DESCRIPTION)),
        )
        .text(
            t!(lang, "form-due"),
            TextField::line("due")
                .length(0, 100)
                .hint(t!(lang, "form-due-hint"))
                .optional(),
        )
        .text(
            t!(lang, "form-tags"),
            TextField::line("tags").length(0, 400).optional(),
        )
        .select(
            t!(lang, "form-priority"),
            SelectField::strings("priority", priorities),
        )
        .select(
            t!(lang, "form-assignees"),
            SelectField::new("assignees", SelectKind::Users(Vec::new())).values(0, 25),
        )
}

pub(crate) fn exported(lang: Lang, count: u64, is_whole: bool) -> String {
    let said = t!(lang, "exported", count = count);
    if is_whole {
        said
    } else {
        format!("{said} {}", t!(lang, "exported-part"))
    }
}

pub(crate) fn erased(lang: Lang, of: UserId, count: usize) -> String {
    t!(lang, "erased", user = user(of), count = count)
}

pub(crate) fn settings(lang: Lang, settings: &TaskSettings, is_new: bool) -> Card {
    let hour = |hour: u8| format!("{hour:02}:00");
    let mut card = Card::new().title(t!(lang, "settings-title"));
    if is_new {
        card = card.text(t!(lang, "saved")).colour(Colour::Good);
    }
    let channel = settings.channel.map(|channel| format!("<#{channel}>"));
    let quiet = if settings.quiet_from == settings.quiet_until {
        t!(lang, "never")
    } else {
        format!(
            "{} – {}",
            hour(settings.quiet_from),
            hour(settings.quiet_until)
        )
    };
    card.field(
        t!(lang, "settings-channel"),
        channel.unwrap_or_else(|| t!(lang, "settings-where-made")),
    )
    .field(t!(lang, "settings-due"), hour(settings.due_hour))
    .field(t!(lang, "settings-digest"), hour(settings.digest_hour))
    .field(t!(lang, "settings-quiet"), quiet)
    .field(
        t!(lang, "settings-lead"),
        t!(lang, "hours", hours = i64::from(settings.lead_after)),
    )
}
