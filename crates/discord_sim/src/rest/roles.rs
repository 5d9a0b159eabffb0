//! Roles.

use serde_json::{Map, Value, json};

use super::{Call, Outcome, Reply, Route};
use crate::{
    acts::audit::{Entry, action, differences},
    error::{ApiError, Form, code},
    ids::Id,
    permissions::Permissions,
    state::{Role, World},
    validate::{Fields, Patch},
};

const ALL: &str = "/guilds/{guild_id}/roles";
const ONE: &str = "/guilds/{guild_id}/roles/{role_id}";

pub(super) const ROUTES: &[Route] = &[
    Route::bot("GET", ALL, list),
    Route::bot("POST", ALL, create),
    Route::bot("PATCH", ALL, sort),
    Route::bot("GET", "/guilds/{guild_id}/roles/member-counts", counts),
    Route::bot("GET", ONE, get),
    Route::bot("PATCH", ONE, edit),
    Route::bot("DELETE", ONE, delete),
];

/// A guild holds this many roles.
const MAX_ROLES: usize = 250;

fn list(world: &mut World, call: &Call) -> Outcome {
    let guild = world.guild(call.id("guild_id")?)?;
    Reply::ok(guild.roles.values().map(Role::json).collect())
}

fn find<'a>(world: &'a World, call: &Call) -> Result<(Id, &'a Role), ApiError> {
    let guild = call.id("guild_id")?;
    let role = world.guild(guild)?.roles.get(&call.id("role_id")?);
    Ok((guild, role.ok_or(code::UNKNOWN_ROLE)?))
}

fn get(world: &mut World, call: &Call) -> Outcome {
    let (_, role) = find(world, call)?;
    Reply::ok(role.json())
}

fn counts(world: &mut World, call: &Call) -> Outcome {
    let guild = world.guild(call.id("guild_id")?)?;
    let mut counts = Map::new();
    for role in guild.roles.values().filter(|role| role.id != guild.id) {
        let holders = guild
            .members
            .values()
            .filter(|member| member.roles.contains(&role.id));
        counts.insert(role.id.to_string(), holders.count().into());
    }
    Reply::ok(Value::Object(counts))
}

/// What a body wants of a role.
struct Wanted {
    name: Option<String>,
    permissions: Option<Permissions>,
    color: Option<u32>,
    colors: Option<Value>,
    hoist: Option<bool>,
    mentionable: Option<bool>,
    unicode_emoji: Patch<String>,
}

fn read(body: &Value) -> Result<Wanted, ApiError> {
    let mut form = Form::default();
    let mut fields = Fields::of(body, "", &mut form);
    let color = fields.count("color", 0..=0x00FF_FFFF).set();
    let mut wanted = Wanted {
        name: fields.text("name", 1..=100).set().map(str::to_owned),
        permissions: fields.permissions("permissions").set(),
        color: color.and_then(|color| u32::try_from(color).ok()),
        colors: None,
        hoist: fields.flag("hoist").set(),
        mentionable: fields.flag("mentionable").set(),
        unicode_emoji: fields.text("unicode_emoji", 0..=100).map(str::to_owned),
    };
    if let Some(colors) = fields.raw("colors") {
        let mut inner = Fields::of(colors, "colors", &mut form);
        let primary = inner
            .count("primary_color", 0..=0x00FF_FFFF)
            .set()
            .unwrap_or(0);
        let secondary = inner.count("secondary_color", 0..=0x00FF_FFFF).set();
        let tertiary = inner.count("tertiary_color", 0..=0x00FF_FFFF).set();
        wanted.color = u32::try_from(primary).ok();
        wanted.colors = Some(json!({
            "primary_color": primary, "secondary_color": secondary, "tertiary_color": tertiary,
        }));
    }
    form.finish()?;
    Ok(wanted)
}

impl Wanted {
    fn apply(self, role: &mut Role) {
        if let Some(name) = self.name {
            role.name = name;
        }
        role.permissions = self.permissions.unwrap_or(role.permissions);
        if let Some(color) = self.color {
            role.color = color;
            role.colors = None;
        }
        if self.colors.is_some() {
            role.colors = self.colors;
        }
        role.hoist = self.hoist.unwrap_or(role.hoist);
        role.is_mentionable = self.mentionable.unwrap_or(role.is_mentionable);
        match self.unicode_emoji {
            Patch::Absent => {}
            Patch::Null => role.unicode_emoji = None,
            Patch::Set(emoji) => role.unicode_emoji = Some(emoji),
        }
    }
}

/// Nobody hands out permissions they do not have.
fn check_permissions(
    world: &World,
    guild: Id,
    old: Permissions,
    new: Option<Permissions>,
) -> Result<(), ApiError> {
    let own = world.permissions_in_guild(world.bot, guild);
    let added = new.map_or(Permissions::NONE, |new| new - old);
    if own.contains(added) {
        Ok(())
    } else {
        Err(code::MISSING_PERMISSIONS.into())
    }
}

fn create(world: &mut World, call: &Call) -> Outcome {
    let guild = call.id("guild_id")?;
    world.need_in_guild(guild, Permissions::MANAGE_ROLES)?;
    if world.guild(guild)?.roles.len() >= MAX_ROLES {
        return Err(code::MAX_ROLES.into());
    }
    let body = if call.body.is_null() {
        json!({})
    } else {
        call.body.clone()
    };
    let wanted = read(&body)?;
    check_permissions(world, guild, Permissions::NONE, wanted.permissions)?;
    let id = world.add_role(guild, |role| wanted.apply(role));
    let shown = world.guild(guild)?.roles.get(&id).map(Role::json);
    let name = shown
        .as_ref()
        .map(|shown| shown["name"].clone())
        .unwrap_or_default();
    let entry = Entry::new(
        guild,
        world.bot,
        action::ROLE_CREATE,
        id,
        call.reason.as_deref(),
    );
    world.audit(entry.change("name", Value::Null, name));
    Reply::ok(json!(shown))
}

fn edit(world: &mut World, call: &Call) -> Outcome {
    let (guild, role) = find(world, call)?;
    let (id, before) = (role.id, role.json());
    let old = role.permissions;
    world.need_in_guild(guild, Permissions::MANAGE_ROLES)?;
    if id != guild {
        world.need_above_role(guild, id)?;
    }
    let wanted = read(&call.body)?;
    check_permissions(world, guild, old, wanted.permissions)?;
    world.change_role(guild, id, |role| wanted.apply(role));
    let after = world
        .guild(guild)?
        .roles
        .get(&id)
        .map(Role::json)
        .unwrap_or_default();
    let entry = Entry::new(
        guild,
        world.bot,
        action::ROLE_UPDATE,
        id,
        call.reason.as_deref(),
    );
    world.audit(entry.changes(differences(&before, &after)));
    Reply::ok(after)
}

fn delete(world: &mut World, call: &Call) -> Outcome {
    let (guild, role) = find(world, call)?;
    let (id, name) = (role.id, role.name.clone());
    let is_fixed = role.is_managed || id == guild;
    world.need_in_guild(guild, Permissions::MANAGE_ROLES)?;
    if is_fixed {
        return Err(code::INVALID_ROLE.into());
    }
    world.need_above_role(guild, id)?;
    world.delete_role(guild, id);
    let entry = Entry::new(
        guild,
        world.bot,
        action::ROLE_DELETE,
        id,
        call.reason.as_deref(),
    );
    world.audit(entry.change("name", json!(name), Value::Null));
    Reply::empty()
}

fn sort(world: &mut World, call: &Call) -> Outcome {
    let guild = call.id("guild_id")?;
    world.need_in_guild(guild, Permissions::MANAGE_ROLES)?;
    let mut form = Form::default();
    let mut moves = Vec::new();
    for (index, entry) in call.body.as_array().into_iter().flatten().enumerate() {
        let mut fields = Fields::of(entry, &index.to_string(), &mut form);
        let id = fields.id("id").set();
        let position = fields.count("position", 0..=1000).set();
        match (
            id,
            position.and_then(|position| u32::try_from(position).ok()),
        ) {
            (Some(id), Some(position)) => moves.push((id, position)),
            (None, _) => fields.require("id"),
            (Some(_), None) => {}
        }
    }
    form.finish()?;
    let home = world.guild(guild)?;
    let own = home.rank(world.bot).0;
    for (id, position) in &moves {
        world.need_above_role(guild, *id)?;
        if *position >= own && home.owner != world.bot {
            return Err(code::MISSING_PERMISSIONS.into());
        }
    }
    world.move_roles(guild, &moves);
    list(world, call)
}
