//! What is known of a member, and what a list is asked for.

use database::{RoleId, UserId};
use jiff::Timestamp;
use serde::Deserialize;
use twilight_model::{guild::Member as Told, user::User, util::Timestamp as DiscordTime};

/// The longest name that is kept; Discord's own are shorter.
const LONGEST_NAME: usize = 100;

/// A member as Discord tells of them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Member {
    pub(crate) id: UserId,
    pub(crate) username: String,
    pub(crate) display_name: Option<String>,
    pub(crate) nick: Option<String>,
    pub(crate) is_bot: bool,
    /// In ascending order, so that Discord's order is no change.
    pub(crate) roles: Vec<RoleId>,
    pub(crate) joined_at: Option<Timestamp>,
}

/// What is read of a member in one of Discord's pages: little of what they hold, because there are many.
#[derive(Debug, Deserialize)]
pub(crate) struct Entry {
    user: EntryUser,
    nick: Option<String>,
    #[serde(default)]
    roles: Vec<RoleId>,
    joined_at: Option<Timestamp>,
}

#[derive(Debug, Deserialize)]
struct EntryUser {
    id: UserId,
    username: String,
    global_name: Option<String>,
    #[serde(default)]
    bot: bool,
}

impl Member {
    fn new(
        id: UserId,
        username: String,
        display_name: Option<String>,
        nick: Option<String>,
        is_bot: bool,
        mut roles: Vec<RoleId>,
        joined_at: Option<Timestamp>,
    ) -> Self {
        roles.sort_unstable();
        roles.dedup();
        // An account that is being deleted may have no name for a while.
        let username = kept(username).unwrap_or_else(|| id.to_string());
        Self {
            id,
            username,
            display_name: display_name.and_then(kept),
            nick: nick.and_then(kept),
            is_bot,
            roles,
            joined_at,
        }
    }

    /// A member in an event.
    pub(crate) fn of(
        user: &User,
        nick: Option<&str>,
        roles: impl IntoIterator<Item = impl Into<RoleId>>,
        joined_at: Option<DiscordTime>,
    ) -> Self {
        Self::new(
            user.id.into(),
            user.name.clone(),
            user.global_name.clone(),
            nick.map(ToOwned::to_owned),
            user.bot,
            roles.into_iter().map(Into::into).collect(),
            joined_at.and_then(|at| Timestamp::from_microsecond(at.as_micros()).ok()),
        )
    }

    /// What people read in the guild.
    pub(crate) fn shown(&self) -> &str {
        self.nick
            .as_deref()
            .or(self.display_name.as_deref())
            .unwrap_or(&self.username)
    }
}

impl From<&Told> for Member {
    fn from(told: &Told) -> Self {
        Self::of(
            &told.user,
            told.nick.as_deref(),
            told.roles.iter().copied(),
            told.joined_at,
        )
    }
}

impl From<Entry> for Member {
    fn from(entry: Entry) -> Self {
        let EntryUser {
            id,
            username,
            global_name,
            bot,
        } = entry.user;
        Self::new(
            id,
            username,
            global_name,
            entry.nick,
            bot,
            entry.roles,
            entry.joined_at,
        )
    }
}

/// A name that Postgres takes: without the character it knows not, cut, and not empty.
fn kept(mut name: String) -> Option<String> {
    if name.contains('\0') {
        name.retain(|character| character != '\0');
    }
    if name.len() > LONGEST_NAME {
        name = feature::card::cut(&name, LONGEST_NAME);
    }
    (!name.is_empty()).then_some(name)
}

/// What reading members changed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Changes {
    pub(crate) added: i64,
    pub(crate) changed: i64,
    pub(crate) departed: i64,
}

/// How far the last reading of a guild came.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reading {
    pub(crate) run: i64,
    pub(crate) state: State,
    pub(crate) begun_at: Timestamp,
    pub(crate) ended_at: Option<Timestamp>,
    pub(crate) after: i64,
    pub(crate) seen: i64,
    pub(crate) changes: Changes,
}

/// Where a reading stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum State {
    Running,
    Done,
    Failed(Problem),
}

/// Why members can not be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Problem {
    /// The privileged intent is switched off.
    Intent,
    /// The bot is no longer in the guild.
    Gone,
    /// Discord refuses for a reason of its own.
    Refused,
}

impl Problem {
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Intent => "intent",
            Self::Gone => "gone",
            Self::Refused => "refused",
        }
    }

    pub(crate) fn from_code(code: &str) -> Self {
        match code {
            "intent" => Self::Intent,
            "gone" => Self::Gone,
            _ => Self::Refused,
        }
    }
}

/// The order of a list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Sort {
    Name,
    Newest,
    Oldest,
    /// Who left last comes first.
    Gone,
}

impl Sort {
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Newest => "newest",
            Self::Oldest => "oldest",
            Self::Gone => "gone",
        }
    }

    pub(crate) fn from_code(code: &str) -> Self {
        match code {
            "newest" => Self::Newest,
            "oldest" => Self::Oldest,
            "gone" => Self::Gone,
            _ => Self::Name,
        }
    }
}

/// Who is in a list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Who {
    Here,
    Gone,
    All,
}

impl Who {
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Here => "here",
            Self::Gone => "gone",
            Self::All => "all",
        }
    }

    pub(crate) fn from_code(code: &str) -> Self {
        match code {
            "gone" => Self::Gone,
            "all" => Self::All,
            _ => Self::Here,
        }
    }
}

/// What a list is asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wanted {
    pub(crate) search: Option<String>,
    pub(crate) sort: Sort,
    pub(crate) role: Option<RoleId>,
    pub(crate) who: Who,
    pub(crate) joined_since: Option<Timestamp>,
    pub(crate) left_since: Option<Timestamp>,
}

impl Wanted {
    /// The pattern that names are held against; `%` and `_` that were typed mean themselves.
    pub(crate) fn pattern(&self) -> Option<String> {
        let search = self.search.as_ref()?;
        let mut pattern = String::from("%");
        for character in search.chars() {
            if matches!(character, '%' | '_' | '\\') {
                pattern.push('\\');
            }
            pattern.push(character);
        }
        pattern.push('%');
        Some(pattern)
    }

    /// The id that was typed, bare or as a mention.
    pub(crate) fn id(&self) -> Option<UserId> {
        let search = self.search.as_deref()?;
        let bare = search
            .strip_prefix("<@")
            .and_then(|rest| rest.strip_suffix('>'))
            .map_or(search, |inner| inner.trim_start_matches('!'));
        // What Postgres can not hold is nobody's id.
        bare.parse()
            .ok()
            .filter(|id: &UserId| i64::try_from(*id).is_ok())
    }
}

/// What somebody typed, without what no name holds.
pub(crate) fn search(typed: &str) -> Option<String> {
    kept(typed.trim().replace('\0', ""))
}

/// A line of a list.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) id: UserId,
    pub(crate) shown: String,
    pub(crate) username: Option<String>,
    pub(crate) is_bot: bool,
    pub(crate) joined_at: Option<Timestamp>,
    pub(crate) left_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wanted(search: &str) -> Wanted {
        Wanted {
            search: super::search(search),
            sort: Sort::Name,
            role: None,
            who: Who::Here,
            joined_since: None,
            left_since: None,
        }
    }

    #[test]
    fn an_id_is_found_bare_and_as_a_mention() {
        for typed in ["42", "<@42>", "<@!42>", " 42 "] {
            assert_eq!(wanted(typed).id(), Some("42".parse().unwrap()), "{typed}");
        }
        for typed in [
            "",
            "alice",
            "0",
            "<@>",
            "99999999999999999999",
            "18446744073709551615",
        ] {
            assert_eq!(wanted(typed).id(), None, "{typed}");
        }
    }

    #[test]
    fn wildcards_mean_themselves() {
        assert_eq!(wanted(r"50%_\").pattern().unwrap(), r"%50\%\_\\%");
    }

    #[test]
    fn a_page_is_read_as_discord_writes_it() {
        let page = r#"[{"user":{"id":"7","username":"ada","global_name":null,"discriminator":"0"},
            "nick":"Ada L.","roles":["9","3","9"],"joined_at":"2024-05-01T10:00:00.123000+00:00","deaf":false},
            {"user":{"id":"8","username":"","bot":true},"roles":[],"joined_at":null}]"#;
        let entries: Vec<Entry> = serde_json::from_str(page).unwrap();
        let members: Vec<Member> = entries.into_iter().map(Into::into).collect();
        assert_eq!(members[0].shown(), "Ada L.");
        assert_eq!(members[0].roles.len(), 2);
        assert_eq!(
            members[0].joined_at.unwrap().to_string(),
            "2024-05-01T10:00:00.123Z"
        );
        assert_eq!(members[1].shown(), "8");
        assert!(members[1].is_bot && members[1].joined_at.is_none());
    }

    proptest! {
        #[test]
        fn no_name_breaks_a_row(name in any::<String>(), nick in proptest::option::of(any::<String>())) {
            let id = "7".parse().unwrap();
            let member = Member::new(id, name.clone(), Some(name), nick, false, Vec::new(), None);
            let texts = [Some(&member.username), member.display_name.as_ref(), member.nick.as_ref()];
            for text in texts.into_iter().flatten() {
                prop_assert!(!text.is_empty() && text.chars().count() <= 100 && !text.contains('\0'));
            }
        }

        #[test]
        fn no_search_breaks_a_query(typed in any::<String>()) {
            let wanted = wanted(&typed);
            if let Some(search) = &wanted.search {
                prop_assert!(!search.is_empty() && search.chars().count() <= 100 && !search.contains('\0'));
            }
            let _ = (wanted.pattern(), wanted.id());
        }
    }
}
