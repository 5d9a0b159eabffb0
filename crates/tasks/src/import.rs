//! Tasks out of a file, as `/task export` writes it.
//!
//! Every line is read and checked before anything is stored, and each that can not be a task is named. A line that became a
//! task before makes none again, nor does one of a task that is here: both are known by number, instant and description.

use database::{GuildId, RoleId, UserId};
use feature::{
    Ctx, Outcome, Reply,
    import::{Bad, Cell, Found, LARGEST, Taken, Words, key, value},
};
use jiff::Timestamp;
use serde::Deserialize;
use twilight_model::channel::Attachment;

use crate::{
    Tasks,
    model::{ITEM, ITEMS, Item, Priority, State, Task, description, reason, tags},
    people,
    repeat::{EXCEPTIONS, Repeat},
    store,
    work::{self, New},
};

/// A line as it is written; what is not named here is told by nothing else.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Written {
    number: Option<Cell<i32>>,
    description: String,
    state: Option<String>,
    reason: Option<String>,
    priority: Option<String>,
    site: Option<String>,
    due_at: Option<String>,
    assignees: Words,
    role: Option<String>,
    tags: Words,
    created_at: Option<String>,
    checklist: Option<Cell<Vec<Item>>>,
    repeat: Option<Cell<Repeat>>,
    nth: Option<Cell<u32>>,
}

/// A line that can be a task.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) key: String,
    /// Number and instant of the task that it tells of.
    pub(crate) of: Option<(i32, Timestamp)>,
    pub(crate) state: State,
    pub(crate) reason: Option<String>,
    pub(crate) new: New,
    pub(crate) nth: u32,
    site: Option<String>,
}

fn read(bytes: &[u8]) -> Result<Found<Ready>, Bad> {
    Found::read::<Task, Written>(bytes, ready)
}

fn ready(written: Written) -> Result<Ready, Bad> {
    let description = description(&written.description).ok_or(Bad::Field("description"))?;
    let state = match written.state.as_deref() {
        None => State::Todo,
        Some(word) => State::of(word).ok_or(Bad::Field("state"))?,
    };
    let reason = match written.reason.filter(|reason| !reason.trim().is_empty()) {
        Some(text) => Some(reason(&text).ok_or(Bad::Field("reason"))?),
        None => None,
    };
    if (state == State::Blocked) != reason.is_some() {
        return Err(Bad::Field("reason"));
    }
    let priority = match written.priority.as_deref() {
        None => Priority::default(),
        Some(word) => Priority::of(word).ok_or(Bad::Field("priority"))?,
    };
    let assignees: Vec<UserId> = written.assignees.read("assignees")?;
    people::require_count(assignees.len()).map_err(|_| Bad::Field("assignees"))?;
    let role: Option<RoleId> = value("role", written.role.as_deref())?;
    if role.is_some() && !assignees.is_empty() {
        return Err(Bad::Field("role"));
    }
    let due: Option<Timestamp> = value("due_at", written.due_at.as_deref())?;
    let created_at: Option<Timestamp> = value("created_at", written.created_at.as_deref())?;
    let number = match written.number {
        Some(number) => Some(number.read("number")?),
        None => None,
    };
    Ok(Ready {
        key: key(&format!("{number:?} {created_at:?} {description}")),
        of: number.zip(created_at),
        state,
        reason,
        nth: match written.nth {
            Some(nth) => nth.read("nth")?.max(1),
            None => 1,
        },
        new: New {
            description,
            priority,
            site: None,
            due,
            assignees,
            role,
            tags: tags(&written.tags.text()).ok_or(Bad::Field("tags"))?,
            items: items(written.checklist)?,
            // A file of five hundred would be as many messages.
            channel: None,
            source: None,
            repeat: repeat(written.repeat, due)?,
        },
        site: written.site,
    })
}

fn items(written: Option<Cell<Vec<Item>>>) -> Result<Vec<Item>, Bad> {
    let bad = Bad::Field("checklist");
    let Some(written) = written else {
        return Ok(Vec::new());
    };
    let mut items = written.read("checklist")?;
    if items.len() > ITEMS {
        return Err(bad);
    }
    for item in &mut items {
        item.text = item.text.trim().replace('\0', "");
        if !(1..=ITEM).contains(&item.text.chars().count()) {
            return Err(bad);
        }
    }
    Ok(items)
}

fn repeat(written: Option<Cell<Repeat>>, due: Option<Timestamp>) -> Result<Option<Repeat>, Bad> {
    let Some(written) = written else {
        return Ok(None);
    };
    let repeat = written.read("repeat")?;
    if due.is_none() || repeat.except.len() > EXCEPTIONS || !repeat.rule.is_sound() {
        return Err(Bad::Field("repeat"));
    }
    Ok(Some(repeat))
}

/// Checks what a line alone can not tell: people, roles, worksites.
async fn check(ctx: &Ctx<Tasks>, guild: GuildId, found: &mut Found<Ready>) -> Outcome<()> {
    let lines = found.ready.iter().map(|(_, ready)| ready);
    let users = lines
        .clone()
        .flat_map(|ready| ready.new.assignees.iter().copied());
    let members = ctx.members_among(guild, users).await?;
    let names = lines.filter_map(|ready| ready.site.as_deref());
    let mut db = ctx.database.acquire().await?;
    let sites = worksites::sites::find_all(&mut db, guild, names).await?;
    drop(db);
    found.check(|ready| {
        let mut users = ready.new.assignees.iter();
        if !users.all(|user| members.contains_key(user)) {
            return Err(Bad::Field("assignees"));
        }
        people::require_role(ctx, guild, ready.new.role).map_err(|_| Bad::Field("role"))?;
        if let Some(name) = &ready.site {
            let site = sites.get(name.as_str()).ok_or(Bad::Field("site"))?;
            ready.new.site = Some((site.number, site.name.clone()));
        }
        Ok(())
    });
    Ok(())
}

pub(crate) async fn reply(
    ctx: &Ctx<Tasks>,
    file: &Attachment,
    is_dry: bool,
    skips: bool,
) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let bytes = ctx.discord.file(&file.url, LARGEST).await?;
    let mut found = read(&bytes)?;
    check(ctx, guild, &mut found).await?;
    let is_stored = !is_dry && (found.bad.is_empty() || skips);
    let lines = std::mem::take(&mut found.ready);
    let lines: Vec<Ready> = lines.into_iter().map(|(_, ready)| ready).collect();
    let all = lines.len();
    let made = if is_stored {
        work::import(ctx, guild, ctx.user(), lines).await?
    } else {
        let mut db = ctx.database.acquire().await?;
        all - store::known_lines(&mut db, guild, &lines).await?.len()
    };
    let taken = Taken {
        made,
        known: all - made,
        is_stored,
    };
    Ok(Reply::card(found.card(ctx.lang(), taken)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_and_lines_of_json_are_the_same_tasks() {
        let head = <Task as feature::sheet::SheetRow>::HEAD;
        let table = format!(
            "\u{feff}{head}\r\n7,\"'=Paint, \"\"all\"\"\",todo,\"\",high,\"\",2026-03-03T12:00:00Z,11 12,,\"a b\",1,2026-03-01T00:00:00Z,,,\"[{{\"\"text\"\":\"\"nails\"\",\"\"done\"\":true}}]\",\"\",1\r\n"
        );
        let json = r#"{"number":7,"description":"=Paint, \"all\"","state":"todo","priority":"high","due_at":"2026-03-03T12:00:00Z","assignees":["11","12"],"tags":["a","b"],"created_at":"2026-03-01T00:00:00Z","checklist":[{"text":"nails","done":true}]}"#;
        let [table, json] = [read(table.as_bytes()), read(json.as_bytes())].map(Result::unwrap);
        let [(_, one)] = &table.ready[..] else {
            panic!("{table:?}")
        };
        let [(_, two)] = &json.ready[..] else {
            panic!("{json:?}")
        };
        assert_eq!(one.new.description, "=Paint, \"all\"");
        assert_eq!((&one.key, one.of), (&two.key, two.of));
        assert_eq!(one.new.assignees, two.new.assignees);
        assert_eq!((&one.new.tags, one.new.due), (&two.new.tags, two.new.due));
        assert_eq!(one.new.items, two.new.items);
        assert!(one.new.items[0].is_done);
    }
}
