//! Who or what has most.

use crate::{Anchor, Canvas, Error, MARGIN, TEXT, Theme, WIDTH, head};

/// The most bars that are drawn.
const MOST: usize = 20;
/// The height of a bar with its space, in pixels.
const ROW: f32 = 42.0;

/// One bar.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bar {
    /// Whose it is.
    pub label: String,
    /// How long it is; what is no number, or below 0, counts as 0.
    pub value: f64,
    /// The value in words, `1,234` or `2 h 05`.
    pub shown: String,
}

/// Bars from longest to shortest, or in whatever order; the first 20 are drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bars {
    /// The heading.
    pub title: String,
    /// Small print below it.
    pub subtitle: String,
    /// The bars.
    pub bars: Vec<Bar>,
    /// What stands there when there is none.
    pub empty: String,
}

impl Bars {
    /// The picture as PNG.
    ///
    /// # Errors
    ///
    /// Fails when our font or the encoder does.
    pub fn png(&self, theme: Theme) -> Result<Vec<u8>, Error> {
        let bars = &self.bars[..self.bars.len().min(MOST)];
        let height = 130.0 + ROW * bars.len().max(1) as f32;
        let mut canvas = Canvas::new(WIDTH, height as u32, theme.ground())?;
        let top = head(&mut canvas, theme, &self.title, &self.subtitle);
        if bars.is_empty() {
            canvas.text(
                MARGIN,
                top + TEXT,
                TEXT,
                theme.faint(),
                Anchor::Start,
                &self.empty,
            );
            return canvas.png();
        }
        let clean = |value: f64| {
            if value.is_finite() {
                value.max(0.0)
            } else {
                0.0
            }
        };
        let most = bars.iter().map(|bar| clean(bar.value)).fold(0.0, f64::max);
        let widest = |texts: &mut dyn Iterator<Item = &str>, canvas: &Canvas| {
            texts
                .map(|text| canvas.width(text, TEXT))
                .fold(0.0, f32::max)
        };
        let names = widest(&mut bars.iter().map(|bar| bar.label.as_str()), &canvas).min(290.0);
        let shown = widest(&mut bars.iter().map(|bar| bar.shown.as_str()), &canvas);
        let left = MARGIN + names + 14.0;
        let room = (WIDTH as f32 - MARGIN - shown - 12.0 - left).max(10.0);
        for (nth, bar) in bars.iter().enumerate() {
            let y = top + ROW * nth as f32;
            let base = y + ROW * 0.5 + TEXT * 0.2;
            let label = canvas.fit(&bar.label, TEXT, names);
            canvas.text(MARGIN, base, TEXT, theme.text(), Anchor::Start, &label);
            let share = if most > 0.0 {
                (clean(bar.value) / most) as f32
            } else {
                0.0
            };
            canvas.rect(left, y + 7.0, room, ROW - 17.0, 6.0, theme.grid());
            // What is not nothing shows.
            let long = if share > 0.0 {
                (room * share).max(6.0)
            } else {
                0.0
            };
            canvas.rect(left, y + 7.0, long, ROW - 17.0, 6.0, theme.series(0));
            canvas.text(
                WIDTH as f32 - MARGIN,
                base,
                TEXT,
                theme.text(),
                Anchor::End,
                &bar.shown,
            );
        }
        canvas.png()
    }
}
