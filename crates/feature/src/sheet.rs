//! Rows as a file: a table for spreadsheets, or a JSON object on each line.
//!
//! A row says what it is called and how it looks ([`SheetRow`]); here it is written page by page, and the file ends
//! where the next row would not fit ([`Sheet`]). The same rows are a page of a list over HTTP ([`Format::page`]).

use axum::{
    Json,
    http::header::CONTENT_TYPE,
    response::{IntoResponse as _, Response},
};
use serde::Serialize;
use serde_json::Value;
use twilight_interactions::command::{CommandOption, CreateOption};

use crate::http::{Page, Problem};

/// The largest file in bytes, where Discord allows more.
const LARGEST: u64 = 8 * 1024 * 1024;
/// What the card around a file takes at the most, in bytes.
const CARD: u64 = 64 * 1024;

/// How a file looks; an option of commands.
#[derive(Clone, Copy, CommandOption, CreateOption, Debug, Default, Eq, PartialEq)]
pub enum Format {
    /// A table.
    #[default]
    #[option(name = "CSV", value = "csv")]
    Csv,
    /// A JSON object on each line.
    #[option(name = "JSON", value = "json")]
    Json,
}

/// Something that is a row of a file.
pub trait SheetRow {
    /// Names the columns, with commas between.
    const HEAD: &'static str;

    /// The cells, in the order of [`HEAD`](Self::HEAD), with commas between; texts of people by [`cell`].
    fn cells(&self) -> String;

    /// The same as an object.
    fn object(&self) -> Value;
}

impl Format {
    /// What `format=` asks for over HTTP; JSON where it does not say.
    ///
    /// # Errors
    ///
    /// Fails when it is neither `json` nor `csv`.
    pub fn asked(word: Option<&str>) -> Result<Self, Problem> {
        match word {
            None | Some("json") => Ok(Self::Json),
            Some("csv") => Ok(Self::Csv),
            Some(_) => Err(Problem::invalid("format", "must be `json` or `csv`")),
        }
    }

    /// A page of a list in this format: as a table, or with what the API shows of each row.
    pub fn page<S, R>(self, page: &Page<R>) -> Response
    where
        R: SheetRow,
        S: Serialize + for<'a> From<&'a R>,
    {
        match self {
            Self::Csv => csv(R::HEAD, page.data.iter().map(SheetRow::cells)),
            Self::Json => Json(Page {
                data: page.data.iter().map(S::from).collect::<Vec<_>>(),
                pagination: page.pagination.clone(),
            })
            .into_response(),
        }
    }

    /// How the names of its files end.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "jsonl",
        }
    }
}

/// A table as an answer over HTTP, from the names of its columns and its rows.
pub fn csv(head: &str, rows: impl Iterator<Item = String>) -> Response {
    let mut text = format!("{head}\r\n");
    for row in rows {
        text.push_str(&row);
        text.push_str("\r\n");
    }
    ([(CONTENT_TYPE, "text/csv; charset=utf-8")], text).into_response()
}

/// A text as a cell that no spreadsheet takes for a formula.
pub fn cell(text: &str) -> String {
    let is_formula = is_formula(text);
    let guard = if is_formula { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

/// What [`cell`] wrote, once a reader has taken the quotes away.
pub fn text_of(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if is_formula(text) => text,
        _ => cell,
    }
}

fn is_formula(text: &str) -> bool {
    text.trim_start().starts_with(['=', '+', '-', '@']) || text.starts_with(['\t', '\r', '\n'])
}

/// A file of rows.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The file itself.
    pub bytes: Vec<u8>,
    /// Its rows.
    pub count: u64,
    /// Whether no row was left out.
    pub is_whole: bool,
    format: Format,
    most: usize,
}

impl Sheet {
    /// A file with the names of the columns, for rows of at most `limit` bytes in all.
    pub fn of<R: SheetRow>(format: Format, limit: u64) -> Self {
        let most = limit.min(LARGEST).saturating_sub(CARD);
        let mut bytes = Vec::new();
        if format == Format::Csv {
            // Spreadsheets know UTF-8 by the mark.
            bytes.extend("\u{feff}".bytes());
            bytes.extend(format!("{}\r\n", R::HEAD).bytes());
        }
        Self {
            bytes,
            count: 0,
            is_whole: true,
            format,
            most: usize::try_from(most).unwrap_or(usize::MAX),
        }
    }

    /// Writes a page of rows, and answers the last of them, behind which the next page begins; nothing when the page is
    /// empty, or the file is full.
    pub fn write<R: SheetRow>(&mut self, page: Vec<R>) -> Option<R> {
        let mut last = None;
        for row in page {
            let line = match self.format {
                Format::Csv => format!("{}\r\n", row.cells()),
                Format::Json => format!("{}\n", row.object()),
            };
            if self.bytes.len() + line.len() > self.most {
                self.is_whole = false;
                return None;
            }
            self.bytes.extend(line.bytes());
            self.count += 1;
            last = Some(row);
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Line(u64);

    impl SheetRow for Line {
        const HEAD: &'static str = "number";

        fn cells(&self) -> String {
            cell(&format!("={}", self.0))
        }

        fn object(&self) -> Value {
            Value::from(self.0)
        }
    }

    #[test]
    fn a_file_ends_where_the_next_row_would_not_fit() {
        let written = |format, limit| {
            let mut sheet = Sheet::of::<Line>(format, limit);
            let mut after = 0;
            while let Some(last) = sheet.write((after..(after + 3).min(10)).map(Line).collect()) {
                after = last.0 + 1;
            }
            sheet
        };
        let whole = written(Format::Csv, u64::MAX);
        assert_eq!((whole.count, whole.is_whole), (10, true));
        assert!(whole.bytes.ends_with(b"\"'=9\"\r\n"));
        let cut = written(Format::Json, CARD + 9);
        assert_eq!((cut.count, cut.is_whole), (4, false));
        assert_eq!(cut.bytes, b"0\n1\n2\n3\n");
    }

    #[test]
    fn no_cell_is_a_formula_and_its_text_comes_back() {
        assert_eq!(cell("plain, \"said\""), "\"plain, \"\"said\"\"\"");
        for wild in ["=1+1", "+1", "-1", "@sum", "\t=1", "  =1", "\r=1", "\n=1"] {
            let written = cell(wild);
            assert!(written.starts_with("\"'"), "{wild}");
            assert_eq!(text_of(&written[1..written.len() - 1]), wild);
        }
        assert_eq!(text_of("'tis"), "'tis");
    }
}
