//! `/worksite`.

use database::{ChannelId, UserId};
use feature::{
    Access, Choice, Click, Ctx, Explain, Lang, Outcome, Reply, SlashCommand, Typing, custom_id,
    settings::Via,
};
use twilight_interactions::command::{
    AutocompleteValue, CommandModel, CommandOption, CreateCommand, CreateOption, ResolvedUser,
};
use twilight_model::{application::interaction::InteractionChannel, guild::Permissions};

use crate::{
    MANAGE, Worksites,
    acts::{self, Done, OpenWork, Wanted},
    model::{NAME, Worksite, slug},
    settings::WorksiteSettings,
    sites, store, text,
};

/// Worksites on a page of the list.
const PAGE: usize = 10;

/// Worksites, each with a channel of its own
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "worksite")]
pub(crate) enum WorksiteCommand {
    #[command(name = "create")]
    Create(Create),
    #[command(name = "edit")]
    Edit(Edit),
    #[command(name = "archive")]
    Archive(Archive),
    #[command(name = "reopen")]
    Reopen(Reopen),
    #[command(name = "list")]
    List(List),
    #[command(name = "show")]
    Show(Show),
    #[command(name = "config")]
    Config(Box<Config>),
}

impl SlashCommand for WorksiteCommand {
    const ACCESS: Access = Access::needs(&MANAGE).except(&[("list", None), ("show", None)]);
}

/// Open a worksite, with a channel of its own
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "create")]
pub(crate) struct Create {
    /// What it is called
    #[command(min_length = 1, max_length = 80)]
    name: String,
    /// Where it is
    #[command(max_length = 200)]
    address: Option<String>,
    /// Who leads it
    lead: Option<ResolvedUser>,
    /// Its colour in lists and plans
    colour: Option<Colour>,
}

/// Change address, lead or colour of a worksite
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "edit")]
pub(crate) struct Edit {
    /// The worksite
    #[command(autocomplete = true)]
    worksite: String,
    /// Where it is; - for nowhere
    #[command(max_length = 200)]
    address: Option<String>,
    /// Who leads it
    lead: Option<ResolvedUser>,
    /// Its colour in lists and plans
    colour: Option<Colour>,
}

/// Archive a worksite: its channel can still be read, and nobody writes in it
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "archive")]
pub(crate) struct Archive {
    /// The worksite
    #[command(autocomplete = true)]
    worksite: String,
    /// What becomes of open tasks there; they stay otherwise
    tasks: Option<Tasks>,
    /// The worksite to which open tasks are handed over
    #[command(autocomplete = true)]
    hand_to: Option<String>,
}

/// What becomes of open tasks.
#[derive(Clone, Copy, CommandOption, CreateOption, Debug, Eq, PartialEq)]
pub(crate) enum Tasks {
    #[option(name = "They stay", value = "keep")]
    Keep,
    #[option(name = "They are cancelled", value = "close")]
    Close,
}

/// Open an archived worksite again, with its channel as it was
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "reopen")]
pub(crate) struct Reopen {
    /// The worksite
    #[command(autocomplete = true)]
    worksite: String,
}

/// Show the worksites of this server
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "list")]
pub(crate) struct List {
    /// Show those that are archived
    archived: Option<bool>,
}

/// Show a worksite
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "show")]
pub(crate) struct Show {
    /// The worksite
    #[command(autocomplete = true)]
    worksite: String,
}

/// Say in which categories the channels of worksites stand
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "config")]
pub(crate) struct Config {
    /// The category of open worksites
    #[command(channel_types = "guild_category")]
    category: Option<InteractionChannel>,
    /// The category of archived worksites
    #[command(channel_types = "guild_category")]
    archive: Option<InteractionChannel>,
    /// A value to clear
    clear: Option<Clear>,
}

/// A value that can be cleared.
#[derive(Clone, Copy, CommandOption, CreateOption, Debug)]
pub(crate) enum Clear {
    /// The category of open worksites.
    #[option(name = "Category", value = "category")]
    Category,
    /// The category of archived ones.
    #[option(name = "Archive", value = "archive")]
    Archive,
}

/// The colour of a worksite.
#[derive(Clone, Copy, CommandOption, CreateOption, Debug)]
pub(crate) enum Colour {
    #[option(name = "Blue", value = "blue")]
    Blue,
    #[option(name = "Green", value = "green")]
    Green,
    #[option(name = "Yellow", value = "yellow")]
    Yellow,
    #[option(name = "Orange", value = "orange")]
    Orange,
    #[option(name = "Red", value = "red")]
    Red,
    #[option(name = "Purple", value = "purple")]
    Purple,
    #[option(name = "Brown", value = "brown")]
    Brown,
    #[option(name = "Grey", value = "grey")]
    Grey,
}

impl Colour {
    pub(crate) const ALL: [Self; 8] = [
        Self::Blue,
        Self::Green,
        Self::Yellow,
        Self::Orange,
        Self::Red,
        Self::Purple,
        Self::Brown,
        Self::Grey,
    ];

    pub(crate) const fn rgb(self) -> u32 {
        match self {
            Self::Blue => 0x0034_98DB,
            Self::Green => 0x002E_CC71,
            Self::Yellow => 0x00F1_C40F,
            Self::Orange => 0x00E6_7E22,
            Self::Red => 0x00E7_4C3C,
            Self::Purple => 0x009B_59B6,
            Self::Brown => 0x0099_6633,
            Self::Grey => 0x0095_A5A6,
        }
    }
}

custom_id! {
    /// Turns to the page of the list behind this number.
    pub(crate) struct Turn: "worksites" / "list" v1 { archived: bool, before: Option<i32> }
    answer = Update;
}

/// What is typed into an option that completes itself.
#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) struct Typed {
    worksite: AutocompleteValue<String>,
}

/// As [`Typed`], of two worksites.
#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) struct TypedTwo {
    worksite: AutocompleteValue<String>,
    hand_to: AutocompleteValue<String>,
}

/// As [`WorksiteCommand`], while somebody types.
#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) enum CommandTyping {
    #[command(name = "edit")]
    Edit(Typed),
    #[command(name = "archive")]
    Archive(TypedTwo),
    #[command(name = "reopen")]
    Reopen(Typed),
    #[command(name = "show")]
    Show(Typed),
}

impl Typing for CommandTyping {
    const COMMAND: &'static str = "worksite";
}

/// Why a worksite is not made or changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    #[error("nothing of the name is left for a channel")]
    NoName,
    #[error("a name of {0} characters")]
    NameLength(usize),
    #[error("the name is that of worksite {0:?}")]
    NameTaken(Option<i32>, String),
    #[error("no worksite `{0}`")]
    Unknown(String),
    #[error("the worksite is archived")]
    Archived,
    #[error("the worksite is open")]
    Open,
    #[error("work can not move to worksite {0}")]
    NoSuccessor(i32),
    #[error("work is to end and to move")]
    EndsAndMoves,
    #[error("a bot leads nothing")]
    BotLeads,
    #[error("the lead is not a member")]
    NoMember(UserId),
    #[error("nothing was given to change")]
    NothingGiven,
    #[error("the bot lacks {0:?}")]
    BotLacks(Permissions),
    #[error("open and archived worksites stand in the same category")]
    SameCategory,
}

impl Explain for Refused {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(text::refused(lang, self))
    }
}

pub(crate) async fn worksite(ctx: Ctx<Worksites>, command: WorksiteCommand) -> Outcome<Reply> {
    match command {
        WorksiteCommand::Create(create) => make(&ctx, create).await,
        WorksiteCommand::Edit(edit) => change(&ctx, edit).await,
        WorksiteCommand::Archive(archive) => close(&ctx, archive).await,
        WorksiteCommand::Reopen(reopen) => {
            let found = named(&ctx, &reopen.worksite).await?;
            let done = acts::reopen(&ctx, &found).await?;
            let what = text::reopened(ctx.lang());
            shown(&ctx, done.number, what, trouble(&ctx, &done)).await
        }
        WorksiteCommand::List(list) => page(&ctx, list.archived.unwrap_or_default(), None)
            .await
            .map(Reply::card),
        WorksiteCommand::Show(show) => {
            let found = named(&ctx, &show.worksite).await?;
            Ok(Reply::card(text::worksite(ctx.lang(), &found, None)))
        }
        WorksiteCommand::Config(config) => configure(&ctx, *config).await,
    }
}

fn lead_of(lead: Option<&ResolvedUser>) -> Result<Option<UserId>, Refused> {
    let Some(lead) = lead else { return Ok(None) };
    let id = UserId::from(lead.resolved.id);
    if lead.resolved.bot {
        return Err(Refused::BotLeads);
    }
    if lead.member.is_none() {
        return Err(Refused::NoMember(id));
    }
    Ok(Some(id))
}

async fn make(ctx: &Ctx<Worksites>, create: Create) -> Outcome<Reply> {
    let wanted = Wanted {
        name: &create.name,
        address: create.address.as_deref(),
        lead: lead_of(create.lead.as_ref())?,
        colour: create.colour.map(Colour::rgb),
        by: ctx.user(),
    };
    let done = acts::open(ctx, ctx.guild_id()?, &wanted).await?;
    let what = text::opened(ctx.lang(), done.number);
    shown(ctx, done.number, what, trouble(ctx, &done)).await
}

/// What the member reads when the channel does not follow at once.
fn trouble(ctx: &Ctx<Worksites>, done: &Done) -> Option<String> {
    let why = done.trouble.as_ref()?.explain(ctx.lang());
    let lines = [why, Some(text::follows(ctx.lang()))];
    Some(lines.into_iter().flatten().collect::<Vec<_>>().join("\n"))
}

async fn shown(
    ctx: &Ctx<Worksites>,
    number: i32,
    what: String,
    note: Option<String>,
) -> Outcome<Reply> {
    let mut db = ctx.database.acquire().await?;
    let found = store::get(&mut db, ctx.guild_id()?, number).await?;
    let found = found.ok_or_else(|| Refused::Unknown(number.to_string()))?;
    let what = note.map_or_else(|| what.clone(), |note| format!("{what}\n{note}"));
    Ok(Reply::card(text::worksite(ctx.lang(), &found, Some(what))))
}

/// The worksite that somebody means: `#3`, `3`, or its name.
async fn named(ctx: &Ctx<Worksites>, asked: &str) -> Outcome<Worksite> {
    let mut db = ctx.database.acquire().await?;
    let found = sites::meant(&mut db, ctx.guild_id()?, asked).await?;
    Ok(found.ok_or_else(|| Refused::Unknown(feature::card::cut(asked.trim(), NAME)))?)
}

async fn change(ctx: &Ctx<Worksites>, edit: Edit) -> Outcome<Reply> {
    let lead = lead_of(edit.lead.as_ref())?;
    if edit.address.is_none() && lead.is_none() && edit.colour.is_none() {
        return Err(Refused::NothingGiven.into());
    }
    let found = named(ctx, &edit.worksite).await?;
    let address = edit.address.as_deref().map(str::trim);
    let address = address.map(|address| if address == "-" { "" } else { address });
    let colour = edit.colour.map(Colour::rgb);
    acts::change(ctx, found.guild, found.number, address, lead, colour).await?;
    shown(ctx, found.number, text::changed(ctx.lang()), None).await
}

async fn close(ctx: &Ctx<Worksites>, archive: Archive) -> Outcome<Reply> {
    let found = named(ctx, &archive.worksite).await?;
    let work = match &archive.hand_to {
        Some(_) if archive.tasks.is_some() => return Err(Refused::EndsAndMoves.into()),
        Some(to) => OpenWork::Moves(named(ctx, to).await?.number),
        None if archive.tasks == Some(Tasks::Close) => OpenWork::Ends,
        None => OpenWork::Stays,
    };
    let done = acts::archive(ctx, &found, ctx.user(), work).await?;
    shown(
        ctx,
        done.number,
        text::archived(ctx.lang()),
        trouble(ctx, &done),
    )
    .await
}

async fn page(
    ctx: &Ctx<Worksites>,
    is_archived: bool,
    before: Option<i32>,
) -> Outcome<feature::Card> {
    let guild = ctx.guild_id()?;
    let mut db = ctx.database.acquire().await?;
    let most = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut found = store::list(&mut db, guild, is_archived, "", before, most).await?;
    drop(db);
    let has_more = found.len() > PAGE;
    found.truncate(PAGE);
    let first = before.map(|_| Turn {
        archived: is_archived,
        before: None,
    });
    let next = found.last().filter(|_| has_more).map(|last| Turn {
        archived: is_archived,
        before: Some(last.number),
    });
    let card = text::list(ctx.lang(), is_archived, &found);
    Ok(card.pages(ctx.lang(), first.as_ref(), next.as_ref()))
}

pub(crate) async fn turn(ctx: Ctx<Worksites>, turn: Click<Turn>) -> Outcome<Reply> {
    let Turn { archived, before } = turn.0;
    Ok(Reply::update(page(&ctx, archived, before).await?))
}

async fn configure(ctx: &Ctx<Worksites>, config: Config) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let id =
        |channel: Option<InteractionChannel>| channel.map(|channel| ChannelId::from(channel.id));
    let (category, archive) = (id(config.category), id(config.archive));
    let is_asking = category.is_none() && archive.is_none() && config.clear.is_none();
    let settings = if is_asking {
        ctx.settings.get::<WorksiteSettings>(guild).await?
    } else {
        ctx.settings
            .change::<WorksiteSettings>(guild, ctx.user(), Via::Discord, |settings| {
                match config.clear {
                    Some(Clear::Category) => settings.category = None,
                    Some(Clear::Archive) => settings.archive = None,
                    None => {}
                }
                settings.category = category.or(settings.category);
                settings.archive = archive.or(settings.archive);
                if settings.category.is_some() && settings.category == settings.archive {
                    return Err(Refused::SameCategory.into());
                }
                Ok(())
            })
            .await?
    };
    Ok(Reply::card(text::settings(
        ctx.lang(),
        &settings,
        !is_asking,
    )))
}

fn focused(value: AutocompleteValue<String>) -> Option<String> {
    match value {
        AutocompleteValue::Focused(part) => Some(part),
        _ => None,
    }
}

pub(crate) async fn typing(ctx: Ctx<Worksites>, typing: CommandTyping) -> Outcome<Reply> {
    let is_archived = matches!(typing, CommandTyping::Reopen(_));
    let part = match typing {
        CommandTyping::Edit(typed) | CommandTyping::Show(typed) | CommandTyping::Reopen(typed) => {
            focused(typed.worksite)
        }
        CommandTyping::Archive(typed) => focused(typed.worksite).or_else(|| focused(typed.hand_to)),
    };
    let Some(part) = part else {
        return Ok(Reply::choices([]));
    };
    let guild = ctx.guild_id()?;
    let part = slug(&part).unwrap_or_default();
    let mut db = ctx.database.acquire().await?;
    let found = store::list(&mut db, guild, is_archived, &part, None, 25).await?;
    Ok(Reply::choices(found.into_iter().map(|found| {
        Choice::text(
            format!("#{} {}", found.number, found.name),
            format!("#{}", found.number),
        )
    })))
}
