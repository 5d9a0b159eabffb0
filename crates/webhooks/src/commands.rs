//! `/webhook`.

use feature::{Access, Choice, Ctx, Outcome, Reply, SlashCommand, Typing};
use twilight_interactions::command::{
    AutocompleteValue, CommandModel, CommandOption, CreateCommand, CreateOption,
};
use twilight_model::guild::Permissions;

use crate::{
    MANAGE, Webhooks,
    acts::{self, Refused},
    model::Hook,
    sign::Scheme,
    store, text,
};

/// Deliveries that a webhook is shown with.
const SHOWN: i64 = 10;

/// Programs outside that are told what happens on this server
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "webhook")]
pub(crate) enum Command {
    #[command(name = "add")]
    Add(Add),
    #[command(name = "list")]
    List(List),
    #[command(name = "show")]
    Show(Show),
    #[command(name = "edit")]
    Edit(Edit),
    #[command(name = "test")]
    Test(Test),
    #[command(name = "remove")]
    Remove(Remove),
}

impl SlashCommand for Command {
    const ACCESS: Access = Access::needs(&MANAGE);
    const SHOWN_TO: Permissions = Permissions::MANAGE_GUILD;
}

/// Tell an address what happens here; its secret is shown once
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "add")]
pub(crate) struct Add {
    /// Where to: an https address on the internet
    #[command(max_length = 2000)]
    url: String,
    /// What is told, with spaces between; task.* is all of tasks; everything otherwise
    #[command(autocomplete = true, max_length = 1000)]
    events: Option<String>,
    /// What it is called; the host of the address otherwise
    #[command(max_length = 80)]
    name: Option<String>,
    /// How what is sent is signed; with a secret that both sides share otherwise
    signature: Option<SignatureOption>,
}

/// How what is sent is signed.
#[derive(Clone, Copy, CommandOption, CreateOption, Debug)]
pub(crate) enum SignatureOption {
    #[option(name = "Shared secret (v1)", value = "v1")]
    Shared,
    #[option(name = "Key pair (v1a)", value = "v1a")]
    KeyPair,
}

impl From<SignatureOption> for Scheme {
    fn from(option: SignatureOption) -> Self {
        match option {
            SignatureOption::Shared => Self::Shared,
            SignatureOption::KeyPair => Self::KeyPair,
        }
    }
}

/// Show the webhooks of this server
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "list")]
pub(crate) struct List {}

/// Show a webhook and what was sent to it
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "show")]
pub(crate) struct Show {
    /// Which one
    #[command(autocomplete = true, max_length = 100)]
    webhook: String,
}

/// Change address, name, events or signature of a webhook
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "edit")]
pub(crate) struct Edit {
    /// Which one
    #[command(autocomplete = true, max_length = 100)]
    webhook: String,
    /// Where to: an https address on the internet
    #[command(max_length = 2000)]
    url: Option<String>,
    /// What is told, with spaces between; * is everything
    #[command(autocomplete = true, max_length = 1000)]
    events: Option<String>,
    /// What it is called
    #[command(max_length = 80)]
    name: Option<String>,
    /// How what is sent is signed; the old key signs too for a day
    signature: Option<SignatureOption>,
}

/// Send a test to a webhook
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "test")]
pub(crate) struct Test {
    /// Which one
    #[command(autocomplete = true, max_length = 100)]
    webhook: String,
}

/// Remove a webhook, with the log of what was sent to it
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "remove")]
pub(crate) struct Remove {
    /// Which one
    #[command(autocomplete = true, max_length = 100)]
    webhook: String,
}

/// The options while they are typed.
#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) enum CommandTyping {
    #[command(name = "add")]
    Add(EventsTyping),
    #[command(name = "show")]
    Show(HookTyping),
    #[command(name = "edit")]
    Edit(EditTyping),
    #[command(name = "test")]
    Test(HookTyping),
    #[command(name = "remove")]
    Remove(HookTyping),
}

#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) struct EventsTyping {
    events: AutocompleteValue<String>,
}

#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) struct HookTyping {
    webhook: AutocompleteValue<String>,
}

#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) struct EditTyping {
    webhook: AutocompleteValue<String>,
    events: AutocompleteValue<String>,
}

impl Typing for CommandTyping {
    const COMMAND: &'static str = "webhook";
}

pub(crate) async fn webhook(ctx: Ctx<Webhooks>, command: Command) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    match command {
        Command::Add(add) => {
            let kinds = acts::kinds(&ctx, add.events.as_deref().unwrap_or_default())?;
            let by = ctx.user();
            let scheme = add.signature.map(Scheme::from).unwrap_or_default();
            let name = add.name.as_deref();
            let made = acts::add(&ctx, guild, by, &add.url, &kinds, name, scheme).await?;
            let (hook, told) = made;
            Ok(Reply::card(text::made(ctx.lang(), &hook, &told)))
        }
        Command::List(List {}) => {
            let mut db = ctx.database.acquire().await?;
            let hooks = store::all(&mut db, guild).await?;
            Ok(Reply::card(text::list(ctx.lang(), &hooks)))
        }
        Command::Show(Show { webhook }) => {
            let hook = named(&ctx, &webhook).await?;
            shown(&ctx, hook.number, None).await.map(Reply::card)
        }
        Command::Edit(edit) => {
            let hook = named(&ctx, &edit.webhook).await?;
            let kinds = edit.events.as_deref().map(|typed| acts::kinds(&ctx, typed));
            let kinds = kinds.transpose()?;
            let (url, name) = (edit.url.as_deref(), edit.name.as_deref());
            acts::change(&ctx, guild, hook.number, url, kinds.as_deref(), name).await?;
            if let Some(signature) = edit.signature
                && let Some(told) =
                    acts::sign_by(&ctx, guild, hook.number, signature.into()).await?
            {
                return Ok(Reply::card(text::rotated(ctx.lang(), hook.number, &told)));
            }
            let said = text::changed(ctx.lang());
            shown(&ctx, hook.number, Some(said)).await.map(Reply::card)
        }
        Command::Test(Test { webhook }) => {
            let hook = named(&ctx, &webhook).await?;
            acts::test(&ctx, guild, hook.number).await?;
            let said = text::test_sent(ctx.lang());
            shown(&ctx, hook.number, Some(said)).await.map(Reply::card)
        }
        Command::Remove(Remove { webhook }) => {
            let hook = named(&ctx, &webhook).await?;
            Ok(Reply::card(text::confirm_removal(ctx.lang(), &hook)))
        }
    }
}

/// A webhook with what was sent to it.
pub(crate) async fn shown(
    ctx: &Ctx<Webhooks>,
    number: i32,
    said: Option<String>,
) -> Outcome<feature::Card> {
    let guild = ctx.guild_id()?;
    let hook = acts::find(ctx, guild, number).await?;
    let mut db = ctx.database.acquire().await?;
    let log = store::log(&mut db, guild, number, None, SHOWN).await?;
    Ok(text::hook(ctx.lang(), &hook, &log, said))
}

/// The webhook that somebody means: `#3`, `3`, or its name.
async fn named(ctx: &Ctx<Webhooks>, asked: &str) -> Outcome<Hook> {
    let mut db = ctx.database.acquire().await?;
    let hooks = store::all(&mut db, ctx.guild_id()?).await?;
    let asked = asked.trim();
    let number = asked.trim_start_matches('#').parse::<i32>().ok();
    let is_it = |hook: &&Hook| {
        Some(hook.number) == number || hook.name.to_lowercase() == asked.to_lowercase()
    };
    let found = hooks.iter().find(is_it).cloned();
    Ok(found.ok_or_else(|| Refused::Unknown(feature::card::cut(asked, 80)))?)
}

pub(crate) async fn typing(ctx: Ctx<Webhooks>, typing: CommandTyping) -> Outcome<Reply> {
    let (webhook, events) = match typing {
        CommandTyping::Add(add) => (AutocompleteValue::None, add.events),
        CommandTyping::Edit(edit) => (edit.webhook, edit.events),
        CommandTyping::Show(one) | CommandTyping::Test(one) | CommandTyping::Remove(one) => {
            (one.webhook, AutocompleteValue::None)
        }
    };
    if let AutocompleteValue::Focused(typed) = events {
        return Ok(Reply::choices(more_events(&typed, &ctx)));
    }
    let AutocompleteValue::Focused(typed) = webhook else {
        return Ok(Reply::choices(Vec::new()));
    };
    let typed = typed.trim().trim_start_matches('#').to_lowercase();
    let mut db = ctx.database.acquire().await?;
    let hooks = store::all(&mut db, ctx.guild_id()?).await?;
    let matching = hooks.into_iter().filter(|hook| {
        hook.number.to_string().starts_with(&typed) || hook.name.to_lowercase().contains(&typed)
    });
    let choices = matching.map(|hook| {
        Choice::text(
            format!("#{} {}", hook.number, hook.name),
            hook.number.to_string(),
        )
    });
    Ok(Reply::choices(choices))
}

/// What was typed so far, with one more kind behind it.
fn more_events(typed: &str, ctx: &Ctx<Webhooks>) -> Vec<Choice> {
    let start = typed.rfind([' ', ',']).map_or(0, |space| space + 1);
    let (before, begun) = typed.split_at(start);
    let mut all: Vec<String> = Vec::new();
    for one in ctx.catalogue.happenings() {
        let whole = one
            .kind
            .split('.')
            .next()
            .map(|subject| format!("{subject}.*"));
        all.extend(whole.filter(|whole| !all.contains(whole)));
        all.push(one.kind.to_owned());
    }
    all.into_iter()
        .filter(|kind| kind.contains(begun) && !before.split([' ', ',']).any(|word| word == *kind))
        .map(|kind| format!("{before}{kind}"))
        // Discord takes no longer ones.
        .filter(|whole| whole.chars().count() <= 100)
        .map(|whole| Choice::text(whole.clone(), whole))
        .collect()
}
