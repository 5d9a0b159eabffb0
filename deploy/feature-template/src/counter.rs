//! `/__name__`: a command and a button that count.

use feature::{Button, Card, Click, Ctx, Outcome, Reply, SlashCommand, custom_id};
use twilight_interactions::command::{CommandModel, CreateCommand};

use crate::{__Name__, store, text};

/// Count one more
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "__name__")]
pub(crate) struct Count {}

impl SlashCommand for Count {}

custom_id! {
    /// Counts once more.
    pub(crate) struct Again: "__name__" / "again" v1 {}
    answer = Update;
}

pub(crate) async fn count(ctx: Ctx<__Name__>, _: Count) -> Outcome<Reply> {
    Ok(Reply::card(count_one(&ctx).await?))
}

pub(crate) async fn again(ctx: Ctx<__Name__>, _: Click<Again>) -> Outcome<Reply> {
    Ok(Reply::update(count_one(&ctx).await?))
}

async fn count_one(ctx: &Ctx<__Name__>) -> Outcome<Card> {
    let mut transaction = ctx.database.begin().await?;
    let count = store::count_one(&mut transaction, ctx.guild_id()?).await?;
    transaction.commit().await?;
    Ok(text::counted(ctx.lang(), count).button(Button::new(text::again(ctx.lang()), &Again {})))
}
