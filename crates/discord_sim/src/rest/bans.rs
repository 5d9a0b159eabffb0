//! Bans.

use serde_json::{Value, json};

use super::{Call, Outcome, Reply, Route};
use crate::{
    acts::audit::{Entry, action},
    error::{ApiError, Form, code},
    ids::Id,
    permissions::Permissions,
    state::World,
    validate::Fields,
};

const ALL: &str = "/guilds/{guild_id}/bans";
const ONE: &str = "/guilds/{guild_id}/bans/{user_id}";

pub(super) const ROUTES: &[Route] = &[
    Route::bot("GET", ALL, list),
    Route::bot("GET", ONE, get),
    Route::bot("PUT", ONE, ban),
    Route::bot("DELETE", ONE, unban),
    Route::bot("POST", "/guilds/{guild_id}/bulk-ban", bulk),
];

const WEEK: u32 = 604_800;

fn shown(world: &World, user: Id, reason: Option<&String>) -> Value {
    json!({"user": world.user_json(user), "reason": reason})
}

fn list(world: &mut World, call: &Call) -> Outcome {
    let guild = call.id("guild_id")?;
    world.need_in_guild(guild, Permissions::BAN_MEMBERS)?;
    let limit = call.query_number("limit", 1000, 1..=1000)?;
    let (before, after) = (call.query_id("before")?, call.query_id("after")?);
    let bans = &world.guild(guild)?.bans;
    let mut page: Vec<_> = match (before, after) {
        (Some(before), _) => bans.range(..before).rev().take(limit).collect(),
        (None, Some(after)) => bans
            .range(after..)
            .filter(|(id, _)| **id != after)
            .take(limit)
            .collect(),
        (None, None) => bans.iter().take(limit).collect(),
    };
    page.sort_by_key(|(user, _)| **user);
    let page: Vec<Value> = page
        .into_iter()
        .map(|(user, reason)| shown(world, *user, reason.as_ref()))
        .collect();
    Reply::ok(Value::Array(page))
}

fn get(world: &mut World, call: &Call) -> Outcome {
    let (guild, user) = (call.id("guild_id")?, call.id("user_id")?);
    world.need_in_guild(guild, Permissions::BAN_MEMBERS)?;
    match world.guild(guild)?.bans.get(&user) {
        Some(reason) => Reply::ok(shown(world, user, reason.as_ref())),
        None => Err(code::UNKNOWN_BAN.into()),
    }
}

/// How many seconds of messages go with the ban.
fn seconds(call: &Call) -> Result<u64, ApiError> {
    if call.body.is_null() {
        return Ok(0);
    }
    let mut form = Form::default();
    let mut fields = Fields::of(&call.body, "", &mut form);
    let seconds = fields.count("delete_message_seconds", 0..=WEEK).set();
    let days = fields.count("delete_message_days", 0..=7).set();
    form.finish()?;
    Ok(seconds.or(days.map(|days| days * 86_400)).unwrap_or(0))
}

fn ban(world: &mut World, call: &Call) -> Outcome {
    let (guild, user) = (call.id("guild_id")?, call.id("user_id")?);
    world.need_in_guild(guild, Permissions::BAN_MEMBERS)?;
    let seconds = seconds(call)?;
    if !world.users.contains_key(&user) {
        return Err(code::UNKNOWN_USER.into());
    }
    world.need_above_member(guild, user)?;
    world.ban(guild, user, call.reason.as_deref(), seconds);
    world.audit(Entry::new(
        guild,
        world.bot,
        action::MEMBER_BAN_ADD,
        user,
        call.reason.as_deref(),
    ));
    Reply::empty()
}

fn unban(world: &mut World, call: &Call) -> Outcome {
    let (guild, user) = (call.id("guild_id")?, call.id("user_id")?);
    world.need_in_guild(guild, Permissions::BAN_MEMBERS)?;
    if !world.unban(guild, user) {
        return Err(code::UNKNOWN_BAN.into());
    }
    world.audit(Entry::new(
        guild,
        world.bot,
        action::MEMBER_BAN_REMOVE,
        user,
        call.reason.as_deref(),
    ));
    Reply::empty()
}

fn bulk(world: &mut World, call: &Call) -> Outcome {
    let guild = call.id("guild_id")?;
    world.need_in_guild(guild, Permissions::BAN_MEMBERS | Permissions::MANAGE_GUILD)?;
    let mut form = Form::default();
    let ids = Fields::of(&call.body, "", &mut form)
        .ids("user_ids", 1..=200)
        .set();
    form.finish()?;
    let seconds = seconds(call)?;
    let Some(ids) = ids else {
        return Err(ApiError::form(
            "user_ids",
            "BASE_TYPE_REQUIRED",
            "This field is required",
        ));
    };
    let (mut banned, mut failed) = (Vec::new(), Vec::new());
    for user in ids {
        let is_fit = world.users.contains_key(&user)
            && !world.guild(guild)?.bans.contains_key(&user)
            && user != world.bot
            && world.need_above_member(guild, user).is_ok();
        if is_fit {
            world.ban(guild, user, call.reason.as_deref(), seconds);
            world.audit(Entry::new(
                guild,
                world.bot,
                action::MEMBER_BAN_ADD,
                user,
                call.reason.as_deref(),
            ));
            banned.push(user);
        } else {
            failed.push(user);
        }
    }
    if banned.is_empty() {
        return Err(code::NONE_BANNED.into());
    }
    Reply::ok(json!({"banned_users": banned, "failed_users": failed}))
}
