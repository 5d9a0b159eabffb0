//! The tree of components: what they are, and walking it.

use serde_json::{Map, Value};

/// Component numbers.
pub(crate) mod kind {
    pub(crate) const ROW: u64 = 1;
    pub(crate) const BUTTON: u64 = 2;
    pub(crate) const STRING_SELECT: u64 = 3;
    pub(crate) const TEXT_INPUT: u64 = 4;
    pub(crate) const USER_SELECT: u64 = 5;
    pub(crate) const ROLE_SELECT: u64 = 6;
    pub(crate) const MENTIONABLE_SELECT: u64 = 7;
    pub(crate) const CHANNEL_SELECT: u64 = 8;
    pub(crate) const SECTION: u64 = 9;
    pub(crate) const TEXT_DISPLAY: u64 = 10;
    pub(crate) const THUMBNAIL: u64 = 11;
    pub(crate) const GALLERY: u64 = 12;
    pub(crate) const FILE: u64 = 13;
    pub(crate) const SEPARATOR: u64 = 14;
    pub(crate) const CONTAINER: u64 = 17;
    pub(crate) const LABEL: u64 = 18;
    pub(crate) const FILE_UPLOAD: u64 = 19;
    pub(crate) const RADIO_GROUP: u64 = 21;
    pub(crate) const CHECKBOX_GROUP: u64 = 22;
    pub(crate) const CHECKBOX: u64 = 23;
}

pub(crate) fn kind_of(component: &Value) -> u64 {
    component.get("type").and_then(Value::as_u64).unwrap_or(0)
}

pub(crate) fn is_select(kind: u64) -> bool {
    matches!(
        kind,
        kind::STRING_SELECT
            | kind::USER_SELECT
            | kind::ROLE_SELECT
            | kind::MENTIONABLE_SELECT
            | kind::CHANNEL_SELECT
    )
}

/// Visits every component, nested ones after their parents.
pub(crate) fn walk<'a>(components: &'a [Value], visit: &mut impl FnMut(&'a Map<String, Value>)) {
    for component in components {
        let Some(object) = component.as_object() else {
            continue;
        };
        visit(object);
        if let Some(Value::Array(children)) = object.get("components") {
            walk(children, visit);
        }
        for key in ["accessory", "component"] {
            if let Some(child) = object.get(key) {
                walk(std::slice::from_ref(child), visit);
            }
        }
    }
}

/// Visits every component for change.
pub(crate) fn walk_mut(components: &mut [Value], visit: &mut impl FnMut(&mut Map<String, Value>)) {
    for component in components {
        let Some(object) = component.as_object_mut() else {
            continue;
        };
        visit(object);
        if let Some(Value::Array(children)) = object.get_mut("components") {
            walk_mut(children, visit);
        }
        for key in ["accessory", "component"] {
            if let Some(child) = object.get_mut(key) {
                walk_mut(std::slice::from_mut(child), visit);
            }
        }
    }
}
