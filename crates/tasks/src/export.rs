//! All tasks as a file, no larger than may be sent.

use feature::{
    Card, Colour, Ctx, Outcome, Reply,
    sheet::{Format, Sheet, SheetRow, cell},
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    Tasks,
    model::Task,
    store::{self, Numbered},
    text,
};

/// Rows that are read at a time.
const PAGE: i64 = 500;

impl SheetRow for Task {
    const HEAD: &'static str = "number,description,state,reason,priority,site,due_at,assignees,role,tags,created_by,created_at,closed_by,closed_at,checklist,repeat,nth";

    fn cells(&self) -> String {
        let ids: Vec<String> = self.assignees.iter().map(ToString::to_string).collect();
        let or_none = |text: Option<String>| text.unwrap_or_default();
        [
            self.number.to_string(),
            cell(&self.description),
            self.state.word().to_owned(),
            cell(self.reason.as_deref().unwrap_or_default()),
            self.priority.word().to_owned(),
            cell(self.site.as_ref().map_or("", |(_, name)| name.as_str())),
            or_none(self.due.map(|at| at.to_string())),
            ids.join(" "),
            or_none(self.role.map(|role| role.to_string())),
            cell(&self.tags.join(" ")),
            self.created_by.to_string(),
            self.created_at.to_string(),
            or_none(self.closed.map(|(by, _)| by.to_string())),
            or_none(self.closed.map(|(_, at)| at.to_string())),
            cell(&json_or_none(
                (!self.items.is_empty()).then_some(&self.items),
            )),
            cell(&json_or_none(self.repeat.as_ref())),
            self.nth.to_string(),
        ]
        .join(",")
    }

    fn object(&self) -> Value {
        json!({
            "number": self.number,
            "description": self.description,
            "state": self.state.word(),
            "reason": self.reason,
            "priority": self.priority.word(),
            "site": self.site.as_ref().map(|(_, name)| name),
            "due_at": self.due,
            "assignees": self.assignees,
            "role": self.role,
            "tags": self.tags,
            "created_by": self.created_by,
            "created_at": self.created_at,
            "closed_by": self.closed.map(|(by, _)| by),
            "closed_at": self.closed.map(|(_, at)| at),
            "checklist": self.items,
            "repeat": self.repeat,
            "nth": self.nth,
        })
    }
}

/// A value as a cell holds it that is more than a text.
fn json_or_none<T: Serialize>(value: Option<&T>) -> String {
    let json = value.map(serde_json::to_string);
    json.and_then(Result::ok).unwrap_or_default()
}

pub(crate) async fn reply(ctx: &Ctx<Tasks>, format: Format) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let mut db = ctx.database.acquire().await?;
    let mut sheet = Sheet::of::<Task>(format, ctx.scene.attachment_limit);
    let (all, now, mut after) = (Numbered::default(), ctx.clock.now(), 0);
    loop {
        let mut page = store::numbered(&mut db, guild, &all, after, now, PAGE).await?;
        store::fill_items(&mut db, guild, &mut page).await?;
        let Some(last) = sheet.write(page) else { break };
        after = last.number;
    }
    let card = Card::new()
        .text(text::exported(ctx.lang(), sheet.count, sheet.is_whole))
        .colour(Colour::Good)
        .file(format!("tasks.{}", format.extension()), sheet.bytes);
    Ok(Reply::card(card))
}
