//! All tasks as a file, no larger than may be sent.

use feature::{Card, Colour, Ctx, Outcome, Reply};
use serde_json::{Value, json};

use crate::{Tasks, commands::Format, model::Task, store, text};

/// Rows that are read at a time.
const PAGE: i64 = 500;
/// The largest file in bytes, where Discord allows more.
const LARGEST: usize = 8 * 1024 * 1024;

/// Names the columns.
pub(crate) const HEAD: &str = "number,description,state,reason,priority,site,due_at,assignees,role,tags,created_by,created_at,closed_by,closed_at";

/// A task as an object.
pub(crate) fn object(task: &Task) -> Value {
    json!({
        "number": task.number,
        "description": task.description,
        "state": task.state.word(),
        "reason": task.reason,
        "priority": task.priority.word(),
        "site": task.site.as_ref().map(|(_, name)| name),
        "due_at": task.due,
        "assignees": task.assignees,
        "role": task.role,
        "tags": task.tags,
        "created_by": task.created_by,
        "created_at": task.created_at,
        "closed_by": task.closed.map(|(by, _)| by),
        "closed_at": task.closed.map(|(_, at)| at),
    })
}

/// A text as a cell that no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    let is_formula = text
        .trim_start()
        .starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = text.replace('"', "\"\"");
    if is_formula {
        format!("\"'{text}\"")
    } else {
        format!("\"{text}\"")
    }
}

/// A task as a row.
pub(crate) fn row(task: &Task) -> String {
    let ids: Vec<String> = task.assignees.iter().map(ToString::to_string).collect();
    let or_none = |text: Option<String>| text.unwrap_or_default();
    [
        task.number.to_string(),
        cell(&task.description),
        task.state.word().to_owned(),
        cell(task.reason.as_deref().unwrap_or_default()),
        task.priority.word().to_owned(),
        cell(task.site.as_ref().map_or("", |(_, name)| name.as_str())),
        or_none(task.due.map(|at| at.to_string())),
        ids.join(" "),
        or_none(task.role.map(|role| role.to_string())),
        cell(&task.tags.join(" ")),
        task.created_by.to_string(),
        task.created_at.to_string(),
        or_none(task.closed.map(|(by, _)| by.to_string())),
        or_none(task.closed.map(|(_, at)| at.to_string())),
    ]
    .join(",")
}

pub(crate) async fn reply(ctx: &Ctx<Tasks>, format: Format) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let mut db = ctx.database.acquire().await?;
    let limit = usize::try_from(ctx.scene.attachment_limit).unwrap_or(LARGEST);
    let (mut file, mut after, mut count, mut is_whole) = (String::new(), 0, 0_i64, true);
    if format == Format::Csv {
        file = format!("{HEAD}\r\n");
    }
    'reading: loop {
        let tasks = store::numbered(&mut db, guild, after, PAGE).await?;
        let Some(last) = tasks.last() else { break };
        after = last.number;
        for task in &tasks {
            let line = match format {
                Format::Csv => format!("{}\r\n", row(task)),
                Format::Json => format!("{}\n", object(task)),
            };
            if file.len() + line.len() > limit.min(LARGEST) {
                is_whole = false;
                break 'reading;
            }
            file.push_str(&line);
            count += 1;
        }
    }
    let name = match format {
        Format::Csv => "tasks.csv",
        Format::Json => "tasks.jsonl",
    };
    let card = Card::new()
        .text(text::exported(ctx.lang(), count, is_whole))
        .colour(Colour::Good)
        .file(name, file.into_bytes());
    Ok(Reply::card(card))
}
