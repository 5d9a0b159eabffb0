//! Components of messages: layout, counts, lengths, unique custom ids.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Fields;
pub(crate) use super::tree::{is_select, kind, kind_of, walk, walk_mut};
use crate::error::Form;

/// A Components-V2 message holds this many components, nested ones counted.
const MAX_COMPONENTS: usize = 40;
/// All text displays of a Components-V2 message together.
const MAX_TEXT: usize = 4000;

/// Checks the components of a message.
pub(crate) fn of_message(list: &[Value], path: &str, is_v2: bool, form: &mut Form) {
    let mut check = Check {
        form,
        custom_ids: BTreeSet::new(),
        ids: BTreeSet::new(),
        count: 0,
        text: 0,
    };
    if !is_v2 && list.len() > 5 {
        check.form.add(
            path,
            "BASE_TYPE_BAD_LENGTH",
            "Must be between 1 and 5 in length.",
        );
    }
    for (index, component) in list.iter().enumerate() {
        let path = format!("{path}.{index}");
        let allowed: &[u64] = if is_v2 {
            &[
                kind::ROW,
                kind::SECTION,
                kind::TEXT_DISPLAY,
                kind::GALLERY,
                kind::FILE,
                kind::SEPARATOR,
                kind::CONTAINER,
            ]
        } else {
            &[kind::ROW]
        };
        check.component(component, &path, allowed);
    }
    if is_v2 && check.count > MAX_COMPONENTS {
        let message = format!("Must be {MAX_COMPONENTS} or fewer components in total.");
        check
            .form
            .add(path, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message);
    }
    if check.text > MAX_TEXT {
        let message = format!("The total text of all components must be {MAX_TEXT} or fewer.");
        check
            .form
            .add(path, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message);
    }
}

struct Check<'a> {
    form: &'a mut Form,
    custom_ids: BTreeSet<String>,
    ids: BTreeSet<u64>,
    count: usize,
    text: usize,
}

impl Check<'_> {
    fn component(&mut self, component: &Value, path: &str, allowed: &[u64]) {
        self.count += 1;
        let number = kind_of(component);
        if !allowed.contains(&number) {
            let allowed: Vec<String> = allowed.iter().map(u64::to_string).collect();
            self.form
                .choices(&format!("{path}.type"), &allowed.join(", "));
            return;
        }
        if let Some(id) = component
            .get("id")
            .and_then(Value::as_u64)
            .filter(|id| *id > 0)
            && !self.ids.insert(id)
        {
            self.form.add(
                &format!("{path}.id"),
                "COMPONENT_ID_DUPLICATED",
                "Component id cannot be duplicated",
            );
        }
        match number {
            kind::ROW => self.row(component, path),
            kind::BUTTON => self.button(component, path),
            kind::SECTION => self.section(component, path),
            kind::TEXT_DISPLAY => {
                let text = Fields::of(component, path, self.form).needed_text("content", 1..=4000);
                self.text += text.chars().count();
            }
            kind::THUMBNAIL => self.media(component, path),
            kind::GALLERY => self.gallery(component, path),
            kind::FILE => self.file(component, path),
            kind::SEPARATOR => {
                let mut fields = Fields::of(component, path, self.form);
                let _ = fields.count("spacing", 1..=2);
                let _ = fields.flag("divider");
            }
            kind::CONTAINER => self.container(component, path),
            number if is_select(number) => {
                self.custom_id(component, path);
                select(component, path, self.form, false);
            }
            _ => {}
        }
    }

    fn custom_id(&mut self, component: &Value, path: &str) {
        let id = Fields::of(component, path, self.form).needed_text("custom_id", 1..=100);
        if !id.is_empty() && !self.custom_ids.insert(id.to_owned()) {
            self.form.add(
                &format!("{path}.custom_id"),
                "COMPONENT_CUSTOM_ID_DUPLICATED",
                "Component custom id cannot be duplicated",
            );
        }
    }

    fn row(&mut self, component: &Value, path: &str) {
        let children = Fields::of(component, path, self.form)
            .list("components", 1..=5)
            .set();
        let Some(children) = children else {
            if component.get("components").is_none() {
                self.form.required(&format!("{path}.components"));
            }
            return;
        };
        if children.len() > 1 && children.iter().any(|child| is_select(kind_of(child))) {
            self.form.add(
                &format!("{path}.components"),
                "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
                "The specified component exceeds the maximum width",
            );
        }
        let allowed = [
            kind::BUTTON,
            kind::STRING_SELECT,
            kind::USER_SELECT,
            kind::ROLE_SELECT,
            kind::MENTIONABLE_SELECT,
            kind::CHANNEL_SELECT,
        ];
        for (index, child) in children.iter().enumerate() {
            self.component(child, &format!("{path}.components.{index}"), &allowed);
        }
    }

    fn button(&mut self, component: &Value, path: &str) {
        let (style, has_face, has_sku) = {
            let mut fields = Fields::of(component, path, self.form);
            let style = fields.count("style", 1..=6).set();
            if style.is_none() && !fields.has("style") {
                fields.require("style");
            }
            let label = fields.text("label", 0..=80).set().unwrap_or_default();
            let has_face = !label.is_empty() || fields.raw("emoji").is_some();
            (style, has_face, fields.raw("sku_id").is_some())
        };
        let has_custom_id = component.get("custom_id").is_some_and(Value::is_string);
        match style {
            Some(5) => {
                let url = Fields::of(component, path, self.form).needed_text("url", 1..=512);
                let known = ["http://", "https://", "discord://"];
                if !url.is_empty() && !known.iter().any(|scheme| url.starts_with(scheme)) {
                    self.form.add(
                        &format!("{path}.url"),
                        "URL_TYPE_INVALID_SCHEME",
                        "Scheme must be one of ('http', 'https', 'discord').",
                    );
                }
                if has_custom_id {
                    self.exclusive(path);
                }
            }
            Some(6) if !has_sku => {
                self.form.required(&format!("{path}.sku_id"));
            }
            Some(_) => {
                self.custom_id(component, path);
                if component.get("url").is_some_and(Value::is_string) {
                    self.exclusive(path);
                }
            }
            None => {}
        }
        if !has_face && style != Some(6) {
            self.form.add(
                path,
                "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED",
                "A button needs a label or an emoji",
            );
        }
    }

    fn exclusive(&mut self, path: &str) {
        self.form.add(
            path,
            "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
            "A custom id and url cannot both be specified",
        );
    }

    fn section(&mut self, component: &Value, path: &str) {
        let children = Fields::of(component, path, self.form)
            .list("components", 1..=3)
            .set();
        if children.is_none() && component.get("components").is_none() {
            self.form.required(&format!("{path}.components"));
        }
        for (index, child) in children.unwrap_or_default().iter().enumerate() {
            self.component(
                child,
                &format!("{path}.components.{index}"),
                &[kind::TEXT_DISPLAY],
            );
        }
        let accessory = component
            .get("accessory")
            .filter(|accessory| !accessory.is_null());
        match accessory {
            None => self.form.required(&format!("{path}.accessory")),
            Some(accessory) => {
                let allowed = [kind::BUTTON, kind::THUMBNAIL];
                self.component(accessory, &format!("{path}.accessory"), &allowed);
            }
        }
    }

    fn media(&mut self, component: &Value, path: &str) {
        let mut fields = Fields::of(component, path, self.form);
        let _ = fields.text("description", 0..=1024);
        let has_url = fields
            .raw("media")
            .and_then(|media| media.get("url"))
            .is_some_and(Value::is_string);
        if !has_url {
            fields.require("media");
        }
    }

    fn gallery(&mut self, component: &Value, path: &str) {
        let items = Fields::of(component, path, self.form)
            .list("items", 1..=10)
            .set();
        if items.is_none() && component.get("items").is_none() {
            self.form.required(&format!("{path}.items"));
        }
        for (index, item) in items.unwrap_or_default().iter().enumerate() {
            self.media(item, &format!("{path}.items.{index}"));
        }
    }

    fn file(&mut self, component: &Value, path: &str) {
        let url = component
            .get("file")
            .and_then(|file| file.get("url"))
            .and_then(Value::as_str);
        match url {
            None => self.form.required(&format!("{path}.file")),
            Some(url) if url.starts_with("attachment://") || url.starts_with("http") => {}
            Some(_) => self.form.add(
                &format!("{path}.file.url"),
                "URL_TYPE_INVALID_SCHEME",
                "Scheme must be one of ('attachment',).",
            ),
        }
    }

    fn container(&mut self, component: &Value, path: &str) {
        let _ = Fields::of(component, path, self.form).count("accent_color", 0..=0x00FF_FFFF);
        let children = Fields::of(component, path, self.form)
            .list("components", 1..=40)
            .set();
        if children.is_none() && component.get("components").is_none() {
            self.form.required(&format!("{path}.components"));
        }
        let allowed = [
            kind::ROW,
            kind::SECTION,
            kind::TEXT_DISPLAY,
            kind::GALLERY,
            kind::FILE,
            kind::SEPARATOR,
        ];
        for (index, child) in children.unwrap_or_default().iter().enumerate() {
            self.component(child, &format!("{path}.components.{index}"), &allowed);
        }
    }
}

/// Checks a select menu; in a modal it may be `required` but not `disabled`.
pub(crate) fn select(component: &Value, path: &str, form: &mut Form, in_modal: bool) {
    let mut fields = Fields::of(component, path, form);
    let _ = fields.text("placeholder", 0..=150);
    let min = fields.count("min_values", 0..=25).set().unwrap_or(1);
    let max = fields.count("max_values", 1..=25).set().unwrap_or(1);
    if fields.has("max_values") && min > max {
        fields.reject(
            "min_values",
            "SELECT_COMPONENT_INVALID_RANGE",
            "min_values must be at most max_values",
        );
    }
    let is_required = fields.flag("required").set().unwrap_or(true);
    if in_modal && min == 0 && is_required && fields.has("min_values") {
        fields.reject(
            "min_values",
            "BASE_TYPE_CHOICES",
            "min_values 0 needs required: false",
        );
    }
    let number = kind_of(component);
    if number == kind::STRING_SELECT {
        let options = fields.list("options", 1..=25).set();
        if options.is_none() && !fields.has("options") {
            fields.require("options");
        }
        choices(options.unwrap_or_default(), path, form);
    } else {
        let defaults = fields
            .list("default_values", 0..=25)
            .set()
            .unwrap_or_default();
        let count = u64::try_from(defaults.len()).unwrap_or(u64::MAX);
        if !defaults.is_empty() && !(min..=max).contains(&count) {
            fields.reject(
                "default_values",
                "SELECT_COMPONENT_INVALID_DEFAULT_VALUES",
                "The number of default values must lie within min_values and max_values",
            );
        }
    }
}

/// The options of a select or group: lengths, and values that are not repeated.
pub(crate) fn choices(options: &[Value], path: &str, form: &mut Form) {
    let mut seen = BTreeSet::new();
    for (index, option) in options.iter().enumerate() {
        let path = format!("{path}.options.{index}");
        let mut fields = Fields::of(option, &path, form);
        let _ = fields.needed_text("label", 1..=100);
        let value = fields.needed_text("value", 1..=100);
        let _ = fields.text("description", 0..=100);
        if !value.is_empty() && !seen.insert(value) {
            fields.reject(
                "value",
                "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
                "The specified option value is already used",
            );
        }
    }
}

/// The components as Discord writes them back: defaults filled in.
pub(crate) fn shown(list: &[Value]) -> Vec<Value> {
    let mut list = list.to_vec();
    walk_mut(&mut list, &mut |component| {
        let number = component.get("type").and_then(Value::as_u64).unwrap_or(0);
        let mut default = |key: &str, value: Value| {
            component.entry(key).or_insert(value);
        };
        if is_select(number) {
            default("min_values", json!(1));
            default("max_values", json!(1));
        }
        match number {
            kind::SEPARATOR => {
                default("divider", json!(true));
                default("spacing", json!(1));
            }
            kind::CONTAINER => {
                default("spoiler", json!(false));
                default("accent_color", Value::Null);
            }
            _ => {}
        }
    });
    list
}
