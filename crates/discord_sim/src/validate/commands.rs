//! Application commands: names, lengths, counts, nesting, size.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Fields;
use crate::{error::Form, state::CommandKind};

/// All names, descriptions and values of a command together, per field the longest localisation.
const MAX_SIZE: usize = 8000;
const LOCALES: [&str; 32] = [
    "id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl",
    "no", "pl", "pt-BR", "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th",
    "zh-CN", "ja", "zh-TW", "ko",
];

const SUB_COMMAND: u64 = 1;
const SUB_COMMAND_GROUP: u64 = 2;
const STRING: u64 = 3;
const INTEGER: u64 = 4;
const NUMBER: u64 = 10;

/// Checks a whole command object at `path`.
pub(crate) fn command(body: &Value, path: &str, form: &mut Form) {
    let mut size = 0;
    let mut fields = Fields::of(body, path, form);
    let kind = fields.count("type", 1..=4).set().unwrap_or(1);
    let is_slash = kind == u64::from(CommandKind::Slash.number());
    let name = fields.needed_text("name", 1..=32);
    if is_slash && !name.is_empty() && !is_slash_name(name) {
        reject_name(&mut fields);
    }
    let _ = fields.permissions("default_member_permissions");
    let _ = fields.flag("nsfw");
    for key in ["contexts", "integration_types"] {
        let allowed = if key == "contexts" { 2 } else { 1 };
        for value in fields.list(key, 0..=3).set().unwrap_or_default() {
            if value.as_u64().is_none_or(|value| value > allowed) {
                fields.reject(key, "BASE_TYPE_CHOICES", "Unknown value.");
            }
        }
    }
    if is_slash {
        let _ = fields.needed_text("description", 1..=100);
    } else if kind != u64::from(CommandKind::EntryPoint.number()) {
        let text = fields
            .text("description", 0..=100)
            .set()
            .unwrap_or_default();
        if !text.is_empty() {
            fields.reject(
                "description",
                "APPLICATION_COMMANDS_DESCRIPTION_NOT_ALLOWED",
                "Context menu commands cannot have description",
            );
        }
        if fields
            .raw("options")
            .and_then(Value::as_array)
            .is_some_and(|o| !o.is_empty())
        {
            fields.reject(
                "options",
                "APPLICATION_COMMANDS_OPTIONS_NOT_ALLOWED",
                "Context menu commands cannot have options",
            );
        }
    }
    size += localised(body, path, "name", 1..=32, is_slash, form);
    size += localised(body, path, "description", 1..=100, false, form);
    if is_slash {
        options(body, path, 0, &mut size, form);
    }
    if size > MAX_SIZE {
        form.add(
            path,
            "APPLICATION_COMMAND_TOO_LARGE",
            format!("Command exceeds maximum size ({MAX_SIZE})"),
        );
    }
}

fn reject_name(fields: &mut Fields<'_, '_>) {
    fields.reject(
        "name",
        "APPLICATION_COMMAND_INVALID_NAME",
        "Command name is invalid",
    );
}

/// Lower case letters of any script, digits, `-`, `_` and `'`.
fn is_slash_name(name: &str) -> bool {
    let is_allowed = |c: char| {
        c.is_alphanumeric()
            || matches!(c, '-' | '_' | '\'')
            // Vowel signs of Devanagari and Thai are no letters but belong to their words.
            || matches!(u32::from(c), 0x0900..=0x097F | 0x0E00..=0x0E7F)
    };
    name.chars().all(is_allowed) && name.to_lowercase() == name
}

/// Checks a field and its localisations; returns the length of the longest.
fn localised(
    body: &Value,
    path: &str,
    key: &str,
    length: std::ops::RangeInclusive<usize>,
    is_name: bool,
    form: &mut Form,
) -> usize {
    let count = |text: &str| text.chars().count();
    let mut longest = body.get(key).and_then(Value::as_str).map_or(0, count);
    let dictionary = format!("{key}_localizations");
    let Some(Value::Object(texts)) = body.get(&dictionary) else {
        return longest;
    };
    let place = if path.is_empty() {
        dictionary
    } else {
        format!("{path}.{dictionary}")
    };
    for locale in texts.keys() {
        if !LOCALES.contains(&locale.as_str()) {
            form.add(
                &format!("{place}.{locale}"),
                "BASE_TYPE_CHOICES",
                "Unknown locale.",
            );
        }
        let object = Value::Object(texts.clone());
        let mut fields = Fields::of(&object, &place, form);
        if let Some(text) = fields.text(locale, length.clone()).set() {
            longest = longest.max(count(text));
            if is_name && !is_slash_name(text) {
                fields.reject(
                    locale,
                    "APPLICATION_COMMAND_INVALID_NAME",
                    "Command name is invalid",
                );
            }
        }
    }
    longest
}

fn options(parent: &Value, path: &str, depth: u8, size: &mut usize, form: &mut Form) {
    let list = Fields::of(parent, path, form).list("options", 0..=25).set();
    let list = list.unwrap_or_default();
    let mut names = BTreeSet::new();
    let mut optional_seen = false;
    let mut has_sub = false;
    let mut has_value = false;
    for (index, option) in list.iter().enumerate() {
        let path = if path.is_empty() {
            format!("options.{index}")
        } else {
            format!("{path}.options.{index}")
        };
        let mut fields = Fields::of(option, &path, form);
        let kind = fields.count("type", 1..=11).set();
        if kind.is_none() && !fields.has("type") {
            fields.require("type");
        }
        let kind = kind.unwrap_or(0);
        let name = fields.needed_text("name", 1..=32);
        if !name.is_empty() && !is_slash_name(name) {
            reject_name(&mut fields);
        }
        if !name.is_empty() && !names.insert(name) {
            fields.reject(
                "name",
                "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS",
                "Option name already exists in this options list",
            );
        }
        let _ = fields.needed_text("description", 1..=100);
        let is_required = fields.flag("required").set().unwrap_or(false);
        let is_sub = kind == SUB_COMMAND || kind == SUB_COMMAND_GROUP;
        has_sub |= is_sub;
        has_value |= !is_sub;
        if is_sub {
            let fits = matches!((kind, depth), (SUB_COMMAND_GROUP, 0) | (SUB_COMMAND, 0 | 1));
            if !fits {
                fields.reject(
                    "type",
                    "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
                    "Sub-command option types are not allowed here",
                );
            }
        } else if is_required && optional_seen {
            fields.reject(
                "required",
                "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                "Required options must be placed before non-required options",
            );
        } else {
            optional_seen |= !is_required;
            value_option(option, kind, &path, size, form);
        }
        *size += localised(option, &path, "name", 1..=32, true, form);
        *size += localised(option, &path, "description", 1..=100, false, form);
        if is_sub {
            let next = if kind == SUB_COMMAND { 2 } else { 1 };
            options(option, &path, next, size, form);
        }
    }
    if has_sub && has_value {
        let place = if path.is_empty() {
            "options".to_owned()
        } else {
            format!("{path}.options")
        };
        form.add(
            &place,
            "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
            "Sub-command and sub-command group option types are mutually exclusive to all other types",
        );
    }
}

fn value_option(option: &Value, kind: u64, path: &str, size: &mut usize, form: &mut Form) {
    let mut fields = Fields::of(option, path, form);
    let completes = fields.flag("autocomplete").set().unwrap_or(false);
    let takes_choices = matches!(kind, STRING | INTEGER | NUMBER);
    let choices = fields.list("choices", 0..=25).set().unwrap_or_default();
    if completes && !takes_choices {
        fields.reject(
            "autocomplete",
            "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
            "Only STRING, INTEGER and NUMBER options can autocomplete",
        );
    }
    if completes && !choices.is_empty() {
        fields.reject(
            "autocomplete",
            "APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES",
            "Autocomplete and choices are mutually exclusive",
        );
    }
    if kind == STRING {
        let _ = fields.count("min_length", 0..=6000);
        let _ = fields.count("max_length", 1..=6000);
    }
    let mut names = BTreeSet::new();
    for (index, choice) in choices.iter().enumerate() {
        let path = format!("{path}.choices.{index}");
        let mut fields = Fields::of(choice, &path, form);
        let name = fields.needed_text("name", 1..=100);
        if !names.insert(name.to_owned()) {
            fields.reject(
                "name",
                "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS",
                "Choice name already exists",
            );
        }
        let fits = match (kind, fields.raw("value")) {
            (STRING, Some(Value::String(text))) => {
                *size += text.chars().count();
                text.chars().count() <= 100
            }
            (INTEGER, Some(value)) => value.is_i64(),
            (NUMBER, Some(value)) => value.is_number(),
            _ => false,
        };
        if !fits {
            fields.reject(
                "value",
                "BASE_TYPE_CHOICES",
                "The value does not fit the option's type.",
            );
        }
        *size += localised(choice, &path, "name", 1..=100, false, form);
    }
}

/// What is stored of a command body: everything but what the server sets itself.
pub(crate) fn stored_fields(body: &Map<String, Value>, is_global: bool) -> Map<String, Value> {
    let mut fields = body.clone();
    let own = [
        "id",
        "application_id",
        "type",
        "name",
        "version",
        "guild_id",
        "default_member_permissions",
    ];
    for key in own {
        fields.remove(key);
    }
    let mut default = |key: &str, value: Value| {
        if fields.get(key).is_none_or(Value::is_null) {
            fields.insert(key.to_owned(), value);
        }
    };
    default("description", "".into());
    default("nsfw", false.into());
    default("dm_permission", is_global.into());
    if is_global {
        default("integration_types", serde_json::json!([0]));
        fields.entry("contexts").or_insert(Value::Null);
    } else {
        fields.remove("contexts");
        fields.remove("integration_types");
        fields.remove("dm_permission");
    }
    for key in ["name_localizations", "description_localizations"] {
        fields.entry(key).or_insert(Value::Null);
    }
    fields
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn errors(body: &Value) -> String {
        let mut form = Form::default();
        command(body, "", &mut form);
        form.finish()
            .err()
            .map_or_else(String::new, |error| error.body()["errors"].to_string())
    }

    #[test]
    fn names_are_lower_case_words_of_any_script() {
        for good in ["hub", "créer", "ping-2", "l'ami", "नमस्ते"] {
            assert!(is_slash_name(good), "{good}");
        }
        for bad in ["Hub", "two words", "a.b", "É"] {
            assert!(!is_slash_name(bad), "{bad}");
        }
    }

    #[test]
    fn required_options_come_first() {
        let option = |name: &str, required: bool| json!({"type": 3, "name": name, "description": "d", "required": required});
        let body = json!({"name": "x", "description": "d", "options": [option("a", false), option("b", true)]});
        assert!(errors(&body).contains("APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"));
    }

    #[test]
    fn the_whole_command_has_a_size() {
        let choices: Vec<Value> = (0..25)
            .map(|n| json!({"name": format!("{n:0>100}"), "value": format!("{n:0>100}")}))
            .collect();
        let options: Vec<Value> = ["a", "b"]
            .map(|name| json!({"type": 3, "name": name, "description": "d", "choices": choices}))
            .into();
        let body = json!({"name": "x", "description": "d", "options": options});
        assert!(errors(&body).contains("APPLICATION_COMMAND_TOO_LARGE"));
    }

    #[test]
    fn groups_hold_commands_and_nothing_deeper() {
        let deep = json!({"type": 2, "name": "g", "description": "d", "options": [
            {"type": 2, "name": "h", "description": "d"}]});
        let body = json!({"name": "x", "description": "d", "options": [deep]});
        assert!(errors(&body).contains("APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"));
    }
}
