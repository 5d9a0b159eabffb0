//! Modals: what may stand in them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    Fields,
    components::{choices, is_select, kind, kind_of, select},
};
use crate::error::Form;

/// Checks the data of a modal answer.
pub(crate) fn modal(data: &Value, path: &str, form: &mut Form) {
    let mut fields = Fields::of(data, path, form);
    let _ = fields.needed_text("custom_id", 1..=100);
    let _ = fields.needed_text("title", 1..=45);
    let list = fields.list("components", 1..=5).set();
    if list.is_none() && !fields.has("components") {
        fields.require("components");
    }
    let mut seen = BTreeSet::new();
    for (index, component) in list.unwrap_or_default().iter().enumerate() {
        let path = format!("{path}.components.{index}");
        top_level(component, &path, form, &mut seen);
    }
}

fn top_level(component: &Value, path: &str, form: &mut Form, seen: &mut BTreeSet<String>) {
    match kind_of(component) {
        kind::TEXT_DISPLAY => {
            let _ = Fields::of(component, path, form).needed_text("content", 1..=4000);
        }
        kind::ROW => {
            let children = Fields::of(component, path, form)
                .list("components", 1..=1)
                .set();
            for child in children.unwrap_or_default() {
                let path = format!("{path}.components.0");
                if kind_of(child) == kind::TEXT_INPUT {
                    let _ = Fields::of(child, &path, form).needed_text("label", 1..=45);
                    text_input(child, &path, form, seen);
                } else {
                    form.choices(&format!("{path}.type"), "4");
                }
            }
        }
        kind::LABEL => {
            let mut fields = Fields::of(component, path, form);
            let _ = fields.needed_text("label", 1..=45);
            let _ = fields.text("description", 0..=100);
            match fields.raw("component") {
                None => fields.require("component"),
                Some(child) => inner(child, &format!("{path}.component"), form, seen),
            }
        }
        _ => form.choices(&format!("{path}.type"), "1, 10, 18"),
    }
}

fn inner(component: &Value, path: &str, form: &mut Form, seen: &mut BTreeSet<String>) {
    if component.get("disabled") == Some(&Value::Bool(true)) {
        form.add(
            &format!("{path}.disabled"),
            "MODAL_COMPONENT_DISABLED",
            "Components in modals cannot be disabled",
        );
    }
    match kind_of(component) {
        kind::TEXT_INPUT => {
            if component.get("label").is_some_and(Value::is_string) {
                form.add(
                    &format!("{path}.label"),
                    "TEXT_INPUT_LABEL_IN_LABEL",
                    "A text input inside a label cannot have a label of its own",
                );
            }
            text_input(component, path, form, seen);
        }
        number if is_select(number) => {
            custom_id(component, path, form, seen);
            select(component, path, form, true);
        }
        kind::FILE_UPLOAD => {
            custom_id(component, path, form, seen);
            let mut fields = Fields::of(component, path, form);
            let _ = fields.count("min_values", 0..=10);
            let _ = fields.count("max_values", 1..=10);
        }
        kind::RADIO_GROUP => group(component, path, form, seen, 2),
        kind::CHECKBOX_GROUP => {
            group(component, path, form, seen, 1);
            let mut fields = Fields::of(component, path, form);
            let _ = fields.count("min_values", 0..=10);
            let _ = fields.count("max_values", 1..=10);
        }
        kind::CHECKBOX => custom_id(component, path, form, seen),
        _ => form.choices(&format!("{path}.type"), "3, 4, 5, 6, 7, 8, 19, 21, 22, 23"),
    }
}

fn group(
    component: &Value,
    path: &str,
    form: &mut Form,
    seen: &mut BTreeSet<String>,
    least: usize,
) {
    custom_id(component, path, form, seen);
    let mut fields = Fields::of(component, path, form);
    let options = fields.list("options", least..=10).set();
    if options.is_none() && !fields.has("options") {
        fields.require("options");
    }
    choices(options.unwrap_or_default(), path, form);
}

fn custom_id(component: &Value, path: &str, form: &mut Form, seen: &mut BTreeSet<String>) {
    let mut fields = Fields::of(component, path, form);
    let id = fields.needed_text("custom_id", 1..=100);
    if !id.is_empty() && !seen.insert(id.to_owned()) {
        fields.reject(
            "custom_id",
            "COMPONENT_CUSTOM_ID_DUPLICATED",
            "Component custom id cannot be duplicated",
        );
    }
}

fn text_input(component: &Value, path: &str, form: &mut Form, seen: &mut BTreeSet<String>) {
    custom_id(component, path, form, seen);
    let mut fields = Fields::of(component, path, form);
    if fields.count("style", 1..=2).set().is_none() && !fields.has("style") {
        fields.require("style");
    }
    let min = fields.count("min_length", 0..=4000).set();
    let max = fields.count("max_length", 1..=4000).set();
    if let (Some(min), Some(max)) = (min, max)
        && min > max
    {
        fields.reject(
            "min_length",
            "TEXT_INPUT_INVALID_RANGE",
            "min_length must be at most max_length",
        );
    }
    let _ = fields.text("value", 0..=4000);
    let _ = fields.text("placeholder", 0..=100);
}
