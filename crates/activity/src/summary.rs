//! `/summary`: what happened today.

use feature::{Access, Answer, Ctx, Outcome, Reply, SlashCommand};
use twilight_interactions::command::{CommandModel, CreateCommand};
use twilight_model::gateway::Intents;

use crate::{Activity, READ, model::Range, stats::named_channels, store, sums, text};

/// Channels that are named.
const CHANNELS: i64 = 5;

/// What happened today
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "summary")]
pub(crate) struct SummaryCommand {}

impl SlashCommand for SummaryCommand {
    const ANSWER: Answer = Answer::Public;
    const ACCESS: Access = Access::needs(&READ);
}

pub(crate) async fn summary(ctx: Ctx<Activity>, _: SummaryCommand) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let standing = sums::fresh(&ctx, guild).await?;
    let zone = ctx.manners(guild).await?.zone;
    let range = Range::last(1, ctx.clock.now(), &zone);
    let (begin, end) = range.between(&zone);
    let mut db = ctx.database.acquire().await?;
    let totals = store::reading::totals(&mut db, guild, range).await?;
    let channels = store::reading::channels(&mut db, guild, range, None, 0, CHANNELS).await?;
    let moves = store::reading::moves(&mut db, guild, begin, end).await?;
    let tasks = store::reading::tasks_done(&mut db, guild, begin, end).await?;
    drop(db);
    let channels = named_channels(&ctx, guild, channels);
    let knows_moves = !ctx.missing_intents.contains(Intents::GUILD_MEMBERS);
    Ok(Reply::card(text::summary(
        ctx.lang(),
        range.last,
        &totals,
        &channels,
        knows_moves.then_some(moves),
        tasks,
        standing.as_ref(),
    )))
}
