//! Members of a guild: looking them up, changing them, roles, kicks, pruning.

use serde_json::{Value, json};

use super::{Call, Outcome, Reply, Route};
use crate::{
    acts::audit::{Entry, action},
    clock::Millis,
    error::{ApiError, Form, code},
    ids::Id,
    permissions::Permissions,
    state::World,
    validate::{Fields, Patch},
};

const ALL: &str = "/guilds/{guild_id}/members";
const ONE: &str = "/guilds/{guild_id}/members/{user_id}";
const ME: &str = "/guilds/{guild_id}/members/@me";
const ROLE: &str = "/guilds/{guild_id}/members/{user_id}/roles/{role_id}";

pub(super) const ROUTES: &[Route] = &[
    Route::bot("GET", ALL, list),
    Route::bot("GET", "/guilds/{guild_id}/members/search", search),
    Route::bot("GET", ONE, get),
    Route::bot("PATCH", ME, edit_me),
    Route::bot("PATCH", ONE, edit),
    Route::bot("DELETE", ONE, kick),
    Route::bot("PUT", ROLE, add_role),
    Route::bot("DELETE", ROLE, remove_role),
];

/// Timeouts last this long at most.
const MAX_TIMEOUT: Millis = 28 * 86_400_000;

fn list(world: &mut World, call: &Call) -> Outcome {
    let guild = call.id("guild_id")?;
    let limit = call.query_number("limit", 1, 1..=1000)?;
    let after = call.query_id("after")?.unwrap_or(Id::new(0));
    let home = world.guild(guild)?;
    if !world.options.members_intent {
        return Err(code::MISSING_ACCESS.into());
    }
    let page: Vec<Value> = home
        .members
        .range(after..)
        .filter(|(id, _)| **id != after)
        .take(limit)
        .map(|(_, member)| world.member_json(member))
        .collect();
    Reply::ok(Value::Array(page))
}

fn search(world: &mut World, call: &Call) -> Outcome {
    let guild = world.guild(call.id("guild_id")?)?;
    let limit = call.query_number("limit", 1, 1..=1000)?;
    let query = call.query("query").unwrap_or_default().to_lowercase();
    if query.is_empty() {
        return Err(ApiError::form(
            "query",
            "BASE_TYPE_REQUIRED",
            "This field is required",
        ));
    }
    let page: Vec<Value> = world
        .members_named(guild, &query)
        .take(limit)
        .filter_map(|id| guild.members.get(&id))
        .map(|member| world.member_json(member))
        .collect();
    Reply::ok(Value::Array(page))
}

fn get(world: &mut World, call: &Call) -> Outcome {
    let member = world.member(call.id("guild_id")?, call.id("user_id")?)?;
    Reply::ok(world.member_json(member))
}

fn shown(world: &World, guild: Id, user: Id) -> Outcome {
    let member = world.member(guild, user)?;
    Reply::ok(world.member_json(member))
}

fn edit_me(world: &mut World, call: &Call) -> Outcome {
    let (guild, bot) = (call.id("guild_id")?, world.bot);
    let mut form = Form::default();
    let nick = Fields::of(&call.body, "", &mut form)
        .text("nick", 0..=32)
        .map(str::to_owned);
    form.finish()?;
    world.guild(guild)?;
    if nick.is_given() {
        world.need_in_guild(guild, Permissions::CHANGE_NICKNAME)?;
        world.change_member(guild, bot, |member| {
            member.nick = nick.set().filter(|nick| !nick.is_empty());
        });
    }
    shown(world, guild, bot)
}

/// A checked body of a member's PATCH.
struct Wanted {
    nick: Patch<String>,
    roles: Patch<Vec<Id>>,
    mute: Option<bool>,
    deaf: Option<bool>,
    channel: Patch<Id>,
    timeout: Patch<Millis>,
    flags: Option<u64>,
}

fn read(body: &Value) -> Result<Wanted, ApiError> {
    let mut form = Form::default();
    let mut fields = Fields::of(body, "", &mut form);
    let wanted = Wanted {
        nick: fields.text("nick", 0..=32).map(str::to_owned),
        roles: fields.ids("roles", 0..=250),
        mute: fields.flag("mute").set(),
        deaf: fields.flag("deaf").set(),
        channel: fields.id("channel_id"),
        timeout: fields.instant("communication_disabled_until"),
        flags: fields.count("flags", 0..=u32::MAX).set(),
    };
    form.finish()?;
    Ok(wanted)
}

fn edit(world: &mut World, call: &Call) -> Outcome {
    let (guild, user) = (call.id("guild_id")?, call.id("user_id")?);
    let wanted = read(&call.body)?;
    world.member(guild, user)?;
    check_edit(world, guild, user, &wanted)?;
    let in_voice = world.guild(guild)?.voice.contains_key(&user);
    let needs_voice = wanted.mute.is_some() || wanted.deaf.is_some() || wanted.channel.is_given();
    if needs_voice && !in_voice {
        return Err(code::NOT_IN_VOICE.into());
    }
    apply(world, call, guild, user, &wanted);
    shown(world, guild, user)
}

fn check_edit(world: &World, guild: Id, user: Id, wanted: &Wanted) -> Result<(), ApiError> {
    let home = world.guild(guild)?;
    if wanted.nick.is_given() {
        world.need_in_guild(guild, Permissions::MANAGE_NICKNAMES)?;
        world.need_above_member(guild, user)?;
    }
    if let Patch::Set(roles) = &wanted.roles {
        world.need_in_guild(guild, Permissions::MANAGE_ROLES)?;
        let held = home
            .members
            .get(&user)
            .map_or(&[][..], |member| &member.roles);
        let changed = roles
            .iter()
            .filter(|role| !held.contains(role))
            .chain(held.iter().filter(|role| !roles.contains(role)));
        for role in changed {
            check_grant(world, guild, *role)?;
        }
    }
    if wanted.mute.is_some() {
        world.need_in_guild(guild, Permissions::MUTE_MEMBERS)?;
    }
    if wanted.deaf.is_some() {
        world.need_in_guild(guild, Permissions::DEAFEN_MEMBERS)?;
    }
    match wanted.channel {
        Patch::Absent => {}
        Patch::Null => world.need_in_guild(guild, Permissions::MOVE_MEMBERS)?,
        Patch::Set(channel) => {
            let target = world.channel(channel)?;
            if target.guild != Some(guild) || !target.kind.is_voice() {
                return Err(code::WRONG_CHANNEL_TYPE.into());
            }
            world.need_in_guild(guild, Permissions::MOVE_MEMBERS)?;
            world.need_in(channel, Permissions::MOVE_MEMBERS | Permissions::CONNECT)?;
        }
    }
    if wanted.timeout.is_given() {
        check_timeout(world, guild, user, &wanted.timeout)?;
    }
    if wanted.flags.is_some() {
        let own = world.permissions_in_guild(world.bot, guild);
        let moderates =
            Permissions::MODERATE_MEMBERS | Permissions::KICK_MEMBERS | Permissions::BAN_MEMBERS;
        let allowed = own.contains(Permissions::MANAGE_GUILD)
            || own.contains(Permissions::MANAGE_ROLES)
            || own.contains(moderates);
        if !allowed {
            return Err(code::MISSING_PERMISSIONS.into());
        }
    }
    Ok(())
}

fn check_timeout(
    world: &World,
    guild: Id,
    user: Id,
    until: &Patch<Millis>,
) -> Result<(), ApiError> {
    world.need_in_guild(guild, Permissions::MODERATE_MEMBERS)?;
    world.need_above_member(guild, user)?;
    let is_admin = world
        .permissions_in_guild(user, guild)
        .contains(Permissions::ADMINISTRATOR);
    if is_admin && matches!(until, Patch::Set(_)) {
        return Err(code::MISSING_PERMISSIONS.into());
    }
    if let Patch::Set(until) = until
        && *until > world.now() + MAX_TIMEOUT
    {
        return Err(ApiError::form(
            "communication_disabled_until",
            "COMMUNICATION_DISABLED_TOO_LONG",
            "You can only time a user out for 28 days or less.",
        ));
    }
    Ok(())
}

/// Whether the bot may give or take a role.
fn check_grant(world: &World, guild: Id, role: Id) -> Result<(), ApiError> {
    let found = world
        .guild(guild)?
        .roles
        .get(&role)
        .ok_or(code::UNKNOWN_ROLE)?;
    if found.is_managed || role == guild {
        return Err(code::MISSING_PERMISSIONS.into());
    }
    world.need_above_role(guild, role)
}

fn apply(world: &mut World, call: &Call, guild: Id, user: Id, wanted: &Wanted) {
    let reason = call.reason.as_deref();
    let bot = world.bot;
    if let Patch::Set(roles) = &wanted.roles {
        let held = world
            .member(guild, user)
            .map(|member| member.roles.clone())
            .unwrap_or_default();
        let named = |world: &World, ids: Vec<Id>| -> Vec<Value> {
            let home = world.guilds.get(&guild);
            ids.into_iter()
                .map(|id| {
                    let name = home
                        .and_then(|home| home.roles.get(&id))
                        .map(|role| &role.name);
                    json!({"id": id, "name": name})
                })
                .collect()
        };
        let added: Vec<Id> = roles
            .iter()
            .filter(|role| !held.contains(role))
            .copied()
            .collect();
        let removed: Vec<Id> = held
            .iter()
            .filter(|role| !roles.contains(role))
            .copied()
            .collect();
        let mut changes = Vec::new();
        for (key, ids) in [("$add", added), ("$remove", removed)] {
            if !ids.is_empty() {
                changes.push(json!({"key": key, "new_value": named(world, ids)}));
            }
        }
        if !changes.is_empty() {
            let entry = Entry::new(guild, bot, action::MEMBER_ROLE_UPDATE, user, reason);
            world.audit(entry.changes(json!(changes)));
        }
    }
    let is_update = wanted.nick.is_given()
        || wanted.roles.is_given()
        || wanted.timeout.is_given()
        || wanted.flags.is_some()
        || wanted.mute.is_some()
        || wanted.deaf.is_some();
    if is_update {
        world.change_member(guild, user, |member| {
            match &wanted.nick {
                Patch::Absent => {}
                Patch::Null => member.nick = None,
                Patch::Set(nick) => member.nick = (!nick.is_empty()).then(|| nick.clone()),
            }
            if let Patch::Set(roles) = &wanted.roles {
                member.roles.clone_from(roles);
            }
            match wanted.timeout {
                Patch::Absent => {}
                Patch::Null => member.timeout_until = None,
                Patch::Set(until) => member.timeout_until = Some(until),
            }
            if let Some(flags) = wanted.flags {
                // BYPASSES_VERIFICATION is the only flag that can be set.
                member.flags = (member.flags & !4) | if flags & 4 == 0 { 0 } else { 4 };
            }
            member.is_mute = wanted.mute.unwrap_or(member.is_mute);
            member.is_deaf = wanted.deaf.unwrap_or(member.is_deaf);
        });
        if wanted.nick.is_given() || wanted.timeout.is_given() {
            world.audit(Entry::new(guild, bot, action::MEMBER_UPDATE, user, reason));
        }
    }
    if wanted.mute.is_some() || wanted.deaf.is_some() {
        world.tell_voice(guild, user);
    }
    match wanted.channel {
        Patch::Absent => {}
        Patch::Null => {
            world.leave_voice(guild, user);
            let entry = Entry::new(guild, bot, action::MEMBER_DISCONNECT, user, reason);
            world.audit(Entry {
                target: None,
                ..entry.options(json!({"count": "1"}))
            });
        }
        Patch::Set(channel) => {
            world.enter_voice(guild, user, channel, |_| {});
            let entry = Entry::new(guild, bot, action::MEMBER_MOVE, user, reason);
            let options = json!({"channel_id": channel, "count": "1"});
            world.audit(Entry {
                target: None,
                ..entry.options(options)
            });
        }
    }
}

fn kick(world: &mut World, call: &Call) -> Outcome {
    let (guild, user) = (call.id("guild_id")?, call.id("user_id")?);
    world.need_in_guild(guild, Permissions::KICK_MEMBERS)?;
    world.member(guild, user)?;
    world.need_above_member(guild, user)?;
    world.leave_guild(guild, user);
    world.audit(Entry::new(
        guild,
        world.bot,
        action::MEMBER_KICK,
        user,
        call.reason.as_deref(),
    ));
    Reply::empty()
}

fn add_role(world: &mut World, call: &Call) -> Outcome {
    set_role(world, call, true)
}

fn remove_role(world: &mut World, call: &Call) -> Outcome {
    set_role(world, call, false)
}

fn set_role(world: &mut World, call: &Call, held: bool) -> Outcome {
    let (guild, user, role) = (
        call.id("guild_id")?,
        call.id("user_id")?,
        call.id("role_id")?,
    );
    world.need_in_guild(guild, Permissions::MANAGE_ROLES)?;
    world.member(guild, user)?;
    check_grant(world, guild, role)?;
    let has = world.member(guild, user)?.roles.contains(&role);
    if has != held {
        world.set_role(guild, user, role, held);
        let name = world
            .guild(guild)?
            .roles
            .get(&role)
            .map(|role| role.name.clone());
        let key = if held { "$add" } else { "$remove" };
        let changes = json!([{"key": key, "new_value": [{"id": role, "name": name}]}]);
        let entry = Entry::new(
            guild,
            world.bot,
            action::MEMBER_ROLE_UPDATE,
            user,
            call.reason.as_deref(),
        );
        world.audit(entry.changes(changes));
    }
    Reply::empty()
}
