//! `/doctor`: what stands in the way of the features here, and how to mend it.

use std::collections::BTreeMap;

use database::{ChannelId, GuildId, RoleId};
use feature::{Access, Ctx, House, Outcome, Reply, SlashCommand};
use jiff::SignedDuration;
use twilight_interactions::command::{CommandModel, CreateCommand};
use twilight_model::{channel::ChannelType, gateway::Intents, guild::Permissions};

use crate::{Admin, settings, text};

/// How many channels a server has at the most, categories counted.
///
/// See [Discord Docs/Create Guild Channel](https://docs.discord.com/developers/resources/guild#create-guild-channel).
pub(crate) const MOST_CHANNELS: usize = 500;
/// How many channels a category has at the most.
pub(crate) const MOST_IN_CATEGORY: usize = 50;
/// How many roles a server has at the most.
pub(crate) const MOST_ROLES: usize = 250;
/// How far this clock and Discord's may be apart before it is worth a word.
const SKEW: SignedDuration = SignedDuration::from_secs(5);

/// Find out what is missing for the features here, and how to mend it
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "doctor")]
pub(crate) struct Doctor {}

impl SlashCommand for Doctor {
    const ACCESS: Access = Access::needs(&settings::MANAGE);
    const SHOWN_TO: Permissions = Permissions::MANAGE_GUILD;
}

/// Something that stands in the way, or soon will.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Finding {
    /// Intents are switched off in the developer portal.
    IntentsOff(&'static str, Intents),
    /// Permissions are missing everywhere.
    Lacks(&'static str, Permissions),
    /// Permissions are missing in a channel.
    LacksIn(&'static str, ChannelId, Permissions),
    /// A channel that is needed is not there, or can not be seen.
    NoChannel(&'static str, ChannelId),
    /// A role that is handed out stands above the bot's highest.
    RoleAbove(&'static str, RoleId),
    /// A role that is handed out is gone.
    NoRole(&'static str, RoleId),
    /// What is needed could not be found out.
    NotLookedAt(&'static str),
    /// The server has nearly, or all, as many channels as Discord allows.
    Channels(usize),
    /// The same of roles.
    Roles(usize),
    /// The same of a category.
    Category(ChannelId, usize),
    /// This clock and Discord's are apart.
    Clock(SignedDuration),
}

/// What was found.
#[derive(Debug)]
pub(crate) struct Examined {
    /// The features that are on.
    pub(crate) features: Vec<&'static str>,
    pub(crate) findings: Vec<Finding>,
    /// Invites the bot with no more than these features need.
    pub(crate) invite: String,
    /// What the invite asks for.
    pub(crate) needed: Permissions,
}

pub(crate) async fn doctor(ctx: Ctx<Admin>, _: Doctor) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let mut examined = examine(&ctx, guild).await?;
    let skew = ctx.clock.now().duration_since(ctx.scene.created_at);
    if skew.abs() > SKEW {
        examined.findings.push(Finding::Clock(skew));
    }
    Ok(Reply::card(text::doctor(
        ctx.lang(),
        &examined,
        (MOST_CHANNELS, MOST_ROLES, MOST_IN_CATEGORY),
    )))
}

/// Looks for what stands in the way in a guild.
pub(crate) async fn examine(house: &House, guild: GuildId) -> Outcome<Examined> {
    let held = house.own_permissions(guild).await?;
    let missing = house.pulse.missing_intents();
    let (mut features, mut findings) = (Vec::new(), Vec::new());
    let mut needed = Permissions::VIEW_CHANNEL;
    for entry in house.catalogue.needs() {
        let name = entry.feature;
        if house.is_off(name, guild).await? {
            continue;
        }
        features.push(name);
        needed |= entry.permissions;
        let off = entry.intents & missing;
        if !off.is_empty() {
            findings.push(Finding::IntentsOff(name, off));
        }
        let lacks = entry.permissions - held;
        if !lacks.is_empty() {
            findings.push(Finding::Lacks(name, lacks));
        }
        let Some(look) = &entry.look else { continue };
        let needs = match look(house.clone(), guild).await {
            Ok(needs) => needs,
            Err(failure) => {
                tracing::warn!(%guild, feature = name, error = failure.chain(), "what a feature needs can not be found out");
                findings.push(Finding::NotLookedAt(name));
                continue;
            }
        };
        for (channel, wanted) in needs.channels {
            match house.own_permissions_in(guild, channel).await? {
                None => findings.push(Finding::NoChannel(name, channel)),
                // What is missing everywhere is told already.
                Some(here) => {
                    let lacks = wanted - here - lacks;
                    if !lacks.is_empty() {
                        findings.push(Finding::LacksIn(name, channel, lacks));
                    }
                }
            }
        }
        let highest = highest(house, guild).await?;
        for role in needs.roles {
            match house.cache.role(role.into()) {
                None => findings.push(Finding::NoRole(name, role)),
                // Of two roles in one place, the older one stands higher.
                Some(found) => {
                    let place = (found.position, std::cmp::Reverse(role));
                    if highest.is_none_or(|highest| place >= highest) {
                        findings.push(Finding::RoleAbove(name, role));
                    }
                }
            }
        }
    }
    findings.extend(limits(house, guild));
    let invite = format!(
        "https://discord.com/oauth2/authorize?client_id={}&scope=bot%20applications.commands&permissions={}&guild_id={guild}&disable_guild_select=true",
        house.me.application(),
        needed.bits()
    );
    Ok(Examined {
        features,
        findings,
        invite,
        needed,
    })
}

/// The place of the bot's highest role.
async fn highest(
    house: &House,
    guild: GuildId,
) -> Outcome<Option<(i64, std::cmp::Reverse<RoleId>)>> {
    let own = house.me.roles(&house.discord, guild).await?;
    let places = own.iter().filter_map(|role| {
        let found = house.cache.role((*role).into())?;
        Some((found.position, std::cmp::Reverse(*role)))
    });
    Ok(places.max())
}

/// What is near a limit of Discord's: from nine tenths of it.
fn limits(house: &House, guild: GuildId) -> Vec<Finding> {
    let is_near = |count: usize, most: usize| count * 10 >= most * 9;
    let mut findings = Vec::new();
    let (mut channels, mut categories) = (0, BTreeMap::<ChannelId, usize>::new());
    let ids: Vec<_> = house
        .cache
        .guild_channels(guild.into())
        .map(|ids| ids.iter().copied().collect())
        .unwrap_or_default();
    for id in ids {
        let Some(channel) = house.cache.channel(id) else {
            continue;
        };
        if channel.kind.is_thread() {
            continue;
        }
        channels += 1;
        if channel.kind != ChannelType::GuildCategory
            && let Some(parent) = channel.parent_id
        {
            *categories.entry(parent.into()).or_default() += 1;
        }
    }
    if is_near(channels, MOST_CHANNELS) {
        findings.push(Finding::Channels(channels));
    }
    let roles = house
        .cache
        .guild_roles(guild.into())
        .map_or(0, |roles| roles.len());
    if is_near(roles, MOST_ROLES) {
        findings.push(Finding::Roles(roles));
    }
    findings.extend(
        categories
            .into_iter()
            .filter(|(_, count)| is_near(*count, MOST_IN_CATEGORY))
            .map(|(category, count)| Finding::Category(category, count)),
    );
    findings
}
