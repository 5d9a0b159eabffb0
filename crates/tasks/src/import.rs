//! Tasks out of a file, as `/task export` writes it: a table or a JSON object on each line.
//!
//! Every line is read and checked before anything is stored, and each that can not be a task is named. A line that became a
//! task before makes none again, nor does one of a task that is here: both are known by number, instant and description.

use std::collections::{BTreeMap, BTreeSet};

use database::{GuildId, RoleId, UserId};
use feature::{Card, Colour, Ctx, Explain, Lang, Outcome, Reply, sheet};
use jiff::Timestamp;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use twilight_model::channel::Attachment;

use crate::{
    Tasks,
    model::{Priority, REASON, State, description, tags},
    people, store, text,
    work::{self, New, Refused},
};

/// The largest file, in bytes, and its most lines.
const LARGEST: usize = 1024 * 1024;
pub(crate) const LINES: usize = 500;
/// The most people that are looked up.
pub(crate) const PEOPLE: usize = 100;

/// Why a file, or a line of it, makes no tasks.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum Bad {
    #[error("no table and no lines of JSON")]
    File,
    #[error("too many lines")]
    Lines,
    #[error("too many people")]
    People,
    #[error("a line that does not fit: {0}")]
    Line(String),
    #[error("an unknown value in {0}")]
    Field(&'static str),
}

impl Explain for Bad {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(text::bad_import(lang, self))
    }
}

/// A line as it is written; what is not named here is told by nothing else.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Written {
    number: Option<i64>,
    description: String,
    state: Option<String>,
    reason: Option<String>,
    priority: Option<String>,
    site: Option<String>,
    due_at: Option<String>,
    assignees: Ids,
    role: Option<String>,
    tags: Words,
    created_at: Option<String>,
}

/// Ids, as a list or with spaces between.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Ids {
    List(Vec<UserId>),
    Text(String),
}

impl Default for Ids {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

/// Words, as a list or with spaces between.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Words {
    List(Vec<String>),
    Text(String),
}

impl Default for Words {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

/// A line that can be a task, as far as the line alone can tell.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) line: usize,
    pub(crate) key: String,
    /// Number and instant of the task that it tells of.
    pub(crate) of: Option<(i32, Timestamp)>,
    pub(crate) state: State,
    pub(crate) reason: Option<String>,
    pub(crate) new: New,
    site: Option<String>,
}

/// What a file says: lines that can be tasks, and those that can not.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub(crate) ready: Vec<Ready>,
    pub(crate) bad: BTreeMap<usize, String>,
}

fn read(lang: Lang, bytes: &[u8]) -> Result<Read, Bad> {
    let file = std::str::from_utf8(bytes).map_err(|_| Bad::File)?;
    let file = file.trim_start_matches('\u{feff}').trim_start();
    let written = if file.starts_with('{') {
        lines(file)
    } else {
        table(file)?
    };
    if written.len() > LINES {
        return Err(Bad::Lines);
    }
    let mut found = Read::default();
    for (line, written) in written {
        let ready = written.and_then(|written| ready(line, written));
        match ready {
            Ok(ready) => found.ready.push(ready),
            Err(bad) => {
                found.bad.insert(line, text::bad_import(lang, &bad));
            }
        }
    }
    if found.ready.is_empty() && found.bad.is_empty() {
        return Err(Bad::File);
    }
    Ok(found)
}

type Lines = Vec<(usize, Result<Written, Bad>)>;

fn lines(file: &str) -> Lines {
    let lines = file.lines().enumerate();
    let lines = lines.filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(at, line)| {
            let read = serde_json::from_str(line);
            (at + 1, read.map_err(|error| Bad::Line(error.to_string())))
        })
        .collect()
}

fn table(file: &str) -> Result<Lines, Bad> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(false)
        .from_reader(file.as_bytes());
    let head = reader.headers().map_err(|_| Bad::File)?;
    if !head.iter().any(|column| column == "description") {
        return Err(Bad::File);
    }
    let head: Vec<String> = head.iter().map(str::to_owned).collect();
    let mut lines = Lines::new();
    for (nth, record) in reader.records().enumerate() {
        // As spreadsheets number their rows: the first is the head.
        let at = nth + 2;
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                lines.push((at, Err(Bad::Line(error.to_string()))));
                continue;
            }
        };
        let cell = |name: &str| {
            let place = head.iter().position(|column| column == name)?;
            let cell = sheet::text_of(record.get(place)?).to_owned();
            (!cell.is_empty()).then_some(cell)
        };
        let number = cell("number").map(|number| number.parse());
        let written = match number.transpose() {
            Ok(number) => Ok(Written {
                number,
                description: cell("description").unwrap_or_default(),
                state: cell("state"),
                reason: cell("reason"),
                priority: cell("priority"),
                site: cell("site"),
                due_at: cell("due_at"),
                assignees: Ids::Text(cell("assignees").unwrap_or_default()),
                role: cell("role"),
                tags: Words::Text(cell("tags").unwrap_or_default()),
                created_at: cell("created_at"),
            }),
            Err(_) => Err(Bad::Field("number")),
        };
        lines.push((at, written));
    }
    Ok(lines)
}

fn instant(field: &'static str, written: Option<&str>) -> Result<Option<Timestamp>, Bad> {
    let read = written.map(str::parse).transpose();
    read.map_err(|_| Bad::Field(field))
}

fn ready(line: usize, written: Written) -> Result<Ready, Bad> {
    let description = description(&written.description).ok_or(Bad::Field("description"))?;
    let state = match written.state.as_deref() {
        None => State::Todo,
        Some(word) => State::of(word).ok_or(Bad::Field("state"))?,
    };
    let reason = written.reason.map(|reason| reason.trim().replace('\0', ""));
    let reason = reason.filter(|reason| !reason.is_empty());
    let is_long = reason
        .as_ref()
        .is_some_and(|reason| reason.chars().count() > REASON);
    if is_long || (state == State::Blocked) != reason.is_some() {
        return Err(Bad::Field("reason"));
    }
    let priority = match written.priority.as_deref() {
        None => Priority::default(),
        Some(word) => Priority::of(word).ok_or(Bad::Field("priority"))?,
    };
    let assignees = match written.assignees {
        Ids::List(users) => users,
        Ids::Text(ids) => {
            let ids = ids.split_whitespace().map(str::parse);
            let ids: Result<Vec<UserId>, _> = ids.collect();
            ids.map_err(|_| Bad::Field("assignees"))?
        }
    };
    people::require_count(assignees.len()).map_err(|_| Bad::Field("assignees"))?;
    let role: Option<RoleId> = written
        .role
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|_| Bad::Field("role"))?;
    if role.is_some() && !assignees.is_empty() {
        return Err(Bad::Field("role"));
    }
    let words = match written.tags {
        Words::List(words) => words.join(" "),
        Words::Text(words) => words,
    };
    let created_at = instant("created_at", written.created_at.as_deref())?;
    let number = written.number.map(i32::try_from).transpose();
    let number = number.map_err(|_| Bad::Field("number"))?;
    let known = format!("{number:?} {created_at:?} {description}");
    let key = Sha256::digest(known);
    let (parts, _) = key.as_chunks::<16>();
    let key = parts
        .iter()
        .map(|part| format!("{:032x}", u128::from_be_bytes(*part)));
    Ok(Ready {
        line,
        key: key.collect::<Vec<_>>().concat(),
        of: number.zip(created_at),
        state,
        reason,
        new: New {
            description,
            priority,
            site: None,
            due: instant("due_at", written.due_at.as_deref())?,
            assignees,
            role,
            tags: tags(&words).ok_or(Bad::Field("tags"))?,
            items: Vec::new(),
            // A file of five hundred would be as many messages.
            channel: None,
            source: None,
            repeat: None,
        },
        site: written.site,
    })
}

/// Checks what a line alone can not tell: people, roles, worksites.
async fn check(ctx: &Ctx<Tasks>, guild: GuildId, read: &mut Read) -> Outcome<()> {
    let users = read
        .ready
        .iter()
        .flat_map(|ready| ready.new.assignees.iter().copied());
    let users: BTreeSet<UserId> = users.collect();
    if users.len() > PEOPLE {
        return Err(Bad::People.into());
    }
    let mut strangers = BTreeSet::new();
    for user in users {
        match people::require_members(ctx, guild, &[user]).await {
            Ok(()) => {}
            Err(failure) if failure.of::<Refused>().is_some() => {
                strangers.insert(user);
            }
            Err(failure) => return Err(failure),
        }
    }
    let names = read.ready.iter().filter_map(|ready| ready.site.clone());
    let names: BTreeSet<String> = names.collect();
    let mut sites = BTreeMap::new();
    let mut db = ctx.database.acquire().await?;
    for name in names {
        if let Some(site) = worksites::sites::find(&mut db, guild, &name).await? {
            sites.insert(name, (site.number, site.name));
        }
    }
    drop(db);
    let mut ready = Vec::new();
    for mut one in std::mem::take(&mut read.ready) {
        let field = if one
            .new
            .assignees
            .iter()
            .any(|user| strangers.contains(user))
        {
            "assignees"
        } else if people::require_role(ctx, guild, one.new.role).is_err() {
            "role"
        } else if one
            .site
            .as_ref()
            .is_some_and(|name| !sites.contains_key(name))
        {
            "site"
        } else {
            one.new.site = one.site.as_ref().and_then(|name| sites.get(name).cloned());
            ready.push(one);
            continue;
        };
        let why = text::bad_import(ctx.lang(), &Bad::Field(field));
        read.bad.insert(one.line, why);
    }
    read.ready = ready;
    Ok(())
}

pub(crate) async fn reply(
    ctx: &Ctx<Tasks>,
    file: &Attachment,
    is_dry: bool,
    skips: bool,
) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let lang = ctx.lang();
    let bytes = ctx.discord.file(&file.url, LARGEST).await?;
    let mut read = read(lang, &bytes)?;
    check(ctx, guild, &mut read).await?;
    let is_refused = !read.bad.is_empty() && !skips;
    let (made, known) = if is_refused || is_dry {
        let mut db = ctx.database.acquire().await?;
        let known = store::known_lines(&mut db, guild, &read.ready).await?;
        (read.ready.len() - known.len(), known.len())
    } else {
        work::import(ctx, guild, ctx.user(), read.ready).await?
    };
    let is_stored = !is_refused && !is_dry;
    let colour = if read.bad.is_empty() {
        Colour::Good
    } else {
        Colour::Warn
    };
    let said = text::imported(lang, made, known, is_stored, &read.bad);
    Ok(Reply::card(Card::new().lines(said).colour(colour)))
}

#[cfg(test)]
mod tests {
    use feature::sheet::SheetRow as _;

    use super::*;

    #[test]
    fn both_kinds_of_files_read_alike_and_say_what_is_wrong() {
        let head = crate::model::Task::HEAD;
        let table = format!(
            "\u{feff}{head}\r\n7,\"'=Paint, \"\"all\"\"\",todo,\"\",high,\"\",2026-03-03T12:00:00Z,11 12,,\"a b\",1,2026-03-01T00:00:00Z,,\r\n8,\"\",todo,\"\",low,\"\",,,,\"\",1,2026-03-01T00:00:00Z,,\r\n"
        );
        let json = r#"{"number":7,"description":"=Paint, \"all\"","state":"todo","priority":"high","due_at":"2026-03-03T12:00:00Z","assignees":["11","12"],"tags":["a","b"],"created_at":"2026-03-01T00:00:00Z"}
{"number":8,"description":" "}
{broken"#;
        let table = read(Lang::En, table.as_bytes()).unwrap();
        let json = read(Lang::En, json.as_bytes()).unwrap();
        assert_eq!(table.bad.keys().copied().collect::<Vec<_>>(), [3]);
        assert_eq!(json.bad.keys().copied().collect::<Vec<_>>(), [2, 3]);
        let [one, two] = [&table.ready[0], &json.ready[0]];
        assert_eq!(one.new.description, "=Paint, \"all\"");
        assert_eq!((&one.key, one.of), (&two.key, two.of));
        assert_eq!(one.new.assignees, two.new.assignees);
        assert_eq!((&one.new.tags, one.new.due), (&two.new.tags, two.new.due));
    }

    #[test]
    fn what_is_no_such_file_is_refused_whole() {
        let long = "description\n".to_owned() + &"x\n".repeat(LINES + 1);
        for (wrong, bad) in [
            (&b""[..], Bad::File),
            (b"\xff\xfe", Bad::File),
            (b"a,b\n1,2\n", Bad::File),
            (b"description\n", Bad::File),
            (long.as_bytes(), Bad::Lines),
        ] {
            assert_eq!(read(Lang::En, wrong).unwrap_err(), bad);
        }
    }
}
