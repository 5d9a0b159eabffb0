//! Application commands, global and of a guild.

use serde_json::{Map, Value, json};

use super::{Call, Outcome, Reply, Route};
use crate::{
    error::{ApiError, Form, code},
    ids::Id,
    permissions::Permissions,
    state::{Command, CommandKind, World},
    validate,
};

const GLOBAL: &str = "/applications/{application_id}/commands";
const GLOBAL_ONE: &str = "/applications/{application_id}/commands/{command_id}";
const GUILD: &str = "/applications/{application_id}/guilds/{guild_id}/commands";
const GUILD_ONE: &str = "/applications/{application_id}/guilds/{guild_id}/commands/{command_id}";

pub(super) const ROUTES: &[Route] = &[
    Route::bot("GET", GLOBAL, list),
    Route::bot("POST", GLOBAL, create),
    Route::bot("PUT", GLOBAL, overwrite),
    Route::bot("GET", GLOBAL_ONE, get),
    Route::bot("PATCH", GLOBAL_ONE, edit),
    Route::bot("DELETE", GLOBAL_ONE, delete),
    Route::bot("GET", GUILD, list),
    Route::bot("POST", GUILD, create),
    Route::bot("PUT", GUILD, overwrite),
    Route::bot("GET", GUILD_ONE, get),
    Route::bot("PATCH", GUILD_ONE, edit),
    Route::bot("DELETE", GUILD_ONE, delete),
    Route::bot(
        "GET",
        "/applications/{application_id}/guilds/{guild_id}/commands/permissions",
        all_permissions,
    ),
    Route::bot(
        "GET",
        "/applications/{application_id}/guilds/{guild_id}/commands/{command_id}/permissions",
        permissions,
    ),
    Route::bot(
        "PUT",
        "/applications/{application_id}/guilds/{guild_id}/commands/{command_id}/permissions",
        edit_permissions,
    ),
];

/// New commands per guild (or globally) and day.
const CREATES_PER_DAY: usize = 200;
const DAY: u64 = 86_400_000;

/// The scope of a call: a guild the bot is in, or global.
fn scope(world: &World, call: &Call) -> Result<Option<Id>, ApiError> {
    call.application(world)?;
    if call.text("guild_id").is_empty() {
        return Ok(None);
    }
    let guild = call.id("guild_id")?;
    if world.guild(guild).is_err() {
        return Err(code::MISSING_ACCESS.into());
    }
    Ok(Some(guild))
}

fn find(world: &World, call: &Call) -> Result<Command, ApiError> {
    let scope = scope(world, call)?;
    let id = call.id("command_id")?;
    world
        .commands
        .get(&id)
        .filter(|command| command.guild == scope)
        .cloned()
        .ok_or_else(|| code::UNKNOWN_COMMAND.into())
}

fn list(world: &mut World, call: &Call) -> Outcome {
    let scope = scope(world, call)?;
    let with_dictionaries = call.query_flag("with_localizations");
    let commands: Vec<Value> = world
        .commands
        .values()
        .filter(|command| command.guild == scope)
        .map(|command| {
            let mut shown = command.json(world.bot);
            if !with_dictionaries {
                drop_dictionaries(&mut shown);
            }
            shown
        })
        .collect();
    Reply::ok(json!(commands))
}

/// Lists show no dictionaries unless asked.
fn drop_dictionaries(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.remove("name_localizations");
            object.remove("description_localizations");
            for key in ["options", "choices"] {
                if let Some(children) = object.get_mut(key) {
                    drop_dictionaries(children);
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(drop_dictionaries),
        _ => {}
    }
}

fn get(world: &mut World, call: &Call) -> Outcome {
    Reply::ok(find(world, call)?.json(world.bot))
}

fn create(world: &mut World, call: &Call) -> Outcome {
    let scope = scope(world, call)?;
    let mut form = Form::default();
    validate::commands::command(&call.body, "", &mut form);
    form.finish()?;
    let command = read(&call.body, scope)?;
    let same = same_name(world, &command);
    if same.is_none() {
        check_count(world, scope, command.kind, 1)?;
        count_creates(world, scope, 1)?;
    }
    let is_new = same.is_none();
    let id = store(world, command, same);
    let shown = world
        .commands
        .get(&id)
        .map(|command| command.json(world.bot));
    if is_new {
        Reply::created(json!(shown))
    } else {
        Reply::ok(json!(shown))
    }
}

fn overwrite(world: &mut World, call: &Call) -> Outcome {
    let scope = scope(world, call)?;
    let Some(list) = call.body.as_array() else {
        return Err(ApiError::form(
            "",
            "LIST_TYPE_CONVERT",
            "Only iterables may be used in a ListType",
        ));
    };
    let mut form = Form::default();
    if list.len() > 130 {
        form.add(
            "",
            "BASE_TYPE_MAX_LENGTH",
            "Must be 130 or fewer in length.",
        );
    }
    for (index, body) in list.iter().enumerate() {
        validate::commands::command(body, &index.to_string(), &mut form);
    }
    form.finish()?;
    let mut commands: Vec<Command> = Vec::new();
    for (index, body) in list.iter().enumerate() {
        let command = read(body, scope)?;
        let is_repeated = commands
            .iter()
            .any(|other| other.name == command.name && other.kind == command.kind);
        if is_repeated {
            let path = format!("{index}.name");
            return Err(ApiError::form(
                &path,
                "APPLICATION_COMMANDS_DUPLICATE_NAME",
                "Application command names must be unique",
            ));
        }
        commands.push(command);
    }
    for (kind, max) in LIMITS {
        if commands
            .iter()
            .filter(|command| command.kind == kind)
            .count()
            > max
        {
            return Err(code::MAX_COMMANDS.into());
        }
    }
    let with_ids: Vec<(Command, Option<Id>)> = commands
        .into_iter()
        .map(|command| {
            let same = same_name(world, &command);
            (command, same)
        })
        .collect();
    let new = with_ids.iter().filter(|(_, same)| same.is_none()).count();
    count_creates(world, scope, new)?;
    let kept: Vec<Id> = with_ids.iter().filter_map(|(_, same)| *same).collect();
    world
        .commands
        .retain(|id, command| command.guild != scope || kept.contains(id));
    let ids: Vec<Id> = with_ids
        .into_iter()
        .map(|(command, same)| store(world, command, same))
        .collect();
    let shown: Vec<Value> = ids
        .iter()
        .filter_map(|id| world.commands.get(id))
        .map(|command| command.json(world.bot))
        .collect();
    Reply::ok(json!(shown))
}

fn edit(world: &mut World, call: &Call) -> Outcome {
    let old = find(world, call)?;
    let mut merged = old.json(world.bot);
    if let (Some(merged), Some(changes)) = (merged.as_object_mut(), call.body.as_object()) {
        for (key, value) in changes {
            merged.insert(key.clone(), value.clone());
        }
        merged.insert("type".to_owned(), json!(old.kind.number()));
    }
    let mut form = Form::default();
    validate::commands::command(&merged, "", &mut form);
    form.finish()?;
    let command = read(&merged, old.guild)?;
    if same_name(world, &command).is_some_and(|same| same != old.id) {
        return Err(ApiError::form(
            "name",
            "APPLICATION_COMMANDS_DUPLICATE_NAME",
            "Application command names must be unique",
        ));
    }
    let id = store(world, command, Some(old.id));
    let shown = world
        .commands
        .get(&id)
        .map(|command| command.json(world.bot));
    Reply::ok(json!(shown))
}

fn delete(world: &mut World, call: &Call) -> Outcome {
    let command = find(world, call)?;
    world.commands.remove(&command.id);
    Reply::empty()
}

fn all_permissions(world: &mut World, call: &Call) -> Outcome {
    scope(world, call)?;
    Reply::ok(json!([]))
}

fn permissions(world: &mut World, call: &Call) -> Outcome {
    find(world, call)?;
    // Nobody overrode anything, which Discord reports as a code of its own.
    Err(ApiError {
        message: "Unknown application command permissions".into(),
        code: 10066,
        ..code::UNKNOWN_COMMAND.into()
    })
}

fn edit_permissions(world: &mut World, call: &Call) -> Outcome {
    find(world, call)?;
    // Only people may, with a token of their own.
    Err(code::NOT_FOR_BOTS.into())
}

const LIMITS: [(CommandKind, usize); 4] = [
    (CommandKind::Slash, 100),
    (CommandKind::User, 15),
    (CommandKind::Message, 15),
    (CommandKind::EntryPoint, 1),
];

fn check_count(
    world: &World,
    scope: Option<Id>,
    kind: CommandKind,
    new: usize,
) -> Result<(), ApiError> {
    let have = world
        .commands
        .values()
        .filter(|command| command.guild == scope && command.kind == kind)
        .count();
    let max = LIMITS
        .iter()
        .find(|(k, _)| *k == kind)
        .map_or(0, |(_, max)| *max);
    if have + new > max {
        return Err(code::MAX_COMMANDS.into());
    }
    Ok(())
}

fn count_creates(world: &mut World, scope: Option<Id>, new: usize) -> Result<(), ApiError> {
    let now = world.now();
    let made = world.command_creates.entry(scope).or_default();
    made.retain(|at| at + DAY > now);
    if made.len() + new > CREATES_PER_DAY {
        return Err(code::MAX_COMMAND_CREATES.into());
    }
    made.extend(std::iter::repeat_n(now, new));
    Ok(())
}

fn same_name(world: &World, command: &Command) -> Option<Id> {
    world
        .commands
        .values()
        .find(|other| {
            other.guild == command.guild && other.kind == command.kind && other.name == command.name
        })
        .map(|other| other.id)
}

/// The command a checked body describes; id and version are set when it is stored.
fn read(body: &Value, guild: Option<Id>) -> Result<Command, ApiError> {
    let empty = Map::new();
    let object = body.as_object().unwrap_or(&empty);
    let kind = object.get("type").and_then(Value::as_u64).unwrap_or(1);
    let kind = CommandKind::from_number(kind)
        .ok_or_else(|| ApiError::form("type", "BASE_TYPE_CHOICES", "Unknown command type."))?;
    let needs = match object.get("default_member_permissions") {
        Some(Value::String(bits)) => bits.parse().ok().map(Permissions::from_bits),
        Some(bits) => bits.as_u64().map(Permissions::from_bits),
        None => None,
    };
    Ok(Command {
        id: Id::new(0),
        kind,
        guild,
        version: Id::new(0),
        name: object
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        needs,
        fields: validate::commands::stored_fields(object, guild.is_none()),
    })
}

fn store(world: &mut World, mut command: Command, id: Option<Id>) -> Id {
    command.id = id.unwrap_or_else(|| world.new_id());
    command.version = world.new_id();
    let id = command.id;
    world.name(id, crate::transcript::Name::Command(command.name.clone()));
    world.commands.insert(id, command);
    id
}
