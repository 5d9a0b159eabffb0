//! Reading the body of a request: JSON, or JSON with files.

use axum::{
    body::Bytes,
    extract::{FromRequest, Multipart, Request},
    http::header,
};
use serde_json::Value;

use super::Upload;
use crate::error::{ApiError, code};

/// A request may be this long in all.
const MAX_REQUEST: usize = 25 * 1024 * 1024;

/// A file may be this long.
const MAX_FILE: usize = 10 * 1024 * 1024;

pub(super) async fn read_body(request: Request) -> Result<(Value, Vec<Upload>), ApiError> {
    let content_type = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    if content_type.starts_with("multipart/form-data") {
        return read_multipart(request).await;
    }
    let bytes = axum::body::to_bytes(request.into_body(), MAX_REQUEST)
        .await
        .map_err(|_| ApiError::from(code::REQUEST_TOO_LARGE))?;
    if bytes.is_empty() {
        return Ok((Value::Null, Vec::new()));
    }
    if !content_type.starts_with("application/json") {
        return Err(ApiError::form(
            "",
            "CONTENT_TYPE_INVALID",
            "Expected \"Content-Type\" header to be one of {'application/json'}.",
        ));
    }
    let body = serde_json::from_slice(&bytes).map_err(|_| ApiError::from(code::INVALID_JSON))?;
    Ok((body, Vec::new()))
}

async fn read_multipart(request: Request) -> Result<(Value, Vec<Upload>), ApiError> {
    let mut parts = Multipart::from_request(request, &())
        .await
        .map_err(|_| ApiError::from(code::INVALID_JSON))?;
    let mut body = Value::Object(serde_json::Map::new());
    let mut files = Vec::new();
    let too_large = |_| ApiError::from(code::REQUEST_TOO_LARGE);
    while let Some(part) = parts.next_field().await.map_err(too_large)? {
        let name = part.name().unwrap_or_default().to_owned();
        let file_name = part.file_name().map(str::to_owned);
        let content_type = part.content_type().map(str::to_owned);
        let bytes: Bytes = part.bytes().await.map_err(too_large)?;
        if name == "payload_json" {
            body =
                serde_json::from_slice(&bytes).map_err(|_| ApiError::from(code::INVALID_JSON))?;
            continue;
        }
        if bytes.len() > MAX_FILE {
            return Err(code::FILE_TOO_LARGE.into());
        }
        match file_name {
            Some(file_name) => {
                let number = name
                    .trim_start_matches("files[")
                    .trim_end_matches(']')
                    .parse()
                    .unwrap_or_else(|_| u64::try_from(files.len()).unwrap_or(0));
                files.push(Upload {
                    number,
                    content_type: content_type
                        .unwrap_or_else(|| "application/octet-stream".to_owned()),
                    name: file_name,
                    bytes,
                });
            }
            None => body[name] = String::from_utf8_lossy(&bytes).into_owned().into(),
        }
    }
    Ok((body, files))
}
