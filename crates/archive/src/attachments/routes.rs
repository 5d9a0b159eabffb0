//! Files of messages over HTTP: which there are, and each of them. Never where Discord has them: that ends after a day.

use axum::{
    Json,
    body::{Body, Bytes},
    extract::State,
    http::{
        HeaderName, HeaderValue,
        header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE},
    },
    response::{IntoResponse as _, Response},
};
use database::MessageId;
use feature::{
    Kit,
    http::{GuildPath, InGuild, Path, Path2, Problem},
};
use futures_util::stream;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use tokio::{fs::File, io::AsyncReadExt as _};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::path;
use crate::{
    Archive,
    store::{self, files::Stands},
};

/// How many bytes of a file are read at a time.
const PIECE: usize = 64 * 1024;

pub(crate) fn routes() -> OpenApiRouter<Kit<Archive>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(fetch))
}

/// The files of a message.
#[derive(Debug, Serialize, ToSchema)]
struct Attachments {
    data: Vec<AttachmentShown>,
}

/// A file of a message.
#[derive(Debug, Serialize, ToSchema)]
struct AttachmentShown {
    attachment_id: String,
    name: String,
    content_type: Option<String>,
    bytes: i64,
    /// `waiting`, `stored`, `refused` or `gone`.
    state: String,
    /// Why it was refused: `type`, `size` or `room`.
    reason: Option<String>,
}

/// The files of a message that the key may read, of which the content too.
async fn readable(
    kit: &Kit<Archive>,
    guild: &InGuild,
    message: MessageId,
) -> Result<Vec<Stands>, Problem> {
    let caller = &guild.caller;
    if !caller.content {
        return Err(Problem::forbidden("content"));
    }
    if i64::try_from(message).is_err() {
        return Err(Problem::not_found());
    }
    let mut db = kit.database.acquire().await?;
    let found = store::reading::one(&mut db, Some(&[guild.id]), message).await?;
    let found = found.ok_or_else(Problem::not_found)?;
    caller.require_channel(found.channel)?;
    if found.deleted_at.is_some() && !caller.deleted {
        return Err(Problem::not_found());
    }
    Ok(store::files::of(&mut db, guild.id, message).await?)
}

/// Which files of a message are kept.
#[utoipa::path(get, path = "/v1/guilds/{guild}/messages/{message}/attachments", tag = "archive",
    params(GuildPath, ("message" = String, Path, description = "The message's id.")),
    security(("key" = ["messages.read"])),
    responses((status = 200, body = Attachments), (status = 403), (status = 404)))]
async fn list(
    State(kit): State<Kit<Archive>>,
    guild: InGuild,
    Path(message): Path<MessageId>,
) -> Result<Json<Attachments>, Problem> {
    let found = readable(&kit, &guild, message).await?.into_iter();
    let data = found.map(|file| AttachmentShown {
        attachment_id: file.id.to_string(),
        name: file.name,
        content_type: file.content_type,
        bytes: file.bytes,
        state: file.state,
        reason: file.reason,
    });
    Ok(Json(Attachments {
        data: data.collect(),
    }))
}

/// A file of a message.
#[utoipa::path(get, path = "/v1/guilds/{guild}/messages/{message}/attachments/{attachment}", tag = "archive",
    params(GuildPath, ("message" = String, Path, description = "The message's id."),
        ("attachment" = String, Path, description = "The attachment's id.")),
    security(("key" = ["messages.read"])),
    responses((status = 200, body = String, content_type = "application/octet-stream"), (status = 403), (status = 404)))]
async fn fetch(
    State(kit): State<Kit<Archive>>,
    guild: InGuild,
    Path2(message, attachment): Path2<MessageId, i64>,
) -> Result<Response, Problem> {
    let found = readable(&kit, &guild, message).await?;
    let found = found.into_iter().find(|file| file.id == attachment);
    let found = found.ok_or_else(Problem::not_found)?;
    let files = kit.feature.operator.files.as_deref();
    let (Some(files), Some(hash)) = (files, &found.hash) else {
        return Err(Problem::not_found());
    };
    let Ok(file) = File::open(path(files, hash)).await else {
        tracing::warn!(attachment, "a file is not where it was written");
        return Err(Problem::not_found());
    };
    let length = file.metadata().await.map(|known| known.len());
    let length = length.map_err(|_| Problem::not_found())?;
    let pieces = stream::try_unfold(file, async |mut file| {
        let mut piece = vec![0; PIECE];
        let read = file.read(&mut piece).await?;
        piece.truncate(read);
        std::io::Result::Ok((read > 0).then(|| (Bytes::from(piece), file)))
    });
    let mut response = Body::from_stream(pieces).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    // What it is is what somebody said who uploaded it: no browser is to show it as part of this address.
    let kind = found.content_type.as_deref().unwrap_or_default();
    let kind = HeaderValue::try_from(kind)
        .ok()
        .filter(|kind| !kind.is_empty());
    let unknown = HeaderValue::from_static("application/octet-stream");
    headers.insert(CONTENT_TYPE, kind.unwrap_or(unknown));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    let policy = HeaderName::from_static("content-security-policy");
    headers.insert(
        policy,
        HeaderValue::from_static("sandbox; default-src 'none'"),
    );
    let name = utf8_percent_encode(&found.name, NON_ALPHANUMERIC);
    let name = format!("attachment; filename*=UTF-8''{name}");
    if let Ok(name) = HeaderValue::try_from(name) {
        headers.insert(CONTENT_DISPOSITION, name);
    }
    Ok(response)
}
