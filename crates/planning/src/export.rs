//! The plan as a file, no larger than may be sent.

use database::GuildId;
use feature::{
    Card, Colour, Ctx, Outcome, Reply,
    sheet::{Format, Sheet, SheetRow, cell},
};
use serde_json::{Value, json};

use crate::{
    Planning,
    model::Entry,
    store::{self, entries::Filter},
    text,
};

/// Rows that are read at a time.
const PAGE: i64 = 500;

/// Times are those of the server's own clocks; the end is the first moment after.
impl SheetRow for Entry {
    const HEAD: &'static str = "number,kind,state,people,site,starts,ends,whole_days,note,repeat,except,created_by,created_at,changed_at";

    fn cells(&self) -> String {
        let ids: Vec<String> = self.people.iter().map(ToString::to_string).collect();
        let except: Vec<String> = self.except.iter().map(ToString::to_string).collect();
        let repeat = self.repeat.as_ref().map(serde_json::to_string);
        let repeat = repeat.and_then(Result::ok).unwrap_or_default();
        [
            self.number.to_string(),
            self.kind.word().to_owned(),
            self.state.word().to_owned(),
            ids.join(" "),
            cell(self.site.as_ref().map_or("", |(_, name)| name.as_str())),
            self.span.start.to_string(),
            self.span.end.to_string(),
            self.span.is_days.to_string(),
            cell(self.note.as_deref().unwrap_or_default()),
            cell(&repeat),
            except.join(" "),
            self.created_by.to_string(),
            self.created_at.to_string(),
            self.changed_at.to_string(),
        ]
        .join(",")
    }

    fn object(&self) -> Value {
        json!({
            "number": self.number,
            "kind": self.kind.word(),
            "state": self.state.word(),
            "people": self.people,
            "site": self.site.as_ref().map(|(_, name)| name),
            "starts": self.span.start,
            "ends": self.span.end,
            "whole_days": self.span.is_days,
            "note": self.note,
            "repeat": self.repeat,
            "except": self.except,
            "created_by": self.created_by,
            "created_at": self.created_at,
            "changed_at": self.changed_at,
        })
    }
}

pub(crate) async fn reply(
    ctx: &Ctx<Planning>,
    guild: GuildId,
    filter: &Filter,
    format: Format,
) -> Outcome<Reply> {
    let mut db = ctx.database.acquire().await?;
    let mut sheet = Sheet::of::<Entry>(format, ctx.scene.attachment_limit);
    let mut after = 0;
    while let Some(last) =
        sheet.write(store::entries::list(&mut db, guild, filter, after, PAGE).await?)
    {
        after = last.number;
    }
    let card = Card::new()
        .text(text::exported(ctx.lang(), sheet.count, sheet.is_whole))
        .colour(Colour::Good)
        .file(format!("planning.{}", format.extension()), sheet.bytes);
    Ok(Reply::card(card))
}
