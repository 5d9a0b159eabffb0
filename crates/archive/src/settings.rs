//! What holds for the archive of a guild.

use database::ChannelId;
use feature::{Explain, Lang, Outcome, settings::Document};
use serde::{Deserialize, Serialize};

use crate::text;

/// The settings of a guild's archive.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Keep {
    /// Whether files, embeds, polls and the like are kept as Discord wrote them.
    pub(crate) raw: bool,
    /// Whether files that are attached are kept themselves, as far as the operator allows.
    pub(crate) files: bool,
    /// Where it is told what retention removed.
    pub(crate) report: Option<ChannelId>,
    /// How much of Discord's limit the reading of history takes, in percent.
    pub(crate) share: u8,
}

impl Default for Keep {
    fn default() -> Self {
        Self {
            raw: true,
            files: false,
            report: None,
            share: 50,
        }
    }
}

/// A share that makes no sense.
#[derive(Debug, thiserror::Error)]
#[error("a share of {0} percent")]
struct BadShare(u8);

impl Explain for BadShare {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(text::bad_share(lang, self.0))
    }
}

impl Document for Keep {
    const SUBJECT: &'static str = "archive";
    const VERSION: i32 = 1;

    fn check(&self) -> Outcome<()> {
        if (1..=100).contains(&self.share) {
            Ok(())
        } else {
            Err(BadShare(self.share).into())
        }
    }
}
