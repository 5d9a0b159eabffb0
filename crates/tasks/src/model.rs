//! What a task is, and what may become of it. Pure.

use std::collections::BTreeSet;

use database::{ChannelId, GuildId, MessageId, RoleId, UserId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::repeat::Repeat;

/// The longest description, in characters.
pub(crate) const DESCRIPTION: usize = 1_000;
/// The most members that one task has.
pub(crate) const ASSIGNEES: usize = 25;
/// The most tags, and the longest of them, in characters.
pub(crate) const TAGS: usize = 10;
pub(crate) const TAG: usize = 30;
/// The most lines of a check-list, and the longest of them.
pub(crate) const ITEMS: usize = 20;
pub(crate) const ITEM: usize = 200;
/// The longest reason for being blocked.
pub(crate) const REASON: usize = 500;

/// How a task stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum State {
    Todo,
    InProgress,
    Blocked,
    Done,
    Cancelled,
}

impl State {
    pub(crate) const ALL: [Self; 5] = [
        Self::Todo,
        Self::InProgress,
        Self::Blocked,
        Self::Done,
        Self::Cancelled,
    ];

    /// As it is stored, and told over HTTP.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Todo => "todo",
            Self::InProgress => "in_progress",
            Self::Blocked => "blocked",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
        }
    }

    pub(crate) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether nothing is to be done any more.
    pub(crate) const fn is_closed(self) -> bool {
        matches!(self, Self::Done | Self::Cancelled)
    }
}

/// How pressing a task is.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Priority {
    Low,
    #[default]
    Normal,
    High,
    Urgent,
}

impl Priority {
    pub(crate) const ALL: [Self; 4] = [Self::Low, Self::Normal, Self::High, Self::Urgent];

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }

    pub(crate) const fn number(self) -> i16 {
        match self {
            Self::Low => 0,
            Self::Normal => 1,
            Self::High => 2,
            Self::Urgent => 3,
        }
    }

    pub(crate) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }

    pub(crate) fn numbered(number: i16) -> Self {
        let found = Self::ALL.into_iter().find(|one| one.number() == number);
        found.unwrap_or_default()
    }
}

/// A line of a check-list.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Item {
    pub(crate) text: String,
    #[serde(default, rename = "done")]
    pub(crate) is_done: bool,
}

/// A task.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Task {
    pub(crate) guild: GuildId,
    /// The guild's own number of it.
    pub(crate) number: i32,
    pub(crate) description: String,
    pub(crate) state: State,
    /// Why it is blocked.
    pub(crate) reason: Option<String>,
    pub(crate) priority: Priority,
    /// A worksite: its number, and what it was called.
    pub(crate) site: Option<(i32, String)>,
    pub(crate) due: Option<Timestamp>,
    pub(crate) assignees: Vec<UserId>,
    pub(crate) role: Option<RoleId>,
    pub(crate) tags: Vec<String>,
    pub(crate) items: Vec<Item>,
    pub(crate) created_by: UserId,
    pub(crate) created_at: Timestamp,
    pub(crate) closed: Option<(UserId, Timestamp)>,
    pub(crate) deleted: Option<(UserId, Timestamp)>,
    /// Where its panel is to stand, and the message once it stands there.
    pub(crate) channel: Option<ChannelId>,
    pub(crate) message: Option<MessageId>,
    /// The message that it was made from.
    pub(crate) source: Option<String>,
    pub(crate) repeat: Option<Repeat>,
    /// How often it came, this time among them.
    pub(crate) nth: u32,
    pub(crate) snoozed_until: Option<Timestamp>,
}

impl Task {
    /// Whether somebody is to do it.
    pub(crate) fn is_to_pick_up(&self) -> bool {
        self.assignees.is_empty() && self.role.is_none() && !self.state.is_closed()
    }

    pub(crate) fn is_overdue(&self, now: Timestamp) -> bool {
        !self.state.is_closed() && self.due.is_some_and(|due| due <= now)
    }

    /// Brings it into another state; what belongs to the old one goes.
    pub(crate) fn enter(&mut self, state: State, by: UserId, now: Timestamp) {
        self.state = state;
        if state != State::Blocked {
            self.reason = None;
        }
        self.closed = state.is_closed().then_some((by, now));
        if state.is_closed() {
            self.snoozed_until = None;
        }
    }
}

/// One change, for the history.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Change {
    pub(crate) what: &'static str,
    pub(crate) old: Option<String>,
    pub(crate) new: Option<String>,
}

/// What differs between two versions of a task, as the history keeps it.
pub(crate) fn changes(old: &Task, new: &Task) -> Vec<Change> {
    let ids = |users: &[UserId]| {
        let ids: Vec<String> = users.iter().map(ToString::to_string).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    };
    let items = |items: &[Item]| {
        let lines: Vec<String> = items
            .iter()
            .map(|item| format!("[{}] {}", if item.is_done { "x" } else { " " }, item.text))
            .collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    };
    let instant = |at: Option<Timestamp>| at.map(|at| at.to_string());
    let pairs = [
        (
            "description",
            Some(old.description.clone()),
            Some(new.description.clone()),
        ),
        (
            "state",
            Some(old.state.word().to_owned()),
            Some(new.state.word().to_owned()),
        ),
        ("reason", old.reason.clone(), new.reason.clone()),
        (
            "priority",
            Some(old.priority.word().to_owned()),
            Some(new.priority.word().to_owned()),
        ),
        (
            "site",
            old.site.as_ref().map(|(_, name)| name.clone()),
            new.site.as_ref().map(|(_, name)| name.clone()),
        ),
        ("due", instant(old.due), instant(new.due)),
        ("assignees", ids(&old.assignees), ids(&new.assignees)),
        (
            "role",
            old.role.map(|role| role.to_string()),
            new.role.map(|role| role.to_string()),
        ),
        ("tags", words(&old.tags), words(&new.tags)),
        ("checklist", items(&old.items), items(&new.items)),
        ("repeat", rule(old), rule(new)),
        (
            "deleted",
            instant(old.deleted.map(|(_, at)| at)),
            instant(new.deleted.map(|(_, at)| at)),
        ),
        (
            "snoozed",
            instant(old.snoozed_until),
            instant(new.snoozed_until),
        ),
    ];
    pairs
        .into_iter()
        .filter(|(_, old, new)| old != new)
        .map(|(what, old, new)| Change { what, old, new })
        .collect()
}

fn words(tags: &[String]) -> Option<String> {
    (!tags.is_empty()).then(|| tags.join(" "))
}

fn rule(task: &Task) -> Option<String> {
    serde_json::to_string(task.repeat.as_ref()?).ok()
}

/// A description as it is kept; `None` when nothing is left of it, or too much.
pub(crate) fn description(text: &str) -> Option<String> {
    let text = text.trim().replace('\0', "");
    let length = text.chars().count();
    (1..=DESCRIPTION).contains(&length).then_some(text)
}

/// A reason as it is kept; `None` when nothing is left of it, or too much.
pub(crate) fn reason(text: &str) -> Option<String> {
    let text = text.trim().replace('\0', "");
    let length = text.chars().count();
    (1..=REASON).contains(&length).then_some(text)
}

/// Tags out of what somebody typed, each once, without `#`; `None` when there are too many, or one is too long.
pub(crate) fn tags(typed: &str) -> Option<Vec<String>> {
    let mut known = BTreeSet::new();
    let mut tags = Vec::new();
    for tag in typed.split([',', ' ', ';', '\n']) {
        let tag = tag.trim().trim_start_matches('#').to_lowercase();
        if tag.is_empty() || tag == "\0" || !known.insert(tag.clone()) {
            continue;
        }
        if tag.chars().count() > TAG || tag.contains('\0') {
            return None;
        }
        tags.push(tag);
    }
    (tags.len() <= TAGS).then_some(tags)
}

/// Lines of a check-list out of what somebody typed, with those ticked off that were; `None` when there are too many,
/// or one is too long.
pub(crate) fn items(typed: &str, before: &[Item]) -> Option<Vec<Item>> {
    let mut items = Vec::new();
    for line in typed.split(['\n', ';']) {
        let text = line.trim().replace('\0', "");
        if text.is_empty() {
            continue;
        }
        if text.chars().count() > ITEM {
            return None;
        }
        let is_done = before.iter().any(|item| item.text == text && item.is_done);
        items.push(Item { text, is_done });
    }
    (items.len() <= ITEMS).then_some(items)
}

/// A reminder that is planned for all who are to do a task.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Kind {
    Day,
    Hour,
    Due,
    Snooze,
}

impl Kind {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Hour => "hour",
            Self::Due => "due",
            Self::Snooze => "snooze",
        }
    }
}

/// What was missed by more than this is not told any more.
pub(crate) const MISSED: SignedDuration = SignedDuration::from_hours(24);

/// The reminders of a task, in the order of their instants; those before it was made are none.
pub(crate) fn planned(task: &Task) -> Vec<(Timestamp, Kind)> {
    if task.state.is_closed() || task.deleted.is_some() {
        return Vec::new();
    }
    let mut planned = Vec::new();
    if let Some(due) = task.due {
        let before = |hours| due - SignedDuration::from_hours(hours);
        planned.extend([
            (before(24), Kind::Day),
            (before(1), Kind::Hour),
            (due, Kind::Due),
        ]);
    }
    planned.extend(task.snoozed_until.map(|at| (at, Kind::Snooze)));
    planned.retain(|(at, _)| *at > task.created_at);
    planned.sort_unstable();
    planned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_few_short_and_each_once() {
        assert_eq!(
            tags("#Roof, roof urgent"),
            Some(vec!["roof".to_owned(), "urgent".to_owned()])
        );
        assert_eq!(tags(""), Some(vec![]));
        assert_eq!(tags(&"x".repeat(31)), None);
        let many: Vec<String> = (0..11).map(|nth| format!("t{nth}")).collect();
        assert_eq!(tags(&many.join(",")), None);
    }

    #[test]
    fn what_was_ticked_off_stays_so() {
        let before = [Item {
            text: "nails".to_owned(),
            is_done: true,
        }];
        let after = items("nails\n\nplanks", &before).unwrap();
        assert_eq!(
            after.iter().map(|item| item.is_done).collect::<Vec<_>>(),
            [true, false]
        );
        assert_eq!(items(&"x\n".repeat(21), &[]), None);
    }
}
