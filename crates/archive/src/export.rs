//! Messages as a file: JSON Lines, CSV, HTML or Parquet, no larger than may be sent.
//!
//! Rows are read in pages and written as they come. Where the next message would not fit, a job writes all of it to files
//! instead ([`exports`]); without a place for them the file ends there, and says so.

use std::fmt::Write as _;

use database::{ChannelId, GuildId, UserId};
use feature::{Card, Colour, Ctx, Failure, Outcome, Reply, sheet::cell};
use serde_json::json;

use crate::{
    Archive, columns,
    exports::{self, Asked, Split},
    routes::Whole,
    store::{
        self,
        reading::{self, Message},
    },
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
    /// What changed in a channel since the member last had it exported, in the order of changes; without deleted ones.
    News(ChannelId),
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
    /// A page to be read, which fetches nothing from anywhere.
    Html,
    /// Columns, for tools that evaluate them; as long as it is written, lines.
    Parquet,
}

impl Format {
    /// The form that is called so.
    pub(crate) fn of(name: &str) -> Option<Self> {
        match name {
            "jsonl" => Some(Self::Lines),
            "csv" => Some(Self::Csv),
            "html" => Some(Self::Html),
            "parquet" => Some(Self::Parquet),
            _ => None,
        }
    }

    /// What stands before the messages.
    pub(crate) const fn head(self) -> &'static str {
        match self {
            Self::Lines | Self::Parquet => "",
            Self::Csv => HEAD,
            Self::Html => HTML_HEAD,
        }
    }

    /// What stands behind them.
    pub(crate) const fn tail(self) -> &'static str {
        match self {
            Self::Lines | Self::Csv | Self::Parquet => "",
            Self::Html => "</table>\n",
        }
    }

    /// How the names of its files end.
    pub(crate) const fn extension(self) -> &'static str {
        match self {
            Self::Lines => "jsonl",
            Self::Csv => "csv",
            Self::Html => "html",
            Self::Parquet => "parquet",
        }
    }

    /// What HTTP calls it.
    pub(crate) const fn content_type(self) -> &'static str {
        match self {
            Self::Lines => "application/x-ndjson",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Html => "text/html; charset=utf-8",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }
}

/// The page loads nothing and runs nothing, whatever people wrote.
const HTML_HEAD: &str = r#"<!doctype html>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Messages</title>
<style>
body { font: 15px/1.4 system-ui, sans-serif; margin: 1rem; }
td { border-top: 1px solid #ddd; padding: .2rem .6rem; vertical-align: top; }
td:last-child { white-space: pre-wrap; overflow-wrap: anywhere; }
.gone { color: #999; }
@media (prefers-color-scheme: dark) { body { background: #222; color: #eee; } td { border-color: #444; } }
</style>
<table>
"#;

/// Names the columns.
const HEAD: &str = "message_id,channel_id,author_id,author_name,created_at,edited_at,deleted_at,reply_to,attachment_count,embed_count,content\r\n";

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
        Format::Parquet => Whole::line(message.clone()),
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
        Format::Html => {
            let mut said = escape(message.content.as_deref().unwrap_or_default());
            for (count, mark) in [(message.attachment_count, "📎"), (message.embed_count, "▤")]
            {
                if count > 0 {
                    let _ = write!(said, " {mark} {count}");
                }
            }
            let gone = if message.deleted_at.is_some() {
                " class=\"gone\""
            } else {
                ""
            };
            let edited = if message.edited_at.is_some() {
                " ✎"
            } else {
                ""
            };
            let time = created.strftime("%Y-%m-%d %H:%M:%S");
            let author = escape(message.author_name.as_deref().unwrap_or_default());
            let id = message.id;
            format!(
                "<tr id=\"m{id}\"{gone}><td><time>{time}Z</time>{edited}<td>{author}<td>{said}\n"
            )
        }
    }
}

/// A text that a page shows and does not follow.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for at in text.chars() {
        match at {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            at => escaped.push(at),
        }
    }
    escaped
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
    let most = most - format.tail().len();
    let mut file = Vec::new();
    if format == Format::Csv {
        // Spreadsheets know UTF-8 by the mark.
        file.extend("\u{feff}".bytes());
    }
    file.extend(format.head().bytes());
    let mut db = ctx.database.acquire().await?;
    // Looked at first: what is written meanwhile is for the next time.
    let mut until = match source {
        Source::Author(_) => 0,
        Source::Channel(_) | Source::News(_) => store::exports::newest(&mut db, guild).await?,
    };
    drop(db);
    let begun = match source {
        Source::Channel(_) | Source::Author(_) => 0,
        Source::News(channel) => last(ctx, guild, channel).await?,
    };
    let mut after = begun;
    let (mut count, mut is_whole) = (0_u64, true);
    'pages: loop {
        let mut db = ctx.database.acquire().await?;
        let page = match source {
            Source::Channel(channel) => {
                let all = (0, i64::MAX);
                reading::page(&mut db, guild, channel, after, all, false, PAGE).await?
            }
            Source::News(channel) => {
                reading::changed(&mut db, guild, Some(&[channel]), after, PAGE).await?
            }
            Source::Author(author) => {
                reading::of_author(&mut db, guild, author, after, PAGE).await?
            }
        };
        drop(db);
        for message in &page {
            let is_news = matches!(source, Source::News(_));
            // Of what is deleted now only the channel's readers knew.
            if !is_news || message.deleted_at.is_none() {
                let line = line(message, format);
                if file.len() + line.len() > most {
                    is_whole = false;
                    break 'pages;
                }
                file.extend(line.bytes());
                count += 1;
            }
            after = if is_news {
                message.change
            } else {
                i64::try_from(message.id).unwrap_or(i64::MAX)
            };
        }
        if i64::try_from(page.len()).unwrap_or(i64::MAX) < PAGE {
            break;
        }
    }
    if !is_whole && ctx.feature.operator.files.is_some() {
        let (channels, since) = match source {
            Source::Channel(channel) => (vec![channel], None),
            Source::News(channel) => (vec![channel], Some(begun)),
            Source::Author(_) => (Vec::new(), None),
        };
        return begin(ctx, channels, since, format, Split::None).await;
    }
    match source {
        Source::News(channel) => {
            // Where the file was cut the next one goes on.
            until = if is_whole { until.max(after) } else { after };
            remember(ctx, guild, channel, until).await?;
        }
        Source::Channel(channel) if is_whole => remember(ctx, guild, channel, until).await?,
        Source::Channel(_) | Source::Author(_) => {}
    }
    if count == 0 {
        return Ok(Reply::card(Card::new().text(text::export_empty(lang))));
    }
    file.extend(format.tail().bytes());
    if format == Format::Parquet {
        let lines = std::mem::take(&mut file);
        file = columns(lines).await?;
    }
    let name = match source {
        Source::Channel(channel) | Source::News(channel) => format!("messages-{channel}"),
        Source::Author(_) => "my-messages".to_owned(),
    };
    let mut card = Card::new()
        .text(text::exported(lang, count))
        .colour(Colour::Good)
        .file(format!("{name}.{}", format.extension()), file);
    if !is_whole {
        card = card.text(text::export_cut(lang)).colour(Colour::Warn);
    }
    Ok(Reply::card(card))
}

/// The columns of lines.
async fn columns(lines: Vec<u8>) -> Outcome<Vec<u8>> {
    let work = move || {
        let mut file = Vec::new();
        columns::write(&*lines, &mut file).map(|()| file)
    };
    let written = tokio::task::spawn_blocking(work).await;
    written.map_err(Failure::fault)?.map_err(Failure::fault)
}

/// Has a job write files: of these channels, or without any, of what the member said.
pub(crate) async fn begin(
    ctx: &Ctx<Archive>,
    channels: Vec<ChannelId>,
    since: Option<i64>,
    format: Format,
    split: Split,
) -> Outcome<Reply> {
    let asked = Asked {
        user: ctx.user(),
        key: None,
        author: channels.is_empty().then(|| ctx.user()),
        channels,
        since,
        with_deleted: false,
        format,
        has_mark: true,
        split,
    };
    exports::ask(ctx, ctx.guild_id()?, &asked).await?;
    Ok(Reply::card(exports::commands::card(ctx).await?))
}

/// Up to which change the member has had a channel exported.
pub(crate) async fn last(ctx: &Ctx<Archive>, guild: GuildId, channel: ChannelId) -> Outcome<i64> {
    let mut db = ctx.database.acquire().await?;
    let last = store::exports::last(&mut db, guild, ctx.user(), channel).await?;
    Ok(last.unwrap_or(0))
}

async fn remember(
    ctx: &Ctx<Archive>,
    guild: GuildId,
    channel: ChannelId,
    change: i64,
) -> Outcome<()> {
    let mut db = ctx.database.acquire().await?;
    let (user, now) = (ctx.user(), ctx.clock.now());
    store::exports::remember(&mut db, guild, user, channel, change, now).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_follows_nothing_that_people_wrote() {
        assert_eq!(
            escape(r#"<img src=x onerror="a('b')">&"#),
            "&lt;img src=x onerror=&quot;a(&#39;b&#39;)&quot;&gt;&amp;"
        );
    }
}
