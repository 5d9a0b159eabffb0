//! `/archive`.

use database::{ChannelId, GuildId};
use feature::{
    Access, Card, Colour, Ctx, Explain, Lang, Outcome, Reply, SlashCommand, discord::Post,
};
use twilight_interactions::command::{CommandModel, CommandOption, CreateCommand, CreateOption};
use twilight_model::{application::interaction::InteractionChannel, gateway::Intents};

use crate::{
    Archive, MANAGE, READ, backfill, channels, export,
    exports::{self, NoExport, Split},
    memory::keeping,
    privacy,
    repair::beyond,
    search, status,
    store::{self, channels::Named},
    text,
};

/// Messages of this server, kept and searchable
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "archive")]
pub(crate) enum Command {
    #[command(name = "enable")]
    Enable(Enable),
    #[command(name = "disable")]
    Disable(Disable),
    #[command(name = "status")]
    Status(Status),
    #[command(name = "retention")]
    Retention(Retention),
    #[command(name = "search")]
    Search(Search),
    #[command(name = "export")]
    Export(Export),
    #[command(name = "exports")]
    Exports(Exports),
    #[command(name = "backfill")]
    Backfill(Backfill),
    #[command(name = "privacy")]
    Privacy(Privacy),
}

impl SlashCommand for Command {
    const ACCESS: Access = Access::needs(&MANAGE).except(&[
        ("status", Some(&READ)),
        ("search", Some(&READ)),
        ("export", Some(&READ)),
        ("exports", None),
        ("privacy opt-out", None),
        ("privacy opt-in", None),
        ("privacy delete", None),
        ("privacy export", None),
    ]);
}

/// Keep the messages of a channel from now on; of all channels when none is named
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "enable")]
pub(crate) struct Enable {
    /// The channel; its threads are kept too
    #[command(
        channel_types = "guild_text guild_announcement guild_voice guild_stage_voice guild_forum"
    )]
    channel: Option<InteractionChannel>,
}

/// Keep no more messages of a channel; of all channels when none is named
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "disable")]
pub(crate) struct Disable {
    /// The channel
    #[command(
        channel_types = "guild_text guild_announcement guild_voice guild_stage_voice guild_forum"
    )]
    channel: Option<InteractionChannel>,
}

/// Show what is kept, how complete it is, and how far the reading of the past is
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "status")]
pub(crate) struct Status {}

/// Say for how many days the messages of a channel are kept; for ever when no number is given
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "retention")]
pub(crate) struct Retention {
    /// The channel; its threads follow
    channel: InteractionChannel,
    /// How many days
    #[command(min_value = 1, max_value = 36500)]
    days: Option<i64>,
}

/// Search the messages of channels that you can read
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "search")]
pub(crate) struct Search {
    /// Words, "phrases", begin*, -without, OR, from: in: has: mentions: before: after: during:
    #[command(min_length = 1, max_length = 500)]
    words: String,
}

/// Get the messages of a channel as a file, or of all channels that you can read
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "export")]
pub(crate) struct Export {
    /// The channel; all that you can read otherwise
    channel: Option<InteractionChannel>,
    /// What the file looks like
    format: Option<Format>,
    /// Only what is new or changed since you last had this channel as a file
    new: Option<bool>,
    /// Cut it into several files
    split: Option<SplitOption>,
}

/// Where files are cut.
#[derive(Clone, Copy, CommandOption, CreateOption, Debug)]
pub(crate) enum SplitOption {
    #[option(name = "By month", value = "month")]
    Month,
    #[option(name = "Every 100,000 messages", value = "count")]
    Count,
    #[option(name = "Every 100 MB", value = "size")]
    Size,
}

/// Show how far your exports are, and their links
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "exports")]
pub(crate) struct Exports {
    /// Give the one with this number up, and remove its files
    #[command(min_value = 1)]
    cancel: Option<i64>,
}

/// A form of file.
#[derive(Clone, Copy, CommandOption, CreateOption, Debug)]
pub(crate) enum Format {
    #[option(name = "JSON Lines", value = "jsonl")]
    Lines,
    #[option(name = "CSV", value = "csv")]
    Csv,
    #[option(name = "HTML", value = "html")]
    Html,
    #[option(name = "Parquet", value = "parquet")]
    Parquet,
}

/// Read the past of the channels that are kept
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "backfill")]
pub(crate) enum Backfill {
    #[command(name = "start")]
    Start(Start),
    #[command(name = "pause")]
    Pause(Pause),
    #[command(name = "resume")]
    Resume(Resume),
    #[command(name = "cancel")]
    Cancel(Cancel),
}

/// Begin to read the past, newest first
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "start")]
pub(crate) struct Start {
    /// The channel; all that are kept otherwise
    channel: Option<InteractionChannel>,
}

/// Stop reading for now
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "pause")]
pub(crate) struct Pause {
    /// The channel; all otherwise
    channel: Option<InteractionChannel>,
}

/// Go on where the reading was paused
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "resume")]
pub(crate) struct Resume {
    /// The channel; all otherwise
    channel: Option<InteractionChannel>,
}

/// Give the reading up; what was read is kept
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "cancel")]
pub(crate) struct Cancel {
    /// The channel; all otherwise
    channel: Option<InteractionChannel>,
}

/// Decide about your own messages
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "privacy")]
pub(crate) enum Privacy {
    #[command(name = "opt-out")]
    OptOut(OptOut),
    #[command(name = "opt-in")]
    OptIn(OptIn),
    #[command(name = "delete")]
    Delete(Delete),
    #[command(name = "export")]
    Export(Own),
}

/// Have nothing that you say kept from now on
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "opt-out")]
pub(crate) struct OptOut {}

/// Have what you say kept again
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "opt-in")]
pub(crate) struct OptIn {}

/// Erase for good what is kept of your messages
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "delete")]
pub(crate) struct Delete {}

/// Get what is kept of your messages as a file
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "export")]
pub(crate) struct Own {}

/// Why something is not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    #[error("the bot can not read the channel")]
    CanNotRead(ChannelId),
    #[error("it is so already")]
    Already,
    #[error("nothing is kept")]
    NothingKept,
    #[error("the channel is not kept")]
    NotKept(ChannelId),
    #[error("no reading is in that state")]
    NoReading,
    #[error("the member can not read the channel")]
    NotYours(ChannelId),
}

impl Explain for Refused {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(text::refused(lang, self))
    }
}

pub(crate) async fn archive(ctx: Ctx<Archive>, command: Command) -> Outcome<Reply> {
    let id = |channel: Option<InteractionChannel>| channel.map(|channel| channel.id.into());
    match command {
        Command::Enable(Enable { channel }) => enable(&ctx, id(channel)).await,
        Command::Disable(Disable { channel }) => disable(&ctx, id(channel)).await,
        Command::Status(Status {}) => status::status(&ctx).await,
        Command::Retention(Retention { channel, days }) => {
            retain(&ctx, channel.id.into(), days).await
        }
        Command::Search(Search { words }) => search::search(&ctx, &words).await,
        Command::Export(options) => export(&ctx, options).await,
        Command::Exports(Exports { cancel }) => exports::commands::exports(&ctx, cancel).await,
        Command::Backfill(Backfill::Start(Start { channel })) => start(&ctx, id(channel)).await,
        Command::Backfill(Backfill::Pause(Pause { channel })) => {
            turn(&ctx, id(channel), &["running", "waiting"], "paused").await
        }
        Command::Backfill(Backfill::Resume(Resume { channel })) => {
            turn(&ctx, id(channel), &["paused", "waiting"], "running").await
        }
        Command::Backfill(Backfill::Cancel(Cancel { channel })) => {
            turn(
                &ctx,
                id(channel),
                &["running", "paused", "waiting"],
                "cancelled",
            )
            .await
        }
        Command::Privacy(Privacy::OptOut(OptOut {})) => privacy::opt(&ctx, true).await,
        Command::Privacy(Privacy::OptIn(OptIn {})) => privacy::opt(&ctx, false).await,
        Command::Privacy(Privacy::Delete(Delete {})) => privacy::delete(&ctx).await,
        Command::Privacy(Privacy::Export(Own {})) => privacy::copy(&ctx).await,
    }
}

fn good(said: String) -> Reply {
    Reply::card(Card::new().text(said).colour(Colour::Good))
}

/// What the cache knows of a channel of the guild.
fn known(ctx: &Ctx<Archive>, guild: GuildId, channel: ChannelId) -> Outcome<Named> {
    let known = ctx.cache.channel(channel.into());
    let known = known.filter(|known| known.guild_id.map(GuildId::from) == Some(guild));
    Ok(known
        .map(|known| channels::named(&known))
        .ok_or(Refused::CanNotRead(channel))?)
}

async fn enable(ctx: &Ctx<Archive>, channel: Option<ChannelId>) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let named = match channel {
        None => None,
        Some(channel) => {
            let named = known(ctx, guild, channel)?;
            if !channels::may_read(ctx, guild, channel, named.parent).await? {
                return Err(Refused::CanNotRead(channel).into());
            }
            Some(named)
        }
    };
    let kept = store::channels::kept(&mut *ctx.database.acquire().await?, guild).await?;
    let is_so = match channel {
        Some(channel) => kept.channels.contains(&(channel, true)),
        None => kept.everything.is_some(),
    };
    if is_so {
        return Err(Refused::Already.into());
    }
    // Who is read is told so, before anything is kept: where it is kept, or where nobody writes, here.
    let place = channel.filter(|channel| {
        ctx.cache
            .channel((*channel).into())
            .is_some_and(|known| channels::takes_messages(known.kind))
    });
    let place = place.or(ctx.scene.channel).ok_or(Refused::NothingKept)?;
    let lang = ctx.scene.guild_lang;
    let nonce = ctx.scene.interaction.to_string();
    let post = Post {
        nonce: Some(&nonce),
        pings: &[],
        ..Post::default()
    };
    let notice = ctx
        .discord
        .post(place, lang, &text::notice(lang, channel), post)
        .await?;
    ctx.feature.memory.notice(notice);
    // Not before: nobody waits for Discord with a connection in hand. Who was faster has said the same.
    let (by, now) = (ctx.user(), ctx.clock.now());
    let mut db = ctx.database.acquire().await?;
    if let Some(named) = &named {
        store::channels::keep(&mut db, guild, named, by, true, now).await?;
    } else {
        store::channels::keep_everything(&mut db, guild, by, true, now).await?;
        // Whoever reads the past from the command line finds them, before anybody says something in them.
        store::channels::note(&mut db, guild, &channels::all(ctx, guild), now).await?;
    }
    drop(db);
    ctx.feature.memory.forget(guild);
    // What was said while it was off does not join what is held.
    ctx.feature.memory.begin_anew(guild);
    let mut reply = Card::new()
        .text(text::enabled(ctx.lang(), channel))
        .colour(Colour::Good);
    if ctx.missing_intents.contains(Intents::MESSAGE_CONTENT) {
        reply = reply
            .text(text::no_content(ctx.lang()))
            .colour(Colour::Warn);
    }
    Ok(Reply::card(reply))
}

async fn disable(ctx: &Ctx<Archive>, channel: Option<ChannelId>) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let now = ctx.clock.now();
    let mut db = ctx.database.begin().await?;
    let is_new = match channel {
        Some(channel) => {
            let named = known(ctx, guild, channel)?;
            store::channels::keep(&mut db, guild, &named, ctx.user(), false, now).await?
        }
        None => store::channels::keep_everything(&mut db, guild, ctx.user(), false, now).await?,
    };
    if !is_new {
        return Err(Refused::Already.into());
    }
    db.commit().await?;
    ctx.feature.memory.forget(guild);
    ctx.feature.memory.begin_anew(guild);
    Ok(good(text::disabled(ctx.lang(), channel)))
}

async fn retain(ctx: &Ctx<Archive>, channel: ChannelId, days: Option<i64>) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let short = days.and_then(|days| i32::try_from(days).ok());
    let mut db = ctx.database.acquire().await?;
    if !store::channels::retain(&mut db, guild, channel, short).await? {
        return Err(Refused::NotKept(channel).into());
    }
    Ok(good(text::retained(ctx.lang(), channel, days)))
}

async fn start(ctx: &Ctx<Archive>, channel: Option<ChannelId>) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let keeping = keeping(ctx, guild).await?;
    let mut all = channels::all(ctx, guild);
    all.retain(|one| keeping.keeps(one.id, one.parent));
    if let Some(channel) = channel {
        all.retain(|one| one.id == channel);
        if all.is_empty() {
            return Err(Refused::NotKept(channel).into());
        }
    }
    if all.is_empty() {
        return Err(Refused::NothingKept.into());
    }
    let ids: Vec<ChannelId> = all.iter().map(|channel| channel.id).collect();
    let now = ctx.clock.now();
    let mut db = ctx.database.begin().await?;
    store::channels::note(&mut db, guild, &all, now).await?;
    let begun = store::backfills::begin(&mut db, guild, &ids, beyond(now), now).await?;
    if begun == 0 {
        return Err(Refused::Already.into());
    }
    backfill::later(ctx, &mut db, guild).await?;
    db.commit().await?;
    Ok(good(text::backfill_begun(ctx.lang(), begun)))
}

async fn turn(
    ctx: &Ctx<Archive>,
    channel: Option<ChannelId>,
    from: &[&str],
    to: &'static str,
) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let now = ctx.clock.now();
    let mut db = ctx.database.begin().await?;
    let turned = store::backfills::turn(&mut db, guild, channel, from, to, now).await?;
    if turned.is_empty() {
        return Err(Refused::NoReading.into());
    }
    if to == "running" {
        backfill::later(ctx, &mut db, guild).await?;
    }
    db.commit().await?;
    Ok(good(text::backfill_turned(ctx.lang(), to, turned.len())))
}

async fn export(ctx: &Ctx<Archive>, options: Export) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let format = match options.format {
        None | Some(Format::Lines) => export::Format::Lines,
        Some(Format::Csv) => export::Format::Csv,
        Some(Format::Html) => export::Format::Html,
        Some(Format::Parquet) => export::Format::Parquet,
    };
    let split = match options.split {
        None => Split::None,
        Some(SplitOption::Month) => Split::Month,
        Some(SplitOption::Count) => Split::Count(100_000),
        Some(SplitOption::Size) => Split::Size(100_000_000),
    };
    let is_new = options.new == Some(true);
    let readable = search::readable(ctx).await?;
    let Some(channel) = options.channel.map(|channel| channel.id.into()) else {
        if is_new {
            return Err(NoExport::ChangesOfAll.into());
        }
        if readable.is_empty() {
            return Err(Refused::NothingKept.into());
        }
        return export::begin(ctx, readable, None, format, split).await;
    };
    if !readable.contains(&channel) {
        return Err(Refused::NotYours(channel).into());
    }
    if split != Split::None {
        let since = if is_new {
            Some(export::last(ctx, guild, channel).await?)
        } else {
            None
        };
        return export::begin(ctx, vec![channel], since, format, split).await;
    }
    let source = if is_new {
        export::Source::News(channel)
    } else {
        export::Source::Channel(channel)
    };
    export::reply(ctx, guild, source, format).await
}
