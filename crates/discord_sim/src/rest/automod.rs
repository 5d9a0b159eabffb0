//! Rules of automatic moderation.

use serde_json::{Value, json};

use super::{Call, Outcome, Reply, Route};
use crate::{
    acts::audit::{Entry, action},
    error::{ApiError, Form, code},
    ids::Id,
    intents,
    permissions::Permissions,
    state::World,
    validate::Fields,
};

const ALL: &str = "/guilds/{guild_id}/auto-moderation/rules";
const ONE: &str = "/guilds/{guild_id}/auto-moderation/rules/{rule_id}";

pub(super) const ROUTES: &[Route] = &[
    Route::bot("GET", ALL, list),
    Route::bot("POST", ALL, create),
    Route::bot("GET", ONE, get),
    Route::bot("PATCH", ONE, edit),
    Route::bot("DELETE", ONE, delete),
];

const KEYWORD: u64 = 1;
const SPAM: u64 = 3;
const PRESET: u64 = 4;
const MENTION_SPAM: u64 = 5;
const PROFILE: u64 = 6;
const TIMEOUT: u64 = 3;

/// Rules per kind of trigger.
const LIMITS: [(u64, usize); 5] = [
    (KEYWORD, 6),
    (SPAM, 1),
    (PRESET, 1),
    (MENTION_SPAM, 1),
    (PROFILE, 1),
];

fn kind(rule: &Value) -> u64 {
    rule.get("trigger_type")
        .and_then(Value::as_u64)
        .unwrap_or(0)
}

fn times_out(rule: &Value) -> bool {
    let actions = rule.get("actions").and_then(Value::as_array);
    actions
        .into_iter()
        .flatten()
        .any(|action| action.get("type").and_then(Value::as_u64) == Some(TIMEOUT))
}

fn find(world: &World, call: &Call) -> Result<(Id, Id, Value), ApiError> {
    let (guild, id) = (call.id("guild_id")?, call.id("rule_id")?);
    world.need_in_guild(guild, Permissions::MANAGE_GUILD)?;
    let rule = world.guild(guild)?.automod.get(&id).cloned();
    let rule = rule.ok_or(ApiError {
        message: "Unknown auto moderation rule".into(),
        code: 0,
        ..code::NOT_FOUND.into()
    })?;
    Ok((guild, id, rule))
}

fn list(world: &mut World, call: &Call) -> Outcome {
    let guild = call.id("guild_id")?;
    world.need_in_guild(guild, Permissions::MANAGE_GUILD)?;
    Reply::ok(world.guild(guild)?.automod.values().cloned().collect())
}

fn get(world: &mut World, call: &Call) -> Outcome {
    Reply::ok(find(world, call)?.2)
}

fn check(rule: &Value) -> Result<(), ApiError> {
    let mut form = Form::default();
    let kind = kind(rule);
    let mut fields = Fields::of(rule, "", &mut form);
    let _ = fields.needed_text("name", 1..=100);
    let _ = fields.count("event_type", 1..=2);
    let _ = fields.ids("exempt_roles", 0..=20);
    let _ = fields.ids("exempt_channels", 0..=50);
    if !LIMITS.iter().any(|(known, _)| *known == kind) {
        fields.reject(
            "trigger_type",
            "BASE_TYPE_CHOICES",
            "Value must be one of (1, 3, 4, 5, 6).",
        );
    }
    let actions = fields.list("actions", 1..=5).set();
    if actions.is_none() && !fields.has("actions") {
        fields.require("actions");
    }
    for (index, action) in actions.unwrap_or_default().iter().enumerate() {
        let metadata = action.get("metadata").cloned().unwrap_or_else(|| json!({}));
        let path = format!("actions.{index}.metadata");
        let mut fields = Fields::of(&metadata, &path, &mut form);
        let _ = fields.text("custom_message", 0..=150);
        let _ = fields.count("duration_seconds", 1..=2_419_200);
    }
    if times_out(rule) && ![KEYWORD, MENTION_SPAM].contains(&kind) {
        form.add(
            "actions",
            "AUTO_MODERATION_INVALID_ACTION_TYPE",
            "TIMEOUT needs a keyword or mention rule.",
        );
    }
    if let Some(metadata) = rule
        .get("trigger_metadata")
        .filter(|metadata| metadata.is_object())
    {
        for (key, count, length) in [
            ("keyword_filter", 1000, 60),
            ("regex_patterns", 10, 260),
            ("allow_list", if kind == PRESET { 1000 } else { 100 }, 60),
        ] {
            let mut fields = Fields::of(metadata, "trigger_metadata", &mut form);
            let words = fields.list(key, 0..=count).set().unwrap_or_default();
            let too_long = |word: &Value| {
                word.as_str()
                    .is_none_or(|word| word.chars().count() > length)
            };
            if words.iter().any(too_long) {
                fields.reject(
                    key,
                    "BASE_TYPE_MAX_LENGTH",
                    format!("Must be {length} or fewer in length."),
                );
            }
        }
        let mut fields = Fields::of(metadata, "trigger_metadata", &mut form);
        let _ = fields.count("mention_total_limit", 0..=50);
    }
    form.finish()
}

fn need_rights(world: &World, guild: Id, rule: &Value) -> Result<(), ApiError> {
    let moderate = if times_out(rule) {
        Permissions::MODERATE_MEMBERS
    } else {
        Permissions::NONE
    };
    world.need_in_guild(guild, Permissions::MANAGE_GUILD | moderate)
}

fn tell(world: &mut World, guild: Id, name: &str, rule: &Value) {
    let own = world.permissions_in_guild(world.bot, guild);
    if own.contains(Permissions::MANAGE_GUILD) {
        let payload = rule.clone();
        world.emit_guild(name, intents::AUTO_MODERATION_CONFIGURATION, guild, |_| {
            payload
        });
    }
}

/// Keyword rules always show all their lists.
fn shown_metadata(kind: u64, metadata: Option<&Value>) -> Value {
    let mut metadata = metadata.cloned().unwrap_or_else(|| json!({}));
    if kind == KEYWORD && metadata.is_object() {
        for list in ["keyword_filter", "regex_patterns", "allow_list"] {
            if metadata.get(list).is_none() {
                metadata[list] = json!([]);
            }
        }
    }
    metadata
}

/// Actions always show metadata.
fn shown_actions(actions: Option<&Value>) -> Value {
    let mut actions = actions.cloned().unwrap_or_else(|| json!([]));
    for action in actions.as_array_mut().into_iter().flatten() {
        if action.get("metadata").is_none_or(Value::is_null) && action.is_object() {
            action["metadata"] = json!({});
        }
    }
    actions
}

fn create(world: &mut World, call: &Call) -> Outcome {
    let guild = call.id("guild_id")?;
    need_rights(world, guild, &call.body)?;
    check(&call.body)?;
    let kind = kind(&call.body);
    let same = world
        .guild(guild)?
        .automod
        .values()
        .filter(|rule| self::kind(rule) == kind)
        .count();
    if LIMITS
        .iter()
        .any(|(known, most)| *known == kind && same >= *most)
    {
        return Err(ApiError::form(
            "trigger_type",
            "AUTO_MODERATION_MAX_RULES_OF_TYPE_EXCEEDED",
            "Maximum number of rules of this type reached.",
        ));
    }
    let id = world.new_id();
    let get = |key: &str, default: Value| call.body.get(key).cloned().unwrap_or(default);
    let rule = json!({
        "id": id, "guild_id": guild, "creator_id": world.bot,
        "name": get("name", Value::Null),
        "event_type": get("event_type", json!(1)),
        "trigger_type": kind,
        "trigger_metadata": shown_metadata(kind, call.body.get("trigger_metadata")),
        "actions": shown_actions(call.body.get("actions")),
        "enabled": get("enabled", json!(false)),
        "exempt_roles": get("exempt_roles", json!([])),
        "exempt_channels": get("exempt_channels", json!([])),
    });
    world.guild_mut(guild)?.automod.insert(id, rule.clone());
    tell(world, guild, "AUTO_MODERATION_RULE_CREATE", &rule);
    world.audit(Entry::new(
        guild,
        world.bot,
        action::AUTOMOD_RULE_CREATE,
        id,
        call.reason.as_deref(),
    ));
    Reply::ok(rule)
}

fn edit(world: &mut World, call: &Call) -> Outcome {
    let (guild, id, mut rule) = find(world, call)?;
    for key in [
        "name",
        "event_type",
        "trigger_metadata",
        "actions",
        "enabled",
        "exempt_roles",
        "exempt_channels",
    ] {
        if let Some(value) = call.body.get(key) {
            rule[key] = value.clone();
        }
    }
    rule["actions"] = shown_actions(rule.get("actions"));
    rule["trigger_metadata"] = shown_metadata(kind(&rule), rule.get("trigger_metadata"));
    need_rights(world, guild, &rule)?;
    check(&rule)?;
    world.guild_mut(guild)?.automod.insert(id, rule.clone());
    tell(world, guild, "AUTO_MODERATION_RULE_UPDATE", &rule);
    world.audit(Entry::new(
        guild,
        world.bot,
        action::AUTOMOD_RULE_UPDATE,
        id,
        call.reason.as_deref(),
    ));
    Reply::ok(rule)
}

fn delete(world: &mut World, call: &Call) -> Outcome {
    let (guild, id, rule) = find(world, call)?;
    world.guild_mut(guild)?.automod.remove(&id);
    tell(world, guild, "AUTO_MODERATION_RULE_DELETE", &rule);
    world.audit(Entry::new(
        guild,
        world.bot,
        action::AUTOMOD_RULE_DELETE,
        id,
        call.reason.as_deref(),
    ));
    Reply::empty()
}
