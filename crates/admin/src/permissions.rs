//! `/permissions`: who may do what in this server, beyond what Discord's permissions say.

use database::{ChannelId, RoleId, UserId};
use feature::{
    Access, Capability, Card, Choice, Click, Colour, Ctx, Explain, Grants, Lang, Member,
    NotAllowed, Outcome, Reply, SlashCommand, Typing, custom_id,
    grants::{Effect, Holder, Rule},
    settings::Via,
};
use twilight_interactions::command::{
    AutocompleteValue, CommandModel, CreateCommand, ResolvedMentionable, ResolvedUser,
};
use twilight_model::{
    guild::Permissions,
    id::{Id, marker::ChannelMarker},
};

use crate::{Admin, text};

/// Changing who may do what.
pub(crate) const MANAGE: Capability = Capability {
    name: "permissions.manage",
    by_default: Permissions::ADMINISTRATOR,
    staff: false,
};

/// How many rules stand on a page.
const PAGE: usize = 15;

/// Choose who may do what
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "permissions")]
pub(crate) enum Command {
    #[command(name = "grant")]
    Grant(Grant),
    #[command(name = "deny")]
    Deny(Deny),
    #[command(name = "clear")]
    Clear(Clear),
    #[command(name = "list")]
    List(List),
    #[command(name = "check")]
    Check(Check),
}

impl SlashCommand for Command {
    const ACCESS: Access = Access::needs(&MANAGE);
    const SHOWN_TO: Permissions = Permissions::MANAGE_GUILD;
}

/// Let a role, a member or a channel do something
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "grant")]
pub(crate) struct Grant {
    /// What they may do
    #[command(autocomplete = true)]
    capability: String,
    /// A role or a member
    who: Option<ResolvedMentionable>,
    /// A channel: everyone, but only there
    channel: Option<Id<ChannelMarker>>,
}

/// Forbid a role, a member or a channel something, whatever else grants it
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "deny")]
pub(crate) struct Deny {
    /// What they may not do
    #[command(autocomplete = true)]
    capability: String,
    /// A role or a member
    who: Option<ResolvedMentionable>,
    /// A channel: everyone, but only there
    channel: Option<Id<ChannelMarker>>,
}

/// Take back what was granted or denied
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "clear")]
pub(crate) struct Clear {
    /// About what
    #[command(autocomplete = true)]
    capability: String,
    /// A role or a member
    who: Option<ResolvedMentionable>,
    /// A channel
    channel: Option<Id<ChannelMarker>>,
}

/// Show what is granted and denied here
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "list")]
pub(crate) struct List {}

/// Explain what a member may do here, rule by rule
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "check")]
pub(crate) struct Check {
    /// Who
    member: ResolvedUser,
    /// Only this, with every rule
    #[command(autocomplete = true)]
    capability: Option<String>,
}

/// The options while they are typed.
#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) enum CommandTyping {
    #[command(name = "grant")]
    Grant(CapabilityTyping),
    #[command(name = "deny")]
    Deny(CapabilityTyping),
    #[command(name = "clear")]
    Clear(CapabilityTyping),
    #[command(name = "check")]
    Check(CapabilityTyping),
}

#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) struct CapabilityTyping {
    capability: AutocompleteValue<String>,
}

impl Typing for CommandTyping {
    const COMMAND: &'static str = "permissions";
}

custom_id! {
    /// Turns to the page of rules that begins with this one.
    pub(crate) struct Turn: "admin" / "rules" v1 { from: u16 }
    answer = Update;
    access = MANAGE;
}

/// What can not be granted or denied.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Nonsense {
    #[error("no capability `{asked}`")]
    Unknown {
        asked: String,
        nearest: Option<&'static str>,
    },
    #[error("nobody was named, or two were")]
    Nobody,
    #[error("not a member of the server")]
    NoMember(UserId),
}

impl Explain for Nonsense {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(match self {
            Self::Unknown { asked, nearest } => text::no_capability(lang, asked, *nearest),
            Self::Nobody => text::nobody_named(lang),
            Self::NoMember(user) => text::no_member(lang, *user),
        })
    }
}

pub(crate) async fn permissions(ctx: Ctx<Admin>, command: Command) -> Outcome<Reply> {
    match command {
        Command::Grant(Grant {
            capability,
            who,
            channel,
        }) => change(&ctx, &capability, who, channel, Some(Effect::Grant)).await,
        Command::Deny(Deny {
            capability,
            who,
            channel,
        }) => change(&ctx, &capability, who, channel, Some(Effect::Deny)).await,
        Command::Clear(Clear {
            capability,
            who,
            channel,
        }) => change(&ctx, &capability, who, channel, None).await,
        Command::List(List {}) => Ok(Reply::card(page(&ctx, 0).await?)),
        Command::Check(Check { member, capability }) => check(&ctx, member, capability.as_deref()),
    }
}

pub(crate) async fn typing(ctx: Ctx<Admin>, typing: CommandTyping) -> Outcome<Reply> {
    let (CommandTyping::Grant(CapabilityTyping { capability })
    | CommandTyping::Deny(CapabilityTyping { capability })
    | CommandTyping::Clear(CapabilityTyping { capability })
    | CommandTyping::Check(CapabilityTyping { capability })) = typing;
    let typed = match capability {
        AutocompleteValue::Focused(typed) => typed.trim().to_lowercase(),
        _ => String::new(),
    };
    let matching = ctx
        .catalogue
        .capabilities()
        .filter(|(_, capability)| capability.name.contains(&typed));
    Ok(Reply::choices(matching.map(|(_, capability)| {
        Choice::text(capability.name, capability.name)
    })))
}

pub(crate) async fn turn(ctx: Ctx<Admin>, turn: Click<Turn>) -> Outcome<Reply> {
    Ok(Reply::update(page(&ctx, turn.from.into()).await?))
}

/// A registered capability.
pub(crate) fn named(ctx: &Ctx<Admin>, asked: &str) -> Result<&'static Capability, Nonsense> {
    let asked = asked.trim();
    let all = || {
        ctx.catalogue
            .capabilities()
            .map(|(_, capability)| capability)
    };
    all()
        .find(|capability| capability.name == asked)
        .ok_or_else(|| Nonsense::Unknown {
            asked: asked.to_owned(),
            nearest: crate::nearest(all().map(|capability| capability.name), asked),
        })
}

/// Who is meant: one of role, member and channel.
fn holder(
    who: Option<ResolvedMentionable>,
    channel: Option<Id<ChannelMarker>>,
) -> Result<Holder, Nonsense> {
    match (who, channel) {
        (Some(ResolvedMentionable::Role(role)), None) => Ok(Holder::Role(RoleId::from(role.id))),
        (Some(ResolvedMentionable::User(user)), None) => {
            Ok(Holder::Member(UserId::from(user.resolved.id)))
        }
        (None, Some(channel)) => Ok(Holder::Channel(ChannelId::from(channel))),
        _ => Err(Nonsense::Nobody),
    }
}

async fn change(
    ctx: &Ctx<Admin>,
    capability: &str,
    who: Option<ResolvedMentionable>,
    channel: Option<Id<ChannelMarker>>,
    effect: Option<Effect>,
) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let to = holder(who, channel)?;
    let is_registered = ctx
        .catalogue
        .capabilities()
        .any(|(_, known)| known.name == capability.trim());
    // What a feature that is gone left behind can be taken back, and nothing else.
    let known = if is_registered || effect.is_some() {
        Some(named(ctx, capability)?)
    } else {
        None
    };
    // Nobody hands out, or takes back a denial of, what they may not do themselves.
    if let Some(known) = known {
        ctx.require(known)?;
    } else if !is_administrator(ctx) {
        return Err(NotAllowed(&MANAGE).into());
    }
    let name = known.map_or(capability.trim(), |known| known.name);
    let mut has_changed = false;
    ctx.settings
        .change::<Grants>(guild, ctx.user(), Via::Discord, |grants| {
            has_changed = grants.set(name, to, effect);
            Ok(())
        })
        .await?;
    let hidden = match effect {
        Some(Effect::Grant) => known.map(|known| hidden(ctx, known)).unwrap_or_default(),
        _ => Vec::new(),
    };
    Ok(Reply::card(
        text::rule_changed(
            ctx.lang(),
            name,
            &to.mention(guild),
            effect,
            has_changed,
            &hidden,
        )
        .colour(Colour::Good),
    ))
}

pub(crate) fn is_administrator(ctx: &Ctx<Admin>) -> bool {
    let held = ctx.scene.member.permissions;
    held.contains(Permissions::ADMINISTRATOR)
}

/// The commands that ask for the capability and that Discord itself hides from those without some permission: a
/// grant can not widen that.
fn hidden(ctx: &Ctx<Admin>, capability: &Capability) -> Vec<String> {
    ctx.catalogue
        .commands()
        .filter(|entry| {
            let mut paths = entry.access.paths.iter().map(|(_, capability)| *capability);
            let asked = entry.access.everywhere;
            asked == Some(capability) || paths.any(|asked| asked == Some(capability))
        })
        .filter(|entry| {
            let needed = entry.schema.default_member_permissions;
            needed.is_some_and(|needed| !needed.is_empty())
        })
        .map(|entry| entry.schema.name.clone())
        .collect()
}

async fn page(ctx: &Ctx<Admin>, from: usize) -> Outcome<Card> {
    let guild = ctx.guild_id()?;
    let grants = ctx.settings.get::<Grants>(guild).await?;
    let link = |from: usize| u16::try_from(from).ok().map(|from| Turn { from });
    // Rules may be gone since the button was made.
    let from = if from < grants.rules.len() { from } else { 0 };
    let shown: Vec<&Rule> = grants.rules.iter().skip(from).take(PAGE).collect();
    let before = (from > 0)
        .then(|| link(from.saturating_sub(PAGE)))
        .flatten();
    let after = (from + PAGE < grants.rules.len())
        .then(|| link(from + PAGE))
        .flatten();
    let is_known = |name: &str| {
        let mut all = ctx.catalogue.capabilities();
        all.any(|(_, capability)| capability.name == name)
    };
    let card = text::rules(ctx.lang(), guild, &shown, grants.rules.len(), is_known);
    Ok(card.pages(ctx.lang(), before.as_ref(), after.as_ref()))
}

fn check(ctx: &Ctx<Admin>, user: ResolvedUser, capability: Option<&str>) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let id = UserId::from(user.resolved.id);
    let Some(found) = user.member else {
        return Err(Nonsense::NoMember(id).into());
    };
    let member = Member {
        id,
        roles: found.roles.iter().copied().map(RoleId::from).collect(),
        permissions: found.permissions,
    };
    if let Some(asked) = capability {
        let capability = named(ctx, asked)?;
        let steps = ctx.scene.weigh(capability, &member);
        return Ok(Reply::card(text::check_one(
            ctx.lang(),
            guild,
            id,
            capability.name,
            &steps,
        )));
    }
    let all: Vec<_> = ctx
        .catalogue
        .capabilities()
        .map(|(_, capability)| (capability.name, ctx.scene.weigh(capability, &member)))
        .collect();
    Ok(Reply::card(text::check_all(ctx.lang(), guild, id, &all)))
}
