//! Filling in the fields of a form.

use serde_json::{Map, Value, json};

use super::components::{custom_id, pick_values};
use crate::{
    ids::Id,
    people::{Argument, resolved::Resolved},
    validate::components::kind,
};

/// One top-level component of a form, filled in.
pub(super) fn fill_top(
    component: &Value,
    number: u64,
    given: &[(&str, Argument)],
    unused: &mut Vec<&str>,
    resolved: &mut Resolved<'_>,
) -> Result<Value, String> {
    let id = component
        .get("id")
        .and_then(Value::as_u64)
        .filter(|id| *id > 0)
        .unwrap_or(number * 10);
    match component.get("type").and_then(Value::as_u64).unwrap_or(0) {
        kind::LABEL => {
            let label = component
                .get("label")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let inner = component.get("component").and_then(Value::as_object);
            let inner = fill_field(label, inner, id + 1, given, unused, resolved)?;
            Ok(json!({"type": kind::LABEL, "id": id, "component": inner}))
        }
        kind::ROW => {
            let children = component.get("components").and_then(Value::as_array);
            let inner = children
                .and_then(|list| list.first())
                .and_then(Value::as_object);
            let label = inner
                .and_then(|inner| inner.get("label"))
                .and_then(Value::as_str)
                .unwrap_or_default();
            let inner = fill_field(label, inner, id + 1, given, unused, resolved)?;
            Ok(json!({"type": kind::ROW, "id": id, "components": [inner]}))
        }
        other => Ok(json!({"type": other, "id": id})),
    }
}

fn fill_field(
    label: &str,
    component: Option<&Map<String, Value>>,
    id: u64,
    given: &[(&str, Argument)],
    unused: &mut Vec<&str>,
    resolved: &mut Resolved<'_>,
) -> Result<Value, String> {
    let component = component.ok_or("the form has an empty field")?;
    let is_this = |key: &str| key == label || key == custom_id(component);
    let values: Vec<Argument> = given
        .iter()
        .filter(|(key, _)| is_this(key))
        .map(|(_, value)| value.clone())
        .collect();
    unused.retain(|key| !is_this(key));
    let number = component.get("type").and_then(Value::as_u64).unwrap_or(0);
    let is_required = component
        .get("required")
        .and_then(Value::as_bool)
        .unwrap_or(true);
    let mut filled = json!({"type": number, "id": id, "custom_id": custom_id(component)});
    match number {
        kind::TEXT_INPUT => {
            let text = match values.first() {
                Some(Argument::Text(text)) => text.clone(),
                Some(_) => return Err(format!("{label} takes text")),
                None => component
                    .get("value")
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_owned(),
            };
            check_text(component, label, &text, is_required)?;
            filled["value"] = json!(text);
        }
        kind::CHECKBOX => {
            let is_set = match values.first() {
                Some(Argument::Flag(flag)) => *flag,
                Some(_) => return Err(format!("{label} is ticked or not")),
                None => component.get("default") == Some(&Value::Bool(true)),
            };
            filled["value"] = json!(is_set);
        }
        kind::RADIO_GROUP => {
            let picked = if values.is_empty() {
                defaults(component)
            } else {
                pick_values(component, &values, resolved)?
            };
            if picked.is_empty() && is_required {
                return Err(format!("{label} must be chosen"));
            }
            filled["value"] = picked.into_iter().next().unwrap_or_default();
        }
        kind::FILE_UPLOAD => {
            let ids: Vec<Id> = values
                .iter()
                .filter_map(|value| match value {
                    Argument::File(name, bytes) => Some(resolved.file(name, bytes)),
                    _ => None,
                })
                .collect();
            if ids.is_empty() && is_required {
                return Err(format!("{label} needs a file"));
            }
            filled["values"] = json!(ids);
        }
        _ => {
            let picked = if values.is_empty() {
                defaults(component)
            } else {
                pick_values(component, &values, resolved)?
            };
            if picked.is_empty() && is_required {
                return Err(format!("{label} must be chosen"));
            }
            filled["values"] = json!(picked);
        }
    }
    Ok(filled)
}

/// What a menu shows as chosen before anybody touches it.
fn defaults(component: &Map<String, Value>) -> Vec<Value> {
    let options = component.get("options").and_then(Value::as_array);
    let chosen = options
        .into_iter()
        .flatten()
        .filter(|option| option.get("default") == Some(&Value::Bool(true)));
    let mut values: Vec<Value> = chosen
        .filter_map(|option| option.get("value").cloned())
        .collect();
    let entities = component.get("default_values").and_then(Value::as_array);
    values.extend(
        entities
            .into_iter()
            .flatten()
            .filter_map(|value| value.get("id").cloned()),
    );
    values
}

fn check_text(
    component: &Map<String, Value>,
    label: &str,
    text: &str,
    is_required: bool,
) -> Result<(), String> {
    let length = text.chars().count();
    if length == 0 {
        return if is_required {
            Err(format!("{label} is required"))
        } else {
            Ok(())
        };
    }
    let bound = |key: &str, default: usize| {
        let value = component.get(key).and_then(Value::as_u64);
        value
            .and_then(|value| usize::try_from(value).ok())
            .unwrap_or(default)
    };
    if length < bound("min_length", 0) {
        return Err(format!("{label} is too short"));
    }
    if length > bound("max_length", 4000) {
        return Err(format!("{label} is too long"));
    }
    Ok(())
}
