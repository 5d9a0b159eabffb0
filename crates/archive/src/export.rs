//! Messages as a file: JSON Lines or CSV, no larger than may be sent.
//!
//! Rows are read in pages and written as they come; the file ends where the next message would not fit, and says so.

use database::{ChannelId, GuildId, UserId};
use feature::{Card, Colour, Ctx, Outcome, Reply};
use serde_json::json;

use crate::{
    Archive,
    store::reading::{self, Message},
    text,
};

/// How many rows are read at a time.
const PAGE: i64 = 1_000;
/// The largest file in bytes, where Discord allows more.
const LARGEST: u64 = 24 * 1024 * 1024;

/// Whose messages.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source {
    /// Those of a channel, without deleted ones.
    Channel(ChannelId),
    /// Those of an author, all of them.
    Author(UserId),
}

/// What the file looks like.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Format {
    /// A JSON object on each line.
    Lines,
    /// A table.
    Csv,
}

/// Names the columns.
pub(crate) const HEAD: &str = "message_id,channel_id,author_id,author_name,created_at,edited_at,deleted_at,reply_to,attachment_count,embed_count,content\r\n";

/// A message as a line.
pub(crate) fn line(message: &Message, format: Format) -> String {
    let created = feature::created_at(message.id.get());
    match format {
        Format::Lines => {
            let line = json!({
                "message_id": message.id, "channel_id": message.channel, "author_id": message.author,
                "author_name": message.author_name, "created_at": created, "edited_at": message.edited_at,
                "deleted_at": message.deleted_at, "reply_to": message.reply_to,
                "attachment_count": message.attachment_count, "embed_count": message.embed_count,
                "content": message.content,
            });
            format!("{line}\n")
        }
        Format::Csv => {
            let show = |value: Option<String>| value.unwrap_or_default();
            let cells = [
                message.id.to_string(),
                message.channel.to_string(),
                show(message.author.map(|id| id.to_string())),
                cell(message.author_name.as_deref().unwrap_or_default()),
                created.to_string(),
                show(message.edited_at.map(|at| at.to_string())),
                show(message.deleted_at.map(|at| at.to_string())),
                show(message.reply_to.map(|id| id.to_string())),
                message.attachment_count.to_string(),
                message.embed_count.to_string(),
                cell(message.content.as_deref().unwrap_or_default()),
            ];
            format!("{}\r\n", cells.join(","))
        }
    }
}

/// A text as a cell that no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    let is_formula = text
        .trim_start()
        .starts_with(['=', '+', '-', '@', '\t', '\r'])
        || text.starts_with(['\t', '\r', '\n']);
    let guard = if is_formula { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

/// A card with the file.
pub(crate) async fn reply(
    ctx: &Ctx<Archive>,
    guild: GuildId,
    source: Source,
    format: Format,
) -> Outcome<Reply> {
    let lang = ctx.lang();
    // The card around it takes a little.
    let most = ctx
        .scene
        .attachment_limit
        .min(LARGEST)
        .saturating_sub(64 * 1024);
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let mut file = Vec::new();
    if format == Format::Csv {
        // Spreadsheets know UTF-8 by the mark.
        file.extend("\u{feff}".bytes());
        file.extend(HEAD.bytes());
    }
    let (mut after, mut count, mut is_whole) = (0, 0_u64, true);
    'pages: loop {
        let mut db = ctx.database.acquire().await?;
        let page = match source {
            Source::Channel(channel) => {
                let all = (0, i64::MAX);
                reading::page(&mut db, guild, channel, after, all, false, PAGE).await?
            }
            Source::Author(author) => {
                reading::of_author(&mut db, guild, author, after, PAGE).await?
            }
        };
        drop(db);
        for message in &page {
            let line = line(message, format);
            if file.len() + line.len() > most {
                is_whole = false;
                break 'pages;
            }
            file.extend(line.bytes());
            after = i64::try_from(message.id).unwrap_or(i64::MAX);
            count += 1;
        }
        if i64::try_from(page.len()).unwrap_or(i64::MAX) < PAGE {
            break;
        }
    }
    if count == 0 {
        return Ok(Reply::card(Card::new().text(text::export_empty(lang))));
    }
    let name = match (source, format) {
        (Source::Channel(channel), Format::Lines) => format!("messages-{channel}.jsonl"),
        (Source::Channel(channel), Format::Csv) => format!("messages-{channel}.csv"),
        (Source::Author(_), _) => "my-messages.jsonl".to_owned(),
    };
    let mut card = Card::new()
        .text(text::exported(lang, count))
        .colour(Colour::Good)
        .file(name, file);
    if !is_whole {
        card = card.text(text::export_cut(lang)).colour(Colour::Warn);
    }
    Ok(Reply::card(card))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(cell("plain, \"said\""), "\"plain, \"\"said\"\"\"");
        for wild in ["=1+1", "+1", "-1", "@sum", "\t=1", "  =1", "\r=1"] {
            assert!(cell(wild).starts_with("\"'"), "{wild}");
        }
    }
}
