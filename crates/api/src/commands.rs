//! `/api-key`: keys for this server, made, shown once, replaced and revoked.

use feature::{Access, Capability, Choice, Ctx, Outcome, Reply, SlashCommand, Typing};
use jiff::SignedDuration;
use twilight_interactions::command::{AutocompleteValue, CommandModel, CreateCommand};
use twilight_model::{
    guild::Permissions,
    id::{Id, marker::ChannelMarker},
};

use crate::{
    Api, is_for_administrators,
    keys::{self, BadKey, NewKey},
    text,
};

/// Handing out keys: who holds one acts from outside, unseen.
pub(crate) const KEYS: Capability = Capability {
    name: "api.keys",
    by_default: Permissions::ADMINISTRATOR,
    staff: false,
};

/// How long the old key works on when it is replaced and nobody says.
const OVERLAP_HOURS: i64 = 24;

/// Keys with which other programs read and change this server's data
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "api-key")]
pub(crate) enum Command {
    #[command(name = "create")]
    Create(Create),
    #[command(name = "list")]
    List(List),
    #[command(name = "rotate")]
    Rotate(Rotate),
    #[command(name = "revoke")]
    Revoke(Revoke),
}

impl SlashCommand for Command {
    const ACCESS: Access = Access::needs(&KEYS);
    const SHOWN_TO: Permissions = Permissions::ADMINISTRATOR;
}

/// Make a key for this server; it is shown once
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "create")]
pub(crate) struct Create {
    /// What it is for
    #[command(min_length = 1, max_length = 80)]
    name: String,
    /// What it may do, with spaces between; *.read is all reading, * is all
    #[command(autocomplete = true, max_length = 1000)]
    scopes: String,
    /// After how many days it ends; never otherwise
    #[command(min_value = 1, max_value = 3650)]
    days: Option<i64>,
    /// The only channel that it covers; all otherwise
    channel: Option<Id<ChannelMarker>>,
    /// Whether it may read what messages say
    content: Option<bool>,
    /// Whether it may read what was deleted
    deleted: Option<bool>,
}

/// Show the keys of this server
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "list")]
pub(crate) struct List {}

/// Replace a key by a new one; the old one works on for a while
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "rotate")]
pub(crate) struct Rotate {
    /// Which key
    #[command(autocomplete = true, max_length = 100)]
    key: String,
    /// For how many hours the old one works on; 24 otherwise
    #[command(min_value = 0, max_value = 720)]
    hours: Option<i64>,
}

/// End a key at once
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "revoke")]
pub(crate) struct Revoke {
    /// Which key
    #[command(autocomplete = true, max_length = 100)]
    key: String,
}

/// The options while they are typed.
#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) enum CommandTyping {
    #[command(name = "create")]
    Create(ScopesTyping),
    #[command(name = "rotate")]
    Rotate(KeyTyping),
    #[command(name = "revoke")]
    Revoke(KeyTyping),
}

#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) struct ScopesTyping {
    scopes: AutocompleteValue<String>,
}

#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) struct KeyTyping {
    key: AutocompleteValue<String>,
}

impl Typing for CommandTyping {
    const COMMAND: &'static str = "api-key";
}

pub(crate) async fn api_key(ctx: Ctx<Api>, command: Command) -> Outcome<Reply> {
    match command {
        Command::Create(options) => create(&ctx, options).await,
        Command::List(List {}) => list(&ctx).await,
        Command::Rotate(Rotate { key, hours }) => rotate(&ctx, &key, hours).await,
        Command::Revoke(Revoke { key }) => revoke(&ctx, &key).await,
    }
}

async fn create(ctx: &Ctx<Api>, options: Create) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let now = ctx.clock.now();
    let scopes = keys::scopes(&options.scopes, &ctx.catalogue.scopes())?;
    let held = ctx.scene.member.permissions;
    if let Some(scope) = scopes.iter().find(|scope| is_for_administrators(scope))
        && !held.contains(Permissions::ADMINISTRATOR)
    {
        return Err(BadKey::ForAdministrators(scope.clone()).into());
    }
    let new = NewKey {
        name: options.name.trim().to_owned(),
        scopes,
        guilds: Some(vec![guild]),
        channels: options.channel.map(|channel| vec![channel.into()]),
        content: options.content.unwrap_or(false),
        deleted: options.deleted.unwrap_or(false),
        by: Some(ctx.user()),
        expires_at: options
            .days
            .map(|days| now + SignedDuration::from_hours(24 * days)),
    };
    let mut db = ctx.database.acquire().await?;
    let (key, token) = keys::create(&mut db, new, now).await?;
    Ok(Reply::card(text::made(ctx.lang(), &key, &token)))
}

async fn list(ctx: &Ctx<Api>) -> Outcome<Reply> {
    let mut db = ctx.database.acquire().await?;
    let keys = keys::list(&mut db, Some(ctx.guild_id()?), ctx.clock.now()).await?;
    Ok(Reply::card(text::keys(ctx.lang(), &keys)))
}

async fn rotate(ctx: &Ctx<Api>, key: &str, hours: Option<i64>) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let overlap = SignedDuration::from_hours(hours.unwrap_or(OVERLAP_HOURS));
    let mut db = ctx.database.begin().await?;
    let (key, token) = keys::rotate(
        &mut db,
        Some(guild),
        open_part(key),
        Some(ctx.user()),
        overlap,
        ctx.clock.now(),
    )
    .await?;
    // Whoever replaces a key is handed one, so must be one who may make it.
    let held = ctx.scene.member.permissions;
    if let Some(scope) = key
        .is
        .scopes
        .iter()
        .find(|scope| is_for_administrators(scope))
        && !held.contains(Permissions::ADMINISTRATOR)
    {
        return Err(BadKey::ForAdministrators(scope.clone()).into());
    }
    db.commit().await?;
    Ok(Reply::card(text::made(ctx.lang(), &key, &token)))
}

async fn revoke(ctx: &Ctx<Api>, key: &str) -> Outcome<Reply> {
    let mut db = ctx.database.acquire().await?;
    let key = keys::revoke(
        &mut db,
        Some(ctx.guild_id()?),
        open_part(key),
        ctx.clock.now(),
    )
    .await?;
    Ok(Reply::card(text::revoked(ctx.lang(), &key)))
}

/// The open part of what was chosen or pasted.
fn open_part(typed: &str) -> &str {
    let typed = typed.trim();
    keys::prefix(typed).unwrap_or_else(|| typed.strip_prefix("mj_").unwrap_or(typed))
}

pub(crate) async fn typing(ctx: Ctx<Api>, typing: CommandTyping) -> Outcome<Reply> {
    let typed = |value: AutocompleteValue<String>| match value {
        AutocompleteValue::Focused(typed) => typed,
        _ => String::new(),
    };
    match typing {
        CommandTyping::Create(ScopesTyping { scopes }) => {
            Ok(Reply::choices(more_scopes(&typed(scopes), &ctx)))
        }
        CommandTyping::Rotate(KeyTyping { key }) | CommandTyping::Revoke(KeyTyping { key }) => {
            let typed = typed(key).trim().to_lowercase();
            let mut db = ctx.database.acquire().await?;
            let keys = keys::list(&mut db, Some(ctx.guild_id()?), ctx.clock.now()).await?;
            let matching = keys.into_iter().filter(|key| {
                key.prefix.to_lowercase().contains(&typed)
                    || key.is.name.to_lowercase().contains(&typed)
            });
            Ok(Reply::choices(matching.map(|key| {
                Choice::text(format!("mj_{}… {}", key.prefix, key.is.name), key.prefix)
            })))
        }
    }
}

/// What was typed so far, with one more scope behind it.
fn more_scopes(typed: &str, ctx: &Ctx<Api>) -> Vec<Choice> {
    let start = typed.rfind([' ', ',']).map_or(0, |space| space + 1);
    let (before, begun) = typed.split_at(start);
    let known = ctx.catalogue.scopes();
    let all = ["*.read", "*"]
        .into_iter()
        .map(ToOwned::to_owned)
        .chain(known);
    all.filter(|scope| scope.contains(begun) && !before.split([' ', ',']).any(|word| word == scope))
        .map(|scope| format!("{before}{scope}"))
        // Discord takes no longer ones.
        .filter(|whole| whole.chars().count() <= 100)
        .map(|whole| Choice::text(whole.clone(), whole))
        .collect()
}
