//! Transport compression: one stream per connection that is flushed after each payload and never ends.

use std::io::Write;

use axum::extract::ws::Utf8Bytes;
use axum::{body::Bytes, extract::ws::Message};

/// How frames are packed for one connection.
pub(super) enum Packing {
    /// Text frames.
    Plain,
    Zlib(flate2::write::ZlibEncoder<Vec<u8>>),
    Zstd(zstd::stream::write::Encoder<'static, Vec<u8>>),
}

impl Packing {
    /// The packing that `compress=` asks for; unknown names are plain.
    pub(super) fn named(name: Option<&str>) -> Self {
        match name {
            Some("zlib-stream") => Self::Zlib(flate2::write::ZlibEncoder::new(
                Vec::new(),
                flate2::Compression::fast(),
            )),
            Some("zstd-stream") => {
                zstd::stream::write::Encoder::new(Vec::new(), 1).map_or(Self::Plain, Self::Zstd)
            }
            _ => Self::Plain,
        }
    }

    /// The websocket message for one payload.
    pub(super) fn pack(&mut self, text: Utf8Bytes) -> std::io::Result<Message> {
        let packed = match self {
            Self::Plain => return Ok(Message::Text(text)),
            Self::Zlib(encoder) => {
                encoder.write_all(text.as_bytes())?;
                encoder.flush()?;
                std::mem::take(encoder.get_mut())
            }
            Self::Zstd(encoder) => {
                encoder.write_all(text.as_bytes())?;
                encoder.flush()?;
                std::mem::take(encoder.get_mut())
            }
        };
        Ok(Message::Binary(Bytes::from(packed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zlib_messages_end_with_the_sync_marker() {
        let mut packing = Packing::named(Some("zlib-stream"));
        for text in ["{}", r#"{"op":11}"#] {
            let Message::Binary(bytes) = packing.pack(text.into()).unwrap() else {
                panic!("packed as text");
            };
            assert!(bytes.ends_with(&[0, 0, 255, 255]));
        }
    }
}
