//! What reporting tools ask over HTTP.
//!
//! `GET /v1/messages` and `GET /v1/messages/{id}` answer as the replaced reporting system did: names, kinds of values,
//! order and codes. What is more comes only when it is asked for: `ids=string` writes every id as text, for programs
//! whose numbers end at 2^53. Ids are ordered as numbers, which is the order of time, so walking `next_cursor` gives
//! each message once, whatever is written meanwhile.

#![expect(
    unused_qualifications,
    reason = "the documentation of a route writes its types as paths"
)]

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue},
};
use database::{ChannelId, GuildId, MessageId};
use feature::{
    Feature as _, Kit, first_id,
    http::{Caller, Field, GuildPath, InGuild, Page, Paging, PagingParams, Path, Problem},
};
use jiff::{Timestamp, civil, tz::TimeZone};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Archive, search,
    store::{
        self,
        reading::{Message, Search},
    },
};

/// The most and the usual number of messages of a legacy page.
const MOST: i64 = 500;
const USUAL: i64 = 100;

/// The routes of the archive.
pub(crate) fn routes() -> OpenApiRouter<Kit<Archive>> {
    OpenApiRouter::new()
        .routes(routes!(messages))
        .routes(routes!(message))
        .routes(routes!(coverage))
        .routes(routes!(purges))
        .routes(routes!(found))
        .routes(routes!(changes))
        .routes(routes!(crate::dump::export))
        .merge(crate::exports::routes::routes())
        .merge(crate::attachments::routes::routes())
}

/// A message as the replaced system wrote it.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Shown {
    #[schema(example = "1439300000000000000")]
    message_id: String,
    #[schema(value_type = i64)]
    guild_id: Value,
    #[schema(value_type = i64)]
    channel_id: Value,
    #[schema(value_type = Option<i64>)]
    author_id: Value,
    author_name: Option<String>,
    content: String,
    #[schema(value_type = String)]
    created_at: Timestamp,
    #[schema(value_type = Option<String>)]
    edited_at: Option<Timestamp>,
    deleted: bool,
    attachment_count: i16,
    embed_count: i16,
}

impl Shown {
    fn of(message: &Message, caller: &Caller, as_text: bool) -> Self {
        let id = |id: u64| {
            if as_text {
                json!(id.to_string())
            } else {
                json!(id)
            }
        };
        let content = message.content.clone().filter(|_| caller.content);
        Self {
            message_id: message.id.to_string(),
            guild_id: id(message.guild.get()),
            channel_id: id(message.channel.get()),
            author_id: message
                .author
                .map_or(Value::Null, |author| id(author.get())),
            author_name: message.author_name.clone(),
            content: content.unwrap_or_default(),
            created_at: feature::created_at(message.id.get()),
            edited_at: message.edited_at,
            deleted: message.deleted_at.is_some(),
            attachment_count: message.attachment_count,
            embed_count: message.embed_count,
        }
    }
}

/// A page as the replaced system wrote it.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Messages {
    data: Vec<Shown>,
    pagination: Pagination,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
struct Pagination {
    next_cursor: Option<String>,
    limit: i64,
}

/// What is asked of a legacy page; read as texts, so that each is refused with its own reason.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct Asked {
    /// The guild. Required.
    guild_id: Option<String>,
    /// The channel. Required.
    channel_id: Option<String>,
    /// The first instant, as ISO 8601; without a zone it is UTC.
    from: Option<String>,
    /// The last instant.
    to: Option<String>,
    /// `next_cursor` of the page before: the id of its last message.
    cursor: Option<String>,
    /// 1 to 500; 100 otherwise.
    limit: Option<String>,
    /// Whether deleted messages are told too; false otherwise.
    include_deleted: Option<String>,
    /// `string` writes ids as texts.
    ids: Option<String>,
}

/// Collects what does not fit.
#[derive(Default)]
struct Check(Vec<Field>);

impl Check {
    fn wrong(&mut self, field: &str, reason: impl Into<String>) {
        self.0.push(Field {
            field: field.to_owned(),
            reason: reason.into(),
        });
    }

    fn id(&mut self, field: &str, text: Option<&str>) -> Option<i64> {
        let text = text?;
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let id = text.parse::<i64>().ok().filter(|id| is_number && *id > 0);
        if id.is_none() {
            self.wrong(
                field,
                "must be an id: a number from 1 to 9223372036854775807",
            );
        }
        id
    }

    fn needed(&mut self, field: &str, text: Option<&str>) -> Option<i64> {
        if text.is_none() {
            self.wrong(field, "is required");
        }
        self.id(field, text)
    }

    /// An instant, and whether it came without a zone.
    fn instant(&mut self, field: &str, text: Option<&str>) -> Option<(Timestamp, bool)> {
        let text = text?;
        // In a query a plus sign is a space.
        let text = text.trim().replace(' ', "+");
        if let Ok(at) = text.parse::<Timestamp>() {
            return Some((at, false));
        }
        let naive = text.replace('+', "T").parse::<civil::DateTime>().ok();
        let at = naive.and_then(|at| at.to_zoned(TimeZone::UTC).ok());
        if at.is_none() {
            self.wrong(field, "must be an instant like 2026-03-31T08:00:00Z");
        }
        at.map(|at| (at.timestamp(), true))
    }

    fn flag(&mut self, field: &str, text: Option<&str>) -> bool {
        match text.map(str::to_ascii_lowercase).as_deref() {
            None | Some("false" | "0" | "no" | "off") => false,
            Some("true" | "1" | "yes" | "on") => true,
            Some(_) => {
                self.wrong(field, "must be true or false");
                false
            }
        }
    }
}

/// Whether a caller sees anything of a guild, of which the archive must be on.
async fn check_guild(kit: &Kit<Archive>, caller: &Caller, guild: GuildId) -> Result<(), Problem> {
    if !caller.is_for(guild)
        || kit.cache.guild(guild.into()).is_none()
        || kit.is_off(Archive::NAME, guild).await?
    {
        return Err(Problem::not_found());
    }
    Ok(())
}

/// The messages of a channel, oldest first.
#[utoipa::path(get, path = "/v1/messages", tag = "archive", params(Asked), security(("key" = ["messages.read"])),
    responses((status = 200, body = Messages), (status = 401), (status = 404), (status = 422)))]
async fn messages(
    State(kit): State<Kit<Archive>>,
    Extension(caller): Extension<Arc<Caller>>,
    Query(asked): Query<Asked>,
) -> Result<(HeaderMap, Json<Messages>), Problem> {
    let mut check = Check::default();
    let guild = check.needed("guild_id", asked.guild_id.as_deref());
    let channel = check.needed("channel_id", asked.channel_id.as_deref());
    let cursor = check.id("cursor", asked.cursor.as_deref());
    let from = check.instant("from", asked.from.as_deref());
    let to = check.instant("to", asked.to.as_deref());
    if let (Some((from, _)), Some((to, _))) = (from, to)
        && from > to
    {
        check.wrong("from", "must not be later than `to`");
    }
    let limit = match asked.limit.as_deref().map(str::parse::<i64>) {
        None => USUAL,
        Some(Ok(limit)) if (1..=MOST).contains(&limit) => limit,
        Some(_) => {
            check.wrong("limit", format!("must be a number from 1 to {MOST}"));
            USUAL
        }
    };
    let with_deleted = check.flag("include_deleted", asked.include_deleted.as_deref());
    let as_text = match asked.ids.as_deref() {
        None | Some("number") => false,
        Some("string") => true,
        Some(_) => {
            check.wrong("ids", "must be `string` or `number`");
            false
        }
    };
    if !check.0.is_empty() {
        return Err(Problem::fields(check.0));
    }
    let as_id = |id: Option<i64>| id.unwrap_or_default().to_string();
    let guild: GuildId = as_id(guild).parse().map_err(|_| Problem::not_found())?;
    let channel: ChannelId = as_id(channel).parse().map_err(|_| Problem::not_found())?;
    check_guild(&kit, &caller, guild).await?;
    caller.require_channel(channel)?;
    if with_deleted && !caller.deleted {
        return Err(Problem::forbidden("deleted"));
    }
    let between = (
        from.map_or(0, |(from, _)| first_id(from)),
        // The last instant is part of it, with all ids of its millisecond.
        to.map_or(i64::MAX, |(to, _)| first_id(to) | ((1 << 22) - 1)),
    );
    let mut db = kit.database.acquire().await?;
    let after = cursor.unwrap_or(0);
    let mut found = store::reading::page(
        &mut db,
        guild,
        channel,
        after,
        between,
        with_deleted,
        limit + 1,
    )
    .await?;
    drop(db);
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = found.len() > most;
    found.truncate(most);
    let next_cursor = found
        .last()
        .filter(|_| has_more)
        .map(|last| last.id.to_string());
    let mut headers = HeaderMap::new();
    if [from, to].iter().flatten().any(|(_, is_naive)| *is_naive) {
        headers.insert("x-assumed-zone", HeaderValue::from_static("UTC"));
    }
    let data = found
        .iter()
        .map(|message| Shown::of(message, &caller, as_text))
        .collect();
    let pagination = Pagination { next_cursor, limit };
    Ok((headers, Json(Messages { data, pagination })))
}

/// How ids are written.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct Ids {
    /// `string` writes ids as texts.
    ids: Option<String>,
}

/// One message.
#[utoipa::path(get, path = "/v1/messages/{id}", tag = "archive", security(("key" = ["messages.read"])),
    params(("id" = String, Path, description = "The message's id."), Ids),
    responses((status = 200, body = Shown), (status = 401), (status = 404)))]
async fn message(
    State(kit): State<Kit<Archive>>,
    Extension(caller): Extension<Arc<Caller>>,
    Path(id): Path<MessageId>,
    Query(asked): Query<Ids>,
) -> Result<Json<Shown>, Problem> {
    if i64::try_from(id).is_err() {
        return Err(Problem::not_found());
    }
    let mut db = kit.database.acquire().await?;
    let found = store::reading::one(&mut db, caller.guilds.as_deref(), id).await?;
    drop(db);
    let found = found.ok_or_else(Problem::not_found)?;
    check_guild(&kit, &caller, found.guild).await?;
    caller.require_channel(found.channel)?;
    if found.deleted_at.is_some() && !caller.deleted {
        return Err(Problem::not_found());
    }
    let as_text = asked.ids.as_deref() == Some("string");
    Ok(Json(Shown::of(&found, &caller, as_text)))
}

/// What is held of a channel.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Coverage {
    #[schema(value_type = String)]
    channel_id: ChannelId,
    #[schema(value_type = Option<String>)]
    parent_id: Option<ChannelId>,
    name: String,
    is_readable: bool,
    retention_days: Option<i32>,
    /// Between the first and the last id of each, and between their instants, nothing is missing.
    held: Vec<Part>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
struct Part {
    first_id: String,
    last_id: String,
    #[schema(value_type = String)]
    from: Timestamp,
    #[schema(value_type = String)]
    to: Timestamp,
}

impl Part {
    fn of((first, last): (i64, i64)) -> Self {
        let at = |id: i64| feature::created_at(u64::try_from(id).unwrap_or_default());
        Self {
            first_id: first.to_string(),
            last_id: last.to_string(),
            from: at(first),
            to: at(last),
        }
    }
}

/// Which channels are kept, and what is held of each.
#[utoipa::path(get, path = "/v1/guilds/{guild}/archive/coverage", tag = "archive", params(GuildPath, PagingParams),
    security(("key" = ["messages.read"])), responses((status = 200, body = Page<Coverage>), (status = 422)))]
async fn coverage(
    State(kit): State<Kit<Archive>>,
    guild: InGuild,
    paging: Paging<ChannelId>,
) -> Result<Json<Page<Coverage>>, Problem> {
    let mut db = kit.database.acquire().await?;
    let rows = store::channels::rows(&mut db, guild.id, paging.after, paging.rows()).await?;
    drop(db);
    let mut page = paging.page(
        rows.into_iter()
            .map(|row| Coverage {
                channel_id: row.id,
                parent_id: row.parent,
                name: row.name,
                is_readable: row.is_readable,
                retention_days: row.retention_days,
                held: row.held.into_iter().map(Part::of).collect(),
            })
            .collect(),
        |row| row.channel_id,
    )?;
    page.data
        .retain(|row| guild.caller.require_channel(row.channel_id).is_ok());
    Ok(Json(page))
}

/// What retention removed of a channel in one run.
#[derive(Debug, Serialize, ToSchema)]
struct Removal {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[schema(value_type = String)]
    channel_id: ChannelId,
    messages: i64,
}

/// What retention removed in the last year, the newest first.
#[utoipa::path(get, path = "/v1/guilds/{guild}/archive/purges", tag = "archive", params(GuildPath, PagingParams),
    security(("key" = ["messages.read"])), responses((status = 200, body = Page<Removal>), (status = 422)))]
async fn purges(
    State(kit): State<Kit<Archive>>,
    guild: InGuild,
    paging: Paging<(Timestamp, ChannelId)>,
) -> Result<Json<Page<Removal>>, Problem> {
    let mut db = kit.database.acquire().await?;
    let found = store::erasing::purges(&mut db, guild.id, paging.after, paging.rows()).await?;
    drop(db);
    let rows = found.into_iter().map(|purged| Removal {
        at: purged.at,
        channel_id: purged.channel,
        messages: purged.messages,
    });
    let mut page = paging.page(rows.collect(), |row| (row.at, row.channel_id))?;
    page.data
        .retain(|row| guild.caller.covers_channel(row.channel_id));
    Ok(Json(page))
}

/// A message with all ids as texts.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct Whole {
    #[schema(value_type = String)]
    pub(crate) message_id: MessageId,
    #[schema(value_type = String)]
    pub(crate) channel_id: ChannelId,
    #[schema(value_type = Option<String>)]
    pub(crate) author_id: Option<database::UserId>,
    pub(crate) author_name: Option<String>,
    pub(crate) is_bot: bool,
    pub(crate) content: Option<String>,
    #[schema(value_type = String)]
    pub(crate) created_at: Timestamp,
    #[schema(value_type = Option<String>)]
    pub(crate) edited_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    pub(crate) deleted_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    pub(crate) reply_to: Option<MessageId>,
    pub(crate) attachment_count: i16,
    pub(crate) embed_count: i16,
    /// The number of its last change.
    pub(crate) change: i64,
}

impl Whole {
    /// For who may read what messages say, and what deleted ones said.
    pub(crate) fn of(message: Message, content: bool, deleted: bool) -> Self {
        // Who may not see what was deleted learns that it is, and nothing of what it said.
        let may_read = content && (message.deleted_at.is_none() || deleted);
        Self {
            message_id: message.id,
            channel_id: message.channel,
            author_id: message.author,
            author_name: message.author_name,
            is_bot: message.is_bot,
            content: message.content.filter(|_| may_read),
            created_at: feature::created_at(message.id.get()),
            edited_at: message.edited_at,
            deleted_at: message.deleted_at,
            reply_to: message.reply_to,
            attachment_count: message.attachment_count,
            embed_count: message.embed_count,
            change: message.change,
        }
    }

    /// As a line of a file, for who may read all of it.
    pub(crate) fn line(message: Message) -> String {
        let whole = Self::of(message, true, true);
        // Writing numbers and texts to memory can not fail.
        let mut line = serde_json::to_string(&whole).unwrap_or_default();
        line.push('\n');
        line
    }
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct Words {
    /// As `/archive search` takes it. Required.
    q: String,
}

/// Searches the messages of a guild, newest first.
#[utoipa::path(get, path = "/v1/guilds/{guild}/messages/search", tag = "archive",
    params(GuildPath, Words, PagingParams), security(("key" = ["messages.read"])),
    responses((status = 200, body = Page<Whole>), (status = 403), (status = 422)))]
async fn found(
    State(kit): State<Kit<Archive>>,
    guild: InGuild,
    Query(words): Query<Words>,
    paging: Paging<MessageId>,
) -> Result<Json<Page<Whole>>, Problem> {
    let caller = &guild.caller;
    if !caller.content {
        return Err(Problem::forbidden("content"));
    }
    let wanted = search::parse(&words.q, &TimeZone::UTC)?;
    let terms = serde_json::to_value(&wanted.terms).unwrap_or_default();
    let mut db = kit.database.begin().await?;
    let rows = store::channels::rows(&mut db, guild.id, None, i64::MAX).await?;
    let mut channels: Vec<ChannelId> = rows.into_iter().map(|row| row.id).collect();
    channels.retain(|channel| {
        caller.require_channel(*channel).is_ok()
            && (wanted.within.is_empty() || wanted.within.contains(channel))
    });
    let authors = search::authors(&mut db, guild.id, &wanted).await?;
    let asked = Search {
        terms: &terms,
        authors: authors.as_deref(),
        mentions: &wanted.mentions,
        has: &wanted.has,
        channels: &channels,
        between: (wanted.after.unwrap_or(0), wanted.before.unwrap_or(i64::MAX)),
        with_deleted: caller.deleted,
    };
    let before = paging
        .after
        .and_then(|id| i64::try_from(id).ok())
        .unwrap_or(i64::MAX);
    let found = store::reading::search(&mut db, guild.id, &asked, before, paging.rows()).await?;
    drop(db);
    let found = found.into_iter();
    let found = found
        .map(|message| Whole::of(message, caller.content, caller.deleted))
        .collect();
    paging.page(found, |message| message.message_id).map(Json)
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct Since {
    /// The `change` of the last message that is known; 0 for all.
    #[param(value_type = Option<i64>)]
    since: Option<String>,
}

/// What changed in a guild, deletions among it, in the order of changes. The cursor of the last page is no end: ask
/// again with the last `change` as `since`.
#[utoipa::path(get, path = "/v1/guilds/{guild}/messages/changes", tag = "archive",
    params(GuildPath, Since, PagingParams), security(("key" = ["messages.read"])),
    responses((status = 200, body = Page<Whole>), (status = 422)))]
async fn changes(
    State(kit): State<Kit<Archive>>,
    guild: InGuild,
    Query(since): Query<Since>,
    paging: Paging<i64>,
) -> Result<Json<Page<Whole>>, Problem> {
    let caller = &guild.caller;
    let since = match since.since.as_deref().map(str::parse::<i64>) {
        None => 0,
        Some(Ok(since)) if since >= 0 => since,
        Some(_) => return Err(Problem::invalid("since", "must be a number from 0 on")),
    };
    let after = paging.after.unwrap_or(since);
    let mut db = kit.database.acquire().await?;
    let channels = caller.channels.as_deref();
    let found = store::reading::changed(&mut db, guild.id, channels, after, paging.rows()).await?;
    drop(db);
    let found = found.into_iter();
    let found = found
        .map(|message| Whole::of(message, caller.content, caller.deleted))
        .collect();
    paging.page(found, |message| message.change).map(Json)
}
