//! Files that members upload.

use crate::{Explain, Lang, text};

use super::{
    Discord,
    wire::{FetchError, WireError},
};

/// Where Discord keeps what members upload.
///
/// See [Discord Docs/Attachment](https://docs.discord.com/developers/resources/message#attachment-object).
const HOSTS: [&str; 2] = ["cdn.discordapp.com", "media.discordapp.net"];

/// Why an uploaded file can not be read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The address is not one of Discord's.
    #[error("the file is not kept by Discord")]
    Foreign,
    /// It is larger than what is read.
    #[error("the file is larger than {most} bytes")]
    TooLarge {
        /// The most bytes.
        most: usize,
    },
    /// Discord does not give it.
    #[error("Discord answered {0}")]
    Refused(u16),
    /// The connection broke.
    #[error("the file could not be fetched")]
    Lost(#[source] WireError),
}

impl Explain for FileError {
    fn explain(&self, lang: Lang) -> Option<String> {
        match self {
            Self::Foreign => None,
            Self::TooLarge { most } => Some(text::file_too_large(lang, *most)),
            Self::Refused(_) => Some(text::file_gone(lang)),
            Self::Lost(_) => Some(text::discord_is_away(lang)),
        }
    }
}

impl Discord {
    /// The content of a file that a member uploaded; at most `most` bytes.
    ///
    /// # Errors
    ///
    /// See [`FileError`].
    pub async fn file(&self, url: &str, most: usize) -> Result<Vec<u8>, FileError> {
        let is_discords = HOSTS
            .iter()
            .any(|host| url.starts_with(&format!("https://{host}/")));
        if !is_discords && !self.inner.wire.is_of(url) {
            return Err(FileError::Foreign);
        }
        let answered = self.inner.wire.fetch(url, most).await;
        let answered = answered.map_err(|error| match error {
            FetchError::TooLarge => FileError::TooLarge { most },
            FetchError::Wire(error) => FileError::Lost(error),
        })?;
        if answered.status == 200 {
            Ok(answered.body.to_vec())
        } else {
            Err(FileError::Refused(answered.status))
        }
    }
}
