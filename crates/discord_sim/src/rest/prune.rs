//! Pruning members who are away.

use serde_json::json;

use super::{Call, Outcome, Reply, Route};
use crate::{
    acts::audit::{Entry, action},
    error::{ApiError, Form},
    ids::Id,
    permissions::Permissions,
    state::World,
    validate::Fields,
};

pub(super) const ROUTES: &[Route] = &[
    Route::bot("GET", "/guilds/{guild_id}/prune", prune_count),
    Route::bot("POST", "/guilds/{guild_id}/prune", prune),
];

/// Who a prune would remove: members without roles (or with included ones only) who are not there.
fn prunable(world: &World, guild: Id, include: &[Id]) -> Result<Vec<Id>, ApiError> {
    let needed = Permissions::MANAGE_GUILD | Permissions::KICK_MEMBERS;
    world.need_in_guild(guild, needed)?;
    let home = world.guild(guild)?;
    let is_idle = |user: Id| {
        !world
            .presences
            .get(&user)
            .is_some_and(crate::gateway::Presence::is_online)
    };
    Ok(home
        .members
        .values()
        .filter(|member| member.user != home.owner && member.user != world.bot)
        .filter(|member| member.roles.iter().all(|role| include.contains(role)))
        .filter(|member| is_idle(member.user))
        .map(|member| member.user)
        .collect())
}

fn prune_count(world: &mut World, call: &Call) -> Outcome {
    let guild = call.id("guild_id")?;
    call.query_number("days", 7, 1..=30)?;
    let include: Vec<Id> = call
        .query
        .iter()
        .filter(|(key, _)| key == "include_roles")
        .flat_map(|(_, value)| value.split(','))
        .filter_map(|id| id.parse().ok())
        .collect();
    Reply::ok(json!({"pruned": prunable(world, guild, &include)?.len()}))
}

fn prune(world: &mut World, call: &Call) -> Outcome {
    let guild = call.id("guild_id")?;
    let mut form = Form::default();
    let body = if call.body.is_null() {
        json!({})
    } else {
        call.body.clone()
    };
    let mut fields = Fields::of(&body, "", &mut form);
    let days = fields.count("days", 1..=30).set().unwrap_or(7);
    let include = fields
        .ids("include_roles", 0..=250)
        .set()
        .unwrap_or_default();
    let counts = fields.flag("compute_prune_count").set().unwrap_or(true);
    form.finish()?;
    let gone = prunable(world, guild, &include)?;
    for user in &gone {
        world.leave_guild(guild, *user);
    }
    let entry = Entry::new(
        guild,
        world.bot,
        action::MEMBER_PRUNE,
        guild,
        call.reason.as_deref(),
    );
    let options =
        json!({"delete_member_days": days.to_string(), "members_removed": gone.len().to_string()});
    world.audit(Entry {
        target: None,
        ..entry.options(options)
    });
    Reply::ok(json!({"pruned": counts.then_some(gone.len())}))
}
