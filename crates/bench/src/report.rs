//! The table and the JSON lines.

use serde_json::json;

#[derive(Debug)]
struct Figure {
    name: String,
    unit: &'static str,
    value: f64,
    floor: Option<f64>,
}

/// What was measured.
#[derive(Debug, Default)]
pub(crate) struct Report(Vec<Figure>);

impl Report {
    /// Adds a figure, with its floor measured in the same run.
    pub(crate) fn add(&mut self, name: &str, unit: &'static str, value: f64, floor: Option<f64>) {
        self.0.push(Figure {
            name: name.to_owned(),
            unit,
            value,
            floor,
        });
    }

    /// Prints a table for people and a line for programs.
    #[expect(clippy::print_stdout, reason = "the report is what the program is for")]
    pub(crate) fn print(&self) {
        println!(
            "{:<58} {:>12} {:>12} {:>7}",
            "", "majordome", "bare loop", "ratio"
        );
        for Figure {
            name,
            unit,
            value,
            floor,
        } in &self.0
        {
            let floor_text = floor.map_or_else(String::new, |floor| format!("{floor:.2} {unit}"));
            let ratio = floor.map_or_else(String::new, |floor| format!("{:.2}", value / floor));
            println!(
                "{name:<58} {:>12} {floor_text:>12} {ratio:>7}",
                format!("{value:.2} {unit}")
            );
        }
        println!();
        for Figure {
            name,
            unit,
            value,
            floor,
        } in &self.0
        {
            println!(
                "{}",
                json!({ "figure": name, "unit": unit, "value": value, "floor": floor })
            );
        }
    }
}
