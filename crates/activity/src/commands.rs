//! `/activity`: what is counted, and who.

use database::{ChannelId, RoleId};
use feature::{Access, Ctx, Outcome, Reply, SlashCommand, settings::Via};
use twilight_interactions::command::{CommandModel, CommandOption, CreateCommand, CreateOption};
use twilight_model::{
    application::interaction::InteractionChannel,
    id::{Id, marker::RoleMarker},
};

use crate::{Activity, MANAGE, privacy, settings::ActivitySettings, text};

/// What of you and this server is counted
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "activity")]
pub(crate) enum ActivityCommand {
    #[command(name = "opt-out")]
    OptOut(OptOut),
    #[command(name = "opt-in")]
    OptIn(OptIn),
    #[command(name = "config")]
    Config(Box<Config>),
}

impl SlashCommand for ActivityCommand {
    const ACCESS: Access = Access::needs(&MANAGE).except(&[("opt-out", None), ("opt-in", None)]);
}

/// Be counted no more, and have erased what was counted of you here
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "opt-out")]
pub(crate) struct OptOut {}

/// Be counted again, from now on
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "opt-in")]
pub(crate) struct OptIn {}

/// Show and change what is counted here
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "config")]
pub(crate) struct Config {
    /// Count nothing more in this channel, thread or category
    leave_out_channel: Option<InteractionChannel>,
    /// Count in this channel again
    count_channel: Option<InteractionChannel>,
    /// Count nobody more who has this role
    leave_out_role: Option<Id<RoleMarker>>,
    /// Count who has this role again
    count_role: Option<Id<RoleMarker>>,
    /// For how many days it is kept, 30 to 3650
    #[command(min_value = 30, max_value = 3650)]
    days: Option<i64>,
    /// How pictures look
    pictures: Option<Pictures>,
}

/// How pictures look.
#[derive(Clone, Copy, CommandOption, CreateOption, Debug, Eq, PartialEq)]
pub(crate) enum Pictures {
    #[option(name = "Dark", value = "dark")]
    Dark,
    #[option(name = "Light", value = "light")]
    Light,
}

pub(crate) async fn activity(ctx: Ctx<Activity>, command: ActivityCommand) -> Outcome<Reply> {
    match command {
        ActivityCommand::OptOut(OptOut {}) => privacy::opt(&ctx, true).await,
        ActivityCommand::OptIn(OptIn {}) => privacy::opt(&ctx, false).await,
        ActivityCommand::Config(config) => configure(&ctx, *config).await,
    }
}

async fn configure(ctx: &Ctx<Activity>, config: Config) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let place =
        |channel: Option<InteractionChannel>| channel.map(|channel| ChannelId::from(channel.id));
    let (out, back) = (place(config.leave_out_channel), place(config.count_channel));
    let role = |role: Option<Id<RoleMarker>>| role.map(RoleId::from);
    let (out_role, back_role) = (role(config.leave_out_role), role(config.count_role));
    let before = ctx.settings.get::<ActivitySettings>(guild).await?;
    let after = ctx
        .settings
        .change::<ActivitySettings>(guild, ctx.user(), Via::Discord, |settings| {
            settings.channels.extend(out);
            settings.roles.extend(out_role);
            settings.channels.retain(|channel| Some(*channel) != back);
            settings.roles.retain(|role| Some(*role) != back_role);
            settings.channels.sort_unstable();
            settings.channels.dedup();
            settings.roles.sort_unstable();
            settings.roles.dedup();
            if let Some(days) = config.days {
                settings.days = u16::try_from(days).unwrap_or(u16::MAX);
            }
            if let Some(pictures) = config.pictures {
                settings.light = pictures == Pictures::Light;
            }
            Ok(())
        })
        .await?;
    Ok(Reply::card(text::settings(
        ctx.lang(),
        &after,
        before != after,
    )))
}
