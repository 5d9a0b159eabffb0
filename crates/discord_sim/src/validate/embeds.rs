//! Embeds: limits, and how Discord writes them back.

use serde_json::{Value, json};

use super::Fields;
use crate::{clock::iso, error::Form};

/// A message carries this many embeds.
pub(crate) const MAX_EMBEDS: usize = 10;
/// All texts of all embeds of a message together.
const MAX_TOTAL: usize = 6000;

/// Checks the embeds of a message and returns them as Discord shows them.
pub(crate) fn embeds(list: &[Value], path: &str, form: &mut Form) -> Vec<Value> {
    let mut total = 0;
    let shown = list
        .iter()
        .enumerate()
        .map(|(index, embed)| one(embed, &format!("{path}.{index}"), form, &mut total))
        .collect();
    if total > MAX_TOTAL {
        form.add(
            path,
            "MAX_EMBED_SIZE_EXCEEDED",
            format!("Embed size exceeds maximum size of {MAX_TOTAL}"),
        );
    }
    shown
}

fn one(embed: &Value, path: &str, form: &mut Form, total: &mut usize) -> Value {
    let mut shown = json!({"type": "rich"});
    {
        let mut fields = Fields::of(embed, path, form);
        for (key, max) in [("title", 256), ("description", 4096)] {
            if let Some(text) = fields.text(key, 0..=max).set() {
                *total += text.chars().count();
                shown[key] = text.into();
            }
        }
        if let Some(url) = fields.text("url", 0..=2048).set() {
            shown["url"] = url.into();
        }
        if let Some(color) = fields.count("color", 0..=0x00FF_FFFF).set() {
            shown["color"] = color.into();
        }
        if let Some(at) = fields.instant("timestamp").set() {
            shown["timestamp"] = iso(at).into();
        }
        for key in ["image", "thumbnail", "video"] {
            if let Some(media) = fields.raw(key) {
                shown[key] = media.clone();
            }
        }
    }
    if let Some(footer) = embed.get("footer").filter(|footer| !footer.is_null()) {
        let mut fields = Fields::of(footer, &format!("{path}.footer"), form);
        *total += fields.needed_text("text", 1..=2048).chars().count();
        shown["footer"] = footer.clone();
    }
    if let Some(author) = embed.get("author").filter(|author| !author.is_null()) {
        let mut fields = Fields::of(author, &format!("{path}.author"), form);
        *total += fields.needed_text("name", 1..=256).chars().count();
        shown["author"] = author.clone();
    }
    let list = Fields::of(embed, path, form).list("fields", 0..=25).set();
    if let Some(list) = list {
        let rows: Vec<Value> = list
            .iter()
            .enumerate()
            .map(|(index, field)| {
                let mut fields = Fields::of(field, &format!("{path}.fields.{index}"), form);
                let name = fields.needed_text("name", 1..=256);
                let value = fields.needed_text("value", 1..=1024);
                *total += name.chars().count() + value.chars().count();
                let inline = fields.flag("inline").set().unwrap_or(false);
                json!({"name": name, "value": value, "inline": inline})
            })
            .collect();
        shown["fields"] = Value::Array(rows);
    }
    shown
}
