//! What somebody looks at, and which questions a column answers.

use feature::{Column, ColumnKind};
use jiff::{Timestamp, civil, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// The most filters at a time.
pub(crate) const MOST_FILTERS: usize = 5;
/// The longest text that is searched for.
pub(crate) const LONGEST: u16 = 200;

/// How a value is compared. Stored: never reuse a name.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Op {
    Is,
    IsNot,
    Contains,
    Starts,
    /// Smaller, or before an instant.
    Under,
    /// As large or larger, or at an instant and after it.
    AtLeast,
    /// Among several.
    Has,
    Empty,
    Filled,
}

impl Op {
    pub(crate) const ALL: [Self; 9] = [
        Self::Is,
        Self::IsNot,
        Self::Contains,
        Self::Starts,
        Self::Under,
        Self::AtLeast,
        Self::Has,
        Self::Empty,
        Self::Filled,
    ];

    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Is => "is",
            Self::IsNot => "is_not",
            Self::Contains => "contains",
            Self::Starts => "starts",
            Self::Under => "under",
            Self::AtLeast => "at_least",
            Self::Has => "has",
            Self::Empty => "empty",
            Self::Filled => "filled",
        }
    }

    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|op| op.code() == code)
    }

    /// Whether it compares with something.
    pub(crate) const fn needs_value(self) -> bool {
        !matches!(self, Self::Empty | Self::Filled)
    }

    /// The comparisons that a kind of column knows. A document knows none with a value: searching it would tell what
    /// is masked in it.
    pub(crate) const fn of(kind: ColumnKind) -> &'static [Self] {
        match kind {
            ColumnKind::User | ColumnKind::Role | ColumnKind::Channel => {
                &[Self::Is, Self::IsNot, Self::Empty, Self::Filled]
            }
            ColumnKind::Users | ColumnKind::Roles | ColumnKind::Channels => {
                &[Self::Has, Self::Empty, Self::Filled]
            }
            ColumnKind::Number => &[
                Self::Is,
                Self::IsNot,
                Self::Under,
                Self::AtLeast,
                Self::Empty,
                Self::Filled,
            ],
            ColumnKind::Text => &[
                Self::Is,
                Self::IsNot,
                Self::Contains,
                Self::Starts,
                Self::Empty,
                Self::Filled,
            ],
            ColumnKind::Flag => &[Self::Is, Self::IsNot, Self::Empty, Self::Filled],
            ColumnKind::Time => &[Self::Under, Self::AtLeast, Self::Empty, Self::Filled],
            ColumnKind::Json => &[Self::Empty, Self::Filled],
        }
    }
}

/// A filter, with the value as it is bound.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Filter {
    pub(crate) column: String,
    pub(crate) op: Op,
    pub(crate) value: Option<String>,
}

/// Where a row stands: the value it is sorted by, if one is chosen, and its key.
pub(crate) type Anchor = Vec<Option<String>>;

/// Where a page begins or ends.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Position {
    #[default]
    First,
    Last,
    After(Anchor),
    Before(Anchor),
}

/// What somebody looks at.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct View {
    pub(crate) id: i64,
    pub(crate) table: String,
    pub(crate) revision: i64,
    pub(crate) filters: Vec<Filter>,
    pub(crate) sort: Option<String>,
    pub(crate) descending: bool,
    pub(crate) position: Position,
    /// The rows of the page that was shown last.
    pub(crate) rows: Vec<Anchor>,
}

/// A value that does not fit its column.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Misfit {
    Missing,
    NoId,
    NoNumber,
    NoFlag,
    NoTime,
}

/// The value that was typed for a column, as it is bound.
pub(crate) fn read(column: &Column, typed: &str, zone: &TimeZone) -> Result<String, Misfit> {
    // Postgres knows no such character, and nobody types it.
    let typed = typed.replace('\0', "");
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(Misfit::Missing);
    }
    match column.kind {
        ColumnKind::User
        | ColumnKind::Role
        | ColumnKind::Channel
        | ColumnKind::Users
        | ColumnKind::Roles
        | ColumnKind::Channels => bare_id(typed)
            .parse::<i64>()
            .ok()
            .filter(|id| *id > 0)
            .map(|id| id.to_string())
            .ok_or(Misfit::NoId),
        ColumnKind::Number => typed
            .parse::<i64>()
            .map(|number| number.to_string())
            .map_err(|_| Misfit::NoNumber),
        ColumnKind::Flag => match typed.to_lowercase().as_str() {
            "yes" | "y" | "true" | "1" | "oui" | "o" | "vrai" => Ok("true".to_owned()),
            "no" | "n" | "false" | "0" | "non" | "faux" => Ok("false".to_owned()),
            _ => Err(Misfit::NoFlag),
        },
        ColumnKind::Time => instant(typed, zone)
            .map(|instant| instant.to_string())
            .ok_or(Misfit::NoTime),
        ColumnKind::Text | ColumnKind::Json => Ok(feature::card::cut(typed, usize::from(LONGEST))),
    }
}

/// `<@123>`, `<@&123>`, `<#123>` or `123`.
fn bare_id(typed: &str) -> &str {
    typed
        .strip_prefix('<')
        .and_then(|rest| rest.strip_suffix('>'))
        .map_or(typed, |inner| {
            inner.trim_start_matches(['@', '&', '!', '#'])
        })
}

/// An instant, or a day or an hour where the server is. Years that Postgres and people know.
fn instant(typed: &str, zone: &TimeZone) -> Option<Timestamp> {
    let instant = if let Ok(instant) = typed.parse::<Timestamp>() {
        instant
    } else {
        let local = typed
            .parse::<civil::DateTime>()
            .or_else(|_| typed.parse::<civil::Date>().map(civil::DateTime::from))
            .ok()?;
        local.to_zoned(zone.clone()).ok()?.timestamp()
    };
    let year = instant.to_zoned(TimeZone::UTC).year();
    (1970..=9998).contains(&year).then_some(instant)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(kind: ColumnKind, typed: &str) -> Result<String, Misfit> {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        read(&Column::new("x", kind, "X", "X"), typed, &zone)
    }

    #[test]
    fn values_are_read_as_people_write_them() {
        assert_eq!(typed(ColumnKind::User, "<@!42>"), Ok("42".to_owned()));
        assert_eq!(typed(ColumnKind::Role, "<@&42>"), Ok("42".to_owned()));
        assert_eq!(typed(ColumnKind::Channel, " <#42> "), Ok("42".to_owned()));
        assert_eq!(typed(ColumnKind::Users, "42 or 1=1"), Err(Misfit::NoId));
        assert_eq!(typed(ColumnKind::Number, "-7"), Ok("-7".to_owned()));
        assert_eq!(typed(ColumnKind::Number, "1e3"), Err(Misfit::NoNumber));
        assert_eq!(typed(ColumnKind::Flag, "Oui"), Ok("true".to_owned()));
        assert_eq!(typed(ColumnKind::Flag, "perhaps"), Err(Misfit::NoFlag));
        assert_eq!(
            typed(ColumnKind::Time, "2026-07-01"),
            Ok("2026-06-30T22:00:00Z".to_owned())
        );
        assert_eq!(
            typed(ColumnKind::Time, "2026-07-01 10:30"),
            Ok("2026-07-01T08:30:00Z".to_owned())
        );
        assert_eq!(typed(ColumnKind::Time, "soon"), Err(Misfit::NoTime));
        assert_eq!(typed(ColumnKind::Text, " \0 "), Err(Misfit::Missing));
    }
}
