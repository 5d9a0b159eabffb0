//! Values as people read them, with secrets masked.

use feature::{
    Column, ColumnKind, Lang,
    card::{cut, escape},
    text::date_time,
};
use jiff::Timestamp;
use serde_json::Value;

use crate::text;

/// What stands for a secret.
pub(crate) const MASK: &str = "•••";
/// How much of a value a line shows.
const SHORT: usize = 60;
/// How many of several a line shows.
const FEW: usize = 5;

/// Words in the key of a document that make its value a secret.
const SECRETS: [&str; 9] = [
    "token",
    "secret",
    "passw",
    "api_key",
    "apikey",
    "credential",
    "authorization",
    "webhook_url",
    "private",
];

/// A value in a line.
pub(crate) fn short(lang: Lang, column: &Column, value: Option<&str>) -> String {
    let Some(value) = value else {
        return text::absent(lang);
    };
    match column.kind {
        ColumnKind::Text => {
            let line = value.split_whitespace().collect::<Vec<_>>().join(" ");
            escape(&cut(&line, SHORT))
        }
        _ => shown(lang, column, value, FEW),
    }
}

/// A value where there is room.
pub(crate) fn full(lang: Lang, column: &Column, value: Option<&str>) -> String {
    let Some(value) = value else {
        return text::absent(lang);
    };
    match column.kind {
        ColumnKind::Text => escape(value),
        ColumnKind::Json => {
            let pretty = masked(value)
                .and_then(|value| serde_json::to_string_pretty(&value).ok())
                .unwrap_or_else(|| MASK.to_owned());
            // Three of them would end the block.
            format!("```json\n{}\n```", pretty.replace("```", "'''"))
        }
        _ => shown(lang, column, value, usize::MAX),
    }
}

/// A value in a file.
pub(crate) fn plain(column: &Column, value: Option<&str>) -> String {
    match (column.kind, value) {
        (_, None) => String::new(),
        (ColumnKind::Json, Some(value)) => {
            masked(value).map_or_else(|| MASK.to_owned(), |value| value.to_string())
        }
        (_, Some(value)) => value.to_owned(),
    }
}

fn shown(lang: Lang, column: &Column, value: &str, most: usize) -> String {
    match column.kind {
        ColumnKind::User => format!("<@{value}>"),
        ColumnKind::Role => format!("<@&{value}>"),
        ColumnKind::Channel => format!("<#{value}>"),
        ColumnKind::Users => several(lang, value, "<@", most),
        ColumnKind::Roles => several(lang, value, "<@&", most),
        ColumnKind::Channels => several(lang, value, "<#", most),
        ColumnKind::Flag => text::flag(lang, value == "true"),
        ColumnKind::Time => value
            .parse::<Timestamp>()
            .map_or_else(|_| escape(value), date_time),
        ColumnKind::Number => value.to_owned(),
        ColumnKind::Text | ColumnKind::Json => escape(value),
    }
}

/// `{1,2}` as mentions.
fn several(lang: Lang, value: &str, mention: &str, most: usize) -> String {
    let ids: Vec<&str> = value
        .trim_matches(['{', '}'])
        .split(',')
        .filter(|id| !id.is_empty())
        .collect();
    if ids.is_empty() {
        return text::absent(lang);
    }
    let mut words: Vec<String> = ids
        .iter()
        .take(most)
        .map(|id| format!("{mention}{id}>"))
        .collect();
    if ids.len() > most {
        words.push(format!("+{}", ids.len() - most));
    }
    words.join(" ")
}

/// A document whose secrets are masked.
fn masked(document: &str) -> Option<Value> {
    let mut value = serde_json::from_str(document).ok()?;
    mask(&mut value);
    Some(value)
}

fn mask(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields.iter_mut() {
                let key = key.to_lowercase();
                if SECRETS.iter().any(|secret| key.contains(secret)) && !value.is_null() {
                    *value = MASK.into();
                } else {
                    mask(value);
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(mask),
        _ => {}
    }
}

/// A line of a CSV file. What a spreadsheet would run as a formula is made text.
pub(crate) fn csv_line(values: impl IntoIterator<Item = String>) -> String {
    let cells: Vec<String> = values
        .into_iter()
        .map(|value| {
            let is_number = value.parse::<i64>().is_ok();
            let is_formula = value.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number;
            let value = if is_formula {
                format!("'{value}")
            } else {
                value
            };
            if value.contains([',', '"', '\n', '\r', '\'']) {
                format!("\"{}\"", value.replace('"', "\"\""))
            } else {
                value
            }
        })
        .collect();
    cells.join(",") + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_in_documents_are_masked_at_any_depth() {
        let body = Column::new("body", ColumnKind::Json, "Body", "Corps");
        let value = r#"{"name":"a","Bot_Token":"x","list":[{"password":"y","webhook_url":null}]}"#;
        assert_eq!(
            plain(&body, Some(value)),
            r#"{"Bot_Token":"•••","list":[{"password":"•••","webhook_url":null}],"name":"a"}"#
        );
        assert!(!full(Lang::En, &body, Some(value)).contains('x'));
        assert_eq!(plain(&body, Some("{broken")), MASK);
    }

    #[test]
    fn a_file_holds_no_formula() {
        let line = csv_line(["=1+1", "-5", "a,\"b\"", "@x", ""].map(ToOwned::to_owned));
        assert_eq!(line, "\"'=1+1\",-5,\"a,\"\"b\"\"\",\"'@x\",\r\n");
    }
}
