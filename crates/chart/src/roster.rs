//! Who is where: people below each other, days beside each other.

use crate::{Anchor, Canvas, Colour, Error, MARGIN, TEXT, Theme, WIDTH, head};

/// The most rows that are drawn.
pub(crate) const MOST: usize = 26;
/// The most parts of one cell that are drawn, below each other.
const PARTS: usize = 3;
/// The height of one part, and of what is between rows, in pixels.
const PART: f32 = 36.0;
const GAP: f32 = 8.0;
/// The widest label of a row.
const LABEL: f32 = 190.0;
/// The height of a line of the legend.
const LEGEND: f32 = 36.0;
/// The most entries of the legend.
const NAMED: usize = 24;

/// What somebody does on a day.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// In words; cut to what fits, and shown once for days in a row.
    pub label: String,
    /// What it is filled with.
    pub colour: Colour,
}

/// A column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Column {
    /// Its heading.
    pub label: String,
    /// Whether it matters less: a weekend.
    pub is_faint: bool,
}

/// A row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Whose it is.
    pub label: String,
    /// What is in each column, from the first on.
    pub cells: Vec<Vec<Cell>>,
}

/// Rows by columns; the first 26 rows are drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Roster {
    /// The heading.
    pub title: String,
    /// Small print below it.
    pub subtitle: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<Row>,
    /// What colours mean.
    pub legend: Vec<(String, Colour)>,
    /// What stands below when there are more rows than are drawn.
    pub more: String,
}

/// A part that goes over columns.
struct Run<'a> {
    from: usize,
    until: usize,
    /// Which of the parts below each other, of how many.
    lane: usize,
    lanes: usize,
    cell: &'a Cell,
}

/// The parts of a row. Days in a row that are wholly alike are one.
fn runs(row: &Row) -> Vec<Run<'_>> {
    let mut runs = Vec::new();
    let mut from = 0;
    while from < row.cells.len() {
        let cells = &row.cells[from];
        let alike = row.cells[from..].iter().take_while(|other| *other == cells);
        let until = from + alike.count();
        let lanes = cells.len().min(PARTS);
        for (lane, cell) in cells.iter().take(PARTS).enumerate() {
            runs.push(Run {
                from,
                until,
                lane,
                lanes,
                cell,
            });
        }
        from = until;
    }
    runs
}

fn height(row: &Row) -> f32 {
    let lanes = row.cells.iter().map(Vec::len).max().unwrap_or_default();
    PART * lanes.clamp(1, PARTS) as f32 + GAP
}

/// Letters on a colour: dark on what is light.
fn letters(colour: Colour) -> Colour {
    let (red, green, blue) = colour.rgb();
    let light = 0.299 * f32::from(red) + 0.587 * f32::from(green) + 0.114 * f32::from(blue);
    if light > 140.0 {
        Colour(0x0016_171A)
    } else {
        Colour(0x00FF_FFFF)
    }
}

/// How much room the labels of the rows take.
fn labels(canvas: &Canvas, rows: &[Row]) -> f32 {
    let widths = rows.iter().map(|row| canvas.width(&row.label, TEXT));
    widths.fold(60.0, f32::max).min(LABEL)
}

impl Roster {
    /// The picture as PNG.
    ///
    /// # Errors
    ///
    /// Fails when our font or the encoder does.
    pub fn png(&self, theme: Theme) -> Result<Vec<u8>, Error> {
        let rows = &self.rows[..self.rows.len().min(MOST)];
        let is_cut = rows.len() < self.rows.len();
        let legend = self.legend_lines(theme)?;
        let heights: f32 = rows.iter().map(height).sum();
        let below = LEGEND * (legend.len() as f32 + f32::from(u8::from(is_cut)));
        let total = 150.0 + heights + below + MARGIN;
        let mut canvas = Canvas::new(WIDTH, (total as u32).min(2_000), theme.ground())?;
        let top = head(&mut canvas, theme, &self.title, &self.subtitle);
        let right = WIDTH as f32 - MARGIN / 2.0;
        let left = MARGIN + labels(&canvas, rows) + 12.0;
        let column = (right - left) / self.columns.len().max(1) as f32;
        let at = |nth: usize| left + column * nth as f32;
        let mut y = top + 44.0;
        for (nth, one) in self.columns.iter().enumerate() {
            if one.is_faint {
                let shade = theme.ground().mix(theme.grid(), 0.45);
                canvas.rect(at(nth), top, column, y - top + heights, 0.0, shade);
            }
            let colour = if one.is_faint {
                theme.faint()
            } else {
                theme.text()
            };
            let label = canvas.fit(&one.label, TEXT, column - 4.0);
            let middle = at(nth) + column / 2.0;
            canvas.text(middle, top + 28.0, TEXT, colour, Anchor::Middle, &label);
        }
        for row in rows {
            let high = height(row);
            canvas.line(&[(MARGIN, y), (right, y)], 1.0, theme.grid());
            let label = canvas.fit(&row.label, TEXT, left - MARGIN - 10.0);
            let base = y + high / 2.0 + TEXT * 0.35;
            canvas.text(MARGIN, base, TEXT, theme.text(), Anchor::Start, &label);
            for run in runs(row) {
                let room = (high - GAP) / run.lanes as f32;
                let (x, width) = (
                    at(run.from) + 2.0,
                    column * (run.until - run.from) as f32 - 4.0,
                );
                let upper = y + GAP / 2.0 + room * run.lane as f32;
                canvas.rect(x, upper + 1.0, width, room - 2.0, 6.0, run.cell.colour);
                // What is one day wide has smaller letters, and the legend for the rest.
                let narrow = run.until - run.from == 1;
                let size = if narrow { TEXT * 0.86 } else { TEXT };
                let label = canvas.fit(&run.cell.label, size, width - 10.0);
                let base = upper + room / 2.0 + size * 0.35;
                let colour = letters(run.cell.colour);
                canvas.text(x + width / 2.0, base, size, colour, Anchor::Middle, &label);
            }
            y += high;
        }
        canvas.line(&[(MARGIN, y), (right, y)], 1.0, theme.grid());
        if is_cut {
            let label = canvas.fit(&self.more, TEXT, right - MARGIN);
            canvas.text(MARGIN, y + 26.0, TEXT, theme.faint(), Anchor::Start, &label);
            y += LEGEND;
        }
        for line in legend {
            let mut x = MARGIN;
            for (label, colour) in line {
                canvas.rect(x, y + 11.0, 20.0, 20.0, 5.0, colour);
                canvas.text(
                    x + 28.0,
                    y + 28.0,
                    TEXT,
                    theme.faint(),
                    Anchor::Start,
                    &label,
                );
                x += 28.0 + canvas.width(&label, TEXT) + 24.0;
            }
            y += LEGEND;
        }
        canvas.png()
    }

    /// The legend, in lines that fit.
    fn legend_lines(&self, theme: Theme) -> Result<Vec<Vec<(String, Colour)>>, Error> {
        let canvas = Canvas::new(1, 1, theme.ground())?;
        let room = WIDTH as f32 - 2.0 * MARGIN;
        let mut lines: Vec<Vec<(String, Colour)>> = Vec::new();
        let mut taken = room;
        for (label, colour) in self.legend.iter().take(NAMED) {
            let label = canvas.fit(label, TEXT, 340.0);
            let width = 28.0 + canvas.width(&label, TEXT) + 24.0;
            if taken + width > room + 24.0 {
                lines.push(Vec::new());
                taken = 0.0;
            }
            taken += width;
            if let Some(line) = lines.last_mut() {
                line.push((label, *colour));
            }
        }
        Ok(lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(label: &str) -> Cell {
        Cell {
            label: label.to_owned(),
            colour: Colour(0x0034_98DB),
        }
    }

    #[test]
    fn days_that_are_alike_are_one_and_others_are_not() {
        let row = Row {
            label: String::new(),
            cells: vec![
                vec![cell("a")],
                vec![cell("a")],
                vec![],
                vec![cell("a"), cell("b")],
                vec![cell("a")],
            ],
        };
        let told: Vec<_> = runs(&row)
            .iter()
            .map(|run| (run.from, run.until, run.lane, run.lanes))
            .collect();
        assert_eq!(
            told,
            [(0, 2, 0, 1), (3, 4, 0, 2), (3, 4, 1, 2), (4, 5, 0, 1)]
        );
    }

    #[test]
    fn what_is_too_much_or_nothing_is_drawn_all_the_same() {
        let many = Roster {
            columns: vec![Column::default(); 7],
            rows: vec![
                Row {
                    label: "x".repeat(500),
                    cells: vec![vec![cell(&"y".repeat(500)); 9]; 9],
                };
                60
            ],
            legend: vec![("z".repeat(500), Colour(0)); 60],
            ..Roster::default()
        };
        for roster in [many, Roster::default()] {
            assert!(roster.png(Theme::Light).unwrap().starts_with(b"\x89PNG"));
        }
    }
}
