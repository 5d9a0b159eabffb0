//! Messages as one long answer over HTTP: JSON Lines, CSV or HTML, written page by page as the caller takes them, so that the
//! memory it costs does not grow with its length.
//!
//! A channel by itself comes in the order of ids. A guild, or what changed behind a number, comes in the order of
//! changes, deletions among it: the `change` of the last line is where the next export goes on. When the database fails
//! on the way the connection is cut before the end of the answer, which no client takes for a whole one.

#![expect(
    unused_qualifications,
    reason = "the documentation of a route writes its types as paths"
)]

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    extract::{Query, State},
    http::{
        HeaderValue,
        header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    },
    response::{IntoResponse as _, Response},
};
use database::{ChannelId, GuildId};
use feature::{
    Kit,
    http::{Caller, GuildPath, InGuild, Problem},
};
use futures_util::stream;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    Archive,
    export::{Format, line},
    routes::Whole,
    store::reading::{self, Message},
};

/// How many rows are read at a time.
const PAGE: i64 = 1_000;

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct Asked {
    /// `jsonl`, `csv` or `html`; `jsonl` otherwise.
    format: Option<String>,
    /// One channel; all of the guild otherwise.
    #[param(value_type = Option<String>)]
    channel_id: Option<String>,
    /// Only what changed behind this number: the `change` of the last line of an export.
    #[param(value_type = Option<i64>)]
    since: Option<String>,
}

/// Which messages come next.
#[derive(Clone, Debug)]
enum Place {
    /// Those of a channel behind an id.
    Channel(ChannelId, i64),
    /// Those of a guild, or of some of its channels, behind a change.
    Changes(Option<Vec<ChannelId>>, i64),
}

/// An export at work.
struct Dump {
    kit: Kit<Archive>,
    guild: GuildId,
    caller: Arc<Caller>,
    format: Format,
    next: Option<Place>,
    is_first: bool,
}

/// The messages of a channel or of a guild as one file, streamed. What was deleted is told without its words to a key
/// that may not read what was deleted.
#[utoipa::path(get, path = "/v1/guilds/{guild}/messages/export", tag = "archive",
    params(GuildPath, Asked), security(("key" = ["messages.read"])),
    responses((status = 200, body = String, content_type = "application/x-ndjson"), (status = 403), (status = 404),
        (status = 422)))]
pub(crate) async fn export(
    State(kit): State<Kit<Archive>>,
    guild: InGuild,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    if !guild.caller.content {
        return Err(Problem::forbidden("content"));
    }
    let format = match asked.format.as_deref() {
        None | Some("jsonl") => Format::Lines,
        Some("csv") => Format::Csv,
        Some("html") => Format::Html,
        Some("parquet") => {
            let reason = "is for exports to files: `POST /v1/guilds/{guild}/archive/exports`";
            return Err(Problem::invalid("format", reason));
        }
        Some(_) => {
            return Err(Problem::invalid(
                "format",
                "must be `jsonl`, `csv` or `html`",
            ));
        }
    };
    let channel = asked.channel_id.as_deref().map(str::parse::<ChannelId>);
    let Ok(channel) = channel.transpose() else {
        return Err(Problem::invalid("channel_id", "must be an id"));
    };
    if let Some(channel) = channel {
        guild.caller.require_channel(channel)?;
    }
    let since = asked.since.as_deref().map(str::parse::<i64>).transpose();
    let Some(since) = since
        .ok()
        .filter(|since| since.is_none_or(|since| since >= 0))
    else {
        return Err(Problem::invalid("since", "must be a number from 0 on"));
    };
    let next = match (channel, since) {
        (Some(channel), None) => Place::Channel(channel, 0),
        (Some(channel), Some(since)) => Place::Changes(Some(vec![channel]), since),
        (None, since) => Place::Changes(guild.caller.channels.clone(), since.unwrap_or(0)),
    };
    let dump = Dump {
        kit,
        guild: guild.id,
        caller: guild.caller,
        format,
        next: Some(next),
        is_first: true,
    };
    let body = Body::from_stream(stream::try_unfold(dump, Dump::go_on));
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static(format.content_type()),
    );
    let name = format!("attachment; filename=\"messages.{}\"", format.extension());
    if let Ok(name) = HeaderValue::try_from(name) {
        headers.insert(CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

impl Dump {
    /// The next page as text, until there is none.
    async fn go_on(mut self) -> sqlx::Result<Option<(Bytes, Self)>> {
        let Some(place) = self.next.take() else {
            return Ok(None);
        };
        let page = self.page(&place).await.inspect_err(|error| {
            tracing::warn!(
                error = feature::chain(error),
                "an export ends before its end"
            );
        })?;
        let last = page.last().map(|last| (last.id, last.change));
        let is_last = i64::try_from(page.len()).unwrap_or(i64::MAX) < PAGE;
        if let Some((id, change)) = last.filter(|_| !is_last) {
            self.next = Some(match place {
                Place::Channel(channel, _) => {
                    Place::Channel(channel, i64::try_from(id).unwrap_or(i64::MAX))
                }
                Place::Changes(channels, _) => Place::Changes(channels, change),
            });
        }
        let mut text = Vec::new();
        if self.is_first {
            self.is_first = false;
            text.extend(self.format.head().bytes());
        }
        for message in page {
            self.write(message, &mut text);
        }
        if self.next.is_none() {
            text.extend(self.format.tail().bytes());
        }
        Ok(Some((text.into(), self)))
    }

    async fn page(&self, place: &Place) -> sqlx::Result<Vec<Message>> {
        let mut db = self.kit.database.acquire().await?;
        match place {
            Place::Channel(channel, after) => {
                let all = (0, i64::MAX);
                let with_deleted = self.caller.deleted;
                reading::page(
                    &mut db,
                    self.guild,
                    *channel,
                    *after,
                    all,
                    with_deleted,
                    PAGE,
                )
                .await
            }
            Place::Changes(channels, after) => {
                let channels = channels.as_deref();
                reading::changed(&mut db, self.guild, channels, *after, PAGE).await
            }
        }
    }

    fn write(&self, mut message: Message, text: &mut Vec<u8>) {
        match self.format {
            // Columns are told at the end of a file: what is taken as it comes has none.
            Format::Lines | Format::Parquet => {
                let whole = Whole::of(message, true, self.caller.deleted);
                // Writing numbers and texts to memory can not fail.
                let _ = serde_json::to_writer(&mut *text, &whole);
                text.push(b'\n');
            }
            Format::Csv | Format::Html => {
                if message.deleted_at.is_some() && !self.caller.deleted {
                    message.content = None;
                }
                text.extend(line(&message, self.format).bytes());
            }
        }
    }
}
