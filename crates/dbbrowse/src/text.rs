//! Every sentence of browsing.

use feature::{
    Browsable, Button, Card, Colour, Column, ColumnKind, Lang, Select,
    card::{cut, escape},
    text::date_time,
};
use jiff::Timestamp;

use crate::{
    components::{AskFilter, AskSort, Clear, Csv, Open, Pick, Step, Tables, Turn},
    look::{Page, Total},
    model::{Filter, Misfit, Op, View},
    query, value,
};

feature::words!("dbbrowse");

pub(crate) fn unknown(lang: Lang) -> String {
    t!(lang, "unknown")
}

pub(crate) fn no_row(lang: Lang) -> String {
    t!(lang, "no-row")
}

pub(crate) fn too_slow(lang: Lang) -> String {
    t!(lang, "too-slow")
}

pub(crate) fn no_role(lang: Lang) -> String {
    t!(lang, "no-role")
}

pub(crate) fn too_many_filters(lang: Lang) -> String {
    t!(lang, "too-many-filters", most = crate::model::MOST_FILTERS)
}

pub(crate) fn misfit(lang: Lang, misfit: Misfit, column: &Column) -> String {
    let column = column.label.of(lang);
    match misfit {
        Misfit::Missing => t!(lang, "misfit-missing", column = column),
        Misfit::NoId => t!(lang, "misfit-id", column = column),
        Misfit::NoNumber => t!(lang, "misfit-number", column = column),
        Misfit::NoFlag => t!(lang, "misfit-flag", column = column),
        Misfit::NoTime => t!(lang, "misfit-time", column = column),
    }
}

pub(crate) fn bad_op(lang: Lang, column: &Column, ops: &[Op]) -> String {
    let ops: Vec<String> = ops.iter().map(|known| op(lang, *known)).collect();
    t!(
        lang,
        "bad-op",
        column = column.label.of(lang),
        ops = ops.join(", ")
    )
}

pub(crate) fn op(lang: Lang, op: Op) -> String {
    match op {
        Op::Is => t!(lang, "op-is"),
        Op::IsNot => t!(lang, "op-is-not"),
        Op::Contains => t!(lang, "op-contains"),
        Op::Starts => t!(lang, "op-starts"),
        Op::Under => t!(lang, "op-under"),
        Op::AtLeast => t!(lang, "op-at-least"),
        Op::Has => t!(lang, "op-has"),
        Op::Empty => t!(lang, "op-empty"),
        Op::Filled => t!(lang, "op-filled"),
    }
}

pub(crate) fn absent(lang: Lang) -> String {
    t!(lang, "absent")
}

pub(crate) fn flag(lang: Lang, value: bool) -> String {
    if value {
        t!(lang, "yes")
    } else {
        t!(lang, "no")
    }
}

pub(crate) fn filter(lang: Lang) -> String {
    t!(lang, "filter")
}

pub(crate) fn sort(lang: Lang) -> String {
    t!(lang, "sort")
}

pub(crate) fn column_field(lang: Lang) -> String {
    t!(lang, "column-field")
}

pub(crate) fn op_field(lang: Lang) -> String {
    t!(lang, "op-field")
}

pub(crate) fn value_field(lang: Lang) -> String {
    t!(lang, "value-field")
}

pub(crate) fn value_hint(lang: Lang) -> String {
    t!(lang, "value-hint")
}

pub(crate) fn way_field(lang: Lang) -> String {
    t!(lang, "way-field")
}

pub(crate) fn ascending(lang: Lang) -> String {
    t!(lang, "ascending")
}

pub(crate) fn descending(lang: Lang) -> String {
    t!(lang, "descending")
}

/// What may be looked at.
pub(crate) fn tables(lang: Lang, tables: &[&'static Browsable]) -> Card {
    let card = Card::new().title(t!(lang, "tables-title"));
    if tables.is_empty() {
        return card.text(t!(lang, "tables-none"));
    }
    let card = card
        .colour(Colour::Info)
        .text(t!(lang, "tables-text"))
        .lines(
            tables
                .iter()
                .map(|table| format!("• {} · `{}`", table.label.of(lang), table.table)),
        );
    let card = if tables.len() > 25 {
        card.footer(t!(lang, "tables-more"))
    } else {
        card
    };
    card.select(
        Select::strings(
            &Pick {},
            tables
                .iter()
                .map(|table| (table.label.of(lang), table.table, false)),
        )
        .placeholder(t!(lang, "tables-pick")),
    )
}

/// A page of rows.
pub(crate) fn page(lang: Lang, table: &'static Browsable, view: &View, page: &Page) -> Card {
    let mut card = Card::new().title(table.label.of(lang)).colour(Colour::Info);
    let mut asked: Vec<String> = view
        .filters
        .iter()
        .filter_map(|filter| Some(spoken(lang, table.column(&filter.column)?, filter)))
        .collect();
    if let Some(column) = view.sort.as_deref().and_then(|sort| table.column(sort)) {
        let column = column.label.of(lang);
        asked.push(if view.descending {
            t!(lang, "sorted-down", column = column)
        } else {
            t!(lang, "sorted-up", column = column)
        });
    }
    if !asked.is_empty() {
        card = card.lines(asked.into_iter().map(|line| format!("-# {line}")));
    }
    let columns: Vec<&Column> = query::listed(table).collect();
    card = if page.rows.is_empty() {
        card.text(t!(lang, "rows-none"))
    } else {
        let heading: Vec<&str> = columns.iter().map(|column| column.label.of(lang)).collect();
        card.text(format!("**{}**", heading.join(" · "))).lines(
            page.rows
                .iter()
                .enumerate()
                .map(|(index, row)| format!("`{}` {}", index + 1, line(lang, &columns, row))),
        )
    };
    card = card.footer(match page.total {
        Total::Exactly(count) => t!(lang, "total", count = count),
        Total::MoreThan(count) => t!(lang, "total-more", count = count),
        Total::Unknown => t!(lang, "total-unknown"),
    });
    let turn = |label: &str, step: Step, works: bool| {
        let id = Turn {
            view: view.id,
            revision: view.revision,
            step: step.code(),
        };
        Button::new(label, &id).disabled(!works)
    };
    if page.has_before || page.has_after {
        card = card
            .button(turn("⏮", Step::First, page.has_before))
            .button(turn("◀", Step::Before, page.has_before))
            .button(turn("▶", Step::After, page.has_after))
            .button(turn("⏭", Step::Last, page.has_after))
            .row();
    }
    let id = view.id;
    card = card
        .button(Button::new(t!(lang, "filter"), &AskFilter { view: id }).emoji("🔍"))
        .button(Button::new(t!(lang, "sort"), &AskSort { view: id }).emoji("↕"));
    if !view.filters.is_empty() {
        card = card.button(Button::new(t!(lang, "clear"), &Clear { view: id }));
    }
    card = card
        .button(Button::new(t!(lang, "csv"), &Csv { view: id }).emoji("📄"))
        .button(Button::new(t!(lang, "tables-title"), &Tables {}));
    if !matches!(page.total, Total::Exactly(_)) {
        let count = Turn {
            view: id,
            revision: view.revision,
            step: Step::Count.code(),
        };
        card = card.button(Button::new(t!(lang, "count"), &count));
    }
    if page.rows.is_empty() {
        return card;
    }
    let open = Open {
        view: id,
        revision: view.revision,
    };
    card.select(
        Select::strings(
            &open,
            page.rows.iter().enumerate().map(|(index, row)| {
                let words: Vec<String> = columns
                    .iter()
                    .zip(row)
                    .filter(|(column, _)| {
                        matches!(
                            column.kind,
                            ColumnKind::Text
                                | ColumnKind::Number
                                | ColumnKind::User
                                | ColumnKind::Channel
                        )
                    })
                    .filter_map(|(_, value)| value.clone())
                    .take(2)
                    .collect();
                let label = format!("{} · {}", index + 1, words.join(" · "));
                (cut(&label, 100), index.to_string(), false)
            }),
        )
        .placeholder(t!(lang, "open-row")),
    )
}

fn line(lang: Lang, columns: &[&Column], row: &[Option<String>]) -> String {
    let values: Vec<String> = columns
        .iter()
        .zip(row)
        .map(|(column, value)| value::short(lang, column, value.as_deref()))
        .collect();
    values.join(" · ")
}

/// A filter in words.
fn spoken(lang: Lang, column: &Column, filter: &Filter) -> String {
    let (name, how) = (column.label.of(lang), op(lang, filter.op));
    match &filter.value {
        None => format!("{name} {how}"),
        Some(value) => {
            let value = match column.kind {
                ColumnKind::User | ColumnKind::Users => format!("<@{value}>"),
                ColumnKind::Role | ColumnKind::Roles => format!("<@&{value}>"),
                ColumnKind::Channel | ColumnKind::Channels => format!("<#{value}>"),
                ColumnKind::Time => value
                    .parse::<Timestamp>()
                    .map_or_else(|_| escape(value), date_time),
                ColumnKind::Flag => flag(lang, value == "true"),
                ColumnKind::Number | ColumnKind::Text | ColumnKind::Json => {
                    format!("`{}`", cut(value, 80).replace('`', "'"))
                }
            };
            format!("{name} {how} {value}")
        }
    }
}

/// A row with everything in it.
pub(crate) fn row(
    lang: Lang,
    table: &'static Browsable,
    view: &View,
    row: &[Option<String>],
) -> Card {
    let mut values = row.iter();
    let mut card = Card::new().title(table.label.of(lang)).colour(Colour::Info);
    for column in table.columns {
        let shown = if column.is_secret {
            value::MASK.to_owned()
        } else {
            let text = values.next().and_then(Option::as_deref);
            value::full(lang, column, text)
        };
        card = card.field(column.label.of(lang), shown);
    }
    let back = Turn {
        view: view.id,
        revision: view.revision,
        step: Step::Stay.code(),
    };
    card.button(Button::new(t!(lang, "back"), &back))
}

/// A file of rows.
pub(crate) fn csv(lang: Lang, table: &'static Browsable, rows: usize, is_whole: bool) -> Card {
    let card = Card::new()
        .title(table.label.of(lang))
        .text(t!(lang, "csv-rows", count = rows));
    if is_whole {
        card.colour(Colour::Good)
    } else {
        card.text(t!(lang, "csv-cut")).colour(Colour::Warn)
    }
}
