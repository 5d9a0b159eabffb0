//! What holds for all hubs of a guild.

use feature::{Explain, Lang, Outcome, settings::Document};
use serde::{Deserialize, Serialize};

use crate::text;

/// The most words that a guild may forbid.
pub(crate) const WORDS: usize = 100;
/// The longest of them, in characters.
pub(crate) const WORD: usize = 40;

/// The settings of all hubs of a guild.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct VoiceSettings {
    /// How many rooms the guild may open in a minute, 1 to 200.
    pub(crate) per_guild: u16,
    /// Words that no room may carry in its name; `*` stands for any letters.
    pub(crate) words: Vec<String>,
}

impl Default for VoiceSettings {
    fn default() -> Self {
        Self {
            per_guild: 20,
            words: Vec::new(),
        }
    }
}

/// Why the settings are refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadSettings {
    #[error("{0} rooms a minute")]
    PerGuild(u16),
    #[error("{0} forbidden words")]
    TooManyWords(usize),
    #[error("the word `{0}`")]
    BadWord(String),
}

impl Explain for BadSettings {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(match self {
            Self::PerGuild(value) => text::bad_per_guild(lang, *value),
            Self::TooManyWords(count) => text::too_many_words(lang, *count, WORDS),
            Self::BadWord(word) => text::bad_word(lang, word, WORD),
        })
    }
}

impl Document for VoiceSettings {
    const SUBJECT: &'static str = "voice_hubs";
    const VERSION: i32 = 1;

    fn check(&self) -> Outcome<()> {
        if !(1..=200).contains(&self.per_guild) {
            return Err(BadSettings::PerGuild(self.per_guild).into());
        }
        if self.words.len() > WORDS {
            return Err(BadSettings::TooManyWords(self.words.len()).into());
        }
        let is_bad =
            |word: &&String| word.trim_matches('*').is_empty() || word.chars().count() > WORD;
        if let Some(word) = self.words.iter().find(is_bad) {
            return Err(BadSettings::BadWord(word.clone()).into());
        }
        Ok(())
    }
}
