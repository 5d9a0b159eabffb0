//! The languages that Majordome speaks.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

/// A language in which every sentence exists.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// English, the fallback.
    #[default]
    En,
    /// French.
    Fr,
}

impl Lang {
    /// Every language, the fallback first.
    pub const ALL: [Self; 2] = [Self::En, Self::Fr];

    /// The two-letter code, as in file names and settings.
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
        }
    }

    /// The name of the language in itself.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Fr => "Français",
        }
    }

    /// The Discord locales under which command names in this language are filed.
    ///
    /// The locale of the default texts is filed too, as Discord advises.
    /// See [Discord Docs/Locales](https://docs.discord.com/developers/reference#locales).
    pub const fn discord_locales(self) -> &'static [&'static str] {
        match self {
            Self::En => &["en-US", "en-GB"],
            Self::Fr => &["fr"],
        }
    }

    /// The language for a Discord locale such as `fr` or `en-GB`, if we speak it.
    pub fn from_discord(locale: &str) -> Option<Self> {
        let language = locale.split(['-', '_']).next().unwrap_or(locale);
        Self::from_code(language)
    }

    /// The text of a command in this language: its localisation, or the default.
    pub fn pick<'a>(
        self,
        default: &'a str,
        localised: Option<&'a HashMap<String, String>>,
    ) -> &'a str {
        self.discord_locales()
            .iter()
            .find_map(|locale| localised?.get(*locale))
            .map_or(default, String::as_str)
    }

    /// The language of a two-letter code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.code() == code)
    }
}
