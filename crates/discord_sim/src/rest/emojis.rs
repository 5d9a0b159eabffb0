//! A guild's emojis.

use serde_json::{Value, json};

use super::{Call, Outcome, Reply, Route};
use crate::{
    acts::audit::{Entry, action},
    error::{ApiError, Form, code},
    ids::Id,
    intents,
    permissions::Permissions,
    state::{Emoji, World},
    validate::Fields,
};

const ALL: &str = "/guilds/{guild_id}/emojis";
const ONE: &str = "/guilds/{guild_id}/emojis/{emoji_id}";

pub(super) const ROUTES: &[Route] = &[
    Route::bot("GET", ALL, list),
    Route::bot("POST", ALL, create),
    Route::bot("GET", ONE, get),
    Route::bot("PATCH", ONE, edit),
    Route::bot("DELETE", ONE, delete),
];

fn find<'a>(world: &'a World, call: &Call) -> Result<(Id, &'a Emoji), ApiError> {
    let guild = call.id("guild_id")?;
    let emoji = world.guild(guild)?.emojis.get(&call.id("emoji_id")?);
    Ok((guild, emoji.ok_or(code::UNKNOWN_EMOJI)?))
}

pub(crate) fn tell(world: &mut World, guild: Id) {
    world.emit_guild(
        "GUILD_EMOJIS_UPDATE",
        intents::GUILD_EXPRESSIONS,
        guild,
        |world| {
            let home = world.guilds.get(&guild);
            let emojis: Vec<Value> = home
                .into_iter()
                .flat_map(|home| home.emojis.values())
                .map(Emoji::json)
                .collect();
            json!({"guild_id": guild, "emojis": emojis})
        },
    );
}

fn list(world: &mut World, call: &Call) -> Outcome {
    let guild = world.guild(call.id("guild_id")?)?;
    Reply::ok(guild.emojis.values().map(Emoji::json).collect())
}

fn get(world: &mut World, call: &Call) -> Outcome {
    Reply::ok(find(world, call)?.1.json())
}

fn create(world: &mut World, call: &Call) -> Outcome {
    let guild = call.id("guild_id")?;
    world.need_in_guild(guild, Permissions::CREATE_GUILD_EXPRESSIONS)?;
    let mut form = Form::default();
    let mut fields = Fields::of(&call.body, "", &mut form);
    let name = fields.needed_text("name", 2..=32).to_owned();
    let image = fields.needed_text("image", 1..=400_000);
    let is_animated = image.starts_with("data:image/gif");
    if !image.is_empty() && !image.starts_with("data:image/") {
        fields.reject("image", "IMAGE_INVALID", "Invalid image data");
    }
    let roles = fields.ids("roles", 0..=250).set().unwrap_or_default();
    form.finish()?;
    let emoji = Emoji {
        id: world.new_id(),
        name,
        is_animated,
        roles,
        by: world.bot,
    };
    let (id, shown) = (emoji.id, emoji.json());
    world.guild_mut(guild)?.emojis.insert(id, emoji);
    tell(world, guild);
    world.audit(Entry::new(
        guild,
        world.bot,
        action::EMOJI_CREATE,
        id,
        call.reason.as_deref(),
    ));
    Reply::created(shown)
}

/// Own emojis need either right, others' the right to manage.
fn check(world: &World, guild: Id, emoji: &Emoji) -> Result<(), ApiError> {
    let own = world.permissions_in_guild(world.bot, guild);
    let creates = emoji.by == world.bot && own.contains(Permissions::CREATE_GUILD_EXPRESSIONS);
    if creates || own.contains(Permissions::MANAGE_GUILD_EXPRESSIONS) {
        Ok(())
    } else {
        Err(code::MISSING_PERMISSIONS.into())
    }
}

fn edit(world: &mut World, call: &Call) -> Outcome {
    let (guild, emoji) = find(world, call)?;
    check(world, guild, emoji)?;
    let mut emoji = emoji.clone();
    let mut form = Form::default();
    let mut fields = Fields::of(&call.body, "", &mut form);
    if let Some(name) = fields.text("name", 2..=32).set() {
        name.clone_into(&mut emoji.name);
    }
    if let Some(roles) = fields.ids("roles", 0..=250).set() {
        emoji.roles = roles;
    }
    form.finish()?;
    let (id, shown) = (emoji.id, emoji.json());
    world.guild_mut(guild)?.emojis.insert(id, emoji);
    tell(world, guild);
    world.audit(Entry::new(
        guild,
        world.bot,
        action::EMOJI_UPDATE,
        id,
        call.reason.as_deref(),
    ));
    Reply::ok(shown)
}

fn delete(world: &mut World, call: &Call) -> Outcome {
    let (guild, emoji) = find(world, call)?;
    check(world, guild, emoji)?;
    let id = emoji.id;
    world.guild_mut(guild)?.emojis.remove(&id);
    tell(world, guild);
    world.audit(Entry::new(
        guild,
        world.bot,
        action::EMOJI_DELETE,
        id,
        call.reason.as_deref(),
    ));
    Reply::empty()
}
