//! `/dbbrowse`.

use feature::{Access, Choice, Ctx, Outcome, Reply, SlashCommand, Typing};
use serde_json::json;
use twilight_interactions::command::{AutocompleteValue, CommandModel, CreateCommand};
use twilight_model::guild::Permissions;

use crate::{BROWSE, Dbbrowse, look, store, text};

/// Look into what is stored of this server
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "dbbrowse")]
pub(crate) struct Browse {
    /// What to look at
    #[command(autocomplete = true, max_length = 127)]
    table: Option<String>,
}

impl SlashCommand for Browse {
    const ACCESS: Access = Access::needs(&BROWSE);
    const SHOWN_TO: Permissions = Permissions::ADMINISTRATOR;
}

/// The options of `/dbbrowse` while they are typed.
#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) struct BrowseTyping {
    table: AutocompleteValue<String>,
}

impl Typing for BrowseTyping {
    const COMMAND: &'static str = "dbbrowse";
}

pub(crate) async fn dbbrowse(ctx: Ctx<Dbbrowse>, browse: Browse) -> Outcome<Reply> {
    let Some(asked) = browse.table else {
        let (guild, now) = (ctx.guild_id()?, ctx.clock.now());
        let tables = look::tables(&ctx).await?;
        let mut db = ctx.database.acquire().await?;
        store::note_use(&mut db, guild, ctx.user(), "tables", None, json!({}), now).await?;
        return Ok(Reply::card(text::tables(ctx.lang(), &tables)));
    };
    // The name behind a choice, or what somebody calls it.
    let asked = asked.trim().to_lowercase();
    let tables = look::tables(&ctx).await?;
    let table = tables
        .into_iter()
        .find(|table| {
            table.table == asked
                || table.label.en.to_lowercase() == asked
                || table.label.fr.to_lowercase() == asked
        })
        .ok_or(look::NothingToSee::Unknown)?;
    Ok(Reply::card(look::open(&ctx, table).await?))
}

pub(crate) async fn typing(ctx: Ctx<Dbbrowse>, typing: BrowseTyping) -> Outcome<Reply> {
    // Choices are offered before access is checked.
    if !ctx.scene.may(&BROWSE) {
        return Ok(Reply::choices([]));
    }
    let typed = match typing.table {
        AutocompleteValue::Focused(typed) => typed.trim().to_lowercase(),
        _ => String::new(),
    };
    let lang = ctx.lang();
    let tables = look::tables(&ctx).await?;
    Ok(Reply::choices(
        tables
            .into_iter()
            .filter(|table| {
                table.label.of(lang).to_lowercase().contains(&typed) || table.table.contains(&typed)
            })
            .map(|table| Choice::text(table.label.of(lang), table.table)),
    ))
}
