//! `/ping`: how fast the bot and Discord talk to each other.

use feature::{
    Button, Card, Click, Colour, Ctx, Outcome, Place, Pulse, Reply, SlashCommand, custom_id,
};
use jiff::SignedDuration;
use twilight_interactions::command::{CommandModel, CreateCommand};

use crate::{Admin, text};

/// Show how fast I answer
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "ping")]
pub(crate) struct Ping {}

impl SlashCommand for Ping {
    const PLACE: Place = Place::Anywhere;
}

custom_id! {
    /// Measures again.
    pub(crate) struct Refresh: "admin" / "ping" v1 {}
    answer = Update;
}

pub(crate) async fn ping(ctx: Ctx<Admin>, _: Ping) -> Outcome<Reply> {
    Ok(Reply::card(card(&ctx)))
}

pub(crate) async fn refresh(ctx: Ctx<Admin>, _: Click<Refresh>) -> Outcome<Reply> {
    Ok(Reply::update(card(&ctx)))
}

/// What is measured, in one reading.
#[derive(Debug)]
pub(crate) struct Reading {
    /// The round trip of the last heartbeat, in milliseconds.
    pub(crate) gateway: Option<u128>,
    /// The round trip of the last REST call, in milliseconds.
    pub(crate) rest: Option<u128>,
    /// Which shard serves this guild, counted from 1, and how many there are.
    pub(crate) shard: (u32, usize),
    /// How long the program runs.
    pub(crate) uptime: SignedDuration,
}

fn card(ctx: &Ctx<Admin>) -> Card {
    let pulse: &Pulse = &ctx.pulse;
    let reading = Reading {
        gateway: pulse
            .shard(ctx.scene.shard)
            .and_then(|shard| shard.latency)
            .map(|latency| latency.as_millis()),
        rest: ctx.discord.latency().map(|latency| latency.as_millis()),
        shard: (ctx.scene.shard + 1, pulse.shards().len()),
        uptime: ctx.clock.now().duration_since(pulse.started_at()),
    };
    text::ping(ctx.lang(), &reading)
        .colour(Colour::Good)
        .button(Button::new(text::refresh(ctx.lang()), &Refresh {}).emoji("🔄"))
}
