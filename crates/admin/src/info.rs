//! `/info`: what is running here.

use feature::{Ctx, Outcome, Pulse, Reply, SlashCommand};
use jiff::Timestamp;
use twilight_interactions::command::{CommandModel, CreateCommand};

use crate::{Admin, text};

/// Show the version, the features and facts about this server
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "info")]
pub(crate) struct Info {}

impl SlashCommand for Info {}

/// Facts about the guild, as the gateway told them.
#[derive(Debug)]
pub(crate) struct GuildFacts {
    pub(crate) name: String,
    pub(crate) members: Option<u64>,
    pub(crate) created_at: Timestamp,
}

/// Facts about the program.
#[derive(Debug)]
pub(crate) struct ProgramFacts<'a> {
    pub(crate) version: &'static str,
    pub(crate) started_at: Timestamp,
    pub(crate) features: &'a [&'static str],
    /// Resident memory in MiB, where the system tells.
    pub(crate) memory: Option<u64>,
}

pub(crate) async fn info(ctx: Ctx<Admin>, _: Info) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let facts = ctx.cache.guild(guild.into()).map(|known| GuildFacts {
        name: known.name().to_owned(),
        members: known.member_count(),
        created_at: feature::created_at(guild.get()),
    });
    let program = ProgramFacts {
        version: ctx.pulse.version(),
        started_at: ctx.pulse.started_at(),
        features: ctx.catalogue.features(),
        memory: Pulse::memory().map(|bytes| bytes / (1024 * 1024)),
    };
    Ok(Reply::card(text::info(
        ctx.lang(),
        facts.as_ref(),
        &program,
    )))
}
