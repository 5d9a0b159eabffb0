//! The REST side: one route table, one pipeline, one file per resource.

mod answers;
mod applications;
mod automod;
mod bans;
mod body;
mod bulk;
mod call;
mod channels;
mod commands;
mod emojis;
mod events;
mod gateway;
mod guild_channels;
mod guilds;
mod interactions;
mod invites;
mod members;
mod messages;
mod pipeline;
mod polls;
mod prune;
mod reactions;
mod rights;
mod roles;
mod stages;
mod threads;
mod users;
mod webhooks;

pub(crate) use call::{Auth, Call, Outcome, Reply, Route, Upload};
pub(crate) use emojis::tell as tell_emojis;
pub(crate) use interactions::answer_over_http;
pub(crate) use pipeline::{refusal, router};

/// Every route there is.
fn routes() -> Vec<Route> {
    [
        applications::ROUTES,
        automod::ROUTES,
        bans::ROUTES,
        bulk::ROUTES,
        channels::ROUTES,
        commands::ROUTES,
        emojis::ROUTES,
        events::ROUTES,
        gateway::ROUTES,
        guild_channels::ROUTES,
        guilds::ROUTES,
        interactions::ROUTES,
        invites::ROUTES,
        members::ROUTES,
        messages::ROUTES,
        polls::ROUTES,
        prune::ROUTES,
        reactions::ROUTES,
        roles::ROUTES,
        stages::ROUTES,
        threads::ROUTES,
        users::ROUTES,
        webhooks::ROUTES,
    ]
    .concat()
}
