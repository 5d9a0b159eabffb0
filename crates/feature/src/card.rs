//! Cards: the one look of everything Majordome says, and the one place for Discord's message limits.
//!
//! A [`Card`] becomes one container of Discord's Components V2. It can not exceed a limit: text is cut by
//! grapheme and the whole of it travels along as a file; longer lists belong on pages ([`Card::pages`]).
//!
//! See [Discord Docs/Components](https://docs.discord.com/developers/components/reference).

mod controls;
mod layout;
mod text;

pub use self::{
    controls::{Button, Select, SelectKind},
    layout::{Attached, Rendered},
    text::{cut, escape},
};

use self::controls::Control;
pub(crate) use self::controls::string_options;
use crate::{CustomId, Lang};

/// The most controls (buttons and selects) that a card carries: five rows of five.
pub const MAX_CONTROLS: usize = 25;

/// The accent of a card.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Colour {
    /// No accent.
    #[default]
    Plain,
    /// Something to know.
    Info,
    /// Something went well.
    Good,
    /// Something to decide or to watch.
    Warn,
    /// Something was refused or went wrong.
    Bad,
    /// A colour of the feature's own, `0xRRGGBB`.
    Own(u32),
}

impl Colour {
    const fn rgb(self) -> Option<u32> {
        match self {
            Self::Plain => None,
            Self::Info => Some(0x0058_65F2),
            Self::Good => Some(0x0024_8046),
            Self::Warn => Some(0x00E6_7E22),
            Self::Bad => Some(0x00DA_373C),
            Self::Own(rgb) => Some(rgb & 0x00FF_FFFF),
        }
    }
}

/// A message as a person sees it: title, text, fields, list, picture, controls.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Card {
    title: Option<String>,
    paragraphs: Vec<String>,
    footer: Option<String>,
    colour: Colour,
    image: Option<Image>,
    controls: Vec<Vec<Control>>,
    files: Vec<Attached>,
}

#[derive(Clone, Debug)]
struct Image {
    url: String,
    description: String,
}

impl Card {
    /// An empty card.
    pub fn new() -> Self {
        Self::default()
    }

    /// The heading, cut at 256 characters.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// A paragraph of Markdown.
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.paragraphs.push(text.into());
        self
    }

    /// A named value.
    pub fn field(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.paragraphs
            .push(format!("**{}**\n{}", name.as_ref(), value.as_ref()));
        self
    }

    /// A list, a line each.
    pub fn lines(mut self, lines: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let lines: Vec<String> = lines.into_iter().map(Into::into).collect();
        if !lines.is_empty() {
            self.paragraphs.push(lines.join("\n"));
        }
        self
    }

    /// Small print at the end, cut at 300 characters.
    pub fn footer(mut self, footer: impl Into<String>) -> Self {
        self.footer = Some(footer.into());
        self
    }

    /// The accent colour.
    pub const fn colour(mut self, colour: Colour) -> Self {
        self.colour = colour;
        self
    }

    /// A picture, by address or as `attachment://name` of a file on this card, and what it shows in words.
    pub fn image(mut self, url: impl Into<String>, description: impl Into<String>) -> Self {
        self.image = Some(Image {
            url: url.into(),
            description: description.into(),
        });
        self
    }

    /// A file that travels with the card.
    pub fn file(mut self, name: impl Into<String>, bytes: Vec<u8>) -> Self {
        self.files.push(Attached {
            name: name.into(),
            bytes,
        });
        self
    }

    /// A button, in the current row while it has room for one more.
    pub fn button(mut self, button: Button) -> Self {
        self.put(Control::Button(button));
        self
    }

    /// A select, in a row of its own.
    pub fn select(mut self, select: Select) -> Self {
        self.put(Control::Select(select));
        self
    }

    /// Starts a new row of buttons.
    pub fn row(mut self) -> Self {
        if self.controls.last().is_some_and(|row| !row.is_empty()) {
            self.controls.push(Vec::new());
        }
        self
    }

    /// Buttons to the page before and the page after; greyed where there is none, absent where there is neither.
    pub fn pages<C: CustomId>(self, lang: Lang, before: Option<&C>, after: Option<&C>) -> Self {
        if before.is_none() && after.is_none() {
            return self;
        }
        let turn = |label: String, id: Option<&C>, idle: &str| match id {
            Some(id) => Button::new(label, id),
            None => Button::idle(label, format!("{}:{}:{idle}", C::FEATURE, C::ACTION)),
        };
        self.row()
            .button(turn(crate::text::previous_page(lang), before, "first"))
            .button(turn(crate::text::next_page(lang), after, "last"))
    }

    /// The components and files of the message, within every limit.
    pub fn render(&self, lang: Lang) -> Rendered {
        layout::render(self, lang)
    }

    fn put(&mut self, control: Control) {
        if self.controls.iter().map(Vec::len).sum::<usize>() >= MAX_CONTROLS
            || self.controls.len() > 5
        {
            tracing::error!(card = ?self.title, "a card carries more controls than Discord shows: one is left out");
            return;
        }
        let fits = match (&control, self.controls.last().map(Vec::as_slice)) {
            (Control::Button(_), Some(row)) => {
                row.len() < 5
                    && row
                        .iter()
                        .all(|control| matches!(control, Control::Button(_)))
            }
            (Control::Select(_), Some(row)) => row.is_empty(),
            (_, None) => false,
        };
        if !fits {
            self.controls.push(Vec::new());
        }
        if let Some(row) = self.controls.last_mut() {
            row.push(control);
        }
    }
}

#[cfg(test)]
mod tests;
