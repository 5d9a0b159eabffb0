//! Exports over HTTP: asked for and looked at with a key, fetched with a link.

use axum::{
    Json,
    body::{Body as Answer, Bytes},
    extract::State,
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE},
    },
    response::{IntoResponse as _, Response},
};
use database::ChannelId;
use feature::{
    Feature as _, Kit,
    http::{Body, Caller, GuildPath, InGuild, Page, Paging, PagingParams, Path, Problem},
};
use futures_util::stream;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::{fs::File, io::AsyncReadExt as _};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Asked, Export, NoExport, Split, ask,
    files::{self, Closed},
    is_for,
    link::{self, Claimed, Link},
    may_read,
};
use crate::{Archive, export::Format, store};

/// How many bytes of a file are read at a time.
const PIECE: usize = 64 * 1024;

pub(crate) fn routes() -> OpenApiRouter<Kit<Archive>> {
    OpenApiRouter::new()
        .routes(routes!(list, begin))
        .routes(routes!(one, cancel))
        .routes(routes!(fetch))
}

/// An export that is asked for.
#[derive(Debug, Deserialize, ToSchema)]
struct NewExport {
    /// `jsonl`, `csv`, `html` or `parquet`; `jsonl` otherwise.
    #[serde(default)]
    format: Option<String>,
    /// The channels; all that the key covers otherwise.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 1000)]
    channel_ids: Option<Vec<ChannelId>>,
    /// Only what changed behind this number: `until` of an export before, or the `change` of a message.
    #[serde(default)]
    #[schema(minimum = 0)]
    since: Option<i64>,
    /// `size`, `count` or `month` cuts it into files; one file otherwise.
    #[serde(default)]
    split: Option<String>,
    /// The most bytes of a file (from 100000; of Parquet, of its messages as lines), or messages (from 100), when it is cut
    /// by them.
    #[serde(default)]
    split_at: Option<u64>,
    /// Whether tables begin with the mark by which spreadsheets know UTF-8.
    #[serde(default)]
    mark: bool,
}

/// An export.
#[derive(Debug, Serialize, ToSchema)]
struct ExportShown {
    id: i64,
    /// `running`, `done`, `failed` or `cancelled`.
    state: String,
    /// Why it failed: `rights` (who asked may not read it any more), `room` (the operator allows no more), `files` (there would be too many) or `disk`.
    reason: Option<String>,
    format: &'static str,
    #[schema(value_type = Vec<String>)]
    channel_ids: Vec<ChannelId>,
    since: Option<i64>,
    /// What to give as `since` the next time, once it is done.
    until: Option<i64>,
    messages: i64,
    /// How many there will be, about.
    total: Option<i64>,
    /// In percent.
    progress: Option<i64>,
    bytes: i64,
    #[schema(value_type = String, format = DateTime)]
    made_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Timestamp>,
    /// When its files are gone, and its links end.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// There once it is done.
    files: Vec<ExportFile>,
}

/// A file of an export.
#[derive(Debug, Serialize, ToSchema)]
struct ExportFile {
    name: String,
    messages: u64,
    bytes: u64,
    /// Where whoever has it fetches the file, without a key, as long as the key that was shown it works.
    link: String,
}

/// Where a file is fetched by a key, or by the member who asked for the export.
pub(crate) fn address(
    kit: &Kit<Archive>,
    export: &Export,
    part: i32,
    secret: &[u8],
    caller: Option<&Caller>,
) -> Option<String> {
    let link = Link {
        guild: export.guild,
        export: export.id,
        part,
        until: export.expires_at.as_second(),
        key: caller.map(|caller| caller.key),
    };
    let mark = caller.map_or(0, |caller| caller.mark);
    let reach = kit.feature.operator.reach.as_deref().unwrap_or_default();
    Some(format!(
        "{reach}/archive/exports/{}",
        link.sign(secret, mark)?
    ))
}

fn shown(
    kit: &Kit<Archive>,
    export: Export,
    parts: &[(i64, Closed)],
    secret: &[u8],
    caller: &Caller,
) -> ExportShown {
    let progress = export.share();
    let mut files = Vec::new();
    if export.state == "done" {
        for (_, part) in parts.iter().filter(|(of, _)| *of == export.id) {
            let link = address(kit, &export, part.number, secret, Some(caller));
            files.extend(link.map(|link| ExportFile {
                name: part.name.clone(),
                messages: part.messages,
                bytes: part.bytes,
                link,
            }));
        }
    }
    ExportShown {
        id: export.id,
        state: export.state,
        reason: export.reason,
        format: export.asked.format.extension(),
        channel_ids: export.asked.channels,
        since: export.asked.since,
        until: export.until,
        messages: export.messages,
        total: export.total,
        progress,
        bytes: export.bytes,
        made_at: export.made_at,
        ended_at: export.ended_at,
        expires_at: export.expires_at,
        files,
    }
}

/// The exports of a guild that the key may read, newest first.
#[utoipa::path(get, path = "/v1/guilds/{guild}/archive/exports", tag = "archive", params(GuildPath, PagingParams),
    security(("key" = ["messages.read"])),
    responses((status = 200, body = Page<ExportShown>), (status = 403), (status = 422)))]
async fn list(
    State(kit): State<Kit<Archive>>,
    guild: InGuild,
    paging: Paging<i64>,
) -> Result<Json<Page<ExportShown>>, Problem> {
    if !guild.caller.content {
        return Err(Problem::forbidden("content"));
    }
    let secret = link::secret(&kit).await?;
    let mut db = kit.database.acquire().await?;
    let found = store::exports::list(&mut db, guild.id, None, paging.after, paging.rows()).await?;
    let ids: Vec<i64> = found.iter().map(|export| export.id).collect();
    let parts = store::exports::parts(&mut db, guild.id, &ids).await?;
    drop(db);
    let hidden: Vec<i64> = found
        .iter()
        .filter(|export| !is_for(&guild.caller, export))
        .map(|export| export.id)
        .collect();
    let rows = found
        .into_iter()
        .map(|export| shown(&kit, export, &parts, &secret, &guild.caller));
    let mut page = paging.page(rows.collect(), |row| row.id)?;
    page.data.retain(|row| !hidden.contains(&row.id));
    Ok(Json(page))
}

/// Has messages of a guild written to files, which links fetch once they are whole. Three at a time for each key.
#[utoipa::path(post, path = "/v1/guilds/{guild}/archive/exports", tag = "archive", params(GuildPath),
    request_body = NewExport, security(("key" = ["messages.read"])),
    responses((status = 201, body = ExportShown), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn begin(
    State(kit): State<Kit<Archive>>,
    guild: InGuild,
    Body(new): Body<NewExport>,
) -> Result<(StatusCode, Json<ExportShown>), Problem> {
    let caller = &guild.caller;
    if !caller.content {
        return Err(Problem::forbidden("content"));
    }
    let format = match new.format.as_deref() {
        None => Format::Lines,
        Some(name) => Format::of(name).ok_or_else(|| {
            Problem::invalid("format", "must be `jsonl`, `csv`, `html` or `parquet`")
        })?,
    };
    if new.since.is_some_and(|since| since < 0) {
        return Err(Problem::invalid("since", "must be a number from 0 on"));
    }
    let split = split(new.split.as_deref(), new.split_at)?;
    let channels = channels(&kit, &guild, new.channel_ids).await?;
    let asked = Asked {
        user: caller.acts_for,
        key: Some(caller.key),
        author: None,
        channels,
        since: new.since,
        with_deleted: caller.deleted,
        format,
        has_mark: new.mark,
        split,
    };
    let export =
        ask(&kit, guild.id, &asked)
            .await
            .map_err(|failure| match failure.of::<NoExport>() {
                Some(NoExport::TooMany | NoExport::NoPlace) => Problem::conflict(
                    "there is no room for another export now: wait, or delete one",
                ),
                Some(NoExport::MonthsOfChanges) => {
                    Problem::invalid("split", "changes are not in the order of months")
                }
                _ => failure.into(),
            })?;
    let found = find(&kit, &guild, export).await?;
    Ok((StatusCode::CREATED, Json(found)))
}

fn split(by: Option<&str>, at: Option<u64>) -> Result<Split, Problem> {
    let needed = |least: u64| {
        let fits = at.filter(|at| *at >= least && i64::try_from(*at).is_ok());
        fits.ok_or_else(|| {
            Problem::invalid("split_at", format!("must be a number from {least} on"))
        })
    };
    let split = match by {
        None => Split::None,
        Some("month") => Split::Month,
        Some("size") => return Ok(Split::Size(needed(100_000)?)),
        Some("count") => return Ok(Split::Count(needed(100)?)),
        Some(_) => {
            return Err(Problem::invalid(
                "split",
                "must be `size`, `count` or `month`",
            ));
        }
    };
    match at {
        None => Ok(split),
        Some(_) => Err(Problem::invalid("split_at", "is for `size` and `count`")),
    }
}

/// The channels that are exported: those that are named, or all that are kept; of which the key covers all.
async fn channels(
    kit: &Kit<Archive>,
    guild: &InGuild,
    named: Option<Vec<ChannelId>>,
) -> Result<Vec<ChannelId>, Problem> {
    if named
        .as_ref()
        .is_some_and(|named| named.is_empty() || named.len() > 1_000)
    {
        return Err(Problem::invalid(
            "channel_ids",
            "must name 1 to 1000 channels",
        ));
    }
    let mut db = kit.database.acquire().await?;
    let rows = store::channels::rows(&mut db, guild.id, None, i64::MAX).await?;
    drop(db);
    let mut kept: Vec<ChannelId> = rows.into_iter().map(|row| row.id).collect();
    kept.retain(|channel| guild.caller.covers_channel(*channel));
    let Some(mut named) = named else {
        return Ok(kept);
    };
    named.sort_unstable();
    named.dedup();
    if named.iter().any(|channel| !kept.contains(channel)) {
        return Err(Problem::not_found());
    }
    Ok(named)
}

async fn find(kit: &Kit<Archive>, guild: &InGuild, export: i64) -> Result<ExportShown, Problem> {
    let secret = link::secret(kit).await?;
    let mut db = kit.database.acquire().await?;
    let found = store::exports::one(&mut db, guild.id, export).await?;
    let found = found.filter(|export| is_for(&guild.caller, export));
    let found = found.ok_or_else(Problem::not_found)?;
    let parts = store::exports::parts(&mut db, guild.id, &[export]).await?;
    Ok(shown(kit, found, &parts, &secret, &guild.caller))
}

/// One export: how far it is, and its files.
#[utoipa::path(get, path = "/v1/guilds/{guild}/archive/exports/{export}", tag = "archive",
    params(GuildPath, ("export" = i64, Path, description = "The export's number.")),
    security(("key" = ["messages.read"])), responses((status = 200, body = ExportShown), (status = 404)))]
async fn one(
    State(kit): State<Kit<Archive>>,
    guild: InGuild,
    Path(export): Path<i64>,
) -> Result<Json<ExportShown>, Problem> {
    find(&kit, &guild, export).await.map(Json)
}

/// Gives an export up, and removes its files.
#[utoipa::path(delete, path = "/v1/guilds/{guild}/archive/exports/{export}", tag = "archive",
    params(GuildPath, ("export" = i64, Path, description = "The export's number.")),
    security(("key" = ["messages.read"])), responses((status = 204), (status = 404)))]
async fn cancel(
    State(kit): State<Kit<Archive>>,
    guild: InGuild,
    Path(export): Path<i64>,
) -> Result<StatusCode, Problem> {
    let mut db = kit.database.acquire().await?;
    let found = store::exports::one(&mut db, guild.id, export).await?;
    drop(db);
    let found = found.filter(|export| is_for(&guild.caller, export));
    super::give_up(&kit, &found.ok_or_else(Problem::not_found)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A file of an export; the address is the key.
#[utoipa::path(get, path = "/archive/exports/{link}", tag = "archive", security(()),
    params(("link" = String, Path, description = "The signed part of a link.")),
    responses((status = 200, body = String, content_type = "application/octet-stream"), (status = 404)))]
async fn fetch(
    State(kit): State<Kit<Archive>>,
    Path(signed): Path<String>,
) -> Result<Response, Problem> {
    let claimed = Claimed::read(&signed).ok_or_else(Problem::not_found)?;
    let secret = link::secret(&kit).await?;
    let caller = match claimed.link.key {
        Some(key) => Some(kit.caller(key).await?.ok_or_else(Problem::not_found)?),
        None => None,
    };
    let mark = caller.as_ref().map_or(0, |caller| caller.mark);
    let now = kit.clock.now();
    let link = claimed.proven(&secret, mark, now);
    let link = link.ok_or_else(Problem::not_found)?;
    let files = kit.feature.operator.files.as_deref();
    let files = files.ok_or_else(Problem::not_found)?;
    let is_here = kit.cache.guild(link.guild.into()).is_some();
    if !is_here || kit.is_off(Archive::NAME, link.guild).await? {
        return Err(Problem::not_found());
    }
    let mut db = kit.database.acquire().await?;
    let export = store::exports::one(&mut db, link.guild, link.export).await?;
    let parts = store::exports::parts(&mut db, link.guild, &[link.export]).await?;
    drop(db);
    let export = export.filter(|export| export.state == "done" && export.expires_at > now);
    let export = export.ok_or_else(Problem::not_found)?;
    let may_fetch = match &caller {
        Some(caller) => is_for(caller, &export),
        None => may_read(&kit, &export).await?,
    };
    if !may_fetch {
        return Err(Problem::not_found());
    }
    let part = parts.into_iter().find(|(_, part)| part.number == link.part);
    let (_, part) = part.ok_or_else(Problem::not_found)?;
    let directory = files::directory(files, export.id, export.run);
    let path = files::path(&directory, part.number, export.asked.format);
    let Ok(file) = File::open(path).await else {
        tracing::warn!(
            export = export.id,
            "a file of an export is not where it was written"
        );
        return Err(Problem::not_found());
    };
    Ok(whole(file, &part, export.asked.format))
}

/// A file as an answer, read as it is taken.
fn whole(file: File, part: &Closed, format: Format) -> Response {
    let pieces = stream::try_unfold(file, async |mut file| {
        let mut piece = vec![0; PIECE];
        let read = file.read(&mut piece).await?;
        piece.truncate(read);
        std::io::Result::Ok((read > 0).then(|| (Bytes::from(piece), file)))
    });
    let mut response = Answer::from_stream(pieces).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, HeaderValue::from(part.bytes));
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static(format.content_type()),
    );
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    // A page that people wrote into runs nothing here, whatever a browser takes it for.
    let sandbox = HeaderName::from_static("content-security-policy");
    headers.insert(
        sandbox,
        HeaderValue::from_static("sandbox; default-src 'none'; style-src 'unsafe-inline'"),
    );
    let name = format!("attachment; filename=\"{}\"", part.name);
    if let Ok(name) = HeaderValue::try_from(name) {
        headers.insert(CONTENT_DISPOSITION, name);
    }
    response
}
