//! Users: the bot itself, others, DMs, the bot's guilds.

use serde_json::json;

use super::{Call, Outcome, Reply, Route};
use crate::{
    error::code,
    state::{User, World},
};

pub(super) const ROUTES: &[Route] = &[
    Route::bot("GET", "/users/@me", me),
    Route::bot("GET", "/users/{user_id}", user),
    Route::bot("GET", "/users/@me/guilds", guilds),
];

fn me(world: &mut World, _: &Call) -> Outcome {
    let me = world.users.get(&world.bot).map(User::own_json);
    Reply::ok(json!(me))
}

fn user(world: &mut World, call: &Call) -> Outcome {
    let id = call.id("user_id")?;
    match world.users.get(&id) {
        Some(user) => Reply::ok(user.json()),
        None => Err(code::UNKNOWN_USER.into()),
    }
}

fn guilds(world: &mut World, call: &Call) -> Outcome {
    let limit = call.query_number("limit", 200, 1..=200)?;
    let (before, after) = (call.query_id("before")?, call.query_id("after")?);
    let with_counts = call.query_flag("with_counts");
    let bot = world.bot;
    let guilds: Vec<_> = world
        .guilds
        .values()
        .filter(|guild| guild.members.contains_key(&bot))
        .filter(|guild| before.is_none_or(|before| guild.id < before))
        .filter(|guild| after.is_none_or(|after| guild.id > after))
        .take(limit)
        .map(|guild| {
            let permissions = world.permissions_in_guild(bot, guild.id);
            let mut shown = json!({
                "id": guild.id,
                "name": guild.name,
                "icon": guild.fields.get("icon"),
                "banner": guild.fields.get("banner"),
                "owner": guild.owner == bot,
                "permissions": permissions,
                "features": guild.features,
            });
            if with_counts {
                shown["approximate_member_count"] = guild.members.len().into();
                shown["approximate_presence_count"] = guild.members.len().into();
            }
            shown
        })
        .collect();
    Reply::ok(json!(guilds))
}
