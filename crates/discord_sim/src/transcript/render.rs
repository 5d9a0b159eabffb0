//! Messages and forms drawn as lines of text.

use serde_json::{Map, Value};

use super::Names;
use crate::{
    state::message::flags,
    validate::components::{is_select, kind},
};

/// The lines of a message: text, embeds, components, attachments, reactions.
pub(crate) fn card_lines(message: &Value, names: &Names) -> Vec<String> {
    let mut lines = Lines {
        names,
        drawn: Vec::new(),
        bar: 0,
    };
    let asked = message.get("flags").and_then(Value::as_u64).unwrap_or(0);
    if asked & flags::LOADING != 0 {
        lines.push("… is thinking");
        return lines.drawn;
    }
    lines.text(string(message.get("content")));
    for embed in list(message.get("embeds")) {
        lines.embed(embed);
    }
    if let Some(question) = message
        .pointer("/poll/question/text")
        .and_then(Value::as_str)
    {
        lines.push(&format!("Poll: {question}"));
        for answer in list(message.pointer("/poll/answers")) {
            let text = string(answer.pointer("/poll_media/text"));
            lines.push(&format!("( ) {text}"));
        }
    }
    lines.components(list(message.get("components")));
    for attachment in list(message.get("attachments")) {
        let size = attachment.get("size").and_then(Value::as_u64).unwrap_or(0);
        let name = string(attachment.get("filename"));
        lines.push(&format!("📎 {name} ({size} bytes)"));
    }
    let reactions: Vec<String> = list(message.get("reactions"))
        .iter()
        .map(|reaction| {
            let count = reaction.get("count").and_then(Value::as_u64).unwrap_or(0);
            format!("{} {count}", string(reaction.pointer("/emoji/name")))
        })
        .collect();
    if !reactions.is_empty() {
        lines.push(&reactions.join("  "));
    }
    lines.drawn
}

/// The lines of a form.
pub(crate) fn modal_lines(data: &Value, names: &Names) -> Vec<String> {
    let mut lines = Lines {
        names,
        drawn: Vec::new(),
        bar: 1,
    };
    lines.push(&bold(string(data.get("title"))));
    for component in list(data.get("components")) {
        let object = component.as_object();
        match component.get("type").and_then(Value::as_u64).unwrap_or(0) {
            kind::TEXT_DISPLAY => lines.text(string(component.get("content"))),
            kind::LABEL => {
                let inner = component.get("component").and_then(Value::as_object);
                let label = string(component.get("label"));
                lines.push(&format!("{label}: {}", field(inner)));
            }
            kind::ROW => {
                let inner = list(component.get("components"))
                    .first()
                    .and_then(Value::as_object);
                let label = string(inner.and_then(|inner| inner.get("label")));
                lines.push(&format!("{label}: {}", field(inner)));
            }
            _ => lines.push(&field(object)),
        }
    }
    lines.drawn
}

fn field(component: Option<&Map<String, Value>>) -> String {
    let Some(component) = component else {
        return String::new();
    };
    let get = |key: &str| string(component.get(key));
    match component.get("type").and_then(Value::as_u64).unwrap_or(0) {
        kind::TEXT_INPUT => {
            let text = if get("value").is_empty() {
                get("placeholder")
            } else {
                get("value")
            };
            format!("[{text}________]")
        }
        kind::CHECKBOX => "[ ]".to_owned(),
        kind::RADIO_GROUP | kind::CHECKBOX_GROUP => list(component.get("options"))
            .iter()
            .map(|option| format!("( ) {}", string(option.get("label"))))
            .collect::<Vec<_>>()
            .join("  "),
        kind::FILE_UPLOAD => "[ choose a file ]".to_owned(),
        _ => select(component),
    }
}

fn select(component: &Map<String, Value>) -> String {
    let chosen: Vec<&str> = list(component.get("options"))
        .iter()
        .filter(|option| option.get("default") == Some(&Value::Bool(true)))
        .map(|option| string(option.get("label")))
        .collect();
    let shown = if chosen.is_empty() {
        string(component.get("placeholder")).to_owned()
    } else {
        chosen.join(", ")
    };
    let shown = if shown.is_empty() {
        "choose".to_owned()
    } else {
        shown
    };
    format!("‹{shown} ▾›")
}

fn button(component: &Map<String, Value>) -> String {
    let emoji = component.get("emoji").and_then(|emoji| emoji.get("name"));
    let parts = [string(emoji), string(component.get("label"))];
    let face = parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    let is_link = component.get("style").and_then(Value::as_u64) == Some(5);
    let link = if is_link { " ↗" } else { "" };
    if component.get("disabled") == Some(&Value::Bool(true)) {
        format!("[·{face}{link}·]")
    } else {
        format!("[ {face}{link} ]")
    }
}

fn string(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or_default()
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn bold(text: &str) -> String {
    format!("**{text}**")
}

/// The widest line, in characters.
const WIDTH: usize = 96;

struct Lines<'a> {
    names: &'a Names,
    drawn: Vec<String>,
    bar: usize,
}

impl Lines<'_> {
    fn push(&mut self, line: &str) {
        self.drawn.push(format!("{}{line}", "│ ".repeat(self.bar)));
    }

    fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        for line in self.names.render(text).lines() {
            for part in wrap(line) {
                self.push(&part);
            }
        }
    }

    fn embed(&mut self, embed: &Value) {
        self.bar += 1;
        self.text(string(embed.pointer("/author/name")));
        let title = string(embed.get("title"));
        if !title.is_empty() {
            self.text(&bold(title));
        }
        self.text(string(embed.get("description")));
        for field in list(embed.get("fields")) {
            let (name, value) = (string(field.get("name")), string(field.get("value")));
            if value.contains('\n') {
                self.text(&format!("{}:", bold(name)));
                self.text(value);
            } else {
                self.text(&format!("{}: {value}", bold(name)));
            }
        }
        for key in ["image", "thumbnail"] {
            let url = string(embed.get(key).and_then(|media| media.get("url")));
            if !url.is_empty() {
                self.push(&format!("🖼 {}", url.rsplit('/').next().unwrap_or(url)));
            }
        }
        self.text(string(embed.pointer("/footer/text")));
        self.bar -= 1;
    }

    fn components(&mut self, components: &[Value]) {
        for component in components {
            let Some(object) = component.as_object() else {
                continue;
            };
            self.component(object);
        }
    }

    fn component(&mut self, component: &Map<String, Value>) {
        let children = list(component.get("components"));
        match component.get("type").and_then(Value::as_u64).unwrap_or(0) {
            kind::ROW => {
                let row: Vec<String> = children
                    .iter()
                    .filter_map(Value::as_object)
                    .map(control)
                    .collect();
                self.push(&row.join(" "));
            }
            kind::TEXT_DISPLAY => self.text(string(component.get("content"))),
            kind::SECTION => {
                self.components(children);
                if let Some(accessory) = component.get("accessory").and_then(Value::as_object) {
                    self.push(&control(accessory));
                }
            }
            kind::CONTAINER => {
                self.bar += 1;
                self.components(children);
                self.bar -= 1;
            }
            kind::SEPARATOR => self.push("────────"),
            kind::GALLERY => {
                for item in list(component.get("items")) {
                    let url = string(item.pointer("/media/url"));
                    self.push(&format!("🖼 {}", url.rsplit('/').next().unwrap_or(url)));
                }
            }
            kind::FILE => {
                let url = string(component.get("file").and_then(|file| file.get("url")));
                self.push(&format!("📎 {}", url.rsplit('/').next().unwrap_or(url)));
            }
            _ => {
                let line = control(component);
                self.push(&line);
            }
        }
    }
}

fn control(component: &Map<String, Value>) -> String {
    match component.get("type").and_then(Value::as_u64).unwrap_or(0) {
        kind::BUTTON => button(component),
        kind::THUMBNAIL => {
            let url = string(component.get("media").and_then(|media| media.get("url")));
            format!("🖼 {}", url.rsplit('/').next().unwrap_or(url))
        }
        number if is_select(number) => select(component),
        _ => "?".to_owned(),
    }
}

fn wrap(line: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for word in line.split(' ') {
        let last = parts.last_mut().expect("there is always one part");
        let has_text = !last.is_empty();
        if has_text && last.chars().count() + 1 + word.chars().count() > WIDTH {
            parts.push(word.to_owned());
        } else {
            if has_text {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    parts
}
