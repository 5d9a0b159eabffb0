//! When something happens: a row for each weekday, a column for each hour.

use crate::{Anchor, Canvas, Error, MARGIN, TEXT, Theme, WIDTH, head, scale::short};

/// The height of a row, in pixels.
const ROW: f32 = 44.0;

/// A table of warm and cold fields.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heat {
    /// The heading.
    pub title: String,
    /// Small print below it.
    pub subtitle: String,
    /// What stands before each row; at most 31.
    pub rows: Vec<String>,
    /// What stands below each column; as many are written as have room.
    pub columns: Vec<String>,
    /// The values of each row; what is absent or no number counts as 0.
    pub values: Vec<Vec<f64>>,
}

impl Heat {
    /// The picture as PNG.
    ///
    /// # Errors
    ///
    /// Fails when our font or the encoder does.
    pub fn png(&self, theme: Theme) -> Result<Vec<u8>, Error> {
        let rows = &self.rows[..self.rows.len().min(31)];
        let height = 210.0 + ROW * rows.len() as f32;
        let mut canvas = Canvas::new(WIDTH, height as u32, theme.ground())?;
        let top = head(&mut canvas, theme, &self.title, &self.subtitle) + 6.0;
        let names = rows
            .iter()
            .map(|row| canvas.width(row, TEXT))
            .fold(0.0, f32::max)
            .min(200.0);
        let left = MARGIN + names + 12.0;
        let room = WIDTH as f32 - MARGIN - left;
        let wide = room / self.columns.len().max(1) as f32;
        let value = |row: usize, column: usize| {
            let value = self.values.get(row).and_then(|row| row.get(column));
            value
                .copied()
                .filter(|value| value.is_finite())
                .unwrap_or(0.0)
                .max(0.0)
        };
        let most = (0..rows.len())
            .flat_map(|row| (0..self.columns.len()).map(move |column| (row, column)))
            .map(|(row, column)| value(row, column))
            .fold(0.0, f64::max);
        let (cold, warm) = (theme.grid(), theme.series(1));
        // The root brings out what is little.
        let colour = |value: f64| {
            let share = if most > 0.0 {
                (value / most).sqrt() as f32
            } else {
                0.0
            };
            if value > 0.0 {
                cold.mix(warm, 0.15 + 0.85 * share)
            } else {
                cold
            }
        };
        for (row, name) in rows.iter().enumerate() {
            let y = top + ROW * row as f32;
            let name = canvas.fit(name, TEXT, names);
            let base = y + ROW * 0.5 + TEXT * 0.3;
            canvas.text(MARGIN, base, TEXT, theme.text(), Anchor::Start, &name);
            for column in 0..self.columns.len() {
                let x = left + wide * column as f32;
                canvas.rect(
                    x + 1.5,
                    y + 1.5,
                    wide - 3.0,
                    ROW - 3.0,
                    4.0,
                    colour(value(row, column)),
                );
            }
        }
        let below = top + ROW * rows.len() as f32 + TEXT + 6.0;
        let widest = self
            .columns
            .iter()
            .map(|column| canvas.width(column, TEXT))
            .fold(1.0, f32::max);
        let every = ((widest + 14.0) / wide.max(1.0)).ceil().max(1.0) as usize;
        // Hours are easiest to count in threes.
        let every = if every > 1 {
            every.next_multiple_of(3)
        } else {
            1
        };
        for (column, name) in self.columns.iter().enumerate().step_by(every) {
            let x = left + wide * (column as f32 + 0.5);
            let half = canvas.width(name, TEXT) / 2.0;
            let x = x.clamp(left.min(x) - half.min(8.0), WIDTH as f32 - MARGIN - half);
            canvas.text(x, below, TEXT, theme.faint(), Anchor::Middle, name);
        }
        self.legend(&mut canvas, theme, (left, below + 24.0), most, &colour);
        canvas.png()
    }

    #[expect(
        clippy::unused_self,
        reason = "it belongs to the picture, whatever it holds"
    )]
    fn legend(
        &self,
        canvas: &mut Canvas,
        theme: Theme,
        (x, y): (f32, f32),
        most: f64,
        colour: &impl Fn(f64) -> crate::Colour,
    ) {
        let base = y + 17.0;
        canvas.text(x, base, TEXT, theme.faint(), Anchor::Start, "0");
        let mut at = x + canvas.width("0", TEXT) + 10.0;
        for nth in 0..=8_u32 {
            canvas.rect(at, y, 26.0, 20.0, 3.0, colour(most * f64::from(nth) / 8.0));
            at += 28.0;
        }
        canvas.text(
            at + 8.0,
            base,
            TEXT,
            theme.faint(),
            Anchor::Start,
            &short(most),
        );
    }
}
