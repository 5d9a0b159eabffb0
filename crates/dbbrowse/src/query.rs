//! The one place where SQL is made at run time.
//!
//! Names come from the [`Browsable`] that a feature registered, which the registry checked to be plain identifiers;
//! every value is bound, as text with a cast that belongs to the column's kind. So the text of a statement does not
//! depend on what a person typed, which the tests below hold against any text at all.

use std::fmt::Write as _;

use database::GuildId;
use feature::{Browsable, Column, ColumnKind};

use crate::model::{Anchor, Op, Position, View};

/// A statement and the texts that are bound to it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Statement {
    pub(crate) sql: String,
    pub(crate) binds: Vec<Option<String>>,
}

impl Statement {
    /// Binds a value and names its place.
    fn bind(&mut self, value: Option<String>, kind: ColumnKind) -> String {
        self.binds.push(value);
        format!("${}::{}", self.binds.len(), cast(kind))
    }

    fn push(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }
}

/// A question to a table.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    table: &'static Browsable,
    guild: GuildId,
    filters: Vec<(&'static Column, Op, Option<String>)>,
    sort: Option<(&'static Column, bool)>,
}

/// Whether rows can be put in the order of a column.
pub(crate) const fn is_sortable(column: &Column) -> bool {
    !column.is_secret
        && !matches!(
            column.kind,
            ColumnKind::Json | ColumnKind::Users | ColumnKind::Roles | ColumnKind::Channels
        )
}

/// The columns that are read, in order.
pub(crate) fn read(table: &Browsable) -> impl Iterator<Item = &'static Column> {
    table.columns.iter().filter(|column| !column.is_secret)
}

/// The columns that a list of rows shows.
pub(crate) fn listed(table: &Browsable) -> impl Iterator<Item = &'static Column> {
    read(table)
        .filter(|column| column.kind != ColumnKind::Json)
        .take(5)
}

const fn cast(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::User
        | ColumnKind::Role
        | ColumnKind::Channel
        | ColumnKind::Users
        | ColumnKind::Roles
        | ColumnKind::Channels
        | ColumnKind::Number => "bigint",
        ColumnKind::Text | ColumnKind::Json => "text",
        ColumnKind::Flag => "boolean",
        ColumnKind::Time => "timestamptz",
    }
}

/// A column as text that [`cast`] reads back. Columns are named with their table: by its bare name Postgres would order
/// by the text.
fn spelt(column: &Column) -> String {
    let name = column.name;
    match column.kind {
        ColumnKind::Time => {
            format!(r#"to_char(t."{name}" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"#)
        }
        _ => format!(r#"t."{name}"::text"#),
    }
}

fn quoted(table: &Browsable) -> String {
    table
        .table
        .split('.')
        .map(|part| format!(r#""{part}""#))
        .collect::<Vec<_>>()
        .join(".")
}

impl Question {
    /// What a view asks. Filters on what is no longer shown, or no longer asked so, are left out.
    pub(crate) fn new(table: &'static Browsable, guild: GuildId, view: &View) -> Self {
        let filters = view
            .filters
            .iter()
            .filter_map(|filter| {
                let column = table.column(&filter.column)?;
                let fits = !column.is_secret
                    && Op::of(column.kind).contains(&filter.op)
                    && filter.op.needs_value() == filter.value.is_some();
                fits.then(|| (column, filter.op, filter.value.clone()))
            })
            .collect();
        let sort = view
            .sort
            .as_deref()
            .and_then(|sort| table.column(sort))
            .filter(|column| is_sortable(column))
            .map(|column| (column, view.descending));
        Self {
            table,
            guild,
            filters,
            sort,
        }
    }

    fn keys(&self) -> impl Iterator<Item = &'static Column> {
        self.table
            .key
            .iter()
            .filter_map(|key| self.table.column(key))
    }

    /// How many texts an anchor has.
    pub(crate) fn anchor_width(&self) -> usize {
        usize::from(self.sort.is_some()) + self.table.key.len()
    }

    /// A page: anchors first, then the columns of [`listed`]. Rows come backwards for [`Position::Last`] and
    /// [`Position::Before`].
    pub(crate) fn page(&self, position: &Position, limit: usize) -> Statement {
        let backwards = matches!(position, Position::Last | Position::Before(_));
        let mut statement = self.select(
            self.sort
                .map(|(column, _)| column)
                .into_iter()
                .chain(self.keys())
                .map(spelt)
                .chain(listed(self.table).map(|column| match column.kind {
                    // The rest of a long text is read where one row is opened.
                    ColumnKind::Text => format!(r#"left(t."{}"::text, 200)"#, column.name),
                    _ => spelt(column),
                })),
        );
        if let Position::After(anchor) | Position::Before(anchor) = position {
            self.beyond(&mut statement, anchor, backwards);
        }
        self.order(&mut statement, backwards);
        // Writing into a string does not fail.
        let _ = write!(statement.sql, " limit {limit}");
        statement
    }

    /// How many rows there are, counted up to `most`.
    pub(crate) fn count(&self, most: usize) -> Statement {
        let mut statement = self.select(["1".to_owned()].into_iter());
        let _ = write!(statement.sql, " limit {most}");
        statement.sql = format!("select count(*)::text from ({}) as counted", statement.sql);
        statement
    }

    /// One row, all of it, by its key.
    pub(crate) fn row(&self, key: &[Option<String>]) -> Statement {
        let everything = Self {
            filters: Vec::new(),
            sort: None,
            ..self.clone()
        };
        let mut statement = everything.select(read(self.table).map(spelt));
        for (column, value) in self.keys().zip(key) {
            let place = statement.bind(value.clone(), column.kind);
            let _ = write!(statement.sql, r#" and t."{}" = {place}"#, column.name);
        }
        statement.push(" limit 1");
        statement
    }

    /// Every row, in order.
    pub(crate) fn all(&self) -> Statement {
        let mut statement = self.select(read(self.table).map(spelt));
        self.order(&mut statement, false);
        statement
    }

    fn select(&self, what: impl Iterator<Item = String>) -> Statement {
        let mut statement = Statement {
            sql: format!("select {}", what.collect::<Vec<_>>().join(", ")),
            binds: Vec::new(),
        };
        let guild = statement.bind(Some(self.guild.to_string()), ColumnKind::Number);
        // Row security says the same; said here too it finds the index.
        let _ = write!(
            statement.sql,
            r#" from {} as t where t."{}" = {guild}"#,
            quoted(self.table),
            self.table.guild
        );
        for (column, op, value) in &self.filters {
            let filter = condition(&mut statement, column, *op, value.as_deref());
            let _ = write!(statement.sql, " and {filter}");
        }
        statement
    }

    /// Rows behind an anchor, in the direction of the page.
    fn beyond(&self, statement: &mut Statement, anchor: &Anchor, backwards: bool) {
        let mut anchor = anchor.clone();
        anchor.resize(self.anchor_width(), None);
        let down = self.sort.is_some_and(|(_, descending)| descending) != backwards;
        let than = if down { "<" } else { ">" };
        let mut values = anchor.into_iter();
        let sort = self
            .sort
            .map(|(column, _)| (column, values.next().flatten()));
        let keys: Vec<&Column> = self.keys().collect();
        let names: Vec<String> = keys
            .iter()
            .map(|column| format!(r#"t."{}""#, column.name))
            .collect();
        let places: Vec<String> = keys
            .iter()
            .zip(values)
            .map(|(column, value)| statement.bind(value, column.kind))
            .collect();
        let key = format!("({}) {than} ({})", names.join(", "), places.join(", "));
        let condition = match sort {
            None => key,
            // Absent values come last, and so first when the order is turned round.
            Some((column, None)) if down => {
                let name = column.name;
                format!(r#"((t."{name}" is null and {key}) or t."{name}" is not null)"#)
            }
            Some((column, None)) => format!(r#"(t."{}" is null and {key})"#, column.name),
            Some((column, Some(value))) => {
                let name = column.name;
                let place = statement.bind(Some(value), column.kind);
                let absent = if down {
                    String::new()
                } else {
                    format!(r#" or t."{name}" is null"#)
                };
                format!(
                    r#"(t."{name}" {than} {place} or (t."{name}" = {place} and {key}){absent})"#
                )
            }
        };
        let _ = write!(statement.sql, " and {condition}");
    }

    fn order(&self, statement: &mut Statement, backwards: bool) {
        let down = self.sort.is_some_and(|(_, descending)| descending) != backwards;
        let (way, sorted) = if down {
            ("desc", "desc nulls first")
        } else {
            ("asc", "asc nulls last")
        };
        let mut parts = Vec::new();
        if let Some((column, _)) = self.sort {
            parts.push(format!(r#"t."{}" {sorted}"#, column.name));
        }
        parts.extend(
            self.keys()
                .map(|column| format!(r#"t."{}" {way}"#, column.name)),
        );
        let _ = write!(statement.sql, " order by {}", parts.join(", "));
    }
}

fn condition(statement: &mut Statement, column: &Column, op: Op, value: Option<&str>) -> String {
    let name = format!(r#"t."{}""#, column.name);
    let is_list = matches!(
        column.kind,
        ColumnKind::Users | ColumnKind::Roles | ColumnKind::Channels
    );
    let mut bound = |value: Option<String>| statement.bind(value, column.kind);
    let value = value.map(ToOwned::to_owned);
    match op {
        Op::Is => format!("{name} = {}", bound(value)),
        Op::IsNot => format!("{name} is distinct from {}", bound(value)),
        Op::Under => format!("{name} < {}", bound(value)),
        Op::AtLeast => format!("{name} >= {}", bound(value)),
        Op::Has => format!("{name} @> array[{}]", bound(value)),
        Op::Contains => {
            let pattern = value.map(|value| format!("%{}%", literal(&value)));
            format!("{name} ilike {}", bound(pattern))
        }
        Op::Starts => {
            let pattern = value.map(|value| format!("{}%", literal(&value)));
            format!("{name} ilike {}", bound(pattern))
        }
        Op::Empty if is_list => format!("coalesce(cardinality({name}), 0) = 0"),
        Op::Filled if is_list => format!("cardinality({name}) > 0"),
        Op::Empty => format!("{name} is null"),
        Op::Filled => format!("{name} is not null"),
    }
}

/// A text that a pattern takes literally.
fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            literal.push('\\');
        }
        literal.push(character);
    }
    literal
}

#[cfg(test)]
mod tests {
    use feature::Label;
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    use super::*;
    use crate::{
        BROWSE,
        model::{self, Filter},
    };

    static TABLE: Browsable = Browsable {
        table: "tests.thing",
        label: Label {
            en: "Things",
            fr: "Choses",
        },
        guild: "guild_id",
        key: &["id", "part"],
        columns: &[
            Column::new("id", ColumnKind::Number, "Number", "Numéro"),
            Column::new("part", ColumnKind::Text, "Part", "Partie"),
            Column::new("owner", ColumnKind::User, "Owner", "Propriétaire"),
            Column::new("roles", ColumnKind::Roles, "Roles", "Rôles"),
            Column::new("at", ColumnKind::Time, "When", "Quand"),
            Column::new("is_open", ColumnKind::Flag, "Open", "Ouvert"),
            Column::new("body", ColumnKind::Json, "Body", "Corps"),
            Column::new("token", ColumnKind::Text, "Token", "Jeton").secret(),
        ],
        capability: &BROWSE,
    };

    fn view(filters: Vec<Filter>, sort: Option<String>, descending: bool) -> View {
        View {
            id: 1,
            table: TABLE.table.to_owned(),
            revision: 1,
            filters,
            sort,
            descending,
            position: Position::First,
            rows: Vec::new(),
        }
    }

    fn question(view: &View) -> Question {
        Question::new(&TABLE, "7".parse().unwrap(), view)
    }

    #[test]
    fn a_page_is_a_range_of_the_key() {
        let page = question(&view(Vec::new(), None, false)).page(
            &Position::After(vec![Some("5".into()), Some("a".into())]),
            11,
        );
        assert!(
            page.sql.ends_with(
                r#" from "tests"."thing" as t where t."guild_id" = $1::bigint and (t."id", t."part") > ($2::bigint, $3::text) order by t."id" asc, t."part" asc limit 11"#
            ),
            "{}",
            page.sql
        );
    }

    #[test]
    fn a_secret_is_in_no_statement() {
        let filters = vec![Filter {
            column: "token".to_owned(),
            op: Op::Starts,
            value: Some("a".to_owned()),
        }];
        let question = question(&view(filters, Some("token".to_owned()), true));
        for statement in [
            question.page(&Position::Last, 11),
            question.all(),
            question.row(&[Some("1".into()), Some("a".into())]),
            question.count(10),
        ] {
            assert!(!statement.sql.contains("token"), "{}", statement.sql);
        }
    }

    fn statements(question: &Question, anchor: &Anchor) -> Vec<Statement> {
        let mut statements: Vec<Statement> = [
            Position::First,
            Position::Last,
            Position::After(anchor.clone()),
            Position::Before(anchor.clone()),
        ]
        .iter()
        .map(|position| question.page(position, 11))
        .collect();
        statements.extend([question.count(10), question.all(), question.row(anchor)]);
        statements
    }

    proptest! {
            /// Whatever is typed, the statement is the one that a harmless value makes.
            #[test]
            fn no_text_gets_into_sql(
                column in prop_oneof![Just("id".to_owned()), Just("part".to_owned()), Just("owner".to_owned()),
                    Just("roles".to_owned()), Just("at".to_owned()), Just("is_open".to_owned()),
                    Just("body".to_owned()), any::<String>()],
                op in 0..Op::ALL.len(),
                typed in prop_oneof![any::<String>(), "[0-9]{1,20}", "['\";\\-\\$%_\\\\]{0,9}", "<@[0-9]{1,5}>"],
                sort in prop_oneof![Just(None), Just(Some("at".to_owned())), any::<String>().prop_map(Some)],
                descending: bool,
                anchor in proptest::collection::vec(proptest::option::of(any::<String>()), 0..5),
            ) {
                let op = Op::ALL[op];
                let value = TABLE
                    .column(&column)
                    .and_then(|column| model::read(column, &typed, &TimeZone::UTC).ok())
                    .filter(|_| op.needs_value());
                prop_assume!(!op.needs_value() || value.is_some() || TABLE.column(&column).is_none());
                let filter = |value: Option<String>| vec![Filter { column: column.clone(), op, value }];
                let asked = question(&view(filter(value.clone()), sort.clone(), descending));
                let harmless = question(&view(filter(value.map(|_| "0".to_owned())), sort, descending));
                let plain = anchor.iter().map(|value| value.as_ref().map(|_| "0".to_owned())).collect();
                for (asked, harmless) in statements(&asked, &anchor).iter().zip(statements(&harmless, &plain)) {
                    prop_assert_eq!(&asked.sql, &harmless.sql);
                    prop_assert_eq!(asked.binds.len(), harmless.binds.len());
                    let places = (1..=asked.binds.len()).all(|at| asked.sql.contains(&format!("${at}::")));
                    prop_assert!(places, "{}", asked.sql);
    let beyond = format!("${}", asked.binds.len() + 1);
                    prop_assert!(!asked.sql.contains(&beyond));
                }
            }
        }
}
