//! `/features`: what is on and off in this server.

use feature::{
    Access, Capability, Choice, Colour, Ctx, Explain, Lang, Outcome, Reply, SlashCommand, Switches,
    Typing, settings::Via,
};
use twilight_interactions::command::{AutocompleteValue, CommandModel, CreateCommand};
use twilight_model::guild::Permissions;

use crate::{Admin, text};

/// Switching features on and off.
pub(crate) const MANAGE: Capability = Capability {
    name: "features.manage",
    by_default: Permissions::MANAGE_GUILD,
    staff: false,
};

/// Switch features on and off in this server
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "features")]
pub(crate) enum Command {
    #[command(name = "list")]
    List(List),
    #[command(name = "enable")]
    Enable(Enable),
    #[command(name = "disable")]
    Disable(Disable),
}

impl SlashCommand for Command {
    const ACCESS: Access = Access::needs(&MANAGE);
    const SHOWN_TO: Permissions = Permissions::MANAGE_GUILD;
}

/// Show which features are on
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "list")]
pub(crate) struct List {}

/// Switch a feature on
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "enable")]
pub(crate) struct Enable {
    /// Which feature
    #[command(autocomplete = true)]
    feature: String,
}

/// Switch a feature off: it keeps its data and does nothing
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "disable")]
pub(crate) struct Disable {
    /// Which feature
    #[command(autocomplete = true)]
    feature: String,
}

/// The options while they are typed.
#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) enum CommandTyping {
    #[command(name = "enable")]
    Enable(FeatureTyping),
    #[command(name = "disable")]
    Disable(FeatureTyping),
}

#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) struct FeatureTyping {
    feature: AutocompleteValue<String>,
}

impl Typing for CommandTyping {
    const COMMAND: &'static str = "features";
}

/// What can not be switched.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Nonsense {
    #[error("no feature `{asked}`")]
    Unknown {
        asked: String,
        nearest: Option<&'static str>,
    },
    #[error("`{0}` is always on")]
    Essential(String),
}

impl Explain for Nonsense {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(match self {
            Self::Unknown { asked, nearest } => text::no_feature(lang, asked, *nearest),
            Self::Essential(name) => text::essential(lang, name),
        })
    }
}

pub(crate) async fn features(ctx: Ctx<Admin>, command: Command) -> Outcome<Reply> {
    match command {
        Command::List(List {}) => list(&ctx).await,
        Command::Enable(Enable { feature }) => switch(&ctx, &feature, true).await,
        Command::Disable(Disable { feature }) => switch(&ctx, &feature, false).await,
    }
}

/// Offers what can be switched.
pub(crate) async fn typing(ctx: Ctx<Admin>, typing: CommandTyping) -> Outcome<Reply> {
    let switches = ctx.settings.get::<Switches>(ctx.guild_id()?).await?;
    let (wants_off, feature) = match typing {
        CommandTyping::Enable(FeatureTyping { feature }) => (true, feature),
        CommandTyping::Disable(FeatureTyping { feature }) => (false, feature),
    };
    let typed = match feature {
        AutocompleteValue::Focused(typed) => typed.trim().to_lowercase(),
        _ => String::new(),
    };
    let matching = ctx.catalogue.features().iter().filter(|name| {
        ctx.catalogue.can_be_off(name)
            && switches.off.contains(**name) == wants_off
            && name.contains(&typed)
    });
    Ok(Reply::choices(
        matching.map(|name| Choice::text(*name, *name)),
    ))
}

async fn list(ctx: &Ctx<Admin>) -> Outcome<Reply> {
    let switches = ctx.settings.get::<Switches>(ctx.guild_id()?).await?;
    let all: Vec<(&str, bool)> = ctx
        .catalogue
        .features()
        .iter()
        .map(|name| {
            let is_off = switches.off.contains(*name) && ctx.catalogue.can_be_off(name);
            (*name, !is_off)
        })
        .collect();
    Ok(Reply::card(text::features(ctx.lang(), &all)))
}

async fn switch(ctx: &Ctx<Admin>, asked: &str, on: bool) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let name = switchable(ctx, asked)?;
    let mut has_changed = false;
    ctx.settings
        .change::<Switches>(guild, ctx.user(), Via::Discord, |switches| {
            has_changed = if on {
                switches.off.remove(name)
            } else {
                switches.off.insert(name.to_owned())
            };
            Ok(())
        })
        .await?;
    if on && has_changed {
        // It saw nothing of what happened while it was off.
        ctx.repairs.ask(name, guild);
    }
    let card = text::feature_switched(ctx.lang(), name, on, has_changed);
    Ok(Reply::card(card.colour(Colour::Good)))
}

/// A feature that can be switched.
pub(crate) fn switchable(ctx: &Ctx<Admin>, asked: &str) -> Result<&'static str, Nonsense> {
    let asked = asked.trim();
    let all = || ctx.catalogue.features().iter().copied();
    let name = all()
        .find(|name| *name == asked)
        .ok_or_else(|| Nonsense::Unknown {
            asked: asked.to_owned(),
            nearest: crate::nearest(all(), asked),
        })?;
    if ctx.catalogue.can_be_off(name) {
        Ok(name)
    } else {
        Err(Nonsense::Essential(name.to_owned()))
    }
}
