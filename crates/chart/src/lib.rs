//! Pictures of numbers: data in, PNG out.
//!
//! Four kinds: [`Line`] (what happened over time), [`Bars`] (who or what has most), [`Heat`] (hour by weekday), [`Roster`]
//! (who is where, by days), each light or dark ([`Theme`]). Other pictures can be drawn on the [`Canvas`] that these use.
//!
//! A picture is 800 pixels wide with letters of 20 and more: on a phone, where it is shown half as large, it can still
//! be read. Everything is drawn by the caller's thread and takes some milliseconds; nothing is kept between pictures. The one
//! font is a part of `DejaVu` Sans Condensed (`font/`) that lies in the program's file and is read where it lies.
//!
//! What the font has no letter for: letters that only look different (𝓐, Ａ) become plain ones; of others, emoji and
//! scripts alike, a hollow box is drawn. So a picture never stands alone: who sends it says the same in words.

#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "pixels are f32, and what is lost of a number does not show"
)]

mod bars;
mod canvas;
mod heat;
mod line;
mod roster;
mod scale;
mod theme;

pub use self::{
    bars::{Bar, Bars},
    canvas::{Anchor, Canvas, Error},
    heat::Heat,
    line::{Line, Series},
    roster::{Cell, Column, Roster, Row},
    theme::{Colour, Theme},
};

/// The width of every chart, in pixels.
pub const WIDTH: u32 = 800;
/// The space around, in pixels.
pub(crate) const MARGIN: f32 = 24.0;
/// The size of headings, and of other text.
pub(crate) const HEADING: f32 = 30.0;
pub(crate) const TEXT: f32 = 21.0;

/// Draws heading and small print; what comes below begins at the height that is returned.
pub(crate) fn head(canvas: &mut Canvas, theme: Theme, title: &str, subtitle: &str) -> f32 {
    let room = WIDTH as f32 - 2.0 * MARGIN;
    let mut y = MARGIN + HEADING * 0.8;
    let title = canvas.fit(title, HEADING, room);
    canvas.text(MARGIN, y, HEADING, theme.text(), Anchor::Start, &title);
    if !subtitle.is_empty() {
        y += TEXT * 1.5;
        let subtitle = canvas.fit(subtitle, TEXT, room);
        canvas.text(MARGIN, y, TEXT, theme.faint(), Anchor::Start, &subtitle);
    }
    y + 18.0
}
