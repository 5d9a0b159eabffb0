//! The plan as a file, no larger than may be sent.

use database::GuildId;
use feature::{Card, Colour, Ctx, Outcome, Reply};
use serde_json::{Value, json};

use crate::{
    Planning,
    commands::Format,
    model::Entry,
    store::{self, entries::Filter},
    text,
};

/// Rows that are read at a time.
const PAGE: i64 = 500;
/// The largest file in bytes, where Discord allows more.
const LARGEST: usize = 8 * 1024 * 1024;

/// Names the columns.
pub(crate) const HEAD: &str = "number,kind,state,people,site,starts,ends,whole_days,note,repeat,except,created_by,created_at,changed_at";

/// An entry as an object. Times are those of the server's own clocks; the end is the first moment after.
pub(crate) fn object(entry: &Entry) -> Value {
    json!({
        "number": entry.number,
        "kind": entry.kind.word(),
        "state": entry.state.word(),
        "people": entry.people,
        "site": entry.site.as_ref().map(|(_, name)| name),
        "starts": entry.span.start,
        "ends": entry.span.end,
        "whole_days": entry.span.is_days,
        "note": entry.note,
        "repeat": entry.repeat,
        "except": entry.except,
        "created_by": entry.created_by,
        "created_at": entry.created_at,
        "changed_at": entry.changed_at,
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

/// An entry as a row.
pub(crate) fn row(entry: &Entry) -> String {
    let ids: Vec<String> = entry.people.iter().map(ToString::to_string).collect();
    let except: Vec<String> = entry.except.iter().map(ToString::to_string).collect();
    let repeat = entry.repeat.as_ref().map(serde_json::to_string);
    let repeat = repeat.and_then(Result::ok).unwrap_or_default();
    [
        entry.number.to_string(),
        entry.kind.word().to_owned(),
        entry.state.word().to_owned(),
        ids.join(" "),
        cell(entry.site.as_ref().map_or("", |(_, name)| name.as_str())),
        entry.span.start.to_string(),
        entry.span.end.to_string(),
        entry.span.is_days.to_string(),
        cell(entry.note.as_deref().unwrap_or_default()),
        cell(&repeat),
        except.join(" "),
        entry.created_by.to_string(),
        entry.created_at.to_string(),
        entry.changed_at.to_string(),
    ]
    .join(",")
}

pub(crate) async fn reply(
    ctx: &Ctx<Planning>,
    guild: GuildId,
    filter: &Filter,
    format: Format,
) -> Outcome<Reply> {
    let mut db = ctx.database.acquire().await?;
    let limit = usize::try_from(ctx.scene.attachment_limit).unwrap_or(LARGEST);
    let (mut file, mut after, mut count, mut is_whole) = (String::new(), 0, 0_i64, true);
    if format == Format::Csv {
        file = format!("{HEAD}\r\n");
    }
    'reading: loop {
        let entries = store::entries::list(&mut db, guild, filter, after, PAGE).await?;
        let Some(last) = entries.last() else { break };
        after = last.number;
        for entry in &entries {
            let line = match format {
                Format::Csv => format!("{}\r\n", row(entry)),
                Format::Json => format!("{}\n", object(entry)),
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
        Format::Csv => "planning.csv",
        Format::Json => "planning.jsonl",
    };
    let card = Card::new()
        .text(text::exported(ctx.lang(), count, is_whole))
        .colour(Colour::Good)
        .file(name, file.into_bytes());
    Ok(Reply::card(card))
}
