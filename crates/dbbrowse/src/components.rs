//! Buttons, selects and forms of a view.

use feature::{
    Click, Ctx, Fields, Form, Modal, Outcome, Picked, Reply, SelectField, Submit, TextField,
    custom_id,
};

use crate::{
    BROWSE, Dbbrowse,
    look::{self, NothingToSee},
    model::{self, Filter, LONGEST, MOST_FILTERS, Op, Position, View},
    query, text,
};

custom_id! {
    /// Picks a table.
    pub(crate) struct Pick: "dbbrowse" / "pick" v1 {}
    answer = Update;
    access = BROWSE;
}
custom_id! {
    /// Back to the tables.
    pub(crate) struct Tables: "dbbrowse" / "tables" v1 {}
    answer = Update;
    access = BROWSE;
}
custom_id! {
    /// Turns the pages: a step of [`Step`].
    pub(crate) struct Turn: "dbbrowse" / "turn" v1 { view: i64, revision: i64, step: u8 }
    answer = Update;
    access = BROWSE;
}
custom_id! {
    /// Opens a row of the page.
    pub(crate) struct Open: "dbbrowse" / "open" v1 { view: i64, revision: i64 }
    answer = Update;
    access = BROWSE;
}
custom_id! {
    /// Asks for a filter.
    pub(crate) struct AskFilter: "dbbrowse" / "askfilter" v1 { view: i64 }
    answer = Modal;
    access = BROWSE;
}
custom_id! {
    /// A filter was typed.
    pub(crate) struct Filtered: "dbbrowse" / "filter" v1 { view: i64 }
    answer = Update;
    access = BROWSE;
}
custom_id! {
    /// Asks for an order.
    pub(crate) struct AskSort: "dbbrowse" / "asksort" v1 { view: i64 }
    answer = Modal;
    access = BROWSE;
}
custom_id! {
    /// An order was chosen.
    pub(crate) struct Sorted: "dbbrowse" / "sort" v1 { view: i64 }
    answer = Update;
    access = BROWSE;
}
custom_id! {
    /// Drops all filters.
    pub(crate) struct Clear: "dbbrowse" / "clear" v1 { view: i64 }
    answer = Update;
    access = BROWSE;
}
custom_id! {
    /// Makes a file of all rows.
    pub(crate) struct Csv: "dbbrowse" / "csv" v1 { view: i64 }
    answer = Private;
    access = BROWSE;
}

/// Where a turn leads.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Step {
    First,
    Before,
    After,
    Last,
    /// Where it is.
    Stay,
    /// Where it is, with all rows counted.
    Count,
}

impl Step {
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::First => 0,
            Self::Before => 1,
            Self::After => 2,
            Self::Last => 3,
            Self::Stay => 4,
            Self::Count => 5,
        }
    }

    const fn from_code(code: u8) -> Self {
        match code {
            0 => Self::First,
            1 => Self::Before,
            2 => Self::After,
            3 => Self::Last,
            5 => Self::Count,
            _ => Self::Stay,
        }
    }
}

pub(crate) async fn pick(ctx: Ctx<Dbbrowse>, picked: Picked<Pick>) -> Outcome<Reply> {
    let name = picked.values.first().map_or("", String::as_str);
    let table = look::table(&ctx, name).await?;
    Ok(Reply::update(look::open(&ctx, table).await?))
}

pub(crate) async fn tables(ctx: Ctx<Dbbrowse>, _: Click<Tables>) -> Outcome<Reply> {
    let tables = look::tables(&ctx).await?;
    Ok(Reply::update(text::tables(ctx.lang(), &tables)))
}

pub(crate) async fn turn(ctx: Ctx<Dbbrowse>, turn: Click<Turn>) -> Outcome<Reply> {
    let step = Step::from_code(turn.step);
    let act = if step == Step::Count { "count" } else { "turn" };
    let (view, table) = look::step(&ctx, turn.view, act, |view, _| {
        Ok(turned(view, turn.revision, step))
    })
    .await?;
    Ok(Reply::update(if step == Step::Count {
        look::show_counted(&ctx, view, table).await?
    } else {
        look::show(&ctx, view, table).await?
    }))
}

/// Moves a view; `false` when there is nowhere to go from what the message shows.
fn turned(view: &mut View, revision: i64, step: Step) -> bool {
    if view.revision != revision {
        return false;
    }
    let next = match step {
        Step::First => Some(Position::First),
        Step::Last => Some(Position::Last),
        Step::Before => view.rows.first().cloned().map(Position::Before),
        Step::After => view.rows.last().cloned().map(Position::After),
        Step::Stay | Step::Count => None,
    };
    match next {
        Some(next) => {
            view.position = next;
            true
        }
        None => false,
    }
}

pub(crate) async fn open(ctx: Ctx<Dbbrowse>, picked: Picked<Open>) -> Outcome<Reply> {
    let (view, table) = look::step(&ctx, picked.id.view, "row", |_, _| Ok(false)).await?;
    if view.revision != picked.id.revision {
        return Ok(Reply::update(look::show(&ctx, view, table).await?));
    }
    let index: Option<usize> = picked.values.first().and_then(|value| value.parse().ok());
    let anchor = index
        .and_then(|index| view.rows.get(index))
        .ok_or(NothingToSee::NoRow)?;
    Ok(Reply::update(look::row(&ctx, &view, table, anchor).await?))
}

pub(crate) async fn ask_filter(ctx: Ctx<Dbbrowse>, click: Click<AskFilter>) -> Outcome<Reply> {
    let (view, table) = look::step(&ctx, click.view, "form", |_, _| Ok(false)).await?;
    if view.filters.len() >= MOST_FILTERS {
        return Err(NothingToSee::TooManyFilters.into());
    }
    let lang = ctx.lang();
    let columns = query::read(table).map(|column| (column.label.of(lang), column.name, false));
    let ops = Op::ALL.map(|op| (text::op(lang, op), op.code(), op == Op::Is));
    let value = TextField::line("value")
        .length(0, LONGEST)
        .optional()
        .hint(text::value_hint(lang));
    let modal = Modal::new(&Filtered { view: view.id }, text::filter(lang))
        .select(
            text::column_field(lang),
            SelectField::strings("column", columns),
        )
        .select(text::op_field(lang), SelectField::strings("op", ops))
        .text(text::value_field(lang), value);
    Ok(Reply::modal(modal))
}

/// A filter as it was typed.
#[derive(Debug)]
pub(crate) struct FilterForm {
    column: String,
    op: String,
    value: String,
}

impl Form for FilterForm {
    type Id = Filtered;

    fn read(fields: &Fields) -> Option<Self> {
        Some(Self {
            column: fields.picked("column")?.into_iter().next()?,
            op: fields.picked("op")?.into_iter().next()?,
            value: fields.text("value").unwrap_or_default(),
        })
    }
}

pub(crate) async fn filtered(ctx: Ctx<Dbbrowse>, submit: Submit<FilterForm>) -> Outcome<Reply> {
    let zone = ctx.scene.zone.clone();
    let form = submit.form;
    let (view, table) = look::step(&ctx, submit.id.view, "filter", |view, table| {
        let column = table
            .column(&form.column)
            .filter(|column| !column.is_secret)
            .ok_or(NothingToSee::Unknown)?;
        let op = Op::from_code(&form.op)
            .filter(|op| Op::of(column.kind).contains(op))
            .ok_or(NothingToSee::BadOp(column))?;
        let value = if op.needs_value() {
            let value = model::read(column, &form.value, &zone);
            Some(value.map_err(|misfit| NothingToSee::Misfit(misfit, column))?)
        } else {
            None
        };
        let filter = Filter {
            column: form.column,
            op,
            value,
        };
        // Sent twice, it is one filter.
        if view.filters.contains(&filter) {
            return Ok(false);
        }
        if view.filters.len() >= MOST_FILTERS {
            return Err(NothingToSee::TooManyFilters.into());
        }
        view.filters.push(filter);
        view.position = Position::First;
        Ok(true)
    })
    .await?;
    Ok(Reply::update(look::show(&ctx, view, table).await?))
}

pub(crate) async fn clear(ctx: Ctx<Dbbrowse>, click: Click<Clear>) -> Outcome<Reply> {
    let (view, table) = look::step(&ctx, click.view, "clear", |view, _| {
        let had_some = !view.filters.is_empty();
        view.filters.clear();
        view.position = Position::First;
        Ok(had_some)
    })
    .await?;
    Ok(Reply::update(look::show(&ctx, view, table).await?))
}

pub(crate) async fn ask_sort(ctx: Ctx<Dbbrowse>, click: Click<AskSort>) -> Outcome<Reply> {
    let (view, table) = look::step(&ctx, click.view, "form", |_, _| Ok(false)).await?;
    let lang = ctx.lang();
    let columns = query::read(table)
        .filter(|column| query::is_sortable(column))
        .map(|column| {
            let is_chosen = view.sort.as_deref() == Some(column.name);
            (column.label.of(lang), column.name, is_chosen)
        });
    let ways = [
        (text::ascending(lang), "up", !view.descending),
        (text::descending(lang), "down", view.descending),
    ];
    let modal = Modal::new(&Sorted { view: view.id }, text::sort(lang))
        .select(
            text::column_field(lang),
            SelectField::strings("column", columns),
        )
        .select(text::way_field(lang), SelectField::strings("way", ways));
    Ok(Reply::modal(modal))
}

/// An order as it was chosen.
#[derive(Debug)]
pub(crate) struct SortForm {
    column: String,
    descending: bool,
}

impl Form for SortForm {
    type Id = Sorted;

    fn read(fields: &Fields) -> Option<Self> {
        Some(Self {
            column: fields.picked("column")?.into_iter().next()?,
            descending: fields.picked("way")?.first()? == "down",
        })
    }
}

pub(crate) async fn sorted(ctx: Ctx<Dbbrowse>, submit: Submit<SortForm>) -> Outcome<Reply> {
    let form = submit.form;
    let (view, table) = look::step(&ctx, submit.id.view, "sort", |view, table| {
        let column = table
            .column(&form.column)
            .filter(|column| query::is_sortable(column))
            .ok_or(NothingToSee::Unknown)?;
        view.sort = Some(column.name.to_owned());
        view.descending = form.descending;
        view.position = Position::First;
        Ok(true)
    })
    .await?;
    Ok(Reply::update(look::show(&ctx, view, table).await?))
}

pub(crate) async fn csv(ctx: Ctx<Dbbrowse>, click: Click<Csv>) -> Outcome<Reply> {
    let (view, table) = look::step(&ctx, click.view, "csv", |_, _| Ok(false)).await?;
    let (file, rows, is_whole) = look::csv(&ctx, &view, table).await?;
    let name = format!("{}.csv", table.table.replace('.', "_"));
    let card = text::csv(ctx.lang(), table, rows, is_whole).file(name, file);
    Ok(Reply::card(card))
}
