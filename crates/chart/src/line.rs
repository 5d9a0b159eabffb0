//! What happened over time.

use crate::{
    Anchor, Canvas, Error, MARGIN, TEXT, Theme, WIDTH, head,
    scale::{short, steps},
};

const HEIGHT: u32 = 480;

/// One line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// What it shows.
    pub name: String,
    /// A value for each label; what is no number counts as 0.
    pub values: Vec<f64>,
}

/// Lines over time, up to four.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// The heading.
    pub title: String,
    /// Small print below it.
    pub subtitle: String,
    /// What stands below each value; as many are written as have room.
    pub labels: Vec<String>,
    /// The lines.
    pub series: Vec<Series>,
}

impl Line {
    /// The picture as PNG.
    ///
    /// # Errors
    ///
    /// Fails when our font or the encoder does.
    pub fn png(&self, theme: Theme) -> Result<Vec<u8>, Error> {
        let mut canvas = Canvas::new(WIDTH, HEIGHT, theme.ground())?;
        let mut top = head(&mut canvas, theme, &self.title, &self.subtitle);
        if self.series.len() > 1 {
            top = self.legend(&mut canvas, theme, top);
        }
        let clean = |value: f64| {
            if value.is_finite() {
                value.max(0.0)
            } else {
                0.0
            }
        };
        let values = self
            .series
            .iter()
            .flat_map(|series| series.values.iter().copied());
        let steps = steps(values.map(clean).fold(0.0, f64::max));
        let most = steps.last().copied().unwrap_or(1.0);
        let widest = steps
            .iter()
            .map(|step| canvas.width(&short(*step), TEXT))
            .fold(0.0, f32::max);
        let (left, right) = (MARGIN + widest + 12.0, WIDTH as f32 - MARGIN);
        let (top, bottom) = (top + 12.0, HEIGHT as f32 - MARGIN - TEXT * 1.4);
        let height = |value: f64| bottom - (bottom - top) * (clean(value) / most) as f32;
        for step in &steps {
            let y = height(*step);
            canvas.line(&[(left, y), (right, y)], 1.5, theme.grid());
            canvas.text(
                left - 10.0,
                y + TEXT * 0.35,
                TEXT,
                theme.faint(),
                Anchor::End,
                &short(*step),
            );
        }
        let count = self.labels.len();
        let place = |nth: usize| {
            if count < 2 {
                f32::midpoint(left, right)
            } else {
                left + (right - left) * nth as f32 / (count - 1) as f32
            }
        };
        self.labels_below(&mut canvas, theme, (left, right), &place);
        for (nth, series) in self.series.iter().enumerate() {
            let points: Vec<(f32, f32)> = series
                .values
                .iter()
                .take(count)
                .enumerate()
                .map(|(nth, value)| (place(nth), height(*value)))
                .collect();
            let colour = theme.series(nth);
            if let (Some(first), Some(last)) = (points.first(), points.last())
                && points.len() > 1
                && nth == 0
            {
                let mut area = points.clone();
                area.extend([(last.0, bottom), (first.0, bottom)]);
                canvas.area(&area, colour, 45);
            }
            canvas.line(&points, 3.5, colour);
            if points.len() <= 40 {
                for (x, y) in points {
                    canvas.dot(x, y, 5.0, colour);
                }
            }
        }
        canvas.png()
    }

    fn legend(&self, canvas: &mut Canvas, theme: Theme, top: f32) -> f32 {
        let mut x = MARGIN;
        let room = (WIDTH as f32 - 2.0 * MARGIN) / self.series.len().clamp(1, 4) as f32;
        for (nth, series) in self.series.iter().enumerate() {
            canvas.rect(x, top, 18.0, 18.0, 4.0, theme.series(nth));
            let name = canvas.fit(&series.name, TEXT, room - 50.0);
            canvas.text(
                x + 27.0,
                top + 17.0,
                TEXT,
                theme.text(),
                Anchor::Start,
                &name,
            );
            x += canvas.width(&name, TEXT) + 55.0;
        }
        top + 32.0
    }

    fn labels_below(
        &self,
        canvas: &mut Canvas,
        theme: Theme,
        (left, right): (f32, f32),
        place: &impl Fn(usize) -> f32,
    ) {
        let count = self.labels.len();
        let widest = self
            .labels
            .iter()
            .map(|label| canvas.width(label, TEXT))
            .fold(1.0, f32::max);
        let fits = ((right - left) / (widest + 26.0)).floor().max(1.0) as usize;
        let every = count.div_ceil(fits).max(1);
        let y = HEIGHT as f32 - MARGIN;
        for (nth, label) in self.labels.iter().enumerate().step_by(every) {
            let half = canvas.width(label, TEXT) / 2.0;
            let x = place(nth).clamp(MARGIN + half, (right - half).max(MARGIN + half));
            canvas.text(x, y, TEXT, theme.faint(), Anchor::Middle, label);
        }
    }
}
